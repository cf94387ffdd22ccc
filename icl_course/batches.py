"""Batches: many linear tasks from one draw, for training, where drawing is most of the work.

`tasks.sample_linear` draws one task from one key, and a batch is `jax.vmap` over keys. That costs
more than the training step itself. Here a whole batch is drawn at once, and has the same law.
"""

import jax
import jax.numpy as jnp
from jax.extend.random import threefry_2x32
from jaxtyping import Float, Key

from icl_course.arrays import Array, Scalar
from icl_course.tasks import Task

N_BITS = 24
"""The random bits of one number, as many as a float32 holds; JAX's own uniforms have 23."""


def sample_linear_batch(
    key: Key[Array, ""],
    *,
    n_tasks: int,
    n_context: int,
    d_x: int,
    d_y: int = 1,
    input_range: Scalar = 0.5,
    teacher_scale: Scalar = 1.0,
) -> Task:
    """Sample independent tasks in one draw, with the law of `tasks.sample_linear`.

        W_ab ~ N(0, teacher_scale²),   x ~ U(-input_range, input_range)^{d_x},   y = W x

    The law is the same, the numbers are not: task b of a batch is not the task of any key. What is
    saved: one run of the generator for the batch, both words of each of its blocks where
    `jax.random` folds the two into one, and a flat draw, which vectorises.

    Source: 2212.07677, section 3. The generator is Threefry (Salmon et al. 2011), as everywhere.

    Arguments:

    - `key`: a typed key; the same key gives the same batch.
    - `n_tasks`: the number of tasks, at least 1.
    - `n_context`, `d_x`, `d_y`, `input_range`, `teacher_scale`: as for `tasks.sample_linear`.

    Returns a `Task` whose fields have a leading axis of `n_tasks`. Raises `ValueError` where a size
    is less than 1.

    >>> batch = sample_linear_batch(jax.random.key(0), n_tasks=7, n_context=5, d_x=3)
    >>> batch.xs.shape, batch.ys.shape, batch.x_query.shape, batch.y_query.shape
    ((7, 5, 3), (7, 5, 1), (7, 3), (7, 1))
    """
    sizes = {"n_tasks": n_tasks, "n_context": n_context, "d_x": d_x, "d_y": d_y}
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} = {size}, but every size of a batch of tasks is at least 1.")
    n_rows = n_context + 1 + d_y
    words = _whole_numbers(key, n_tasks * n_rows * d_x).reshape(n_tasks, n_rows, d_x)
    inputs = 2 * input_range * (words[:, : n_context + 1] * 0.5**N_BITS - 0.5)
    xs, x_query = inputs[:, :-1], inputs[:, -1]
    teacher = teacher_scale * _normal(words[:, n_context + 1 :])
    ys = jnp.einsum("bid,byd->biy", xs, teacher)
    y_query = jnp.einsum("bd,byd->by", x_query, teacher)
    return jax.vmap(Task)(xs, ys, x_query, y_query)


def _whole_numbers(key: Array, count: int) -> Float[Array, " count"]:
    """Draw whole numbers, uniform from 0 up to 2**24, as floats."""
    # Two words of the key's own bits are the key of the counter-based generator below.
    words = threefry_2x32(
        jax.random.bits(key, (2,), jnp.uint32), jnp.arange(count, dtype=jnp.uint32)
    )
    return (words >> (32 - N_BITS)).astype(jnp.result_type(float))


def _normal(numbers: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Turn whole numbers into N(0, 1) by the inverse of its distribution function.

    The numbers become the 2**24 midpoints of a grid on (-1, 1), which leaves out both ends.
    """
    centred = numbers * 0.5 ** (N_BITS - 1) + (0.5**N_BITS - 1)
    return jnp.sqrt(2.0) * jax.lax.erf_inv(centred)
