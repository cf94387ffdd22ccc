"""The records of lesson 04, against themselves: can their oracles be told apart by the probes?"""

import dataclasses
import itertools

import numpy as np
import pytest

from autograder.exercises import exercises
from autograder.exercises.lesson_04 import search
from autograder.verdict import verdict

LESSON = [exercise for exercise in exercises().values() if exercise.lesson == "04"]
SEEDS = range(8)
APART = 30.0
"""How many tolerances apart two oracles must lie, for what is largest in the right answer."""


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
        right = [exercise.oracle(case) for case in cases]
        wrong = {m.id: [m.oracle(case) for case in cases] for m in exercise.misconceptions}
        record = as_seen(exercise, cases, right, wrong)
        assert verdict(record, cases, right).passed
        # A search is told by its parameters, which the right answer does not name.
        whole = {n: seen for n, seen in wrong.items() if right[0].keys() <= seen[0].keys()}
        for name, seen in whole.items():
            result = verdict(record, cases, seen)
            assert not result.passed, (name, seed)
            assert result.misconception == name, seed


SEARCH = next(exercise for exercise in LESSON if exercise.id == "gdpp-best-parameters")


@pytest.mark.parametrize("seed", SEEDS)
def test_every_wrong_search_loses_too_much_and_is_named(seed):
    cases = SEARCH.draw(seed, "grade")
    for misconception in SEARCH.misconceptions:
        found = [misconception.oracle(case) for case in cases]
        result = verdict(SEARCH, cases, found)
        assert not result.passed, misconception.id
        assert result.misconception == misconception.id


@pytest.mark.parametrize("seed", SEEDS)
def test_no_pair_of_a_fine_grid_loses_less_than_the_grader_s_own(seed):
    for case in SEARCH.draw(seed, "grade"):
        rate, gamma = search.lowest(case)
        least = search.mean_square(search.left_over(case, np.array([rate]), np.array([gamma])))[0]
        pairs = itertools.product(np.linspace(0.5, 90, 180), np.linspace(-0.2, 1.5, 180))
        for rates_and_gammas in np.array_split(np.array(list(pairs)), 40):
            others = search.mean_square(search.left_over(case, *rates_and_gammas.T))
            assert least <= others.min() * (1 + 1e-4)


@pytest.mark.parametrize("exercise", LESSON, ids=lambda exercise: exercise.id)
def test_every_run_draws_fresh_inputs_and_the_same_seed_the_same_ones(exercise):
    one, again, other = (exercise.draw(seed, "grade") for seed in (3, 3, 4))
    for case, same, fresh in zip(one, again, other, strict=True):
        for name in case:
            np.testing.assert_array_equal(case[name], same[name])
        drawn = [n for n in case if case[n].ndim and np.any(case[n])]
        assert not any(np.array_equal(case[n], fresh[n]) for n in drawn)


@pytest.mark.parametrize("exercise", LESSON, ids=lambda exercise: exercise.id)
def test_no_axis_can_be_taken_for_another(exercise):
    for case in exercise.draw(0, "grade"):
        for name, array in case.items():
            sizes = [size for size in array.shape if size > 1]
            assert len(set(sizes)) == len(sizes), name


def test_ids_are_unique_and_every_message_ends_with_a_question():
    assert len({exercise.id for exercise in LESSON}) == len(LESSON)
    for exercise in LESSON:
        ids = [misconception.id for misconception in exercise.misconceptions]
        assert len(set(ids)) == len(ids)
        for misconception in exercise.misconceptions:
            assert misconception.question.endswith("?"), misconception.id
            assert misconception.cause.endswith("."), misconception.id
