# misconception: old-first
import jax.numpy as jnp


def forecast(xs, ys, x_query, persistence, label_noise):
    n = len(xs)
    ages = jnp.arange(1, n + 1)
    agree = persistence ** jnp.abs(ages[:, None] - ages[None])
    c = agree * (xs @ xs.T) + label_noise**2 * jnp.eye(n)
    return jnp.linalg.solve(c, persistence**ages * (xs @ x_query)) @ ys
