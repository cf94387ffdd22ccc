"""The records of lesson 03: their oracles by another route."""

import itertools

import numpy as np
import pytest

from autograder.exercises import find_exercise
from autograder.exercises.lesson_03 import comparing, mixing, shifting, training, waves
from autograder.verdict import verdict


@pytest.mark.parametrize("flags", [{}, {"sign": 1.0}, {"largest": 1.0}, {"attend_to_query": True}])
def test_the_gradient_by_hand_is_a_quotient_of_small_changes(flags):
    generator = np.random.default_rng(5)
    case = training.draw_training(generator, (7, 3, 5, 2, 2, 3, 4, 2))
    weights = tuple(np.asarray(case[name], np.float64) for name in training.WEIGHTS)
    tasks = training.batch(case, 3)
    _, gradients = training.loss_and_gradients(weights, tasks, **flags)
    for place, gradient in enumerate(gradients):
        for index in itertools.islice(np.ndindex(*gradient.shape), 0, None, 5):
            losses = []
            for nudge in (1e-6, -1e-6):
                moved = [w.copy() for w in weights]
                moved[place][index] += nudge
                losses.append(training.loss_and_gradients(tuple(moved), tasks, **flags)[0])
            slope = (losses[0] - losses[1]) / 2e-6
            np.testing.assert_allclose(gradient[index], slope, rtol=1e-5, atol=1e-6)


def test_each_step_of_a_probe_has_a_batch_of_its_own():
    train = find_exercise("train-layer")
    for seed in range(50):
        for case in train.draw(seed, "grade"):
            assert len({int(s) % len(case["xs"]) for s in case["seeds"]}) == len(case["seeds"])


def test_the_closed_form_of_a_sensitivity_is_the_answer_to_unit_vectors():
    generator = np.random.default_rng(5)
    case = comparing.draw_context(generator, (7, 3, 2, 4, 3, 2))
    closed = -comparing._blocks(case).sum(axis=0)[3:, :3]
    np.testing.assert_allclose(comparing.sensitivity(case)["sensitivity"], closed, rtol=1e-10)


@pytest.mark.parametrize(("n_context", "d_x"), [(1, 1), (1, 3), (2, 2), (3, 2)])
def test_the_squared_trace_is_a_sum_over_all_draws_of_a_law_with_these_moments(n_context, d_x):
    """A coordinate that is -u, 0 or u has any variance s and fourth moment f >= s²."""
    s, f = 0.7, 1.9
    u, p = np.sqrt(f / s), s**2 / f
    total = 0.0
    for draw in itertools.product((-1, 0, 1), repeat=n_context * d_x):
        xs = u * np.reshape(draw, (n_context, d_x))
        chance = np.prod([p / 2 if z else 1 - p for z in draw])
        total += chance * np.trace(xs.T @ xs @ xs.T @ xs)
    case = {"n_context": n_context, "d_x": d_x, "variance": s, "fourth_moment": f}
    np.testing.assert_allclose(shifting.squared_trace(case), total, rtol=1e-12)
    np.testing.assert_allclose(shifting._by_formula()(case), total, rtol=1e-12)


def test_the_fixed_scale_leaves_the_function_and_mixes_nothing_at_the_ends():
    case = mixing.draw_two_layers(np.random.default_rng(5), (7, 5, 3, 4, 2))
    for share, before in ((0.0, ""), (1.0, "like_")):
        ends = mixing.mixed({**case, "share": np.asarray(share)})["tokens"]
        alone = mixing.apply_forms(mixing.forms(case, before), case["tokens"])
        np.testing.assert_allclose(ends, alone, rtol=1e-10, atol=1e-10)


def drawn_by_law(case, generator, *, shared=False):
    """What an answer with NumPy's own random numbers gives."""
    n, n_context = len(case["seeds"]), int(case["n_context"])
    u = generator.random((n, 2))
    amplitude, phase = 0.1 + 0.4 * u[:, :1], np.pi * u[:, 0 if shared else 1, None]
    xs, x_query = (generator.uniform(-5, 5, (n, size)) for size in (n_context, 1))
    ys, y_query = (amplitude * np.sin(x + phase) for x in (xs, x_query))
    fields = {"xs": xs[..., None], "ys": ys[..., None], "x_query": x_query, "y_query": y_query}
    fields = {name: value.astype(np.float32) for name, value in fields.items()}
    return fields | {f"{name} again": value[0] for name, value in fields.items()}


def test_the_law_passes_and_one_number_for_two_draws_does_not():
    sine = find_exercise("one-key-two-draws")
    generator = np.random.default_rng(5)
    for seed in range(40):
        cases = sine.draw(seed, "grade")
        outputs = [drawn_by_law(case, generator) for case in cases]
        result = verdict(sine, cases, outputs)
        assert result.passed, result.message
    faulty = [drawn_by_law(case, generator, shared=True) for case in cases]
    assert verdict(sine, cases, faulty).misconception == "one-key-for-amplitude-and-phase"


def test_right_draws_stay_far_inside_their_bounds():
    """The bounds are for one run in a million: in 300 runs nothing comes near them."""
    sine = find_exercise("one-key-two-draws")
    generator, largest = np.random.default_rng(6), 0.0
    for seed in range(100):
        for case in sine.draw(seed, "grade"):
            outputs = drawn_by_law(case, generator)
            seen, right = waves.observe(case, outputs), waves.oracle(case)
            for name, bound in waves.bounds(case, waves.N_DRAWS).items():
                largest = max(largest, float(np.abs(seen[name] - right[name])) / bound)
    assert largest < 0.9
