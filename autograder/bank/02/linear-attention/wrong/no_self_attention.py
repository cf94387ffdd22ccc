# misconception: none
import jax.numpy as jnp


def linear_attention(params, tokens):
    scores = jnp.einsum("hka,ia,hkb,jb->hji", params.w_k, tokens, params.w_q, tokens)
    scores = scores * (1 - jnp.eye(len(tokens)))
    update = jnp.einsum("hji,hva,ia,hdv->jd", scores, params.w_v, tokens, params.w_o)
    return tokens + update
