"""check, hint and predict as a learner meets them."""

import logging
import os
import subprocess
import sys

import pytest

from autograder import CheckFailed, check, hint, practice, predict, solution
from autograder.exercises import UnknownExerciseError
from autograder.quiet import stderr_as_stdout
from icl_course import descent


def right(xs, ys, w_0, learning_rate):
    shift = -learning_rate / len(xs) * (xs @ w_0.T - ys).T @ xs
    return ys - xs @ shift.T


def upside_down(xs, ys, w_0, learning_rate):
    return 2 * ys - right(xs, ys, w_0, learning_rate)


@pytest.fixture(autouse=True)
def _no_progress_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_pass_prints_one_line_and_returns_nothing(capsys):
    assert check("target-shift", right) is None
    assert capsys.readouterr().out == "target-shift: passed, 2 of 2 points.\n"


def test_a_failure_raises_with_the_named_misconception():
    with pytest.raises(CheckFailed, match="opposite sign") as caught:
        check("target-shift", upside_down)
    assert caught.value.verdict.misconception == "sign"
    assert isinstance(caught.value, AssertionError)


def test_ipython_shows_the_message_and_no_traceback():
    with pytest.raises(CheckFailed) as caught:
        check("target-shift", upside_down)
    assert "\n".join(caught.value._render_traceback_()) == str(caught.value)


def test_probes_are_fresh_in_every_run(monkeypatch):
    seen = []

    def answer(xs, ys, w_0, learning_rate):
        seen.append(float(xs[0, 0]))
        return right(xs, ys, w_0, learning_rate)

    check("target-shift", answer)
    check("target-shift", answer)
    assert len(set(seen)) == len(seen)


def test_nbgrader_gets_the_depth_of_a_grade(monkeypatch):
    calls = []

    def answer(xs, ys, w_0, learning_rate):
        calls.append(xs.shape)
        return right(xs, ys, w_0, learning_rate)

    check("target-shift", answer)
    practised = len(calls)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    check("target-shift", answer)
    assert (practised, len(calls) - practised) == (2, 4)


def test_the_library_does_not_answer_for_the_learner():
    def answer(xs, ys, w_0, learning_rate):
        return descent.shift_targets(w_0, xs, ys, learning_rate=learning_rate)

    with pytest.raises(CheckFailed, match=r"write it\s+yourself"):
        check("target-shift", answer)


def test_hints_come_one_by_one_and_stay_at_the_last(capsys, monkeypatch):
    monkeypatch.setattr(practice.progress, "_of_this_process", {})
    said = []
    for _ in range(4):
        hint("gd-weights")
        said.append(capsys.readouterr().out)
    assert [text.split(":")[0] for text in said] == [
        f"gd-weights, hint {n} of 3" for n in (1, 2, 3, 3)
    ]
    assert len(set(said)) == 3


def test_unknown_names_are_said():
    with pytest.raises(UnknownExerciseError, match="did you mean"):
        check("gd-weight", right)
    with pytest.raises(UnknownExerciseError, match="did you mean"):
        hint("gd-weight")
    with pytest.raises(ValueError, match=r"no question 'query'; known: .*query-as-key"):
        predict("query", choice="a")
    with pytest.raises(ValueError, match="choice 'z' is none of a, b, c, d"):
        predict("query-as-key", choice="z")


def test_every_choice_has_its_own_feedback(capsys):
    said = []
    for choice in "abcd?":
        predict("query-as-key", choice=choice)
        said.append(capsys.readouterr().out)
    assert len(set(said)) == 5
    assert all(len(line) <= 80 for text in said for line in text.split("\n"))
    assert "Choose one of a, b, c, d" in said[-1]


def test_nothing_reaches_stderr_while_an_answer_is_asked(capfd):
    early = logging.StreamHandler(sys.stderr)
    logger = logging.getLogger("early")
    logger.addHandler(early)
    held = sys.stderr

    def noisy(xs, ys, w_0, learning_rate):
        print("printed", file=sys.stderr)
        logger.warning("logged")
        held.write("held\n")
        os.write(2, b"compiled\n")
        return right(xs, ys, w_0, learning_rate)

    try:
        check("target-shift", noisy)
    finally:
        logger.removeHandler(early)
    out, err = capfd.readouterr()
    assert err == ""
    for word in ("printed", "logged", "held", "compiled", "passed"):
        assert word in out


def test_stderr_works_again_after_the_block(capfd):
    stream = sys.stderr
    with pytest.raises(KeyError), stderr_as_stdout():
        raise KeyError
    assert sys.stderr is stream
    print("after", file=sys.stderr)
    os.write(2, b"descriptor\n")
    assert capfd.readouterr().err == "after\ndescriptor\n"


def test_a_learner_needs_no_grading_part():
    """`from autograder import check` works where nbgrader, nbconvert and jupytext are missing."""
    code = (
        "import sys\n"
        "for name in ('nbgrader', 'nbconvert', 'jupytext', 'nbclient', 'cosmic_ray'):\n"
        "    sys.modules[name] = None\n"
        "from autograder import check, hint, predict, judge\n"
        "import autograder.exercises as e; e.exercises()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_no_solution_is_shown_while_a_notebook_is_graded(capsys, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    solution("gd-weights", give_up=True)
    assert capsys.readouterr().out == "A solution is not shown while a notebook is graded.\n"
    monkeypatch.delenv("NBGRADER_EXECUTION")
    solution("gd-weights", give_up=True)
    assert "Another right answer" in capsys.readouterr().out
