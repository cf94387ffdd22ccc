"""Against: the kernel form of the step, autodiff of the loss in W, and Proposition 2 itself."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from icl_course import constructions, features
from icl_course.attention import linear_attention, softmax_attention
from icl_course.mlp import mlp
from icl_course.tasks import Task
from icl_course.tokens import make_tokens

N, D_X, D_HIDDEN, D_FEATURES, D_Y = 7, 3, 11, 5, 2


@pytest.fixture
def task(rng):
    return Task(
        xs=rng.normal(size=(N, D_X)),
        ys=rng.normal(size=(N, D_Y)),
        x_query=rng.normal(size=D_X),
        y_query=rng.normal(size=D_Y),
    )


@pytest.fixture
def net():
    params = features.init_feature_descent(
        jax.random.key(1), d_x=D_X, d_hidden=D_HIDDEN, d_features=D_FEATURES, learning_rate=0.3
    )
    # Biases that matter.
    return eqx.tree_at(lambda p: p.mlp.b_out, params, jnp.linspace(-1.0, 2.0, D_FEATURES))


def lifted(net, task):
    h = np.stack([mlp(net.mlp, x) for x in task.xs])
    return h, np.asarray(mlp(net.mlp, task.x_query))


def test_inputs_become_features_and_targets_stay(net, task):
    h, h_query = lifted(net, task)
    new = features.with_features(task, lambda x: mlp(net.mlp, x))
    np.testing.assert_allclose(new.xs, h, rtol=1e-12)
    np.testing.assert_allclose(new.x_query, h_query, rtol=1e-12)
    np.testing.assert_array_equal(new.ys, task.ys)
    np.testing.assert_array_equal(new.y_query, task.y_query)
    assert make_tokens(new).shape == (N + 1, D_FEATURES + D_Y)


def test_one_step_is_a_sum_over_examples_weighted_by_the_kernel(net, task):
    h, h_query = lifted(net, task)
    expected = 0.3 / N * task.ys.T @ (h @ h_query)
    np.testing.assert_allclose(features.feature_descent(net, task), expected, rtol=1e-12)


def test_many_steps_descend_the_loss_of_the_top_layer(net, task):
    h, h_query = lifted(net, task)
    w = np.zeros((D_Y, D_FEATURES))
    for _ in range(3):
        w = w - 0.3 * jax.grad(lambda v: jnp.sum((h @ v.T - task.ys) ** 2) / (2 * N))(w)
    found = features.feature_descent(net, task, n_steps=3)
    np.testing.assert_allclose(found, w @ h_query, rtol=1e-12)


def test_descent_may_begin_elsewhere(net, task, rng):
    h, h_query = lifted(net, task)
    w_0 = rng.normal(size=(D_Y, D_FEATURES))
    begun = features.FeatureDescent(mlp=net.mlp, learning_rate=net.learning_rate, w_0=w_0)
    residuals = h @ w_0.T - task.ys
    expected = w_0 @ h_query - 0.3 / N * residuals.T @ (h @ h_query)
    np.testing.assert_allclose(features.feature_descent(begun, task), expected, rtol=1e-12)
    assert len(jax.tree.leaves(begun)) == len(jax.tree.leaves(net)) + 1


def test_no_step_predicts_zero(net, task):
    np.testing.assert_array_equal(features.feature_descent(net, task, n_steps=0), 0.0)


def test_proposition_2_the_layer_on_features_is_the_step_on_the_top_layer(net, task):
    built = constructions.gradient_step(
        jnp.zeros((D_Y, D_FEATURES)), n_context=N, learning_rate=0.3
    )
    layer = features.FeatureLayer(mlp=net.mlp, attention=built)
    np.testing.assert_allclose(
        features.feature_attention(layer, task), features.feature_descent(net, task), rtol=1e-12
    )


def test_another_layer_may_take_its_place(net, task):
    layer = features.init_feature_layer(
        jax.random.key(2), d_x=D_X, d_hidden=D_HIDDEN, d_features=D_FEATURES, d_y=D_Y, scale=0.5
    )
    after = softmax_attention(
        layer.attention, make_tokens(features.with_features(task, lambda x: mlp(layer.mlp, x)))
    )
    found = features.feature_attention(layer, task, layer=softmax_attention)
    np.testing.assert_allclose(found, -after[-1, D_FEATURES:], rtol=1e-12)
    linear = features.feature_attention(layer, task, layer=linear_attention)
    assert np.abs(found - linear).max() > 1e-3


def test_the_answer_to_the_query_is_not_used(net, task):
    moved = eqx.tree_at(lambda t: t.y_query, task, task.y_query + 1.0)
    np.testing.assert_array_equal(
        features.feature_descent(net, task), features.feature_descent(net, moved)
    )


def test_everything_that_should_be_trained_has_a_gradient(net, task):
    gradient = jax.grad(lambda p: jnp.sum(features.feature_descent(p, task)))(net)
    assert all(np.any(leaf != 0) for leaf in jax.tree.leaves(gradient))
    layer = features.init_feature_layer(
        jax.random.key(2), d_x=D_X, d_hidden=D_HIDDEN, d_features=D_FEATURES, d_y=D_Y, scale=0.5
    )
    gradient = jax.grad(lambda p: jnp.sum(features.feature_attention(p, task)))(layer)
    assert all(np.any(leaf != 0) for leaf in jax.tree.leaves(gradient))


def test_mlp_and_attention_of_a_fresh_net_share_no_randomness():
    layer = features.init_feature_layer(
        jax.random.key(2), d_x=5, d_hidden=5, d_features=4, d_y=1, scale=1.0
    )
    drawn = [leaf.ravel()[:5] for leaf in jax.tree.leaves(layer) if np.any(leaf != 0)]
    assert len({tuple(values.round(6).tolist()) for values in drawn}) == len(drawn)


def test_a_batch_is_refused(net, task, as_a_learner_meets_it):
    batch = jax.tree.map(lambda leaf: jnp.asarray(leaf)[None], task)
    with pytest.raises(ValueError, match=r"wrap the call in jax\.vmap"):
        features.with_features(batch, lambda x: x)


def test_every_hidden_unit_bends_somewhere_in_the_range():
    params = features.init_mlp(jax.random.key(3), d_in=1, d_hidden=500, d_out=2)
    moved = features.spread_bends(jax.random.key(4), params, input_range=5.0)
    bends = np.asarray(-moved.b_in / moved.w_in[:, 0])
    assert np.abs(bends).max() < 5
    # Uniform: mean 0 and mean square 25/3, within six standard errors.
    assert abs(bends.mean()) < 6 * 5 / np.sqrt(3 * 500)
    assert abs((bends**2).mean() - 25 / 3) < 6 * 25 * np.sqrt(4 / 45 / 500)
    for name in ("w_in", "w_out", "b_out"):
        np.testing.assert_array_equal(getattr(moved, name), getattr(params, name))
