"""What the commands share: where they look, how they complain, how they print."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table

from autograder.exercises import UnknownExerciseError
from autograder.learning.solutions import NoSolutionError
from autograder.learning.workspace import NoWorkspaceError, UnknownNameError
from autograder.running.child import ChildError
from autograder.submissions.submission import UnreadableSubmissionError

NOT_YET = 1
"""Exit status: everything went well, and not everything passed."""

BROKEN = 2
"""Exit status: what was named is not there or cannot be read."""

in_option = click.option(
    "--in",
    "start",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where your lessons are, if not here or above.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")


class Complaint(click.ClickException):
    """One sentence on stderr, and exit status 2."""

    exit_code = BROKEN


@contextmanager
def complaints() -> Iterator[None]:
    """Turn what a learner can get wrong into one sentence."""
    try:
        yield
    except (
        UnreadableSubmissionError,
        NoWorkspaceError,
        UnknownNameError,
        UnknownExerciseError,
        NoSolutionError,
        ChildError,
    ) as error:
        raise Complaint(str(error.args[0])) from error


def console() -> Console:
    """Return a console for the present stdout."""
    return Console(highlight=False, emoji=False)


def table(title: str = "", caption: str = "") -> Table:
    """Return an empty table in the one style of these commands."""
    return Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        caption=caption or None,
        caption_justify="left",
        caption_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )


def standing(passed: bool, misconception: str | None = None) -> str:
    """Say in markup whether an exercise has passed, and which wrong idea was recognised."""
    if passed:
        return "[green]passed[/]"
    return "[yellow]not yet[/]" + (f": {misconception}" if misconception else "")


def print_json(value: Any) -> None:
    """Print JSON, and nothing else."""
    click.echo(json.dumps(value, indent=1, ensure_ascii=False))


def minutes_text(minutes: int) -> str:
    """Say a time as people do."""
    hours, rest = divmod(minutes, 60)
    return " ".join(f"{n} {unit}" for n, unit in ((hours, "h"), (rest, "min")) if n) or "0 min"


def shown(path: Path) -> str:
    """Return a path as one would type it here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
