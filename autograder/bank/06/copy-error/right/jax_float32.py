# route: JAX in float32
import jax.numpy as jnp


def sharpness(n_attended, margin, error):
    return (jnp.log1p(-error) - jnp.log(error) + jnp.log(n_attended - 1.0)) / margin
