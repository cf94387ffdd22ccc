"""Against: Monte Carlo over tasks, autodiff of the loss, closed forms of `theory`, and loops."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from icl_course import constructions, preconditioning, theory
from icl_course.attention import linear_attention
from icl_course.tasks import Task, sample_linear
from icl_course.tokens import make_tokens, read_prediction

SIZES = pytest.mark.parametrize(("n_context", "d_x"), [(7, 3), (3, 5), (1, 1)])


def covariance_of(rng, d_x):
    factor = rng.normal(size=(d_x, d_x)) / np.sqrt(d_x) + 0.5 * np.eye(d_x)
    return factor, factor @ factor.T


def test_inputs_have_the_covariance_and_no_mean(rng):
    factor, covariance = covariance_of(rng, 3)
    inputs = preconditioning.correlated_inputs(jax.random.key(0), (50_000, 3), factor=factor)
    # 7 standard errors; an entry of the sample covariance has at most 2 (largest variance)^2 / n.
    assert np.abs(np.cov(inputs.T) - covariance).max() < 7 * np.sqrt(2 / 5e4) * covariance.max()
    assert np.abs(np.mean(inputs, axis=0)).max() < 7 * np.sqrt(covariance.max() / 5e4)
    assert preconditioning.correlated_inputs(jax.random.key(0), (3,), factor=factor).shape == (3,)


def test_a_step_is_the_loop_over_examples(rng):
    xs, ys, x_query = rng.normal(size=(7, 3)), rng.normal(size=(7, 2)), rng.normal(size=3)
    matrix = rng.normal(size=(3, 3))
    expected = sum(ys[i] * (xs[i] @ matrix @ x_query) for i in range(7)) / 7
    found = preconditioning.preconditioned_step(xs, ys, x_query, matrix=matrix)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_the_layer_takes_the_step_for_the_query_and_moves_every_token(rng):
    xs, ys, x_query = rng.normal(size=(7, 3)), rng.normal(size=(7, 2)), rng.normal(size=3)
    matrix = rng.normal(size=(3, 3))
    tokens = make_tokens(Task(xs=xs, ys=ys, x_query=x_query, y_query=np.zeros(2)))
    layer = preconditioning.preconditioned_layer(matrix, n_context=7, d_y=2)
    after = linear_attention(layer, tokens)
    for token, before in zip(after[:-1], xs, strict=True):
        moved = preconditioning.preconditioned_step(xs, ys, before, matrix=matrix)
        place = int(np.flatnonzero((xs == before).all(axis=1))[0])
        np.testing.assert_allclose(token[3:], ys[place] - moved, rtol=1e-12)
        np.testing.assert_allclose(token[:3], before, rtol=1e-12)
    predicted = preconditioning.preconditioned_step(xs, ys, x_query, matrix=matrix)
    np.testing.assert_allclose(read_prediction(after, d_y=2), predicted, rtol=1e-12)


def test_a_multiple_of_the_identity_gives_the_layer_of_lesson_02(rng):
    tokens = rng.normal(size=(6, 5))
    ours = preconditioning.preconditioned_layer(1.7 * jnp.eye(3), n_context=5, d_y=2)
    theirs = constructions.gradient_step(jnp.zeros((2, 3)), n_context=5, learning_rate=1.7)
    np.testing.assert_allclose(
        linear_attention(ours, tokens), linear_attention(theirs, tokens), rtol=1e-12
    )


@SIZES
@pytest.mark.parametrize("noise", [0.0, 1.3])
def test_the_loss_is_the_mean_over_tasks_for_any_matrix(rng, n_context, d_x, noise):
    factor, covariance = covariance_of(rng, d_x)
    matrix = 0.3 * rng.normal(size=(d_x, d_x)) + 0.3 * np.eye(d_x)

    def one(key):
        law = partial(preconditioning.correlated_inputs, factor=factor)
        task = sample_linear(
            key, n_context=n_context, d_x=d_x, sample_inputs=law, label_noise=noise
        )
        step = preconditioning.preconditioned_step(task.xs, task.ys, task.x_query, matrix=matrix)
        return jnp.sum((step - task.y_query) ** 2) / 2

    losses = np.asarray(jax.jit(jax.vmap(one))(jax.random.split(jax.random.key(1), 60_000)))
    expected = preconditioning.preconditioned_loss(
        matrix, covariance, n_context=n_context, label_noise=noise
    )
    assert abs(losses.mean() - float(expected)) < 5 * losses.std() / np.sqrt(len(losses))


@SIZES
@pytest.mark.parametrize("noise", [0.0, 1.3])
def test_at_the_best_matrix_the_loss_has_no_slope_and_bends_up(rng, n_context, d_x, noise):
    _, covariance = covariance_of(rng, d_x)
    setting = {"n_context": n_context, "label_noise": noise}
    best = preconditioning.best_preconditioner(covariance, **setting)
    loss = partial(preconditioning.preconditioned_loss, covariance=covariance, **setting)
    np.testing.assert_allclose(jax.grad(loss)(best), np.zeros((d_x, d_x)), atol=1e-12)
    for _ in range(5):
        assert loss(best + 0.1 * rng.normal(size=(d_x, d_x))) > loss(best)


@SIZES
def test_its_eigenvalues_are_those_of_the_paper(rng, n_context, d_x):
    _, covariance = covariance_of(rng, d_x)
    values, vectors = np.linalg.eigh(covariance)
    best = preconditioning.best_preconditioner(covariance, n_context=n_context)
    expected = 1 / ((n_context + 1) / n_context * values + values.sum() / n_context)
    np.testing.assert_allclose(vectors.T @ best @ vectors, np.diag(expected), atol=1e-12)


@SIZES
@pytest.mark.parametrize("noise", [0.0, 1.3])
def test_the_best_step_is_the_best_multiple_of_the_identity(rng, n_context, d_x, noise):
    _, covariance = covariance_of(rng, d_x)
    setting = {"n_context": n_context, "label_noise": noise}
    rate, loss = preconditioning.best_step(np.linalg.eigvalsh(covariance), **setting)

    def at(eta):
        return preconditioning.preconditioned_loss(eta * jnp.eye(d_x), covariance, **setting)

    np.testing.assert_allclose(jax.grad(at)(rate), 0.0, atol=1e-12)
    np.testing.assert_allclose(loss, at(rate), rtol=1e-12)


def test_for_inputs_that_are_alike_it_is_the_closed_form_of_lesson_01():
    setting = {"n_context": 7, "label_noise": 0.9}
    moments = theory.normal_moments(scale=np.sqrt(1.7))
    rate, loss = preconditioning.best_step(np.full(5, 1.7), **setting)
    np.testing.assert_allclose(rate, theory.best_step_size(moments, d_x=5, **setting), rtol=1e-12)
    np.testing.assert_allclose(
        loss, theory.best_one_step_loss(moments, d_x=5, **setting), rtol=1e-12
    )


def test_the_matrix_is_read_off_answers_whatever_is_even_in_the_targets(rng):
    matrix = rng.normal(size=(3, 3))

    def predict(xs, ys, x_query):
        even = jnp.sum(ys**2) * jnp.sum(x_query) + jnp.sum(xs)
        step = preconditioning.preconditioned_step(xs, ys, x_query, matrix=matrix)
        return step + even

    found = preconditioning.read_matrix(predict, n_context=7, d_x=3)
    np.testing.assert_allclose(found, matrix, rtol=1e-10)
