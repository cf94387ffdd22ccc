"""The records of lesson 08, against themselves: can their oracles be told apart by the probes?"""

import numpy as np
import pytest

from autograder.exercises import exercises
from autograder.exercises.lesson_08 import bugs
from autograder.verdict import verdict


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
        ("names-from-one", None, lambda g, d, p, c: g.permutation(c) + 1),
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
