"""The zygote as the grader sees it: it starts once, and each submission is a fork of it."""

import itertools
import json
import os
import socket
import subprocess
import tempfile
import threading
from contextlib import suppress
from types import TracebackType
from typing import IO, Self

from autograder.running.child import ChildError
from autograder.sandbox.bubblewrap import SandboxUnavailableError, command, explain_refusal
from autograder.sandbox.limits import Limits

SECONDS_TO_START = 120.0
"""For the imports; two seconds on an idle machine."""

SECONDS_TO_OBEY = 30.0


class Zygote:
    """A sandbox with an interpreter in it that has imported JAX.

    It holds nothing of any submission, so one serves a whole class. If it is lost, start another.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        """Start it; `limits` are on each submission.

        Raises:
            SandboxUnavailableError: this machine gives no sandbox.
        """
        limits = limits or Limits()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the zygote
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        try:
            with theirs:
                self._process = subprocess.Popen(
                    command(theirs.fileno(), json.dumps(limits.as_json())),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=self._errors,
                    pass_fds=[theirs.fileno()],
                )
        except OSError as error:
            self._let_go()
            raise SandboxUnavailableError(explain_refusal(str(error))) from error
        except SandboxUnavailableError as error:
            self._let_go()
            raise SandboxUnavailableError(explain_refusal(str(error))) from error
        self._socket.settimeout(SECONDS_TO_START)
        ready = self._receive()
        if ready is None:
            said = self.complaint()
            self.close()
            raise SandboxUnavailableError(explain_refusal(said))
        if ready.get("ready") != 1:
            self.close()
            raise SandboxUnavailableError(
                f"the zygote has {ready.get('ready')} threads, and forks of it would hang: has an "
                "import started JAX?"
            )
        self._socket.settimeout(SECONDS_TO_OBEY)

    def fork(self) -> "ConfinedProcess":
        """Start a process for one submission.

        Raises:
            ChildError: the zygote is gone.
        """
        to_child, from_child = os.pipe(), os.pipe()
        name = next(self._numbers)
        try:
            with self._lock:
                message = json.dumps({"fork": name}).encode()
                socket.send_fds(self._socket, [message], [to_child[0], from_child[1]])
                answer = self._receive()
        except OSError:
            answer = None
        os.close(to_child[0])
        os.close(from_child[1])
        if answer is None:
            os.close(to_child[1])
            os.close(from_child[0])
            raise ChildError(f"the sandbox is gone: {self.complaint() or 'it was ended'}")
        return ConfinedProcess(self, name, to_child[1], from_child[0])

    def end(self, name: int) -> None:
        """End a fork and all that it started; one that is gone is no fault."""
        with self._lock, suppress(OSError):
            self._socket.send(json.dumps({"kill": name}).encode())
            self._receive()

    def alive(self) -> bool:
        """Say whether it can be forked."""
        return self._process.poll() is None

    def complaint(self) -> str:
        """Return the last line of its stderr."""
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""

    def close(self) -> None:
        """End it and every fork."""
        self._process.kill()
        self._process.wait()
        self._let_go()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def _let_go(self) -> None:
        self._socket.close()
        self._errors.close()

    def _receive(self) -> dict[str, int] | None:
        try:
            content = self._socket.recv(65_536)
        except OSError:
            return None
        return json.loads(content) if content else None


class ConfinedProcess:
    """A fork of the zygote: see `autograder.running.child.Process`."""

    def __init__(self, zygote: Zygote, name: int, to_child: int, from_child: int) -> None:
        """Hold the ends of the pipes to a fork of this name."""
        self._zygote, self._name = zygote, name
        self.stdin: IO[bytes] = os.fdopen(to_child, "wb")
        self.stdout: IO[bytes] = os.fdopen(from_child, "rb")

    def gone(self) -> bool:
        """Say no: when it ends, all that could hold its pipe has ended too."""
        return not self._zygote.alive()

    def complaint(self) -> str:
        """Return the last line that a fork wrote before it was ready."""
        return self._zygote.complaint()

    def kill(self) -> None:
        """End it and all that it started."""
        self._zygote.end(self._name)
