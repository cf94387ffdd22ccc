# misconception: sign
import math

import jax.numpy as jnp

from icl_course import attention


def smoothing_weights(d_x, d_y, temperature):
    keep_x = jnp.eye(d_x, d_x + d_y)
    keep_y = jnp.eye(d_y, d_x + d_y, k=d_x)
    return attention.AttentionParams(w_q=math.sqrt(d_x) / temperature * keep_x[None], w_k=keep_x[None], w_v=keep_y[None], w_o=keep_y.T[None])
