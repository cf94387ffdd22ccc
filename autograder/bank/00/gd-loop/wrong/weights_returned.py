# misconception: none
import jax
import jax.numpy as jnp

from icl_course import descent


def loss_history(w_0, xs, ys, learning_rate, n_steps):
    w, losses = w_0, [w_0]
    for _ in range(n_steps):
        w = w - learning_rate * jax.grad(descent.loss)(w, xs, ys)
        losses.append(w)
    return jnp.stack(losses)
