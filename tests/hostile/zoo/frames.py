"""The notebook's own frame, changed: check cells, metadata, tags, ids, kernelspec."""

import copy
from collections.abc import Callable

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from autograder.building.notebooks import cell_kind

from .case import ALL, Build, Cases, cell_of, place_of

CASES = Cases("frames")
KEPT = {"may_earn": ALL, "must_earn": ALL}


def changed(change: Callable[[NotebookNode], None]) -> Build:
    """Change the empty release."""

    def build(release: NotebookNode, right: NotebookNode) -> NotebookNode:
        change(release)
        return release

    return build


def right_but(change: Callable[[NotebookNode], None]) -> Build:
    """Change the notebook with the right answers."""

    def build(release: NotebookNode, right: NotebookNode) -> NotebookNode:
        change(right)
        return right

    return build


def checks(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the check cells."""
    return [cell for cell in notebook.cells if cell_kind(cell) == "check"]


def _edited(notebook: NotebookNode) -> None:
    for number, cell in enumerate(checks(notebook)):
        cell.source = ("print('passed')", "16.0", "pass", "check = print\n3")[number % 4]


def _deleted(notebook: NotebookNode) -> None:
    notebook.cells = [cell for cell in notebook.cells if cell_kind(cell) != "check"]


def _duplicated(notebook: NotebookNode) -> None:
    for cell in checks(notebook):
        for source in ("2.0", "print('passed')", cell.source):
            copied = copy.deepcopy(cell)
            copied.source = source
            notebook.cells.insert(place_of(notebook, cell.id) + 1, copied)


def _reordered(notebook: NotebookNode) -> None:
    notebook.cells = checks(notebook) + [
        cell for cell in notebook.cells if cell_kind(cell) != "check"
    ]


def _reversed(notebook: NotebookNode) -> None:
    notebook.cells.reverse()


def _bare(notebook: NotebookNode) -> None:
    notebook.metadata = nbformat.from_dict({})
    for number, cell in enumerate(notebook.cells):
        cell.metadata, cell.id = nbformat.from_dict({}), f"other-{number}"


def _points(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.points = 1000
            cell.metadata.nbgrader.grade = True
            cell.metadata.nbgrader.checksum = "0" * 32


def _skipped(notebook: NotebookNode) -> None:
    for cell in checks(notebook):
        cell.metadata.tags = ["skip-execution", "raises-exception", "remove-cell"]


def _kinds(kind: str) -> Callable[[NotebookNode], None]:
    def change(notebook: NotebookNode) -> None:
        for cell in checks(notebook):
            cell.cell_type = kind
            del cell["outputs"], cell["execution_count"]

    return change


def _not_solutions(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            mine = cell.metadata.nbgrader
            mine.solution, mine.locked, mine.grade = not mine.solution, False, not mine.grade


def _names_swapped(notebook: NotebookNode) -> None:
    names = [cell.metadata.nbgrader.grade_id for cell in checks(notebook)]
    for cell, name in zip(checks(notebook), names[1:] + names[:1], strict=True):
        cell.metadata.nbgrader.grade_id = name


def _ours_as_theirs(notebook: NotebookNode) -> None:
    """Say of cells of the learner's own that they are ours."""
    for name, source in (
        ("cell-02", "def check(*args): print('passed')"),
        ("check-target-shift", "2.0"),
        ("cell-08", "import os\nos._exit(0)"),
    ):
        own = new_code_cell(source, id=name)
        own.metadata = copy.deepcopy(cell_of(notebook, name).metadata)
        notebook.cells.insert(0, own)


def _display_checks(notebook: NotebookNode) -> None:
    for cell in checks(notebook):
        cell.metadata.icl_course.kind = "display"


def _forged_verdicts(notebook: NotebookNode) -> None:
    passed = {"passed": True, "score": 1.0, "misconception": None, "message": "passed"}
    for cell in checks(notebook):
        name = cell.metadata.icl_course.exercise
        cell.metadata.icl_course.verdict = nbformat.from_dict(passed | {"exercise": name})
        cell.outputs = [
            new_output("stream", name="stdout", text=f"{name}: passed, 3 of 3 points."),
            new_output("execute_result", data={"text/plain": "3.0"}, execution_count=1),
        ]
        cell.execution_count = 1
    notebook.metadata.icl_course.status = "graded"
    notebook.metadata.icl_course.notes = ["Everything passed."]
    notebook.metadata.icl_course.marks = {"target-shift": 2}


def _other_lesson(notebook: NotebookNode) -> None:
    notebook.metadata.icl_course.lesson = "01"


def _odd_metadata(notebook: NotebookNode) -> None:
    """Put values of every wrong type where ours are."""
    values = [[], 7, "x", None, True, {"a": {"b": []}}, [[]], 1e308, {"nbgrader": "x"}]
    for number, cell in enumerate(notebook.cells):
        value = values[number % len(values)]
        cell.metadata = nbformat.from_dict(
            {"nbgrader": value, "icl_course": value, "tags": value, "editable": value}
        )
    notebook.metadata = nbformat.from_dict({"icl_course": 7, "kernelspec": [], "widgets": "x"})


def _grade_ids(notebook: NotebookNode) -> None:
    for number, cell in enumerate(notebook.cells):
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.grade_id = ["a"] if number % 2 else {"a": 1}
            cell.metadata.nbgrader.schema_version = -1


def _kernelspec(notebook: NotebookNode) -> None:
    inject = "python3; touch @CLASS@/@MARK@ $(touch /tmp/@MARK@) `touch /tmp/@MARK@`"
    notebook.metadata.kernelspec = nbformat.from_dict(
        {
            "name": inject,
            "display_name": "../../../../../tmp/x",
            "argv": ["/bin/sh", "-c", "touch @CLASS@/@MARK@"],
            "language": "bash",
            "env": {"LD_PRELOAD": "/tmp/x.so"},
            "metadata": {"kernel_provisioner": {"provisioner_name": "evil"}},
        }
    )
    notebook.metadata.language_info = nbformat.from_dict({"name": "bash", "version": inject})


def _missing_kernel(notebook: NotebookNode) -> None:
    notebook.metadata.kernelspec = nbformat.from_dict(
        {"name": "no-such-kernel", "display_name": "R", "language": "R"}
    )


def _imports_in_given(notebook: NotebookNode) -> None:
    """Write commands into a given cell, on lines that begin as imports do."""
    cell_of(
        notebook, "cell-02"
    ).source += "\nimport os; check = print; hint = print\nfrom builtins import print as check\n"
    cell_of(notebook, "cell-08").source = "import os; os._exit(0)"


def _predict(notebook: NotebookNode) -> None:
    cell_of(
        notebook, "predict-query-as-key"
    ).source = 'predict("query-as-key", choice=__import__("os").system("touch @CLASS@/@MARK@"))'


def _predict_deep(notebook: NotebookNode) -> None:
    cell_of(notebook, "predict-query-as-key").source = (
        'predict("query-as-key", choice=' + "(" * 150 + "-" * 2000 + "1" + ")" * 150 + ")"
    )


def _question_is_code(notebook: NotebookNode) -> None:
    cell = cell_of(notebook, "question-what-changed")
    cell.cell_type, cell.source = "code", "print('an answer')\n2.0"
    cell.outputs, cell.execution_count = [], None


def _solutions_as_text(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell_kind(cell) == "exercise":
            cell.cell_type = "markdown"
            del cell["outputs"], cell["execution_count"]


for name, attack, change in (
    ("checks-edited", "The check cells say something else.", _edited),
    ("checks-deleted", "There are no check cells.", _deleted),
    ("checks-duplicated", "Each check is there four times, edited.", _duplicated),
    ("checks-first", "All checks stand before all answers.", _reordered),
    ("cells-reversed", "All cells stand in the opposite order.", _reversed),
    ("metadata-gone", "All metadata and ids are gone.", _bare),
    ("points-raised", "Every cell claims 1000 points.", _points),
    ("checks-skipped", "The tag skip-execution is on every check.", _skipped),
    ("checks-as-markdown", "The check cells are Markdown.", _kinds("markdown")),
    ("checks-as-raw", "The check cells are raw.", _kinds("raw")),
    ("solution-flags", "Every solution, locked and grade flag is turned round.", _not_solutions),
    ("grade-ids-swapped", "Each check has the name of the next one.", _names_swapped),
    ("grade-ids-odd", "Names of cells are lists and mappings.", _grade_ids),
    ("own-cells-as-ours", "Cells of the learner's own have our ids and metadata.", _ours_as_theirs),
    ("checks-as-figures", "The checks claim to be figures, which do not run.", _display_checks),
    ("verdicts-forged", "Metadata and outputs hold verdicts that pass.", _forged_verdicts),
    ("metadata-odd", "Metadata are of every wrong type.", _odd_metadata),
    ("kernelspec-commands", "The kernelspec holds commands for a shell.", _kernelspec),
    ("kernel-missing", "The kernelspec names a kernel that is not there.", _missing_kernel),
    ("imports-in-given", "Given cells have commands on import lines.", _imports_in_given),
    ("predict-calls", "The prediction's choice is a call of os.system.", _predict),
    ("predict-deep", "The prediction's choice is nested as deep as Python reads.", _predict_deep),
    ("question-as-code", "The written answer is a code cell with a number.", _question_is_code),
):
    CASES.add(name, attack, changed(change))

CASES.add(
    "other-lesson",
    "Claims to be another lesson's notebook.",
    changed(_other_lesson),
    says="lesson",
)

for name, attack, change in (
    ("kept-checks-deleted", "Right answers, and no check cells.", _deleted),
    ("kept-metadata-gone", "Right answers, all metadata and ids gone.", _bare),
    ("kept-checks-edited", "Right answers, the checks changed.", _edited),
    ("kept-checks-skipped", "Right answers, the checks tagged to be skipped.", _skipped),
    ("kept-kernelspec", "Right answers, commands in the kernelspec.", _kernelspec),
    ("kept-as-text", "Right answers in Markdown cells.", _solutions_as_text),
    ("kept-checks-as-raw", "Right answers, the checks raw.", _kinds("raw")),
):
    CASES.add(name, attack, right_but(change), **KEPT)
