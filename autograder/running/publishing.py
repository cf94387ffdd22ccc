"""A verdict as an output of a notebook cell, for a program that runs the notebook."""

import dataclasses
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from IPython.display import display

from autograder.practice import judge
from autograder.quiet import stderr_as_stdout

VERDICT_TYPE = "application/vnd.icl-course.verdict+json"
"""The type of an output that holds a verdict as data."""


def publishing_call(exercise_id: str, answer: str) -> str:
    """Return the code that judges the value of the expression `answer` and publishes the verdict.

    It names nothing that a learner could have given another meaning, and binds no name.
    """
    here = f'__import__("importlib").import_module("{__name__}")'
    return f"{here}.publish_verdict({exercise_id!r}, {answer})"


def publish_verdict(exercise_id: str, answer: Callable[..., Any]) -> None:
    """Judge an answer as `check` does in practice, and display the verdict as data."""
    with stderr_as_stdout():
        found = judge(exercise_id, answer, seed=secrets.randbits(32), depth="practice")
    display({VERDICT_TYPE: dataclasses.asdict(found)}, raw=True)


def published_verdict(outputs: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the verdict among a cell's outputs, if it got so far."""
    bundles = [output.get("data", {}) for output in outputs]
    return next((bundle[VERDICT_TYPE] for bundle in bundles if VERDICT_TYPE in bundle), None)
