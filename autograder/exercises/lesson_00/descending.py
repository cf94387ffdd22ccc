"""Gradient descent by its eigenvectors: the loss along the way, and how long a step may be.

The solutions take steps. The oracle takes none: along an eigenvector of the Hessian the error after
k steps is known in closed form.
"""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.lesson_00.regression import reach, widened
from autograder.exercises.probes import float64, normal

GAP = 0.8
"""The second eigenvalue over the largest at most: a power iteration of some 100 turns suffices."""

FLAT = 1 / 16
"""The smallest eigenvalue over the largest at least: float32 can still tell it from rounding."""


def draw_descent(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a start, a task and a step size; the last size is the step size in percent of the bound.

    It is moved by up to 10 % of itself, so that no two runs have the same.
    """
    n_context, d_x, d_y, n_steps, percent = sizes
    xs = normal(generator, n_context, d_x)
    bound = 2 / np.linalg.eigvalsh(xs.T.astype(np.float64) @ xs / n_context)[-1]
    rate = bound * percent / 100 * generator.uniform(0.9, 1.1)
    return {
        "w": normal(generator, d_y, d_x),
        "xs": xs,
        "ys": normal(generator, n_context, d_y),
        "learning_rate": np.asarray(rate, np.float32),
        "n_steps": np.asarray(n_steps),
    }


def losses(
    case: Case, *, factor: float = 1.0, rate: float | None = None, n_steps: int | None = None
) -> np.ndarray:
    """Return L(W_0), ..., L(W_K) in closed form: component j of the error is (1 - η λ_j)^k of it.

    Arguments:
        case: w, xs, ys, learning_rate, n_steps.
        factor: multiplies the step size.
        rate: in place of the case's step size.
        n_steps: in place of the case's number of steps.
    """
    w, xs, ys = float64(case, "w", "xs", "ys")
    rate = float(case["learning_rate"]) if rate is None else rate
    n_steps = int(case["n_steps"]) if n_steps is None else n_steps
    best = np.linalg.lstsq(xs, ys, rcond=None)[0].T
    floor = np.sum((ys - xs @ best.T) ** 2) / (2 * len(xs))
    curvatures, directions = np.linalg.eigh(xs.T @ xs / len(xs))
    error = (w - best) @ directions
    kept = (1 - factor * rate * curvatures) ** np.arange(n_steps + 1)[:, None]
    return floor + np.einsum("j,kj,oj->k", curvatures, kept**2, error**2) / 2


def history(case: Case) -> Arrays:
    """Return the losses along the way."""
    return {"losses": losses(case)}


def history_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Scale of rounding: each step adds its own, and carries on what is there.

    An error in the weights grows by at most max(1, |1 - η λ_max|) per step.
    """
    w, xs, ys = float64(case, "w", "xs", "ys")
    rate, n_context = float(case["learning_rate"]), len(xs)
    hessian = xs.T @ xs / n_context
    growth = max(1.0, abs(1 - rate * np.linalg.eigvalsh(hessian)[-1]))
    drift, scales = 0.0, []
    for _ in range(int(case["n_steps"]) + 1):
        spread = reach(w, xs, ys) + drift * np.abs(xs).sum(axis=1, keepdims=True)
        missed = np.abs(xs @ w.T - ys)
        scales.append(np.sum(missed * spread + reach(w, xs, ys) ** 2) / n_context)
        terms = np.abs(w) + rate * reach(w, xs, ys).T @ np.abs(xs) / n_context
        drift = growth * drift + float(terms.max())
        w = w - rate * (w @ hessian - ys.T @ xs / n_context)
    return {"losses": widened(max(scales), outputs["losses"])}


def _walk(case: Case, *, stale: bool) -> np.ndarray:
    """Return the losses where every step has the gradient of the start."""
    w, xs, ys = float64(case, "w", "xs", "ys")
    slope = (xs @ w.T - ys).T @ xs / len(xs)
    rate, found = float(case["learning_rate"]), []
    for count in range(int(case["n_steps"]) + 1):
        now = w - (count if stale else 0) * rate * slope
        found.append(np.sum((xs @ now.T - ys) ** 2) / (2 * len(xs)))
    return np.asarray(found)


def _along(name: str, what: Callable[[Case], object], cause: str, question: str) -> Misconception:
    return Misconception(name, lambda case: {"losses": np.asarray(what(case))}, cause, question)


HOW_MANY = "Before the first step and after each of K steps: how many losses is that?"

GD_LOOP = (
    _along(
        "sign",
        lambda case: losses(case, factor=-1.0),
        "the steps go up the gradient.",
        "Along the gradient, does the loss grow or fall?",
    ),
    _along(
        "factor-2",
        lambda case: losses(case, factor=2.0),
        "the steps are twice as long as asked.",
        "What is the derivative of half a square?",
    ),
    _along(
        "no-mean",
        lambda case: losses(case, factor=len(case["xs"])),
        "the steps leave out the 1/N of the mean loss.",
        "With every example written down twice, should the step be twice as long?",
    ),
    _along(
        "eta-missing",
        lambda case: losses(case, rate=1.0),
        "the step size does not enter.",
        "Where should the weights be when learning_rate is 0?",
    ),
    _along(
        "gradient-of-the-start",
        lambda case: _walk(case, stale=True),
        "every step uses the gradient at W_0.",
        "At which weights is the gradient of step k taken?",
    ),
    _along(
        "no-update",
        lambda case: _walk(case, stale=False),
        "the weights never move.",
        "Which name holds the weights after a step, and which one does the next turn read?",
    ),
    _along(
        "start-left-out",
        lambda case: losses(case)[1:],
        "the loss of the start is missing.",
        HOW_MANY,
    ),
    _along(
        "end-left-out",
        lambda case: losses(case)[:-1],
        "the loss after the last step is missing.",
        HOW_MANY,
    ),
    _along(
        "one-step-more",
        lambda case: losses(case, n_steps=int(case["n_steps"]) + 1),
        "there is one step too many.",
        HOW_MANY,
    ),
    _along(
        "last-only",
        lambda case: losses(case)[-1],
        "only the loss after the last step came back.",
        HOW_MANY,
    ),
    _along(
        "twice-the-loss",
        lambda case: 2 * losses(case),
        "the losses are twice what was asked; the steps are right.",
        "What stands in front of the sum, beside the 1/N?",
    ),
)


def draw_inputs(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw inputs that are not centred, with one direction steeper than the rest, and none flat.

    The last size scales them, in percent.
    """
    n_context, d_x, percent = sizes
    while True:
        xs = normal(generator, n_context, d_x) + np.float32(0.5)
        xs = (np.float32(percent / 100) * xs).astype(np.float32)
        squares = np.linalg.svd(xs.astype(np.float64), compute_uv=False) ** 2
        if len(squares) == 1 or (squares[1] < GAP * squares[0] and squares[-1] > FLAT * squares[0]):
            return {"xs": xs}


def _squared_stretches(case: Case) -> np.ndarray:
    """Return the eigenvalues of X X^T / N, the largest first: those of X^T X / N that are not 0."""
    (xs,) = float64(case, "xs")
    values = np.linalg.eigvalsh(xs @ xs.T / len(xs))[::-1]
    return values[: min(xs.shape)]


def threshold(case: Case) -> Arrays:
    """Return the step size from which descent no longer converges."""
    return {"step size": 2 / _squared_stretches(case)[0]}


def threshold_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Scale of rounding: the bound, times what the absolute terms of the matrix exceed it by."""
    (xs,) = float64(case, "xs")
    largest = _squared_stretches(case)[0]
    absolute = np.linalg.norm(np.abs(xs), ord=2) ** 2 / len(xs)
    return {"step size": np.asarray(2 / largest * absolute / largest)}


def _bound(
    name: str, what: Callable[[Case], float | None], cause: str, question: str
) -> Misconception:
    def wrong(case: Case) -> Arrays:
        value = what(case)
        # Where the idea gives no finite number it says nothing of the answer.
        return {} if value is None else {"step size": np.asarray(value)}

    return Misconception(name, wrong, cause, question)


def _smallest(case: Case) -> float | None:
    n_context, d_x = case["xs"].shape
    return float(2 / _squared_stretches(case)[-1]) if n_context >= d_x else None


def _centred(case: Case) -> float | None:
    (xs,) = float64(case, "xs")
    moved = xs - xs.mean(axis=0)
    largest = np.linalg.norm(moved, ord=2) ** 2 / len(xs)
    return float(2 / largest) if largest > 1e-9 else None


WHICH = "The error along v_j is multiplied by 1 - eta lambda_j. Which j leaves (-1, 1) first?"

THRESHOLD = (
    _bound(
        "one-over",
        lambda case: 1 / _squared_stretches(case)[0],
        "this is 1 / lambda_max: beyond it the error changes its sign, but need not grow.",
        "Does an error that is multiplied by -0.5 in each step grow or shrink?",
    ),
    _bound(
        "no-mean",
        lambda case: 2 / (_squared_stretches(case)[0] * len(case["xs"])),
        "the 1/N of the loss is missing from the matrix.",
        "With every example written down twice, should the bound change?",
    ),
    _bound(
        "one-over-no-mean",
        lambda case: 1 / (_squared_stretches(case)[0] * len(case["xs"])),
        "this is 1 / lambda_max, and the 1/N of the loss is missing from the matrix.",
        "Does an error that is multiplied by -0.5 in each step grow or shrink?",
    ),
    _bound(
        "mean-over-inputs",
        lambda case: 2 * case["xs"].shape[1] / (_squared_stretches(case)[0] * case["xs"].shape[0]),
        "the matrix is divided by the number d_x of input entries, not by N.",
        "Which axis of xs counts the examples?",
    ),
    _bound("smallest", _smallest, "the smallest eigenvalue is used, not the largest.", WHICH),
    _bound(
        "trace",
        lambda case: 2 / _squared_stretches(case).sum(),
        "this is 2 / trace: the sum of all eigenvalues is used. It is safe, and too small.",
        WHICH,
    ),
    _bound(
        "mean-eigenvalue",
        lambda case: 2 * case["xs"].shape[1] / _squared_stretches(case).sum(),
        "the mean of the eigenvalues is used.",
        WHICH,
    ),
    _bound(
        "not-squared",
        lambda case: 2 / np.sqrt(_squared_stretches(case)[0]),
        "a singular value stands where its square should.",
        "If all inputs double, by which factor does the bound shrink?",
    ),
    _bound(
        "singular-value",
        lambda case: 2 / np.sqrt(_squared_stretches(case)[0] * len(case["xs"])),
        "a singular value stands where an eigenvalue should.",
        "If all inputs double, by which factor does the bound shrink?",
    ),
    _bound(
        "eigenvalue-returned",
        lambda case: _squared_stretches(case)[0],
        "this is lambda_max itself.",
        "For which eta does 1 - eta lambda_max leave the interval (-1, 1)?",
    ),
    _bound(
        "factor-2",
        lambda case: 4 / _squared_stretches(case)[0],
        "this is twice the bound: the matrix is half of what it should be.",
        "What is the derivative of the gradient, with the half of the loss already used up?",
    ),
    _bound(
        "centred",
        _centred,
        "the mean was taken off the inputs: this is their covariance.",
        "Does the loss know the mean of the inputs?",
    ),
    _bound(
        "longest-input",
        lambda case: 2 / float((float64(case, "xs")[0] ** 2).sum(axis=1).max()),
        "the longest input is used: that is the bound for learning from it alone.",
        "Which direction of the weights do all examples together stretch most?",
    ),
)
