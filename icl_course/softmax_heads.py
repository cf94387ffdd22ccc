"""Softmax heads by hand: one that smooths, and two that come close to a linear one."""

import math

import jax.numpy as jnp
from jaxtyping import Float

from icl_course.arrays import Array, Scalar, rates_per_output
from icl_course.attention import AttentionParams


def softmax_smoother(*, d_x: int, d_y: int, temperature: Scalar) -> AttentionParams:
    """Build the softmax layer that smooths with the exponential kernel.

    Scores are x_i · x_j / τ, values are targets, and W_O = -I on the y slots: slot j loses the
    weighted mean of the targets. The query's slot starts at 0, so its prediction, minus the slot,
    is `kernel_smoothing` with `exponential_kernel`.

    Source: 2212.07677, section 5.

    Arguments:

    - `d_x`, `d_y`: the sizes of an input and of a target.
    - `temperature`: τ > 0. Large: a plain mean. Small: the target of the largest x_i · x_q.

    Returns one head with d_key = d_x for `attention.softmax_attention`, whose scores are divided by
    sqrt(d_key).

    >>> softmax_smoother(d_x=1, d_y=1, temperature=0.5).w_q.tolist()
    [[[2.0, 0.0]]]
    """
    keep_x = jnp.eye(d_x, d_x + d_y)
    keep_y = jnp.eye(d_y, d_x + d_y, k=d_x)
    return AttentionParams(
        w_q=math.sqrt(d_x) / temperature * keep_x[None],
        w_k=keep_x[None],
        w_v=keep_y[None],
        w_o=-keep_y.T[None],
    )


def two_softmax_heads(
    w_0: Float[Array, "d_y d_x"],
    *,
    learning_rate: Scalar | Float[Array, " d_y"],
    temperature: Scalar,
) -> AttentionParams:
    """Build two softmax heads that together come close to one gradient step on centred inputs.

    One head weighs by scores +x_i · x_j / T, the other by the negative ones, and what they gather
    is subtracted. With s_i = x_i · x_j, and bars for means over the context,

        T/2 (a+_i - a-_i) = 1/N (s_i - s̄) + O(1/T²),

    since constants and squares cancel. So slot j gains η/N sum_i (W_0 x_i - y_i) (x_i - x̄) · x_j in
    the limit: one step of `descent.step` on inputs x_i - x̄. No softmax layer of any number of
    heads does without the centring: a softmax does not notice what all its scores share.

    Source: 2212.07677, section 3 and appendix (two softmax heads), where the mean is left out.

    Arguments:

    - `w_0`: the initial weights W_0. The query token is (x_q, -W_0 x_q).
    - `learning_rate`: the step size η, one for all outputs or one per output.
    - `temperature`: T > 0. In float32 rounding grows with T: about 1e-7 T.

    Returns the two heads for `attention.softmax_attention`. Raises `ValueError` where the number of
    learning rates is not d_y.

    >>> heads = two_softmax_heads(jnp.zeros((1, 1)), learning_rate=0.5, temperature=4.0)
    >>> heads.w_q.ravel().tolist(), heads.w_o.ravel().tolist()
    ([0.25, 0.0, -0.25, -0.0], [0.0, 1.0, -0.0, -1.0])
    """
    d_y, d_x = w_0.shape
    rates = rates_per_output(learning_rate, d_y=d_y)
    keep_x = jnp.eye(d_x, d_x + d_y)
    residual = jnp.concatenate([w_0, -jnp.eye(d_y)], axis=1)
    w_q = math.sqrt(d_x) / temperature * keep_x
    w_o = jnp.pad(jnp.diag(rates * temperature / 2), ((d_x, 0), (0, 0)))
    return AttentionParams(
        w_q=jnp.stack([w_q, -w_q]),
        w_k=jnp.stack([keep_x, keep_x]),
        w_v=jnp.stack([residual, residual]),
        w_o=jnp.stack([w_o, -w_o]),
    )
