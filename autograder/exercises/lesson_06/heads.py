"""The copying head and the two layers: what the grader's own layers make of an answer's weights."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.layer import (
    WEIGHTS,
    apply_layer,
    check_weights,
    layer_magnitude,
    weights_of,
)
from autograder.exercises.probes import float64, learning_rate, normal

LARGEST_DETOUR = 100.0
"""How far an answer's own rounding may widen the tolerance."""

PART_PER_THOUSAND = 1e-3
"""What the copy may cost the prediction, as the exercise says."""


def draw_head(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a dense matrix and dense tokens: the head must do as asked on any of them."""
    n_tokens, d_code, d_x, d_y = sizes
    return {
        "matrix": normal(generator, d_code, d_code),
        "d_x": np.asarray(d_x),
        "d_y": np.asarray(d_y),
        "sharpness": learning_rate(generator),
        "tokens": normal(generator, n_tokens, d_code + d_x + d_y),
    }


def softmax(scores: np.ndarray) -> np.ndarray:
    """Return weights that add up to 1 in each row."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _scores(case: Case, *, transposed: bool = False) -> np.ndarray:
    """Return p_i^T M p_j at [j, i], for all context tokens i."""
    matrix, tokens = float64(case, "matrix", "tokens")
    code = tokens[:, : len(matrix)]
    form = matrix if transposed else matrix.T
    return code @ form @ code[:-1].T


def _gains(
    case: Case, scores: np.ndarray, read: slice, write: slice, factor: float = 1.0
) -> Arrays:
    """Add to the slots `write` of each token the weighted mean of the slots `read`."""
    tokens = float64(case, "tokens")[0].copy()
    context = tokens[:-1, read].copy()
    tokens[:, write] += factor * softmax(scores) @ context
    return {"tokens": tokens}


def _slots(case: Case) -> tuple[slice, slice, slice]:
    d_code, d_x = len(case["matrix"]), int(case["d_x"])
    return slice(0, d_code), slice(d_code, d_code + d_x), slice(d_code + d_x, None)


def copied(case: Case) -> Arrays:
    """Add to the y slots of each token the mean of the context's, weighted as asked."""
    _, _, y = _slots(case)
    return _gains(case, float(case["sharpness"]) * _scores(case), y, y)


def observe_head(case: Case, outputs: Arrays) -> Arrays:
    """Apply the submitted weights with the grader's softmax layer."""
    tokens = float64(case, "tokens")[0]
    check_weights(outputs, tokens.shape[1])
    return {"tokens": apply_layer(weights_of(outputs), tokens, scores="scaled-softmax")}


def head_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Scale of rounding: a weight is off by eps times the absolute terms of its score."""
    matrix, tokens = float64(case, "matrix", "tokens")
    code = np.abs(tokens[:, : len(matrix)])
    terms = float(case["sharpness"]) * float((code @ np.abs(matrix).T @ code.T).max())
    right = (1 + terms) * float(np.abs(tokens).max())
    own = float(layer_magnitude(weights_of(outputs), tokens).max())
    return {"tokens": np.asarray(min(max(right, own), LARGEST_DETOUR * right))}


Made = Callable[[Case], Arrays]


def _with_sharpness(change: Callable[[Case], float]) -> Made:
    def oracle(case: Case) -> Arrays:
        _, _, y = _slots(case)
        return _gains(case, change(case) * _scores(case), y, y)

    return oracle


def _beta(case: Case) -> float:
    return float(case["sharpness"])


def _previous(case: Case) -> Arrays:
    _, _, y = _slots(case)
    return _gains(case, _beta(case) * _scores(case, transposed=True), y, y)


def _everything_but_code(case: Case) -> Arrays:
    d_code = len(case["matrix"])
    data = slice(d_code, None)
    return _gains(case, _beta(case) * _scores(case), data, data)


def _whole_token(case: Case) -> Arrays:
    return _gains(case, _beta(case) * _scores(case), slice(None), slice(None))


def _inputs_copied(case: Case) -> Arrays:
    _, x, _ = _slots(case)
    return _gains(case, _beta(case) * _scores(case), x, x)


def _subtracted(case: Case) -> Arrays:
    _, _, y = _slots(case)
    return _gains(case, _beta(case) * _scores(case), y, y, factor=-1.0)


def _no_matrix(case: Case) -> Arrays:
    _, _, y = _slots(case)
    code = float64(case, "tokens")[0][:, : len(case["matrix"])]
    return _gains(case, _beta(case) * code @ code[:-1].T, y, y)


def _code_last(case: Case) -> Arrays:
    """Read tokens as (x, y, p)."""
    d_x, d_y = int(case["d_x"]), int(case["d_y"])
    y = slice(d_x, d_x + d_y)
    matrix, tokens = float64(case, "matrix", "tokens")
    code = tokens[:, -len(matrix) :]
    return _gains(case, _beta(case) * code @ matrix.T @ code[:-1].T, y, y)


def _unchanged(case: Case) -> Arrays:
    return {"tokens": float64(case, "tokens")[0]}


ROOT = "The layer divides scores by sqrt(d_key). What should a score be before that?"
VALUES = "Which slots may gain something, and which slots of token i should they gain?"

COPY_HEAD = (
    Misconception(
        "root-forgotten",
        _with_sharpness(lambda case: _beta(case) / np.sqrt(len(case["matrix"]))),
        "the scores are too small by sqrt(d_code): the layer's division is forgotten.",
        ROOT,
    ),
    Misconception(
        "root-twice",
        _with_sharpness(lambda case: _beta(case) * np.sqrt(len(case["matrix"]))),
        "the scores are too large by sqrt(d_code).",
        ROOT,
    ),
    Misconception(
        "sharpness-missing",
        _with_sharpness(lambda case: 1.0),
        "the sharpness is missing.",
        "What should the attention be when sharpness is 0?",
    ),
    Misconception(
        "sharpness-twice",
        _with_sharpness(lambda case: _beta(case) ** 2),
        "the sharpness enters twice.",
        "If sharpness doubles, by how much should a score grow?",
    ),
    Misconception(
        "previous",
        _previous,
        "M meets the wrong code: this is p_j^T M p_i in place of p_i^T M p_j.",
        "Whose code does M act on: that of the token that asks, or that of the one asked?",
    ),
    Misconception(
        "matrix-missing",
        _no_matrix,
        "codes are compared as they are: M plays no part.",
        "With which token does a code agree best, if nothing moves it?",
    ),
    Misconception("inputs-too", _everything_but_code, "the x slots gain something too.", VALUES),
    Misconception("whole-token", _whole_token, "all slots gain something, the code too.", VALUES),
    Misconception(
        "inputs-only", _inputs_copied, "the x slots gain, and the y slots do not.", VALUES
    ),
    Misconception(
        "sign",
        _subtracted,
        "the targets arrive with the wrong sign.",
        "Is this the layer that moves y against a gradient?",
    ),
    Misconception(
        "code-last",
        _code_last,
        "the tokens are read as (x, y, code).",
        "In which order does a token hold its slots?",
    ),
    Misconception(
        "no-update", _unchanged, "nothing moves.", "Which of the four matrices carries the targets?"
    ),
)


def draw_prompts(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw prompts, and a closed code in a basis of its own that is neither thin nor orthogonal."""
    n_prompts, n_context, d_x, d_y, d_code = sizes
    n_tokens = 2 * n_context + 1
    angle = 2 * np.pi / n_tokens
    places = angle * (np.arange(n_tokens) + generator.uniform(0, n_tokens))
    circle = np.stack([np.cos(places), np.sin(places)], axis=1)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    basis = np.linalg.qr(generator.standard_normal((d_code, 2)))[0] @ np.array([[1.0, 0.4], [0, 1]])
    back = np.linalg.pinv(basis)
    return {
        "code": (circle @ basis.T).astype(np.float32),
        "matrix": (back.T @ turn @ back / (1 - np.cos(angle))).astype(np.float32),
        "xs": normal(generator, n_prompts, n_context, d_x),
        "ys": normal(generator, n_prompts, n_context, d_y),
        "x_query": normal(generator, n_prompts, d_x),
        "learning_rate": learning_rate(generator),
    }


def stepped(case: Case, *, factor: float = 1.0, rate: float | None = None) -> Arrays:
    """Return one gradient step's predictions, by residuals weighed with x_i . x_q."""
    xs, ys, x_query = float64(case, "xs", "ys", "x_query")
    rate = float(case["learning_rate"]) if rate is None else rate
    similarity = np.einsum("tnd,td->tn", xs, x_query)
    predictions = np.einsum("tn,tny->ty", similarity, ys)
    return {"predictions": factor * rate / xs.shape[1] * predictions}


def stepped_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Return the largest sum of absolute terms, which the exercise names as the scale."""
    xs, ys, x_query = float64(case, "xs", "ys", "x_query")
    similarity = np.abs(np.einsum("tnd,td->tn", xs, x_query))
    sums = np.einsum("tn,tny->ty", similarity, np.abs(ys))
    return {"predictions": float(case["learning_rate"]) / xs.shape[1] * sums}


def prompts_of(case: Case) -> np.ndarray:
    """Return the tokens (p_j, x, y) of every prompt."""
    code, xs, ys, x_query = float64(case, "code", "xs", "ys", "x_query")
    n_prompts, n_context, d_x = xs.shape
    data = np.zeros((n_prompts, 2 * n_context + 1, d_x + ys.shape[2]))
    for prompt in range(n_prompts):
        for example in range(n_context):
            data[prompt, 2 * example, :d_x] = xs[prompt, example]
            data[prompt, 2 * example + 1, d_x:] = ys[prompt, example]
        data[prompt, -1, :d_x] = x_query[prompt]
    return np.concatenate([np.tile(code, (n_prompts, 1, 1)), data], axis=2)


def observe_two(case: Case, outputs: Arrays) -> Arrays:
    """Apply both layers to every prompt and read the query's prediction."""
    prompts, d_y = prompts_of(case), case["ys"].shape[2]
    copy, step = (
        {name: outputs[f"{layer}_{name}"] for name in WEIGHTS} for layer in ("copy", "step")
    )
    for layer in (copy, step):
        check_weights(layer, prompts.shape[2])
    predictions = []
    for tokens in prompts:
        merged = apply_layer(weights_of(copy), tokens, scores="scaled-softmax")
        predictions.append(-apply_layer(weights_of(step), merged)[-1, -d_y:])
    return {"predictions": np.stack(predictions)}


def _merged(case: Case, sharpness: float, *, transposed: bool = False) -> Arrays:
    """Predict after a copy of that sharpness, by the sums and not by layers."""
    code, matrix = float64(case, "code", "matrix")
    rate, (_, n_context, d_x) = float(case["learning_rate"]), case["xs"].shape
    form = matrix if transposed else matrix.T
    weights = softmax(sharpness * code @ form @ code[:-1].T)
    predictions = []
    for tokens in prompts_of(case)[:, :, len(matrix) :]:
        xs, slots = tokens[:, :d_x], tokens[:, d_x:] + weights @ tokens[:-1, d_x:]
        gained = rate / n_context * (xs[:-1] @ xs[-1]) @ -slots[:-1]
        predictions.append(-(slots[-1] + gained))
    return {"predictions": np.stack(predictions)}


def _step(name: str, made: Made, cause: str, question: str) -> Misconception:
    return Misconception(name, made, cause, question)


def _n(case: Case) -> int:
    return int(case["xs"].shape[1])


TERMS = "How many terms of the layer's sum are not 0 after the copy, and by what is it divided?"


TWO_LAYERS = (
    _step(
        "tokens-for-examples",
        lambda case: stepped(case, factor=0.5),
        "the step is half as long as asked: 2 N tokens are taken for 2 N examples.",
        TERMS,
    ),
    _step(
        "all-tokens-for-examples",
        lambda case: stepped(case, factor=_n(case) / (2 * _n(case) + 1)),
        "the step is divided by the number of all tokens.",
        TERMS,
    ),
    _step(
        "query-counted",
        lambda case: stepped(case, factor=_n(case) / (_n(case) + 1)),
        "the query is counted as an example.",
        TERMS,
    ),
    _step(
        "factor-2",
        lambda case: stepped(case, factor=2.0),
        "the step is twice as long as asked.",
        TERMS,
    ),
    _step(
        "no-mean",
        lambda case: stepped(case, factor=_n(case)),
        "the 1/N of the mean loss is missing.",
        TERMS,
    ),
    _step(
        "eta-missing",
        lambda case: stepped(case, rate=1.0),
        "the step size is missing.",
        "What should the layers predict when learning_rate is 0?",
    ),
    _step(
        "sign",
        lambda case: stepped(case, factor=-1.0),
        "the prediction has the wrong sign.",
        "The prediction is minus the y slot. Which way must the slot move?",
    ),
    _step(
        "no-copy",
        lambda case: stepped(case, factor=0.0),
        "the prediction is 0: where layer 2 looks, no token has both an input and a target.",
        "After layer 1, which tokens hold both x_i and y_i, and which slots should layer 2 read?",
    ),
    _step(
        "copy-too-soft",
        lambda case: _merged(case, 1.0),
        "the copy has sharpness 1, so each input gets a mixture of targets.",
        "The margin is 1. How much weight does exp(1) win against all the others?",
    ),
    _step(
        "copy-softer-still",
        lambda case: _merged(case, 1 / np.sqrt(len(case["matrix"]))),
        "the copy has a sharpness below 1, so each input gets a mixture of targets.",
        "What does the layer divide a score by, and how large must the score be?",
    ),
    _step(
        "previous",
        lambda case: _merged(case, 30.0, transposed=True),
        "every token copies from the one before it.",
        "Whose code does M act on: that of the token that asks, or that of the one asked?",
    ),
)
