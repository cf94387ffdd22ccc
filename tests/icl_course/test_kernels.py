"""Against: loops, explicit features and gradient descent on them, and least squares by NumPy."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from icl_course import descent, kernels

N, D_X, D_Y, D_FEATURES = 7, 3, 2, 5


@pytest.fixture
def data(rng):
    return rng.normal(size=(N, D_X)), rng.normal(size=(N, D_Y)), rng.normal(size=D_X)


@pytest.fixture
def features(rng):
    a = rng.normal(size=(D_FEATURES, D_X))
    return lambda x: jnp.tanh(jnp.matmul(a, x))


def of(features):
    return lambda x, z: jnp.dot(features(x), features(z))


def test_the_gram_matrix_compares_rows_with_rows(rng):
    a, b, form = rng.normal(size=(5, 3)), rng.normal(size=(2, 3)), rng.normal(size=(3, 3))
    found = kernels.gram_matrix(lambda x, z: jnp.dot(x, jnp.matmul(form, z)), a, b)
    np.testing.assert_allclose(found, a @ form @ b.T, rtol=1e-12)


def test_a_smoother_is_a_weighted_mean(data):
    xs, ys, x_query = data
    weights = np.array([np.exp(x @ x_query / 2.5) for x in xs])
    kernel = partial(kernels.exponential_kernel, temperature=2.5)
    found = kernels.kernel_smoothing(kernel, xs, ys, x_query)
    np.testing.assert_allclose(found, (weights[:, None] * ys).sum(0) / weights.sum(), rtol=1e-12)
    assert np.all(found > ys.min(axis=0))
    assert np.all(found < ys.max(axis=0))


def test_the_gaussian_kernel_is_the_normal_density_up_to_a_factor(data):
    xs, _, x_query = data
    for x in xs:
        distance = np.linalg.norm(x - x_query)
        found = kernels.gaussian_kernel(x, x_query, width=0.7)
        np.testing.assert_allclose(found, np.exp(-(distance**2) / 0.98), rtol=1e-12)


def test_on_a_sphere_both_kernels_smooth_alike(data):
    xs, ys, x_query = data
    xs = 1.3 * xs / np.linalg.norm(xs, axis=1, keepdims=True)
    gaussian = partial(kernels.gaussian_kernel, width=0.6)
    exponential = partial(kernels.exponential_kernel, temperature=0.36)
    one, other = (kernels.kernel_smoothing(k, xs, ys, x_query) for k in (gaussian, exponential))
    np.testing.assert_allclose(one, other, rtol=1e-10)


@pytest.mark.parametrize("n_steps", [0, 1, 4])
def test_descent_without_features_is_descent_on_features(data, features, n_steps):
    xs, ys, x_query = data
    h = jax.vmap(features)(xs)
    start = jnp.zeros((D_Y, D_FEATURES))
    w = descent.descend(start, h, ys, learning_rate=0.7, n_steps=n_steps)
    found = kernels.kernel_descent(
        of(features), xs, ys, x_query, learning_rate=0.7, n_steps=n_steps
    )
    np.testing.assert_allclose(found, w @ features(x_query), rtol=1e-10, atol=1e-14)


def test_descent_leads_to_kernel_regression(data):
    xs, ys, x_query = data
    kernel = partial(kernels.gaussian_kernel, width=0.5)
    rate = 1.0 / np.linalg.eigvalsh(np.asarray(kernels.gram_matrix(kernel, xs, xs)) / N)[-1]
    found = kernels.kernel_descent(kernel, xs, ys, x_query, learning_rate=rate, n_steps=20_000)
    expected = kernels.kernel_regression(kernel, xs, ys, x_query)
    np.testing.assert_allclose(found, expected, atol=1e-8)


@pytest.mark.parametrize("ridge", [0.01, 3.0])
def test_kernel_regression_is_ridge_regression_on_features(data, features, ridge):
    xs, ys, x_query = data
    h = np.asarray(jax.vmap(features)(xs))
    w = np.linalg.solve(h.T @ h / N + ridge * np.eye(D_FEATURES), h.T @ ys / N).T
    found = kernels.kernel_regression(of(features), xs, ys, x_query, ridge=ridge)
    np.testing.assert_allclose(found, w @ features(x_query), rtol=1e-9)


def test_kernel_regression_meets_every_example_where_the_matrix_is_regular(data):
    xs, ys, _ = data
    kernel = partial(kernels.gaussian_kernel, width=0.5)
    for x, y in zip(xs, ys, strict=True):
        np.testing.assert_allclose(kernels.kernel_regression(kernel, xs, ys, x), y, atol=1e-10)


def test_descent_cannot_go_back(data):
    xs, ys, x_query = data
    with pytest.raises(ValueError, match="n_steps = -1, but descent cannot go back"):
        kernels.kernel_descent(jnp.dot, xs, ys, x_query, learning_rate=0.1, n_steps=-1)


def test_equivalent_weights_give_the_prediction_back(data):
    xs, ys, x_query = data
    y = ys[:, :1]
    kernel = partial(kernels.gaussian_kernel, width=0.8)
    predictors = {
        "smoothing": partial(kernels.kernel_smoothing, kernel),
        "descent": partial(kernels.kernel_descent, kernel, learning_rate=0.5, n_steps=3),
        "regression": partial(kernels.kernel_regression, kernel, ridge=0.1),
    }
    for name, predict in predictors.items():
        weights = kernels.equivalent_weights(predict, xs, x_query)
        np.testing.assert_allclose(weights @ y, predict(xs, y, x_query), rtol=1e-10)
        if name == "smoothing":
            assert np.all(weights > 0)
            np.testing.assert_allclose(weights.sum(), 1.0, rtol=1e-12)


def test_equivalent_weights_of_one_step_are_the_kernel(data):
    xs, _, x_query = data
    predict = partial(kernels.kernel_descent, jnp.dot, learning_rate=0.9, n_steps=1)
    found = kernels.equivalent_weights(predict, xs, x_query)
    np.testing.assert_allclose(found, 0.9 / N * xs @ x_query, rtol=1e-12)


def test_an_offset_is_no_weight(data):
    xs, _, x_query = data
    found = kernels.equivalent_weights(lambda xs, ys, x: 5.0 + ys[2], xs, x_query)
    np.testing.assert_array_equal(found, np.eye(N)[2])
