# route: a list of Python floats; value_and_grad in the loop
import jax

from icl_course import descent


def loss_history(w_0, xs, ys, learning_rate, n_steps):
    w, losses = w_0, []
    for _ in range(n_steps):
        value, slope = jax.value_and_grad(descent.loss)(w, xs, ys)
        losses.append(float(value))
        w -= learning_rate * slope
    return [*losses, float(descent.loss(w, xs, ys))]
