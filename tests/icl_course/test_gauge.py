"""Against: what layers do to random tokens, and NumPy's least squares for the scale."""

import jax
import numpy as np
import pytest

from icl_course import constructions, gauge, metrics
from icl_course.attention import AttentionParams, init_attention, linear_attention

D_TOKEN = 5


def random_layer(seed: int, n_heads: int = 2, d_token: int = D_TOKEN) -> AttentionParams:
    sizes = {"d_token": d_token, "d_key": 3, "d_value": 2, "n_heads": n_heads}
    return init_attention(jax.random.key(seed), **sizes, scale=0.7)


@pytest.fixture
def tokens(rng) -> np.ndarray:
    return rng.normal(size=(7, D_TOKEN))


def same_function(ours: AttentionParams, theirs: AttentionParams, tokens: np.ndarray) -> None:
    np.testing.assert_allclose(
        linear_attention(ours, tokens), linear_attention(theirs, tokens), rtol=1e-11, atol=1e-11
    )


def test_weights_made_from_two_forms_have_these_forms(rng):
    query_key, output_value = rng.normal(size=(2, 3, 5, 5))
    params = gauge.from_forms(query_key, output_value)
    np.testing.assert_array_equal(metrics.query_key_form(params), query_key)
    np.testing.assert_array_equal(metrics.output_value_form(params), output_value)


@pytest.mark.parametrize("n_heads", [1, 2])
def test_fixing_the_gauge_leaves_the_function(tokens, n_heads):
    params, like = random_layer(0, n_heads), random_layer(1, n_heads)
    same_function(gauge.fix_gauge(params, like), params, tokens)


def test_after_fixing_no_other_scale_is_closer(rng):
    params, like = random_layer(0), random_layer(1)
    fixed = metrics.query_key_form(gauge.fix_gauge(params, like))
    target, ours = metrics.query_key_form(like), metrics.query_key_form(params)
    for head in range(2):
        basis = np.asarray(target[head]).reshape(-1, 1)
        (scale,), *_ = np.linalg.lstsq(basis, np.asarray(ours[head]).ravel(), rcond=None)
        np.testing.assert_allclose(fixed[head], ours[head] / scale, rtol=1e-10)


def test_all_weights_of_one_function_come_out_the_same(rng):
    params, like = random_layer(0), random_layer(1)
    bases = rng.normal(size=(2, 3, 3)), rng.normal(size=(2, 2, 2))
    other = constructions.change_basis(params, *bases)
    factors = np.array([-3.0, 0.2])[:, None, None]
    other = AttentionParams(
        w_q=other.w_q * factors, w_k=other.w_k, w_v=other.w_v / factors, w_o=other.w_o
    )
    one, two = gauge.fix_gauge(params, like), gauge.fix_gauge(other, like)
    for ours, theirs in zip(jax.tree.leaves(one), jax.tree.leaves(two), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-9)


def test_the_scale_of_a_gradient_step_is_the_mean_of_the_x_diagonal():
    like = constructions.gradient_step(np.zeros((2, 3)), n_context=7, learning_rate=0.3)
    params = random_layer(0, n_heads=1)
    ours = np.asarray(metrics.query_key_form(params))[0]
    fixed = np.asarray(metrics.query_key_form(gauge.fix_gauge(params, like)))[0]
    np.testing.assert_allclose(fixed, ours / np.diag(ours)[:3].mean(), rtol=1e-11)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_the_ends_of_an_interpolation_are_the_two_layers(tokens, share):
    params, like = random_layer(0), random_layer(1)
    mixed = gauge.interpolate(params, like, share=share)
    same_function(mixed, like if share else params, tokens)


def test_an_interpolation_mixes_both_forms(rng):
    params, like = random_layer(0), random_layer(1)
    mixed = gauge.interpolate(params, like, share=0.3)
    fixed = gauge.fix_gauge(params, like)
    for form in (metrics.query_key_form, metrics.output_value_form):
        expected = 0.7 * np.asarray(form(fixed)) + 0.3 * np.asarray(form(like))
        np.testing.assert_allclose(form(mixed), expected, rtol=1e-11, atol=1e-13)


def test_between_two_ways_to_write_one_function_nothing_changes(rng, tokens):
    params = random_layer(0)
    other = constructions.change_basis(
        params, rng.normal(size=(2, 3, 3)), -np.stack([np.eye(2)] * 2)
    )
    for share in (0.25, 0.5):
        same_function(gauge.interpolate(other, params, share=share), params, tokens)


@pytest.mark.parametrize("other", [random_layer(1, n_heads=1), random_layer(1, d_token=3)])
@pytest.mark.usefixtures("as_a_learner_meets_it")
def test_layers_of_other_sizes_are_refused(other):
    with pytest.raises(ValueError, match=r"shapes \(2, 5, 5\) and \(.*\), which must be equal"):
        gauge.fix_gauge(random_layer(0), other)


@pytest.mark.parametrize(
    "shapes",
    [((5, 5), (5, 5)), ((1, 5, 3), (1, 5, 3)), ((1, 5, 5), (2, 5, 5)), ((2, 5, 5), (1, 5, 5))],
)
@pytest.mark.usefixtures("as_a_learner_meets_it")
def test_forms_that_are_not_one_square_for_each_head_are_refused(shapes):
    with pytest.raises(ValueError, match=r"both must be \[n_heads d_token d_token\]"):
        gauge.from_forms(*map(np.ones, shapes))
