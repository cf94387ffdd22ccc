# misconception: none
import jax.numpy as jnp


def read_parameters(params, n_context):
    scores = params.w_k[0] @ params.w_q[0].T
    writes = params.w_v[0] @ params.w_o[0]
    score, move = jnp.mean(jnp.diag(scores)[:-1]), jnp.mean(jnp.diag(writes)[:-1])
    return -n_context * score * writes[-1, -1], -score * move
