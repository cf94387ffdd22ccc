"""What the promises about a lesson are judged on: its source, its notebooks, and two runs."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.building.facts import Fact, collect_facts, read_facts, render
from autograder.building.kernel import Run, run_notebook
from autograder.building.leaks import code_blocks
from autograder.building.notebooks import cell_exercise, cell_kind, sources, without_kind
from autograder.building.release_steps import release_notebook
from autograder.building.source import SourceCell, expand, read_source
from autograder.content import Lesson
from autograder.exercise import Exercise, Prediction
from autograder.exercises import exercises, predictions

WHY_IT_WORKS = "Why this works"
OTHER_ANSWER = "Another right answer"
WHAT_THEY_SHARE = "What the two share"
LIVE_LESSONS_UP_TO = 6
# A run that takes so many times its limit is stopped: wall time, on a machine that others may use.
STOP_FACTOR = 5


@dataclass(frozen=True)
class Evidence:
    """A lesson, the records of its exercises, and all that can be derived; each thing made once.

    Arguments:
        lesson: whose files are read.
        exercises: the records that its tags must match.
        predictions: the records of its predict cells.
        bank: directory of the lesson's bank, one directory per exercise.
    """

    lesson: Lesson
    exercises: tuple[Exercise, ...]
    predictions: tuple[Prediction, ...]
    bank: Path

    @property
    def limit(self) -> float:
        """Seconds that the solved notebook may take on two cores."""
        return 60.0 if int(self.lesson.number) <= LIVE_LESSONS_UP_TO else 90.0

    @cached_property
    def cells(self) -> tuple[SourceCell, ...]:
        """The cells of the source."""
        return read_source(self.lesson.source)

    @cached_property
    def committed_facts(self) -> dict[str, Fact]:
        """The facts of `facts.json`."""
        return read_facts(self.lesson.facts)

    @cached_property
    def solved(self) -> NotebookNode:
        """The solved notebook, unexecuted, its prose rendered from the committed facts."""
        cells = [cell for cell in self.cells if cell.kind != "facts"]
        return rendered(expand(self.lesson, cells), self.committed_facts)

    @cached_property
    def release(self) -> NotebookNode:
        """The notebook that learners get."""
        return release_notebook(self.solved)

    @cached_property
    def run(self) -> Run:
        """The solved notebook and its facts cells, executed."""
        notebook = with_facts_import(expand(self.lesson, self.cells))
        return run_notebook(notebook, seconds=STOP_FACTOR * self.limit)

    @cached_property
    def fresh_facts(self) -> dict[str, Fact]:
        """The facts as the run computed them."""
        return collect_facts(self.run.notebook)

    @cached_property
    def executed(self) -> NotebookNode:
        """The solved notebook with the outputs of the run, rendered from the facts of the run."""
        return rendered(without_kind(self.run.notebook, ("facts",)), self.fresh_facts)

    @cached_property
    def trial(self) -> Run:
        """The untouched release, then each exercise alone: solved, checked, emptied again."""
        trial = trial_notebook(self.solved, self.release)
        return run_notebook(trial, seconds=STOP_FACTOR * self.limit)


def gather(lesson: Lesson) -> Evidence:
    """Return the evidence on a lesson of this course, with the records and the bank it has."""
    return Evidence(
        lesson,
        tuple(e for e in exercises().values() if e.lesson == lesson.number),
        tuple(p for p in predictions().values() if p.lesson == lesson.number),
        Path(__file__).parent.parent / "bank" / lesson.number,
    )


def rendered(notebook: NotebookNode, facts: Mapping[str, Fact]) -> NotebookNode:
    """Return a copy whose markdown states the facts."""
    written = copy.deepcopy(notebook)
    for cell in written.cells:
        if cell.cell_type == "markdown":
            cell.source = render(cell.source, facts)
    return written


def with_facts_import(notebook: NotebookNode) -> NotebookNode:
    """Return a copy whose facts cells can call `fact`."""
    ready = copy.deepcopy(notebook)
    for cell in ready.cells:
        if cell_kind(cell) == "facts":
            cell.source = f"from autograder.building.facts import fact\n{cell.source}"
    return ready


def trial_notebook(solved: NotebookNode, release: NotebookNode) -> NotebookNode:
    """Return the release without its display cells, then each exercise tried on its own.

    A trial is the reference solution, or the other right answer of the solution cell, put in while
    every other blank is empty; then the exercise's checks; then the blank again. The kinds of these
    cells are `alone-answer`, `alone-check`, `other-answer` and so on.
    """
    notebook = without_kind(release, ("display",))
    for kind, exercise, answer in _answers(solved):
        checks = sources(release, "check", exercise)
        blanks = sources(release, "exercise", exercise)
        parts = [
            ("answer", answer),
            *(("check", c) for c in checks),
            *(("blank", b) for b in blanks),
        ]
        for part, source in parts:
            ours = {"kind": f"{kind}-{part}", "exercise": exercise}
            cell_id = f"trial-{len(notebook.cells)}"
            notebook.cells.append(new_code_cell(source, id=cell_id, metadata={"icl_course": ours}))
    return notebook


def _answers(solved: NotebookNode) -> Iterator[tuple[str, str, str]]:
    for cell in solved.cells:
        exercise = cell_exercise(cell) or ""
        if cell_kind(cell) == "exercise":
            yield "alone", exercise, cell.source
        elif cell_kind(cell) == "solution":
            for block in other_answers(cell.source):
                yield "other", exercise, block


def other_answers(markdown: str) -> list[str]:
    """Return the code blocks of a solution cell's section `Another right answer`."""
    _, _, after = markdown.partition(OTHER_ANSWER)
    return code_blocks(after.partition(WHAT_THEY_SHARE)[0])
