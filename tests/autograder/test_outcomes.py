"""`settle` against every way in which a cell can end; the oracle is nbgrader's own mark."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import determine_grade

from autograder.exercise import Verdict
from autograder.grading.marking import Marks
from autograder.grading.outcomes import refuse, settle
from autograder.running.runner import CellResult, Limits

LIMITS = Limits(7.0, 11.0)
POINTS = 3


@pytest.fixture
def notebook():
    """An answer and its check, both run."""
    answer = new_code_cell("def double(number)", id="exercise-double")
    answer.metadata.icl_course = {"kind": "exercise", "exercise": "double"}
    check = new_code_cell('check("double", double)', id="check-double")
    check.metadata.icl_course = {"kind": "check", "exercise": "double"}
    check.metadata.nbgrader = {"grade": True, "solution": False, "points": POINTS}
    ours = nbformat.from_dict({"icl_course": {"lesson": "03", "notes": []}})
    return new_notebook(cells=[answer, check], metadata=ours)


def verdict(passed, misconception=None):
    return Verdict("double", passed, float(passed), misconception, "double: said so.", {"seed": 3})


def error(name="CheckFailed", text="double: said so."):
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": text.split("\n")}


def stream(name, text="words\n"):
    return {"output_type": "stream", "name": name, "text": text}


def result(position, status="ok", *outputs):
    return CellResult(f"cell-{position}", position, status, outputs, 0.5)


def settled(notebook, *results, **verdicts):
    found = {1: verdicts["found"]} if "found" in verdicts else {}
    settle(notebook, Marks(results, found), LIMITS)
    nbformat.validate(notebook)
    check = notebook.cells[1]
    return check.metadata.icl_course.verdict, determine_grade(check)


def test_a_pass_earns_the_points(notebook):
    said, mark = settled(notebook, result(0), result(1), found=verdict(True))
    assert mark == (POINTS, POINTS)
    assert said.passed
    assert said.numbers.seed == 3
    assert [o.text for o in notebook.cells[1].outputs] == ["double: said so.\n"]
    assert notebook.metadata.icl_course.status == "graded"


def test_a_failure_earns_nothing_and_keeps_its_name(notebook):
    said, mark = settled(notebook, result(0), result(1), found=verdict(False, "sign"))
    assert mark == (0, POINTS)
    assert (said.passed, said.misconception) == (False, "sign")
    assert [o.evalue for o in notebook.cells[1].outputs] == ["double: said so."]


@pytest.mark.parametrize("kind", ["stream", "execute_result", "error"])
def test_what_a_learner_put_out_elsewhere_changes_no_mark(notebook, kind):
    value = {"output_type": "execute_result", "data": {"text/plain": "9"}, "metadata": {}}
    output = {
        "stream": stream("stderr"),
        "error": error(),
        "execute_result": {**value, "execution_count": 4},
    }[kind]
    _, mark = settled(
        notebook, result(0, "ok", output), result(1, "ok", output), found=verdict(True)
    )
    assert mark == (POINTS, POINTS)


@pytest.mark.parametrize(
    ("results", "words", "status"),
    [
        (
            [result(0), result(1, "error", error("NameError", "name 'double' is not defined"))],
            "there is no function double",
            "graded",
        ),
        (
            [
                result(0, "error", error("SyntaxError", "expected ':' (1234.py, line 1)")),
                result(1, "error", error("NameError", "name 'double' is not defined")),
            ],
            "SyntaxError: expected ':'",
            "graded",
        ),
        ([result(0), result(1, "timeout")], "took longer than 7 s", "stopped"),
        ([result(0), result(1, "died")], "ended the process", "stopped"),
        ([result(0), result(1, "unfinished")], "took longer than 11 s", "stopped"),
        ([result(0, "died"), result(1, "error", error())], "ended the process", "stopped"),
    ],
)
def test_a_check_that_gave_no_verdict_fails_and_says_why(notebook, results, words, status):
    said, mark = settled(notebook, *results)
    assert mark == (0, POINTS)
    assert not said.passed
    assert said.misconception is None
    assert said.message.startswith(f"double: not yet, 0 of {POINTS} points.\n  Came ")
    assert words in " ".join(said.message.split())
    shown = [o for o in notebook.cells[1].outputs if o.output_type == "error"]
    assert [o.evalue for o in shown] == [said.message]
    assert notebook.metadata.icl_course.status == status


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("timeout", "This cell was ended after 7 s."),
        ("died", "This cell ended the process that ran it."),
        ("unfinished", "the notebook took over 11 s."),
    ],
)
def test_a_cell_that_was_stopped_says_so(notebook, status, words):
    settled(notebook, result(0, status, stream("stdout")), result(1), found=verdict(True))
    first, last = notebook.cells[0].outputs
    assert first.text == "words\n"
    assert words in last.evalue


def test_outputs_that_no_notebook_may_hold_are_left_out(notebook):
    strange = {"text/plain": 3, "application/json": {"a": 1}, 7: "x", "text/html": ["a"]}
    output = {"output_type": "display_data", "data": strange, "metadata": "none"}
    settled(notebook, result(0, "ok", output), result(1), found=verdict(True))
    (kept,) = notebook.cells[0].outputs
    assert kept.data == {"application/json": {"a": 1}, "7": "x"}
    assert kept.metadata == {}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('predict("query-as-key", choice="c")', "c: Yes. "),
        ('predict("query-as-key", "c")', "c: Yes. "),
        ('predict("query-as-key", choice="?")', "No choice was made."),
        ('predict("query-as-key", choice=open("/etc/passwd"))', "No choice was made."),
        ('predict("nothing", choice="a")', "No choice was made."),
        ("predict(", "No choice was made."),
    ],
)
def test_a_choice_is_read_and_not_run(notebook, source, said):
    choice = new_code_cell(source, metadata={"icl_course": {"kind": "predict"}})
    notebook.cells.append(choice)
    settled(notebook, result(0), result(1), found=verdict(True))
    assert choice.outputs[0].text.startswith(said)


def test_a_notebook_that_cannot_be_read_fails_every_check_with_the_reason(notebook):
    refuse(notebook, "a.ipynb is a song.")
    said = notebook.cells[1].metadata.icl_course.verdict
    assert said.message == "double: not yet, 0 of 3 points.\n  Came   a.ipynb is a song."
    assert determine_grade(notebook.cells[1]) == (0, POINTS)
    assert notebook.metadata.icl_course.status == "unreadable"


@pytest.mark.parametrize(
    "odd",
    [
        {"output_type": "display_data", "data": {"a/b+json": None}, "metadata": {}},
        {"output_type": "display_data", "data": {"application/x+json": [{}]}, "metadata": {}},
        {"output_type": "display_data", "data": {"text/html": [1, {}]}, "metadata": [1]},
        {"output_type": "stream", "name": "stderr", "text": "x", "extra": {"a": 1}},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": [1, None, {"a": 2}]},
        {"output_type": "execute_result", "data": {}, "metadata": {}, "execution_count": True},
        {"output_type": "execute_result", "data": {}, "metadata": {}, "execution_count": -3},
    ],
)
def test_an_output_of_odd_parts_is_kept_as_a_notebook_may_hold_it(notebook, odd):
    settled(notebook, result(0, "ok", odd), result(1), found=verdict(True))
    assert len(notebook.cells[0].outputs) == 1
