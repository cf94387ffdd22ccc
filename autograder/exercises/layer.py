"""The grader's own attention layer: NumPy float64, written for one thing, to be a second opinion.

It never imports the library's layer. Flags name the ways in which learners' layers differ.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from autograder.exercise import UnreadableAnswerError

WEIGHTS = ("w_q", "w_k", "w_v", "w_o")

LARGEST_SIZE = 128
"""Heads, or rows of a head's matrix: the grader's time must not be the answer's to choose."""

LARGEST_ENTRY = 1e30


def weights_of(arrays: Mapping[str, np.ndarray]) -> tuple[np.ndarray, ...]:
    """Return w_q, w_k, w_v, w_o in float64."""
    return tuple(np.asarray(arrays[name], dtype=np.float64) for name in WEIGHTS)


def check_weights(arrays: Mapping[str, np.ndarray], d_token: int) -> None:
    """Raise `UnreadableAnswerError` unless the four arrays make a layer on `d_token` entries."""
    w_q, w_k, w_v, w_o = (np.asarray(arrays[name]) for name in WEIGHTS)
    came = ", ".join(f"{name} {list(np.shape(arrays[name]))}" for name in WEIGHTS)
    expected = (
        "w_q and w_k [n_heads, d_key, d_token], w_v [n_heads, d_value, d_token], "
        f"w_o [n_heads, d_token, d_value] with d_token = {d_token}"
    )
    if any(w.ndim != 3 for w in (w_q, w_k, w_v, w_o)):
        raise UnreadableAnswerError(f"{came}; expected {expected}. The head axis leads")
    fits = (
        w_q.shape == w_k.shape
        and w_q.shape[0] == w_v.shape[0] == w_o.shape[0]
        and w_q.shape[2] == w_v.shape[2] == w_o.shape[1] == d_token
        and w_o.shape[2] == w_v.shape[1]
    )
    if not fits:
        raise UnreadableAnswerError(f"{came}; expected {expected}")
    if max(w_q.shape[0], w_q.shape[1], w_v.shape[1]) > LARGEST_SIZE:
        raise UnreadableAnswerError(f"{came}; no answer needs over {LARGEST_SIZE} heads or rows")
    if not all(np.all(np.abs(w) < LARGEST_ENTRY) for w in (w_q, w_k, w_v, w_o)):
        raise UnreadableAnswerError("the weights hold NaN, infinite or absurdly large entries")


def apply_layer(
    weights: tuple[np.ndarray, ...],
    tokens: np.ndarray,
    *,
    n_attended: int | None = None,
    scores: Literal["linear", "softmax", "scaled-softmax"] = "linear",
    swapped: bool = False,
    residual: bool = True,
    scale: float = 1.0,
) -> np.ndarray:
    """Apply one self-attention layer to every token.

    Arguments:
        weights: w_q, w_k `[n_heads, d_key, d_token]`, w_v, w_o with `d_value`.
        tokens: `[n_tokens, d_token]`, query last.
        n_attended: how many leading tokens are keys and values; all but the last unless given.
        scores: linear, or softmax over the attended tokens, with or without `1/sqrt(d_key)`.
        swapped: score of token j on token i as `q_i . k_j` in place of `k_i . q_j`.
        residual: whether the token itself is kept.
        scale: factor on the update.
    """
    tokens = np.asarray(tokens, dtype=np.float64)
    n_attended = tokens.shape[0] - 1 if n_attended is None else n_attended
    update = np.zeros_like(tokens)
    for w_q, w_k, w_v, w_o in zip(*weights, strict=True):
        queries, keys = tokens @ w_q.T, tokens[:n_attended] @ w_k.T
        if swapped:
            queries, keys = tokens @ w_k.T, tokens[:n_attended] @ w_q.T
        weighting = queries @ keys.T
        if scores != "linear":
            if scores == "scaled-softmax":
                weighting = weighting / np.sqrt(w_k.shape[0])
            weighting = np.exp(weighting - weighting.max(axis=1, keepdims=True))
            weighting = weighting / weighting.sum(axis=1, keepdims=True)
        update += weighting @ (tokens[:n_attended] @ w_v.T) @ w_o.T
    return scale * update + (tokens if residual else 0.0)


def layer_magnitude(weights: tuple[np.ndarray, ...], tokens: np.ndarray) -> np.ndarray:
    """Sum the absolute values of all terms of the layer's output: the scale of its rounding."""
    return apply_layer(tuple(np.abs(w) for w in weights), np.abs(tokens))
