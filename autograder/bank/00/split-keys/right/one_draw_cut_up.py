# route: one draw of normal numbers, cut in pieces; inputs by their distribution function
import jax
import jax.numpy as jnp
from jax.scipy.stats import norm


def noisy_task(key, n_context, d_x, noise_scale):
    n_inputs = n_context * d_x
    numbers = jax.random.normal(key, (d_x + n_inputs + n_context,))
    w, inputs, noise = jnp.split(numbers, [d_x, d_x + n_inputs])
    xs = norm.cdf(inputs).reshape(n_context, d_x) - 0.5
    ys = xs @ w[:, None] + noise_scale * noise[:, None]
    return w[None], xs, ys
