"""What each example counts: a black box that is affine in the targets, and the wrong ideas."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.probes import float64, normal


def draw_predictor(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw inputs and the numbers behind a black box that is affine in the targets.

    Some examples count for their target and some against it.
    """
    n_context, d_x = sizes
    while True:
        away_from_zero = np.float32(np.sign(generator.standard_normal(1)))
        case = {
            "xs": normal(generator, n_context, d_x),
            "x_query": normal(generator, d_x),
            "stretch": normal(generator, d_x),
            "bends": np.float32(0.5) + np.abs(normal(generator, 2)),
            "offset": away_from_zero * (np.float32(1) + np.abs(normal(generator, 1))),
        }
        found = counts(case)
        # Weights of both signs, whose sum is neither 0 nor 1.
        if found.min() < -0.1 and found.max() > 0.1 and abs(found.sum() - 0.5) - 0.5 > 0.2:
            return case


def counts(case: Case) -> np.ndarray:
    """Return how much each example counts in the black box."""
    xs, x_query, stretch, bends = float64(case, "xs", "x_query", "stretch", "bends")
    scores = xs @ (stretch * x_query)
    return bends[0] * np.sin(scores) + bends[1] * np.cos(scores.sum())


def counted(case: Case) -> Arrays:
    """Return the right answer of `equivalent-weights`."""
    return {"weights": counts(case)}


def counts_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Sum the absolute terms of the black box, offset included, for targets of size 1."""
    xs, x_query, stretch, bends, offset = (
        np.abs(array) for array in float64(case, "xs", "x_query", "stretch", "bends", "offset")
    )
    depth = 1.0 + float((xs @ (stretch * x_query)).max())
    terms = float(bends[0] + len(xs) * bends[1]) * depth + float(offset[0])
    return {"weights": np.asarray(terms)}


def _counts(
    name: str, wrong: Callable[[Case, np.ndarray], np.ndarray], cause: str, question: str
) -> Misconception:
    return Misconception(name, lambda case: {"weights": wrong(case, counts(case))}, cause, question)


def _offset(case: Case) -> float:
    return float(case["offset"][0])


EQUIVALENT_WEIGHTS = (
    _counts(
        "offset-kept",
        lambda case, w: w + _offset(case),
        "what the predictor says without any targets is counted in.",
        "What does the predictor return when all targets are 0?",
    ),
    _counts(
        "offset-subtracted-twice",
        lambda case, w: w - _offset(case),
        "what the predictor says without any targets is subtracted once too often.",
        "What does the predictor return when all targets are 0?",
    ),
    _counts(
        "sign",
        lambda case, w: -w,
        "every weight has the opposite sign.",
        "If y_i grows by 1 and the prediction grows by 2, what is l_i?",
    ),
    _counts(
        "normalised",
        lambda case, w: w / w.sum(),
        "the weights were made to add up to 1.",
        "Must the weights of every predictor add up to 1?",
    ),
    _counts(
        "absolute",
        lambda case, w: np.abs(w),
        "the signs of the weights are lost.",
        "May an example count against its target?",
    ),
    _counts(
        "over-n",
        lambda case, w: w / len(w),
        "the weights are divided by the number of examples.",
        "By how much does the prediction change when one target grows by 1?",
    ),
    _counts(
        "times-n",
        lambda case, w: w * len(w),
        "the weights are multiplied by the number of examples.",
        "By how much does the prediction change when one target grows by 1?",
    ),
    _counts(
        "cumulative",
        lambda case, w: np.cumsum(w),
        "targets that were set to 1 stay at 1.",
        "When you ask about example 3, which targets should be 1?",
    ),
    _counts(
        "extra-axis",
        lambda case, w: w[:, None],
        "there is an axis too many.",
        "One number per example: which shape is that?",
    ),
    _counts(
        "jacobian-as-it-is",
        lambda case, w: w[None, :, None],
        "there are axes too many.",
        "A Jacobian has the axes of the output, then those of the input. Which ones are left?",
    ),
)
