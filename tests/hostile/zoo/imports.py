"""Modules in the wrong place: swapped, shadowed, hooked, or started with the interpreter."""

import copy
import io
import zipfile
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode

from .case import Archive, Build, Cases, Code, Places, Tree

CASES = Cases("imports")

SHADOW = """\
import builtins, sys
class Passed:
    passed, score, misconception, message, numbers = True, 1.0, None, "passed", {}
    exercise, empty = "x", False
def everything(*args, **kwargs):
    return Passed()
check = hint = predict = solution = judge = verdict = judge_cases = everything
try:
    open("@CLASS@/@MARK@", "w").write("shadow")
except OSError:
    pass
try:
    get_ipython = builtins.get_ipython
except AttributeError:
    pass
def __getattr__(name):
    return everything
"""

NAMES = (
    "sitecustomize.py",
    "usercustomize.py",
    "ipykernel_launcher.py",
    "autograder.py",
    "numpy.py",
    "json.py",
    "random.py",
    "icl_course.py",
    "jax.py",
    "nbgrader_config.py",
    "conftest.py",
)

CASES.code(
    "modules-swapped",
    "Puts modules of its own into sys.modules under the names that a grader imports.",
    """
    import types
    class Everything(types.ModuleType):
        def __getattr__(self, name):
            return lambda *args, **kwargs: None
    tried()
    for name in ("autograder", "autograder.ask", "autograder.ask.crossing", "numpy.testing",
                 "autograder.verdict", "autograder.practice", "json", "icl_course"):
        sys.modules[name] = Everything(name)
    """,
    answers="wrong",
)
CASES.code(
    "import-hook",
    "A finder on sys.meta_path serves an autograder of its own.",
    """
    import importlib.abc, importlib.machinery
    class Serve(importlib.abc.MetaPathFinder, importlib.abc.Loader):
        def find_spec(self, name, path=None, target=None):
            if name.startswith("autograder"):
                return importlib.machinery.ModuleSpec(name, self, is_package=True)
        def create_module(self, spec):
            return None
        def exec_module(self, module):
            for word in ("check", "judge", "ask_all", "asks", "pack", "unpack", "Failure"):
                setattr(module, word, lambda *args, **kwargs: True)
            module.interpreting = __import__("contextlib").nullcontext
    for name in [name for name in sys.modules if name.startswith("autograder")]:
        del sys.modules[name]
    sys.meta_path.insert(0, Serve())
    sys.path_importer_cache.clear()
    tried()
    """,
    answers="wrong",
)
CASES.code(
    "customise-on-restart",
    "Writes sitecustomize, shadows of numpy and others wherever it can, then ends the process.",
    f"""
    shadow = {SHADOW!r}
    places = [".", os.path.expanduser("~"), "/tmp", os.environ.get("TMPDIR", "/tmp")]
    places.append(os.path.expanduser("~/.local/lib/python3.11/site-packages"))
    for place in places:
        try:
            os.makedirs(place, exist_ok=True)
            for name in {NAMES!r}:
                open(os.path.join(place, name), "w").write(shadow)
            open(os.path.join(place, "zoo.pth"), "w").write("import sitecustomize")
        except OSError:
            pass
    startup = os.path.expanduser("~/.ipython/profile_default/startup")
    for folder in (startup, os.environ.get("IPYTHONDIR", startup) + "/profile_default/startup"):
        try:
            os.makedirs(folder, exist_ok=True)
            open(folder + "/00.py", "w").write("check = print")
            open(folder + "/../ipython_config.py", "w").write("c.InteractiveShell.autocall = 2")
        except OSError:
            pass
    """,
    answers={"target-shift": "import os\nos._exit(0)"},
    says="ended the process|not yet",
)
CASES.code(
    "kernelspec-at-home",
    "Writes a kernel of its own, and configurations of Jupyter and pip, to the home directory.",
    """
    import json
    home = os.path.expanduser("~")
    spec = {"argv": ["/bin/sh", "-c", "touch @CLASS@/@MARK@"], "display_name": "Python 3",
            "language": "python"}
    for path, text in (
        ("/.local/share/jupyter/kernels/python3/kernel.json", json.dumps(spec)),
        ("/.jupyter/jupyter_config.py", "import os; os.system('touch @CLASS@/@MARK@')"),
        ("/.jupyter/nbgrader_config.py", "import os; os.system('touch @CLASS@/@MARK@')"),
        ("/.config/pip/pip.conf", "[global]\\nindex-url = http://127.0.0.1:@PORT@"),
    ):
        try:
            os.makedirs(os.path.dirname(home + path), exist_ok=True)
            open(home + path, "w").write(text)
        except OSError:
            pass
    tried()
    """,
)
CASES.code(
    "environment-for-children",
    "Sets PYTHONPATH, PYTHONSTARTUP, LD_PRELOAD and the like, then ends the process.",
    """
    open("evil.py", "w").write("raise SystemExit(0)")
    here = os.getcwd()
    for name, value in (("PYTHONPATH", here), ("PYTHONSTARTUP", here + "/evil.py"),
                        ("LD_PRELOAD", here + "/evil.so"), ("PYTHONINSPECT", "1"),
                        ("PYTHONHOME", here), ("PATH", here), ("NBGRADER_VALIDATING", "1"),
                        ("NBGRADER_EXECUTION", "")):
        os.environ[name] = value
    tried()
    """,
    answers={"target-shift": "import os\nos._exit(0)"},
)


def _beside(release: NotebookNode, right: NotebookNode) -> Archive:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("one_layer_is_one_step.ipynb", nbformat.writes(release))
        for name in NAMES:
            archive.writestr(name, SHADOW)
    return Archive(content.getvalue())


def _in_folder(release: NotebookNode, right: NotebookNode) -> Tree:
    def make(folder: Path, places: Places) -> None:
        folder.mkdir(parents=True)
        nbformat.write(release, folder / f"{places.SLUG}.ipynb")
        for name in NAMES:
            (folder / name).write_text(places.fill(SHADOW))

    return Tree(make)


def _using_shadow() -> Build:
    code = Code("import autograder, numpy, json\nfrom autograder import check\ntried()")
    return lambda release, right: copy.deepcopy(_in_folder(code(release, right), right))


CASES.add("shadows-in-archive", "The archive holds numpy.py, autograder.py and more.", _beside)
CASES.add("shadows-in-folder", "Such files lie beside the notebook below submitted/.", _in_folder)
CASES.add(
    "shadows-imported",
    "Such files lie beside the notebook, and its own code imports them.",
    _using_shadow(),
    tried=True,
)
