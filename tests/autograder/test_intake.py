"""What lies in a submission's place, whatever it is, is looked at without being opened."""

import json
import os
import zipfile

import pytest

from autograder.submissions.archive import unpack
from autograder.submissions.intake import is_small_file, problem_with
from autograder.submissions.submission import UnreadableSubmissionError, parse_submission

NAME = "lesson.ipynb"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "submitted" / "ada" / "02_lesson"
    made.mkdir(parents=True)
    (made / NAME).write_text("{}")
    (made / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC\n")
    return made


def test_a_notebook_and_its_time_are_in_order(folder):
    assert problem_with(folder, NAME) is None
    (folder / "timestamp.txt").unlink()
    assert problem_with(folder, NAME) is None


@pytest.mark.parametrize("text", ["soon", "", "<b>2026</b>", "\x00 %s {}", "9" * 90, "2026-13-41"])
def test_a_time_that_is_none_is_said(folder, text):
    (folder / "timestamp.txt").write_text(text)
    assert problem_with(folder, NAME).endswith("holds no time.")


@pytest.mark.parametrize("name", ["*", "[ab]", "a?", "a\nb", "a\x7f"])
def test_a_name_that_is_a_pattern_or_no_name_is_refused(folder, name):
    moved = folder.parent.rename(folder.parents[1] / name) / folder.name
    assert "under its name" in problem_with(moved, NAME)


def test_what_lies_beside_is_not_asked_about(folder):
    os.mkfifo(folder / "data.csv")
    (folder / "secrets").symlink_to("/etc")
    assert problem_with(folder, NAME) is None


def test_a_link_in_place_of_a_folder_is_refused(folder, tmp_path):
    for place in (tmp_path / "submitted" / "eve", folder.parent / "03_lesson"):
        place.symlink_to("/")
        assert "is a link" in problem_with(
            place / "" if place.name[0] == "0" else place / "x", NAME
        )


def test_a_folder_without_the_notebook_says_so(folder):
    (folder / NAME).rename(folder / "Copy of lesson.ipynb")
    assert problem_with(folder, NAME) == f"There is no {NAME} in the folder."


@pytest.mark.parametrize("kind", ["pipe", "link", "large", "folder"])
def test_a_time_that_is_no_small_file_is_refused(folder, kind):
    stamp = folder / "timestamp.txt"
    stamp.unlink()
    if kind == "pipe":
        os.mkfifo(stamp)
    elif kind == "link":
        stamp.symlink_to("/etc/hostname")
    elif kind == "folder":
        stamp.mkdir()
    else:
        stamp.write_bytes(bytes(200))
    assert not is_small_file(stamp)
    assert "no small ordinary file" in problem_with(folder, NAME)


@pytest.mark.parametrize(
    "metadata",
    [{"tags": 7}, {"name": [1]}, {"jupyter": 5}, {"collapsed": "no"}, {"format": {"a": 1}}],
)
def test_metadata_that_no_notebook_may_have_costs_no_cell(metadata):
    ours = {"icl_course": {"kind": "exercise"}}
    cells = [
        {"cell_type": "code", "source": "x = 1", "metadata": {**metadata, **ours}},
        {"cell_type": "markdown", "source": "text", "metadata": metadata},
    ]
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": 3}, "cells": cells}
    read = parse_submission(json.dumps(content).encode(), NAME)
    assert [cell.source for cell in read.cells] == ["x = 1", "text"]
    assert read.cells[0].metadata.icl_course == ours["icl_course"]


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_an_archive_packed_in_another_way_is_refused(tmp_path, method):
    path = tmp_path / "archive.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr(NAME, "{}")
    with pytest.raises(UnreadableSubmissionError, match="packed in a way"):
        unpack(path)
