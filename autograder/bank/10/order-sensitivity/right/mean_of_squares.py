# route: nested maps over prompts and orders, variance of each prompt by jnp.var
import jax
import jax.numpy as jnp


def order_sensitivity(predict, xs, ys, x_queries, orders):
    def answers(x, y, query):
        return jax.lax.map(lambda order: predict(x[order], y[order], query)[0], orders)

    table = jnp.stack([answers(*prompt) for prompt in zip(xs, ys, x_queries)])
    spread = jnp.var(table, axis=1).sum() / table.shape[0]
    return jnp.sqrt(spread) / jnp.sqrt(jnp.mean(jnp.square(table)))
