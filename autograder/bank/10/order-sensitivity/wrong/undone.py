# misconception: inverse-order
import jax.numpy as jnp


def order_sensitivity(predict, xs, ys, x_queries, orders):
    table = [[predict(xs[p][jnp.argsort(o)], ys[p][jnp.argsort(o)], x_queries[p])[0] for o in orders] for p in range(len(xs))]
    f = jnp.array(table)
    return jnp.sqrt(jnp.mean(jnp.var(f, axis=1)) / jnp.mean(f**2))
