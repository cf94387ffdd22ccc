# misconception: mean-weights
import jax

from icl_course import descent


def loss_table(ws, xs, ys):
    w = ws.mean(axis=0)
    losses = jax.vmap(descent.loss, in_axes=(None, 0, 0))(w, xs, ys)
    return losses[:, None].repeat(len(ws), axis=1)
