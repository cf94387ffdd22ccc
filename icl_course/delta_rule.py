"""The delta rule: a memory matrix that is corrected, one token at a time.

A token writes the value v under the key k. The memory's answer S k is compared with v first, and
only the difference is written: that is one step of gradient descent on half |S k - v|², taken for
this token alone. This module knows nothing of tasks.
"""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Float

from icl_course.arrays import Array
from icl_course.attention import AttentionParams


def write(
    state: Float[Array, "d_value d_key"],
    key: Float[Array, " d_key"],
    value: Float[Array, " d_value"],
    rate: Float[Array, ""],
) -> Float[Array, "d_value d_key"]:
    """Write one value under one key.

        S <- S - β (S k - v) k^T

    With |k| = 1 and β = 1 the new memory answers v exactly; β = 0 writes nothing. This is a step of
    size β on 1/2 |S k - v|².

    Source: 2102.11174, section 4.2 (their φ(k) is our k); 2406.06484, section 2.

    Arguments:

    - `state`: the memory S.
    - `key`, `value`: the vectors k and v.
    - `rate`: the writing strength β.

    Returns the new memory.

    >>> write(jnp.zeros((1, 2)), jnp.array([1.0, 0.0]), jnp.array([3.0]), jnp.array(0.5)).tolist()
    [[1.5, 0.0]]
    """
    gap = jnp.matmul(state, key) - value
    return state - rate * gap[:, None] * key[None]


def recurrent(
    state: Float[Array, "d_value d_key"],
    queries: Float[Array, "n_tokens d_key"],
    keys: Float[Array, "n_tokens d_key"],
    values: Float[Array, "n_tokens d_value"],
    rates: Float[Array, " n_tokens"],
) -> tuple[Float[Array, "n_tokens d_value"], Float[Array, "d_value d_key"]]:
    """Write token after token, and read with each query after its own token has written.

        S_t = S_{t-1} - β_t (S_{t-1} k_t - v_t) k_t^T,   o_t = S_t q_t

    Source: 2102.11174, section 4.2; 2406.06484, section 2.

    Arguments:

    - `state`: the memory S_0.
    - `queries`, `keys`, `values`: q_t, k_t and v_t, one token per row.
    - `rates`: the writing strengths β_t.

    Returns the outputs o_t, one per row, and the last memory.

    >>> one = jnp.ones((2, 1))
    >>> outputs, state = recurrent(jnp.zeros((1, 1)), one, one, 8 * one, jnp.full(2, 0.5))
    >>> outputs.ravel().tolist(), state.tolist()
    ([4.0, 6.0], [[6.0]])
    """

    def step(now: jax.Array, token: Any) -> tuple[jax.Array, jax.Array]:
        query, key, value, rate = token
        after = jnp.asarray(write(now, key, value, rate))
        return after, jnp.matmul(after, query)

    start = jnp.asarray(state, jnp.result_type(state, queries, keys, values, rates))
    last, outputs = jax.lax.scan(step, start, (queries, keys, values, rates))
    return outputs, last


def transform(
    keys: Float[Array, "n_tokens d_key"], rates: Float[Array, " n_tokens"]
) -> Float[Array, "n_tokens n_tokens"]:
    """Return the matrix that makes all writes of a chunk from what its first memory lacks.

    Every memory is S_t = S_0 + sum_{i<=t} u_i k_i^T. What token t writes, u_t, depends on the
    earlier ones through the overlaps of keys:

        u_t = β_t (v_t - S_0 k_t - sum_{i<t} u_i (k_i · k_t))
        U = T (V - K S_0^T),   T = (I + diag(β) tril(K K^T, -1))^{-1} diag(β)

    T knows neither values nor memory, and no row of it sees a later token.

    Source: 2406.06484, section 3, where this is the UT transform.

    Arguments: the keys k_t, one per row, and the rates β_t.

    >>> transform(jnp.ones((2, 1)), jnp.full(2, 0.5)).tolist()
    [[0.5, 0.0], [-0.25, 0.5]]
    """
    overlaps = rates[:, None] * jnp.tril(jnp.matmul(keys, keys.T), -1)
    # The ones on the diagonal are the solver's.
    return jax.scipy.linalg.solve_triangular(
        overlaps, jnp.diag(rates), lower=True, unit_diagonal=True
    )


def chunk(
    state: Float[Array, "d_value d_key"],
    queries: Float[Array, "n_tokens d_key"],
    keys: Float[Array, "n_tokens d_key"],
    values: Float[Array, "n_tokens d_value"],
    rates: Float[Array, " n_tokens"],
) -> tuple[Float[Array, "n_tokens d_value"], Float[Array, "d_value d_key"]]:
    """Do what `recurrent` does with matrix products and one triangular system.

        U = T (V - K S_0^T),   O = Q S_0^T + tril(Q K^T) U,   S = S_0 + U^T K

    with T of `transform`.

    Source: 2406.06484, section 3 (the chunkwise form).

    Arguments and results are those of `recurrent`.

    >>> one = jnp.ones((2, 1))
    >>> outputs, state = chunk(jnp.zeros((1, 1)), one, one, 8 * one, jnp.full(2, 0.5))
    >>> outputs.ravel().tolist(), state.tolist()
    ([4.0, 6.0], [[6.0]])
    """
    writes = jnp.matmul(transform(keys, rates), values - jnp.matmul(keys, state.T))
    among = jnp.tril(jnp.matmul(queries, keys.T))
    outputs = jnp.matmul(queries, state.T) + jnp.matmul(among, writes)
    return outputs, state + jnp.matmul(writes.T, keys)


def chunked(
    state: Float[Array, "d_value d_key"],
    queries: Float[Array, "n_tokens d_key"],
    keys: Float[Array, "n_tokens d_key"],
    values: Float[Array, "n_tokens d_value"],
    rates: Float[Array, " n_tokens"],
    *,
    n_per_chunk: int,
) -> tuple[Float[Array, "n_tokens d_value"], Float[Array, "d_value d_key"]]:
    """Go through a long sequence by `chunk`: recurrent between chunks, parallel inside each.

    Source: 2406.06484, section 3.

    Arguments are those of `recurrent`, and `n_per_chunk`, which divides the number of tokens.
    Returns what `recurrent` returns. Raises `ValueError` where the chunks do not fill the sequence.

    >>> one = jnp.ones((4, 1))
    >>> outputs, _ = chunked(jnp.zeros((1, 1)), one, one, 8 * one, jnp.full(4, 0.5), n_per_chunk=2)
    >>> outputs.ravel().tolist()
    [4.0, 6.0, 7.0, 7.5]
    """
    n_tokens = len(keys)
    if n_per_chunk < 1 or n_tokens % n_per_chunk:
        raise ValueError(
            f"n_per_chunk = {n_per_chunk} does not divide the {n_tokens} tokens: pass a divisor, "
            "or fill up with tokens of rate 0, which write nothing."
        )
    tokens = (queries, keys, values, rates)
    parts = [jnp.reshape(part, (-1, n_per_chunk, *part.shape[1:])) for part in tokens]
    start = jnp.asarray(state, jnp.result_type(state, *tokens))

    def step(now: jax.Array, part: list[jax.Array]) -> tuple[jax.Array, jax.Array]:
        outputs, after = chunk(now, *part)
        return jnp.asarray(after), jnp.asarray(outputs)

    last, outputs = jax.lax.scan(step, start, parts)
    return jnp.reshape(outputs, (n_tokens, -1)), last


def delta_attention(
    params: AttentionParams,
    tokens: Float[Array, "n_tokens d_token"],
    *,
    rates: Float[Array, " n_context"],
) -> Float[Array, "n_tokens d_token"]:
    """Apply one attention layer whose heads write by the delta rule, with residual connection.

    Every context token writes its value under its key, in order, into a memory that starts empty,
    and then reads with its query. The last token, the query, writes nothing and reads the end:

        e_j <- e_j + sum_h W_O,h S_h,j (W_Q,h e_j)

    Without the term S k of the rule this is `attention.linear_attention` behind a causal mask.

    Source: 2102.11174, section 4; 2406.06484, section 2. That the query writes nothing is ours.

    Arguments:

    - `params`: the layer's weights.
    - `tokens`: the tokens of one task, the query last.
    - `rates`: the writing strengths of the context tokens, shared by all heads.

    Returns the updated tokens.

    >>> one = jnp.ones((1, 1, 1))
    >>> params = AttentionParams(w_q=one, w_k=one, w_v=one, w_o=one)
    >>> tokens = jnp.array([[1.0], [1.0], [10.0]])
    >>> delta_attention(params, tokens, rates=jnp.full(2, 0.5)).ravel().tolist()
    [1.5, 1.75, 17.5]
    """
    silent = jnp.append(rates, 0.0)

    def head(w_q: Array, w_k: Array, w_v: Array, w_o: Array) -> jax.Array:
        q, k, v = (jnp.matmul(tokens, w.T) for w in (w_q, w_k, w_v))
        outputs, _ = recurrent(jnp.zeros((len(w_v), len(w_k))), q, k, v, silent)
        return jnp.matmul(outputs, w_o.T)

    return tokens + jnp.sum(jax.vmap(head)(params.w_q, params.w_k, params.w_v, params.w_o), axis=0)
