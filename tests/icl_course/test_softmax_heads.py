"""Against: kernel smoothing, descent on centred inputs, and the derived order of the error."""

from functools import partial

import jax.numpy as jnp
import numpy as np
import pytest

from icl_course import descent, kernels
from icl_course.attention import linear_attention, softmax_attention
from icl_course.constructions import gradient_step
from icl_course.softmax_heads import softmax_smoother, two_softmax_heads
from icl_course.tasks import Task
from icl_course.tokens import make_tokens

N, D_X, D_Y = 7, 3, 2


@pytest.fixture
def task(rng):
    return Task(
        xs=rng.normal(size=(N, D_X)),
        ys=rng.normal(size=(N, D_Y)),
        x_query=rng.normal(size=D_X),
        y_query=rng.normal(size=D_Y),
    )


@pytest.fixture
def w_0(rng):
    return rng.normal(size=(D_Y, D_X))


def on_centred_inputs(task, w_0, rates):
    """Every token moved by one step of descent on inputs and targets less their means."""
    xs, ys = task.xs - task.xs.mean(0), task.ys - task.ys.mean(0)
    delta = np.asarray(descent.step(w_0, xs, ys, learning_rate=rates)) - w_0
    tokens = np.asarray(make_tokens(task, w_0)).copy()
    tokens[:, D_X:] -= tokens[:, :D_X] @ delta.T
    return tokens


def test_the_smoother_predicts_the_weighted_mean(task):
    params = softmax_smoother(d_x=D_X, d_y=D_Y, temperature=1.7)
    after = softmax_attention(params, make_tokens(task))
    kernel = partial(kernels.exponential_kernel, temperature=1.7)
    expected = kernels.kernel_smoothing(kernel, task.xs, task.ys, task.x_query)
    np.testing.assert_allclose(-after[-1, D_X:], expected, rtol=1e-12)
    np.testing.assert_array_equal(after[:, :D_X], make_tokens(task)[:, :D_X])


def test_two_heads_come_close_to_the_step_on_centred_inputs_with_the_square_of_1_over_t(task, w_0):
    rates = jnp.array([0.7, 1.3])
    limit = on_centred_inputs(task, w_0, rates)
    errors = []
    for temperature in (200.0, 400.0, 800.0):
        heads = two_softmax_heads(w_0, learning_rate=rates, temperature=temperature)
        errors.append(np.abs(softmax_attention(heads, make_tokens(task, w_0)) - limit).max())
    slopes = np.log2(np.array(errors[:-1]) / errors[1:])
    np.testing.assert_allclose(slopes, 2.0, atol=1e-2)
    assert errors[0] < 1e-2 * np.abs(limit).max()


def test_the_leading_error_is_the_fourth_order_cumulant(task, w_0):
    """error · T² -> η/(6N) Σ v_i d_i³ - 3 ... : the third derivative of a tilted mean."""
    temperature, rate = 1e3, 0.7
    tokens = np.asarray(make_tokens(task, w_0))
    heads = two_softmax_heads(w_0, learning_rate=rate, temperature=temperature)
    error = np.asarray(softmax_attention(heads, tokens)) - on_centred_inputs(task, w_0, rate)
    values = task.xs @ w_0.T - task.ys
    values = values - values.mean(0)
    for j in range(N + 1):
        d = (task.xs - task.xs.mean(0)) @ tokens[j, :D_X]
        cumulant = np.mean(values.T * d**3, axis=1) - 3 * np.mean(values.T * d, axis=1) * np.mean(
            d**2
        )
        np.testing.assert_allclose(
            error[j, D_X:] * temperature**2, rate / 6 * cumulant, rtol=1e-3, atol=1e-6
        )


def test_with_centred_inputs_the_limit_is_the_linear_layer(task, w_0):
    xs = task.xs - task.xs.mean(0)
    tokens = make_tokens(Task(xs=xs, ys=task.ys, x_query=task.x_query, y_query=task.y_query), w_0)
    linear = linear_attention(gradient_step(w_0, n_context=N, learning_rate=0.7), tokens)
    heads = two_softmax_heads(w_0, learning_rate=0.7, temperature=1e4)
    np.testing.assert_allclose(softmax_attention(heads, tokens), linear, atol=1e-7)


def test_no_softmax_layer_sees_a_shift_of_all_inputs_in_its_scores(task, w_0):
    """The reason for the centring: move all context inputs, and the update stays."""
    heads = two_softmax_heads(w_0 * 0, learning_rate=0.7, temperature=2.0)
    tokens = np.asarray(make_tokens(task))
    moved = tokens.copy()
    moved[:-1, :D_X] += np.array([1.0, -2.0, 0.5])
    query = [softmax_attention(heads, t)[-1] for t in (tokens, moved)]
    np.testing.assert_allclose(query[0], query[1], rtol=1e-10)


def test_the_number_of_rates_is_one_or_one_for_each_output(w_0, as_a_learner_meets_it):
    with pytest.raises(ValueError, match="learning_rate has shape"):
        two_softmax_heads(w_0, learning_rate=jnp.ones(3), temperature=1.0)
