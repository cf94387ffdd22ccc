"""The risk of a predictor and its standard error: probes, oracle and wrong ideas."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.probes import float64, normal


def draw_batch(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a batch of tasks whose errors all differ; the last size scales the targets."""
    n_tasks, n_context, d_x, d_y, scale = sizes
    return {
        "xs": normal(generator, n_tasks, n_context, d_x),
        "ys": np.float32(scale) * normal(generator, n_tasks, n_context, d_y),
        "x_query": normal(generator, n_tasks, d_x),
        "y_query": np.float32(scale) * (normal(generator, n_tasks, d_y) + np.float32(0.5)),
    }


def errors(case: Case, *, against: str = "y_query") -> np.ndarray:
    """Return prediction minus target, one row per task, by the predictor that the answer gets."""
    xs, ys, x_query = float64(case, "xs", "ys", "x_query")
    similarity = np.tanh(np.einsum("tia,ta->ti", xs, x_query))
    predicted = np.einsum("ti,tiy->ty", similarity, ys) / ys.shape[1]
    predicted += 0.25 * x_query.sum(axis=1, keepdims=True)
    return predicted - float64(case, against)[0]


def losses(case: Case) -> np.ndarray:
    """Return the half squared error of each task, summed over outputs."""
    return 0.5 * np.linalg.norm(errors(case), axis=1) ** 2


def summary(values: np.ndarray) -> Arrays:
    """Return the mean and its standard error, from sums over pairs of tasks."""
    n_tasks = len(values)
    apart = np.subtract.outer(values, values) ** 2
    variance = apart.sum() / (2 * n_tasks * (n_tasks - 1))
    return {"risk": values.sum() / n_tasks, "standard_error": np.sqrt(variance / n_tasks)}


def oracle(case: Case) -> Arrays:
    """Return what a right answer gives."""
    return summary(losses(case))


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Scale of rounding: both numbers come from losses, which come from sums of absolute terms."""
    xs, ys, x_query, y_query = (
        np.abs(array) for array in float64(case, "xs", "ys", "x_query", "y_query")
    )
    similarity = np.minimum(np.einsum("tia,ta->ti", xs, x_query), 1.0)
    predicted = np.einsum("ti,tiy->ty", similarity, ys) / ys.shape[1]
    predicted += 0.25 * x_query.sum(axis=1, keepdims=True)
    largest = 0.5 * ((predicted + y_query) ** 2).sum(axis=1).max()
    return {"risk": np.asarray(largest), "standard_error": np.asarray(largest)}


def _summary(
    name: str,
    made: Callable[[Case], Arrays],
    cause: str,
    question: str,
) -> Misconception:
    return Misconception(name, made, cause, question)


def _right_with(change: Callable[[Arrays, Case], Arrays]) -> Callable[[Case], Arrays]:
    return lambda case: {**oracle(case), **change(oracle(case), case)}


def _scaled(factor: Callable[[Case], float]) -> Callable[[Case], Arrays]:
    return lambda case: summary(factor(case) * losses(case))


def _n_tasks(case: Case) -> int:
    return len(case["xs"])


HOW_SURE = "With 100 times as many tasks, how much more exactly would you know the risk?"
WHAT_LOSS = "What is the loss of one task with d_y outputs, as written above the exercise?"

MEASURE_RISK = (
    _summary("full-square", _scaled(lambda case: 2.0), "the half is missing.", WHAT_LOSS),
    _summary(
        "mean-over-outputs",
        _scaled(lambda case: 1 / case["ys"].shape[-1]),
        "the mean is taken over tasks and outputs: the loss sums over outputs.",
        WHAT_LOSS,
    ),
    _summary(
        "mean-over-outputs-full-square",
        _scaled(lambda case: 2 / case["ys"].shape[-1]),
        "this is the mean of the squared error over tasks and outputs.",
        WHAT_LOSS,
    ),
    _summary(
        "standard-deviation",
        _right_with(lambda right, case: {"standard_error": losses(case).std(ddof=1)}),
        "the second number is the spread of the losses, not the error of their mean.",
        HOW_SURE,
    ),
    _summary(
        "standard-deviation-ddof-0",
        _right_with(lambda right, case: {"standard_error": losses(case).std()}),
        "the second number is the spread of the losses, not the error of their mean.",
        HOW_SURE,
    ),
    _summary(
        "over-n",
        _right_with(
            lambda right, case: {"standard_error": losses(case).std(ddof=1) / _n_tasks(case)}
        ),
        "the spread is divided by n_tasks, not by its root.",
        HOW_SURE,
    ),
    _summary(
        "ddof-0",
        _right_with(
            lambda right, case: {"standard_error": losses(case).std() / np.sqrt(_n_tasks(case))}
        ),
        "the variance divides by n_tasks, not by n_tasks - 1.",
        "By what does the formula in the docstring divide?",
    ),
    _summary(
        "variance",
        _right_with(lambda right, case: {"standard_error": right["standard_error"] ** 2}),
        "the second number is the square of the standard error.",
        HOW_SURE,
    ),
    _summary(
        "sum",
        _right_with(lambda right, case: {"risk": right["risk"] * _n_tasks(case)}),
        "the first number is a sum over tasks, not their mean.",
        "Should the risk grow with the number of tasks that you measure it on?",
    ),
    _summary(
        "not-squared",
        lambda case: summary(0.5 * np.linalg.norm(errors(case), axis=1)),
        "the error is not squared.",
        WHAT_LOSS,
    ),
    _summary(
        "absolute",
        lambda case: summary(0.5 * np.abs(errors(case)).sum(axis=1)),
        "the error's absolute value stands where its square should.",
        WHAT_LOSS,
    ),
    _summary(
        "squared-after-the-mean",
        lambda case: {"risk": 0.5 * (errors(case).mean(axis=0) ** 2).sum()},
        "the errors are averaged first and squared afterwards, so they cancel.",
        "If half of the predictions are too high by 1 and half too low by 1, what is the risk?",
    ),
)
