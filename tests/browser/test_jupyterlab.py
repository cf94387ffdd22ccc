"""The release notebook in a real JupyterLab: a named misconception, then a pass.

With `--screenshots DIR` the pages are kept, to be looked at and for the README.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.content import find_lesson

pytestmark = [pytest.mark.slow, pytest.mark.browser]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STEPS = """    x_slots = jnp.diag(jnp.ones(d_x + 1).at[-1].set(0.0))
    y_slot = jnp.eye(d_x + 1) - x_slots
    return attention.AttentionParams(
        w_q=x_slots[None],
        w_k=x_slots[None],
        w_v={sign}y_slot[None],
        w_o=learning_rate / n_context * jnp.eye(d_x + 1)[None],
    )
"""
PATIENCE = 120_000  # milliseconds, on two busy cores
TRIES = 5


@pytest.fixture
def lab(tmp_path) -> Iterator[str]:
    """Serve a copy of the release in JupyterLab; yield the notebook's address."""
    lesson = find_lesson("02")
    work = tmp_path / "course"
    work.mkdir()
    shutil.copy(lesson.release, work / lesson.release.name)
    settings = tmp_path / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    # Every cell stays on the page, so that a test can find it.
    (settings / "tracker.jupyterlab-settings").write_text(json.dumps({"windowingMode": "none"}))
    apputils = tmp_path / "settings" / "@jupyterlab" / "apputils-extension"
    apputils.mkdir(parents=True)
    (apputils / "notification.jupyterlab-settings").write_text(
        json.dumps({"fetchNews": "false", "checkForUpdates": False})
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", str(work), "--no-browser", "--allow-root"]
    command += [f"--port={port}", "--IdentityProvider.token=", "--ServerApp.ip=127.0.0.1"]
    environment = {
        **os.environ,
        "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
    }
    with (tmp_path / "lab.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api", server)
            yield f"http://127.0.0.1:{port}/lab/tree/{lesson.release.name}"
        finally:
            server.terminate()
            server.wait(timeout=30)


def _wait_for(address: str, server: subprocess.Popen) -> None:
    for _ in range(240):
        assert server.poll() is None, "JupyterLab ended"
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.5)
    raise AssertionError("JupyterLab did not answer within two minutes")


@pytest.fixture
def page(lab) -> Iterator[object]:
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no chromium on this machine")
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(PATIENCE)
        page.goto(lab)
        yield page
        browser.close()


def _cell(page, text: str):
    cell = page.locator(".jp-CodeCell", has=page.locator(".cm-content", has_text=text)).first
    cell.wait_for()
    return cell


def _run(page, text: str) -> None:
    """Run a cell, and see that it was: on a busy machine a first key press may go nowhere."""
    cell = _cell(page, text)
    before = cell.locator(".jp-InputPrompt").inner_text()
    for _ in range(TRIES):
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        for _ in range(20):
            if cell.locator(".jp-InputPrompt").inner_text() != before:
                return
            page.wait_for_timeout(250)
    raise AssertionError(f"the cell with {text!r} does not run")


def _write(page, text: str, source: str) -> None:
    content = _cell(page, text).locator(".cm-content")
    for _ in range(TRIES):
        content.click()
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(source)
        if source.split() == content.inner_text().split():
            return _run(page, text)
    raise AssertionError(f"the cell with {text!r} cannot be written in")


def test_a_check_names_the_mistake_and_then_passes(page, request):
    kept = request.config.getoption("--screenshots")

    def photograph(name: str) -> None:
        if kept:
            Path(kept).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(Path(kept) / name))

    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').first.wait_for()
    photograph("top.png")
    _run(page, "%load_ext jaxtyping")
    head = "def gd_weights(n_context: int, d_x: int, learning_rate: Scalar):\n"
    _write(page, "def gd_weights(", head + STEPS.format(sign=""))
    _run(page, 'check("gd-weights"')
    output = _cell(page, 'check("gd-weights"').locator(".jp-OutputArea")
    output.get_by_text("opposite sign").first.wait_for()
    said = output.inner_text()
    assert "gd-weights: not yet, 0 of 3 points." in said
    assert "Traceback" not in said
    output.scroll_into_view_if_needed()
    photograph("misconception.png")

    _write(page, "def gd_weights(", head + STEPS.format(sign="-"))
    _run(page, 'check("gd-weights"')
    output.get_by_text("passed, 3 of 3 points").first.wait_for()
    photograph("pass.png")
