"""The loss and its gradient: probes, oracles and wrong ideas, in NumPy float64.

The solutions form residuals. The oracles never do: a quadratic loss is known by three moments of
the data, and its slopes by differences, which are exact for a quadratic.
"""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.probes import float64, normal

GROWN = 16.0
"""Times its own size is the scale of an answer's rounding, where it has grown beyond the right."""


def draw_regression(
    generator: np.random.Generator, sizes: tuple[int, ...]
) -> dict[str, np.ndarray]:
    """Draw dense weights and a task that no linear map fits; the last size scales the targets.

    Large targets have large residuals: an answer that clips them does not get by.
    """
    n_context, d_x, d_y, scale = sizes
    return {
        "w": normal(generator, d_y, d_x),
        "xs": normal(generator, n_context, d_x),
        "ys": np.float32(scale) * normal(generator, n_context, d_y),
    }


def draw_tables(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw several weight matrices and several tasks."""
    n_tasks, n_weights, n_context, d_x, d_y = sizes
    return {
        "ws": normal(generator, n_weights, d_y, d_x),
        "xs": normal(generator, n_tasks, n_context, d_x),
        "ys": normal(generator, n_tasks, n_context, d_y),
    }


def moment_loss(w: np.ndarray, xs: np.ndarray, ys: np.ndarray, *, label: float = 1.0) -> float:
    """Return 1/(2N) sum_i |W x_i - label y_i|² from the moments of the data."""
    inputs, mixed = xs.T @ xs, label * ys.T @ xs
    outputs = label**2 * np.sum(ys**2)
    return float(np.sum((w @ inputs) * w) - 2 * np.sum(mixed * w) + outputs) / (2 * len(xs))


def slopes(case: Case, *, label: float = 1.0) -> np.ndarray:
    """Return the gradient of the loss by central differences, exact for a quadratic."""
    w, xs, ys = float64(case, "w", "xs", "ys")
    gradient = np.zeros_like(w)
    for place in np.ndindex(w.shape):
        nudge = np.zeros_like(w)
        nudge[place] = 1.0
        rise = moment_loss(w + nudge, xs, ys, label=label)
        gradient[place] = (rise - moment_loss(w - nudge, xs, ys, label=label)) / 2
    return gradient


def reach(w: np.ndarray, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """Return the sums of absolute terms of all residuals, `[n_context, d_y]`."""
    return np.abs(xs) @ np.abs(w).T + np.abs(ys)


def widened(scale: np.ndarray | float, output: np.ndarray) -> np.ndarray:
    """Return the scale of rounding of an answer that may be far larger than the right one.

    A wrong step may grow from turn to turn. It is then known again up to the rounding of what it
    has grown to. A right answer is no larger than the right scale: it gains `GROWN` at the most.
    """
    finite = np.abs(output[np.isfinite(output)].astype(np.float64))
    return np.maximum(scale, GROWN * finite.max(initial=0.0))


def loss(case: Case) -> Arrays:
    """Return the loss."""
    return {"loss": np.asarray(moment_loss(*float64(case, "w", "xs", "ys")))}


def loss_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Sum the absolute terms of the loss."""
    scale = np.sum(reach(*float64(case, "w", "xs", "ys")) ** 2) / (2 * len(case["xs"]))
    return {"loss": np.asarray(scale)}


def gradient(case: Case) -> Arrays:
    """Return the gradient of the loss."""
    return {"gradient": slopes(case)}


def gradient_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Sum the absolute terms of the gradient."""
    w, xs, ys = float64(case, "w", "xs", "ys")
    return {"gradient": reach(w, xs, ys).T @ np.abs(xs) / len(xs)}


def table(case: Case) -> Arrays:
    """Return the loss of every weight matrix on every task."""
    ws, xs, ys = float64(case, "ws", "xs", "ys")
    rows = [[moment_loss(w, *task) for w in ws] for task in zip(xs, ys, strict=True)]
    return {"losses": np.asarray(rows)}


def table_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Sum the absolute terms of the largest loss that any pairing could give."""
    ws, xs, ys = float64(case, "ws", "xs", "ys")
    n_context = xs.shape[1]
    largest = [
        np.sum(reach(w, *task) ** 2) / (2 * n_context)
        for w in ws
        for task in zip(xs, ys, strict=True)
    ]
    return {"losses": np.asarray(max(largest))}


def _residuals(case: Case) -> np.ndarray:
    w, xs, ys = float64(case, "w", "xs", "ys")
    return np.einsum("yx,ix->iy", w, xs) - ys


def _named(
    array: str, name: str, what: Callable[[Case], object], cause: str, question: str
) -> Misconception:
    return Misconception(name, lambda case: {array: np.asarray(what(case))}, cause, question)


def _scaled(array: str, right: Callable[[Case], Arrays]) -> dict[str, Misconception]:
    """Return the wrong ideas that only change a factor, for any of the exercises."""

    def times(factor: Callable[[Case], float]) -> Callable[[Case], object]:
        return lambda case: factor(case) * right(case)[array]

    ideas: dict[str, tuple[Callable[[Case], float], str, str]] = {
        "factor-2": (
            lambda case: 2.0,
            "this is twice what was asked: the half of the loss is missing.",
            "What stands in front of the sum, beside the 1/N?",
        ),
        "half": (
            lambda case: 0.5,
            "this is half of what was asked.",
            "What is the derivative of half a square?",
        ),
        "no-mean": (
            lambda case: float(case["xs"].shape[-2]),
            "the 1/N is missing: this is a sum over examples, not a mean.",
            "With every example written down twice, should the result double?",
        ),
        "mean-over-outputs": (
            lambda case: 1 / case["ys"].shape[-1],
            "the mean is taken over examples and outputs: the loss sums over outputs.",
            "In 1/(2N) sum_i |W x_i - y_i|^2, what does the norm do to the outputs?",
        ),
        "mean-over-inputs": (
            lambda case: case["xs"].shape[-2] / case["xs"].shape[-1],
            "it is divided by the number d_x of input entries, not by the number N of examples.",
            "Which axis of xs counts the examples?",
        ),
    }
    return {
        name: _named(array, name, times(factor), cause, question)
        for name, (factor, cause, question) in ideas.items()
    }


LOSS_FACTORS = _scaled("loss", loss)

LOSS = (
    *(idea for name, idea in LOSS_FACTORS.items() if name != "half"),
    _named(
        "loss",
        "mean-over-outputs-and-no-half",
        lambda case: np.mean(_residuals(case) ** 2),
        "this is the mean of all squared entries: the half is missing, and outputs are averaged.",
        "The loss sums over one axis and takes the mean over the other. Which is which?",
    ),
    _named(
        "loss",
        "not-squared",
        lambda case: np.linalg.norm(_residuals(case), axis=1).sum() / (2 * len(case["xs"])),
        "the lengths of the residuals are not squared.",
        "For one example with the residual (3, 4), is the loss 2.5 or 12.5?",
    ),
    _named(
        "loss",
        "absolute",
        lambda case: np.abs(_residuals(case)).sum() / (2 * len(case["xs"])),
        "absolute values stand where squares should.",
        "For one example with the residual (3, 4), is the loss 3.5 or 12.5?",
    ),
    _named(
        "loss",
        "root",
        lambda case: np.sqrt(loss(case)["loss"]),
        "a square root is taken at the end.",
        "If all residuals double, by which factor should the loss grow?",
    ),
    _named(
        "loss",
        "sum-then-square",
        lambda case: np.sum(_residuals(case).sum(axis=1) ** 2) / (2 * len(case["xs"])),
        "the outputs are summed before they are squared.",
        "Can a residual of 1 in one output make up for a residual of -1 in another?",
    ),
    _named(
        "loss",
        "one-per-example",
        lambda case: np.sum(_residuals(case) ** 2, axis=1) / 2,
        "there is one number for each example in place of one for the task.",
        "Which axis is still to be reduced, and by a sum or by a mean?",
    ),
    _named(
        "loss",
        "one-per-output",
        lambda case: np.mean(_residuals(case) ** 2, axis=0) / 2,
        "there is one number for each output in place of one for the task.",
        "Which axis is still to be reduced, and by a sum or by a mean?",
    ),
    _named(
        "loss",
        "labels-forgotten",
        lambda case: moment_loss(*float64(case, "w", "xs", "ys"), label=0.0),
        "the targets do not enter.",
        "What is the residual of example i?",
    ),
    _named(
        "loss",
        "label-sign",
        lambda case: moment_loss(*float64(case, "w", "xs", "ys"), label=-1.0),
        "the targets are added to the predictions, not subtracted.",
        "What should the loss be when every prediction is right?",
    ),
)

GRADIENT = (
    *_scaled("gradient", gradient).values(),
    _named(
        "gradient",
        "sign",
        lambda case: -slopes(case),
        "the gradient has the opposite sign.",
        "In the case by hand, w = 1, does the loss grow or fall when w grows?",
    ),
    _named(
        "gradient",
        "transposed",
        lambda case: slopes(case).T,
        "rows and columns are exchanged.",
        "Entry [a, b] belongs to W_ab. Which of a and b counts the outputs?",
    ),
    _named(
        "gradient",
        "labels-forgotten",
        lambda case: slopes(case, label=0.0),
        "the targets do not enter.",
        "What is the residual of example i?",
    ),
    _named(
        "gradient",
        "label-sign",
        lambda case: slopes(case, label=-1.0),
        "the targets are added to the predictions, not subtracted.",
        "What should the gradient be when every prediction is right?",
    ),
    _named(
        "gradient",
        "inputs-forgotten",
        lambda case: np.repeat(_residuals(case).mean(axis=0)[:, None], case["xs"].shape[1], axis=1),
        "this is the mean residual: the factor x_i of the chain rule is missing.",
        "What is the derivative of W_ab x_b with respect to W_ab?",
    ),
    _named(
        "gradient",
        "first-example-only",
        lambda case: np.outer(_residuals(case)[0], float64(case, "xs")[0][0]),
        "only the first example counts.",
        "Over what does the loss take its mean?",
    ),
    _named(
        "gradient",
        "one-per-example",
        lambda case: np.einsum("iy,ix->iyx", _residuals(case), float64(case, "xs")[0]),
        "there is one gradient for each example in place of their mean.",
        "Which axis is still to be reduced?",
    ),
)


def _all_pairs(case: Case) -> np.ndarray:
    """Return the loss with the inputs of task t and the targets of task u, `[t, u, m]`."""
    ws, xs, ys = float64(case, "ws", "xs", "ys")
    return np.asarray([[[moment_loss(w, x, y) for w in ws] for y in ys] for x in xs])


def _losses(name: str, what: Callable[[Case], object], cause: str, question: str) -> Misconception:
    return _named("losses", name, what, cause, question)


TABLE = (
    *(idea for name, idea in _scaled("losses", table).items() if name != "half"),
    _losses(
        "transposed",
        lambda case: table(case)["losses"].T,
        "rows and columns are exchanged: this is [n_weights, n_tasks].",
        "The axis that is mapped last comes first. Which of your two maps is the outer one?",
    ),
    _losses(
        "mixed-tasks",
        _all_pairs,
        "every task's inputs meet every task's targets: xs and ys are mapped one after the other.",
        "xs[t] and ys[t] belong together. In which vmap must both be mapped?",
    ),
    _losses(
        "mixed-tasks-other-order",
        lambda case: _all_pairs(case).swapaxes(0, 1),
        "every task's inputs meet every task's targets: xs and ys are mapped one after the other.",
        "xs[t] and ys[t] belong together. In which vmap must both be mapped?",
    ),
    _losses(
        "first-targets",
        lambda case: _all_pairs(case)[:, 0],
        "all tasks are judged by the targets of the first one.",
        "Which arguments have one entry for each task?",
    ),
    _losses(
        "mean-over-tasks",
        lambda case: table(case)["losses"].mean(axis=0),
        "the tasks are averaged: there is one number for each weight matrix.",
        "What shape should the table have?",
    ),
    _losses(
        "mean-over-weights",
        lambda case: table(case)["losses"].mean(axis=1),
        "the weight matrices are averaged: there is one number for each task.",
        "What shape should the table have?",
    ),
    _losses(
        "mean-weights",
        lambda case: np.stack(
            [
                [moment_loss(float64(case, "ws")[0].mean(axis=0), x, y)] * len(case["ws"])
                for x, y in zip(*float64(case, "xs", "ys"), strict=True)
            ]
        ),
        "every column holds the loss of the mean of the weight matrices.",
        "Which W belongs to column m?",
    ),
    _losses(
        "first-weights-only",
        lambda case: table(case)["losses"][:, 0],
        "only the first weight matrix was tried.",
        "How many columns should the table have, and which argument says so?",
    ),
    _losses(
        "first-task-only",
        lambda case: table(case)["losses"][0],
        "only the first task was tried.",
        "How many rows should the table have, and which argument says so?",
    ),
)
