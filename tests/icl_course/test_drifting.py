"""Against: a Kalman filter, ridge where nothing drifts, and Monte Carlo."""

import jax
import numpy as np
import pytest

from icl_course import drifting, predictors


def by_filter(xs, ys, x_query, persistence, noise):
    """Follow mean and covariance of the teacher, example by example."""
    d_x = xs.shape[1]
    mean, covariance = np.zeros(d_x), np.eye(d_x)
    for x, y in zip(xs, ys[:, 0], strict=True):
        gain = covariance @ x / (x @ covariance @ x + noise**2)
        mean = mean + gain * (y - x @ mean)
        covariance = covariance - np.outer(gain, x @ covariance)
        mean = persistence * mean
        covariance = persistence**2 * covariance + (1 - persistence**2) * np.eye(d_x)
    return x_query @ mean, x_query @ covariance @ x_query


@pytest.mark.parametrize("persistence", [0.0, 0.7, 0.95, 1.0])
@pytest.mark.parametrize(("n_context", "d_x"), [(11, 3), (2, 5), (1, 1)])
def test_the_posterior_is_that_of_a_kalman_filter(rng, persistence, n_context, d_x):
    xs, ys = rng.normal(size=(n_context, d_x)), rng.normal(size=(n_context, 1))
    x_query = rng.normal(size=d_x)
    mean, variance = drifting.drifting_posterior(
        xs, ys, x_query, persistence=persistence, label_noise=0.4
    )
    expected = by_filter(xs, ys, x_query, persistence, 0.4)
    np.testing.assert_allclose(mean[0], expected[0], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(variance, expected[1], rtol=1e-9)


def test_a_teacher_that_stands_still_leaves_ridge(rng):
    xs, ys, x_query = rng.normal(size=(7, 3)), rng.normal(size=(7, 1)), rng.normal(size=3)
    mean, _ = drifting.drifting_posterior(xs, ys, x_query, persistence=1.0, label_noise=0.4)
    ridge = predictors.posterior_mean(xs, ys, x_query, label_noise=0.4)
    np.testing.assert_allclose(mean, ridge, rtol=1e-10)


def test_on_sampled_tasks_the_error_is_the_variance_and_nothing_is_left_to_explain():
    setting = {"persistence": 0.8, "label_noise": 0.5}

    def one(key):
        task = drifting.sample_drifting(key, n_context=7, d_x=3, **setting)
        mean, variance = drifting.drifting_posterior(task.xs, task.ys, task.x_query, **setting)
        return mean[0] - task.y_query[0], mean[0], variance, task.ys[0, 0], task.y_query[0]

    keys = jax.random.split(jax.random.key(0), 40_000)
    gaps, means, variances, first, answer = (
        np.asarray(part) for part in jax.jit(jax.vmap(one))(keys)
    )

    def assert_mean(samples, expected):
        assert abs(samples.mean() - expected) < 5 * samples.std() / np.sqrt(len(samples))

    assert_mean(gaps**2 - variances, 0.0)
    assert_mean(gaps * means, 0.0)  # an error that the prediction explains would be no Bayes error
    assert_mean(first**2, 3 + 0.25)
    assert_mean(answer**2, 3.0)
