# misconception: none
import jax.numpy as jnp


def forecast(xs, ys, x_query, persistence, label_noise):
    ages = jnp.arange(len(xs), 0, -1)
    return (persistence**ages * (xs @ x_query)) @ ys / len(xs)
