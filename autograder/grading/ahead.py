"""Marks that are being made while something else is still written down.

The sandbox computes on one core while nbgrader writes records and pages on another. What is made
ahead is found again by the code that was run, so that every notebook gets its own marks, or, if
they were not made ahead, is run when its turn comes.
"""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from nbformat.notebooknode import NotebookNode

from autograder.building.notebooks import cell_kind
from autograder.grading.marking import Marks

AT_A_TIME = 2
"""Submissions in the sandbox at once."""

_made: dict[str, "Future[Marks]"] = {}


def digest_of(notebook: NotebookNode) -> str:
    """Return a digest of what marks depend on: the code, and where in the notebook it stands."""
    digest = hashlib.sha256()
    for cell in notebook.cells:
        source = cell.source if cell.cell_type == "code" else ""
        digest.update(f"{cell.cell_type}\0{cell_kind(cell)}\0{len(source)}\0{source}".encode())
    return digest.hexdigest()


def take(notebook: NotebookNode) -> Marks | None:
    """Return the marks that were made ahead for this code; None if none were."""
    future = _made.pop(digest_of(notebook), None)
    return None if future is None else future.result()


@contextmanager
def ahead(make: Callable[[NotebookNode], Marks]) -> Iterator[Callable[[NotebookNode], None]]:
    """Yield what takes notebooks whose marks are to be made meanwhile.

    Arguments:
        make: runs a notebook and judges its answers; called in a thread.
    """
    with ThreadPoolExecutor(AT_A_TIME) as pool:

        def put(notebook: NotebookNode) -> None:
            _made[digest_of(notebook)] = pool.submit(make, notebook)

        try:
            yield put
        finally:
            pool.shutdown(cancel_futures=True)
            _made.clear()
