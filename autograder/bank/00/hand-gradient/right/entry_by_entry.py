# route: every entry by its own sum, as a nested list
import jax.numpy as jnp


def hand_gradient(w, xs, ys):
    residuals = xs @ w.T - ys
    return jnp.array(
        [[jnp.mean(residuals[:, a] * xs[:, b]) for b in range(xs.shape[1])] for a in range(len(w))]
    )
