"""Gather and scatter: windows that are read or written at places that are computed."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from jax import lax

from autograder.ask.rules.rule import NotInterpretedError, Rule


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


def gather(
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


SCATTERS: dict[str, Rule] = {
    "scatter": _set,
    "scatter-add": _scatter(np.add.at),
    "scatter-max": _scatter(np.maximum.at),
    "scatter-min": _scatter(np.minimum.at),
    "scatter-mul": _scatter(np.multiply.at),
    "scatter-sub": _scatter(np.subtract.at),
}
