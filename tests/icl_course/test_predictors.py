"""Against: minimisation by hand, the same regression in its dual form, Bayes by sampling."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from icl_course import descent, predictors
from icl_course.tasks import sample_linear

SIZES = [(11, 5, 3), (3, 7, 2), (1, 1, 1)]


@pytest.fixture(params=SIZES, ids=str)
def context(request, rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs, targets that no linear map fits, and a query."""
    n_context, d_x, d_y = request.param
    return (
        rng.normal(size=(n_context, d_x)),
        rng.normal(size=(n_context, d_y)),
        rng.normal(size=d_x),
    )


def test_zero_answers_zero_for_every_output(context):
    np.testing.assert_array_equal(predictors.zero(*context), np.zeros(context[1].shape[1]))


def test_one_step_is_descent_from_zero(context):
    xs, ys, x_query = context
    expected = 0.3 / len(xs) * sum(y * (x @ x_query) for x, y in zip(xs, ys, strict=True))
    got = predictors.one_step(xs, ys, x_query, learning_rate=0.3)
    np.testing.assert_allclose(got, expected, atol=1e-12)


def test_many_steps_are_steps_of_autodiff_each_with_its_own_rate(context):
    xs, ys, x_query = context
    w, rates = jnp.zeros((ys.shape[1], xs.shape[1])), [0.1, 0.3, 0.2]
    for rate in rates:
        w = w - rate * descent.gradient_by_autodiff(w, xs, ys)
    got = predictors.many_steps(xs, ys, x_query, learning_rates=jnp.array(rates))
    np.testing.assert_allclose(got, w @ x_query, atol=1e-12)


def test_no_step_predicts_zero(context):
    got = predictors.many_steps(*context, learning_rates=jnp.zeros(0))
    np.testing.assert_array_equal(got, predictors.zero(*context))


def test_least_squares_is_where_descent_ends(context):
    xs, ys, x_query = context
    rate = 1 / np.linalg.eigvalsh(xs.T @ xs / len(xs)).max()
    got = predictors.many_steps(xs, ys, x_query, learning_rates=jnp.full(20_000, rate))
    np.testing.assert_allclose(predictors.least_squares(*context), got, atol=1e-6)


def test_least_squares_finds_the_teacher_where_there_are_enough_examples():
    task = sample_linear(jax.random.key(0), n_context=7, d_x=5, d_y=2)
    got = predictors.least_squares(task.xs, task.ys, task.x_query)
    np.testing.assert_allclose(got, task.y_query, atol=1e-12)


def test_ridge_has_no_gradient_left(context):
    xs, ys, _ = context
    columns = [predictors.ridge(xs, ys, x, penalty=0.7) for x in np.eye(xs.shape[1])]
    w = jnp.stack(columns, axis=1)  # the prediction for a unit vector is a column of W

    def penalised(w):
        return descent.loss(w, xs, ys) + 0.7 / 2 * jnp.sum(w**2)

    np.testing.assert_allclose(jax.grad(penalised)(w), np.zeros_like(w), atol=1e-12)


def test_ridge_goes_to_least_squares_as_the_penalty_goes(context):
    got = predictors.ridge(*context, penalty=1e-9)
    np.testing.assert_allclose(got, predictors.least_squares(*context), atol=1e-6)


def test_the_posterior_mean_is_that_of_a_joint_normal(context):
    """In the dual form: weights and targets are jointly normal, so condition one on the other."""
    xs, ys, x_query = context
    noise, scale = 0.6, 1.7
    among = scale**2 * xs @ xs.T + noise**2 * np.eye(len(xs))
    expected = scale**2 * (xs @ x_query) @ np.linalg.inv(among) @ ys
    got = predictors.posterior_mean(*context, label_noise=noise, teacher_scale=scale)
    np.testing.assert_allclose(got, expected, atol=1e-12)


def test_no_other_penalty_loses_less_than_the_bayes_one():
    def sample(key):
        return sample_linear(key, n_context=5, d_x=3, label_noise=0.4, teacher_scale=1.5)

    tasks = jax.vmap(sample)(jax.random.split(jax.random.key(1), 20_000))

    def errors(predict) -> np.ndarray:
        predicted = jax.vmap(predict)(tasks.xs, tasks.ys, tasks.x_query)
        return np.asarray((predicted - tasks.y_query) ** 2).ravel() / 2

    best = errors(
        lambda *context: predictors.posterior_mean(*context, label_noise=0.4, teacher_scale=1.5)
    )
    right = 0.4**2 / (5 * 1.5**2)
    for penalty in (0.5 * right, 2 * right):
        others = errors(lambda *context, p=penalty: predictors.ridge(*context, penalty=p))
        worse = others - best  # on the same tasks, so most of the scatter cancels
        assert worse.mean() > 3 * worse.std() / np.sqrt(worse.size)


def test_predictors_that_read_the_context_scale_with_its_targets(context):
    xs, ys, x_query = context
    for predict in (
        lambda *c: predictors.many_steps(*c, learning_rates=jnp.array([0.3, 0.1])),
        predictors.least_squares,
        lambda *c: predictors.ridge(*c, penalty=0.2),
    ):
        np.testing.assert_allclose(
            predict(xs, -3 * ys, x_query), -3 * predict(xs, ys, x_query), atol=1e-10
        )
        order = np.random.default_rng(0).permutation(len(xs))
        np.testing.assert_allclose(
            predict(xs[order], ys[order], x_query), predict(xs, ys, x_query), atol=1e-10
        )


@pytest.mark.usefixtures("as_a_learner_meets_it")
def test_shapes_that_do_not_fit_are_refused_with_the_right_call():
    with pytest.raises(ValueError, match="descent takes one task"):
        predictors.one_step(jnp.ones((5, 3)), jnp.ones((4, 1)), jnp.ones(3), learning_rate=0.1)
