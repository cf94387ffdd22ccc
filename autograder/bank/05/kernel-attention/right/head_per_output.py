# route: one head for each output
import jax.numpy as jnp

from icl_course import attention


def smoothing_weights(d_x, d_y, temperature):
    slots = jnp.eye(d_x + d_y)
    rows = jnp.tile(slots[:d_x], (d_y, 1, 1))
    outputs = slots[d_x:]
    return attention.AttentionParams(
        w_q=rows * d_x**0.5,
        w_k=rows / temperature,
        w_v=outputs[:, None, :],
        w_o=-outputs[:, :, None],
    )
