"""Against: the formula of the wave, and the law of its two numbers over many draws.

Bounds are 6 standard errors, so a right sampler fails less than once in a million.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from icl_course.sines import Sine, draw_sine, evaluate_sine, sample_on_sine, sample_sine

N_DRAWS = 20_000


@pytest.fixture(scope="module")
def sines():
    return jax.jit(jax.vmap(draw_sine))(jax.random.split(jax.random.key(3), N_DRAWS))


def assert_uniform(draws, low, high):
    """Two moments of a uniform law, and its support."""
    unit = (np.asarray(draws) - low) / (high - low)
    assert unit.min() >= 0
    assert unit.max() <= 1
    n = unit.size
    assert abs(unit.mean() - 1 / 2) < 6 * np.sqrt(1 / 12 / n)
    assert abs((unit**2).mean() - 1 / 3) < 6 * np.sqrt(4 / 45 / n)


def test_amplitude_and_phase_are_uniform(sines):
    assert_uniform(sines.amplitude, 0.1, 0.5)
    assert_uniform(sines.phase, 0.0, np.pi)


def test_amplitude_and_phase_are_independent(sines):
    correlation = np.corrcoef(sines.amplitude, sines.phase)[0, 1]
    assert abs(correlation) < 6 / np.sqrt(N_DRAWS)


def test_the_amplitude_range_is_an_argument():
    keys = jax.random.split(jax.random.key(4), N_DRAWS)
    drawn = jax.jit(jax.vmap(lambda key: draw_sine(key, amplitude_range=(2.0, 7.0))))(keys)
    assert_uniform(drawn.amplitude, 2.0, 7.0)


def test_context_and_query_lie_on_one_wave():
    sine = Sine(amplitude=jnp.array(0.3), phase=jnp.array(1.1))
    task = sample_on_sine(jax.random.key(0), sine, n_context=7)
    np.testing.assert_allclose(task.ys, 0.3 * np.sin(np.asarray(task.xs) + 1.1), rtol=1e-12)
    np.testing.assert_allclose(task.y_query, 0.3 * np.sin(np.asarray(task.x_query) + 1.1))
    assert task.xs.shape == task.ys.shape == (7, 1)


def test_three_points_of_a_sampled_task_fix_the_wave_of_all():
    """A sin(x + φ) = a sin x + b cos x, so least squares on (sin x, cos x) leaves nothing."""
    task = sample_sine(jax.random.key(5), n_context=7)
    features = np.hstack([np.sin(task.xs), np.cos(task.xs)])
    solution, *_ = np.linalg.lstsq(features, np.asarray(task.ys), rcond=None)
    np.testing.assert_allclose(features @ solution, task.ys, atol=1e-12)
    query = np.hstack([np.sin(task.x_query), np.cos(task.x_query)])
    np.testing.assert_allclose(query @ solution, task.y_query, atol=1e-12)


def test_inputs_are_uniform_and_independent_of_the_query():
    keys = jax.random.split(jax.random.key(6), N_DRAWS)
    tasks = jax.jit(jax.vmap(lambda key: sample_sine(key, n_context=2)))(keys)
    assert_uniform(tasks.xs, -5.0, 5.0)
    assert_uniform(tasks.x_query, -5.0, 5.0)
    assert abs(np.corrcoef(tasks.xs[:, 0, 0], tasks.x_query[:, 0])[0, 1]) < 6 / np.sqrt(N_DRAWS)
    assert abs(np.corrcoef(tasks.xs[:, 0, 0], tasks.xs[:, 1, 0])[0, 1]) < 6 / np.sqrt(N_DRAWS)


def test_the_input_range_is_an_argument():
    keys = jax.random.split(jax.random.key(7), N_DRAWS)
    tasks = jax.jit(jax.vmap(lambda key: sample_sine(key, n_context=1, input_range=2.0)))(keys)
    assert_uniform(tasks.xs, -2.0, 2.0)


def test_the_inputs_know_nothing_of_the_wave():
    keys = jax.random.split(jax.random.key(8), N_DRAWS)
    tasks = jax.jit(jax.vmap(lambda key: sample_sine(key, n_context=1)))(keys)
    # y/sin(x + φ) would need φ; the size of y at fixed sin is free of x's sign.
    assert abs(np.corrcoef(tasks.xs[:, 0, 0], tasks.ys[:, 0, 0] ** 2)[0, 1]) < 0.1
    same = evaluate_sine(Sine(amplitude=jnp.array(1.0), phase=jnp.array(0.0)), jnp.zeros(3))
    np.testing.assert_array_equal(same, 0.0)


def test_a_task_without_context_is_refused():
    with pytest.raises(ValueError, match="n_context = 0, but a task has at least one"):
        sample_sine(jax.random.key(0), n_context=0)
