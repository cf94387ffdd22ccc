"""Against: loops over prompts and steps, all prompts written down, and NumPy's own solvers."""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from icl_course.learner_scores import (
    accuracy_by_position,
    best_counting_accuracy,
    phase,
    plateau_length,
    plateau_span,
)
from icl_course.prompt_baselines import nearest_neighbour, online_sgd, ridge_classifier


def test_accuracy_is_counted_place_by_place(rng):
    logits, ys = rng.standard_normal((19, 7, 3)), rng.integers(0, 3, (19, 7))
    expected = [
        sum(int(np.argmax(logits[b, i]) == ys[b, i]) for b in range(19)) / 19 for i in range(7)
    ]
    np.testing.assert_allclose(accuracy_by_position(logits, ys), expected, rtol=1e-12)


@pytest.mark.parametrize("n_each", [1, 2, 3])
def test_counting_is_worth_what_all_prompts_say(n_each):
    hits, prompts = 0.0, set(itertools.permutations([0] * n_each + [1] * n_each))
    for prompt in prompts:
        for place, label in enumerate(prompt):
            zeros = n_each - prompt[:place].count(0)
            ones = n_each - prompt[:place].count(1)
            hits += 0.5 if zeros == ones else (zeros > ones) == (label == 0)
    expected = hits / (2 * n_each * len(prompts))
    assert math.isclose(best_counting_accuracy(n_each), expected, rel_tol=1e-12)


@pytest.mark.parametrize(
    ("accuracies", "n_classes", "name"),
    [
        ((0.9, 0.9, 0.85), 2, "learned"),
        ((0.1, 0.1, 0.85), 2, "learned"),
        ((0.9, 0.75, 0.5), 2, "identified"),
        ((0.9, 0.75, 0.6), 2, "none"),
        ((0.9, 0.52, 0.47), 2, "memorised"),
        ((0.9, 0.52, 0.47), 10, "none"),
        ((0.9, 0.12, 0.08), 10, "memorised"),
        ((0.7, 0.75, 0.5), 2, "none"),
    ],
)
def test_a_phase_has_its_bounds(accuracies, n_classes, name):
    assert phase(*accuracies, n_classes=n_classes) == name


def test_a_plateau_is_found_step_by_step(rng):
    level = math.log(4)
    shape = np.interp(np.arange(400), [0, 60, 250, 300], [2.5, 1, 1, 0.3])
    losses = level * (shape + 0.1 * rng.standard_normal(400))
    ends = []
    for bound in (1.1 * level, 0.9 * level):
        means = {t: losses[t - 19 : t + 1].mean() for t in range(19, 400)}
        ends.append(min(t for t, mean in means.items() if mean < bound))
    assert plateau_span(losses, n_classes=4, n_window=20) == tuple(ends)
    assert plateau_length(losses, n_classes=4, n_window=20) == ends[1] - ends[0]


def test_a_plateau_without_an_end_lasts_to_the_last_step():
    losses = np.full(30, math.log(3))
    assert plateau_span(losses, n_classes=3, n_window=7) == (6, 30)
    assert plateau_length(9 * losses, n_classes=3, n_window=7) == 0


def example(rng):
    xs, ys = rng.standard_normal((13, 5)), rng.integers(0, 3, 13)
    return jnp.asarray(xs), jnp.asarray(ys)


def test_sgd_takes_the_gradient_step_of_each_example(rng):
    xs, ys = example(rng)
    inputs = jnp.concatenate([xs, jnp.ones((13, 1))], axis=1)
    w, said = jnp.zeros((3, 6)), []
    for x, y in zip(inputs, ys, strict=True):
        said.append(w @ x)
        w = w - 0.3 * jax.grad(lambda w: -jax.nn.log_softmax(w @ x)[y])(w)  # noqa: B023
    found = online_sgd(xs, ys, n_classes=3, learning_rate=0.3)
    np.testing.assert_allclose(found, np.stack(said), rtol=1e-9, atol=1e-12)


def test_the_nearest_is_looked_for_among_earlier_ones(rng):
    xs, _ = example(rng)
    found = np.asarray(nearest_neighbour(xs, np.arange(13), n_classes=13))  # each its own label
    assert (found[0] == 0).all()
    for t in range(1, 13):
        nearest = min(range(t), key=lambda i: float(np.sum((xs[t] - xs[i]) ** 2)))
        np.testing.assert_array_equal(found[t], np.eye(13)[nearest])


def test_ridge_is_solved_from_earlier_examples_alone(rng):
    xs, ys = example(rng)
    found = np.asarray(ridge_classifier(xs, ys, n_classes=3, ridge=0.7))
    inputs = np.concatenate([xs, np.ones((13, 1))], axis=1)
    targets = np.eye(3)[np.asarray(ys)] - 1 / 3
    for t in range(13):
        a = np.concatenate([inputs[:t], np.sqrt(0.7) * np.eye(6)])
        b = np.concatenate([targets[:t], np.zeros((6, 3))])
        w = np.linalg.lstsq(a, b, rcond=None)[0]
        np.testing.assert_allclose(found[t], inputs[t] @ w, rtol=1e-8, atol=1e-10)
