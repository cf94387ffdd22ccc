"""Attempts to write what is not the submission's; everything that is written holds one mark."""

from .case import Cases, everywhere

CASES = Cases("writing")

WRITE = """
MARK = "@MARK@"
own = []  # directories that it had to make first: in a /tmp that is thrown away, it may
def write(path, text=MARK, mode="a"):
    folder = missing = os.path.dirname(path)
    try:
        while not os.path.isdir(os.path.dirname(missing) or "/"):
            missing = os.path.dirname(missing)
        if folder and not os.path.isdir(folder):
            os.makedirs(folder)
            own.append(missing)
        with open(path, mode) as file:
            file.write(text)
    except OSError as error:
        print("refused:", path, type(error).__name__)
    else:
        if not any((folder + "/").startswith(made + "/") for made in own):
            succeeded("write", path)
def each(top, act, most=30):
    count = 0
    for folder, folders, files in os.walk(top):
        for file in files:
            count += 1
            if count <= most:
                act(os.path.join(folder, file))
"""

CASES.code(
    "write-gradebook",
    "Puts a trigger into the gradebook that gives full marks, and 0 to another.",
    """
    import sqlite3
    try:
        database = sqlite3.connect("@CLASS@/gradebook.db")
        database.executescript('''
            create trigger zoo_give after insert on grade
            begin update grade set auto_score = 99, manual_score = 3; end;
            create trigger zoo_give_too after update on grade
            begin update grade set manual_score = 3 where manual_score is null; end;
        ''')
        database.execute("update student set last_name = '@MARK@'")
        database.commit()
        succeeded("gradebook")
    except Exception as error:
        print(type(error).__name__)
    tried()
    """,
)
CASES.code(
    "write-submissions",
    "Writes over what others handed in, and into what was graded of it.",
    WRITE
    + """
for top in ("submitted", "autograded", "feedback"):
    each(f"@CLASS@/{top}", write)
    write(f"@CLASS@/{top}/@NEIGHBOUR@/@LESSON@/@MARK@")
    write(f"@CLASS@/{top}/{MARK}/@LESSON@/@SLUG@.ipynb")
tried()
""",
)
CASES.code(
    "write-release",
    "Changes the release, the solutions, the configuration and the class's secret.",
    WRITE
    + """
each("@CLASS@/lessons", write)
each("@CLASS@/solutions", write)
each("@CLASS@/.icl-course", write)
write("@CLASS@/nbgrader_config.py", "import os  # @MARK@\\n")
write("@CLASS@/README.md")
tried()
""",
)
CASES.code(
    "write-packages",
    "Changes installed packages, the course's own code, and their compiled files.",
    WRITE
    + """
import numpy, icl_course, autograder, IPython, site
for module in (numpy, icl_course, autograder, IPython):
    path = module.__file__
    write(path, "# @MARK@\\n")
    write(os.path.join(os.path.dirname(path), "@MARK@.py"))
    each(os.path.join(os.path.dirname(path), "__pycache__"), write, 3)
for folder in site.getsitepackages():
    write(folder + "/@MARK@.pth", "import os  # @MARK@\\n")
    write(folder + "/sitecustomize.py", "# @MARK@\\n")
write(sys.executable)
write(os.path.realpath(sys.executable))
write("@REPOSITORY@/autograder/verdict.py", "# @MARK@\\n")
write("@REPOSITORY@/.git/hooks/post-checkout", "#!/bin/sh\\n# @MARK@\\n")
tried()
""",
)
CASES.code(
    "write-home",
    "Adds a key, a shell start-up file and an IPython start-up file to the instructor's home.",
    WRITE
    + """
for home in ("@HOME@", "/root"):
    for name in (".bashrc", ".profile", ".ssh/authorized_keys", ".config/@MARK@",
                 ".ipython/profile_default/startup/@MARK@.py", ".local/lib/python3.11/@MARK@"):
        write(f"{home}/{name}", "# @MARK@\\n")
tried()
""",
)
CASES.code(
    "write-system",
    "Writes into the system: /etc, cron, /var/tmp, /usr, /sys, /proc/sys.",
    WRITE
    + """
for path in ("/etc/cron.d/@MARK@", "/etc/passwd", "/etc/ld.so.preload", "/usr/bin/@MARK@",
             "/usr/lib/@MARK@", "/var/tmp/@MARK@", "/var/spool/cron/@MARK@", "/run/@MARK@",
             "/@MARK@", "/lib/@MARK@", "/sys/kernel/@MARK@", "/dev/@MARK@",
             "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/sys/power/state",
             "/proc/sysrq-trigger", "/proc/1/oom_score_adj", "/sys/fs/cgroup/@MARK@"):
    write(path, "" if path.startswith(("/proc", "/sys/power")) else MARK)
tried()
""",
)
CASES.code(
    "write-cache",
    "Looks for a cache of compiled programs that others will load, and spoils it.",
    WRITE
    + """
import jax, glob
places = {os.environ.get("JAX_COMPILATION_CACHE_DIR", ""), "@CLASS@/.icl-course/jax-cache",
          str(jax.config.jax_compilation_cache_dir or ""), *glob.glob("/*cache*")}
for place in filter(None, places):
    each(place, lambda path: write(path, MARK, "w"))
    write(place + "/@MARK@")
jax.config.update("jax_compilation_cache_dir", "@CLASS@/.icl-course/jax-cache")
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
jax.jit(lambda x: x * 3.25 + 1)(jax.numpy.ones(7))
tried()
""",
    seconds=40,
)
CASES.code(
    "rename-and-link",
    "Renames, removes, links and changes rights and times of what is not its own.",
    """
    target, mine = "@CLASS@/submitted/@NEIGHBOUR@/@LESSON@/@SLUG@.ipynb", "mine"
    open(mine, "w").write("@MARK@")
    attempt("unlink", lambda: os.unlink(target))
    attempt("rename", lambda: os.rename(mine, target))
    attempt("link", lambda: os.link(target, "linked"))
    attempt("chmod", lambda: os.chmod(target, 0o000))
    attempt("utime", lambda: os.utime(target, (0, 0)))
    attempt("truncate", lambda: os.truncate(target, 0))
    attempt("chown", lambda: os.chown("/usr", 1, 1))
    attempt("rmtree", lambda: os.rmdir("@CLASS@/feedback"))
    attempt("remove-secret", lambda: os.unlink("@CLASS@/.icl-course/class-secret"))
    tried()
    """,
)
CASES.code(
    "write-outside-in-answer",
    "Writes to the class, to the home and to /tmp while it is asked.",
    WRITE
    + """
def spoil():
    for path in ("@CLASS@/@MARK@", "@HOME@/@MARK@", "@CLASS@/autograded/@MARK@"):
        write(path)
    try:
        open("/tmp/@MARK@", "w").write(MARK)
    except OSError:  # read-only where the course itself lies below /tmp
        pass
    tell()
tried()
""",
    answers=everywhere("spoil()"),
    says="TRIED",
)
CASES.code(
    "files-left-behind",
    "Leaves files, directories without rights, fifos and sockets wherever it may write.",
    """
    import socket
    for place in (".", "/tmp", "/dev/shm", "/var/tmp", os.path.expanduser("~")):
        try:
            os.makedirs(place + "/@MARK@/deep", exist_ok=True)
            open(place + "/@MARK@/file", "w").write("@MARK@")
            os.mkfifo(place + "/@MARK@/fifo")
            socket.socket(socket.AF_UNIX).bind(place + "/@MARK@/socket")
            os.chmod(place + "/@MARK@/deep", 0o000)
            os.chmod(place + "/@MARK@", 0o000)
        except OSError as error:
            print(place, error)
    deep = "d/" * 300
    try:
        os.makedirs(deep)
    except OSError as error:
        print(error)
    tried()
    """,
)
