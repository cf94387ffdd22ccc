"""Second opinions on lesson 06, in float64: softmax and sums by einsum, slopes by the formula.

Sizes are others than those of the probes, 1 and equal ones among them.
"""

from collections.abc import Iterator

import numpy as np

from autograder.auditing.audit_generators import Arrays, Generator, NotVisibleError

TASKS = ((13, 5, 4), (1, 2, 7), (6, 1, 3), (2, 13, 1), (5, 5, 5), (1, 1, 1))
"""n_context, d_x, d_y."""

HEADS = ((9, 4, 2, 3), (5, 1, 6, 2), (13, 6, 1, 1), (3, 3, 3, 3), (2, 7, 4, 5))
"""n_tokens, d_code, d_x, d_y."""

PROMPTS = ((3, 9, 2, 2, 4), (1, 1, 3, 1, 2), (2, 4, 6, 3, 3), (2, 7, 1, 5, 8), (1, 3, 4, 4, 4))
"""n_prompts, n_context, d_x, d_y, d_code."""

LAYERS = ((8, 1, 3, 2, 6, 3), (4, 5, 2, 6, 1, 2), (3, 2, 1, 1, 1, 1), (12, 3, 3, 3, 3, 1))
"""n_tokens, d_code, d_data, d_key, d_value, n_heads."""

COPY_COSTS = 1e-3
"""What the exercise allows a copy to cost, in its own unit; that is what can be seen."""


def _tasks(random: np.random.Generator) -> Iterator[Arrays]:
    for n_context, d_x, d_y in TASKS:
        yield {
            "xs": random.standard_normal((n_context, d_x)),
            "ys": random.standard_normal((n_context, d_y)),
            "x_query": random.standard_normal(d_x),
            "y_query": random.standard_normal(d_y),
        }


def _arrays(case: Arrays, outputs: Arrays) -> Arrays:
    return {name: np.asarray(value, dtype=np.float64) for name, value in outputs.items()}


def _lengths(random: np.random.Generator) -> Iterator[Arrays]:
    for n_tokens in (63, 3, 4, 7, 30, 52):
        yield {"n_tokens": np.asarray(n_tokens)}


def _who_wins(case: Arrays, outputs: Arrays) -> Arrays:
    """See by one einsum who wins for each place, and whether by 1, up to rounding."""
    n_tokens = int(case["n_tokens"])
    code, matrix = (np.asarray(outputs[name], dtype=np.float64) for name in ("code", "matrix"))
    if code.ndim != 2 or len(code) != n_tokens or matrix.shape != (code.shape[1],) * 2:
        raise NotVisibleError("no code and no matrix for it")
    scores = np.einsum("ia,ab,jb->ij", code, matrix, code)
    ranks = np.sort(scores, axis=0)
    # Half a percent is no margin lost: a right answer of float32 may be off by that much.
    return {
        "winner": scores.argmax(axis=0).astype(float),
        "wins": (ranks[-1] - ranks[-2] > 0.995).astype(float),
    }


def _sharpnesses(random: np.random.Generator) -> Iterator[Arrays]:
    for n_attended in (3, 4, 9, 33, 500):
        for power in (0, 1, 3):
            yield {
                "n_attended": np.asarray(n_attended),
                "margin": np.asarray(10 ** random.uniform(-1, 1)),
                "error": np.asarray(random.uniform(0.05, 0.49) * 10.0**-power / n_attended),
            }


def _heads(random: np.random.Generator) -> Iterator[Arrays]:
    for sharpness in (0.5, 3.0, 0.0):
        for n_tokens, d_code, d_x, d_y in HEADS:
            yield {
                "matrix": random.standard_normal((d_code, d_code)) + 0.3,
                "d_x": np.asarray(d_x),
                "d_y": np.asarray(d_y),
                "sharpness": np.asarray(sharpness),
                "tokens": random.standard_normal((n_tokens, d_code + d_x + d_y)),
            }


def _matrices(outputs: Arrays, d_token: int, prefix: str = "") -> tuple[np.ndarray, ...]:
    w_q, w_k, w_v, w_o = (
        np.asarray(outputs[prefix + name], dtype=np.float64)
        for name in ("w_q", "w_k", "w_v", "w_o")
    )
    if not all(w.ndim == 3 for w in (w_q, w_k, w_v, w_o)) or not (
        w_q.shape == w_k.shape
        and len(w_q) == len(w_v)
        and w_q.shape[2] == w_v.shape[2] == d_token
        and w_o.shape == (len(w_v), d_token, w_v.shape[1])
    ):
        raise NotVisibleError("the four arrays are no layer")
    return w_q, w_k, w_v, w_o


def _attended(w_q: np.ndarray, w_k: np.ndarray, tokens: np.ndarray, *, soft: bool) -> np.ndarray:
    """Return the weights [head, j, i]."""
    scores = np.einsum("hka,hkb,ia,jb->hji", w_k, w_q, tokens[:-1], tokens, optimize=True)
    if not soft:
        return scores
    scores = scores / np.sqrt(w_k.shape[1])
    shifted = np.exp(scores - scores.max(axis=2, keepdims=True))
    return shifted / shifted.sum(axis=2, keepdims=True)


def _update(matrices: tuple[np.ndarray, ...], tokens: np.ndarray, *, soft: bool) -> np.ndarray:
    w_q, w_k, w_v, w_o = matrices
    weights = _attended(w_q, w_k, tokens, soft=soft)
    return np.einsum("hov,hvt,it,hji->jo", w_o, w_v, tokens[:-1], weights, optimize=True)


def _head_updates(case: Arrays, outputs: Arrays) -> Arrays:
    tokens = case["tokens"]
    matrices = _matrices(outputs, tokens.shape[1])
    return {
        "gained": _update(matrices, tokens, soft=True),
        "gained by half": _update(matrices, tokens / 2, soft=True),
        "gained by fewer": _update(matrices, tokens[-2:] + 0.1, soft=True),
    }


def _prompts(random: np.random.Generator) -> Iterator[Arrays]:
    for n_prompts, n_context, d_x, d_y, d_code in PROMPTS:
        n_tokens = 2 * n_context + 1
        turn = np.exp(2j * np.pi / n_tokens)
        places = turn ** np.arange(n_tokens)
        basis = random.standard_normal((d_code, 2)) + np.eye(d_code, 2)
        back = np.linalg.pinv(basis)
        form = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]]) / (1 - turn.real)
        yield {
            "code": np.stack([places.real, places.imag], axis=1) @ basis.T,
            "matrix": back.T @ form @ back,
            "xs": random.standard_normal((n_prompts, n_context, d_x)),
            "ys": random.standard_normal((n_prompts, n_context, d_y)) + 0.2,
            "x_query": random.standard_normal((n_prompts, d_x)),
            "learning_rate": np.asarray(10 ** random.uniform(-0.5, 0.5)),
        }


def _two_layers(case: Arrays, outputs: Arrays) -> Arrays:
    """See whether each prediction is that of one step, in the exercise's own unit."""
    xs, ys, x_query, code = case["xs"], case["ys"], case["x_query"], case["code"]
    (n_prompts, n_context, d_x), d_y = xs.shape, ys.shape[2]
    d_token = code.shape[1] + d_x + d_y
    copy, step = (_matrices(outputs, d_token, prefix) for prefix in ("copy_", "step_"))
    rate = float(case["learning_rate"]) / n_context
    gaps, units = [], []
    for prompt in range(n_prompts):
        data = np.zeros((2 * n_context + 1, d_x + d_y))
        data[0:-1:2, :d_x], data[1::2, d_x:] = xs[prompt], ys[prompt]
        data[-1, :d_x] = x_query[prompt]
        tokens = np.concatenate([code, data], axis=1)
        tokens = tokens + _update(copy, tokens, soft=True)
        tokens = tokens + _update(step, tokens, soft=False)
        similar = xs[prompt] @ x_query[prompt]
        gaps.append(-tokens[-1, -d_y:] - rate * similar @ ys[prompt])
        units.append(rate * np.abs(similar) @ np.abs(ys[prompt]))
    allowed = COPY_COSTS * np.max(units)
    return {"right": (np.abs(np.array(gaps)) <= allowed).astype(float)}


def _layers(random: np.random.Generator) -> Iterator[Arrays]:
    for softmax in (1, 0):
        for n_tokens, d_code, d_data, d_key, d_value, n_heads in LAYERS:
            d_token = d_code + d_data
            yield {
                "w_q": random.standard_normal((n_heads, d_key, d_token)) / 2,
                "w_k": random.standard_normal((n_heads, d_key, d_token)) / 2 + 0.1,
                "w_v": random.standard_normal((n_heads, d_value, d_token)),
                "w_o": random.standard_normal((n_heads, d_token, d_value)),
                "tokens": random.standard_normal((n_tokens, d_token)),
                "d_code": np.asarray(d_code),
                "softmax": np.asarray(softmax),
            }


GENERATORS = {
    "alternate-tokens": Generator(_tasks, _arrays),
    "positional-code": Generator(_lengths, _who_wins),
    "copy-error": Generator(_sharpnesses, _arrays),
    "copy-head": Generator(_heads, _head_updates),
    "two-layer-icl": Generator(_prompts, _two_layers),
    "next-token-sensitivity": Generator(_layers, _arrays),
}
