"""`icl-course build`: notebooks from their source, and the promises that they keep."""

import click

from autograder.building.build import build_command as build_lessons


@click.command("build")
@click.argument("lessons", nargs=-1, metavar="[LESSON]...")
@click.option("--check", is_flag=True, help="Write nothing; fail if a promise is broken.")
def build_command(lessons: tuple[str, ...], check: bool) -> None:
    """Make the solved and the release notebook of each LESSON; all lessons by default.

    With --check: derived files are up to date, notebooks run clean and in time, untouched exercises
    fail for the right reason, nothing leaks, facts hold.
    """
    raise SystemExit(build_lessons(lessons, check=check))
