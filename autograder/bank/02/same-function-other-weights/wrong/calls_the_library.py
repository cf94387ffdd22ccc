# misconception: none
import jax.numpy as jnp

from icl_course import constructions


def other_weights(params, key):
    n_heads, d_key, _ = params.w_k.shape
    d_value = params.w_v.shape[1]
    a = jnp.broadcast_to(2 * jnp.eye(d_key), (n_heads, d_key, d_key))
    b = jnp.broadcast_to(2 * jnp.eye(d_value), (n_heads, d_value, d_value))
    return constructions.change_basis(params, a, b)
