"""What nbgrader runs of ours: steps of its own commands, chosen by `nbgrader_config`.

An assignment that is not of this course (its release has no `icl_course` metadata) passes through
every step as under stock nbgrader.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import CheckCellMetadata, Execute, NbGraderPreprocessor
from traitlets import Enum, Float

from autograder.building.leaks import lines_between_markers
from autograder.building.notebooks import cell_exercise, cell_kind
from autograder.building.release_steps import release_notebook
from autograder.grading.ahead import take
from autograder.grading.marking import Marks, mark
from autograder.grading.outcomes import refuse, settle
from autograder.grading.secret import class_secret
from autograder.running.runner import CELL_SECONDS, TOTAL_SECONDS, Limits
from autograder.sandbox.starting import KINDS, starter
from autograder.submissions.intake import problem_with
from autograder.submissions.rebuild import Rebuilt, empty_notebook, rebuild
from autograder.submissions.submission import UnreadableSubmissionError, read_submission

Resources = dict[str, Any]
Step = tuple[NotebookNode, Resources]

FOR_MARKER = "marker"
"""The kind of cells that the marker sees in formgrader and the learner never does."""


class SubmissionExporter(NotebookExporter):
    """Reads the files that Autograde converts, so that an unreadable one is graded, with 0.

    Stock nbgrader drops such a submission without a mark.
    """

    def from_filename(
        self, filename: str, resources: Resources | None = None, **options: Any
    ) -> tuple[str, Resources]:
        """Convert a file; what is wrong with it goes to the steps as `icl_course_problem`."""
        resources = ResourcesDict() if resources is None else resources
        path = Path(filename)
        resources["metadata"] = ResourcesDict(name=path.stem, path=str(path.parent))
        try:
            if path.is_symlink():
                raise UnreadableSubmissionError(f"{path.name} is a link, not a file.")
            if problem := problem_with(path.parent, path.name):
                raise UnreadableSubmissionError(problem)
            notebook = read_submission(path)
        except UnreadableSubmissionError as error:
            notebook = new_notebook()
            resources["icl_course_problem"] = str(error)
        converted: tuple[str, Resources] = self.from_notebook_node(notebook, resources, **options)
        return converted


class RebuildFromRelease(NbGraderPreprocessor):
    """The first step of Autograde: ours, with the learner's answers put in."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Step:
        """Rebuild the notebook, or give the release empty if it cannot be read."""
        problem = resources.get("icl_course_problem")
        release = _release(self, resources["nbgrader"])
        if release is None:
            if problem:
                raise UnreadableSubmissionError(problem)
            return nb, resources
        try:
            if problem:
                raise UnreadableSubmissionError(problem)
            rebuilt = rebuild(release, nb)
        except UnreadableSubmissionError as error:
            rebuilt = _unreadable(release, str(error))
        for note in rebuilt.notes:
            self.log.warning("%s: %s", resources["nbgrader"]["student"], note)
        return rebuilt.notebook, resources


def _unreadable(release: NotebookNode, problem: str) -> Rebuilt:
    rebuilt = empty_notebook(release, problem)
    rebuilt.notebook.metadata.icl_course.status = "unreadable"
    return rebuilt


class RunForMarks(NbGraderPreprocessor):
    """Runs the cells that count, in place of nbgrader's Execute, and settles what each earned."""

    cell_seconds = Float(CELL_SECONDS, help="Wall time for one cell, in seconds.").tag(config=True)
    total_seconds = Float(TOTAL_SECONDS, help="Wall time for one notebook.").tag(config=True)
    sandbox = Enum(
        KINDS, "bubblewrap", help="Where learners' code runs; 'none': with your rights."
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Step:
        """Run the notebook in the sandbox; what it leaves there is thrown away."""
        if not _is_ours(nb):
            executed: Step = Execute(parent=self.parent).preprocess(nb, resources)
            return executed
        if nb.metadata.icl_course.get("status") == "unreadable":
            refuse(nb, nb.metadata.icl_course.notes[0])
            return nb, resources
        # nbgrader's converters work in the course's root.
        settle(nb, take(nb) or self.marks(nb, Path.cwd()), self.limits)
        return nb, resources

    def marks(self, notebook: NotebookNode, root: Path) -> Marks:
        """Run a notebook of the class in `root` and judge its answers."""
        start = starter(self.sandbox, root)
        return mark(notebook, start, self.limits, class_secret(root))

    @property
    def limits(self) -> Limits:
        """Wall time, as configured."""
        return Limits(self.cell_seconds, self.total_seconds)


class CheckMetadata(CheckCellMetadata):
    """Leaves out what nbgrader checks of a notebook of ours: its metadata is the release's own."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Step:
        """Check an assignment of another course."""
        if _is_ours(nb):
            return nb, resources
        checked: Step = super().preprocess(nb, resources)
        return checked


class ShowRubric(NbGraderPreprocessor):
    """Puts the model answer and the rubric below each written answer, for the marker."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Step:
        """Read them from the solved notebook in the course's source directory."""
        path = _course_file(self, "source_directory", resources["nbgrader"])
        if not _is_ours(nb) or not path.exists():
            return nb, resources
        solved = nbformat.read(path, as_version=4).cells
        cells = []
        for cell in nb.cells:
            cells.append(cell)
            if cell_kind(cell) == "question":
                cells.append(_marking_help(cell_exercise(cell), solved))
        nb.cells = cells
        return nb, resources


def _marking_help(question: str | None, solved: list[NotebookNode]) -> NotebookNode:
    texts = {cell_kind(c): c.source for c in solved if cell_exercise(c) == question}
    model = "\n".join(lines_between_markers(texts.get("question", "")))
    parts = ["**For the marker: a model answer**", model, "**Rubric**", texts.get("rubric", "")]
    return new_markdown_cell(
        "\n\n".join(part.strip() for part in parts),
        id=f"marker-{question}",
        metadata={"icl_course": {"kind": FOR_MARKER, "exercise": question}},
    )


class HideRubric(NbGraderPreprocessor):
    """The first step of GenerateFeedback: what was for the marker goes."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> Step:
        """Drop the marker's cells."""
        nb.cells = [cell for cell in nb.cells if cell_kind(cell) != FOR_MARKER]
        return nb, resources


def _is_ours(notebook: NotebookNode) -> bool:
    return isinstance(notebook.metadata.get("icl_course"), dict)


def _release(step: NbGraderPreprocessor, names: Mapping[str, str]) -> NotebookNode | None:
    """Return the release that a submission is graded against; None if it is not of this course.

    It lies in the release directory; if somebody tidied that away, it is made again from the solved
    notebook.
    """
    released = _course_file(step, "release_directory", names)
    solved = _course_file(step, "source_directory", names)
    if released.exists():
        notebook = nbformat.read(released, as_version=4)
    elif solved.exists() and _is_ours(notebook := nbformat.read(solved, as_version=4)):
        notebook = release_notebook(notebook)
    else:
        return None
    return notebook if _is_ours(notebook) else None


def _course_file(step: NbGraderPreprocessor, directory: str, names: Mapping[str, str]) -> Path:
    # nbgrader's converters work in the course's root and tell their steps nothing else about it.
    course = CourseDirectory(parent=step, root=os.getcwd())
    folder = course.format_path(getattr(course, directory), ".", names["assignment"])
    return Path(folder) / f"{names['notebook']}.ipynb"
