"""How the exercises of lesson 06 are put to an answer."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import jax
import numpy as np

from autograder.ask import Ask, NotAnAnswerError, array, give, weights
from icl_course import attention
from icl_course.attention import AttentionParams
from icl_course.tasks import Task

Answer = Callable[..., Any]
Case = Mapping[str, np.ndarray]


def _two(value: Any, what: str) -> tuple[Any, Any]:
    """Split a pair: whatever has two parts will do."""
    if value is None:
        raise NotAnAnswerError(f"None came back; expected {what}. Is a return missing?")
    try:
        first, second = value
    except (TypeError, ValueError) as error:
        raise NotAnAnswerError(f"{type(value).__name__} came back; expected {what}") from error
    return first, second


def _alternating(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    xs, ys, x_query, y_query = give(case, "xs", "ys", "x_query", "y_query")
    task = Task(xs=xs, ys=ys, x_query=x_query, y_query=y_query)
    return {"tokens": array(answer(task), "the tokens")}


def _code(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    code, matrix = _two(answer(int(case["n_tokens"])), "the code and the matrix, a pair of arrays")
    return {"code": array(code, "the code"), "matrix": array(matrix, "the matrix")}


def _sharpness(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    value = answer(int(case["n_attended"]), float(case["margin"]), float(case["error"]))
    return {"sharpness": array(value, "the sharpness")}


def _copy_head(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    (matrix,) = give(case, "matrix")
    sizes = int(case["d_x"]), int(case["d_y"])
    return weights(answer(matrix, *sizes, float(case["sharpness"])))


def _two_layers(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    (matrix,) = give(case, "matrix")
    n_context, d_x = case["xs"].shape[1:]
    d_y = case["ys"].shape[2]
    value = answer(matrix, n_context, d_x, d_y, float(case["learning_rate"]))
    layers = _two(value, "two AttentionParams: the layer that copies, then the one that steps")
    return {
        f"{name}_{part}": array
        for name, layer in zip(("copy", "step"), layers, strict=True)
        for part, array in weights(layer).items()
    }


def _sensitivities(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    w_q, w_k, w_v, w_o, tokens = give(case, "w_q", "w_k", "w_v", "w_o", "tokens")
    params = AttentionParams(w_q=w_q, w_k=w_k, w_v=w_v, w_o=w_o)
    layer = attention.softmax_attention if bool(case["softmax"]) else attention.linear_attention
    value = answer(partial(layer, params), tokens, int(case["d_code"]))
    if isinstance(value, tuple | list):
        value = jax.numpy.stack([jax.numpy.asarray(each) for each in value])
    return {"sensitivities": array(value, "the three sensitivities")}


ASKS = (
    Ask("alternate-tokens", "alternate", _alternating, ("positions.alternating_tokens",)),
    Ask(
        "positional-code",
        "positional_code",
        _code,
        ("positions.circle_code", "positions.next_on_circle"),
    ),
    Ask("copy-error", "sharpness", _sharpness, ("positions.sharpness_for",)),
    Ask("copy-head", "copy_head", _copy_head, ("copying.copying_head", "copying.copy_then_step")),
    Ask("two-layer-icl", "two_layer_weights", _two_layers, ("copying.copy_then_step",)),
    Ask(
        "next-token-sensitivity",
        "sensitivities",
        _sensitivities,
        ("copying.token_sensitivity", "copying.own_next_other"),
    ),
)
