"""System calls that break sandboxes, each tried; what succeeds is said."""

from .case import Cases, everywhere

CASES = Cases("syscalls")

CALL = '''
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(name, number, *arguments, fine=()):
    """Make a system call by its number on x86-64; what does not fail is said."""
    if os.uname().machine != "x86_64":
        return
    ctypes.set_errno(0)
    libc.syscall.restype = ctypes.c_long
    result = libc.syscall(ctypes.c_long(number), *arguments)
    if result >= 0:
        succeeded(name)
    else:
        print("refused:", name, os.strerror(ctypes.get_errno()))
    return result
long, text = ctypes.c_long, ctypes.c_char_p
'''

CASES.code(
    "namespaces",
    "unshare and setns with every kind of namespace, and clone3 and clone into new ones.",
    CALL
    + """
kinds = dict(mounts=0x20000, uts=0x4000000, ipc=0x8000000, user=0x10000000, pids=0x20000000,
             network=0x40000000, cgroup=0x2000000, time=0x80)
for kind, flag in kinds.items():
    call("unshare " + kind, 272, long(flag))
for name in ("mnt", "pid", "net", "user"):
    for owner in ("self", "1"):
        try:
            descriptor = os.open(f"/proc/{owner}/ns/{name}", os.O_RDONLY)
        except OSError:
            continue
        call("setns " + name, 308, long(descriptor), long(0))
for kind, flag in kinds.items():
    if kind != "time":
        child = libc.syscall(long(56), long(flag | 17), long(0), long(0), long(0), long(0))
        if child == 0:
            os._exit(0)
        if child > 0:
            succeeded("clone " + kind)
block = (ctypes.c_uint64 * 8)(0x10000000, 0, 0, 0, 17, 0, 0, 0)
child = libc.syscall(long(435), ctypes.byref(block), long(64))
if child == 0:
    os._exit(0)
if child > 0:
    succeeded("clone3 into a user namespace")
tried()
""",
)
CASES.code(
    "mounts",
    "mount, umount, pivot_root, chroot, and the newer calls for mounting.",
    CALL
    + """
os.makedirs("here", exist_ok=True)
call("mount tmpfs", 165, text(b"x"), text(b"here"), text(b"tmpfs"), long(0), text(b""))
call("mount proc", 165, text(b"x"), text(b"here"), text(b"proc"), long(0), text(b""))
call("bind", 165, text(b"/"), text(b"here"), text(b""), long(4096), text(b""))
call("remount", 165, text(b""), text(b"/"), text(b""), long(32 | 4096), text(b""))
call("umount", 166, text(b"/proc"), long(2))
call("umount work", 166, text(os.getcwd().encode()), long(2))
call("pivot_root", 155, text(b"here"), text(b"here"))
call("chroot", 161, text(b"here"))
call("open_tree", 428, long(-100), text(b"/"), long(1))
call("move_mount", 429, long(-100), text(b"/"), long(-100), text(b"here"), long(0))
call("fsopen", 430, text(b"tmpfs"), long(0))
call("fspick", 433, long(-100), text(b"/"), long(0))
call("mount_setattr", 442, long(-100), text(b"/"), long(0), (ctypes.c_uint64 * 4)(), long(32))
tried()
""",
)
CASES.code(
    "tracing",
    "ptrace, process_vm_readv and pidfd_getfd on its parent and on process 1.",
    CALL
    + """
class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]
room = ctypes.create_string_buffer(64)
mine, theirs = Vector(ctypes.addressof(room), 64), Vector(0x400000, 64)
for target in {os.getppid(), 1, int("@BYSTANDER@")} - {os.getpid(), 0}:
    call(f"ptrace attach {target}", 101, long(16), long(target), long(0), long(0))
    call(f"ptrace seize {target}", 101, long(0x4206), long(target), long(0), long(0))
    call(f"process_vm_readv {target}", 310, long(target), ctypes.byref(mine), long(1),
         ctypes.byref(theirs), long(1), long(0))
    call(f"process_vm_writev {target}", 311, long(target), ctypes.byref(mine), long(1),
         ctypes.byref(theirs), long(1), long(0))
    descriptor = libc.syscall(long(434), long(target), long(0))
    if descriptor >= 0:
        call(f"pidfd_getfd {target}", 438, long(descriptor), long(0), long(0))
    call(f"kcmp {target}", 312, long(os.getpid()), long(target), long(0), long(0), long(0))
tried()
""",
)
CASES.code(
    "kernel-surface",
    "bpf, io_uring, userfaultfd, perf, keyrings, modules, kexec, fanotify and more.",
    CALL
    + """
zeros = (ctypes.c_uint64 * 64)()
call("keyctl session", 250, long(1), text(b"zoo"))
call("add_key", 248, text(b"user"), text(b"zoo"), text(b"x"), long(1), long(-3))
call("request_key", 249, text(b"user"), text(b"zoo"), text(b""), long(-3))
call("bpf map", 321, long(0), (ctypes.c_uint32 * 16)(2, 4, 4, 1), long(64))
call("io_uring_setup", 425, long(4), zeros)
call("userfaultfd", 323, long(1))
call("userfaultfd kernel", 323, long(0))
call("perf_event_open", 298, (ctypes.c_uint32 * 32)(1, 128), long(0), long(-1), long(-1), long(0))
call("init_module", 175, zeros, long(64), text(b""))
call("finit_module", 313, long(0), text(b""), long(0))
call("kexec_load", 246, long(0), long(0), zeros, long(0))
call("fanotify_init", 300, long(0), long(0))
call("open_by_handle_at", 304, long(-100), zeros, long(0))
call("name_to_handle_at", 303, long(-100), text(b"/"), (ctypes.c_uint32 * 64)(128), zeros, long(0))
call("quotactl", 179, long(0x800001), text(b"/"), long(0), zeros)
call("syslog", 103, long(3), zeros, long(64))
call("swapon", 167, text(b"x"), long(0))
call("acct", 163, text(b"x"))
call("iopl", 172, long(3))
call("settimeofday", 164, zeros, long(0))
call("sethostname", 170, text(b"zoo"), long(3))
call("vhangup", 153)
tried()
""",
)
CASES.code(
    "become-root",
    "setuid and friends, capabilities, programs with the setuid bit, no_new_privs undone.",
    CALL
    + """
import subprocess
if os.getuid() == 0:
    found("runs as user 0")
for act in ("setuid", "setgid", "seteuid", "setegid"):
    attempt(act, lambda: getattr(os, act)(0))
attempt("setgroups", lambda: os.setgroups([0]))
attempt("setresuid", lambda: os.setresuid(0, 0, 0))
status = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
for name in ("CapEff", "CapPrm", "CapInh", "CapAmb", "CapBnd"):
    if int(status[name], 16):
        found(name, status[name].strip())
if status["NoNewPrivs"].strip() != "1":
    found("privileges can be gained")
call("no_new_privs off", 157, long(38), long(0), long(0), long(0), long(0))
call("capability back", 157, long(47), long(2), long(21), long(0), long(0))
for words in (["su", "-c", "id"], ["sudo", "-n", "id"], ["mount", "--bind", "/", "/mnt"],
              ["unshare", "-Ur", "id"], ["newuidmap", "1", "0", "0", "1"], ["pkexec", "id"]):
    try:
        done = subprocess.run(words, capture_output=True, stdin=subprocess.DEVNULL, timeout=3)
        if done.returncode == 0:
            succeeded(words)
    except (OSError, subprocess.SubprocessError):
        pass
tried()
""",
    seconds=40,
)
CASES.code(
    "devices",
    "Makes device nodes, opens devices, and puts characters into a terminal.",
    CALL
    + """
import fcntl, stat, termios
for name, kind, number in (("memory", stat.S_IFCHR, (1, 1)), ("disk", stat.S_IFBLK, (254, 0)),
                           ("disk2", stat.S_IFBLK, (8, 0)), ("zero", stat.S_IFCHR, (1, 5))):
    attempt("mknod " + name, lambda: os.mknod(name, kind | 0o666, os.makedev(*number)))
for path in ("/dev/mem", "/dev/port", "/dev/kmsg", "/dev/vda", "/dev/sda", "/dev/nvme0n1",
             "/dev/fuse", "/dev/kvm", "/dev/net/tun", "/dev/loop-control", "/dev/uinput",
             "/dev/nvidiactl", "/dev/dri/card0", "/dev/tty"):
    attempt("open " + path, lambda: os.close(os.open(path, os.O_RDWR)))
for path in ("/dev/tty", "/dev/pts/0", "/proc/self/fd/0"):
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
        fcntl.ioctl(descriptor, termios.TIOCSTI, b"x")
        succeeded("TIOCSTI", path)
    except OSError:
        pass
try:
    import pty
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSTI, b"x")
    succeeded("TIOCSTI on a terminal of its own")
except OSError:
    pass
tried()
""",
)
CASES.code(
    "ipc-left-behind",
    "Leaves shared memory, message queues and semaphores of System V and of POSIX.",
    CALL
    + """
libc.shmget(0x5A00, 1 << 20, 0o1666)
libc.msgget(0x5A00, 0o1666)
libc.semget(0x5A00, 1, 0o1666)
for number in range(200):
    libc.shmget(0, 1 << 16, 0o1600)
from multiprocessing import shared_memory
try:
    shared_memory.SharedMemory("@MARK@", create=True, size=1000)
except OSError as error:
    print(error)
tried()
""",
)
CASES.code(
    "sockets-of-all-kinds",
    "Opens raw, packet, netlink, vsock, bluetooth and crypto sockets.",
    """
    import socket
    for name in ("AF_PACKET", "AF_VSOCK", "AF_BLUETOOTH", "AF_ALG", "AF_CAN", "AF_TIPC", "AF_RDS",
                 "AF_QIPCRTR"):
        family = getattr(socket, name, None)
        if family is None:
            continue
        for kind in (socket.SOCK_RAW, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET, socket.SOCK_STREAM):
            try:
                socket.socket(family, kind).close()
                succeeded(name)
            except OSError:
                pass
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        succeeded("raw")
    except OSError:
        pass
    tried()
    """,
)
CASES.code(
    "limits-raised",
    "Raises every limit on itself, lowers those of process 1, and leaves its cgroup.",
    """
    import resource
    for name in ("NPROC", "AS", "DATA", "CPU", "FSIZE", "NOFILE", "CORE", "MEMLOCK"):
        kind = getattr(resource, "RLIMIT_" + name)
        soft, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            attempt(name, lambda: resource.setrlimit(kind, (hard + 1, hard + 1)))
    try:
        resource.prlimit(1, resource.RLIMIT_NOFILE, (10, 10))
    except OSError as error:
        print(error)
    def write(path, text):
        descriptor = os.open(path, os.O_WRONLY)
        os.write(descriptor, text)
    for path in ("/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/memory/cgroup.procs",
                 "/proc/self/cgroup", "/proc/self/uid_map", "/proc/self/setgroups",
                 "/proc/self/oom_score_adj"):
        if os.path.exists(path) and "oom" not in path:
            attempt("write " + path, lambda: write(path, b"0 0 1"))
    attempt("not to be killed", lambda: write("/proc/self/oom_score_adj", b"-1000"))
    tried()
    """,
)
CASES.code(
    "thirty-two-bits",
    "Makes system calls by the 32-bit door and the x32 door, past a filter of 64-bit numbers.",
    CALL
    + """
import mmap
def by_int80(number, argument):
    code = (b"\\x53\\xb8" + number.to_bytes(4, "little") + b"\\xbb" + argument.to_bytes(4, "little")
            + b"\\xcd\\x80\\x5b\\xc3")
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return ctypes.CFUNCTYPE(ctypes.c_int)(address)()
tried()
sys.stdout.flush()
if os.uname().machine == "x86_64":
    for name, flag in (("user", 0x10000000), ("mounts", 0x20000), ("network", 0x40000000)):
        call("x32 unshare " + name, 0x40000000 + 272, long(flag))
    child = os.fork()
    if child == 0:
        result = by_int80(310, 0x10000000)
        os._exit(7 if result == 0 else 0)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7:
        succeeded("unshare by int 0x80")
""",
    tried=False,
)
CASES.code(
    "breaks-in-answer",
    "Tries namespaces, mounts and tracing while it is asked.",
    CALL
    + """
def break_out():
    call("unshare", 272, long(0x10000000 | 0x20000))
    call("mount", 165, text(b"x"), text(b"/tmp"), text(b"tmpfs"), long(0), text(b""))
    call("ptrace", 101, long(16), long(os.getppid()), long(0), long(0))
    call("chroot", 161, text(b"/"))
    tell()
tried()
""",
    answers=everywhere("break_out()"),
    says="TRIED",
)
