"""Look at what lies in a submission's place before anything there is opened."""

import re
import stat
from pathlib import Path

from nbgrader.utils import parse_utc

LARGEST_TIMESTAMP = 100
"""Bytes."""

_NOT_IN_A_NAME = re.compile(r"[\x00-\x1f\x7f*?\[\]]")
"""What nbgrader would take for a pattern of names, or cannot put into a path."""


def problem_with(folder: Path, notebook: str) -> str | None:
    """Say why nothing in a submission's folder can be opened; None if it can.

    Files beside the notebook count for nothing, and are never opened. What is wrong inside the
    notebook's file is for `read_submission` to say.

    Arguments:
        folder: `submitted/LEARNER/LESSON`.
        notebook: the file's name.
    """
    if _NOT_IN_A_NAME.search(folder.parent.name):
        return "The learner's folder cannot be graded under its name; give it another."
    for place in (folder.parent, folder):
        if place.is_symlink():
            return f"{place.name} is a link, not a folder; nothing behind it was looked at."
    wanted = (notebook, "timestamp.txt")
    there = {path.name for path in folder.iterdir() if path.name in wanted}
    if notebook not in there:
        return f"There is no {notebook} in the folder."
    if "timestamp.txt" in there and not is_small_file(folder / "timestamp.txt"):
        return "timestamp.txt, which says when this was handed in, is no small ordinary file."
    if "timestamp.txt" in there and not _is_time(folder / "timestamp.txt"):
        return "timestamp.txt, which says when this was handed in, holds no time."
    return None


def _is_time(path: Path) -> bool:
    """Say whether nbgrader can read the time in a file."""
    try:
        parse_utc(path.read_text(encoding="utf-8").strip())
    except (OSError, ValueError, OverflowError, TypeError, AttributeError):
        return False
    return True


def is_small_file(path: Path) -> bool:
    """Say whether there is an ordinary file here that is small enough to hold a time."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST_TIMESTAMP
