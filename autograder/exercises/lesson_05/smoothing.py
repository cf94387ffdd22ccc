"""Softmax layers: probes, what the grader sees, and oracles in loops that know no weights."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case
from autograder.exercises.layer import apply_layer, check_weights, weights_of
from autograder.exercises.probes import float64, learning_rate, normal

LARGEST_DETOUR = 100.0
"""How far an answer's own rounding may widen the tolerance."""


def draw_smoothing(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a task and a temperature away from 1: below it for an odd d_y, above it for an even one.

    So every set of probes holds both, and that of practice too.
    """
    n_context, d_x, d_y = sizes
    cold = d_y % 2 == 1
    temperature = generator.uniform(0.4, 0.8) if cold else generator.uniform(1.4, 3.0)
    return {
        "xs": normal(generator, n_context, d_x),
        "ys": normal(generator, n_context, d_y),
        "x_query": normal(generator, d_x),
        "temperature": np.asarray(np.float32(temperature)),
    }


def draw_two_heads(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a task, a dense W_0, a step size and a temperature: below 1 for d_y = 1, else 2 to 5."""
    _, d_x, d_y = sizes
    low, high = (0.4, 0.8) if d_y == 1 else (2.0, 5.0)
    return draw_smoothing(generator, sizes) | {
        "w_0": normal(generator, d_y, d_x),
        "learning_rate": learning_rate(generator),
        "temperature": np.asarray(np.float32(generator.uniform(low, high))),
    }


def prompt(case: Case) -> np.ndarray:
    """Return the tokens: rows (x_i, y_i), then (x_q, -W_0 x_q), or (x_q, 0) without a W_0."""
    xs, ys, x_query = float64(case, "xs", "ys", "x_query")
    start = np.zeros(ys.shape[1])
    if "w_0" in case:
        start = -float64(case, "w_0")[0] @ x_query
    context = np.concatenate([xs, ys], axis=1)
    return np.concatenate([context, np.concatenate([x_query, start])[None]])


def observe_softmax(case: Case, outputs: Arrays) -> Arrays:
    """Apply the submitted weights to the prompt, with a softmax of scores over sqrt(d_key)."""
    tokens = prompt(case)
    check_weights(outputs, tokens.shape[1])
    with np.errstate(all="ignore"):
        return {"tokens": apply_layer(weights_of(outputs), tokens, scores="scaled-softmax")}


def _own_terms(outputs: Arrays, tokens: np.ndarray) -> float:
    """Sum what the heads bring, in absolute terms: weights of a softmax are at most 1."""
    _, _, w_v, w_o = (np.abs(w) for w in weights_of(outputs))
    values = np.abs(tokens[:-1]) @ np.swapaxes(w_v, 1, 2)
    return float((values @ np.swapaxes(w_o, 1, 2)).max(axis=1).sum(axis=0).max())


def softmax_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Scale of rounding: the terms of the right sum times the scores in the exponents."""
    tokens = prompt(case)
    xs = np.abs(tokens[:-1, : case["xs"].shape[1]])
    exponent = 1.0 + float((np.abs(tokens[:, : xs.shape[1]]) @ xs.T).max()) / float(
        case["temperature"]
    )
    terms = float(np.abs(tokens).max())
    if "w_0" in case:
        (w_0,) = float64(case, "w_0")
        residuals = xs @ np.abs(w_0).T + np.abs(float64(case, "ys")[0])
        terms += float(case["temperature"] * case["learning_rate"] * residuals.max())
    right = terms * exponent
    return {
        "tokens": np.asarray(min(max(right, _own_terms(outputs, tokens)), LARGEST_DETOUR * right))
    }


def shares(
    case: Case,
    *,
    inverse: float | None = None,
    labels: bool = False,
) -> np.ndarray:
    """Return the softmax shares a_ji, one row per token j, of scores `inverse` · x_i · x_j.

    Arguments:
        case: the task and the temperature.
        inverse: what multiplies the scores; 1 / temperature unless given.
        labels: whether the y slots enter the scores as well.
    """
    inverse = 1 / float(case["temperature"]) if inverse is None else inverse
    tokens = prompt(case)
    if not labels:
        tokens = tokens[:, : case["xs"].shape[1]]
    rows = []
    for token in tokens:
        scores = np.array([inverse * float(token @ other) for other in tokens[:-1]])
        likeness = np.exp(scores - scores.max())
        rows.append(likeness / likeness.sum())
    return np.stack(rows)


def smoothed(
    case: Case, *, factor: float = -1.0, inputs: float = 0.0, weights: np.ndarray | None = None
) -> Arrays:
    """Return the prompt whose y slots have lost the weighted mean of the targets."""
    tokens = prompt(case).copy()
    context = tokens[:-1].copy()
    weights = shares(case) if weights is None else weights
    d_x = case["xs"].shape[1]
    tokens[:, d_x:] += factor * weights @ context[:, d_x:]
    tokens[:, :d_x] += inputs * weights @ context[:, :d_x]
    return {"tokens": tokens}


def two_heads(
    case: Case,
    *,
    factor: Callable[[Case], float] = lambda case: 1.0,
    plus: float = 1.0,
    minus: float = -1.0,
    start: float = 1.0,
    label: float = 1.0,
    inverse: Callable[[Case], float] | None = None,
    labels: bool = False,
) -> Arrays:
    """Return the prompt after c sum_i (a+_ji - a-_ji) (W_0 x_i - y_i), or a wrong variant.

    Arguments:
        case: the task, W_0, the step size and the temperature.
        factor: multiplies c.
        plus: multiplies the shares of the positive head.
        minus: multiplies those of the negative head.
        start: multiplies W_0 in the residuals.
        label: multiplies y_i in the residuals.
        inverse: what multiplies the scores; 1 / temperature unless given.
        labels: whether the y slots enter the scores as well.
    """
    xs, ys, w_0 = float64(case, "xs", "ys", "w_0")
    temperature = float(case["temperature"])
    by = 1 / temperature if inverse is None else inverse(case)
    weights = plus * shares(case, inverse=by, labels=labels)
    weights = weights + minus * shares(case, inverse=-by, labels=labels)
    residuals = start * xs @ w_0.T - label * ys
    step = factor(case) * float(case["learning_rate"]) * temperature / 2
    tokens = prompt(case).copy()
    tokens[:, case["xs"].shape[1] :] += step * weights @ residuals
    return {"tokens": tokens}
