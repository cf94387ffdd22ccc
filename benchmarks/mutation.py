"""How many mutants of each module of the library its tests notice.

    python benchmarks/mutation.py [MODULE]... [--mutants 5] [--seed 0] [--json]

A mutant is the module with one small change, see `autograder.auditing.mutants`; its annotations are
taken away, so that no run-time type check helps. It counts as killed if a test that names the
module fails. Each survivor is a missing test or an equivalent program: look at it.
"""

import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from autograder.auditing.mutants import Mutant, mutants_of, normalised

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "icl_course"
MOST_SECONDS = 600
IN_ANOTHER_WAY = {"test_docstrings.py"}
"""Mutants have no docstrings, so these tests say nothing of them."""

OF_ANNOTATIONS = "not type_check"
"""Mutants have no annotations either."""


def modules() -> dict[str, Path]:
    """Return every file of the library that computes something, by its dotted name."""
    paths = sorted(path for path in LIBRARY.rglob("*.py") if path.name != "__init__.py")
    return {".".join(path.relative_to(LIBRARY).with_suffix("").parts): path for path in paths}


def tests_of(module: str) -> list[str]:
    """Return the test files for a module: its own, or those that name it if it has none."""
    name = module.split(".")[-1]
    files = sorted((ROOT / "tests/icl_course").glob("test_*.py"))
    named = [
        path
        for path in files
        if path.name not in IN_ANOTHER_WAY and re.search(rf"\b{name}\b", path.read_text())
    ]
    own = [path for path in named if name in path.stem]
    return [str(path.relative_to(ROOT)) for path in own or named]


def copy_of_the_library(place: Path) -> None:
    """Put the library and its tests below a directory, to be changed there."""
    for name in ("icl_course", "tests/icl_course"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("tests/conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, place / name)


def passes(place: Path, tests: list[str]) -> bool:
    """Say whether the tests pass on the library below a directory."""
    words = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    words += ["-k", OF_ANNOTATIONS, *tests]
    try:
        done = subprocess.run(words, cwd=place, capture_output=True, timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    if done.returncode not in (0, 1, 2):
        raise click.ClickException(f"pytest did not run: {done.stdout.decode()[-600:]}")
    return done.returncode == 0


def survivors(module: str, path: Path, chosen: list[Mutant]) -> list[Mutant]:
    """Return the mutants that all tests of their module pass."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        copy_of_the_library(place)
        target, tests = place / path.relative_to(ROOT), tests_of(module)
        target.write_text(normalised(path.read_text()))
        if not tests or not passes(place, tests):
            raise click.ClickException(f"{module}: its tests {tests} fail before any change")
        found = []
        for mutant in chosen:
            target.write_text(mutant.source)
            if passes(place, tests):
                found.append(mutant)
        return found


@click.command()
@click.argument("names", nargs=-1, metavar="[MODULE]...")
@click.option("--mutants", default=5, show_default=True, help="Of each module, drawn by chance.")
@click.option("--seed", default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def main(names: tuple[str, ...], mutants: int, seed: int, as_json: bool) -> None:
    """Change the library and see which of its tests notice."""
    known = modules()
    if unknown := set(names) - known.keys():
        raise click.ClickException(f"no module {', '.join(unknown)}; known: {', '.join(known)}")
    rows = []
    for name in names or known:
        every = mutants_of(known[name].read_text(), name)
        chosen = random.Random(seed).sample(every, min(mutants, len(every)))
        left = survivors(name, known[name], chosen)
        said = [f"{m.name}: {m.before}  ->  {m.after}" for m in left]
        rows.append({"module": name, "mutants": len(chosen), "survivors": said})
        if not as_json:
            click.echo(f"{name}: {len(chosen) - len(left)} of {len(chosen)} killed")
            for line in said:
                click.echo(f"  survives: {line}")
    if as_json:
        click.echo(json.dumps(rows, indent=1))
    sys.exit(any(row["survivors"] for row in rows))


if __name__ == "__main__":
    main()
