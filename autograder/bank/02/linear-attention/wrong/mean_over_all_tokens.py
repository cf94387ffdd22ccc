# misconception: none
import jax.numpy as jnp


def linear_attention(params, tokens):
    context = tokens[:-1]
    scores = jnp.einsum("hka,ia,hkb,jb->hji", params.w_k, context, params.w_q, tokens)
    update = jnp.einsum("hji,hva,ia,hdv->jd", scores, params.w_v, context, params.w_o)
    return tokens + update / len(tokens)
