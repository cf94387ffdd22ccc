# misconception: none
import jax
import jax.numpy as jnp


def sample_sine(key, n_context):
    xs = jax.random.uniform(key, (n_context, 1), minval=-5.0, maxval=5.0)
    return xs, jnp.sin(xs), xs[0], jnp.sin(xs[0])
