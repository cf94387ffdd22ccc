"""What a cell's code binds and calls, read without running it; damaged code is read by line."""

import ast
import re

from autograder.ask.trees import ONE_TREE_AT_A_TIME

_MAGIC = re.compile(r"^([ \t]*)[%!].*$", re.MULTILINE)
_BINDING = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+(\w+)|^(\w+)[ \t]*=[^=]", re.MULTILINE)
LONGEST_PARSED = 200_000
"""Characters of a cell that is parsed; a tree of millions of nodes costs a grader its memory."""

_COURSE_CALLS = ("check", "hint", "predict", "solution")


def parse(source: str) -> ast.Module:
    """Return the syntax tree of code, one thread at a time.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as `ast.parse` does.
    """
    with ONE_TREE_AT_A_TIME:
        return ast.parse(source)


def parsed(source: str) -> ast.Module | None:
    """Return the tree of a cell without its magics; None if it is no Python or far too long."""
    if len(source) > LONGEST_PARSED:
        return None
    try:
        return parse(_MAGIC.sub(r"\1pass", source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def bound_names(source: str) -> set[str]:
    """Return the names that running a cell binds: functions, classes, variables, imports."""
    tree = parsed(source)
    if tree is None:
        return {name for match in _BINDING.findall(source) for name in match if name}
    names: set[str] = set()
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.ClassDef(name=name):
                names.add(name)
            case ast.Import(names=imported) | ast.ImportFrom(names=imported):
                names |= {alias.asname or alias.name.split(".")[0] for alias in imported}
            case _:
                names |= {
                    inner.id
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
                }
    return names


def course_calls(source: str) -> list[tuple[str, str]] | None:
    """Return `(function, id)` of every statement if all are calls like `check("id", ...)`.

    None if the cell does anything else.
    """
    tree = parsed(source)
    if tree is None or not tree.body:
        return None
    calls = []
    for node in tree.body:
        match node:
            case ast.Expr(
                value=ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(of)), *_])
            ) if name in _COURSE_CALLS:
                calls.append((name, of))
            case _:
                return None
    return calls


def added_imports(source: str, original: str) -> str:
    """Return the import lines of `source` that `original` does not have."""
    known = {line.strip() for line in original.splitlines()}
    lines = [line.rstrip() for line in source.splitlines() if line.startswith(("import ", "from "))]
    return "\n".join(line for line in lines if line.strip() not in known and parsed(line))
