# misconception: none
from icl_course import attention


def other_weights(params, key):
    n_heads, d_key, d_token = params.w_k.shape
    return attention.init_attention(
        key, d_token=d_token, d_key=d_key, d_value=params.w_v.shape[1], n_heads=n_heads, scale=0.5
    )
