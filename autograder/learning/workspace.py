"""The learner's own copy of the lessons, and the release it was copied from, as plain JSON."""

import ast
import difflib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.content import Lesson, lessons
from autograder.learning import progress

DEFAULT_DIRECTORY = "icl-lessons"

Cell = dict[str, Any]


class UnknownNameError(LookupError):
    """Nothing is called that; the message offers what is."""


class NoWorkspaceError(LookupError):
    """The learner's copy of the lessons was not found; the message says what to do."""


@dataclass(frozen=True)
class Blank:
    """What the release leaves for the learner to fill in.

    Arguments:
        id: of the exercise or the question.
        kind: a function that is checked, or an answer in words that a person reads.
        points: full marks.
        stub: the source of the cell as released.
        heading: the title above it, for a question.
    """

    id: str
    kind: str
    points: int
    stub: str

    @property
    def signature(self) -> str:
        """The head of the function that the stub asks for, without its body."""
        return _signature(self.stub)


def find_workspace(start: Path | None = None) -> Path:
    """Return the directory that `icl-course start` filled.

    It is `start` (default: here) or a directory above it, or `icl-lessons` inside it.

    Raises:
        NoWorkspaceError: there is none.
    """
    here = (start or Path.cwd()).resolve()
    for directory in (here, here / DEFAULT_DIRECTORY):
        folder = progress.find_folder(directory) if directory.is_dir() else None
        if folder is not None:
            return folder.parent
    raise NoWorkspaceError(
        f"no lessons were started in {here} or above it; icl-course start makes a copy of them"
    )


def learner_notebook(lesson: Lesson, workspace: Path) -> Path:
    """Return where a learner's copy of a lesson lies."""
    return workspace / lesson.name / lesson.release.name


def cells_of(path: Path) -> list[Cell]:
    """Return the cells of a notebook that the course wrote, their sources as one string each."""
    cells: list[Cell] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        cell["source"] = "".join(cell["source"])
    return cells


def course_tag(cell: Cell) -> tuple[str | None, str | None]:
    """Return the kind of a cell and the exercise it belongs to, as the build noted them."""
    ours = cell.get("metadata", {}).get("icl_course", {})
    return ours.get("kind"), ours.get("exercise")


def blanks(lesson: Lesson) -> tuple[Blank, ...]:
    """Return the exercises and the questions of a lesson's release, in its order."""
    cells = cells_of(lesson.release) if lesson.release.exists() else []
    return tuple(_blanks(cells))


def _blanks(cells: list[Cell]) -> Iterator[Blank]:
    points: dict[str | None, int] = {}
    for cell in cells:
        kind, exercise = course_tag(cell)
        if kind in ("check", "question"):
            worth = cell["metadata"].get("nbgrader", {}).get("points", 0)
            points[exercise] = points.get(exercise, 0) + int(worth)
    for cell in cells:
        kind, exercise = course_tag(cell)
        if kind in ("exercise", "question") and exercise is not None:
            yield Blank(exercise, kind, points.get(exercise, 0), cell["source"])


def all_blanks() -> Iterator[tuple[Lesson, Blank]]:
    """Yield every exercise and question of the course with its lesson."""
    for lesson in lessons():
        for blank in blanks(lesson):
            yield lesson, blank


def find_blank(exercise_id: str) -> tuple[Lesson, Blank]:
    """Return an exercise or a question, and the lesson that asks for it.

    Raises:
        UnknownNameError: no lesson asks for it; the message offers the nearest ones.
    """
    known = {blank.id: (lesson, blank) for lesson, blank in all_blanks()}
    if exercise_id not in known:
        raise UnknownNameError(f"there is no exercise {exercise_id!r}{nearest(exercise_id, known)}")
    return known[exercise_id]


def nearest(text: str, known: Collection[str]) -> str:
    """Return the end of a sentence that offers the names nearest to `text`, or all of them."""
    near = difflib.get_close_matches(text.lower(), known, n=3, cutoff=0.4)
    if near:
        return f"; did you mean {' or '.join(near)}?"
    return f"; there are {', '.join(known)}" if known else ""


def _signature(stub: str) -> str:
    try:
        functions = [n for n in ast.parse(stub).body if isinstance(n, ast.FunctionDef)]
    except SyntaxError:
        return ""
    if not functions:
        return ""
    function = functions[-1]
    lines = stub.splitlines()[function.lineno - 1 : function.body[0].lineno - 1]
    return "\n".join(lines).rstrip()
