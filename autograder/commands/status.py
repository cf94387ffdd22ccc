"""`icl-course status`: what is passed, what is left, how long that takes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.progress_bar import ProgressBar
from rich.table import Table

from autograder.commands.terminal import (
    complaints,
    console,
    in_option,
    json_option,
    minutes_text,
    print_json,
    standing,
    table,
)
from autograder.content import Lesson, lessons
from autograder.exercises import exercises
from autograder.learning import progress
from autograder.learning.workspace import Blank, blanks, find_workspace, learner_notebook


@dataclass(frozen=True)
class ExerciseStatus:
    """Where a learner stands with one exercise."""

    blank: Blank
    minutes: int
    passed: bool
    tries: int
    misconception: str | None


@dataclass(frozen=True)
class LessonStatus:
    """Where a learner stands with one lesson."""

    lesson: Lesson
    exercises: tuple[ExerciseStatus, ...]
    questions: tuple[Blank, ...]

    @property
    def points(self) -> int:
        """Points of the exercises that are checked."""
        return sum(one.blank.points for one in self.exercises)

    @property
    def earned(self) -> int:
        """Points of those that passed."""
        return sum(one.blank.points for one in self.exercises if one.passed)

    @property
    def minutes_left(self) -> int:
        """Typical time for what has not passed."""
        return sum(one.minutes for one in self.exercises if not one.passed)


@click.command("status")
@json_option
@in_option
def status_command(as_json: bool, start: Path | None) -> None:
    """Show points, passes and time left, by lesson.

    What counts is what passed at some time, in the notebook or by icl-course check.
    """
    with complaints():
        workspace = find_workspace(start)
    found = lesson_statuses(workspace)
    if as_json:
        print_json({"lessons": [_as_json(one) for one in found]})
        return
    out = console()
    out.print(_overview(found))
    for one in found:
        if 0 < one.earned < one.points or any(e.tries for e in one.exercises if not e.passed):
            out.print(_details(one))


def lesson_statuses(workspace: Path) -> list[LessonStatus]:
    """Return where the learner stands with each lesson that is in their directory."""
    found = []
    for lesson in lessons():
        if learner_notebook(lesson, workspace).exists():
            asked = blanks(lesson)
            found.append(
                LessonStatus(
                    lesson,
                    tuple(_exercise_status(b, workspace) for b in asked if b.kind == "exercise"),
                    tuple(b for b in asked if b.kind == "question"),
                )
            )
    return found


def _exercise_status(blank: Blank, workspace: Path) -> ExerciseStatus:
    entry = progress.read(workspace)["exercises"].get(blank.id, {})
    return ExerciseStatus(
        blank,
        exercises()[blank.id].minutes if blank.id in exercises() else 0,
        progress.passed(blank.id, workspace),
        progress.tries(blank.id, workspace),
        entry.get("misconception"),
    )


def _overview(found: list[LessonStatus]) -> Table:
    rows = table()
    rows.add_column("lesson")
    rows.add_column("", width=12)
    rows.add_column("points", justify="right", no_wrap=True)
    rows.add_column("passed", justify="right", no_wrap=True)
    rows.add_column("left", justify="right", no_wrap=True)
    for one in found:
        passed = sum(exercise.passed for exercise in one.exercises)
        rows.add_row(
            f"{one.lesson.number} {one.lesson.title}",
            ProgressBar(total=max(one.points, 1), completed=one.earned, width=12),
            f"{one.earned} of {one.points}",
            f"{passed} of {len(one.exercises)}",
            minutes_text(one.minutes_left) if one.minutes_left else "done",
        )
    return rows


def _details(one: LessonStatus) -> Table:
    rows = table(f"{one.lesson.number} {one.lesson.title}")
    rows.add_column("exercise", no_wrap=True)
    for heading in ("points", "tries"):
        rows.add_column(heading, justify="right", no_wrap=True)
    rows.add_column("")
    for exercise in one.exercises:
        tries = str(exercise.tries) if exercise.tries else ""
        points = exercise.blank.points if exercise.passed else 0
        rows.add_row(
            exercise.blank.id, f"{points} of {exercise.blank.points}", tries, _standing(exercise)
        )
    for question in one.questions:
        rows.add_row(question.id, f"- of {question.points}", "", "read by a person")
    return rows


def _standing(exercise: ExerciseStatus) -> str:
    if not exercise.passed and not exercise.tries:
        return f"about {exercise.minutes} min"
    return standing(exercise.passed, exercise.misconception)


def _as_json(one: LessonStatus) -> dict[str, Any]:
    return {
        "lesson": one.lesson.number,
        "points": one.points,
        "earned": one.earned,
        "minutes_left": one.minutes_left,
        "exercises": [
            {"id": e.blank.id, "passed": e.passed, "tries": e.tries, "points": e.blank.points}
            for e in one.exercises
        ],
    }
