# misconception: none
import jax
import jax.numpy as jnp


def feature_gd(features, xs, ys, x_query, w_0, learning_rate):
    h = jax.vmap(features)(xs)
    h_query = features(x_query)
    residuals = h @ w_0.T - ys
    delta_w = -learning_rate * residuals.T @ h / len(h)
    return w_0 + delta_w
