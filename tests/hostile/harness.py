"""A class, a batch of cases handed in to it, the real command, and what came of all that."""

import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from nbformat.notebooknode import NotebookNode

from autograder.building.notebooks import cell_kind
from autograder.content import Lesson, find_lesson
from autograder.exercises import find_exercise

from . import pages
from .zoo.case import ALL, POINTS, Archive, Case, Places, Tree, add_cell

REPOSITORY = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
USER = 61_000
"""An ordinary user, who owns nothing else."""

CELL_SECONDS, TOTAL_SECONDS = 6, 20
MOST_MEMORY = 6_000_000_000
"""Of everything that a run has started; a single process may have half of that."""

LARGEST_RESULT = 60_000_000
"""Bytes below autograded/ or feedback/ for one submission."""


def patience() -> float:
    """Return by how much everything takes longer now, since others compute on this machine too."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


NEIGHBOUR = "neighbour"
MARK = "ZOO-WAS-HERE"
_BAD_NEWS = re.compile(r"(?:FOUND|SUCCEEDED) [^\\\n<]{0,200}")


def lesson() -> Lesson:
    """Return the lesson that the zoo hands in."""
    return find_lesson("02")


@cache
def _notebooks() -> tuple[str, str]:
    """Return the text of the release, and of the release with every answer filled in."""
    release = nbformat.read(lesson().release, as_version=4)
    solved = {c.id: c.source for c in nbformat.read(lesson().solved, as_version=4).cells}
    right = nbformat.from_dict(json.loads(nbformat.writes(release)))
    for cell in right.cells:
        if cell_kind(cell) == "exercise":
            cell.source = solved[cell.id]
    return nbformat.writes(release), nbformat.writes(right)


def built(case: Case) -> NotebookNode | bytes | Archive | Tree:
    """Build a case from copies of its own."""
    release, right = (nbformat.reads(text, as_version=4) for text in _notebooks())
    return case.build(release, right)


@cache
def solution_lines() -> frozenset[str]:
    """Return lines that stand in the solutions and nowhere in the release."""
    release, right = (
        {line.strip() for cell in cells for line in cell.source.splitlines()}
        for cells in (nbformat.reads(text, as_version=4).cells for text in _notebooks())
    )
    return frozenset(line for line in right - release if len(line) > 25)


# What must not be read: it has words in it that nobody could guess.


@dataclass(frozen=True)
class Canaries:
    """Words that stand in places which a submission must not read."""

    words: Mapping[str, str] = field(default_factory=dict)

    def named(self, place: str) -> str:
        """Return the word for a place."""
        return self.words[place]

    def seen_in(self, text: str) -> list[str]:
        """Return the places whose word stands in a text."""
        return [place for place, word in self.words.items() if word in text]


PLACES_OF_CANARIES = (
    *("environment", "home", "netrc", "solutions", "course", "gradebook", "neighbour", "tmp"),
    *("bystander", "arguments"),
)


def new_canaries() -> Canaries:
    """Draw the words of one run."""
    return Canaries({p: f"CANARY-{p}-{secrets.token_hex(12)}" for p in PLACES_OF_CANARIES})


# The class.


def command(*words: str) -> list[str]:
    """Return one of this course's commands, as somebody would type it."""
    return [str(BIN / "icl-course"), *words]


def environment(home: Path) -> dict[str, str]:
    """Return the environment of the instructor's commands."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def make_class(directory: Path) -> Path:
    """Make a class, with the lesson released, by the commands that an instructor types."""
    home = directory.with_name(directory.name + "-home")
    home.mkdir()
    variables = environment(home)
    subprocess.run(command("class", "init", str(directory)), env=variables, check=True)
    nbgrader = [str(BIN / "nbgrader"), "generate_assignment", lesson().name]
    done = subprocess.run(nbgrader, cwd=directory, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with (directory / "nbgrader_config.py").open("a") as config:
        config.write(f"c.RunForMarks.cell_seconds = {CELL_SECONDS * patience()}\n")
        config.write(f"c.RunForMarks.total_seconds = {TOTAL_SECONDS * patience()}\n")
    return directory


@dataclass
class Stage:
    """One run's own class, home and inbox, before anything is graded."""

    root: Path
    uid: int | None
    canaries: Canaries = field(default_factory=new_canaries)

    @property
    def directory(self) -> Path:
        """The class."""
        return self.root / "class"

    @property
    def home(self) -> Path:
        """The instructor's home."""
        return self.root / "home"

    def set_up(self, template: Path) -> None:
        """Copy the class, and put the canaries where nobody may read them."""
        shutil.copytree(template, self.directory, symlinks=True)
        named = self.canaries.named
        for path, text in (
            (self.home / ".ssh" / "id_rsa", named("home")),
            (self.home / ".netrc", f"machine example.org password {named('netrc')}"),
            (self.home / ".bashrc", "# a shell\n"),
            (self.directory / ".icl-course" / "canary.txt", named("course")),
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        # Any other file beside it would be a support file, which nbgrader hands out.
        solved = self.directory / "solutions" / lesson().name / f"{lesson().slug}.ipynb"
        notebook = nbformat.read(solved, as_version=4)
        for cell in notebook.cells:
            if cell_kind(cell) == "exercise":
                cell.source += f"\n# {named('solutions')}"
        nbformat.write(notebook, solved)
        with sqlite3.connect(self.directory / "gradebook.db") as database:
            database.execute(
                "insert into student (id, first_name, last_name) values (?, ?, ?)",
                ("aacanary", "A", named("gradebook")),
            )
        database.close()

    def give_away(self) -> None:
        """Make everything the instructor's own."""
        if self.uid is None:
            return
        for folder, folders, files in os.walk(self.root):
            for name in (".", *folders, *files):
                os.chown(os.path.join(folder, name), self.uid, self.uid, follow_symlinks=False)


def hand_in(stage: Stage, cases: Sequence[Case], places: Places) -> str:
    """Hand in the cases and the neighbour; return what `collect` said."""
    inbox = stage.root / "inbox"
    inbox.mkdir()
    trees: list[tuple[Case, Tree]] = []
    for case in cases:
        made = built(case)
        if isinstance(made, Tree):
            trees.append((case, made))
        else:
            path = inbox / file_name(case.learner, getattr(made, "name", None))
            path.write_bytes(archive_of(made, places))
    neighbour = nbformat.reads(_notebooks()[1], as_version=4)
    add_cell(neighbour, f"neighbours_mark = {stage.canaries.named('neighbour')!r}")
    (inbox / file_name(NEIGHBOUR)).write_bytes(archive_of(neighbour, places))
    collecting = command("collect", str(stage.directory), str(inbox))
    done = subprocess.run(
        collecting, env=environment(stage.home), capture_output=True, text=True, timeout=300
    )
    for case, tree in trees:
        folder = stage.directory / "submitted" / (tree.learner or case.learner) / lesson().name
        tree.make(folder, places)
    return done.stdout + done.stderr


def file_name(learner: str, pattern: str | None = None) -> str:
    """Return the name under which a learner's archive is handed in."""
    usual = "{lesson}_{learner}_attempt_2026-01-02-030405_{slug}.zip"
    name = usual if pattern is None else pattern
    for word, value in (
        ("{lesson}", lesson().name),
        ("{learner}", learner),
        ("{slug}", lesson().slug),
    ):
        name = name.replace(word, value)
    return name


def archive_of(made: NotebookNode | bytes | Archive, places: Places) -> bytes:
    """Return the bytes of the archive that is handed in."""
    if isinstance(made, Archive):
        return made.content
    text = made if isinstance(made, bytes) else places.fill(json.dumps(made)).encode()
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{lesson().slug}.ipynb", text)
    return content.getvalue()


# What listens, and what stands by.


@contextmanager
def listeners(stage: Stage) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Listen where no submission may call; yield the places, and a list of those who did."""
    calls: list[str] = []
    abstract = f"zoo-{secrets.token_hex(8)}"
    servers = {
        "tcp": socket.create_server(("127.0.0.1", 0)),
        "path": socket.socket(socket.AF_UNIX),
        "abstract": socket.socket(socket.AF_UNIX),
    }
    before = os.getcwd()
    os.chdir(stage.directory)  # a socket's path is short
    servers["path"].bind("console.sock")
    os.chdir(before)
    os.chmod(stage.directory / "console.sock", 0o777)
    servers["abstract"].bind(f"\0{abstract}")

    def serve(name: str) -> None:
        servers[name].listen()
        with suppress(OSError):
            while True:
                caller, _ = servers[name].accept()
                calls.append(name)
                with caller, suppress(OSError):
                    caller.settimeout(2)
                    caller.recv(64)  # who is hung up on while sending would think it was refused

    for name in servers:
        threading.Thread(target=serve, args=(name,), daemon=True).start()
    try:
        yield (
            {
                "PORT": str(servers["tcp"].getsockname()[1]),
                "PATH_SOCKET": str(stage.directory / "console.sock"),
                "ABSTRACT_SOCKET": abstract,
            },
            calls,
        )
    finally:
        for server in servers.values():
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()


@contextmanager
def bystander(stage: Stage) -> Iterator["subprocess.Popen[bytes]"]:
    """Have another program of the instructor's run, that holds secrets and must survive."""
    named = stage.canaries.named
    program = "import time\nwhile True: time.sleep(1)"
    identity: dict[str, Any] = {}
    if stage.uid is not None:
        identity = {"user": stage.uid, "group": stage.uid, "extra_groups": []}
    process = subprocess.Popen(
        ["/usr/bin/env", "sh", "-c", "while :; do sleep 1; done", named("arguments")]
        if not Path("/usr/bin/python3").exists()
        else ["/usr/bin/python3", "-c", program, named("arguments")],
        env={"SECRET": named("bystander"), "PATH": "/usr/bin:/bin"},
        start_new_session=True,
        cwd="/",
        **identity,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


# What must stay as it is.


def fingerprints(top: Path, skip: Sequence[str] = ()) -> dict[str, str]:
    """Return what every file below a directory is and holds."""
    found: dict[str, str] = {}
    for folder, folders, files in os.walk(top):
        place = os.path.relpath(folder, top)
        folders[:] = [f for f in folders if os.path.normpath(os.path.join(place, f)) not in skip]
        for name in (*files, *folders):
            inside = os.path.normpath(os.path.join(place, name))
            if inside not in skip:
                found[inside] = _fingerprint(Path(folder) / name)
    return found


def _fingerprint(path: Path) -> str:
    status = path.lstat()
    kind = f"{stat.filemode(status.st_mode)} {status.st_uid}"
    if stat.S_ISLNK(status.st_mode):
        return f"{kind} {os.readlink(path)}"
    if not stat.S_ISREG(status.st_mode):
        return kind
    if status.st_size > 50_000_000:
        return f"{kind} {status.st_size} {status.st_mtime_ns}"
    return f"{kind} {hashlib.sha256(path.read_bytes()).hexdigest()}"


def marked_files(since: float) -> list[str]:
    """Return files of the course and of the environment that changed and hold the zoo's mark."""
    found = []
    tops = [REPOSITORY / name for name in ("autograder", "icl_course", "lessons", "solutions")]
    tops += [REPOSITORY / ".git" / "hooks", Path(sys.prefix)]
    for top in tops:
        for folder, _, files in os.walk(top):
            for name in files:
                path = Path(folder) / name
                with suppress(OSError):
                    if path.stat().st_ctime >= since and (
                        MARK in name or MARK.encode() in path.read_bytes()
                    ):
                        found.append(str(path))
    return found


def gradebook_state(path: Path) -> dict[str, Any]:
    """Return what of a gradebook must not change by grading."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        schema = database.execute("select type, name, sql from sqlite_master order by name")
        students = database.execute("select id, last_name from student order by id")
        state = {"schema": schema.fetchall(), "students": dict(students.fetchall())}
    database.close()
    return state


# One run of the command, and what came of it.


@dataclass
class Run:
    """What one run of the real command did.

    Arguments:
        stage: where.
        records: by learner; None if the command did not say.
        said: on stderr, and while collecting.
        report: what `watched` wrote.
        harm: in sentences, what was done to anything outside the submissions.
        learners: the folder of each case's owner, by the case's name.
    """

    stage: Stage
    records: dict[str, dict[str, Any]] | None
    said: str
    report: dict[str, Any]
    harm: list[str]
    learners: dict[str, str]

    def written(self, learner: str) -> tuple[str, str]:
        """Return what was written about a learner: the graded notebook, the feedback."""
        inside = f"{lesson().name}/{lesson().slug}"
        graded = self.stage.directory / "autograded" / learner / f"{inside}.ipynb"
        feedback = self.stage.directory / "feedback" / learner / f"{inside}.html"
        return _text(graded), _text(feedback)


def _text(path: Path) -> str:
    if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST_RESULT:
        return ""
    return path.read_text(encoding="utf-8", errors="replace")


def run(
    root: Path,
    template: Path,
    cases: Sequence[Case],
    *,
    as_user: bool = False,
    options: Sequence[str] = (),
) -> Run:
    """Hand in some cases and an honest neighbour to a class of their own, and grade it.

    Arguments:
        root: a directory that is not there yet.
        template: a class to copy.
        cases: what is handed in.
        as_user: whether the instructor is another, ordinary user.
        options: of the command that grades.
    """
    stage = Stage(root, USER if as_user else None)
    stage.root.mkdir()
    stage.set_up(template)
    began = time.time()
    with listeners(stage) as (addresses, calls), bystander(stage) as standing_by:
        places = Places(
            CLASS=str(stage.directory),
            HOME=str(stage.home),
            REPOSITORY=str(REPOSITORY),
            PACKAGES=str(Path(np.__file__).parents[1]),
            NEIGHBOUR=NEIGHBOUR,
            LESSON=lesson().name,
            SLUG=lesson().slug,
            BYSTANDER=str(standing_by.pid),
            MARK=MARK,
            **addresses,
        )
        said = hand_in(stage, cases, places)
        stage.give_away()
        before = _kept(stage), gradebook_state(stage.directory / "gradebook.db")
        report = _watched(stage, sum(case.seconds for case in cases) + 60, options)
        time.sleep(0.2)
        harm = [f"a submission connected to the {name} socket" for name in calls]
        if standing_by.poll() is not None:
            harm.append("a program of the instructor's was ended")
    after = _kept(stage), gradebook_state(stage.directory / "gradebook.db")
    harm += _changes(before[0], after[0]) + _changes_of_gradebook(before[1], after[1])
    harm += [f"{path} was changed by a submission" for path in marked_files(began)]
    harm += _left_behind(report)
    harm += _problems_of_class_page(stage)
    if "Traceback" in said:
        harm.append(f"collecting stopped: {said[-200:]}")
    learners = {}
    for case in cases:
        made = built(case)
        learners[case.name] = (
            made.learner if isinstance(made, Tree) and made.learner else case.learner
        )
    records = _records(stage)
    errors = _text(stage.root / "stderr")
    return Run(stage, records, said + errors, report, harm, learners)


def _kept(stage: Stage) -> dict[str, str]:
    skip = ("autograded", "feedback", "gradebook.db", "gradebook.db-journal", ".nbgrader.log")
    inside = fingerprints(stage.directory, skip)
    at_home = fingerprints(stage.home)
    return {f"class/{name}": value for name, value in inside.items()} | {
        f"home/{name}": value for name, value in at_home.items()
    }


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return [
        f"{name} was {'changed' if name in before and name in after else 'made or removed'}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _changes_of_gradebook(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    found = []
    if before["schema"] != after["schema"]:
        found.append("the gradebook has other tables or triggers")
    for student, name in before["students"].items():
        if after["students"].get(student) != name:
            found.append(f"the gradebook says other things of {student}")
    return found


def _left_behind(report: Mapping[str, Any]) -> list[str]:
    found = [f"a process is left: {process}" for process in report["processes"]]
    for kind in ("mounts", "shared files", "shared memory"):
        found += [f"{kind} left: {what}" for what in report[kind]]
        found += [f"{kind} gone: {what}" for what in report[f"{kind} gone"]]
    if report["memory"] > MOST_MEMORY:
        found.append(f"the run took {report['memory'] / 1e9:.1f} GB")
    if report["largest process"] > MOST_MEMORY / 2:
        found.append(f"one process took {report['largest process'] / 1e9:.1f} GB")
    return found


def _problems_of_class_page(stage: Stage) -> list[str]:
    """Write the class page, as an instructor does next, and look at what it would run."""
    words = command("report", str(stage.directory))
    done = subprocess.run(
        words, env=environment(stage.home), capture_output=True, text=True, timeout=120
    )
    pages_written = list(stage.directory.glob("class-page-*.html"))
    if done.returncode or not pages_written:
        return [f"there is no class page: {done.stderr[-300:]}"]
    text = pages_written[0].read_text(encoding="utf-8")
    seen = pages.active(text)
    # Its own rules forbid scripts; nothing may stand beside them.
    own = {"meta": 1, "text of a style": 1}
    found = [
        f"the class page has a {kind}: {thing[:150]}"
        for kind, thing in seen
        if kind not in (*own, "comment")
    ]
    for kind, count in own.items():
        if sum(kind == one for one, _ in seen) != count:
            found.append(f"the class page has not one {kind}")
    found += [f"the class page holds the {p} canary" for p in stage.canaries.seen_in(text)]
    return found


def _watched(stage: Stage, seconds: float, options: Sequence[str]) -> dict[str, Any]:
    """Run the command that grades, under `watched`."""
    root = stage.root
    variables = environment(stage.home) | {"SECRET_KEY": stage.canaries.named("environment")}
    wanted = {
        "command": command("grade", str(stage.directory), "--json", *options),
        "cwd": str(stage.directory),
        "environment": variables,
        "uid": stage.uid,
        "private": True,
        "hide": _closed([str(root), *_interpreters()]) if stage.uid is not None else [],
        "keep": [str(root), *_interpreters()],
        "files": {"/tmp/zoo-canary": stage.canaries.named("tmp")} if os.getuid() == 0 else {},
        "seconds": seconds * patience(),
        "largest file": 2_000_000_000,
        "stdout": str(root / "stdout"),
        "stderr": str(root / "stderr"),
        "report": str(root / "report.json"),
    }
    (root / "wanted.json").write_text(json.dumps(wanted))
    program = str(Path(__file__).with_name("watched.py"))
    done = subprocess.run(
        [sys.executable, program, str(root / "wanted.json")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads((root / "report.json").read_text())
    return report


def _closed(needed: Sequence[str]) -> list[str]:
    """Return directories that others may not enter, and below which something is that they need.

    An interpreter below /root is one. An empty directory is put over each, with what is needed.
    """
    found = set()
    for path in needed:
        above = reversed(Path(path).parents)
        closed = (str(place) for place in above if not place.stat().st_mode & stat.S_IXOTH)
        found |= {place for place in list(closed)[:1] if not place.startswith("/tmp/")}
    return sorted(found)


def _interpreters() -> list[str]:
    """Return the directories without which the command does not start."""
    needed = {Path(sys.prefix), Path(sys.base_prefix), REPOSITORY}
    needed |= {Path(os.path.realpath(sys.executable)).parents[1]}
    return sorted(str(path) for path in needed)


def _records(stage: Stage) -> dict[str, dict[str, Any]] | None:
    try:
        said = json.loads(_text(stage.root / "stdout"))
        return {record["learner"]: record for record in said["submissions"]}
    except (ValueError, KeyError, TypeError):
        return None


# What is wrong with it.


def problems(case: Case, run: Run) -> list[str]:
    """Return, in sentences, everything in which a run broke the promise of a case."""
    if run.records is None:
        late = "it took too long" if run.report["late"] else f"status {run.report['status']}"
        return [f"the whole run was lost: {late}; {run.said[-500:]}"]
    learner = run.learners[case.name]
    record = run.records.get(learner)
    found = _problems_of_marks(case, record)
    graded, _ = run.written(learner)
    if learner == case.learner or record is not None:
        found += _problems_of_writing(case, run, learner)
    if case.status and record is not None and not re.fullmatch(case.status, record["status"]):
        found.append(f"its status is {record['status']}")
    if case.tried and record is not None and "TRIED" not in graded:
        found.append("the attack never came to its end, so this case proves nothing")
    if record is not None and record.get("seconds", 0) > case.seconds * patience():
        found.append(f"it took {record['seconds']} s, over {case.seconds}")
    found += _problems_of_size(run, learner)
    return found


def _problems_of_marks(case: Case, record: Mapping[str, Any] | None) -> list[str]:
    if record is None:
        return ["it has no record"] if case.recorded else []
    if case.recorded is False:
        return ["it has a record, and should have none"]
    found = []
    passed = {one["id"] for one in record["exercises"] if one["passed"] or one["score"] > 0}
    if {one["id"] for one in record["exercises"]} != ALL:
        found.append("its record has not the exercises of the lesson")
    if stolen := passed - case.may_earn:
        found.append(f"it earned {sorted(stolen)}")
    if lost := case.must_earn - passed:
        messages = [one["message"] for one in record["exercises"] if one["id"] in lost]
        found.append(f"it lost {sorted(lost)}: {messages[0]} {record['notes']}")
    most = sum(POINTS[name] for name in case.may_earn) / sum(POINTS.values())
    if record["score"] > most + 1e-9 or record["points"] != sum(POINTS.values()):
        found.append(f"its score is {record['score']:.2f} of {record['points']}")
    texts = [*record["notes"], *(one["message"] for one in record["exercises"])]
    if case.says and not any(re.search(case.says, text) for text in texts):
        found.append(f"nothing says {case.says!r}: {texts[:3]}")
    if record["status"] == "not graded" and not record["notes"]:
        found.append("it was not graded, and nothing says why")
    if any(text.startswith(("Traceback", "Grading failed")) for text in texts):
        found.append(f"an instructor cannot forward this: {texts[0]}")
    return found


def _problems_of_writing(case: Case, run: Run, learner: str) -> list[str]:
    found = []
    graded, feedback = run.written(learner)
    for where, text in (("graded notebook", graded), ("feedback", feedback)):
        found += [f"{where}: {news}" for news in _BAD_NEWS.findall(text)[:5]]
        found += [f"{where} holds the {p} canary" for p in run.stage.canaries.seen_in(text)]
        if _secret(run.stage) in text:
            found.append(f"{where} holds the class's secret")
        if not case.may_earn:
            found += [f"{where} holds {ln!r}" for ln in solution_lines() if ln in text][:3]
    record = (run.records or {}).get(learner)
    if record is not None and record["status"] != "not graded" and not feedback:
        found.append("there is no feedback")
    clean = pages.active(run.written(NEIGHBOUR)[1])
    for kind, thing in pages.added(feedback, clean)[:5]:
        found.append(f"feedback has a {kind}: {thing[:150]}")
    if len(shown := _probes_shown(graded, feedback)) > 1:
        found.append(f"feedback shows inputs of the mark: {shown[:3]}")
    return found


# A page shows thousands of numbers, and a mark is drawn from thousands. Two of seven digits agree
# by chance on a few of a hundred pages. Two pairs on one page, or so many pages, are no chance.
PAGES_BY_CHANCE = 4


def _secret(stage: Stage) -> str:
    return (stage.directory / ".icl-course" / "class-secret").read_text().strip()


# Bounded, so that a page with a million digits in a row is read once and not a million times.
_NUMBER = re.compile(r"(?<!\d)\d{1,20}\.\d{1,40}(?:e-?\d{1,3})?")


@lru_cache
def _probes_shown(graded: str, feedback: str) -> list[str]:
    """Return numbers on a page that are inputs which a mark was drawn from."""
    shown = {number for number in _NUMBER.findall(feedback) if len(number) >= 9}
    if not shown:
        return []
    probes: set[str] = set()
    for cell in json.loads(graded)["cells"]:
        ours = cell["metadata"].get("icl_course", {})
        numbers = (ours.get("verdict") or {}).get("numbers", {})
        if "seed" not in numbers:
            continue
        for case in find_exercise(ours["exercise"]).draw(numbers["seed"], numbers["depth"]):
            for array in case.values():
                for value in np.abs(np.asarray(array)).ravel():
                    probes |= {repr(float(value)), str(value)}
    return sorted(shown & probes)


def _problems_of_size(run: Run, learner: str) -> list[str]:
    found = []
    for place in ("autograded", "feedback"):
        top = run.stage.directory / place / learner
        size = sum(
            (Path(folder) / name).lstat().st_size
            for folder, _, files in os.walk(top)
            for name in files
        )
        if size > LARGEST_RESULT:
            found.append(f"{place} holds {size / 1e6:.0f} MB of it")
        links = [
            str(Path(folder) / name)
            for folder, folders, files in os.walk(top)
            for name in (*files, *folders)
            if (Path(folder) / name).is_symlink()
        ]
        found += [f"{place} holds a link: {link}" for link in links[:3]]
        hidden = [
            word
            for folder, _, files in os.walk(top)
            for name in files
            if not (Path(folder) / name).is_symlink() and (Path(folder) / name).is_file()
            for word in run.stage.canaries.seen_in(_text(Path(folder) / name))
        ]
        found += [f"a file in {place} holds the {word} canary" for word in hidden]
    return found


def problems_of_run(run: Run, cases: Sequence[Case]) -> list[str]:
    """Return what a run did to anything but the submissions themselves."""
    found = list(run.harm)
    honest = Case("neighbour", "", "", lambda *n: b"", may_earn=ALL, must_earn=ALL)
    alone = replace(run, learners={**run.learners, honest.name: NEIGHBOUR})
    record = (run.records or {}).get(NEIGHBOUR)
    found += [f"the neighbour: {text}" for text in _problems_of_marks(honest, record)]
    others = {word: text for word, text in run.stage.canaries.words.items() if word != NEIGHBOUR}
    text = "".join(alone.written(NEIGHBOUR))
    found += [f"the neighbour's page holds the {p} canary" for p, w in others.items() if w in text]
    known = {NEIGHBOUR, *run.learners.values()}
    for place in ("autograded", "feedback"):
        names = {path.name for path in (run.stage.directory / place).glob("*")}
        found += [f"{place} has a folder {name!r}" for name in sorted(names - known)]
    found += [f"the command's own words: {w}" for w in run.stage.canaries.seen_in(run.said)]
    pages_of = {
        case.name: run.written(run.learners[case.name])
        for case in cases
        if case.name in run.learners
    }
    showing = [name for name, page in pages_of.items() if page[1] and _probes_shown(*page)]
    if len(showing) > PAGES_BY_CHANCE:
        found.append(f"feedback shows inputs of the mark, on the pages of {', '.join(showing)}")
    if run.report["late"]:
        found.append(f"it took more than {run.report['seconds']:.0f} s")
    return found
