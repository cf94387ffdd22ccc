"""How the exercises of lesson 03 are put to an answer."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from autograder.ask import Ask, NotAnAnswerError, array, give, weights
from icl_course import training
from icl_course.attention import AttentionParams
from icl_course.tasks import Task

Answer = Callable[..., Any]
Case = Mapping[str, np.ndarray]

WEIGHTS = ("w_q", "w_k", "w_v", "w_o")
TASK = ("xs", "ys", "x_query", "y_query")


def _params(case: Case, before: str = "") -> AttentionParams:
    return AttentionParams(*give(case, *(before + name for name in WEIGHTS)))


def _batch(case: Case) -> Task:
    return jax.vmap(Task)(*give(case, *TASK))


def _train_layer(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    """Take some steps from the case's own weights, with a pool of batches that a key chooses from.

    One more step from the start, with another key, shows whether keys matter.
    """
    pool = give(case, *TASK)

    def sample_batch(key: jax.Array) -> Task:
        index = jnp.sum(jax.random.key_data(key)) % len(pool[0])
        return jax.vmap(Task)(*(field[index] for field in pool))

    optimiser = optax.sgd(float(case["learning_rate"]), momentum=float(case["momentum"]))
    start = training.start(_params(case), optimiser)
    first, *others = (jax.random.key(int(seed)) for seed in case["seeds"])
    state, outputs = start, {}
    for number, key in enumerate((first, *others), start=1):
        state, loss = _state_and_loss(answer(state, key, sample_batch, optimiser))
        outputs[f"loss {number}"] = array(loss, "the loss")
        trained = weights(state.params)
        outputs |= {f"{name} {number}": value for name, value in trained.items()}
    outputs["n_steps"] = array(state.n_steps, "n_steps")
    other, loss = _state_and_loss(answer(start, others[0], sample_batch, optimiser))
    outputs["loss with another key"] = array(loss, "the loss")
    return outputs | {f"{n} with another key": w for n, w in weights(other.params).items()}


def _state_and_loss(value: Any) -> tuple[Any, Any]:
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise NotAnAnswerError("expected a pair: the new TrainState, and the loss before the step")
    state, loss = value
    if not all(hasattr(state, name) for name in ("params", "optimiser_state", "n_steps")):
        raise NotAnAnswerError("the first of the pair is no training.TrainState")
    return state, loss


def _prediction_difference(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    value = answer(_params(case), _batch(case), float(case["learning_rate"]))
    return {"difference": array(value, "the difference")}


def _layer_sensitivity(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    return {"sensitivity": array(answer(_params(case), *give(case, "xs", "ys")), "the sensitivity")}


def _sensitivity_alignment(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    value = answer(_params(case), _batch(case), float(case["learning_rate"]))
    try:
        cosine, difference = value
    except (TypeError, ValueError) as error:
        raise NotAnAnswerError("expected two numbers: cosine, model difference") from error
    return {
        "cosine": array(cosine, "the cosine"),
        "model difference": array(difference, "the model difference"),
    }


def _interpolate(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    return weights(answer(_params(case), _params(case, "like_"), float(case["share"])))


def _out_of_distribution(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    sizes = (int(case[name]) for name in ("n_trained", "n_context", "d_x"))
    moments = (float(case[name]) for name in ("variance", "fourth_moment", "teacher_scale"))
    return {"loss": array(answer(float(case["learning_rate"]), *sizes, *moments), "the loss")}


def _one_key_two_draws(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    """Draw many tasks, and the first one again; one call each where `jax.vmap` cannot do it."""
    n_context = int(case["n_context"])
    seeds = [int(seed) for seed in case["seeds"]]
    try:
        keys = jax.vmap(jax.random.key)(jnp.asarray(seeds, jnp.uint32))
        found = jax.vmap(lambda key: _fields(answer(key, n_context)))(keys)
    except Exception:
        each = [_fields(answer(jax.random.key(seed), n_context)) for seed in seeds]
        found = {name: _stacked([one[name] for one in each], name) for name in TASK}
    again = _fields(answer(jax.random.key(seeds[0]), n_context))
    outputs = {name: array(value, name) for name, value in found.items()}
    return outputs | {f"{name} again": array(value, name) for name, value in again.items()}


def _fields(task: Any) -> dict[str, Any]:
    if not all(hasattr(task, name) for name in TASK):
        raise NotAnAnswerError("expected a tasks.Task with xs, ys, x_query and y_query")
    return {name: getattr(task, name) for name in TASK}


def _stacked(values: list[Any], name: str) -> np.ndarray:
    arrays = [array(value, name) for value in values]
    if len({each.shape for each in arrays}) != 1:
        raise NotAnAnswerError(f"{name} has another shape for another key")
    return np.stack(arrays)


ASKS = (
    Ask(
        "train-layer",
        "train_step",
        _train_layer,
        ("training.make_step", "training.batch_loss"),
    ),
    Ask(
        "prediction-difference",
        "prediction_difference",
        _prediction_difference,
        ("alignment.difference", "alignment.align", "alignment.mean_alignment"),
    ),
    Ask("layer-sensitivity", "layer_sensitivity", _layer_sensitivity, ("alignment.sensitivity",)),
    Ask(
        "sensitivity-alignment",
        "sensitivity_alignment",
        _sensitivity_alignment,
        (
            "alignment.cosine",
            "alignment.difference",
            "alignment.align",
            "alignment.mean_alignment",
        ),
    ),
    Ask(
        "interpolate",
        "interpolate",
        _interpolate,
        ("gauge.fix_gauge", "gauge.interpolate"),
    ),
    Ask(
        "out-of-distribution",
        "shifted_loss",
        _out_of_distribution,
        ("theory.one_step_loss", "theory.squared_second_moment"),
    ),
    Ask(
        "one-key-two-draws",
        "sample_sine",
        _one_key_two_draws,
        ("sines.draw_sine", "sines.sample_sine"),
    ),
)
