# route: two Kronecker products put rows in turns
import jax.numpy as jnp


def alternate(task):
    d_x, d_y = task.xs.shape[1], task.ys.shape[1]
    first, second = jnp.array([[1.0], [0.0]]), jnp.array([[0.0], [1.0]])
    xs = jnp.kron(jnp.pad(task.xs, ((0, 0), (0, d_y))), first)
    ys = jnp.kron(jnp.pad(task.ys, ((0, 0), (d_x, 0))), second)
    return jnp.vstack([xs + ys, jnp.pad(task.x_query, (0, d_y))[None]])
