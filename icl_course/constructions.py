"""Constructions: attention weights written by hand, so that a layer is a step of gradient descent.

This module knows the layer's weights and nothing of tasks, tokens or `descent`. That the layer
then does what `descent` does is a theorem, which the tests check, and not a shared line of code.
"""

from collections.abc import Sequence

import jax.numpy as jnp
from jaxtyping import Float

from icl_course.arrays import Array, Scalar, rates_per_output
from icl_course.attention import AttentionParams


def gradient_step(
    w_0: Float[Array, "d_y d_x"],
    *,
    n_context: int,
    learning_rate: Scalar | Float[Array, " d_y"],
) -> AttentionParams:
    """Build the linear layer that takes one step of gradient descent from W_0.

    Keys and queries are the inputs, values are the residuals W_0 x_i - y_i, and the output matrix
    holds the step size:

        W_K = W_Q = [[I_x, 0], [0, 0]],  W_V = [[0, 0], [W_0, -I_y]],  W_O = [[0, 0], [0, η/N I_y]],

    Context token i then adds (η/N) (W_0 x_i - y_i) x_i^T x_j to the y slot of token j, and the sum
    over i is -ΔW x_j with ΔW = -(η/N) sum_i (W_0 x_i - y_i) x_i^T, one step on the loss
    1/(2N) sum_i |W x_i - y_i|². So (x_j, y_j) becomes (x_j, y_j - ΔW x_j) for every token, and the
    query (x_q, -W_0 x_q) becomes (x_q, -(W_0 + ΔW) x_q).

    Source: 2212.07677, Prop. 1. Their P is our W_O; theirs is (η/N) I on all slots, ours on the y
    slots alone, which is the same function because W_V fills no others.

    Arguments:

    - `w_0`: the initial weights W_0, one row per output.
    - `n_context`: the number N of context tokens that the layer will see.
    - `learning_rate`: the step size η, one for all outputs or one per output.

    Returns the weights of one head with d_key = d_value = d_x + d_y. Raises `ValueError` where
    `w_0` is no matrix, `n_context` is less than 1, or the number of learning rates is not d_y.

    >>> params = gradient_step(jnp.array([[3.0, 4.0]]), n_context=2, learning_rate=1.0)
    >>> params.w_v[0].tolist()
    [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [3.0, 4.0, -1.0]]
    >>> jnp.diag(params.w_o[0]).tolist()
    [0.0, 0.0, 0.5]
    """
    if w_0.ndim != 2:
        raise ValueError(
            f"w_0 has shape {w_0.shape}, but W_0 is a matrix [d_y d_x] with one row per output: "
            "for a single output pass w_0[None, :]."
        )
    if n_context < 1:
        raise ValueError(
            f"n_context = {n_context}, but the loss is a mean over at least 1 context pair: "
            "pass the number of context tokens, without the query."
        )
    d_y, d_x = w_0.shape
    dtype = jnp.result_type(w_0, learning_rate)
    rates = rates_per_output(learning_rate, d_y=d_y).astype(dtype)
    select_x = jnp.pad(jnp.eye(d_x, dtype=dtype), (0, d_y))
    residual = jnp.concatenate([jnp.asarray(w_0, dtype), -jnp.eye(d_y, dtype=dtype)], axis=1)
    w_v = jnp.pad(residual, ((d_x, 0), (0, 0)))
    w_o = jnp.pad(jnp.diag(rates / n_context), (d_x, 0))
    return AttentionParams(w_q=select_x[None], w_k=select_x[None], w_v=w_v[None], w_o=w_o[None])


def gd_plus_plus_step(
    w_0: Float[Array, "d_y d_x"],
    *,
    n_context: int,
    learning_rate: Scalar | Float[Array, " d_y"],
    gamma: Scalar,
) -> AttentionParams:
    """Build the linear layer that takes one gradient step from W_0 and moves the inputs too.

    Values carry the input as well as the residual, and the output matrix writes both back:

        W_V = [[I_x, 0], [W_0, -I_y]],   W_O = [[-γ I_x, 0], [0, η/N I_y]]

    Keys and queries are those of `gradient_step`, and so is what the y slots gain. The x slots gain
    -γ sum_i x_i x_i^T x_j, for every token, the query included:

        x_j <- x_j - γ X X^T x_j,   the columns of X being the context inputs

    The step itself is not changed by γ. The next layer's is: it meets other inputs (see
    `gd_plus_plus.move_spectrum`). After a layer that moves x, W_0 x_i - y_i is no residual any
    more, so stack such layers with W_0 = 0, on tokens made by `tokens.make_residual_tokens`.

    Source: 2212.07677, section 4 and app. A.10, which call it GD++. Their P is our W_O.

    Arguments:

    - `w_0`, `n_context`, `learning_rate`: as for `gradient_step`.
    - `gamma`: γ. It has no 1/N in it. 0 gives `gradient_step`.

    Returns the weights of one head with d_key = d_value = d_x + d_y. Raises `ValueError` as
    `gradient_step` does.

    >>> params = gd_plus_plus_step(jnp.array([[3.0]]), n_context=2, learning_rate=1.0, gamma=0.25)
    >>> params.w_v[0].tolist(), params.w_o[0].tolist()
    ([[1.0, 0.0], [3.0, -1.0]], [[-0.25, 0.0], [0.0, 0.5]])
    """
    step = gradient_step(w_0, n_context=n_context, learning_rate=learning_rate)
    dtype = jnp.result_type(step.w_q, gamma)
    # The key's x block is the identity that values and output need as well.
    select_x = step.w_k.astype(dtype)
    return AttentionParams(
        w_q=step.w_q.astype(dtype),
        w_k=select_x,
        w_v=step.w_v.astype(dtype) + select_x,
        w_o=step.w_o.astype(dtype) - gamma * select_x,
    )


def gradient_steps(
    w_0: Float[Array, "d_y d_x"],
    *,
    n_context: int,
    learning_rates: Float[Array, " n_layers"] | Sequence[Scalar],
) -> tuple[AttentionParams, ...]:
    """Build K linear layers that take K steps of gradient descent from W_0, one after the other.

    Every layer is a `gradient_step` from the same W_0: the y slots that it reads already hold
    y_i - (W_k - W_0) x_i, so that W_0 x_i minus the slot is the residual of W_k. The layers differ
    in their step sizes alone, and with one step size a single layer, looped, does it all.

    Source: 2212.07677, section 4.

    Arguments:

    - `w_0`, `n_context`: as for `gradient_step`.
    - `learning_rates`: the step size of each layer, first to last.

    Returns the layers, for `transformer.stacked`. Raises `ValueError` as `gradient_step` does.

    >>> len(gradient_steps(jnp.zeros((1, 2)), n_context=5, learning_rates=[1.0, 0.5, 0.25]))
    3
    """
    return tuple(
        gradient_step(w_0, n_context=n_context, learning_rate=rate) for rate in learning_rates
    )


def gd_plus_plus_steps(
    *,
    d_x: int,
    d_y: int = 1,
    n_context: int,
    learning_rates: Float[Array, " n_layers"] | Sequence[Scalar],
    gammas: Float[Array, " n_layers"] | Sequence[Scalar],
) -> tuple[AttentionParams, ...]:
    """Build K layers of GD++ for tokens whose y slots hold residuals: each has W_0 = 0.

    Such tokens come from `tokens.make_residual_tokens`, or from `tokens.make_tokens` for W_0 = 0.

    Source: 2212.07677, section 4 and app. A.10.

    Arguments:

    - `d_x`, `d_y`: the sizes of an input and of a target.
    - `n_context`: the number N of context tokens.
    - `learning_rates`, `gammas`: η and γ of each layer, first to last.

    Returns the layers, for `transformer.stacked`. Raises `ValueError` where there is not one γ for
    each learning rate.

    >>> len(gd_plus_plus_steps(d_x=2, n_context=5, learning_rates=[9.0, 9.0], gammas=[0.2, 0.2]))
    2
    """
    if len(gammas) != len(learning_rates):
        raise ValueError(
            f"{len(learning_rates)} learning rates and {len(gammas)} gammas were given, but each "
            "layer has one of both: pass as many."
        )
    nothing = jnp.zeros((d_y, d_x))
    return tuple(
        gd_plus_plus_step(nothing, n_context=n_context, learning_rate=rate, gamma=gamma)
        for rate, gamma in zip(learning_rates, gammas, strict=True)
    )


def change_basis(
    params: AttentionParams,
    key_change: Float[Array, "n_heads d_key d_key"],
    value_change: Float[Array, "n_heads d_value d_value"],
) -> AttentionParams:
    """Write the same layer in other bases of its keys and of its values.

    Keys meet queries only in k · q, and values meet the output matrix only in W_O v. So for any
    invertible A and B of each head

        W_K -> A W_K,   W_Q -> A^-T W_Q,   W_V -> B W_V,   W_O -> W_O B^-1

    are other weights for the same function: weights cannot be read off behaviour, the products
    W_K^T W_Q and W_O W_V can (see `metrics.query_key_form`).

    Source: 2212.07677, section 3, where weights agree up to these products; physics calls such a
    freedom a gauge.

    Arguments:

    - `params`: the layer's weights.
    - `key_change`: A, one invertible matrix per head. A singular one gives inf or nan.
    - `value_change`: B, likewise.

    Returns the new weights. Raises `ValueError` where a change does not fit its head.

    >>> one = jnp.ones((1, 1, 1))
    >>> params = AttentionParams(w_q=6 * one, w_k=one, w_v=one, w_o=6 * one)
    >>> changed = change_basis(params, 2 * one, 3 * one)
    >>> [w.item() for w in (changed.w_q, changed.w_k, changed.w_v, changed.w_o)]
    [3.0, 2.0, 3.0, 2.0]
    """
    n_heads, d_key, d_value = params.w_k.shape[0], params.w_k.shape[1], params.w_v.shape[1]
    changes = {"key_change": (key_change, d_key), "value_change": (value_change, d_value)}
    for name, (change, size) in changes.items():
        if change.shape != (n_heads, size, size):
            raise ValueError(
                f"{name} has shape {change.shape}, but it must be {(n_heads, size, size)} for "
                f"these params: one {size} by {size} matrix for each of their heads."
            )
    return AttentionParams(
        w_q=jnp.linalg.solve(key_change.mT, params.w_q),
        w_k=jnp.matmul(key_change, params.w_k),
        w_v=jnp.matmul(value_change, params.w_v),
        # W_O B^-1 is the transpose of B^-T W_O^T, which is what `solve` computes.
        w_o=jnp.linalg.solve(value_change.mT, params.w_o.mT).mT,
    )
