"""A known set of teachers: Bayes' rule with logarithms, one teacher after the other."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.probes import float64, normal

MOST_CERTAIN = 0.9
"""The largest weight of a teacher, were the exponent twice as large."""


def draw_teachers(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw teachers, and a context of none of them, in which no teacher is all but certain.

    `crowded` draws teachers close to each other, so that with little noise two or more stay in
    question while no likelihood can be written down in float32.
    """
    while True:
        case = _drawn(generator, sizes)
        # Twice the exponent is the likeliest wrong one, and must not look like certainty.
        twice = -_squares(case) / _variance(case)
        if np.exp(twice.max() - np.logaddexp.reduce(twice)) < MOST_CERTAIN:
            return case


def _drawn(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    n_context, d_x, n_teachers, crowded = sizes
    centre = normal(generator, d_x)
    spread, noise = (np.float32(0.025), 0.17) if crowded else (np.float32(1.0), 1.3)
    teachers = centre + spread * normal(generator, n_teachers, d_x)
    xs = normal(generator, n_context, d_x)
    own = xs @ teachers[0]
    # A crowd far from the truth: no teacher comes near it, and all are off by nearly the same.
    signs = generator.choice([-1.3, 1.3], n_context).astype(np.float32)
    off = signs if crowded else normal(generator, n_context)
    return {
        "xs": xs,
        "ys": (own + off)[:, None].astype(np.float32),
        "x_query": normal(generator, d_x),
        "teachers": teachers.astype(np.float32),
        "label_noise": np.asarray(noise * generator.uniform(0.9, 1.1)),
    }


def _squares(case: Case) -> np.ndarray:
    """Return the sum of squared residuals of each teacher."""
    xs, ys, teachers = float64(case, "xs", "ys", "teachers")
    return np.array([np.sum((ys[:, 0] - xs @ teacher) ** 2) for teacher in teachers])


def _answers(case: Case) -> np.ndarray:
    x_query, teachers = float64(case, "x_query", "teachers")
    return np.array([teacher @ x_query for teacher in teachers])


def _mean(case: Case, exponents: np.ndarray) -> np.ndarray:
    weights = np.exp(exponents - np.logaddexp.reduce(exponents))
    return np.atleast_1d(weights @ _answers(case))


def _variance(case: Case) -> float:
    return float(case["label_noise"]) ** 2


def posterior(case: Case) -> np.ndarray:
    """Return the posterior mean."""
    return _mean(case, -_squares(case) / (2 * _variance(case)))


def prediction(case: Case) -> Arrays:
    """Return what a right answer gives."""
    return {"prediction": posterior(case)}


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Let each weight be off by rounding times the absolute terms of its exponent.

    The mean moves by the weights' errors times the distance of the answers from the mean. The sum
    of the weights is off by the rounding of the largest exponent, where logarithms are normalised.
    """
    xs, ys, teachers, x_query = float64(case, "xs", "ys", "teachers", "x_query")
    exponents = -_squares(case) / (2 * _variance(case))
    weights = np.exp(exponents - np.logaddexp.reduce(exponents))
    gaps = np.abs(ys[:, 0] - teachers @ xs.T)
    sums = np.abs(ys[:, 0]) + np.abs(teachers) @ np.abs(xs).T
    terms = np.sum(gaps * sums, axis=1) / _variance(case)
    apart = np.abs(_answers(case) - posterior(case)[0])
    own = (np.abs(teachers) @ np.abs(x_query)) * (1 + np.abs(exponents).min())
    return {"prediction": np.asarray(weights @ (apart * terms + own))}


def _ridge(case: Case) -> np.ndarray:
    xs, ys, x_query = float64(case, "xs", "ys", "x_query")
    moved = xs.T @ xs + _variance(case) * np.eye(xs.shape[1])
    return np.atleast_1d(x_query @ np.linalg.solve(moved, xs.T @ ys[:, 0]))


def _likeliest(case: Case) -> np.ndarray:
    return np.atleast_1d(_answers(case)[np.argmin(_squares(case))])


def _by_distance(case: Case) -> np.ndarray:
    weights = 1 / _squares(case)
    return np.atleast_1d(weights @ _answers(case) / weights.sum())


def _absolute(case: Case) -> np.ndarray:
    xs, ys, teachers = float64(case, "xs", "ys", "teachers")
    sums = np.abs(ys[:, 0] - teachers @ xs.T).sum(axis=1)
    return _mean(case, -sums / float(case["label_noise"]))


def _with_prior(case: Case) -> np.ndarray:
    (teachers,) = float64(case, "teachers")
    prior = -np.sum(teachers**2, axis=1) / 2
    return _mean(case, prior - _squares(case) / (2 * _variance(case)))


def _wrong(
    name: str, made: Callable[[Case], np.ndarray], cause: str, question: str
) -> Misconception:
    return Misconception(name, lambda case: {"prediction": made(case)}, cause, question)


LIKELY = "What is the density of y_1, ..., y_N for a given teacher, with noise of variance σ²?"


TASK_DIVERSITY = (
    _wrong(
        "likeliest-teacher",
        _likeliest,
        "the answer is that of the likeliest teacher alone.",
        "What would you answer if two teachers were equally likely?",
    ),
    _wrong(
        "context-ignored",
        lambda case: np.atleast_1d(_answers(case).mean()),
        "all teachers count alike, whatever the context says.",
        "How does the context change how likely a teacher is?",
    ),
    _wrong(
        "all-teachers",
        _ridge,
        "this is the answer for the normal prior over all teachers: ridge regression.",
        "Which teachers are possible here?",
    ),
    _wrong(
        "noise-not-squared",
        lambda case: _mean(case, -_squares(case) / (2 * np.sqrt(_variance(case)))),
        "the exponent is divided by 2 σ, not by 2 σ².",
        LIKELY,
    ),
    _wrong(
        "factor-2",
        lambda case: _mean(case, -_squares(case) / _variance(case)),
        "the 2 in the exponent's 2 σ² is missing.",
        LIKELY,
    ),
    _wrong(
        "noise-forgotten",
        lambda case: _mean(case, -_squares(case) / 2),
        "the noise is taken to be 1.",
        LIKELY,
    ),
    _wrong(
        "mean-for-sum",
        lambda case: _mean(case, -_squares(case) / (2 * _variance(case)) / len(case["xs"])),
        "squared residuals are averaged, so that more examples make nobody surer.",
        "What becomes of a product of N densities in the exponent?",
    ),
    _wrong(
        "sign",
        lambda case: _mean(case, _squares(case) / (2 * _variance(case))),
        "teachers count more, the worse they fit.",
        "Is a teacher with large residuals likely?",
    ),
    _wrong(
        "by-distance",
        _by_distance,
        "teachers are weighed by 1 over their squared residuals.",
        LIKELY,
    ),
    _wrong(
        "absolute-residuals",
        _absolute,
        "residuals enter by their absolute value.",
        LIKELY,
    ),
    _wrong(
        "normal-prior-too",
        _with_prior,
        "the teachers are weighed by a normal prior as well; all are equally likely before.",
        "Before the context is seen, is a long teacher less likely than a short one?",
    ),
    _wrong(
        "no-root-weights",
        lambda case: _mean(case, -_squares(case) / (4 * _variance(case))),
        "the weights are the roots of what they should be.",
        LIKELY,
    ),
)
