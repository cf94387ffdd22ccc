"""Second opinions on lesson 00, in float64: other sizes and scales than those of the probes.

Draws with keys are looked at as tests of their law with far more draws than the exercise's, so
what is seen of two right answers is the same although their numbers are not.
"""

import itertools
from collections.abc import Iterator

import numpy as np

from autograder.auditing.audit_generators import Arrays, Generator, NotVisibleError

SCALES = (1.0, 0.2, 5.0)

REGRESSIONS = ((13, 5, 4), (1, 2, 7), (6, 1, 3), (2, 13, 1), (5, 5, 5), (1, 1, 1))
"""n_context, d_x, d_y."""

TABLES = ((4, 1, 2, 3, 5), (1, 6, 5, 1, 2), (3, 3, 3, 3, 3), (2, 5, 1, 4, 1), (1, 1, 7, 2, 3))
"""n_tasks, n_weights, n_context, d_x, d_y."""

N_SEEDS = 2000
LAWS = ((4, 2, 0.7), (1, 5, 0.05), (6, 1, 3.0))
"""n_context, d_x, noise_scale."""

STRICT = 5.5
"""Standard errors. The seeds are fixed, so a right answer is unlucky once or never."""


def _regressions(random: np.random.Generator) -> Iterator[dict[str, np.ndarray]]:
    for scale, (n_context, d_x, d_y) in itertools.product(SCALES, REGRESSIONS):
        yield {
            "w": random.standard_normal((d_y, d_x)) + 0.2,
            "xs": scale * random.standard_normal((n_context, d_x)) - 0.1,
            "ys": random.standard_normal((n_context, d_y)) / scale + 0.3,
        }


def _networks(random: np.random.Generator) -> Iterator[Arrays]:
    forms = itertools.cycle(range(4))
    for scale, (n_context, d_x, d_y) in itertools.product(SCALES, REGRESSIONS):
        d_hidden = int(random.integers(1, 6))
        for _ in range(2):
            yield {
                "first": scale * random.standard_normal((d_hidden, d_x)),
                "second": random.standard_normal((d_y, d_hidden)),
                "shift": random.standard_normal(d_y) + 0.4,
                "xs": random.standard_normal((n_context, d_x)),
                "ys": random.standard_normal((n_context, d_y)),
                "learning_rate": np.asarray(10 ** random.uniform(-2, 0.5)),
                "form": np.asarray(next(forms)),
            }


def _tables(random: np.random.Generator) -> Iterator[Arrays]:
    for scale, (n_tasks, n_weights, n_context, d_x, d_y) in itertools.product(SCALES, TABLES):
        yield {
            "ws": scale * random.standard_normal((n_weights, d_y, d_x)),
            "xs": random.standard_normal((n_tasks, n_context, d_x)) + 0.2,
            "ys": random.standard_normal((n_tasks, n_context, d_y)) - 0.5,
        }


def _descents(random: np.random.Generator) -> Iterator[Arrays]:
    for number, case in enumerate(_regressions(random)):
        steepest = np.linalg.norm(case["xs"], ord=2) ** 2 / len(case["xs"])
        rate = (0.1, 0.7, 1.3, 1.9, 2.2)[number % 5] / steepest
        yield case | {
            "learning_rate": np.asarray(rate * random.uniform(0.95, 1.05)),
            "n_steps": np.asarray((1, 2, 5, 9)[number % 4]),
        }


def _inputs(random: np.random.Generator) -> Iterator[Arrays]:
    for case in _regressions(random):
        yield {"xs": case["xs"]}


def _laws(random: np.random.Generator) -> Iterator[Arrays]:
    for n_context, d_x, noise_scale in LAWS:
        yield {
            "seeds": random.choice(2**31 - 1, N_SEEDS, replace=False).astype(np.int64),
            "n_context": np.asarray(n_context),
            "d_x": np.asarray(d_x),
            "noise_scale": np.asarray(noise_scale),
        }


def _arrays(case: Arrays, outputs: Arrays) -> Arrays:
    return {name: np.asarray(value, dtype=np.float64) for name, value in outputs.items()}


def _moments(values: np.ndarray, expected: tuple[float, ...]) -> list[float]:
    """Return by how many standard errors the first moments differ from what they should be."""
    found = []
    for power, mean in enumerate(expected, 1):
        powers = values.ravel() ** power
        found.append(abs(powers.mean() - mean) / (powers.std() / np.sqrt(powers.size) + 1e-12))
    return found


def _law(case: Arrays, outputs: Arrays) -> Arrays:
    """See whether moments, products of pairs, the interval and the use of keys are right."""
    n_context, d_x = int(case["n_context"]), int(case["d_x"])
    shapes = {"w": (1, d_x), "xs": (n_context, d_x), "ys": (n_context, 1)}
    if any(outputs[name].shape[1:] != shape for name, shape in shapes.items()):
        raise NotVisibleError("the arrays do not have the shapes of a task")
    w, xs, ys = (np.asarray(outputs[name], np.float64) for name in shapes)
    noise = (ys[..., 0] - np.einsum("tia,tba->ti", xs, w)) / float(case["noise_scale"])
    normal, even = (0.0, 1.0, 0.0, 3.0), (0.0, 1 / 12, 0.0, 1 / 80)
    moments = [*_moments(w, normal), *_moments(xs, even), *_moments(noise, normal)]
    columns = np.concatenate([w[:, 0], xs.reshape(len(xs), -1), noise], axis=1)
    products = []
    for one, other in itertools.combinations(range(columns.shape[1]), 2):
        for powers in ((1, 1), (2, 2)):
            left, right = (columns[:, c] ** p for c, p in zip((one, other), powers, strict=True))
            gap = np.mean((left - left.mean()) * (right - right.mean()))
            scale = left.std() * right.std() / np.sqrt(len(columns)) + 1e-12
            products.append(abs(gap) / scale)
    again = [np.array_equal(outputs[name][0], outputs[f"{name}_again"]) for name in ("w", "xs")]
    seen = {
        "moments": max(moments) < STRICT,
        "products": max(products) < STRICT + 0.5,
        "inside": bool(0.5 * (1 - 20 / xs.size) < np.abs(xs).max() <= 0.5),
        "spread": bool(columns.std(axis=0).min() > 0.2),
        "repeats": all(again),
        "key used twice": float(outputs["key_reused"]),
    }
    return {name: np.asarray(float(value)) for name, value in seen.items()}


GENERATORS = {
    "loss": Generator(_regressions, _arrays),
    "hand-gradient": Generator(_regressions, _arrays),
    "tree-step": Generator(_networks, _arrays),
    "vmap-tasks": Generator(_tables, _arrays),
    "split-keys": Generator(_laws, _law),
    "gd-loop": Generator(_descents, _arrays),
    "divergence-threshold": Generator(_inputs, _arrays),
}
