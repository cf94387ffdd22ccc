"""Predictions by gradient descent and by Bayes' rule, in the dual form, and the wrong ideas.

The solutions make weights. The oracles never do: they weigh targets by the inputs' Gram matrix.
"""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.probes import float64, learning_rate, normal


def draw_descent(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a task that no linear map fits, a step size and a number of steps.

    Targets are large, and with them every gradient: nobody's clipping goes unseen.
    """
    n_context, d_x, d_y, n_steps = sizes
    return {
        "xs": normal(generator, n_context, d_x) / np.float32(2),
        "ys": 10 * normal(generator, n_context, d_y),
        "x_query": normal(generator, d_x),
        "learning_rate": learning_rate(generator),
        "n_steps": np.asarray(n_steps),
    }


def draw_noisy(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a task and the noise that its targets are said to have."""
    n_context, d_x, d_y = sizes
    case = draw_descent(generator, (n_context, d_x, d_y, 1))
    noise = np.float32(0.5) + learning_rate(generator) / np.float32(2)  # away from 0 and from 1
    return {
        "xs": 2 * case["xs"],
        "ys": case["ys"] / 10,
        "x_query": case["x_query"],
        "label_noise": np.where(np.abs(noise - 1) < 0.04, noise + 0.1, noise).astype(np.float32),
    }


def descended(
    case: Case,
    *,
    factor: float = 1.0,
    rate: float | None = None,
    n_steps: int | None = None,
    refresh: bool = True,
) -> np.ndarray:
    """Return the prediction after K steps from W = 0: residuals descend, weights never appear.

    Arguments:
        case: xs, ys, x_query, learning_rate, n_steps.
        factor: multiplies each step.
        rate: in place of the case's step size.
        n_steps: in place of the case's number.
        refresh: whether each step sees the residuals that the one before it left.
    """
    xs, ys, x_query = float64(case, "xs", "ys", "x_query")
    rate = float(case["learning_rate"]) if rate is None else rate
    n_steps = int(case["n_steps"]) if n_steps is None else n_steps
    step = factor * rate / len(xs)
    gram, similarity = xs @ xs.T, xs @ x_query
    residuals, prediction = ys.copy(), np.zeros(ys.shape[1])
    for _ in range(n_steps):
        prediction = prediction + step * similarity @ residuals
        if refresh:
            residuals = residuals - step * gram @ residuals
    return prediction


def descent_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Sum absolute terms: as if every step only ever added. No step has the scale of a target."""
    xs, ys, x_query = (np.abs(array) for array in float64(case, "xs", "ys", "x_query"))
    step = float(case["learning_rate"]) / len(xs)
    w = np.zeros((ys.shape[1], xs.shape[1]))
    for _ in range(int(case["n_steps"])):
        w = w + step * (xs @ w.T + ys).T @ xs
    return {"prediction": np.asarray(max((w @ x_query).max(), ys.max()))}


def posterior(
    case: Case,
    *,
    penalty: Callable[[float, int], float] = lambda noise, n_context: noise**2,
) -> np.ndarray:
    """Return the posterior mean: the targets are jointly normal with the query's, so condition.

    The covariance of the targets is X X^T + penalty I, that with the query's is X x_q.
    """
    xs, ys, x_query = float64(case, "xs", "ys", "x_query")
    added = penalty(float(case["label_noise"]), len(xs))
    among = xs @ xs.T + added * np.eye(len(xs))
    return np.linalg.lstsq(among, xs @ x_query, rcond=1e-9)[0] @ ys


def posterior_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Scale of rounding: a solve is off by the condition number times eps times its result."""
    xs, ys, x_query = float64(case, "xs", "ys", "x_query")
    noise = float(case["label_noise"])
    condition = (np.linalg.norm(xs, ord=2) ** 2 + noise**2) / noise**2
    inverse = np.linalg.inv(xs.T @ xs + noise**2 * np.eye(xs.shape[1]))
    weights = np.linalg.norm(inverse @ xs.T @ ys, axis=0).max()
    right = np.linalg.norm(inverse @ xs.T, ord=2) * np.linalg.norm(ys, axis=0).max()
    scale = (weights + right) * np.linalg.norm(x_query)
    return {"prediction": np.asarray(condition / 4 * scale)}


def _prediction(
    name: str, predicted: Callable[[Case], np.ndarray], cause: str, question: str
) -> Misconception:
    return Misconception(name, lambda case: {"prediction": predicted(case)}, cause, question)


def _least_squares(case: Case) -> np.ndarray:
    xs, ys, x_query = float64(case, "xs", "ys", "x_query")
    return x_query @ np.linalg.lstsq(xs, ys, rcond=1e-9)[0]


def _centred(case: Case) -> np.ndarray:
    xs, ys, x_query = float64(case, "xs", "ys", "x_query")
    moved = {**case, "xs": xs - xs.mean(axis=0), "ys": ys - ys.mean(axis=0)}
    moved["x_query"] = x_query - xs.mean(axis=0)
    return ys.mean(axis=0) + posterior(moved)


def _mean_of_targets(case: Case) -> np.ndarray:
    return float64(case, "ys")[0].mean(axis=0)


def _n(case: Case) -> int:
    return len(case["xs"])


HALF_SQUARE = "What is the derivative of half a square?"
EVERY_STEP = "At which weights is the gradient of the second step taken?"
SIGN = "With one example (x, y) and x_q = x, should the prediction move towards y?"
HOW_MANY = "With n_steps = 0, what should come back? And with n_steps = 1?"

GD_PREDICTOR = (
    _prediction(
        "sign",
        lambda case: descended(case, factor=-1.0),
        "the steps go up the gradient.",
        SIGN,
    ),
    _prediction(
        "minus-prediction",
        lambda case: -descended(case),
        "this is minus the prediction.",
        SIGN,
    ),
    _prediction(
        "no-mean",
        lambda case: descended(case, factor=_n(case)),
        "the 1/N of the mean loss is missing.",
        "With every example written down twice, should the steps be twice as long?",
    ),
    _prediction(
        "factor-2",
        lambda case: descended(case, factor=2.0),
        "the steps are twice as long as asked: that is the gradient of the full square.",
        HALF_SQUARE,
    ),
    _prediction(
        "half",
        lambda case: descended(case, factor=0.5),
        "the steps are half as long as asked: the 1/2 of the loss is counted twice.",
        HALF_SQUARE,
    ),
    _prediction(
        "mean-over-outputs",
        lambda case: descended(case, factor=1 / case["ys"].shape[1]),
        "the mean is taken over examples and outputs: the loss sums over outputs.",
        "In L(W) = 1/(2N) sum_i |W x_i - y_i|^2, what does the norm do to the outputs?",
    ),
    _prediction(
        "eta-missing",
        lambda case: descended(case, rate=1.0),
        "the step size is missing.",
        "What should the prediction be when learning_rate is 0?",
    ),
    _prediction(
        "one-step-only",
        lambda case: descended(case, n_steps=1),
        "only one step is taken, whatever n_steps is.",
        HOW_MANY,
    ),
    _prediction(
        "one-step-too-many",
        lambda case: descended(case, n_steps=int(case["n_steps"]) + 1),
        "one step too many is taken.",
        HOW_MANY,
    ),
    _prediction(
        "one-step-too-few",
        lambda case: descended(case, n_steps=max(int(case["n_steps"]) - 1, 0)),
        "one step too few is taken.",
        HOW_MANY,
    ),
    _prediction(
        "gradient-of-the-start",
        lambda case: descended(case, refresh=False),
        "every step takes the gradient at W = 0 again.",
        EVERY_STEP,
    ),
    _prediction(
        "least-squares",
        _least_squares,
        "this is the end of gradient descent, least squares, not its n_steps-th step.",
        HOW_MANY,
    ),
    _prediction(
        "mean-of-targets",
        _mean_of_targets,
        "this is the mean of the context's targets, whatever the inputs are.",
        "Which examples should count more: those whose x is like x_q, or all alike?",
    ),
)


def _penalised(
    name: str, penalty: Callable[[float, int], float], cause: str, question: str
) -> Misconception:
    return _prediction(name, lambda case: posterior(case, penalty=penalty), cause, question)


WHICH_PENALTY = (
    "Add up the two quadratic forms in the exponent. Where does N appear, and where not?"
)

RIDGE_PREDICTOR = (
    _penalised(
        "penalty-times-n",
        lambda noise, n_context: noise**2 * n_context,
        "the penalty is N times too large: sigma^2 is added to the mean of x x^T, not to the sum.",
        WHICH_PENALTY,
    ),
    _penalised(
        "penalty-over-n",
        lambda noise, n_context: noise**2 / n_context,
        "the penalty is N times too small: sigma^2/N is added to the sum of x x^T, not to the "
        "mean.",
        WHICH_PENALTY,
    ),
    _penalised(
        "noise-not-squared",
        lambda noise, n_context: noise,
        "the penalty has the noise's standard deviation where its variance belongs.",
        "In the exponent, is the sum of squares divided by sigma or by sigma^2?",
    ),
    _penalised(
        "noise-not-squared-times-n",
        lambda noise, n_context: noise * n_context,
        "the penalty has the noise's standard deviation where its variance belongs, and is N "
        "times too large.",
        WHICH_PENALTY,
    ),
    _penalised(
        "factor-2",
        lambda noise, n_context: 2 * noise**2,
        "the penalty is twice as large as asked.",
        "Do both terms of the exponent carry the same 1/2?",
    ),
    _penalised(
        "half",
        lambda noise, n_context: noise**2 / 2,
        "the penalty is half as large as asked.",
        "Do both terms of the exponent carry the same 1/2?",
    ),
    _penalised(
        "inverse-noise",
        lambda noise, n_context: 1 / noise**2,
        "the penalty falls as the noise grows.",
        "With a lot of noise, should the guess at W be large or near 0?",
    ),
    _penalised(
        "penalty-one",
        lambda noise, n_context: 1.0,
        "the penalty is 1, whatever label_noise is.",
        "What should the prediction be when label_noise goes to 0?",
    ),
    _prediction(
        "least-squares",
        _least_squares,
        "this is least squares: the noise is taken for signal.",
        "What should the prediction be when label_noise goes to infinity?",
    ),
    _prediction(
        "centred",
        _centred,
        "inputs and targets are centred first, as if there were an intercept.",
        "What does the model predict for x = 0, before and after the context?",
    ),
    _prediction(
        "minus-prediction",
        lambda case: -posterior(case),
        "this is minus the prediction.",
        SIGN,
    ),
    _prediction(
        "mean-of-targets",
        _mean_of_targets,
        "this is the mean of the context's targets, whatever the inputs are.",
        "Which examples should count more: those whose x is like x_q, or all alike?",
    ),
)
