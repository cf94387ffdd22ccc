"""Against: finite differences, NumPy's norms, least squares by `lstsq`, and loops over tasks."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from icl_course import alignment, attention, constructions, descent
from icl_course.tasks import Task, sample_linear
from icl_course.tokens import make_tokens, read_prediction

N_CONTEXT, D_X, D_Y = 7, 3, 2
LEARNING_RATE = 1.7


def step(task: Task) -> jax.Array:
    w_1 = descent.step(jnp.zeros((D_Y, D_X)), task.xs, task.ys, learning_rate=LEARNING_RATE)
    return descent.predict(w_1, task.x_query)


def layer(params: attention.AttentionParams, task: Task) -> jax.Array:
    return read_prediction(attention.linear_attention(params, make_tokens(task)), d_y=D_Y)


def curved(task: Task) -> jax.Array:
    """Answer in a way that is not linear in the query, and mixes all that a task has."""
    inside = jnp.concatenate([jnp.sin(task.x_query) * task.xs[1], task.ys[0]])
    return jnp.stack([jnp.sum(inside**3), jnp.prod(task.x_query) * task.y_query[0]])


@pytest.fixture
def tasks() -> Task:
    sample = partial(sample_linear, n_context=N_CONTEXT, d_x=D_X, d_y=D_Y)
    return jax.vmap(sample)(jax.random.split(jax.random.key(0), 11))


@pytest.fixture
def task(tasks) -> Task:
    return jax.tree.map(lambda leaf: leaf[4], tasks)


@pytest.fixture
def params() -> attention.AttentionParams:
    sizes = {"d_token": D_X + D_Y, "d_key": 3, "d_value": 2, "n_heads": 2}
    return attention.init_attention(jax.random.key(1), **sizes, scale=0.5)


@pytest.mark.parametrize("shape", [(), (5,), (2, 3), (2, 3, 5)])
def test_difference_and_cosine_are_those_of_long_vectors(rng, shape):
    ours, theirs = np.array(rng.normal(size=shape)), np.array(rng.normal(size=shape))
    a, b = ours.ravel(), theirs.ravel()
    np.testing.assert_allclose(alignment.difference(ours, theirs), np.linalg.norm(a - b))
    expected = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    np.testing.assert_allclose(alignment.cosine(ours, theirs), expected, rtol=1e-12)
    np.testing.assert_allclose(alignment.cosine(np.array(-7 * ours), theirs), -expected, rtol=1e-12)


def test_a_cosine_with_nothing_is_nan():
    assert np.isnan(alignment.cosine(np.zeros(3), np.ones(3)))


@pytest.mark.parametrize("predict", [step, curved])
def test_a_sensitivity_is_the_quotient_of_small_changes(task, predict):
    slope = alignment.sensitivity(predict, task)
    assert slope.shape == (D_Y, D_X)
    for b in range(D_X):
        nudge = 1e-6 * np.eye(D_X)[b]
        up, down = (
            predict(Task(task.xs, task.ys, task.x_query + sign * nudge, task.y_query))
            for sign in (1, -1)
        )
        np.testing.assert_allclose(slope[:, b], (up - down) / 2e-6, rtol=1e-8, atol=1e-9)


def test_the_sensitivity_of_a_gradient_step_is_the_model_that_it_made(task):
    w_1 = descent.step(jnp.zeros((D_Y, D_X)), task.xs, task.ys, learning_rate=LEARNING_RATE)
    np.testing.assert_allclose(alignment.sensitivity(step, task), w_1, atol=1e-14)


def test_the_sensitivity_of_a_layer_is_a_product_of_its_forms_with_the_context(params, task):
    context = np.concatenate([task.xs, task.ys], axis=1)
    second_moment = sum(np.outer(token, token) for token in context)
    expected = np.zeros((D_Y, D_X))
    for w_q, w_k, w_v, w_o in zip(params.w_q, params.w_k, params.w_v, params.w_o, strict=True):
        expected -= np.asarray(w_o @ w_v @ second_moment @ w_k.T @ w_q)[D_X:, :D_X]
    slope = alignment.sensitivity(partial(layer, params), task)
    np.testing.assert_allclose(slope, expected, atol=1e-13)


def test_the_construction_aligns_with_the_step(tasks):
    w_0 = jnp.zeros((D_Y, D_X))
    built = constructions.gradient_step(w_0, n_context=N_CONTEXT, learning_rate=LEARNING_RATE)
    found = alignment.mean_alignment(partial(layer, built), step, tasks)
    np.testing.assert_allclose(found.prediction_difference, 0, atol=1e-14)
    np.testing.assert_allclose(found.cosine, 1, atol=1e-14)
    np.testing.assert_allclose(found.model_difference, 0, atol=1e-14)


def test_the_three_numbers_of_two_predictors_are_means_over_tasks(params, tasks):
    predicted, cosines, slopes = [], [], []
    for n in range(11):
        one = jax.tree.map(lambda leaf, n=n: leaf[n], tasks)
        ours, theirs = layer(params, one), curved(one)
        m, m_other = (
            np.asarray(alignment.sensitivity(predict, one)).ravel()
            for predict in (partial(layer, params), curved)
        )
        predicted.append(np.sqrt(sum((ours[o] - theirs[o]) ** 2 for o in range(D_Y))))
        slopes.append(np.sqrt(((m - m_other) ** 2).sum()))
        cosines.append(m @ m_other / np.sqrt((m @ m) * (m_other @ m_other)))
    found = alignment.mean_alignment(partial(layer, params), curved, tasks)
    np.testing.assert_allclose(found.prediction_difference, np.mean(predicted), rtol=1e-12)
    np.testing.assert_allclose(found.cosine, np.mean(cosines), rtol=1e-12)
    np.testing.assert_allclose(found.model_difference, np.mean(slopes), rtol=1e-12)


def test_the_order_of_the_two_predictors_does_not_matter(params, tasks):
    net = partial(layer, params)
    one, other = (
        alignment.mean_alignment(net, step, tasks),
        alignment.mean_alignment(step, net, tasks),
    )
    for name in ("prediction_difference", "cosine", "model_difference"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-13)


def test_the_learned_step_size_is_a_least_squares_fit(rng):
    ours, theirs = rng.normal(size=(2, 11, D_Y))
    (factor,), *_ = np.linalg.lstsq(theirs.reshape(-1, 1), ours.ravel(), rcond=None)
    found = alignment.learned_step_size(ours, theirs, learning_rate=3.0)
    np.testing.assert_allclose(found, 3.0 * factor, rtol=1e-12)


def test_another_step_has_learned_its_own_step_size(tasks):
    def predictions(learning_rate: float) -> jax.Array:
        built = constructions.gradient_step(
            jnp.zeros((D_Y, D_X)), n_context=N_CONTEXT, learning_rate=learning_rate
        )
        return jax.vmap(partial(layer, built))(tasks)

    found = alignment.learned_step_size(predictions(2.5), predictions(0.4), learning_rate=0.4)
    np.testing.assert_allclose(found, 2.5, rtol=1e-12)


@pytest.mark.parametrize(
    "compare",
    [
        alignment.difference,
        alignment.cosine,
        partial(alignment.learned_step_size, learning_rate=1.0),
    ],
)
@pytest.mark.usefixtures("as_a_learner_meets_it")
def test_arrays_of_other_shapes_are_refused_and_not_broadcast(compare):
    with pytest.raises(ValueError, match=r"shapes \(5, 2\) and \(5, 1\), which must be equal"):
        compare(np.ones((5, 2)), np.ones((5, 1)))
