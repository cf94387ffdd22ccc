"""What an audit leaves behind: the table in the README, and the list of equivalent mutants."""

import itertools
from collections.abc import Sequence
from pathlib import Path

from autograder.auditing.audit import COUNTS, AuditReport
from autograder.auditing.bank_reader import BANK
from autograder.exercises import exercises, find_exercise

README = Path(__file__).resolve().parents[2] / "README.md"

BEGIN, END = "<!-- audit:begin -->", "<!-- audit:end -->"

_HEADINGS = {name: name.replace("_", " ") for name in COUNTS}


def readme_table(report: AuditReport, before: str = "") -> str:
    """Return the counts as a table in Markdown, in the order of the course, the totals last.

    Arguments:
        report: what was audited now.
        before: the table as it was; exercises that are not in the report keep their rows.
    """
    rows = _rows_of(before)
    for exercise in report.exercises:
        row = exercise.as_json()
        rows[exercise.id] = [int(row[name]) for name in COUNTS]
    lines = [
        "| exercise | " + " | ".join(_HEADINGS.values()) + " |",
        "|---|" + "---:|" * len(_HEADINGS),
    ]
    kept = [name for name in exercises() if name in rows]
    kept += [exercise.id for exercise in report.exercises if exercise.id not in kept]
    lines += [_row(f"`{name}`", rows[name]) for name in kept]
    totals = [sum(column) for column in zip(*(rows[name] for name in kept), strict=True)]
    return "\n".join([*lines, _row("**all**", totals)])


def _row(label: str, counts: Sequence[int]) -> str:
    return f"| {label} | " + " | ".join(map(str, counts)) + " |"


def _rows_of(table: str) -> dict[str, list[int]]:
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()]
    return {
        name.strip("`"): [int(count) for count in counts]
        for name, *counts in filter(None, cells)
        if name.startswith("`") and len(counts) == len(COUNTS)
    }


def update_readme(report: AuditReport, readme: Path = README) -> None:
    """Put the table between the README's two marks; what was not audited keeps its row.

    Raises:
        ValueError: the README does not have both marks, in order.
    """
    text = readme.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    old, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{readme} needs the lines {BEGIN} and {END}, in this order")
    table = readme_table(report, old)
    readme.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


def update_equivalents(report: AuditReport, bank: Path = BANK) -> list[Path]:
    """Write the equivalent mutants of every lesson in the report; return the files."""
    written = []
    by_lesson = itertools.groupby(report.exercises, key=lambda e: find_exercise(e.id).lesson)
    for lesson, audits in by_lesson:
        parts = [
            "# Mutants that pass because they are right\n\n"
            "Made by `icl-course audit --write-readme`. Each was compared with the solution by the "
            "generator of\nthis lesson, in float64, at other sizes and scales, and no difference "
            "was found. First the line as it\nwas, then as it is in the mutant.\n"
        ]
        for found in audits:
            parts.append(f"\n## `{found.id}`: {len(found.equivalent)} of {found.mutants}\n")
            for origin, mutants in itertools.groupby(found.equivalent, key=lambda m: m.origin):
                parts.append(f"\n### {origin}\n")
                parts += [
                    f"\nline {m.line}, {m.operator}\n\n```python\n{m.before}\n{m.after}\n```\n"
                    for m in mutants
                ]
        path = bank / lesson / "equivalent.md"
        path.write_text("".join(parts), encoding="utf-8")
        written.append(path)
    return written
