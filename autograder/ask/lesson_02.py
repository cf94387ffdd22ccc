"""How the exercises of lesson 02 are put to an answer."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

from autograder.ask import Ask, array, give, weights
from icl_course.attention import AttentionParams
from icl_course.tasks import Task

Answer = Callable[..., Any]
Case = Mapping[str, np.ndarray]


def _params(case: Case) -> AttentionParams:
    w_q, w_k, w_v, w_o = give(case, "w_q", "w_k", "w_v", "w_o")
    return AttentionParams(w_q=w_q, w_k=w_k, w_v=w_v, w_o=w_o)


def _target_shift(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    xs, ys, w_0 = give(case, "xs", "ys", "w_0")
    return {"targets": array(answer(xs, ys, w_0, float(case["learning_rate"])), "the targets")}


def _linear_attention(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    (tokens,) = give(case, "tokens")
    return {"tokens": array(answer(_params(case), tokens), "the tokens")}


def _gd_weights(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    n_context, d_x = case["xs"].shape
    return weights(answer(n_context, d_x, float(case["learning_rate"])))


def _gd_weights_w0(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    (w_0,) = give(case, "w_0")
    return weights(answer(case["xs"].shape[0], w_0, float(case["learning_rate"])))


def _multi_output_weights(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    w_0, learning_rates = give(case, "w_0", "learning_rates")
    return weights(answer(case["xs"].shape[0], w_0, learning_rates))


def _largest_deviation(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    xs, ys, x_query, y_query, w_0 = give(case, "xs", "ys", "x_query", "y_query", "w_0")
    batch = jax.vmap(Task)(xs, ys, x_query, y_query)
    value = answer(_params(case), batch, w_0, float(case["learning_rate"]))
    return {"deviation": array(value, "the deviation")}


def _other_weights(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    return weights(answer(_params(case), jax.random.key(int(case["seed"]))))


ASKS = (
    Ask("target-shift", "target_shift", _target_shift, ("descent.shift_targets",)),
    Ask(
        "linear-attention",
        "linear_attention",
        _linear_attention,
        ("attention.linear_attention", "attention.self_attention"),
    ),
    Ask("gd-weights", "gd_weights", _gd_weights, ("constructions.gradient_step",)),
    Ask("gd-weights-w0", "gd_weights_w0", _gd_weights_w0, ("constructions.gradient_step",)),
    Ask(
        "multi-output",
        "multi_output_weights",
        _multi_output_weights,
        ("constructions.gradient_step",),
    ),
    Ask("largest-deviation", "largest_deviation", _largest_deviation),
    Ask(
        "same-function-other-weights",
        "other_weights",
        _other_weights,
        ("constructions.change_basis",),
    ),
)
