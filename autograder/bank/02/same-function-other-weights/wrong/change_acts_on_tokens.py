# misconception: none
import jax

from icl_course import attention


def other_weights(params, key):
    rotation = 2 * jax.random.orthogonal(key, params.w_k.shape[2])
    return attention.AttentionParams(
        w_q=params.w_q @ rotation / 4,
        w_k=params.w_k @ rotation,
        w_v=2 * params.w_v,
        w_o=params.w_o / 2,
    )
