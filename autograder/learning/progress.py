"""What a learner has tried and passed, in `.icl-course/progress.json` beside their lessons.

`icl-course start` makes the folder. Without one (under nbgrader, or in a notebook opened by itself)
nothing is written and nothing fails: the record then lives as long as the process.
"""

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from autograder.exercise import Verdict

FOLDER = ".icl-course"
FILE = "progress.json"

_of_this_process: dict[str, Any] = {}
_paused = False


def find_folder(start: Path | None = None) -> Path | None:
    """Return the nearest folder with a record at or above `start` (default: here), or None.

    A class's directory has a folder of the same name; without a record in it, it is none.
    """
    here = (start or Path.cwd()).resolve()
    for directory in (here, *here.parents):
        if (directory / FOLDER / FILE).is_file():
            return directory / FOLDER
    return None


def make_folder(directory: Path) -> Path:
    """Make `directory` the place of a learner's record; one that is there is kept."""
    folder = directory / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / FILE).exists():
        _write_file(_empty(), folder)
    return folder


def pause() -> None:
    """Record nothing more in this process: a rerun of a learner's cells is no new attempt."""
    global _paused
    _paused = True


def read(start: Path | None = None) -> dict[str, Any]:
    """Return what is recorded: `{"exercises": {id: {...}}, "predictions": {id: choice}}`.

    Once the learner has said it, there is `"learner": name` too.
    """
    folder = find_folder(start)
    if folder is None:
        return _empty() | json.loads(json.dumps(_of_this_process))
    try:
        stored = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except OSError:
        return _empty()
    except ValueError:
        stored = None
    if _is_record(stored):
        return _empty() | stored
    # A damaged record must not stop a learner; it is kept beside the new one.
    os.replace(folder / FILE, folder / "progress.damaged.json")
    _write_file(_empty(), folder)
    return _empty()


def tries(exercise_id: str, start: Path | None = None) -> int:
    """Return how often an exercise was checked with something written in it."""
    return int(read(start)["exercises"].get(exercise_id, {}).get("tries", 0))


def passed(exercise_id: str, start: Path | None = None) -> bool:
    """Return whether an exercise has been passed at some time."""
    return bool(read(start)["exercises"].get(exercise_id, {}).get("passed", False))


def learner(start: Path | None = None) -> str | None:
    """Return the name that the learner hands in under, if they have said it."""
    name = read(start).get("learner")
    return name if isinstance(name, str) else None


def record_learner(name: str, start: Path | None = None) -> None:
    """Remember the name that the learner hands in under."""
    _write(read(start) | {"learner": name}, start)


def record_verdict(verdict: Verdict, start: Path | None = None) -> None:
    """Count a try, and remember a pass. An empty answer is no try."""
    if verdict.empty:
        return
    record_try(verdict.exercise, verdict.passed, verdict.misconception, start=start)


def record_try(
    exercise_id: str,
    passed: bool,
    misconception: str | None,
    *,
    answer: str | None = None,
    start: Path | None = None,
) -> None:
    """Count a try, and remember a pass.

    Arguments:
        exercise_id: as in `check("gd-weights", ...)`.
        passed: whether this try passed; an earlier pass stays.
        misconception: the wrong idea that was recognised, if one was.
        answer: what was written, where it is known: the same answer twice is one try.
        start: where to look for the record.
    """
    stored = read(start)
    entry = stored["exercises"].setdefault(exercise_id, {})
    if answer is None or entry.get("answer") != answer:
        entry["tries"] = int(entry.get("tries", 0)) + 1
    if answer is not None:
        entry["answer"] = answer
    entry["passed"] = bool(entry.get("passed", False)) or passed
    entry["misconception"] = misconception
    _write(stored, start)


def record_prediction(prediction_id: str, choice: str, start: Path | None = None) -> None:
    """Remember the first choice: the guess before running is the one that teaches."""
    stored = read(start)
    stored["predictions"].setdefault(prediction_id, choice)
    _write(stored, start)


def next_hint(exercise_id: str, *, of: int, start: Path | None = None) -> int:
    """Return which hint comes next, 1 to `of`; after the last one it stays there."""
    stored = read(start)
    entry = stored["exercises"].setdefault(exercise_id, {})
    number = min(int(entry.get("hints", 0)) + 1, of)
    entry["hints"] = number
    _write(stored, start)
    return number


def _empty() -> dict[str, Any]:
    return {"exercises": {}, "predictions": {}}


def _is_record(stored: Any) -> bool:
    return (
        isinstance(stored, dict)
        and isinstance(stored.get("predictions", {}), dict)
        and isinstance(stored.get("exercises", {}), dict)
        and all(isinstance(entry, dict) for entry in stored.get("exercises", {}).values())
    )


def _write(stored: dict[str, Any], start: Path | None) -> None:
    if _paused:
        return
    folder = find_folder(start)
    if folder is None:
        _of_this_process.update(stored)
        return
    # A full or read-only disk must not stop a check.
    with suppress(OSError):
        _write_file(stored, folder)


def _write_file(stored: dict[str, Any], folder: Path) -> None:
    with tempfile.NamedTemporaryFile(
        "w", dir=folder, suffix=".tmp", delete=False, encoding="utf-8"
    ) as fresh:
        json.dump(stored, fresh, indent=1, sort_keys=True)
    os.replace(fresh.name, folder / FILE)
