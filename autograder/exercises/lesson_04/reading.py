"""What a layer's η and γ are, read off weights in any gauge: probes, oracle, wrong ideas."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.layer import weights_of
from autograder.exercises.probes import normal


def draw_layer(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw one dense head, far from any construction."""
    n_context, d_token, d_key, d_value = sizes
    return {
        "w_q": normal(generator, 1, d_key, d_token),
        "w_k": normal(generator, 1, d_key, d_token),
        "w_v": normal(generator, 1, d_value, d_token),
        "w_o": normal(generator, 1, d_token, d_value),
        "n_context": np.asarray(n_context),
    }


def _products(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Return W_K^T W_Q and W_O W_V, entry by entry."""
    w_q, w_k, w_v, w_o = (w[0] for w in weights_of(case))
    d_token = w_q.shape[1]
    scores, writes = np.zeros((d_token, d_token)), np.zeros((d_token, d_token))
    for row, column in np.ndindex(d_token, d_token):
        scores[row, column] = np.sum(w_k[:, row] * w_q[:, column])
        writes[row, column] = np.sum(w_o[row] * w_v[:, column])
    return scores, writes


def _means(case: Case, d_x: int | None = None) -> tuple[float, float, float]:
    """Return the mean diagonal of both x blocks, and the entry that writes y from y."""
    scores, writes = _products(case)
    d_x = len(scores) - 1 if d_x is None else d_x
    return np.trace(scores[:d_x, :d_x]) / d_x, np.trace(writes[:d_x, :d_x]) / d_x, writes[-1, -1]


def _pair(learning_rate: float, gamma: float) -> Arrays:
    return {"learning_rate": np.asarray(learning_rate), "gamma": np.asarray(gamma)}


def parameters(case: Case) -> Arrays:
    """Read η and γ off the two products."""
    score, moves, writes = _means(case)
    return _pair(-int(case["n_context"]) * score * writes, -score * moves)


def parameters_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Sum the absolute terms."""
    absolute = {name: np.abs(value) for name, value in case.items()}
    found = parameters(absolute)
    return {name: np.abs(value) for name, value in found.items()}


def _read(
    name: str,
    read: Callable[[float, float, float, int], tuple[float, float]],
    cause: str,
    question: str,
) -> Misconception:
    """`read(a, b, c, N)` from the mean diagonals a and b of the x blocks and the y entry c."""

    def oracle(case: Case) -> Arrays:
        return _pair(*read(*_means(case), int(case["n_context"])))

    return Misconception(name, oracle, cause, question)


def _wrong_products(case: Case) -> Arrays:
    """Read the same from W_Q^T W_K^T... as W_O^T W_V^T would have it: diagonals of each matrix."""
    w_q, w_k, w_v, w_o = (w[0] for w in weights_of(case))
    size = min(len(w_q), len(w_v), w_q.shape[1]) - 1
    score = np.trace(w_q[:size, :size]) * np.trace(w_k[:size, :size]) / size**2
    moves = np.trace(w_o[:size, :size]) * np.trace(w_v[:size, :size]) / size**2
    writes = w_o[-1, -1] * w_v[-1, -1]
    return _pair(-int(case["n_context"]) * score * writes, -score * moves)


def _whole_diagonal(case: Case) -> Arrays:
    scores, writes = _products(case)
    score, moves = np.trace(scores) / len(scores), np.trace(writes) / len(writes)
    return _pair(-int(case["n_context"]) * score * writes[-1, -1], -score * moves)


def _first_entry(case: Case) -> Arrays:
    scores, writes = _products(case)
    score = scores[0, 0]
    return _pair(-int(case["n_context"]) * score * writes[-1, -1], -score * writes[0, 0])


def _mean_block(case: Case) -> Arrays:
    scores, writes = _products(case)
    score, moves = scores[:-1, :-1].mean(), writes[:-1, :-1].mean()
    return _pair(-int(case["n_context"]) * score * writes[-1, -1], -score * moves)


def _sum_of_products(case: Case) -> Arrays:
    scores, writes = _products(case)
    moves = np.mean(np.diag(scores)[:-1] * np.diag(writes)[:-1])
    score, _, entry = _means(case)
    return _pair(-int(case["n_context"]) * score * entry, -moves)


BOTH_SIGNS = (
    "In the construction the y entry of W_O W_V is -η/N and its x block is -γ I. Which signs do η "
    "and γ then need?"
)
THE_OTHER_FACTOR = (
    "Multiply all of W_Q by 2 and halve W_V: the layer stays the same. Does your answer?"
)
ONLY_X = "Which slots of a token does the construction's score compare?"


READ_PARAMETERS = (
    _read(
        "signs",
        lambda a, b, c, n: (n * a * c, a * b),
        "both signs are turned.",
        BOTH_SIGNS,
    ),
    _read(
        "eta-sign",
        lambda a, b, c, n: (n * a * c, -a * b),
        "gamma is right, the learning rate has the wrong sign.",
        BOTH_SIGNS,
    ),
    _read(
        "gamma-sign",
        lambda a, b, c, n: (-n * a * c, a * b),
        "the learning rate is right, gamma has the wrong sign.",
        BOTH_SIGNS,
    ),
    _read(
        "scores-forgotten",
        lambda a, b, c, n: (-n * c, -b),
        "W_O W_V alone is read; the scale of the scores is left out.",
        THE_OTHER_FACTOR,
    ),
    _read(
        "scores-divided",
        lambda a, b, c, n: (-n * c / a, -b / a),
        "the scale of the scores divides where it should multiply.",
        THE_OTHER_FACTOR,
    ),
    _read(
        "no-n",
        lambda a, b, c, n: (-a * c, -a * b),
        "this is η/N; the learning rate is N times as large.",
        "Which of the two parameters has a 1/N in the construction?",
    ),
    _read(
        "n-in-both",
        lambda a, b, c, n: (-n * a * c, -n * a * b),
        "gamma is multiplied by N as well.",
        "Which of the two parameters has a 1/N in the construction?",
    ),
    _read(
        "swapped",
        lambda a, b, c, n: (-a * b, -n * a * c),
        "gamma and the learning rate have changed places.",
        "Which of the two comes first in what is asked for?",
    ),
    _read(
        "n-divided",
        lambda a, b, c, n: (-a * c / n, -a * b),
        "the learning rate is divided by N where it should be multiplied.",
        "Which of the two parameters has a 1/N in the construction?",
    ),
    Misconception(
        "whole-diagonal",
        _whole_diagonal,
        "the mean runs over the whole diagonal, the y slot included.",
        ONLY_X,
    ),
    Misconception("first-entry", _first_entry, "only the first input slot is looked at.", ONLY_X),
    Misconception(
        "whole-block",
        _mean_block,
        "the mean runs over the whole x block, off the diagonal too.",
        "What does the construction have off the diagonal of its x block?",
    ),
    Misconception(
        "mean-of-products",
        _sum_of_products,
        "the diagonals are multiplied slot by slot before the mean is taken.",
        "The score is one number for all slots. Which two means are to be multiplied?",
    ),
    Misconception(
        "single-matrices",
        _wrong_products,
        "diagonals of the four matrices are read, not of the two products.",
        "Which of a layer's matrices can be seen singly?",
    ),
)
