"""The lesson under nbgrader with no configuration of ours: marks of pass or fail, nothing more.

Solution and rubric cells are steps of our configuration, so the source here has none.
"""

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.building.notebooks import cell_kind, notebook_text
from autograder.building.release_steps import SOLVED_ONLY

pytestmark = pytest.mark.nbgrader


@pytest.fixture(scope="module")
def stock(lesson, right, answer, noisy_answer, nbgrader, tmp_path_factory):
    directory = tmp_path_factory.mktemp("stock")
    solved = nbformat.read(lesson.solved, as_version=4)
    solved.cells = [cell for cell in solved.cells if cell_kind(cell) not in SOLVED_ONLY]
    wrong = right(target_shift=answer("target-shift", ("ys - xs @", "ys + xs @")))
    for folder, notebook in (
        (f"source/{lesson.name}", solved),
        (f"submitted/ada/{lesson.name}", right()),
        (f"submitted/ben/{lesson.name}", wrong),
        (f"submitted/dora/{lesson.name}", noisy_answer),
    ):
        (directory / folder).mkdir(parents=True)
        (directory / folder / lesson.solved.name).write_text(notebook_text(notebook))
    for command in ("generate_assignment", "autograde", "generate_feedback"):
        nbgrader(directory, command, lesson.name, activated=True)
    return directory


@pytest.mark.parametrize(
    ("name", "lost"), [("ada", set()), ("ben", {"check-target-shift"}), ("dora", set())]
)
def test_right_answers_keep_their_marks_and_wrong_ones_lose_theirs(stock, lesson, name, lost):
    with Gradebook(f"sqlite:///{stock / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission_notebook(lesson.slug, lesson.name, name)
        marks = {g.name: (g.auto_score, g.max_score) for g in submission.grades}
    checks = {name: mark for name, mark in marks.items() if name.startswith("check-")}
    assert len(checks) == 3
    for check, (score, most) in checks.items():
        assert score == (0 if check in lost else most)


def test_feedback_says_what_was_wrong_and_shows_no_numbers(stock, lesson):
    page = (stock / "feedback" / "ben" / lesson.name / f"{lesson.slug}.html").read_text()
    assert "target-shift: not yet, 0 of 2 points." in page
    assert "error_over_tolerance" not in page
