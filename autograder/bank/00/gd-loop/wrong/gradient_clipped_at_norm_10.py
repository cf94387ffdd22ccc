# misconception: none
import jax.numpy as jnp

from icl_course import descent


def loss_history(w_0, xs, ys, learning_rate, n_steps):
    w, losses = w_0, [descent.loss(w_0, xs, ys)]
    for _ in range(n_steps):
        gradient = descent.gradient(w, xs, ys)
        gradient = gradient * jnp.minimum(1.0, 10.0 / jnp.linalg.norm(gradient))
        w = w - learning_rate * gradient
        losses.append(descent.loss(w, xs, ys))
    return jnp.stack(losses)
