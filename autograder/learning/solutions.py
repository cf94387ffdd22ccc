"""Show the solution of an exercise, once there is something of one's own to compare it with.

It is read from the solved notebook: code, the reasons, another right answer, what the two share.
"""

import ast
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from autograder.content import Lesson
from autograder.learning import progress
from autograder.learning.workspace import (
    Blank,
    NoWorkspaceError,
    cells_of,
    course_tag,
    find_blank,
    find_workspace,
    learner_notebook,
)

TRIES = 3
"""After this many, the solution is shown without a pass."""


class NoSolutionError(LookupError):
    """The lessons came without their solved notebooks."""


@dataclass(frozen=True)
class Locked:
    """Why a solution is not shown yet, and what unlocks it."""

    reason: str


def solution(exercise_id: str, give_up: bool = False) -> None:
    """Show the solution of an exercise, its reasons and another right answer.

    It is shown after a pass, after three tries, or to who gives up; the model answer of a question
    in words, once the saved notebook holds an answer. It is never shown while a notebook is graded:
    it would go into the feedback.

    Raises:
        UnknownNameError: no exercise and no question has this id.
    """
    locked = why_locked(exercise_id, give_up=give_up)
    if os.environ.get("NBGRADER_EXECUTION"):
        print("A solution is not shown while a notebook is graded.")
        return
    if locked is not None:
        print(f'{locked.reason} To see it now: solution("{exercise_id}", give_up=True)')
        return
    _show(solution_text(exercise_id))


def why_locked(
    exercise_id: str, *, give_up: bool = False, start: Path | None = None
) -> Locked | None:
    """Return why the solution is not to be shown yet, or None if it is.

    Raises:
        UnknownNameError: no exercise and no question has this id.
    """
    lesson, blank = find_blank(exercise_id)
    if give_up:
        return None
    if blank.kind == "question":
        if _answered(lesson, blank, start):
            return None
        return Locked(
            f"{exercise_id} has no answer in your saved notebook yet. Write one first: the model "
            "answer is for comparing."
        )
    tries = progress.tries(exercise_id, start)
    if progress.passed(exercise_id, start) or tries >= TRIES:
        return None
    left = TRIES - tries
    return Locked(
        f"{exercise_id} has not passed yet. The solution is shown after a pass or after "
        f"{left} more {'try' if left == 1 else 'tries'}."
    )


def solution_text(exercise_id: str) -> str:
    """Return the solution as Markdown.

    Raises:
        UnknownNameError: no exercise and no question has this id.
        NoSolutionError: the lesson came without its solved notebook.
    """
    lesson, blank = find_blank(exercise_id)
    if not lesson.solved.exists():
        raise NoSolutionError(f"lesson {lesson.number} came without its solved notebook")
    solved = {
        (kind, exercise): cell["source"]
        for cell in cells_of(lesson.solved)
        for kind, exercise in (course_tag(cell),)
        if exercise == exercise_id
    }
    answer = solved[blank.kind, exercise_id]
    if blank.kind == "question":
        rubric = solved.get(("rubric", exercise_id), "")
        parts = [_between_markers(answer), "**How it is marked**", rubric]
    else:
        reasons = solved.get(("solution", exercise_id), "")
        code = without_docstring(_without_markers(answer))
        parts = [f"**{exercise_id}**", f"```python\n{code}\n```", reasons]
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _answered(lesson: Lesson, blank: Blank, start: Path | None) -> bool:
    try:
        cells = cells_of(learner_notebook(lesson, find_workspace(start)))
    except (NoWorkspaceError, OSError, ValueError, KeyError, TypeError):
        return False
    written = [c["source"] for c in cells if course_tag(c) == (blank.kind, blank.id)]
    return any(text.strip() not in ("", blank.stub.strip()) for text in written)


def _is_marker(line: str) -> Literal["BEGIN", "END"] | None:
    """In code a marker is a comment; in Markdown it is one too, so that no reader sees it."""
    found = re.match(r"\s*(?:###|<!--) (BEGIN|END) SOLUTION\b", line)
    return cast("Literal['BEGIN', 'END']", found[1]) if found else None


def _without_markers(source: str) -> str:
    return "\n".join(line for line in source.splitlines() if _is_marker(line) is None)


def without_docstring(source: str) -> str:
    """Return code without the docstring of its last function: the learner has it before them."""
    functions = [n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)]
    if not functions or ast.get_docstring(functions[-1]) is None or len(functions[-1].body) < 2:
        return source
    docstring = functions[-1].body[0]
    lines = source.splitlines()
    return "\n".join(lines[: docstring.lineno - 1] + lines[docstring.end_lineno :])


def _between_markers(source: str) -> str:
    kept, inside = [], False
    for line in source.splitlines():
        marker = _is_marker(line)
        if marker is not None:
            inside = marker == "BEGIN"
        elif inside:
            kept.append(line)
    return "\n".join(kept)


def _show(markdown: str) -> None:
    try:
        from IPython import get_ipython
        from IPython.display import Markdown, display
    except ImportError:
        get_ipython = None
    if get_ipython is None or get_ipython() is None:
        print(markdown)
    else:
        display(Markdown(markdown))
