"""Check a learner's notebook: rebuild it on the release, run it, judge every exercise."""

import ast
import copy
import hashlib
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.content import Lesson
from autograder.exercise import NOTHING_YET, points_text
from autograder.learning import progress
from autograder.learning.workspace import Blank, blanks, course_tag
from autograder.running.explain import explain
from autograder.running.publishing import published_verdict, publishing_call
from autograder.running.runner import CellResult, counts, run_notebook
from autograder.submissions.rebuild import rebuild

_NOTHING_RECORDED = new_code_cell(
    f'__import__("importlib").import_module("{progress.__name__}").pause()', id="nothing-recorded"
)


@dataclass(frozen=True)
class Outcome:
    """What a check says of one exercise.

    Arguments:
        id: of the exercise.
        points: full marks.
        score: in [0, 1].
        misconception: the id of the wrong idea that was recognised, if one was.
        message: for the learner.
        empty: nothing is written yet.
    """

    id: str
    points: int
    score: float
    misconception: str | None
    message: str
    empty: bool = False

    @property
    def passed(self) -> bool:
        """Whether it earns its full marks."""
        return self.score == 1.0


@dataclass(frozen=True)
class Checked:
    """What a check says of a notebook.

    Arguments:
        lesson: whose notebook it is.
        outcomes: by exercise, in the order of the lesson.
        questions: those that a person reads, and whether there is an answer.
        notes: what was repaired to check it, and what stopped outside the exercises.
    """

    lesson: Lesson
    outcomes: tuple[Outcome, ...]
    questions: tuple[tuple[Blank, bool], ...]
    notes: tuple[str, ...]


def check_notebook(
    lesson: Lesson,
    submitted: NotebookNode,
    *,
    cwd: Path,
    cell_seconds: float,
    total_seconds: float,
    only: str | None = None,
    announce: Callable[[int, int], None] = lambda done, of: None,
) -> Checked:
    """Check a notebook, and record the tries where `cwd` belongs to a learner's lessons.

    Arguments:
        lesson: whose notebook it is.
        submitted: what `read_submission` returned.
        cwd: where its cells run.
        cell_seconds: wall time for one cell.
        total_seconds: wall time for the notebook.
        only: check this exercise alone.
        announce: called with the number of cells that have run, and of all, as it grows.

    Raises:
        UnreadableSubmissionError: it is another lesson's notebook.
        ChildError: no process to run it in could be started.
    """
    rebuilt = rebuild(nbformat.read(lesson.release, as_version=4), submitted)
    notebook = _publishing(rebuilt.notebook, only)
    to_run = sum(map(counts, notebook.cells))
    done = itertools.count(1)
    results = run_notebook(
        notebook,
        cell_seconds=cell_seconds,
        total_seconds=total_seconds,
        cwd=cwd,
        announce=lambda result: announce(next(done), to_run),
    )
    found = [(notebook.cells[result.position], result) for result in results]
    limits = {"timeout": cell_seconds, "unfinished": total_seconds}
    asked = [blank for blank in blanks(lesson) if only in (None, blank.id)]
    outcomes = tuple(_outcome(blank, found, limits) for blank in asked if blank.kind == "exercise")
    _record(outcomes, notebook, cwd)
    questions = tuple(
        (blank, has_answer(blank, rebuilt.notebook)) for blank in asked if blank.kind == "question"
    )
    return Checked(
        lesson, outcomes, questions, (*rebuilt.notes, *_stopped_elsewhere(found, limits))
    )


def has_answer(blank: Blank, rebuilt: NotebookNode) -> bool:
    """Say whether a learner wrote anything into a blank of their rebuilt notebook."""
    return any(
        cell.source.strip() not in ("", blank.stub.strip())
        for cell in rebuilt.cells
        if course_tag(cell) == (blank.kind, blank.id)
    )


def _publishing(rebuilt: NotebookNode, only: str | None) -> NotebookNode:
    """Return a copy whose checks publish verdicts, and in which nothing is recorded."""
    notebook = copy.deepcopy(rebuilt)
    cells = [copy.deepcopy(_NOTHING_RECORDED)]
    for cell in notebook.cells:
        kind, exercise = course_tag(cell)
        if kind == "check" and exercise is not None:
            if only not in (None, exercise):
                continue
            cell.source = publishing_call(exercise, _answer_expression(cell.source))
        cells.append(cell)
    notebook.cells = cells
    return notebook


def _answer_expression(source: str) -> str:
    """Return the second argument of a cell that is the one statement `check("id", answer)`."""
    (statement,) = ast.parse(source).body
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.Call)
    return ast.unparse(statement.value.args[1])


def _outcome(
    blank: Blank,
    found: Sequence[tuple[NotebookNode, CellResult]],
    limits: Mapping[str, float],
) -> Outcome:
    written = [pair for pair in found if course_tag(pair[0]) == ("exercise", blank.id)]
    score, misconception, message, empty = 0.0, None, "", False
    checks = [pair for pair in found if course_tag(pair[0]) == ("check", blank.id)]
    for cell, result in checks:
        verdict = published_verdict(result.outputs)
        if verdict is not None:
            # Exercises of several parts have several checks, each with its share of the points.
            share = cell.metadata.nbgrader.points / blank.points if len(checks) > 1 else 1.0
            score += verdict["score"] * share
        if verdict is None or not verdict["passed"]:
            said = verdict or explain(blank, written, result, limits)
            message = message or said["message"]
            misconception = misconception or said["misconception"]
            empty = empty or NOTHING_YET in said["message"]
        elif len(checks) == 1:
            message = verdict["message"]
    message = message or f"{blank.id}: passed, {blank.points} of {points_text(blank.points)}."
    return Outcome(blank.id, blank.points, min(score, 1.0), misconception, message, empty)


def _record(outcomes: Sequence[Outcome], notebook: NotebookNode, cwd: Path) -> None:
    sources: dict[str | None, str] = {}
    for cell in notebook.cells:
        kind, exercise = course_tag(cell)
        if kind == "exercise":
            sources[exercise] = cell.source
    for outcome in outcomes:
        if not outcome.empty:
            answer = hashlib.sha256(sources.get(outcome.id, "").encode()).hexdigest()[:16]
            progress.record_try(
                outcome.id, outcome.passed, outcome.misconception, answer=answer, start=cwd
            )


def _stopped_elsewhere(
    found: Sequence[tuple[NotebookNode, CellResult]], limits: Mapping[str, float]
) -> Iterator[str]:
    """Name what went wrong in cells that belong to no exercise."""
    for cell, result in found:
        kind, _ = course_tag(cell)
        if kind in ("exercise", "check") or result.status in ("ok", "unfinished"):
            continue
        whose = "A given cell" if kind in ("given", "predict") else "A cell of yours"
        first = next(filter(str.strip, cell.source.splitlines()), "").strip()
        yield f"{whose}, `{first}`, {_what_happened(result, limits)}."


def _what_happened(result: CellResult, limits: Mapping[str, float]) -> str:
    if result.status == "timeout":
        return f"took longer than {limits['timeout']:g} s and was ended"
    if result.status == "died":
        return "ended its own process"
    error = result.error or {"ename": "an error", "evalue": ""}
    first_line, _, _ = error["evalue"].partition("\n")
    return f"stopped with {error['ename']}: {first_line}".rstrip(": ")
