"""Self-attention: every token gathers from the context tokens, with and without softmax.

This module knows nothing of tasks: it maps tokens to tokens. The last token is the query, and no
token attends to it. That rule is written in `self_attention` and nowhere else.
"""

import math
from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Float, Key

from icl_course.arrays import Array, Scalar


class AttentionParams(eqx.Module):
    """Hold the weights of one attention layer; its heads lead.

    Matrices act from the left on a token: k_i = W_K e_i, q_j = W_Q e_j, v_i = W_V e_i, and W_O
    brings what a head gathered back to a token. Constructed and trained weights are both this type.

    Source: 2212.07677, section 3 (their P is our W_O).
    """

    w_q: Float[Array, "n_heads d_key d_token"]
    w_k: Float[Array, "n_heads d_key d_token"]
    w_v: Float[Array, "n_heads d_value d_token"]
    w_o: Float[Array, "n_heads d_token d_value"]


def linear_attention(
    params: AttentionParams, tokens: Float[Array, "n_tokens d_token"]
) -> Float[Array, "n_tokens d_token"]:
    """Apply one layer of linear self-attention, with its residual connection.

    Every token j, context and query alike, gathers the values of the context tokens i, each
    weighted by its bare score, with no softmax and no scaling:

        e_j <- e_j + sum_h W_O,h sum_{i <= N} (W_V,h e_i) (k_h,i · q_h,j)

    Source: 2212.07677, section 3: their sum_h P_h V_h K_h^T q_h,j, where P is our W_O and the
    columns of K and V are k_i and v_i. Their Prop. 1 too leaves the query out of K and V.

    Arguments:

    - `params`: the layer's weights.
    - `tokens`: the tokens of one task, the query last.

    Returns the updated tokens. Raises `ValueError` where `params` and `tokens` do not fit.

    >>> one = jnp.ones((1, 1, 1))
    >>> params = AttentionParams(w_q=one, w_k=one, w_v=one, w_o=one)
    >>> linear_attention(params, jnp.array([[1.0], [2.0], [10.0]])).ravel().tolist()
    [6.0, 12.0, 60.0]
    """
    return self_attention(params, tokens, normalise=lambda scores: scores)


def softmax_attention(
    params: AttentionParams, tokens: Float[Array, "n_tokens d_token"]
) -> Float[Array, "n_tokens d_token"]:
    """Apply one layer of softmax self-attention, with its residual connection.

    As `linear_attention`, but what token j gathers is a weighted mean: its weights on the context
    tokens are positive and add up to 1,

        a_h,ji = exp(k_h,i · q_h,j / sqrt(d_key)) / sum_{i' <= N} exp(k_h,i' · q_h,j / sqrt(d_key)).

    Source: 1706.03762, eq. 1; 2212.07677, section 3, without the factor 1/sqrt(d_key).

    Arguments and errors are those of `linear_attention`. Returns the updated tokens.

    >>> one = jnp.ones((1, 1, 1))
    >>> params = AttentionParams(w_q=0 * one, w_k=one, w_v=one, w_o=one)
    >>> softmax_attention(params, jnp.array([[1.0], [2.0], [10.0]])).ravel().tolist()
    [2.5, 3.5, 11.5]
    """
    return self_attention(
        params,
        tokens,
        normalise=lambda scores: jax.nn.softmax(scores / math.sqrt(params.w_k.shape[1]), axis=-1),
    )


def updated_query(
    params: AttentionParams, tokens: Float[Array, "n_tokens d_token"]
) -> Float[Array, " d_token"]:
    """Return the last row of `linear_attention` alone, without making the other rows.

    A loss reads the query and no other token, so only its scores are needed. What the query sees of
    the weights are two products per head, made once for a whole batch of tasks:

        e_q + sum_h W_O,h W_V,h sum_{i <= N} e_i s_h,i,   s_h,i = e_i · W_K,h^T W_Q,h e_q

    Source: 2212.07677, section 3, with the letters of `linear_attention`.

    Arguments and errors are those of `linear_attention`. Returns the updated query token.

    >>> one = jnp.ones((1, 1, 1))
    >>> params = AttentionParams(w_q=one, w_k=one, w_v=one, w_o=one)
    >>> updated_query(params, jnp.array([[1.0], [2.0], [10.0]])).tolist()
    [60.0]
    """
    _check_params_fit_tokens(params, tokens)
    context, query = tokens[:-1], tokens[-1]
    query_keys = jnp.matmul(params.w_k.mT, params.w_q)
    output_values = jnp.matmul(params.w_o, params.w_v)
    scores = jnp.einsum("id,hd->hi", context, jnp.matmul(query_keys, query))
    gathered = jnp.einsum("hi,id->hd", scores, context)
    return query + jnp.einsum("hde,he->d", output_values, gathered)


def self_attention(
    params: AttentionParams,
    tokens: Float[Array, "n_tokens d_token"],
    *,
    normalise: Callable[
        [Float[Array, "n_heads n_tokens n_context"]], Float[Array, "n_heads n_tokens n_context"]
    ],
) -> Float[Array, "n_tokens d_token"]:
    """Apply one attention layer whose scores become weights through `normalise`.

    This is what all layers of the course share: keys and values of the context tokens, queries of
    all tokens, one sum over heads, and the residual connection.

    Arguments:

    - `params`, `tokens`: as for `linear_attention`.
    - `normalise`: maps scores to attention weights of the same shape. Entry [h, j, i] is the score
      k_h,i · q_h,j of query token j on context token i, so weights are normalised on the last axis.

    Returns the updated tokens. Raises `ValueError` where `params` and `tokens` do not fit.

    >>> one = jnp.ones((1, 1, 1))
    >>> params = AttentionParams(w_q=one, w_k=one, w_v=one, w_o=one)
    >>> self_attention(params, jnp.array([[1.0], [2.0]]), normalise=jnp.zeros_like).tolist()
    [[1.0], [2.0]]
    """
    _check_params_fit_tokens(params, tokens)
    # The query is not a labelled example, so it lends no key and no value: nobody attends to it.
    context = tokens[:-1]
    queries = jnp.einsum("hkd,jd->hjk", params.w_q, tokens)
    keys = jnp.einsum("hkd,id->hik", params.w_k, context)
    values = jnp.einsum("hvd,id->hiv", params.w_v, context)
    weights = normalise(jnp.einsum("hik,hjk->hji", keys, queries))
    gathered = jnp.einsum("hji,hiv->hjv", weights, values)
    return tokens + jnp.einsum("hdv,hjv->jd", params.w_o, gathered)


def init_attention(
    key: Key[Array, ""],
    *,
    d_token: int,
    d_key: int,
    d_value: int,
    n_heads: int = 1,
    scale: Scalar,
) -> AttentionParams:
    """Draw random weights: every entry of the four matrices is independent N(0, scale²).

    Arguments:

    - `key`: a typed key.
    - `d_token`: the size of a token, d_x + d_y.
    - `d_key`, `d_value`, `n_heads`: the sizes of a head and the number of heads.
    - `scale`: the standard deviation of an entry.

    Returns the weights. Raises `ValueError` where a size is less than 1.

    >>> params = init_attention(jax.random.key(0), d_token=5, d_key=3, d_value=2, scale=0.1)
    >>> params.w_q.shape, params.w_o.shape
    ((1, 3, 5), (1, 5, 2))
    """
    sizes = {"d_token": d_token, "d_key": d_key, "d_value": d_value, "n_heads": n_heads}
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} = {size}, but every size of a layer is at least 1.")
    key_q, key_k, key_v, key_o = jax.random.split(key, 4)
    return AttentionParams(
        w_q=scale * jax.random.normal(key_q, (n_heads, d_key, d_token)),
        w_k=scale * jax.random.normal(key_k, (n_heads, d_key, d_token)),
        w_v=scale * jax.random.normal(key_v, (n_heads, d_value, d_token)),
        w_o=scale * jax.random.normal(key_o, (n_heads, d_token, d_value)),
    )


def _check_params_fit_tokens(params: AttentionParams, tokens: Array) -> None:
    """Raise `ValueError` unless the shapes in `params` serve `tokens`.

    Axis names inside a record bind to no other argument, so the annotations cannot say this.
    """
    if tokens.ndim != 2 or len(tokens) < 2:
        raise ValueError(
            f"tokens has shape {tokens.shape}, but a layer takes the tokens of one task, "
            "[n_tokens d_token], with at least one context token before the query: "
            "for a batch call jax.vmap(layer, in_axes=(None, 0))(params, tokens)."
        )
    for name in ("w_q", "w_k", "w_v", "w_o"):
        weight = getattr(params, name)
        if weight.ndim != 3:
            raise ValueError(
                f"params.{name} has shape {weight.shape}, but weights have three axes and their "
                f"heads lead: {name}[None] makes one head of a matrix."
            )
    n_heads, d_key, d_value = params.w_q.shape[0], params.w_q.shape[1], params.w_v.shape[1]
    d_token = tokens.shape[1]
    expected = {
        "w_q": (n_heads, d_key, d_token),
        "w_k": (n_heads, d_key, d_token),
        "w_v": (n_heads, d_value, d_token),
        "w_o": (n_heads, d_token, d_value),
    }
    for name, shape in expected.items():
        if getattr(params, name).shape != shape:
            raise ValueError(
                f"params.{name} has shape {getattr(params, name).shape}, but for tokens with "
                f"d_token = {d_token} and a layer with n_heads = {n_heads}, d_key = {d_key}, "
                f"d_value = {d_value} it must be {shape}: build the weights for "
                "d_token = d_x + d_y of these tokens."
            )
