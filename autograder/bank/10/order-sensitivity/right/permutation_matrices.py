# route: orders as matrices
import jax
import jax.numpy as jnp


def order_sensitivity(predict, xs, ys, x_queries, orders):
    moves = jnp.eye(xs.shape[1])[orders]

    def one(x, y, query):
        return jax.vmap(lambda move: predict(move @ x, move @ y, query)[0])(moves)

    f = jax.vmap(one)(xs, ys, x_queries)
    return jnp.linalg.norm(f - f.mean(axis=1)[:, None]) / jnp.linalg.norm(f)
