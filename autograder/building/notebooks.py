"""Small functions on notebooks that the build made: their kinds, their text, their executions."""

import copy
from collections.abc import Container

import nbformat
from nbformat.notebooknode import NotebookNode


def cell_kind(cell: NotebookNode) -> str | None:
    """Return the kind that the build gave to `cell`; None for a cell that it did not make."""
    kind = cell.metadata.get("icl_course", {}).get("kind")
    return None if kind is None else str(kind)


def cell_exercise(cell: NotebookNode) -> str | None:
    """Return the id of the exercise, question or prediction that `cell` belongs to, if any."""
    exercise = cell.metadata.get("icl_course", {}).get("exercise")
    return None if exercise is None else str(exercise)


def sources(notebook: NotebookNode, kind: str, exercise: str | None) -> list[str]:
    """Return the sources of the cells of one kind that belong to one exercise."""
    wanted = (kind, exercise)
    return [c.source for c in notebook.cells if (cell_kind(c), cell_exercise(c)) == wanted]


def notebook_text(notebook: NotebookNode) -> str:
    """Return the file's text, as nbgrader writes it too; the same notebook gives the same bytes."""
    nbformat.validate(notebook)
    return str(nbformat.writes(notebook, version=4)) + "\n"


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    """Return a copy as if nothing had been executed."""
    bare = copy.deepcopy(notebook)
    for cell in bare.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return bare


def without_kind(notebook: NotebookNode, kinds: Container[str | None]) -> NotebookNode:
    """Return a copy without cells of these kinds, as if they had never been executed."""
    kept = copy.deepcopy(notebook)
    kept.cells = [cell for cell in kept.cells if cell_kind(cell) not in kinds]
    executed = [c for c in kept.cells if c.get("execution_count") is not None]
    for count, cell in enumerate(executed, 1):
        cell.execution_count = count
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = count
    return kept


def with_outputs_of(notebook: NotebookNode, executed: NotebookNode) -> NotebookNode:
    """Return a copy of `notebook` with the outputs that cells of the same source had before."""
    filled = copy.deepcopy(notebook)
    before = {cell.source: cell for cell in executed.cells if cell.cell_type == "code"}
    for cell in filled.cells:
        if cell.cell_type == "code" and cell.source in before:
            cell.outputs = copy.deepcopy(before[cell.source].outputs)
            cell.execution_count = before[cell.source].execution_count
    return filled
