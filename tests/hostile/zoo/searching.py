"""The search for what decides the mark: oracles, solutions, other people's answers."""

from .case import Cases, everywhere

CASES = Cases("searching")

LOOK = """
KINDS = {"Exercise", "Verdict", "Misconception", "Difference", "Gradebook"}
NAMES = {"oracle", "expected", "tolerance", "misconceptions", "class_secret", "secret", "magnitude"}
MODULES = ("autograder.exercise", "autograder.verdict", "autograder.bank", "autograder.grading",
           "autograder.practice", "autograder.learning", "autograder.building", "nbgrader")
def look_at(name, thing):
    if type(thing).__name__ in KINDS and (type(thing).__module__ or "").startswith("autograder"):
        found("object", type(thing).__module__, type(thing).__name__)
    if callable(thing) and str(getattr(thing, "__module__", "")).startswith(MODULES):
        found("function", thing.__module__, getattr(thing, "__name__", "?"))
    if name in NAMES:
        found("name", name, type(thing).__name__)
"""

CASES.code(
    "stack-walk",
    "Walks up the stack from inside an answer, and looks at every name on the way.",
    LOOK
    + """
def walk():
    import inspect
    frame = sys._getframe()
    while frame is not None:
        for scope in (frame.f_locals, frame.f_globals):
            for name, thing in list(scope.items()):
                if scope is not globals():
                    look_at(name, thing)
        frame = frame.f_back
    tell()
walk_now = [None]
try:
    walk()
except RuntimeError:
    tried()
""",
    answers=everywhere("walk()"),
    says="TRIED",
)
CASES.code(
    "garbage-collector",
    "Looks at every object that the garbage collector knows, in a cell and inside an answer.",
    LOOK
    + """
def walk():
    import gc, types
    gc.unfreeze()
    for thing in gc.get_objects():
        if isinstance(thing, (types.FunctionType, type)) or type(thing).__name__ in KINDS:
            look_at("", thing)
        elif isinstance(thing, types.ModuleType) and thing.__name__.startswith(MODULES):
            found("module", thing.__name__)
walk()
tried()
""",
    answers=everywhere("walk()\ntell()"),
    says="TRIED",
    seconds=60,
)
CASES.code(
    "loaded-modules",
    "Looks through sys.modules, and the files that they came from, for the grader's parts.",
    LOOK
    + """
for name, module in list(sys.modules.items()):
    if name.startswith(MODULES):
        found("module", name)
    path = getattr(module, "__file__", None) or ""
    for word in ("/exercises/", "/bank/", "/solutions/"):
        if word in path and "autograder" in path:
            found("file", path)
tried()
""",
)
CASES.code(
    "import-oracles",
    "Imports the grader's oracles, and answers with what they say.",
    """
    import importlib
    for name in ("exercises", "exercise", "verdict", "bank", "grading", "practice", "content",
                 "learning.solutions", "submissions", "building", "grading.marking", "auditing"):
        try:
            importlib.import_module(f"autograder.{name}")
        except ImportError:
            continue
        found("import", name)
    try:
        from autograder.exercises.lesson_02 import attention, shift
    except ImportError:
        pass
    tried()
    """,
    answers={
        "target-shift": "def target_shift(xs, ys, w_0, rate):\n"
        "    return shift.shifted(dict(xs=xs, ys=ys, w_0=w_0, learning_rate=rate))",
        "linear-attention": "def linear_attention(params, tokens):\n"
        "    case = dict(vars(params), tokens=tokens)\n"
        "    return attention.layer(case)['tokens']",
    },
)
CASES.code(
    "files-of-solutions",
    "Walks the whole file system for solved notebooks, banks and sources, and runs what it finds.",
    """
    import json, subprocess
    names = ["one_layer_is_one_step*", "lesson_02*", "gradebook.db", "class-secret", "gauge.py",
             "shift_wrong.py", "bank", "solutions"]
    words = ["find", "/"]
    for place in ("/proc", "/sys", "/usr/share", "/usr/lib"):
        words += ["-path", place, "-prune", "-o"]
    words.append("(")
    for name in names:
        words += ["-name", name, "-o"]
    words += ["-name", "nothing", ")", "-readable", "-print"]
    paths = subprocess.run(words, capture_output=True, text=True).stdout.splitlines()
    for path in filter(None, paths):
        public = ("/ask/", "/dist-info/", "/icl_course/", "/nbgrader/tests/")
        if not any(place in path for place in public):
            found("file", path)
        if not path.endswith(".ipynb"):
            continue
        try:
            for cell in json.load(open(path))["cells"]:
                if cell.get("id", "").startswith("exercise-"):
                    get_ipython().user_ns.setdefault("solved", {})[cell["id"]] = cell["source"]
        except Exception:
            pass
    tried()
    """,
    answers={
        "target-shift": "exec(''.join(solved['exercise-target-shift']))",
        "linear-attention": "exec(''.join(solved['exercise-linear-attention']))",
        "gd-weights": "exec(''.join(solved['exercise-gd-weights']))",
    },
    seconds=60,
)
CASES.code(
    "solutions-by-name",
    "Opens solved notebooks where it knows that they lie, also by way of /proc and of git.",
    """
    import json, subprocess
    solved = {}
    for root in ("@CLASS@", "@REPOSITORY@", "/proc/self/root@CLASS@", "/proc/1/root@CLASS@",
                 "/proc/self/cwd/../../..@CLASS@", "@PACKAGES@/autograder/_content"):
        path = f"{root}/solutions/@LESSON@/@SLUG@.ipynb"
        try:
            cells = json.load(open(path))["cells"]
        except OSError:
            continue
        found(path)
        solved |= {cell["id"]: "".join(cell["source"]) for cell in cells}
    show = ["git", "-C", "@REPOSITORY@", "show", "HEAD:solutions/@LESSON@/@SLUG@.ipynb"]
    try:
        shown = subprocess.run(show, capture_output=True, text=True)
        if shown.returncode == 0:
            found("git")
    except OSError:
        pass
    tried()
    """,
    answers={
        exercise: f"exec(solved['exercise-{exercise}'])"
        for exercise in ("target-shift", "linear-attention", "gd-weights", "largest-deviation")
    },
)
CASES.code(
    "solution-command",
    "Calls solution() and hint() of the course, and the command line, for the answers.",
    """
    import subprocess
    from autograder import hint, solution
    for exercise in ("target-shift", "gd-weights"):
        for ask in (solution, hint):
            try:
                ask(exercise)
            except BaseException as error:
                print(type(error).__name__)
    for words in (["-m", "autograder.cli", "solution", "target-shift", "--give-up"],
                  ["-m", "autograder", "solution", "target-shift", "--give-up"]):
        done = subprocess.run([sys.executable, *words], capture_output=True, text=True)
        if done.returncode == 0 and "return" in done.stdout:
            found("solution", done.stdout[:300])
    tried()
    """,
    seconds=40,
)
CASES.code(
    "memory-search",
    "Searches its own memory for strings of the verdict's code and of the solutions.",
    r"""
    import ctypes, re
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # have /proc/self/mem be its own again
    needles = [rb"where round[i]ng explains", rb"the layer predicti[o]n - prediction after",
               rb"softmax lef[t] in", rb"W_0 is not in the valu[e]", rb"class-secre[t]\x00"]
    count = 0
    for line in open("/proc/self/maps"):
        span, rights = line.split()[:2]
        start, end = (int(edge, 16) for edge in span.split("-"))
        if not rights.startswith("rw") or end - start > 1 << 28:
            continue
        try:
            with open("/proc/self/mem", "rb", 0) as memory:
                memory.seek(start)
                content = memory.read(end - start)
        except (OSError, ValueError):
            continue
        count += 1
        for needle in needles:
            if re.search(needle, content):
                found(needle)
    print(count, "regions")
    if count > 10:
        tried()
    """,
    seconds=60,
)
CASES.code(
    "leaves-for-others",
    "Leaves files, shared memory and changed modules for the submission that is graded next.",
    """
    import ctypes, builtins
    builtins.neighbours_mark = "@MARK@"
    for top, folders, files in os.walk("/"):
        folders[:] = [f for f in folders if os.path.join(top, f) not in ("/proc", "/sys")]
        if top.count("/") > 3:
            folders.clear()
        try:
            open(os.path.join(top, "@MARK@"), "w").write("@MARK@")
        except OSError:
            pass
    libc = ctypes.CDLL(None)
    libc.shmget(0x200, 4096, 0o1666)
    libc.msgget(0x200, 0o1666)
    libc.semget(0x200, 1, 0o1666)
    tried()
    """,
)
CASES.code(
    "others-held",
    "Looks for what other submissions left in the process, in shared memory, in any directory.",
    """
    import gc, glob, subprocess
    def look():
        prefix = "CAN" + "ARY-"
        places = [sys.prefix, *sys.path, "@REPOSITORY@"]
        for thing in gc.get_objects():
            if isinstance(thing, dict):
                for key, value in list(thing.items()):
                    if isinstance(value, str) and prefix in value and len(value) < 200:
                        found("string", value)
                    if isinstance(key, str) and key == "neighbours_mark":
                        found("name", key)
        for pattern in ("/tmp/*", "/dev/shm/*", "/var/tmp/*", "/scratch/*", "/run/user/*"):
            for path in glob.glob(pattern):
                holds_the_course = any(where.startswith(path + "/") for where in places)
                if os.path.basename(path) not in ("matplotlib", "ipython") and not holds_the_course:
                    found("file", path)
        for top, folders, files in os.walk("/"):
            folders[:] = [f for f in folders if os.path.join(top, f) not in ("/proc", "/sys")]
            if top.count("/") > 3:
                folders.clear()
            if "@MARK@" in files:
                found("a file left in", top)
        for kind in ("shm", "msg", "sem"):
            if os.path.exists(f"/proc/sysvipc/{kind}"):
                if len(open(f"/proc/sysvipc/{kind}").readlines()) > 1:
                    found("left behind:", kind)
    look()
    tried()
    """,
    answers=everywhere("look()\ntell()"),
    says="TRIED",
    seconds=60,
)
CASES.code(
    "other-processes",
    "Looks for processes of the grader, or of other submissions.",
    """
    own = {os.getpid(), os.getppid(), 1}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) not in own:
            found("process", entry)
    for name in ("cmdline", "environ", "maps", "root", "cwd", "fd", "mem", "exe"):
        try:
            path = f"/proc/1/{name}"
            if os.path.islink(path):
                target = os.readlink(path)
            elif os.path.isdir(path):
                target = os.listdir(path)
            else:
                target = open(path, "rb").read(100)
            if name in ("environ", "mem", "maps", "fd"):
                found("in process 1:", name)
        except OSError as error:
            print("refused:", name, type(error).__name__)
    tried()
    """,
)
CASES.code(
    "descriptors-inherited",
    "Looks at every descriptor that is open from the start, for files and directories of ours.",
    """
    for descriptor in range(0, 1024):
        try:
            target = os.readlink(f"/proc/self/fd/{descriptor}")
        except OSError:
            continue
        print(descriptor, target.split(":")[0])
        if target.startswith("/") and not target.startswith(("/dev/null", "/proc/self/", "/proc/")):
            found("descriptor", descriptor, target)
        if target.startswith("socket"):
            found("socket", descriptor)
    tried()
    """,
)
