# misconception: unchanged
import jax

from icl_course import attention


def other_weights(params, key):
    noise = 1e-9 * jax.random.normal(key, params.w_k.shape)
    return attention.AttentionParams(
        w_q=params.w_q, w_k=params.w_k + noise, w_v=params.w_v, w_o=params.w_o
    )
