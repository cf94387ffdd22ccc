# misconception: none
import jax
import jax.numpy as jnp


def best_step_size(input_range, n_context, d_x):
    shape = (4000, n_context, d_x)
    xs = jax.random.uniform(jax.random.key(0), shape, minval=-input_range, maxval=input_range)
    second = jnp.einsum("tia,tib->tab", xs, xs) / n_context
    first = jnp.trace(second, axis1=1, axis2=2).mean()
    return first / (second**2).sum(axis=(1, 2)).mean()
