# route: the answer goes on top of the own symbol, with more strength
import numpy as np

from icl_course.attention import AttentionParams
from icl_course.causal import CausalParams


def induction_weights(n_symbols, n_positions):
    s, n = n_symbols, n_positions
    width = 2 * s + n
    embed = np.zeros((s, width))
    embed[:, :s] = np.eye(s)
    code = np.zeros((n, width))
    code[:, 2 * s :] = np.eye(n)
    q1, k1 = np.zeros((n, width)), np.zeros((n, width))
    for t in range(1, n):
        q1[t - 1, 2 * s + t] = 50.0 * n**0.5
    k1[:, 2 * s :] = np.eye(n)
    v1 = embed.copy()
    o1 = np.zeros((width, s))
    o1[s : 2 * s] = np.eye(s)
    q2, k2 = np.zeros((s + 1, width)), np.zeros((s + 1, width))
    q2[:s, :s] = 50.0 * (s + 1) ** 0.5 * np.eye(s)
    k2[:s, s : 2 * s] = np.eye(s)
    q2[s, 2 * s :] = 50.0 * (s + 1) ** 0.5
    k2[s, 2 * s] = -5.0
    o2 = np.zeros((width, s))
    o2[:s] = 40.0 * np.eye(s)
    return CausalParams(
        embed=embed,
        code=code,
        layers=(
            AttentionParams(w_q=q1[None], w_k=k1[None], w_v=v1[None], w_o=o1[None]),
            AttentionParams(w_q=q2[None], w_k=k2[None], w_v=v1[None], w_o=o2[None]),
        ),
        unembed=embed.copy(),
    )
