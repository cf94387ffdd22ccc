"""Test every barrier of the sandbox for real: attack it from inside, as a submission would."""

import inspect
import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]

from autograder.running.child import Child, ChildError
from autograder.sandbox.attacks import ATTACKS, ENDINGS, many_processes
from autograder.sandbox.bubblewrap import find_bubblewrap
from autograder.sandbox.zygote import Zygote

CANARY = "ICL_COURSE_CANARY"
SECONDS = 20.0
SECONDS_FOR_EVER = 2.0
A_FORK = "if os.fork() == 0:\n    os._exit(0)"
PLACES = ("/submission/x", "/scratch/x", "/dev/shm/x")


@dataclass(frozen=True)
class Finding:
    """What was found at one barrier.

    Arguments:
        barrier: its name.
        holds: whether it held.
        told: what holds, or what got through.
    """

    barrier: str
    holds: bool
    told: str


def examine() -> Iterator[Finding]:
    """Attack every barrier; yield what was found, as it is found.

    Raises:
        SandboxUnavailableError: there is no sandbox to attack.
    """
    before = _zygotes()
    os.environ[CANARY] = "seen"
    try:
        with (
            tempfile.NamedTemporaryFile() as outside,
            socket.create_server(("127.0.0.1", 0)) as listening,
            Zygote() as zygote,
        ):
            yield Finding("sandbox", True, find_bubblewrap())
            reach = (outside.name, listening.getsockname()[1], os.getpid())
            for attack in ATTACKS:
                yield _carry_out(attack, reach, zygote)
            yield _apart(zygote)
    finally:
        os.environ.pop(CANARY, None)
    left = _until_empty(lambda: _zygotes() - before)
    told = f"still running: {left}" if left else "every process has ended"
    yield Finding("nothing left", not left, told)


def _carry_out(
    attack: Callable[[str, int, int], list[str]], reach: tuple[str, int, int], zygote: Zygote
) -> Finding:
    name = attack.__name__
    barrier = name.replace("_", " ")
    source = f"{inspect.getsource(attack)}\nprint({name}{reach!r} or 'held')"
    endings = ENDINGS.get(name, {"ok"})
    try:
        child = Child(zygote.fork(), SECONDS)
    except ChildError as error:
        return Finding(barrier, False, str(error))
    try:
        ending, outputs = child.run(source, SECONDS_FOR_EVER if endings == {"timeout"} else SECONDS)
    finally:
        child.kill()
    said = "".join(str(o.get("text", o.get("evalue", ""))) for o in outputs).strip()
    held = ending in endings and (ending != "ok" or said == "held")
    return Finding(barrier, held, str(attack.__doc__) if held else f"{ending}: {said[-200:]}")


def _apart(zygote: Zygote) -> Finding:
    """See that two submissions at once share no file, and no limit."""
    one, other = Child(zygote.fork(), SECONDS), Child(zygote.fork(), SECONDS)
    try:
        one.run(f"for place in {PLACES!r}:\n    open(place, 'w').write('seen')", SECONDS)
        one.run(f"{inspect.getsource(many_processes)}\nmany_processes('', 0, 0)", SECONDS)
        look = f"import os\nprint([p for p in {PLACES!r} if os.path.exists(p)])\n{A_FORK}"
        _, outputs = other.run(look, SECONDS)
    finally:
        one.kill()
        other.kill()
    said = "".join(str(o.get("text", o.get("evalue", ""))) for o in outputs).strip()
    told = (
        "What one submission writes or uses up, no other sees or lacks." if said == "[]" else said
    )
    return Finding("one from another", said == "[]", told)


def _zygotes() -> set[int]:
    """Return every zygote of this process, and every fork of one: they keep its command line."""
    found = set()
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            words = process.cmdline()
            if "autograder.sandbox.inside.zygote" in words and words[-1] == str(os.getpid()):
                found.add(process.pid)
    return found


def _until_empty(look: Callable[[], set[int]], seconds: float = 5.0) -> set[int]:
    deadline = time.monotonic() + seconds
    while (found := look()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found
