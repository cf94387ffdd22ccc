# route: half the mean squared distance of two orders
import jax.numpy as jnp


def order_sensitivity(predict, xs, ys, x_queries, orders):
    f = jnp.stack(
        [jnp.stack([predict(x[o], y[o], q)[0] for o in orders]) for x, y, q in zip(xs, ys, x_queries)]
    )
    apart = f[:, :, None] - f[:, None, :]
    return jnp.sqrt(jnp.mean(apart**2) / 2 / jnp.mean(f**2))
