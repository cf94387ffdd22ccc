# route: jax.grad at targets of 1
import jax
import jax.numpy as jnp


def equivalent_weights(predict, xs, x_query):
    def total(targets):
        return predict(xs, targets[:, None], x_query).sum()

    return jax.grad(total)(jnp.ones(len(xs)))
