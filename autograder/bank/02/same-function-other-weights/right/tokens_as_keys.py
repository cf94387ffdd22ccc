# route: keys are the tokens themselves and W_Q is the whole form; the same for values
import jax.numpy as jnp

from icl_course import attention


def other_weights(params, key):
    n_heads, _, d_token = params.w_k.shape
    identity = jnp.broadcast_to(jnp.eye(d_token), (n_heads, d_token, d_token))
    return attention.AttentionParams(
        w_q=jnp.einsum("hka,hkb->hab", params.w_k, params.w_q),
        w_k=identity,
        w_v=identity,
        w_o=jnp.einsum("hav,hvb->hab", params.w_o, params.w_v),
    )
