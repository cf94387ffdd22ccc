# route: the transposed Jacobian of the residuals, on the residuals
import jax


def hand_gradient(w, xs, ys):
    missed, pull_back = jax.vjp(lambda weights: xs @ weights.T - ys, w)
    return pull_back(missed / len(xs))[0]
