# misconception: none
import jax.numpy as jnp

from icl_course import attention


def multi_output_weights(n_context, w_0, learning_rates):
    d_x = w_0.shape[1]
    on_x = jnp.eye(d_x + 1).at[-1, -1].set(0.0)
    w_v = jnp.zeros((d_x + 1, d_x + 1)).at[-1].set(jnp.append(w_0[0], -1.0))
    w_o = learning_rates[0] / n_context * jnp.eye(d_x + 1)
    return attention.AttentionParams(w_q=on_x[None], w_k=on_x[None], w_v=w_v[None], w_o=w_o[None])
