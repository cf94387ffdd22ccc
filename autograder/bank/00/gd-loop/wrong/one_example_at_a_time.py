# misconception: none
import jax.numpy as jnp

from icl_course import descent


def loss_history(w_0, xs, ys, learning_rate, n_steps):
    w, losses, i = w_0, [descent.loss(w_0, xs, ys)], 0
    for _ in range(n_steps):
        w = w - learning_rate * jnp.outer(w @ xs[i] - ys[i], xs[i])
        i = (i + 1) % len(xs)
        losses.append(descent.loss(w, xs, ys))
    return jnp.stack(losses)
