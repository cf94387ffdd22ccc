"""The records of lesson 01, against themselves: can their oracles be told apart by the probes?"""

import dataclasses

import numpy as np
import pytest

from autograder.ask import asks
from autograder.exercises import exercises
from autograder.exercises.lesson_01 import sampling, step_size
from autograder.verdict import verdict
from icl_course import theory

LESSON = [exercise for exercise in exercises().values() if exercise.lesson == "01"]
SEEDS = range(20)
APART = 30.0
"""How many tolerances apart two oracles must lie, for what is largest in the right answer."""


def table(exercise, cases):
    """What the right answer and every misconception give for some cases; each computed once."""
    oracles = {m.id: m.oracle for m in exercise.misconceptions}
    found = {name: [oracle(case) for case in cases] for name, oracle in oracles.items()}
    return [exercise.oracle(case) for case in cases], found


def as_seen(exercise, cases, right, wrong):
    """The record with its oracles looked up, given what would be seen of an answer."""

    def index(case):
        return next(number for number, known in enumerate(cases) if known is case)

    def look_up(outputs):
        return lambda case: outputs[index(case)]

    return dataclasses.replace(
        exercise,
        oracle=look_up(right),
        observe=lambda case, outputs: outputs,
        magnitude=lambda case, outputs: {
            name: np.asarray(APART * max(1.0, np.abs(array).max()))
            for name, array in right[index(case)].items()
        },
        misconceptions=tuple(
            dataclasses.replace(m, oracle=look_up(wrong[m.id])) for m in exercise.misconceptions
        ),
    )


@pytest.mark.parametrize("depth", ["practice", "grade"])
@pytest.mark.parametrize("exercise", LESSON, ids=lambda exercise: exercise.id)
def test_the_probes_tell_every_misconception_from_every_other_and_from_the_right_answer(
    exercise, depth
):
    for seed in SEEDS:
        cases = exercise.draw(seed, depth)
        right, wrong = table(exercise, cases)
        record = as_seen(exercise, cases, right, wrong)
        assert verdict(record, cases, right).passed
        # One that names only some of the arrays of the right answer cannot be put in its place.
        whole = {n: seen for n, seen in wrong.items() if right[0].keys() <= seen[0].keys()}
        for name, seen in whole.items():
            result = verdict(record, cases, seen)
            assert not result.passed, (name, seed)
            # The first that matches gives the name: its own name says that no earlier one does.
            assert result.misconception == name, seed


@pytest.mark.parametrize("exercise", LESSON, ids=lambda exercise: exercise.id)
def test_no_axis_can_be_taken_for_another(exercise):
    for case in exercise.draw(0, "grade"):
        for name, array in case.items():
            sizes = [size for size in array.shape if size > 1]
            assert len(set(sizes)) == len(sizes), name


@pytest.mark.parametrize("exercise", LESSON, ids=lambda exercise: exercise.id)
def test_every_run_draws_fresh_inputs_and_the_same_seed_the_same_ones(exercise):
    one, again, other = (exercise.draw(seed, "grade") for seed in (3, 3, 4))
    for case, same, fresh in zip(one, again, other, strict=True):
        for name in case:
            np.testing.assert_array_equal(case[name], same[name])
        drawn = [n for n in case if case[n].ndim and np.any(case[n])]
        assert not any(np.array_equal(case[n], fresh[n]) for n in drawn)


def test_ids_are_unique_and_every_message_ends_with_a_question():
    assert len({exercise.id for exercise in LESSON}) == len(LESSON)
    for exercise in LESSON:
        ids = [misconception.id for misconception in exercise.misconceptions]
        assert len(set(ids)) == len(ids)
        for misconception in exercise.misconceptions:
            assert misconception.question.endswith("?"), misconception.id
            assert misconception.cause.endswith("."), misconception.id


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
    return found | {f"{name}_again": value[0] for name, value in found.items()}


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
