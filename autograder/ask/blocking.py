"""References that would answer an exercise say so while its answer is asked for.

A courtesy, not a barrier: who copies a published solution is not stopped. The reference's own code
object is exchanged for the time of the asking, so the library stays free of grading, and names that
a notebook imported earlier are covered too.
"""

import importlib
import inspect
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import FunctionType


class BlockedReferenceError(RuntimeError):
    """An answer called the reference that it is asked to write."""


@contextmanager
def blocked(references: Sequence[str], exercise: str) -> Iterator[None]:
    """Let each `module.function` of `icl_course` refuse with a sentence inside the block."""
    with ExitStack() as stack:
        for reference in references:
            stack.enter_context(_refusing(reference, exercise))
        yield


@contextmanager
def _refusing(reference: str, exercise: str) -> Iterator[None]:
    module_name, _, name = reference.rpartition(".")
    module = importlib.import_module(f"icl_course.{module_name}")
    function = inspect.unwrap(getattr(module, name))
    if not isinstance(function, FunctionType):
        raise TypeError(f"icl_course.{reference} is not a plain function, so it cannot be blocked")
    text = f"icl_course.{reference} answers {exercise} itself; write it yourself here"
    # The exchanged code must find its exception without touching the module's globals.
    namespace: dict[str, FunctionType] = {}
    source = (
        "def refuse(*args, **kwargs):\n"
        "    from autograder.ask.blocking import BlockedReferenceError\n"
        f"    raise BlockedReferenceError({text!r})\n"
    )
    exec(source, namespace)
    original = function.__code__
    function.__code__ = namespace["refuse"].__code__
    try:
        yield
    finally:
        function.__code__ = original
