"""Wrong ideas about softmax layers that smooth, and about two heads that are nearly linear."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Case, Misconception
from autograder.exercises.lesson_05.smoothing import prompt, shares, smoothed, two_heads


def _smoothing(
    name: str, scores: Callable[[Case], np.ndarray], cause: str, question: str
) -> Misconception:
    return Misconception(name, lambda case: smoothed(case, weights=scores(case)), cause, question)


def _d_x(case: Case) -> int:
    return int(case["xs"].shape[1])


def _d_token(case: Case) -> int:
    return _d_x(case) + int(case["ys"].shape[1])


def _scaled(power: Callable[[Case], float]) -> Callable[[Case], np.ndarray]:
    """Return shares of scores that are off by a factor."""
    return lambda case: shares(case, inverse=power(case) / float(case["temperature"]))


ROOT = "By what does the layer divide its scores before the softmax, and who makes up for it?"
WHERE_T = "At a very high temperature, what should the shares be? What are yours?"

KERNEL_ATTENTION = (
    Misconception(
        "sign",
        lambda case: smoothed(case, factor=1.0),
        "the weighted mean is added; the slot should lose it.",
        "The prediction is minus the y slot. What must the query's slot hold in the end?",
    ),
    _smoothing(
        "root-forgotten",
        _scaled(lambda case: _d_x(case) ** -0.5),
        "the layer's own 1/sqrt(d_key) is not made up for.",
        ROOT,
    ),
    _smoothing(
        "root-forgotten-square",
        _scaled(lambda case: _d_token(case) ** -0.5),
        "the layer's own 1/sqrt(d_key) is not made up for.",
        ROOT,
    ),
    _smoothing(
        "root-squared",
        _scaled(lambda case: _d_x(case) ** 0.5),
        "the layer's 1/sqrt(d_key) is made up for once too often.",
        ROOT,
    ),
    _smoothing(
        "temperature-missing",
        lambda case: shares(case, inverse=1.0),
        "the temperature is missing.",
        WHERE_T,
    ),
    _smoothing(
        "temperature-inverted",
        lambda case: shares(case, inverse=float(case["temperature"])),
        "scores are multiplied by the temperature.",
        WHERE_T,
    ),
    _smoothing(
        "temperature-twice",
        lambda case: shares(case, inverse=float(case["temperature"]) ** -2),
        "scores are divided by the temperature twice.",
        "Keys and queries meet in a product. How often does what you did to each count?",
    ),
    _smoothing(
        "temperature-root",
        lambda case: shares(case, inverse=float(case["temperature"]) ** -0.5),
        "scores are divided by the square root of the temperature.",
        "Keys and queries meet in a product. How often does what you did to each count?",
    ),
    _smoothing(
        "unlike",
        lambda case: shares(case, inverse=-1 / float(case["temperature"])),
        "unlike inputs count most.",
        "Should the score of x_i grow or fall as x_i · x_q grows?",
    ),
    _smoothing(
        "plain-mean",
        lambda case: shares(case, inverse=0.0),
        "all targets count the same.",
        "Which of your matrices makes the scores 0?",
    ),
    _smoothing(
        "labels-in-score",
        lambda case: shares(case, labels=True),
        "targets enter the scores.",
        "Which slots of a token may a key read?",
    ),
    Misconception(
        "inputs-move",
        lambda case: smoothed(case, inputs=-1.0),
        "the x slots move as well.",
        "Which slots may W_O write?",
    ),
    Misconception(
        "no-update",
        lambda case: {"tokens": prompt(case)},
        "nothing moves.",
        "Which of your matrices makes the update 0?",
    ),
    Misconception(
        "half",
        lambda case: smoothed(case, factor=-0.5),
        "half of the weighted mean is subtracted.",
        "The shares add up to 1. What else multiplies them?",
    ),
)


def _heads(name: str, cause: str, question: str, **wrong: object) -> Misconception:
    return Misconception(
        name,
        lambda case: two_heads(case, **wrong),  # type: ignore[arg-type]
        cause,
        question,
    )


def _t(case: Case) -> float:
    return float(case["temperature"])


EXPAND = "Expand both softmaxes in 1/T: what is left of the difference, and times which power of T?"
RESIDUAL = "What is the residual of example i before the step?"

SOFTMAX_LINEARISED = (
    _heads(
        "sign",
        "the step goes up the gradient.",
        "The prediction is minus the y slot. Which way must the slot move?",
        factor=lambda case: -1.0,
    ),
    _heads(
        "heads-added",
        "what the heads gather is added, not subtracted.",
        EXPAND,
        minus=1.0,
    ),
    _heads(
        "one-head",
        "only the head with positive scores counts.",
        "At a very high temperature, what does one softmax head gather?",
        minus=0.0,
    ),
    _heads("twice", "the update is twice as long.", EXPAND, factor=lambda case: 2.0),
    _heads("half", "the update is half as long.", EXPAND, factor=lambda case: 0.5),
    _heads(
        "temperature-missing",
        "the temperature is missing in the write-back: the update fades as T grows.",
        EXPAND,
        factor=lambda case: 1 / _t(case),
    ),
    _heads(
        "temperature-and-half-missing",
        "the write-back lacks the factor that makes the limit finite.",
        EXPAND,
        factor=lambda case: 2 / _t(case),
    ),
    _heads(
        "temperature-squared",
        "the write-back has too many factors of T.",
        EXPAND,
        factor=_t,
    ),
    _heads(
        "eta-missing",
        "the step size is missing.",
        "What should the layer do when learning_rate is 0?",
        factor=lambda case: 1 / float(case["learning_rate"]),
    ),
    _heads(
        "eta-twice",
        "the step size enters twice.",
        "If learning_rate doubles, by how much should the update grow?",
        factor=lambda case: float(case["learning_rate"]),
    ),
    _heads(
        "root-forgotten",
        "the layer's own 1/sqrt(d_key) is not made up for.",
        ROOT,
        inverse=lambda case: _d_x(case) ** -0.5 / _t(case),
    ),
    _heads(
        "root-forgotten-square",
        "the layer's own 1/sqrt(d_key) is not made up for.",
        ROOT,
        inverse=lambda case: _d_token(case) ** -0.5 / _t(case),
    ),
    _heads(
        "scores-without-temperature",
        "the scores are not divided by T.",
        WHERE_T,
        inverse=lambda case: 1.0,
    ),
    _heads(
        "scores-times-temperature",
        "the scores are multiplied by T.",
        WHERE_T,
        inverse=_t,
    ),
    _heads(
        "temperature-twice",
        "the scores are divided by T twice.",
        "Keys and queries meet in a product. How often does what you did to each count?",
        inverse=lambda case: _t(case) ** -2,
    ),
    _heads("w0-forgotten", "the residuals are those of W_0 = 0.", RESIDUAL, start=0.0),
    _heads("w0-sign", "W_0 x_i enters the residual with the wrong sign.", RESIDUAL, start=-1.0),
    _heads("labels-forgotten", "the residual leaves out y_i.", RESIDUAL, label=0.0),
    _heads("label-sign", "y_i enters the residual with the wrong sign.", RESIDUAL, label=-1.0),
    _heads(
        "labels-in-score",
        "targets enter the scores.",
        "Which slots of a token may a key read?",
        labels=True,
    ),
    Misconception(
        "no-update",
        lambda case: {"tokens": prompt(case)},
        "nothing moves: the heads cancel altogether.",
        "Count the products in each head: in how many places do your two heads differ in sign?",
    ),
)
