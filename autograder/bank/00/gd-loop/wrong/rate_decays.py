# misconception: none
import jax
import jax.numpy as jnp

from icl_course import descent


def loss_history(w_0, xs, ys, learning_rate, n_steps):
    w, losses, k = w_0, [descent.loss(w_0, xs, ys)], 0
    for _ in range(n_steps):
        k = k + 1
        w = w - learning_rate / k * jax.grad(descent.loss)(w, xs, ys)
        losses.append(descent.loss(w, xs, ys))
    return jnp.stack(losses)
