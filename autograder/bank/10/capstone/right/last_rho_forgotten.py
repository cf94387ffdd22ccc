# route: predicts for w_N: close enough for the bar
import jax.numpy as jnp


def forecast(xs, ys, x_query, persistence, label_noise):
    ages = jnp.arange(len(xs))[::-1]
    agree = persistence ** jnp.abs(ages[:, None] - ages[None])
    covariance = agree * (xs @ xs.T) + label_noise**2 * jnp.eye(len(xs))
    return jnp.linalg.solve(covariance, persistence**ages * (xs @ x_query)) @ ys
