"""What is read out of an archive that somebody handed in.

Who handed in, and when, stands in the archive's name, which the place where it was handed in
controls. Nothing inside an archive says whose it is.
"""

import re
import stat
import struct
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from autograder.submissions.submission import LARGEST_FILE, UnreadableSubmissionError

# As `icl-course hand-in` writes it. Learning platforms put their own words before a file's name,
# browsers a number after it.
_NAME = re.compile(
    r"(?:.*[^0-9a-z])?(?P<lesson>\d\d_[a-z0-9_]+)_(?P<learner>[A-Za-z0-9]+)"
    r"_attempt_(?P<time>\d{4}-\d\d-\d\d-\d{6})_[a-z0-9_]+(?: ?\(\d+\))?\.(?:zip|ipynb)",
    re.DOTALL,
)


_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError, OverflowError, MemoryError),
)
"""What zipfile raises for archives that are none."""


class HandedIn(NamedTuple):
    """What the name of a handed-in file says; the time is in UTC."""

    lesson: str
    learner: str
    time: datetime


def read_name(path: Path) -> HandedIn | None:
    """Return what a file's name says; None if it is no hand-in's name."""
    found = _NAME.fullmatch(path.name)
    if found is None:
        return None
    try:
        time = datetime.strptime(found["time"], "%Y-%m-%d-%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return HandedIn(found["lesson"], found["learner"], time)


def unpack(path: Path) -> bytes:
    """Return the bytes of the notebook in a handed-in archive, or of a notebook handed in bare.

    Raises:
        UnreadableSubmissionError: there is not exactly one notebook, or it cannot be read.
    """
    if path.is_symlink() or not path.is_file():
        raise UnreadableSubmissionError(f"{path.name} is not an ordinary file.")
    if path.suffix == ".ipynb":
        with path.open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    try:
        with zipfile.ZipFile(path) as archive:
            return _read_member(archive, _the_notebook(archive, path.name), path.name)
    except UnreadableSubmissionError:
        raise
    except _DAMAGED as error:
        raise UnreadableSubmissionError(f"{path.name} is no archive that opens.") from error


def _the_notebook(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    members = [
        member
        for member in archive.infolist()
        if member.filename.endswith(".ipynb")
        and not {".ipynb_checkpoints", "__MACOSX"} & set(Path(member.filename).parts)
    ]
    if len(members) != 1:
        raise UnreadableSubmissionError(f"{name} holds {len(members)} notebooks, not one.")
    return members[0]


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> bytes:
    if stat.S_ISLNK(member.external_attr >> 16):
        raise UnreadableSubmissionError(f"The notebook in {name} is a link, not a file.")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # Others can ask for gigabytes before they give a byte, and nobody's tool uses them.
        raise UnreadableSubmissionError(f"{name} is packed in a way that is not read here.")
    if member.flag_bits & 1:
        raise UnreadableSubmissionError(f"The notebook in {name} is encrypted.")
    with archive.open(member) as file:
        # The size that an archive states need not be true: what comes out is what counts.
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise UnreadableSubmissionError(
            f"The notebook in {name} is larger than {LARGEST_FILE // 1_000_000} MB."
        )
    return content
