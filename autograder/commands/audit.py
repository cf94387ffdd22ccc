"""`icl-course audit`: measure the autograder's own error rates."""

import functools
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from autograder.auditing.audit import COUNTS, MOST_MUTANTS, Announce, AuditReport, audit
from autograder.auditing.audit_pages import update_equivalents, update_readme
from autograder.auditing.audit_worker import examine_all
from autograder.auditing.bank_reader import BankError
from autograder.auditing.mutants import MutationToolMissingError
from autograder.exercises import exercises

WIDTH = 110
"""Of the table where there is no terminal to ask: no id is cut."""


@click.command("audit")
@click.argument("names", nargs=-1, metavar="[EXERCISE or LESSON]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else.")
@click.option("--write-readme", is_flag=True, help="Put the counts into the README's table.")
@click.option(
    "--verbose", is_flag=True, help="List the equivalent mutants too, each with its diff."
)
@click.option("--budget", type=float, metavar="SECONDS", help="Begin no mutant after that time.")
@click.option(
    "--mutants",
    type=click.IntRange(min=0),
    default=MOST_MUTANTS,
    show_default=True,
    help="At most so many for each exercise.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=lambda: len(os.sched_getaffinity(0)),
    show_default="the number of cores",
    help="Processes at a time.",
)
def audit_command(
    names: tuple[str, ...],
    as_json: bool,
    write_readme: bool,
    verbose: bool,
    budget: float | None,
    mutants: int,
    jobs: int,
) -> None:
    """Measure how often the autograder is wrong; all exercises by default.

    A LESSON, such as 02, stands for all of its exercises. Every answer of the bank is judged, and
    so are machine-made mutants of the right ones. Ends with status 1 if a wrong answer passed, a
    right one did not, or a mistake got another name.
    """
    by_lesson = _by_lesson()
    if write_readme and (budget is not None or set(names) - by_lesson.keys()):
        raise click.UsageError("--write-readme needs whole lessons, and no budget.")
    exercise_ids = [found for name in names for found in by_lesson.get(name, [name])]
    try:
        with _progress() as announce:
            examine = functools.partial(examine_all, n_workers=jobs)
            report = audit(
                tuple(exercise_ids) or None, budget, announce, most_mutants=mutants, examine=examine
            )
        if write_readme:
            update_readme(report)
            update_equivalents(report)
    except (LookupError, BankError, MutationToolMissingError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(report.as_json(), indent=2))
    else:
        _print(report, verbose)
    sys.exit(0 if report.clean else 1)


def _by_lesson() -> dict[str, list[str]]:
    """Return the ids of exercises by the number of their lesson."""
    found: dict[str, list[str]] = {}
    for exercise in exercises().values():
        found.setdefault(exercise.lesson, []).append(exercise.id)
    return found


@contextmanager
def _progress() -> Iterator[Announce]:
    """Draw a bar on stderr, where a terminal is there to see it."""
    console = Console(stderr=True)
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=None)

        def announce(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, description=name)

        yield announce


def _print(report: AuditReport, verbose: bool) -> None:
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH
    table = Table("exercise")
    for name in COUNTS:
        table.add_column(name.replace("_", " "), justify="right")
    rows = [exercise.as_json() for exercise in report.exercises]
    for row in rows:
        table.add_row(*(str(row[name]) for name in ("id", *COUNTS)))
    table.add_section()
    table.add_row("all", *(str(report.totals[name]) for name in COUNTS))
    console.print(table)
    for found in report.exercises:
        for flaw in found.flaws:
            _line(console, f"{found.id}: {flaw.kind.replace('_', ' ')}: {flaw.name}: {flaw.text}")
        if verbose:
            for kind, mutants in (
                ("equivalent", found.equivalent),
                ("passes in practice only", found.practice_only),
            ):
                for mutant in mutants:
                    _line(console, f"{found.id}: {kind}: {mutant.name}")
                    _line(console, f"  - {mutant.before}\n  + {mutant.after}")
    if report.skipped:
        _line(console, f"the budget left out {report.skipped} mutants")
    _line(console, f"{report.seconds:.0f} s")


def _line(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
