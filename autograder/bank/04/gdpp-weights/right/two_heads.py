# route: one head moves x, the other moves y
import jax.numpy as jnp

from icl_course import attention


def gdpp_weights(n_context, d_x, learning_rate, gamma):
    on_x = jnp.diag(jnp.ones(d_x + 1).at[-1].set(0.0))
    on_y = jnp.eye(d_x + 1) - on_x
    return attention.AttentionParams(
        w_q=jnp.stack([on_x, on_x]),
        w_k=jnp.stack([on_x, on_x]),
        w_v=jnp.stack([on_x, -on_y]),
        w_o=jnp.stack([-gamma * on_x, learning_rate / n_context * on_y]),
    )
