# misconception: end-left-out
import jax
import jax.numpy as jnp

from icl_course import descent


def loss_history(w_0, xs, ys, learning_rate, n_steps):
    w, losses = w_0, []
    for _ in range(n_steps):
        losses.append(descent.loss(w, xs, ys))
        w = w - learning_rate * jax.grad(descent.loss)(w, xs, ys)
    return jnp.stack(losses)
