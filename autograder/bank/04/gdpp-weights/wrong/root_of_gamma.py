# misconception: none
import jax.numpy as jnp

from icl_course import attention


def gdpp_weights(n_context, d_x, learning_rate, gamma):
    reads = jnp.eye(d_x, d_x + 1)
    share = jnp.sqrt(gamma)  # nan where gamma is negative
    w_v = jnp.diag(jnp.append(share * jnp.ones(d_x), 1.0))
    w_o = -jnp.diag(jnp.append(share * jnp.ones(d_x), learning_rate / n_context))
    return attention.AttentionParams(
        w_q=reads[None], w_k=reads[None], w_v=w_v[None], w_o=w_o[None]
    )
