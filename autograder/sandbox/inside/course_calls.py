"""What stands for `autograder` in the sandbox: a notebook's calls of the course, without effect.

Check cells are not run there. Whoever calls `check` inside a cell of their own is told why nothing
happens.
"""

from typing import Any


class CheckFailed(AssertionError):
    """An answer did not pass; here none is checked."""


def check(exercise_id: str, answer: Any) -> None:
    """Say that this is not the place."""
    print(f"{exercise_id}: checked by the grader, not here.")


def hint(exercise_id: str) -> None:
    """Say that this is not the place."""
    print(f"{exercise_id}: no hints while grading.")


def predict(prediction_id: str, choice: str) -> None:
    """Say nothing: the grader writes the feedback on a choice."""


def solution(exercise_id: str) -> None:
    """Say that this is not the place."""
    print(f"{exercise_id}: no solutions while grading.")
