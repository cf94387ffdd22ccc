"""A child process that runs cells and answers, seen from its parent; see `runner_child`.

Cells and inputs go to it, outputs and arrays come back, as JSON lines; no object crosses. What
comes back may be anything: a cell can get at the pipe.
"""

import json
import math
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal, Protocol

import psutil  # type: ignore[import-untyped]

MOST_BYTES = 50_000_000
"""What may come back for one notebook; figures are a hundred times smaller."""

LINE_COSTS = 200
"""What a line costs beside its bytes: empty ones are work, too."""

MOST_WAITING = 1_000
"""Lines that were read and not yet dealt with: whoever floods the pipe waits."""

DEEPEST = 30
"""Lists in lists in what comes back; no program reads them without end."""

MOST_OUTPUTS = 1_000
"""Of one cell, pieces of text included; the child itself stops earlier."""

_LOOK_SECONDS = 0.5
_BARE = ({"ready": True}, {"end": "ok"}, {"end": "error"})
_FIELDS: dict[str, dict[str, type]] = {
    "stream": {"name": str, "text": str},
    "display_data": {"data": dict, "metadata": dict},
    "execute_result": {"data": dict, "metadata": dict, "execution_count": int},
    "error": {"ename": str, "evalue": str, "traceback": list},
}

Ending = Literal["ok", "error", "timeout", "died"]
Output = dict[str, Any]


class ChildError(RuntimeError):
    """The child process did not start; the message holds what it said."""


@dataclass
class Allowance:
    """What the processes of one notebook may still send, all together."""

    bytes: int = MOST_BYTES


class Process(Protocol):
    """A process that `runner_child` runs in, wherever that is."""

    stdin: IO[bytes]
    stdout: IO[bytes]

    def gone(self) -> bool:
        """Say whether it has ended."""

    def complaint(self) -> str:
        """Return the last of what it said before it was ready."""

    def kill(self) -> None:
        """End it and all that it started, and give back what it held."""


class Child:
    """A process that runs cells.

    Its lines come by way of a thread: reading a pipe has no time limit of its own.
    """

    def __init__(
        self, process: Process, seconds: float, allowance: "Allowance | None" = None
    ) -> None:
        """Wait until the process is ready.

        Arguments:
            process: that was started.
            seconds: for that.
            allowance: what it may still send.

        Raises:
            ChildError: it is not ready in time.
        """
        self._process = process
        self._allowance = allowance or Allowance()
        self._lines: queue.Queue[bytes] = queue.Queue(MOST_WAITING)
        self._at_end = self._killed = False
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        if self._next(time.monotonic() + seconds) != {"ready": True}:
            said = self._process.complaint() or "it took too long"
            self.kill()
            raise ChildError(f"the process that runs the cells did not start: {said}")

    def run(self, source: str, seconds: float) -> tuple[Ending, list[Output]]:
        """Run one cell; after a timeout, or once it died, the child is of no more use."""
        return self.send({"source": source}, seconds)

    def send(self, message: Mapping[str, Any], seconds: float) -> tuple[Ending, list[Output]]:
        """Have one message dealt with; return how that ended and what was put out meanwhile."""
        ending, outputs, _ = self._exchange(message, seconds)
        return ending, outputs

    def ask(
        self, message: Mapping[str, Any], seconds: float
    ) -> tuple[Ending, Mapping[str, Any] | None]:
        """Ask for an answer; return how that ended, and what came as the answer."""
        ending, _, answer = self._exchange(message, seconds)
        return ending, answer

    def _exchange(
        self, message: Mapping[str, Any], seconds: float
    ) -> tuple[Ending, list[Output], Mapping[str, Any] | None]:
        outputs: list[Output] = []
        answer: Mapping[str, Any] | None = None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            return "died", outputs, None
        deadline = time.monotonic() + seconds
        while True:
            came = self._next(deadline)
            if came is None:
                return (
                    ("died" if self._at_end or self._process.gone() else "timeout"),
                    outputs,
                    None,
                )
            if "end" in came:
                return came["end"], outputs, answer
            self._allowance.bytes -= came.pop("size", 0) + LINE_COSTS
            if self._allowance.bytes < 0 or len(outputs) > MOST_OUTPUTS:
                return "died", outputs, None
            if "answer" in came:
                answer = came["answer"]
            elif "output" in came:
                _add_output(outputs, came["output"])
            else:
                return "died", outputs, None

    def kill(self) -> None:
        """End the child and all that it started."""
        self._killed = True
        self._process.kill()
        with suppress(OSError):
            self._process.stdin.close()
        # What got away, if anything did, may hold the pipe open: then its reader waits on.
        self._listener.join(timeout=1.0)

    def _listen(self) -> None:
        with self._process.stdout as lines, suppress(ValueError, OSError):
            while line := lines.readline(MOST_BYTES):
                self._hand_over(line)
        self._at_end = True
        self._hand_over(b"")

    def _hand_over(self, line: bytes) -> None:
        while not self._killed:
            with suppress(queue.Full):
                return self._lines.put(line, timeout=_LOOK_SECONDS)

    def _next(self, deadline: float) -> dict[str, Any] | None:
        """Return the next message; None when time is over or the child is gone."""
        while True:
            # Looked at now and then: what a dead child started may hold its pipe open.
            wait = min(_LOOK_SECONDS, deadline - time.monotonic())
            with suppress(queue.Empty):
                line = self._lines.get(timeout=max(0.0, wait))
                return _message(line) if line else None
            if self._process.gone() or time.monotonic() >= deadline:
                return None


class PlainProcess:
    """A process with all the rights of its user: for a learner's own notebook."""

    def __init__(self, cwd: Path | None, variables: Mapping[str, str] | None = None) -> None:
        """Start it in `cwd`, with these environment variables set too."""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it is killed
        self._home = tempfile.TemporaryDirectory(prefix="icl-course-")
        # Figures as in a notebook, and IPython's files out of the user's home.
        figures = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
        ours = {"IPYTHONDIR": self._home.name, "PYTHONIOENCODING": "utf-8"}
        self._process = subprocess.Popen(
            # -P: a file of the learner's called random.py must not keep the child from starting.
            [sys.executable, "-P", "-m", "autograder.running.runner_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=cwd,
            env={**figures, **os.environ, **ours, **(variables or {})},
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.stdin, self.stdout = self._process.stdin, self._process.stdout

    def gone(self) -> bool:
        """Say whether it has ended."""
        return self._process.poll() is not None

    def complaint(self) -> str:
        """Return the last line of its stderr."""
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""

    def kill(self) -> None:
        """End it and all that it started."""
        _kill_tree(self._process)
        self._errors.close()
        self._home.cleanup()


def _message(line: bytes) -> dict[str, Any]:
    """Read one line; if something else got at the pipe, no line after it can be trusted."""
    with suppress(ValueError, RecursionError):
        message = json.loads(line, parse_constant=lambda name: None, parse_float=_finite)
        if _is_deep(message):
            return {"end": "died"}
        if b"\\ud" in line.lower():
            message = _writable(message)
        if message in _BARE:
            return dict(message)
        if isinstance(message, dict) and (
            _is_output(message.get("output")) or isinstance(message.get("answer"), dict)
        ):
            return {**message, "size": len(line)}
    return {"end": "died"}


def _finite(text: str) -> float | None:
    """Read a number; one that no JSON file can hold is none."""
    return number if math.isfinite(number := float(text)) else None


def _is_deep(value: Any, room: int = DEEPEST) -> bool:
    """Say whether there are more lists in lists than any output of a notebook needs."""
    if not isinstance(value, list | dict):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return room == 0 or any(_is_deep(item, room - 1) for item in inner)


def _writable(value: Any) -> Any:
    """Replace the halves of characters that JSON may hold and no file can."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [_writable(item) for item in value]
    if isinstance(value, dict):
        return {_writable(key): _writable(item) for key, item in value.items()}
    return value


def _is_output(output: Any) -> bool:
    if not isinstance(output, dict):
        return False
    wanted = _FIELDS.get(str(output.get("output_type")), {"output_type": int})
    return all(isinstance(output.get(name), kind) for name, kind in wanted.items())


def _add_output(outputs: list[Output], new: Output) -> None:
    last = outputs[-1] if outputs else {}
    if new["output_type"] == "stream" and last.get("name") == new["name"]:
        last["text"] += new["text"]
    else:
        outputs.append(new)


def _kill_tree(process: "subprocess.Popen[bytes]") -> None:
    family = []
    with suppress(psutil.Error):
        family = psutil.Process(process.pid).children(recursive=True)
    if os.name == "posix":
        # The child leads a process group, which also holds what outlived its own parent.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    for member in family:
        with suppress(psutil.Error):
            member.kill()
    process.wait()
