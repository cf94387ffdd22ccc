"""Facts: the measured and derived results that a lesson's prose states.

A facts cell computes a result and says `fact("largest-deviation", value)`; the prose says
`[[largest-deviation]]`. The build writes the value to `facts.json` and into the prose, and
`build --check` computes it again, so that no number can go stale.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import SupportsFloat

from nbformat.notebooknode import NotebookNode

FACT_MIMETYPE = "application/vnd.icl-course.fact+json"

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_MENTION = re.compile(rf"\[\[({_NAME.pattern})\]\]")
_FENCED_CODE = re.compile(r"(^```.*?^```[ \t]*$)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Fact:
    """A value, the format it is rounded to in the prose, and the relative tolerance it keeps."""

    value: float
    rounding: str
    rtol: float

    @property
    def text(self) -> str:
        """The value as the prose states it: `1.2e-7` for 1.19e-07 at `.1e`."""
        value = round(self.value) if self.rounding.endswith("d") else self.value
        return re.sub(r"e([+-])0*(?=\d)", _short_exponent, format(value, self.rounding))

    def agrees_with(self, other: "Fact") -> bool:
        """Say whether `other` has this rounding, this tolerance and, within it, this value."""
        same_terms = (self.rounding, self.rtol) == (other.rounding, other.rtol)
        return same_terms and math.isclose(self.value, other.value, rel_tol=self.rtol)


def _short_exponent(match: re.Match[str]) -> str:
    return "e-" if match[1] == "-" else "e"


def fact(name: str, value: SupportsFloat, rounding: str = ".1e", rtol: float = 0.5) -> None:
    """Record one result of the lesson, in a facts cell.

    Arguments:
        name: what the prose calls it, `[[name]]`; small letters, digits and hyphens.
        value: one finite number, an array of one element included.
        rounding: a format specification such as `".1e"`, `".3f"` or `"d"`.
        rtol: how far another processor's value may lie from this one, relatively.
    """
    from IPython.display import display

    if not _NAME.fullmatch(name):
        raise ValueError(f"a fact's name is small letters, digits and hyphens, not {name!r}")
    record = Fact(float(value), rounding, float(rtol))
    if not math.isfinite(record.value):
        raise ValueError(f"fact {name!r} is {record.value}; a fact is a finite number")
    display({FACT_MIMETYPE: {"name": name, "text": record.text} | asdict(record)}, raw=True)


def collect_facts(notebook: NotebookNode) -> dict[str, Fact]:
    """Return the facts that an executed notebook recorded.

    Raises:
        ValueError: a name was recorded twice.
    """
    facts: dict[str, Fact] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if record := output.get("data", {}).get(FACT_MIMETYPE):
                if record["name"] in facts:
                    raise ValueError(f"fact {record['name']!r} is recorded twice")
                facts[record["name"]] = Fact(record["value"], record["rounding"], record["rtol"])
    return facts


def read_facts(path: Path) -> dict[str, Fact]:
    """Return the committed facts, none where the file does not exist."""
    if not path.exists():
        return {}
    records = json.loads(path.read_text(encoding="utf-8"))
    return {name: Fact(**record) for name, record in records.items()}


def facts_text(facts: Mapping[str, Fact]) -> str:
    """Return the text of `facts.json`."""
    records = {name: asdict(record) for name, record in facts.items()}
    return json.dumps(records, indent=2, sort_keys=True) + "\n"


def mentioned(texts: Iterable[str]) -> set[str]:
    """Return the names that `[[name]]` mentions in the prose of markdown `texts`."""
    return {name for text in texts for part in _prose(text) for name in _MENTION.findall(part)}


def render(text: str, facts: Mapping[str, Fact]) -> str:
    """Return markdown `text` with every `[[name]]` of its prose written out; code is left alone."""

    def written_out(match: re.Match[str]) -> str:
        return facts[match[1]].text if match[1] in facts else match[0]

    return "".join(
        part if part.startswith("```") else _MENTION.sub(written_out, part)
        for part in _FENCED_CODE.split(text)
    )


def _prose(text: str) -> list[str]:
    return [part for part in _FENCED_CODE.split(text) if not part.startswith("```")]


def mention_faults(texts: Iterable[str], facts: Mapping[str, Fact]) -> list[str]:
    """Return what is wrong between prose and facts: unknown names and facts nobody mentions."""
    names = mentioned(texts)
    unknown = [f"[[{name}]]: no facts cell records it" for name in sorted(names - facts.keys())]
    return unknown + [
        f"fact {name!r} is recorded, but no prose says [[{name}]]"
        for name in sorted(facts.keys() - names)
    ]


def drift(committed: Mapping[str, Fact], fresh: Mapping[str, Fact]) -> list[str]:
    """Return how freshly computed facts disagree with the committed ones."""
    errors = [
        f"fact {name!r} is not in facts.json" for name in sorted(fresh.keys() - committed.keys())
    ]
    errors += [
        f"facts.json has {name!r}, which no facts cell records"
        for name in sorted(committed.keys() - fresh.keys())
    ]
    return errors + [
        f"fact {name!r} is {committed[name].value:.6g} in facts.json and {fresh[name].value:.6g} "
        f"when computed again: not within {committed[name].rtol:g} relatively, or its rounding "
        "or tolerance changed"
        for name in sorted(committed.keys() & fresh.keys())
        if not committed[name].agrees_with(fresh[name])
    ]
