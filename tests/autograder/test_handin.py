"""The archive that is handed in, against nbgrader's own reading of it."""

import hashlib
import json
import re
import shutil
import zipfile
from datetime import UTC, datetime
from types import SimpleNamespace

import nbformat
import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.commands.start import copy_lessons
from autograder.content import find_lesson
from autograder.learning import handin
from autograder.learning.handin import look_over, write_archive
from autograder.submissions.submission import read_submission

NOON = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
IN_THE_MANUAL = r".*_(?P<student_id>\w+)_attempt_(?P<timestamp>[0-9\-]+)_(?P<file_id>\w+)"


@pytest.fixture
def lesson():
    return find_lesson("02")


@pytest.fixture
def mine(tmp_path, monkeypatch, lesson):
    """The learner's notebook, in lessons that were started in the present directory."""
    monkeypatch.chdir(tmp_path)
    copy_lessons(tmp_path)
    return tmp_path / lesson.name / f"{lesson.slug}.ipynb"


def hand_in(*arguments: str, **options):
    return CliRunner().invoke(main, ["hand-in", *arguments], catch_exceptions=False, **options)


def write(path, **sources: str) -> None:
    """Put sources into cells by id, with a figure as output."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.id.replace("-", "_") in sources:
            cell.source = sources[cell.id.replace("-", "_")]
            if cell.cell_type == "code":
                data = {"image/png": "iVBORw0KGgo" * 10_000}
                cell.outputs = [nbformat.v4.new_output("display_data", data=data)]
    nbformat.write(notebook, path)


def archives(directory):
    return sorted(directory.glob("*.zip"))


def test_nbgrader_collects_the_archive_under_its_learner_time_and_notebook(mine, lesson, tmp_path):
    from nbgrader.plugins.zipcollect import ExtractorPlugin, FileNameCollectorPlugin
    from nbgrader.utils import parse_utc

    inbox, extracted = tmp_path / "archive", tmp_path / "extracted"
    write_archive(lesson, read_submission(mine), "Ada7", inbox, now=NOON)
    ExtractorPlugin().extract(str(inbox), str(extracted))
    (file,) = extracted.rglob("*.ipynb")
    found = FileNameCollectorPlugin(named_regexp=IN_THE_MANUAL).collect(str(file))
    assert (found["student_id"], found["file_id"]) == ("Ada7", lesson.slug)
    assert parse_utc(found["timestamp"]).replace(tzinfo=UTC) == NOON
    assert nbformat.read(file, as_version=4).cells


def test_the_same_notebook_gives_the_same_bytes_and_earlier_archives_stay(mine, lesson, tmp_path):
    paths = [
        write_archive(lesson, read_submission(mine), "ada", tmp_path, now=NOON) for _ in range(3)
    ]
    assert len(set(paths)) == 3
    assert len({hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}) == 1


def test_sources_are_handed_in_and_outputs_are_not(mine, tmp_path):
    answer = "def target_shift(xs, ys, w_0, learning_rate):\n    return ys  # ∇"
    write(mine, exercise_target_shift=answer, question_what_changed="The targets.")
    assert hand_in("02", "--name", "ada").exit_code == 0
    (path,) = archives(tmp_path)
    with zipfile.ZipFile(path) as archive:
        (name,) = archive.namelist()
        content = archive.read(name).decode()
    assert name == "one_layer_is_one_step.ipynb"
    assert len(content) < 100_000
    by_id = {cell["id"]: cell for cell in json.loads(content)["cells"]}
    assert "".join(by_id["exercise-target-shift"]["source"]) == answer
    assert by_id["exercise-target-shift"]["outputs"] == []


def test_what_is_empty_is_said_and_handed_in_all_the_same(mine, tmp_path):
    write(mine, exercise_gd_weights="def gd_weights(): return 1")
    result = hand_in("02", "--name", "ada")
    assert result.exit_code == 0
    assert "Empty: exercise target-shift, 2 points" in result.output
    assert "Empty: question what-changed, 2 points" in result.output
    assert "gd-weights," not in result.output
    assert f"Wrote {archives(tmp_path)[0].name}" in result.output


def test_a_full_notebook_has_nothing_empty(mine, lesson):
    shutil.copyfile(lesson.solved, mine)
    assert look_over(lesson, read_submission(mine)).empty == ()


def test_repairs_are_said(mine):
    notebook = nbformat.read(mine, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "exercise-gd-weights"]
    nbformat.write(notebook, mine)
    result = hand_in("02", "--name", "ada")
    assert "Note: The cell of gd-weights was deleted; it was put back empty." in re.sub(
        r"\s+", " ", result.output
    )


def test_the_name_is_asked_once(mine, tmp_path, monkeypatch):
    refused = hand_in("02")
    assert refused.exit_code == 2
    assert refused.stderr.startswith("Error: Whose work is it?")
    assert archives(tmp_path) == []
    monkeypatch.setattr(handin, "sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    assert "Who are you" in hand_in("02", input="grace\n").output
    assert hand_in("02").exit_code == 0
    assert ["_grace_attempt_" in path.name for path in archives(tmp_path)] == [True, True]


@pytest.mark.parametrize("name", ["ada lovelace", "a_b", "../x", "ä", "ada-l"])
def test_a_name_that_graders_would_misread_is_refused(mine, tmp_path, name):
    result = hand_in("02", "--name", name)
    assert result.exit_code == 2
    assert "letters a to z and digits only" in result.stderr
    assert archives(tmp_path) == []


def test_a_file_and_a_directory_can_be_named(mine, tmp_path):
    result = hand_in(str(mine), "--name", "ada", "--out", "upload/here")
    assert result.exit_code == 0
    assert len(archives(tmp_path / "upload" / "here")) == 1


@pytest.mark.parametrize("content", ["", "{", "<<<<<<< HEAD\n{}\n", "[]"])
def test_a_broken_notebook_is_refused_with_a_sentence(mine, tmp_path, content):
    mine.write_text(content)
    result = hand_in("02", "--name", "ada")
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: one_layer_is_one_step.ipynb is ")
    assert len(result.stderr.splitlines()) == 1
    assert archives(tmp_path) == []


def test_a_place_that_cannot_be_written_gets_a_sentence(mine, tmp_path):
    (tmp_path / "taken").write_text("")
    result = hand_in("02", "--name", "ada", "--out", str(tmp_path / "taken" / "below"))
    assert result.exit_code == 2
    assert "Traceback" not in result.output
