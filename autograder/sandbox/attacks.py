"""What a submission may try, as functions whose source runs inside the sandbox.

Each returns what got through: nothing, where the barrier holds. Its docstring says what then holds.
They import inside: only their own source goes along.
"""


def files_outside(outside: str, port: int, grader: int) -> list[str]:
    """The grader's files do not exist inside."""
    import os

    return [place for place in (outside, "/etc/passwd", "/etc/shadow") if os.path.exists(place)]


def solutions(outside: str, port: int, grader: int) -> list[str]:
    """No oracle, bank or solution can be imported, or read among the packages."""
    import importlib
    import os
    import sys

    places = [os.path.join(place, "autograder") for place in sys.path if "packages" in place]
    found = [place for place in places if os.path.isdir(place) and os.listdir(place)]
    for name in ("exercises", "exercise", "verdict", "bank", "building", "grading", "_content"):
        try:
            importlib.import_module(f"autograder.{name}")
            found.append(name)
        except ImportError:
            pass
    return found


def system_files(outside: str, port: int, grader: int) -> list[str]:
    """Nothing can be written outside its own directories."""
    import os
    import sys

    import jax

    import icl_course

    packages = [os.path.dirname(str(module.__file__)) for module in (jax, icl_course)]
    found = []
    for place in ("/", "/usr", "/course", sys.prefix, "/dev", "/proc/sys/kernel", *packages):
        try:
            with open(os.path.join(place, "written"), "w", encoding="ascii"):
                found.append(place)
        except OSError:
            pass
    return found


def environment(outside: str, port: int, grader: int) -> list[str]:
    """The grader's variables are not there."""
    import os

    return [name for name in ("ICL_COURSE_CANARY", "USER", "LOGNAME") if name in os.environ]


def network(outside: str, port: int, grader: int) -> list[str]:
    """Not even this machine's own ports can be reached."""
    import socket

    found = []
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as talk:
                talk.settimeout(2)
                talk.connect(("127.0.0.1" if family == socket.AF_INET else "::1", port))
                found.append(f"family {family}")
        except OSError:
            pass
    return found


def processes(outside: str, port: int, grader: int) -> list[str]:
    """No other process can be seen or ended."""
    import os

    found = []
    for number in (grader, os.getppid(), 1, -1):
        try:
            os.kill(number, 0)
            # In its own world it may address its own first process, which does not listen.
            os.kill(number, 9)
        except OSError:
            continue
        if number not in (1, -1, os.getppid()):
            found.append(f"process {number}")
    visible = [entry for entry in os.listdir("/proc") if entry.isdigit()]
    return found + ([f"{len(visible)} processes are visible"] if len(visible) > 2 else [])


def rights(outside: str, port: int, grader: int) -> list[str]:
    """No capability is left, and none can be won."""
    import os

    with open("/proc/self/status", encoding="ascii") as file:
        said = dict(line.split(":\t", 1) for line in file if ":\t" in line)
    found = [name for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb") if int(said[name], 16)]
    if int(said["NoNewPrivs"]) != 1:
        found.append("NoNewPrivs")
    for act in (lambda: os.setuid(0), lambda: os.chroot("/submission")):
        try:
            act()
        except OSError:
            continue
        found.append("a call that needs rights")
    return found


def system_calls(outside: str, port: int, grader: int) -> list[str]:
    """Namespaces, mounts and tracing are refused by a filter."""
    import ctypes

    libc = ctypes.CDLL(None)
    new_user, new_mounts, new_processes = 0x10000000, 0x20000, 0x20000000
    found = [hex(flag) for flag in (new_user, new_mounts, new_processes) if not libc.unshare(flag)]
    if libc.ptrace(0, 0, 0, 0) == 0:
        found.append("ptrace")
    if libc.mount(b"none", b"/submission", b"tmpfs", 0, None) == 0:
        found.append("mount")
    with open("/proc/self/status", encoding="ascii") as file:
        filtered = "Seccomp:\t2" in file.read()
    return found if filtered else [*found, "no filter: is libseccomp installed?"]


def disk(outside: str, port: int, grader: int) -> list[str]:
    """Its directories are small, and in memory."""
    found = []
    for place in ("/submission", "/scratch", "/dev/shm"):
        written = 0
        try:
            for number in range(200):
                with open(f"{place}/{number}", "wb") as file:
                    file.write(bytes(2**20))
                written += 1
        except OSError:
            pass
        if written >= 100:
            found.append(f"{written} MB in {place}")
    return found


def many_processes(outside: str, port: int, grader: int) -> list[str]:
    """A fork bomb ends early."""
    import os
    import time

    made = 0
    try:
        while made < 1000:
            if os.fork() == 0:
                time.sleep(30)
                os._exit(0)
            made += 1
    except OSError:
        pass
    return [f"{made} processes"] if made > 200 else []


def memory(outside: str, port: int, grader: int) -> list[str]:
    """One process gets no more than a few gigabytes."""
    kept: list[bytes] = []
    try:
        while len(kept) < 80:
            kept.append(bytes(2**27))
    except MemoryError:
        pass
    gigabytes = len(kept) / 8
    return [f"{gigabytes} GB"] if gigabytes > 4 else []


def memory_of_many(outside: str, port: int, grader: int) -> list[str]:
    """Nor do many processes together."""
    import os
    import time

    for _ in range(20):
        if os.fork() == 0:
            kept = bytearray(2**29)
            kept[::4096] = b"x" * len(kept[::4096])
            time.sleep(30)
            os._exit(0)
    time.sleep(10)
    return ["20 processes of 0.5 GB each"]


def endless(outside: str, port: int, grader: int) -> list[str]:
    """A loop that swallows every interruption is ended in time."""
    import signal

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def daemon(outside: str, port: int, grader: int) -> list[str]:
    """A process that detaches itself ends with its submission."""
    import os
    import time

    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)
    return []


ENDINGS = {"memory": {"ok", "died"}, "memory_of_many": {"died"}, "endless": {"timeout"}}
"""How a cell may end, for those that need not come back with an answer."""

ATTACKS = (
    *(files_outside, solutions, system_files, environment, network, processes, rights),
    *(system_calls, disk, many_processes, memory, memory_of_many, endless, daemon),
)
