"""Exercises, verdicts and the grading of the course.

In a notebook: `from autograder import check, hint, predict, solution`.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.learning.solutions import solution
    from autograder.practice import CheckFailed, check, hint, judge, predict

__all__ = ["CheckFailed", "check", "hint", "judge", "predict", "solution"]

_HOMES = dict.fromkeys(__all__, "autograder.practice") | {
    "solution": "autograder.learning.solutions"
}


def __getattr__(name: str) -> Any:
    # Imported when asked for: the command line and a sandboxed worker start without JAX.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
