"""The process that `autograder.running.child` starts: an IPython shell without a kernel.

It reads messages as JSON lines and answers in JSON lines. A cell's `source` is run, and what it
puts out is written in nbformat's terms. A `hold` keeps an answer as it stands at that place of the
notebook. An `ask` puts cases to an answer that was kept; what it prints then is thrown away.

The lines are moved away from the standard streams before any cell runs, so that whatever a cell
prints, in Python or below it, cannot be taken for a result.
"""

import base64
import ctypes
import io
import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn, TextIO, TypeVar

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

LONGEST_STREAM = 200_000
"""Characters that one cell may print; the rest is dropped, and said to be."""

MOST_OUTPUTS = 200
"""Displays and results that one cell may make; the rest is dropped."""

BUFFERED = 8_192

SECONDS_BETWEEN = 0.1
"""Text that comes sooner after other text waits for more: a cell that is ended loses little."""


Found = TypeVar("Found")


class Outbox:
    """Sends the outputs of the running cell, text gathered into pieces."""

    def __init__(self, file: TextIO) -> None:
        """Send to `file`."""
        self._file = file
        # Threads of a cell print too.
        self._lock = threading.RLock()
        self.silent = False
        self.begin()

    def begin(self) -> None:
        """Forget the cell before."""
        with self._lock:
            self._text: list[str] = []
            self._name = "stdout"
            self._waiting = self._printed = self._sent = 0
            self._flushed = 0.0

    def stream(self, name: str, text: str) -> None:
        """Gather what was printed."""
        with self._lock:
            if name != self._name:
                self.flush()
                self._name = name
            room = LONGEST_STREAM - self._printed
            if room < 0:
                return
            kept = text if len(text) <= room else text[:room] + "\n... the rest was dropped\n"
            self._printed += len(text)
            self._waiting += len(kept)
            self._text.append(kept)
            if self._waiting > BUFFERED or time.monotonic() > self._flushed + SECONDS_BETWEEN:
                self.flush()

    def flush(self) -> None:
        """Send what was gathered."""
        with self._lock:
            text, self._text, self._waiting = "".join(self._text), [], 0
            self._flushed = time.monotonic()
            if text:
                self._send({"output_type": "stream", "name": self._name, "text": text})

    def output(self, output: Mapping[str, Any]) -> None:
        """Send a display, a result or an error."""
        with self._lock:
            self.flush()
            self._sent += 1
            if self._sent <= MOST_OUTPUTS or output["output_type"] == "error":
                self._send(output)

    def end(self, ok: bool) -> None:
        """Say that the cell is done."""
        with self._lock:
            self.flush()
            self.say({"end": "ok" if ok else "error"})

    def say(self, message: Mapping[str, Any]) -> None:
        """Send one line."""
        with self._lock:
            self._file.write(json.dumps(message, default=_as_json) + "\n")
            self._file.flush()

    def _send(self, output: Mapping[str, Any]) -> None:
        if not self.silent:
            self.say({"output": output})


def _as_json(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return repr(value)


class Stream(io.TextIOBase):
    """A text stream that prints into the outbox."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, outbox: Outbox, name: str, descriptor: int) -> None:
        """Stand in for the standard stream of this name."""
        self._outbox, self._name, self._descriptor = outbox, name, descriptor

    def write(self, text: str) -> int:
        """Print."""
        self._outbox.stream(self._name, text)
        return len(text)

    def writable(self) -> bool:
        """It can be written to."""
        return True

    def fileno(self) -> int:
        """Return the descriptor for programs that a cell starts; it leads nowhere."""
        return self._descriptor


class Results(DisplayHook):
    """Sends the value of a cell's last line."""

    def start_displayhook(self) -> None:
        """Nothing stands before a result."""

    def write_output_prompt(self) -> None:
        """Nothing stands before a result."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        """Send the value in all its formats."""
        output = {"data": format_dict, "metadata": md_dict or {}}
        kind = {"output_type": "execute_result", "execution_count": self.prompt_count}
        self.shell.outbox.output(kind | output)

    def finish_displayhook(self) -> None:
        """Nothing stands after a result."""


class Displays(DisplayPublisher):
    """Sends what a cell displays; an update of an earlier display is left out."""

    def publish(
        self, data: Any, metadata: Any = None, *, update: bool = False, **ignored: Any
    ) -> None:
        """Send a display in all its formats."""
        output = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
        if not update:
            self.shell.outbox.output(output)

    def clear_output(self, wait: bool = False) -> None:
        """Keep what was displayed."""


class Shell(InteractiveShell):
    """A shell whose results, displays and errors go to an outbox."""

    outbox: Outbox
    displayhook_class = Type(Results)
    display_pub_class = Type(Displays)

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        try:
            text = str(evalue)
        except Exception:
            text = "an exception without a text"
        lines = stb if isinstance(stb, list) else str(stb).split("\n")
        error = {"output_type": "error", "ename": etype.__name__, "evalue": text}
        self.outbox.output(error | {"traceback": lines})


def _start_shell(outbox: Outbox) -> Shell:
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    shell: Shell = Shell.instance(config=config)
    shell.outbox = outbox
    if inline := sys.modules.get("matplotlib_inline.backend_inline"):
        # It was imported when there was no shell yet to show figures in.
        inline._enable_matplotlib_integration()
    # A notebook finds the modules beside it; the interpreter was started without that.
    sys.path.insert(0, os.getcwd())
    return shell


def _evaluate(act: Callable[[], Found], how: str) -> Found:
    """Act with programs evaluated in NumPy, with that confirmed by XLA, or compiled by it."""
    if how == "compiled":
        return act()
    # Imported when asked for: a notebook that needs no JAX does not wait for it.
    if how == "confirmed":
        from autograder.ask.confirming import confirmed

        return confirmed(act)
    from autograder.ask.interpreting import interpreting

    with interpreting():
        return act()


class Answers:
    """The answers of a notebook, each as it stood where its check stands.

    They are asked when the notebook has run to its end: then no cell can see the cases. So that a
    name which a later cell binds again means what it meant at the check, all names are kept too.
    """

    def __init__(self, shell: Shell) -> None:
        """Keep answers of this shell."""
        self._shell = shell
        self._kept: dict[str, tuple[Any, dict[str, Any]]] = {}

    def hold(self, key: str, name: str) -> bool:
        """Keep the object of this name; False if there is none."""
        names = self._shell.user_ns
        if name not in names:
            return False
        self._kept[key] = names[name], dict(names)
        return True

    def ask(self, key: str, exercise: str, cases: Sequence[str], how: str) -> dict[str, Any]:
        """Put cases to an answer; return the arrays of each, or why there are none."""
        from autograder.ask import Failure, ask_all, asks
        from autograder.ask.crossing import pack, unpack

        answer, names = self._kept[key]
        self._shell.user_ns.clear()
        self._shell.user_ns.update(names)
        inputs = [unpack(case) for case in cases]
        found = _evaluate(lambda: ask_all(asks()[exercise], answer, inputs), how)
        if isinstance(found, Failure):
            return {"failure": found.kind, "text": found.text}
        return {"arrays": [pack(arrays) for arrays in found]}


def _inbox(file: TextIO) -> "queue.SimpleQueue[dict[str, Any]]":
    cells: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def read() -> None:
        for line in file:
            cells.put(json.loads(line))
        # The parent has gone or wants no more: even a cell that never ends must not outlive it.
        os._exit(0)

    threading.Thread(target=read, daemon=True, name="inbox").start()
    return cells


def _adopt_orphans() -> None:
    """Stay the ancestor of all that cells start, also of what detaches itself: all of it ends."""
    if sys.platform == "linux":
        set_child_subreaper = 36
        ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def main() -> None:
    """Run the cells that come in, until there are no more."""
    _adopt_orphans()
    serve(os.dup(0), os.dup(1))


def serve(inward: int, outward: int) -> NoReturn:
    """Deal with the messages that come in on one descriptor and answer on another."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    outbox = Outbox(os.fdopen(outward, "w", encoding="utf-8"))
    shell = _start_shell(outbox)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - at its end at once, for as long as we run
    sys.stdout, sys.stderr = Stream(outbox, "stdout", 1), Stream(outbox, "stderr", 2)
    inbox = _inbox(os.fdopen(inward, encoding="utf-8"))
    outbox.say({"ready": True})
    # Until here the parent kept what went wrong on descriptor 2; from here it is a cell's.
    os.dup2(nowhere, 2)
    answers = Answers(shell)
    while True:
        message = inbox.get()
        outbox.begin()
        if "source" in message:
            run = partial(shell.run_cell, message["source"], store_history=True)
            result = _evaluate(run, message.get("how", "compiled"))
            outbox.end(bool(result.success))
        elif "hold" in message:
            outbox.end(answers.hold(message["hold"], message["name"]))
        else:
            outbox.say({"answer": _answer(answers, outbox, message)})
            outbox.end(True)


def _answer(answers: Answers, outbox: Outbox, message: Mapping[str, Any]) -> dict[str, Any]:
    outbox.silent = True
    try:
        return answers.ask(message["ask"], message["exercise"], message["cases"], message["how"])
    except BaseException as error:
        # An answer may raise SystemExit, or break what asks it.
        return {"failure": "raised", "text": f"{type(error).__name__}"}
    finally:
        outbox.silent = False


if __name__ == "__main__":
    main()
