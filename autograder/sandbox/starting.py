"""Start processes for submissions: in the sandbox, or in none where somebody said so."""

import atexit
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from autograder.running.child import ChildError, PlainProcess, Process
from autograder.sandbox.bubblewrap import VARIABLES, check_apart
from autograder.sandbox.zygote import Zygote

Kind = Literal["bubblewrap", "none"]
KINDS: tuple[Kind, ...] = ("bubblewrap", "none")

NO_SANDBOX = (
    "No sandbox: learners' code runs with your rights, and can read and change all that you can. "
    "Grade only people you trust, or on a machine that you can throw away."
)


def starter(kind: Kind, directory: Path) -> Callable[[], Process]:
    """Return what starts a process for one submission's cells.

    Arguments:
        kind: the sandbox, or none.
        directory: of the class, which must not be visible inside.

    Raises:
        SandboxUnavailableError: this machine gives no sandbox, or it would show the class.
    """
    if kind == "none":
        return UnconfinedProcess
    check_apart(directory)
    _zygotes.alive()
    return _zygotes.fork


class _Zygotes:
    """The zygote of this process: started when it is needed, again if it was lost."""

    def __init__(self) -> None:
        self._zygote: Zygote | None = None
        self._lock = threading.Lock()
        atexit.register(self.close)

    def alive(self) -> Zygote:
        with self._lock:
            if self._zygote is not None and not self._zygote.alive():
                self._zygote.close()
                self._zygote = None
            if self._zygote is None:
                self._zygote = Zygote()
            return self._zygote

    def fork(self) -> Process:
        try:
            return self.alive().fork()
        except ChildError:
            # Lost between two submissions: whatever took it must not take the next one's mark.
            return self.alive().fork()

    def close(self) -> None:
        if self._zygote is not None:
            self._zygote.close()
            self._zygote = None


_zygotes = _Zygotes()

close_sandbox = _zygotes.close


class UnconfinedProcess(PlainProcess):
    """A process with the grader's rights, in an empty directory of its own."""

    def __init__(self) -> None:
        """Start it."""
        self._directory = tempfile.TemporaryDirectory(prefix="icl-course-")
        # A mark must not depend on the machine's accelerator.
        names = ("JAX_PLATFORMS", "NBGRADER_EXECUTION", "XLA_FLAGS", "MPLBACKEND")
        super().__init__(Path(self._directory.name), {name: VARIABLES[name] for name in names})

    def kill(self) -> None:
        """End it and all that it started; what it wrote is thrown away."""
        super().kill()
        self._directory.cleanup()
