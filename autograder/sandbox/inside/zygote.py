"""The process that submissions are forked from: it has imported JAX, and never runs their code.

It talks with the grader over one socket. `{"fork": 7}` comes with two descriptors, on which the
fork then reads messages and answers them as `runner_child` does; `{"kill": 7}` ends that fork and
all that it started. JAX must not have started a backend here: its threads do not survive a fork.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from autograder.running import runner_child
from autograder.sandbox.inside import confine

IMPORTED = (
    *("jax", "jax.numpy", "jax.scipy.linalg", "numpy", "optax", "equinox", "einops", "jaxtyping"),
    *("beartype", "matplotlib.pyplot", "matplotlib_inline.backend_inline", "scipy.special"),
    *("autograder.ask.crossing", "autograder.ask.confirming", "pyseccomp"),
    *("IPython.core.magics", "IPython.core.completer", "IPython.core.oinspect", "bdb"),
    *("jaxtyping._ipython_extension", "jaxlib.mlir.dialects.builtin", "jaxlib.mlir.dialects.mhlo"),
    *("encodings.cp437",),
)
"""What lessons, answers and the shell import: done once, for all submissions."""

NEW_OBJECTS = 50_000
"""How many a fork may make before Python looks which can go: tracing makes many, and most stay."""

LOOK_SECONDS = 0.1
PAGE = os.sysconf("SC_PAGE_SIZE")
LARGEST_MESSAGE = 65_536


def main() -> None:
    """Serve the socket of descriptor `argv[1]`, until it is closed."""
    grader = socket.socket(fileno=int(sys.argv[1]))
    limits: dict[str, int] = json.loads(sys.argv[2])
    _import_all()
    # What is imported by now is never collected: without it, a fork would go through all of it.
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
    _adopt_orphans()
    grader.send(json.dumps({"ready": len(os.listdir("/proc/self/task"))}).encode())
    forks: dict[int, int] = {}
    while True:
        readable, _, _ = select.select([grader], [], [], LOOK_SECONDS if forks else None)
        if readable:
            content, descriptors, _, _ = socket.recv_fds(grader, LARGEST_MESSAGE, 2)
            if not content:
                return
            _obey(json.loads(content), descriptors, forks, limits, grader)
        _reap(forks)
        _end_the_greedy(forks, limits["memory"])


def _import_all() -> None:
    ask = Path(importlib.import_module("autograder.ask").__file__ or "").parent
    library = Path(importlib.import_module("icl_course").__file__ or "").parent
    lessons = (f"autograder.ask.{path.stem}" for path in ask.glob("lesson_*.py"))
    modules = (f"icl_course.{path.stem}" for path in library.glob("[!_]*.py"))
    packages = (f"icl_course.{path.parent.name}" for path in library.glob("*/__init__.py"))
    for name in (*IMPORTED, *lessons, *modules, *packages):
        # Whoever needs one that fails is told so; the others do not.
        with suppress(Exception):
            importlib.import_module(name)
    # A fork would read the metadata of every package, in search of other backends than the CPU.
    with suppress(ImportError):
        bridge: Any = importlib.import_module("jax._src.xla_bridge")
        if hasattr(bridge, "discover_pjrt_plugins"):
            bridge.discover_pjrt_plugins = lambda: None


def _adopt_orphans() -> None:
    set_child_subreaper = 36
    confine._libc.prctl(set_child_subreaper, 1, 0, 0, 0)


def _obey(
    message: Mapping[str, int],
    descriptors: list[int],
    forks: dict[int, int],
    limits: Mapping[str, int],
    grader: socket.socket,
) -> None:
    if "fork" in message:
        forks[message["fork"]] = _fork(descriptors, limits, grader)
        for descriptor in descriptors:
            os.close(descriptor)
    elif (first := forks.pop(message["kill"], None)) is not None:
        # The first process of a namespace takes all others with it.
        with suppress(ProcessLookupError):
            os.kill(first, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(first, 0)
    grader.send(json.dumps({"done": True}).encode())


def _fork(descriptors: list[int], limits: Mapping[str, int], grader: socket.socket) -> int:
    """Fork a submission's processes; return the id of the first one of its namespace."""
    reading, writing = os.pipe()
    between = os.fork()
    if between == 0:
        os.close(reading)
        _guarded(lambda: _between(descriptors, limits, grader, writing))
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        first = int(pipe.read() or b"0")
    os.waitpid(between, 0)
    return first


def _guarded(act: Any) -> NoReturn:
    """Never let a fork return into the zygote's own loop."""
    try:
        act()
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode(errors="replace"))
    os._exit(1)


def _between(
    descriptors: list[int], limits: Mapping[str, int], grader: socket.socket, writing: int
) -> None:
    grader.close()
    os.setsid()
    confine.own_namespaces()
    first = os.fork()
    if first == 0:
        _guarded(lambda: _first(descriptors, limits, writing))
    os.write(writing, str(first).encode())
    os._exit(0)


def _first(descriptors: list[int], limits: Mapping[str, int], writing: int) -> None:
    os.close(writing)
    confine.own_directories(limits)
    learner = os.fork()
    if learner == 0:
        _guarded(lambda: _learner(descriptors, limits))
    for descriptor in descriptors:
        os.close(descriptor)
    confine.hide_from_submission()
    confine.wait_and_end(learner)


def _learner(descriptors: list[int], limits: Mapping[str, int]) -> None:
    confine.give_up_rights(limits)
    runner_child.serve(*descriptors)


def _reap(forks: dict[int, int]) -> None:
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG)[0]) != 0:
            for name in [name for name, first in forks.items() if first == ended]:
                del forks[name]


def _end_the_greedy(forks: Mapping[int, int], most: int) -> None:
    """End every fork whose processes together hold more memory than one submission may."""
    if not forks:
        return
    children: dict[int, list[int]] = {}
    sizes: dict[int, int] = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        with suppress(OSError, ValueError, IndexError):
            stat = Path(f"/proc/{entry}/stat").read_text(encoding="utf-8", errors="replace")
            fields = stat.rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(entry))
            sizes[int(entry)] = int(fields[21]) * PAGE
    for first in forks.values():
        family = [first]
        for member in family:
            family += children.get(member, [])
        # Shared pages count once: only looked at when there may be too many.
        if sum(sizes.get(m, 0) for m in family) > most and sum(map(_share, family)) > most:
            with suppress(ProcessLookupError):
                os.kill(first, signal.SIGKILL)


def _share(process: int) -> int:
    """Return the bytes of memory that a process holds, shared ones divided by their holders."""
    with suppress(OSError):
        text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
        for line in text.splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    main()
