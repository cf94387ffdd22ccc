"""The linear attention layer: probes, and the wrong ideas about it."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.layer import apply_layer, layer_magnitude, weights_of
from autograder.exercises.probes import float64, normal


def draw_layer(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw dense weights and tokens for a layer."""
    n_tokens, d_token, d_key, d_value, n_heads = sizes
    return {
        "w_q": normal(generator, n_heads, d_key, d_token) / np.float32(2),
        "w_k": normal(generator, n_heads, d_key, d_token) / np.float32(2),
        "w_v": normal(generator, n_heads, d_value, d_token) / np.float32(2),
        "w_o": normal(generator, n_heads, d_token, d_value) / np.float32(2),
        "tokens": normal(generator, n_tokens, d_token),
    }


def layer(case: Case) -> Arrays:
    """Apply the layer of a case to its tokens."""
    return {"tokens": apply_layer(weights_of(case), case["tokens"])}


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Sum the absolute terms of the layer."""
    return {"tokens": layer_magnitude(weights_of(case), case["tokens"])}


def _layer(name: str, cause: str, question: str, **flags: object) -> Misconception:
    def oracle(case: Case) -> Arrays:
        return {"tokens": apply_layer(weights_of(case), case["tokens"], **flags)}  # type: ignore[arg-type]

    return Misconception(name, oracle, cause, question)


def _layer_scaled(
    name: str, scale: Callable[[Case], float], cause: str, question: str
) -> Misconception:
    def oracle(case: Case) -> Arrays:
        return {"tokens": apply_layer(weights_of(case), case["tokens"], scale=scale(case))}

    return Misconception(name, oracle, cause, question)


def _query_attended(case: Case) -> Arrays:
    tokens = case["tokens"]
    return {"tokens": apply_layer(weights_of(case), tokens, n_attended=len(tokens))}


def _query_only(case: Case) -> Arrays:
    tokens = float64(case, "tokens")[0].copy()
    tokens[-1] = apply_layer(weights_of(case), tokens)[-1]
    return {"tokens": tokens}


def _first_head(case: Case) -> Arrays:
    weights = tuple(w[:1] for w in weights_of(case))
    return {"tokens": apply_layer(weights, case["tokens"])}


def _causal(case: Case) -> Arrays:
    tokens = float64(case, "tokens")[0]
    rows = [
        apply_layer(weights_of(case), tokens, n_attended=min(j + 1, len(tokens) - 1))[j]
        for j in range(len(tokens))
    ]
    return {"tokens": np.stack(rows)}


SOFTMAX_QUESTION = "In the formula, is a token's share of the score bounded by one?"


LINEAR_ATTENTION = (
    Misconception(
        "query-attended",
        _query_attended,
        "the query token is among the keys and values.",
        "Over which i does the sum run, and is the last token one of them?",
    ),
    Misconception(
        "query-attended-softmax",
        lambda case: {
            "tokens": apply_layer(
                weights_of(case), case["tokens"], n_attended=len(case["tokens"]), scores="softmax"
            )
        },
        "a softmax is left in, and the query token is among the keys.",
        SOFTMAX_QUESTION,
    ),
    _layer("softmax", "a softmax is left in.", SOFTMAX_QUESTION, scores="softmax"),
    _layer(
        "softmax-scaled",
        "a softmax of scores over sqrt(d_key) is left in.",
        SOFTMAX_QUESTION,
        scores="scaled-softmax",
    ),
    _layer(
        "transposed",
        "keys and queries have changed roles: this is q_i . k_j in place of k_i . q_j.",
        "Read the order of the indices once more: which token asks, and which one is asked?",
        swapped=True,
    ),
    _layer(
        "no-residual",
        "this is the update alone; the token itself is not kept.",
        "If W_O is zero, what should the layer return?",
        residual=False,
    ),
    _layer(
        "sign", "the update is subtracted.", "Where does a minus stand in the formula?", scale=-1.0
    ),
    _layer_scaled(
        "mean",
        lambda case: 1 / (len(case["tokens"]) - 1),
        "the sum over context tokens is divided by their number.",
        "Is a 1/N part of the layer, or of the weights that come later?",
    ),
    _layer_scaled(
        "score-scaled",
        lambda case: 1 / np.sqrt(case["w_k"].shape[1]),
        "the scores are divided by sqrt(d_key).",
        "Does this layer's formula divide by anything?",
    ),
    Misconception(
        "query-only",
        _query_only,
        "only the query token is updated.",
        "For which j does the formula hold?",
    ),
    Misconception(
        "causal",
        _causal,
        "a causal mask is left in: token j sees only tokens up to j.",
        "May the first token's update depend on the second token?",
    ),
    _layer_scaled(
        "heads-averaged",
        lambda case: 1 / len(case["w_k"]),
        "the heads are averaged.",
        "With two equal heads, should the update be that of one head, or twice that?",
    ),
    Misconception(
        "first-head-only",
        _first_head,
        "only the first head is used.",
        "The leading axis of the weights is n_heads. What happens to it in your code?",
    ),
)
