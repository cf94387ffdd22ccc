# route: whole matrices with both blocks, as the paper has them
import jax.numpy as jnp

from icl_course import attention


def gdpp_weights(n_context, d_x, learning_rate, gamma):
    on_x = jnp.diag(jnp.append(jnp.ones(d_x), 0.0))
    w_v = jnp.diag(jnp.append(jnp.ones(d_x), -1.0))
    w_o = jnp.diag(jnp.append(-gamma * jnp.ones(d_x), learning_rate / n_context))
    return attention.AttentionParams(w_q=on_x[None], w_k=on_x[None], w_v=w_v[None], w_o=w_o[None])
