"""The zoo: every hostile submission, and some honest ones that look odd, as data."""

import importlib
from collections import Counter

from .case import Case

THEMES = (
    "patches",
    "shell",
    "answering",
    "imports",
    "lying",
    "searching",
    "reading",
    "writing",
    "frames",
    "bombs",
    "stopping",
    "syscalls",
    "network",
    "archives",
    "garbage",
    "injection",
    "leaking",
    "honest",
)

PER_BATCH = 12

_MODULES = {theme: importlib.import_module(f".{theme}", __name__) for theme in THEMES}

CASES: tuple[Case, ...] = tuple(case for theme in THEMES for case in _MODULES[theme].CASES)

_twice = [name for name, count in Counter(case.learner for case in CASES).items() if count > 1]
assert not _twice, f"two cases have the name {_twice}"


def batches() -> dict[str, tuple[Case, ...]]:
    """Return the cases by the name of the run that grades them."""
    found = {}
    for theme in THEMES:
        cases = [case for case in CASES if case.theme == theme]
        for start in range(0, len(cases), PER_BATCH):
            found[f"{theme}-{start // PER_BATCH + 1}"] = tuple(cases[start : start + PER_BATCH])
    return found
