"""The table of everything that was found: rows for programs, a page for people."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from icl_course.reproduction.files import COMMAND, read_outcome
from icl_course.reproduction.records import Experiment

Outcomes = Mapping[tuple[str, str], Mapping[str, Any]]
"""What was read of each experiment at each scale, where it ran."""


def read_all(out: Path, experiments: Iterable[Experiment]) -> Outcomes:
    """Return all results that stand in a directory, by name and scale."""
    found = {}
    for experiment in experiments:
        for scale in experiment.sizes:
            outcome = read_outcome(out, experiment.name, scale=scale)
            if outcome is not None:
                found[experiment.name, scale] = outcome
    return found


def rows(outcomes: Outcomes, experiments: Iterable[Experiment]) -> list[dict[str, Any]]:
    """Return the rows of every experiment, and one for each scale at which it was not run.

    A row of an experiment that did not run has no number: `here` and `within` are None, and `why`
    says what to type.
    """
    table = []
    for experiment in experiments:
        for scale in experiment.sizes:
            outcome = outcomes.get((experiment.name, scale))
            if outcome is None:
                table.append(_not_run(experiment, scale))
                continue
            table += [
                {**row, "scale": scale, "command": outcome["command"]} for row in outcome["rows"]
            ]
    return table


def _not_run(experiment: Experiment, scale: str) -> dict[str, Any]:
    """Return the row that says what was not run."""
    command = f"{COMMAND} {experiment.name} --scale {scale}"
    return {
        "figure": experiment.name,
        "quantity": "all",
        "setting": experiment.title,
        "paper": None,
        "here": None,
        "tolerance": "",
        "within": None,
        "why": f"not run here: {command}",
        "source": "",
        "scale": scale,
        "command": command,
    }


def page(outcomes: Outcomes, experiments: Iterable[Experiment]) -> str:
    """Return the table as Markdown, one section for each experiment."""
    every = list(experiments)
    compared = [
        row for outcome in outcomes.values() for row in outcome["rows"] if row["within"] is not None
    ]
    inside = sum(row["within"] for row in compared)
    parts = [
        "# The papers, rebuilt",
        "",
        f"Made by `{COMMAND} --all`, from the JSON files beside the figures. The paper is von "
        "Oswald et al., arXiv 2212.07677, where a section names no other. There, inputs are "
        "U(-1/2, 1/2), losses are half squared errors, N = d = 10 unless it says otherwise.",
        "",
        f"{len(compared)} numbers are compared, {inside} of them are within their tolerance.",
        "",
    ]
    for experiment in every:
        parts += [
            f"## `{experiment.name}`: {experiment.title}",
            "",
            f"In the paper: {experiment.section}.",
            "",
        ]
        for scale in experiment.sizes:
            parts += _part(outcomes.get((experiment.name, scale)), experiment, scale)
    return "\n".join(parts).rstrip() + "\n"


def _part(outcome: Mapping[str, Any] | None, experiment: Experiment, scale: str) -> list[str]:
    """Return the lines of one experiment at one scale."""
    command = f"{COMMAND} {experiment.name} --scale {scale}"
    if outcome is None:
        about = f"about {experiment.minutes[scale]:g} min on two cores"
        return [f"Scale {scale}: not run here. `{command}` runs it ({about}).", ""]
    lines = [
        f"Scale {scale}: `{command}`, seed {outcome['seed']}, {outcome['seconds']:.0f} s on "
        f"{outcome['device']}, JAX {outcome['versions']['jax']}.",
        "",
        "| quantity | setting | paper | here | tolerance | within |",
        "|---|---|---|---|---|---|",
    ]
    for row in outcome["rows"]:
        source = f" ({row['source']})" if row["source"] else ""
        within = {True: "yes", False: "**no**", None: ""}[row["within"]]
        lines.append(
            f"| {row['quantity']} | {row['setting']} | {_number(row['paper'])}{source} | "
            f"{_number(row['here'])} | {row['tolerance']} | {within} |"
        )
    lines.append("")
    lines += [
        f"Outside: {row['quantity']}, {row['setting']}: {row['why'] or 'not explained yet'}.  "
        for row in outcome["rows"]
        if row["within"] is False
    ]
    for name, alt in outcome["figures"].items():
        lines += [f"![{alt}](reproduction/{scale}/{name}.png)", ""]
    return lines


def _number(value: float | None) -> str:
    """Return a number with four digits, or a dash.

    >>> _number(0.123456), _number(None)
    ('0.1235', '-')
    """
    return "-" if value is None else f"{value:.4g}"
