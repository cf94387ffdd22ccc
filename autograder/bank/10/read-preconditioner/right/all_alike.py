# route: N equal examples, nested vmap
import jax
import jax.numpy as jnp


def read_preconditioner(predict, n_context, d_x):
    ys = jnp.ones((n_context, 1))

    def entry(example, query):
        return predict(jnp.tile(example, (n_context, 1)), ys, query)[0]

    axes = jnp.eye(d_x)
    return jax.vmap(lambda e: jax.vmap(lambda q: entry(e, q))(axes))(axes)
