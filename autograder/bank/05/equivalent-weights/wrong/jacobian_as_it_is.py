# misconception: jacobian-as-it-is
import jax
import jax.numpy as jnp


def equivalent_weights(predict, xs, x_query):
    return jax.jacobian(lambda ys: predict(xs, ys, x_query))(jnp.zeros((len(xs), 1)))
