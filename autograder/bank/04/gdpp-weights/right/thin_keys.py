# route: keys of d_x entries, the write-back holds signs, the values hold sizes
import jax.numpy as jnp

from icl_course.attention import AttentionParams


def gdpp_weights(n_context, d_x, learning_rate, gamma):
    rows = jnp.eye(d_x + 1)[:d_x]
    sizes = jnp.array([gamma] * d_x + [learning_rate / n_context])
    return AttentionParams(
        w_q=rows[None], w_k=rows[None], w_v=jnp.diag(sizes)[None], w_o=-jnp.eye(d_x + 1)[None]
    )
