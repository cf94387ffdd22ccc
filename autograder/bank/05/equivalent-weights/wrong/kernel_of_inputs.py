# misconception: none
import jax.numpy as jnp


def equivalent_weights(predict, xs, x_query):
    likeness = jnp.exp(xs @ x_query)
    return likeness / likeness.sum()
