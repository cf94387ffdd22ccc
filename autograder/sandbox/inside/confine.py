"""Take from a forked process what a submission does not need, before any of its code runs.

The zygote is already inside bubblewrap, without a network and with a read-only system. Each
submission gets, on top of it, processes, mounts, memory segments and a host name of its own, no
rights, a filter on system calls, and limits. All of it by system calls, most through ctypes.
"""

import ctypes
import os
import resource
import signal
from collections.abc import Mapping
from typing import NoReturn

WORK, SCRATCH = "/submission", "/scratch"
"""The submission's directory, and its temporary files: empty at first."""

OUTSIDER = 1_993_000_000
"""The first user that submissions run as when the grader is root: owners of nothing."""

_NEW_MOUNTS, _NEW_UTS, _NEW_IPC = 0x20000, 0x4000000, 0x8000000
_NEW_PROCESSES, _NEW_NETWORK = 0x20000000, 0x40000000
_NEW_CGROUP, _NEW_USER = 0x2000000, 0x10000000
_NAMESPACES = (
    _NEW_MOUNTS,
    _NEW_UTS,
    _NEW_IPC,
    _NEW_PROCESSES,
    _NEW_NETWORK,
    _NEW_CGROUP,
    _NEW_USER,
)
_NOSUID, _NODEV, _NOEXEC, _RECURSIVE, _PRIVATE = 2, 4, 8, 0x4000, 0x40000
_SET_DUMPABLE, _DROP_BOUNDING, _NO_NEW_PRIVILEGES, _CLEAR_AMBIENT = 4, 24, 38, 47
_CAPABILITY_VERSION = 0x20080522
_LAST_CAPABILITY = 63

REFUSED_CALLS = (
    *("ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "pidfd_open"),
    *("mount", "umount2", "pivot_root", "chroot", "setns", "unshare", "move_mount", "open_tree"),
    *("fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "swapon", "swapoff", "reboot"),
    *("add_key", "keyctl", "request_key", "bpf", "perf_event_open", "userfaultfd", "acct"),
    *("io_uring_setup", "io_uring_enter", "io_uring_register", "kexec_load", "kexec_file_load"),
    *("init_module", "finit_module", "delete_module", "open_by_handle_at", "name_to_handle_at"),
    *("iopl", "ioperm", "quotactl", "syslog", "settimeofday", "clock_settime", "adjtimex"),
    *("sethostname", "setdomainname", "vhangup", "nfsservctl", "lookup_dcookie", "personality"),
    *("fanotify_init", "mbind", "set_mempolicy", "migrate_pages", "move_pages", "vmsplice"),
)
"""System calls that no answer needs, and that break sandboxes."""

_libc = ctypes.CDLL(None, use_errno=True)


def own_namespaces() -> None:
    """Give the processes that this one will fork a world of their own."""
    flags = _NEW_MOUNTS | _NEW_UTS | _NEW_IPC | _NEW_PROCESSES | _NEW_NETWORK
    if _has_other_users():
        _call("unshare", _libc.unshare(flags))
        return
    # Processes are counted by user and user namespace: one submission's must not be another's.
    user, group = os.getuid(), os.getgid()
    _call("unshare", _libc.unshare(flags | _NEW_USER))
    maps = {"setgroups": "deny", "uid_map": f"{user} {user} 1", "gid_map": f"{group} {group} 1"}
    for name, text in maps.items():
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def own_directories(limits: Mapping[str, int]) -> None:
    """Mount what a submission may write in, empty and limited, and its own view of processes."""
    _mount(None, "/", None, _RECURSIVE | _PRIVATE, None)
    _mount("proc", "/proc", "proc", _NOSUID | _NODEV | _NOEXEC, None)
    places = {WORK: "work", SCRATCH: "tmp", "/dev/shm": "shm"}
    if not os.listdir("/tmp"):  # unless Python itself is installed there
        places["/tmp"] = "tmp"
    for place, name in places.items():
        options = f"size={limits[name]},mode=1777,nr_inodes=4096"
        _mount("tmpfs", place, "tmpfs", _NOSUID | _NODEV, options)
    os.chdir(WORK)


def give_up_rights(limits: Mapping[str, int]) -> None:
    """Leave the process with no rights beyond computing and its own directories."""
    _limit(limits)
    for capability in range(_LAST_CAPABILITY + 1):
        # Those that this kernel does not know fail, and are not missed.
        _libc.prctl(_DROP_BOUNDING, capability, 0, 0, 0)
    if _has_other_users():
        os.setgroups([])
        # Each its own: limits on the number of processes are counted by user.
        own = OUTSIDER + int.from_bytes(os.urandom(3), "big")
        os.setresgid(own, own, own)
        os.setresuid(own, own, own)
    _libc.prctl(_CLEAR_AMBIENT, 4, 0, 0, 0)
    _drop_capabilities()
    _call("prctl", _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    filter_system_calls()


def filter_system_calls() -> bool:
    """Refuse the system calls that no answer needs; False where libseccomp is not installed."""
    try:
        import pyseccomp as seccomp  # type: ignore[import-untyped]
    except (ImportError, OSError, RuntimeError):
        return False
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    refuse = seccomp.ERRNO(1)
    for name in REFUSED_CALLS:
        try:
            rules.add_rule(refuse, name)
        except (OSError, ValueError, RuntimeError):
            continue  # not a call of this processor's kernel
    for flag in _NAMESPACES:
        rules.add_rule(refuse, "clone", seccomp.Arg(0, seccomp.MASKED_EQ, flag, flag))
    # Its flags lie in memory, where a filter cannot look: libraries then fall back to clone.
    rules.add_rule(seccomp.ERRNO(38), "clone3")
    for call in ("socket", "socketpair"):
        unix = 1
        rules.add_rule(seccomp.ERRNO(97), call, seccomp.Arg(0, seccomp.NE, unix))
    for request in (0x5412, 0x541C):  # putting characters into a terminal's input
        rules.add_rule(refuse, "ioctl", seccomp.Arg(1, seccomp.MASKED_EQ, 0xFFFFFFFF, request))
    rules.load()
    return True


def hide_from_submission() -> None:
    """Keep others from reading this process's memory, or tracing it."""
    _libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0)


def wait_and_end(child: int) -> NoReturn:
    """Be the first process of a namespace: reap the others, and end them all with `child`."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    while True:
        try:
            ended, status = os.waitpid(-1, 0)
        except ChildProcessError:
            os._exit(1)
        if ended == child:
            os._exit(os.waitstatus_to_exitcode(status) & 0x7F)


def _limit(limits: Mapping[str, int]) -> None:
    for kind, value in (
        (resource.RLIMIT_CPU, limits["cpu_seconds"]),
        (resource.RLIMIT_DATA, limits["data"]),
        (resource.RLIMIT_FSIZE, limits["file"]),
        (resource.RLIMIT_NPROC, limits["processes"]),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
    ):
        _, most = resource.getrlimit(kind)
        value = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(kind, (value, value))
    # Where memory runs out all the same, this goes first.
    with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")


def _has_other_users() -> bool:
    """Say whether this is a root who can become others: in most user namespaces there are none."""
    if os.getuid() != 0:
        return False
    with open("/proc/self/uid_map", encoding="ascii") as file:
        inside, _, count = map(int, file.readline().split())
    return inside == 0 and count > OUTSIDER


def _drop_capabilities() -> None:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _call("capset", _libc.capset(header, nothing))


def _mount(
    source: str | None, place: str, kind: str | None, flags: int, options: str | None
) -> None:
    encoded = [None if text is None else text.encode() for text in (source, place, kind, options)]
    source_, place_, kind_, options_ = encoded
    result = _libc.mount(source_, place_, kind_, ctypes.c_ulong(flags), options_)
    _call(f"mount {place}", result)


def _call(name: str, result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
