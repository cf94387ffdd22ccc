"""Against: plain descent on each task, averaged over teachers by hand, and SciPy-free searches."""

import jax.numpy as jnp
import numpy as np
import pytest

from icl_course import descent, spectra, theory


@pytest.fixture
def inputs(rng) -> np.ndarray:
    """The inputs of 13 contexts of 7 examples with 5 coordinates."""
    return rng.uniform(-0.5, 0.5, size=(13, 7, 5))


@pytest.fixture
def eigenvalues(inputs) -> np.ndarray:
    return np.stack([spectra.context_spectrum(xs) for xs in inputs])


def test_a_spectrum_is_that_of_the_mean_outer_product(inputs, eigenvalues):
    for xs, values in zip(inputs, eigenvalues, strict=True):
        second = sum(np.outer(x, x) for x in xs) / 7
        np.testing.assert_allclose(values, np.sort(np.linalg.eigvals(second).real), atol=1e-12)


def test_losses_are_those_of_descent_for_every_teacher(inputs, eigenvalues):
    """The teachers' mean is a sum over unit teachers; the query's is a trace."""
    rates = np.array([3.0, 0.5, 7.0])
    got = spectra.many_steps_losses(
        eigenvalues, learning_rates=rates, variance=0.3, teacher_scale=1.4
    )
    for xs, loss in zip(inputs, got, strict=True):
        teachers = jnp.eye(5)  # five outputs, one for each unit teacher
        w = jnp.zeros((5, 5))
        for rate in rates:
            w = descent.step(w, xs, xs @ teachers.T, learning_rate=rate)
        np.testing.assert_allclose(loss, 1.4**2 * 0.3 / 2 * np.sum((w - teachers) ** 2))


def test_for_one_step_the_mean_is_the_closed_form(rng):
    inputs = rng.uniform(-0.5, 0.5, size=(20_000, 7, 3))
    values = np.linalg.eigvalsh(np.einsum("tia,tib->tab", inputs, inputs) / 7)
    losses = spectra.many_steps_losses(values, learning_rates=np.array([5.0]), variance=1 / 12)
    expected = theory.one_step_loss(theory.uniform_moments(), learning_rate=5.0, n_context=7, d_x=3)
    assert abs(losses.mean() - expected) < 5 * losses.std() / np.sqrt(20_000)


def mean_loss(eigenvalues: np.ndarray, rates) -> float:
    return float(
        spectra.many_steps_losses(
            eigenvalues, learning_rates=np.asarray(rates, float), variance=1.0
        ).mean()
    )


@pytest.mark.parametrize("n_steps", [1, 2, 5, 10])
def test_the_best_shared_step_size_beats_every_one_of_a_grid(eigenvalues, n_steps):
    best = spectra.best_shared_step_size(eigenvalues, n_steps=n_steps)
    at_best = mean_loss(eigenvalues, [best] * n_steps)
    for rate in np.linspace(0.1, 30, 300):
        assert at_best <= mean_loss(eigenvalues, [rate] * n_steps)
    assert at_best < mean_loss(eigenvalues, [0.999 * best] * n_steps)
    assert at_best < mean_loss(eigenvalues, [1.001 * best] * n_steps)


@pytest.mark.parametrize("n_steps", [1, 2, 3, 5])
def test_the_best_step_sizes_beat_all_their_neighbours(eigenvalues, n_steps, rng):
    best = spectra.best_step_sizes(eigenvalues, n_steps=n_steps)
    at_best = mean_loss(eigenvalues, best)
    for _ in range(50):
        assert at_best < mean_loss(eigenvalues, best * np.exp(0.01 * rng.normal(size=n_steps)))
    shared = spectra.best_shared_step_size(eigenvalues, n_steps=n_steps)
    assert at_best <= mean_loss(eigenvalues, [shared] * n_steps) * (1 + 1e-12)
    assert np.all(np.diff(best) < 0)


def test_the_best_step_sizes_are_the_least_squares_polynomial(eigenvalues):
    """The same problem in the coefficients of p: linear least squares with p(0) = 1."""
    flat = eigenvalues.ravel()
    columns = np.stack([flat, flat**2, flat**3], axis=1)
    coefficients = np.linalg.lstsq(columns, -np.ones_like(flat))[0]
    roots = np.roots([*coefficients[::-1], 1.0])
    got = spectra.best_step_sizes(eigenvalues, n_steps=3)
    np.testing.assert_allclose(np.sort(got), np.sort(1 / roots.real), rtol=1e-8)


def test_as_many_steps_as_eigenvalues_leave_nothing():
    values = np.array([[0.5, 1.0, 2.0]])
    best = spectra.best_step_sizes(values, n_steps=2)
    exact = np.array([2.0, 1.0, 0.5])
    assert mean_loss(values, exact) < 1e-30
    assert 0 < mean_loss(values, best) < 0.2


def test_zero_eigenvalues_of_short_contexts_do_not_count():
    for values in ([[0.0, 1.0, 3.0]], [[-1e-9, 1.0, 3.0]]):
        got = spectra.best_shared_step_size(np.array(values), n_steps=1)
        np.testing.assert_allclose(got, 0.4, rtol=1e-5)


@pytest.mark.parametrize("search", [spectra.best_shared_step_size, spectra.best_step_sizes])
def test_what_has_no_best_step_size_is_refused(search):
    with pytest.raises(ValueError, match="n_steps = 0, but a best step size needs at least 1"):
        search(np.ones((2, 3)), n_steps=0)
    with pytest.raises(ValueError, match="all eigenvalues are 0"):
        search(np.zeros((2, 3)), n_steps=1)
