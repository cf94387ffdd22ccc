"""The class page: its counts against records made by hand, and that it is safe to open."""

import re

import pytest

pytest.importorskip("nbgrader")

from autograder.content import find_lesson
from autograder.grading.records import ExerciseRecord, SubmissionRecord
from autograder.grading.report import earned, write_class_page

SCRIPT = "<script>alert(1)</script>"


def submission(learner, *passed, misconception="sign", **changes):
    names = ("target-shift", "gd-weights")
    answers = tuple(
        ExerciseRecord(
            name,
            ok,
            float(ok),
            points,
            None if ok else misconception,
            f"{name}: {'passed' if ok else 'not yet, ' + SCRIPT}",
        )
        for name, ok, points in zip(names, passed, (2, 3), strict=True)
    )
    score = sum(a.points for a in answers if a.passed) / 5
    return SubmissionRecord(
        **{
            "learner": learner,
            "lesson": "02",
            "status": "graded",
            "score": score,
            "points": 5,
            "exercises": answers,
            **changes,
        }
    )


@pytest.fixture
def page(tmp_path):
    records = [
        submission("ada", True, True),
        submission("ben", False, True),
        submission("chi", False, False, status="stopped", notes=(f"It was stopped. {SCRIPT}",)),
        submission("<img onerror=x>", True, False, misconception=None),
    ]
    path = write_class_page(find_lesson("02"), records, tmp_path / "page.html")
    return path.read_text(encoding="utf-8")


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("</style>")[1]).split())


def test_passes_and_points_are_counted(page):
    text = words(page)
    assert "4 submissions" in text
    assert "2.5 / 5 median points" in text
    assert "1 with full points" in text
    assert "1 repaired or stopped" in text
    assert "target-shift 2 2 of 4" in text
    assert "gd-weights 3 2 of 4" in text


def test_misconceptions_are_named_counted_and_explained(page):
    text = words(page)
    assert "sign × 2 the shift has the opposite sign" in text
    assert "sign × 1 the shift has the opposite sign" in text


def test_every_lost_mark_has_its_message_and_every_note_is_shown(page):
    text = words(page)
    assert text.count("target-shift: not yet") == 2
    assert text.count("gd-weights: not yet") == 2
    assert "note It was stopped." in text
    assert "ada" not in text.split("Why a mark was lost")[1]


def test_what_learners_wrote_cannot_run(page):
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page


def test_the_page_asks_nothing_of_the_network(page):
    assert not re.search(r"(src|href)\s*=", page)
    assert "http" not in page.replace("http-equiv", "")


def test_points_of_a_partial_score_are_rounded():
    assert earned(submission("ada", True, True, score=1 / 3)) == 1.67


def test_a_class_without_submissions_is_said(tmp_path):
    with pytest.raises(ValueError, match="nobody has handed in lesson 02"):
        write_class_page(find_lesson("02"), [], tmp_path / "page.html")
