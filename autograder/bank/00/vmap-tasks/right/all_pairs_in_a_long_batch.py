# route: all pairs in one long batch, one vmap, a reshape
import jax
import jax.numpy as jnp

from icl_course import descent


def loss_table(ws, xs, ys):
    n_tasks, n_weights = len(xs), len(ws)
    long_ws = jnp.tile(ws, (n_tasks, 1, 1))
    long_xs, long_ys = jnp.repeat(xs, n_weights, axis=0), jnp.repeat(ys, n_weights, axis=0)
    return jax.vmap(descent.loss)(long_ws, long_xs, long_ys).reshape(n_tasks, n_weights)
