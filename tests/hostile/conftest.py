"""Runs of the real command, each shared by the cases of its batch."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from . import harness
from .zoo import batches
from .zoo.case import Case

WHO = ("as-is", "as-user")


def pytest_configure(config: pytest.Config) -> None:
    """Register what marks this directory's tests."""
    config.addinivalue_line("markers", "hostile: runs the zoo of hostile submissions")


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> Path:
    """A class with the lesson released; not to be changed."""
    return harness.make_class(tmp_path_factory.mktemp("template") / "class")


def why_not_as_user() -> str:
    """Return why nothing can be run as another, ordinary user here; "" if it can."""
    if os.getuid() != 0:
        return "only root can become another user; the other runs are an ordinary user's already"
    words = ["unshare", "--user", "--map-root-user", "--mount", "true"]
    done = subprocess.run(
        words, user=harness.USER, group=harness.USER, extra_groups=[], check=False
    )
    return "" if done.returncode == 0 else "ordinary users have no user namespaces here"


class Runs:
    """Every batch is run once; if that loses its records, then each of its cases alone."""

    def __init__(self, directory: Path, template: Path, results: Path) -> None:
        """Run below `directory`; keep the results in `results`."""
        self._directory, self._template, self._results = directory, template, results
        self._done: dict[tuple[str, str], dict[str, harness.Run]] = {}

    def of(self, batch: str, who: str) -> dict[str, harness.Run]:
        """Return the run in which each case of a batch was graded, by its name."""
        key = batch, who
        if key not in self._done:
            cases = batches()[batch]
            whole = self._run(f"{batch}-{who}", cases, who)
            runs = {case.name: whole for case in cases}
            if whole.records is None and len(cases) > 1:
                for case in cases:
                    runs[case.name] = self._run(f"{batch}-{who}-{case.learner}", (case,), who)
            self._done[key] = runs
            self._note(cases, runs, who)
        return self._done[key]

    def _run(self, name: str, cases: tuple[Case, ...], who: str) -> harness.Run:
        root = self._directory / name
        return harness.run(root, self._template, cases, as_user=who == "as-user")

    def _note(self, cases: tuple[Case, ...], runs: dict[str, harness.Run], who: str) -> None:
        """Keep what came of the cases, for the table that compares graders."""
        path = self._results / f"{who}.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        for case in cases:
            run = runs[case.name]
            record = (run.records or {}).get(run.learners[case.name], {})
            known[case.name] = {
                "earned": record.get("score", 0.0) * record.get("points", 0),
                "status": record.get("status", "no record"),
                "problems": harness.problems(case, run),
                "harm": run.harm if len(set(map(id, runs.values()))) > 1 else [],
            }
        path.write_text(json.dumps(known, indent=1))


@pytest.fixture(scope="session")
def runs(tmp_path_factory, template, request) -> Callable[[str, str], dict[str, harness.Run]]:
    """Return the runs of a batch, by the name of the case."""
    refused = why_not_as_user()
    results = Path(request.config.cache.mkdir("zoo"))
    made = Runs(tmp_path_factory.mktemp("zoo"), template, results)

    def of(batch: str, who: str) -> dict[str, harness.Run]:
        if who == "as-user" and refused:
            pytest.skip(refused)
        if not sys.platform.startswith("linux"):
            pytest.skip("there is no sandbox on this system")
        return made.of(batch, who)

    return of
