# misconception: root-forgotten-square
import jax.numpy as jnp

from icl_course import attention


def two_head_weights(w_0, learning_rate, temperature):
    d_y, d_x = w_0.shape
    x_slots = jnp.diag(jnp.append(jnp.ones(d_x), jnp.zeros(d_y)))
    keep_y = jnp.eye(d_x + d_y)[d_x:]
    residual = jnp.concatenate([w_0, -jnp.eye(d_y)], axis=1)
    w_o = learning_rate * temperature / 2 * keep_y.T
    return attention.AttentionParams(
        w_q=jnp.stack([x_slots, -x_slots]) / temperature,
        w_k=jnp.stack([x_slots, x_slots]),
        w_v=jnp.stack([residual] * 2),
        w_o=jnp.stack([w_o, -w_o]),
    )
