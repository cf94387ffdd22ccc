"""Run one command and say what it left behind: a program, for `harness`.

    python watched.py SPECIFICATION.json

The command's orphans become this process's children, so none can slip away unseen. As root it gets
temporary directories of its own, in a private mount namespace: what lies in them afterwards was
left there by the command, whatever else this machine does meanwhile.
"""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

LOOK_SECONDS = 0.25
SHARED = ("/tmp", "/dev/shm")
_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Do what the specification says, and write the report that it names."""
    wanted = json.loads(Path(sys.argv[1]).read_text())
    _libc.prctl(36, 1, 0, 0, 0)  # adopt orphans
    if os.getuid() == 0 and wanted["private"]:
        hide((*SHARED, *wanted["hide"]), wanted["keep"])
    for path, text in wanted["files"].items():
        Path(path).write_text(text)
        os.chmod(path, 0o644)
    before = state()
    report = run(wanted)
    left = children()
    report["processes"] = [describe(process) for process in left]
    after = state()
    for kind in before:
        report[kind] = sorted(set(after[kind]) - set(before[kind]))
        report[f"{kind} gone"] = sorted(set(before[kind]) - set(after[kind]))
    end(left)
    report["largest process"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    Path(wanted["report"]).write_text(json.dumps(report, indent=1))


def hide(places: Iterable[str], kept: Iterable[str]) -> None:
    """Put empty directories over some, in which only what is kept can be seen."""
    new_mounts, private, recursive, bind = 0x20000, 0x40000, 0x4000, 0x1000
    call("unshare", _libc.unshare(new_mounts))
    call("private", _libc.mount(None, b"/", None, private | recursive, None))
    kept = [path for path in kept if under(path, places)]
    # What lies below something that is kept comes with it.
    held = [(path, os.open(path, os.O_PATH)) for path in kept if not under(path, kept)]
    for place in places:
        mode = b"mode=1777,size=4g" if place in SHARED else b"mode=0755,size=16m"
        call(place, _libc.mount(b"zoo", place.encode(), b"tmpfs", 0, mode))
    for path, descriptor in held:
        os.makedirs(path, mode=0o755)
        source = f"/proc/self/fd/{descriptor}".encode()
        call(path, _libc.mount(source, path.encode(), None, bind | recursive, None))
        os.close(descriptor)


def under(path: str, places: Iterable[str]) -> bool:
    """Say whether a path lies below one of some places."""
    return any(path.startswith(place + "/") for place in places)


def call(name: str, result: int) -> None:
    """Raise for a system call that failed."""
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


def state() -> dict[str, list[str]]:
    """Return what a command must not change: mounts, shared directories, shared memory."""
    with open("/proc/self/mounts", encoding="utf-8") as file:
        found = {"mounts": file.read().splitlines()}
    found["shared files"] = [
        os.path.join(place, name) for place in SHARED for name in os.listdir(place)
    ]
    # The first columns name a segment; the others count what is done with it.
    found["shared memory"] = [
        kind + " " + " ".join(line.split()[:3])
        for kind in ("shm", "msg", "sem")
        for line in Path(f"/proc/sysvipc/{kind}").read_text().splitlines()[1:]
    ]
    return found


def run(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Run the command until it ends or its time is over."""
    identity = {"user": wanted["uid"], "group": wanted["uid"], "extra_groups": []}
    began = time.monotonic()
    with open(wanted["stdout"], "wb") as out, open(wanted["stderr"], "wb") as errors:
        process = subprocess.Popen(
            wanted["command"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=errors,
            cwd=wanted["cwd"],
            env=wanted["environment"],
            start_new_session=True,
            preexec_fn=lambda: limit(wanted["largest file"]),
            **(identity if wanted["uid"] is not None else {}),
        )
    most, late = 0, False
    while process.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_SECONDS)
        most = max(most, sum(map(share, children())))
        if time.monotonic() - began > wanted["seconds"]:
            late = True
            end(children())
            process.wait()
    seconds = time.monotonic() - began
    time.sleep(0.3)  # what is dying may do so
    return {"status": process.returncode, "late": late, "seconds": seconds, "memory": most}


def limit(largest_file: int) -> None:
    """Keep a runaway command from filling this machine's disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def children() -> list[psutil.Process]:
    """Return all processes below this one that have not ended; reap those that have."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def share(process: psutil.Process) -> int:
    """Return the memory that a process holds, what it shares divided by those who share it."""
    with suppress(OSError):
        for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def describe(process: psutil.Process) -> str:
    """Return a line on a process."""
    with suppress(psutil.Error):
        return f"{process.pid} {' '.join(process.cmdline())[:200]}"
    return str(process.pid)


def end(processes: Iterable[psutil.Process]) -> None:
    """Kill processes, and those that they start meanwhile."""
    for _ in range(20):
        processes = list(processes)
        for process in processes:
            with suppress(psutil.Error):
                process.kill()
        time.sleep(0.05)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        processes = children()
        if not processes:
            return


if __name__ == "__main__":
    main()
