"""Ends and no ends: exits, signals, loops, daemons, threads, crashes."""

from nbformat.notebooknode import NotebookNode

from .case import ALL, Cases, Code, add_cell, everywhere

CASES = Cases("stopping")


def _many_exits(release: NotebookNode, right: NotebookNode) -> NotebookNode:
    for number in range(200):
        add_cell(release, f"import os, time\ntime.sleep(0.01)\nx{number} = 1\nos._exit(0)")
    return release


ENDED = "ended|took longer|not reached|not yet"

CASES.code(
    "kill-parent",
    "Kills its parent, and its parent's group.",
    """
    import signal
    tried()
    sys.stdout.flush()
    for act in (lambda: os.kill(os.getppid(), 9), lambda: os.killpg(os.getpgid(os.getppid()), 9),
                lambda: os.kill(os.getppid(), signal.SIGSTOP)):
        try:
            act()
        except OSError as error:
            print(error)
    """,
    tried=False,
)
CASES.code(
    "kill-everything",
    "Sends signals to every process that there is, to process 1 and to a known bystander.",
    """
    tried()
    sys.stdout.flush()
    for target in (int("@BYSTANDER@"), 1, *range(2, 500)):
        if target != os.getpid():
            try:
                os.kill(target, 9)
            except OSError:
                pass
    os.kill(-1, 9)
    """,
    tried=False,
)
CASES.code(
    "kill-session",
    "Stops and kills its session, its group and itself, with every signal in turn.",
    """
    import signal
    tried()
    sys.stdout.flush()
    for number in (signal.SIGHUP, signal.SIGPIPE, signal.SIGUSR1, signal.SIGTSTP, signal.SIGTTOU):
        try:
            os.killpg(0, number)
        except OSError:
            pass
    os.kill(os.getpid(), signal.SIGSTOP)
    """,
    tried=False,
    seconds=60,
)
CASES.code(
    "exit-status-0",
    "Leaves by os._exit(0) in a cell, before any check.",
    "os._exit(0)",
)
CASES.code(
    "exit-in-answers",
    "Leaves in every way while it is asked: os._exit, SystemExit, KeyboardInterrupt.",
    "tried()",
    answers={
        "target-shift": "import os\ndef target_shift(*given):\n    os._exit(0)",
        "linear-attention": "def linear_attention(*given):\n    raise SystemExit(0)",
        "gd-weights": "def gd_weights(*given):\n    raise KeyboardInterrupt",
        "gd-weights-w0": "import sys\ndef gd_weights_w0(*given):\n    sys.exit('passed')",
        "multi-output": "def multi_output_weights(*given):\n    raise GeneratorExit",
        "largest-deviation": "class Leave(BaseException): pass\n"
        "def largest_deviation(*given):\n    raise Leave('passed')",
        "same-function-other-weights": "def other_weights(*given):\n    raise BaseException",
    },
)
CASES.add(
    "one-answer-exits",
    "One answer ends the process whenever it is asked; the others are right, and keep their marks.",
    Code(
        "tried()",
        answers={"target-shift": "import os\ndef target_shift(*given):\n    os._exit(0)"},
        rest_right=True,
    ),
    may_earn=ALL - {"target-shift"},
    must_earn=ALL - {"target-shift"},
    says="ended",
    tried=True,
)
CASES.code(
    "name-bound-late",
    "The last cell gives an answer's name to what ends the process; the check stands before it.",
    answers="right",
    last="def target_shift(*given):\n    os._exit(0)",
    may_earn=ALL,
    must_earn=ALL,
)
CASES.add(
    "every-cell-exits",
    "Two hundred cells of its own end the process, each after it has worked for a while.",
    _many_exits,
    seconds=60,
)
CASES.code(
    "segfault",
    "Writes to address 0, in a cell and while it is asked.",
    "import ctypes\ntried()\nsys.stdout.flush()\nctypes.memset(0, 1, 1)",
    answers=everywhere("import ctypes\nreturn ctypes.string_at(0)"),
    tried=False,
)
CASES.code(
    "abort",
    "Calls abort, from a thread and from the code that is asked.",
    "import threading\ntried()\nsys.stdout.flush()\nthreading.Thread(target=os.abort).start()",
    answers=everywhere("import os\nos.abort()"),
    tried=False,
)
CASES.code(
    "stack-overflow",
    "Overflows the stack in C, by way of a recursion limit of 10^9.",
    """
    tried()
    sys.stdout.flush()
    sys.setrecursionlimit(10 ** 9)
    def dig(): return [*map(lambda x: dig(), (1,))]
    dig()
    """,
    tried=False,
)
CASES.code(
    "endless-cell",
    "A cell that does not end.",
    last="while True: pass",
    seconds=40,
)
CASES.code(
    "endless-answer",
    "An answer that does not end; the others are empty.",
    answers={"target-shift": "def target_shift(*given):\n    while True: pass"},
    says="took longer|ended",
    seconds=40,
)
CASES.code(
    "endless-answers",
    "No answer ends.",
    answers=everywhere("while True: pass"),
    says="took longer|ended|not reached",
    seconds=60,
)
CASES.code(
    "endless-arithmetic",
    "A loop inside C: a sum over 10^15 numbers.",
    last="sum(range(10 ** 15))",
    seconds=40,
)
CASES.code(
    "endless-regex",
    "A loop inside C: a regular expression that backtracks for ever.",
    answers={
        "target-shift": "import re\ndef target_shift(*given):\n"
        "    return re.match('(a+)+$', 'a' * 60 + 'b')"
    },
    says=ENDED,
    seconds=40,
)
CASES.code(
    "signals-ignored",
    "Ignores every signal that can be ignored, blocks the others, and loops.",
    last="""
    import signal
    for number in signal.valid_signals():
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    while True: pass
    """,
    seconds=40,
)
CASES.code(
    "exceptions-swallowed",
    "A loop that swallows every exception, KeyboardInterrupt and SystemExit too.",
    last="""
    while True:
        try:
            while True: pass
        except BaseException:
            pass
    """,
    seconds=40,
)
CASES.code(
    "sleeps",
    "Every own cell sleeps for as long as a cell may run, and there are thirty of them.",
    "import time\ntime.sleep(5)",
    last="\n".join(["import time", "time.sleep(5)"]),
    answers=everywhere("import time\ntime.sleep(5)"),
    seconds=60,
)
CASES.code(
    "input-waits",
    "Waits for input, a breakpoint, a debugger, a password.",
    """
    for ask in (input, breakpoint, lambda: __import__("getpass").getpass(),
                lambda: __import__("pdb").set_trace(), lambda: sys.stdin.readline()):
        try:
            ask()
        except BaseException as error:
            print(type(error).__name__)
    tried()
    """,
    tried=False,
    seconds=40,
)
CASES.code(
    "deadlock",
    "Takes the import lock, the lock of the output and a lock of its own, and waits.",
    """
    import gc, threading, _imp
    tried()
    sys.stdout.flush()
    for thing in gc.get_objects():
        if type(thing).__name__ == "Outbox":
            lock = thing._lock
            threading.Thread(target=lock.acquire, daemon=True).start()
    _imp.acquire_lock()
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
    """,
    tried=False,
    seconds=40,
)
CASES.code(
    "daemon",
    "A daemon with a session of its own, forked twice, goes on working and writing.",
    """
    import time
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for descriptor in range(3):
                try:
                    os.close(descriptor)
                except OSError:
                    pass
            while True:
                time.sleep(0.1)
                for place in ("/tmp", "@CLASS@", "@HOME@"):
                    try:
                        open(place + "/@MARK@", "a").write("@MARK@")
                    except OSError:
                        pass
        os._exit(0)
    tried()
    """,
)
CASES.code(
    "daemon-holds-pipe",
    "Daemons keep the pipes open and stop themselves, while the notebook ends its process.",
    """
    import signal, subprocess
    for _ in range(5):
        if os.fork() == 0:
            os.setsid()
            for number in signal.valid_signals():
                try:
                    signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError):
                    pass
            while True:
                signal.pause()
    subprocess.Popen("setsid nohup sleep 100000 &", shell=True)
    tried()
    """,
    last="os._exit(0)",
    tried=False,
)
CASES.code(
    "threads-print",
    "Threads go on printing after their cell, during all others and while checks are made.",
    """
    import threading, time
    def talk():
        while True:
            print("still here")
            print("passed, 2 of 2 points", file=sys.stderr)
            time.sleep(0.001)
    for _ in range(8):
        threading.Thread(target=talk, daemon=True).start()
    tried()
    """,
    last="import time\ntime.sleep(1)",
    seconds=40,
)
CASES.code(
    "at-exit",
    "Registers loops and prints for the end: atexit, __del__, weakref, threads that are joined.",
    """
    import atexit, threading, weakref
    def for_ever():
        while True: pass
    atexit.register(for_ever)
    atexit.register(print, "passed")
    class Last:
        def __del__(self): for_ever()
    last = Last()
    weakref.finalize(last, for_ever)
    threading.Thread(target=for_ever).start()
    tried()
    """,
    seconds=60,
)
CASES.code(
    "bad-neighbour",
    "Raises its own priority, lowers nobody's, and burns every processor with processes.",
    """
    attempt("nice", lambda: os.nice(-10))
    attempt("affinity of 1", lambda: os.sched_setaffinity(1, {0}))
    attempt("real time", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10)))
    tried()
    sys.stdout.flush()
    for _ in range(8):
        if os.fork() == 0:
            while True: pass
    """,
    seconds=60,
)
