"""Against: loops, NumPy's norms, and keys and queries that are formed one token at a time."""

import jax
import numpy as np
import pytest

from icl_course import metrics
from icl_course.attention import AttentionParams

COMPARISONS = [metrics.half_squared_error, metrics.largest_deviation, metrics.relative_difference]


@pytest.fixture
def params(rng) -> AttentionParams:
    shapes = {"w_q": (7, 3, 5), "w_k": (7, 3, 5), "w_v": (7, 2, 5), "w_o": (7, 5, 2)}
    return AttentionParams(**{name: rng.normal(size=shape) for name, shape in shapes.items()})


@pytest.mark.parametrize("d_y", [5, 1])
def test_the_error_is_half_the_sum_of_squares(rng, d_y):
    ours, theirs = rng.normal(size=(2, d_y))
    expected = sum((ours[o] - theirs[o]) ** 2 for o in range(d_y)) / 2
    np.testing.assert_allclose(metrics.half_squared_error(ours, theirs), expected, rtol=1e-13)


@pytest.mark.parametrize("shape", [(), (5,), (7, 3), (2, 3, 5)])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_largest_deviation_is_found_whatever_its_sign_and_place(rng, shape, sign):
    theirs = rng.normal(size=shape)
    ours = np.array(theirs + rng.uniform(-1, 1, shape))
    ours[tuple(n // 2 for n in shape)] = theirs[tuple(n // 2 for n in shape)] + sign * 3.0
    np.testing.assert_allclose(metrics.largest_deviation(ours, theirs), 3.0, rtol=1e-13)
    np.testing.assert_allclose(metrics.largest_deviation(theirs, ours), 3.0, rtol=1e-13)


def test_equal_arrays_do_not_deviate(rng):
    array = rng.normal(size=(7, 3))
    assert metrics.largest_deviation(array, array) == 0
    assert metrics.relative_difference(array, array) == 0


def test_a_nan_is_not_a_small_deviation():
    nan, fine = np.array([np.nan, 0.0]), np.array([0.0, 0.0])
    assert np.isnan(metrics.largest_deviation(nan, fine))
    assert np.isnan(metrics.largest_deviation(fine, nan))


@pytest.mark.parametrize("shape", [(), (5,), (7, 3), (2, 3, 5)])
def test_the_relative_difference_is_a_quotient_of_norms(rng, shape):
    ours, theirs = np.array(rng.normal(size=shape)), np.array(rng.normal(size=shape))
    expected = np.linalg.norm(np.ravel(ours - theirs)) / np.linalg.norm(np.ravel(theirs))
    np.testing.assert_allclose(metrics.relative_difference(ours, theirs), expected, rtol=1e-13)
    scaled = metrics.relative_difference(np.array(-7 * ours), np.array(-7 * theirs))
    np.testing.assert_allclose(scaled, expected, rtol=1e-13)


def test_against_nothing_a_relative_difference_is_not_finite():
    nothing, something = np.zeros(3), np.ones(3)
    assert np.isposinf(metrics.relative_difference(something, nothing))
    assert np.isnan(metrics.relative_difference(nothing, nothing))


def test_the_query_key_form_scores_a_pair_of_tokens(rng, params):
    form = metrics.query_key_form(params)
    attended, attending = rng.normal(size=(2, 5))
    for h in range(7):
        key, query = params.w_k[h] @ attended, params.w_q[h] @ attending
        np.testing.assert_allclose(attended @ form[h] @ attending, key @ query, rtol=1e-9)


def test_the_output_value_form_is_what_a_token_adds(rng, params):
    form = metrics.output_value_form(params)
    token = rng.normal(size=5)
    for h in range(7):
        added = params.w_o[h] @ (params.w_v[h] @ token)
        np.testing.assert_allclose(form[h] @ token, added, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_precision_is_that_of_the_inputs(params, dtype):
    params = jax.tree.map(lambda w: w.astype(dtype), params)
    for form in (metrics.query_key_form, metrics.output_value_form):
        assert form(params).dtype == dtype
        assert form(params).shape == (7, 5, 5)
    for comparison in COMPARISONS:
        assert comparison(np.ones(3, dtype), np.zeros(3, dtype)).dtype == dtype


@pytest.mark.parametrize("comparison", COMPARISONS)
@pytest.mark.parametrize("shape", [(), (1,), (1, 3), (3, 1), (3, 3)])
@pytest.mark.usefixtures("as_a_learner_meets_it")
def test_arrays_of_other_shapes_are_refused_and_not_broadcast(comparison, shape):
    with pytest.raises(ValueError, match=r"shapes \(3,\) and \(.*\), which must be equal"):
        comparison(np.ones(3), np.ones(shape))


def test_eigenvalues_are_the_roots_of_the_characteristic_polynomial(rng):
    form = rng.normal(size=(3, 5, 5))
    values = np.asarray(metrics.spectrum(form))
    assert values.shape == (3, 5)
    for head in range(3):
        for value in values[head]:
            singular = np.linalg.svd(form[head] - value * np.eye(5), compute_uv=False)
            assert singular.min() <= 1e-12 * singular.max()
        np.testing.assert_allclose(values[head].sum(), np.trace(form[head]), rtol=1e-12)
        np.testing.assert_allclose(values[head].prod(), np.linalg.det(form[head]), rtol=1e-11)
    assert (np.diff(np.abs(values), axis=1) <= 1e-12).all(), "the largest first"


def test_eigenvalues_do_not_see_the_basis_of_values(rng, params):
    change = rng.normal(size=(7, 2, 2))
    other = AttentionParams(
        w_q=params.w_q,
        w_k=params.w_k,
        w_v=change @ params.w_v,
        w_o=params.w_o @ np.linalg.inv(change),
    )
    ours, theirs = (metrics.spectrum(metrics.output_value_form(p)) for p in (params, other))
    np.testing.assert_allclose(np.abs(ours), np.abs(theirs), rtol=1e-9, atol=1e-7)
    # Two numbers carry a value, so all but two eigenvalues are 0 (up to a root of the rounding).
    assert (np.abs(ours[:, 2:]) < 1e-6).all()


def test_the_positive_share_counts_copying_against_taking_away(rng):
    copies, takes, turns = np.eye(3), -2 * np.eye(3), np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
    forms = np.stack([copies, takes, turns, np.diag([1.0, -2.0, 0.5])])
    shares = metrics.positive_share(metrics.spectrum(forms))
    np.testing.assert_allclose(shares, [1, -1, 1 / 3, -0.5 / 3.5], atol=1e-12)
    assert np.isnan(metrics.positive_share(np.zeros((1, 3), complex))).all()
