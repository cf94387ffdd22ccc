"""The promises about a lesson that running it must keep; each returns a list of errors."""

import json
import re

from nbformat.notebooknode import NotebookNode

from autograder.building.evidence import OTHER_ANSWER, Evidence, other_answers
from autograder.building.facts import drift
from autograder.building.kernel import cell_errors, complaints
from autograder.building.notebooks import cell_exercise, cell_kind, notebook_text
from autograder.building.promises import Promise

MAX_SOLVED_BYTES = 1_000_000
MIN_FIGURES = 2

_ADDRESS = re.compile(r"<[^<>]{1,80} at 0x[0-9a-f]{6,}>")


def solved_notebook_runs_clean(evidence: Evidence) -> list[str]:
    """Promise 2: no error, no stderr, within its time; the notebook small and reproducible."""
    run, errors = evidence.run, complaints(evidence.run)
    errors += [
        f"cell {cell.id} shows a memory address, another one in every build: {found[0]}"
        for cell in evidence.executed.cells
        if (found := _ADDRESS.search(json.dumps(cell.get("outputs", []))))
    ]
    # Where others use the machine the wall time says little, so the kernel's own time must agree.
    if min(run.seconds, run.cpu_seconds) > evidence.limit:
        errors.append(f"the solved notebook took {run.seconds:.0f} s of {evidence.limit:.0f} s")
    size = len(notebook_text(evidence.executed).encode())
    if size > MAX_SOLVED_BYTES:
        errors.append(f"the solved notebook has {size} bytes, {MAX_SOLVED_BYTES} are allowed")
    return errors


def graded_cells_fail_untouched(evidence: Evidence) -> list[str]:
    """Promise 3: in the untouched release every check fails by its own message, and only checks."""
    run, errors = evidence.trial, []
    if run.stopped:
        errors.append(f"the untouched release: {run.stopped}")
    for cell in run.notebook.cells:
        found = list(cell_errors(cell))
        if cell_kind(cell) == "check":
            errors += _own_failure_faults(cell, found)
        elif found and cell_kind(cell) in ("given", "exercise", "predict", None):
            errors.append(f"cell {cell.id} of the untouched release fails: {': '.join(found[0])}")
    return errors


def _own_failure_faults(cell: NotebookNode, found: list[tuple[str, str]]) -> list[str]:
    exercise = cell_exercise(cell) or ""
    if not found:
        return [f"cell {cell.id} passes in the untouched release"]
    (name, message), *_ = found
    if name != "CheckFailed" or not message.startswith(exercise):
        return [f"cell {cell.id} fails untouched by {name}: {message}; not by its own message"]
    return []


def exercises_stand_alone(evidence: Evidence) -> list[str]:
    """Promise 3: each reference solution passes while every other blank is empty."""
    return _trial_faults(evidence, "alone", "the reference solution, with every other blank empty,")


def other_right_answers_pass(evidence: Evidence) -> list[str]:
    """Each solution's other right answer passes, and there is exactly one."""
    errors = [
        f"the solution of {cell.exercise!r} needs one code block below {OTHER_ANSWER!r}, not "
        f"{len(other_answers(cell.text))}"
        for cell in evidence.cells
        if cell.kind == "solution" and len(other_answers(cell.text)) != 1
    ]
    return errors + _trial_faults(evidence, "other", "the other right answer")


def _trial_faults(evidence: Evidence, kind: str, what: str) -> list[str]:
    return [
        f"{cell_exercise(cell)}: {what} fails: {name}: {message}"
        for cell in evidence.trial.notebook.cells
        if cell_kind(cell) in (f"{kind}-answer", f"{kind}-check")
        for name, message in cell_errors(cell)
    ]


def facts_are_fresh(evidence: Evidence) -> list[str]:
    """Promise 7: computed again, the facts lie within their tolerances."""
    return drift(evidence.committed_facts, evidence.fresh_facts)


def figures_have_alt_text(evidence: Evidence) -> list[str]:
    """Promise 8: every figure's alt text states its finding, with a number; and there are two."""
    errors, n_figures = [], 0
    for cell in evidence.executed.cells:
        for output in cell.get("outputs", []):
            if any(kind.startswith("image/") for kind in output.get("data", {})):
                n_figures += 1
                if fault := _alt_fault(output):
                    errors.append(f"cell {cell.id}: {fault}")
    if n_figures < MIN_FIGURES:
        errors.append(f"the lesson shows {n_figures} figures, at least {MIN_FIGURES} are promised")
    return errors


def _alt_fault(output: NotebookNode) -> str | None:
    alts = [
        str(output.metadata.get(kind, {}).get("alt", ""))
        for kind in output.data
        if kind.startswith("image/")
    ]
    if not all(alt.strip() for alt in alts):
        return "a figure without alt text"
    if not all(re.search(r"\d", alt) for alt in alts):
        return f"a figure whose alt text has no number: {alts[0]!r}"
    return None


RUNNING: tuple[Promise, ...] = (
    solved_notebook_runs_clean,
    facts_are_fresh,
    figures_have_alt_text,
    graded_cells_fail_untouched,
    exercises_stand_alone,
    other_right_answers_pass,
)
