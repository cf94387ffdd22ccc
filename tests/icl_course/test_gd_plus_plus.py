"""Against: the layers themselves, asked for every unit teacher and query, and matrices.

A teacher e_a and a query e_b read off entry [a, b] of what K steps leave of the identity. So the
closed forms are compared with attention layers, which know nothing of eigenvalues.
"""

import jax
import numpy as np
import pytest

from icl_course import constructions, gd_plus_plus, spectra, tokens, transformer
from icl_course.tasks import Task

RATES, GAMMAS = [3.0, 0.5, 7.0], [0.4, -0.2, 0.9]


def error_matrix(xs, rates, gammas) -> np.ndarray:
    """Return what layers leave of the identity: entry [a, b] for teacher e_a and query e_b."""
    n_context, d_x = xs.shape
    layers = constructions.gd_plus_plus_steps(
        d_x=d_x, d_y=d_x, n_context=n_context, learning_rates=rates, gammas=gammas
    )

    def errors(x_query):
        task = Task(xs=xs, ys=xs, x_query=x_query, y_query=x_query)  # d_y unit teachers at once
        deep = transformer.stacked(layers, tokens.make_tokens(task))
        return x_query - tokens.read_prediction(deep[-1], d_y=d_x)

    return np.asarray(jax.vmap(errors)(np.eye(d_x))).T


@pytest.fixture
def inputs(rng) -> np.ndarray:
    """The inputs of 11 contexts of 7 examples with 5 coordinates."""
    return rng.uniform(-0.5, 0.5, size=(11, 7, 5))


@pytest.fixture
def eigenvalues(inputs) -> np.ndarray:
    return np.stack([gd_plus_plus.gram_spectrum(xs) for xs in inputs])


def test_a_spectrum_is_that_of_the_sum_of_outer_products(inputs, eigenvalues):
    for xs, values in zip(inputs, eigenvalues, strict=True):
        gram = sum(np.outer(x, x) for x in xs)
        np.testing.assert_allclose(values, np.sort(np.linalg.eigvals(gram).real), atol=1e-12)


def test_a_layer_moves_the_spectrum_as_the_map_says(inputs, eigenvalues):
    for xs, values in zip(inputs, eigenvalues, strict=True):
        layer = constructions.gd_plus_plus_step(
            np.zeros((1, 5)), n_context=7, learning_rate=1.0, gamma=0.4
        )
        task = Task(xs=xs, ys=xs[:, :1], x_query=xs[0], y_query=xs[0, :1])
        moved = transformer.looped(layer, tokens.make_tokens(task), n_layers=1)[1, :-1, :5]
        expected = np.sort(gd_plus_plus.move_spectrum(values, gamma=0.4))
        np.testing.assert_allclose(gd_plus_plus.gram_spectrum(moved), expected, atol=1e-12)


def test_the_map_is_the_paper_s_polynomial(eigenvalues):
    expected = eigenvalues - 2 * 0.3 * eigenvalues**2 + 0.3**2 * eigenvalues**3
    moved = gd_plus_plus.move_spectrum(eigenvalues, gamma=0.3)
    np.testing.assert_allclose(moved, expected, rtol=1e-12)


def test_the_factors_are_the_eigenvalues_of_what_the_layers_leave(inputs, eigenvalues):
    for xs, values in zip(inputs, eigenvalues, strict=True):
        factors = gd_plus_plus.error_factors(
            values, learning_rates=RATES, gammas=GAMMAS, n_context=7
        )
        left = error_matrix(xs, RATES, GAMMAS)
        np.testing.assert_allclose(np.linalg.eigvalsh(left), np.sort(factors), atol=1e-11)


def test_the_losses_are_those_of_the_layers_for_every_teacher_and_query(inputs, eigenvalues):
    ours = gd_plus_plus.losses(
        eigenvalues,
        learning_rates=RATES,
        gammas=GAMMAS,
        n_context=7,
        variance=0.3,
        teacher_scale=1.4,
    )
    for xs, loss in zip(inputs, ours, strict=True):
        left = error_matrix(xs, RATES, GAMMAS)
        np.testing.assert_allclose(loss, 1.4**2 * 0.3 / 2 * np.sum(left**2), rtol=1e-10)


def test_without_gamma_it_is_gradient_descent(eigenvalues):
    ours = gd_plus_plus.losses(
        eigenvalues, learning_rates=RATES, gammas=[0.0] * 3, n_context=7, variance=0.3
    )
    theirs = spectra.many_steps_losses(
        eigenvalues / 7, learning_rates=np.array(RATES), variance=0.3
    )
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_the_last_gamma_does_not_matter_and_the_first_does(eigenvalues):
    def factors(gammas):
        return gd_plus_plus.error_factors(
            eigenvalues, learning_rates=RATES, gammas=gammas, n_context=7
        )

    np.testing.assert_array_equal(factors([0.4, -0.2, 0.9]), factors([0.4, -0.2, 5.0]))
    assert np.abs(factors([0.4, -0.2, 0.9]) - factors([0.5, -0.2, 0.9])).max() > 1e-3


@pytest.mark.parametrize("n_steps", [2, 3])
def test_the_best_parameters_beat_every_pair_of_a_grid(eigenvalues, n_steps):
    def mean_loss(rate, gamma):
        return gd_plus_plus.losses(
            eigenvalues,
            learning_rates=[rate] * n_steps,
            gammas=[gamma] * n_steps,
            n_context=7,
            variance=1.0,
        ).mean()

    rate, gamma = gd_plus_plus.best_parameters(eigenvalues, n_steps=n_steps, n_context=7)
    lowest = mean_loss(rate, gamma)
    for other_rate in np.linspace(0.1, 60, 60):
        for other_gamma in np.linspace(-0.5, 2, 60):
            assert lowest <= mean_loss(other_rate, other_gamma)
    for away in (0.999, 1.001):
        assert lowest < mean_loss(away * rate, gamma)
        assert lowest < mean_loss(rate, away * gamma)


def test_numpy_in_float64_stays_so_under_any_setting():
    jax.config.update("jax_enable_x64", False)
    factors = gd_plus_plus.error_factors(
        np.array([0.1]), learning_rates=[1.0], gammas=[0.2], n_context=3
    )
    assert factors.dtype == np.float64


def test_what_cannot_be_meant_is_refused():
    with pytest.raises(ValueError, match="1 learning rates and 2 gammas were given"):
        gd_plus_plus.error_factors(np.ones(3), learning_rates=[1.0], gammas=[0.1, 0.1], n_context=7)
    with pytest.raises(ValueError, match="n_steps = 1, but gamma first shows in the second step"):
        gd_plus_plus.best_parameters(np.ones((2, 3)), n_steps=1, n_context=7)
