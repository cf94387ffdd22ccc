"""`content` against directories made here; and against an interpreter that lacks nbgrader."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import content
from autograder.content import Lesson, find_lesson, lessons


def make_lessons(root: Path, *names: str) -> None:
    for name in names:
        (root / "solutions" / name).mkdir(parents=True)


@pytest.mark.parametrize("text", ["02", "2", "one_layer", "02_one_layer"])
def test_a_lesson_is_found_by_number_slug_and_name(tmp_path: Path, text: str) -> None:
    make_lessons(tmp_path, "01_the_task", "02_one_layer")
    assert find_lesson(text, tmp_path) == Lesson("02", "one_layer", tmp_path)


def test_an_unknown_lesson_is_answered_with_the_nearest_name(tmp_path: Path) -> None:
    make_lessons(tmp_path, "01_the_task", "02_one_layer")
    with pytest.raises(
        ValueError, match=r"no lesson 'one_leyer'; did you mean 'one_layer'\? .*01_"
    ):
        find_lesson("one_leyer", tmp_path)


def test_a_name_near_to_none_gets_the_list_alone(tmp_path: Path) -> None:
    make_lessons(tmp_path, "01_the_task")
    with pytest.raises(ValueError, match=r"no lesson 'zzz'; The lessons are: 01_the_task"):
        find_lesson("zzz", tmp_path)
    with pytest.raises(ValueError, match="no lessons were found"):
        find_lesson("01", tmp_path / "nowhere")


def test_lessons_come_in_order_and_other_directories_are_no_lessons(tmp_path: Path) -> None:
    make_lessons(tmp_path, "10_end", "02_one_layer", "notes", "3_short", "04-hyphen")
    (tmp_path / "lessons" / "07_released_only").mkdir(parents=True)
    names = [lesson.name for lesson in lessons(tmp_path)]
    assert names == ["02_one_layer", "07_released_only", "10_end"]


def test_paths_follow_the_layout(tmp_path: Path) -> None:
    lesson = Lesson("02", "one_layer", tmp_path)
    solutions = tmp_path / "solutions" / "02_one_layer"
    assert lesson.source == solutions / "one_layer.py"
    assert lesson.solved == solutions / "one_layer.ipynb"
    assert lesson.facts == solutions / "facts.json"
    assert lesson.release == tmp_path / "lessons" / "02_one_layer" / "one_layer.ipynb"


def test_the_title_is_the_first_heading_of_the_release_then_of_the_source(tmp_path: Path) -> None:
    lesson = Lesson("02", "one_layer", tmp_path)
    assert lesson.title == "one_layer"
    lesson.source.parent.mkdir(parents=True)
    lesson.source.write_text("# %% [markdown]\n# # From the source\n")
    assert lesson.title == "From the source"
    lesson.release.parent.mkdir(parents=True)
    lesson.release.write_text("no JSON")
    assert lesson.title == "From the source"
    cells = [{"cell_type": "markdown", "source": ["Text\n", "# From the release\n", "more"]}]
    lesson.release.write_text(json.dumps({"cells": cells}))
    assert lesson.title == "From the release"


def test_an_installed_package_carries_its_own_lessons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site-packages" / "autograder"
    package.mkdir(parents=True)
    monkeypatch.setattr(content, "__file__", str(package / "content.py"))
    assert content.content_root() == tmp_path / "site-packages"
    (package / "_content").mkdir()
    assert content.content_root() == package / "_content"


def test_learners_need_neither_nbgrader_nor_jupytext() -> None:
    program = (
        "import sys\n"
        "for name in ('nbgrader', 'jupytext', 'nbconvert', 'nbclient', 'nbformat'):\n"
        "    sys.modules[name] = None\n"
        "from autograder.content import lessons\n"
        "lessons()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
