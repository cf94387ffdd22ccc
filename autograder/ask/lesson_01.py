"""How the exercises of lesson 01 are put to an answer."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from autograder.ask import Ask, NotAnAnswerError, array, give, reuses_a_key
from icl_course.tasks import Task

Answer = Callable[..., Any]
Case = Mapping[str, np.ndarray]

FIELDS = ("xs", "ys", "x_query", "y_query")


def _task(value: Any) -> dict[str, np.ndarray]:
    if value is None:
        raise NotAnAnswerError("None came back; expected a Task. Is a return missing?")
    if not all(hasattr(value, name) for name in FIELDS):
        raise NotAnAnswerError(
            f"{type(value).__name__} came back; expected tasks.Task(xs=..., ys=..., x_query=..., "
            "y_query=...)"
        )
    return {name: array(getattr(value, name), name) for name in FIELDS}


def _sample_task(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    """Draw a task with each key, the first one again, and once with JAX watching that key."""
    sizes = [int(case[name]) for name in ("n_context", "d_x", "d_y")]

    def draw(seed: int) -> dict[str, np.ndarray]:
        return _task(answer(jax.random.key(seed), *sizes, float(case["input_range"])))

    seeds = [int(seed) for seed in case["seeds"]]
    drawn = [draw(seed) for seed in seeds]
    again = draw(seeds[0])
    for name in FIELDS:
        shapes = {task[name].shape for task in (*drawn, again)}
        if len(shapes) > 1:
            raise NotAnAnswerError(f"{name} has another shape for another key: {sorted(shapes)}")
    found = {name: np.stack([task[name] for task in drawn]) for name in FIELDS}
    found |= {f"{name}_again": again[name] for name in FIELDS}
    return found | {"key_reused": np.asarray(float(reuses_a_key(lambda: draw(seeds[0]))))}


def _tokenize(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    xs, ys, x_query, y_query = give(case, *FIELDS)
    task = Task(xs=xs, ys=ys, x_query=x_query, y_query=y_query)
    return {"tokens": array(answer(task), "the tokens")}


def _gd_predict(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    xs, ys, x_query = give(case, "xs", "ys", "x_query")
    value = answer(xs, ys, x_query, float(case["learning_rate"]), int(case["n_steps"]))
    return {"prediction": array(value, "the prediction")}


def _ridge_predict(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    xs, ys, x_query = give(case, "xs", "ys", "x_query")
    value = answer(xs, ys, x_query, float(case["label_noise"]))
    return {"prediction": array(value, "the prediction")}


def _kernel_predictor(xs: Any, ys: Any, x_query: Any) -> jax.Array:
    """Predict in a way that no answer could have built in: by a bent similarity, and a constant."""
    similarity = jnp.tanh(jnp.matmul(jnp.asarray(xs), jnp.asarray(x_query)))
    return jnp.matmul(similarity, jnp.asarray(ys)) / len(ys) + 0.25 * jnp.sum(x_query)


def _measure_risk(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    batch = jax.vmap(Task)(*give(case, *FIELDS))
    value = answer(_kernel_predictor, batch)
    is_list = isinstance(value, tuple | list) or getattr(value, "ndim", 0) == 1
    if not is_list or len(value) != 2:
        raise NotAnAnswerError(
            f"{type(value).__name__} came back; expected a pair, the risk and its standard error"
        )
    names = {"risk": "the risk", "standard_error": "the standard error"}
    pairs = zip(names.items(), value, strict=True)
    return {key: array(number, name) for (key, name), number in pairs}


def _of_sizes(name: str) -> Callable[[Answer, Case], dict[str, np.ndarray]]:
    def ask(answer: Answer, case: Case) -> dict[str, np.ndarray]:
        sizes = int(case["n_context"]), int(case["d_x"])
        return {name: array(answer(float(case["input_range"]), *sizes), f"the {name}")}

    return ask


ASKS = (
    Ask("sample-task", "sample_task", _sample_task, ("tasks.sample_linear",)),
    Ask("tokenize", "tokenize", _tokenize, ("tokens.make_tokens",)),
    Ask(
        "gd-predictor",
        "gd_predict",
        _gd_predict,
        (
            "descent.descend",
            "descent.trajectory",
            "predictors.many_steps",
            "predictors.one_step",
        ),
    ),
    Ask(
        "ridge-predictor",
        "ridge_predict",
        _ridge_predict,
        ("predictors.ridge", "predictors.posterior_mean"),
    ),
    Ask("measure-risk", "measure_risk", _measure_risk),
    Ask(
        "best-step-size",
        "best_step_size",
        _of_sizes("step size"),
        ("theory.best_step_size", "theory.squared_second_moment", "theory.one_step_loss"),
    ),
    Ask(
        "best-one-step-loss",
        "best_one_step_loss",
        _of_sizes("loss"),
        ("theory.best_one_step_loss", "theory.one_step_loss"),
    ),
)
