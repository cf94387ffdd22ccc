"""Other ways to turn scores into weights: between linear and softmax attention.

Each is a layer like those of `attention`, to be passed where a layer is asked for.
"""

import math

import jax
import jax.numpy as jnp
from jaxtyping import Float

from icl_course.arrays import Array, Scalar
from icl_course.attention import AttentionParams, self_attention


def mixed_attention(
    params: AttentionParams, tokens: Float[Array, "n_tokens d_token"], *, softmax_share: Scalar
) -> Float[Array, "n_tokens d_token"]:
    """Apply a layer whose weights are a mix of softmax weights and bare scores.

        a_ji = m softmax_i(k_i · q_j / sqrt(d_key)) + (1 - m) k_i · q_j

    With m = 0 this is `linear_attention`, with m = 1 `softmax_attention`.

    Source: the released code of 2212.07677, which trains m as sigmoid(10 b) with a free b.

    Arguments:

    - `params`, `tokens`: as for `attention.linear_attention`.
    - `softmax_share`: the share m of the softmax, usually from 0 to 1.

    Returns the updated tokens. Raises `ValueError` where `params` and `tokens` do not fit.

    >>> one = jnp.ones((1, 1, 1))
    >>> params = AttentionParams(w_q=one, w_k=one, w_v=one, w_o=one)
    >>> mixed_attention(params, jnp.array([[2.0], [1.0]]), softmax_share=0.5).ravel().tolist()
    [7.0, 4.0]
    """

    def mix(scores: Array) -> Array:
        softmax = jax.nn.softmax(scores / math.sqrt(params.w_k.shape[1]), axis=-1)
        return softmax_share * softmax + (1 - softmax_share) * scores

    return self_attention(params, tokens, normalise=mix)


def sum_normalised_attention(
    params: AttentionParams,
    tokens: Float[Array, "n_tokens d_token"],
    *,
    epsilon: float = 1e-6,
) -> Float[Array, "n_tokens d_token"]:
    """Apply a linear layer whose keys and queries are first divided by the sum of their entries.

        k <- k / (sum_a k_a + ε),   q <- q / (sum_a q_a + ε),   a_ji = k_i · q_j

    Meant for keys and queries with positive entries, which then add up to 1. With entries of both
    signs a sum may come close to 0, and the layer's output becomes huge.

    Source: 2102.11174, sum normalisation; the released code of 2212.07677 offers it too.

    Arguments:

    - `params`, `tokens`: as for `attention.linear_attention`.
    - `epsilon`: keeps a sum of 0 finite.

    Returns the updated tokens. Raises `ValueError` where `params` and `tokens` do not fit.

    >>> w_q = jnp.array([[[1.0], [3.0]]])
    >>> params = AttentionParams(w_q=w_q, w_k=w_q, w_v=jnp.ones((1, 1, 1)), w_o=jnp.ones((1, 1, 1)))
    >>> sum_normalised_attention(params, jnp.array([[2.0], [1.0]]), epsilon=0.0).ravel().tolist()
    [3.25, 2.25]
    """

    def divide(scores: Array) -> Array:
        # The sum of a key's entries is (1^T W_K) e_i.
        key_sums = jnp.einsum("hkd,id->hi", params.w_k, tokens[:-1]) + epsilon
        query_sums = jnp.einsum("hkd,jd->hj", params.w_q, tokens) + epsilon
        return scores / (query_sums[:, :, None] * key_sums[:, None, :])

    return self_attention(params, tokens, normalise=divide)
