# misconception: one-array-for-all
import numpy as np

from icl_course import attention


def looped_layer(params, tokens, n_layers, damping):
    now = np.array(tokens)
    deep = [now]
    for _ in range(n_layers):
        now += damping * (np.asarray(attention.linear_attention(params, now)) - now)
        deep.append(now)
    return np.stack(deep)
