"""`check`, `hint`, `predict` and `judge`: the record in the learner's own process."""

import os
import secrets
import textwrap
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np

from autograder.ask import Failure, ask_all, asks
from autograder.ask.interpreting import interpreting
from autograder.exercise import Case, Depth, Verdict
from autograder.exercises import find_exercise, predictions
from autograder.learning import progress
from autograder.quiet import stderr_as_stdout
from autograder.verdict import WIDTH, Evaluation, judge_cases
from icl_course import __version__


class CheckFailed(AssertionError):
    """An answer did not pass; the text is the verdict's message."""

    def __init__(self, verdict: Verdict) -> None:
        """Keep the verdict beside its message."""
        super().__init__(verdict.message)
        self.verdict = verdict

    def _render_traceback_(self) -> list[str]:
        """Show IPython the message alone: the traceback through the grader teaches nothing."""
        return str(self).split("\n")


def judge(
    exercise_id: str, answer: Callable[..., Any], *, seed: int = 0, depth: Depth = "grade"
) -> Verdict:
    """Judge an answer without a notebook.

    Arguments:
        exercise_id: as in `check("gd-weights", ...)`.
        answer: the function that the exercise asks for.
        seed: draws the probes; the same seed gives the same verdict.
        depth: practice uses the first two sizes, grade all of them.

    Raises:
        UnknownExerciseError: no exercise has this id.
    """
    exercise = find_exercise(exercise_id)
    cases = exercise.draw(seed, depth)

    def ask(cases: Sequence[Case], how: Evaluation) -> list[dict[str, np.ndarray]] | Failure:
        with interpreting() if how == "evaluated" else nullcontext():
            return ask_all(asks()[exercise_id], answer, cases)

    result = judge_cases(exercise, cases, ask)
    numbers = {"seed": seed, "depth": depth, "version": __version__, **result.numbers}
    return Verdict(
        result.exercise,
        result.passed,
        result.score,
        result.misconception,
        result.message,
        numbers,
    )


def check(exercise_id: str, answer: Callable[..., Any]) -> None:
    """Check an answer on fresh random inputs and say what was found.

    Prints one line on a pass. Whatever the answer writes to stderr (a warning, a progress bar, a
    log line) goes to stdout: under nbgrader, stderr costs a right answer its marks.

    Raises:
        CheckFailed: the answer did not pass.
        UnknownExerciseError: no exercise has this id.
    """
    depth: Depth = "grade" if os.environ.get("NBGRADER_EXECUTION") else "practice"
    with stderr_as_stdout():
        result = judge(exercise_id, answer, seed=secrets.randbits(32), depth=depth)
    progress.record_verdict(result)
    if not result.passed:
        raise CheckFailed(result)
    print(result.message)


def hint(exercise_id: str) -> None:
    """Print the next of an exercise's three hints; each gives more away.

    Raises:
        UnknownExerciseError: no exercise has this id.
    """
    exercise = find_exercise(exercise_id)
    number = progress.next_hint(exercise_id, of=len(exercise.hints))
    _say(f"{exercise_id}, hint {number} of {len(exercise.hints)}: {exercise.hints[number - 1]}")


def predict(prediction_id: str, choice: str) -> None:
    """Print the feedback on a choice; nothing is graded.

    Raises:
        ValueError: no such question, or no such choice.
    """
    known = predictions()
    if prediction_id not in known:
        raise ValueError(f"there is no question {prediction_id!r}; known: {', '.join(known)}")
    prediction = known[prediction_id]
    letters = ", ".join(prediction.choices)
    if choice == "?":
        print(f"Choose one of {letters} in place of the question mark, then run this cell.")
        return
    if choice not in prediction.choices:
        raise ValueError(f"choice {choice!r} is none of {letters}")
    progress.record_prediction(prediction_id, choice)
    _say(f"{choice}: {prediction.choices[choice]}")


def _say(sentences: str) -> None:
    """Print prose in lines: a notebook breaks a longer one in the middle of a word."""
    print(textwrap.fill(sentences, WIDTH, break_long_words=False, break_on_hyphens=False))
