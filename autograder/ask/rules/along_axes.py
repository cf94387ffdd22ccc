"""Rules that sum, compare or sort along axes, and the product of arrays."""

from collections.abc import Callable
from typing import Any

import numpy as np
from jax import lax

from autograder.ask.rules.rule import NotInterpretedError, Rule, Values


def _dot_general(
    x: np.ndarray,
    y: np.ndarray,
    *,
    dimension_numbers: Any,
    precision: Any = None,
    preferred_element_type: Any = None,
    **said: Any,
) -> np.ndarray:
    """Contract and batch as `lax.dot_general`: batch axes first, then those of x, then of y."""
    if isinstance(precision, lax.DotAlgorithm | lax.DotAlgorithmPreset):
        raise NotInterpretedError
    (x_sum, y_sum), (x_batch, y_batch) = dimension_numbers
    x_free = [axis for axis in range(x.ndim) if axis not in (*x_sum, *x_batch)]
    y_free = [axis for axis in range(y.ndim) if axis not in (*y_sum, *y_batch)]
    batch = [x.shape[axis] for axis in x_batch]
    n_sum = int(np.prod([x.shape[axis] for axis in x_sum], dtype=int))
    left = x.transpose(*x_batch, *x_free, *x_sum)
    right = y.transpose(*y_batch, *y_sum, *y_free)
    if preferred_element_type is not None:
        left, right = left.astype(preferred_element_type), right.astype(preferred_element_type)
    rows = [x.shape[axis] for axis in x_free]
    columns = [y.shape[axis] for axis in y_free]
    n_rows, n_columns = int(np.prod(rows, dtype=int)), int(np.prod(columns, dtype=int))
    product = left.reshape(*batch, n_rows, n_sum) @ right.reshape(*batch, n_sum, n_columns)
    return product.reshape((*batch, *rows, *columns))


def _reduction(function: Callable[..., Any]) -> Rule:
    return lambda x, *, axes, **said: function(x, axis=tuple(axes))


def _extreme(function: Callable[..., Any], sign: int) -> Rule:
    """Make a reduction that gives, of no entries, the type's own end."""

    def rule(x: np.ndarray, *, axes: Any, **said: Any) -> np.ndarray:
        if x.dtype.kind == "f":
            end: Any = sign * np.inf
        elif x.dtype.kind == "b":
            end = sign > 0
        else:
            end = np.iinfo(x.dtype).max if sign > 0 else np.iinfo(x.dtype).min
        return np.asarray(function(x, axis=tuple(axes), initial=x.dtype.type(end)))

    return rule


def _arg_extreme(function: Callable[..., Any]) -> Rule:
    return lambda x, *, axes, **said: function(x, axis=axes[0])


def _cumulative(function: Callable[..., Any]) -> Rule:
    def rule(x: np.ndarray, *, axis: int, reverse: bool, **said: Any) -> np.ndarray:
        x = np.flip(x, axis) if reverse else x
        result = function(x, axis=axis)
        return np.flip(result, axis) if reverse else result

    return rule


def _sort(*xs: np.ndarray, dimension: int, is_stable: bool, num_keys: int, **said: Any) -> Values:
    """Sort all by the first; NaN goes last."""
    if num_keys > 1 or (len(xs) > 1 and not is_stable):
        raise NotInterpretedError
    order = np.argsort(xs[0], axis=dimension, kind="stable")
    return [np.take_along_axis(x, order, dimension) for x in xs]


def _top_k(x: np.ndarray, *, k: int, axis: int = -1, **said: Any) -> Values:
    """Take the largest, of equals the first first; NaN counts as the largest."""
    backwards = np.argsort(np.flip(x, axis), axis=axis, kind="stable")
    order = x.shape[axis] - 1 - np.flip(backwards, axis)
    order = np.take(order, np.arange(k), axis)
    return [np.take_along_axis(x, order, axis), order]


ALONG_AXES: dict[str, Rule] = {
    "argmax": _arg_extreme(np.argmax),
    "argmin": _arg_extreme(np.argmin),
    "cummax": _cumulative(np.maximum.accumulate),
    "cummin": _cumulative(np.minimum.accumulate),
    "cumprod": _cumulative(np.cumprod),
    "cumsum": _cumulative(np.cumsum),
    "dot_general": _dot_general,
    "reduce_and": _reduction(np.bitwise_and.reduce),
    "reduce_max": _extreme(np.max, -1),
    "reduce_min": _extreme(np.min, 1),
    "reduce_or": _reduction(np.bitwise_or.reduce),
    "reduce_prod": _reduction(np.prod),
    "reduce_sum": _reduction(np.sum),
    "sort": _sort,
    "top_k": _top_k,
}
