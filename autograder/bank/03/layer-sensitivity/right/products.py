# route: the closed form, heads by batched products
import jax.numpy as jnp


def layer_sensitivity(params, xs, ys):
    e = jnp.hstack([xs, ys])
    s = params.w_o @ params.w_v @ (e.T @ e) @ params.w_k.mT @ params.w_q
    return -s.sum(axis=0)[xs.shape[1] :, : xs.shape[1]]
