"""Against: pairs merged by hand, one gradient step of `descent`, and small differences."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from icl_course import descent
from icl_course.attention import AttentionParams, linear_attention, softmax_attention
from icl_course.copying import (
    attention_weights,
    blind_to_code,
    copy_then_step,
    copying_head,
    init_two_layers,
    own_next_other,
    predict,
    token_sensitivity,
    two_layers,
)
from icl_course.positions import alternating_tokens, circle_code, next_on_circle, with_code
from icl_course.tasks import sample_linear

SIZES = [(7, 3, 2), (2, 5, 3), (1, 1, 1)]


def random_layer(rng, d_token, d_key=3, d_value=2, n_heads=5):
    return AttentionParams(
        w_q=rng.normal(size=(n_heads, d_key, d_token)),
        w_k=rng.normal(size=(n_heads, d_key, d_token)),
        w_v=rng.normal(size=(n_heads, d_value, d_token)),
        w_o=rng.normal(size=(n_heads, d_token, d_value)),
    )


def prompt(sizes, seed=0):
    n_context, d_x, d_y = sizes
    task = sample_linear(jax.random.key(seed), n_context=n_context, d_x=d_x, d_y=d_y)
    n_tokens = 2 * n_context + 1
    code = circle_code(n_tokens=n_tokens)
    return task, code, next_on_circle(n_tokens=n_tokens)


@pytest.mark.parametrize("sizes", SIZES)
def test_a_sharp_head_joins_every_input_with_its_target(sizes):
    n_context, d_x, d_y = sizes
    task, code, matrix = prompt(sizes)
    before = with_code(code, alternating_tokens(task))
    head = copying_head(matrix, d_x=d_x, d_y=d_y, sharpness=60.0)
    after = np.asarray(softmax_attention(head, before))
    expected = np.array(before)
    for i in range(n_context):
        expected[2 * i, 2 + d_x :] = task.ys[i]
    rows = np.delete(np.arange(2 * n_context + 1), -2)  # all but the last target
    np.testing.assert_allclose(after[rows], expected[rows], atol=1e-12)
    np.testing.assert_array_equal(after[-2, 2 : 2 + d_x], 0.0)


@pytest.mark.parametrize("sharpness", [0.0, 0.7, 3.0])
def test_the_score_is_the_sharpness_times_the_form_whatever_the_size_of_the_code(rng, sharpness):
    code, matrix = rng.normal(size=(7, 5)), rng.normal(size=(5, 5))
    before = with_code(code, rng.normal(size=(7, 4)))
    head = copying_head(matrix, d_x=3, d_y=1, sharpness=sharpness)
    (weights,) = attention_weights(head, before)
    for j in range(7):
        powers = np.exp([sharpness * code[i] @ matrix @ code[j] for i in range(6)])
        np.testing.assert_allclose(weights[j], powers / powers.sum(), rtol=1e-9)
    gained = np.asarray(softmax_attention(head, before)) - before
    np.testing.assert_allclose(gained[:, -1], weights @ before[:-1, -1], rtol=1e-9)
    np.testing.assert_array_equal(gained[:, :-1], 0.0)


def test_attention_weights_are_those_that_the_softmax_layer_uses(rng):
    tokens, params = rng.normal(size=(11, 7)), random_layer(rng, 7)
    weights = attention_weights(params, tokens)
    gathered = [
        w @ (tokens[:-1] @ v.T) @ o.T
        for w, v, o in zip(weights, params.w_v, params.w_o, strict=True)
    ]
    np.testing.assert_allclose(softmax_attention(params, tokens), tokens + sum(gathered), rtol=1e-9)


def test_a_widened_layer_leaves_the_code_alone_and_does_not_read_it(rng):
    params, code, data = random_layer(rng, 5), rng.normal(size=(7, 2)), rng.normal(size=(7, 5))
    after = linear_attention(blind_to_code(params, d_code=2), with_code(code, data))
    np.testing.assert_array_equal(after[:, :2], code)
    np.testing.assert_allclose(after[:, 2:], linear_attention(params, data), rtol=1e-12)


@pytest.mark.parametrize("sizes", SIZES)
def test_two_layers_are_one_gradient_step(sizes):
    n_context, d_x, d_y = sizes
    rates = jnp.arange(1.0, d_y + 1)
    for seed in range(3):
        task, code, matrix = prompt(sizes, seed)
        made = copy_then_step(
            matrix, n_context=n_context, d_x=d_x, d_y=d_y, sharpness=60.0, learning_rate=rates
        )
        w_1 = descent.step(jnp.zeros((d_y, d_x)), task.xs, task.ys, learning_rate=rates)
        expected = descent.predict(w_1, task.x_query)
        np.testing.assert_allclose(predict(made, task, code), expected, atol=1e-12)


def test_every_depth_is_returned():
    task, code, matrix = prompt((5, 3, 2))
    made = copy_then_step(matrix, n_context=5, d_x=3, d_y=2, sharpness=2.0, learning_rate=0.7)
    before = with_code(code, alternating_tokens(task))
    deep = two_layers(made, before)
    merged = softmax_attention(made.copy, before)
    for ours, theirs in zip(
        deep, [before, merged, linear_attention(made.step, merged)], strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_the_answer_is_read_from_the_query_at_the_last_depth(rng):
    task, code, _ = prompt((5, 3, 2))
    params = init_two_layers(jax.random.key(0), d_token=7, d_key=3, scale=0.5)
    deep = two_layers(params, with_code(code, alternating_tokens(task)))
    np.testing.assert_allclose(predict(params, task, code), -deep[-1, -1, -2:], rtol=1e-9)


def test_nobody_attends_to_the_query_in_either_layer():
    task, code, matrix = prompt((5, 3, 2))
    made = copy_then_step(matrix, n_context=5, d_x=3, d_y=2, sharpness=2.0, learning_rate=0.7)
    before = with_code(code, alternating_tokens(task))
    slopes = jax.jacobian(lambda query: two_layers(made, before.at[-1].set(query))[-1])(before[-1])
    np.testing.assert_array_equal(slopes[:-1], 0.0)


def test_initial_weights_are_drawn_apart_and_have_the_scale_asked_for():
    params = init_two_layers(jax.random.key(0), d_token=23, d_key=31, scale=0.3)
    leaves = [np.ravel(leaf) for leaf in jax.tree.leaves(params)]
    assert len(np.unique(np.concatenate(leaves))) == 8 * 23 * 31
    np.testing.assert_allclose([leaf.std() for leaf in leaves], 0.3, rtol=0.1)
    assert params.copy.w_q.shape == (1, 31, 23)


def test_the_sensitivity_is_that_of_central_differences(rng):
    tokens, params = rng.normal(size=(5, 7)), random_layer(rng, 7)
    layer = partial(softmax_attention, params)
    norms, step = token_sensitivity(layer, tokens, d_code=3), 1e-6
    for j in range(5):
        for i in range(4):
            total = 0.0
            for slot in range(3, 7):
                up, down = tokens.copy(), tokens.copy()
                up[i, slot] += step
                down[i, slot] -= step
                total += np.sum(((layer(up) - layer(down))[j, 3:] / (2 * step)) ** 2)
            np.testing.assert_allclose(norms[j, i], np.sqrt(total), rtol=1e-6)


def test_the_constructed_head_depends_on_the_own_and_the_next_token_only():
    task, code, matrix = prompt((5, 3, 2))
    head = copying_head(matrix, d_x=3, d_y=2, sharpness=60.0)
    tokens = with_code(code, alternating_tokens(task))
    norms = token_sensitivity(partial(softmax_attention, head), tokens, d_code=2)
    expected = np.sqrt(5) * np.eye(11, 10) + np.sqrt(2) * np.eye(11, 10, k=1)
    expected[-1, 0] = np.sqrt(2)  # the query asks for the first token
    rows = np.delete(np.arange(11), -2)
    np.testing.assert_allclose(norms[rows], expected[rows], atol=1e-9)


def test_own_next_and_other_are_means_over_their_entries(rng):
    table = rng.uniform(1, 2, (7, 6))
    groups = {"own": [], "next": [], "other": []}
    for j, i in np.ndindex(7, 6):
        groups["own" if i == j else "next" if i == j + 1 else "other"].append(table[j, i])
    expected = [np.mean(group) for group in groups.values()]
    np.testing.assert_allclose(own_next_other(table), expected, rtol=1e-12)


@pytest.mark.parametrize("shape", [(5, 5), (2, 1)])
def test_a_table_of_another_shape_is_refused(shape):
    with pytest.raises(ValueError, match="one row for each token and one column"):
        own_next_other(np.ones(shape))
