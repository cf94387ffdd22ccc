"""Tokens: a task written as the rows that a layer reads, and the answer read back from them.

A token is (x, y): `d_x` input slots, then `d_y` target slots. The query is the last token, and its
y slot holds *minus* a prediction. That sign is written in this module and nowhere else.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Float

from icl_course.arrays import Array
from icl_course.tasks import Task


def make_tokens(
    task: Task, w_0: Float[Array, "d_y d_x"] | None = None
) -> Float[Array, "n_tokens d_token"]:
    """Write a task as tokens, with the query last.

    A context pair becomes e_i = (x_i, y_i). The query becomes (x_q, -W_0 x_q): its y slot starts
    at minus the prediction of the initial weights, so that one and the same update moves every
    token: y_i to y_i - ΔW x_i, and -W_0 x_q to -(W_0 + ΔW) x_q.

    Source: 2212.07677, Prop. 1 (same letters; their N + 1 is `n_tokens`).

    Arguments:

    - `task`: one task; `jax.vmap(make_tokens)` serves a batch.
    - `w_0`: the initial weights W_0. None stands for W_0 = 0.

    Returns the tokens: N + 1 rows of d_x + d_y numbers. Raises `ValueError` where `task` is a
    batch, or where `w_0` does not map this task's inputs to its targets.

    >>> from icl_course.tasks import Task
    >>> task = Task(xs=jnp.array([[1.0, 2.0], [3.0, 4.0]]), ys=jnp.array([[5.0], [6.0]]),
    ...             x_query=jnp.array([7.0, 8.0]), y_query=jnp.array([9.0]))
    >>> make_tokens(task, w_0=jnp.array([[1.0, -2.0]])).tolist()
    [[1.0, 2.0, 5.0], [3.0, 4.0, 6.0], [7.0, 8.0, 9.0]]
    """
    if task.xs.ndim != 2:
        raise ValueError(
            f"task.xs has shape {task.xs.shape}, but make_tokens takes one task with xs of shape "
            "[n_context d_x]: for a batch call jax.vmap(make_tokens)(tasks)."
        )
    d_x, d_y = task.xs.shape[1], task.ys.shape[1]
    if w_0 is None:
        w_0 = jnp.zeros((d_y, d_x), task.xs.dtype)
    if w_0.shape != (d_y, d_x):
        raise ValueError(
            f"w_0 has shape {w_0.shape}, but this task has d_y = {d_y} and d_x = {d_x}: "
            f"pass w_0 of shape ({d_y}, {d_x}), one row per output."
        )
    context = jnp.concatenate([task.xs, task.ys], axis=1)
    query = jnp.concatenate([task.x_query, -jnp.matmul(w_0, task.x_query)])
    return jnp.concatenate([context, query[None, :]])


def make_residual_tokens(
    task: Task, w_0: Float[Array, "d_y d_x"] | None = None
) -> Float[Array, "n_tokens d_token"]:
    """Write a task as tokens whose y slots hold what W_0 leaves over, with the query last.

    A context pair becomes (x_i, y_i - W_0 x_i), the query (x_q, -W_0 x_q). For a layer built from
    W = 0 these targets are the whole task, and the query's slot stays minus the prediction of W_0
    plus all steps. Layers that move x need it so: W_0 x'_i minus the slot is no residual there.

    Source: 2212.07677, section 4, where W_0 = 0; the general case is ours.

    Arguments and errors are those of `make_tokens`. Returns the tokens; with `w_0=None` they are
    those of `make_tokens`.

    >>> from icl_course.tasks import Task
    >>> task = Task(xs=jnp.array([[1.0, 2.0], [3.0, 4.0]]), ys=jnp.array([[5.0], [6.0]]),
    ...             x_query=jnp.array([7.0, 8.0]), y_query=jnp.array([9.0]))
    >>> make_residual_tokens(task, w_0=jnp.array([[1.0, -2.0]])).tolist()
    [[1.0, 2.0, 8.0], [3.0, 4.0, 11.0], [7.0, 8.0, 9.0]]
    """
    tokens = make_tokens(task, w_0)  # refuses what does not fit
    if w_0 is None:
        return tokens
    return jnp.asarray(tokens).at[:-1, task.xs.shape[1] :].add(-jnp.matmul(task.xs, w_0.T))


def read_prediction(tokens: Float[Array, "n_tokens d_token"], *, d_y: int) -> Float[Array, " d_y"]:
    """Read the prediction for the query: minus the y slot of the last token.

    Source: 2212.07677, section 3: the query's y slot holds -W x_q, so the sign is turned here.

    Arguments:

    - `tokens`: the tokens of one task, the query last.
    - `d_y`: the number of target slots, which end each token.

    Returns the prediction W x_q. Raises `ValueError` where `tokens` is a batch, or where `d_y`
    target slots leave no input slot.

    >>> read_prediction(jnp.array([[1.0, 2.0, 5.0], [7.0, 8.0, 9.0]]), d_y=1).tolist()
    [-9.0]
    """
    if tokens.ndim != 2:
        raise ValueError(
            f"tokens has shape {tokens.shape}, but read_prediction takes the tokens of one task, "
            "[n_tokens d_token]: for a batch wrap the call in jax.vmap."
        )
    d_token = tokens.shape[1]
    if not 1 <= d_y < d_token:
        raise ValueError(
            f"d_y = {d_y}, but a token here has d_token = {d_token} slots, of which 1 to "
            f"{d_token - 1} are targets: pass the task's ys.shape[1]."
        )
    return -jnp.asarray(tokens)[-1, -d_y:]


def read_predictions(
    deep: Float[Array, "n_depths n_tokens d_token"], *, d_y: int
) -> Float[Array, "n_depths d_y"]:
    """Read the prediction at every depth of a stack, before its first layer and after each one.

    Arguments:

    - `deep`: the tokens of one task at every depth, as `transformer.looped` returns them.
    - `d_y`: as for `read_prediction`.

    Returns the predictions, one row per depth. Raises `ValueError` as `read_prediction` does.

    >>> read_predictions(jnp.array([[[1.0, 5.0], [7.0, 0.0]], [[1.0, 4.0], [7.0, -2.0]]]), d_y=1)
    Array([[-0.],
           [ 2.]], dtype=float32)
    """
    return jax.vmap(lambda tokens: read_prediction(tokens, d_y=d_y))(deep)
