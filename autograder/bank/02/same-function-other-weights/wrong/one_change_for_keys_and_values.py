# misconception: none
import jax

from icl_course import attention


def other_weights(params, key):
    a = 2 * jax.random.orthogonal(key, params.w_k.shape[1])
    return attention.AttentionParams(
        w_q=a @ params.w_q / 4,
        w_k=a @ params.w_k,
        w_v=a @ params.w_v,
        w_o=params.w_o @ a.T / 4,
    )
