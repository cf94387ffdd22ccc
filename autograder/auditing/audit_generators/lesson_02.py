"""Second opinions on lesson 02, in float64 and by einsum.

Sizes are others than those of the probes, 1 and equal ones among them; inputs and step sizes span
two orders of magnitude.
"""

import itertools
from collections.abc import Iterator

import numpy as np

from autograder.auditing.audit_generators import Arrays, Generator, NotVisibleError

SCALES = (1.0, 0.2, 5.0)
PROMPTS = 3
REALLY_DIFFERENT = 0.01

REGRESSIONS = ((13, 5, 4), (1, 2, 7), (6, 1, 3), (2, 13, 1), (5, 5, 5), (1, 1, 1))
"""n_context, d_x, d_y."""

LAYERS = (
    *((13, 4, 3, 2, 5), (17, 7, 1, 5, 3), (3, 5, 5, 5, 1), (6, 2, 7, 1, 1), (2, 1, 1, 1, 2)),
    *((2, 6, 2, 7, 3), (9, 3, 4, 3, 2)),
)
"""n_tokens, d_token, d_key, d_value, n_heads."""

BATCHES = ((5, 3, 2, 3), (1, 1, 5, 1), (17, 4, 1, 2), (2, 2, 2, 1), (3, 1, 1, 4), (1, 1, 1, 1))
"""n_tasks, d_key, d_value, n_heads, one for each of the regressions."""


def _regressions(
    random: np.random.Generator, n_outputs: int | None = None
) -> Iterator[dict[str, np.ndarray]]:
    for scale, (n_context, d_x, d_y) in itertools.product(SCALES, REGRESSIONS):
        d_y = n_outputs or d_y
        yield {
            "xs": scale * random.standard_normal((n_context, d_x)),
            "ys": random.standard_normal((n_context, d_y)) / scale + 0.3,
            "w_0": random.standard_normal((d_y, d_x)),
            "learning_rate": np.asarray(10 ** random.uniform(-1.5, 1.0)),
            "prompts": np.asarray(random.integers(2**31)),
        }


def _from_zero(random: np.random.Generator) -> Iterator[Arrays]:
    for case in _regressions(random, n_outputs=1):
        yield case | {"w_0": np.zeros_like(case["w_0"])}


def _one_output(random: np.random.Generator) -> Iterator[Arrays]:
    for number, case in enumerate(_regressions(random, n_outputs=1)):
        yield case | {"w_0": case["w_0"] * (number % 4 != 3)}


def _rate_per_output(random: np.random.Generator) -> Iterator[Arrays]:
    for case in _regressions(random):
        rates = 10 ** random.uniform(-1.5, 1.0, len(case["w_0"]))
        del case["learning_rate"]
        yield case | {"learning_rates": rates}


def _layers(random: np.random.Generator) -> Iterator[dict[str, np.ndarray]]:
    for scale, (n_tokens, d_token, d_key, d_value, n_heads) in itertools.product(SCALES, LAYERS):
        yield {
            "w_q": random.standard_normal((n_heads, d_key, d_token)) + 0.2,
            "w_k": random.standard_normal((n_heads, d_key, d_token)) * scale,
            "w_v": random.standard_normal((n_heads, d_value, d_token)),
            "w_o": random.standard_normal((n_heads, d_token, d_value)),
            "tokens": random.standard_normal((n_tokens, d_token)) / scale,
            "seed": np.asarray(random.integers(2**31)),
        }


def _wide_layers(random: np.random.Generator) -> Iterator[dict[str, np.ndarray]]:
    """Draw layers as the exercise promises them: keys and values of at least two entries."""
    for case in _layers(random):
        if case["w_k"].shape[1] > 1 and case["w_v"].shape[1] > 1:
            yield case


def _batches(random: np.random.Generator) -> Iterator[Arrays]:
    sizes = itertools.cycle(BATCHES)
    for case, (n_tasks, d_key, d_value, n_heads) in zip(_regressions(random), sizes, strict=False):
        (n_context, d_x), (d_y, _) = case["xs"].shape, case["w_0"].shape
        d_token = d_x + d_y
        yield case | {
            "xs": random.standard_normal((n_tasks, n_context, d_x)),
            "ys": random.standard_normal((n_tasks, n_context, d_y)),
            "x_query": random.standard_normal((n_tasks, d_x)),
            "y_query": random.standard_normal((n_tasks, d_y)),
            "w_q": random.standard_normal((n_heads, d_key, d_token)) / 3,
            "w_k": random.standard_normal((n_heads, d_key, d_token)) / 3,
            "w_v": random.standard_normal((n_heads, d_value, d_token)) / 3,
            "w_o": random.standard_normal((n_heads, d_token, d_value)) / 3,
        }


def _arrays(case: Arrays, outputs: Arrays) -> Arrays:
    return {name: np.asarray(value, dtype=np.float64) for name, value in outputs.items()}


def _matrices(outputs: Arrays, d_token: int) -> tuple[np.ndarray, ...]:
    w_q, w_k, w_v, w_o = (
        np.asarray(outputs[name], dtype=np.float64) for name in ("w_q", "w_k", "w_v", "w_o")
    )
    if not all(w.ndim == 3 for w in (w_q, w_k, w_v, w_o)) or not (
        w_q.shape == w_k.shape
        and len(w_q) == len(w_v)
        and w_q.shape[2] == w_v.shape[2] == d_token
        and w_o.shape == (len(w_v), d_token, w_v.shape[1])
    ):
        raise NotVisibleError("the four arrays are no layer")
    return w_q, w_k, w_v, w_o


def _update(matrices: tuple[np.ndarray, ...], tokens: np.ndarray) -> np.ndarray:
    """Return what one layer adds to every token, by one contraction."""
    w_q, w_k, w_v, w_o = matrices
    context = tokens[:-1]
    return np.einsum(
        "hov,hva,ia,hkb,ib,hkc,jc->jo",
        *(w_o, w_v, context, w_k, context, w_q, tokens),
        optimize=True,
    )


def _prompt_updates(case: Arrays, outputs: Arrays) -> Arrays:
    """Apply the weights to the case's own prompt and to fresh ones of the same sizes."""
    (n_context, d_x), (d_y, _) = case["xs"].shape, case["w_0"].shape
    matrices = _matrices(outputs, d_x + d_y)
    random = np.random.default_rng(int(case["prompts"]))
    seen = {}
    for number in range(PROMPTS):
        tokens = random.standard_normal((n_context + 1, d_x + d_y)) * (1 + number)
        if number == 0:
            tokens[:-1] = np.concatenate([case["xs"], case["ys"]], axis=1)
        tokens[-1, d_x:] = -case["w_0"] @ tokens[-1, :d_x]
        seen[f"prompt {number}"] = _update(matrices, tokens)
    return seen


def _other_layer(case: Arrays, outputs: Arrays) -> Arrays:
    """See the function on random tokens, and which matrices can be put back unnoticed."""
    d_token = case["tokens"].shape[1]
    old = tuple(case[name] for name in ("w_q", "w_k", "w_v", "w_o"))
    new = _matrices(outputs, d_token)
    random = np.random.default_rng(int(case["seed"]))
    seen: dict[str, np.ndarray] = {}
    for number in range(PROMPTS):
        tokens = random.standard_normal((random.integers(3, 23), d_token)) * 2.0 ** (number - 1)
        ours = _update(new, tokens)
        seen[f"tokens {number}"] = ours
        for position in range(4):
            noticed = 1.0
            if old[position].shape == new[position].shape:
                mixed = (*new[:position], old[position], *new[position + 1 :])
                change = np.abs(_update(mixed, tokens) - ours).max()
                noticed = float(change > REALLY_DIFFERENT * np.abs(ours).max())
            seen[f"matrix {position} in {number}"] = np.asarray(noticed)
    return seen


GENERATORS = {
    "target-shift": Generator(_regressions, _arrays),
    "linear-attention": Generator(_layers, _arrays),
    "gd-weights": Generator(_from_zero, _prompt_updates),
    "gd-weights-w0": Generator(_one_output, _prompt_updates),
    "multi-output": Generator(_rate_per_output, _prompt_updates),
    "largest-deviation": Generator(_batches, _arrays),
    "same-function-other-weights": Generator(_wide_layers, _other_layer),
}
