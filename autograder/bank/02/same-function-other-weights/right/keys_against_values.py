# route: what W_K^T W_Q loses, W_O W_V gains: the scale moves between the two products
import jax

from icl_course import attention


def change(key, size, n_heads):
    return 2.0 * jax.random.orthogonal(key, size, (n_heads,))


def other_weights(params, key):
    key_a, key_b = jax.random.split(key)
    n_heads, d_key, _ = params.w_k.shape
    a, b = change(key_a, d_key, n_heads), change(key_b, params.w_v.shape[1], n_heads)
    return attention.AttentionParams(
        w_q=a @ params.w_q,
        w_k=a @ params.w_k,
        w_v=b @ params.w_v / 4,
        w_o=params.w_o @ b.mT / 4,
    )
