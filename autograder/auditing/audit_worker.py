"""Worker processes of the audit: a mutant that never ends costs its time limit, not the audit.

Each worker is a fresh interpreter that imports JAX itself (a fork of a process with a running
backend hangs) and keeps what it compiled from one answer to the next.
"""

import contextlib
import multiprocessing
import os
import resource
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any

import jax

from autograder.auditing.examine import Examiner, Findings, Subject
from autograder.exercise import Depth

SECONDS_TO_BEGIN = 300.0
"""For imports, and for the solution's turn on every input of the generator."""

SECONDS_TO_ANSWER = 180.0
"""For one answer. Compiling takes a few on a busy machine; what needs longer does not end."""

ANSWERS_OF_A_WORKER = 250
"""Compiled programs are kept and fill the memory, so a worker makes way for a fresh one."""

MOST_MEMORY = 6 * 2**30

FAST_COMPILATION = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"


class WorkerError(RuntimeError):
    """A worker cannot begin: the message is its own error."""


@dataclass(frozen=True)
class Task:
    """One answer to examine; see `Examiner.examine`."""

    exercise: str
    name: str
    source: str
    runs: tuple[tuple[Depth, int], ...]
    compare: bool = True


def examine_all(
    tasks: Iterable[Task],
    make_subject: Callable[[str], Subject],
    *,
    n_workers: int = 2,
    seconds: float = SECONDS_TO_ANSWER,
) -> Iterator[tuple[Task, Findings]]:
    """Yield what came of every task, in the order in which they are done.

    Arguments:
        tasks: the answers; the next one is taken when a worker is free.
        make_subject: from an exercise's id to the subject; a worker imports it by name.
        n_workers: processes at a time.
        seconds: limit on one answer; one that needs longer is refused.

    Raises:
        WorkerError: a subject cannot be examined at all.
    """
    waiting = iter(tasks)
    with contextlib.ExitStack() as stack:
        cache = stack.enter_context(tempfile.TemporaryDirectory())
        workers = [_Worker(make_subject, cache) for _ in range(n_workers)]
        for worker in workers:
            stack.callback(worker.stop)
        while True:
            for worker in workers:
                if worker.task is None and (task := next(waiting, None)) is not None:
                    worker.begin(task)
            busy = [worker for worker in workers if worker.task is not None]
            if not busy:
                return
            wait([worker.pipe for worker in busy], timeout=0.5)
            for worker in busy:
                done = worker.task
                if done is not None and (findings := worker.findings(seconds)) is not None:
                    yield done, findings


@dataclass
class _Worker:
    make_subject: Callable[[str], Subject]
    cache: str
    task: Task | None = None
    _process: Any = field(default=None, init=False)
    _deadline: float = field(default=0.0, init=False)
    _answered: int = field(default=0, init=False)

    def begin(self, task: Task) -> None:
        if self._process is None or not self._process.is_alive():
            context = multiprocessing.get_context("spawn")
            self._answered = 0
            self.pipe, theirs = context.Pipe()
            self._process = context.Process(
                target=_serve, args=(theirs, self.make_subject, self.cache), daemon=True
            )
            self._process.start()
            theirs.close()
        self.task = task
        self._deadline = time.monotonic() + SECONDS_TO_BEGIN
        self.pipe.send(task)

    def findings(self, seconds: float) -> Findings | None:
        """Return what came of the task, or None while it runs."""
        try:
            while self.pipe.poll():
                message = self.pipe.recv()
                if isinstance(message, Findings):
                    self.task = None
                    self._answered += 1
                    if self._answered == ANSWERS_OF_A_WORKER:
                        self.stop()
                    return message
                if isinstance(message, str):
                    raise WorkerError(message)
                self._deadline = time.monotonic() + seconds
        except (EOFError, ConnectionResetError):
            return self._give_up("its process died")
        if time.monotonic() > self._deadline:
            return self._give_up(f"did not end within {seconds:g} s")
        return None

    def _give_up(self, note: str) -> Findings:
        self.stop()
        self.task = None
        return Findings((), matches=False, note=note)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self.pipe.close()
            self._process = None


def _serve(pipe: Connection, make_subject: Callable[[str], Subject], cache: str) -> None:
    """Examine what comes through the pipe: None when an examiner is ready, then its findings."""
    _silence()
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    # A mutant's program runs a few times and is compiled once: compiling is what costs.
    os.environ["XLA_FLAGS"] = FAST_COMPILATION
    jax.config.update("jax_platforms", "cpu")
    jax.config.update("jax_traceback_filtering", "off")
    jax.config.update("jax_compilation_cache_dir", cache)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    examiners: dict[str, Examiner] = {}
    while True:
        task: Task = pipe.recv()
        try:
            if task.exercise not in examiners:
                examiners[task.exercise] = Examiner(make_subject(task.exercise))
            if task.compare:
                examiners[task.exercise].prepare()
        except Exception as error:
            pipe.send(f"{task.exercise}: {type(error).__name__}: {error}")
            return
        pipe.send(None)
        examiner = examiners[task.exercise]
        pipe.send(examiner.examine(task.source, task.name, task.runs, compare=task.compare))


def _silence() -> None:
    """Send to nowhere what answers print, in Python and below it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    warnings.simplefilter("ignore")


def chosen_runs(**seeds: int) -> tuple[tuple[Depth, int], ...]:
    """Return how often to judge: `chosen_runs(grade=3, practice=2)`."""
    depths: Sequence[Depth] = ("grade", "practice")
    return tuple((depth, seeds[depth]) for depth in depths if depth in seeds)
