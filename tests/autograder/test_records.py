"""Every record against itself: its probes tell its oracles apart, and its words are in order.

What belongs to one lesson alone is in `test_exercises_NN.py`.
"""

import dataclasses

import numpy as np
import pytest

from autograder.exercises import exercises
from autograder.verdict import verdict

N_SEEDS = {"03": 8, "04": 8, "09": 8, "10": 5, "decodability": 2, "intervene": 2}
"""By lesson or exercise, where oracles take long; 20 elsewhere."""

APART = 30.0
"""How many tolerances apart two oracles must lie, for what is largest in the right answer."""

BY_LAW = "one-key-two-draws"
"""Its inputs are keys; what is drawn from them is judged by its law, see test_exercises_03."""

SQUARE = {
    "matrix": "a form on codes: dense, not symmetric",
    "pattern": "attention among a prompt's tokens: causal, so not symmetric",
    "covariance": "symmetric, as is what should be made of it",
    "hidden": "not symmetric",
}
"""Arrays that are square by nature, and why no two axes can be swapped unseen."""

EVERY = pytest.mark.parametrize("exercise", exercises().values(), ids=exercises())


def seeds(exercise):
    return range(N_SEEDS.get(exercise.id, N_SEEDS.get(exercise.lesson, 20)))


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
@EVERY
def test_the_probes_tell_every_misconception_from_every_other_and_from_the_right_answer(
    exercise, depth
):
    if exercise.id == BY_LAW:
        pytest.skip("judged by its law")
    for seed in seeds(exercise):
        cases = exercise.draw(seed, depth)
        right = [exercise.oracle(case) for case in cases]
        wrong = {m.id: [m.oracle(case) for case in cases] for m in exercise.misconceptions}
        record = as_seen(exercise, cases, right, wrong)
        assert verdict(record, cases, right).passed
        # One that names only some of the arrays of the right answer cannot be put in its place.
        whole = {n: seen for n, seen in wrong.items() if right[0].keys() <= seen[0].keys()}
        for name, seen in whole.items():
            result = verdict(record, cases, seen)
            assert not result.passed, (name, seed)
            # The first that matches gives the name: its own name says that no earlier one does.
            assert result.misconception == name, seed


@EVERY
def test_no_axis_can_be_taken_for_another(exercise):
    for case in exercise.draw(0, "grade"):
        for name, array in case.items():
            sizes = [size for size in array.shape if size > 1]
            assert name in SQUARE or len(set(sizes)) == len(sizes), name


@EVERY
def test_every_run_draws_fresh_inputs_and_the_same_seed_the_same_ones(exercise):
    one, again, other = (exercise.draw(seed, "grade") for seed in (3, 3, 4))
    for case, same, fresh in zip(one, again, other, strict=True):
        for name in case:
            np.testing.assert_array_equal(case[name], same[name])
        drawn = [n for n in case if case[n].ndim and np.any(case[n])]
        assert not any(np.array_equal(case[n], fresh[n]) for n in drawn)


@EVERY
def test_every_message_has_a_name_of_its_own_and_ends_with_a_question(exercise):
    ids = [misconception.id for misconception in exercise.misconceptions]
    assert len(set(ids)) == len(ids)
    for misconception in exercise.misconceptions:
        assert misconception.question.endswith("?"), misconception.id
        assert misconception.cause.endswith("."), misconception.id
