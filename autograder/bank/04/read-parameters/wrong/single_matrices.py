# misconception: single-matrices
import jax.numpy as jnp


def read_parameters(params, n_context):
    w_q, w_k, w_v, w_o = params.w_q[0], params.w_k[0], params.w_v[0], params.w_o[0]
    size = min(*w_q.shape, *w_v.shape) - 1
    of_q, of_k, of_v, of_o = (jnp.mean(jnp.diag(w)[:size]) for w in (w_q, w_k, w_v, w_o))
    score = of_q * of_k
    return -n_context * score * w_o[-1, -1] * w_v[-1, -1], -score * of_o * of_v
