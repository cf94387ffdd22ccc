"""Wrong ideas about the step and about the weights that take it, each as what it computes."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.lesson_02 import shift
from autograder.exercises.probes import float64

WHICH_WAY = "The prediction is minus the y slot. Which way must y move for the prediction to grow?"


HOW_OFTEN = "With every example written down twice, should the step be twice as long?"


WHERE_RATE = "What should the layer do when learning_rate is 0?"


def n_context(case: Case) -> int:
    """Return N, with or without a leading batch axis."""
    return int(case["xs"].shape[-2])


Shift = Callable[[Case], np.ndarray]


SHIFTS: dict[str, tuple[Shift, str, str]] = {
    "sign": (
        lambda case: shift.shifted(case, factor=-1.0),
        "the shift has the opposite sign: this steps up the gradient.",
        WHICH_WAY,
    ),
    "no-mean": (
        lambda case: shift.shifted(case, factor=n_context(case)),
        "the 1/N of the mean loss is missing.",
        HOW_OFTEN,
    ),
    "factor-2": (
        lambda case: shift.shifted(case, factor=2.0),
        "the step is twice as long as asked: that is the gradient of the full square.",
        "What is the derivative of half a square?",
    ),
    "half": (
        lambda case: shift.shifted(case, factor=0.5),
        "the step is half as long as asked: the 1/2 of the loss is counted twice.",
        "What is the derivative of half a square?",
    ),
    "eta-missing": (
        lambda case: shift.shifted(case, rate=np.ones_like(shift.rates(case))),
        "the step size is missing.",
        WHERE_RATE,
    ),
    "eta-twice": (
        lambda case: shift.shifted(case, rate=shift.rates(case) ** 2),
        "the step size enters twice.",
        "If learning_rate doubles, by which factor should the update grow?",
    ),
    "query-counted": (
        lambda case: shift.shifted(case, factor=n_context(case) / (n_context(case) + 1)),
        "the mean is taken over N + 1 tokens: the query is counted as an example.",
        "How many terms does the sum in the loss have?",
    ),
    "mean-twice": (
        lambda case: shift.shifted(case, factor=1 / n_context(case)),
        "the mean over the examples is taken twice.",
        HOW_OFTEN,
    ),
    "no-update": (
        lambda case: shift.shifted(case, factor=0.0),
        "nothing moves.",
        "Which of your arrays carries the residual, and is it multiplied by zero on the way?",
    ),
    "w0-forgotten": (
        lambda case: shift.shifted(case, start=0.0),
        "W_0 is forgotten: the residuals are those of W_0 = 0.",
        "What is the residual of example i before the step?",
    ),
    "w0-sign": (
        lambda case: shift.shifted(case, start=-1.0),
        "W_0 x_i enters the residual with the wrong sign.",
        "If W_0 already fits every example, how far should the step go?",
    ),
    "label-sign": (
        lambda case: shift.shifted(case, label=-1.0),
        "y_i enters the residual with the wrong sign.",
        "If W_0 already fits every example, how far should the step go?",
    ),
    "labels-forgotten": (
        lambda case: shift.shifted(case, label=0.0),
        "the residual leaves out y_i.",
        "What is the residual of example i before the step?",
    ),
}


UP_OR_DOWN = "Along the gradient, does the loss grow or fall?"


# Where targets are asked for, there is no layer yet to ask about.
OF_TARGETS = {
    "sign": UP_OR_DOWN,
    "eta-missing": "Which targets should come back when learning_rate is 0?",
}


WITH_W0 = {"w0-forgotten", "w0-sign", "label-sign", "labels-forgotten"}


def _as_targets(name: str) -> Misconception:
    moved, cause, question = SHIFTS[name]
    question = OF_TARGETS.get(name, question)
    return Misconception(name, lambda case: {"targets": moved(case)}, cause, question)


def _as_prompt(name: str) -> Misconception:
    moved, cause, question = SHIFTS[name]
    return Misconception(name, lambda case: shift.with_targets(case, moved(case)), cause, question)


def _targets(
    name: str, targets: Callable[[Case], np.ndarray], cause: str, question: str
) -> Misconception:
    return Misconception(name, lambda case: {"targets": targets(case)}, cause, question)


def _own_example(case: Case) -> np.ndarray:
    xs, ys, w_0 = float64(case, "xs", "ys", "w_0")
    own = (xs**2).sum(axis=1, keepdims=True) * (xs @ w_0.T - ys)
    return ys + shift.rates(case) / len(xs) * own


def _old_predictions(case: Case) -> np.ndarray:
    xs, w_0 = float64(case, "xs", "w_0")
    return xs @ w_0.T


TARGET_SHIFT = (
    *(_as_targets(n) for n in SHIFTS if n not in {"query-counted", "no-update"}),
    _targets(
        "mean-over-outputs",
        lambda case: shift.shifted(case, factor=1 / case["ys"].shape[1]),
        "the mean is taken over examples and outputs: the loss sums over outputs.",
        "In L(W) = 1/(2N) sum_i |W x_i - y_i|^2, what does the norm do to the outputs?",
    ),
    _targets(
        "shift-only",
        lambda case: shift.shifted(case) - float64(case, "ys")[0],
        "this is the shift alone, without the old targets.",
        "If the gradient is zero, which targets should come back?",
    ),
    _targets(
        "new-predictions",
        lambda case: _old_predictions(case) - (shift.shifted(case) - float64(case, "ys")[0]),
        "these are the predictions after the step, not targets.",
        "Which of W_0 and the targets stays as it is when you read the step as a new data set?",
    ),
    _targets(
        "residuals",
        lambda case: _old_predictions(case) - shift.shifted(case),
        "these are the residuals after the step, not targets.",
        "A residual is a prediction minus a target. Which of the two is asked for?",
    ),
    _targets(
        "own-example-only",
        _own_example,
        "each target is moved by its own example's gradient only.",
        "Delta W is one matrix for all examples. Which examples does it depend on?",
    ),
    _targets(
        "no-update",
        lambda case: float64(case, "ys")[0],
        "the old targets came back unchanged.",
        "What is Delta W, and by what does it act on example i?",
    ),
)


def _inputs_moved(factor: float) -> Callable[[Case], Arrays]:
    def oracle(case: Case) -> Arrays:
        xs, x_query = float64(case, "xs", "x_query")
        points = np.concatenate([xs, x_query[None]])
        tokens = shift.with_targets(case, shift.shifted(case))["tokens"].copy()
        tokens[:, : xs.shape[1]] += factor * shift.rates(case) / len(xs) * points @ xs.T @ xs
        return {"tokens": tokens}

    return oracle


def _labels_in_score(case: Case) -> Arrays:
    xs, ys, w_0 = float64(case, "xs", "ys", "w_0")
    tokens = shift.tokens_of(case)
    scores = tokens @ tokens[:-1].T
    residuals = xs @ w_0.T - ys
    return shift.with_targets(
        case, tokens[:, xs.shape[1] :] + scores @ residuals * shift.rates(case) / len(xs)
    )


_SHARED = (
    *(_as_prompt(name) for name in SHIFTS if name not in WITH_W0),
    Misconception(
        "labels-in-score",
        _labels_in_score,
        "the y slots take part in the score: keys and queries carry whole tokens.",
        "Which dot product does the derivation ask for, and what must W_K do with y?",
    ),
)


_INPUTS = (
    Misconception(
        "inputs-moved",
        _inputs_moved(-1.0),
        "the y slots are right, but the x slots move too.",
        "Which rows of W_O W_V must be zero so that a token keeps its x?",
    ),
    Misconception(
        "inputs-moved-up",
        _inputs_moved(1.0),
        "the y slots are right, but the x slots move too.",
        "Which rows of W_O W_V must be zero so that a token keeps its x?",
    ),
)


GD_WEIGHTS = (*_SHARED, *_INPUTS)


GD_WEIGHTS_W0 = (*(_as_prompt(name) for name in sorted(WITH_W0)), *_SHARED)


def _rates_as(name: str, change: Callable[[np.ndarray], np.ndarray], cause: str) -> Misconception:
    return Misconception(
        name,
        lambda case: shift.with_targets(case, shift.shifted(case, rate=change(shift.rates(case)))),
        cause,
        "If only the second step size is doubled, which slots of a token should move further?",
    )


MULTI_OUTPUT = (
    _rates_as(
        "first-rate-for-all",
        lambda rates: np.full_like(rates, rates[0]),
        "the first output's step size is used for every output.",
    ),
    _rates_as(
        "mean-rate-for-all",
        lambda rates: np.full_like(rates, rates.mean()),
        "one mean step size is used for every output.",
    ),
    _rates_as(
        "rates-summed",
        lambda rates: np.full_like(rates, rates.sum()),
        "the step sizes are summed and used for every output.",
    ),
    _rates_as(
        "rates-reversed",
        lambda rates: rates[::-1],
        "the step sizes meet the outputs in reverse order.",
    ),
    _rates_as(
        "first-output-only",
        lambda rates: rates * (np.arange(len(rates)) == 0),
        "only the first output moves.",
    ),
    *(_as_prompt(name) for name in sorted(WITH_W0)),
    *_SHARED,
)
