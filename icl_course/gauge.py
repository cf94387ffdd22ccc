"""Gauge: weights brought to a form in which two layers can be compared and mixed.

Many weights make one function (see `constructions.change_basis`). Here each layer is written anew
with W_K = W_O = I, so that its two products stand in W_Q and W_V, and the one factor that is still
free is fixed by another layer.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Float

from icl_course.arrays import Array, Scalar
from icl_course.attention import AttentionParams
from icl_course.metrics import output_value_form, query_key_form


def from_forms(
    query_key: Float[Array, "n_heads d_token d_token"],
    output_value: Float[Array, "n_heads d_token d_token"],
) -> AttentionParams:
    """Return weights with W_K^T W_Q = `query_key` and W_O W_V = `output_value` in each head.

    Of the many such weights these have W_K = W_O = I.

    Arguments:

    - `query_key`, `output_value`: as `metrics.query_key_form` and `output_value_form` return them.

    Raises `ValueError` where the two are not of one shape, or a head's is not square.

    >>> params = from_forms(jnp.array([[[2.0]]]), jnp.array([[[3.0]]]))
    >>> [w.item() for w in (params.w_q, params.w_k, params.w_v, params.w_o)]
    [2.0, 1.0, 3.0, 1.0]
    """
    shape = query_key.shape
    if len(shape) != 3 or shape[1] != shape[2] or output_value.shape != shape:
        raise ValueError(
            f"query_key and output_value have shapes {shape} and {output_value.shape}, but both "
            "must be [n_heads d_token d_token], one square matrix per head: see "
            "metrics.query_key_form and metrics.output_value_form."
        )
    dtype = jnp.result_type(query_key, output_value)
    identity = jnp.broadcast_to(jnp.eye(shape[1], dtype=dtype), shape)
    return AttentionParams(
        w_q=jnp.asarray(query_key, dtype),
        w_k=identity,
        w_v=jnp.asarray(output_value, dtype),
        w_o=identity,
    )


def fix_gauge(params: AttentionParams, like: AttentionParams) -> AttentionParams:
    """Write a layer with W_K = W_O = I, and with the scale of its scores fixed by another layer.

    A factor c may move between the two products of a head without a trace in its function. Take the
    c for which W_K^T W_Q is closest to c times that of `like`:

        c = <W_K^T W_Q, like's> / <like's, like's>,   <A, B> = sum_ij A_ij B_ij,
        W_K^T W_Q -> W_K^T W_Q / c,   W_O W_V -> c W_O W_V.

    With `constructions.gradient_step` as `like`, whose product is I on the x slots, c is the mean
    of the x slots' diagonal.

    Source: 2212.07677, section 3 (interpolation after a correction of the scale).

    Arguments:

    - `params`: any layer of linear attention.
    - `like`: the layer that sets the scale, with as many heads, in the same order. A head of it
      that scores everything 0, or that `params` has no overlap with, gives inf or nan.

    Returns other weights for the function of `params`, with d_key = d_value = d_token. Raises
    `ValueError` where the two layers differ in their number of heads or in d_token.

    >>> params = from_forms(jnp.array([[[6.0]]]), jnp.array([[[1.0]]]))
    >>> fixed = fix_gauge(params, like=from_forms(jnp.array([[[2.0]]]), jnp.array([[[7.0]]])))
    >>> fixed.w_q.item(), fixed.w_v.item()
    (2.0, 3.0)
    """
    ours, theirs = query_key_form(params), query_key_form(like)
    if ours.shape != theirs.shape:
        raise ValueError(
            f"the layers have query-key forms of shapes {ours.shape} and {theirs.shape}, which "
            "must be equal: compare layers with as many heads, for tokens of the same size."
        )
    overlap = jnp.sum(ours * theirs, axis=(1, 2), keepdims=True)
    scale = overlap / jnp.sum(theirs**2, axis=(1, 2), keepdims=True)
    return from_forms(ours / scale, scale * output_value_form(params))


def interpolate(
    params: AttentionParams, like: AttentionParams, *, share: Scalar
) -> AttentionParams:
    """Mix two layers' weights after the gauge of both is fixed by `like`.

        W = (1 - share) fix_gauge(params) + share fix_gauge(like)

    Without the fixing, two layers with the same function can have a mean that does anything.

    Source: 2212.07677, section 3 and Fig. 2, with `share` = 1/2.

    Arguments:

    - `params`, `like`: as for `fix_gauge`.
    - `share`: the share of `like`: 0 gives the function of `params`, 1 that of `like`.

    Returns the mixed weights. Raises `ValueError` as `fix_gauge` does.

    >>> minus = lambda params: jax.tree.map(lambda weight: -weight, params)
    >>> ours = from_forms(jnp.array([[[6.0]]]), jnp.array([[[1.0]]]))
    >>> mixed = interpolate(minus(ours), ours, share=0.5)
    >>> mixed.w_q.item(), mixed.w_v.item()
    (6.0, 1.0)
    """
    ours, theirs = fix_gauge(params, like), fix_gauge(like, like)
    return jax.tree.map(lambda a, b: (1 - share) * a + share * b, ours, theirs)
