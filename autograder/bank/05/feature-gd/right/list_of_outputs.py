# route: one output at a time, returned as a list
import jax
import jax.numpy as jnp


def feature_gd(features, xs, ys, x_query, w_0, learning_rate):
    h, h_query = jax.vmap(features)(xs), features(x_query)
    predictions = []
    for output in range(ys.shape[1]):
        residuals = h @ w_0[output] - ys[:, output]
        row = w_0[output] - learning_rate * jnp.mean(residuals[:, None] * h, axis=0)
        predictions.append(float(row @ h_query))
    return predictions
