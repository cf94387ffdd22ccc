# misconception: none
import jax.numpy as jnp


def linear_attention(params, tokens):
    scores = jnp.einsum("hka,ia,hkb,jb->hji", params.w_k, tokens, params.w_q, tokens)
    earlier = jnp.tril(jnp.ones(scores.shape[1:]), k=-1)
    update = jnp.einsum("hji,hva,ia,hdv->jd", scores * earlier, params.w_v, tokens, params.w_o)
    return tokens + update
