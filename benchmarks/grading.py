"""What grading one submission of lesson 02 costs, beside stock nbgrader, in one run.

    python benchmarks/grading.py [--submissions 24] [--stock 4] [--json]

The class comes from the bank: everybody has other code, and everybody has one exercise wrong, each
another one. A submission's time is the time from the one before it until its marks, its outputs and
its feedback are written. The first of each kind is left out: it pays for the imports. Both sides
grade the same files, through the same steps of nbgrader; the stock side runs the kernel, and the
checks in it, without a sandbox.
"""

import copy
import itertools
import json
import os
import statistics
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import click
import nbformat
from nbformat.notebooknode import NotebookNode
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.building.notebooks import cell_exercise, cell_kind
from autograder.content import Lesson, find_lesson
from autograder.exercises import exercises
from autograder.grading import classroom
from autograder.grading.demo_class import BANK


def answers(kind: str, exercise: str) -> list[str]:
    """Return the bank's answers to an exercise; a first line of a wrong one is its label."""
    paths = sorted(BANK.glob(f"*/{exercise}/{kind}/*.py"))
    return [path.read_text(encoding="utf-8").partition("\n")[2] for path in paths]


def submissions(lesson: Lesson, count: int) -> Iterator[tuple[str, NotebookNode]]:
    """Yield learners and their notebooks, all of them different."""
    release = nbformat.read(lesson.release, as_version=4)
    names = [e.id for e in exercises().values() if e.lesson == lesson.number]
    right = {name: itertools.cycle(answers("right", name)) for name in names}
    wrong = {name: itertools.cycle(answers("wrong", name)) for name in names}
    for number in range(count):
        notebook = copy.deepcopy(release)
        missed = names[number % len(names)]
        for cell in notebook.cells:
            if cell_kind(cell) == "exercise":
                name = cell_exercise(cell) or ""
                cell.source = next((wrong if name == missed else right)[name])
            elif cell_kind(cell) == "question":
                cell.source += f"\n\nNo weight of the layer changed: the tokens did. ({number})"
        yield f"learner{number:03}", notebook


def hand_in(directory: Path, lesson: Lesson, count: int) -> list[str]:
    """Put the submissions where nbgrader reads them; return the learners."""
    learners = []
    for learner, notebook in submissions(lesson, count):
        folder = directory / "submitted" / learner / lesson.name
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / lesson.solved.name)
        learners.append(learner)
    return learners


def ours(directory: Path, lesson: Lesson, count: int) -> list[float]:
    """Grade a class in the sandbox; return seconds between one submission's end and the next's."""
    classroom.init_class(directory)
    classroom.release(directory, lesson.number)
    hand_in(directory, lesson, count)
    ends = [time.perf_counter()]
    records = classroom.grade(
        directory, lesson.number, lambda done, of, record: ends.append(time.perf_counter())
    )
    for record in records:
        passed = sum(answer.passed for answer in record.exercises)
        if passed != len(record.exercises) - 1:
            raise SystemExit(f"{record.learner} passed {passed} of {len(record.exercises)}")
    return [end - start for start, end in itertools.pairwise(ends)]


def stock(directory: Path, lesson: Lesson, count: int) -> list[float]:
    """Grade a class with nbgrader as it comes; return seconds for each submission."""
    classroom.init_class(directory)
    classroom.release(directory, lesson.number)
    learners = hand_in(directory, lesson, count)
    (directory / "nbgrader_config.py").unlink()
    seconds = []
    for learner in learners:
        began = time.perf_counter()
        for step in (Autograde, GenerateFeedback):
            _run_stock(step, directory, lesson, learner)
        seconds.append(time.perf_counter() - began)
    return seconds


def _run_stock(step: type, directory: Path, lesson: Lesson, learner: str) -> None:
    config = Config()
    config.CourseDirectory.source_directory = "solutions"
    config.CourseDirectory.release_directory = "lessons"
    coursedir = CourseDirectory(
        config=config, root=str(directory), assignment_id=lesson.name, student_id=learner
    )
    converter = step(coursedir=coursedir, config=config)
    converter.force = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        converter.start()


@click.command(help=__doc__)
@click.option("--submissions", "count", default=24, show_default=True)
@click.option("--stock", "n_stock", default=4, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def main(count: int, n_stock: int, as_json: bool) -> None:
    """Measure both sides, and print medians and their ratio."""
    lesson = find_lesson("02")
    with tempfile.TemporaryDirectory() as place:
        baseline = stock(Path(place).resolve() / "stock", lesson, n_stock + 1)[1:]
        measured = ours(Path(place).resolve() / "ours", lesson, count + 1)[1:]
    found = {
        "ratio": statistics.median(baseline) / statistics.median(measured),
        "seconds_per_submission": statistics.median(measured),
        "slowest_seconds": max(measured),
        "mean_seconds": statistics.fmean(measured),
        "baseline_seconds_per_submission": statistics.median(baseline),
        "submissions": len(measured),
        "baseline_submissions": len(baseline),
        "cores": os.cpu_count(),
    }
    if as_json:
        print(json.dumps(found, indent=1))
        return
    for name, value in found.items():
        print(f"{name:32} {value:.3g}" if isinstance(value, float) else f"{name:32} {value}")


if __name__ == "__main__":
    main()
