# route: vmap over the asking tokens; keys and values are made once
import jax
import jax.numpy as jnp


def linear_attention(params, tokens):
    context = tokens[:-1]
    keys = params.w_k @ context.T
    values = params.w_v @ context.T

    def moved(token):
        scores = jnp.sum(keys * (params.w_q @ token)[:, :, None], axis=1)
        gathered = jnp.sum(values * scores[:, None, :], axis=2)
        return token + jnp.sum(jnp.einsum("hdv,hv->hd", params.w_o, gathered), axis=0)

    return jax.vmap(moved)(tokens)
