"""Rules that make entries: ranges, padding, random bits."""

from typing import Any

import numpy as np

from autograder.ask.rules.rule import Rule, Values


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


MAKING: dict[str, Rule] = {
    "iota": _iota,
    "iota_2x32_shape": _count,
    "pad": _pad,
    "threefry2x32": _threefry,
}
