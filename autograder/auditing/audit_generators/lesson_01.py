"""Second opinions on lesson 01, in float64: other sizes and scales than those of the probes.

A sampled task cannot be compared number by number. It is looked at as 256 draws with keys of their
own: moments up to the fourth, and every pair of numbers of a task for what they have in common.
"""

import itertools
from collections.abc import Iterator

import numpy as np

from autograder.auditing.audit_generators import Arrays, Generator, NotVisibleError

SCALES = (1.0, 0.2, 5.0)

REGRESSIONS = ((13, 5, 4), (1, 2, 7), (6, 1, 3), (2, 13, 1), (5, 5, 5), (1, 1, 1))
"""n_context, d_x, d_y."""

N_SEEDS = 256
LAWS = ((7, 5, 3, 0.7), (4, 2, 1, 3.0), (3, 3, 2, 0.05), (1, 1, 6, 0.6))
"""n_context, d_x, d_y, input_range."""

STRICT = 5.5
"""Standard errors. The seeds are fixed, so a right answer is unlucky once or never."""

SETTINGS = ((1, 2), (2, 1), (5, 5), (10, 10), (3, 8), (8, 3), (64, 17), (1, 1), (1000, 2), (2, 90))
"""n_context, d_x."""


def _tasks(random: np.random.Generator) -> Iterator[dict[str, np.ndarray]]:
    for scale, (n_context, d_x, d_y) in itertools.product(SCALES, REGRESSIONS):
        yield {
            "xs": scale * random.standard_normal((n_context, d_x)) + 0.1,
            "ys": random.standard_normal((n_context, d_y)) / scale - 0.3,
            "x_query": random.standard_normal(d_x),
            "y_query": random.standard_normal(d_y),
        }


def _descents(random: np.random.Generator) -> Iterator[Arrays]:
    for number, case in enumerate(_tasks(random)):
        steepest = np.linalg.norm(case["xs"], ord=2) ** 2 / len(case["xs"])
        rate = (0.1, 0.7, 1.3, 1.9, 2.2)[number % 5] / steepest
        yield case | {
            "learning_rate": np.asarray(rate * random.uniform(0.95, 1.05)),
            "n_steps": np.asarray((1, 0, 2, 5, 9)[number % 5]),
        }


def _noisy(random: np.random.Generator) -> Iterator[Arrays]:
    for case in _tasks(random):
        yield case | {"label_noise": np.asarray(10 ** random.uniform(-1.0, 1.0))}


def _batches(random: np.random.Generator) -> Iterator[Arrays]:
    for n_tasks, case in zip(itertools.cycle((2, 9, 4, 17)), _tasks(random), strict=False):
        yield {
            name: random.standard_normal((n_tasks, *value.shape)) * np.abs(value).max() + 0.2
            for name, value in case.items()
        }


def _settings(random: np.random.Generator) -> Iterator[Arrays]:
    for n_context, d_x in SETTINGS:
        yield {
            "input_range": np.asarray(10 ** random.uniform(-1.0, 1.0)),
            "n_context": np.asarray(n_context),
            "d_x": np.asarray(d_x),
        }


def _laws(random: np.random.Generator) -> Iterator[Arrays]:
    for n_context, d_x, d_y, half_width in LAWS:
        yield {
            "seeds": random.choice(2**31 - 1, N_SEEDS, replace=False).astype(np.int64),
            "n_context": np.asarray(n_context),
            "d_x": np.asarray(d_x),
            "d_y": np.asarray(d_y),
            "input_range": np.asarray(half_width),
        }


def _arrays(case: Arrays, outputs: Arrays) -> Arrays:
    return {name: np.asarray(value, dtype=np.float64) for name, value in outputs.items()}


def _off(values: np.ndarray, expected: tuple[float, ...]) -> float:
    """Return by how many standard errors the first moments differ from what they should be."""
    found = []
    for power, mean in enumerate(expected, 1):
        powers = values.ravel() ** power
        found.append(abs(powers.mean() - mean) / (powers.std() / np.sqrt(powers.size) + 1e-12))
    return float(max(found))


def _together(columns: np.ndarray) -> float:
    """Return the largest correlation of any two numbers of a task, in standard errors."""
    largest = 0.0
    for power in (1, 2):
        values = columns**power
        values = (values - values.mean(axis=0)) / (values.std(axis=0) + 1e-12)
        among = np.abs(values.T @ values) / np.sqrt(len(values))
        np.fill_diagonal(among, 0.0)
        largest = max(largest, float(among.max(initial=0.0)))
    return largest


def _law(case: Arrays, outputs: Arrays) -> Arrays:
    """See whether one map explains each task, the numbers' laws, and the use of keys."""
    n_context, d_x, d_y = (int(case[name]) for name in ("n_context", "d_x", "d_y"))
    shapes = ((n_context, d_x), (n_context, d_y), (d_x,), (d_y,))
    names = ("xs", "ys", "x_query", "y_query")
    if any(outputs[n].shape[1:] != shape for n, shape in zip(names, shapes, strict=True)):
        raise NotVisibleError("the arrays do not have the shapes of a task")
    xs, ys, x_query, y_query = (np.asarray(outputs[name], np.float64) for name in names)
    w = np.swapaxes(np.linalg.pinv(xs) @ ys, 1, 2)
    gaps = {"context": ys - np.einsum("tab,tib->tia", w, xs)}
    columns = [xs.reshape(len(xs), -1), x_query]
    checks = {
        "inputs": _off(xs, _even(case)) < STRICT,
        "query": _off(x_query, _even(case)) < STRICT,
    }
    if n_context >= d_x:
        gaps["query"] = y_query - np.einsum("tab,tb->ta", w, x_query)
        clear = np.linalg.svd(xs, compute_uv=False).min(axis=1) > 1e-3 * float(case["input_range"])
        gaps["query"] = gaps["query"][clear]
        columns.append(w.reshape(len(w), -1))
        checks["W"] = _off(w, (0.0, 1.0, 0.0, 3.0)) < STRICT
    numbers = np.concatenate(columns, axis=1)
    largest = max(np.abs(xs).max(), np.abs(x_query).max()) / float(case["input_range"])
    again = [np.array_equal(outputs[name][0], outputs[f"{name}_again"]) for name in names]
    exact = 1e-5 * (np.abs(ys).max() + np.abs(y_query).max())
    checks |= {f"map of the {name}": np.abs(gap).max() < exact for name, gap in gaps.items()}
    checks |= {
        "pairs": _together(numbers) < STRICT + 0.5,
        "inside": 0.95 < largest <= 1 + 1e-6,
        "spread": numbers.std(axis=0).min() > 0.1 * min(1.0, float(case["input_range"])),
        "repeats": all(again),
        "keys used once": not outputs["key_reused"],
    }
    return {name: np.asarray(float(passed)) for name, passed in checks.items()}


def _even(case: Arrays) -> tuple[float, ...]:
    half_width = float(case["input_range"])
    return (0.0, half_width**2 / 3, 0.0, half_width**4 / 5)


GENERATORS = {
    "sample-task": Generator(_laws, _law),
    "tokenize": Generator(_tasks, _arrays),
    "gd-predictor": Generator(_descents, _arrays),
    "ridge-predictor": Generator(_noisy, _arrays),
    "measure-risk": Generator(_batches, _arrays),
    "best-step-size": Generator(_settings, _arrays),
    "best-one-step-loss": Generator(_settings, _arrays),
}
