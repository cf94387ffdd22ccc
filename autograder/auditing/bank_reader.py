"""The bank: other right answers and wrong ones to every exercise, as learners write them.

`bank/NN/<exercise>/{right,wrong}/*.py`, one answer to a file. A right one begins with
`# route: ...`, a wrong one with `# misconception: <id>`, the name it must be given, or `none`.
"""

import linecache
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.exercise import Exercise

BANK = Path(__file__).parent.parent / "bank"

_FIRST_LINE = {
    "right": re.compile(r"# route: (?P<note>\S.*)"),
    "wrong": re.compile(r"# misconception: (?P<note>[a-z0-9-]+)"),
}


class BankError(ValueError):
    """A file of the bank does not say what it is, or does not define what it should."""


@dataclass(frozen=True)
class BankAnswer:
    """One answer of the bank.

    Arguments:
        exercise: its id.
        name: side and file, as in `wrong/sign`.
        source: the whole file.
        note: the route of a right answer, the name that a wrong one must be given, or `none`.
    """

    exercise: str
    name: str
    source: str
    note: str

    @property
    def right(self) -> bool:
        """Whether it must pass."""
        return self.name.startswith("right/")

    @property
    def misconception(self) -> str | None:
        """The name that it must be given."""
        return None if self.right or self.note == "none" else self.note


def read_bank(exercise: Exercise, bank: Path = BANK) -> tuple[BankAnswer, ...]:
    """Return the answers to one exercise, right ones first, each side by name.

    Raises:
        BankError: a file's first line does not say what the file is.
    """
    root = bank / exercise.lesson / exercise.id
    answers = []
    for side, pattern in _FIRST_LINE.items():
        for path in sorted((root / side).glob("*.py")):
            source = path.read_text(encoding="utf-8")
            first = source.partition("\n")[0]
            match = pattern.fullmatch(first)
            if match is None:
                raise BankError(f"{path}: the first line is {first!r}, not '{pattern.pattern}'")
            answers.append(BankAnswer(exercise.id, f"{side}/{path.stem}", source, match["note"]))
    return tuple(answers)


def load_function(source: str, function: str, name: str) -> Callable[..., Any]:
    """Run a self-contained module and return one function that it defines.

    Arguments:
        source: the module.
        function: the name of the function.
        name: what tracebacks call the module.

    Raises:
        BankError: the module defines no such function. What it raises itself is passed on.
    """
    filename = f"<{name}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    namespace: dict[str, Any] = {"__name__": "answer"}
    exec(compile(source, filename, "exec"), namespace)
    if not callable(namespace.get(function)):
        raise BankError(f"{name} defines no function {function}")
    return namespace[function]
