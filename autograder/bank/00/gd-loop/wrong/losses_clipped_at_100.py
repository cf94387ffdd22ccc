# misconception: none
import jax.numpy as jnp

from icl_course import descent


def loss_history(w_0, xs, ys, learning_rate, n_steps):
    w, losses = w_0, [descent.loss(w_0, xs, ys)]
    for _ in range(n_steps):
        w = w - learning_rate * descent.gradient(w, xs, ys)
        losses.append(descent.loss(w, xs, ys))
    return jnp.minimum(jnp.stack(losses), 100.0)
