"""Against: Bayes' rule by logarithms in a loop, ridge as the limit, and Monte Carlo."""

import jax
import jax.numpy as jnp
import numpy as np

from icl_course import predictors, task_priors


def by_loop(xs, ys, x_query, teachers, noise):
    logs = []
    for teacher in teachers:
        gaps = [ys[i] - teacher @ xs[i] for i in range(len(xs))]
        logs.append(-sum(gap @ gap for gap in gaps) / (2 * noise**2))
    weights = np.exp(np.array(logs) - np.logaddexp.reduce(logs))
    return weights, sum(w * t @ x_query for w, t in zip(weights, teachers, strict=True))


def test_weights_and_prediction_are_those_of_bayes_rule(rng):
    xs, ys, x_query = rng.normal(size=(5, 3)), rng.normal(size=(5, 2)), rng.normal(size=3)
    teachers = rng.normal(size=(7, 2, 3))
    for noise in (0.6, 3.0, 1e-3):
        weights, expected = by_loop(xs, ys, x_query, teachers, noise)
        given = {"teachers": teachers, "label_noise": noise}
        found = task_priors.posterior_weights(xs, ys, **given)
        np.testing.assert_allclose(found, weights, rtol=1e-9, atol=1e-15)
        mean = task_priors.discrete_posterior_mean(xs, ys, x_query, **given)
        np.testing.assert_allclose(mean, expected, rtol=1e-9)


def test_without_a_context_every_teacher_is_as_likely(rng):
    given = {"teachers": rng.normal(size=(7, 1, 3)), "label_noise": 0.5}
    weights = task_priors.posterior_weights(jnp.zeros((0, 3)), jnp.zeros((0, 1)), **given)
    np.testing.assert_allclose(weights, np.full(7, 1 / 7), rtol=1e-12)


def test_with_very_many_teachers_it_is_the_answer_for_the_normal_prior(rng):
    xs, ys, x_query = rng.normal(size=(3, 2)), rng.normal(size=(3, 1)), rng.normal(size=2)
    teachers = jax.random.normal(jax.random.key(0), (200_000, 1, 2))
    many = task_priors.discrete_posterior_mean(xs, ys, x_query, teachers=teachers, label_noise=1.0)
    ridge = predictors.posterior_mean(xs, ys, x_query, label_noise=1.0)
    np.testing.assert_allclose(many, ridge, atol=0.02)
