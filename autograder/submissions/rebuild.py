"""Rebuild the notebook that is graded: ours, with the learner's answers put in.

The release says what is graded, in which order, under which names. From the submission come the
source of its solution cells, its written answers, its predictions, and code cells that the learner
added; its metadata, tags, ids, kernelspec, and its copies of our cells count for nothing.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell

from autograder.building.notebooks import cell_exercise, cell_kind
from autograder.submissions.cell_code import bound_names, course_calls
from autograder.submissions.matching import PLACEHOLDER, Matches, function_of, match, same_text
from autograder.submissions.own_cells import own_cells
from autograder.submissions.submission import UnreadableSubmissionError

NOTES_HEADING = "**What was repaired in this file before it was graded**"
_LONGEST_QUOTE = 40


@dataclass(frozen=True)
class Rebuilt:
    """The notebook to grade, and in sentences what had to be done to make it."""

    notebook: NotebookNode
    notes: tuple[str, ...]


def rebuild(release: NotebookNode, submitted: NotebookNode) -> Rebuilt:
    """Put the answers of a submission into the release.

    The notes stand in a markdown cell at the top, and in the metadata as `icl_course.notes`.

    Arguments:
        release: as built; left as it is.
        submitted: what `read_submission` returns.

    Raises:
        UnreadableSubmissionError: this is the notebook of another lesson, or holds nothing of ours.
    """
    _refuse_other_lesson(release, submitted)
    matches = match(release.cells, submitted.cells)
    if all(index is None for index in matches.release_index):
        raise UnreadableSubmissionError("The notebook has no cell of this lesson in it.")
    assembly = _Assembly(release, submitted.cells, matches)
    cells = assembly.cells()
    notes = (*_version_notes(release, submitted), *assembly.notes)
    return Rebuilt(_with_notes(release, cells, notes), notes)


def empty_notebook(release: NotebookNode, problem: str) -> Rebuilt:
    """Return the release without a single answer, for a submission that could not be read."""
    return Rebuilt(_with_notes(release, copy.deepcopy(release.cells), (problem,)), (problem,))


def _refuse_other_lesson(release: NotebookNode, submitted: NotebookNode) -> None:
    ours, theirs = (_course_metadata(notebook).get("lesson") for notebook in (release, submitted))
    if isinstance(theirs, str) and theirs != ours:
        raise UnreadableSubmissionError(
            f"This is the notebook of lesson {theirs[:20]!r}, not of lesson {ours}."
        )


def _version_notes(release: NotebookNode, submitted: NotebookNode) -> Iterator[str]:
    ours, theirs = (_course_metadata(notebook).get("version") for notebook in (release, submitted))
    if isinstance(theirs, str) and theirs != ours:
        yield f"The file is of course version {theirs[:20]!r}; it was graded as version {ours}."


def _course_metadata(notebook: NotebookNode) -> dict[str, object]:
    ours = notebook.metadata.get("icl_course")
    return ours if isinstance(ours, dict) else {}


def _with_notes(
    release: NotebookNode, cells: list[NotebookNode], notes: Sequence[str]
) -> NotebookNode:
    notebook = copy.deepcopy(release)
    notebook.cells = cells
    if notes:
        text = "\n".join([NOTES_HEADING, "", *(f"- {note}" for note in notes)])
        ours = {"icl_course": {"kind": "notes"}}
        notebook.cells = [new_markdown_cell(text, id="notes", metadata=ours), *cells]
    notebook.metadata.setdefault("icl_course", nbformat.from_dict({}))
    notebook.metadata.icl_course.notes = list(notes)
    return notebook


class _Assembly:
    """The release's cells in order, each with what the learner made of it, and the notes on it."""

    def __init__(
        self, release: NotebookNode, submitted: Sequence[NotebookNode], matches: Matches
    ) -> None:
        self.release: Sequence[NotebookNode] = release.cells
        self.submitted = submitted
        self.matches = matches
        self.notes: list[str] = []
        self.own = own_cells(self.release, submitted, matches)

    def cells(self) -> list[NotebookNode]:
        cells: list[NotebookNode] = []
        for index in range(len(self.release)):
            cells += self.own.get(("before", index), [])
            cells.append(self._cell(index))
            cells += self.own.get(("after", index), [])
        return cells

    def _cell(self, index: int) -> NotebookNode:
        cell = copy.deepcopy(self.release[index])
        kind = cell_kind(cell)
        if kind == "exercise":
            self._fill_exercise(index, cell)
        elif kind == "question":
            self._fill_question(index, cell)
        elif kind == "predict":
            place = self.matches.filled_by.get(index)
            call = [("predict", cell_exercise(cell))]
            if place is not None and course_calls(self.submitted[place].source) == call:
                cell.source = self.submitted[place].source
        elif kind in ("given", "check", "display"):
            self._note_change(index, cell)
        return cell

    def _fill_exercise(self, index: int, cell: NotebookNode) -> None:
        name, place = cell_exercise(cell), self.matches.filled_by.get(index)
        if place is not None:
            cell.source = self.submitted[place].source
            if self.submitted[place].cell_type != "code":
                self.notes.append(f"The cell of {name} was no code cell; it was graded as one.")
            if any(self.matches.release_index[double] == index for double in self.matches.doubles):
                self.notes.append(
                    f"There were several answers to {name}; the last one before its check was "
                    "graded."
                )
        elif elsewhere := self._defined_elsewhere(function_of(cell)):
            cell.source = f"# {function_of(cell)} is defined in the cell of {elsewhere}"
            self.notes.append(
                f"The cell of {name} was gone; its function was found in the cell of {elsewhere}."
            )
        elif not self.matches.positions(index):
            self.notes.append(f"The cell of {name} was deleted; it was put back empty.")

    def _defined_elsewhere(self, function: str | None) -> str | None:
        """Return the exercise whose answer defines this function too, as merged cells do."""
        for slot, place in self.matches.filled_by.items():
            is_code = cell_kind(self.release[slot]) == "exercise"
            if is_code and function in bound_names(self.submitted[place].source):
                return cell_exercise(self.release[slot])
        return None

    def _fill_question(self, index: int, cell: NotebookNode) -> None:
        name, place = cell_exercise(cell), self.matches.filled_by.get(index)
        if place is not None:
            answer = self.submitted[place]
            cell.source = answer.source
            if pictures := answer.get("attachments"):
                cell.attachments = copy.deepcopy(pictures)
            if any(self.matches.release_index[double] == index for double in self.matches.doubles):
                self.notes.append(f"There were several answers to {name}; the last was kept.")
        elif written := self._text_after(index):
            text = "\n\n".join(answer.source for answer in written)
            put_in = PLACEHOLDER in cell.source
            cell.source = (
                cell.source.replace(PLACEHOLDER, text) if put_in else f"{cell.source}\n\n{text}"
            )
            self.notes.append(f"The answer to {name} stood in a cell below it; it was put in.")
        elif not self.matches.positions(index):
            self.notes.append(f"The answer to {name} was deleted; it was put back empty.")

    def _text_after(self, index: int) -> list[NotebookNode]:
        """Return the learner's own text that follows the question, or the place where it was."""
        places: list[int] = []
        while not places and index >= 0:
            places, index = self.matches.positions(index), index - 1
        text = []
        for cell, found in list(zip(self.submitted, self.matches.release_index, strict=True))[
            (places[-1] + 1) if places else len(self.submitted) :
        ]:
            if found is not None:
                break
            if cell.cell_type == "markdown" and cell.source.strip():
                text.append(cell)
        return text

    def _note_change(self, index: int, cell: NotebookNode) -> None:
        places = self.matches.positions(index)
        if any(same_text(self.submitted[place].source, cell.source) for place in places):
            return
        what = {
            "given": f"The given cell that begins with {_quoted(cell.source)}",
            "check": f"The check of {cell_exercise(cell)}",
            "display": f"The figure cell that begins with {_quoted(cell.source)}",
        }[cell_kind(cell) or ""]
        if cell_kind(cell) == "display":
            if places:
                self.notes.append(f"{what} was changed; figures are not run for a mark.")
            return
        done = "changed" if places else "deleted"
        self.notes.append(f"{what} was {done}; it was put back as it was given.")


def _quoted(source: str) -> str:
    line = next((line.strip() for line in source.splitlines() if line.strip()), "")
    return f"`{line[:_LONGEST_QUOTE].rstrip()}{'...' if len(line) > _LONGEST_QUOTE else ''}`"
