# route: square roots of the step sizes before and after, and of N in keys and queries
import jax.numpy as jnp

from icl_course import attention


def multi_output_weights(n_context, w_0, learning_rates):
    d_y, d_x = w_0.shape
    slots = jnp.eye(d_x + d_y)
    x_slots, y_slots = slots[:d_x], slots[d_x:]
    roots = jnp.sqrt(learning_rates)
    return attention.AttentionParams(
        w_q=x_slots[None] / n_context**0.5,
        w_k=x_slots[None] / n_context**0.5,
        w_v=(roots[:, None] * (y_slots - w_0 @ x_slots))[None],
        w_o=-(roots[:, None] * y_slots).T[None],
    )
