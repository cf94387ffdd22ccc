# misconception: none
import jax.numpy as jnp


def read_preconditioner(predict, n_context, d_x):
    rows = [[predict(e[None], jnp.ones((1, 1)), q)[0] for q in jnp.eye(d_x)] for e in jnp.eye(d_x)]
    return jnp.array(rows)
