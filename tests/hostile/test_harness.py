"""The harness can fail: it sees what it looks for, where it is there to be seen."""

import ast
import html
import json
import os
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from autograder.exercises import find_exercise

from . import harness, pages
from .zoo import CASES, THEMES
from .zoo.case import ALL, POINTS, PRELUDE, Case, Code
from .zoo.injection import ALL_OF_IT, PAYLOADS

pytestmark = pytest.mark.hostile

HARMLESS_ALONE = {PAYLOADS[23]}
"""Templates of a template engine: they would show in what they become."""

HERE = Path(__file__).parent


def test_there_are_cases_of_every_theme():
    assert len(CASES) >= 300
    assert {case.theme for case in CASES} == set(THEMES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_is_one_sentence_about_a_submission_that_can_be_built(case):
    assert case.attack.endswith(".")
    assert case.must_earn <= case.may_earn <= ALL
    first, second = harness.built(case), harness.built(case)
    assert type(first) is type(second)


@pytest.mark.parametrize("case", [c for c in CASES if isinstance(c.build, Code)])
def test_the_code_of_a_case_is_python(case):
    """An attack that is no Python proves nothing; but some are about that."""
    if case.name == "syntax-errors":
        return
    for cell in harness.built(case).cells:
        if cell.cell_type == "code":
            ast.parse(TransformerManager().transform_cell(cell.source))


@pytest.mark.parametrize("payload", [p for p in PAYLOADS if p not in HARMLESS_ALONE])
def test_what_is_active_on_a_page_is_seen(payload):
    if payload.startswith("$$"):
        payload = payload.replace("\\style{", "\\href{javascript:")
    page = "<html><body><p>{}</p></body></html>"
    assert pages.active(page.format(payload.replace("\x00", "")))
    escaped = html.escape(payload).replace("$", "&#36;").replace("\\", "/")
    assert not pages.active(page.format(escaped))


def test_what_a_clean_page_has_too_is_not_held_against_a_page():
    clean = "<script src=/ours.js></script><style>@import '/x.css';</style>"
    assert not pages.added(clean + "<p>words</p>", pages.active(clean))
    assert pages.added(clean + ALL_OF_IT, pages.active(clean))


def test_tex_is_seen_in_text_and_not_in_code():
    assert pages.active("<p>$\\href{javascript:x}{y}$</p>")
    assert not pages.active("<pre>$\\href{javascript:x}{y}$</pre>")


@pytest.fixture
def graded(tmp_path):
    """A run in which one submission earned nothing, as its files say."""
    stage = harness.Stage(tmp_path, None)
    inside = Path(harness.lesson().name) / harness.lesson().slug
    release = json.loads(nbformat.writes(nbformat.read(harness.lesson().release, as_version=4)))
    for learner in ("x", harness.NEIGHBOUR):
        for place, suffix, text in (
            ("autograded", ".ipynb", json.dumps(release)),
            ("feedback", ".html", "<html><pre>TRIED</pre></html>"),
        ):
            path = (stage.directory / place / learner / inside).with_suffix(suffix)
            path.parent.mkdir(parents=True)
            path.write_text(text)
    (stage.directory / ".icl-course").mkdir()
    (stage.directory / ".icl-course" / "class-secret").write_text("5e" * 32)
    report = {
        "processes": [],
        "memory": 0,
        "largest process": 0,
        "late": False,
        "status": 0,
        "seconds": 1,
    }
    for kind in ("mounts", "shared files", "shared memory"):
        report |= {kind: [], f"{kind} gone": []}
    records = {"x": record(), harness.NEIGHBOUR: record(*ALL)}
    return harness.Run(stage, records, "", report, [], {"x": "x"})


def record(*passed: str, **others: object) -> dict[str, object]:
    exercises = [
        {"id": name, "passed": name in passed, "score": float(name in passed), "message": "so"}
        for name in POINTS
    ]
    total = sum(POINTS.values())
    score = sum(POINTS[name] for name in passed) / total
    plain = {"status": "graded", "points": total, "score": score, "notes": []}
    return {"learner": "x", "exercises": exercises, **plain, **others}


CASE = Case("x", "patches", "Does this.", lambda release, right: release)


def rewrite(run: harness.Run, place: str, suffix: str, change) -> None:
    inside = Path(harness.lesson().name) / harness.lesson().slug
    path = (run.stage.directory / place / "x" / inside).with_suffix(suffix)
    path.write_text(change(path.read_text()))


def test_nothing_is_held_against_a_case_that_earned_and_did_nothing(graded):
    assert harness.problems(CASE, graded) == []
    assert harness.problems_of_run(graded, [CASE]) == []


@pytest.mark.parametrize(
    ("case", "changed"),
    [
        (CASE, record("gd-weights")),
        (CASE, record(score=0.5)),
        (CASE, record(points=1000)),
        (CASE, record(status="not graded")),
        (CASE, record(notes=["Grading failed: x"])),
        (CASE, record(exercises=record()["exercises"][:3])),
        (CASE, record(seconds=1000)),
        (replace(CASE, says="nothing of the kind"), record()),
        (replace(CASE, status="stopped"), record()),
        (replace(CASE, may_earn=ALL, must_earn=ALL), record("gd-weights")),
        (replace(CASE, recorded=False), record()),
        (replace(CASE, tried=True), record()),
    ],
)
def test_a_wrong_record_is_seen(graded, case, changed):
    graded.records["x"] = changed
    assert harness.problems(case, graded)


def test_a_lost_record_is_seen_and_a_lost_run(graded):
    del graded.records["x"]
    assert harness.problems(CASE, graded)
    assert harness.problems(CASE, replace(graded, records=None))


@pytest.mark.parametrize("place", harness.PLACES_OF_CANARIES)
def test_a_canary_is_seen_wherever_it_sings(graded, place):
    word = graded.stage.canaries.named(place)
    rewrite(graded, "feedback", ".html", lambda text: text + word)
    assert harness.problems(CASE, graded)
    assert harness.problems_of_run(replace(graded, said=word), [CASE])


@pytest.mark.parametrize(
    "addition",
    ["FOUND x", "SUCCEEDED mount", "5e" * 32, "<img src=x onerror=alert(1)>"],
)
def test_what_a_page_says_is_seen(graded, addition):
    rewrite(graded, "feedback", ".html", lambda text: text + addition)
    assert harness.problems(CASE, graded)


def test_a_line_of_a_solution_is_seen(graded):
    line = sorted(harness.solution_lines())[0]
    rewrite(graded, "feedback", ".html", lambda text: text + line)
    assert harness.problems(CASE, graded)
    assert not harness.problems(replace(CASE, may_earn=ALL), graded)


def test_an_input_of_the_mark_is_seen(graded):
    def mark(text: str) -> str:
        notebook = json.loads(text)
        (cell,) = [c for c in notebook["cells"] if c["id"] == "check-gd-weights"]
        numbers = {"seed": 7, "depth": "grade"}
        cell["metadata"]["icl_course"]["verdict"] = {"numbers": numbers}
        return json.dumps(notebook)

    rewrite(graded, "autograded", ".ipynb", mark)
    first, second = find_exercise("gd-weights").draw(7, "grade")[1]["xs"][:2, 1]
    assert not harness.problems(CASE, graded)
    rewrite(graded, "feedback", ".html", lambda text: text + f" {float(first)!r} ")
    # One number on one page may be there by chance; on every page of a run it is not.
    assert not harness.problems(CASE, graded)
    assert not harness.problems_of_run(graded, [CASE])
    cases = [replace(CASE, name=name) for name in "abcde"]
    every = replace(graded, learners=dict.fromkeys("abcde", "x"))
    (problem,) = harness.problems_of_run(every, cases)
    assert problem.startswith("feedback shows inputs of the mark, on the pages of a, b")
    rewrite(graded, "feedback", ".html", lambda text: text + f" {float(second)!r} ")
    (problem,) = harness.problems(CASE, graded)
    assert problem.startswith("feedback shows inputs of the mark")


def test_links_and_heaps_among_the_results_are_seen(graded):
    folder = graded.stage.directory / "feedback" / "x"
    (folder / "link").symlink_to("/etc/passwd")
    assert harness.problems(CASE, graded)
    (folder / "link").unlink()
    with (folder / "heap").open("wb") as file:
        file.truncate(harness.LARGEST_RESULT + 1)
    assert harness.problems(CASE, graded)


def test_harm_to_the_neighbour_and_to_the_world_is_seen(graded):
    graded.records[harness.NEIGHBOUR] = record("gd-weights")
    assert harness.problems_of_run(graded, [CASE])
    graded.records[harness.NEIGHBOUR] = record(*ALL)
    assert harness.problems_of_run(replace(graded, harm=["x"]), [CASE])
    assert harness.problems_of_run(replace(graded, report=graded.report | {"late": True}), [CASE])
    (graded.stage.directory / "autograded" / "stranger").mkdir()
    assert harness.problems_of_run(graded, [CASE])


def test_changes_of_files_are_seen(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(name)
    (tmp_path / "d").symlink_to("a")
    before = harness.fingerprints(tmp_path)
    assert harness._changes(before, harness.fingerprints(tmp_path)) == []
    (tmp_path / "a").write_text("A")
    (tmp_path / "b").chmod(0o600)
    (tmp_path / "c").unlink()
    (tmp_path / "d").unlink()
    (tmp_path / "d").symlink_to("b")
    (tmp_path / "e").touch()
    assert len(harness._changes(before, harness.fingerprints(tmp_path))) == 5


def watched(tmp_path: Path, program: str, seconds: float = 20) -> dict[str, object]:
    """Run a program under `watched`; return its report."""
    stage = harness.Stage(tmp_path, None)
    for place in (stage.directory, stage.home):
        place.mkdir()
    command = [sys.executable, "-c", program]
    previous, harness.command = harness.command, lambda *words: command
    try:
        return harness._watched(stage, seconds, ())
    finally:
        harness.command = previous


DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(100)
    os._exit(0)
time.sleep(0.5)
"""


def test_a_daemon_is_seen_and_ended(tmp_path):
    report = watched(tmp_path, DAEMON)
    (line,) = report["processes"]
    assert "daemon" in line or "python" in line
    assert not Path(f"/proc/{line.split()[0]}").exists()


def test_what_lasts_too_long_is_ended(tmp_path):
    report = watched(tmp_path, "while True: pass", seconds=1)
    assert report["late"]
    assert report["processes"] == []


def test_what_is_left_in_shared_places_is_seen(tmp_path):
    report = watched(tmp_path, f"open('/tmp/zoo-{os.getpid()}', 'w')")
    try:
        assert report["shared files"] == [f"/tmp/zoo-{os.getpid()}"]
        assert harness._left_behind(report)
    finally:
        Path(f"/tmp/zoo-{os.getpid()}").unlink(missing_ok=True)


def test_memory_is_measured(tmp_path):
    report = watched(tmp_path, "x = bytearray(b'1') * 500_000_000\nimport time; time.sleep(1)")
    assert report["largest process"] > 400_000_000
    assert report["memory"] > 400_000_000


GET_THROUGH = {
    "read-secret",
    "read-environment",
    "solutions-by-name",
    "loaded-modules",
    "read-submissions",
    "loopback",
    "unix-sockets",
    "become-root",
}
"""Cases that only look, so that they can be let loose; `become-root` needs root.

`descriptors-inherited` is not among them: with or without a sandbox, nothing is left open for it.
"""


@pytest.mark.slow
def test_without_the_sandbox_the_same_cases_get_through(tmp_path_factory, template):
    """If these looked in the wrong place, then nothing would follow from their finding nothing."""
    chosen = [case for case in CASES if case.name in GET_THROUGH]
    assert len(chosen) == len(GET_THROUGH)
    root = tmp_path_factory.mktemp("loose") / "run"
    run = harness.run(root, template, chosen, options=["--sandbox", "none"])
    held = {case.name for case in chosen if not harness.problems(case, run)}
    if os.getuid() != 0:
        held -= {"become-root"}
    assert not held
    assert harness.problems_of_run(run, chosen)


def test_a_descriptor_left_open_is_found(tmp_path):
    (case,) = [case for case in CASES if case.name == "descriptors-inherited"]
    program = tmp_path / "program.py"
    program.write_text(PRELUDE + textwrap.dedent(case.build.source))
    with (tmp_path / "gradebook.db").open("wb") as file:
        words = [sys.executable, str(program)]
        done = subprocess.run(words, pass_fds=[file.fileno()], capture_output=True, text=True)
    assert "gradebook.db" in "".join(harness._BAD_NEWS.findall(done.stdout))
