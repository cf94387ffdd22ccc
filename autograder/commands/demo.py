"""`icl-course demo`: see the whole course directory work before trusting it with a class."""

import tempfile
import time
from pathlib import Path

import click
from rich import box
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from autograder.commands.terminal import NOT_YET, Complaint, console
from autograder.content import find_lesson
from autograder.grading.classroom import ClassroomError
from autograder.grading.demo import Demo, Outcome, run_demo
from autograder.grading.records import SubmissionRecord
from autograder.grading.report import earned
from autograder.sandbox.bubblewrap import SandboxUnavailableError
from autograder.sandbox.starting import Kind, starter


@click.command("demo")
@click.argument("directory", required=False, type=click.Path(file_okay=False, path_type=Path))
def demo_command(directory: Path | None) -> None:
    """Make a small class, grade it with nbgrader, and show what came of it.

    Everything goes to DIRECTORY, by default a new temporary one. Exit status 0 only if every
    submission got the verdict that its label promises.
    """
    if directory is not None and directory.exists() and any(directory.iterdir()):
        raise Complaint(f"{directory} is not empty; the demo needs a directory of its own")
    directory = directory or Path(tempfile.mkdtemp(prefix="icl-course-demo-"))
    directory.mkdir(parents=True, exist_ok=True)
    out = console()
    started = time.monotonic()
    columns = (
        TextColumn("{task.description:<24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as progress:
        task = progress.add_task("", total=None)

        def count(done: int, of: int, record: SubmissionRecord) -> None:
            progress.update(task, completed=done, total=of, description=f"graded {record.learner}")

        try:
            demo = run_demo(
                directory,
                find_lesson("02"),
                announce=lambda step: progress.update(task, description=step),
                on_progress=count,
                sandbox=_sandbox(directory),
            )
        except ClassroomError as error:
            raise Complaint(str(error)) from error
    out.print(_table(demo.outcomes))
    _say_where(demo, time.monotonic() - started)
    if any(outcome.surprises for outcome in demo.outcomes):
        raise SystemExit(NOT_YET)


def _table(outcomes: tuple[Outcome, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("learner", no_wrap=True)
    table.add_column("handed in", min_width=18)
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("not passed", no_wrap=True)
    table.add_column("misconception", no_wrap=True)
    table.add_column("promise")
    for outcome in outcomes:
        record = outcome.record
        lost = [answer for answer in record.exercises if not answer.passed]
        shown = lost if len(lost) < len(record.exercises) else []
        table.add_row(
            record.learner,
            outcome.learner.label,
            f"{earned(record):g} / {record.points}",
            "\n".join(answer.id for answer in shown) or ("all" if lost else ""),
            "\n".join(answer.misconception or "-" for answer in shown),
            "\n".join(outcome.surprises) or "kept",
        )
    return table


def _sandbox(directory: Path) -> Kind:
    """Choose the sandbox; where there is none, the demo's own class is trusted."""
    try:
        starter("bubblewrap", directory)
    except SandboxUnavailableError as error:
        click.echo(f"The demo's own submissions are run without a sandbox: {error}.", err=True)
        return "none"
    return "bubblewrap"


def _say_where(demo: Demo, seconds: float) -> None:
    surprised = sum(bool(outcome.surprises) for outcome in demo.outcomes)
    right = len(demo.outcomes) - surprised
    # Paths are printed whole, so that they can be copied.
    click.echo(f"{right} of {len(demo.outcomes)} submissions graded as promised, {seconds:.0f} s.")
    click.echo(f"Class page: {demo.page}")
    click.echo(f"Feedback:   {demo.directory / 'class' / 'feedback'} ({len(demo.feedback)} files)")
    click.echo(f"The class:  {demo.directory / 'class'}")
