# route: values times keys are summed first, so there is no table of scores
import jax.numpy as jnp


def linear_attention(params, tokens):
    context = tokens[:-1]
    moment = context.T @ context
    update = jnp.zeros_like(tokens)
    for head in range(params.w_q.shape[0]):
        memory = params.w_v[head] @ moment @ params.w_k[head].T
        update += tokens @ params.w_q[head].T @ memory.T @ params.w_o[head].T
    return tokens + update
