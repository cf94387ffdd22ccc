# misconception: none
import jax
import jax.numpy as jnp

from icl_course import descent


def loss_history(w_0, xs, ys, learning_rate, n_steps):
    w, losses, step = w_0, [descent.loss(w_0, xs, ys)], 0
    for _ in range(n_steps):
        step = 0.9 * step - learning_rate * jax.grad(descent.loss)(w, xs, ys)
        w = w + step
        losses.append(descent.loss(w, xs, ys))
    return jnp.stack(losses)
