"""Find out which cell of the release each submitted cell is, by its exercise.

Editors lose metadata, copying doubles it, and people delete, move and merge cells. What is certain
is tried first: nbgrader's id, the cell's id, the course's own tag; then what the cell does.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nbformat.notebooknode import NotebookNode

from autograder.building.notebooks import cell_exercise, cell_kind
from autograder.submissions.cell_code import bound_names, course_calls, parsed

PLACEHOLDER = "YOUR ANSWER HERE"
"""What nbgrader writes in place of a model answer."""

SLOTS = ("exercise", "question", "predict")
"""The kinds of cells whose content is the learner's."""


@dataclass(frozen=True)
class Matches:
    """Which release cell each submitted cell is, and which submitted cell fills which slot.

    Arguments:
        release_index: by position in the submission; None for a cell of the learner's own.
        filled_by: position in the submission by index in the release, for slots with something in
            them.
        doubles: positions of further answers to a slot that another cell fills.
    """

    release_index: tuple[int | None, ...]
    filled_by: dict[int, int]
    doubles: frozenset[int]

    def positions(self, index: int) -> list[int]:
        """Return where the submission has the release cell at `index`; more than once if copied."""
        return [place for place, found in enumerate(self.release_index) if found == index]


def same_text(one: str, other: str) -> bool:
    """Say whether two sources differ at most in blanks at line ends and around the whole."""
    return _bare(one) == _bare(other)


def _bare(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def function_of(cell: NotebookNode) -> str | None:
    """Return the function or class that an exercise's stub asks for: the last one it defines."""
    tree = parsed(cell.source)
    names = [
        node.name
        for node in (tree.body if tree else ())
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]
    return names[-1] if names else None


def match(release: Sequence[NotebookNode], submitted: Sequence[NotebookNode]) -> Matches:
    """Match the cells of a submission with those of the release."""
    index = _Index(release)
    found = [index.by_name(cell) for cell in submitted]
    for place, cell in enumerate(submitted):
        if found[place] is None:
            found[place] = index.by_content(cell)
    _free_changed_copies(release, submitted, found)
    filled_by: dict[int, int] = {}
    doubles: set[int] = set()
    for slot, cell in enumerate(release):
        if cell_kind(cell) in SLOTS:
            _fill(slot, release, submitted, found, filled_by, doubles)
    return Matches(tuple(found), filled_by, frozenset(doubles))


def _free_changed_copies(
    release: Sequence[NotebookNode], submitted: Sequence[NotebookNode], found: list[int | None]
) -> None:
    """Take a changed copy of a cell that is ours for the learner's own, if the original is there.

    Pasting a given cell and writing in the copy is an ordinary way to begin a cell.
    """
    for index, cell in enumerate(release):
        places = [place for place, match in enumerate(found) if match == index]
        if cell_kind(cell) in SLOTS or len(places) < 2:
            continue
        unchanged = [p for p in places if same_text(submitted[p].source, cell.source)]
        kept = unchanged or places[:1]
        for place in places:
            if place not in kept:
                found[place] = None


def _fill(
    slot: int,
    release: Sequence[NotebookNode],
    submitted: Sequence[NotebookNode],
    found: list[int | None],
    filled_by: dict[int, int],
    doubles: set[int],
) -> None:
    """Choose the answer for one slot: the last that was written before the slot's last check.

    That is the one that counts when the learner's notebook is run from top to bottom. A cell
    without a name of ours is an answer only where the named cell is gone or empty.
    """
    stub, wanted = release[slot], function_of(release[slot])
    is_code = cell_kind(stub) == "exercise"
    written = [
        place
        for place, index in enumerate(found)
        if index == slot and _says_something(submitted[place], stub)
    ]
    defining = [p for p in written if is_code and wanted in bound_names(submitted[p].source)]
    pool = defining or written
    if not pool and is_code:
        pool = [
            place
            for place, cell in enumerate(submitted)
            if found[place] is None
            and cell.cell_type == "code"
            and wanted in bound_names(cell.source)
        ]
    if not pool:
        return
    checks = [
        place
        for place, index in enumerate(found)
        if index is not None and _is_check_of(release[index], stub)
    ]
    before = [place for place in pool if checks and place < checks[-1]]
    chosen = max(before or pool)
    filled_by[slot] = chosen
    doubles |= {place for place in pool if place != chosen}
    for place in pool:
        found[place] = slot
    for place in written:
        if place not in pool and submitted[place].cell_type == "code":
            found[place] = None  # a copy that became something else: code of the learner's own


def _says_something(cell: NotebookNode, stub: NotebookNode) -> bool:
    if cell.get("attachments"):
        return True
    return bool(cell.source.strip()) and not same_text(cell.source, stub.source)


def _is_check_of(cell: NotebookNode, stub: NotebookNode) -> bool:
    return cell_kind(cell) == "check" and cell_exercise(cell) == cell_exercise(stub)


class _Index:
    """The release's cells, by every name that a copy of them may still have."""

    def __init__(self, release: Sequence[NotebookNode]) -> None:
        self.names: dict[tuple[str, Any], int] = {}
        self.calls: dict[tuple[str, str], int] = {}
        self.sources: dict[str, int] = {}
        self.openings: dict[str, int] = {}
        for number, cell in enumerate(release):
            kind, exercise = cell_kind(cell), cell_exercise(cell)
            for name in _names(cell):
                self.names.setdefault(name, number)
            if kind in ("check", "predict") and exercise:
                self.calls.setdefault((kind, exercise), number)
            if kind == "question" and (opening := _opening(cell.source)):
                self.openings[opening] = number
            self.sources.setdefault(_bare(cell.source), number)

    def by_name(self, cell: NotebookNode) -> int | None:
        return next((self.names[name] for name in _names(cell) if name in self.names), None)

    def by_content(self, cell: NotebookNode) -> int | None:
        if (same := self.sources.get(_bare(cell.source))) is not None:
            return same
        if cell.cell_type != "code":
            return self.openings.get(_opening(cell.source))
        calls = course_calls(cell.source) or []
        return self.calls.get(calls[0]) if len(calls) == 1 else None


def _names(cell: NotebookNode) -> Iterator[tuple[str, Any]]:
    """Yield what names a cell, the most certain first."""
    nbgrader = cell.metadata.get("nbgrader")
    if isinstance(nbgrader, dict) and isinstance(nbgrader.get("grade_id"), str):
        yield "grade_id", nbgrader["grade_id"]
    yield "id", cell.get("id")
    tag = cell.metadata.get("icl_course")
    if isinstance(tag, dict) and isinstance(tag.get("exercise"), str):
        yield "tag", (str(tag.get("kind")), tag["exercise"])


def _opening(source: str) -> str:
    """Return the first line of a text, as far as it is not the place for the answer."""
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    return lines[0] if lines and lines[0] != PLACEHOLDER else ""
