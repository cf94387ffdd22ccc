"""Second opinions on lesson 07, in float64: einsums over heads and masks, where the probes loop.

Sizes are others than those of the probes, 1 and equal ones among them.
"""

from collections.abc import Iterator

import numpy as np

from autograder.auditing.audit_generators import Arrays, Generator, NotVisibleError

NETS = (
    (6, 9, 9, 4, 3, 2, 2, 2),
    (9, 12, 5, 3, 1, 4, 1, 3),
    (4, 7, 6, 6, 6, 6, 3, 2),
    (3, 4, 1, 2, 2, 1, 2, 2),
)
"""n_symbols, n_positions, n_tokens, d_model, d_key, d_value, n_heads, n_layers."""

CIRCUITS = ((7, 8), (23, 31), (10, 21), (16, 12))
"""n_symbols, n_positions."""


def _arrays(case: Arrays, outputs: Arrays) -> Arrays:
    return {name: np.asarray(value, dtype=np.float64) for name, value in outputs.items()}


def _nets(random: np.random.Generator) -> Iterator[Arrays]:
    for n_symbols, n_positions, n_tokens, d_model, d_key, d_value, n_heads, n_layers in NETS:
        shape = (n_layers, n_heads)
        yield {
            "embed": random.standard_normal((n_symbols, d_model)) + 0.1,
            "code": random.standard_normal((n_positions, d_model)),
            "unembed": random.standard_normal((n_symbols, d_model)),
            "w_q": random.standard_normal((*shape, d_key, d_model)) / 2,
            "w_k": random.standard_normal((*shape, d_key, d_model)) / 2,
            "w_v": random.standard_normal((*shape, d_value, d_model)) / 2,
            "w_o": random.standard_normal((*shape, d_model, d_value)) / 2,
            "symbols": random.integers(0, n_symbols, n_tokens),
        }


def _ablations(random: np.random.Generator) -> Iterator[Arrays]:
    for index, case in enumerate(_nets(random)):
        n_layers, n_heads = case["w_q"].shape[:2]
        for layer in range(n_layers):
            head = (index + layer) % n_heads
            yield {**case, "layer": np.asarray(layer), "head": np.asarray(head)}


def _losses(random: np.random.Generator) -> Iterator[Arrays]:
    for n_sequences, n_tokens, n_symbols, early, late in (
        (4, 9, 6, 2, 7),
        (1, 2, 3, 1, 1),
        (6, 5, 2, 4, 1),
        (2, 12, 12, 3, 11),
    ):
        yield {
            "logits": 3 * random.standard_normal((n_sequences, n_tokens, n_symbols)),
            "symbols": random.integers(0, n_symbols, (n_sequences, n_tokens)),
            "early": np.asarray(early),
            "late": np.asarray(late),
        }


def _sizes(random: np.random.Generator) -> Iterator[Arrays]:
    for n_symbols, n_positions in CIRCUITS:
        yield {"n_symbols": np.asarray(n_symbols), "n_positions": np.asarray(n_positions)}


def _layer(outputs: Arrays, number: int, d_model: int) -> tuple[np.ndarray, ...]:
    names = ("w_q", "w_k", "w_v", "w_o")
    w_q, w_k, w_v, w_o = (np.asarray(outputs[f"{n} {number}"], dtype=np.float64) for n in names)
    if not all(w.ndim == 3 for w in (w_q, w_k, w_v, w_o)) or not (
        w_q.shape == w_k.shape
        and len(w_q) == len(w_v)
        and w_q.shape[2] == w_v.shape[2] == d_model
        and w_o.shape == (len(w_v), d_model, w_v.shape[1])
    ):
        raise NotVisibleError("the four arrays are no layer")
    return w_q, w_k, w_v, w_o


def _followers(case: Arrays, outputs: Arrays) -> Arrays:
    """See whether the symbol that followed is sure, on prompts drawn at random, first ones too."""
    n_symbols, n_positions = int(case["n_symbols"]), int(case["n_positions"])
    embed, code, unembed = (
        np.asarray(outputs[name], dtype=np.float64) for name in ("embed", "code", "unembed")
    )
    fits = embed.ndim == 2 and embed.shape == unembed.shape and len(embed) == n_symbols
    if not fits or code.shape != (n_positions, embed.shape[1]):
        raise NotVisibleError("the tables are those of no such net")
    layers = [_layer(outputs, number, embed.shape[1]) for number in (1, 2)]
    random = np.random.default_rng(7 * n_symbols + n_positions)
    sure = []
    for _ in range(12):
        prompt = random.integers(0, n_symbols, n_positions)
        stream = embed[prompt]
        for w_q, w_k, w_v, w_o in layers:
            read = stream + code
            scores = np.einsum("hka,ta,hkb,ib->hti", w_q, read, w_k, read, optimize=True)
            scores = scores / np.sqrt(w_q.shape[1])
            scores = np.where(np.tri(n_positions, dtype=bool), scores, -np.inf)
            weights = np.exp(scores - scores.max(axis=2, keepdims=True))
            weights = weights / weights.sum(axis=2, keepdims=True)
            stream = stream + np.einsum(
                "hti,ia,hva,hbv->tb", weights, stream, w_v, w_o, optimize=True
            )
        rows = stream @ unembed.T
        rows = rows - rows.max(axis=1, keepdims=True)
        chances = np.exp(rows) / np.exp(rows).sum(axis=1, keepdims=True)
        for t in range(2, n_positions):
            (earlier,) = np.nonzero(prompt[:t] == prompt[t])
            if len(earlier) == 1 and earlier[0] < t - 1:
                sure.append(chances[t, prompt[earlier[0] + 1]] >= 0.99 - 1e-6)
    return {"sure": np.asarray(sure, dtype=float)}


def _patterns(random: np.random.Generator) -> Iterator[Arrays]:
    for n_tokens, n_symbols in ((9, 3), (16, 8), (3, 2), (31, 5), (12, 2)):
        weights = np.tril(random.exponential(size=(n_tokens, n_tokens)))
        symbols = random.integers(0, n_symbols, n_tokens)
        symbols[-1] = symbols[0]
        yield {
            "pattern": weights / weights.sum(axis=1, keepdims=True),
            "symbols": symbols,
            "written": random.standard_normal((n_tokens, n_symbols)) + 0.4,
        }


def _ranges(random: np.random.Generator) -> Iterator[Arrays]:
    for shortest, longest, largest_gap in (
        (2, 2, 0), (3, 9, 2), (5, 6, 12), (20, 29, 9), (8, 16, 7), (4, 5, 1), (2, 30, 0),
    ):  # fmt: skip
        yield {
            "shortest": np.asarray(shortest),
            "longest": np.asarray(longest),
            "largest_gap": np.asarray(largest_gap),
        }


GENERATORS = {
    "attention-only": Generator(_nets, _arrays),
    "icl-score": Generator(_losses, _arrays),
    "induction-weights": Generator(_sizes, _followers),
    "prefix-matching": Generator(_patterns, _arrays),
    "positional-shortcut": Generator(_ranges, _arrays),
    "copying-score": Generator(_patterns, _arrays),
    "ablation": Generator(_ablations, _arrays),
}
