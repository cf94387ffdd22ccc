"""What the run of a notebook comes to: its outputs, and for each check cell a verdict.

The verdict of a check cell is kept in its metadata as `icl_course.verdict`. nbgrader reads marks
off the outputs, so these are put in its terms: a cell fails if and only if it holds an error.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode

from autograder.building.notebooks import cell_exercise, cell_kind
from autograder.exercise import Verdict
from autograder.exercises import predictions
from autograder.grading.marking import Marks
from autograder.learning.workspace import Blank
from autograder.running.explain import explain
from autograder.running.runner import CellResult, Limits
from autograder.submissions.cell_code import parse

_ENDED = ("ok", "error")
_ANY_JSON = re.compile(r"application/(.*\+)?json", re.DOTALL)
"""Kinds of data that may be any JSON; all others are text."""


def settle(notebook: NotebookNode, marks: Marks, limits: Limits) -> None:
    """Write what came of a notebook into it.

    Its metadata then says, as `icl_course.status`, whether every cell that was run came to an end:
    `graded`, or `stopped`.

    Arguments:
        notebook: changed in place.
        marks: what came of it.
        limits: that were on it, for the messages.
    """
    ran = {result.position: result for result in marks.results}
    executed = (r for r in marks.results if cell_kind(notebook.cells[r.position]) != "check")
    for count, result in enumerate(executed, 1):
        cell = notebook.cells[result.position]
        cell.execution_count = count
        cell.outputs = [nbformat.from_dict(output) for output in _readable(result.outputs)]
        if result.status not in _ENDED:
            cell.outputs.append(_error("Stopped", _stopped(result.status, limits.by_status)))
    for position, cell in enumerate(notebook.cells):
        if cell_kind(cell) == "predict":
            cell.outputs = [_printed(_feedback_on_choice(cell.source))]
        elif cell_kind(cell) == "check" and position in ran:
            cell.outputs = []
            if position in marks.verdicts:
                _write_verdict(cell, marks.verdicts[position])
            else:
                _fail(cell, _why_none(cell, notebook, ran, limits))
    lost = [result for result in marks.results if result.status not in _ENDED]
    notebook.metadata.icl_course.status = "stopped" if lost else "graded"


def refuse(notebook: NotebookNode, problem: str) -> None:
    """Fail every check of a notebook that was not run, with the sentence that says why."""
    for cell in notebook.cells:
        if cell_kind(cell) == "check":
            _fail(cell, _wording(_blank(cell, notebook), problem))
    notebook.metadata.icl_course.status = "unreadable"


def _write_verdict(cell: NotebookNode, found: Verdict) -> None:
    cell.metadata.icl_course.verdict = nbformat.from_dict(asdict(found))
    if found.passed:
        cell.outputs = [_printed(found.message)]
    else:
        cell.outputs = [_error("CheckFailed", found.message)]


def _why_none(
    check: NotebookNode, notebook: NotebookNode, ran: Mapping[int, CellResult], limits: Limits
) -> str:
    """Return the message for a check whose answer could not be asked."""
    result = next(r for p, r in ran.items() if notebook.cells[p] is check)
    written = [
        (notebook.cells[position], of_answer)
        for position, of_answer in ran.items()
        if cell_kind(notebook.cells[position]) == "exercise"
        and cell_exercise(notebook.cells[position]) == cell_exercise(check)
    ]
    said = explain(_blank(check, notebook), written, result, limits.by_status)
    return str(said["message"])


def _feedback_on_choice(source: str) -> str:
    """Return what `predict` prints; a learner's call of it is read, and not run."""
    try:
        (statement,) = parse(source).body
        assert isinstance(statement, ast.Expr)
        assert isinstance(statement.value, ast.Call)
        said = [ast.literal_eval(word.value) for word in statement.value.keywords]
        name, choice = [ast.literal_eval(word) for word in statement.value.args] + said
        return f"{choice}: {predictions()[name].choices[choice]}"
    except (SyntaxError, ValueError, AssertionError, KeyError, TypeError, RecursionError):
        return "No choice was made."


def _printed(text: str) -> NotebookNode:
    return nbformat.from_dict({"output_type": "stream", "name": "stdout", "text": f"{text}\n"})


def _stopped(status: str, limits: Mapping[str, float]) -> str:
    what = {
        "timeout": f"This cell was ended after {limits.get('timeout', 0):g} s.",
        "died": "This cell ended the process that ran it.",
        "unfinished": f"Not run to its end: the notebook took over {limits['unfinished']:g} s.",
    }[status]
    return f"{what} The cells after it were run without it."


def _blank(check: NotebookNode, notebook: NotebookNode) -> Blank:
    exercise = cell_exercise(check) or ""
    checks = [c for c in notebook.cells if cell_kind(c) == "check" and cell_exercise(c) == exercise]
    return Blank(exercise, "exercise", sum(int(c.metadata.nbgrader.points) for c in checks), "")


def _wording(blank: Blank, came: str) -> str:
    return f"{blank.id}: not yet, 0 of {blank.points} points.\n  Came   {came}"


def _fail(cell: NotebookNode, message: str) -> None:
    cell.metadata.icl_course.verdict = nbformat.from_dict(
        {
            "exercise": cell_exercise(cell),
            "passed": False,
            "score": 0.0,
            "misconception": None,
            "message": message,
            "numbers": {},
        }
    )
    cell.outputs.append(_error("CheckFailed", message))


def _error(name: str, message: str) -> NotebookNode:
    lines = message.split("\n")
    return nbformat.from_dict(
        {"output_type": "error", "ename": name, "evalue": message, "traceback": lines}
    )


def _readable(outputs: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the outputs as a notebook file may hold them, whatever a cell has sent."""
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            yield {name: output[name] for name in ("output_type", "name", "text")}
        elif kind == "error":
            lines = [str(line) for line in output["traceback"]]
            named = {name: output[name] for name in ("output_type", "ename", "evalue")}
            yield {**named, "traceback": lines}
        else:
            data = {
                str(name): value
                for name, value in output["data"].items()
                if isinstance(value, str) or _ANY_JSON.fullmatch(str(name))
            }
            metadata = output.get("metadata")
            shown = {"output_type": kind, "data": data}
            shown["metadata"] = metadata if isinstance(metadata, dict) else {}
            if kind == "execute_result":
                shown["execution_count"] = max(0, int(output["execution_count"] or 0))
            yield shown
