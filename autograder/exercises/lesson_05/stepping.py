"""One step on a top layer over features: probes, oracle and wrong ideas.

The solution moves the top layer. The oracle never forms it and weighs residuals by h_i · h_q.
"""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.probes import float64, learning_rate, normal


def draw_task(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a task and dense features tanh(A x + b) of its inputs."""
    n_context, d_x, d_y, d_features = sizes
    return {
        "xs": normal(generator, n_context, d_x),
        "ys": normal(generator, n_context, d_y),
        "x_query": normal(generator, d_x),
        "feature_matrix": normal(generator, d_features, d_x),
        "feature_bias": normal(generator, d_features),
        "learning_rate": learning_rate(generator),
    }


def draw_step(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a task with features, and a dense W_0."""
    _, _, d_y, d_features = sizes
    return draw_task(generator, sizes) | {"w_0": normal(generator, d_y, d_features)}


def features_of(case: Case, name: str = "xs") -> np.ndarray:
    """Return the features of the inputs, one row per input."""
    points, matrix, bias = float64(case, name, "feature_matrix", "feature_bias")
    return np.tanh(points @ matrix.T + bias)


def step_prediction(
    case: Case,
    *,
    factor: float = 1.0,
    rate: float | None = None,
    start: float = 1.0,
    kept: float = 1.0,
    label: float = 1.0,
) -> np.ndarray:
    """Return W_0 h_q - η/N sum_i (W_0 h_i - y_i) (h_i · h_q), or a wrong variant of it.

    Arguments:
        case: the task, its features, W_0 and the step size.
        factor: multiplies the change.
        rate: in place of the case's step size.
        start: multiplies W_0 in the residuals.
        kept: multiplies W_0 h_q.
        label: multiplies y_i in the residuals.
    """
    ys, w_0 = float64(case, "ys", "w_0")
    h, h_query = features_of(case), features_of(case, "x_query")
    rate = float(case["learning_rate"]) if rate is None else rate
    residuals = start * h @ w_0.T - label * ys
    return kept * w_0 @ h_query - factor * rate / len(h) * (h @ h_query) @ residuals


def step_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Sum the absolute terms of the prediction; features themselves lie within 1."""
    ys, w_0 = float64(case, "ys", "w_0")
    h, h_query = np.abs(features_of(case)), np.abs(features_of(case, "x_query"))
    residuals = h @ np.abs(w_0).T + np.abs(ys)
    change = float(case["learning_rate"]) / len(h) * (h @ h_query) @ residuals
    # tanh(A x + b) is off by eps times the sum behind it, at most.
    matrix, bias, xs = float64(case, "feature_matrix", "feature_bias", "xs")
    depth = 1.0 + float((np.abs(xs) @ np.abs(matrix).T + np.abs(bias)).max())
    return {"prediction": np.asarray(depth * (np.abs(w_0) @ h_query + change).max())}


def n_context(case: Case) -> int:
    """Return the number of examples."""
    return len(case["xs"])


def _step(name: str, cause: str, question: str, **wrong: float) -> Misconception:
    return Misconception(
        name, lambda case: {"prediction": step_prediction(case, **wrong)}, cause, question
    )


def _step_by(
    name: str, factor: Callable[[Case], float], cause: str, question: str
) -> Misconception:
    return Misconception(
        name,
        lambda case: {"prediction": step_prediction(case, factor=factor(case))},
        cause,
        question,
    )


def _mean_feature(case: Case) -> Arrays:
    """Compare every example with the mean feature in place of the query's."""
    ys, w_0 = float64(case, "ys", "w_0")
    h, h_query = features_of(case), features_of(case, "x_query")
    residuals = h @ w_0.T - ys
    change = float(case["learning_rate"]) * residuals.mean(axis=0) * (h.mean(axis=0) @ h_query)
    return {"prediction": w_0 @ h_query - change}


HALF_A_SQUARE = "What is the derivative of half a square?"
HOW_OFTEN = "With every example written down twice, should the step be twice as long?"
BEFORE = "What is the residual of example i before the step?"

FEATURE_GD = (
    _step("sign", "the step goes up the gradient.", "Which way does descent go?", factor=-1.0),
    _step_by(
        "no-mean",
        lambda case: float(n_context(case)),
        "the 1/N of the mean loss is missing.",
        HOW_OFTEN,
    ),
    _step(
        "factor-2",
        "the step is twice as long as asked: that is the gradient of the full square.",
        HALF_A_SQUARE,
        factor=2.0,
    ),
    _step(
        "half",
        "the step is half as long as asked: the 1/2 of the loss is counted twice.",
        HALF_A_SQUARE,
        factor=0.5,
    ),
    _step_by(
        "mean-over-outputs",
        lambda case: 1 / case["ys"].shape[1],
        "the mean is taken over examples and outputs: the loss sums over outputs.",
        "In L(W), what does the norm do to the outputs?",
    ),
    _step(
        "eta-missing",
        "the step size is missing.",
        "What should come back when learning_rate is 0?",
        rate=1.0,
    ),
    _step(
        "no-step",
        "this is the prediction before the step.",
        "Which weights predict after the step?",
        factor=0.0,
    ),
    _step(
        "change-alone",
        "this is the change of the prediction, without W_0 h(x_q).",
        "If the gradient is zero, what should be predicted?",
        kept=0.0,
    ),
    _step("w0-forgotten", "W_0 is left out of the residuals.", BEFORE, start=0.0),
    _step(
        "from-zero",
        "this is a step from W = 0: W_0 is left out of it altogether.",
        "Where does the step begin?",
        start=0.0,
        kept=0.0,
    ),
    _step("labels-forgotten", "the residual leaves out y_i.", BEFORE, label=0.0),
    _step("label-sign", "y_i enters the residual with the wrong sign.", BEFORE, label=-1.0),
    Misconception(
        "read-out-sign",
        lambda case: {"prediction": -step_prediction(case)},
        "this is minus the prediction.",
        "The minus of the y slot belongs to tokens. Are there tokens here?",
    ),
    _step_by(
        "query-counted",
        lambda case: n_context(case) / (n_context(case) + 1),
        "the mean is taken over N + 1: the query is counted as an example.",
        "How many terms does the sum in the loss have?",
    ),
    Misconception(
        "means-multiplied",
        _mean_feature,
        "residuals and features are averaged apart, and the means multiplied.",
        "The gradient is a mean of products. Is that the product of the means?",
    ),
)
