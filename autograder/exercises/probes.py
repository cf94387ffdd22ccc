"""Draws that every lesson's probes are made of."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Case, Depth


def normal(generator: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw N(0, 1) entries that float32 holds exactly."""
    return generator.standard_normal(shape).astype(np.float32)


def learning_rate(generator: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw rates from U(0.3, 1.7), away from 1 by at least 0.1, that float32 holds exactly."""
    below = generator.uniform(0.3, 0.9, shape)
    above = generator.uniform(1.1, 1.7, shape)
    return np.where(generator.random(shape) < 0.5, below, above).astype(np.float32)


def cases(
    draw: Callable[[np.random.Generator, tuple[int, ...]], dict[str, np.ndarray]],
    sizes: tuple[tuple[int, ...], ...],
    *,
    n_practice: int = 2,
) -> Callable[[np.random.Generator, Depth], tuple[Case, ...]]:
    """Make `probes` from one draw per tuple of sizes; practice uses the first few tuples."""

    def probes(generator: np.random.Generator, depth: Depth) -> tuple[Case, ...]:
        chosen = sizes if depth == "grade" else sizes[:n_practice]
        return tuple(draw(generator, size) for size in chosen)

    return probes


def float64(case: Case, *names: str) -> list[np.ndarray]:
    """Return arrays of a case in float64."""
    return [np.asarray(case[name], dtype=np.float64) for name in names]
