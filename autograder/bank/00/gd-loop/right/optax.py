# route: optax's plain gradient descent
import jax
import jax.numpy as jnp
import optax

from icl_course import descent


def loss_history(w_0, xs, ys, learning_rate, n_steps):
    optimiser = optax.sgd(learning_rate)
    w, state = w_0, optimiser.init(w_0)
    losses = [descent.loss(w, xs, ys)]
    for _ in range(n_steps):
        updates, state = optimiser.update(jax.grad(descent.loss)(w, xs, ys), state)
        w = optax.apply_updates(w, updates)
        losses.append(descent.loss(w, xs, ys))
    return jnp.array(losses)
