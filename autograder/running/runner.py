"""Run a learner's notebook in a child process, within limits of time.

The child is an IPython shell without a kernel: magics and displays work, and a start costs a
fraction of a kernel's. A cell that does not end is ended with all that it started; a fresh child
then repeats what came before, without that cell, and goes on.

This keeps an honest mistake from doing harm. It is no sandbox: a cell can do all that its user can.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from autograder.running.child import (
    Allowance,
    Child,
    ChildError,
    Ending,
    Output,
    PlainProcess,
    Process,
)

CELL_SECONDS = 60.0
"""Twice what nbgrader allows by default: given cells of some lessons compute for 15 s."""

TOTAL_SECONDS = 300.0

Status = Literal["ok", "error", "timeout", "died", "unfinished"]


@dataclass(frozen=True)
class CellResult:
    """What came of one code cell.

    Arguments:
        cell_id: the cell's id, or "" if it has none.
        position: in the notebook, from 0.
        status: it ended; it ended in an exception; it was ended after its seconds; it ended its
            own process; the time for the whole notebook was over before its end.
        outputs: in nbformat's terms, adjacent pieces of a stream joined.
        seconds: wall time.
    """

    cell_id: str
    position: int
    status: Status
    outputs: tuple[Output, ...]
    seconds: float

    @property
    def error(self) -> Output | None:
        """The exception that the cell ended in."""
        return next((o for o in self.outputs if o["output_type"] == "error"), None)


def run_notebook(
    notebook: Mapping[str, Any],
    *,
    cell_seconds: float = CELL_SECONDS,
    total_seconds: float = TOTAL_SECONDS,
    cwd: Path | None = None,
    announce: Callable[[CellResult], None] = lambda result: None,
) -> list[CellResult]:
    """Run the code cells of a notebook that count, in their order; an exception stops no later one.

    Cells that are only for display are left out.

    Arguments:
        notebook: nbformat 4, as a mapping; it is not changed.
        cell_seconds: wall time for one cell.
        total_seconds: wall time for all of them, starts of child processes included.
        cwd: where the cells run; by default here.
        announce: called with each result as it comes.

    Raises:
        ChildError: the child process does not start.
    """
    results: list[CellResult] = []
    limits = Limits(cell_seconds, total_seconds)
    with session(lambda: PlainProcess(cwd), limits) as running:
        for position, cell in enumerate(notebook["cells"]):
            if not counts(cell):
                continue
            # A check defines nothing, so a fresh child need not repeat it.
            message = {"source": str(cell["source"])}
            ran = running.run(message, again=_kind(cell) != "check")
            results.append(CellResult(str(cell.get("id", "")), position, *ran))
            announce(results[-1])
    return results


def counts(cell: Mapping[str, Any]) -> bool:
    """Say whether a cell is run for a mark."""
    metadata = cell.get("metadata", {})
    display = metadata.get("icl_course", {}).get("kind") == "display"
    skipped = "skip-execution" in metadata.get("tags", ())
    return cell["cell_type"] == "code" and not display and not skipped


@dataclass(frozen=True)
class Limits:
    """Wall time in seconds: for one cell or answer, and for a whole notebook."""

    cell_seconds: float = CELL_SECONDS
    total_seconds: float = TOTAL_SECONDS

    @property
    def by_status(self) -> dict[str, float]:
        """The limit that was crossed, by the status that crossing it gives."""
        return {"timeout": self.cell_seconds, "unfinished": self.total_seconds}


class Session:
    """A notebook on its way: a child, and what a fresh one would have to repeat."""

    def __init__(self, start: Callable[[], Process], limits: Limits) -> None:
        """Run in what `start` starts; the time for the notebook begins now."""
        self._start, self._cell_seconds = start, limits.cell_seconds
        self._deadline = time.monotonic() + limits.total_seconds
        self._child: Child | None = None
        self._allowance = Allowance()
        self._before: list[Mapping[str, Any]] = []

    def run(
        self, message: Mapping[str, Any], *, again: bool = True
    ) -> tuple[Status, tuple[Output, ...], float]:
        """Have a message dealt with; return how it ended, what was put out, and the wall time.

        Arguments:
            message: as `runner_child` reads it.
            again: whether a fresh child has to repeat it.
        """
        if not self._ready():
            return "unfinished", (), 0.0
        began = time.monotonic()
        status, outputs = self._in_child(message)
        seconds = time.monotonic() - began
        if status in ("ok", "error") and again:
            self._before.append(message)
        return status, tuple(outputs), seconds

    def ask(self, message: Mapping[str, Any]) -> tuple[Status, Mapping[str, Any] | None]:
        """Have an answer asked; return how that ended, and what came back."""
        if not self._ready():
            return "unfinished", None
        assert self._child is not None
        seconds = min(self._cell_seconds, self._left())
        ending, answer = self._child.ask(message, seconds)
        return self._status(ending, seconds), answer

    def end(self) -> None:
        """End the child and all that it started."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def _ready(self) -> bool:
        """Have a child that has run what came before; False if there is no time left for it."""
        while self._child is None and self._left() > 0:
            try:
                self._child = Child(self._start(), self._left(), self._allowance)
            except ChildError:
                if self._left() > 0:
                    raise
                return False
            for message in list(self._before):
                status, _ = self._in_child(message)
                if status == "unfinished":
                    return False
                if status in ("timeout", "died"):
                    self._before.remove(message)
                    break
        return self._child is not None and self._left() > 0

    def _in_child(self, message: Mapping[str, Any]) -> tuple[Status, list[Output]]:
        assert self._child is not None
        seconds = min(self._cell_seconds, self._left())
        ending, outputs = self._child.send(message, seconds)
        return self._status(ending, seconds), outputs

    def _status(self, ending: Ending, seconds: float) -> Status:
        if ending in ("timeout", "died"):
            self.end()
        if ending == "timeout" and seconds < self._cell_seconds:
            return "unfinished"
        return ending

    def _left(self) -> float:
        return self._deadline - time.monotonic()


@contextmanager
def session(start: Callable[[], Process], limits: Limits) -> Iterator[Session]:
    """Open a session that ends, with all that it started, at the end of the block."""
    opened = Session(start, limits)
    try:
        yield opened
    finally:
        opened.end()


def _kind(cell: Mapping[str, Any]) -> str | None:
    kind = cell.get("metadata", {}).get("icl_course", {}).get("kind")
    return None if kind is None else str(kind)
