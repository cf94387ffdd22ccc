"""How the exercises of lesson 05 are put to an answer."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from autograder.ask import Ask, NotAnAnswerError, array, give, weights

Answer = Callable[..., Any]
Case = Mapping[str, np.ndarray]

FIELDS = ("xs", "ys", "x_query", "y_query")


def _features(case: Case) -> Callable[[jax.Array], jax.Array]:
    """Return the features h(x) = tanh(A x + b) of a case, of one input at a time."""
    matrix, bias = give(case, "feature_matrix", "feature_bias")
    return lambda x: jnp.tanh(jnp.matmul(matrix, x) + bias)


def _feature_gd(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    xs, ys, x_query, w_0 = give(case, "xs", "ys", "x_query", "w_0")
    rate = float(case["learning_rate"])
    value = answer(_features(case), xs, ys, x_query, w_0, rate)
    return {"prediction": array(value, "the prediction")}


def _kernel_regression(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    xs, ys, x_query = give(case, "xs", "ys", "x_query")
    features = _features(case)

    def kernel(x: jax.Array, z: jax.Array) -> jax.Array:
        return jnp.dot(features(x), features(z))

    rate, n_steps = float(case["learning_rate"]), int(case["n_steps"])
    value = answer(kernel, xs, ys, x_query, rate, n_steps)
    return {"prediction": array(value, "the prediction")}


def _fields(task: Any) -> list[Any]:
    if task is None:
        raise NotAnAnswerError("None came back; expected a Task. Is a return missing?")
    if not all(hasattr(task, name) for name in FIELDS):
        raise NotAnAnswerError(
            f"{type(task).__name__} came back; expected Task(xs=..., ys=..., x_query=..., "
            "y_query=...)"
        )
    return [getattr(task, name) for name in FIELDS]


def _sine_task(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    n_context = int(case["n_context"])
    keys = jax.vmap(jax.random.key)(jnp.asarray(case["seeds"]))
    again = [
        array(field, name)
        for name, field in zip(FIELDS, _fields(answer(keys[0], n_context)), strict=False)
    ]
    try:
        many = jax.jit(
            jax.vmap(lambda key: [jnp.asarray(f) for f in _fields(answer(key, n_context))])
        )(keys)
        drawn = [array(field, name) for name, field in zip(FIELDS, many, strict=False)]
    except Exception:
        # An answer in NumPy cannot be mapped, and is right all the same.
        each = [[array(f, "a field") for f in _fields(answer(key, n_context))] for key in keys]
        try:
            drawn = [np.stack(field) for field in zip(*each, strict=False)]
        except ValueError as error:
            raise NotAnAnswerError("the tasks of two keys have different shapes") from error
    named = dict(zip(FIELDS, drawn, strict=False))
    return named | {f"{name}_again": value for name, value in zip(FIELDS, again, strict=False)}


def _equivalent_weights(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    names = ("xs", "x_query", "stretch", "bends", "offset")
    xs, x_query, stretch, bends, offset = give(case, *names)

    def predict(xs: Any, ys: Any, x_query: Any) -> jax.Array:
        scores = jnp.matmul(jnp.asarray(xs), stretch * jnp.asarray(x_query))
        counts = bends[0] * jnp.sin(scores) + bends[1] * jnp.cos(jnp.sum(scores))
        return jnp.matmul(counts, jnp.asarray(ys)) + offset

    return {"weights": array(answer(predict, xs, x_query), "the weights")}


def _kernel_attention(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    d_x, d_y = case["xs"].shape[1], case["ys"].shape[1]
    return weights(answer(d_x, d_y, float(case["temperature"])))


def _softmax_linearised(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    (w_0,) = give(case, "w_0")
    return weights(answer(w_0, float(case["learning_rate"]), float(case["temperature"])))


ASKS = (
    Ask("feature-gd", "feature_gd", _feature_gd),
    Ask("sine-task", "sample_sine", _sine_task, ("sines.sample_sine", "sines.draw_sine")),
    Ask("kernel-regression", "kernel_descent", _kernel_regression, ("kernels.kernel_descent",)),
    Ask(
        "equivalent-weights",
        "equivalent_weights",
        _equivalent_weights,
        ("kernels.equivalent_weights",),
    ),
    Ask(
        "kernel-attention",
        "smoothing_weights",
        _kernel_attention,
        ("softmax_heads.softmax_smoother",),
    ),
    Ask(
        "softmax-linearised",
        "two_head_weights",
        _softmax_linearised,
        ("softmax_heads.two_softmax_heads",),
    ),
)
