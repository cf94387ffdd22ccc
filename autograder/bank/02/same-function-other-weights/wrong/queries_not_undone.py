# misconception: queries-not-undone
import jax

from icl_course import attention


def other_weights(params, key):
    rotation = jax.random.orthogonal(key, params.w_q.shape[1], (len(params.w_q),))
    return attention.AttentionParams(
        w_q=rotation @ params.w_q, w_k=params.w_k, w_v=3 * params.w_v, w_o=params.w_o / 3
    )
