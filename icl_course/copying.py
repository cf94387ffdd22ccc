"""Two layers for alternating tokens: the first copies each target to its input, the second steps.

The first is softmax attention, whose weights can be sharp; the second is the linear layer of
Prop. 1. Constructed and trained weights are one type. In both layers keys and values come from all
tokens but the last, so nobody attends to the query here either.
"""

import math
from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Float, Key

from icl_course.arrays import Array, Scalar
from icl_course.attention import (
    AttentionParams,
    init_attention,
    linear_attention,
    softmax_attention,
    updated_query,
)
from icl_course.constructions import gradient_step
from icl_course.positions import alternating_tokens, with_code
from icl_course.tasks import Task
from icl_course.tokens import read_prediction


class TwoLayers(eqx.Module):
    """Hold the weights of a softmax layer, which copies, and of a linear one, which steps."""

    copy: AttentionParams
    step: AttentionParams


def copying_head(
    next_token: Float[Array, "d_code d_code"], *, d_x: int, d_y: int, sharpness: Scalar
) -> AttentionParams:
    """Build the softmax layer that adds to every token the target of the token after it.

    Keys and queries see the code alone, values the y slots alone:

        k_i · q_j / sqrt(d_key) = β p_i^T M p_j,   W_O v_i = (0, 0, y_i).

    With β large, (x_i, 0) becomes (x_i, y_i). A target's successor is an input, whose y slot is
    empty, so (0, y_i) stays. The query's successor is token 1, an input too, so (x_q, 0) stays.
    The token before the query asks for it in vain; with no input in it, no linear layer minds.

    Source: 2212.07677, Prop. 3, with a softmax.

    Arguments:

    - `next_token`: the matrix M, with p_i^T M p_j largest where i comes after j.
    - `d_x`, `d_y`: the sizes of an input and of a target.
    - `sharpness`: the factor β.

    Returns one head with d_key = d_code and d_value = d_y.

    >>> params = copying_head(jnp.eye(2), d_x=3, d_y=1, sharpness=5.0)
    >>> params.w_q.shape, params.w_o.shape
    ((1, 2, 6), (1, 6, 1))
    """
    d_code = len(next_token)
    d_token = d_code + d_x + d_y
    see_code = jnp.eye(d_code, d_token)
    see_target = jnp.eye(d_y, d_token, k=d_code + d_x)
    w_q = math.sqrt(d_code) * sharpness * jnp.asarray(next_token) @ see_code
    return AttentionParams(
        w_q=w_q[None], w_k=see_code[None], w_v=see_target[None], w_o=see_target.T[None]
    )


def blind_to_code(params: AttentionParams, *, d_code: int) -> AttentionParams:
    """Widen a layer to tokens with a code in front, which it neither reads nor writes.

    >>> one = jnp.ones((1, 1, 2))
    >>> blind_to_code(AttentionParams(one, one, one, one.mT), d_code=1).w_q.tolist()
    [[[0.0, 1.0, 1.0]]]
    """
    read, write = ((0, 0), (0, 0), (d_code, 0)), ((0, 0), (d_code, 0), (0, 0))
    return AttentionParams(
        w_q=jnp.pad(params.w_q, read),
        w_k=jnp.pad(params.w_k, read),
        w_v=jnp.pad(params.w_v, read),
        w_o=jnp.pad(params.w_o, write),
    )


def copy_then_step(
    next_token: Float[Array, "d_code d_code"],
    *,
    n_context: int,
    d_x: int,
    d_y: int,
    sharpness: Scalar,
    learning_rate: Scalar | Float[Array, " d_y"],
) -> TwoLayers:
    """Build the two layers that take one gradient step from W_0 = 0 on alternating tokens.

    After the copy the token of x_i is the pair (x_i, y_i). That of y_i has no input, so its score
    with any token is 0: the sum over 2 N tokens is the sum over N pairs, and the step has N in it.

    Source: 2212.07677, section 6: Prop. 3, then Prop. 1.

    Arguments are those of `copying_head` and `constructions.gradient_step`.

    >>> made = copy_then_step(jnp.eye(3), n_context=1, d_x=2, d_y=1, sharpness=9.0,
    ...                       learning_rate=0.5)
    >>> made.copy.w_q.shape[2], made.step.w_q.shape[2]
    (6, 6)
    """
    step = gradient_step(jnp.zeros((d_y, d_x)), n_context=n_context, learning_rate=learning_rate)
    return TwoLayers(
        copy=copying_head(next_token, d_x=d_x, d_y=d_y, sharpness=sharpness),
        step=blind_to_code(step, d_code=len(next_token)),
    )


def two_layers(
    params: TwoLayers, tokens: Float[Array, "n_tokens d_token"]
) -> Float[Array, "3 n_tokens d_token"]:
    """Apply the softmax layer, then the linear one; return the tokens at every depth.

    In both, keys and values come from all tokens but the last, as everywhere in this course.

    Source: 2212.07677, section 6.

    >>> made = copy_then_step(jnp.eye(3), n_context=1, d_x=2, d_y=1, sharpness=9.0,
    ...                       learning_rate=0.5)
    >>> two_layers(made, jnp.zeros((3, 6))).shape
    (3, 3, 6)
    """
    merged = softmax_attention(params.copy, tokens)
    return jnp.stack([jnp.asarray(tokens), merged, linear_attention(params.step, merged)])


def attention_weights(
    params: AttentionParams, tokens: Float[Array, "n_tokens d_token"]
) -> Float[Array, "n_heads n_tokens n_context"]:
    """Return how much each token takes from each context token in `attention.softmax_attention`.

    Entry [h, j, i] is the weight of token j on token i; a row adds up to 1.

    >>> one = jnp.ones((1, 1, 1))
    >>> attention_weights(AttentionParams(0 * one, one, one, one), jnp.ones((3, 1))).tolist()
    [[[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]]
    """
    queries = jnp.einsum("hkd,jd->hjk", params.w_q, tokens)
    keys = jnp.einsum("hkd,id->hik", params.w_k, tokens[:-1])
    scores = jnp.einsum("hjk,hik->hji", queries, keys)
    return jax.nn.softmax(scores / math.sqrt(params.w_k.shape[1]), axis=-1)


def predict(
    params: TwoLayers, task: Task, code: Float[Array, "n_tokens d_code"]
) -> Float[Array, " d_y"]:
    """Return the two layers' answer to a task that is written as alternating tokens.

    Only the query is read, so the second layer need not make the other tokens.

    >>> task = Task(xs=jnp.ones((1, 2)), ys=jnp.array([[3.0]]), x_query=jnp.ones(2),
    ...             y_query=jnp.array([3.0]))
    >>> made = copy_then_step(jnp.roll(jnp.eye(3), 1, 0), n_context=1, d_x=2, d_y=1,
    ...                       sharpness=50.0, learning_rate=0.5)
    >>> predict(made, task, jnp.eye(3)).tolist()
    [3.0]
    """
    merged = softmax_attention(params.copy, with_code(code, alternating_tokens(task)))
    query = updated_query(params.step, merged)
    return read_prediction(query[None], d_y=task.ys.shape[1])


def init_two_layers(key: Key[Array, ""], *, d_token: int, d_key: int, scale: Scalar) -> TwoLayers:
    """Draw random weights for both layers, one head each: every entry is N(0, scale²).

    >>> init_two_layers(jax.random.key(0), d_token=5, d_key=3, scale=0.1).step.w_k.shape
    (1, 3, 5)
    """
    sizes = {"d_token": d_token, "d_key": d_key, "d_value": d_key}
    copy, step = (init_attention(k, **sizes, scale=scale) for k in jax.random.split(key))
    return TwoLayers(copy=copy, step=step)


def token_sensitivity(
    layer: Callable[[Float[Array, "n_tokens d_token"]], Float[Array, "n_tokens d_token"]],
    tokens: Float[Array, "n_tokens d_token"],
    *,
    d_code: int,
) -> Float[Array, "n_tokens n_context"]:
    """Return how strongly each token after a layer depends on each context token before it.

    Entry [j, i] is the Frobenius norm of the derivative of token j after the layer by token i
    before it. Codes are no data: the first `d_code` slots count neither above nor below.

    Source: 2212.07677, section 6 and Fig. 6.

    Arguments:

    - `layer`: what the layer does to the tokens of one task.
    - `tokens`: the tokens at which the derivative is taken, the query last.
    - `d_code`: the number of code slots, which lead each token.

    Returns the norms. The query lends no key and no value, so it has no column.

    >>> token_sensitivity(lambda tokens: 3 * tokens, jnp.ones((3, 2)), d_code=1).tolist()
    [[3.0, 0.0], [0.0, 3.0], [0.0, 0.0]]
    """
    code, data = tokens[:, :d_code], jnp.asarray(tokens[:, d_code:])
    slopes = jax.jacobian(lambda data: layer(with_code(code, data))[:, d_code:])(data)
    return jnp.sqrt(jnp.sum(slopes**2, axis=(1, 3)))[:, :-1]


def own_next_other(norms: Float[Array, "n_tokens n_context"]) -> Float[Array, "3"]:
    """Return the mean of a table of sensitivities over own, next, and all other tokens.

    Own are the entries [j, j], next [j, j + 1], other the rest, the query's row included.

    Source: 2212.07677, Fig. 6.

    Raises `ValueError` unless the table has one row more than columns.

    >>> own_next_other(jnp.array([[5.0, 3.0], [1.0, 5.0], [2.0, 0.0]])).tolist()
    [5.0, 3.0, 1.0]
    """
    n_tokens, n_context = norms.shape
    if n_tokens != n_context + 1 or n_context < 2:
        raise ValueError(
            f"the table has shape {norms.shape}, but it has one row for each token and one column "
            "for each token but the query, at least 3 and 2: pass what `token_sensitivity` returns."
        )
    own, following = jnp.eye(n_tokens, n_context), jnp.eye(n_tokens, n_context, k=1)
    groups = jnp.stack([own, following, 1 - own - following])
    return jnp.einsum("gji,ji->g", groups, norms) / groups.sum(axis=(1, 2))
