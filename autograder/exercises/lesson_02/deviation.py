"""How far a layer is from the step: probes, oracle and wrong ideas."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Depth, Misconception
from autograder.exercises.layer import apply_layer, layer_magnitude, weights_of
from autograder.exercises.lesson_02.attention import draw_layer
from autograder.exercises.lesson_02.shift import shift_magnitude, shifted, tokens_of
from autograder.exercises.lesson_02.shift_wrong import (
    HOW_OFTEN,
    UP_OR_DOWN,
    n_context,
)
from autograder.exercises.probes import learning_rate, normal

PER_TASK = ("xs", "ys", "x_query", "y_query")

SIZES = ((11, 7, 2, 3, 4, 6, 2), (13, 5, 2, 1, 7, 4, 1), (5, 3, 6, 4, 7, 9, 3))
"""n_tasks, n_context, d_x, d_y, d_key, d_value, n_heads; practice uses the first two."""

PLACES = ((1, 0, -1), (-1, -1, 0), (-1, 1, 1))
"""Sign of the largest deviation, its task and its output: the first, the last, the one between."""

SMALL = 1 / 128
"""Scales a query, and with it the deviation, far below 1; float32 holds the product exactly."""


def probes(generator: np.random.Generator, depth: Depth) -> tuple[Case, ...]:
    """Draw layers far from any construction, each with a batch of tasks.

    For every size the largest deviation is once above and twice below zero, once in the first task,
    once in the last and once between, and so for outputs: no answer gets by without the absolute
    value, or with a part of the batch. The last batch of each size has small deviations only.
    """
    sizes = SIZES if depth == "grade" else SIZES[:2]
    return tuple(
        draw_deviation(generator, size, place, SMALL if place is PLACES[-1] else 1.0)
        for size in sizes
        for place in PLACES
    )


def draw_deviation(
    generator: np.random.Generator,
    sizes: tuple[int, ...],
    place: tuple[int, int, int],
    query_scale: float,
) -> dict[str, np.ndarray]:
    """Draw one batch whose largest deviation has the sign and stands in the output asked for.

    The task is then moved to its place.
    """
    sign, task, output = place
    while True:
        case = _draw(generator, sizes)
        case["x_query"] = (query_scale * case["x_query"]).astype(np.float32)
        found = deviations(case)
        largest, at = np.unravel_index(np.abs(found).argmax(), found.shape)
        runner_up = max(float((-sign * found).max()), 0.0)
        right_place = at == output % found.shape[1]
        if right_place and sign * found[largest, at] > 1.1 * runner_up:
            order = np.arange(len(found))
            order[[largest, task]] = order[[task, largest]]
            return case | {name: case[name][order] for name in PER_TASK}


def _draw(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    n_tasks, n_context, d_x, d_y, d_key, d_value, n_heads = sizes
    layer = draw_layer(generator, (1, d_x + d_y, d_key, d_value, n_heads))
    del layer["tokens"]
    return layer | {
        "xs": normal(generator, n_tasks, n_context, d_x),
        "ys": normal(generator, n_tasks, n_context, d_y),
        "x_query": normal(generator, n_tasks, d_x),
        "y_query": normal(generator, n_tasks, d_y),
        "w_0": normal(generator, d_y, d_x),
        "learning_rate": learning_rate(generator),
    }


def one_task(case: Case, index: int) -> Case:
    """Return task `index` of a batch, with the arrays that the batch shares."""
    return {name: v[index] if name in PER_TASK else v for name, v in case.items()}


def deviations(
    case: Case, *, sign: float = -1.0, start: float = 1.0, query_start: float = 1.0, **wrong: float
) -> np.ndarray:
    """Return layer prediction minus GD prediction for every task and output; `[n_tasks, d_y]`."""
    rows = []
    for index in range(len(case["xs"])):
        task = one_task(case, index)
        d_x = task["xs"].shape[1]
        tokens = tokens_of(task)
        tokens[-1, d_x:] *= query_start
        predicted = sign * apply_layer(weights_of(case), tokens)[-1, d_x:]
        begun = {**task, "w_0": start * task["w_0"]}
        rows.append(predicted + shifted(begun, **wrong)[-1])
    return np.stack(rows)


def deviation_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Sum absolute terms over both predictions; the largest over the batch."""
    tasks = [one_task(case, index) for index in range(len(case["xs"]))]
    layers = [layer_magnitude(weights_of(case), tokens_of(task)).max() for task in tasks]
    return {"deviation": np.asarray(max(layers) + max(shift_magnitude(task) for task in tasks))}


def largest_deviation(case: Case) -> Arrays:
    """Return the largest absolute deviation over tasks and outputs."""
    return {"deviation": np.asarray(np.abs(deviations(case)).max())}


def _deviation(
    name: str, reduce: Callable[[Case], object], cause: str, question: str
) -> Misconception:
    return Misconception(
        name, lambda case: {"deviation": np.asarray(reduce(case))}, cause, question
    )


def _absolute(**changes: float) -> Callable[[Case], float]:
    return lambda case: float(np.abs(deviations(case, **changes)).max())


def _against_targets(case: Case) -> float:
    d_x = case["xs"].shape[-1]
    rows = []
    for index in range(len(case["xs"])):
        task = one_task(case, index)
        rows.append(-apply_layer(weights_of(case), tokens_of(task))[-1, d_x:])
    return float(np.abs(np.stack(rows) - case["y_query"]).max())


REDUCTION = (
    "Over a batch of tasks and outputs, which single number answers 'at most how far apart'?"
)


READ_OUT = "Which function of `tokens` reads a prediction, and what does it do to the y slot?"


LARGEST_DEVIATION = (
    _deviation(
        "mean",
        lambda case: np.abs(deviations(case)).mean(),
        "this is the mean deviation, not the largest.",
        REDUCTION,
    ),
    _deviation(
        "signed",
        lambda case: deviations(case).max(),
        "the largest is taken without the absolute value.",
        "Is a prediction that is far too low close to the right one?",
    ),
    _deviation(
        "signed-other-way",
        lambda case: -deviations(case).min(),
        "the largest is taken without the absolute value.",
        "Is a prediction that is far too low close to the right one?",
    ),
    _deviation(
        "squared",
        lambda case: (deviations(case) ** 2).max(),
        "the deviation is squared.",
        REDUCTION,
    ),
    _deviation(
        "norm",
        lambda case: np.linalg.norm(deviations(case), axis=1).max(),
        "the outputs of a task are combined into a norm before the largest is taken.",
        REDUCTION,
    ),
    _deviation(
        "summed",
        lambda case: np.abs(deviations(case)).sum(axis=1).max(),
        "the outputs of a task are summed before the largest is taken.",
        REDUCTION,
    ),
    _deviation(
        "first-task-only",
        lambda case: np.abs(deviations(case)[0]).max(),
        "only the first task of the batch counts.",
        "Which axis of the batch have you reduced over?",
    ),
    _deviation(
        "one-per-task",
        lambda case: np.abs(deviations(case)).max(axis=1),
        "there is one number per task in place of one for the batch.",
        "Which axis is still to be reduced?",
    ),
    _deviation(
        "read-out-sign", _absolute(sign=1.0), "the read-out has lost its minus sign.", READ_OUT
    ),
    _deviation(
        "query-slot-empty",
        _absolute(query_start=0.0),
        "the query's y slot is 0 in place of -W_0 x_q.",
        "What does the layer predict before it has moved anything?",
    ),
    _deviation(
        "w0-forgotten",
        _absolute(start=0.0),
        "gradient descent starts at 0 in place of W_0.",
        "Where does the step begin?",
    ),
    _deviation(
        "w0-forgotten-twice",
        _absolute(start=0.0, query_start=0.0),
        "both predictions start at 0 in place of W_0.",
        "Where does the step begin, and what stands in the query's y slot then?",
    ),
    _deviation("gd-sign", _absolute(factor=-1.0), "the step goes up the gradient.", UP_OR_DOWN),
    _deviation(
        "no-step",
        _absolute(factor=0.0),
        "the layer is compared with W_0 x_q, before any step.",
        "Which weights predict after the step?",
    ),
    _deviation(
        "factor-2",
        _absolute(factor=2.0),
        "the gradient step is twice as long as asked.",
        "What is the derivative of half a square?",
    ),
    _deviation(
        "no-mean",
        lambda case: _absolute(factor=n_context(case))(case),
        "the gradient step leaves out the 1/N of the mean loss.",
        HOW_OFTEN,
    ),
    _deviation(
        "eta-missing",
        _absolute(rate=1.0),
        "the gradient step leaves out learning_rate.",
        "What should gradient descent predict when learning_rate is 0?",
    ),
    _deviation(
        "against-targets",
        _against_targets,
        "the layer is compared with the true targets, not with gradient descent.",
        "Two predictions are to be compared. Where does the second one come from?",
    ),
)
