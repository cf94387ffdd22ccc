"""The sandbox, attacked from inside; and the attacks, where nothing stops them."""

import inspect
import sys
import time
from pathlib import Path

import psutil
import pytest

import autograder
from autograder.running.child import Child, ChildError, PlainProcess
from autograder.sandbox import attacks, bubblewrap, doctor
from autograder.sandbox.bubblewrap import SandboxUnavailableError, check_apart, visible
from autograder.sandbox.starting import close_sandbox, starter
from autograder.sandbox.zygote import Zygote

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs namespaces")

ROOT = Path(autograder.__file__).parents[1]


@pytest.fixture(scope="module")
def zygote():
    with Zygote() as started:
        yield started


@pytest.fixture
def child(zygote):
    started = Child(zygote.fork(), 30.0)
    yield started
    started.kill()


def said(outcome) -> str:
    ending, outputs = outcome
    assert ending == "ok", outputs
    return "".join(o.get("text", "") or o["data"]["text/plain"] for o in outputs).strip()


def test_every_barrier_holds():
    found = list(doctor.examine())
    assert [finding for finding in found if not finding.holds] == []
    assert len(found) == len(attacks.ATTACKS) + 3


@pytest.mark.parametrize(
    "attack",
    [attacks.files_outside, attacks.solutions, attacks.environment, attacks.processes],
)
def test_an_attack_gets_through_where_nothing_stops_it(attack, tmp_path, monkeypatch):
    monkeypatch.setenv(doctor.CANARY, "seen")
    secret = tmp_path / "secret"
    secret.write_text("seen")
    harmless = inspect.getsource(attack).replace("os.kill(number, 9)", "pass")
    call = f"{attack.__name__}({str(secret)!r}, 1, {psutil.Process().pid})"
    started = Child(PlainProcess(tmp_path), 30.0)
    try:
        assert said(started.run(f"{harmless}\nprint({call} or 'held')", 30.0)) != "held"
    finally:
        started.kill()


def test_nothing_of_the_checkout_is_visible_but_the_library_and_what_asks():
    below = {path.relative_to(ROOT) for path in visible() if ROOT in path.parents}
    allowed = {Path("icl_course"), Path("autograder/ask"), Path("autograder/sandbox")}
    allowed |= {Path("autograder/running/runner_child.py"), Path("autograder/running/__init__.py")}
    environment = {Path(path) for path in (".venv",)}
    for path in below:
        assert any(path == a or a in path.parents for a in allowed | environment), path


@pytest.mark.parametrize("where", ["beside the interpreter", "below the system"])
def test_lessons_among_the_packages_are_covered(tmp_path, monkeypatch, where):
    """An installation for editing puts the solved ones there, apart from the code."""
    packages = tmp_path / "packages"
    (packages / "autograder" / "_content").mkdir(parents=True)
    monkeypatch.setattr(bubblewrap.site, "getsitepackages", lambda: [str(packages)])
    if where == "below the system":
        monkeypatch.setattr(bubblewrap, "SYSTEM", (str(tmp_path),))
    words = bubblewrap.command(3, "{}")
    at = words.index(str(packages / "autograder"))
    assert words[at - 1] == "--tmpfs"


def test_a_fork_is_ready_to_compute_and_imports_what_lessons_import(child):
    source = (
        "import jax, jax.numpy as jnp, numpy, optax, equinox, matplotlib.pyplot as plt\n"
        "from autograder import check, hint, predict, solution\n"
        "from icl_course import attention, constructions, descent, figures, tasks\n"
        "%load_ext jaxtyping\n"
        "float(jnp.arange(4.0).sum())"
    )
    assert said(child.run(source, 30.0)) == "6.0"


def test_a_figure_comes_back_as_a_picture(child):
    ending, outputs = child.run("import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()", 30)
    assert ending == "ok"
    assert any("image/png" in output.get("data", {}) for output in outputs)


def test_files_can_be_written_and_do_not_outlive_the_fork(zygote):
    for _ in range(2):
        started = Child(zygote.fork(), 30.0)
        look = "import os; print(os.listdir('.')); open('mine', 'w').write('x')"
        assert said(started.run(look, 30.0)).startswith("[]")
        started.kill()


def test_killing_a_fork_ends_all_that_it_started(zygote):
    before = {process.pid for process in psutil.process_iter()}
    started = Child(zygote.fork(), 30.0)
    started.run("import subprocess; subprocess.Popen(['sleep', '600'], start_new_session=True)", 30)
    started.kill()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        left = {p.pid for p in psutil.process_iter() if p.pid not in before and p.name() == "sleep"}
        if not left:
            break
        time.sleep(0.05)
    assert not left


def test_a_fork_that_ends_itself_died_and_the_next_one_runs(zygote):
    started = Child(zygote.fork(), 30.0)
    assert started.run("import os; os._exit(0)", 30.0)[0] == "died"
    started.kill()
    again = Child(zygote.fork(), 30.0)
    assert said(again.run("print(1)", 30.0)) == "1"
    again.kill()


def test_a_lost_zygote_is_started_again(tmp_path):
    close_sandbox()
    before = set(psutil.Process().children())
    start = starter("bubblewrap", tmp_path)
    for _ in range(2):
        started = Child(start(), 60.0)
        assert said(started.run("print(1)", 30.0)) == "1"
        started.kill()
        for process in set(psutil.Process().children()) - before:
            process.kill()
            process.wait()


def test_a_zygote_that_is_closed_says_so():
    with Zygote() as closed:
        pass
    with pytest.raises((ChildError, OSError, ValueError)):
        closed.fork()


def test_a_class_that_would_be_visible_is_refused(tmp_path):
    check_apart(tmp_path, [Path("/usr")])
    with pytest.raises(SandboxUnavailableError, match="move the class elsewhere"):
        check_apart(tmp_path / "class", [tmp_path])


def test_without_bubblewrap_grading_refuses_and_says_what_to_do(monkeypatch, tmp_path):
    def missing():
        raise SandboxUnavailableError("there is no bwrap")

    monkeypatch.setattr(bubblewrap, "find_bubblewrap", missing)
    with pytest.raises(SandboxUnavailableError) as refused:
        Zygote()
    for words in ("there is no bwrap", "Containerfile", "--sandbox none", "icl-course doctor"):
        assert words in str(refused.value)


def test_on_another_system_there_is_no_sandbox(monkeypatch):
    bubblewrap.find_bubblewrap.cache_clear()
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SandboxUnavailableError, match="Linux"):
        bubblewrap.find_bubblewrap()
    monkeypatch.undo()
    bubblewrap.find_bubblewrap.cache_clear()


@pytest.mark.parametrize(
    "line",
    [
        '{"output": {"output_type": "stream", "name": "a", "text": ""}}',
        '{"output": {"output_type": "display_data", "data": {}, "metadata": {}}}',
        '{"ready": true}',
        "x" * 1_000_000,
    ],
)
def test_a_flood_on_the_pipe_ends_soon_and_fills_no_memory(child, line):
    flood = (
        f"import os\nlines = ({line!r} + chr(10)).encode() * 100\n"
        "while True:\n    for number in range(3, 30):\n        try:\n"
        "            os.write(number, lines)\n        except OSError:\n            pass"
    )
    before = psutil.Process().memory_info().rss
    ending, outputs = child.run(flood, 30.0)
    assert ending == "died"
    assert len(outputs) <= 1_001
    assert psutil.Process().memory_info().rss - before < 200_000_000


def test_half_a_character_comes_back_as_one_that_can_be_written(child):
    ending, outputs = child.run(r"print('a\ud800b'); raise ValueError('\udfff')", 30.0)
    assert ending == "error"
    assert "a?b" in outputs[0]["text"]
    assert str(outputs).encode("utf-8")


@pytest.mark.parametrize("text", ["NaN", "1e999", "[" * 200 + "]" * 200])
def test_odd_json_in_an_output_harms_no_file(child, text):
    output = '{"output_type": "display_data", "data": {"a/json": ODD}, "metadata": {}}'
    line = f'{{"output": {output}}}\n'.replace("ODD", text)
    forged = (
        "import os\nfor number in range(3, 30):\n    try:\n"
        f"        os.write(number, {line!r}.encode())\n    except OSError:\n        pass"
    )
    ending, outputs = child.run(forged, 30.0)
    assert ending in ("ok", "died")
    assert not {"nan", "inf"} & set(str(outputs).replace("}", " ").split())
    assert len(str(outputs)) < 500
