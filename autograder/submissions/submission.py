"""Read a notebook file that someone else wrote: it is data, and any of it may be damaged.

Learners have this module, so it needs nbformat and nothing of nbgrader.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

LARGEST_FILE = 20_000_000
"""Bytes. A notebook of this course with all its figures has under one million."""

_OURS = ("nbgrader", "icl_course")
_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_NEW_CELL: Mapping[str, Callable[..., NotebookNode]] = {
    "code": new_code_cell,
    "markdown": new_markdown_cell,
    "raw": new_raw_cell,
}
_PICTURES = ("image/png", "image/jpeg", "image/gif")


class UnreadableSubmissionError(ValueError):
    """The file holds nothing to grade; the message is one sentence that says why."""


def read_submission(path: Path) -> NotebookNode:
    """Return the notebook in a file, in the present format, with sources and metadata alone.

    Outputs are left behind: they are what somebody's kernel once said. Duplicated and missing cell
    ids are no fault here.

    Raises:
        UnreadableSubmissionError: the file is no notebook, is damaged, or is too large.
    """
    try:
        if not path.is_file():
            raise UnreadableSubmissionError(f"{path.name} is not an ordinary file.")
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise UnreadableSubmissionError(
            f"{path.name} could not be opened: {error.strerror}."
        ) from error
    return parse_submission(content, path.name)


def parse_submission(content: bytes, name: str) -> NotebookNode:
    """Return the notebook in the bytes of a file called `name`; see `read_submission`."""
    if len(content) > LARGEST_FILE:
        raise UnreadableSubmissionError(
            f"{name} is larger than {LARGEST_FILE // 1_000_000} MB; clear its outputs and save it "
            "again."
        )
    raw = _parsed_json(_text(content, name), name)
    if not isinstance(raw, dict) or not ("cells" in raw or "worksheets" in raw):
        raise UnreadableSubmissionError(f"{name} is not a notebook: it has no list of cells.")
    try:
        cells = list(_cells(_in_format_4(raw, name)))
    except (nbformat.ValidationError, RecursionError, TypeError, AttributeError) as error:
        raise UnreadableSubmissionError(
            f"{name} is not a notebook: its cells are broken."
        ) from error
    if not any(cell.source.strip() for cell in cells):
        raise UnreadableSubmissionError(f"{name} has no cells with anything in them.")
    metadata = raw.get("metadata")
    metadata = nbformat.from_dict(metadata if isinstance(metadata, dict) else {})
    try:
        return new_notebook(cells=cells, metadata=metadata, nbformat_minor=5)
    except nbformat.ValidationError:
        ours = {name: metadata[name] for name in _OURS if isinstance(metadata.get(name), dict)}
        return new_notebook(cells=cells, metadata=ours, nbformat_minor=5)


def _text(content: bytes, name: str) -> str:
    if not content.strip():
        raise UnreadableSubmissionError(f"{name} is empty.")
    if content.startswith(b"PK\x03\x04"):
        raise UnreadableSubmissionError(f"{name} is a zip archive, not a notebook.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableSubmissionError(f"{name} is saved as UTF-16; a notebook is UTF-8.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableSubmissionError(
            f"{name} is not a notebook: its text is not UTF-8 (byte {error.start})."
        ) from error


def _parsed_json(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        # What merge tools leave behind is the common case, and has a remedy of its own.
        conflict = re.search(r"^<{7} ", text, re.MULTILINE)
        why = "it holds an unresolved merge conflict" if conflict else "it is not JSON"
        raise UnreadableSubmissionError(
            f"{name} is not a notebook: {why} (line {error.lineno})."
        ) from error
    except (RecursionError, ValueError) as error:
        raise UnreadableSubmissionError(f"{name} is not a notebook: its JSON is broken.") from error


def _in_format_4(raw: dict[str, Any], name: str) -> list[Any]:
    if raw.get("nbformat") == 4:
        cells = raw.get("cells")
    else:
        try:
            cells = nbformat.convert(nbformat.from_dict(raw), 4).cells
        except Exception as error:
            raise UnreadableSubmissionError(
                f"{name} has notebook format {raw.get('nbformat')!r}, which could not be converted."
            ) from error
    if not isinstance(cells, list):
        raise UnreadableSubmissionError(f"{name} is not a notebook: it has no list of cells.")
    return cells


def _cells(raw: list[Any]) -> Iterator[NotebookNode]:
    """Yield what can be read of every cell; a thing that is no cell is left out."""
    for number, cell in enumerate(raw):
        if not isinstance(cell, dict) or cell.get("cell_type") not in _NEW_CELL:
            continue
        metadata = cell.get("metadata")
        cell_id = cell.get("id")
        known = isinstance(cell_id, str) and _CELL_ID.fullmatch(cell_id)
        content = {
            "source": _source(cell.get("source")),
            "id": cell_id if known else f"unnamed-{number}",
        }
        kind = cell["cell_type"]
        metadata = nbformat.from_dict(metadata if isinstance(metadata, dict) else {})
        try:
            if metadata.keys() <= set(_OURS):  # any JSON: nothing to validate
                rest: dict[str, Any] = (
                    {"outputs": [], "execution_count": None} if kind == "code" else {}
                )
                parts = {"cell_type": kind, **content, "metadata": metadata, **rest}
                read = nbformat.from_dict(parts)
            else:
                read = _NEW_CELL[kind](**content, metadata=metadata)
        except nbformat.ValidationError:
            # Of what no notebook may hold, our own names are still of use.
            ours = {name: metadata[name] for name in _OURS if isinstance(metadata.get(name), dict)}
            read = _NEW_CELL[kind](**content, metadata=ours)
        if pictures := _pictures(cell.get("attachments")):
            read.attachments = pictures
        yield read


def _source(source: Any) -> str:
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        return ""
    # A lone surrogate is legal JSON, but no file can be written with it.
    return source.encode("utf-8", "replace").decode("utf-8")


def _pictures(attachments: Any) -> NotebookNode:
    """Keep the pictures that a learner pasted into a written answer, and nothing else."""
    kept: dict[str, dict[str, str]] = {}
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        pictures = {
            kind: data
            for kind, data in (bundle.items() if isinstance(bundle, dict) else ())
            if kind in _PICTURES and isinstance(data, str)
        }
        if pictures:
            kept[name] = pictures
    return nbformat.from_dict(kept)
