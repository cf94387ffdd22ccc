"""The learner's commands, as a learner uses them: on files, in a terminal, from a wheel."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from click.testing import CliRunner, Result

import autograder
from autograder import cli, content
from autograder.ask import asks
from autograder.building.notebooks import cell_kind
from autograder.cli import main
from autograder.commands import start as cli_start
from autograder.content import Lesson, find_lesson
from autograder.exercise import Exercise
from autograder.exercises import exercises
from autograder.learning import progress, solutions
from autograder.learning.targets import find_target

ROOT = Path(__file__).parents[2]
NOTEBOOK = "02_one_layer_is_one_step/one_layer_is_one_step.ipynb"
KEYS = ["id", "passed", "score", "points", "misconception", "message"]


def icl(*arguments: str, **options) -> Result:
    return CliRunner().invoke(main, arguments, catch_exceptions=False, **options)


def words(result: Result) -> str:
    return re.sub(r"\s+", " ", result.output)


@pytest.fixture(autouse=True)
def _a_fresh_process(monkeypatch):
    monkeypatch.setattr(progress, "_of_this_process", {})


@pytest.fixture
def mine(tmp_path, monkeypatch) -> Path:
    """A learner's notebook of lesson 02, in lessons started in the present directory."""
    monkeypatch.chdir(tmp_path)
    assert icl("start", ".", "--no-lab").exit_code == 0
    return tmp_path / NOTEBOOK


@pytest.fixture(scope="module")
def short_content(tmp_path_factory) -> Path:
    """Lesson 02 without the cells that only its text needs: what is left runs in seconds."""
    root, whole = tmp_path_factory.mktemp("content"), find_lesson("02")
    for path in (whole.release, whole.solved):
        notebook = nbformat.read(path, as_version=4)
        first_code = next(cell for cell in notebook.cells if cell.cell_type == "code")
        notebook.cells = [
            cell
            for cell in notebook.cells
            if cell is first_code or cell.cell_type != "code" or cell_kind(cell) != "given"
        ]
        short = root / path.relative_to(whole.root)
        short.parent.mkdir(parents=True)
        nbformat.write(notebook, short)
    return root


@pytest.fixture
def short(short_content, monkeypatch, mine) -> Path:
    """The learner's notebook, where the course is the short one."""
    monkeypatch.setattr(content, "content_root", lambda: short_content)
    shutil.copyfile(find_lesson("02").release, mine)
    return mine


def of_lesson_02() -> dict[str, Exercise]:
    return {name: one for name, one in exercises().items() if one.lesson == "02"}


def status_of_lesson_02() -> dict[str, object]:
    """What `status --json` says of lesson 02; nothing may have happened to any other lesson."""
    found = {one["lesson"]: one for one in json.loads(icl("status", "--json").stdout)["lessons"]}
    assert list(found) == [lesson.number for lesson in content.lessons()]
    ours = found.pop("02")
    for number, other in found.items():
        minutes = sum(one.minutes for one in exercises().values() if one.lesson == number)
        assert (other["earned"], other["minutes_left"]) == (0, minutes)
        assert {(one["passed"], one["tries"]) for one in other["exercises"]} == {(False, 0)}
    return ours


def solution_of(exercise: str) -> str:
    cells = nbformat.read(find_lesson("02").solved, as_version=4).cells
    return next(cell.source for cell in cells if cell.id == f"exercise-{exercise}")


def write(path: Path, **sources: str) -> None:
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = sources.get(cell.id.replace("-", "_"), cell.source)
    nbformat.write(notebook, path)


def test_help_needs_no_jax_and_lists_every_command_by_who_uses_it():
    program = (
        "import sys; from autograder.cli import main; main(['--help'], standalone_mode=False); "
        "assert not {'jax', 'numpy', 'nbformat', 'nbgrader'} & {*sys.modules}"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    learner, _, instructor = done.stdout.partition("For instructors:")
    assert all(f"\n  {name} " in learner for name in cli.LEARNER)
    assert "\n  build " in instructor


@pytest.mark.parametrize("command", sorted(cli.LEARNER))
def test_every_command_explains_itself(command):
    result = icl(command, "--help")
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: main {command}")
    assert len(result.output.splitlines()) > 5


def test_a_command_that_is_nearly_right_is_offered():
    result = icl("chek")
    assert result.exit_code == 2
    assert "There is no command 'chek'. Did you mean check?" in result.stderr
    assert "Did you mean" not in icl("xyzzy").stderr


def test_who_lacks_the_grading_parts_is_told_what_to_install(tmp_path):
    program = (
        "import sys\n"
        "for name in ('nbgrader', 'jupytext', 'nbconvert', 'jinja2'): sys.modules[name] = None\n"
        "from autograder.cli import main\n"
        "main(sys.argv[1:])\n"
    )

    def without(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", program, *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)

    refused = without("build", "--check")
    assert refused.returncode == 1
    assert 'pip install "icl-course[instructor]"' in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert without("start", "here", "--no-lab").returncode == 0
    assert without("hint", "gd-weights").returncode == 0
    assert without("hand-in", "here/" + NOTEBOOK, "--name", "ada").returncode == 0


def test_start_copies_the_lessons_and_never_overwrites(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "one gradient step: copied" in words(icl("start", "--no-lab"))
    mine = tmp_path / "icl-lessons" / NOTEBOOK
    assert mine.read_bytes() == find_lesson("02").release.read_bytes()
    assert progress.find_folder(mine.parent) == tmp_path / "icl-lessons" / ".icl-course"
    mine.write_text("my work")
    progress.record_learner("ada", mine.parent)
    assert "one gradient step: kept as it is" in words(icl("start", "--no-lab"))
    assert mine.read_text() == "my work"
    assert progress.learner(mine.parent) == "ada"


def test_start_again_from_inside_finds_the_same_lessons_and_adds_new_ones(mine, monkeypatch):
    mine.unlink()
    monkeypatch.chdir(mine.parent)
    icl("start", "--no-lab")
    assert mine.exists()
    assert not (mine.parent / "icl-lessons").exists()


def test_start_opens_jupyterlab_with_this_interpreter_as_its_kernel(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JUPYTER_PATH", "/else/where")
    calls = []

    def call(command, env):
        calls.append((command, env))
        return 7

    monkeypatch.setattr(cli_start.subprocess, "call", call)
    assert icl("start", "lessons", "--no-browser").exit_code == 7
    ((command, environment),) = calls
    assert command[:4] == [sys.executable, "-m", "jupyterlab", str(tmp_path / "lessons")]
    assert "--no-browser" in command
    first, second = environment["JUPYTER_PATH"].split(os.pathsep)
    assert second == "/else/where"
    kernel = json.loads((Path(first) / "kernels" / "python3" / "kernel.json").read_text())
    assert kernel["argv"][:3] == [sys.executable, "-m", "ipykernel_launcher"]


def test_start_says_what_is_in_the_way(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    result = icl("start", "file", "--no-lab")
    assert (result.exit_code, result.stderr) == (
        2,
        "Error: file is a file; name a directory for the lessons.\n",
    )
    monkeypatch.setattr(content, "content_root", lambda: tmp_path)
    assert "has no lessons" in icl("start", "there", "--no-lab").stderr


def test_list_as_json_has_the_promised_keys_and_nothing_else_is_printed():
    result = icl("list", "--json")
    (listed,) = json.loads(result.stdout).values()
    assert [entry["id"] for entry in listed] == list(exercises())
    for entry in listed:
        assert list(entry) == [
            "id",
            "lesson",
            "points",
            "difficulty",
            "importance",
            "minutes",
            "section",
            "signature",
            "stub",
            "blocks",
            "hints",
        ]
        assert all(isinstance(entry[key], int) for key in ("points", "minutes", "difficulty"))
        assert len(entry["hints"]) == 3
        assert entry["stub"].startswith(entry["signature"])
        assert entry["signature"].rstrip().endswith(":")
        assert "NotImplementedError" in entry["stub"]
        namespace: dict[str, object] = {}
        source = f"from __future__ import annotations\n{entry['signature']} ..."
        exec(source, namespace)
        assert callable(namespace[asks()[entry["id"]].function])
    assert {entry["lesson"] for entry in listed} == {one.number for one in content.lessons()}
    blocks = {entry["id"]: entry["blocks"] for entry in listed}
    assert blocks["gd-weights"] == ["constructions.gradient_step"]


@pytest.mark.parametrize("width", ["80", "120"])
def test_list_fits_its_terminal(width):
    lines = icl("list", env={"COLUMNS": width}).output.splitlines()
    assert max(map(len, lines)) <= int(width)
    (row,) = [line for line in lines if line.split()[:1] == ["gd-weights"]]
    assert row.split()[1:5] == ["3", "12", "2", "3"]
    assert any("what-changed" in line and "read by a person" in line for line in lines)


def test_a_solved_notebook_passes_and_a_fresh_one_does_not(short):
    fresh = icl("check", "02", "--json")
    assert fresh.exit_code == 1
    assert [e["passed"] for e in json.loads(fresh.stdout)["exercises"]] == [False] * 7
    assert progress.read()["exercises"] == {}
    shutil.copyfile(find_lesson("02").solved, short)
    solved = icl("check", "02", "--json")
    assert solved.exit_code == 0
    assert [list(e) for e in json.loads(solved.stdout)["exercises"]] == [KEYS] * 7
    assert {(e["passed"], e["score"], e["misconception"]) for e in listed(solved).values()} == {
        (True, 1.0, None)
    }
    assert sum(e["points"] for e in listed(solved).values()) == 16
    assert [name for name in exercises() if progress.passed(name)] == list(of_lesson_02())
    assert words(icl("status")).count("16 of 16") == 1
    status = status_of_lesson_02()
    assert (status["points"], status["earned"], status["minutes_left"]) == (16, 16, 0)


def listed(result: Result) -> dict[str, dict[str, object]]:
    return {entry["id"]: entry for entry in json.loads(result.stdout)["exercises"]}


@pytest.fixture
def mistaken(short) -> Path:
    """One mistake of each kind, the last one with a loop that does not end before right answers."""
    sign = solution_of("target-shift").replace("return ys - xs", "return ys + xs")
    write(
        short,
        exercise_target_shift=sign,
        exercise_linear_attention=solution_of("linear-attention").replace("keys.T", "keys.T)"),
        exercise_gd_weights="def gd_weights(n_context, d_x, learning_rate):\n    while True: pass",
        exercise_gd_weights_w0="w0_weights = None\ndef gd_weight(n_context): ...",
        exercise_multi_output=solution_of("multi-output"),
        exercise_largest_deviation=solution_of("largest-deviation").replace("Scalar", "Scalr"),
        question_what_changed="The targets.",
    )
    notebook = nbformat.read(short, as_version=4)
    own = nbformat.v4.new_code_cell('hint("gd-weights"); 1 / 0', id="mine")
    notebook.cells.insert(4, own)
    # A name of ours with another meaning, and a check of one's own: neither stops the course's.
    notebook.cells.insert(5, nbformat.v4.new_code_cell("def check(*args): pass", id="shadow"))
    nbformat.write(notebook, short)
    return short


def test_each_mistake_gets_its_own_words_and_stops_no_other_exercise(mistaken):
    result = icl("check", str(mistaken), "--cell-seconds", "6", env={"COLUMNS": "80"})
    assert result.exit_code == 1
    text = words(result)
    assert "target-shift 0 of 2 not yet: sign" in text
    assert "SyntaxError: unmatched ')' in line 24 of its cell: scores = queries @ keys.T)" in text
    assert "the function took longer than 6 s and was ended" in text
    assert "there is no function gd_weights_w0; its cell defines gd_weight instead" in text
    assert "multi-output 2 of 2 passed" in text
    assert "NameError: name 'Scalr' is not defined in line" in text
    assert "same-function-other-weights 0 of 2 nothing written yet" in text
    assert "what-changed - of 2 answered; read by a person" in text
    assert 'A cell of yours, `hint("gd-weights"); 1 / 0`, stopped with ZeroDivisionError' in text
    assert "2 of 16 points" in text
    assert "Traceback" not in text
    assert max(map(len, result.output.splitlines())) <= 81
    entries = progress.read()["exercises"]
    assert {name: entry["tries"] for name, entry in entries.items()} == {
        name: 1 for name in of_lesson_02() if name != "same-function-other-weights"
    }
    assert "hints" not in entries["gd-weights"]
    status = words(icl("status"))
    assert "target-shift 0 of 2 1 not yet: sign" in status
    assert "2 of 16 1 of 7" in status


def test_one_exercise_can_be_checked_and_tries_count_once_for_one_answer(short):
    sign = solution_of("target-shift").replace("return ys - xs", "return ys + xs")
    write(short, exercise_target_shift=sign)
    for _ in range(2):
        result = icl("check", "target-shift", "--json")
        assert result.exit_code == 1
        assert {name: e["misconception"] for name, e in listed(result).items()} == {
            "target-shift": "sign"
        }
        assert progress.tries("target-shift") == 1
    assert "Think" in listed(result)["target-shift"]["message"]


def test_what_is_checked_without_an_argument_is_what_one_works_on(mine, monkeypatch, tmp_path):
    others = [path for path in tmp_path.glob("*/*.ipynb") if path != mine]
    assert len(others) == len(content.lessons()) - 1
    now = mine.stat().st_mtime
    for last in (mine, *others[:1]):
        for path in (mine, *others):
            os.utime(path, (now, now - 60 * (path != last)))
        assert find_target(None).path == last
        assert find_target(None, mine.parent).path == mine
    monkeypatch.chdir(tmp_path.parent)
    with pytest.raises(LookupError, match="no lessons were started"):
        find_target(None)
    (tmp_path / "sub").mkdir()
    shutil.copytree(tmp_path / ".icl-course", tmp_path / "sub" / "icl-lessons" / ".icl-course")
    monkeypatch.chdir(tmp_path / "sub" / "icl-lessons")
    with pytest.raises(ValueError, match="holds no lesson"):
        find_target(None)


@pytest.mark.parametrize("name", ["02", "2", "one_layer_is_one_step", NOTEBOOK, "gd-weights"])
def test_a_lesson_goes_by_many_names(mine, name):
    assert find_target(name).path.resolve() == mine


BROKEN = {
    "empty": b"",
    "no JSON": b"not a notebook",
    "half a file": b'{"cells": [',
    "a merge conflict": b'{\n<<<<<<< HEAD\n "cells": [\n=======\n "cells": []\n>>>>>>> main\n}',
    "a list": b"[]",
    "no cells": b'{"metadata": {}}',
    "cells of another kind": b'{"cells": 3, "nbformat": 4}',
    "not UTF-8": b"\xff\xfe\x00",
    "an archive": b"PK\x03\x04....",
    "a picture": b"\x89PNG\r\n\x1a\n\x00",
    "another course": b'{"cells": [{"cell_type": "code", "source": "1"}], "nbformat": 4}',
    "another lesson": b'{"cells": [{"cell_type": "code", "source": "1"}], "nbformat": 4, '
    b'"metadata": {"icl_course": {"lesson": "99"}}}',
    "a deep one": b"[" * 100_000,
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_a_broken_notebook_gets_one_sentence(tmp_path, monkeypatch, kind, flags):
    monkeypatch.chdir(tmp_path)
    Path("mine.ipynb").write_bytes(BROKEN[kind])
    result = icl("check", "mine.ipynb", *flags)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: ")
    assert "mine.ipynb" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    if kind == "a merge conflict":
        assert "unresolved merge conflict" in result.stderr


def test_a_missing_file_and_a_directory_get_one_sentence(mine):
    missing = icl("check", NOTEBOOK.replace("step.", "stepp."))
    assert missing.exit_code == 2
    assert f"Did you mean {NOTEBOOK}?" in missing.stderr
    directory = icl("check", ".")
    assert directory.exit_code == 2
    assert directory.stderr == "Error: . is a directory; name a notebook.\n"
    assert "as in " in icl("check", str(mine.parent)).stderr


def test_another_lessons_notebook_in_the_place_of_one_is_refused(mine, tmp_path, monkeypatch):
    other = Lesson("03", "another", tmp_path / "content")
    for part in (other.release, Lesson("02", "one_layer_is_one_step", other.root).release):
        part.parent.mkdir(parents=True)
        shutil.copyfile(find_lesson("02", ROOT).release, part)
    monkeypatch.setattr(content, "content_root", lambda: other.root)
    notebook = nbformat.read(mine, as_version=4)
    notebook.metadata.icl_course.lesson = "03"
    nbformat.write(notebook, mine)
    result = icl("check", "02")
    assert result.exit_code == 2
    assert "is the notebook of lesson 03, not of lesson 02" in result.stderr


def test_names_that_are_not_there_are_met_with_the_nearest(mine, tmp_path, monkeypatch):
    result = icl("check", "gd-weigths")
    assert result.exit_code == 2
    assert "did you mean gd-weights" in result.stderr
    assert "is read by a person" in icl("check", "what-changed").stderr
    monkeypatch.chdir(tmp_path.parent)
    assert "icl-course start makes a copy" in icl("check", "02").stderr
    assert icl("check", "02", "--in", str(tmp_path / "nowhere")).exit_code == 2


def test_a_deleted_notebook_is_missed(mine):
    mine.unlink()
    assert "icl-course start puts a fresh copy there" in icl("check", "02").stderr


def test_hints_come_one_by_one_across_processes(mine):
    texts = [words(icl("hint", "gd-weights")) for _ in range(4)]
    assert [text.split(":")[0] for text in texts] == [
        f"gd-weights, hint {n} of 3" for n in (1, 2, 3, 3)
    ]
    assert words(icl("hint", "gd-weights", "--number", "1")) == texts[0]
    unknown = icl("hint", "gd-weight")
    assert unknown.exit_code == 2
    assert "did you mean gd-weights" in unknown.stderr


def test_a_solution_is_shown_after_three_tries_or_a_pass_or_to_who_gives_up(mine):
    locked = icl("solution", "gd-weights")
    assert locked.exit_code == 1
    assert "after 3 more tries" in locked.output
    assert "def gd_weights" not in locked.output
    assert "def gd_weights" in icl("solution", "gd-weights", "--give-up").output
    for n in range(3):
        assert icl("solution", "gd-weights").exit_code == 1
        progress.record_try("gd-weights", False, None, answer=str(n))
    assert icl("solution", "gd-weights").exit_code == 0
    progress.record_try("multi-output", True, None)
    assert icl("solution", "multi-output").exit_code == 0


@pytest.mark.parametrize("exercise", list(exercises()))
def test_a_solution_has_code_reasons_another_answer_and_what_they_share(exercise):
    text = solutions.solution_text(exercise)
    assert "SOLUTION" not in text
    for part in ("Why this works", "Another right answer", "What the two share"):
        assert part in text
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        compile(block, "block", "exec")


def test_the_question_has_a_model_answer_after_an_attempt(mine):
    locked = icl("solution", "what-changed")
    assert locked.exit_code == 1
    assert "no answer in your saved notebook yet" in words(locked)
    write(mine, question_what_changed="The targets moved.")
    shown = icl("solution", "what-changed")
    assert shown.exit_code == 0
    assert "A model answer" in shown.output
    assert "1 point" in shown.output
    assert "SOLUTION" not in shown.output


def test_an_unknown_solution_is_met_with_the_nearest():
    result = icl("solution", "gd-weight", "--give-up")
    assert result.exit_code == 2
    assert "did you mean gd-weights" in result.stderr


def test_in_a_notebook_the_solution_is_markdown_and_elsewhere_text(mine, capsys, monkeypatch):
    autograder.solution("gd-weights")
    assert 'To see it now: solution("gd-weights", give_up=True)' in capsys.readouterr().out
    autograder.solution("gd-weights", give_up=True)
    assert "def gd_weights" in capsys.readouterr().out
    import IPython
    import IPython.display

    displayed = []
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace())
    monkeypatch.setattr(IPython.display, "display", displayed.append)
    autograder.solution("gd-weights", give_up=True)
    assert "def gd_weights" in displayed[0].data


def test_lessons_that_came_without_solutions_say_so(mine, tmp_path, monkeypatch):
    root = tmp_path / "content"
    shutil.copytree(ROOT / "lessons", root / "lessons")
    monkeypatch.setattr(content, "content_root", lambda: root)
    result = icl("solution", "gd-weights", "--give-up")
    assert result.exit_code == 2
    assert "without its solved notebook" in result.stderr


@pytest.mark.parametrize("width", ["80", "120"])
def test_status_shows_what_is_left(mine, width):
    progress.record_try("gd-weights", True, None)
    progress.record_try("multi-output", False, "transposed")
    result = icl("status", env={"COLUMNS": width})
    assert max(map(len, result.output.splitlines())) <= int(width)
    text = words(result)
    assert "3 of 16 1 of 7" in text
    assert "multi-output 0 of 2 1 not yet: transposed" in text
    lesson = status_of_lesson_02()
    left = sum(e.minutes for e in of_lesson_02().values() if e.id != "gd-weights")
    assert (lesson["points"], lesson["earned"], lesson["minutes_left"]) == (16, 3, left)


def test_status_needs_lessons(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = icl("status")
    assert result.exit_code == 2
    assert "icl-course start" in result.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """What a built wheel holds, unpacked beside nothing else of the course."""
    made = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(made)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
    (file,) = made.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(made / "site")
    return made / "site"


def test_from_a_wheel_in_an_empty_directory_a_lesson_can_be_learnt(wheel, tmp_path):
    environment = os.environ | {"PYTHONPATH": str(wheel), "COLUMNS": "80"}

    def icl_course(*arguments: str) -> subprocess.CompletedProcess[str]:
        program = (
            f"import autograder; assert autograder.__file__.startswith({str(wheel)!r}); "
            "from autograder.cli import main; main()"
        )
        return subprocess.run(
            [sys.executable, "-P", "-W", "error", "-c", program, *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment,
        )

    assert "copied" in icl_course("start", "--no-lab").stdout
    listed = json.loads(icl_course("list", "--json").stdout)["exercises"]
    (stub,) = [entry["stub"] for entry in listed if entry["id"] == "target-shift"]
    answer = stub[: stub.index("    # YOUR CODE")] + (
        "    residuals = xs @ w_0.T - ys\n"
        "    return ys + learning_rate / len(xs) * xs @ xs.T @ residuals\n"
    )
    write(tmp_path / "icl-lessons" / NOTEBOOK, exercise_target_shift=answer)
    checked = icl_course("check", "target-shift", "--json")
    assert checked.stderr == ""
    assert json.loads(checked.stdout)["exercises"][0]["passed"] is True
    assert "2 of 16" in icl_course("status").stdout
    assert "What the two share" in icl_course("solution", "target-shift").stdout
    handed = icl_course("hand-in", "02", "--name", "ada")
    assert handed.returncode == 0
    assert len(list(tmp_path.glob("02_*_ada_attempt_*.zip"))) == 1
