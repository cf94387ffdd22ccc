# route: signs in keys and values, square matrices
import jax.numpy as jnp

from icl_course import attention


def two_head_weights(w_0, learning_rate, temperature):
    d_y, d_x = w_0.shape
    d_token = d_x + d_y
    x_slots = jnp.diag(jnp.append(jnp.ones(d_x), jnp.zeros(d_y)))
    w_v = jnp.zeros((d_token, d_token)).at[d_x:].set(jnp.hstack([w_0, -jnp.eye(d_y)]))
    signs = jnp.array([1.0, -1.0])[:, None, None]
    return attention.AttentionParams(
        w_q=jnp.stack([x_slots, x_slots]) * jnp.sqrt(d_token),
        w_k=signs * x_slots / temperature,
        w_v=signs * learning_rate * w_v,
        w_o=jnp.stack([jnp.eye(d_token)] * 2) * temperature / 2,
    )
