"""The learner's record, against what a learner did; and against disks and files that fail."""

import json

import pytest

from autograder.exercise import Verdict
from autograder.learning import progress


@pytest.fixture
def lessons(tmp_path, monkeypatch):
    """A directory with a record, and another one to be in."""
    monkeypatch.chdir(tmp_path)
    progress.make_folder(tmp_path / "lessons")
    return tmp_path / "lessons"


@pytest.fixture(autouse=True)
def _a_fresh_process(monkeypatch):
    monkeypatch.setattr(progress, "_of_this_process", {})
    monkeypatch.setattr(progress, "_paused", False)


def verdict(passed=False, misconception=None, message="not yet") -> Verdict:
    return Verdict("gd-weights", passed, float(passed), misconception, message)


def test_tries_are_counted_and_a_pass_stays(lessons):
    for number, passed in enumerate((False, True, False), 1):
        progress.record_verdict(verdict(passed, "sign"), lessons)
        assert progress.tries("gd-weights", lessons) == number
    assert progress.passed("gd-weights", lessons)
    assert not progress.passed("multi-output", lessons)
    assert progress.read(lessons)["exercises"]["gd-weights"]["misconception"] == "sign"


def test_an_empty_answer_is_no_try(lessons):
    progress.record_verdict(verdict(message="Came   nothing written yet"), lessons)
    assert progress.tries("gd-weights", lessons) == 0


def test_the_same_answer_twice_is_one_try(lessons):
    for answer in ("a", "a", "b", "b"):
        progress.record_try("gd-weights", False, None, answer=answer, start=lessons)
    assert progress.tries("gd-weights", lessons) == 2


def test_the_record_is_found_from_below_and_not_from_beside(lessons, tmp_path):
    inside = lessons / "02_lesson" / "deeper"
    inside.mkdir(parents=True)
    assert progress.find_folder(inside) == lessons / ".icl-course"
    assert progress.find_folder(tmp_path) is None


def test_a_folder_without_a_record_belongs_to_a_class_and_is_left_alone(tmp_path):
    (tmp_path / ".icl-course").mkdir()
    progress.record_verdict(verdict(), tmp_path)
    assert progress.find_folder(tmp_path) is None
    assert list((tmp_path / ".icl-course").iterdir()) == []


def test_making_the_folder_again_keeps_the_record(lessons):
    progress.record_verdict(verdict(True), lessons)
    progress.make_folder(lessons)
    assert progress.passed("gd-weights", lessons)


def test_without_a_folder_the_record_lives_as_long_as_the_process(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        progress.record_verdict(verdict())
    assert progress.tries("gd-weights") == 2
    assert [progress.next_hint("gd-weights", of=3) for _ in range(4)] == [1, 2, 3, 3]
    assert list(tmp_path.iterdir()) == []


def test_hints_go_on_in_the_next_process(lessons):
    assert progress.next_hint("gd-weights", of=3, start=lessons) == 1
    assert progress.next_hint("gd-weights", of=3, start=lessons) == 2
    assert progress.next_hint("multi-output", of=3, start=lessons) == 1


def test_the_first_prediction_counts(lessons):
    for choice in ("b", "c"):
        progress.record_prediction("query-as-key", choice, lessons)
    assert progress.read(lessons)["predictions"] == {"query-as-key": "b"}


def test_the_name_is_remembered(lessons):
    assert progress.learner(lessons) is None
    progress.record_learner("ada", lessons)
    assert progress.learner(lessons) == "ada"


def test_nothing_is_recorded_after_a_pause(lessons):
    progress.pause()
    progress.record_verdict(verdict(True), lessons)
    progress.next_hint("gd-weights", of=3, start=lessons)
    assert progress.read(lessons) == {"exercises": {}, "predictions": {}}


@pytest.mark.parametrize(
    "damaged",
    ["", "{", "[]", "null", '{"exercises": []}', '{"exercises": {"a": 1}}', '{"predictions": 3}'],
)
def test_a_damaged_record_is_kept_aside_and_a_new_one_begun(lessons, damaged):
    file = lessons / ".icl-course" / "progress.json"
    file.write_text(damaged)
    assert progress.tries("gd-weights", lessons) == 0
    progress.record_verdict(verdict(), lessons)
    assert progress.tries("gd-weights", lessons) == 1
    assert (lessons / ".icl-course" / "progress.damaged.json").read_text() == damaged


def test_bytes_that_are_no_text_are_a_damaged_record_too(lessons):
    (lessons / ".icl-course" / "progress.json").write_bytes(b"\xff\xfe\x00")
    assert progress.tries("gd-weights", lessons) == 0


def test_a_disk_that_cannot_be_written_stops_no_check(lessons, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(progress.tempfile, "NamedTemporaryFile", full)
    progress.record_verdict(verdict(True), lessons)
    assert not progress.passed("gd-weights", lessons)


def test_the_record_is_json_that_people_can_read(lessons):
    progress.record_verdict(verdict(True), lessons)
    text = (lessons / ".icl-course" / "progress.json").read_text()
    assert json.loads(text)["exercises"]["gd-weights"]["passed"] is True
    assert "\n" in text
    assert [path.name for path in (lessons / ".icl-course").iterdir()] == ["progress.json"]
