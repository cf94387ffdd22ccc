# misconception: none
import math

import jax.numpy as jnp

from icl_course.attention import AttentionParams


def two_head_weights(w_0, learning_rate, temperature):
    temperature = max(temperature, 1.0)
    d_y, d_x = w_0.shape
    see_x = jnp.eye(d_x, d_x + d_y)
    w_q = math.sqrt(d_x) / temperature * see_x
    w_v = jnp.concatenate([w_0, -jnp.eye(d_y)], axis=1)
    w_o = learning_rate * temperature / 2 * jnp.eye(d_y, d_x + d_y, k=d_x).T
    return AttentionParams(
        w_q=jnp.stack([w_q, -w_q]),
        w_k=jnp.stack([see_x, see_x]),
        w_v=jnp.stack([w_v, w_v]),
        w_o=jnp.stack([w_o, -w_o]),
    )
