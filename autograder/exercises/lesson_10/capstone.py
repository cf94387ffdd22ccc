"""The capstone: predictions for drifting tasks, against a Kalman filter and a bar in its units."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Depth, Misconception, UnreadableAnswerError
from autograder.exercises.probes import float64
from autograder.verdict import FLOAT32_EPS

BAR = 0.2
"""The largest excess risk that passes, as a share of the Bayes risk."""

SETTINGS = ((19, 3, 0.9, 0.3), (31, 5, 0.95, 0.2), (23, 2, 0.8, 0.4))
"""n_context, d_x, persistence, label noise."""

N_PROMPTS = 211
"""Enough for the excess of a rule that is off by a tenth to scatter by a hundredth."""


def draw_prompts(generator: np.random.Generator, depth: Depth) -> tuple[Case, ...]:
    """Draw prompts of drifting tasks; practice uses the first two settings."""
    chosen = SETTINGS if depth == "grade" else SETTINGS[:2]
    return tuple(_drifting(generator, *setting) for setting in chosen)


def _drifting(
    generator: np.random.Generator, n_context: int, d_x: int, persistence: float, noise: float
) -> dict[str, np.ndarray]:
    teacher = generator.standard_normal((N_PROMPTS, d_x))
    inputs = generator.standard_normal((N_PROMPTS, n_context + 1, d_x))
    targets = np.empty((N_PROMPTS, n_context))
    for place in range(n_context):
        targets[:, place] = np.sum(teacher * inputs[:, place], axis=1)
        step = generator.standard_normal((N_PROMPTS, d_x))
        teacher = persistence * teacher + np.sqrt(1 - persistence**2) * step
    targets += noise * generator.standard_normal(targets.shape)
    return {
        "xs": inputs[:, :-1].astype(np.float32),
        "ys": targets[:, :, None].astype(np.float32),
        "x_queries": inputs[:, -1].astype(np.float32),
        "persistence": np.asarray(persistence),
        "label_noise": np.asarray(noise),
    }


def filtered(
    case: Case,
    *,
    persistence: float | None = None,
    noise: float | None = None,
    last: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance of every answer, by a Kalman filter over all prompts at once.

    Arguments:
        persistence: what the filter believes, if not what is so.
        noise: likewise.
        last: how many of the examples it is shown, the last ones; all if None.
    """
    xs, ys, x_queries = float64(case, "xs", "ys", "x_queries")
    rho = float(case["persistence"]) if persistence is None else persistence
    power = (float(case["label_noise"]) if noise is None else noise) ** 2
    n_prompts, n_context, d_x = xs.shape
    mean = np.zeros((n_prompts, d_x))
    spread = np.broadcast_to(np.eye(d_x), (n_prompts, d_x, d_x)).copy()
    for place in range(0 if last is None else n_context - last, n_context):
        x, y = xs[:, place], ys[:, place, 0]
        seen = np.einsum("pab,pb->pa", spread, x)
        gain = seen / (np.einsum("pa,pa->p", x, seen) + power)[:, None]
        mean = mean + gain * (y - np.einsum("pa,pa->p", x, mean))[:, None]
        spread = spread - gain[:, :, None] * seen[:, None, :]
        mean = rho * mean
        spread = rho**2 * spread + (1 - rho**2) * np.eye(d_x)
    means = np.einsum("pa,pa->p", x_queries, mean)
    return means, np.einsum("pa,pab,pb->p", x_queries, spread, x_queries)


def excess_of(case: Case, predictions: np.ndarray) -> float:
    """Return the excess risk as a share of the Bayes risk.

    Given a prompt, the expected loss of the prediction p is half of (p - mean)² + variance: no
    answer has to be drawn, and the Bayes answer has no excess at all.
    """
    means, variances = filtered(case)
    return float(np.sum((predictions - means) ** 2) / np.sum(variances))


def observe(case: Case, outputs: Arrays) -> Arrays:
    """See the predictions, one for each prompt, and their excess risk."""
    found = np.asarray(outputs["predictions"], dtype=np.float64)
    n_prompts = len(case["xs"])
    if found.shape not in ((n_prompts, 1), (n_prompts,)):
        shape = list(found.shape[1:])
        raise UnreadableAnswerError(f"a prediction has the shape {shape}; expected shape [1]")
    flat = found.reshape(n_prompts)
    if not np.all(np.isfinite(flat)):
        raise UnreadableAnswerError("some predictions are NaN or infinite")
    return {"predictions": flat, "excess risk": np.asarray(excess_of(case, flat))}


def right(case: Case) -> Arrays:
    """The excess risk is to be small; which predictions make it so is open."""
    return {"excess risk": np.asarray(0.0)}


ROUNDING = 128.0


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Let the excess be as large as the bar; predictions that have a name are held to rounding."""
    largest = np.abs(case["ys"]).max() * np.abs(case["x_queries"]).max()
    return {
        "excess risk": np.asarray(BAR / (ROUNDING * FLOAT32_EPS)),
        "predictions": np.asarray(10 * largest),
    }


def _wrong(
    name: str, made: Callable[[Case], np.ndarray], cause: str, question: str
) -> Misconception:
    return Misconception(name, lambda case: {"predictions": made(case)}, cause, question)


def _one_step(case: Case) -> np.ndarray:
    xs, ys, x_queries = float64(case, "xs", "ys", "x_queries")
    (n_context, d_x), power = xs.shape[1:], float(case["label_noise"]) ** 2
    # Lesson 01's best step for x ~ N(0, I).
    rate = n_context / (n_context + d_x + 1 + power)
    similar = np.einsum("pia,pa->pi", xs, x_queries)
    return rate * np.einsum("pi,pi->p", similar, ys[:, :, 0]) / n_context


def _least_squares(case: Case) -> np.ndarray:
    xs, ys, x_queries = float64(case, "xs", "ys", "x_queries")
    fits = [np.linalg.lstsq(x, y[:, 0], rcond=None)[0] for x, y in zip(xs, ys, strict=True)]
    return np.einsum("pa,pa->p", np.stack(fits), x_queries)


def _drifts_backwards(case: Case) -> np.ndarray:
    turned = {**case, "xs": case["xs"][:, ::-1], "ys": case["ys"][:, ::-1]}
    return filtered(turned)[0]


AGE = "Which is nearer to the teacher that the query asks for: that of example 1 or of example N?"


CAPSTONE = (
    _wrong(
        "stands-still",
        lambda case: filtered(case, persistence=1.0)[0],
        "the teacher is taken to stand still: all examples count alike, as in ridge regression.",
        AGE,
    ),
    _wrong(
        "least-squares",
        _least_squares,
        "this is least squares over all examples.",
        AGE,
    ),
    _wrong(
        "one-step",
        _one_step,
        "this is the best single gradient step on all examples.",
        AGE,
    ),
    _wrong(
        "zero",
        lambda case: np.zeros(len(case["xs"])),
        "the prediction is 0.",
        "What do the examples say?",
    ),
    _wrong(
        "last-example-alone",
        lambda case: filtered(case, last=1)[0],
        "only the last example counts.",
        "How fast does an example lose its worth?",
    ),
    _wrong(
        "old-first",
        _drifts_backwards,
        "old examples count most: time runs backwards.",
        AGE,
    ),
    _wrong(
        "last-target",
        lambda case: np.asarray(case["ys"][:, -1, 0], dtype=float),
        "the last target is repeated.",
        "What does the query's input change?",
    ),
    _wrong(
        "sign",
        lambda case: -filtered(case)[0],
        "the sign is wrong.",
        "Is the prediction minus a slot?",
    ),
)
