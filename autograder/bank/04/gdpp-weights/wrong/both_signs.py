# misconception: both-signs
import jax.numpy as jnp

from icl_course import attention


def gdpp_weights(n_context, d_x, learning_rate, gamma):
    reads = jnp.diag(jnp.append(jnp.ones(d_x), 0.0))
    w_v = jnp.diag(jnp.append(1.0 * jnp.ones(d_x), -1.0))
    w_o = jnp.diag(jnp.append(gamma * jnp.ones(d_x), -learning_rate / n_context))
    return attention.AttentionParams(
        w_q=reads[None], w_k=reads[None], w_v=w_v[None], w_o=w_o[None]
    )
