# route: the delta rule with normalised steps and a fading memory
import jax.numpy as jnp


def forecast(xs, ys, x_query, persistence, label_noise):
    w = jnp.zeros_like(x_query)
    for x, y in zip(xs, ys[:, 0]):
        w = persistence * (w - 0.9 * (w @ x - y) * x / (x @ x + label_noise**2))
    return (w @ x_query)[None]
