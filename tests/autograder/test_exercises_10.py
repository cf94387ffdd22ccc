"""The records of lesson 10, against themselves: can their oracles be told apart by the probes?"""

import dataclasses

import numpy as np
import pytest

from autograder.exercises import exercises
from autograder.exercises.lesson_10 import capstone, steps, teachers
from autograder.verdict import verdict

LESSON = [exercise for exercise in exercises().values() if exercise.lesson == "10"]
CAPSTONE = exercises()["capstone"]
SEEDS = range(5)
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
            if name in ("covariance", "hidden"):  # square; the second is not symmetric
                continue
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


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bayes_answer_of_a_drift_has_no_excess_and_named_ideas_are_far_beyond_the_bar(seed):
    cases = CAPSTONE.draw(seed, "practice")
    for case in cases:
        means, variances = capstone.filtered(case)
        assert capstone.excess_of(case, means) == 0
        assert np.all(variances > 0)
    for misconception in CAPSTONE.misconceptions:
        wrong = [misconception.oracle(case)["predictions"] for case in cases]
        excesses = [capstone.excess_of(*pair) for pair in zip(cases, wrong, strict=True)]
        assert max(excesses) > 2 * capstone.BAR, misconception.id


def test_the_excess_counts_squares_in_units_of_the_bayes_risk():
    case = CAPSTONE.draw(0, "practice")[0]
    means, variances = capstone.filtered(case)
    moved = means + np.sqrt(capstone.BAR * variances)
    np.testing.assert_allclose(capstone.excess_of(case, moved), capstone.BAR, rtol=1e-12)


@pytest.mark.parametrize(("share", "passes"), [(0.15, True), (0.25, False)])
def test_the_bar_is_a_fifth_of_the_bayes_risk(share, passes):
    cases = CAPSTONE.draw(1, "grade")
    outputs = []
    for case in cases:
        means, variances = capstone.filtered(case)
        outputs.append({"predictions": (means + np.sqrt(share * variances))[:, None]})
    assert verdict(CAPSTONE, cases, outputs).passed == passes


def test_predictions_of_another_shape_are_refused_in_words():
    cases = CAPSTONE.draw(1, "practice")
    outputs = [{"predictions": np.zeros((len(case["xs"]), 2))} for case in cases]
    assert "expected shape [1]" in verdict(CAPSTONE, cases, outputs).message


def test_a_crowd_of_teachers_is_so_far_off_that_no_likelihood_is_a_float32():
    exercise = exercises()["task-diversity"]
    for seed in SEEDS:
        crowded = exercise.draw(seed, "practice")[1]
        squares = teachers._squares(crowded) / (2 * float(crowded["label_noise"]) ** 2)
        assert squares.min() > 110


def test_the_second_moment_is_that_of_the_closed_form():
    case = exercises()["preconditioner"].draw(0, "grade")[1]
    covariance, n = np.asarray(case["covariance"], float), int(case["n_context"])
    closed = (n + 1) / n * covariance @ covariance + np.trace(covariance) / n * covariance
    np.testing.assert_allclose(steps.squared_second_moment(covariance, n), closed, rtol=1e-12)
