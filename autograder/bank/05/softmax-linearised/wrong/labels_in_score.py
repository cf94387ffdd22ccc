# misconception: labels-in-score
import math

import jax.numpy as jnp

from icl_course import attention


def two_head_weights(w_0, learning_rate, temperature):
    d_y, d_x = w_0.shape
    d_token = d_x + d_y
    keep_x, keep_y = jnp.eye(d_token)[:d_x], jnp.eye(d_token)[d_x:]
    w_q = math.sqrt(d_token) / temperature * jnp.eye(d_token)
    residual = w_0 @ keep_x - keep_y
    w_o = learning_rate * temperature / 2 * keep_y.T
    return attention.AttentionParams(
        w_q=jnp.stack([w_q, -w_q]),
        w_k=jnp.stack([jnp.eye(d_token)] * 2),
        w_v=jnp.stack([residual] * 2),
        w_o=jnp.stack([w_o, -w_o]),
    )
