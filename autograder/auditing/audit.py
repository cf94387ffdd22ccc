"""The autograder's own error rates: every answer of the bank, and mutants of the right ones.

An error is a wrong answer that passes, a right one that does not, or a wrong name for a mistake.
"""

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from autograder.auditing.audit_worker import Task, chosen_runs, examine_all
from autograder.auditing.bank_reader import BANK, BankAnswer, read_bank
from autograder.auditing.examine import Findings, Subject, subject
from autograder.auditing.mutants import Mutant, distinct, mutants_of
from autograder.exercises import exercises

MOST_MUTANTS = 200
"""Of one exercise, in an audit that does not ask for more."""

RIGHT_RUNS = chosen_runs(grade=20, practice=5)
WRONG_RUNS = chosen_runs(grade=5, practice=5)
MUTANT_RUNS = chosen_runs(grade=3, practice=2)

COUNTS = (
    "right",
    "wrong",
    "mutants",
    "equivalent",
    "false_accepts",
    "false_rejects",
    "misnamed",
)
ERRORS = COUNTS[-3:]

Announce = Callable[[int, int, str], None]
Examine = Callable[[Iterable[Task], Callable[[str], Subject]], Iterable[tuple[Task, Findings]]]
Kind = Literal["false_accepts", "false_rejects", "misnamed"]


@dataclass(frozen=True)
class Flaw:
    """One error of the autograder: of which kind, on which answer, and what was seen."""

    kind: Kind
    name: str
    text: str


@dataclass
class ExerciseAudit:
    """What an audit found out about one exercise.

    Arguments:
        id: of the exercise.
        right: right answers of the bank that were examined.
        wrong: wrong ones.
        mutants: mutants that were examined.
        equivalent: those that pass and, by the generator, do what the solution does.
        practice_only: those that pass in practice alone, which looks at fewer sizes. No errors.
        flaws: the errors.
    """

    id: str
    right: int = 0
    wrong: int = 0
    mutants: int = 0
    equivalent: list[Mutant] = field(default_factory=list)
    practice_only: list[Mutant] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)

    def as_json(self) -> dict[str, str | int]:
        """Return the id and the counts, all integers."""
        errors = {kind: sum(flaw.kind == kind for flaw in self.flaws) for kind in ERRORS}
        sizes = {name: getattr(self, name) for name in ("right", "wrong", "mutants")}
        return {"id": self.id, **sizes, "equivalent": len(self.equivalent), **errors}


@dataclass(frozen=True)
class AuditReport:
    """What an audit found out.

    Arguments:
        exercises: by exercise, in the order of the course.
        skipped: mutants that the time budget left out.
        seconds: the time it took.
    """

    exercises: tuple[ExerciseAudit, ...]
    skipped: int
    seconds: float

    @property
    def totals(self) -> dict[str, int]:
        """The counts, summed over the exercises."""
        rows = [exercise.as_json() for exercise in self.exercises]
        return {name: sum(int(row[name]) for row in rows) for name in COUNTS}

    @property
    def clean(self) -> bool:
        """Whether no error was found."""
        return not any(exercise.flaws for exercise in self.exercises)

    def as_json(self) -> dict[str, object]:
        """Return what `icl-course audit --json` prints."""
        return {
            "exercises": [exercise.as_json() for exercise in self.exercises],
            "totals": self.totals,
        }


def audit(
    exercise_ids: Sequence[str] | None = None,
    budget_s: float | None = None,
    progress: Announce = lambda done, total, name: None,
    *,
    most_mutants: int = MOST_MUTANTS,
    make_subject: Callable[[str], Subject] = subject,
    bank: Path = BANK,
    examine: Examine = examine_all,
) -> AuditReport:
    """Examine the bank and the mutants of some exercises, all by default.

    Arguments:
        exercise_ids: which.
        budget_s: no mutant is begun after that many seconds; the bank is always examined whole.
        progress: called with the number done, the number of all, and the name of the last.
        most_mutants: of each exercise, at most.
        make_subject: from an id to what is audited; workers import it by name.
        bank: the directory of banks.
        examine: does the work; in worker processes unless given.

    Raises:
        UnknownExerciseError: no exercise has one of the ids.
        LookupError: an exercise has no solution or no generator.
        BankError: a file of the bank does not say what it is.
    """
    started = time.monotonic()
    until = float("inf") if budget_s is None else started + budget_s
    subjects = [make_subject(i) for i in exercise_ids or exercises()]
    audits = {s.exercise.id: ExerciseAudit(s.exercise.id) for s in subjects}
    answers = {(a.exercise, a.name): a for s in subjects for a in read_bank(s.exercise, bank)}
    mutants = dict(_mutants(subjects, answers.values(), most_mutants))
    bank_tasks = [
        Task(i, name, answer.source, RIGHT_RUNS if answer.right else WRONG_RUNS)
        for (i, name), answer in answers.items()
    ]
    mutant_tasks = [Task(i, name, m.source, MUTANT_RUNS) for (i, name), m in mutants.items()]
    in_time = itertools.takewhile(lambda task: time.monotonic() < until, mutant_tasks)
    total, done = len(bank_tasks) + len(mutant_tasks), 0
    for task, findings in examine(itertools.chain(bank_tasks, in_time), make_subject):
        done += 1
        progress(done, total, f"{task.exercise} {task.name}")
        key = (task.exercise, task.name)
        if key in answers:
            count_answer(audits[task.exercise], answers[key], findings)
        else:
            count_mutant(audits[task.exercise], mutants[key], findings)
    for found in audits.values():
        found.flaws.sort(key=lambda flaw: (flaw.kind, flaw.name))
        found.equivalent.sort(key=lambda mutant: (mutant.origin, mutant.line, mutant.source))
    return AuditReport(tuple(audits.values()), total - done, time.monotonic() - started)


def _mutants(
    subjects: Sequence[Subject], answers: Iterable[BankAnswer], most: int
) -> Iterator[tuple[tuple[str, str], Mutant]]:
    """Yield mutants by exercise and name, the exercises in turns, so that a budget is shared."""
    chosen = []
    for exercise_id, solution in ((s.exercise.id, s.solution) for s in subjects):
        right = [a for a in answers if a.exercise == exercise_id and a.right]
        families = [
            mutants_of(solution, "solution"),
            *(mutants_of(a.source, a.name) for a in right),
        ]
        chosen.append([(exercise_id, mutant) for mutant in distinct(families, most)])
    in_turns = itertools.chain.from_iterable(itertools.zip_longest(*chosen))
    for number, (exercise_id, mutant) in enumerate(filter(None, in_turns)):
        yield (exercise_id, f"{mutant.name} #{number}"), mutant


def count_answer(found: ExerciseAudit, answer: BankAnswer, findings: Findings) -> None:
    """Enter what came of an answer of the bank."""
    seen = describe(findings)
    if answer.right:
        found.right += 1
        if not findings.always_accepted:
            found.flaws.append(Flaw("false_rejects", answer.name, seen))
        elif findings.matches is False:
            found.flaws.append(Flaw("false_accepts", answer.name, seen))
        return
    found.wrong += 1
    if findings.accepted or findings.accepted_in_practice:
        found.flaws.append(Flaw("false_accepts", answer.name, seen))
    elif findings.matches:
        found.flaws.append(Flaw("false_rejects", answer.name, seen))
    elif (findings.names or {None}) != {answer.misconception}:
        text = f"{seen}; its own name is {answer.misconception}"
        found.flaws.append(Flaw("misnamed", answer.name, text))


def count_mutant(found: ExerciseAudit, mutant: Mutant, findings: Findings) -> None:
    """Enter what came of a mutant."""
    found.mutants += 1
    seen = f"{mutant.before}  ->  {mutant.after}: {describe(findings)}"
    if findings.accepted and not findings.matches:
        found.flaws.append(Flaw("false_accepts", mutant.name, seen))
    elif findings.matches and not findings.always_accepted:
        found.flaws.append(Flaw("false_rejects", mutant.name, seen))
    elif findings.matches:
        found.equivalent.append(mutant)
    elif len(findings.grade_names) > 1:
        found.flaws.append(Flaw("misnamed", mutant.name, seen))
    elif findings.accepted_in_practice:
        found.practice_only.append(mutant)


def describe(findings: Findings) -> str:
    """Say in one line what was seen of an answer."""
    if findings.note:
        return findings.note
    passed = sum(run.passed for run in findings.runs)
    names = ", ".join(sorted(str(name) for name in findings.names))
    called = f", called {names}" if findings.names != {None} and names else ""
    equal = {True: "equal to", False: "different from", None: "not compared with"}
    verdicts = f"passed {passed} of {len(findings.runs)} runs{called}"
    return f"{verdicts}; {equal[findings.matches]} the solution"
