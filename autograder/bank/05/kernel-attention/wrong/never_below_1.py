# misconception: none
import math

import jax.numpy as jnp

from icl_course.attention import AttentionParams


def smoothing_weights(d_x, d_y, temperature):
    see_x = jnp.eye(d_x, d_x + d_y)
    see_y = jnp.eye(d_y, d_x + d_y, k=d_x)
    return AttentionParams(
        w_q=math.sqrt(d_x) / max(temperature, 1.0) * see_x[None],
        w_k=see_x[None],
        w_v=see_y[None],
        w_o=-see_y.T[None],
    )
