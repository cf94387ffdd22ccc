"""`icl-course start`: the learner's own copy of the lessons, and JupyterLab on it."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from autograder.commands.terminal import Complaint, console, shown
from autograder.content import Lesson, lessons
from autograder.learning import progress
from autograder.learning.workspace import (
    DEFAULT_DIRECTORY,
    NoWorkspaceError,
    find_workspace,
    learner_notebook,
)


@dataclass(frozen=True)
class Copied:
    """One lesson in the learner's directory: new there, or theirs already."""

    lesson: Lesson
    path: Path
    new: bool


@click.command("start")
@click.argument("directory", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
@click.option("--no-browser", is_flag=True, help="Start JupyterLab without opening a browser.")
@click.option("--no-lab", is_flag=True, help="Copy the lessons and stop there.")
def start_command(directory: Path | None, no_browser: bool, no_lab: bool) -> None:
    """Copy the lessons into DIR and open JupyterLab there.

    DIR is icl-lessons by default, or where you started before. What you have worked on is never
    overwritten: notebooks that are there stay as they are, new lessons are added.
    """
    directory = directory or _before() or Path(DEFAULT_DIRECTORY)
    out = console()
    try:
        copied = copy_lessons(directory)
    except OSError as error:
        raise Complaint(f"{error.filename or directory}: {error.strerror}") from error
    for one in copied:
        state = "copied" if one.new else "kept as it is"
        out.print(f"{one.lesson.number} {one.lesson.title}: {state}", markup=False, soft_wrap=True)
        out.print(f"   {shown(one.path)}", markup=False, soft_wrap=True, style="dim")
    if no_lab:
        _say_next(out, directory, copied)
        return
    out.print("Opening JupyterLab; Ctrl-C here ends it.", markup=False)
    sys.exit(subprocess.call(lab_command(directory, no_browser), env=lab_environment(directory)))


def copy_lessons(directory: Path) -> list[Copied]:
    """Copy every lesson that is not in `directory` yet, and make it the place of the record.

    Raises:
        Complaint: `directory` is a file, or this installation has no lessons.
        OSError: it cannot be written.
    """
    if directory.exists() and not directory.is_dir():
        raise Complaint(f"{directory} is a file; name a directory for the lessons.")
    shipped = [lesson for lesson in lessons() if lesson.release.exists()]
    if not shipped:
        raise Complaint("This installation has no lessons; install icl-course again.")
    directory.mkdir(parents=True, exist_ok=True)
    progress.make_folder(directory)
    copied = []
    for lesson in shipped:
        path = learner_notebook(lesson, directory)
        new = not path.exists()
        if new:
            path.parent.mkdir(parents=True, exist_ok=True)
            # The text alone: a file that was installed read-only must be writable here.
            shutil.copyfile(lesson.release, path)
        copied.append(Copied(lesson, path, new))
    return copied


def lab_command(directory: Path, no_browser: bool) -> list[str]:
    """Return the command that opens JupyterLab, with this interpreter, on `directory`."""
    command = [sys.executable, "-m", "jupyterlab", str(directory.resolve())]
    if no_browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # JupyterLab would refuse. In a container everyone is root, and nothing is open to others.
        command.append("--allow-root")
    return command


def lab_environment(directory: Path) -> dict[str, str]:
    """Return the environment in which "Python 3" means this interpreter.

    A kernel of that name that the user installed elsewhere would otherwise be taken, and would not
    find the course.
    """
    share = directory.resolve() / progress.FOLDER / "jupyter"
    kernel = share / "kernels" / "python3"
    kernel.mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Python 3 (icl-course)", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec, indent=1), encoding="utf-8")
    paths = [str(share), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    return os.environ | {"JUPYTER_PATH": os.pathsep.join(paths)}


def _before() -> Path | None:
    try:
        return find_workspace()
    except NoWorkspaceError:
        return None


def _say_next(out: Console, directory: Path, copied: list[Copied]) -> None:
    first = copied[0].lesson
    out.print("Next:", markup=False)
    for line in (
        f"cd {shown(directory)}",
        "jupyter lab                # or any editor of notebooks",
        f"icl-course check {first.number}        # judges what you wrote",
    ):
        out.print(f"   {line}", markup=False, soft_wrap=True)
