"""Say why an exercise got no verdict: its cell, or the one that checks it, did not end well."""

import ast
import difflib
import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.ask import asks
from autograder.exercise import points_text
from autograder.learning.workspace import Blank
from autograder.running.runner import CellResult
from autograder.submissions.cell_code import parsed

WIDTH = 80
_UNDEFINED = re.compile(r"name '(\w+)' is not defined")
_AT_LINE = re.compile(r"^-+> *(\d+)[ :]", re.MULTILINE)
_SYNTAX_AT = re.compile(r" \((?:<ipython-input-[^>]*>|[^()]*\.py), line (\d+)\)$")


def explain(
    blank: Blank,
    written: Sequence[tuple[Mapping[str, Any], CellResult]],
    check: CellResult,
    limits: Mapping[str, float],
) -> dict[str, Any]:
    """Return `{"score", "misconception", "message"}` for a check that published no verdict.

    Arguments:
        blank: the exercise.
        written: the cells that hold its answer, each with what came of it.
        check: what came of the check.
        limits: seconds by the status that crossing them gives.
    """
    came, likely, think = _what_came(blank, written, check, limits)
    rows = {"Came": came, "Likely": likely, "Think": think}
    lines = [f"{blank.id}: not yet, 0 of {points_text(blank.points)}."]
    for label, text in rows.items():
        for number, line in enumerate(text.splitlines()):
            head = f"  {label:<7}" if number == 0 else " " * 9
            lines += textwrap.wrap(line, WIDTH, initial_indent=head, subsequent_indent=" " * 9)
    return {"score": 0.0, "misconception": None, "message": "\n".join(lines)}


def _what_came(
    blank: Blank,
    written: Sequence[tuple[Mapping[str, Any], CellResult]],
    check: CellResult,
    limits: Mapping[str, float],
) -> tuple[str, str, str]:
    for cell, result in written:
        if result.status in ("timeout", "died", "unfinished"):
            return _without_end(result, limits, "its cell")
        if result.status == "error":
            return _stopped(str(cell["source"]), result)
    if check.status in ("timeout", "died", "unfinished"):
        return _without_end(check, limits, "the function")
    error = check.error or {"ename": "an error", "evalue": ""}
    undefined = _UNDEFINED.fullmatch(error["evalue"])
    if error["ename"] == "NameError" and undefined:
        return _not_defined(undefined[1], blank, [str(cell["source"]) for cell, _ in written])
    return (
        f"{error['ename']}: {error['evalue']}",
        "the check could not begin.",
        "Do the cells above it run, from the first one on?",
    )


def _without_end(
    result: CellResult, limits: Mapping[str, float], what: str
) -> tuple[str, str, str]:
    if result.status == "timeout":
        return (
            f"{what} took longer than {limits['timeout']:g} s and was ended.",
            "a loop that does not end, or far more work than the exercise asks for.",
            "Which loop is it, and what would have to become true for it to stop?",
        )
    if result.status == "died":
        return (
            f"{what} ended the process that ran it.",
            "a call of exit, or more memory than there is.",
            "How large is the largest array that it makes?",
        )
    return (
        f"not reached: the notebook as a whole took longer than {limits['unfinished']:g} s.",
        "a cell above it takes most of that time.",
        "Which of your cells takes longest when you run them one by one?",
    )


def _stopped(source: str, result: CellResult) -> tuple[str, str, str]:
    error = result.error or {"ename": "an error", "evalue": "", "traceback": ()}
    words = _SYNTAX_AT.sub("", error["evalue"])
    number = _line_number(error)
    lines = source.splitlines()
    came = f"{error['ename']}: {words}"
    if 0 < number <= len(lines):
        came += f"\nin line {number} of its cell: {lines[number - 1].strip()}"
    if issubclass(_class_of(error["ename"]), SyntaxError):
        return (
            came,
            "Python could not read the cell, so nothing in it is defined.",
            "Is there a bracket, a quotation mark or a colon missing there, or in the line above?",
        )
    return (
        came,
        "the cell stopped before the function was defined.",
        "Is every name in that line defined, in a cell above or in the lesson's first cell?",
    )


def _class_of(name: str) -> type[BaseException]:
    builtins: Any = __builtins__
    found = builtins.get(name) if isinstance(builtins, dict) else getattr(builtins, name, None)
    return found if isinstance(found, type) and issubclass(found, BaseException) else Exception


def _line_number(error: Mapping[str, Any]) -> int:
    if at := _SYNTAX_AT.search(error["evalue"]):
        return int(at[1])
    at = _AT_LINE.search("\n".join(error["traceback"]))
    return int(at[1]) if at else 0


def _not_defined(name: str, blank: Blank, sources: Sequence[str]) -> tuple[str, str, str]:
    function = asks()[blank.id].function if blank.id in asks() else name
    if name != function:
        return (
            f"NameError: name '{name}' is not defined",
            "the check could not begin.",
            "Do the cells above it run, from the first one on?",
        )
    others = [other for source in sources for other in _functions(source)]
    near = difflib.get_close_matches(function, others, n=1, cutoff=0.3) or others[:1]
    found = f"its cell defines {near[0]} instead" if near else "its cell does not define it"
    return (
        f"there is no function {function}; {found}.",
        f"it was renamed or deleted. The check looks for the name {function}.",
        f"Does a cell of the notebook begin with def {function}(...)?",
    )


def _functions(source: str) -> list[str]:
    tree = parsed(source)
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef)] if tree else []
