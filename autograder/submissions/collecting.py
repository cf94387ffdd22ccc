"""Collect what learners handed in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.grading.class_directory import ClassroomError, class_lesson
from autograder.submissions.archive import read_name, unpack
from autograder.submissions.submission import LARGEST_FILE, UnreadableSubmissionError

_TIME = "%Y-%m-%d %H:%M:%S UTC"


@dataclass(frozen=True)
class Collected:
    """What became of one handed-in file: where it went, and what is wrong with it, if anything."""

    file: Path
    learner: str | None
    lesson: str | None
    path: Path | None
    problem: str | None = None


def collect(directory: Path, archives: Iterable[Path]) -> list[Collected]:
    """Put what learners handed in below `submitted/`, one notebook and its time for each.

    A learner's later archive replaces an earlier one, in whatever order they come. An archive that
    holds no notebook is collected as it is: it is graded with 0 and the reason, like any other
    unreadable file.

    Arguments:
        directory: of the class.
        archives: what `icl-course hand-in` wrote, or notebooks named in the same way.
    """
    return [_collect(directory, archive) for archive in archives]


def _collect(directory: Path, archive: Path) -> Collected:
    named = read_name(archive)
    if named is None:
        unnamed = f"{archive.name} is not named as icl-course hand-in names archives"
        return Collected(archive, None, None, None, unnamed)
    try:
        lesson = class_lesson(directory, named.lesson)
    except ClassroomError as error:
        return Collected(archive, named.learner, named.lesson, None, str(error))
    folder = directory / "submitted" / named.learner / lesson.name
    if (newer := _collected_before(folder)) and newer > named.time:
        older = f"a later one, of {newer:%d %B %H:%M:%S} UTC, is already collected"
        return Collected(archive, named.learner, lesson.name, None, older)
    problem: str | None = None
    try:
        content = unpack(archive)
    except UnreadableSubmissionError as error:
        problem, content = str(error), _raw(archive)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / lesson.solved.name
    path.write_bytes(content)
    # nbgrader grades again what has a later time than before.
    (folder / "timestamp.txt").write_text(named.time.strftime(_TIME), encoding="ascii")
    return Collected(archive, named.learner, lesson.name, path, problem)


def _collected_before(folder: Path) -> datetime | None:
    try:
        text = (folder / "timestamp.txt").read_text(encoding="ascii")
        return datetime.strptime(text.strip(), _TIME).replace(tzinfo=UTC)
    except (OSError, ValueError):
        return None


def _raw(archive: Path) -> bytes:
    if archive.is_symlink() or not archive.is_file():
        return b""
    with archive.open("rb") as file:
        return file.read(LARGEST_FILE + 1)
