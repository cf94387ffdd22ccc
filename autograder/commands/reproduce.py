"""`icl-course reproduce`: every figure and table of the paper, rebuilt with the library."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

if TYPE_CHECKING:
    from icl_course.reproduction.files import Announce
    from icl_course.reproduction.records import Experiment

WIDTH = 130
"""Of the table where there is no terminal to ask."""


@click.command("reproduce")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "everything", is_flag=True, help="Run all experiments.")
@click.option("--list", "listing", is_flag=True, help="List the experiments, and run none.")
@click.option(
    "--scale",
    type=click.Choice(["laptop", "paper"]),
    default="laptop",
    show_default=True,
    help="Sizes for two cores and some minutes, or those of the paper.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON, and nothing else.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("reproduced"),
    show_default=True,
    help="Where figures, numbers and trained nets go.",
)
@click.option("--again", is_flag=True, help="Run also what is there already; nets are kept.")
def reproduce_command(
    names: tuple[str, ...],
    everything: bool,
    listing: bool,
    scale: str,
    as_json: bool,
    out: Path,
    again: bool,
) -> None:
    """Rebuild figures and tables of the paper, one by name or all of them.

    Each writes its figure (SVG and PNG) and its numbers (JSON) to OUT/reproduction/SCALE, and the
    table of all that was found to OUT/reproduction.md and OUT/reproduction.json. What was begun
    goes on where it stopped: call it again. A GPU is used where JAX finds one.
    """
    # JAX takes seconds to import, which --help need not.
    from icl_course.reproduction import registry, runs, table

    known = registry.experiments()
    try:
        chosen = [registry.find(name) for name in names]
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if listing:
        _print_list(list(known.values()), as_json)
        return
    if everything == bool(names):
        raise click.UsageError("Name an experiment, or pass --all; --list names them.")
    chosen = chosen or list(known.values())
    for experiment in chosen:
        if again or table.read_outcome(out, experiment.name, scale=scale) is None:
            with _progress(experiment.name) as announce:
                try:
                    runs.run(experiment, out, scale=scale, announce=announce)
                except (OSError, ValueError) as error:
                    raise click.ClickException(str(error)) from error
        _write_table(out, list(known.values()))
        if not as_json:
            _print_rows(_rows(out, [experiment], scale))
    if as_json:
        click.echo(json.dumps(_rows(out, chosen, scale), indent=1))


def _rows(out: Path, chosen: "Sequence[Experiment]", scale: str) -> list[dict[str, Any]]:
    """Return the rows of some experiments at one scale."""
    from icl_course.reproduction import table

    return [row for row in table.rows(table.read_all(out, chosen), chosen) if row["scale"] == scale]


def _write_table(out: Path, experiments: "Sequence[Experiment]") -> None:
    """Write the table of everything that stands in the directory."""
    from icl_course.reproduction import files, table

    outcomes = table.read_all(out, experiments)
    rows = json.dumps(table.rows(outcomes, experiments), indent=1)
    files.write_whole(out / "reproduction.json", (rows + "\n").encode())
    files.write_whole(out / "reproduction.md", table.page(outcomes, experiments).encode())


@contextmanager
def _progress(name: str) -> "Iterator[Announce]":
    """Draw a bar on stderr, where a terminal is there to see it."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(name, total=None)

        def announce(what: str, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, description=f"{name}: {what}")

        yield announce


def _print_list(experiments: "Sequence[Experiment]", as_json: bool) -> None:
    """Print what there is."""
    if as_json:
        entries = [
            {"name": e.name, "title": e.title, "section": e.section, "minutes": dict(e.minutes)}
            for e in experiments
        ]
        click.echo(json.dumps(entries, indent=1))
        return
    table = Table("name", "what", "in the paper", "laptop, min", "paper, min", box=None)
    for e in experiments:
        minutes = (f"{e.minutes[scale]:g}" for scale in ("laptop", "paper"))
        table.add_row(e.name, e.title, e.section, *minutes)
    _console().print(table)


def _print_rows(rows: Sequence[dict[str, Any]]) -> None:
    """Print rows: the paper's number, the one found here, and whether they agree."""
    table = Table("figure", "quantity", "setting", "paper", "here", "within", box=None)
    words = {True: "yes", False: "no", None: ""}
    for row in rows:
        numbers = ("-" if row[key] is None else f"{row[key]:.4g}" for key in ("paper", "here"))
        within = f"{words[row['within']]} ({row['tolerance']})" if row["tolerance"] else ""
        table.add_row(row["figure"], row["quantity"], row["setting"], *numbers, within)
    _console().print(table)
    for row in rows:
        if row["why"]:
            _console().print(f"{row['quantity']}: {row['why']}", markup=False, soft_wrap=True)


def _console() -> Console:
    """Return a console on stdout that cuts nothing where there is no terminal."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDTH
    return console
