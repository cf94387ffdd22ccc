"""Metrics: how far two answers lie apart, and what can be seen of a layer's weights."""

import jax.numpy as jnp
from jaxtyping import Complex, Float

from icl_course.arrays import Array
from icl_course.attention import AttentionParams


def half_squared_error(
    prediction: Float[Array, " d_y"], target: Float[Array, " d_y"]
) -> Float[Array, ""]:
    """Return the loss of one prediction, 1/2 |prediction - target|², summed over outputs.

    Source: 2212.07677, section 3; the half is that of the whole course.

    Raises `ValueError` where the shapes differ.

    >>> float(half_squared_error(jnp.array([1.0, 2.0]), jnp.array([4.0, 6.0])))
    12.5
    """
    _check_same_shape(prediction, target)
    return jnp.sum((prediction - target) ** 2) / 2


def largest_deviation(
    ours: Float[Array, "*shape"], theirs: Float[Array, "*shape"]
) -> Float[Array, ""]:
    """Return the largest absolute difference between two arrays of the same shape.

    A nan in either makes the result nan. Raises `ValueError` where the shapes differ, since
    broadcasting would compare entries that do not belong together.

    >>> float(largest_deviation(jnp.array([1.0, 2.0, 3.0]), jnp.array([1.5, 0.0, 3.0])))
    2.0
    """
    _check_same_shape(ours, theirs)
    return jnp.max(jnp.abs(ours - theirs))


def relative_difference(
    ours: Float[Array, "*shape"], theirs: Float[Array, "*shape"]
) -> Float[Array, ""]:
    """Return the size of the difference in units of `theirs`: |ours - theirs| / |theirs|.

    Sizes are Euclidean over all entries. Where `theirs` is all zeros the result is inf, or nan if
    `ours` is too. Raises `ValueError` where the shapes differ.

    >>> float(relative_difference(jnp.array([3.0, 6.5]), jnp.array([3.0, 4.0])))
    0.5
    """
    _check_same_shape(ours, theirs)
    return jnp.sqrt(jnp.sum((ours - theirs) ** 2) / jnp.sum(theirs**2))


def query_key_form(params: AttentionParams) -> Float[Array, "n_heads d_token d_token"]:
    """Return W_K^T W_Q of each head: all that can be seen of keys and queries.

    The score of query token j on context token i is k_i · q_j = e_i^T (W_K^T W_Q) e_j, so rows
    belong to the token attended to, and columns to the token that attends.

    Source: 2212.07677, section 3 (same letters).

    >>> params = AttentionParams(w_q=jnp.array([[[1.0, 2.0]]]), w_k=jnp.array([[[3.0, 4.0]]]),
    ...                          w_v=jnp.zeros((1, 1, 2)), w_o=jnp.zeros((1, 2, 1)))
    >>> query_key_form(params).tolist()
    [[[3.0, 6.0], [4.0, 8.0]]]
    """
    return jnp.matmul(params.w_k.mT, params.w_q)


def output_value_form(params: AttentionParams) -> Float[Array, "n_heads d_token d_token"]:
    """Return W_O W_V of each head: all that can be seen of values and output.

    Attending to token i with weight 1 adds (W_O W_V) e_i, so rows belong to the slot written, and
    columns to the slot read.

    Source: 2212.07677, section 3: their P W_V.

    >>> params = AttentionParams(w_q=jnp.zeros((1, 1, 2)), w_k=jnp.zeros((1, 1, 2)),
    ...                          w_v=jnp.array([[[1.0, 2.0]]]), w_o=jnp.array([[[3.0], [4.0]]]))
    >>> output_value_form(params).tolist()
    [[[3.0, 6.0], [4.0, 8.0]]]
    """
    return jnp.matmul(params.w_o, params.w_v)


def spectrum(form: Float[Array, "n_heads d_token d_token"]) -> Complex[Array, "n_heads d_token"]:
    """Return the eigenvalues of each head's form, the largest in size first.

    Of W_O W_V they say what attending does to a token in the long run: a direction with a positive
    eigenvalue is copied, one with a negative eigenvalue is taken away. They do not depend on the
    basis of keys and values, and a pair of complex ones turns the token.

    Source: Elhage et al. 2021, A Mathematical Framework for Transformer Circuits (OV and QK
    circuits); Olsson et al. 2022.

    Arguments: `form`, what `query_key_form` or `output_value_form` return.

    >>> spectrum(jnp.array([[[1.0, 0.0], [0.0, -3.0]]])).real.tolist()
    [[-3.0, 1.0]]
    """
    values = jnp.linalg.eigvals(form)
    order = jnp.argsort(-jnp.abs(values), axis=-1)
    return jnp.take_along_axis(values, order, axis=-1)


def positive_share(
    eigenvalues: Complex[Array, "n_heads d_token"],
) -> Float[Array, " n_heads"]:
    """Return sum λ / sum |λ| of each head: 1 where all copies, -1 where all is taken away.

    Complex eigenvalues of a real matrix come in pairs, so the sum is real. Where all are 0 the
    result is nan.

    Source: Elhage et al. 2021, who call a head with a share near 1 a copying head.

    >>> positive_share(jnp.array([[3.0 + 0j, -1.0]])).tolist()
    [0.5]
    """
    return jnp.sum(eigenvalues, axis=-1).real / jnp.sum(jnp.abs(eigenvalues), axis=-1)


def _check_same_shape(ours: Array, theirs: Array) -> None:
    """Raise `ValueError` unless both arrays have one shape."""
    if ours.shape != theirs.shape:
        raise ValueError(
            f"the arrays to compare have shapes {ours.shape} and {theirs.shape}, which must be "
            "equal: check for a missing or an extra axis on one of them."
        )
