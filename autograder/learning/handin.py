"""`icl-course hand-in`: look a notebook over, say what is empty, write one archive.

The archive is named so that `nbgrader zip_collect` finds learner, time and notebook in its name,
with the pattern of nbgrader's manual:
`.*_(?P<student_id>\\w+)_attempt_(?P<timestamp>[0-9\\-]+)_(?P<file_id>\\w+)`.
"""

import re
import sys
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import nbformat
from nbformat.notebooknode import NotebookNode

from autograder.commands.terminal import Complaint, complaints, console, in_option, shown
from autograder.content import Lesson
from autograder.learning import progress
from autograder.learning.checking import has_answer
from autograder.learning.targets import find_target
from autograder.learning.workspace import Blank, blanks
from autograder.submissions.rebuild import rebuild

_NAME = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True)
class Looked:
    """What a look at a notebook found: the blanks without an answer, and what was repaired."""

    empty: tuple[Blank, ...]
    notes: tuple[str, ...]


@click.command("hand-in")
@click.argument("target", metavar="LESSON or FILE")
@click.option("--name", help="Who you are, as your class knows you. Asked once, then remembered.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("."),
    help="Where to write the archive; by default here.",
)
@in_option
def hand_in_command(target: str, name: str | None, out: Path, start: Path | None) -> None:
    """Write one archive of a lesson's notebook, ready to upload.

    The notebook is looked over first: what is empty is said. It is not run; icl-course check does
    that. Archives that you wrote before stay.
    """
    with complaints():
        found = find_target(target, start)
        looked = look_over(found.lesson, found.notebook)
    home = found.path.resolve().parent
    learner = _learner(name, home)
    try:
        path = write_archive(found.lesson, found.notebook, learner, out)
    except OSError as error:
        raise Complaint(f"{error.filename or out}: {error.strerror}") from error
    progress.record_learner(learner, home)
    terminal = console()
    for note in looked.notes:
        terminal.print(f"Note: {note}", markup=False)
    for blank in looked.empty:
        what = "exercise" if blank.kind == "exercise" else "question"
        terminal.print(f"Empty: {what} {blank.id}, {blank.points} points", markup=False)
    if not looked.empty:
        terminal.print("Nothing is empty.", markup=False)
    terminal.print(f"Wrote {shown(path)}", markup=False, soft_wrap=True)
    terminal.print("Hand in this one file. Later ones count instead of it.", markup=False)


def look_over(lesson: Lesson, notebook: NotebookNode) -> Looked:
    """Say which blanks of a notebook hold no answer.

    Raises:
        UnreadableSubmissionError: it is another lesson's notebook.
    """
    rebuilt = rebuild(nbformat.read(lesson.release, as_version=4), notebook)
    empty = tuple(blank for blank in blanks(lesson) if not has_answer(blank, rebuilt.notebook))
    return Looked(empty, rebuilt.notes)


def write_archive(
    lesson: Lesson,
    notebook: NotebookNode,
    learner: str,
    directory: Path,
    *,
    now: datetime | None = None,
) -> Path:
    """Write the archive and return where it is.

    The same notebook gives the same bytes. Outputs are left out: graders run it themselves.

    Arguments:
        lesson: whose notebook it is.
        notebook: what `read_submission` returned: it has no outputs.
        learner: letters and digits.
        directory: made if it is not there.
        now: in UTC, as nbgrader reads it; the name has seconds, and a name that is taken gets the
            next free one.
    """
    directory.mkdir(parents=True, exist_ok=True)
    text = nbformat.v4.writes(notebook, sort_keys=True, indent=1) + "\n"
    entry = zipfile.ZipInfo(f"{lesson.slug}.ipynb")  # with no date of its own
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    moment = now or datetime.now(UTC)
    while True:
        # nbgrader misreads a time with hyphens in it: 03-04-05 becomes eight o'clock.
        stamp = moment.strftime("%Y-%m-%d-%H%M%S")
        path = directory / f"{lesson.name}_{learner}_attempt_{stamp}_{lesson.slug}.zip"
        try:
            with path.open("xb") as file, zipfile.ZipFile(file, "w") as archive:
                archive.writestr(entry, text)
        except FileExistsError:
            moment += timedelta(seconds=1)
        else:
            return path


def _learner(name: str | None, home: Path) -> str:
    name = name or progress.learner(home)
    if name is None and sys.stdin.isatty():
        name = click.prompt("Who are you, as your class knows you (letters and digits)", type=str)
    if name is None:
        raise Complaint("Whose work is it? Say so once: icl-course hand-in ... --name yourname")
    if not _NAME.fullmatch(name):
        plain = "".join(_NAME.findall(name))
        offer = f"; {plain} would do" if plain else ""
        raise Complaint(
            f"The name {name!r} becomes part of a file name, from which graders read it: letters "
            f"a to z and digits only{offer}."
        )
    return name
