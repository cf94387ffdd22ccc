"""The records of lesson 08, against themselves: can their oracles be told apart by the probes?"""

import dataclasses

import numpy as np
import pytest

from autograder.exercises import exercises
from autograder.exercises.lesson_08 import bugs
from autograder.verdict import verdict

LESSON = [exercise for exercise in exercises().values() if exercise.lesson == "08"]
SEEDS = range(6)
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


def draw_tasks(case, a_of=None, names_of=None):
    """Outputs of the law that is asked for, drawn with NumPy, or of another one."""
    n_pixels, d_x, n_classes = case["images"].shape[1], int(case["d_x"]), int(case["n_classes"])
    a_of = a_of or (lambda g: g.standard_normal((d_x, n_pixels)) / np.sqrt(n_pixels))
    names_of = names_of or (lambda g: g.permutation(n_classes))
    generators = [np.random.default_rng(int(seed)) for seed in case["seeds"]]
    rules = [(a_of(g), names_of(g)) for g in generators]
    a, names = rules[0]
    return {
        "xs": np.stack([case["images"] @ a.T for a, _ in rules]),
        "ys": np.stack([names[case["labels"]] for _, names in rules]),
        "xs_again": case["others"] @ a.T,
        "ys_again": names[case["other_labels"]],
    }


def judged(case, outputs):
    exercise = exercises()["projected-tasks"]
    return verdict(exercise, [case], [outputs])


def test_tasks_of_the_right_law_pass_for_every_seed():
    for seed in range(20):
        for case in exercises()["projected-tasks"].draw(seed, "grade"):
            result = judged(case, draw_tasks(case))
            assert result.passed, result.message


@pytest.mark.parametrize(
    ("name", "a_of", "names_of"),
    [
        ("unscaled", lambda g, d, p, c: g.standard_normal((d, p)), None),
        ("variance-for-deviation", lambda g, d, p, c: g.standard_normal((d, p)) / p, None),
        ("scaled-by-d-x", lambda g, d, p, c: g.standard_normal((d, p)) / np.sqrt(d), None),
        ("diagonal", lambda g, d, p, c: np.eye(d, p) * g.standard_normal(p), None),
        ("seed-ignored", lambda g, d, p, c: np.cos(np.arange(d * p)).reshape(d, p), None),
        ("signs", lambda g, d, p, c: g.choice([-1, 1], (d, p)) / np.sqrt(p), None),
        ("uniform", lambda g, d, p, c: g.uniform(-1, 1, (d, p)) * np.sqrt(3 / p), None),
        ("not-renamed", None, lambda g, d, p, c: np.arange(c)),
        ("one-renaming", None, lambda g, d, p, c: np.arange(c)[::-1]),
        ("shifted-round", None, lambda g, d, p, c: (np.arange(c) + g.integers(c)) % c),
        ("with-replacement", None, lambda g, d, p, c: g.integers(0, c, c)),
    ],
)
def test_another_law_is_refused_by_its_name(name, a_of, names_of):
    for seed in range(3):
        cases = exercises()["projected-tasks"].draw(seed, "practice")
        outputs = []
        for case in cases:
            sizes = int(case["d_x"]), case["images"].shape[1], int(case["n_classes"])
            outputs.append(
                draw_tasks(
                    case,
                    a_of and (lambda g, sizes=sizes: a_of(g, *sizes)),
                    names_of and (lambda g, sizes=sizes: names_of(g, *sizes)),
                )
            )
        result = verdict(exercises()["projected-tasks"], cases, outputs)
        assert (result.passed, result.misconception) == (False, name)


def test_counting_all_states_gives_what_writing_down_all_prompts_gives():
    for k in (1, 2, 3):
        case = {"n_each": np.asarray(k)}
        assert abs(bugs.counting(case)["accuracy"] - bugs.brute_force(k)) < 1e-12


def test_every_kind_of_batch_is_what_it_was_drawn_as():
    generator = np.random.default_rng(0)
    for size in bugs.SIZES:
        for bug in range(4):
            for is_dark in (False, True):
                case = bugs.draw_batch(generator, size, bug, is_dark=is_dark)
                assert bugs.bug(case)["bug"] == bug
