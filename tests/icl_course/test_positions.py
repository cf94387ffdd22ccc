"""Against: tokens written out by hand, angles on a circle, and softmax itself."""

import jax
import numpy as np
import pytest

from icl_course.positions import (
    alternating_tokens,
    circle_code,
    next_on_circle,
    sharpness_for,
    with_code,
)
from icl_course.tasks import Task, sample_linear


def numbered(n_context, d_x, d_y):
    """A task of distinct numbers, none of them 0."""
    count = iter(range(1, 1000))

    def array(*shape):
        return np.array([next(count) for _ in range(int(np.prod(shape)))], float).reshape(shape)

    return Task(
        xs=array(n_context, d_x), ys=array(n_context, d_y), x_query=array(d_x), y_query=array(d_y)
    )


@pytest.mark.parametrize("sizes", [(7, 5, 3), (2, 3, 5), (1, 1, 1)])
def test_inputs_and_targets_take_turns_and_the_query_is_an_input(sizes):
    _, d_x, d_y = sizes
    task = numbered(*sizes)
    rows = []
    for x, y in zip(task.xs, task.ys, strict=True):
        rows += [np.append(x, np.zeros(d_y)), np.append(np.zeros(d_x), y)]
    rows.append(np.append(task.x_query, np.zeros(d_y)))
    np.testing.assert_array_equal(alternating_tokens(task), rows)


def test_the_answer_is_in_no_token():
    task = numbered(5, 3, 2)
    assert not np.isin(task.y_query, alternating_tokens(task)).any()


def test_a_batch_is_refused(as_a_learner_meets_it):
    batch = jax.vmap(lambda key: sample_linear(key, n_context=5, d_x=3))(
        jax.random.split(jax.random.key(0), 2)
    )
    with pytest.raises(ValueError, match=r"xs has shape \(2, 5, 3\).*vmap\(alternating_tokens\)"):
        alternating_tokens(batch)
    assert jax.vmap(alternating_tokens)(batch).shape == (2, 11, 4)


def test_the_code_stands_in_front_and_changes_no_data(rng):
    code, tokens = rng.normal(size=(7, 3)), rng.normal(size=(7, 5))
    both = with_code(code, tokens)
    np.testing.assert_array_equal(both[:, :3], code)
    np.testing.assert_array_equal(both[:, 3:], tokens)


def test_a_code_of_another_length_is_refused(as_a_learner_meets_it):
    with pytest.raises(ValueError, match="6 rows for 7 tokens"):
        with_code(np.zeros((6, 2)), np.zeros((7, 5)))


@pytest.mark.parametrize("n_tokens", [3, 5, 21, 101])
def test_places_lie_evenly_on_the_unit_circle(n_tokens):
    code = circle_code(n_tokens=n_tokens)
    places = np.exp(2j * np.pi * np.arange(1, n_tokens + 1) / n_tokens)
    np.testing.assert_allclose(code[:, 0] + 1j * code[:, 1], places, atol=1e-13)


@pytest.mark.parametrize("n_tokens", [3, 4, 5, 21, 101])
def test_the_next_place_wins_by_a_margin_of_one(n_tokens):
    code, matrix = circle_code(n_tokens=n_tokens), next_on_circle(n_tokens=n_tokens)
    scores = np.array([[p_i @ matrix @ p_j for p_i in code] for p_j in code])
    for j in range(n_tokens):
        following = (j + 1) % n_tokens
        others = np.delete(scores[j], following)
        np.testing.assert_allclose(scores[j, following] - others.max(), 1, rtol=1e-9)
    steps = np.arange(n_tokens)[None] - np.arange(n_tokens)[:, None] - 1
    slowest = 2 * np.pi / n_tokens
    np.testing.assert_allclose(scores, np.cos(slowest * steps) / (1 - np.cos(slowest)), atol=1e-9)


def test_fewer_places_than_a_prompt_has_are_refused():
    with pytest.raises(ValueError, match="n_tokens = 2, but one example and a query make 3"):
        next_on_circle(n_tokens=2)


@pytest.mark.parametrize(("n", "margin", "error"), [(2, 1.0, 0.3), (20, 0.07, 1e-6), (101, 5, 0.4)])
def test_the_sharpness_leaves_the_others_the_weight_asked_for(n, margin, error):
    scores = np.zeros(n)
    scores[n // 2] = margin
    powers = np.exp(float(sharpness_for(n_attended=n, margin=margin, error=error)) * scores)
    weights = powers / powers.sum()
    np.testing.assert_allclose(np.delete(weights, n // 2).sum(), error, rtol=1e-9)


@pytest.mark.parametrize(
    "wrong", [{"n_attended": 1}, {"margin": 0.0}, {"error": 0.0}, {"error": 1.0}]
)
def test_what_no_sharpness_can_give_is_refused(wrong):
    asked = {"n_attended": 20, "margin": 1.0, "error": 0.1} | wrong
    with pytest.raises(ValueError, match="at least 2 tokens; the margin is positive, the error"):
        sharpness_for(**asked)
