"""Attempts to read what is not the submission's: what is read is printed, canaries and all."""

from .case import Cases, everywhere

CASES = Cases("reading")

READ = """
import re
def show(path, size=20000):
    try:
        content = open(path, "rb").read(10_000_000)
    except OSError as error:
        print("refused:", path, type(error).__name__)
        return
    # A cell may print little: what the harness looks for must not be among the rest.
    print(path, content[:size].replace(b"\\0", b" "), re.findall(rb"CANARY[-\\w]+", content))
def show_all(top, most=40):
    count = 0
    for folder, folders, files in os.walk(top):
        for file in files:
            count += 1
            if count > most:
                return
            show(os.path.join(folder, file), 2000)
"""

CASES.code(
    "read-gradebook",
    "Prints the gradebook, by its path and by SQLite.",
    READ
    + """
show("@CLASS@/gradebook.db", 1 << 20)
try:
    import sqlite3
    database = sqlite3.connect("file:@CLASS@/gradebook.db?mode=ro", uri=True)
    print(database.execute("select * from student").fetchall())
except Exception as error:
    print(type(error).__name__)
tried()
""",
)
CASES.code(
    "read-secret",
    "Prints the class's secret and everything that lies beside it.",
    READ + 'show("@CLASS@/.icl-course/class-secret")\nshow_all("@CLASS@/.icl-course")\ntried()\n',
)
CASES.code(
    "read-submissions",
    "Prints what others handed in, and what was written about it.",
    READ
    + """
for folder in ("submitted", "autograded", "feedback", "downloaded"):
    show_all(f"@CLASS@/{folder}")
tried()
""",
)
CASES.code(
    "read-solutions",
    "Prints what lies among the solutions.",
    READ + 'show_all("@CLASS@/solutions")\nshow_all("@REPOSITORY@/solutions")\ntried()\n',
)
CASES.code(
    "read-home",
    "Prints keys and settings in the instructor's home, and in root's.",
    READ
    + """
for home in ("@HOME@", "/root", "/home"):
    show_all(home)
for name in ("/etc/shadow", "/etc/passwd", "/etc/hostname", "/var/log/syslog"):
    if name in ("/etc/shadow",) and os.access(name, os.R_OK):
        found(name)
    show(name, 200)
if os.path.isdir("/root"):
    try:
        listed = [name for name in os.listdir("/root") if name != ".pyenv"]
        if listed:
            found("/root", listed[:5])
    except OSError:
        pass
tried()
""",
)
CASES.code(
    "read-environment",
    "Prints every environment that it can get at: its own, its parents', everyone's.",
    READ
    + """
import glob
print(dict(os.environ))
for path in ["/proc/self/environ", "/proc/1/environ", *glob.glob("/proc/[0-9]*/environ")]:
    show(path)
for path in glob.glob("/proc/[0-9]*/task/*/environ"):
    show(path)
tried()
""",
)
CASES.code(
    "read-command-lines",
    "Prints every process's command line, working directory and root.",
    READ
    + """
import glob
for path in glob.glob("/proc/[0-9]*"):
    show(path + "/cmdline")
    for link in ("cwd", "root", "exe"):
        try:
            target = os.readlink(f"{path}/{link}")
            print(link, target)
            show(f"{path}/cwd/class-secret")
            show(f"{path}/root@CLASS@/.icl-course/class-secret")
        except OSError:
            pass
tried()
""",
)
CASES.code(
    "read-memory",
    "Reads the memory of other processes for canaries and keys.",
    """
    import glob, re
    prefix = re.compile(b"CAN" + b"ARY-[a-z]+-[0-9a-f]+")
    for path in glob.glob("/proc/[0-9]*"):
        try:
            for line in open(path + "/maps"):
                span, rights = line.split()[:2]
                start, end = (int(edge, 16) for edge in span.split("-"))
                if rights.startswith("rw") and end - start < 1 << 28:
                    with open(path + "/mem", "rb", 0) as memory:
                        memory.seek(start)
                        for match in prefix.findall(memory.read(end - start)):
                            print(match)
        except (OSError, ValueError, OverflowError):
            continue
    tried()
    """,
    seconds=60,
)
CASES.code(
    "read-by-other-roads",
    "Comes to the same files by /proc, by mounts, by .., and by the devices below.",
    READ
    + """
import glob
for root in ("/proc/self/root", "/proc/1/root", "/proc/thread-self/root", "../../../../../..",
             "/oldroot", "/newroot", "/.", "/mnt", "/host"):
    show(root + "@CLASS@/.icl-course/class-secret")
    show(root + "@HOME@/.ssh/id_rsa")
print(open("/proc/self/mountinfo").read())
for device in ("/dev/vda", "/dev/sda", "/dev/mem", "/dev/kmem", "/dev/kmsg", "/dev/port",
               "/proc/kcore", "/proc/kmsg", "/proc/kallsyms", "/sys/kernel/debug"):
    try:
        descriptor = os.open(device, os.O_RDONLY)
        if device != "/proc/kallsyms" and not os.path.isdir(device):
            found("device", device)
        os.close(descriptor)
    except OSError:
        pass
tried()
""",
)
CASES.code(
    "read-by-links",
    "Makes links to secrets, and has magics, displays and the grader read them.",
    """
    from IPython.display import FileLink, Image, SVG, HTML, Markdown, display
    for number, target in enumerate(("@CLASS@/.icl-course/class-secret", "@HOME@/.ssh/id_rsa",
                                     "@CLASS@/solutions/@LESSON@/@SLUG@.ipynb")):
        os.symlink(target, f"link{number}")
        for act in (lambda: get_ipython().run_line_magic("load", f"link{number}"),
                    lambda: get_ipython().run_line_magic("run", f"link{number}"),
                    lambda: get_ipython().system(f"cat link{number}"),
                    lambda: display(Image(filename=f"link{number}")),
                    lambda: display(SVG(filename=f"link{number}")),
                    lambda: display(Markdown(filename=f"link{number}")),
                    lambda: display(HTML(filename=f"link{number}")),
                    lambda: display(FileLink(f"link{number}"))):
            try:
                act()
            except BaseException as error:
                print(type(error).__name__)
    tried()
    """,
)
CASES.code(
    "links-for-the-grader",
    "Replaces every file that it can write by a link to a secret, for the grader to follow.",
    """
    for top in (".", "/tmp", "/scratch", "/dev/shm", os.environ.get("TMPDIR", "/tmp")):
        for folder, folders, files in os.walk(top):
            for name in [*files, "answer.npz", "outputs.json", "result.json", "notebook.ipynb"]:
                path = os.path.join(folder, name)
                try:
                    if os.path.lexists(path):
                        os.unlink(path)
                    os.symlink("@CLASS@/.icl-course/class-secret", path)
                except OSError:
                    pass
    tried()
    """,
)
CASES.code(
    "read-in-answer",
    "Reads the secret and the environment while it is asked, and says them in an exception.",
    READ
    + """
def read():
    for path in ("@CLASS@/.icl-course/class-secret", "@HOME@/.ssh/id_rsa", "/proc/1/environ"):
        try:
            found(path, open(path).read(200))
        except OSError:
            pass
    for name, value in os.environ.items():
        if "CAN" + "ARY" in value:
            found(name, value)
    tell()
tried()
""",
    answers=everywhere("read()"),
    says="TRIED",
)
