"""What grading recorded of each submission: marks from the gradebook, reasons from the notebook."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, MissingEntry

from autograder.building.notebooks import cell_exercise, cell_kind
from autograder.content import Lesson

NOT_GRADED = "not graded"


@dataclass(frozen=True)
class ExerciseRecord:
    """What was recorded of one exercise.

    Arguments:
        id: of the exercise.
        passed: whether the check passed.
        score: in [0, 1], as in the gradebook: a marker may have changed it.
        points: full marks.
        misconception: the id of the wrong idea that was recognised, if one was.
        message: for the learner.
    """

    id: str
    passed: bool
    score: float
    points: int
    misconception: str | None
    message: str


@dataclass(frozen=True)
class QuestionRecord:
    """What was recorded of one written answer; its score is None until a person has marked it."""

    id: str
    score: float | None
    points: int


@dataclass(frozen=True)
class SubmissionRecord:
    """What was recorded of one submission.

    Arguments:
        learner: their id.
        lesson: its number.
        status: `graded`; `stopped`, if a cell had to be ended; `unreadable`, if there was nothing
            to grade; `not graded`, if it has not been, or if that failed.
        score: in [0, 1], the share of `points` earned by the exercises.
        points: full marks of all exercises. Written answers are not in it.
        exercises: in the order of the lesson.
        questions: the written answers.
        notes: what was repaired, and why nothing was graded, in sentences.
    """

    learner: str
    lesson: str
    status: str
    score: float
    points: int
    exercises: tuple[ExerciseRecord, ...]
    questions: tuple[QuestionRecord, ...] = ()
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the entry of `icl-course grade --json`."""
        return asdict(self)


def read_record(
    learner: str, lesson: Lesson, graded: Path, gradebook: Gradebook, problem: str = ""
) -> SubmissionRecord:
    """Return what was recorded of one submission.

    Arguments:
        learner: their id.
        lesson: of the class: its release names the exercises.
        graded: the autograded notebook; it need not exist.
        gradebook: of the class.
        problem: why grading failed, if it did.
    """
    if problem or not graded.exists():
        return _not_graded(learner, lesson, problem)
    notebook = nbformat.read(graded, as_version=4)
    scores = _scores(gradebook, learner, lesson)
    exercises = tuple(
        _exercise(exercise, cells, scores) for exercise, cells in _by_exercise(notebook).items()
    )
    questions = tuple(
        QuestionRecord(cell_exercise(c) or "", _share(c, scores), _points(c))
        for c in notebook.cells
        if cell_kind(c) == "question"
    )
    points = sum(exercise.points for exercise in exercises)
    earned = sum(exercise.score * exercise.points for exercise in exercises)
    ours = notebook.metadata.icl_course
    return SubmissionRecord(
        learner,
        lesson.number,
        ours.get("status", "graded"),
        earned / points if points else 0.0,
        points,
        exercises,
        questions,
        tuple(ours.get("notes", ())),
    )


def _by_exercise(notebook: NotebookNode) -> dict[str, list[NotebookNode]]:
    checks: dict[str, list[NotebookNode]] = {}
    for cell in notebook.cells:
        if cell_kind(cell) == "check":
            checks.setdefault(cell_exercise(cell) or "", []).append(cell)
    return checks


def _exercise(
    exercise: str, checks: Sequence[NotebookNode], scores: Mapping[str, float | None]
) -> ExerciseRecord:
    """Join the checks of one exercise; the message is that of the first which did not pass."""
    verdicts = [cell.metadata.icl_course.get("verdict", {}) for cell in checks]
    failed = [verdict for verdict in verdicts if not verdict.get("passed")]
    told = (failed or verdicts)[0]
    points = sum(_points(cell) for cell in checks)
    earned = sum((_share(cell, scores) or 0.0) * _points(cell) for cell in checks)
    return ExerciseRecord(
        exercise,
        not failed,
        earned / points if points else 0.0,
        points,
        told.get("misconception"),
        told.get("message", ""),
    )


def _points(cell: NotebookNode) -> int:
    return int(cell.metadata.nbgrader.points)


def _share(cell: NotebookNode, scores: Mapping[str, float | None]) -> float | None:
    score = scores.get(cell.metadata.nbgrader.grade_id)
    # Extra credit and a marker's generosity may exceed the maximum; a share may not.
    return None if score is None else min(max(score / _points(cell), 0.0), 1.0)


def _scores(gradebook: Gradebook, learner: str, lesson: Lesson) -> dict[str, float | None]:
    """Return the score of each graded cell; None where a person has yet to mark it."""
    try:
        submission = gradebook.find_submission_notebook(lesson.slug, lesson.name, learner)
    except MissingEntry:
        return {}
    return {
        grade.name: None if grade.manual_score is None and grade.auto_score is None else grade.score
        for grade in submission.grades
    }


def _not_graded(learner: str, lesson: Lesson, problem: str) -> SubmissionRecord:
    release = nbformat.read(lesson.release, as_version=4)
    exercises = tuple(
        ExerciseRecord(exercise, False, 0.0, sum(map(_points, cells)), None, problem)
        for exercise, cells in _by_exercise(release).items()
    )
    points = sum(exercise.points for exercise in exercises)
    notes = (problem,) if problem else ()
    return SubmissionRecord(learner, lesson.number, NOT_GRADED, 0.0, points, exercises, notes=notes)
