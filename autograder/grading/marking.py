"""Run a notebook for its marks: the learner's code answers, and the verdict is made here.

The process that runs the cells may say anything. What earns points is arrays that are right for
inputs it could not foresee: they are drawn here from the class's secret, and judged here.
"""

import ast
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from nbformat.notebooknode import NotebookNode

from autograder.ask import Failure, FailureKind
from autograder.ask.crossing import CrossingError, pack, unpack
from autograder.building.notebooks import cell_exercise, cell_kind
from autograder.exercise import Arrays, Case, Exercise, Verdict
from autograder.exercises import find_exercise
from autograder.running.child import Process
from autograder.running.runner import CellResult, Limits, Session, Status, counts, session
from autograder.submissions.cell_code import parse
from autograder.verdict import Evaluation, judge_cases, message_without_numbers, verdict
from icl_course import __version__

PUBLIC_SEED = 0
"""Draws the inputs that feedback may show: those of a mark stay secret."""

LONGEST_TEXT = 2_000

_FAILURE_KINDS: tuple[FailureKind, ...] = ("empty", "raised", "returned", "blocked")


@dataclass(frozen=True)
class Marks:
    """What came of a notebook.

    Arguments:
        results: of the cells that were run, and of the checks, in order of position.
        verdicts: by the position of the check; one that is missing could not be made.
    """

    results: tuple[CellResult, ...]
    verdicts: Mapping[int, Verdict]


def mark(
    notebook: NotebookNode, start: Callable[[], Process], limits: Limits, secret: bytes
) -> Marks:
    """Run the cells that count, then put the class's questions to every answer.

    The cells come first, all of them: what is asked can then reach no output.

    Arguments:
        notebook: as `rebuild` makes it; it is not changed.
        start: starts a process for cells, each time that one is needed.
        limits: wall time.
        secret: draws the inputs; the same secret and notebook give the same ones.

    Raises:
        ChildError: no process could be started.
    """
    results: dict[int, CellResult] = {}
    verdicts: dict[int, Verdict] = {}
    with session(start, limits) as running:
        for position, cell in enumerate(notebook.cells):
            if counts(cell) and cell_kind(cell) != "predict":
                results[position] = _run(running, position, cell)
        asked = {
            position: find_exercise(cell_exercise(cell) or "")
            for position, cell in enumerate(notebook.cells)
            if cell_kind(cell) == "check" and results[position].status == "ok"
        }
        # What feedback may show comes first, for all answers: afterwards they have seen inputs of
        # the mark, and an answer can say in the text of an exception what another one was asked.
        shown = {
            position: _in_public(running, str(position), exercise)
            for position, exercise in asked.items()
        }
        for position, exercise in asked.items():
            status, public = shown[position]
            if public is not None:
                seed = draw_seed(secret, exercise.id, notebook)
                status, found = _judge(running, str(position), exercise, seed)
                if found is not None:
                    verdicts[position] = _for_feedback(exercise, found, public)
            results[position] = replace(results[position], status=status)
    return Marks(tuple(results.values()), verdicts)


def draw_seed(secret: bytes, exercise_id: str, notebook: NotebookNode) -> int:
    """Return the seed for one exercise of one notebook.

    It depends on all code in the notebook: what somebody may have learnt of the inputs of one
    submission is worth nothing in the next. Grading the same file again gives the same seed.
    """
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    text = "\0".join([exercise_id, *sources]).encode()
    return int.from_bytes(hmac.digest(secret, text, hashlib.sha256)[:6], "big")


def _run(running: Session, position: int, cell: NotebookNode) -> CellResult:
    if cell_kind(cell) != "check":
        ran = running.run({"source": cell.source, "how": "evaluated"})
        return CellResult(cell.get("id", ""), position, *ran)
    name = checked_name(cell.source)
    status, outputs, seconds = running.run({"hold": str(position), "name": name})
    if status == "error":
        words = {"ename": "NameError", "evalue": f"name '{name}' is not defined"}
        outputs = ({"output_type": "error", **words, "traceback": []},)
    return CellResult(cell.get("id", ""), position, status, outputs, seconds)


def checked_name(source: str) -> str:
    """Return the name of the answer in a cell that is the one statement `check("id", answer)`."""
    (statement,) = parse(source).body
    assert isinstance(statement, ast.Expr)
    assert isinstance(statement.value, ast.Call)
    answer = statement.value.args[1]
    assert isinstance(answer, ast.Name)
    return answer.id


class _UnansweredError(Exception):
    """No answer came: the status says why."""

    def __init__(self, status: Status) -> None:
        super().__init__(status)
        self.status = status


def _asking(running: Session, key: str, exercise: Exercise) -> Callable[..., Any]:
    """Return what puts cases to an answer, as `judge_cases` wants it."""

    def ask(cases: Sequence[Case], how: Evaluation) -> Sequence[Arrays] | Failure:
        question = {"ask": key, "exercise": exercise.id, "cases": [pack(case) for case in cases]}
        status, answer = running.ask({**question, "how": how})
        if status != "ok" or answer is None:
            raise _UnansweredError("died" if status == "ok" else status)
        return _read(answer, len(cases))

    return ask


def _in_public(running: Session, key: str, exercise: Exercise) -> tuple[Status, Verdict | None]:
    """Judge an answer on inputs that everybody may see; no verdict if no answer comes."""
    cases = exercise.draw(PUBLIC_SEED, "grade")
    try:
        with np.errstate(all="ignore"):
            answered = _asking(running, key, exercise)(cases, "evaluated")
            return "ok", verdict(exercise, cases, answered)
    except _UnansweredError as unanswered:
        return unanswered.status, None


def _judge(
    running: Session, key: str, exercise: Exercise, seed: int
) -> tuple[Status, Verdict | None]:
    """Ask an answer and judge it; a status other than ok says why there is no verdict."""
    try:
        with np.errstate(all="ignore"):
            cases = exercise.draw(seed, "grade")
            found = judge_cases(exercise, cases, _asking(running, key, exercise))
    except _UnansweredError as unanswered:
        return unanswered.status, None
    numbers = {"seed": seed, "depth": "grade", "version": __version__, **found.numbers}
    return "ok", replace(found, numbers=numbers)


def _for_feedback(exercise: Exercise, found: Verdict, shown: Verdict) -> Verdict:
    """Return a verdict whose message has the numbers of public inputs, or none at all."""
    if found.passed or found.empty:
        return found
    if not shown.passed and shown.misconception == found.misconception:
        return replace(found, message=shown.message)
    return replace(found, message=message_without_numbers(exercise, found.misconception))


def _read(answer: Mapping[str, Any], n_cases: int) -> list[Arrays] | Failure:
    """Read what a learner's process sent as its answer."""
    kind, text, arrays = answer.get("failure"), answer.get("text"), answer.get("arrays")
    for known in _FAILURE_KINDS:
        if kind == known and isinstance(text, str):
            return Failure(known, text[:LONGEST_TEXT])
    if not isinstance(arrays, list) or len(arrays) != n_cases:
        return Failure("returned", "what came back is no answer to every input")
    try:
        return [unpack(case) for case in arrays]
    except CrossingError as error:
        return Failure("returned", str(error))
