"""Regression tasks: a few examples of an unknown linear map, and one input to answer for.

This module knows nothing of tokens or attention. It deals in one task at a time; a batch of tasks
is `jax.vmap` over keys.
"""

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Float, Key

from icl_course.arrays import Array, Scalar

Draw = Callable[[Key[Array, ""], tuple[int, ...]], Array]
"""A law of arrays: `(key, shape) -> array`, as `jax.random.normal` is one."""


class Task(eqx.Module):
    """Hold one in-context regression task: its examples, and a query with its answer.

    Fields:

    - `xs`, `ys`: the context pairs (x_i, y_i), one per row.
    - `x_query`: the input x_q to answer for.
    - `y_query`: the right answer to it, which no learner gets to see.

    For a batch of tasks every field has a leading axis.
    """

    xs: Float[Array, "n_context d_x"]
    ys: Float[Array, "n_context d_y"]
    x_query: Float[Array, " d_x"]
    y_query: Float[Array, " d_y"]


def uniform_inputs(
    key: Key[Array, ""], shape: tuple[int, ...], *, input_range: Scalar = 0.5
) -> Float[Array, "*shape"]:
    """Draw inputs whose coordinates are independent and uniform on [-a, a).

    The half width a is `input_range`. A coordinate has mean 0 and variance a²/3.

    Source: 2212.07677, section 3. The paper's text says U(-1, 1); its released code, and every
    published loss, has a = 1/2, which is the default here.

    Arguments:

    - `key`: a typed key.
    - `shape`: the shape of the result; the last axis is usually d_x.
    - `input_range`: the half width a > 0.

    Returns the inputs.

    >>> inputs = uniform_inputs(jax.random.key(0), (5, 3), input_range=2.0)
    >>> inputs.shape, bool(abs(inputs).max() < 2.0)
    ((5, 3), True)
    """
    return jax.random.uniform(key, shape, minval=-input_range, maxval=input_range)


def normal_inputs(
    key: Key[Array, ""], shape: tuple[int, ...], *, scale: Scalar = 1.0
) -> Float[Array, "*shape"]:
    """Draw inputs whose coordinates are independent N(0, scale²).

    Source: 2212.07677, appendix (other input distributions at test time).

    Arguments are those of `uniform_inputs`, with `scale` > 0 for the standard deviation. Returns
    the inputs.

    >>> normal_inputs(jax.random.key(0), (5, 3), scale=2.0).shape
    (5, 3)
    """
    return scale * jax.random.normal(key, shape)


def laplace_inputs(
    key: Key[Array, ""], shape: tuple[int, ...], *, scale: Scalar = 1.0
) -> Float[Array, "*shape"]:
    """Draw inputs whose coordinates are independent, of a Laplace law with mean 0.

    `scale` is the standard deviation. The density is exp(-|x| / b) / (2b) with b = scale / √2.

    Source and arguments are those of `normal_inputs`. Returns the inputs.

    >>> laplace_inputs(jax.random.key(0), (5, 3), scale=2.0).shape
    (5, 3)
    """
    return scale / jnp.sqrt(2.0) * jax.random.laplace(key, shape)


def exponential_inputs(
    key: Key[Array, ""], shape: tuple[int, ...], *, scale: Scalar = 1.0
) -> Float[Array, "*shape"]:
    """Draw inputs whose coordinates are independent, of an exponential law moved to mean 0.

    A coordinate is scale · (e - 1), where e has density exp(-e) for e > 0. So it is at least
    -scale, its mean is 0 and its standard deviation is `scale`. Closed forms for centred inputs
    hold; add `scale` for the law that starts at 0.

    Source and arguments are those of `normal_inputs`. Returns the inputs.

    >>> bool(exponential_inputs(jax.random.key(0), (5, 3), scale=2.0).min() >= -2.0)
    True
    """
    return scale * (jax.random.exponential(key, shape) - 1.0)


def sample_linear(
    key: Key[Array, ""],
    *,
    n_context: int,
    d_x: int,
    d_y: int = 1,
    input_range: Scalar | None = None,
    teacher_scale: Scalar = 1.0,
    sample_inputs: Draw | None = None,
    sample_teacher: Draw = jax.random.normal,
    label_noise: Scalar = 0.0,
) -> Task:
    """Sample one task whose targets are a random linear map of its inputs.

    A teacher W is drawn once for the task and shared by context and query:

        W_ab ~ N(0, teacher_scale²),   x ~ U(-input_range, input_range)^{d_x},   y = W x.

    Source: 2212.07677, section 3 (their teacher W is ours, their N is `n_context`).

    Arguments:

    - `key`: a typed key; the same key gives the same task.
    - `n_context`: the number N of context pairs, at least 1.
    - `d_x`, `d_y`: the sizes of an input and of a target, at least 1.
    - `input_range`: the half width of uniform inputs, see `uniform_inputs`; None stands for 1/2.
    - `teacher_scale`: what the teacher is multiplied by: the standard deviation of an entry of W.
    - `sample_inputs`: the law of the inputs, `(key, shape) -> inputs`, in place of the uniform one.
    - `sample_teacher`: the law of W before scaling, `(key, shape) -> W`, with shape (d_y, d_x).
    - `label_noise`: the standard deviation of normal noise on `ys`. `y_query` stays W x_q.

    Returns a `Task`. Raises `ValueError` where a size is less than 1, or where both `input_range`
    and `sample_inputs` are given.

    >>> task = sample_linear(jax.random.key(0), n_context=5, d_x=3, d_y=2)
    >>> task.xs.shape, task.ys.shape, task.x_query.shape, task.y_query.shape
    ((5, 3), (5, 2), (3,), (2,))
    """
    for name, size in {"n_context": n_context, "d_x": d_x, "d_y": d_y}.items():
        if size < 1:
            raise ValueError(
                f"{name} = {size}, but a task needs {name} >= 1: "
                "it has at least one context pair, one input and one output."
            )
    draw = _inputs(input_range, sample_inputs)
    key_teacher, key_xs, key_query, key_noise = jax.random.split(key, 4)
    teacher = teacher_scale * sample_teacher(key_teacher, (d_y, d_x))
    xs = draw(key_xs, (n_context, d_x))
    x_query = draw(key_query, (d_x,))
    ys = xs @ teacher.T
    if not (isinstance(label_noise, int | float) and label_noise == 0):  # a draw saved
        ys = ys + label_noise * jax.random.normal(key_noise, ys.shape)
    return Task(xs=xs, ys=ys, x_query=x_query, y_query=teacher @ x_query)


def replace_labels(
    key: Key[Array, ""], task: Task, *, n_replaced: int, label_scale: Scalar = 1.0
) -> Task:
    """Replace the targets of some context pairs by noise that knows nothing of the inputs.

    Which `n_replaced` of the N pairs is drawn, each choice being as likely. All their outputs
    become N(0, label_scale²). The query and its answer stay.

    Source: 2212.07677, appendix (context labels replaced by N(0, 1)).

    Arguments:

    - `key`: a typed key, not the one that the task was sampled with.
    - `task`: one task, of which `n_replaced` pairs change, from 0 to N.
    - `label_scale`: the standard deviation of the new targets.

    Returns the new task. Raises `ValueError` for a batch, or where there are not so many pairs.

    >>> task = sample_linear(jax.random.key(0), n_context=5, d_x=3, d_y=2)
    >>> spoilt = replace_labels(jax.random.key(1), task, n_replaced=2)
    >>> int((spoilt.ys != task.ys).all(axis=1).sum())
    2
    """
    if task.ys.ndim != 2:
        raise ValueError(
            f"task.ys has shape {task.ys.shape}, but replace_labels takes one task with ys of "
            "shape [n_context d_y]: for a batch wrap the call in jax.vmap, one key for each task."
        )
    n_context = len(task.ys)
    if not 0 <= n_replaced <= n_context:
        raise ValueError(
            f"n_replaced = {n_replaced}, but the task has n_context = {n_context} pairs: "
            f"pass 0 to {n_context}."
        )
    key_which, key_labels = jax.random.split(key)
    replaced = jax.random.permutation(key_which, n_context) < n_replaced
    labels = label_scale * jax.random.normal(key_labels, task.ys.shape)
    ys = jnp.where(replaced[:, None], labels, task.ys)
    return Task(xs=task.xs, ys=ys, x_query=task.x_query, y_query=task.y_query)


def fixed_tasks(
    key: Key[Array, ""], *, n_tasks: int, sample: Callable[[Key[Array, ""]], Task]
) -> Callable[[Key[Array, ""]], Task]:
    """Return a sampler that only ever returns one of `n_tasks` whole tasks.

    Task number i is `sample` of the i-th key made from `key`. It is made again each time, never
    stored, so a set may be large. Which i comes is uniform, drawn from the sampler's own key. All
    is fixed: teacher, context, query and noise. To fix the teachers alone, pass
    `sample_teacher=lambda key, shape: jax.random.choice(key, teachers)` to `sample_linear`.

    Arguments:

    - `key`: the typed key that fixes the set.
    - `n_tasks`: the number of tasks in it, at least 1.
    - `sample`: makes one task from one key.

    Returns a function of a key. Raises `ValueError` where the set would be empty.

    >>> any_task = lambda key: sample_linear(key, n_context=5, d_x=2)
    >>> sample = fixed_tasks(jax.random.key(0), n_tasks=3, sample=any_task)
    >>> tasks = jax.vmap(sample)(jax.random.split(jax.random.key(1), 50))
    >>> len(set(tasks.y_query[:, 0].tolist()))
    3
    """
    if n_tasks < 1:
        raise ValueError(f"n_tasks = {n_tasks}, but a set of tasks has at least 1.")

    def sample_fixed(key_choice: Key[Array, ""]) -> Task:
        return sample(jax.random.fold_in(key, jax.random.randint(key_choice, (), 0, n_tasks)))

    return sample_fixed


def _inputs(input_range: Scalar | None, sample_inputs: Draw | None) -> Draw:
    """Return the law of the inputs, or raise `ValueError` where two are named."""
    if sample_inputs is None:
        half_width = 0.5 if input_range is None else input_range
        return lambda key, shape: uniform_inputs(key, shape, input_range=half_width)
    if input_range is not None:
        raise ValueError(
            f"input_range = {input_range} is the half width of uniform inputs, but sample_inputs "
            "was given too: pass one of them. The other laws have a scale of their own."
        )
    return sample_inputs
