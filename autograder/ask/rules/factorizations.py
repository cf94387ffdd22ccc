"""Rules by SciPy's LAPACK, which is the one that JAX calls: signs and order are the same."""

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.linalg  # type: ignore[import-untyped]

from autograder.ask.rules.rule import NotInterpretedError, Rule, Values


def _factors(function: Callable[..., Any], *arrays: np.ndarray) -> Values:
    """Apply a function of matrices to every matrix of a batch, and stack what it gives."""
    if any(x.size == 0 or not np.isfinite(x).all() for x in arrays):
        raise NotInterpretedError
    batch = arrays[0].shape[:-2]
    found = [function(*(x[place] for x in arrays)) for place in np.ndindex(batch)]
    return [
        np.stack(column).reshape(*batch, *column[0].shape) for column in zip(*found, strict=True)
    ]


def _lapack(name: str, *arrays: np.ndarray, **how: Any) -> Values:
    *results, info = scipy.linalg.get_lapack_funcs(name, arrays[:1])(*arrays, **how)
    if info:
        raise NotInterpretedError
    return results


def _cholesky(x: np.ndarray, **said: Any) -> np.ndarray:
    return _factors(lambda matrix: _lapack("potrf", matrix, lower=True), x)[0]


def _eigh(
    x: np.ndarray, *, lower: bool, subset_by_index: Any, algorithm: Any = None, **said: Any
) -> Values:
    if subset_by_index not in (None, (0, x.shape[-1])) or algorithm is not None:
        raise NotInterpretedError
    values, vectors = _factors(lambda matrix: _lapack("syevd", matrix, lower=lower), x)
    return [vectors, values]


def _svd(
    x: np.ndarray,
    *,
    full_matrices: bool,
    compute_uv: bool,
    subset_by_index: Any,
    algorithm: Any = None,
    **said: Any,
) -> Values:
    if subset_by_index not in (None, (0, min(x.shape[-2:]))) or algorithm is not None:
        raise NotInterpretedError
    how = {"full_matrices": full_matrices, "compute_uv": compute_uv}
    u, s, vt = _factors(lambda matrix: _lapack("gesdd", matrix, **how), x)
    return [s, u, vt] if compute_uv else [s]


def _geqrf(x: np.ndarray, **said: Any) -> Values:
    return _factors(lambda matrix: _lapack("geqrf", matrix)[:2], x)


def _householder_product(x: np.ndarray, scales: np.ndarray, **said: Any) -> np.ndarray:
    return _factors(lambda matrix, scale: _lapack("orgqr", matrix, scale)[:1], x, scales)[0]


def _qr(x: np.ndarray, *, full_matrices: bool, pivoting: bool, **said: Any) -> Values:
    n_rows, n_columns = x.shape[-2:]
    if pivoting:
        raise NotInterpretedError
    factors, scales = _geqrf(x)
    if full_matrices and n_rows > n_columns:
        shape = (*x.shape[:-1], n_rows - n_columns)
        wide = np.concatenate([factors, np.zeros(shape, x.dtype)], -1)
    else:
        n_rows = min(n_rows, n_columns)
        wide = factors[..., :n_rows]
    return [_householder_product(wide, scales), np.triu(factors[..., :n_rows, :])]


def _lu(x: np.ndarray, **said: Any) -> Values:
    """Factor matrices; the rows' order is given as swaps and as a permutation."""

    def factor(matrix: np.ndarray) -> Values:
        factors, swaps, _ = scipy.linalg.get_lapack_funcs("getrf", (matrix,))(matrix)
        order = np.arange(len(matrix))
        for row, other in enumerate(swaps):
            order[[row, other]] = order[[other, row]]
        return [factors, swaps, order]

    return _factors(factor, x)


def _triangular_solve(
    a: np.ndarray,
    b: np.ndarray,
    *,
    left_side: bool,
    lower: bool,
    transpose_a: bool,
    unit_diagonal: bool,
    **said: Any,
) -> np.ndarray:
    """Solve op(a) x = b, or x op(a) = b, which is op(a)^T x^T = b^T."""
    how = {"lower": lower, "trans": transpose_a == left_side, "unitdiag": unit_diagonal}

    def solve(matrix: np.ndarray, right: np.ndarray) -> Values:
        if left_side:
            return _lapack("trtrs", matrix, right, **how)
        return [_lapack("trtrs", matrix, right.T, **how)[0].T]

    return _factors(solve, a, b)[0]


FACTORIZATIONS: dict[str, Rule] = {
    "cholesky": _cholesky,
    "eigh": _eigh,
    "geqrf": _geqrf,
    "householder_product": _householder_product,
    "lu": _lu,
    "qr": _qr,
    "svd": _svd,
    "triangular_solve": _triangular_solve,
}
