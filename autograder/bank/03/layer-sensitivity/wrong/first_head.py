# misconception: first-head-only
import jax.numpy as jnp


def layer_sensitivity(params, xs, ys):
    d_x = xs.shape[1]
    e = jnp.hstack([xs, ys])
    write = params.w_o @ params.w_v
    meet = params.w_k.mT @ params.w_q
    s = (write @ e.T @ e @ meet)[0]
    return -s[d_x:, :d_x]
