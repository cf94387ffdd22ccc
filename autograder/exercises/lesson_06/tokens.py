"""Alternating tokens: probes, oracle and wrong ideas, row by row in NumPy."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.probes import float64, normal


def draw_task(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a task whose targets no linear map fits, with an answer that no token may hold."""
    n_context, d_x, d_y = sizes
    return {
        "xs": normal(generator, n_context, d_x),
        "ys": normal(generator, n_context, d_y),
        "x_query": normal(generator, d_x),
        "y_query": normal(generator, d_y),
    }


def rows_of(case: Case) -> tuple[list[np.ndarray], list[np.ndarray], np.ndarray]:
    """Return the tokens (x_i, 0), the tokens (0, y_i), and the query."""
    xs, ys, x_query = float64(case, "xs", "ys", "x_query")
    no_x, no_y = np.zeros(xs.shape[1]), np.zeros(ys.shape[1])
    inputs = [np.concatenate([x, no_y]) for x in xs]
    targets = [np.concatenate([no_x, y]) for y in ys]
    return inputs, targets, np.concatenate([x_query, no_y])


def alternating(case: Case) -> np.ndarray:
    """Return (x_1, 0), (0, y_1), ..., (0, y_N), (x_q, 0)."""
    inputs, targets, query = rows_of(case)
    pairs = [row for pair in zip(inputs, targets, strict=True) for row in pair]
    return np.stack([*pairs, query])


def tokens(case: Case) -> Arrays:
    """Return the tokens that are asked for."""
    return {"tokens": alternating(case)}


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Nothing is added up: the entries themselves are the scale."""
    return {"tokens": np.abs(alternating(case))}


def _blocks(case: Case) -> np.ndarray:
    inputs, targets, query = rows_of(case)
    return np.stack([*inputs, *targets, query])


def _pairs(case: Case) -> np.ndarray:
    inputs, targets, query = rows_of(case)
    return np.stack([*(x + y for x, y in zip(inputs, targets, strict=True)), query])


def _targets_lead(case: Case) -> np.ndarray:
    inputs, targets, query = rows_of(case)
    pairs = [row for pair in zip(targets, inputs, strict=True) for row in pair]
    return np.stack([*pairs, query])


def _targets_first(case: Case) -> np.ndarray:
    return np.roll(alternating(case), case["ys"].shape[1], axis=1)


def _joined_already(case: Case) -> np.ndarray:
    right = alternating(case)
    right[:-1:2] += right[1::2]
    return right


def _leaked(case: Case) -> np.ndarray:
    right = alternating(case)
    right[-1, case["xs"].shape[1] :] = case["y_query"]
    return right


def _answer_appended(case: Case) -> np.ndarray:
    last = np.concatenate([np.zeros(case["xs"].shape[1]), case["y_query"]])
    return np.vstack([alternating(case), last])


def _in_one_slot(case: Case) -> np.ndarray:
    """Put y into the last of d_x slots, as the paper does; needs d_y <= d_x."""
    right, (d_x, d_y) = alternating(case), (case["xs"].shape[1], case["ys"].shape[1])
    short = right[:, :d_x].copy()
    short[:, d_x - d_y :] += right[:, d_x:]
    return short


def _signed(case: Case) -> np.ndarray:
    right = alternating(case)
    right[:, case["xs"].shape[1] :] *= -1
    return right


def _wrong(
    name: str, made: Callable[[Case], np.ndarray], cause: str, question: str
) -> Misconception:
    return Misconception(name, lambda case: {"tokens": made(case)}, cause, question)


ORDER = "Which token stands right after that of x_1?"


ALTERNATE_TOKENS = (
    _wrong("blocks", _blocks, "all inputs come first, and then all targets.", ORDER),
    _wrong("pairs", _pairs, "x_i and y_i share a token, as in lesson 02.", ORDER),
    _wrong("targets-lead", _targets_lead, "each target comes before its input.", ORDER),
    _wrong(
        "targets-first",
        _targets_first,
        "the y slots stand before the x slots.",
        "Which slots of a token end it?",
    ),
    _wrong(
        "joined-already",
        _joined_already,
        "the tokens of the inputs hold their targets already.",
        "What would be left for a copying layer to do?",
    ),
    _wrong(
        "answer-leaked",
        _leaked,
        "the query's y slots hold the answer.",
        "What does the net have to predict?",
    ),
    _wrong(
        "answer-appended",
        _answer_appended,
        "the answer follows the query as a token of its own.",
        "What does the net have to predict, and which token comes last?",
    ),
    _wrong(
        "no-query",
        lambda case: alternating(case)[:-1],
        "the query is missing.",
        "How many tokens do N examples and a query make?",
    ),
    _wrong(
        "in-one-slot",
        _in_one_slot,
        "inputs and targets share slots: a token has d_x entries.",
        "How many slots has a token that keeps x and y apart?",
    ),
    _wrong(
        "sign",
        _signed,
        "the targets have the wrong sign.",
        "For which token does a y slot hold minus a prediction?",
    ),
)
