"""`icl-course list`, `hint` and `solution`."""

from pathlib import Path
from typing import Any

import click
from rich.markdown import Markdown
from rich.table import Table

from autograder.ask import asks
from autograder.commands.terminal import (
    NOT_YET,
    Complaint,
    complaints,
    console,
    in_option,
    json_option,
    minutes_text,
    print_json,
    table,
)
from autograder.content import Lesson, lessons
from autograder.exercises import exercises, find_exercise
from autograder.learning import progress
from autograder.learning.solutions import solution_text, why_locked
from autograder.learning.workspace import (
    Blank,
    NoWorkspaceError,
    blanks,
    find_blank,
    find_workspace,
)


@click.command("list")
@json_option
def list_command(as_json: bool) -> None:
    """List the lessons and their exercises, with points, time and difficulty."""
    if as_json:
        print_json({"exercises": listing()})
        return
    out = console()
    for lesson in lessons():
        out.print(_lesson_table(lesson))
    out.print("Difficulty and importance are on a scale from 1 to 3.", style="dim")


def listing() -> list[dict[str, Any]]:
    """Return what is known of every exercise that is checked, as JSON has it."""
    stubs = {blank.id: blank for lesson in lessons() for blank in blanks(lesson)}
    return [
        {
            "id": exercise.id,
            "lesson": exercise.lesson,
            "points": exercise.points,
            "difficulty": exercise.difficulty,
            "importance": exercise.importance,
            "minutes": exercise.minutes,
            "section": exercise.section,
            "signature": stubs[exercise.id].signature if exercise.id in stubs else "",
            "stub": stubs[exercise.id].stub if exercise.id in stubs else "",
            "blocks": list(asks()[exercise.id].blocks),
            "hints": list(exercise.hints),
        }
        for exercise in exercises().values()
    ]


def _lesson_table(lesson: Lesson) -> Table:
    asked = blanks(lesson)
    minutes = sum(exercises()[b.id].minutes for b in asked if b.id in exercises())
    points = sum(blank.points for blank in asked)
    rows = table(
        f"{lesson.number} {lesson.title}",
        f"{points} points, exercises about {minutes_text(minutes)}",
    )
    rows.add_column("exercise", no_wrap=True)
    for heading in ("pts", "min", "diff", "imp"):
        rows.add_column(heading, justify="right", no_wrap=True)
    rows.add_column("paper", overflow="fold")
    for blank in asked:
        rows.add_row(*_row(blank))
    return rows


def _row(blank: Blank) -> tuple[str, ...]:
    if blank.id not in exercises():
        return blank.id, str(blank.points), "", "", "", "in words, read by a person"
    record = exercises()[blank.id]
    numbers = (record.points, record.minutes, record.difficulty, record.importance)
    return (blank.id, *map(str, numbers), record.section.replace("section", "s."))


@click.command("hint")
@click.argument("exercise")
@click.option("--number", type=click.IntRange(1, 3), help="This one, instead of the next.")
@in_option
def hint_command(exercise: str, number: int | None, start: Path | None) -> None:
    """Print the next of the three hints for EXERCISE; each gives more away."""
    with complaints():
        record = find_exercise(exercise)
    if number is None:
        number = progress.next_hint(exercise, of=len(record.hints), start=_workspace(start))
    text = f"{exercise}, hint {number} of {len(record.hints)}: {record.hints[number - 1]}"
    console().print(text, markup=False)


@click.command("solution")
@click.argument("exercise")
@click.option("--give-up", is_flag=True, help="Show it without a pass and without three tries.")
@in_option
def solution_command(exercise: str, give_up: bool, start: Path | None) -> None:
    """Show the solution of EXERCISE, its reasons, and another right answer.

    It is shown after a pass, after three tries, or to who gives up. A question that a person reads
    has a model answer and a rubric instead, once your saved notebook holds an answer.
    """
    with complaints():
        find_blank(exercise)
        locked = why_locked(exercise, give_up=give_up, start=_workspace(start))
        text = solution_text(exercise) if locked is None else ""
    if locked is not None:
        click.echo(f"{locked.reason} To see it now: icl-course solution {exercise} --give-up")
        raise SystemExit(NOT_YET)
    out = console()
    if out.is_terminal:
        out.print(Markdown(text, code_theme="ansi_dark"))
    else:
        click.echo(text)  # for a file or a program: code whose lines are whole


def _workspace(start: Path | None) -> Path | None:
    try:
        return find_workspace(start)
    except NoWorkspaceError:
        if start is not None:
            raise Complaint(f"{start} is no copy of the lessons.") from None
        return None
