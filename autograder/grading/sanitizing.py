"""What a learner made, cleaned before anybody opens a page with it.

A notebook's outputs, written answers, attachments and metadata become parts of two pages: the
feedback, and nbgrader's formgrader, where a script would have the rights of the instructor who is
logged in. Both show the autograded notebook, so that is what is cleaned.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.grading.harmless import (
    PICTURES,
    clean_html,
    cut,
    encodable,
    picture,
    plain_text,
    safe_markdown,
    tex,
)

LARGEST_OUTPUTS = 5_000_000
"""Characters of all outputs of one notebook, pictures included."""

LONGEST_HTML = 1_500_000
"""Characters of one HTML output; a figure of this course has a tenth of that in it."""

TOO_MUCH = "[More output is left out here: a notebook may show 5 MB of it.]\n"

_LONGEST_TEX = 20_000
_LONGEST_NAME = 200
_LONGEST_LINE = 5_000
_MOST_LINES = 300
_FEW_LINES = 20
_COST_OF_ONE = 500
_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_TAG = re.compile(r"<(?!img\b|hr\b)[^>]*>")
_SHOWS = re.compile(r"\S")
_MIMETYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,60}")


class SanitizeOutputs(NbGraderPreprocessor):
    """Cleans a notebook, right after its run and once more before feedback is made of it.

    Of any assignment: pages with notebooks from other courses are as open to scripts.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Clean it in place."""
        sanitize_notebook(nb)
        return nb, resources


def sanitize_notebook(notebook: NotebookNode) -> None:
    """Take from a notebook all that could do harm on a page; what is harmless stays as it is.

    Markdown cells, ours too: a note on what was repaired may quote a learner. Code cells keep
    their source, which nbconvert escapes. A cell's marks, verdict and place in the course stay.

    Arguments:
        notebook: changed in place; nbformat 4.
    """
    notebook.metadata.pop("widgets", None)
    language = notebook.metadata.get("language_info")
    if not isinstance(language, dict) or not all(isinstance(v, str) for v in _names_of(language)):
        notebook.metadata.pop("language_info", None)
    room = LARGEST_OUTPUTS
    for number, cell in enumerate(notebook.cells):
        _clean_frame(cell, number)
        if cell.cell_type == "code":
            room = _clean_code_cell(cell, room)
        elif cell.cell_type == "markdown":
            _clean_markdown_cell(cell)
        else:
            cell.source = clean_html(cut(cell.source, LONGEST_HTML))


def _names_of(language: Mapping[str, Any]) -> list[Any]:
    return [language[key] for key in ("name", "pygments_lexer") if key in language]


def _clean_frame(cell: NotebookNode, number: int) -> None:
    """Clean what nbconvert's templates read of a cell besides its source and outputs."""
    if "id" in cell and not (isinstance(cell.id, str) and _CELL_ID.fullmatch(cell.id)):
        cell.id = f"renamed-{number}"
    for name in ("transient", "magics_language"):
        cell.metadata.pop(name, None)
    if not isinstance(cell.metadata.get("raw_mimetype", ""), str):
        del cell.metadata["raw_mimetype"]
    if "tags" in cell.metadata:
        tags = cell.metadata.tags
        kept = [tag for tag in tags if _is_tag(tag)] if isinstance(tags, list) else []
        if kept != tags:
            cell.metadata.tags = kept


def _is_tag(tag: Any) -> bool:
    return isinstance(tag, str) and re.fullmatch(r"[\w.:-]{1,100}", tag) is not None


# Written answers.


def _clean_markdown_cell(cell: NotebookNode) -> None:
    source, pictures = str(cell.source), {}
    given = cell.pop("attachments", None)
    for number, (name, bundle) in enumerate((given or {}).items()):
        found = {kind: data for kind, data in _pictures_of(bundle) if data}
        if not found:
            continue
        if not _FILE_NAME.fullmatch(name):
            # nbconvert finds no attachment whose name is written otherwise in an address.
            plain = f"picture-{number}.{next(iter(found)).rpartition('/')[2]}"
            for spelling in (f"<attachment:{name}>", f"attachment:{quote(name)}"):
                source = source.replace(spelling, f"attachment:{plain}")
            name, source = plain, source.replace(f"attachment:{name}", f"attachment:{plain}")
        pictures[name] = found
    if pictures:
        cell.attachments = nbformat.from_dict(pictures)
    cell.source = safe_markdown(source, pictures)


def _pictures_of(bundle: Any) -> Iterator[tuple[str, str | None]]:
    for kind in PICTURES:
        if isinstance(bundle, dict) and kind in bundle:
            yield kind, picture(kind, bundle[kind])


# Outputs.


def _clean_code_cell(cell: NotebookNode, room: int) -> int:
    """Clean a cell's outputs as long as there is room; return how much is left."""
    cell.pop("attachments", None)
    if not isinstance(cell.get("execution_count"), int):
        cell.execution_count = None
    outputs: list[NotebookNode] = []
    decided: set[str] = set()
    full = False
    for output in cell.get("outputs", ()):
        decides = _decides(output)
        cleaned, cost = _clean_output(output, room)
        if cost > room:
            full = True
            # What decides on a mark stays: a flood of output must not wash an error away.
            if not decides or decides in decided:
                continue
            cleaned, cost = _clean_output(_short(output), LARGEST_OUTPUTS)
        if cleaned is not None:
            room -= cost
            outputs.append(cleaned)
            decided.add(decides)
    if full and TOO_MUCH not in [output.get("text") for output in outputs]:
        outputs.append(_note(TOO_MUCH))
    cell.outputs = outputs
    return room


def _decides(output: Mapping[str, Any]) -> str:
    """Return as what an output decides on a mark of nbgrader's, or nothing if it does not."""
    kind = str(output.get("output_type"))
    if kind == "stream" and output.get("name") == "stderr":
        return "stderr"
    return kind if kind in ("error", "execute_result") else ""


def _short(output: Mapping[str, Any]) -> dict[str, Any]:
    data, lines = output.get("data"), output.get("traceback")
    plain = _joined(data.get("text/plain")) if isinstance(data, Mapping) else ""
    return {
        **output,
        "text": _joined(output.get("text"))[:_LONGEST_LINE],
        "traceback": lines[-_FEW_LINES:] if isinstance(lines, list) else [],
        "data": {"text/plain": plain[:_LONGEST_LINE] or "[Not shown here]"},
    }


def _size(part: Any) -> int:
    """Return how many characters there are in something of lists, mappings and texts."""
    if isinstance(part, Mapping):
        return sum(_size(key) + _size(value) for key, value in part.items())
    if isinstance(part, list):
        return sum(_size(value) + 1 for value in part)
    return len(part) if isinstance(part, str) else 20


def _note(text: str) -> NotebookNode:
    return nbformat.from_dict({"output_type": "stream", "name": "stdout", "text": text})


def _clean_output(output: Mapping[str, Any], room: int) -> tuple[NotebookNode | None, int]:
    """Return an output, cleaned, and what it costs; it may cost more than there is room for."""
    cost = _size(output) + _COST_OF_ONE
    if cost > room:
        return None, cost
    cleaned = _cleaned(output)
    return cleaned, max(cost, _size(cleaned) + _COST_OF_ONE)


def _cleaned(output: Mapping[str, Any]) -> NotebookNode | None:
    kind = output.get("output_type")
    if kind == "stream":
        # nbgrader takes what is on stderr for a failure, so that name must stay.
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        text = plain_text(_joined(output.get("text")))
        return nbformat.from_dict({"output_type": kind, "name": name, "text": text})
    if kind == "error":
        return nbformat.from_dict(_clean_error(output))
    if kind not in ("display_data", "execute_result"):
        return None
    data, metadata = _clean_bundle(output)
    cleaned = {"output_type": kind, "data": data, "metadata": metadata}
    if kind == "execute_result":
        count = output.get("execution_count")
        cleaned["execution_count"] = count if isinstance(count, int) else None
    return nbformat.from_dict(cleaned)


def _clean_error(output: Mapping[str, Any]) -> dict[str, Any]:
    lines = output.get("traceback")
    lines = lines if isinstance(lines, list) else []
    if len(lines) > _MOST_LINES:
        half = _MOST_LINES // 2 - 1
        gap = f"[{len(lines) - 2 * half} lines are left out here.]"
        lines = [*lines[:half], gap, *lines[-half:]]
    return {
        "output_type": "error",
        "ename": plain_text(_joined(output.get("ename")), _LONGEST_NAME * 2),
        "evalue": plain_text(_joined(output.get("evalue")), _LONGEST_LINE * 2),
        "traceback": [plain_text(_joined(line), _LONGEST_LINE) for line in lines],
    }


def _clean_bundle(output: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the forms of one output that a page may show, and the metadata to them."""
    given = output.get("data")
    given = given if isinstance(given, Mapping) else {}
    data: dict[str, str] = {}
    for kind, value in given.items():
        cleaned = _clean_form(kind, _joined(value))
        # A form of which nothing is left would hide another one.
        if cleaned is not None and (cleaned.strip() or kind == "text/plain"):
            data[kind] = cleaned
    if given and not data:
        named = sorted(k for k in given if isinstance(k, str) and _MIMETYPE.fullmatch(k))[:5]
        data["text/plain"] = f"[Not shown here: {', '.join(named) or 'output'}]"
    metadata = output.get("metadata")
    sizes = {}
    for kind in PICTURES:
        own = metadata.get(kind) if kind in data and isinstance(metadata, Mapping) else None
        if isinstance(own, Mapping) and (kept := _clean_picture_metadata(own)):
            sizes[kind] = kept
    return data, sizes


def _clean_form(kind: Any, value: str) -> str | None:
    if kind == "text/plain":
        return plain_text(value)
    if kind == "text/html":
        cleaned = clean_html(value) if len(value) <= LONGEST_HTML else ""
        return cleaned if _SHOWS.search(_TAG.sub("", cleaned)) else None
    if kind == "text/markdown":
        return safe_markdown(value, {})
    if kind == "text/latex":
        return tex(plain_text(value, _LONGEST_TEX).replace("\x1b", ""))
    return picture(kind, value) if kind in PICTURES else None


def _clean_picture_metadata(own: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what `Image(width=300)` and figures with words for those who cannot see them say."""
    kept: dict[str, Any] = {
        name: own[name]
        for name in ("width", "height")
        if isinstance(own.get(name), int) and 0 < own[name] <= 10_000
    }
    if isinstance(own.get("alt"), str):
        kept["alt"] = plain_text(own["alt"], _LONGEST_LINE).replace("\x1b", "")
    return kept


def _joined(value: Any) -> str:
    """Return a text that a notebook file may also hold as a list of its lines."""
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    return encodable(value) if isinstance(value, str) else ""
