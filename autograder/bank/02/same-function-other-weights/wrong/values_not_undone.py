# misconception: values-not-undone
import jax

from icl_course import attention


def other_weights(params, key):
    noise = jax.random.normal(key, params.w_v.shape)
    return attention.AttentionParams(
        w_q=params.w_q / 2, w_k=2 * params.w_k, w_v=params.w_v + noise, w_o=params.w_o
    )
