"""The records of lesson 09, against themselves: can their oracles be told apart by the probes?"""

import dataclasses

import numpy as np
import pytest

from autograder.exercises import exercises
from autograder.verdict import verdict

LESSON = [exercise for exercise in exercises().values() if exercise.lesson == "09"]
SEEDS = {"decodability": range(2), "intervene": range(2)}
"""The slow ones have fewer; all others have ten."""
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
    for seed in SEEDS.get(exercise.id, range(10)):
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
