"""The demo: a small class, from an empty directory to marks, feedback and a class page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.content import Lesson
from autograder.exercises import exercises
from autograder.grading import classroom
from autograder.grading.demo_class import NOT_PASSED, Learner, hand_in, the_class
from autograder.grading.records import SubmissionRecord
from autograder.grading.report import write_class_page
from autograder.learning.handin import write_archive
from autograder.sandbox.starting import Kind
from autograder.submissions.submission import read_submission

CELL_SECONDS = 15.0
"""Wall time for one cell: the endless loop of the class costs this much."""


@dataclass(frozen=True)
class Outcome:
    """What a learner of the demo got, and whether it is what the label promises."""

    learner: Learner
    record: SubmissionRecord

    @property
    def surprises(self) -> tuple[str, ...]:
        """Every way in which the verdicts differ from what the label promises."""
        found = []
        for answer in self.record.exercises:
            expected = self.learner.lost.get(answer.id)
            if expected is None and not answer.passed:
                found.append(f"{answer.id} should have passed")
            elif expected is not None and answer.passed:
                found.append(f"{answer.id} should not have passed")
            elif expected not in (None, NOT_PASSED) and answer.misconception != expected:
                found.append(f"{answer.id} should be {expected}, not {answer.misconception}")
        missing = set(self.learner.lost) - {answer.id for answer in self.record.exercises}
        return (*found, *(f"{name} has no verdict" for name in sorted(missing)))


@dataclass(frozen=True)
class Demo:
    """Where everything is, and what came of it."""

    outcomes: tuple[Outcome, ...]
    directory: Path
    page: Path
    feedback: tuple[Path, ...]


def run_demo(
    directory: Path,
    lesson: Lesson,
    *,
    announce: Callable[[str], None] = lambda step: None,
    on_progress: Callable[[int, int, SubmissionRecord], None] = lambda done, of, record: None,
    sandbox: Kind = "bubblewrap",
) -> Demo:
    """Make a class in `directory`, have it hand in, grade it, and write feedback and a page.

    Arguments:
        directory: new or empty.
        lesson: the lesson that is handed in, with a bank.
        announce: called with each step as it begins.
        on_progress: called after each submission that is graded.
        sandbox: where the class's code runs; it is this project's own.

    Raises:
        ClassroomError: a step could not be done.
    """
    announce("making a class")
    course = classroom.init_class(directory / "class")
    announce("releasing the lesson")
    classroom.release(course, lesson.number)
    announce("learners hand in")
    learners = the_class([e.id for e in exercises().values() if e.lesson == lesson.number])
    classroom.collect(course, _inbox(directory / "inbox", lesson, learners))
    announce("grading")
    records = {
        record.learner: record
        for record in classroom.grade(
            course, lesson.number, on_progress, cell_seconds=CELL_SECONDS, sandbox=sandbox
        )
    }
    announce("writing the class page")
    page = write_class_page(lesson, list(records.values()), directory / "class-page.html")
    outcomes = tuple(Outcome(learner, records[learner.name]) for learner in learners)
    feedback = sorted(course.glob(f"feedback/*/{lesson.name}/*.html"))
    return Demo(outcomes, directory, page, tuple(feedback))


def _inbox(inbox: Path, lesson: Lesson, learners: Sequence[Learner]) -> list[Path]:
    """Write the archive of every learner, as `icl-course hand-in` does."""
    archives = []
    for learner in learners:
        desk = inbox / learner.name
        desk.mkdir(parents=True)
        saved = desk / lesson.release.name
        nbformat.write(hand_in(learner, lesson), saved)
        archives.append(write_archive(lesson, read_submission(saved), learner.name, inbox))
    return archives
