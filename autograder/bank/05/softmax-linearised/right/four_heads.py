# route: prediction and target have heads of their own
import jax.numpy as jnp

from icl_course import attention


def two_head_weights(w_0, learning_rate, temperature):
    d_y, d_x = w_0.shape
    x = jnp.eye(d_x, d_x + d_y)
    y = jnp.eye(d_y, d_x + d_y, k=d_x)
    w_q = jnp.sqrt(d_x) * x
    size = learning_rate * temperature / 2
    return attention.AttentionParams(
        w_q=jnp.stack([w_q, -w_q, w_q, -w_q]),
        w_k=jnp.stack([x] * 4) / temperature,
        w_v=jnp.stack([w_0 @ x, w_0 @ x, y, y]),
        w_o=size * jnp.stack([y.T, -y.T, -y.T, y.T]),
    )
