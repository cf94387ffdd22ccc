# misconception: none
import jax.numpy as jnp


def read_preconditioner(predict, n_context, d_x):
    ys = jnp.ones((n_context, 1))
    rows = [[predict(jnp.tile(e, (n_context, 1)), ys, e)[0] for q in jnp.eye(d_x)] for e in jnp.eye(d_x)]
    return jnp.array(rows)
