"""Against: Monte Carlo over tasks, within 5 standard errors, for four laws and several sizes.

The simulation takes the step by `descent` and draws inputs by `tasks`; it shares no moment with the
closed forms. Moments are held against numerical integrals of the densities.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from icl_course import descent, theory
from icl_course.tasks import (
    exponential_inputs,
    laplace_inputs,
    normal_inputs,
    sample_linear,
    uniform_inputs,
)

LAWS = {
    "uniform": (partial(uniform_inputs, input_range=0.7), theory.uniform_moments(input_range=0.7)),
    "normal": (partial(normal_inputs, scale=0.6), theory.normal_moments(scale=0.6)),
    "laplace": (partial(laplace_inputs, scale=0.5), theory.laplace_moments(scale=0.5)),
    "exponential": (
        partial(exponential_inputs, scale=0.4),
        theory.exponential_moments(scale=0.4),
    ),
}
SIZES = [(7, 3), (3, 5), (1, 1)]
N_TASKS = 40_000
EVERY_LAW = pytest.mark.parametrize("law", LAWS)
EVERY_SIZE = pytest.mark.parametrize(("n_context", "d_x"), SIZES)


def assert_mean(samples: np.ndarray, expected: float) -> None:
    """Fail unless the mean of `samples` is within 5 standard errors of `expected`."""
    samples = np.asarray(samples, np.float64).ravel()
    assert abs(samples.mean() - expected) < 5 * samples.std() / np.sqrt(samples.size)


def losses(draw, n_context: int, d_x: int, rate: float, noise: float, scale: float) -> np.ndarray:
    """Return the loss at the query after one step of descent, for many tasks."""

    def one(key):
        task = sample_linear(
            key,
            n_context=n_context,
            d_x=d_x,
            sample_inputs=draw,
            label_noise=noise,
            teacher_scale=scale,
        )
        w = descent.step(jnp.zeros((1, d_x)), task.xs, task.ys, learning_rate=rate)
        return jnp.sum((descent.predict(w, task.x_query) - task.y_query) ** 2) / 2

    return np.asarray(jax.jit(jax.vmap(one))(jax.random.split(jax.random.key(3), N_TASKS)))


@EVERY_LAW
@EVERY_SIZE
def test_the_loss_of_the_best_step_is_that_of_a_simulation(law, n_context, d_x):
    draw, moments = LAWS[law]
    sizes = {"n_context": n_context, "d_x": d_x, "label_noise": 0.3, "teacher_scale": 1.4}
    rate = theory.best_step_size(moments, **sizes)
    simulated = losses(draw, n_context, d_x, rate, noise=0.3, scale=1.4)
    assert_mean(simulated, theory.best_one_step_loss(moments, **sizes))
    assert_mean(simulated, theory.one_step_loss(moments, learning_rate=rate, **sizes))


@EVERY_LAW
def test_the_loss_at_other_step_sizes_is_that_of_a_simulation(law):
    draw, moments = LAWS[law]
    for rate in (0.4, 2.5):
        simulated = losses(draw, 7, 3, rate, noise=0.0, scale=1.0)
        expected = theory.one_step_loss(moments, learning_rate=rate, n_context=7, d_x=3)
        assert_mean(simulated, expected)


@EVERY_LAW
@EVERY_SIZE
def test_the_squared_second_moment_is_that_of_a_simulation(law, n_context, d_x):
    draw, moments = LAWS[law]
    xs = np.asarray(draw(jax.random.key(4), (N_TASKS, n_context, d_x)))
    second = np.einsum("tia,tib->tab", xs, xs) / n_context
    expected = theory.squared_second_moment(moments, n_context=n_context, d_x=d_x)
    assert_mean((second**2).sum(axis=(1, 2)), expected)


@EVERY_LAW
def test_the_loss_of_zero_is_that_of_a_simulation(law):
    draw, moments = LAWS[law]
    simulated = losses(draw, 1, 3, rate=0.0, noise=0.0, scale=1.4)
    assert_mean(simulated, theory.zero_loss(moments, d_x=3, teacher_scale=1.4))


def test_moments_are_integrals_of_the_densities():
    points, weights = np.polynomial.legendre.leggauss(20)
    for power, moment in ((2, "variance"), (4, "fourth")):
        uniform = np.sum(weights / 2 * (0.7 * points) ** power)
        np.testing.assert_allclose(getattr(LAWS["uniform"][1], moment), uniform)
        points_h, weights_h = np.polynomial.hermite_e.hermegauss(20)
        normal = np.sum(weights_h / np.sqrt(2 * np.pi) * (0.6 * points_h) ** power)
        np.testing.assert_allclose(getattr(LAWS["normal"][1], moment), normal)
        points_l, weights_l = np.polynomial.laguerre.laggauss(20)
        laplace = np.sum(weights_l * (0.5 / np.sqrt(2) * points_l) ** power)
        np.testing.assert_allclose(getattr(LAWS["laplace"][1], moment), laplace)
        exponential = np.sum(weights_l * (0.4 * (points_l - 1)) ** power)
        np.testing.assert_allclose(getattr(LAWS["exponential"][1], moment), exponential)


@EVERY_LAW
@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_the_best_step_size_is_the_lowest_point_of_the_loss(law, noise):
    loss = partial(
        theory.one_step_loss,
        LAWS[law][1],
        n_context=7,
        d_x=3,
        label_noise=noise,
        teacher_scale=1.4,
    )
    best = theory.best_step_size(
        LAWS[law][1], n_context=7, d_x=3, label_noise=noise, teacher_scale=1.4
    )
    slope = jax.grad(lambda rate: loss(learning_rate=rate))(best)
    np.testing.assert_allclose(slope, 0.0, atol=1e-12)
    assert np.argmin(loss(learning_rate=best * np.array([0.99, 1.0, 1.01]))) == 1


def test_the_published_conventions_have_their_published_numbers():
    for half_width, step_size, loss in ((0.5, 6.0606, 0.20623), (1.0, 1.5152, 0.8249)):
        moments = theory.uniform_moments(input_range=half_width)
        got = theory.best_step_size(moments, n_context=10, d_x=10)
        np.testing.assert_allclose(got, step_size, rtol=1e-4)
        got = theory.best_one_step_loss(moments, n_context=10, d_x=10)
        np.testing.assert_allclose(got, loss, rtol=1e-4)


def test_with_many_examples_one_step_is_enough():
    moments = theory.uniform_moments()
    step_size = theory.best_step_size(moments, n_context=10**8, d_x=10)
    np.testing.assert_allclose(step_size, 1 / moments.variance, rtol=1e-6)
    assert theory.best_one_step_loss(moments, n_context=10**8, d_x=10) < 1e-6


@pytest.mark.parametrize(("name", "size"), [("n_context", 0), ("d_x", -1)])
def test_a_size_below_one_is_refused(name, size):
    sizes = {"n_context": 5, "d_x": 3} | {name: size}
    with pytest.raises(ValueError, match=f"{name} = {size}, but a context needs {name} >= 1"):
        theory.best_step_size(theory.uniform_moments(), **sizes)
