"""How the exercises of lesson 10 are put to an answer."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from autograder.ask import Ask, NotAnAnswerError, array, give

Answer = Callable[..., Any]
Case = Mapping[str, np.ndarray]

MOST_QUESTIONS = 20_000
"""Prompts that a black box answers in one case; no right answer needs a hundredth of them."""


def _pair(value: Any, first: str, second: str) -> dict[str, np.ndarray]:
    """Read two arrays that came back together."""
    if value is None:
        raise NotAnAnswerError(f"None came back; expected {first} and {second}. A return missing?")
    try:
        one, other = value
    except (TypeError, ValueError) as error:
        raise NotAnAnswerError(f"expected a pair: {first}, then {second}") from error
    return {first: array(one, first), second: array(other, second)}


def _preconditioner(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    (covariance,) = give(case, "covariance")
    return {"matrix": array(answer(covariance, int(case["n_context"])), "the matrix")}


def _noise_step_size(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    (eigenvalues,) = give(case, "eigenvalues")
    value = answer(eigenvalues, int(case["n_context"]), float(case["label_noise"]))
    return _pair(value, "step size", "loss")


def _checked(xs: Any, ys: Any, x_query: Any, n_context: int, d_x: int) -> tuple[Any, Any, Any]:
    """Turn a prompt into arrays, or say what is wrong with its shapes."""
    xs, ys, x_query = (jnp.asarray(part, float) for part in (xs, ys, x_query))
    shapes = xs.shape, ys.shape, x_query.shape
    expected = (n_context, d_x), (n_context, 1), (d_x,)
    if shapes != expected:
        raise ValueError(f"predict takes xs, ys, x_query of shapes {expected}, got {shapes}")
    return xs, ys, x_query


def _counted(ask: Callable[..., Any]) -> Callable[..., Any]:
    """Let a black box answer a bounded number of prompts."""
    asked = [0]

    def predict(xs: Any, ys: Any, x_query: Any) -> Any:
        asked[0] += 1
        if asked[0] > MOST_QUESTIONS:
            raise ValueError(f"predict was asked more than {MOST_QUESTIONS} times")
        return ask(xs, ys, x_query)

    return predict


def _read_preconditioner(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    (hidden,) = give(case, "hidden")
    n_context, d_x = int(case["n_context"]), len(case["hidden"])

    def predict(xs: Any, ys: Any, x_query: Any) -> jax.Array:
        xs, ys, x_query = _checked(xs, ys, x_query, n_context, d_x)
        return ys.T @ (xs @ (hidden @ x_query)) / n_context

    return {"matrix": array(answer(_counted(predict), n_context, d_x), "the matrix")}


def _delta_rule(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    value = answer(*give(case, "state", "queries", "keys", "values", "rates"))
    return _pair(value, "outputs", "memory")


def _chunk_transform(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    return {"transform": array(answer(*give(case, "keys", "rates")), "the matrix T")}


def _order_sensitivity(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    places, xs, ys, x_queries, orders = give(case, "places", "xs", "ys", "x_queries", "orders")
    n_context, d_x = case["xs"].shape[1:]

    def predict(xs: Any, ys: Any, x_query: Any) -> jax.Array:
        xs, ys, x_query = _checked(xs, ys, x_query, n_context, d_x)
        return (places * ys[:, 0]) @ jnp.tanh(xs @ x_query)[:, None] + 0.25 * ys[0]

    value = answer(_counted(predict), xs, ys, x_queries, orders)
    return {"sensitivity": array(value, "the sensitivity")}


def _discrete_bayes(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    value = answer(*give(case, "xs", "ys", "x_query", "teachers"), float(case["label_noise"]))
    return {"prediction": array(value, "the prediction")}


def _capstone(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    """Ask for all prompts at once where `jax.vmap` can, and else one after the other."""
    prompts = give(case, "xs", "ys", "x_queries")
    given = float(case["persistence"]), float(case["label_noise"])

    def one(xs: Any, ys: Any, x_query: Any) -> Any:
        return answer(xs, ys, x_query, *given)

    try:
        found = array(jax.vmap(lambda *prompt: jnp.asarray(one(*prompt)))(*prompts), "a prediction")
    except Exception:
        each = [array(one(*prompt), "a prediction") for prompt in zip(*prompts, strict=True)]
        if len({prediction.shape for prediction in each}) != 1:
            raise NotAnAnswerError("predictions of different shapes came back") from None
        found = np.stack(each)
    return {"predictions": found}


ASKS = (
    Ask(
        "preconditioner",
        "best_preconditioner",
        _preconditioner,
        ("preconditioning.best_preconditioner",),
    ),
    Ask(
        "noise-step-size",
        "best_noisy_step",
        _noise_step_size,
        ("preconditioning.best_step", "preconditioning.preconditioned_loss"),
    ),
    Ask(
        "read-preconditioner",
        "read_preconditioner",
        _read_preconditioner,
        ("preconditioning.read_matrix",),
    ),
    Ask(
        "delta-rule",
        "delta_rule_outputs",
        _delta_rule,
        (
            "delta_rule.write",
            "delta_rule.recurrent",
            "delta_rule.chunk",
            "delta_rule.chunked",
        ),
    ),
    Ask(
        "delta-rule-chunks",
        "chunk_transform",
        _chunk_transform,
        ("delta_rule.chunk", "delta_rule.chunked", "delta_rule.transform"),
    ),
    Ask(
        "order-sensitivity",
        "order_sensitivity",
        _order_sensitivity,
        ("orderings.in_orders", "orderings.order_sensitivity"),
    ),
    Ask(
        "task-diversity",
        "discrete_bayes",
        _discrete_bayes,
        ("task_priors.posterior_weights", "task_priors.discrete_posterior_mean"),
    ),
    Ask("capstone", "forecast", _capstone, ("drifting.drifting_posterior",)),
)
