"""Examine one answer for the audit: judge it many times, and compare it with the solution."""

import ast
import functools
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.ask import Ask, Failure, ask_all, asks
from autograder.ask.interpreting import interpreting
from autograder.auditing.audit_generators import Generator, Reference, generators
from autograder.auditing.bank_reader import load_function
from autograder.building.source import read_source
from autograder.content import find_lesson
from autograder.exercise import Case, Depth, Exercise
from autograder.exercises import find_exercise
from autograder.verdict import Evaluation, judge_cases

FIRST_SEED = 1000
COMPARISON_SEED = 7


@dataclass(frozen=True)
class Subject:
    """An exercise under audit: its record, its solution, and the second opinion on answers."""

    exercise: Exercise
    asked: Ask
    solution: str
    generator: Generator


@dataclass(frozen=True)
class Run:
    """One verdict."""

    depth: Depth
    seed: int
    passed: bool
    misconception: str | None


@dataclass(frozen=True)
class Findings:
    """What came of one answer.

    Arguments:
        runs: every verdict on it.
        matches: whether it does what the solution does, by the generator's judgement; None if it
            was not compared.
        note: why there is less to say than usual: it did not load, or it did not end.
    """

    runs: tuple[Run, ...]
    matches: bool | None
    note: str = ""

    @property
    def accepted(self) -> bool:
        """Whether it ever earned the points."""
        return any(run.passed for run in self.runs if run.depth == "grade")

    @property
    def always_accepted(self) -> bool:
        """Whether it passed every time, in practice too."""
        return bool(self.runs) and all(run.passed for run in self.runs)

    @property
    def accepted_in_practice(self) -> bool:
        """Whether practice, which looks at fewer sizes, ever let it pass."""
        return any(run.passed for run in self.runs if run.depth == "practice")

    @property
    def names(self) -> frozenset[str | None]:
        """What it was called, None where it failed without a name."""
        return frozenset(run.misconception for run in self.runs if not run.passed)

    @property
    def grade_names(self) -> frozenset[str | None]:
        """The names that grading gave: a mutant may be a known slip at practice's sizes alone."""
        failed = (run for run in self.runs if run.depth == "grade" and not run.passed)
        return frozenset(run.misconception for run in failed)


REFUSED = frozenset({None})


def subject(exercise_id: str) -> Subject:
    """Return an exercise of the course as a subject.

    Raises:
        UnknownExerciseError: no exercise has this id.
        LookupError: the exercise has no generator, or its lesson no solution.
    """
    exercise = find_exercise(exercise_id)
    if exercise_id not in generators():
        raise LookupError(f"{exercise_id} has no generator in autograder/audit_generators")
    return Subject(
        exercise, asks()[exercise_id], solution_source(exercise), generators()[exercise_id]
    )


def solution_source(exercise: Exercise) -> str:
    """Return the reference solution as a module: the lesson's imports and the solved cell."""
    lesson = find_lesson(exercise.lesson)
    imports: list[str] = []
    for cell in read_source(lesson.source):
        if cell.kind == "given":
            code = "\n".join(line for line in cell.text.splitlines() if not line.startswith("%"))
            imports += [ast.unparse(n) for n in ast.parse(code).body if _is_import(n)]
        elif cell.kind == "exercise" and cell.exercise == exercise.id:
            return "\n".join([*imports, "", "", cell.text])
    raise LookupError(f"{lesson.source} has no exercise cell for {exercise.id}")


def _is_import(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module != "autograder"
    return isinstance(node, ast.Import)


class Examiner:
    """Examines answers to one exercise; what costs time is done once."""

    def __init__(self, subject: Subject) -> None:
        """Examine answers to this exercise."""
        self._subject = subject

    @functools.cached_property
    def _reference(self) -> Reference:
        solution = self._load(self._subject.solution, "solution")
        return Reference.record(
            self._subject.asked, self._subject.generator, solution, COMPARISON_SEED
        )

    def prepare(self) -> None:
        """Put the generator's inputs to the solution.

        Raises:
            NotVisibleError: the solution fails on one.
        """
        self._reference  # noqa: B018 - a cached property, computed now

    def _load(self, source: str, name: str) -> Callable[..., Any]:
        return load_function(source, self._subject.asked.function, name)

    def examine(
        self, source: str, name: str, runs: Sequence[tuple[Depth, int]], *, compare: bool = True
    ) -> Findings:
        """Judge an answer at each depth with that many seeds, and compare it with the solution.

        Arguments:
            source: a module that defines the function.
            name: for tracebacks.
            runs: depths, each with a number of seeds.
            compare: whether to put the generator's inputs to it too.
        """
        try:
            answer = self._load(source, name)
        except Exception as error:
            return Findings((), matches=False, note=f"{type(error).__name__} on loading: {error}")
        verdicts = [
            self._judge(answer, depth, FIRST_SEED + offset)
            for depth, seeds in runs
            for offset in range(seeds)
        ]
        matches = self._reference.is_matched_by(answer) if compare else None
        return Findings(tuple(verdicts), matches)

    def _judge(self, answer: Callable[..., Any], depth: Depth, seed: int) -> Run:
        cases = _draw(self._subject.exercise, seed, depth)

        def ask(cases: Sequence[Case], how: Evaluation) -> list[dict[str, np.ndarray]] | Failure:
            with interpreting() if how == "evaluated" else nullcontext():
                return ask_all(self._subject.asked, answer, cases)

        result = judge_cases(self._subject.exercise, cases, ask)
        return Run(depth, seed, result.passed, result.misconception)


@functools.lru_cache(maxsize=512)
def _draw(exercise: Exercise, seed: int, depth: Depth) -> Any:
    return exercise.draw(seed, depth)
