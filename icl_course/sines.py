"""Sine tasks: the simplest regression that no linear map of the input can answer.

A task is one sine wave, drawn once and shared by its context and its query. One task at a time; a
batch of tasks is `jax.vmap` over keys.
"""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Float, Key

from icl_course.arrays import Array, Scalar
from icl_course.tasks import Task


class Sine(eqx.Module):
    """Hold one wave x -> A sin(x + φ)."""

    amplitude: Float[Array, ""]
    phase: Float[Array, ""]


def draw_sine(key: Key[Array, ""], *, amplitude_range: tuple[Scalar, Scalar] = (0.1, 0.5)) -> Sine:
    """Draw one wave, with amplitude and phase independent.

        A ~ U(0.1, 0.5),   φ ~ U(0, π)

    Source: 2212.07677, section 5. Its text says A ~ U(0.1, 5); its released code, which we follow,
    has U(0.1, 0.5). That code draws A and φ from one key, so there either tells the other.

    Arguments:

    - `key`: a typed key.
    - `amplitude_range`: the smallest and the largest amplitude.

    Returns the wave.

    >>> sine = draw_sine(jax.random.key(0), amplitude_range=(2.0, 3.0))
    >>> bool(2.0 <= sine.amplitude < 3.0), bool(0.0 <= sine.phase < jnp.pi)
    (True, True)
    """
    key_amplitude, key_phase = jax.random.split(key)
    smallest, largest = amplitude_range
    return Sine(
        amplitude=jax.random.uniform(key_amplitude, minval=smallest, maxval=largest),
        phase=jax.random.uniform(key_phase, maxval=jnp.pi),
    )


def evaluate_sine(sine: Sine, x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Return A sin(x + φ), entry by entry.

    >>> evaluate_sine(Sine(amplitude=jnp.array(2.0), phase=jnp.array(0.0)), jnp.zeros(1)).tolist()
    [0.0]
    """
    return sine.amplitude * jnp.sin(x + sine.phase)


def sample_on_sine(
    key: Key[Array, ""], sine: Sine, *, n_context: int, input_range: Scalar = 5.0
) -> Task:
    """Sample inputs for a given wave: x ~ U(-input_range, input_range), y = A sin(x + φ).

    Source: 2212.07677, section 5.

    Arguments:

    - `key`: a typed key.
    - `sine`: the wave that context and query share.
    - `n_context`: the number N of context pairs, at least 1.
    - `input_range`: the half width of the inputs.

    Returns a `Task` with d_x = d_y = 1. Raises `ValueError` where `n_context` is less than 1.

    >>> sine = Sine(amplitude=jnp.array(0.5), phase=jnp.array(0.0))
    >>> task = sample_on_sine(jax.random.key(0), sine, n_context=7)
    >>> bool(jnp.all(task.ys == 0.5 * jnp.sin(task.xs)))
    True
    """
    if n_context < 1:
        raise ValueError(f"n_context = {n_context}, but a task has at least one context pair.")
    key_xs, key_query = jax.random.split(key)
    xs = jax.random.uniform(key_xs, (n_context, 1), minval=-input_range, maxval=input_range)
    x_query = jax.random.uniform(key_query, (1,), minval=-input_range, maxval=input_range)
    return Task(
        xs=xs, ys=evaluate_sine(sine, xs), x_query=x_query, y_query=evaluate_sine(sine, x_query)
    )


def sample_sine(
    key: Key[Array, ""],
    *,
    n_context: int,
    amplitude_range: tuple[Scalar, Scalar] = (0.1, 0.5),
    input_range: Scalar = 5.0,
) -> Task:
    """Sample one sine task: a wave from `draw_sine`, inputs from `sample_on_sine`.

        y = A sin(x + φ),   A ~ U(0.1, 0.5),   φ ~ U(0, π),   x ~ U(-5, 5)

    Source: 2212.07677, section 5.

    Arguments are those of the two. Returns a `Task` with d_x = d_y = 1.

    >>> task = sample_sine(jax.random.key(0), n_context=7)
    >>> task.xs.shape, task.ys.shape, task.x_query.shape, task.y_query.shape
    ((7, 1), (7, 1), (1,), (1,))
    """
    key_sine, key_inputs = jax.random.split(key)
    sine = draw_sine(key_sine, amplitude_range=amplitude_range)
    return sample_on_sine(key_inputs, sine, n_context=n_context, input_range=input_range)
