# misconception: none
import jax

from icl_course import descent


def loss_history(w_0, xs, ys, learning_rate, n_steps):
    ws = descent.trajectory(w_0, xs, ys, learning_rate=learning_rate, n_steps=n_steps)
    return jax.vmap(lambda w: descent.loss(w, xs, ys))(ws)
