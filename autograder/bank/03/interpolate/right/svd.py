# route: both products factored by singular values, c by lstsq
import jax.numpy as jnp
import numpy as np

from icl_course import attention


def factor(product):
    left, strengths, right = np.linalg.svd(product)
    root = np.sqrt(strengths)
    return left * root, root[:, None] * right


def interpolate(params, like, share):
    heads = []
    for h in range(len(params.w_q)):
        a, b = (np.asarray(p.w_k[h].T @ p.w_q[h], float) for p in (params, like))
        v, u = (np.asarray(p.w_o[h] @ p.w_v[h], float) for p in (params, like))
        c = np.linalg.lstsq(b.reshape(-1, 1), a.ravel(), rcond=None)[0][0]
        left, w_q = factor((1 - share) * a / c + share * b)
        w_o, w_v = factor((1 - share) * c * v + share * u)
        heads.append((w_q, left.T, w_v, w_o))
    w_q, w_k, w_v, w_o = (jnp.asarray(np.stack(w), jnp.float32) for w in zip(*heads, strict=True))
    return attention.AttentionParams(w_q=w_q, w_k=w_k, w_v=w_v, w_o=w_o)
