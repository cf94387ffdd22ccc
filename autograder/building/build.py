"""Build the solved and the release notebook of a lesson from its one source, and check them.

A build is deterministic: the same source on the same machine gives the same bytes. Metadata and
cell ids come from tags and positions, times are not recorded, and the release is made by nbgrader's
own preprocessors, so that `nbgrader generate_assignment` writes the same file.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from autograder.building.evidence import Evidence, gather
from autograder.building.facts import facts_text, mention_faults
from autograder.building.notebooks import notebook_text, with_outputs_of
from autograder.building.promises import READING, Promise
from autograder.building.promises_run import RUNNING, solved_notebook_runs_clean
from autograder.building.release_steps import release_notebook
from autograder.content import Lesson, find_lesson, lessons

__all__ = ["Report", "build", "build_command", "release_notebook", "solved_notebook"]

EXIT_ERRORS = 1
EXIT_UNKNOWN_LESSON = 2


@dataclass(frozen=True)
class Report:
    """What building or checking one lesson came to.

    Arguments:
        lesson: which.
        errors: one sentence each.
        written: files.
        seconds: of the whole.
        notebook_seconds: of the solved notebook alone; 0 if it was not run.
    """

    lesson: Lesson
    errors: tuple[str, ...]
    written: tuple[Path, ...]
    seconds: float
    notebook_seconds: float = 0.0


def solved_notebook(lesson: Lesson) -> NotebookNode:
    """Return the solved notebook, unexecuted, its prose rendered from the committed facts.

    Raises:
        SourceError: the source breaks the format; every fault is listed.
        ValueError: prose and facts do not match; every mismatch is listed.
    """
    evidence = gather(lesson)
    if faults := _mention_faults(evidence, execute=False):
        raise ValueError(f"{lesson.name}: " + "; ".join(faults))
    return evidence.solved


def build(
    chosen: Iterable[Lesson],
    *,
    check: bool = False,
    execute: bool = True,
    evidence_on: Callable[[Lesson], Evidence] = gather,
    announce: Callable[[str], None] = lambda step: None,
) -> list[Report]:
    """Build lessons, or check that they keep every promise; one report per lesson.

    A lesson with errors is not written; the others are.

    Arguments:
        chosen: the lessons.
        check: write nothing; run the promises instead.
        execute: run notebooks. Without it a build keeps the outputs that unchanged cells had, and
            a check reads files only.
        evidence_on: where a lesson's records and bank come from.
        announce: called with each step as it begins.
    """
    reports = []
    for lesson in chosen:
        started = time.monotonic()
        evidence = evidence_on(lesson)
        errors: list[str] = []
        written: list[Path] = []
        try:
            if check:
                errors = _broken_promises(evidence, execute, announce)
            else:
                announce(f"{lesson.name}: build")
                errors, written = _build_lesson(evidence, execute)
        except (ValueError, OSError) as error:
            errors = str(error).splitlines()
        seconds = time.monotonic() - started
        run = vars(evidence).get("run")  # a cached property: there if the notebook was run
        took = run.seconds if run else 0.0
        reports.append(Report(lesson, tuple(errors), tuple(written), seconds, took))
    return reports


def _broken_promises(
    evidence: Evidence, execute: bool, announce: Callable[[str], None]
) -> list[str]:
    evidence.cells  # noqa: B018 - a source that cannot be read is one error, not one per promise
    errors = []
    for promise in (*READING, *(RUNNING if execute else ())):
        announce(f"{evidence.lesson.name}: {promise.__name__.replace('_', ' ')}")
        errors += _kept(promise, evidence)
    return errors


def _kept(promise: Promise, evidence: Evidence) -> list[str]:
    try:
        return promise(evidence)
    except ValueError as error:
        return [str(error)]


def _build_lesson(evidence: Evidence, execute: bool) -> tuple[list[str], list[Path]]:
    lesson = evidence.lesson
    errors = solved_notebook_runs_clean(evidence) if execute else []
    errors += _mention_faults(evidence, execute)
    if errors:
        return errors, []
    solved = evidence.executed if execute else _with_kept_outputs(evidence)
    texts = {
        lesson.solved: notebook_text(solved),
        lesson.release: notebook_text(release_notebook(solved)),
    }
    if execute and (evidence.fresh_facts or lesson.facts.exists()):
        texts[lesson.facts] = facts_text(evidence.fresh_facts)
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [], list(texts)


def _mention_faults(evidence: Evidence, execute: bool) -> list[str]:
    facts = evidence.fresh_facts if execute else evidence.committed_facts
    return mention_faults([c.text for c in evidence.cells if c.cell_type == "markdown"], facts)


def _with_kept_outputs(evidence: Evidence) -> NotebookNode:
    if not evidence.lesson.solved.exists():
        return evidence.solved
    before = nbformat.read(evidence.lesson.solved, as_version=4)
    return with_outputs_of(evidence.solved, before)


def build_command(
    names: Sequence[str] = (), *, check: bool = False, console: Console | None = None
) -> int:
    """Build or check the named lessons, all by default; print what came of it.

    Returns:
        The exit status: 0, or 1 with errors, or 2 if a name is no lesson's.
    """
    console = console or Console()
    try:
        chosen = [find_lesson(name) for name in names] or list(lessons())
    except ValueError as error:
        console.print(str(error), markup=False, highlight=False, soft_wrap=True)
        return EXIT_UNKNOWN_LESSON
    with _progress(console) as announce:
        reports = build(chosen, check=check, announce=announce)
    for report in reports:
        for line in _report_lines(report, check):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    if len(reports) > 1:
        total = sum(report.notebook_seconds for report in reports)
        console.print(f"all solved notebooks together: {total:.0f} s", highlight=False)
    return EXIT_ERRORS if any(report.errors for report in reports) else 0


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[str], None]]:
    """Show the current step where there is a terminal to show it in."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task("", total=None)
        yield lambda step: progress.update(task, description=step)


def _report_lines(report: Report, check: bool) -> Iterator[str]:
    done = "kept" if check else "built"
    state = f"{len(report.errors)} errors" if report.errors else done
    took = f", the solved notebook {report.notebook_seconds:.0f} s of it"
    yield f"{report.lesson.name}: {state} ({report.seconds:.0f} s{took})"
    yield from (f"  {error}" for error in report.errors)
    for path in report.written:
        yield f"  wrote {path} ({path.stat().st_size:,} bytes)"
