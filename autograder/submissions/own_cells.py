"""Where the code cells that a learner added stand in the rebuilt notebook."""

from collections.abc import Sequence
from typing import Literal

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.building.notebooks import cell_kind
from autograder.submissions.cell_code import added_imports, bound_names, course_calls
from autograder.submissions.matching import SLOTS, Matches

Spot = tuple[Literal["before", "after"], int]
"""A place next to the release cell of that index."""


def own_cells(
    release: Sequence[NotebookNode], submitted: Sequence[NotebookNode], matches: Matches
) -> dict[Spot, list[NotebookNode]]:
    """Return the learner's own code by its place among the cells of the release.

    A helper in a cell of its own is honest work and is run. A cell that only calls the course's
    `check`, `hint`, `predict` or `solution` is not kept.
    """
    placed: dict[Spot, list[NotebookNode]] = {}
    for index, cell in enumerate(release):
        if cell_kind(cell) == "given":
            places = matches.positions(index)
            added = [added_imports(submitted[place].source, cell.source) for place in places]
            # An import written into a given cell is honest work in the wrong place.
            if imports := "\n".join(filter(None, added)):
                placed["after", index] = [_own_cell(imports, f"imports-{index}")]
    for place, cell in enumerate(submitted):
        if _is_kept(place, submitted, matches):
            spot = _spot(place, release, matches)
            placed.setdefault(spot, []).append(_own_cell(cell.source, str(place)))
    return placed


def _is_kept(place: int, submitted: Sequence[NotebookNode], matches: Matches) -> bool:
    cell, index = submitted[place], matches.release_index[place]
    if cell.cell_type != "code" or not cell.source.strip():
        return False
    if index is None:
        return course_calls(cell.source) is None
    # A further answer is dropped, unless the one that counts may need a name from it.
    answer = matches.filled_by.get(index)
    return (
        place in matches.doubles
        and answer is not None
        and not bound_names(cell.source) <= bound_names(submitted[answer].source)
    )


def _spot(place: int, release: Sequence[NotebookNode], matches: Matches) -> Spot:
    """Keep a cell after the nearest cell above that is ours.

    Unless the cells around it were moved: then it goes before the answer that follows it, since a
    helper is written next to what needs it.
    """
    found = matches.release_index
    if (index := found[place]) is not None:
        return "before", index
    above = next((i for i in reversed(found[:place]) if i is not None), None)
    below = next((i for i in found[place + 1 :] if i is not None), None)
    if above is None:
        return ("before", below) if below is not None else ("after", len(release) - 1)
    if below is not None and above >= below and cell_kind(release[below]) in SLOTS:
        return "before", below
    return "after", above


def _own_cell(source: str, name: str) -> NotebookNode:
    return new_code_cell(source, id=f"own-{name}", metadata={"icl_course": {"kind": "own"}})
