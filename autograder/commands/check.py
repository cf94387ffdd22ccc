"""`icl-course check`: run a notebook, print what came of every exercise."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from autograder.commands.terminal import (
    NOT_YET,
    Complaint,
    complaints,
    console,
    in_option,
    json_option,
    print_json,
    shown,
    standing,
    table,
)
from autograder.learning.checking import Checked, Outcome, check_notebook
from autograder.learning.targets import Target, find_target
from autograder.running.runner import CELL_SECONDS, TOTAL_SECONDS

_seconds = click.FloatRange(min=0, min_open=True)


@click.command("check")
@click.argument("target", required=False, metavar="[LESSON, EXERCISE or FILE]")
@json_option
@click.option(
    "--cell-seconds",
    type=_seconds,
    default=CELL_SECONDS,
    show_default=True,
    help="A cell that takes longer is ended.",
)
@click.option(
    "--total-seconds",
    type=_seconds,
    default=TOTAL_SECONDS,
    show_default=True,
    help="No cell is begun after this.",
)
@in_option
def check_command(
    target: str | None, as_json: bool, cell_seconds: float, total_seconds: float, start: Path | None
) -> None:
    """Run your saved notebook and judge every exercise in it.

    Without an argument: the lesson whose directory this is, else the one you saved last. Figures
    are not run. Exit status 0 if all passed, 1 if not, 2 if there is no notebook to run.
    """
    with complaints():
        found = find_target(target, start)
        if found.blank is not None and found.blank.kind == "question":
            raise Complaint(
                f"{found.blank.id} is read by a person. Once it is answered, icl-course solution "
                f"{found.blank.id} shows a model answer."
            )
        with _progress_bar(hidden=as_json) as announce:
            checked = check_notebook(
                found.lesson,
                found.notebook,
                cwd=found.path.resolve().parent,
                cell_seconds=cell_seconds,
                total_seconds=total_seconds,
                only=None if found.blank is None else found.blank.id,
                announce=announce,
            )
    if as_json:
        print_json({"exercises": [_as_json(outcome) for outcome in checked.outcomes]})
    else:
        print_checked(console(), found, checked)
    raise SystemExit(0 if all(outcome.passed for outcome in checked.outcomes) else NOT_YET)


def print_checked(out: Console, target: Target, checked: Checked) -> None:
    """Print a table of all exercises, then the messages of those that need one."""
    out.print(shown(target.path), markup=False, soft_wrap=True, style="dim")
    out.print(_table(checked))
    for outcome in checked.outcomes:
        if not outcome.passed and not outcome.empty:
            out.print(f"{outcome.message}\n", markup=False, soft_wrap=True)
    if empty := [outcome.id for outcome in checked.outcomes if outcome.empty]:
        out.print(f"Nothing written yet: {', '.join(empty)}.", markup=False)
        out.print(f"A smaller question to begin with: icl-course hint {empty[0]}", markup=False)
    for note in checked.notes:
        out.print(f"Note: {note}", markup=False)


def _table(checked: Checked) -> Table:
    earned = sum(outcome.score * outcome.points for outcome in checked.outcomes)
    points = sum(outcome.points for outcome in checked.outcomes)
    rows = table(
        f"{checked.lesson.number} {checked.lesson.title}", f"{earned:g} of {points} points"
    )
    rows.add_column("exercise", no_wrap=True)
    rows.add_column("points", justify="right", no_wrap=True)
    rows.add_column("")
    for outcome in checked.outcomes:
        worth = f"{outcome.score * outcome.points:g} of {outcome.points}"
        rows.add_row(outcome.id, worth, _standing(outcome))
    for blank, answered in checked.questions:
        state = "answered; read by a person" if answered else "no answer yet; read by a person"
        rows.add_row(blank.id, f"- of {blank.points}", state)
    return rows


def _standing(outcome: Outcome) -> str:
    if outcome.empty:
        return "[dim]nothing written yet[/]"
    return standing(outcome.passed, outcome.misconception)


def _as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.id,
        "passed": outcome.passed,
        "score": outcome.score,
        "points": outcome.points,
        "misconception": outcome.misconception,
        "message": outcome.message,
    }


@contextmanager
def _progress_bar(hidden: bool) -> Iterator[Callable[[int, int], None]]:
    """Show the cells as they come in, where there is a terminal to show them in."""
    err = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), TimeElapsedColumn())
    off = hidden or not err.is_terminal
    with Progress(*columns, console=err, transient=True, disable=off) as bar:
        task = bar.add_task("running your notebook", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
