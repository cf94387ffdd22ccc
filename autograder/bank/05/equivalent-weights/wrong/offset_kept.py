# misconception: offset-kept
import jax
import jax.numpy as jnp


def equivalent_weights(predict, xs, x_query):
    n_context = len(xs)
    without = predict(xs, jnp.zeros((n_context, 1)), x_query)
    tried = jnp.eye(n_context)
    with_one = jnp.concatenate([predict(xs, row[:, None], x_query) for row in tried])
    weights = with_one
    return weights
