"""Grade a class: release, collect, grade, feedback, records.

Every step leaves what the stock command would leave, in the same places and the same gradebook, so
`nbgrader` and these functions can be mixed.
"""

import gc
import glob
import itertools
import logging
import warnings
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

from autograder.content import Lesson
from autograder.grading.ahead import AT_A_TIME, ahead
from autograder.grading.class_directory import (
    ClassroomError,
    class_config,
    class_lesson,
    init_class,
    open_gradebook,
)
from autograder.grading.preprocessors import RunForMarks
from autograder.grading.records import SubmissionRecord, read_record
from autograder.grading.secret import SecretError, class_secret
from autograder.sandbox.bubblewrap import SandboxUnavailableError
from autograder.sandbox.starting import Kind, starter
from autograder.submissions.collecting import Collected, collect
from autograder.submissions.intake import problem_with
from autograder.submissions.rebuild import rebuild
from autograder.submissions.submission import read_submission

__all__ = [
    "ClassroomError",
    "Collected",
    "SubmissionRecord",
    "class_lesson",
    "collect",
    "feedback",
    "grade",
    "init_class",
    "records",
    "release",
    "submitted_learners",
]


def release(directory: Path, lesson: str) -> Path:
    """Write the notebook for learners, as `nbgrader generate_assignment` does; return its path.

    Raises:
        ClassroomError: nbgrader refused; the message is nbgrader's.
    """
    found = class_lesson(directory, lesson)
    problems = _run(GenerateAssignment, directory, found)
    if problems or not found.release.exists():
        raise ClassroomError(f"{found.name} could not be released: {'; '.join(problems)}")
    return found.release


def grade(
    directory: Path,
    lesson: str,
    on_progress: Callable[[int, int, SubmissionRecord], None] = lambda done, of, record: None,
    *,
    learners: Iterable[str] | None = None,
    cell_seconds: float | None = None,
    total_seconds: float | None = None,
    sandbox: Kind | None = None,
) -> list[SubmissionRecord]:
    """Grade the submissions of one lesson and write feedback; one that fails stops no other.

    Arguments:
        directory: of the class.
        lesson: number, slug or name.
        on_progress: called after each with how many are done, of how many, and its record.
        learners: whose; all by default.
        cell_seconds: wall time for one cell, if it is not to be the configuration's.
        total_seconds: wall time for one notebook, likewise.
        sandbox: where learners' code runs, if not as configured: in a sandbox.

    Raises:
        ClassroomError: the lesson was not released in this class, or there is no sandbox here.
    """
    found = class_lesson(directory, lesson)
    if not found.release.exists():
        raise ClassroomError(
            f"{found.name} was not released in this class; nbgrader generate_assignment "
            f"{found.name}"
        )
    chosen_kind = sandbox or class_config(directory).RunForMarks.get("sandbox", "bubblewrap")
    try:
        starter(chosen_kind, directory)
        class_secret(directory)
    except (SandboxUnavailableError, SecretError) as error:
        raise ClassroomError(str(error)) from error
    settings = {
        "cell_seconds": cell_seconds,
        "total_seconds": total_seconds,
        "sandbox": chosen_kind,
    }
    chosen = sorted(submitted_learners(directory, found) if learners is None else learners)
    graded = []
    # What is imported by now is not collected again and again for every page.
    gc.collect()
    gc.freeze()
    run = RunForMarks(config=class_config(directory), **_given(settings))
    with ahead(lambda notebook: run.marks(notebook, directory.resolve())) as put:
        waiting = iter(chosen)
        for learner in itertools.islice(waiting, AT_A_TIME):
            _put(put, directory, found, learner)
        for done, learner in enumerate(chosen, 1):
            for later in itertools.islice(waiting, 1):
                _put(put, directory, found, later)
            graded.append(_grade_one(directory, found, learner, settings))
            on_progress(done, len(chosen), graded[-1])
    return graded


def _given(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if value is not None}


def _put(
    put: Callable[[NotebookNode], None], directory: Path, lesson: Lesson, learner: str
) -> None:
    """Have a submission's marks made ahead; whatever is wrong with it is found in its turn."""
    folder = directory / "submitted" / learner / lesson.name
    path = folder / lesson.solved.name
    with suppress(Exception):
        if problem_with(folder, path.name) is None and not path.is_symlink():
            release = nbformat.read(lesson.release, as_version=4)
            put(rebuild(release, read_submission(path)).notebook)


def _grade_one(
    directory: Path, lesson: Lesson, learner: str, settings: dict[str, Any]
) -> SubmissionRecord:
    """Autograde one submission, write its feedback, and return what is recorded of it."""
    folder = directory / "submitted" / learner / lesson.name
    problem = problem_with(folder, lesson.solved.name) or ""
    if not problem and (problems := _run(Autograde, directory, lesson, learner, **settings)):
        problem = f"Grading failed: {problems[0]}"
    if not problem:
        _run(GenerateFeedback, directory, lesson, learner)
    with open_gradebook(directory) as gradebook:
        path = _graded_path(directory, lesson, learner)
        return read_record(learner, lesson, path, gradebook, problem)


def records(directory: Path, lesson: str) -> list[SubmissionRecord]:
    """Return what is recorded of every submission of a lesson, by learner; nothing is graded."""
    found = class_lesson(directory, lesson)
    with open_gradebook(directory) as gradebook:
        return [
            read_record(learner, found, _graded_path(directory, found, learner), gradebook)
            for learner in submitted_learners(directory, found)
        ]


def feedback(directory: Path, lesson: str) -> list[Path]:
    """Write the feedback on every graded submission of a lesson; return the files.

    Raises:
        ClassroomError: nbgrader refused; the message is nbgrader's.
    """
    found = class_lesson(directory, lesson)
    problems = _run(GenerateFeedback, directory, found)
    if problems:
        raise ClassroomError(f"no feedback on {found.name}: {'; '.join(problems)}")
    return sorted(directory.glob(f"feedback/*/{found.name}/{found.slug}.html"))


def submitted_learners(directory: Path, lesson: Lesson) -> list[str]:
    """Return who handed in a lesson."""
    return sorted(
        path.parent.name for path in directory.glob(f"submitted/*/{lesson.name}") if path.is_dir()
    )


def _graded_path(directory: Path, lesson: Lesson, learner: str) -> Path:
    return directory / "autograded" / learner / lesson.name / lesson.solved.name


def _run(
    step: type, directory: Path, lesson: Lesson, learner: str | None = None, **settings: Any
) -> list[str]:
    """Run one of nbgrader's steps; return what went wrong, in nbgrader's words."""
    config = class_config(directory)
    for name, value in _given(settings).items():
        config.RunForMarks[name] = value
    coursedir = CourseDirectory(
        config=config,
        root=str(directory.resolve()),
        assignment_id=lesson.name,
        student_id="*" if learner is None else glob.escape(learner),
    )
    converter = step(coursedir=coursedir, config=config)
    converter.force = True
    heard = _Heard()
    converter.log.addHandler(heard)
    try:
        with warnings.catch_warnings():
            # What nbgrader warns of is between it and the libraries below it.
            warnings.simplefilter("ignore")
            converter.start()
    except NbGraderException as error:
        heard.errors.append(str(error))
    finally:
        converter.log.removeHandler(heard)
    return heard.errors


class _Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.errors: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        lines = record.getMessage().strip().splitlines()
        # Of a traceback, its last line says what happened; it goes before nbgrader's own words.
        if lines and lines[0].startswith("Traceback"):
            self.errors.insert(0, lines[-1])
        else:
            self.errors += lines
