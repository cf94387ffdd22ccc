# misconception: over-prompts
import jax.numpy as jnp


def order_sensitivity(predict, xs, ys, x_queries, orders):
    table = [[predict(xs[p][o], ys[p][o], x_queries[p])[0] for o in orders] for p in range(len(xs))]
    f = jnp.array(table)
    return jnp.sqrt(jnp.mean(jnp.var(f, axis=0)) / jnp.mean(f**2))
