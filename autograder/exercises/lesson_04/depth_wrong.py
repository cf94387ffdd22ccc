"""Wrong ideas about the weights of K layers, each as what it computes."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Case, Misconception
from autograder.exercises.lesson_04.depth import walked
from autograder.exercises.probes import float64

WHICH_WAY = "The prediction is minus the y slot. Which way must y move for the prediction to grow?"
HOW_OFTEN = "With every example written down twice, should a step be twice as long?"
FULL_SQUARE = "What is the derivative of half a square?"
WHICH_STEP = "Which entry of learning_rates belongs to layer k, and does any layer need another?"
WHAT_THE_SLOT_HOLDS = (
    "After k layers the slot of example i holds y_i - (W_k - W_0) x_i. What must be taken from it "
    "to leave y_i - W_k x_i?"
)


def n_context(case: Case) -> int:
    """Return N."""
    return len(case["xs"])


def _factor(name: str, factor: Callable[[Case], float], cause: str, question: str) -> Misconception:
    return Misconception(name, lambda case: walked(case, factor=factor(case)), cause, question)


def _rates(
    name: str,
    change: Callable[[np.ndarray], np.ndarray],
    cause: str,
    question: str = WHICH_STEP,
) -> Misconception:
    def oracle(case: Case) -> dict[str, np.ndarray]:
        (rates,) = float64(case, "learning_rates")
        return dict(walked(case, rates=change(rates)))

    return Misconception(name, oracle, cause, question)


def _starts(name: str, starts: Callable[[int], float], cause: str) -> Misconception:
    return Misconception(name, lambda case: walked(case, starts=starts), cause, WHAT_THE_SLOT_HOLDS)


K_LAYER_WEIGHTS = (
    _factor("sign", lambda case: -1.0, "the layers step up the gradient.", WHICH_WAY),
    _factor("no-mean", n_context, "the 1/N of the mean loss is missing.", HOW_OFTEN),
    _factor("mean-twice", lambda case: 1 / n_context(case), "1/N is there twice.", HOW_OFTEN),
    _factor("factor-2", lambda case: 2.0, "each step is twice as long as asked.", FULL_SQUARE),
    _factor("half", lambda case: 0.5, "each step is half as long as asked.", FULL_SQUARE),
    _factor(
        "query-counted",
        lambda case: n_context(case) / (n_context(case) + 1),
        "the mean is taken over N + 1 tokens: the query is counted as an example.",
        "How many terms does the sum in the loss have?",
    ),
    _factor(
        "mean-over-layers",
        lambda case: 1 / len(case["learning_rates"]),
        "the step sizes are divided by the number of layers.",
        "How long is the step of the first layer, whatever comes after it?",
    ),
    _starts(
        "w0-forgotten",
        lambda depth: 0.0,
        "W_0 is forgotten: the layers are those of W_0 = 0.",
    ),
    _starts(
        "w0-in-the-first-layer-only",
        lambda depth: float(depth == 0),
        "W_0 stands in the first layer only; the others are those of W_0 = 0.",
    ),
    _starts("w0-sign", lambda depth: -1.0, "W_0 x_i enters the residual with the wrong sign."),
    _starts(
        "w0-added-in-every-layer",
        lambda depth: depth + 1.0,
        "the multiple of W_0 grows from layer to layer.",
    ),
    _rates(
        "first-rate-for-all",
        lambda rates: np.full_like(rates, rates[0]),
        "every layer takes the first layer's step size.",
    ),
    _rates(
        "mean-rate-for-all",
        lambda rates: np.full_like(rates, rates.mean()),
        "every layer takes the mean step size.",
    ),
    _rates("rates-reversed", lambda rates: rates[::-1], "the layers come in the reverse order."),
    _rates("rates-summed", np.cumsum, "the step sizes add up from layer to layer."),
    _rates("rates-multiplied", np.cumprod, "the step sizes multiply up from layer to layer."),
    _rates(
        "eta-missing", np.ones_like, "the step sizes are missing.", "What should a step of 0 do?"
    ),
    _rates(
        "first-step-only",
        lambda rates: rates * (np.arange(len(rates)) == 0),
        "only the first layer does anything.",
    ),
)
