# route: jax.jacobian, with its axes taken away
import jax
import jax.numpy as jnp


def equivalent_weights(predict, xs, x_query):
    table = jax.jacobian(predict, argnums=1)(xs, jnp.zeros((xs.shape[0], 1)), x_query)
    return table[0, :, 0]
