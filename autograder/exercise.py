"""The exercise record: what is asked, by whom it is answered, and how an answer is judged.

A record is split so that a process boundary fits through it. `autograder.ask` touches the learner's
code and knows no right answer. Everything here runs on the grader's side and sees arrays only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

Case = Mapping[str, np.ndarray]
"""The inputs of one probe: arrays only, scalars as arrays of shape ()."""

Arrays = Mapping[str, np.ndarray]
"""What came back for one case, or what should have: arrays by name."""

Depth = Literal["practice", "grade"]


class UnreadableAnswerError(ValueError):
    """The arrays that came back cannot be read as an answer; the message says why."""


@dataclass(frozen=True)
class Misconception:
    """A wrong idea that computes something definite.

    Arguments:
        id: stable name, unique within the exercise.
        oracle: what an answer with this idea gives for a case, in float64. It may name fewer
            arrays than the right oracle; those that it names must match.
        cause: one sentence that names the idea.
        question: ends the message. It points at the gap and does not fill it.
    """

    id: str
    oracle: Callable[[Case], Arrays]
    cause: str
    question: str


def _as_they_are(case: Case, outputs: Arrays) -> Arrays:
    return outputs


@dataclass(frozen=True)
class Exercise:
    """One graded exercise.

    Arguments:
        id: stable name, as in `check("gd-weights", ...)`.
        lesson: two digits.
        points: full marks.
        title: a few words.
        minutes: typical time.
        difficulty: 1 to 3.
        importance: 1 to 3.
        hints: three, each giving more away than the one before.
        section: paper and section.
        asked: what the function must compute, as a message says it.
        probes: `(generator, depth) -> cases`, fresh values for every run. Shapes come from a fixed
            list with pairwise different sizes, so that no two axes can be swapped unseen, and so
            that compiled programs are found again.
        oracle: `case -> arrays` in NumPy float64, by another route than the reference solution.
        magnitude: `(case, outputs) -> arrays`: the sums of the *absolute* terms of each result.
        misconceptions: in the order in which they are tried.
        rounding: the tolerance in units of `eps * magnitude`. A sum of n float32 terms is off by at
            most n eps times the sum of its absolute terms, in any order of summation, so a
            `rounding` above the longest chain of operations can never refuse a right answer.
        observe: `(case, outputs) -> arrays`: what the grader sees of an answer. For weights, its
            own layer applied to them: behaviour is compared, never weights.
        allows_for: what may move a right answer within its tolerance, as a message says it: for
            draws that are judged by their law it is chance.
    """

    id: str
    lesson: str
    points: int
    title: str
    minutes: int
    difficulty: int
    importance: int
    hints: tuple[str, str, str]
    section: str
    asked: str
    probes: Callable[[np.random.Generator, Depth], tuple[Case, ...]]
    oracle: Callable[[Case], Arrays]
    magnitude: Callable[[Case, Arrays], Arrays]
    misconceptions: tuple[Misconception, ...]
    rounding: float = 128.0
    observe: Callable[[Case, Arrays], Arrays] = _as_they_are
    allows_for: str = "rounding"

    def draw(self, seed: int, depth: Depth) -> tuple[Case, ...]:
        """Draw the cases of one run; the same seed gives the same cases."""
        return self.probes(np.random.default_rng([seed, *self.id.encode()]), depth)


@dataclass(frozen=True)
class Verdict:
    """What is said of one answer.

    Arguments:
        exercise: its id.
        passed: whether every case came back right.
        score: in [0, 1].
        misconception: the id of the wrong oracle that the answer matches, or None.
        message: for the learner; it ends with a question when the answer did not pass.
        numbers: what an instructor needs to explain the mark: seed, case, error, tolerance.
    """

    exercise: str
    passed: bool
    score: float
    misconception: str | None
    message: str
    numbers: Mapping[str, float | int | str] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing was written yet."""
        return NOTHING_YET in self.message


def points_text(points: int) -> str:
    """Return `1 point` or `2 points`."""
    return f"{points} point{'s' if points > 1 else ''}"


NOTHING_YET = "nothing written yet"
"""What a message says of an empty answer."""


@dataclass(frozen=True)
class Prediction:
    """A question to answer before running: every choice has its own feedback.

    Arguments:
        id: stable name, as in `predict("query-as-key", choice="a")`.
        lesson: two digits.
        choices: feedback by letter.
        right: the letter of the right choice.
    """

    id: str
    lesson: str
    choices: Mapping[str, str]
    right: str
