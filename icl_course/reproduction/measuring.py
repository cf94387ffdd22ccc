"""Measuring nets on many tasks: losses and alignment, in parts that fit memory.

Nets of one kind come stacked, so that one compiled program serves all seeds and all snapshots.
"""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Key

from icl_course.alignment import Alignment, align
from icl_course.arrays import Array, Scalar
from icl_course.predictors import one_step
from icl_course.reproduction.nets import Net, Tasks
from icl_course.tasks import Task

Predict = Callable[[Task], Float[Array, " d_y"]]

N_PER_PART = 10_000
"""Tasks in memory at a time."""

N_PER_BLOCK = 200
"""Tasks whose mean loss is one entry of a median."""


@cache
def gradient_step(*, learning_rate: Scalar) -> Predict:
    """Return one step of gradient descent from W = 0 as a predictor of a task's query.

    >>> task = Task(xs=jnp.array([[1.0]]), ys=jnp.array([[2.0]]), x_query=jnp.array([3.0]),
    ...             y_query=jnp.array([6.0]))
    >>> gradient_step(learning_rate=0.5)(task).tolist()
    [3.0]
    """
    return lambda task: one_step(task.xs, task.ys, task.x_query, learning_rate=learning_rate)


def stack(params: Sequence[Any]) -> Any:
    """Stack the weights of several nets of one kind.

    >>> stack([{"w": jnp.zeros(2)}, {"w": jnp.ones(2)}])["w"].shape
    (2, 2)
    """
    return jax.tree.map(lambda *leaves: jnp.stack([jnp.asarray(leaf) for leaf in leaves]), *params)


def over_tasks(
    measure: Callable[[Any, Task], Any],
    params: Any,
    tasks: Tasks,
    key: Key[Array, ""],
    *,
    n_tasks: int,
) -> Any:
    """Return what a function of one net and one task says of stacked nets and many tasks.

    The tasks come in parts of `N_PER_PART`, part number i from the key folded with i: another
    function is measured on the same tasks by passing the same key.

    Each leaf of the result has two leading axes: the net, then the task.
    """
    n_per_part = min(N_PER_PART, n_tasks)
    parts = [
        _part(measure, tasks.sample, n_per_part, params, jax.random.fold_in(key, index))
        for index in range(-(-n_tasks // n_per_part))
    ]
    return jax.tree.map(lambda *leaves: np.concatenate(leaves, axis=1)[:, :n_tasks], *parts)


@partial(jax.jit, static_argnums=(0, 1, 2))
def _part(measure: Any, sample: Any, n_tasks: int, params: Any, key: Array) -> Any:
    """Measure every net on one batch, one net after the other."""
    batch = sample(key, n_tasks)
    return jax.lax.map(lambda one: jax.vmap(partial(measure, one))(batch), params)


def net_losses(
    net: Net, params: Any, tasks: Tasks, key: Key[Array, ""], *, n_tasks: int
) -> Float[np.ndarray, "n_nets n_tasks"]:
    """Return the half squared error of stacked nets on the same tasks."""
    losses = over_tasks(_loss_of(net.predict), params, tasks, key, n_tasks=n_tasks)
    return np.asarray(losses, np.float64)


def losses(
    predict: Predict, tasks: Tasks, key: Key[Array, ""], *, n_tasks: int
) -> Float[np.ndarray, " n_tasks"]:
    """Return the half squared error of one predictor that has no weights, such as a step."""
    nothing = jnp.zeros(1)
    found = over_tasks(_loss_of(_no_weights(predict)), nothing, tasks, key, n_tasks=n_tasks)
    return np.asarray(found[0], np.float64)


def median_of_means(each: Float[Array, "n_tasks *rest"]) -> Float[np.ndarray, "*rest"]:
    """Return the median over blocks of 200 tasks of a block's mean loss.

    One task in some thousands diverges in a deep net, and would fill any mean. Of the blocks
    few have such a task, so their median hardly knows of it, and is close to the mean of the
    others. A loss that is no number any more has diverged, so it counts as infinite.
    """
    losses = np.nan_to_num(np.asarray(each, np.float64), nan=np.inf, posinf=np.inf)
    blocks = np.array_split(losses, max(1, len(losses) // N_PER_BLOCK))
    return np.median([block.mean(axis=0) for block in blocks], axis=0)


def net_predictions(
    net: Net, params: Any, tasks: Tasks, key: Key[Array, ""], *, n_tasks: int
) -> Float[np.ndarray, "n_nets n_tasks d_y"]:
    """Return the predictions of stacked nets on the same tasks."""
    return np.asarray(over_tasks(net.predict, params, tasks, key, n_tasks=n_tasks))


def predictions(
    predict: Predict, tasks: Tasks, key: Key[Array, ""], *, n_tasks: int
) -> Float[np.ndarray, "n_tasks d_y"]:
    """Return the predictions of one predictor that has no weights."""
    nothing = jnp.zeros(1)
    return np.asarray(over_tasks(_no_weights(predict), nothing, tasks, key, n_tasks=n_tasks)[0])


def net_alignments(
    net: Net,
    params: Any,
    theirs: Predict,
    tasks: Tasks,
    key: Key[Array, ""],
    *,
    n_tasks: int,
) -> Alignment:
    """Return the mean alignment of stacked nets with a predictor, one entry for each net."""
    each = over_tasks(_alignment_of(net.predict, theirs), params, tasks, key, n_tasks=n_tasks)
    return jax.tree.map(lambda leaf: np.asarray(leaf, np.float64).mean(axis=1), each)


@cache
def _no_weights(predict: Predict) -> Callable[[Any, Task], Array]:
    return lambda _, task: predict(task)


@cache
def _loss_of(predict: Callable[[Any, Task], Array]) -> Callable[[Any, Task], Array]:
    return lambda params, task: jnp.sum((predict(params, task) - task.y_query) ** 2) / 2


@cache
def _alignment_of(
    predict: Callable[[Any, Task], Array], theirs: Predict
) -> Callable[[Any, Task], Alignment]:
    return lambda params, task: align(partial(predict, params), theirs, task)
