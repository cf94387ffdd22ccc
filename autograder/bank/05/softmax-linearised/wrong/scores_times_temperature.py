# misconception: scores-times-temperature
import math

import jax.numpy as jnp

from icl_course import attention


def two_head_weights(w_0, learning_rate, temperature):
    d_y, d_x = w_0.shape
    keep_x = jnp.eye(d_x, d_x + d_y)
    keep_y = jnp.eye(d_y, d_x + d_y, k=d_x)
    residual = w_0 @ keep_x - keep_y
    w_q = math.sqrt(d_x) * temperature * keep_x
    w_o = learning_rate * temperature / 2 * keep_y.T
    return attention.AttentionParams(
        w_q=jnp.stack([w_q, -w_q]), w_k=jnp.stack([keep_x, keep_x]), w_v=jnp.stack([residual, residual]), w_o=jnp.stack([w_o, -w_o])
    )
