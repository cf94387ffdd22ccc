"""A class made by `init_class`, against nbgrader's stock commands and a formgrader that runs."""

import json
import os
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook

from autograder import nbgrader_config
from autograder.content import find_lesson
from autograder.grading import classroom
from autograder.grading.class_directory import CONFIG
from autograder.grading.classroom import ClassroomError
from autograder.grading.secret import FILE as SECRET

pytestmark = pytest.mark.nbgrader

SECONDS_TO_START = 60


@pytest.fixture(scope="module")
def fresh(new_class):
    """A class that nobody has done anything with."""
    return new_class()


def test_a_class_has_what_an_instructor_needs(fresh, lesson):
    files = {str(path.relative_to(fresh)) for path in fresh.rglob("*") if path.is_file()}
    solved = f"solutions/{lesson.name}/{lesson.slug}.ipynb"
    assert files == {CONFIG, "README.md", "gradebook.db", SECRET, solved}
    for command in ("generate_assignment", "zip_collect", "autograde", "generate_feedback"):
        assert f"`nbgrader {command} {lesson.name}`" in (fresh / "README.md").read_text()


def test_the_secret_is_the_owners_alone_and_every_class_has_its_own(fresh, new_class):
    secret = fresh / SECRET
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(secret.parent.stat().st_mode) == 0o700
    assert len(bytes.fromhex(secret.read_text())) == 32
    assert secret.read_text() != (new_class() / SECRET).read_text()


@pytest.mark.parametrize("occupied", ["file", "directory"])
def test_nothing_is_ever_overwritten(tmp_path, lesson, occupied):
    place = tmp_path / "class"
    if occupied == "directory":
        place.mkdir()
        (place / "marks.txt").write_text("mine")
    else:
        place.write_text("mine")
    with pytest.raises(ClassroomError, match="not empty"):
        classroom.init_class(place, content=lesson.root)
    assert (place / "marks.txt" if occupied == "directory" else place).read_text() == "mine"


def test_a_course_without_built_lessons_makes_no_class(tmp_path):
    with pytest.raises(ClassroomError, match="no lesson of this course is built"):
        classroom.init_class(tmp_path / "class", content=tmp_path)
    assert not (tmp_path / "class").exists()


def test_generate_assignment_writes_the_release_that_the_course_ships(graded, lesson):
    released = graded.directory / "lessons" / lesson.name / lesson.release.name
    assert released.read_bytes() == lesson.release.read_bytes()


def test_a_source_beside_the_solved_notebook_reaches_nobody(
    new_class, lesson, right, nbgrader, tmp_path
):
    directory = new_class()
    solutions = directory / "solutions" / lesson.name
    for name in (lesson.source.name, "facts.json", "helper.py", "deep/down.py", "x.pyc"):
        (solutions / name).parent.mkdir(exist_ok=True)
        (solutions / name).write_text("SOLUTION = 1")
    (solutions / "data.csv").write_text("1,2")
    nbgrader(directory, "generate_assignment", lesson.name)
    released = {p.name for p in (directory / "lessons").rglob("*") if p.is_file()}
    assert released == {lesson.release.name, "data.csv"}
    nbgrader(directory, "generate_assignment", lesson.name, "--force")
    assert {p.name for p in (directory / "lessons").rglob("*") if p.is_file()} == released


def test_an_assignment_that_is_not_ours_is_graded_as_nbgrader_would(new_class, nbgrader):
    directory = new_class()

    def cell(name, source, **role):
        marks = {"grade": False, "solution": False, "locked": False, "task": False}
        metadata = {"nbgrader": marks | role | {"grade_id": name, "schema_version": 3}}
        return new_code_cell(source, id=name, metadata=metadata)

    def write(folder, answer, test="assert one() == 1"):
        cells = [
            cell("answer", answer, solution=True),
            cell("test", test, grade=True, locked=True, points=4),
        ]
        (directory / folder).mkdir(parents=True)
        spec = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        nbformat.write(new_notebook(cells=cells, metadata=spec), directory / folder / "one.ipynb")

    write(
        "solutions/plain", "def one():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"
    )
    nbgrader(directory, "generate_assignment", "plain")
    write("submitted/ada/plain", "def one():\n    return 1")
    write("submitted/ben/plain", "def one():\n    return 2", "assert True")
    nbgrader(directory, "autograde", "plain")
    with Gradebook(f"sqlite:///{directory / 'gradebook.db'}") as gradebook:
        marks = {s.student.id: s.score for s in gradebook.find_assignment("plain").submissions}
    assert marks == {"ada": 4, "ben": 0}


def test_our_configuration_is_a_configuration_file_by_itself(tmp_path, lesson, nbgrader):
    solved = tmp_path / "solutions" / lesson.name / lesson.solved.name
    solved.parent.mkdir(parents=True)
    solved.write_bytes(lesson.solved.read_bytes())
    ours = Path(nbgrader_config.__file__)
    (tmp_path / "nbgrader_config.py").write_bytes(ours.read_bytes())
    nbgrader(tmp_path, "generate_assignment", lesson.name)
    released = tmp_path / "lessons" / lesson.name / lesson.release.name
    assert released.read_bytes() == lesson.release.read_bytes()


def test_the_lesson_of_the_course_is_released_byte_for_byte(tmp_path):
    whole = find_lesson("02")
    if not whole.solved.exists():
        pytest.skip("lesson 02 is not built here")
    directory = classroom.init_class(tmp_path / "class")
    assert classroom.release(directory, "02").read_bytes() == whole.release.read_bytes()


def test_validate_passes_the_solved_notebook_and_fails_the_release_by_each_cells_own_message(
    tmp_path, lesson, nbgrader
):
    for path in (lesson.solved, lesson.release):
        kind = path.relative_to(lesson.root).parts[0]
        (tmp_path / f"{kind}.ipynb").write_bytes(path.read_bytes())
    assert "Success!" in nbgrader(tmp_path, "validate", "solutions.ipynb").stdout
    said = nbgrader(tmp_path, "validate", "lessons.ipynb").stdout
    assert "VALIDATION FAILED ON 4 CELL(S)!" in said  # with the written answer
    for exercise, points in (("target-shift", 2), ("gd-weights", 3), ("multi-output", 2)):
        assert f"{exercise}: not yet, 0 of {points} points." in said


@pytest.fixture(scope="module")
def formgrader(graded):
    """A headless Jupyter server in the graded class; a function that asks it for a page."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["-m", "jupyter", "server", "--no-browser", "--allow-root", f"--ServerApp.port={port}"]
    words += ["--ServerApp.token=known", "--ServerApp.port_retries=0"]
    log = (graded.directory / "formgrader.log").open("w")
    server = subprocess.Popen(
        [sys.executable, *words], cwd=graded.directory, stdout=log, stderr=subprocess.STDOUT
    )

    def page(path: str) -> str:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/{path}", headers={"Authorization": "token known"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read().decode()

    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            page("api/status")
            break
        except (urllib.error.URLError, ConnectionError):
            assert server.poll() is None, Path(log.name).read_text()
            assert time.monotonic() < deadline
            time.sleep(0.3)
    yield page
    server.terminate()
    server.wait(timeout=30)
    log.close()
    (graded.directory / "formgrader.log").unlink()


def test_formgrader_lists_the_lesson(formgrader, lesson):
    assert "nbgrader formgrade" in formgrader("formgrader/manage_assignments")
    (assignment,) = json.loads(formgrader("formgrader/api/assignments"))
    assert assignment["name"] == lesson.name
    assert assignment["num_submissions"] == 11
    assert assignment["max_score"] == 9


def test_formgrader_shows_the_marker_answer_rubric_and_message(formgrader, lesson):
    listed = json.loads(
        formgrader(f"formgrader/api/submitted_notebooks/{lesson.name}/{lesson.slug}")
    )
    by_learner = {submission["student"]: submission for submission in listed}
    assert by_learner["ada"]["needs_manual_grade"]
    assert not by_learner["carl"]["needs_manual_grade"]
    page = formgrader(f"formgrader/submissions/{by_learner['ben']['id']}/")
    assert "The targets moved, and the weights did not." in page
    assert "For the marker: a model answer" in page
    assert "1 point" in page
    assert "target-shift: not yet, 0 of 2 points." in page


@pytest.fixture(scope="module")
def small_class(new_class, right, answer, lesson, give, tmp_path_factory):
    """A class that `classroom` collected and graded: two answers, three that cannot be graded."""
    directory = new_class()
    inbox = tmp_path_factory.mktemp("inbox")
    classroom.release(directory, "02")
    wrong = right(gd_weights=answer("gd-weights", ("learning_rate / n_context", "learning_rate")))
    files = [give("ada", right(), inbox), give("ben", wrong, inbox)]
    collected = classroom.collect(directory, files)
    submitted = directory / "submitted"
    for name in ("adam", "bob", "eve"):
        (submitted / name / lesson.name).mkdir(parents=True)
    (submitted / "bob" / lesson.name / "other.ipynb").write_text("{}")
    (submitted / "eve" / lesson.name / lesson.solved.name).symlink_to(directory / SECRET)
    before = (dict(os.environ), Path.cwd())
    seen: list[tuple[int, int, str]] = []
    graded = classroom.grade(
        directory, "02", lambda done, of, record: seen.append((done, of, record.learner))
    )
    return SimpleNamespace(
        directory=directory,
        collected=collected,
        graded=graded,
        by_learner={record.learner: record for record in graded},
        seen=seen,
        unchanged=before == (dict(os.environ), Path.cwd()),
    )


def test_progress_is_told_after_each_submission(small_class):
    learners = ["ada", "adam", "ben", "bob", "eve"]
    assert small_class.seen == [(n, 5, name) for n, name in enumerate(learners, 1)]


def test_a_step_leaves_the_environment_as_it_was(small_class):
    assert small_class.unchanged


def test_a_submission_that_cannot_be_graded_stops_no_other(small_class, lesson):
    records = small_class.by_learner
    assert records["ada"].score == 1.0
    assert records["ben"].score == pytest.approx(4 / 7)
    for name in ("adam", "bob"):
        assert records[name].status == "not graded"
        assert records[name].notes == (f"There is no {lesson.solved.name} in the folder.",)
        assert [e.passed for e in records[name].exercises] == [False] * 3
        assert records[name].points == 7


def test_a_link_in_place_of_a_notebook_is_not_followed(small_class, lesson):
    record = small_class.by_learner["eve"]
    assert record.status == "unreadable"
    assert record.notes == (f"{lesson.solved.name} is a link, not a file.",)
    secret = (small_class.directory / SECRET).read_text().strip()
    for folder in ("autograded", "feedback"):
        for path in (small_class.directory / folder / "eve").rglob("*.*"):
            assert secret not in path.read_text()


def test_feedback_can_be_written_again(small_class):
    paths = classroom.feedback(small_class.directory, "02")
    assert [path.parts[-3] for path in paths] == ["ada", "ben", "eve"]


def test_a_class_graded_twice_gets_the_same_marks(small_class):
    again = classroom.grade(
        small_class.directory, "one_layer_is_one_step", learners=["ben"], cell_seconds=60
    )

    def marks(record):
        return [(e.id, e.score, e.misconception) for e in record.exercises]

    assert marks(again[0]) == marks(small_class.by_learner["ben"])
    kept = classroom.records(small_class.directory, "02")
    assert [marks(r) for r in kept] == [marks(r) for r in small_class.graded]


def test_a_markers_points_count(small_class, lesson):
    directory = small_class.directory
    with Gradebook(f"sqlite:///{directory / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission_notebook(lesson.slug, lesson.name, "ben")
        for grade in submission.grades:
            if grade.name in ("check-gd-weights", "what-changed"):
                grade.manual_score = 1.5
        gradebook.db.commit()
    record = next(r for r in classroom.records(directory, "02") if r.learner == "ben")
    assert record.exercises[1].score == 0.5
    assert record.questions[0].score == 0.75
    assert record.score == pytest.approx(5.5 / 7)
    assert json.loads(json.dumps(record.as_json()))["exercises"][1]["passed"] is False


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda d: classroom.release(d, "77"), "there is no lesson '77'"),
        (lambda d: classroom.release(d.parent, "02"), "is no class"),
        (lambda d: classroom.grade(d, "02"), "was not released"),
        (lambda d: classroom.feedback(d, "02"), "no feedback on 02_"),
    ],
)
def test_a_step_that_cannot_be_done_says_so(fresh, call, words):
    with pytest.raises(ClassroomError, match=words):
        call(fresh)
