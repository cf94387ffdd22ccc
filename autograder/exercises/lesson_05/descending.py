"""Several steps that see a kernel only: probes, oracle and wrong ideas.

The solution never sees a feature. The oracle moves a top layer on the features behind the kernel.
"""

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.lesson_05.stepping import (
    HALF_A_SQUARE,
    HOW_OFTEN,
    draw_task,
    features_of,
    n_context,
)
from autograder.exercises.probes import float64

LEAST_SHARE = 1e-3
"""Share of the largest eigenvalue of the Gram matrix that its smallest one has, zeros left out.

With a smaller one, what float32 makes of the least-squares fit is anybody's guess, and so is
whether an answer that went all the way is recognised.
"""


def draw_steps(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a task with features and a number of steps, with a step size that converges."""
    *shape, n_steps = sizes
    while True:
        case = draw_task(generator, tuple(shape))
        spectrum = np.linalg.svd(features_of(case), compute_uv=False) ** 2
        if spectrum[-1] > LEAST_SHARE * spectrum[0]:
            break
    # Below 2 / lambda_max, and above a quarter of it, so that each step is seen.
    rate = np.float32(generator.uniform(0.5, 1.5) * len(case["xs"]) / spectrum[0])
    return case | {"learning_rate": np.asarray(rate), "n_steps": np.asarray(n_steps)}


def steps_prediction(
    case: Case,
    *,
    n_steps: int | None = None,
    rate: float = 1.0,
    frozen: bool = False,
    values: bool = False,
) -> np.ndarray:
    """Move a top layer from 0 by gradient descent on the features, and predict for the query.

    Arguments:
        case: the task, its features, the step size and the number of steps.
        n_steps: in place of the case's number.
        rate: multiplies the step size.
        frozen: whether residuals stay those of W = 0.
        values: return the predictions for the context instead.
    """
    (ys,) = float64(case, "ys")
    h, h_query = features_of(case), features_of(case, "x_query")
    n_steps = int(case["n_steps"]) if n_steps is None else n_steps
    w = np.zeros((ys.shape[1], h.shape[1]))
    for _ in range(n_steps):
        residuals = -ys if frozen else h @ w.T - ys
        w = w - rate * float(case["learning_rate"]) / len(h) * residuals.T @ h
    return h @ w.T if values else w @ h_query


def steps_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Sum absolute terms of K steps: each adds at most one step's worth of residuals."""
    (ys,) = float64(case, "ys")
    h, h_query = np.abs(features_of(case)), np.abs(features_of(case, "x_query"))
    residuals = np.abs(ys).sum(axis=0) + np.abs(steps_prediction(case, values=True)).sum(axis=0)
    one = float(case["learning_rate"]) / len(h) * residuals * float((h @ h_query).max())
    matrix, bias, xs = float64(case, "feature_matrix", "feature_bias", "xs")
    depth = 1.0 + float((np.abs(xs) @ np.abs(matrix).T + np.abs(bias)).max())
    return {"prediction": np.asarray(depth * max(1, int(case["n_steps"])) * one.max())}


def _steps(name: str, cause: str, question: str, **wrong: float | bool) -> Misconception:
    return Misconception(
        name,
        lambda case: {"prediction": steps_prediction(case, **wrong)},  # type: ignore[arg-type]
        cause,
        question,
    )


def _kernels_of(case: Case) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    (ys,) = float64(case, "ys")
    h, h_query = features_of(case), features_of(case, "x_query")
    return h @ h.T, h @ h_query, ys


def _smoothed(case: Case) -> Arrays:
    _, likeness, ys = _kernels_of(case)
    return {"prediction": likeness @ ys / likeness.sum()}


def _least_squares(case: Case) -> Arrays:
    """Return where descent from 0 leads: the shortest of the least-squares solutions."""
    (ys,) = float64(case, "ys")
    w, *_ = np.linalg.lstsq(features_of(case), ys, rcond=None)
    return {"prediction": features_of(case, "x_query") @ w}


def _own_residual(case: Case) -> Arrays:
    """Move each context value by its own residual only; then ask the query."""
    gram, likeness, ys = _kernels_of(case)
    rate = float(case["learning_rate"]) / len(ys)
    f, f_query = np.zeros_like(ys), np.zeros(ys.shape[1])
    for _ in range(int(case["n_steps"])):
        residuals = f - ys
        f_query = f_query - rate * likeness @ residuals
        f = f - rate * np.diag(gram)[:, None] * residuals
    return {"prediction": f_query}


def _updated_first(case: Case) -> Arrays:
    """Move the context first, and the query with residuals that have moved already."""
    gram, likeness, ys = _kernels_of(case)
    rate = float(case["learning_rate"]) / len(ys)
    f, f_query = np.zeros_like(ys), np.zeros(ys.shape[1])
    for _ in range(int(case["n_steps"])):
        f = f - rate * gram @ (f - ys)
        f_query = f_query - rate * likeness @ (f - ys)
    return {"prediction": f_query}


RESIDUALS_MOVE = "After the first step, is the residual of example i still -y_i?"

KERNEL_REGRESSION = (
    Misconception(
        "sign",
        lambda case: {"prediction": steps_prediction(case, rate=-1.0)},
        "the steps go up the gradient.",
        "Which way does descent go?",
    ),
    Misconception(
        "minus",
        lambda case: {"prediction": -steps_prediction(case)},
        "this is minus the prediction.",
        "With f = 0 at first and a target of 1, which way must f move?",
    ),
    Misconception(
        "no-mean",
        lambda case: {"prediction": steps_prediction(case, rate=float(n_context(case)))},
        "the 1/N of the mean loss is missing.",
        HOW_OFTEN,
    ),
    _steps("factor-2", "each step is twice as long as asked.", HALF_A_SQUARE, rate=2.0),
    _steps("half", "each step is half as long as asked.", HALF_A_SQUARE, rate=0.5),
    Misconception(
        "eta-missing",
        lambda case: {"prediction": steps_prediction(case, rate=1 / float(case["learning_rate"]))},
        "the step size is missing.",
        "What should come back when learning_rate is 0?",
    ),
    Misconception(
        "one-step-too-many",
        lambda case: {"prediction": steps_prediction(case, n_steps=int(case["n_steps"]) + 1)},
        "there is one step too many.",
        "What should come back when n_steps is 0?",
    ),
    Misconception(
        "one-step-too-few",
        lambda case: {"prediction": steps_prediction(case, n_steps=int(case["n_steps"]) - 1)},
        "there is one step too few.",
        "Count the residuals that you have used: how many sets are there?",
    ),
    Misconception(
        "one-step",
        lambda case: {"prediction": steps_prediction(case, n_steps=min(1, int(case["n_steps"])))},
        "this is the first step only.",
        RESIDUALS_MOVE,
    ),
    _steps(
        "n-steps-ignored",
        "there is one step, whatever n_steps is.",
        "What should come back when n_steps is 0, and how does it differ from n_steps = 2?",
        n_steps=1,
    ),
    Misconception(
        "one-step-at-least",
        lambda case: {"prediction": steps_prediction(case, n_steps=max(1, int(case["n_steps"])))},
        "with n_steps = 0 there is a step all the same.",
        "Where is f before the first step?",
    ),
    _steps(
        "residuals-frozen",
        "every step uses the residuals of f = 0.",
        RESIDUALS_MOVE,
        frozen=True,
    ),
    Misconception(
        "converged",
        _least_squares,
        "this is where descent leads, not where it is after n_steps.",
        "How much of the residuals is left after n_steps?",
    ),
    Misconception(
        "smoothing",
        _smoothed,
        "this is a weighted mean of the targets.",
        "Does a gradient step divide by the sum of the kernel values?",
    ),
    Misconception(
        "own-residual-only",
        _own_residual,
        "each context value moves by its own residual only.",
        "f moves at x_j by a sum over all examples. Which entries of the Gram matrix enter?",
    ),
    Misconception(
        "query-moved-last",
        _updated_first,
        "the query moves with residuals from after the step.",
        "At which f is the gradient of a step taken?",
    ),
)
