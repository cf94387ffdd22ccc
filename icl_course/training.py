"""Training: one loop for every net of the course.

The loss draws its own batch from a key, so the loop knows nothing of tasks. Step number n uses the
key folded with n: who goes on from a checkpoint gets the batches that an unbroken run would have.
"""

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Float, Int, Key

from icl_course.arrays import Array, Scalar
from icl_course.metrics import half_squared_error
from icl_course.tasks import Task

Params = Any
Loss = Callable[[Params, Key[Array, ""]], Float[Array, ""]]


class TrainState(eqx.Module):
    """Hold what one training step hands on to the next.

    Fields:

    - `params`: the weights, any pytree of arrays.
    - `optimiser_state`: what optax keeps.
    - `n_steps`: how many steps were taken.
    """

    params: Params
    optimiser_state: Any
    n_steps: Int[Array, ""]


class StepInfo(eqx.Module):
    """Hold what a step saw: the loss before its update, and the gradient's norm before clipping."""

    loss: Float[Array, "*steps"]
    gradient_norm: Float[Array, "*steps"]


Step = Callable[[TrainState, Key[Array, ""]], tuple[TrainState, StepInfo]]


def in_context_loss(
    predict: Callable[[Params, Task], Float[Array, " d_y"]],
    sample: Callable[[Key[Array, ""]], Task],
    *,
    batch_size: int,
) -> Loss:
    """Return the loss of a net: its mean half squared error on the queries of fresh tasks.

        loss(params, key) = 1/B sum_b 1/2 |predict(params, task_b) - y_query,b|²

    Every call with another key draws another batch; nothing is stored.

    Source: 2212.07677, section 3, where training on such a loss is called meta-training.

    Arguments:

    - `predict`: the net, from weights and one task to its prediction for the query.
    - `sample`: draws one task from a key.
    - `batch_size`: the number B of tasks.

    Returns the loss. Raises `ValueError` where `batch_size` is less than 1.

    >>> task = Task(xs=jnp.ones((1, 1)), ys=jnp.ones((1, 1)), x_query=jnp.ones(1),
    ...             y_query=jnp.array([4.0]))
    >>> loss = in_context_loss(lambda w, task: w * task.x_query, lambda key: task, batch_size=3)
    >>> float(loss(jnp.array(1.0), jax.random.key(0)))
    4.5
    """
    if batch_size < 1:
        raise ValueError(f"batch_size = {batch_size}, but a mean needs at least 1 task.")
    return batch_loss(predict, lambda key: jax.vmap(sample)(jax.random.split(key, batch_size)))


def batch_loss(
    predict: Callable[[Params, Task], Float[Array, " d_y"]],
    sample_batch: Callable[[Key[Array, ""]], Task],
) -> Loss:
    """Return the loss of `in_context_loss` for a sampler that draws a whole batch from one key.

    `batches.sample_linear_batch` is such a sampler, and spares most of the work of drawing.

    >>> from functools import partial
    >>> from icl_course.batches import sample_linear_batch
    >>> sample_batch = partial(sample_linear_batch, n_tasks=3, n_context=1, d_x=2, input_range=0.0)
    >>> loss = batch_loss(lambda w, task: w * task.x_query[:1] + 3.0, sample_batch)
    >>> float(loss(jnp.array(1.0), jax.random.key(0)))
    4.5
    """

    def loss(params: Params, key: Key[Array, ""]) -> Float[Array, ""]:
        tasks = sample_batch(key)
        predictions = jax.vmap(predict, in_axes=(None, 0))(params, tasks)
        return jnp.mean(jax.vmap(half_squared_error)(predictions, tasks.y_query))

    return loss


def clipped_adam(
    *, learning_rate: Scalar = 1e-3, largest_norm: Scalar = 1e-3, b2: Scalar = 0.98
) -> optax.GradientTransformation:
    """Return Adam on gradients clipped by their global norm.

    Source: the released code of 2212.07677 for up to two layers (its text says a norm of 10).

    Arguments:

    - `learning_rate`: Adam's step size; a small positive number, or an optax schedule.
    - `largest_norm`: gradients with a larger norm are scaled down to it.
    - `b2`: the decay of Adam's second moment.

    >>> optimiser = clipped_adam(learning_rate=0.5)
    >>> updates, _ = optimiser.update(jnp.array([8.0]), optimiser.init(jnp.zeros(1)))
    >>> updates.round(3).tolist()
    [-0.5]
    """
    return optax.chain(optax.clip_by_global_norm(largest_norm), optax.adam(learning_rate, b2=b2))


def start(params: Params, optimiser: optax.GradientTransformation) -> TrainState:
    """Return the state before the first step.

    >>> int(start(jnp.zeros(3), optax.sgd(0.1)).n_steps)
    0
    """
    return TrainState(
        params=params, optimiser_state=optimiser.init(params), n_steps=jnp.asarray(0, jnp.int32)
    )


def make_step(loss: Loss, optimiser: optax.GradientTransformation) -> Step:
    """Return `step(state, key) -> (state, info)`: one batch, one gradient, one update.

    The key is used as it is; `train` makes a fresh one for every step.

    >>> step = make_step(lambda params, key: jnp.sum(params**2), optax.sgd(0.25))
    >>> state, info = step(start(jnp.ones(1), optax.sgd(0.25)), jax.random.key(0))
    >>> float(info.loss), state.params.tolist()
    (1.0, [0.5])
    """

    def step(state: TrainState, key: Key[Array, ""]) -> tuple[TrainState, StepInfo]:
        value, gradient = jax.value_and_grad(loss)(state.params, key)
        updates, optimiser_state = optimiser.update(gradient, state.optimiser_state, state.params)
        after = TrainState(
            params=optax.apply_updates(state.params, updates),
            optimiser_state=optimiser_state,
            n_steps=state.n_steps + 1,
        )
        return after, StepInfo(loss=value, gradient_norm=optax.tree.norm(gradient))

    return step


def train(
    key: Key[Array, ""],
    state: TrainState,
    *,
    step: Step,
    n_steps: int,
    n_per_chunk: int = 250,
    after_chunk: Callable[[TrainState, StepInfo], bool | None] = lambda state, info: None,
) -> tuple[TrainState, StepInfo]:
    """Take steps until the state has `n_steps` of them behind it.

    Steps run in chunks, each one `jax.lax.scan` in one compiled program. Between chunks Python has
    its turn: a progress bar, a measurement, a checkpoint, or the end.

    Arguments:

    - `key`: the run's key. Step number n uses `jax.random.fold_in(key, n)`.
    - `state`: where to begin: from `start`, or from a checkpoint of this run.
    - `step`: what one step does; see `make_step`.
    - `n_steps`: the number of steps of the whole run, those of `state` included.
    - `n_per_chunk`: the steps of a chunk, at least 1; the last chunk may be shorter.
    - `after_chunk`: called after each chunk with the state and that chunk's infos. Returning True
      ends the training.

    Returns the last state, and the infos of the steps taken here. Raises `ValueError` where
    `n_per_chunk` is less than 1.

    >>> step = make_step(lambda params, key: jnp.sum(params**2), optax.sgd(0.25))
    >>> state = start(jnp.ones(1), optax.sgd(0.25))
    >>> state, info = train(jax.random.key(0), state, step=step, n_steps=3, n_per_chunk=2)
    >>> info.loss.tolist(), state.params.tolist()
    ([1.0, 0.25, 0.0625], [0.125])
    """
    if n_per_chunk < 1:
        raise ValueError(f"n_per_chunk = {n_per_chunk}, but a chunk has at least 1 step.")

    def one(now: TrainState, _: None) -> tuple[TrainState, StepInfo]:
        return step(now, jax.random.fold_in(key, now.n_steps))

    def chunk(now: TrainState, length: int) -> tuple[TrainState, StepInfo]:
        return jax.lax.scan(one, now, length=length)

    run = jax.jit(chunk, static_argnums=1)
    begun, infos = int(state.n_steps), []
    for done in range(begun, n_steps, n_per_chunk):
        state, info = run(state, min(n_per_chunk, n_steps - done))
        infos.append(info)
        if after_chunk(state, info):
            break
    if not infos:
        none = jnp.zeros(0)
        return state, StepInfo(loss=none, gradient_norm=none)
    return state, jax.tree.map(lambda *parts: jnp.concatenate(parts), *infos)


def converged_at(
    losses: Float[Array, " n_steps"], *, n_window: int = 500, tolerance: float = 0.01
) -> int | None:
    """Return the first step whose loss is within a share of its mean over the next steps.

    Step t has converged if |loss_t - m| <= tolerance * m, with m the mean of the `n_window` losses
    after t. None where no step has, or none has so many after it.

    Arguments:

    - `losses`: the loss at each step. Smooth it first where batches are small.
    - `n_window`: how many steps make the mean, at least 1.
    - `tolerance`: the share, .01 for 1 %.

    >>> converged_at(np.array([4.0, 2.0, 1.0, 1.0, 1.0]), n_window=2)
    2
    """
    losses = np.asarray(losses, float)
    if len(losses) <= n_window:
        return None
    sums = np.cumsum(np.concatenate([[0.0], losses]))
    means = (sums[n_window + 1 :] - sums[1:-n_window]) / n_window
    near = np.abs(losses[:-n_window] - means) <= tolerance * means
    return int(near.argmax()) if near.any() else None
