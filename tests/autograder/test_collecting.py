"""Collecting against archives as learning platforms, browsers and ill will make them."""

import os
import zipfile
from datetime import UTC, datetime

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.content import Lesson
from autograder.learning.handin import write_archive
from autograder.submissions.archive import read_name, unpack
from autograder.submissions.collecting import collect
from autograder.submissions.submission import LARGEST_FILE, UnreadableSubmissionError

NOON = datetime(2026, 3, 4, 12, 0, 0, tzinfo=UTC)
NAME = "03_small_attempt_lesson_ada_attempt_2026-03-04-120000_small_attempt_lesson.zip"


@pytest.fixture
def lesson(tmp_path):
    """A lesson of a class whose name looks like more than it is."""
    directory = tmp_path / "class"
    made = Lesson("03", "small_attempt_lesson", directory)
    made.solved.parent.mkdir(parents=True)
    made.solved.write_text("{}")
    (directory / "nbgrader_config.py").write_text("")
    return made


@pytest.fixture
def write(lesson, tmp_path):
    def written(text, learner="ada", now=NOON):
        notebook = new_notebook(cells=[new_code_cell(text)])
        return write_archive(lesson, notebook, learner, tmp_path / "inbox", now=now)

    return written


def submitted(lesson, learner="ada"):
    return lesson.root / "submitted" / learner / lesson.name / lesson.solved.name


def zipped(path, members):
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def test_what_hand_in_writes_is_collected(lesson, write):
    (collected,) = collect(lesson.root, [write("x = 1")])
    assert collected.problem is None
    assert collected.path == submitted(lesson)
    assert "x = 1" in submitted(lesson).read_text()
    timestamp = submitted(lesson).with_name("timestamp.txt")
    assert timestamp.read_text() == "2026-03-04 12:00:00 UTC"


@pytest.mark.parametrize("order", [1, -1])
def test_the_later_of_two_counts_in_whatever_order_they_come(lesson, write, order):
    early, late = write("x = 1"), write("x = 2", now=NOON.replace(hour=13))
    problems = [one.problem for one in collect(lesson.root, [early, late][::order])]
    assert "x = 2" in submitted(lesson).read_text()
    later = "a later one, of 04 March 13:00:00 UTC, is already collected"
    assert problems == ([None, None] if order == 1 else [None, later])


@pytest.mark.parametrize(
    "name",
    [
        NAME,
        f"Ada Lovelace_123_assignsubmission_file_{NAME}",
        NAME.replace(".zip", " (1).zip"),
        NAME.replace(".zip", "(12).zip"),
        NAME.replace(".zip", ".ipynb"),
    ],
)
def test_names_survive_platforms_and_browsers(tmp_path, name):
    assert read_name(tmp_path / name) == ("03_small_attempt_lesson", "ada", NOON)


@pytest.mark.parametrize(
    "name",
    [
        "small.zip",
        NAME.replace("ada", "a da"),
        NAME.replace("ada", ".."),
        NAME.replace("ada", "a*"),
        NAME.replace("2026-03-04", "2026-13-04"),
        NAME.replace(".zip", ".exe"),
        NAME.replace("03_", "3_"),
        NAME + "\n",
    ],
)
def test_other_names_are_left_where_they_are(lesson, tmp_path, name):
    path = zipped(tmp_path / name.strip("\n"), [("a.ipynb", b"{}")])
    (collected,) = collect(lesson.root, [path.with_name(name)])
    assert collected.path is None
    assert "is not named as icl-course hand-in names archives" in collected.problem
    assert not (lesson.root / "submitted").exists()


def test_a_lesson_that_the_class_does_not_have_is_left(lesson, tmp_path):
    path = zipped(tmp_path / NAME.replace("03_small", "04_other"), [("a.ipynb", b"{}")])
    (collected,) = collect(lesson.root, [path])
    assert collected.path is None
    assert "there is no lesson '04_other_attempt_lesson'" in collected.problem


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ([], "holds 0 notebooks"),
        ([("a.ipynb", b"1"), ("b.ipynb", b"2")], "holds 2 notebooks"),
        ([("a.ipynb", b" " * (LARGEST_FILE + 1))], "larger than 20 MB"),
    ],
)
def test_an_archive_without_one_notebook_is_collected_as_it_is(lesson, tmp_path, members, words):
    path = zipped(tmp_path / "inbox" / NAME, members)
    (collected,) = collect(lesson.root, [path])
    assert words in collected.problem
    assert collected.path.read_bytes() == path.read_bytes()


def test_what_computers_add_to_archives_is_no_second_notebook(tmp_path):
    members = [
        ("__MACOSX/a.ipynb", b"x"),
        ("folder/a.ipynb", b"{}"),
        ("folder/.ipynb_checkpoints/a.ipynb", b"x"),
        ("folder/readme.txt", b"x"),
    ]
    assert unpack(zipped(tmp_path / NAME, members)) == b"{}"


def test_a_path_inside_an_archive_leads_nowhere(lesson, tmp_path):
    path = zipped(tmp_path / "inbox" / NAME, [("../../../../evil.ipynb", b"{}")])
    collect(lesson.root, [path])
    assert not list(tmp_path.rglob("evil*"))
    assert submitted(lesson).read_bytes() == b"{}"


def test_links_and_locks_inside_an_archive_are_refused(tmp_path):
    link = zipfile.ZipInfo("a.ipynb")
    link.external_attr = 0o120777 << 16
    with pytest.raises(UnreadableSubmissionError, match="is a link"):
        unpack(zipped(tmp_path / NAME, [(link, "/etc/passwd")]))
    path = zipped(tmp_path / "locked.zip", [("a.ipynb", b"{}")])
    locked = bytearray(path.read_bytes())
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(locked)
    with pytest.raises(UnreadableSubmissionError, match="is encrypted"):
        unpack(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no more", b"hello" * 100])
def test_what_is_no_archive_is_said_to_be_none(tmp_path, content):
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(UnreadableSubmissionError, match="is no archive that opens"):
        unpack(tmp_path / NAME)


def test_damaged_contents_are_no_archive_that_opens(tmp_path):
    path = zipped(tmp_path / NAME, [("a.ipynb", os.urandom(5_000))])
    content = bytearray(path.read_bytes())
    content[2_000:2_100] = bytes(100)
    path.write_bytes(content)
    with pytest.raises(UnreadableSubmissionError, match="is no archive that opens"):
        unpack(path)


def test_a_link_is_not_followed(lesson, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (tmp_path / NAME).symlink_to(secret)
    (collected,) = collect(lesson.root, [tmp_path / NAME])
    assert "is not an ordinary file" in collected.problem
    assert collected.path.read_bytes() == b""


def test_a_notebook_handed_in_bare_is_taken(lesson, tmp_path):
    path = tmp_path / NAME.replace(".zip", ".ipynb")
    path.write_bytes(b"{}")
    (collected,) = collect(lesson.root, [path])
    assert collected.problem is None
    assert submitted(lesson).read_bytes() == b"{}"
