"""The command line of the course, `icl-course`.

A command's module is imported when the command is used, so that `--help` is quick and a learner
needs no grading parts.
"""

import difflib
import importlib
import importlib.util
from dataclasses import dataclass
from typing import Any

import click

from icl_course import __version__

INSTALL_INSTRUCTOR = 'pip install "icl-course[instructor]"'
INSTRUCTOR_PACKAGES = ("jinja2", "jupytext", "nbclient", "nbconvert", "nbgrader", "nh3")


@dataclass(frozen=True)
class LazyCommand:
    """Where a command is, below `autograder`, and what the overview says of it."""

    place: str
    summary: str


LEARNER = {
    "start": LazyCommand("commands.start:start_command", "Copy the lessons and open JupyterLab."),
    "list": LazyCommand(
        "commands.learner:list_command", "The exercises, with points, time and difficulty."
    ),
    "check": LazyCommand(
        "commands.check:check_command", "Run your notebook and judge every exercise."
    ),
    "hint": LazyCommand("commands.learner:hint_command", "The next hint for an exercise."),
    "solution": LazyCommand(
        "commands.learner:solution_command", "A solution, after a pass or three tries."
    ),
    "status": LazyCommand(
        "commands.status:status_command", "Points, passes and time left, by lesson."
    ),
    "hand-in": LazyCommand(
        "learning.handin:hand_in_command", "Look a notebook over and write one archive."
    ),
    "reproduce": LazyCommand(
        "commands.reproduce:reproduce_command", "Rebuild the figures and tables of the paper."
    ),
}
INSTRUCTOR = {
    "class": LazyCommand("commands.classes:class_command", "Set up a directory for a class."),
    "collect": LazyCommand(
        "commands.classes:collect_command", "Put what was handed in where nbgrader reads it."
    ),
    "grade": LazyCommand("commands.classes:grade_command", "Grade what was handed in."),
    "doctor": LazyCommand(
        "commands.doctor:doctor_command", "Attack the sandbox, and see what holds here."
    ),
    "explain": LazyCommand(
        "commands.explain:explain_command", "Why a learner got the mark that they got."
    ),
    "report": LazyCommand("commands.classes:report_command", "Write the class page again."),
    "demo": LazyCommand(
        "commands.demo:demo_command", "Make a small class and grade it, start to finish."
    ),
    "build": LazyCommand(
        "commands.build:build_command", "Make the notebooks of a lesson from its source."
    ),
    "audit": LazyCommand(
        "commands.audit:audit_command", "Try the autograder on answers with known verdicts."
    ),
}


class CourseGroup(click.Group):
    """A group of commands that are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands whose modules this version has."""
        return [name for part in (LEARNER, INSTRUCTOR) for name in part if _is_there(part[name])]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        lazy = (LEARNER | INSTRUCTOR).get(cmd_name)
        if lazy is None or not _is_there(lazy):
            return None
        module, _, name = lazy.place.partition(":")
        command: click.Command = getattr(importlib.import_module(f"autograder.{module}"), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; say what to install if it needs a part that learners do not have."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            missing = (error.name or "").partition(".")[0]
            if missing not in INSTRUCTOR_PACKAGES:
                raise
            raise click.ClickException(
                f"this command needs {missing}, which learners do not: {INSTALL_INSTRUCTOR}"
            ) from error

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed; offer the nearest ones if there is none."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            near = difflib.get_close_matches(name, self.list_commands(ctx), n=3, cutoff=0.5)
            offer = f" Did you mean {' or '.join(near)}?" if near else ""
            raise click.UsageError(f"There is no command {name!r}.{offer}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by who uses them, from their summaries, without importing any."""
        for title, part in (("For learners", LEARNER), ("For instructors", INSTRUCTOR)):
            rows = [(name, lazy.summary) for name, lazy in part.items() if _is_there(lazy)]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


def _is_there(lazy: LazyCommand) -> bool:
    return importlib.util.find_spec("autograder." + lazy.place.partition(":")[0]) is not None


@click.group(cls=CourseGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="icl-course")
def main() -> None:
    """In-context learning from the inside: attention as gradient descent.

    Begin with: icl-course start
    """
