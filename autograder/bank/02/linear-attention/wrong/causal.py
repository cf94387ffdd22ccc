# misconception: causal
import jax.numpy as jnp


def linear_attention(params, tokens):
    n_tokens = len(tokens)
    scores = jnp.einsum("hka,ia,hkb,jb->hji", params.w_k, tokens, params.w_q, tokens)
    seen = jnp.tril(jnp.ones((n_tokens, n_tokens))).at[-1, -1].set(0.0)
    update = jnp.einsum("hji,hva,ia,hdv->jd", scores * seen, params.w_v, tokens, params.w_o)
    return tokens + update
