"""What each operation of a traced program does, said in NumPy as XLA does it on a CPU.

A rule gives XLA's value up to rounding and the sign of zero, also where few look: an integer
divided by zero, a shift by too many bits, an index outside the array, a float too large for an
integer. What is too long to say raises `NotInterpretedError`, and then XLA does it. Factorizations
come from SciPy's LAPACK, which is the one that JAX calls, so signs and order are the same.
"""

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
import scipy.linalg  # type: ignore[import-untyped]
import scipy.special  # type: ignore[import-untyped]
from jax import lax

Values = list[np.ndarray]
Rule = Callable[..., Any]


class NotInterpretedError(NotImplementedError):
    """The program holds something that is left to XLA."""


def _plain(function: Rule) -> Rule:
    """Make a rule of a NumPy function: what else JAX says is about sharding and accuracy."""
    return lambda *args, **said: function(*args)


def _divide(x: np.ndarray, y: np.ndarray, **said: Any) -> np.ndarray:
    if x.dtype.kind == "f":
        return np.divide(x, y)
    quotient = np.floor_divide(x, y)
    is_rounded_up = (quotient * y != x) & ((x < 0) != (y < 0))
    return np.where(y == 0, ~np.zeros_like(x), quotient + is_rounded_up.astype(x.dtype))


def _remainder(x: np.ndarray, y: np.ndarray, **said: Any) -> np.ndarray:
    if x.dtype.kind == "f":
        return np.fmod(x, y)
    return np.where(y == 0, x, np.fmod(x, y))


def _integer_pow(x: np.ndarray, *, y: int, **said: Any) -> np.ndarray:
    if y < 0:
        return 1 / _integer_pow(x, y=-y)
    result, factor = np.ones_like(x), x
    while y:
        if y & 1:
            result = result * factor
        factor, y = factor * factor, y >> 1
    return result


def _rsqrt(x: np.ndarray, **said: Any) -> np.ndarray:
    return 1 / np.sqrt(x)


def _logistic(x: np.ndarray, **said: Any) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def _round(x: np.ndarray, *, rounding_method: Any, **said: Any) -> np.ndarray:
    if rounding_method == lax.RoundingMethod.TO_NEAREST_EVEN:
        return np.rint(x)
    whole = np.trunc(x)
    return np.where(np.abs(x - whole) >= 0.5, whole + np.sign(x), whole)


def _reduce_precision(
    x: np.ndarray, *, exponent_bits: int, mantissa_bits: int, **said: Any
) -> np.ndarray:
    if (x.dtype, exponent_bits, mantissa_bits) != (np.float32, 8, 7):
        raise NotInterpretedError
    return x.astype(jnp.bfloat16).astype(x.dtype)


def _convert(x: np.ndarray, *, new_dtype: Any, **said: Any) -> np.ndarray:
    """Convert; an integer cannot be NaN, which becomes 0, nor beyond its type's ends."""
    new = np.dtype(new_dtype)
    if x.dtype.kind != "f" or new.kind not in "iu":
        return x.astype(new)
    ends = np.iinfo(new)
    # The ends as floats may lie just outside, so the values there are put in by hand.
    is_low, is_high = x <= float(ends.min), x >= float(ends.max)
    inside = np.where(np.isnan(x) | is_low | is_high, 0, x).astype(new)
    return np.where(is_low, new.type(ends.min), np.where(is_high, new.type(ends.max), inside))


def _unsigned(x: np.ndarray) -> np.ndarray:
    return x.view(np.dtype(f"u{x.dtype.itemsize}"))


def _logical_shift(function: Callable[..., Any]) -> Rule:
    def rule(x: np.ndarray, by: np.ndarray, **said: Any) -> np.ndarray:
        bits, steps = 8 * x.dtype.itemsize, _unsigned(by)
        shifted = function(_unsigned(x), steps % bits)
        return np.where(steps < bits, shifted, np.zeros_like(shifted)).view(x.dtype)

    return rule


def _arithmetic_shift_right(x: np.ndarray, by: np.ndarray, **said: Any) -> np.ndarray:
    most = 8 * x.dtype.itemsize - 1
    return x >> np.minimum(_unsigned(by), most).astype(x.dtype)


def _bitcast(x: np.ndarray, *, new_dtype: Any, **said: Any) -> np.ndarray:
    if x.dtype.itemsize != np.dtype(new_dtype).itemsize:
        raise NotInterpretedError
    return x.view(new_dtype)


def _total_order(compare: Callable[..., Any]) -> Rule:
    """Compare floats by their bits: -0 is below 0, and NaN above infinity."""

    def place(x: np.ndarray) -> np.ndarray:
        if x.dtype.kind != "f":
            return x
        bits = x.view(np.dtype(f"i{x.dtype.itemsize}"))
        return np.where(bits < 0, bits ^ np.iinfo(bits.dtype).max, bits)

    return lambda x, y, **said: compare(place(x), place(y))


def _broadcast(
    x: np.ndarray, *dynamic: Any, shape: Any, broadcast_dimensions: Any, **said: Any
) -> np.ndarray:
    spread = [1] * len(shape)
    for axis, place in enumerate(broadcast_dimensions):
        spread[place] = x.shape[axis]
    return np.broadcast_to(x.reshape(spread), shape)


def _reshape(
    x: np.ndarray, *dynamic: Any, new_sizes: Any, dimensions: Any, **said: Any
) -> np.ndarray:
    return (x if dimensions is None else x.transpose(dimensions)).reshape(new_sizes)


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


def _device_put(*xs: np.ndarray, devices: Any, **said: Any) -> Values:
    if any(device is not None for device in devices):
        raise NotInterpretedError
    return list(xs)


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


def _slice(
    x: np.ndarray, *, start_indices: Any, limit_indices: Any, strides: Any, **said: Any
) -> np.ndarray:
    steps = strides or (1,) * x.ndim
    return x[tuple(map(slice, start_indices, limit_indices, steps))]


def _dynamic_slice(x: np.ndarray, *starts: Any, slice_sizes: Any, **said: Any) -> np.ndarray:
    return x[_window(x, starts, slice_sizes)]


def _dynamic_update_slice(
    x: np.ndarray, update: np.ndarray, *starts: Any, **said: Any
) -> np.ndarray:
    result = x.copy()
    result[_window(x, starts, update.shape)] = update
    return result


def _window(x: np.ndarray, starts: Sequence[Any], sizes: Sequence[int]) -> tuple[slice, ...]:
    """Return where a window of these sizes stands: XLA moves it inside the array."""
    placed = [
        min(max(int(start), 0), length - size)
        for start, size, length in zip(starts, sizes, x.shape, strict=True)
    ]
    return tuple(slice(start, start + size) for start, size in zip(placed, sizes, strict=True))


def _pad(x: np.ndarray, filling: Any, *, padding_config: Any, **said: Any) -> np.ndarray:
    """Move the entries apart by the inner padding, cut by what is negative, then pad."""
    gaps = [gap for *_, gap in padding_config]
    apart = [max(0, n + (n - 1) * gap) for n, gap in zip(x.shape, gaps, strict=True)]
    spread = np.full(apart, filling, dtype=x.dtype)
    spread[tuple(slice(None, None, gap + 1) for gap in gaps)] = x
    cuts = [
        slice(max(0, -low), n - max(0, -high))
        for n, (low, high, _) in zip(apart, padding_config, strict=True)
    ]
    widths = [(max(0, low), max(0, high)) for low, high, _ in padding_config]
    return np.pad(spread[tuple(cuts)], widths, constant_values=filling) if widths else spread


def _iota(*dynamic: Any, dtype: Any, shape: Any, dimension: int, **said: Any) -> np.ndarray:
    line = np.arange(shape[dimension]).astype(dtype)
    spread = [1] * len(shape)
    spread[dimension] = shape[dimension]
    return np.broadcast_to(line.reshape(spread), shape)


def _select_n(which: np.ndarray, *cases: np.ndarray, **said: Any) -> np.ndarray:
    result = cases[0]
    for number, case in enumerate(cases[1:], 1):
        result = np.where(which >= number, case, result)
    return result


def _clamp(low: Any, x: np.ndarray, high: Any, **said: Any) -> np.ndarray:
    return np.minimum(np.maximum(x, low), high)


def _stack(*xs: np.ndarray, axis: int, **said: Any) -> np.ndarray:
    return np.stack(xs, axis)


def _unstack(x: np.ndarray, *, axis: int, **said: Any) -> Values:
    return list(np.moveaxis(x, axis, 0))


def _split(x: np.ndarray, *, sizes: Any, axis: int, **said: Any) -> Values:
    return np.split(x, np.cumsum(sizes)[:-1], axis)


def _find(
    x: np.ndarray, indices: np.ndarray, sizes: Sequence[int], mode: Any, to_axis: Sequence[int],
    batch_axes: Sequence[int], index_batch_axes: Sequence[int],
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Return where the window of every index vector starts in x, and whether it lies inside."""
    batch = indices.shape[:-1]
    starts = np.zeros((*batch, x.ndim), np.int64)
    starts[..., list(to_axis)] = indices
    for axis, index_axis in zip(batch_axes, index_batch_axes, strict=True):
        starts[..., axis] = np.indices(batch, sparse=True)[index_axis]
    last = np.subtract(x.shape, sizes)
    placed = np.clip(starts, 0, last)
    is_inside = (starts == placed).all(-1)
    if mode == lax.GatherScatterMode.CLIP:
        is_inside = np.ones_like(is_inside)
    elif mode != lax.GatherScatterMode.FILL_OR_DROP:
        raise NotInterpretedError
    return placed, is_inside


def _entries(starts: np.ndarray, sizes: Sequence[int]) -> tuple[np.ndarray, ...]:
    """Return the index of every entry of every window: first the windows' axes, then theirs."""
    steps = np.indices(sizes, sparse=True)
    spread = (..., *[None] * len(sizes))
    return tuple(starts[..., axis][spread] + step for axis, step in enumerate(steps))


def _gather(
    x: np.ndarray,
    indices: np.ndarray,
    *,
    dimension_numbers: Any,
    slice_sizes: Any,
    mode: Any,
    fill_value: Any,
    **said: Any,
) -> np.ndarray:
    """Gather windows as https://www.openxla.org/xla/operation_semantics#gather describes."""
    numbers = dimension_numbers
    batching = numbers.operand_batching_dims, numbers.start_indices_batching_dims
    if mode == lax.GatherScatterMode.PROMISE_IN_BOUNDS:  # as XLA does if it is broken
        mode = lax.GatherScatterMode.CLIP
    starts, is_inside = _find(x, indices, slice_sizes, mode, numbers.start_index_map, *batching)
    dropped = (*numbers.collapsed_slice_dims, *numbers.operand_batching_dims)
    window = [size for axis, size in enumerate(slice_sizes) if axis not in dropped]
    shape = (*indices.shape[:-1], *slice_sizes)
    found = np.broadcast_to(x[_entries(starts, slice_sizes)], shape)
    result = found.reshape((*indices.shape[:-1], *window))
    if not is_inside.all():
        if fill_value is None:
            fill_value = _default_fill(x.dtype)
        result = np.where(is_inside[(..., *[None] * len(window))], result, fill_value)
    window_axes = range(indices.ndim - 1, result.ndim)
    return np.moveaxis(result, list(window_axes), numbers.offset_dims)


def _default_fill(dtype: Any) -> Any:
    if dtype.kind == "f":
        return dtype.type(np.nan)
    if dtype.kind == "b":
        return True
    if dtype.kind not in "iu":
        raise NotInterpretedError
    return dtype.type(np.iinfo(dtype).max if dtype.kind == "u" else np.iinfo(dtype).min)


def _scatter(put: Callable[..., Any]) -> Rule:
    """Make a scatter: https://www.openxla.org/xla/operation_semantics#scatter."""

    def rule(
        x: np.ndarray,
        indices: np.ndarray,
        updates: np.ndarray,
        *,
        dimension_numbers: Any,
        mode: Any,
        **said: Any,
    ) -> np.ndarray:
        if x.ndim == 0:
            raise NotInterpretedError
        if mode == lax.GatherScatterMode.PROMISE_IN_BOUNDS:
            mode = lax.GatherScatterMode.FILL_OR_DROP
        numbers = dimension_numbers
        inserted = (*numbers.inserted_window_dims, *numbers.operand_batching_dims)
        window_axes = range(indices.ndim - 1, updates.ndim)
        updates = np.moveaxis(updates, numbers.update_window_dims, list(window_axes))
        window = iter(updates.shape[indices.ndim - 1 :])
        sizes = [1 if axis in inserted else next(window) for axis in range(x.ndim)]
        batching = numbers.operand_batching_dims, numbers.scatter_indices_batching_dims
        to_axis = numbers.scatter_dims_to_operand_dims
        starts, is_inside = _find(x, indices, sizes, mode, to_axis, *batching)
        result, starts = x.copy(), starts[is_inside]
        put(result, _entries(starts, sizes), updates[is_inside].reshape(len(starts), *sizes))
        return result

    return rule


def _put(result: np.ndarray, places: Any, updates: np.ndarray) -> None:
    result[places] = updates


def _set(*args: np.ndarray, update_jaxpr: Any, **said: Any) -> np.ndarray:
    if update_jaxpr is not None:  # a function is applied to the entries
        raise NotInterpretedError
    return _scatter(_put)(*args, **said)


def _threefry(
    key_1: np.ndarray, key_2: np.ndarray, x_1: np.ndarray, x_2: np.ndarray, **said: Any
) -> Values:
    """Hash two words with two words of key: Salmon et al. 2011, Threefry-2x32 with 20 rounds."""
    keys = (key_1, key_2, key_1 ^ key_2 ^ np.uint32(0x1BD11BDA))
    x_1, x_2 = x_1 + keys[0], x_2 + keys[1]
    for group in range(5):
        for turn in ((13, 15, 26, 6), (17, 29, 16, 24))[group % 2]:
            x_1 = x_1 + x_2
            x_2 = ((x_2 << np.uint32(turn)) | (x_2 >> np.uint32(32 - turn))) ^ x_1
        x_1 = x_1 + keys[(group + 1) % 3]
        x_2 = x_2 + keys[(group + 2) % 3] + np.uint32(group + 1)
    return list(np.broadcast_arrays(x_1, x_2))


def _count(*, shape: Any, **said: Any) -> Values:
    counts = np.arange(int(np.prod(shape, dtype=int)), dtype=np.uint64).reshape(shape)
    return [(counts >> np.uint64(32)).astype(np.uint32), counts.astype(np.uint32)]


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


_SAME: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "add_any": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "neg": np.negative,
    "abs": np.abs,
    "sign": np.sign,
    "max": np.maximum,
    "min": np.minimum,
    "exp": np.exp,
    "exp2": np.exp2,
    "log": np.log,
    "log1p": np.log1p,
    "expm1": np.expm1,
    "sqrt": np.sqrt,
    "cbrt": np.cbrt,
    "square": np.square,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "atan2": np.arctan2,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "erf": scipy.special.erf,
    "erfc": scipy.special.erfc,
    "erf_inv": scipy.special.erfinv,
    "floor": np.floor,
    "ceil": np.ceil,
    "is_finite": np.isfinite,
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
    "not": np.invert,
}

MOVES: dict[str, Rule] = {
    "broadcast_in_dim": _broadcast,
    "concatenate": lambda *xs, dimension, **said: np.concatenate(xs, dimension),
    "copy": _plain(np.array),
    "device_put": _device_put,
    "dynamic_slice": _dynamic_slice,
    "dynamic_update_slice": _dynamic_update_slice,
    "gather": _gather,
    "optimization_barrier": lambda *xs, **said: list(xs),
    "reshape": _reshape,
    "rev": lambda x, *, dimensions, **said: np.flip(x, tuple(dimensions)),
    "select_n": _select_n,
    "slice": _slice,
    "split": _split,
    "squeeze": lambda x, *, dimensions, **said: np.squeeze(x, tuple(dimensions)),
    "stack": _stack,
    "stop_gradient": _plain(np.array),
    "tile": lambda x, *, reps, **said: np.tile(x, reps),
    "transpose": lambda x, *, permutation, **said: x.transpose(permutation),
    "unstack": _unstack,
}
"""Rules that look at no entry, only at where it is: entries may be of any type, keys included."""

RULES: dict[str, Rule] = {name: _plain(function) for name, function in _SAME.items()} | {
    "argmax": _arg_extreme(np.argmax),
    "argmin": _arg_extreme(np.argmin),
    "bitcast_convert_type": _bitcast,
    "cholesky": _cholesky,
    "clamp": _clamp,
    "convert_element_type": _convert,
    "cummax": _cumulative(np.maximum.accumulate),
    "cummin": _cumulative(np.minimum.accumulate),
    "cumprod": _cumulative(np.cumprod),
    "cumsum": _cumulative(np.cumsum),
    "div": _divide,
    "dot_general": _dot_general,
    "eigh": _eigh,
    "geqrf": _geqrf,
    "householder_product": _householder_product,
    "integer_pow": _integer_pow,
    "iota": _iota,
    "iota_2x32_shape": _count,
    "le_to": _total_order(np.less_equal),
    "logistic": _logistic,
    "lt_to": _total_order(np.less),
    "lu": _lu,
    "pad": _pad,
    "pow": lambda x, y, **said: np.power(x, y.astype(x.dtype)),
    "qr": _qr,
    "reduce_and": _reduction(np.bitwise_and.reduce),
    "reduce_max": _extreme(np.max, -1),
    "reduce_min": _extreme(np.min, 1),
    "reduce_or": _reduction(np.bitwise_or.reduce),
    "reduce_precision": _reduce_precision,
    "reduce_prod": _reduction(np.prod),
    "reduce_sum": _reduction(np.sum),
    "rem": _remainder,
    "round": _round,
    "rsqrt": _rsqrt,
    "scatter": _set,
    "scatter-add": _scatter(np.add.at),
    "scatter-max": _scatter(np.maximum.at),
    "scatter-min": _scatter(np.minimum.at),
    "scatter-mul": _scatter(np.multiply.at),
    "scatter-sub": _scatter(np.subtract.at),
    "shift_left": _logical_shift(np.left_shift),
    "shift_right_arithmetic": _arithmetic_shift_right,
    "shift_right_logical": _logical_shift(np.right_shift),
    "sort": _sort,
    "svd": _svd,
    "threefry2x32": _threefry,
    "top_k": _top_k,
    "triangular_solve": _triangular_solve,
} | MOVES  # fmt: skip
