"""What of a solution may not be seen in a release: its lines, found again in any disguise."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import icl_course
from autograder.building.source import BEGIN_SOLUTION, END_SOLUTION, SourceCell

_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<code>.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_SAYS_SOMETHING = re.compile(r"[-+*/@(\[=]")
_MIN_CODE_CHARACTERS = 8
_MIN_PROSE_WORDS = 6


def solution_lines(cells: Iterable[SourceCell]) -> dict[str, str]:
    """Return every telling line of the solutions, without spaces and capitals, and whose.

    From blanks, from the code and prose of solution cells, from model answers and rubrics. A line
    that any program may hold (`return weights`, a bracket) tells nothing and is left out.
    """
    return {_squeezed(line): cell.exercise or "" for cell in cells for line in _secret_lines(cell)}


def _secret_lines(cell: SourceCell) -> Iterator[str]:
    if cell.kind == "exercise":
        yield from _telling_code(lines_between_markers(cell.text))
    elif cell.kind == "question":
        yield from _telling_prose(lines_between_markers(cell.text))
    elif cell.kind in ("solution", "rubric"):
        for block in code_blocks(cell.text):
            yield from _telling_code(_without_head(block))
        yield from _telling_prose(_FENCE.sub("", cell.text).splitlines())


def _without_head(block: str) -> list[str]:
    """The lines of a code block, less definitions and docstrings: they stand in the release too."""
    heads: set[int] = set()
    for node in ast.walk(_parsed(block)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            first = node.body[0]
            ends_docstring = ast.get_docstring(node) is not None and first.end_lineno
            heads |= set(range(node.lineno, (ends_docstring or first.lineno - 1) + 1))
    return [line for n, line in enumerate(block.splitlines(), 1) if n not in heads]


def _parsed(block: str) -> ast.Module:
    try:
        return ast.parse(block)
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def lines_between_markers(text: str) -> list[str]:
    """Return the lines of `text` inside its solution regions."""
    inside, lines = False, []
    for line in text.splitlines():
        if BEGIN_SOLUTION in line or END_SOLUTION in line:
            inside = BEGIN_SOLUTION in line
        elif inside:
            lines.append(line)
    return lines


def code_blocks(text: str) -> list[str]:
    """Return the Python blocks fenced in markdown `text`."""
    return [m["code"] for m in _FENCE.finditer(text) if m["language"] in ("python", "py", "")]


def _telling_code(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        code, _, comment = line.partition("#")
        if len("".join(code.split())) >= _MIN_CODE_CHARACTERS and _SAYS_SOMETHING.search(code):
            yield code
        yield from _telling_prose([comment])


def _telling_prose(lines: Iterable[str]) -> Iterator[str]:
    return (line for line in lines if len(line.split()) >= _MIN_PROSE_WORDS)


def leaked_lines(
    secrets: Mapping[str, str], shown: Mapping[str, str], allowed: Iterable[str]
) -> list[str]:
    """Return where `secrets` stand in the cells `shown`, unless they stand in `allowed` text too.

    Arguments:
        secrets: what `solution_lines` returns.
        shown: text by cell id.
        allowed: given cells and public documentation, where such a line is no secret.
    """
    public = "\n".join(map(_squeezed, allowed))
    return [
        f"cell {cell_id} shows a line of the solution of {exercise!r}: {secret}"
        for cell_id, text in shown.items()
        for secret, exercise in secrets.items()
        if secret in _squeezed(text) and secret not in public
    ]


def _squeezed(text: str) -> str:
    return "".join(text.split()).casefold()


def public_docs() -> list[str]:
    """Return every docstring of the library: what `help` shows to anyone."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    files = sorted(Path(icl_course.__file__).parent.rglob("*.py"))
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in files]
    return [
        text
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, documented) and (text := ast.get_docstring(node))
    ]
