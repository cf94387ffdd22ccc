"""nbgrader's configuration for this course.

A class's own `nbgrader_config.py` says

    from autograder.nbgrader_config import configure
    configure(get_config(), root=...)

and a copy of this file will do as that file, too.
"""

import functools
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nbgrader import api
from nbgrader.converters import base

from autograder.building.release_steps import AFTER_GRADEBOOK, BEFORE_GRADEBOOK
from autograder.submissions.intake import is_small_file

OURS = ".icl-course"
"""The directory in a class's root that holds what is not nbgrader's."""

_OURS = "autograder.grading.preprocessors"
_THEIRS = "nbgrader.preprocessors"
_SANITIZE = "autograder.grading.sanitizing.SanitizeOutputs"


def configure(config: Any, root: Path | None = None) -> None:
    """Set what nbgrader needs to grade this course.

    Steps are named by text, not given as classes, so that formgrader can show its configuration.

    Arguments:
        config: what `get_config()` returns.
        root: the class's directory; by default nbgrader takes the current one.
    """
    _find_tools()
    _leave_alone_what_lies_beside()
    _keep_engines()
    directory = config.CourseDirectory
    # The same names as in the course's repository, so that each is the other's course directory.
    directory.source_directory = "solutions"
    directory.release_directory = "lessons"
    # Beside a solved notebook lies the source that both notebooks are made from.
    directory.ignore = [
        ".ipynb_checkpoints",
        "__pycache__",
        "*.py",
        "*.pyc",
        "facts.json",
        "feedback",
        OURS,
    ]
    if root is not None:
        directory.root = str(root)
    # As `icl-course hand-in` names archives. The learner is read from the archive's name alone.
    config.FileNameCollectorPlugin.named_regexp = (
        r".*_(?P<student_id>[A-Za-z0-9]+)_attempt_(?P<timestamp>[0-9\-]+)_\w+[\\/](?P<file_id>\w+)"
    )
    config.GenerateAssignment.preprocessors = [
        *_named(BEFORE_GRADEBOOK),
        f"{_THEIRS}.SaveCells",
        *_named(AFTER_GRADEBOOK),
    ]
    config.Autograde.exporter_class = f"{_OURS}.SubmissionExporter"
    config.Autograde.sanitize_preprocessors = [
        f"{_OURS}.RebuildFromRelease",
        *(f"{_THEIRS}.{name}" for name in ("ClearOutput", "DeduplicateIds")),
        *(f"{_THEIRS}.{name}" for name in ("OverwriteKernelspec", "OverwriteCells")),
        f"{_OURS}.CheckMetadata",
    ]
    config.Autograde.autograde_preprocessors = [
        f"{_OURS}.RunForMarks",
        _SANITIZE,
        *(f"{_THEIRS}.{name}" for name in ("IgnorePattern", "LimitOutput", "SaveAutoGrades")),
        f"{_THEIRS}.AssignLatePenalties",
        f"{_OURS}.ShowRubric",
        f"{_OURS}.CheckMetadata",
    ]
    config.GenerateFeedback.exporter_class = "autograder.grading.feedback_page.FeedbackExporter"
    # A heading's anchor is an id that a learner would choose, and formgrader goes by ids.
    config.HTMLExporter.exclude_anchor_links = True
    config.GenerateFeedback.preprocessors = [
        _SANITIZE,
        f"{_OURS}.HideRubric",
        f"{_THEIRS}.GetGrades",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]


def _named(steps: Iterable[type]) -> list[str]:
    return [f"{step.__module__}.{step.__qualname__}" for step in steps]


def _leave_alone_what_lies_beside() -> None:
    """Keep nbgrader from copying what lies beside a submission: pipes, links, gigabytes.

    It copies the time of handing in, as ever.

    nbgrader has no setting for it: what it ignores, it ignores in the course's own files too.
    """
    original = base.find_all_files

    def find_all_files(path: str, exclude: list[str] | None = None) -> list[str]:
        if not {"submitted", "autograded"} & set(Path(path).parts[-3:-2]):
            return list(original(path, exclude))
        stamp = Path(path, "timestamp.txt")
        return [str(stamp)] if is_small_file(stamp) and not Path(path).is_symlink() else []

    if original.__module__ != __name__:
        base.find_all_files = find_all_files


def _keep_engines() -> None:
    """Let the gradebooks that nbgrader opens, eleven for a submission, share what they compiled.

    A closed gradebook has no connection left; its engine still knows its statements in SQL.
    """
    if not hasattr(api.create_engine, "cache_clear"):
        api.create_engine = functools.cache(api.create_engine)


def _find_tools() -> None:
    """Let nbgrader find `alembic`, which it starts by its bare name, in its own environment."""
    tools = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "")
    if tools not in path.split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([tools, path])


if "get_config" in globals():
    configure(globals()["get_config"]())
