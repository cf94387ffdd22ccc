# misconception: none
import jax
import jax.numpy as jnp


def feature_gd(features, xs, ys, x_query, w_0, learning_rate):
    h = jax.vmap(features)(jnp.vstack([xs, x_query]))
    targets = jnp.vstack([ys, jnp.zeros(ys.shape[1])])
    residuals = h @ w_0.T - targets
    delta_w = -learning_rate * residuals.T @ h / len(h)
    return (w_0 + delta_w) @ h[-1]
