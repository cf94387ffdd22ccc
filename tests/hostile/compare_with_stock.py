"""Grade the zoo with stock nbgrader, each case once, and write a table beside our own results.

    python -m tests.hostile.compare_with_stock FILE.md [--results FILE.json] [--only WORD ...]

Each case runs in a box that is thrown away: its own processes, network, memory and files, so that
this machine is safe. The table is written between `<!-- zoo:begin -->` and `<!-- zoo:end -->`. Our
column comes from the last run of the tests. Results that are in FILE.json are not measured again.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from autograder.sandbox.bubblewrap import find_bubblewrap

from . import harness
from .stock_inside import SECONDS as SECONDS_INSIDE
from .zoo import CASES, THEMES
from .zoo.case import POINTS, Case

BEGIN, END = "<!-- zoo:begin -->", "<!-- zoo:end -->"
OURS = harness.REPOSITORY / ".pytest_cache" / "d" / "zoo"
STRANGER = 61_001
"""Who the box's processes run as, when this is root: limits do not hold root."""

SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc")
SECONDS = 600
CONFIG = """
c = get_config()
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "lessons"
"""

Measured = Mapping[str, Any]


def main() -> None:
    """Measure what is missing, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--results", type=Path, default=OURS / "stock.json")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--per-theme", type=int, help="so many cases, evenly chosen; default: all")
    chosen = parser.parse_args()
    known = json.loads(chosen.results.read_text()) if chosen.results.exists() else {}
    cases = [
        case
        for case in evenly(chosen.per_theme)
        if case.name not in known
        and (not chosen.only or case.theme in chosen.only or case.name in chosen.only)
    ]
    chosen.results.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="zoo-stock-") as place:
        staged = stock_class(Path(place)) if cases else Path(place)
        with ThreadPoolExecutor(chosen.jobs) as pool:
            measured = pool.map(lambda case: in_box(case, staged, Path(place)), cases)
            for number, (case, found) in enumerate(zip(cases, measured, strict=True), 1):
                known[case.name] = found
                chosen.results.write_text(json.dumps(known, indent=1))
                print(f"{number} of {len(cases)}: {case.name}: {found}", flush=True)
                # What a case wrote is not kept: a bomb fills a disk.
                shutil.rmtree(Path(place) / f"out-{case.learner}", ignore_errors=True)
    write_between(chosen.file, table(known, our_results()))


def evenly(per_theme: int | None) -> list[Case]:
    """Return the cases, or some of each theme: one from each of as many equal parts of it."""
    chosen = []
    for theme in THEMES:
        cases = [case for case in CASES if case.theme == theme]
        count = min(per_theme or len(cases), len(cases))
        chosen += [cases[number * len(cases) // count] for number in range(count)]
    return chosen


def stock_class(place: Path) -> Path:
    """Make a class with stock configuration, the lesson released."""
    directory = place / "class"
    made = harness.make_class(directory)
    (made / "nbgrader_config.py").write_text(CONFIG)
    for name in ("gradebook.db", "lessons"):
        subprocess.run(["rm", "-rf", str(made / name)], check=True)
    variables = harness.environment(place) | {"PATH": f"{harness.BIN}:/usr/bin:/bin"}
    words = [str(harness.BIN / "nbgrader"), "generate_assignment", harness.lesson().name]
    done = subprocess.run(words, cwd=made, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    if os.getuid() == 0:
        subprocess.run(["chown", "-R", f"{STRANGER}:{STRANGER}", str(made)], check=True)
        place.chmod(0o755)
    return made


def in_box(case: Case, staged: Path, place: Path) -> dict[str, Any]:
    """Grade one case in a box; return what it did there."""
    out = place / f"out-{case.learner}"
    out.mkdir(mode=0o777)
    out.chmod(0o777)
    words = [*box(staged, out), sys.executable, "-m", f"{__package__}.stock_inside"]
    words += [case.name, "/staged", "/out/report.json"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return {"ended": "the box was lost"}
    report = out / "report.json"
    if "Traceback" in done.stderr:  # ours, and nothing that the case did
        raise RuntimeError(f"{case.name}: {done.stderr[-2000:]}")
    if not report.exists():
        return {"ended": "the box was lost", "said": done.stderr[-300:]}
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def box(staged: Path, out: Path) -> list[str]:
    """Return the command that puts another into a box of its own."""
    words = [find_bubblewrap(), "--die-with-parent", "--new-session", "--unshare-all"]
    for system in SYSTEM:
        if Path(system).is_symlink():
            words += ["--symlink", os.readlink(system), system]
        elif Path(system).exists():
            words += ["--ro-bind", system, system]
    words += ["--proc", "/proc", "--dev", "/dev"]
    for size, where in (("3000000000", "/box"), ("1000000000", "/tmp"), ("500000000", "/dev/shm")):
        words += ["--size", size, "--perms", "1777", "--tmpfs", where]
    for path in harness._interpreters():
        for parent in reversed(Path(path).parents):
            if parent != Path("/"):
                words += ["--perms", "0755", "--dir", str(parent)]
        words += ["--ro-bind", path, path]
    words += ["--ro-bind", str(staged), "/staged", "--bind", str(out), "/out"]
    words += ["--chdir", str(harness.REPOSITORY), "--clearenv"]
    variables = harness.environment(Path("/box"))
    words += [word for pair in variables.items() for word in ("--setenv", *pair)]
    if os.getuid() == 0:
        words.remove("--unshare-all")
        words[3:3] = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
        words += ["--", "setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}", "--clear-groups"]
        words += ["--bounding-set=-all", "--inh-caps=-all"]
    limits = ["--nproc=400", "--data=4000000000", "--fsize=1000000000", "--nofile=4096", "--core=0"]
    return [*words, *([] if os.getuid() == 0 else ["--"]), "prlimit", *limits, "--"]


def our_results() -> dict[str, dict[str, Any]]:
    """Return what our own runs said: by who ran them, by the name of the case."""
    paths = {"as root": OURS / "as-is.json", "as user": OURS / "as-user.json"}
    return {
        who: json.loads(path.read_text()) if path.exists() else {} for who, path in paths.items()
    }


def points(names: Sequence[str] | frozenset[str]) -> int:
    """Return the points of some exercises together."""
    return sum(POINTS[name] for name in names)


def too_much(case: Case, found: Measured) -> bool:
    """Say whether a case earned what it should not."""
    return (found.get("earned") or 0) > points(case.may_earn)


def too_little(case: Case, found: Measured) -> bool:
    """Say whether honest work lost marks."""
    return (found.get("earned") or 0) < points(case.must_earn)


def broke(case: Case, found: Measured) -> bool:
    """Say whether it took the next learner's mark, left a process, or made feedback active.

    Where our own limit ended the run, that says something of bombs and endless loops alone.
    """
    if found["ended"] == "too late" and case.theme not in ("bombs", "stopping"):
        return False
    lost = found.get("last earned") is None or found["ended"] == "the box was lost"
    return bool(lost or found.get("left") or found.get("killed a bystander") or found["active"])


STOCK = {
    "earned": too_much,
    "read or changed": lambda case, found: bool(
        found.get("read") or found.get("changed") or found.get("connected")
    ),
    "broke": broke,
    "honest marks lost": too_little,
}
"""What a case may have done under stock nbgrader: one column each."""

CAPTION = """\
Cases by theme. *Held*: of those run here, how many earned, read, wrote, left and broke nothing that
they should not, and kept all honest marks. *Tried*: how many were graded once by nbgrader as it
comes, each in a box that is thrown away, before an honest learner; at most {seconds} s for both. Of
these: how many earned points that they should not have; read a secret, changed a file or reached a
socket; lost the next learner's mark, left a process or wrote active content into the feedback; lost
honest marks. {tried} of {all} cases were tried, on a busy machine; *held* counts those run so far.

Made by `pytest -m hostile tests/hostile`, then `python -m tests.hostile.compare_with_stock
SECURITY.md`; `--per-theme 3` tries three of each theme.
"""


def table(stock: Mapping[str, Measured], ours: Mapping[str, Mapping[str, Measured]]) -> str:
    """Return the table: by theme, what held here, and what cases did under stock nbgrader."""
    heads = ["theme", "cases", *(f"held, {who}" for who in ours), "stock: tried", *STOCK]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    rows = {theme: [case for case in CASES if case.theme == theme] for theme in THEMES}
    rows["**all**"] = list(CASES)
    for name, cases in rows.items():
        cells = [name, str(len(cases))]
        for results in ours.values():
            ran = [case for case in cases if case.name in results]
            held = sum(not results[case.name]["problems"] for case in ran)
            cells.append(f"{held} of {len(ran)}" if ran else "-")
        tried = [case for case in cases if case.name in stock]
        counts = [sum(did(c, stock[c.name]) for c in tried) for did in STOCK.values()]
        cells += [str(len(tried)), *(str(count) if count else "-" for count in counts)]
        lines.append("| " + " | ".join(cells) + " |")
    tried_in_all = sum(case.name in stock for case in CASES)
    words = CAPTION.format(seconds=SECONDS_INSIDE, tried=tried_in_all, all=len(CASES))
    return f"{words}\n" + "\n".join(lines)


def write_between(path: Path, text: str) -> None:
    """Put a text between the marks in a file; make a file that has none."""
    page = path.read_text(encoding="utf-8") if path.exists() else f"{BEGIN}\n{END}\n"
    before, mark, rest = page.partition(BEGIN)
    if not mark or END not in rest:
        raise SystemExit(f"{path} has no {BEGIN} and {END}")
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
