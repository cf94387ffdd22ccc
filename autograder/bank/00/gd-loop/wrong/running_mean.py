# misconception: none
import jax
import jax.numpy as jnp

from icl_course import descent


def loss_history(w_0, xs, ys, learning_rate, n_steps):
    w, losses = w_0, [descent.loss(w_0, xs, ys)]
    for _ in range(n_steps):
        w = w - learning_rate * jax.grad(descent.loss)(w, xs, ys)
        losses.append(descent.loss(w, xs, ys))
    return jnp.cumsum(jnp.stack(losses)) / jnp.arange(1, n_steps + 2)
