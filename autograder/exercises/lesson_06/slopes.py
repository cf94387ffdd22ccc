"""Sensitivity to the own, the next and other tokens: central differences in float64."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.layer import apply_layer, weights_of
from autograder.exercises.probes import normal

STEP = 1e-5
"""A central difference with it is off by 1e-10 and by rounding of 1e-11, of values of size 1."""


def draw_layer(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a dense layer, softmax or linear, and dense tokens."""
    n_tokens, d_code, d_data, d_key, d_value, n_heads, softmax = sizes
    d_token = d_code + d_data
    half = np.float32(2)
    return {
        "w_q": normal(generator, n_heads, d_key, d_token) / half,
        "w_k": normal(generator, n_heads, d_key, d_token) / half,
        "w_v": normal(generator, n_heads, d_value, d_token) / half,
        "w_o": normal(generator, n_heads, d_token, d_value) / half,
        "tokens": normal(generator, n_tokens, d_token),
        "d_code": np.asarray(d_code),
        "softmax": np.asarray(softmax),
    }


def slopes(case: Case) -> np.ndarray:
    """Return d after[j, a] / d before[i, b] at [j, a, i, b], for all slots of all tokens."""
    tokens = np.asarray(case["tokens"], dtype=float)
    scores = "scaled-softmax" if int(case["softmax"]) else "linear"

    def layer(now: np.ndarray) -> np.ndarray:
        return apply_layer(weights_of(case), now, scores=scores)  # type: ignore[arg-type]

    found = np.empty(tokens.shape * 2)
    for i, b in np.ndindex(*tokens.shape):
        moved = np.zeros_like(tokens)
        moved[i, b] = STEP
        found[:, :, i, b] = (layer(tokens + moved) - layer(tokens - moved)) / (2 * STEP)
    return found


def _data(case: Case) -> np.ndarray:
    d_code = int(case["d_code"])
    return slopes(case)[:, d_code:, :, d_code:]


def _frobenius(jacobian: np.ndarray) -> np.ndarray:
    return np.sqrt((jacobian**2).sum(axis=(1, 3)))


def _groups(table: np.ndarray, *, offset: int = 1) -> list[np.ndarray]:
    """Split a table [j, i] into the entries of own, next (or another offset) and other tokens."""
    rows, columns = np.indices(table.shape)
    own, near = rows == columns, columns == rows + offset
    return [table[own], table[near], table[~own & ~near]]


def _means(table: np.ndarray, *, offset: int = 1) -> np.ndarray:
    return np.array([group.mean() for group in _groups(table, offset=offset)])


def sensitivities(case: Case) -> Arrays:
    """Return the mean norms, without the query's column."""
    return {"sensitivities": _means(_frobenius(_data(case))[:, :-1])}


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Bound the absolute terms of a derivative by those of the linear layer of absolute values.

    A softmax weight is at most 1, where the linear layer has a score: so 1 is added to the scores.
    """
    absolute = {name: np.abs(value) for name, value in case.items()}
    terms = _means(_frobenius(_data({**absolute, "softmax": np.asarray(0)}))[:, :-1])
    values = np.einsum("hov,hvt->ot", absolute["w_o"], absolute["w_v"])
    return {"sensitivities": np.asarray(terms.max() + np.linalg.norm(values))}


def _wrong(
    name: str, made: Callable[[Case], np.ndarray], cause: str, question: str
) -> Misconception:
    return Misconception(name, lambda case: {"sensitivities": made(case)}, cause, question)


def _other_with_next(case: Case) -> np.ndarray:
    table = _frobenius(_data(case))[:, :-1]
    own, near, others = _groups(table)
    return np.array([own.mean(), near.mean(), np.append(near, others).mean()])


def _context_rows(case: Case) -> np.ndarray:
    return _means(_frobenius(_data(case))[:-1, :-1])


def _summed(case: Case) -> np.ndarray:
    groups = _groups(_frobenius(_data(case))[:, :-1])
    return np.array([group.sum() for group in groups])


def _update_only(case: Case) -> np.ndarray:
    jacobian = _data(case).copy()
    for j in range(jacobian.shape[0]):
        jacobian[j, :, j, :] -= np.eye(jacobian.shape[1])
    return _means(_frobenius(jacobian)[:, :-1])


def _norm_of_mean(case: Case) -> np.ndarray:
    jacobian = _data(case)[:, :, :-1]
    n_tokens, _, n_context, _ = jacobian.shape
    table = [[jacobian[j, :, i] for i in range(n_context)] for j in range(n_tokens)]
    kinds: list[list[np.ndarray]] = [[], [], []]
    for j, i in np.ndindex(n_tokens, n_context):
        kinds[0 if i == j else 1 if i == j + 1 else 2].append(table[j][i])
    return np.array([np.linalg.norm(np.mean(kind, axis=0)) for kind in kinds])


SLOTS = "Which slots are data, and do the others count above or below the derivative?"
WHO = "In S[j, i], which token is moved, and which one is looked at?"
SIZE = "How is the size of a matrix of derivatives measured here?"


SENSITIVITY = (
    _wrong(
        "previous",
        lambda case: _means(_frobenius(_data(case))[:, :-1], offset=-1),
        "the token before is taken for the next one.",
        WHO,
    ),
    _wrong(
        "query-column",
        lambda case: _means(_frobenius(_data(case))),
        "the query has a column: nobody attends to it, and its zeros lower the means.",
        "To which tokens can a token after the layer be sensitive at all?",
    ),
    _wrong(
        "context-rows-only",
        _context_rows,
        "the query's row is left out.",
        "Does the query gain something in the layer?",
    ),
    _wrong(
        "code-counted",
        lambda case: _means(_frobenius(slopes(case))[:, :-1]),
        "the code slots are counted as data.",
        SLOTS,
    ),
    _wrong(
        "code-below",
        lambda case: _means(_frobenius(slopes(case)[:, int(case["d_code"]) :])[:, :-1]),
        "derivatives by the code slots are counted.",
        SLOTS,
    ),
    _wrong(
        "code-above",
        lambda case: _means(_frobenius(slopes(case)[..., int(case["d_code"]) :])[:, :-1]),
        "derivatives of the code slots are counted.",
        SLOTS,
    ),
    _wrong(
        "squared",
        lambda case: _means(_frobenius(_data(case))[:, :-1] ** 2),
        "the norms are squared: a root is missing.",
        SIZE,
    ),
    _wrong(
        "absolute-sum",
        lambda case: _means(np.abs(_data(case)).sum(axis=(1, 3))[:, :-1]),
        "absolute values are added up, where squares should be, under a root.",
        SIZE,
    ),
    _wrong(
        "largest-singular-value",
        lambda case: _means(
            np.linalg.norm(_data(case).transpose(0, 2, 1, 3), ord=2, axis=(2, 3))[:, :-1]
        ),
        "this is the spectral norm.",
        SIZE,
    ),
    _wrong("summed", _summed, "the entries are added up, not averaged.", "Of how many is a mean?"),
    _wrong(
        "other-with-next",
        _other_with_next,
        "the next token is counted among the others, too.",
        "Which pairs [j, i] are left when own and next are taken away?",
    ),
    _wrong(
        "update-only",
        _update_only,
        "the token itself is taken away: this is the update's derivative.",
        "Does the layer return the update or the token?",
    ),
    _wrong(
        "norm-of-the-mean",
        _norm_of_mean,
        "derivatives are averaged before their size is taken.",
        "Can two strong dependences of opposite sign cancel?",
    ),
)
