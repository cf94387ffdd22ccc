"""The build against a toy lesson: its format, its determinism, and nbgrader's own release of it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from rich.console import Console

from autograder.building.build import build, build_command, release_notebook, solved_notebook
from autograder.building.evidence import Evidence
from autograder.building.facts import Fact, drift, fact, facts_text, read_facts, render
from autograder.building.kernel import complaints, run_notebook
from autograder.building.notebooks import cell_kind, notebook_text, without_outputs
from autograder.building.promises import READING, nothing_leaks
from autograder.building.promises_run import RUNNING
from autograder.building.source import SourceError, read_source

WriteToy = Callable[..., Evidence]


def test_the_built_toy_keeps_every_promise(built_toy: Evidence) -> None:
    broken = {promise.__name__: promise(built_toy) for promise in (*READING, *RUNNING)}
    assert broken == {name: [] for name in broken}


def test_tags_become_ids_and_metadata(built_toy: Evidence) -> None:
    solved = nbformat.read(built_toy.lesson.solved, as_version=4)
    ids = [cell.id for cell in solved.cells]
    assert " ".join(ids) == (
        "cell-01 cell-02 exercise-double check-double cell-05 cell-06 exercise-triple "
        "check-triple check-triple-2 cell-10 predict-which cell-12 cell-13 question-why cell-15 "
        "cell-16"
    )
    by_id = {cell.id: cell.metadata for cell in solved.cells}
    assert by_id["cell-01"] == {"icl_course": {"kind": "text"}}
    assert by_id["cell-05"] == {"icl_course": {"kind": "solution", "exercise": "double"}}
    assert by_id["cell-12"] == {"icl_course": {"kind": "display"}, "tags": ["skip-execution"]}
    graded = {"schema_version": 3, "grade": True, "solution": False, "locked": True, "task": False}
    assert by_id["check-triple-2"] == {
        "icl_course": {"kind": "check", "exercise": "triple"},
        "nbgrader": graded | {"grade_id": "check-triple-2", "points": 2},
    }
    asked = graded | {"grade": False, "solution": True, "locked": False}
    assert by_id["exercise-double"]["nbgrader"] == asked | {"grade_id": "double"}
    manual = asked | {"grade": True, "grade_id": "why", "points": 2}
    assert by_id["question-why"]["nbgrader"] == manual
    given = graded | {"grade": False, "grade_id": "cell-02"}
    assert by_id["cell-02"]["nbgrader"] == given


def test_no_machine_stands_in_the_notebook_metadata(built_toy: Evidence) -> None:
    solved = nbformat.read(built_toy.lesson.solved, as_version=4)
    assert solved.metadata.icl_course.lesson == "03"
    assert solved.metadata.kernelspec.name == "python3"
    assert "version" not in solved.metadata.language_info
    assert not any("execution" in cell.metadata for cell in solved.cells)


def test_executions_are_numbered_as_if_facts_had_not_run(built_toy: Evidence) -> None:
    solved = nbformat.read(built_toy.lesson.solved, as_version=4)
    counts = [c.execution_count for c in solved.cells if c.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    assert not any(cell_kind(cell) == "facts" for cell in solved.cells)
    first_display = next(cell for cell in solved.cells if cell.id == "cell-12")
    assert [o.output_type for o in first_display.outputs] == ["stream", "execute_result"]
    assert first_display.outputs[1].execution_count == first_display.execution_count


def test_the_release_has_blanks_and_no_answers(built_toy: Evidence) -> None:
    release = nbformat.read(built_toy.lesson.release, as_version=4)
    by_id = {cell.id: cell for cell in release.cells}
    assert "raise NotImplementedError()" in by_id["exercise-double"].source
    assert "number + number" not in by_id["exercise-double"].source
    assert by_id["question-why"].source == "Why?\n\nYOUR ANSWER HERE"
    assert by_id["predict-which"].source == 'predict("which", choice="?")'
    assert by_id["check-double"].metadata.editable is False
    assert len(by_id["check-double"].metadata.nbgrader.checksum) == 32
    assert "The largest deviation is 1.2e-7." in by_id["cell-01"].source
    assert {"cell-05", "cell-10", "cell-15"}.isdisjoint(by_id)


def test_facts_are_written_and_code_keeps_its_brackets(built_toy: Evidence) -> None:
    facts = read_facts(built_toy.lesson.facts)
    assert facts == {"deviation": Fact(1.234e-7, ".1e", 0.5)}
    assert built_toy.lesson.facts.read_text() == facts_text(facts)
    assert "# table[[row]] is code" in built_toy.solved.cells[4].source


def test_a_rebuild_is_byte_identical(
    built_toy: Evidence, write_toy: WriteToy, tmp_path: Path
) -> None:
    again = write_toy(tmp_path)
    (report,) = build([again.lesson], evidence_on=lambda lesson: again)
    assert report.errors == ()
    assert set(report.written) == {again.lesson.solved, again.lesson.release, again.lesson.facts}
    for name in ("solved", "release", "facts"):
        before, after = getattr(built_toy.lesson, name), getattr(again.lesson, name)
        assert before.read_bytes() == after.read_bytes(), name


def test_a_build_without_execution_keeps_the_outputs_of_unchanged_cells(toy_copy: Evidence) -> None:
    before = toy_copy.lesson.solved.read_bytes()
    toy_copy.lesson.release.unlink()
    (report,) = build([toy_copy.lesson], execute=False, evidence_on=lambda lesson: toy_copy)
    assert report.errors == ()
    assert toy_copy.lesson.solved.read_bytes() == before
    assert toy_copy.lesson.release.exists()


def test_solved_and_release_come_from_a_lesson_alone(built_toy: Evidence) -> None:
    solved = solved_notebook(built_toy.lesson)
    committed = nbformat.read(built_toy.lesson.solved, as_version=4)
    assert notebook_text(solved) == notebook_text(without_outputs(committed))
    assert notebook_text(release_notebook(solved)) == built_toy.lesson.release.read_text()


def test_a_build_with_errors_writes_nothing_and_reports_them_all(
    write_toy: WriteToy, tmp_path: Path
) -> None:
    evidence = write_toy(
        tmp_path,
        ('print(EXPECTED["double"])', 'print("careful", file=sys.stderr)'),
        ('Figure("the second figure, 2 lines")', "1 / 0"),
        ("[[deviation]]", "[[deviations]]"),
    )
    (report,) = build([evidence.lesson], evidence_on=lambda lesson: evidence)
    assert report.errors == (
        "cell cell-12 wrote to stderr: careful",
        "cell cell-13: ZeroDivisionError: division by zero",
        "[[deviations]]: no facts cell records it",
        "fact 'deviation' is recorded, but no prose says [[deviation]]",
    )
    assert report.written == ()
    assert not evidence.lesson.solved.exists()
    assert not evidence.lesson.release.exists()


def test_check_writes_nothing(toy_copy: Evidence) -> None:
    toy_copy.lesson.release.unlink()
    (report,) = build(
        [toy_copy.lesson], check=True, execute=False, evidence_on=lambda lesson: toy_copy
    )
    assert report.errors[0].startswith("lessons/03_toy/toy.ipynb is missing")
    assert not toy_copy.lesson.release.exists()


def test_the_command_exits_with_2_for_a_lesson_that_is_not_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert build_command(["nowhere"], console=Console()) == 2
    assert "there is no lesson 'nowhere'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# %% display", "# %% displya", "unknown word 'displya'"),
        ('exercise="double"', 'exercize="double"', "unknown tag exercize"),
        ('exercise="double"', 'exercise="Double it"', "is no exercise id"),
        ('exercise="double"', 'exercise="double" check="double"', "a cell has one tag"),
        (' points=2\ncheck("double"', '\ncheck("double"', "check cell needs points"),
        ('predict="which"', 'predict="which" points=1', "takes no points"),
        ('check("double", double)', 'check("double", double)\nx = 1', "must be one statement"),
        ('check("double", double)', 'check("triple", double)', "must be one statement"),
        ('choice="b"', '"b"', 'needs choice="x"'),
        (
            '    ### END SOLUTION\n\n# %% check="double"',
            '\n# %% check="double"',
            "exercise cell needs",
        ),
        ("# Nowhere.", "# ### BEGIN SOLUTION", "only exercise and question cells may"),
        ('# %% [markdown] rubric="why"', '# %% [markdown] rubric="wy"', "which no cell above asks"),
        ('exercise="triple"', 'exercise="double"', "2 exercise cells for 'double'"),
        ('# %% [markdown] question="why"', '# %% question="why"', "must be markdown, not code"),
        ("# %% [markdown]\n# # A toy", "# # A toy", "every cell begins with"),
    ],
)
def test_a_broken_source_is_refused_with_its_reason(
    write_toy: WriteToy, tmp_path: Path, old: str, new: str, message: str
) -> None:
    evidence = write_toy(tmp_path, (old, new))
    with pytest.raises(SourceError) as caught:
        read_source(evidence.lesson.source)
    assert message in str(caught.value)


def test_faults_of_a_source_are_listed_together_with_their_lines(
    write_toy: WriteToy, tmp_path: Path
) -> None:
    evidence = write_toy(tmp_path, ("# %% display", "# %% show"), ('choice="b"', '"b"'))
    (report,) = build([evidence.lesson], check=True, evidence_on=lambda lesson: evidence)
    lines = evidence.lesson.source.read_text().splitlines()
    shows = [number for number, line in enumerate(lines, 1) if line == "# %% show"]
    assert [error.split(": ")[0] for error in report.errors[:2]] == [
        f"toy.py:{number}" for number in shows
    ]
    assert len(report.errors) == 3


def test_a_run_that_does_not_end_is_stopped_and_says_where() -> None:
    cells = [new_code_cell("1", id="quick"), new_code_cell("while True: pass", id="endless")]
    run = run_notebook(new_notebook(cells=cells), seconds=2)
    assert complaints(run) == ["cell endless: stopped, the run was not done after 2 s"]


def test_a_kernel_that_dies_is_an_error() -> None:
    cells = [new_code_cell("import os; os._exit(1)", id="deadly")]
    assert complaints(run_notebook(new_notebook(cells=cells), seconds=30)) == [
        "cell deadly: the kernel died"
    ]


def test_a_run_uses_this_interpreter_and_none_of_the_callers_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoy = tmp_path / "kernels" / "python3"
    decoy.mkdir(parents=True)
    spec = {"argv": ["/bin/false"], "display_name": "decoy", "language": "python"}
    (decoy / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("JAX_ENABLE_X64", "1")
    source = "import os, sys; print(sys.executable, os.environ.get('JAX_ENABLE_X64'))"
    run = run_notebook(new_notebook(cells=[new_code_cell(source)]), seconds=30)
    assert run.notebook.cells[0].outputs[0].text == f"{sys.executable} None\n"


@pytest.mark.parametrize(
    ("value", "rounding", "text"),
    [
        (1.19e-7, ".1e", "1.2e-7"),
        (123.0, "d", "123"),
        (0.98765, ".1%", "98.8%"),
        (2e10, ".0e", "2e10"),
    ],
)
def test_a_fact_reads_as_its_rounding_says(value: float, rounding: str, text: str) -> None:
    assert render("about [[x-1]], `[[y]]`", {"x-1": Fact(value, rounding, 0.1)}) == (
        f"about {text}, `[[y]]`"
    )


@pytest.mark.parametrize(("name", "value"), [("Not a name", 1.0), ("nan", float("nan"))])
def test_a_fact_is_a_finite_number_with_a_plain_name(name: str, value: float) -> None:
    with pytest.raises(ValueError, match="fact"):
        fact(name, value)


def test_drift_is_judged_within_the_tolerance() -> None:
    committed = {"a": Fact(1.0, ".1f", 0.1), "b": Fact(1.0, ".1f", 0.1), "gone": Fact(1, "d", 0.1)}
    fresh = {"a": Fact(1.09, ".1f", 0.1), "b": Fact(1.2, ".1f", 0.1), "new": Fact(1, "d", 0.1)}
    errors = drift(committed, fresh)
    assert [error.split(" is ")[0] for error in errors[:1]] == ["fact 'new'"]
    assert "'gone'" in errors[1]
    assert errors[2].startswith("fact 'b' is 1 in facts.json and 1.2 when computed again")
    assert len(errors) == 3
    assert drift({"a": Fact(1.0, ".1f", 0.1)}, {"a": Fact(1.0, ".2f", 0.1)})


NBGRADER_CONFIG = """
from nbgrader.preprocessors import SaveCells
from autograder.building.release_steps import AFTER_GRADEBOOK, BEFORE_GRADEBOOK
c = get_config()
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "handed_out"
c.CourseDirectory.ignore = IGNORE
c.GenerateAssignment.preprocessors = [*BEFORE_GRADEBOOK, SaveCells, *AFTER_GRADEBOOK]
"""


def generate_assignment(course: Path, ignored: list[str]) -> None:
    config = NBGRADER_CONFIG.replace("IGNORE", repr(ignored))
    (course / "nbgrader_config.py").write_text(config)
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", "03_toy", "--force"]
    subprocess.run(
        command, cwd=course, env=os.environ | {"PATH": path}, check=True, capture_output=True
    )


@pytest.mark.nbgrader
def test_nbgrader_releases_the_same_file_byte_for_byte(toy_copy: Evidence) -> None:
    course = toy_copy.lesson.root
    generate_assignment(course, ["*.py", "facts.json"])
    released = course / "handed_out" / "03_toy"
    assert [path.name for path in released.iterdir()] == ["toy.ipynb"]
    assert (released / "toy.ipynb").read_bytes() == toy_copy.lesson.release.read_bytes()


@pytest.mark.nbgrader
def test_nbgrader_would_hand_out_the_source_if_it_were_not_ignored(toy_copy: Evidence) -> None:
    course = toy_copy.lesson.root
    generate_assignment(course, [])
    shutil.rmtree(course / "lessons")
    (course / "handed_out").rename(course / "lessons")
    leaks = nothing_leaks(toy_copy)
    assert len(leaks) == 2
    assert any("toy.py does not belong in lessons/" in leak for leak in leaks)
