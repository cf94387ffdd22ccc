# route: no matrix product, only the entries that are needed
import jax.numpy as jnp


def read_parameters(params, n_context):
    on_x = slice(0, -1)
    scores = jnp.einsum("kx,kx->x", params.w_k[0, :, on_x], params.w_q[0, :, on_x])
    moves = jnp.einsum("xv,vx->x", params.w_o[0, on_x], params.w_v[0, :, on_x])
    writes = params.w_o[0, -1] @ params.w_v[0, :, -1]
    return jnp.array([-n_context * scores.mean() * writes, -scores.mean() * moves.mean()])
