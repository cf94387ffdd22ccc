"""The promises of the course, kept by every lesson: the functions that `build --check` runs too.

That each of them can be broken is tested in `autograder/test_promises_can_break.py`.
"""

from collections.abc import Callable

import pytest

from autograder.building.evidence import Evidence, gather
from autograder.building.promises import READING, Promise
from autograder.building.promises_run import RUNNING
from autograder.content import content_root, lessons

LESSONS = lessons()


@pytest.fixture(scope="session")
def evidence_on() -> Callable[[str], Evidence]:
    """Evidence by lesson name, gathered once: its runs take most of the time."""
    gathered = {lesson.name: gather(lesson) for lesson in LESSONS}
    return gathered.__getitem__


def named(promises: tuple[Promise, ...]) -> list[object]:
    return [pytest.param(promise, id=promise.__name__) for promise in promises]


by_lesson = pytest.mark.parametrize("lesson", [lesson.name for lesson in LESSONS])


def test_there_are_lessons() -> None:
    assert LESSONS


@by_lesson
@pytest.mark.parametrize("promise", named(READING))
def test_files_keep_the_promise(
    evidence_on: Callable[[str], Evidence], lesson: str, promise: Promise
) -> None:
    assert promise(evidence_on(lesson)) == []


@pytest.mark.slow
@by_lesson
@pytest.mark.parametrize("promise", named(RUNNING))
def test_runs_keep_the_promise(
    evidence_on: Callable[[str], Evidence], lesson: str, promise: Promise
) -> None:
    assert promise(evidence_on(lesson)) == []


def test_the_lessons_directory_holds_releases_and_nothing_else() -> None:
    expected = {lesson.release for lesson in LESSONS}
    found = {path for path in (content_root() / "lessons").rglob("*") if path.is_file()}
    assert {path for path in found if ".ipynb_checkpoints" not in path.parts} == expected
