# route: the targets conditioned jointly with the query's
import jax.numpy as jnp


def ridge_predict(xs, ys, x_query, label_noise):
    among = xs @ xs.T + label_noise**2 * jnp.eye(xs.shape[0])
    return (xs @ x_query) @ jnp.linalg.inv(among) @ ys
