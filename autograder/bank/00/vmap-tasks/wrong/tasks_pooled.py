# misconception: none
import jax

from icl_course import descent


def loss_table(ws, xs, ys):
    pooled_xs, pooled_ys = xs.reshape(-1, xs.shape[2]), ys.reshape(-1, ys.shape[2])
    losses = jax.vmap(descent.loss, in_axes=(0, None, None))(ws, pooled_xs, pooled_ys)
    return losses[None].repeat(len(xs), axis=0)
