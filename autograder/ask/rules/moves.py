"""Rules that look at no entry, only at where it is."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.ask.rules.rule import NotInterpretedError, Rule, Values, plain
from autograder.ask.rules.windows import gather


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


def _device_put(*xs: np.ndarray, devices: Any, **said: Any) -> Values:
    if any(device is not None for device in devices):
        raise NotInterpretedError
    return list(xs)


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


def _select_n(which: np.ndarray, *cases: np.ndarray, **said: Any) -> np.ndarray:
    result = cases[0]
    for number, case in enumerate(cases[1:], 1):
        result = np.where(which >= number, case, result)
    return result


def _stack(*xs: np.ndarray, axis: int, **said: Any) -> np.ndarray:
    return np.stack(xs, axis)


def _unstack(x: np.ndarray, *, axis: int, **said: Any) -> Values:
    return list(np.moveaxis(x, axis, 0))


def _split(x: np.ndarray, *, sizes: Any, axis: int, **said: Any) -> Values:
    return np.split(x, np.cumsum(sizes)[:-1], axis)


MOVES: dict[str, Rule] = {
    "broadcast_in_dim": _broadcast,
    "concatenate": lambda *xs, dimension, **said: np.concatenate(xs, dimension),
    "copy": plain(np.array),
    "device_put": _device_put,
    "dynamic_slice": _dynamic_slice,
    "dynamic_update_slice": _dynamic_update_slice,
    "gather": gather,
    "optimization_barrier": lambda *xs, **said: list(xs),
    "reshape": _reshape,
    "rev": lambda x, *, dimensions, **said: np.flip(x, tuple(dimensions)),
    "select_n": _select_n,
    "slice": _slice,
    "split": _split,
    "squeeze": lambda x, *, dimensions, **said: np.squeeze(x, tuple(dimensions)),
    "stack": _stack,
    "stop_gradient": plain(np.array),
    "tile": lambda x, *, reps, **said: np.tile(x, reps),
    "transpose": lambda x, *, permutation, **said: x.transpose(permutation),
    "unstack": _unstack,
}
"""Entries may be of any type, keys included."""
