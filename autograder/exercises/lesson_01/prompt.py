"""A task written as tokens: probes, oracle and wrong ideas."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.probes import float64, normal


def draw_task(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw the arrays of a task, each for itself."""
    n_context, d_x, d_y = sizes
    return {
        "xs": normal(generator, n_context, d_x),
        "ys": normal(generator, n_context, d_y),
        "x_query": normal(generator, d_x),
        "y_query": normal(generator, d_y),
    }


def tokens(case: Case, slot: Callable[[Case], np.ndarray] | None = None) -> np.ndarray:
    """Fill a table slot by slot; the query's y slot is 0 unless told otherwise."""
    xs, ys, x_query = float64(case, "xs", "ys", "x_query")
    (n_context, d_x), d_y = xs.shape, ys.shape[1]
    table = np.zeros((n_context + 1, d_x + d_y))
    for row in range(n_context):
        table[row, :d_x], table[row, d_x:] = xs[row], ys[row]
    table[n_context, :d_x] = x_query
    if slot is not None:
        table[n_context, d_x:] = slot(case)
    return table


def oracle(case: Case) -> Arrays:
    """Return the prompt."""
    return {"tokens": tokens(case)}


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Return the largest entry: nothing is computed, so one rounding is all there is."""
    return {"tokens": np.asarray(np.abs(tokens(case)).max() / 64)}


def _as_tokens(
    name: str, made: Callable[[Case], np.ndarray], cause: str, question: str
) -> Misconception:
    return Misconception(name, lambda case: {"tokens": made(case)}, cause, question)


def _slots_swapped(case: Case) -> np.ndarray:
    d_x = case["xs"].shape[1]
    table = tokens(case)
    return np.concatenate([table[:, d_x:], table[:, :d_x]], axis=1)


SLOT = "What may a layer that has to predict y_query see of it?"
ORDER = "Which row of the result belongs to the query, and which entries of a row to x?"

TOKENIZE = (
    _as_tokens(
        "label-leak",
        lambda case: tokens(case, lambda c: float64(c, "y_query")[0]),
        "the query's y slot holds the right answer.",
        SLOT,
    ),
    _as_tokens(
        "label-leak-sign",
        lambda case: tokens(case, lambda c: -float64(c, "y_query")[0]),
        "the query's y slot holds minus the right answer.",
        SLOT,
    ),
    _as_tokens(
        "last-label-repeated",
        lambda case: tokens(case, lambda c: float64(c, "ys")[0][-1]),
        "the query's y slot repeats the last example's target.",
        "What stands in the query's y slot when W_0 = 0?",
    ),
    _as_tokens(
        "query-first",
        lambda case: np.roll(tokens(case), 1, axis=0),
        "the query comes first.",
        ORDER,
    ),
    _as_tokens("targets-first", _slots_swapped, "each token holds y before x.", ORDER),
    _as_tokens(
        "columns",
        lambda case: tokens(case).T,
        "the tokens are columns, as in the paper; in this course they are rows.",
        ORDER,
    ),
    _as_tokens(
        "query-missing",
        lambda case: tokens(case)[:-1],
        "there is no token for the query.",
        "How many rows does a prompt of N examples and one query have?",
    ),
    _as_tokens(
        "ones-in-slot",
        lambda case: tokens(case, lambda c: np.ones(c["ys"].shape[1])),
        "the query's y slot holds ones.",
        "What stands in the query's y slot when W_0 = 0?",
    ),
)
