"""Find what a learner means: a lesson, an exercise, a file, or what they worked on last."""

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from nbformat.notebooknode import NotebookNode

from autograder.content import Lesson, find_lesson, lessons
from autograder.learning.workspace import (
    Blank,
    UnknownNameError,
    all_blanks,
    blanks,
    find_workspace,
    learner_notebook,
    nearest,
)
from autograder.submissions.submission import UnreadableSubmissionError, read_submission

_CHECK = re.compile(r"""\bcheck\(\s*["']([a-z0-9-]+)["']""")


@dataclass(frozen=True)
class Target:
    """A notebook of a lesson, and perhaps one of its exercises."""

    lesson: Lesson
    path: Path
    notebook: NotebookNode
    blank: Blank | None = None


def find_target(text: str | None, start: Path | None = None) -> Target:
    """Return the notebook that `text` means.

    Arguments:
        text: a lesson (number, slug, name), an exercise, a file; None for the notebook of the
            lesson whose directory this is, else for the one that was changed last.
        start: where to look for the learner's lessons; by default here.

    Raises:
        UnknownNameError: nothing is called that.
        NoWorkspaceError: no copy of the lessons was started here.
        UnreadableSubmissionError: the notebook is missing, damaged, or another lesson's.
    """
    if text is None:
        path = _worked_on_last(find_workspace(start), (start or Path.cwd()).resolve())
        return _in_file(path)
    lesson = _lesson_called(text.rstrip("/\\"))
    if lesson is not None:
        return _in_workspace(lesson, start)
    for lesson, blank in all_blanks():
        if blank.id == text:
            return _in_workspace(lesson, start, blank)
    path = Path(text)
    if path.exists() or path.suffix or len(path.parts) > 1:
        return _in_file(path)
    raise UnknownNameError(_nothing_called(text))


def open_notebook(path: Path) -> NotebookNode:
    """Return the notebook in a file; see `read_submission`.

    Raises:
        UnreadableSubmissionError: it is missing, a directory, or damaged.
    """
    if path.is_dir():
        inside = sorted(path.glob("*.ipynb"))
        example = f", as in {inside[0]}" if inside else ""
        raise UnreadableSubmissionError(f"{path} is a directory; name a notebook{example}.")
    if not path.exists():
        near = difflib.get_close_matches(path.name, _names_beside(path), n=1)
        offer = f" Did you mean {path.parent / near[0]}?" if near else ""
        raise UnreadableSubmissionError(f"There is no file {path}.{offer}")
    return read_submission(path)


def lesson_in(notebook: NotebookNode, path: Path) -> Lesson:
    """Return the lesson whose notebook this is.

    Raises:
        UnreadableSubmissionError: none of this course.
    """
    ours = notebook.metadata.get("icl_course")
    number = ours.get("lesson") if isinstance(ours, dict) else None
    for lesson in lessons():
        if lesson.number == number:
            return lesson
    if isinstance(number, str):
        raise UnreadableSubmissionError(
            f"{path.name} is the notebook of lesson {number[:20]!r}, which this version of the "
            "course does not have."
        )
    checked = {name for cell in notebook.cells for name in _CHECK.findall(cell.source)}
    for lesson in lessons():
        if path.stem == lesson.slug or checked & {blank.id for blank in blanks(lesson)}:
            return lesson
    raise UnreadableSubmissionError(
        f"{path.name} is a notebook, but of no lesson of this course: it checks none of its "
        "exercises."
    )


def _in_file(path: Path) -> Target:
    notebook = open_notebook(path)
    return Target(lesson_in(notebook, path), path, notebook)


def _in_workspace(lesson: Lesson, start: Path | None, blank: Blank | None = None) -> Target:
    path = learner_notebook(lesson, find_workspace(start))
    if not path.exists():
        raise UnreadableSubmissionError(
            f"There is no file {path}; icl-course start puts a fresh copy there."
        )
    notebook = open_notebook(path)
    found = lesson_in(notebook, path)
    if found != lesson:
        raise UnreadableSubmissionError(
            f"{path} is the notebook of lesson {found.number}, not of lesson {lesson.number}."
        )
    return Target(lesson, path, notebook, blank)


def _worked_on_last(workspace: Path, here: Path) -> Path:
    paths = [learner_notebook(lesson, workspace) for lesson in lessons()]
    present = [path for path in paths if path.exists()]
    if not present:
        raise UnreadableSubmissionError(
            f"{workspace} holds no lesson; icl-course start puts them there."
        )
    around = [path for path in present if here == path.parent or path.parent in here.parents]
    return max(around or present, key=lambda path: path.stat().st_mtime)


def _lesson_called(text: str) -> Lesson | None:
    try:
        return find_lesson(text)
    except ValueError:
        return None


def _names_beside(path: Path) -> list[str]:
    try:
        return [other.name for other in path.parent.iterdir() if other.suffix == ".ipynb"]
    except OSError:
        return []


def _nothing_called(text: str) -> str:
    known = [name for lesson in lessons() for name in (lesson.number, lesson.slug, lesson.name)]
    known += [blank.id for _, blank in all_blanks()]
    return f"no lesson, exercise or file is called {text!r}{nearest(text, known)}"
