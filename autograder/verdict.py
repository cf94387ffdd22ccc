"""The verdict on an answer: a pure function of the exercise, the inputs and what came back."""

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.ask import Failure
from autograder.exercise import (
    NOTHING_YET,
    Arrays,
    Case,
    Exercise,
    Misconception,
    UnreadableAnswerError,
    Verdict,
    points_text,
)

FLOAT32_EPS = float(np.finfo(np.float32).eps)
FLOAT64_TINY = float(np.finfo(np.float64).tiny)
WIDTH = 80

NOT_ARGUMENTS = {"form", "seed", "softmax"}
"""Single numbers of a case that say how the answer is asked, and are not handed to it."""


@dataclass(frozen=True)
class Difference:
    """How one array differs from what was asked: None of it if `error <= tolerance`."""

    name: str
    error: float
    tolerance: float
    text: str


def judge_cases(
    exercise: Exercise,
    cases: Sequence[Case],
    ask: Callable[[Sequence[Case], bool], Sequence[Arrays] | Failure],
) -> Verdict:
    """Ask for all cases and judge what comes.

    First the answer's programs are evaluated in NumPy, which takes milliseconds. A case that was
    then not right is asked again, and JAX compiles for it as ever; if it is right now, so are all.
    No mark is lost to the faster way.

    Arguments:
        exercise: the record.
        cases: the inputs, as drawn.
        ask: from cases, and whether to compile, to arrays by case, or why there are none.
    """
    found = verdict(exercise, cases, ask(cases, False))
    if found.passed:
        return found
    lost = int(found.numbers.get("case", 0))
    again = cases[lost : lost + 1]
    if not verdict(exercise, again, ask(again, True)).passed:
        return found
    return verdict(exercise, cases, ask(cases, True))


def verdict(
    exercise: Exercise, cases: Sequence[Case], outputs: Sequence[Arrays] | Failure
) -> Verdict:
    """Judge what came back for every case.

    Arguments:
        exercise: the record.
        cases: the inputs, as drawn.
        outputs: arrays by case, or why there are none.
    """
    if isinstance(outputs, Failure):
        return _verdict_on_failure(exercise, outputs)
    if len(outputs) != len(cases):
        raise ValueError(f"{len(cases)} cases were asked, {len(outputs)} outputs came back")
    worst: Difference | None = None
    worst_case = 0
    observed_by_case: list[Arrays] = []
    largest_ratio = 0.0
    for index, (case, output) in enumerate(zip(cases, outputs, strict=True)):
        try:
            observed = exercise.observe(case, output)
        except UnreadableAnswerError as error:
            return _failed(exercise, case, came_back=str(error), numbers={"case": index})
        observed_by_case.append(observed)
        for difference in differences(exercise, case, output, observed, exercise.oracle(case)):
            ratio = difference.error / difference.tolerance
            largest_ratio = max(largest_ratio, ratio)
            # Not a number is not small either.
            if not ratio <= 1.0 and worst is None:
                worst, worst_case = difference, index
    numbers: dict[str, float | int | str] = {"error_over_tolerance": largest_ratio}
    if worst is None:
        text = f"{exercise.id}: passed, {exercise.points} of {points_text(exercise.points)}."
        return Verdict(exercise.id, True, 1.0, None, text, numbers)
    numbers |= {"case": worst_case, "error": worst.error, "tolerance": worst.tolerance}
    return _failed(
        exercise,
        cases[worst_case],
        came_back=worst.text,
        error=worst,
        misconception=_recognise(exercise, cases, outputs, observed_by_case),
        numbers=numbers,
    )


def differences(
    exercise: Exercise, case: Case, output: Arrays, observed: Arrays, expected: Arrays
) -> list[Difference]:
    """Compare every expected array with the observed one."""
    magnitude = exercise.magnitude(case, output)
    found = []
    for name, right in expected.items():
        scale = float(np.max(magnitude[name])) if name in magnitude else 1.0
        # Where the scale overflows, nothing can be told from rounding: nothing is allowed for it.
        scale = scale if np.isfinite(scale) else 0.0
        tolerance = max(exercise.rounding * FLOAT32_EPS * scale, FLOAT64_TINY)
        found.append(_difference(name, observed.get(name), right, tolerance))
    return found


def _difference(
    name: str, ours: np.ndarray | None, right: np.ndarray, tolerance: float
) -> Difference:
    if ours is None:
        return Difference(name, np.inf, tolerance, f"no {name}")
    came = f"{name} {ours.dtype}{list(ours.shape)}"
    if ours.shape != right.shape:
        text = f"{came}; asked for shape {list(right.shape)}"
        return Difference(name, np.inf, tolerance, text)
    if not np.all(np.isfinite(ours)):
        return Difference(name, np.inf, tolerance, f"{came} with NaN or infinite entries")
    gap = np.abs(ours.astype(np.float64) - right)
    error = float(gap.max(initial=0.0))
    if error <= tolerance:
        return Difference(name, error, tolerance, came)
    first = tuple(int(i) for i in np.argwhere(gap > tolerance)[0])
    where = f" at {list(first)}" if first else ""
    text = f"{came}; first difference{where}: {ours[first]:.5g}, asked for {right[first]:.5g}"
    return Difference(name, error, tolerance, text)


def _recognise(
    exercise: Exercise,
    cases: Sequence[Case],
    outputs: Sequence[Arrays],
    observed_by_case: Sequence[Arrays],
) -> Misconception | None:
    """Return the first misconception whose oracle the answer matches in every case."""
    for misconception in exercise.misconceptions:
        if all(
            difference.error <= difference.tolerance
            for case, output, observed in zip(cases, outputs, observed_by_case, strict=True)
            for difference in differences(
                exercise, case, output, observed, misconception.oracle(case)
            )
        ):
            return misconception
    return None


def _verdict_on_failure(exercise: Exercise, failure: Failure) -> Verdict:
    ask_for_hint = f'Where would you begin? hint("{exercise.id}") asks a smaller question.'
    if failure.kind == "empty":
        return _failed(exercise, None, came_back=NOTHING_YET, question=ask_for_hint)
    causes = {
        "raised": "the function stopped before it returned.",
        "returned": "what came back is not of the kind that was asked for.",
        "blocked": "the library's own answer was called.",
    }
    questions = {
        "raised": "What are the shapes of the arrays in that line, axis by axis?",
        "returned": "What does the last line of your function return?",
        "blocked": "Which line of the derivation says what that function computes?",
    }
    return _failed(
        exercise,
        None,
        came_back=failure.text,
        cause=causes[failure.kind],
        question=questions[failure.kind],
    )


def message_without_numbers(exercise: Exercise, misconception_id: str | None) -> str:
    """Say that an answer did not pass, and not on which inputs or what was expected there.

    Arguments:
        exercise: the record.
        misconception_id: what was recognised, if anything was.
    """
    named = {misconception.id: misconception for misconception in exercise.misconceptions}
    return _failed(
        exercise,
        None,
        came_back="something else on inputs that only the grader has",
        misconception=named.get(misconception_id or ""),
        cause="it holds for some sizes or values only.",
        question="What does your code take for granted about the inputs?",
    ).message


def _failed(
    exercise: Exercise,
    case: Case | None,
    *,
    came_back: str,
    error: Difference | None = None,
    misconception: Misconception | None = None,
    cause: str = "",
    question: str = "",
    numbers: Mapping[str, float | int | str] | None = None,
) -> Verdict:
    rows = {"Asked": exercise.asked + (f" ({describe(case)})" if case else ""), "Came": came_back}
    if error is not None and np.isfinite(error.error):
        rows["Error"] = (
            f"{error.error:.2g}, where {exercise.allows_for} explains {error.tolerance:.1g}"
        )
    if misconception is not None:
        cause, question = misconception.cause, misconception.question
    if cause:
        rows["Likely"] = cause
    rows["Think"] = question or "On the smallest case you can do by hand, what do you expect?"
    lines = [f"{exercise.id}: not yet, 0 of {points_text(exercise.points)}."]
    for label, text in rows.items():
        indent = " " * 9
        for number, line in enumerate(text.split("\n")):
            head = f"  {label:<7}" if number == 0 else indent
            lines += textwrap.wrap(
                line, WIDTH, initial_indent=head, subsequent_indent=indent, break_long_words=False
            ) or [head.rstrip()]
    return Verdict(
        exercise.id,
        False,
        0.0,
        misconception.id if misconception else None,
        "\n".join(lines),
        dict(numbers or {}),
    )


def describe(case: Case) -> str:
    """Name a case's sizes and single numbers, as in `xs [7, 3], w_0 [2, 3], n_steps = 4`.

    Without its numbers an input that is nothing but numbers could not be worked through by hand.
    """
    return ", ".join(
        f"{name} {list(value.shape)}" if value.ndim else f"{name} = {value.item():.5g}"
        for name, value in case.items()
        if name not in NOT_ARGUMENTS
    )
