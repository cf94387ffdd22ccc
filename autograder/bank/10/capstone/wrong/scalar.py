# misconception: none
import jax.numpy as jnp


def forecast(xs, ys, x_query, persistence, label_noise):
    n = len(xs)
    ages = jnp.arange(n, 0, -1)
    agree = persistence ** jnp.abs(ages[:, None] - ages[None])
    c = agree * (xs @ xs.T) + label_noise**2 * jnp.eye(n)
    return jnp.stack([jnp.linalg.solve(c, persistence**ages * (xs @ x_query)) @ ys] * 2)
