"""Compositions: what two heads make of each other, read from products of their weights.

Weights alone say little: only products act. W_O W_V is what a head writes for what it reads, and
W_Q^T W_K is how a query's stream is compared with a key's.
"""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Complex, Float

from icl_course.arrays import Array
from icl_course.attention import AttentionParams
from icl_course.causal import CausalParams


def output_value(layer: AttentionParams) -> Float[Array, "n_heads d_model d_model"]:
    """Return W_O W_V of each head.

    >>> one = jnp.ones((1, 1, 1))
    >>> output_value(AttentionParams(one, one, 2 * one, 3 * one)).ravel().tolist()
    [6.0]
    """
    return jnp.matmul(layer.w_o, layer.w_v)


def query_key(layer: AttentionParams) -> Float[Array, "n_heads d_model d_model"]:
    """Return W_Q^T W_K of each head: rows stand for the query's stream, columns for the key's.

    >>> one = jnp.ones((1, 1, 1))
    >>> query_key(AttentionParams(2 * one, 3 * one, one, one)).ravel().tolist()
    [6.0]
    """
    return jnp.matmul(layer.w_q.mT, layer.w_k)


def composition_scores(
    earlier: AttentionParams, later: AttentionParams
) -> Float[Array, "3 n_earlier n_later"]:
    """Return how strongly each earlier head feeds queries, keys and values of each later head.

    With M = W_Q^T W_K of the later head, O = W_O W_V of either, and Frobenius norms,

        Q: |M^T O_1| / (|M| |O_1|),   K: |M O_1| / (|M| |O_1|),   V: |O_2 O_1| / (|O_2| |O_1|).

    Source: Elhage et al. 2021. They take off the mean score of random matrices; here it is left in:
    compare pairs of heads with each other.

    Arguments:

    - `earlier`, `later`: two layers of one net.

    Returns the scores Q, K, V, each from 0 to 1.

    >>> from icl_course.induction import induction_circuit
    >>> net = induction_circuit(n_symbols=3, n_positions=4)
    >>> (composition_scores(*net.layers).ravel() > 0.1).tolist()
    [False, True, False]
    """
    written, compared = output_value(earlier), query_key(later)
    products = [
        jnp.einsum("lij,eik->eljk", compared, written),
        jnp.einsum("lji,eik->eljk", compared, written),
        jnp.einsum("lji,eik->eljk", output_value(later), written),
    ]
    last = [compared, compared, output_value(later)]
    norms = [_norm(written)[:, None] * _norm(each)[None, :] for each in last]
    return jnp.stack([_norm(p) / n for p, n in zip(products, norms, strict=True)])


def copying_matrix(
    params: CausalParams, *, layer: int, head: int
) -> Float[Array, "n_symbols n_symbols"]:
    """Return how much attention to a symbol (column) raises each symbol's logit (row): U O E^T.

    Source: Elhage et al. 2021 (the OV circuit of a head, between embedding and unembedding).

    >>> from icl_course.induction import induction_circuit
    >>> net = induction_circuit(n_symbols=2, n_positions=3, strength=5.0)
    >>> copying_matrix(net, layer=1, head=0).tolist()
    [[5.0, 0.0], [0.0, 5.0]]
    """
    written = output_value(params.layers[layer])[head]
    return jnp.linalg.multi_dot([params.unembed, written, params.embed.T])


def matching_matrix(
    params: CausalParams, earlier: tuple[int, int], later: tuple[int, int]
) -> Float[Array, "n_symbols n_symbols"]:
    """Return the score of a query's symbol (row) on a key written for a symbol (column) before it.

    The key is read from what the earlier head wrote: E W_Q^T W_K O_1 E^T.

    Source: Elhage et al. 2021 (the QK circuit of an induction head, with K-composition).

    Arguments:

    - `params`: the net.
    - `earlier`, `later`: (layer, head) of the previous-token head and of the induction head.

    >>> from icl_course.induction import induction_circuit
    >>> net = induction_circuit(n_symbols=3, n_positions=4, sharpness=5.0)
    >>> matching_matrix(net, (0, 0), (1, 0)).tolist()
    [[10.0, 0.0, 0.0], [0.0, 10.0, 0.0], [0.0, 0.0, 10.0]]
    """
    written = output_value(params.layers[earlier[0]])[earlier[1]]
    compared = query_key(params.layers[later[0]])[later[1]]
    return jnp.linalg.multi_dot([params.embed, compared, written, params.embed.T])


def spectrum(matrix: Float[Array, "n n"]) -> Complex[np.ndarray, " n"]:
    """Return the eigenvalues of a square matrix, the largest in size first.

    >>> spectrum(np.diag([1.0, -3.0])).real.tolist()
    [-3.0, 1.0]
    """
    values = np.linalg.eigvals(np.asarray(matrix, np.float64)).astype(np.complex128)
    return values[np.argsort(-np.abs(values), kind="stable")]


def positive_share(matrix: Float[Array, "n n"]) -> float:
    """Return the sum of the eigenvalues over the sum of their sizes, from -1 to 1.

    Near 1, a matrix gives back what it gets: such an OV circuit copies, such a QK circuit matches.

    Source: Elhage et al. 2021.

    >>> positive_share(np.diag([3.0, -1.0]))
    0.5
    """
    values = spectrum(matrix)
    return float(values.sum().real / np.abs(values).sum())


def _norm(matrices: Array) -> Array:
    return jnp.linalg.norm(matrices, axis=(-2, -1))
