"""The records of lesson 01: their oracles by another route."""

import numpy as np
import pytest

from autograder.ask import asks
from autograder.exercises import exercises
from autograder.exercises.lesson_01 import sampling, step_size
from autograder.verdict import verdict
from icl_course import theory


def tasks_of(case, generator) -> dict[str, np.ndarray]:
    """Return what a right answer to `sample-task` gives, drawn by NumPy in no time."""
    n_context, d_x, d_y = sampling.sizes_of(case)
    half_width, n_keys = float(case["input_range"]), len(case["seeds"])
    w = generator.standard_normal((n_keys, d_y, d_x))
    xs = generator.uniform(-half_width, half_width, (n_keys, n_context, d_x))
    x_query = generator.uniform(-half_width, half_width, (n_keys, d_x))
    found = {
        "xs": xs,
        "ys": xs @ w.swapaxes(1, 2),
        "x_query": x_query,
        "y_query": np.einsum("kyx,kx->ky", w, x_query),
    }
    found = {name: value.astype(np.float32) for name, value in found.items()}
    found |= {f"{name}_again": value[0] for name, value in found.items()}
    return found | {"key_reused": np.zeros(())}


def test_chance_stays_well_inside_its_bounds():
    """No right task comes near a bound: of 100 runs the worst uses up to three quarters of it.

    Were a bound only 4.5 standard errors wide, 100 runs of 60 looks would pass 4.0 of them often.
    """
    exercise, generator = exercises()["sample-task"], np.random.default_rng(0)
    for seed in range(100):
        cases = exercise.draw(seed, "grade")
        outputs = [tasks_of(case, generator) for case in cases]
        result = verdict(exercise, cases, outputs)
        assert result.passed, result.message
        assert result.numbers["error_over_tolerance"] < 0.75


def test_tasks_in_float64_pass_too():
    exercise, generator = exercises()["sample-task"], np.random.default_rng(1)
    cases = exercise.draw(1, "grade")
    outputs = [
        {name: value.astype(np.float64) for name, value in tasks_of(case, generator).items()}
        for case in cases
    ]
    # In float32 first, so that targets are products of other numbers than those in float64.
    assert verdict(exercise, cases, outputs).passed


@pytest.mark.parametrize("name", ["xs", "ys", "x_query", "y_query"])
def test_one_wild_number_is_no_law(name):
    exercise, generator = exercises()["sample-task"], np.random.default_rng(2)
    cases = exercise.draw(2, "practice")
    outputs = [tasks_of(case, generator) for case in cases]
    outputs[0][name].flat[1] *= 30
    assert not verdict(exercise, cases, outputs).passed


def test_the_brute_force_agrees_with_the_closed_form():
    for half_width, n_context, d_x in ((0.5, 10, 10), (1.0, 3, 7), (2.0, 1, 1)):
        here = step_size.Setting(half_width, n_context, d_x)
        moments = theory.uniform_moments(input_range=half_width)
        sizes = {"n_context": n_context, "d_x": d_x}
        np.testing.assert_allclose(
            step_size.best(here), theory.best_step_size(moments, **sizes), rtol=1e-9
        )
        np.testing.assert_allclose(
            step_size.loss_at(here, step_size.best(here)),
            theory.best_one_step_loss(moments, **sizes),
            rtol=1e-9,
        )


def test_a_message_on_draws_speaks_of_chance():
    exercise, generator = exercises()["sample-task"], np.random.default_rng(3)
    cases = exercise.draw(3, "practice")
    outputs = [tasks_of(case, generator) for case in cases]
    for output in outputs:
        output["xs"] += 0.5 * np.float32(output["xs"].std())
    message = verdict(exercise, cases, outputs).message
    assert message.rstrip().endswith("?")
    assert asks()["sample-task"].function == "sample_task"
