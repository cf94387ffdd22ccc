"""One step for any parameters: a small linear network, differentiated by hand in NumPy float64."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.lesson_00.regression import widened
from autograder.exercises.probes import float64, learning_rate, normal

LEAVES = ("first", "second", "shift")

BARE = 3
"""The form in which `second` alone is the tree; the others hold all three leaves."""


def draw_network(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a network x -> second (first x) + shift and a task; the last size is the tree's form."""
    n_context, d_x, d_hidden, d_y, form = sizes
    return {
        "first": normal(generator, d_hidden, d_x),
        "second": normal(generator, d_y, d_hidden),
        "shift": normal(generator, d_y),
        "xs": normal(generator, n_context, d_x),
        "ys": normal(generator, n_context, d_y),
        "learning_rate": learning_rate(generator),
        "form": np.asarray(form),
    }


def _leaves(case: Case) -> tuple[str, ...]:
    return ("second",) if int(case["form"]) == BARE else LEAVES


def slopes(case: Case, at: dict[str, np.ndarray] | None = None) -> dict[str, np.ndarray]:
    """Return the derivatives by the three leaves, from the chain rule, one example at a time."""
    first, second, shift = float64({**case, **(at or {})}, *LEAVES)
    xs, ys = float64(case, "xs", "ys")
    found = {"first": 0 * first, "second": 0 * second, "shift": 0 * shift}
    for x, y in zip(xs, ys, strict=True):
        hidden = first @ x
        missed = second @ hidden + shift - y
        found["first"] += np.outer(second.T @ missed, x) / len(xs)
        found["second"] += np.outer(missed, hidden) / len(xs)
        found["shift"] += missed / len(xs)
    return found


def stepped(
    case: Case, *, factor: float = 1.0, rate: float | None = None, moving: tuple[str, ...] = LEAVES
) -> Arrays:
    """Return the leaves after one step."""
    rate = float(case["learning_rate"]) if rate is None else rate
    moves = slopes(case)
    return {
        name: float64(case, name)[0] - factor * rate * (name in moving) * moves[name]
        for name in _leaves(case)
    }


def one_after_another(case: Case, order: tuple[str, ...]) -> Arrays:
    """Return the leaves, each moved by its derivative at the leaves that have moved before it."""
    now = {name: float64(case, name)[0] for name in LEAVES}
    for name in order:
        if name in _leaves(case):
            now[name] = now[name] - float(case["learning_rate"]) * slopes(case, now)[name]
    return {name: now[name] for name in _leaves(case)}


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Sum the absolute terms of every leaf."""
    absolute = {name: np.abs(value) for name, value in case.items()}
    sums = slopes({**absolute, "ys": -absolute["ys"]})
    rate = float(case["learning_rate"])
    return {
        name: widened(absolute[name] + rate * sums[name], outputs[name]) for name in _leaves(case)
    }


def _idea(name: str, what: Callable[[Case], Arrays], cause: str, question: str) -> Misconception:
    return Misconception(name, what, cause, question)


TOGETHER = "May the derivative for one leaf know that another leaf has already moved?"

TREE_STEP = (
    _idea(
        "sign",
        lambda case: stepped(case, factor=-1.0),
        "the step goes up the gradient.",
        "Along the gradient, does the loss grow or fall?",
    ),
    _idea(
        "eta-missing",
        lambda case: stepped(case, rate=1.0),
        "the step size does not enter.",
        "Where should the parameters be when learning_rate is 0?",
    ),
    _idea(
        "factor-2",
        lambda case: stepped(case, factor=2.0),
        "the step is twice as long as asked.",
        "By what is the derivative multiplied?",
    ),
    _idea(
        "eta-twice",
        lambda case: stepped(case, factor=float(case["learning_rate"])),
        "the step size enters twice.",
        "If learning_rate doubles, by which factor should the step grow?",
    ),
    _idea(
        "gradient-returned",
        lambda case: {name: slopes(case)[name] for name in _leaves(case)},
        "this is the gradient, not the parameters after a step.",
        "What should come back when the gradient is zero?",
    ),
    _idea(
        "step-returned",
        lambda case: {
            name: -float(case["learning_rate"]) * slopes(case)[name] for name in _leaves(case)
        },
        "this is the step alone, without the old parameters.",
        "What should come back when the gradient is zero?",
    ),
    _idea(
        "no-update",
        lambda case: stepped(case, factor=0.0),
        "the old parameters came back unchanged.",
        "jax.tree.map returns a new tree. What becomes of it in your code?",
    ),
    _idea(
        "one-after-another",
        lambda case: one_after_another(case, LEAVES),
        "each leaf moves by a derivative taken after the leaves before it have moved.",
        TOGETHER,
    ),
    _idea(
        "last-leaf-first",
        lambda case: one_after_another(case, LEAVES[::-1]),
        "each leaf moves by a derivative taken after the leaves behind it have moved.",
        TOGETHER,
    ),
)
