"""The steps from a solved notebook to the one that learners get, all of them nbgrader's but one.

`nbgrader generate_assignment` takes the same steps when its configuration says
`c.GenerateAssignment.preprocessors = [*BEFORE_GRADEBOOK, SaveCells, *AFTER_GRADEBOOK]`.
"""

import copy
import re
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
    NbGraderPreprocessor,
)

from autograder.building.notebooks import cell_kind

SOLVED_ONLY = ("solution", "rubric", "facts")

_CHOICE = re.compile(r"(choice\s*=\s*)([\"']).*?\2")


class DropSolvedOnly(NbGraderPreprocessor):
    """Drop the cells that only the solved notebook has, and take back its predictions."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Drop solutions and rubrics; write `choice="?"` where a prediction was made."""
        nb.cells = [cell for cell in nb.cells if cell_kind(cell) not in SOLVED_ONLY]
        for cell in nb.cells:
            if cell_kind(cell) == "predict":
                cell.source = without_choice(cell.source)
        return nb, resources


BEFORE_GRADEBOOK = [
    DropSolvedOnly,
    LockCells,
    ClearSolutions,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
]
AFTER_GRADEBOOK = [ClearHiddenTests, ComputeChecksums, CheckCellMetadata]


def without_choice(source: str) -> str:
    """Return the predict statement `source` with its choice replaced by a question mark."""
    without, count = _CHOICE.subn(r'\g<1>"?"', source)
    if count != 1:
        raise ValueError(f"a predict cell needs one choice=..., this one has {count}: {source!r}")
    return without


def release_notebook(solved: NotebookNode) -> NotebookNode:
    """Return the notebook for learners, made from the solved one by nbgrader's preprocessors."""
    notebook = copy.deepcopy(solved)
    resources: dict[str, Any] = {}
    for step in (*BEFORE_GRADEBOOK, *AFTER_GRADEBOOK):
        notebook, resources = step().preprocess(notebook, resources)
    return notebook
