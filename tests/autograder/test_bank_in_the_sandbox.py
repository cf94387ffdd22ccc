"""Every answer of every bank, graded in the sandbox: the same verdict, and the same name.

One notebook for a lesson holds them all, one after another, each before a check of its own: an
answer is kept as it stands where its check stands, and what is given runs once.
"""

import copy

import nbformat
import pytest
from nbformat.notebooknode import NotebookNode

from autograder.auditing.bank_reader import BankAnswer, read_bank
from autograder.building.notebooks import cell_exercise, cell_kind
from autograder.content import lessons
from autograder.exercises import exercises
from autograder.grading.marking import mark
from autograder.running.runner import Limits
from autograder.sandbox.starting import starter

LESSONS = [lesson for lesson in lessons() if lesson.release.exists()]
SECRET = b"a secret of thirty-two bytes ...."
LIMITS = Limits(120.0, 1200.0)


def with_answers(
    release: NotebookNode, banks: dict[str, tuple[BankAnswer, ...]]
) -> tuple[NotebookNode, dict[int, BankAnswer]]:
    """Return the notebook with all answers, and which answer each check is for."""
    notebook, checked = copy.deepcopy(release), {}
    notebook.cells = []
    empty: dict[str, NotebookNode] = {}
    for cell in release.cells:
        name = cell_exercise(cell) or ""
        if cell_kind(cell) == "exercise":
            empty[name] = cell
        if cell_kind(cell) != "check":
            notebook.cells.append(cell)
            continue
        for answer in banks[name]:
            filled = copy.deepcopy(empty[name])
            filled.source = answer.source
            notebook.cells += [filled, cell]
            checked[len(notebook.cells) - 1] = answer
    return notebook, checked


@pytest.mark.slow
@pytest.mark.hostile
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)
def test_every_bank_answer_gets_the_same_verdict(lesson, tmp_path):
    release = nbformat.read(lesson.release, as_version=4)
    banks = {e.id: read_bank(e) for e in exercises().values() if e.lesson == lesson.number}
    notebook, checked = with_answers(release, banks)
    marks = mark(notebook, starter("bubblewrap", tmp_path), LIMITS, SECRET)
    wrong = []
    for position, answer in checked.items():
        found = marks.verdicts.get(position)
        came = ("no verdict",) if found is None else (found.passed, found.misconception)
        if came != (answer.right, answer.misconception):
            wrong.append((answer.exercise, answer.name, came, found and found.message))
    assert wrong == []
