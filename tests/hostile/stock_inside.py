"""What runs in the box of `compare_with_stock`: one submission under stock nbgrader.

python -m tests.hostile.stock_inside CASE STAGED REPORT
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbgrader.api import Gradebook, MissingEntry

from autograder.building.notebooks import cell_kind
from autograder.sandbox.bubblewrap import VARIABLES

from . import harness, pages
from .watched import _libc
from .zoo import CASES
from .zoo.case import Archive, Built, Places, Tree, add_cell, answer, cell_of

BOX = Path("/box")
SECONDS = 120
"""For two submissions. A single cell may take nbgrader's 30."""

USUAL = re.compile(
    r"home/\.(cache(/(fontconfig|matplotlib).*)?|config(/matplotlib)?|jupyter(/migrated)?"
    r"|ipython(/profile_default(/(log|pid|security|startup(/README)?|(history|db).*))?)?"
    r"|local(/share(/jupyter(/runtime.*)?)?)?) was made or removed"
)
"""What any kernel leaves in a home."""

LAST = "zzlast"
"""An honest learner whose turn comes after the case's."""

COSTLY = ("given", "predict", "display")
"""Cells that the honest learner does without."""

NAMES = r".*_(?P<student_id>\w+)_attempt_(?P<timestamp>[0-9\-]+)_(?P<file_id>\w+)"


def main() -> None:
    """Grade the named case and an honest learner; write a report."""
    name, staged, report = sys.argv[1:]
    (case,) = [case for case in CASES if case.name == name]
    _libc.prctl(36, 1, 0, 0, 0)  # adopt orphans
    stage = harness.Stage(BOX / "run", None)
    stage.root.mkdir()
    stage.set_up(Path(staged))
    with harness.listeners(stage) as (addresses, calls), harness.bystander(stage) as standing_by:
        places = Places(
            CLASS=str(stage.directory),
            HOME=str(stage.home),
            REPOSITORY=str(harness.REPOSITORY),
            PACKAGES=str(Path(json.__file__).parents[1]),
            NEIGHBOUR=LAST,
            LESSON=harness.lesson().name,
            SLUG=harness.lesson().slug,
            BYSTANDER=str(standing_by.pid),
            MARK=harness.MARK,
            **addresses,
        )
        learner = lay_out(stage, harness.built(case), case.learner, places)
        before = harness._kept(stage), harness.gradebook_state(stage.directory / "gradebook.db")
        began = time.monotonic()
        ended = nbgrader(stage, "autograde", SECONDS)
        seconds = time.monotonic() - began
        left = [p for p in living() if p.pid != standing_by.pid]
        found: dict[str, Any] = {
            "ended": ended,
            "seconds": round(seconds, 1),
            "left": len(left),
            "killed a bystander": standing_by.poll() is not None,
        }
        for process in left:
            with suppress(psutil.Error):
                process.kill()
        nbgrader(stage, "generate_feedback", SECONDS)
        found["connected"] = sorted(set(calls))
    after = harness._kept(stage), harness.gradebook_state(stage.directory / "gradebook.db")
    changes = harness._changes(before[0], after[0])
    found["changed"] = [change for change in changes if not USUAL.fullmatch(change)]
    found["changed"] += harness._changes_of_gradebook(before[1], after[1])
    found |= written(stage, learner)
    found["earned"], found["last earned"] = earned(stage, learner), earned(stage, LAST)
    Path(report).write_text(json.dumps(found))


def lay_out(stage: harness.Stage, made: Built, learner: str, places: Places) -> str:
    """Put what is handed in where stock nbgrader looks; return whose folder it is."""
    submitted = stage.directory / "submitted"
    inside = Path(places.LESSON) / f"{places.SLUG}.ipynb"
    last = nbformat.reads(harness._notebooks()[0], as_version=4)
    imports = next(cell for cell in last.cells if cell_kind(cell) == "given")
    last.cells = [c for c in last.cells if c is imports or cell_kind(c) not in COSTLY]
    right = nbformat.reads(harness._notebooks()[1], as_version=4)
    answer(last, {"gd-weights": cell_of(right, "exercise-gd-weights").source})
    add_cell(last, f"neighbours_mark = {stage.canaries.named('neighbour')!r}")
    put(submitted / LAST / inside, json.dumps(last).encode())
    if isinstance(made, Tree):
        made.make(submitted / (made.learner or learner) / places.LESSON, places)
        return made.learner or learner
    if isinstance(made, Archive):
        name = harness.file_name(learner, made.name)
        put(stage.directory / "downloaded" / places.LESSON / "archive" / name, made.content)
        nbgrader(stage, "zip_collect", SECONDS, f"--FileNameCollectorPlugin.named_regexp={NAMES}")
        return learner
    text = made if isinstance(made, bytes) else places.fill(json.dumps(made)).encode()
    put(submitted / learner / inside, text)
    return learner


def put(path: Path, content: bytes) -> None:
    """Write a file, and the directories above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def nbgrader(stage: harness.Stage, step: str, seconds: float, *options: str) -> str:
    """Run a stock command on the whole class; return how it ended."""
    variables = harness.environment(stage.home)
    variables["PATH"] = f"{harness.BIN}:{variables['PATH']}"
    # XLA compiles in a third of the time, to slower programs.
    variables["XLA_FLAGS"] = VARIABLES["XLA_FLAGS"]
    variables["SECRET_KEY"] = stage.canaries.named("environment")
    process = subprocess.Popen(
        [str(harness.BIN / "nbgrader"), step, harness.lesson().name, *options],
        cwd=stage.directory,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return f"status {process.wait(seconds)}"
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return "too late"


def living() -> list[psutil.Process]:
    """Return what runs below this process."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def written(stage: harness.Stage, learner: str) -> dict[str, Any]:
    """Return what stands on the pages that were written about a learner."""
    reader = harness.Run(stage, None, "", {}, [], {})
    graded, feedback = reader.written(learner)
    both = graded + feedback
    plain = reader.written(LAST)[1]
    clean = pages.active(plain)
    read = stage.canaries.seen_in(both)
    if harness._secret(stage) in both:
        read.append("class-secret")
    return {
        "read": read,
        "got through": sorted(set(harness._BAD_NEWS.findall(both)))[:20],
        "active": [kind for kind, _ in pages.added(feedback, clean)] if feedback and plain else [],
    }


def earned(stage: harness.Stage, learner: str) -> float | None:
    """Return a learner's points in the gradebook; None if there are none."""
    try:
        with Gradebook(f"sqlite:///{stage.directory}/gradebook.db") as gradebook:
            return float(gradebook.find_submission(harness.lesson().name, learner).score)
    except (MissingEntry, OSError):
        return None


if __name__ == "__main__":
    main()
