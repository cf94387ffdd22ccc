"""The runner, against what a cell does in a notebook, and against cells that do not end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.running import child
from autograder.running.child import ChildError
from autograder.running.runner import CellResult, run_notebook


def notebook(*sources: str) -> nbformat.NotebookNode:
    return new_notebook(cells=[new_code_cell(s, id=f"c{n}") for n, s in enumerate(sources)])


def run(*sources: str, seconds: float = 30.0, cwd: Path | None = None) -> list[CellResult]:
    return run_notebook(notebook(*sources), cell_seconds=seconds, total_seconds=120.0, cwd=cwd)


def printed(result: CellResult) -> str:
    return "".join(o["text"] for o in result.outputs if o["output_type"] == "stream")


def gone(pid: int) -> bool:
    for _ in range(50):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.1)
    return False


def test_cells_put_out_what_they_do_in_a_notebook():
    sources = (
        "x = 3\nprint('a')\nprint('b')\nx",
        "import sys; print('e', file=sys.stderr)\nx;",
        "1 / 0",
        "def f(:\n    pass",
        "%timeit -n1 -r1 x",
        "from IPython.display import Markdown, display\ndisplay(Markdown('*it*'))",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
        "!echo from a shell",
        "await __import__('asyncio').sleep(0)\nx",
        "input()",
        "x + 1",
    )
    results = run(*sources)
    kinds = [[output["output_type"] for output in result.outputs] for result in results]
    assert kinds == [
        ["stream", "execute_result"],
        ["stream"],
        ["error"],
        ["error"],
        ["stream"],
        ["display_data"],
        ["display_data"],
        ["stream"],
        ["execute_result"],
        ["error"],
        ["execute_result"],
    ]
    errors = [2, 3, 9]
    assert [r.position for r in results if r.status == "error"] == errors
    assert {r.status for r in results if r.position not in errors} == {"ok"}
    assert results[0].outputs[0] == {"output_type": "stream", "name": "stdout", "text": "a\nb\n"}
    assert results[0].outputs[1]["data"] == {"text/plain": "3"}
    assert results[2].error["ename"] == "ZeroDivisionError"
    assert results[3].error["ename"] == "SyntaxError"
    assert set(results[6].outputs[0]["data"]) == {"text/plain", "image/png"}
    assert "from a shell" in printed(results[7])
    assert results[10].outputs[0]["data"] == {"text/plain": "4"}
    ran = notebook(*sources)
    for result in results:
        ran.cells[result.position].outputs = [nbformat.from_dict(o) for o in result.outputs]
    nbformat.validate(ran)


def test_the_lessons_magics_check_shapes():
    results = run(
        "%load_ext jaxtyping\n%jaxtyping.typechecker beartype.beartype\n"
        "import numpy as np\nfrom jaxtyping import Float",
        "def f(x: Float[np.ndarray, '3']):\n    return x\nf(np.zeros(2))",
    )
    assert [result.status for result in results] == ["ok", "error"]
    assert results[1].error["ename"] == "TypeCheckError"


def test_display_cells_and_text_are_not_run():
    book = notebook("x = 1", "x = 2", "x = 3", "x")
    book.cells[1].metadata = {"icl_course": {"kind": "display"}}
    book.cells[2].metadata = {"tags": ["skip-execution"]}
    book.cells.insert(0, new_markdown_cell("x = 4", id="text"))
    results = run_notebook(book)
    assert [(r.cell_id, r.position) for r in results] == [("c0", 1), ("c3", 4)]
    assert results[1].outputs[0]["data"] == {"text/plain": "1"}


def test_an_endless_cell_is_ended_with_all_that_it_started_and_the_rest_is_run():
    book = notebook(
        "made = ['before']",
        "import subprocess, os\n"
        "other = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "print(os.getpid(), other.pid, flush=True)",
        "made.append('check')",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "os._exit(3)",
        "made",
    )
    book.cells[2].metadata = {"icl_course": {"kind": "check"}}
    results = run_notebook(book, cell_seconds=2.0, total_seconds=60.0)
    assert [r.status for r in results] == ["ok", "ok", "ok", "timeout", "died", "ok"]
    assert 2.0 <= results[3].seconds < 6.0
    # The check is not repeated: it defines nothing.
    assert results[5].outputs[0]["data"] == {"text/plain": "['before']"}
    assert all(gone(int(pid)) for pid in printed(results[1]).split())


@pytest.mark.skipif(sys.platform != "linux", reason="Linux lets a process adopt orphans")
def test_what_detaches_itself_is_ended_too():
    results = run(
        "import os, time\n"
        "reading, writing = os.pipe()\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        os.write(writing, str(os.getpid()).encode())\n"
        "        time.sleep(60)\n"
        "    os._exit(0)\n"
        "print(os.read(reading, 20).decode())"
    )
    assert gone(int(printed(results[0])))


def test_what_got_away_is_not_waited_for():
    began = time.monotonic()
    results = run(
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(20)\n    os._exit(0)",
        "os._exit(1)",
        "1",
    )
    assert [r.status for r in results] == ["ok", "died", "ok"]
    assert time.monotonic() - began < 15


def test_a_cell_that_does_not_end_when_repeated_is_left_out(tmp_path):
    results = run(
        "first = True",
        "import pathlib, time\nseen = pathlib.Path('seen')\n"
        "if seen.exists():\n    time.sleep(600)\nseen.touch()",
        "import time\ntime.sleep(600)",
        "'seen' in dir(), first",
        seconds=1.5,
        cwd=tmp_path,
    )
    assert [r.status for r in results] == ["ok", "ok", "timeout", "ok"]
    assert results[3].outputs[0]["data"] == {"text/plain": "(False, True)"}


def test_no_cell_is_begun_after_the_time_for_all():
    results = run_notebook(
        notebook("import time\ntime.sleep(600)", "1"), cell_seconds=30.0, total_seconds=3.0
    )
    assert [r.status for r in results] == ["unfinished", "unfinished"]
    began = time.monotonic()
    (result,) = run_notebook(notebook("1"), total_seconds=0.01)
    assert result.status == "unfinished"
    assert time.monotonic() - began < 2.0


def test_nothing_that_a_cell_prints_is_taken_for_a_result():
    results = run(
        'import os\nfor fd in (1, 2): os.write(fd, b\'{"end": "ok"}\\n\')',
        'print(\'{"end": "ok"}\')',
        "import subprocess\nsubprocess.run(['echo', '{\"end\": \"ok\"}']).returncode",
        "2",
    )
    assert [r.status for r in results] == ["ok"] * 4
    assert results[3].outputs[0]["data"] == {"text/plain": "2"}


@pytest.mark.parametrize(
    "line", ["[not json", "3", "{}", '{"end": "won"}', '{"ready": true}', '{"output": {"a": 1}}']
)
def test_who_writes_into_the_line_of_talk_loses_the_cell_and_no_other(line):
    results = run(
        "x = 5",
        "import os\n"
        "for fd in range(3, 20):\n"
        f"    try: os.write(fd, {line.encode()!r} + b'\\n')\n"
        "    except OSError: pass",
        "x",
    )
    assert [r.status for r in results] == ["ok", "died", "ok"]
    assert results[2].outputs[0]["data"] == {"text/plain": "5"}


def test_a_flood_is_cut():
    results = run(
        "for _ in range(100_000): print('0123456789')",
        "from IPython.display import display\nfor n in range(5_000): display(n)\n1 / 0",
    )
    text = printed(results[0])
    assert len(text) < 250_000
    assert text.endswith("... the rest was dropped\n")
    assert len(results[1].outputs) <= 201
    assert results[1].error["ename"] == "ZeroDivisionError"


def test_modules_beside_the_notebook_are_found_but_stop_no_start(tmp_path):
    (tmp_path / "mine.py").write_text("VALUE = 7")
    (tmp_path / "json.py").write_text("raise RuntimeError('not the real one')")
    (result,) = run("import mine\nmine.VALUE", cwd=tmp_path)
    assert result.outputs[0]["data"] == {"text/plain": "7"}


def test_an_exception_without_a_text_is_one_all_the_same():
    results = run("class Odd(Exception):\n    def __str__(self): raise ValueError\nraise Odd", "1")
    assert [r.status for r in results] == ["error", "ok"]
    assert results[0].error["ename"] == "Odd"


def test_results_are_announced_as_they_come():
    seen: list[str] = []
    run_notebook(notebook("1", "2"), announce=lambda result: seen.append(result.cell_id))
    assert seen == ["c0", "c1"]


def test_a_child_that_does_not_start_says_why(monkeypatch, tmp_path):
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'no module named IPython' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(child.sys, "executable", str(broken))
    with pytest.raises(ChildError, match="did not start: no module named IPython"):
        run("1")


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_the_child_does_not_outlive_its_parent(tmp_path):
    program = (
        "from autograder.running.runner import run_notebook\n"
        "source = 'import os, pathlib\\npathlib.Path(\"pid\").write_text(str(os.getpid()))\\n'\n"
        "source += 'while True: pass'\n"
        "run_notebook({'cells': [{'cell_type': 'code', 'source': source, 'metadata': {}}]})\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path)
    pid = tmp_path / "pid"
    for _ in range(300):
        if pid.exists() and pid.read_text():
            break
        time.sleep(0.1)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert gone(int(pid.read_text()))
