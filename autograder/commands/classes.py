"""`icl-course class init`, `collect`, `grade` and `report`: an instructor's own commands."""

from pathlib import Path

import click
from rich import box
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from autograder.commands.terminal import NOT_YET, Complaint, console, json_option, print_json
from autograder.content import Lesson, find_lesson
from autograder.grading import classroom
from autograder.grading.classroom import ClassroomError
from autograder.grading.records import SubmissionRecord
from autograder.grading.report import earned, write_class_page
from autograder.sandbox.starting import KINDS, NO_SANDBOX, Kind

CLASS_DIRECTORY = click.Path(exists=True, file_okay=False, path_type=Path)

lesson_option = click.option(
    "--lesson",
    "lesson_name",
    metavar="LESSON",
    help="Which lesson; every one handed in if left out.",
)


@click.group("class")
def class_command() -> None:
    """Set up a directory for a class."""


@class_command.command("init")
@click.argument("directory", type=click.Path(path_type=Path))
def init_command(directory: Path) -> None:
    """Make DIRECTORY a ready nbgrader course directory."""
    try:
        made = classroom.init_class(directory)
    except ClassroomError as error:
        raise Complaint(str(error)) from error
    click.echo(f"{made} is an nbgrader course directory. Its README.md says what comes next.")


@click.command("collect")
@click.argument("directory", type=CLASS_DIRECTORY)
@click.argument("archives", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def collect_command(directory: Path, archives: tuple[Path, ...]) -> None:
    """Put handed-in ARCHIVES below the submitted directory of the class in DIRECTORY.

    An archive may also be a directory full of them.
    """
    files = [
        file
        for archive in archives
        for file in (sorted(archive.iterdir()) if archive.is_dir() else [archive])
    ]
    collected = classroom.collect(directory, files)
    for one in collected:
        if one.problem:
            taken = "taken as it is" if one.path else "left where it is"
            click.echo(f"{one.file.name}: {taken}: {one.problem}", err=True)
    n_taken = sum(one.path is not None for one in collected)
    click.echo(f"{n_taken} of {len(collected)} files collected.")
    if n_taken < len(collected):
        raise SystemExit(NOT_YET)


@click.command("grade")
@click.argument("directory", type=CLASS_DIRECTORY)
@lesson_option
@click.option(
    "--sandbox",
    type=click.Choice(KINDS),
    default=None,
    help="Where learners' code runs; 'none' gives it your rights.",
)
@json_option
def grade_command(
    directory: Path, lesson_name: str | None, sandbox: Kind | None, as_json: bool
) -> None:
    """Grade what was handed in to the class in DIRECTORY, and write feedback and a class page.

    Learners' code runs in a sandbox; where none can be had, nothing is graded unless you say so.
    """
    if sandbox == "none":
        click.echo(NO_SANDBOX, err=True)
    out = console()
    columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn())
    hidden = as_json or not out.is_terminal
    records: list[SubmissionRecord] = []
    with Progress(
        *columns, TimeElapsedColumn(), console=out, transient=True, disable=hidden
    ) as progress:
        task = progress.add_task("grading", total=None)

        def count(done: int, of: int, record: SubmissionRecord) -> None:
            progress.update(task, completed=done, total=of, description=f"graded {record.learner}")

        for lesson in _handed_in(directory, lesson_name):
            try:
                records += classroom.grade(directory, lesson.number, count, sandbox=sandbox)
            except ClassroomError as error:
                raise Complaint(str(error)) from error
    if as_json:
        print_json({"submissions": [record.as_json() for record in records]})
        return
    out.print(_table(records))
    for page in _write_pages(directory, lesson_name):
        click.echo(f"Class page: {page}")
    click.echo(f"Feedback:   {directory / 'feedback'}")


@click.command("report")
@click.argument("directory", type=CLASS_DIRECTORY)
@lesson_option
def report_command(directory: Path, lesson_name: str | None) -> None:
    """Write the class page of what is graded in DIRECTORY: one HTML file for each lesson."""
    for page in _write_pages(directory, lesson_name):
        click.echo(str(page))


def _handed_in(directory: Path, lesson_name: str | None) -> list[Lesson]:
    try:
        if lesson_name is not None:
            return [classroom.class_lesson(directory, lesson_name)]
        names = {path.name for path in directory.glob("submitted/*/*") if path.is_dir()}
        found = [classroom.class_lesson(directory, name) for name in sorted(names)]
    except ClassroomError as error:
        raise Complaint(str(error)) from error
    if not found:
        raise Complaint(f"nothing was handed in below {directory / 'submitted'}")
    return found


def _write_pages(directory: Path, lesson_name: str | None) -> list[Path]:
    pages = []
    for lesson in _handed_in(directory, lesson_name):
        records = classroom.records(directory, lesson.number)
        page = directory / f"class-page-{lesson.number}.html"
        try:
            # The class has a copy of the lesson; its title is that of the course.
            pages.append(write_class_page(find_lesson(lesson.number), records, page))
        except ValueError as error:
            raise Complaint(str(error)) from error
    return pages


def _table(records: list[SubmissionRecord]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("learner", "lesson", "status"):
        table.add_column(column)
    table.add_column("points", justify="right")
    table.add_column("not passed")
    for record in records:
        lost = [
            answer.id + (f" ({answer.misconception})" if answer.misconception else "")
            for answer in record.exercises
            if not answer.passed
        ]
        table.add_row(
            record.learner,
            record.lesson,
            record.status,
            f"{earned(record):g} / {record.points}",
            "\n".join(lost),
        )
    return table
