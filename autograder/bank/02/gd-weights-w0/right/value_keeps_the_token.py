# route: W_V is the identity and W_O holds W_0, -1 and the step size
import jax.numpy as jnp

from icl_course import attention


def gd_weights_w0(n_context, w_0, learning_rate):
    d_x = w_0.shape[1]
    identity = jnp.eye(d_x + 1)
    on_x = identity.at[d_x, d_x].set(0.0)
    w_o = jnp.zeros((d_x + 1, d_x + 1))
    w_o = w_o.at[d_x, :d_x].set(w_0[0]).at[d_x, d_x].set(-1.0)
    return attention.AttentionParams(
        w_q=on_x[None],
        w_k=on_x[None],
        w_v=identity[None],
        w_o=learning_rate / n_context * w_o[None],
    )
