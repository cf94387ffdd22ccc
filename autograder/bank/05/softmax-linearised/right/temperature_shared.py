# route: the temperature's root in keys and in queries, the factor in the values
import jax.numpy as jnp

from icl_course import attention


def two_head_weights(w_0, learning_rate, temperature):
    d_y, d_x = w_0.shape
    root = jnp.sqrt(jnp.sqrt(d_x) / temperature)
    rows = root * jnp.eye(d_x, d_x + d_y)
    residual = jnp.concatenate([w_0, -jnp.eye(d_y)], axis=1)
    back = jnp.eye(d_x + d_y)[:, d_x:]
    return attention.AttentionParams(
        w_q=jnp.stack([rows, rows]),
        w_k=jnp.stack([rows, -rows]),
        w_v=0.5 * temperature * jnp.stack([residual, residual]),
        w_o=learning_rate * jnp.stack([back, -back]),
    )
