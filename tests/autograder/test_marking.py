"""Marks: made outside the learner's process, from answers to inputs that no cell can see."""

import copy

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from autograder.content import find_lesson
from autograder.exercises import find_exercise
from autograder.grading.demo_class import bank_answer, other_route
from autograder.grading.marking import PUBLIC_SEED, checked_name, draw_seed, mark
from autograder.running.runner import Limits
from autograder.sandbox.starting import starter

SECRET = bytes(32)
EXERCISES = ("target-shift", "gd-weights")
REFERENCE = {name: other_route(name) for name in EXERCISES}


@pytest.fixture(scope="module")
def release():
    """The first cell of lesson 02, and two of its exercises with their checks."""
    notebook = nbformat.read(find_lesson("02").release, as_version=4)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    ours = [
        c for c in notebook.cells if c.metadata.get("icl_course", {}).get("exercise") in EXERCISES
    ]
    notebook.cells = [first, *ours]
    return notebook


@pytest.fixture
def marked(release, tmp_path):
    """Mark the two exercises with these answers and more cells; verdicts by exercise."""

    def run(answers, *, before=(), after=(), limits=None, secret=SECRET):
        notebook = copy.deepcopy(release)
        for cell in notebook.cells:
            if cell.metadata.icl_course.get("kind") == "exercise":
                cell.source = answers.get(cell.metadata.icl_course.exercise, cell.source)
        notebook.cells[1:1] = [new_code_cell(source) for source in before]
        notebook.cells += [new_code_cell(source) for source in after]
        start = starter("bubblewrap", tmp_path)
        marks = mark(notebook, start, limits or Limits(20.0, 90.0), secret)
        found = {
            notebook.cells[p].metadata.icl_course.exercise: v for p, v in marks.verdicts.items()
        }
        return found, marks, notebook

    return run


def printed(marks) -> str:
    return str([result.outputs for result in marks.results])


def test_right_answers_pass_and_the_numbers_say_how(marked):
    found, _, notebook = marked(REFERENCE)
    assert {name: verdict.passed for name, verdict in found.items()} == dict.fromkeys(
        EXERCISES, True
    )
    for name, verdict in found.items():
        assert verdict.numbers["seed"] == draw_seed(SECRET, name, notebook)
        assert verdict.numbers["depth"] == "grade"
        assert "error_over_tolerance" in verdict.numbers


def test_a_wrong_answer_fails_with_its_name_and_shows_no_secret_input(marked):
    wrong = {"gd-weights": bank_answer("gd-weights", "sign")}
    found, _, _ = marked(REFERENCE | wrong)
    assert found["target-shift"].passed
    assert found["gd-weights"].misconception == "sign"
    exercise = find_exercise("gd-weights")
    shown = exercise.oracle(exercise.draw(PUBLIC_SEED, "grade")[0])["tokens"]
    secret = exercise.oracle(exercise.draw(found["gd-weights"].numbers["seed"], "grade")[0])[
        "tokens"
    ]
    numbers = [f"{x:.5g}" for x in secret.ravel() if f"{x:.5g}" not in ("0", "1")]
    assert not any(number in found["gd-weights"].message for number in numbers)
    assert any(f"{x:.5g}" in found["gd-weights"].message for x in shown.ravel())


def test_an_answer_that_knows_the_public_inputs_fails_without_numbers(marked):
    right = REFERENCE["target-shift"]
    xs = find_exercise("target-shift").draw(PUBLIC_SEED, "grade")
    known = [float(case["xs"].ravel()[0]) for case in xs]
    cheat = (
        right.replace("def target_shift(", "def honest(")
        + f"\n\ndef target_shift(xs, ys, w_0, learning_rate):\n"
        f"    known = any(abs(float(xs.ravel()[0]) - x) < 1e-6 for x in {known})\n"
        "    return honest(xs, ys, w_0, learning_rate) * (1.0 if known else 1.5)\n"
    )
    found, _, _ = marked({"target-shift": cheat})
    assert not found["target-shift"].passed
    assert "inputs that only the grader has" in found["target-shift"].message


def test_feedback_never_says_what_another_answer_was_asked_for_the_mark(marked):
    keeps = (
        "import builtins\nbuiltins.kept = []\n\n"
        "def target_shift(xs, ys, w_0, learning_rate):\n"
        "    builtins.kept.append(float(xs.ravel()[0]))\n    return 0 * ys\n"
    )
    tells = "def gd_weights(n_context, d_x, rate):\n    raise ValueError(repr(builtins.kept))\n"
    found, _, _ = marked({"target-shift": keeps, "gd-weights": tells})
    exercise = find_exercise("target-shift")
    seed = found["target-shift"].numbers["seed"]
    public, secret = (
        repr(float(exercise.draw(of, "grade")[0]["xs"].ravel()[0])) for of in (PUBLIC_SEED, seed)
    )
    message = "".join(found["gd-weights"].message.split())
    assert public in message
    assert secret not in message


def test_regrading_draws_the_same_inputs_and_other_code_or_another_class_others(release):
    other = copy.deepcopy(release)
    other.cells[0].source += "\n# changed"
    seeds = {
        draw_seed(secret, name, notebook)
        for secret in (SECRET, bytes(31) + b"1")
        for name in EXERCISES
        for notebook in (release, other)
    }
    assert len(seeds) == 8
    assert draw_seed(SECRET, "gd-weights", copy.deepcopy(release)) in seeds


def test_no_cell_sees_what_an_answer_is_asked(marked):
    spy = (
        "seen = []\n"
        + REFERENCE["target-shift"].replace("def target_shift(", "def honest(")
        + "\n\ndef target_shift(xs, ys, w_0, learning_rate):\n"
        "    seen.append(xs)\n    print('asked', xs)\n"
        "    return honest(xs, ys, w_0, learning_rate)\n"
    )
    found, marks, _ = marked({"target-shift": spy}, after=["print('seen', len(seen))"])
    assert found["target-shift"].passed
    assert "seen 0" in printed(marks)
    assert "asked" not in printed(marks)


def test_an_answer_means_what_it_meant_at_its_check(marked):
    helper = "def half(x):\n    return x\n"
    answer = (
        helper
        + REFERENCE["target-shift"].replace("def target_shift(", "def honest(")
        + (
            "\n\ndef target_shift(xs, ys, w_0, learning_rate):\n"
            "    return half(honest(xs, ys, w_0, learning_rate))\n"
        )
    )
    after = ["def half(x):\n    return 7", "honest = None", "del target_shift"]
    found, _, _ = marked({"target-shift": answer}, after=after)
    assert found["target-shift"].passed


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("while True:\n        pass", "timeout"),
        ("import os\n    os._exit(0)", "died"),
        ("import os, signal\n    os.kill(os.getpid(), signal.SIGSEGV)", "died"),
    ],
)
def test_an_answer_that_does_not_come_back_costs_its_own_points_alone(marked, body, status):
    bad = f"def target_shift(xs, ys, w_0, learning_rate):\n    {body}\n"
    found, marks, notebook = marked({**REFERENCE, "target-shift": bad}, limits=Limits(3.0, 90.0))
    assert set(found) == {"gd-weights"}
    assert found["gd-weights"].passed
    ends = {notebook.cells[r.position].source: r.status for r in marks.results}
    assert ends['check("target-shift", target_shift)'] == status


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("raise SystemExit", "SystemExit"),
        ("return xs.tolist", "expected real numbers"),
        ("return object()", "dtype object"),
        ("return np.broadcast_to(1.0, (40_000, 40_000))", "entries"),
        ("raise ValueError('<b>no</b>')", "ValueError: <b>no</b>"),
        ("raise NotImplementedError", "nothing written yet"),
    ],
)
def test_an_answer_that_is_none_fails_with_the_reason(marked, body, words):
    bad = f"def target_shift(xs, ys, w_0, learning_rate):\n    {body}\n"
    found, _, _ = marked({"target-shift": bad})
    assert not found["target-shift"].passed
    assert words in " ".join(found["target-shift"].message.split())


def test_helpers_in_cells_of_their_own_serve_an_answer(marked):
    before = ["import numpy as numbers", "%%time\ndef twice(x):\n    return 2 * x"]
    answer = "def target_shift(xs, ys, w_0, learning_rate):\n    numbers.zeros(1)\n" + (
        "    return twice(shifted(xs, ys, w_0, learning_rate)) / 2\n"
    )
    before.append(REFERENCE["target-shift"].replace("def target_shift(", "def shifted("))
    found, _, _ = marked({"target-shift": answer}, before=before)
    assert found["target-shift"].passed


def test_the_name_of_the_answer_is_read_from_the_check():
    assert checked_name('check("gd-weights", gd_weights)') == "gd_weights"
