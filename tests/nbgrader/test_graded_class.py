"""A class graded by nbgrader's own commands with our configuration.

The oracle is what each submission was made to be: what it may lose, and under which name.
"""

import csv
import html
import re
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from click.testing import CliRunner

from autograder.building.leaks import solution_lines
from autograder.building.notebooks import cell_kind
from autograder.building.source import read_source
from autograder.cli import main
from autograder.content import find_lesson
from autograder.exercises import find_exercise
from autograder.grading.classroom import records
from autograder.grading.records import SubmissionRecord
from autograder.submissions.submission import UnreadableSubmissionError, read_submission

pytestmark = pytest.mark.nbgrader

POINTS = {"target-shift": 2, "gd-weights": 3, "multi-output": 2}
QUESTION_POINTS = 2


@pytest.fixture(scope="module")
def recorded(graded, lesson) -> dict[str, SubmissionRecord]:
    return {record.learner: record for record in records(graded.directory, lesson.number)}


@pytest.fixture(scope="module")
def feedback(graded, lesson):
    def of(learner: str) -> str:
        path = graded.directory / "feedback" / learner / lesson.name / f"{lesson.slug}.html"
        return path.read_text()

    return of


def autograded(graded: SimpleNamespace, lesson, learner: str):
    path = graded.directory / "autograded" / learner / lesson.name / lesson.solved.name
    return nbformat.read(path, as_version=4)


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", page)))


def test_each_submission_loses_what_it_must_and_nothing_else(learner, promised, recorded):
    record = recorded[learner]
    assert [exercise.id for exercise in record.exercises] == list(POINTS)
    for exercise in record.exercises:
        assert exercise.points == POINTS[exercise.id]
        assert exercise.passed is (exercise.id not in promised.lost)
        assert exercise.score == float(exercise.passed)
        assert exercise.misconception == promised.lost.get(exercise.id)
        assert exercise.message.startswith(f"{exercise.id}: ")
    earned = sum(points for name, points in POINTS.items() if name not in promised.lost)
    assert record.score == pytest.approx(earned / sum(POINTS.values()))
    assert record.points == sum(POINTS.values())
    assert record.status == promised.status


def test_the_exported_table_has_the_same_marks(graded, lesson, recorded, nbgrader):
    nbgrader(graded.directory, "export")
    with (graded.directory / "grades.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert rows.keys() == recorded.keys()
    for learner, row in rows.items():
        record = recorded[learner]
        assert float(row["score"]) == pytest.approx(record.score * record.points)
        assert float(row["max_score"]) == record.points + QUESTION_POINTS
        assert row["timestamp"].startswith("2026-01-02 03:04:")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("carl", "is not a notebook: it is not JSON (line 1)."),
        ("fay", "The cell of gd-weights was deleted; it was put back empty."),
        ("fay", "The check of multi-output was deleted; it was put back as it was given."),
        ("emil", "There were several answers to gd-weights"),
        ("dora", "The check of target-shift was changed"),
    ],
)
def test_what_was_repaired_is_told_to_learner_and_instructor(
    recorded, feedback, graded, name, words
):
    assert any(words in note for note in recorded[name].notes)
    assert words in text_of(feedback(name))
    assert words in graded.autograded.stderr


def test_nothing_is_noted_where_nothing_was_repaired(recorded):
    for name in ("ada", "ben", "gus", "hal", "ida", "jim", "kim"):
        assert recorded[name].notes == ()


@pytest.mark.parametrize(
    ("name", "exercise", "words"),
    [
        ("carl", "target-shift", "is not a notebook"),
        ("fay", "gd-weights", "nothing written yet"),
        ("ida", "gd-weights", "SyntaxError"),
        ("jim", "multi-output", "longer than 20 s"),
        ("kim", "gd-weights", "ended the process"),
    ],
)
def test_a_failure_says_why(recorded, feedback, name, exercise, words):
    message = next(e.message for e in recorded[name].exercises if e.id == exercise)
    assert words in re.sub(r"\s+", " ", message)
    assert words in text_of(feedback(name))


def test_feedback_names_the_misconception_in_its_sentence(feedback):
    page = text_of(feedback("ben"))
    for exercise, name in (("target-shift", "sign"), ("gd-weights", "no-mean")):
        idea = next(m for m in find_exercise(exercise).misconceptions if m.id == name)
        for words in (idea.cause, idea.question):
            assert re.sub(r"\s+", " ", words) in page


def test_no_feedback_shows_a_line_of_a_solution_that_the_learner_did_not_write(
    learner, graded, lesson, feedback
):
    secrets = solution_lines(c for c in read_source(find_lesson("02").source) if c.exercise)
    written = "".join(
        handed_in_text(graded.directory / "submitted" / learner / lesson.name).split()
    )
    page = "".join(text_of(feedback(learner)).split())
    secret = [line for line in secrets if line not in written]
    assert len(secret) > 20
    assert [line for line in secret if line in page] == []


def handed_in_text(folder: Path) -> str:
    (path,) = folder.glob("*.ipynb")
    try:
        return "\n".join(cell.source for cell in read_submission(path).cells)
    except UnreadableSubmissionError:
        return ""


def learners_of(graded: SimpleNamespace) -> set[str]:
    return {path.name for path in (graded.directory / "feedback").iterdir()}


def test_the_marker_sees_model_answer_and_rubric_and_the_learner_does_not(graded, lesson, feedback):
    notebook = autograded(graded, lesson, "ada")
    kinds = [cell_kind(cell) for cell in notebook.cells]
    help_for_marker = notebook.cells[kinds.index("question") + 1]
    assert cell_kind(help_for_marker) == "marker"
    assert "The layer's matrices stay as they are" in help_for_marker.source
    assert "**1 point**" in help_for_marker.source
    page = text_of(feedback("ada"))
    assert "The targets moved, and the weights did not." in page
    assert "matrices stay as they are" not in page
    assert "For the marker" not in page


def test_a_written_answer_waits_for_a_person_and_an_empty_one_does_not(recorded):
    assert [question.score for question in recorded["ada"].questions] == [None]
    assert [question.score for question in recorded["carl"].questions] == [0.0]


def test_helpers_run_where_they_stood(graded, lesson):
    notebook = autograded(graded, lesson, "hal")
    at = [cell.id for cell in notebook.cells].index("exercise-target-shift")
    assert "def mean_outer" in notebook.cells[at - 1].source
    assert "import functools" in notebook.cells[at - 2].source


def test_no_check_cell_holds_what_nbgrader_would_read_as_a_mark(graded, lesson):
    for learner in learners_of(graded):
        for cell in autograded(graded, lesson, learner).cells:
            if cell_kind(cell) == "check":
                kinds = {(o.output_type, o.get("name")) for o in cell.outputs}
                assert kinds <= {("stream", "stdout"), ("display_data", None), ("error", None)}
                assert cell.metadata.icl_course.verdict.exercise


def test_what_a_cell_said_is_kept_and_what_an_answer_said_when_asked_is_not(graded, lesson):
    notebook = autograded(graded, lesson, "dora")
    said = "".join(o.get("text", "") for cell in notebook.cells for o in cell.get("outputs", []))
    assert "before" in said
    # It could say what the inputs were.
    for words in ("a warning", "a log line", "below Python"):
        assert words not in said


def test_a_verdict_can_be_explained_by_its_numbers(graded, lesson):
    for cell in autograded(graded, lesson, "ben").cells:
        if cell_kind(cell) == "check":
            numbers = cell.metadata.icl_course.verdict.numbers
            assert {"seed", "version", "depth"} <= numbers.keys()
            assert numbers.depth == "grade"


def test_only_notebooks_leave_the_solutions_directory(graded, lesson):
    for step in ("lessons", "autograded", "feedback"):
        files = {path.name for path in (graded.directory / step).rglob("*") if path.is_file()}
        assert files <= {lesson.release.name, f"{lesson.slug}.html", "timestamp.txt"}


def test_a_run_leaves_the_class_as_it_was(graded, lesson):
    ours = {path.name for path in (graded.directory / ".icl-course").iterdir()}
    assert ours == {"class-secret"}


def explained(graded, *words: str):
    return CliRunner().invoke(main, ["explain", str(graded.directory), *words])


def test_a_mark_can_be_explained(graded):
    told = explained(graded, "ben", "target-shift")
    assert told.exit_code == 0
    assert "the shift has the opposite sign" in told.output
    numbers = re.search(r"seed=(\d+)\)", told.output)
    assert numbers is not None
    assert f"seed {numbers[1]}, course version" in told.output
    assert "First wrong on input 1 of 4" in told.output


def test_what_cannot_be_explained_is_said(graded):
    nobody = explained(graded, "nobody", "target-shift")
    assert nobody.exit_code != 0
    assert "nobody has no graded submission" in nobody.output
    assert explained(graded, "ben", "no-such-exercise").exit_code != 0


def test_no_probe_of_a_mark_is_in_the_feedback(graded, lesson):
    notebook = autograded(graded, lesson, "ben")
    page = (graded.directory / "feedback/ben" / lesson.name / f"{lesson.slug}.html").read_text()
    for cell in notebook.cells:
        numbers = cell.metadata.get("icl_course", {}).get("verdict", {}).get("numbers", {})
        if "seed" not in numbers:
            continue
        exercise = find_exercise(cell.metadata.icl_course.exercise)
        for case in exercise.draw(numbers["seed"], "grade"):
            for value in (*case.values(), *exercise.oracle(case).values()):
                for number in np.asarray(value).ravel()[:20]:
                    if abs(number) not in (0, 1, 2) and number != round(float(number)):
                        assert f"{number:.5g}" not in page
        assert str(numbers["seed"]) not in page
