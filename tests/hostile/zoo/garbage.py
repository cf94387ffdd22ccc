"""Files that are no notebooks, or that cost much to find out."""

import copy
import json
from collections.abc import Callable

import nbformat
from nbformat.notebooknode import NotebookNode

from .case import Build, Cases, cell_of

CASES = Cases("garbage")


def text_of(notebook: NotebookNode) -> str:
    """Return the notebook's file."""
    return nbformat.writes(notebook)


def raw(make: Callable[[str], bytes]) -> Build:
    """Hand in what `make` makes of the text of the empty notebook."""
    return lambda release, right: make(text_of(release))


def fields(**others: object) -> Build:
    """Hand in the notebook with other values for top-level fields."""

    def build(release: NotebookNode, right: NotebookNode) -> bytes:
        return json.dumps({**release, **others}).encode()

    return build


def cells(change: Callable[[int, dict], None]) -> Build:
    """Hand in the notebook with every cell, as plain JSON, changed."""

    def build(release: NotebookNode, right: NotebookNode) -> bytes:
        plain = json.loads(text_of(release))
        for number, cell in enumerate(plain["cells"]):
            change(number, cell)
        return json.dumps(plain).encode()

    return build


def source(text: str, cell_id: str = "exercise-target-shift") -> Build:
    """Hand in the notebook with this source in one cell."""

    def build(release: NotebookNode, right: NotebookNode) -> NotebookNode:
        cell_of(release, cell_id).source = text
        return release

    return build


def _many_cells(release: NotebookNode, right: NotebookNode) -> NotebookNode:
    own = [nbformat.v4.new_code_cell(f"x{n} = {n}") for n in range(20_000)]
    release.cells[3:3] = own
    return release


def _many_copies(release: NotebookNode, right: NotebookNode) -> NotebookNode:
    for _ in range(300):
        copied = copy.deepcopy(cell_of(release, "exercise-gd-weights"))
        copied.source = "def gd_weights(*given):\n    helper = 1\n    return helper\nextra = 1\n"
        release.cells.append(copied)
    return release


def _odd(number: int, cell: dict) -> None:
    values: list[object] = [7, None, [1, {"a": 2}], {"a": 1}, True, 1e308, ["a", ["b"]], "\ud800"]
    cell["source"] = values[number % len(values)]
    cell["id"] = values[(number + 1) % len(values)]
    cell["metadata"] = values[(number + 2) % len(values)]
    if number % 5 == 0:
        cell["cell_type"] = values[(number + 3) % len(values)]
    cell["outputs"] = cell["attachments"] = values[(number + 4) % len(values)]


for name, attack, make in (
    ("empty-file", "The file is empty.", lambda text: b""),
    ("white-space", "The file is a megabyte of blanks.", lambda text: b" \n" * 500_000),
    ("truncated", "The file ends in the middle.", lambda text: text[: len(text) // 2].encode()),
    ("random-bytes", "The file is random bytes.", lambda text: bytes(range(256)) * 100),
    ("nul-bytes", "The file is the notebook with NUL bytes in it.",
     lambda text: text.replace("def ", "\x00def ").encode()),
    ("huge-json", "The file is two hundred megabytes of JSON.",
     lambda text: b'{"cells": [' + b"0," * 100_000_000 + b"0]}"),
    ("deep-json", "The file is JSON a million lists deep.",
     lambda text: b'{"cells": ' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}"),
    ("deep-metadata", "The metadata are nine hundred mappings deep.",
     lambda text: text.replace('"icl_course"', '"deep": ' + '{"a":' * 900 + "1" + "}" * 900
                               + ', "icl_course"', 1).encode()),
    ("utf-16", "The file is UTF-16.", lambda text: text.encode("utf-16")),
    ("utf-32", "The file is UTF-32.", lambda text: text.encode("utf-32")),
    ("latin-1", "The file is Latin-1.",
     lambda text: text.replace("exercise", "\xe9xercise").encode("latin-1", "replace")),
    ("utf-7", "The file says that it is UTF-7.",
     lambda text: b"# -*- coding: utf-7 -*-\n+ADw-script+AD4-" + text.encode()),
    ("two-documents", "The file is two notebooks in a row.", lambda text: (text + text).encode()),
    ("not-a-mapping", "The file is a JSON string.", lambda text: json.dumps(text).encode()),
    ("nan-tokens", "Numbers are NaN, Infinity and 1e999.",
     lambda text: text.replace('"nbformat": 4', '"nbformat": 4, "a": NaN, "b": -Infinity, '
                               '"c": 1e999').encode()),
    ("huge-numbers", "Numbers have a hundred thousand digits.",
     lambda text: text.replace('"nbformat": 4', '"a": ' + "9" * 100_000
                               + ', "nbformat": 4').encode()),
    ("keys-twice", "Keys are there twice, with another meaning.",
     lambda text: (text.rstrip()[:-1] + ', "cells": [], "nbformat": 3}').encode()),
):  # fmt: skip
    CASES.add(name, attack, raw(make), seconds=40)

for name, attack, build in (
    ("cells-a-string", "The cells are a string.", fields(cells="cells")),
    ("cells-a-mapping", "The cells are a mapping.", fields(cells={"a": 1})),
    ("cells-numbers", "The cells are numbers.", fields(cells=[1, 2, None, [], "x"])),
    ("format-99", "The format is 99.", fields(nbformat=99)),
    ("format-text", "The format is a text.", fields(nbformat="4; rm -rf /")),
    ("format-negative", "The format is -1.5.", fields(nbformat=-1.5)),
    ("format-3", "The format is 3, with worksheets of the wrong kinds.",
     fields(nbformat=3, worksheets=[{"cells": [{"cell_type": "code", "input": 7}]}, 7])),
    ("format-minor", "The minor format is a list.", fields(nbformat_minor=[[]])),
    ("metadata-text", "The notebook's metadata are a text.", fields(metadata="x")),
    ("odd-cells", "Sources, ids, kinds, outputs are of every wrong type.", cells(_odd)),
    ("many-cells", "There are twenty thousand cells of the learner's own.", _many_cells),
    ("many-copies", "One solution cell is there three hundred times.", _many_copies),
):  # fmt: skip
    CASES.add(name, attack, build, seconds=90)

for name, attack, text in (
    ("nested-brackets", "A source of a hundred thousand brackets.", "(" * 100_000 + ")" * 100_000),
    ("nested-minus", "A source of a hundred thousand signs before a number.",
     "target_shift = " + "-" * 100_000 + "1"),
    ("nested-sum", "A source that adds a hundred thousand numbers.",
     "target_shift = " + "+".join(["1"] * 100_000)),
    ("nested-attributes", "A source of fifty thousand attributes.", "a" + ".a" * 50_000),
    ("nested-lambda", "A source of functions within functions.",
     "target_shift=" + "lambda:" * 30_000 + "1"),
    ("nested-format", "A source of texts within texts.",
     'f"' + "{1:" * 30_000 + "}" * 30_000 + '"'),
    ("nested-blocks", "A source of blocks within blocks.",
     "\n".join(" " * n + "if 1:" for n in range(3000)) + "\n" + " " * 3000 + "pass"),
    ("huge-integer", "A source with a number of a million digits.",
     "target_shift = " + "9" * 1_000_000),
    ("huge-power", "A source whose constant takes all memory to fold.",
     "target_shift = 9 ** 9 ** 9 ** 9"),
    ("huge-repeat", "A source whose constants fold to gigabytes.",
     "def target_shift(*given):\n    return ('x' * 4000) * 4000 * 4000"),
    ("long-line", "A source of ten megabytes in one line.", "x = '" + "y" * 10_000_000 + "'"),
    ("many-lines", "A source of a million lines.", "x = 1\n" * 1_000_000),
    ("regex-magic", "A source that is hard for patterns of magics and bindings.",
     ("\t " * 50_000 + "x\n") * 3 + "%" * 100_000 + "\n" + "def " + " " * 100_000),
    ("regex-imports", "A source of thirty thousand imports, some of them broken.",
     "import os, sys\nfrom (\n" * 15_000),
    ("odd-encoding", "A source that declares an encoding, with form feeds and NUL bytes.",
     "# -*- coding: rot13 -*-\n\x0c\x00\ufeffdef target_shift(*given): \x0c return 1\n"),
    ("escapes", "A source of invalid escapes, with warnings for each.",
     "x = '" + "\\d\\q" * 50_000 + "'\nassert (1, 'x')\nx is 1\n"),
):  # fmt: skip
    CASES.add(name, attack, source(text), seconds=60)

CASES.add(
    "slow-markdown",
    "A written answer of brackets and stars, which is slow to turn into a page.",
    source("[" * 20_000 + "*_" * 20_000 + "`" * 20_001 + "<" * 20_000, "question-what-changed"),
    seconds=60,
)
CASES.add(
    "slow-markdown-deep",
    "A written answer of quotations and lists within each other.",
    source(
        "> " * 5_000 + "x\n\n" + "\n".join("  " * n + "- x" for n in range(2_000)),
        "question-what-changed",
    ),
    seconds=60,
)
CASES.add(
    "slow-markdown-links",
    "A written answer of ten thousand links, references and tables.",
    source(
        "".join(f"[a{n}]: b\n" for n in range(5_000))
        + "![a](b" * 10_000
        + "|a" * 20_000
        + "\n"
        + "|-" * 20_000
        + "\n"
        + "$$" * 10_001
        + "&" * 10_000,
        "question-what-changed",
    ),
    seconds=60,
)
CASES.add(
    "slow-highlighting",
    "A solution cell that is slow to colour: quotes, backslashes, decorators.",
    source("'" + "\\" * 50_001 + "\n" + "@" * 20_000 + "\n" + '"""' * 10_001 + "0b" * 10_000),
    seconds=60,
)
CASES.code(
    "slow-colours",
    "Prints colours and terminal sequences that are slow to turn into a page.",
    r"""
    tried()
    print("\x1b[1m" * 40_000)
    print("\x1b[38;5;" * 20_000)
    print("\x1b[" + "1;" * 50_000 + "m" + "\r" * 20_000 + "\b" * 10_000)
    print("".join(f"\x1b[{n % 107}mx" for n in range(30_000)))
    """,
    seconds=60,
)
