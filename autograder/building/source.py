"""Read a lesson's source: one Python file of short tags, one cell after another.

`# %% exercise="gd-weights"` and its like are all that an author writes; `expand` turns the tags
into cell ids and into the metadata that nbgrader and this course read.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import icl_course
from autograder.content import Lesson

BEGIN_SOLUTION = "BEGIN SOLUTION"
END_SOLUTION = "END SOLUTION"

_CELL_TYPES = {
    "exercise": "code",
    "check": "code",
    "predict": "code",
    "question": "markdown",
    "rubric": "markdown",
    "solution": "markdown",
}
_BARE_WORDS = ("display", "facts")
_WITH_POINTS = ("check", "question")
_FROM_JUPYTEXT = {"lines_to_next_cell", "lines_to_end_of_cell_marker"}
_EXERCISE_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class SourceError(ValueError):
    """A lesson's source breaks the format; the message has one line per fault."""


@dataclass(frozen=True)
class SourceCell:
    """One cell of the source.

    `kind` is `given` (code), `text` (markdown), `display`, `facts`, or the tag's name, and then
    `exercise` is the id that the tag gave.
    """

    kind: str
    exercise: str | None
    points: int | None
    cell_type: str
    text: str
    line: int


def read_source(path: Path) -> tuple[SourceCell, ...]:
    """Return the cells of the source at `path`.

    Raises:
        SourceError: the format is broken; every fault is listed with its line.
    """
    text = path.read_text(encoding="utf-8")
    notebook = jupytext.reads(text, fmt="py:percent")
    raw = [cell for cell in notebook.cells if cell.cell_type != "raw"]
    lines = [n for n, line in enumerate(text.splitlines(), 1) if line.startswith("# %%")]
    if len(lines) != len(raw):
        raise SourceError(f"{path.name}: every cell begins with a line '# %%', the first one too")
    errors: list[str] = []
    cells = [_read_cell(cell, line, errors) for cell, line in zip(raw, lines, strict=True)]
    errors += [message for cell in cells for message in _cell_faults(cell)]
    errors += _order_faults(cells)
    if errors:
        raise SourceError("\n".join(f"{path.name}:{message}" for message in errors))
    return tuple(cells)


def _read_cell(cell: NotebookNode, line: int, errors: list[str]) -> SourceCell:
    metadata = {key: cell.metadata[key] for key in cell.metadata if key not in _FROM_JUPYTEXT}
    word, points = metadata.pop("title", None), metadata.pop("points", None)
    tags = [key for key in metadata if key in _CELL_TYPES]
    if unknown := [key for key in metadata if key not in _CELL_TYPES]:
        errors.append(f"{line}: unknown tag {', '.join(unknown)}; known: {_known_tags()}")
    if word is not None and word not in _BARE_WORDS:
        errors.append(f"{line}: unknown word {word!r} after '# %%'; known: {_known_tags()}")
    if len(tags) + (word is not None) > 1:
        errors.append(f"{line}: a cell has one tag, this one has more")
    plain = "given" if cell.cell_type == "code" else "text"
    return SourceCell(
        kind=tags[0] if tags else word or plain,
        exercise=str(metadata[tags[0]]) if tags else None,
        points=points,
        cell_type=cell.cell_type,
        text=cell.source,
        line=line,
    )


def _known_tags() -> str:
    return ", ".join((*_CELL_TYPES, *_BARE_WORDS))


def _cell_faults(cell: SourceCell) -> Iterable[str]:
    at, wanted = f"{cell.line}: {cell.kind} cell", _CELL_TYPES.get(cell.kind, cell.cell_type)
    if wanted != cell.cell_type:
        yield f"{at} must be {wanted}, not {cell.cell_type}"
    if cell.kind in _BARE_WORDS and cell.cell_type != "code":
        yield f"{at} must be code, not {cell.cell_type}"
    if cell.exercise is not None and not _EXERCISE_ID.fullmatch(cell.exercise):
        yield f"{at}: {cell.exercise!r} is no exercise id (small letters, digits, hyphens)"
    if cell.kind in _WITH_POINTS and not (isinstance(cell.points, int) and cell.points > 0):
        yield f"{at} needs points=N with N a whole number above 0"
    if cell.kind not in _WITH_POINTS and cell.points is not None:
        yield f"{at} takes no points; they stand on check and question cells"
    blanks = (cell.text.count(BEGIN_SOLUTION), cell.text.count(END_SOLUTION))
    if cell.kind in ("exercise", "question") and (blanks[0] < 1 or blanks[0] != blanks[1]):
        form = "### {}" if cell.cell_type == "code" else "<!-- {} -->"
        markers = " and ".join(repr(form.format(mark)) for mark in (BEGIN_SOLUTION, END_SOLUTION))
        yield f"{at} needs {markers} around each answer"
    if cell.kind not in ("exercise", "question") and any(blanks):
        yield f"{at} holds a solution marker; only exercise and question cells may"
    if cell.kind in ("check", "predict") and not is_call(cell.text, cell.kind, cell.exercise):
        yield f'{at} must be one statement, {cell.kind}("{cell.exercise}", ...)'
    if cell.kind == "predict" and "choice=" not in cell.text:
        yield f'{at} needs choice="x" with the right letter; the release asks for it'


def _order_faults(cells: Sequence[SourceCell]) -> Iterable[str]:
    once = Counter((c.kind, c.exercise) for c in cells if c.exercise and c.kind != "check")
    for (kind, exercise), count in once.items():
        if count > 1:
            yield f" {count} {kind} cells for {exercise!r}; there must be one"
    seen: set[str | None] = set()
    for cell in cells:
        if cell.kind in ("check", "solution", "rubric") and cell.exercise not in seen:
            yield f"{cell.line}: {cell.kind} cell for {cell.exercise!r}, which no cell above asks"
        if cell.kind in ("exercise", "question", "predict"):
            seen.add(cell.exercise)


def is_call(text: str, function: str, exercise: str | None) -> bool:
    """Say whether `text` is the one statement `function("exercise", ...)`."""
    try:
        body = ast.parse(text).body
    except SyntaxError:
        return False
    match body:
        case [ast.Expr(ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=first), *_]))]:
            return name == function and first == exercise
    return False


def expand(lesson: Lesson, cells: Iterable[SourceCell]) -> NotebookNode:
    """Return the notebook of `cells`, tags turned into cell ids and metadata, nothing executed.

    Facts cells are kept, for a run; they do not count in the positions that number other cells.
    """
    taken: Counter[str] = Counter()
    built, position, n_facts = [], 0, 0
    for cell in cells:
        if cell.kind == "facts":
            n_facts += 1
            name = f"facts-{n_facts:02d}"
        else:
            position += 1
            name = _cell_id(cell, position, taken)
        new = new_code_cell if cell.cell_type == "code" else new_markdown_cell
        built.append(new(cell.text, id=name, metadata=_cell_metadata(cell, name)))
    return new_notebook(cells=built, metadata=_notebook_metadata(lesson), nbformat_minor=5)


def _cell_id(cell: SourceCell, position: int, taken: Counter[str]) -> str:
    if cell.kind not in ("exercise", "check", "question", "predict"):
        return f"cell-{position:02d}"
    name = f"{cell.kind}-{cell.exercise}"
    taken[name] += 1
    return name if taken[name] == 1 else f"{name}-{taken[name]}"


def _cell_metadata(cell: SourceCell, cell_id: str) -> dict[str, Any]:
    ours = {"kind": cell.kind} | ({"exercise": cell.exercise} if cell.exercise else {})
    metadata: dict[str, Any] = {"icl_course": ours}
    if cell.kind == "display":
        metadata["tags"] = ["skip-execution"]
    roles: dict[str, dict[str, Any]] = {
        "exercise": {"grade_id": cell.exercise, "solution": True},
        "check": {"grade_id": cell_id, "grade": True, "locked": True, "points": cell.points},
        "question": {
            "grade_id": cell.exercise,
            "grade": True,
            "solution": True,
            "points": cell.points,
        },
        "given": {"grade_id": cell_id, "locked": True},
    }
    if role := roles.get(cell.kind):
        unset: dict[str, Any] = {
            "schema_version": 3,
            "grade": False,
            "solution": False,
            "locked": False,
        }
        metadata["nbgrader"] = unset | {"task": False} | role
    return metadata


def _notebook_metadata(lesson: Lesson) -> dict[str, Any]:
    # Written here, never taken from a kernel: versions would differ from one machine to the next.
    return {
        "icl_course": {"lesson": lesson.number, "version": icl_course.__version__},
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
        "language_info": {
            "codemirror_mode": {"name": "ipython", "version": 3},
            "file_extension": ".py",
            "mimetype": "text/x-python",
            "name": "python",
            "pygments_lexer": "ipython3",
        },
    }
