"""A small lesson cut out of lesson 02, and a class that hands it in, damaged in many ways."""

import copy
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.building.notebooks import cell_exercise, cell_kind, notebook_text
from autograder.building.release_steps import release_notebook
from autograder.building.source import SourceCell, expand, read_source
from autograder.content import Lesson, find_lesson
from autograder.grading.class_directory import init_class
from autograder.learning.handin import write_archive

EXERCISES = {"target-shift": 2, "gd-weights": 3, "multi-output": 2}
CELL_SECONDS = 20
NBGRADER = Path(sys.executable).with_name("nbgrader")


@pytest.fixture(scope="session")
def lesson(tmp_path_factory) -> Lesson:
    """Three exercises of lesson 02, its question, its prediction, and a figure that cannot run."""
    whole = find_lesson("02")
    small = Lesson("02", whole.slug, tmp_path_factory.mktemp("content"))
    cells = list(read_source(whole.source))
    imports = next(cell for cell in cells if cell.kind == "given")
    wanted = (*EXERCISES, "what-changed", "query-as-key")
    figure = SourceCell("display", None, None, "code", 'raise SystemError("a figure was run")', 0)
    title = SourceCell("text", None, None, "markdown", "# A small lesson", 0)
    chosen = [title, imports, figure, *(cell for cell in cells if cell.exercise in wanted)]
    solved = expand(small, chosen)
    for path, notebook in ((small.solved, solved), (small.release, release_notebook(solved))):
        path.parent.mkdir(parents=True)
        path.write_text(notebook_text(notebook))
    small.source.write_text("# the whole source, which nobody may see\n")
    small.facts.write_text("{}")
    return small


@pytest.fixture(scope="session")
def right(lesson) -> Callable[..., NotebookNode]:
    """The release with every answer filled in; some, by exercise, with other sources."""

    def fill(**others: str) -> NotebookNode:
        notebook = nbformat.read(lesson.release, as_version=4)
        answers = {c.id: c.source for c in nbformat.read(lesson.solved, as_version=4).cells}
        for cell in notebook.cells:
            if cell_kind(cell) in ("exercise", "predict"):
                other = others.get((cell_exercise(cell) or "").replace("-", "_"))
                cell.source = answers[cell.id] if other is None else other
            elif cell_kind(cell) == "question":
                cell.source += "\n\nThe targets moved, and the weights did not."
        return notebook

    return fill


@pytest.fixture(scope="session")
def answer(lesson) -> Callable[..., str]:
    """A reference solution, with replacements."""

    def edited(exercise: str, *edits: tuple[str, str]) -> str:
        notebook = nbformat.read(lesson.solved, as_version=4)
        source = next(c.source for c in notebook.cells if c.id == f"exercise-{exercise}")
        for old, new in edits:
            assert old in source
            source = source.replace(old, new)
        return source

    return edited


def place_of(notebook: NotebookNode, name: str) -> int:
    return [cell.id for cell in notebook.cells].index(name)


def noisy(right, answer) -> NotebookNode:
    """A right answer around which everything talks, at import, in the function, in its check."""
    talk = (
        "import logging, sys, warnings\nfrom tqdm import tqdm\n"
        "logging.basicConfig(level=logging.INFO)\nlogging.warning('before')\n"
        "print('on stderr', file=sys.stderr)\nbar = tqdm(total=3)\n"
    )
    inside = (
        "    warnings.warn('a warning')\n    logging.getLogger('learner').error('a log line')\n"
        "    jnp.zeros(2, dtype='float64')\n    bar.update()\n    list(tqdm(range(3)))\n"
        "    print('again', file=sys.stderr)\n    os.write(2, b'below Python')\n"
        "    residuals = xs @"
    )
    notebook = right(
        target_shift="import os\n"
        + talk
        + answer("target-shift", ("    residuals = xs @", inside))
        + "\n\n0.0"
    )
    check = notebook.cells[place_of(notebook, "check-target-shift")]
    check.source += "\n0.25"
    return notebook


def doubled(right, answer) -> NotebookNode:
    notebook = right()
    for name in ("exercise-gd-weights", "check-gd-weights", "question-what-changed"):
        copied = copy.deepcopy(notebook.cells[place_of(notebook, name)])
        copied.id = f"pasted-{name}"
        notebook.cells.insert(place_of(notebook, name) + 1, copied)
    at = place_of(notebook, "exercise-gd-weights")
    notebook.cells[at].source = "def gd_weights(n_context, d_x, learning_rate):\n    return 0"
    return notebook


def deleted(right, answer) -> NotebookNode:
    notebook = right()
    for name in ("exercise-gd-weights", "check-multi-output"):
        del notebook.cells[place_of(notebook, name)]
    return notebook


def stripped(right, answer) -> NotebookNode:
    notebook = right()
    notebook.metadata = nbformat.from_dict({})
    for number, cell in enumerate(notebook.cells):
        cell.metadata, cell.id = nbformat.from_dict({}), f"other-{number}"
    return notebook


def helped(right, answer) -> NotebookNode:
    """A helper and an import stand in cells of their own; a magic times the answer."""
    body = answer("target-shift", ("residuals.T @ xs / len(xs)", "mean_outer(residuals, xs)"))
    notebook = right(target_shift="%%time\n" + body)
    at = place_of(notebook, "exercise-target-shift")
    notebook.cells[at:at] = [
        new_code_cell("import functools"),
        new_code_cell(
            "def mean_outer(rows, others):\n"
            "    return functools.reduce(jnp.add, map(jnp.outer, rows, others)) / len(rows)"
        ),
    ]
    return notebook


@dataclass(frozen=True)
class HandIn:
    """What a learner hands in, and what may be lost for it: a misconception, or None, by id."""

    make: Callable[..., NotebookNode | bytes]
    lost: dict[str, str | None]
    status: str = "graded"


EVERYTHING = dict.fromkeys(EXERCISES, None)
LOOP = "def multi_output_weights(n_context, w_0, learning_rates):\n    while True:\n        pass"
CLASS = {
    "ada": HandIn(lambda right, answer: right(), {}),
    "ben": HandIn(
        lambda right, answer: right(
            target_shift=answer("target-shift", ("ys - xs @", "ys + xs @")),
            gd_weights=answer("gd-weights", ("learning_rate / n_context", "learning_rate")),
        ),
        {"target-shift": "sign", "gd-weights": "no-mean"},
    ),
    "carl": HandIn(lambda right, answer: b"this is no notebook", EVERYTHING, "unreadable"),
    "dora": HandIn(noisy, {}),
    "emil": HandIn(doubled, {}),
    "fay": HandIn(deleted, {"gd-weights": None}),
    "gus": HandIn(stripped, {}),
    "hal": HandIn(helped, {}),
    "ida": HandIn(
        lambda right, answer: right(gd_weights="def gd_weights(n_context\n    return 1"),
        {"gd-weights": None},
    ),
    "jim": HandIn(
        lambda right, answer: right(multi_output=LOOP), {"multi-output": None}, "stopped"
    ),
    "kim": HandIn(
        lambda right, answer: right(gd_weights="import os\nos._exit(3)"),
        {"gd-weights": None},
        "stopped",
    ),
}


@pytest.fixture(scope="session")
def compiled(tmp_path_factory) -> Path:
    """Where stock nbgrader's kernels keep compiled programs: most of their time."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture(scope="session")
def nbgrader(compiled) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a stock command, by default as someone does who has not activated the environment."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("NBGRADER", "JAX"))}
    # Without the last two, JAX stores nothing of programs as small as these.
    variables |= {
        "JAX_COMPILATION_CACHE_DIR": str(compiled),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }

    def run(
        directory: Path, *words: str, activated: bool = False
    ) -> subprocess.CompletedProcess[str]:
        path = "/usr/bin:/bin"
        done = subprocess.run(
            [str(NBGRADER), *words],
            cwd=directory,
            env=variables | {"PATH": f"{NBGRADER.parent}:{path}" if activated else path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    return run


@pytest.fixture(scope="session")
def new_class(tmp_path_factory, lesson) -> Callable[[], Path]:
    """Make a class of the small lesson."""

    def make() -> Path:
        return init_class(tmp_path_factory.mktemp("class"), content=lesson.root)

    return make


def hand_in(
    name: str, made: NotebookNode | bytes, lesson: Lesson, directory: Path, time: datetime
) -> Path:
    """Write a hand-in as the learner's command does, even of bytes that are no notebook."""
    is_notebook = not isinstance(made, bytes)
    path = write_archive(lesson, made if is_notebook else new_notebook(), name, directory, now=time)
    if not is_notebook:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(lesson.release.name, made)
    return path


@pytest.fixture(scope="session")
def graded(new_class, lesson, right, answer, nbgrader, tmp_path_factory) -> SimpleNamespace:
    """The class, released, collected, graded and told by the stock commands; not to be changed."""
    directory = new_class()
    with (directory / "nbgrader_config.py").open("a") as config:
        config.write(f"c.RunForMarks.cell_seconds = {CELL_SECONDS}\n")
    nbgrader(directory, "generate_assignment", lesson.name)
    handed_in = directory / "downloaded" / lesson.name / "archive"
    time = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    for number, (name, submission) in enumerate(CLASS.items()):
        later = time + timedelta(seconds=number)
        hand_in(name, submission.make(right, answer), lesson, handed_in, later)
    collected = nbgrader(directory, "zip_collect", lesson.name)
    autograded = nbgrader(directory, "autograde", lesson.name)
    told = nbgrader(directory, "generate_feedback", lesson.name)
    return SimpleNamespace(
        directory=directory, collected=collected, autograded=autograded, told=told
    )


@pytest.fixture(scope="session")
def noisy_answer(right, answer) -> NotebookNode:
    return noisy(right, answer)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for a learner each one of the class."""
    if "learner" in metafunc.fixturenames:
        metafunc.parametrize("learner", CLASS)


@pytest.fixture
def promised(learner) -> HandIn:
    """What was promised of this learner's submission."""
    return CLASS[learner]


@pytest.fixture(scope="session")
def give(lesson) -> Callable[..., Path]:
    """Write a hand-in as the learner's command does."""
    return lambda name, made, directory, time=datetime(2026, 1, 2, tzinfo=UTC): hand_in(
        name, made, lesson, directory, time
    )
