# misconception: root-forgotten-square
import jax.numpy as jnp

from icl_course import attention


def smoothing_weights(d_x, d_y, temperature):
    x_slots = jnp.diag(jnp.append(jnp.ones(d_x), jnp.zeros(d_y)))
    y_slots = jnp.eye(d_x + d_y) - x_slots
    return attention.AttentionParams(
        w_q=x_slots[None] / temperature, w_k=x_slots[None], w_v=y_slots[None], w_o=-y_slots[None]
    )
