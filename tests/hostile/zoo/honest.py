"""Honest work that looks odd; every mark of it is kept."""

import copy

from nbformat.notebooknode import NotebookNode

from .case import ALL, Build, Cases, add_cell, cell_of

CASES = Cases("honest")


def honest(
    source: str = "", *, last: str = "", edits: dict[str, tuple[str, str]] | None = None
) -> Build:
    """Hand in right answers, with cells of one's own and edits of the answers by exercise."""

    def build(release: NotebookNode, right: NotebookNode) -> NotebookNode:
        notebook = copy.deepcopy(right)
        for exercise, (old, new) in (edits or {}).items():
            cell = cell_of(notebook, f"exercise-{exercise}")
            assert old in cell.source, f"{old!r} is not in the answer to {exercise}"
            cell.source = cell.source.replace(old, new)
        if source:
            add_cell(notebook, source)
        if last:
            add_cell(notebook, last, "end")
        return notebook

    return build


def every(before: str, name: str) -> dict[str, tuple[str, str]]:
    """Write a line above the function of an exercise."""
    return {name: ("def ", before + "\ndef ")}


SHIFT = "target-shift"
SHIFT_BODY = """\
def target_shift(xs, ys, w_0, learning_rate):
    import numpy as np
    xs, ys, w_0 = (np.asarray(a, dtype=np.float64) for a in (xs, ys, w_0))
    residuals = xs @ w_0.T - ys
    return ys + learning_rate * xs @ (residuals.T @ xs / len(xs)).T
"""


def beginning(line: str) -> str:
    """Return the answer with a line before all others."""
    return SHIFT_BODY.replace("    import numpy", f"{line}\n    import numpy", 1)


def replaced(source: str, own: str = "", last: str = "") -> Build:
    """Answer target-shift in another way; the other answers are right."""

    def build(release: NotebookNode, right: NotebookNode) -> NotebookNode:
        notebook = honest(own, last=last)(release, right)
        cell_of(notebook, f"exercise-{SHIFT}").source = source
        return notebook

    return build


def _moved_helper(release: NotebookNode, right: NotebookNode) -> NotebookNode:
    notebook = copy.deepcopy(right)
    source = SHIFT_BODY.replace("residuals.T @ xs / len(xs)", "mean_outer(residuals, xs)")
    cell_of(notebook, f"exercise-{SHIFT}").source = source
    add_cell(notebook, "import functools")
    add_cell(
        notebook,
        "def mean_outer(rows, others):\n    import numpy as np\n"
        "    return functools.reduce(np.add, map(np.outer, rows, others)) / len(rows)",
    )
    return notebook


for name, attack, build in (
    ("plain", "Right answers, and nothing else.", honest()),
    ("helpers", "A helper and an import stand in cells of their own.", _moved_helper),
    ("timed", "An answer's cell is timed.", replaced("%%time\n" + SHIFT_BODY)),
    ("matplotlib", "Figures of one's own, inline.", honest(
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nplt.show()",
        last="fig, ax = plt.subplots()\nax.imshow([[1, 2], [3, 4]])\nfig")),
    ("warns", "Cells that warn, at import and inside an answer.", replaced(
        "import warnings\nwarnings.warn('outside')\n"
        + beginning("    warnings.warn('inside')"))),
    ("progress", "Progress bars, outside and inside an answer.", replaced(
        "from tqdm import tqdm\nlist(tqdm(range(100)))\n"
        + beginning("    list(tqdm(range(3)))"))),
    ("logs", "Logging to stderr.", honest(
        "import logging\nlogging.basicConfig(level=logging.DEBUG)\nlogging.error('a log line')")),
    ("prints", "Prints a thousand lines.", honest("for n in range(1000):\n    print('line', n)")),
    ("writes-and-reads", "Writes a file to its directory, and reads it back.", replaced(
        SHIFT_BODY.replace("len(xs)", "int(open('n.txt').read() and len(xs))"),
        own="with open('n.txt', 'w') as file:\n    file.write('1')\n"
            "import numpy as np\nnp.savez('a.npz', a=np.ones(3))\nnp.load('a.npz')['a']")),
    ("threads", "Uses a pool of threads.", honest(
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(4) as pool:\n"
        "    print(list(pool.map(lambda x: x * x, range(9))))")),
    ("processes", "Starts other programs.", honest(
        "import subprocess\nprint(subprocess.run(['echo', 'hello'], capture_output=True).stdout)\n"
        "!echo shell")),
    ("float64", "Answers in NumPy's float64.", replaced(SHIFT_BODY)),
    ("x64", "Has JAX compute in 64 bits.", honest(
        "import jax\njax.config.update('jax_enable_x64', True)")),
    ("lists", "Answers with lists of numbers.", replaced(
        SHIFT_BODY.replace("return ys", "return (ys").rstrip() + ").tolist()\n")),
    ("renamed-late", "Gives a helper's name another meaning later.", replaced(
        "def helper(x):\n    return x\n" + SHIFT_BODY.replace("return ys", "return helper(ys)"),
        last="def helper(x):\n    raise ValueError('another helper')\nxs = ys = None")),
    ("raises-last", "The last cell raises an exception.", honest(last="1 / 0")),
    ("raises-first", "A cell of one's own before the exercises raises.", honest("undefined_name")),
    ("magics", "Uses magics, help and shell lines.", honest(
        "%timeit -n1 -r1 1 + 1\n%who\n%pwd\n%env ZOO=1\nlen?\n%precision 3\n%lsmagic")),
    ("displays", "Displays tables, HTML and formulas.", honest(
        "from IPython.display import HTML, Latex, Markdown, display\n"
        "display(HTML('<table><tr><td>1</td></tr></table>'), Markdown('**b**'), Latex('$x^2$'))")),
    ("calls-check", "Calls check, hint and others in cells of one's own.", honest(
        "check('target-shift', None)\nhint('target-shift')\nprint('more')")),
    ("jitted", "Decorates answers with jax.jit and functools.", honest(
        edits={"largest-deviation": ("def largest_deviation", "@jax.jit\ndef largest_deviation")})),
    ("classes", "Answers with an object that can be called.", replaced(
        SHIFT_BODY.replace("target_shift", "_shift")
        + "class Shift:\n    def __call__(self, *given):\n        return _shift(*given)\n"
        "target_shift = Shift()")),
    ("seeds", "Sets seeds, environment variables and NumPy's options.", honest(
        "import os, random\nimport numpy as np\nrandom.seed(0)\nnp.random.seed(0)\n"
        "np.set_printoptions(precision=2)\nos.environ['MY'] = '1'\nnp.seterr(all='raise')")),
    ("debug-nans", "Has JAX look for NaN, and raise for promotion of ranks.", honest(
        "import jax\njax.config.update('jax_debug_nans', True)")),
    ("long-answer", "Answers in ten seconds of steady work.", honest(
        "import time\ntime.sleep(3)")),
):  # fmt: skip
    CASES.add(f"honest-{name}", attack, build, may_earn=ALL, must_earn=ALL, seconds=40)
