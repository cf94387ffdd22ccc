"""Probes: learning them, keeping them, showing them, answering by them."""

from functools import cache

import numpy as np
from nbformat.notebooknode import NotebookNode

from .case import ALL, Cases, Code, everywhere

CASES = Cases("leaking")

KEEP = """
import builtins, numpy as np
builtins.kept_by_zoo = []
def flat(value):
    import jax
    for leaf in jax.tree.leaves(value):
        try:
            yield from np.asarray(leaf, dtype=float).ravel().tolist()
        except (TypeError, ValueError):
            pass
def keep(*given):
    builtins.kept_by_zoo.append([repr(number) for number in flat(given)])
"""

CASES.code(
    "sleeps-by-value",
    "Sleeps for longer or shorter, as an input says.",
    KEEP + "import time\ntried()\n",
    answers=everywhere("time.sleep(min(0.3, abs(next(flat(given), 0)) / 10))"),
    seconds=60,
)
CASES.code(
    "kept-and-printed",
    "Keeps its inputs in a global, and prints them from later cells and from a thread.",
    KEEP
    + """
import threading, time
def show():
    while True:
        time.sleep(0.01)
        if builtins.kept_by_zoo:
            print(builtins.kept_by_zoo)
            get_ipython().display_pub.publish({"text/plain": str(builtins.kept_by_zoo)})
threading.Thread(target=show, daemon=True).start()
tried()
""",
    answers=everywhere("keep(*given)\nprint(builtins.kept_by_zoo)\nraise NotImplementedError"),
    last="import time\ntime.sleep(0.5)\nprint(builtins.kept_by_zoo)",
)
CASES.code(
    "in-exceptions",
    "Says its inputs in the text of an exception.",
    KEEP + "tried()\n",
    answers=everywhere("raise ValueError(' '.join(repr(n) for n in flat(given)))"),
)
CASES.code(
    "in-later-exceptions",
    "Keeps all inputs that it sees, and says the first ones in the text of a later exception.",
    KEEP + "tried()\n",
    answers=everywhere(
        "keep(*given)\nraise ValueError(' '.join(builtins.kept_by_zoo[0]))",
    ),
)
CASES.code(
    "in-names",
    "Says its inputs in the name of an exception, of a function, of a file, of a class.",
    KEEP
    + """
def say(*given):
    keep(*given)
    return " ".join(builtins.kept_by_zoo[0])
tried()
""",
    answers={
        "target-shift": "def target_shift(*given):\n    raise type(say(*given), (Exception,), {})",
        "linear-attention": "def linear_attention(*given):\n"
        "    return type(say(*given), (), {'shape': [say(*given)]})()",
        "gd-weights": "def gd_weights(*given):\n    exec(compile('1/0', say(*given), 'exec'))",
        "largest-deviation": "def largest_deviation(*given):\n"
        "    import linecache\n    text = say(*given)\n"
        "    linecache.cache['zoo'] = (1, None, [text], 'zoo')\n"
        "    exec(compile('1/0', 'zoo', 'exec'))",
        "same-function-other-weights": "def other_weights(*given):\n"
        "    raise NotImplementedError(say(*given))",
    },
)
CASES.code(
    "in-shapes",
    "Returns arrays whose shapes and values are the inputs, under the names of outputs.",
    KEEP + "tried()\n",
    answers={
        "target-shift": "def target_shift(xs, ys, w_0, rate):\n    return xs",
        "linear-attention": "def linear_attention(params, tokens):\n    return tokens",
        "gd-weights": "def gd_weights(n, d_x, rate):\n    class W: pass\n    w = W()\n"
        "    w.w_q = w.w_k = w.w_v = w.w_o = np.full((1, 1, 1), float(rate))\n    return w",
        "largest-deviation": "def largest_deviation(params, batch, w_0, rate):\n"
        "    return np.asarray(batch.xs).ravel()[0]",
        "same-function-other-weights": "def other_weights(params, key):\n    return params",
    },
)
CASES.code(
    "in-warnings",
    "Says its inputs in warnings, logs, stderr, displays, files and child processes.",
    KEEP
    + """
import logging, subprocess, warnings
def say(*given):
    from IPython.display import display
    text = " ".join(repr(n) for n in flat(given))
    warnings.warn(text)
    logging.error(text)
    print(text)
    print(text, file=sys.stderr)
    for descriptor in (1, 2):
        try:
            os.write(descriptor, text.encode())
        except OSError:
            pass
    display({"text/html": text, "text/plain": text}, raw=True)
    subprocess.run(["echo", text])
    open("kept.txt", "a").write(text)
    raise NotImplementedError
tried()
""",
    answers=everywhere("say(*given)"),
    last="try:\n    print(open('kept.txt').read())\nexcept OSError:\n    pass",
)
CASES.code(
    "outbox-unsilenced",
    "Turns the answering code's silence off, and prints its inputs while it is asked.",
    KEEP
    + """
import gc
boxes = [thing for thing in gc.get_objects() if type(thing).__name__ == "Outbox"]
def say(*given):
    text = " ".join(repr(n) for n in flat(given))
    for box in boxes:
        box.silent = False
        box.say({"output": {"output_type": "stream", "name": "stdout", "text": text}})
        box.say({"output": {"output_type": "display_data", "data": {"text/plain": text},
                            "metadata": {}}})
    print(text)
    raise NotImplementedError
tried()
""",
    answers=everywhere("say(*given)"),
)


@cache
def _practice_table() -> str:
    """Return code that holds right answers to the public seed's inputs, by their bytes."""
    from autograder.exercises import find_exercise

    lines = ["import numpy as np", "table = {"]
    for depth in ("practice", "grade"):
        for exercise, key in (("target-shift", "xs"), ("linear-attention", "tokens")):
            record = find_exercise(exercise)
            for seed in range(20 if depth == "practice" else 2):
                for case in record.draw(seed, depth):  # type: ignore[arg-type]
                    (right,) = record.oracle(case).values()
                    known = np.asarray(case[key]).tobytes().hex()
                    lines.append(f"    {known!r}: {np.round(right, 7).tolist()!r},")
    return "\n".join([*lines, "}"])


def _memorised(release: NotebookNode, right: NotebookNode) -> NotebookNode:
    look = "    return np.asarray(table[np.asarray({}).tobytes().hex()], np.float32)"
    return Code(
        _practice_table() + "\ntried()",
        answers={
            "target-shift": "def target_shift(xs, ys, w_0, rate):\n" + look.format("xs"),
            "linear-attention": "def linear_attention(params, tokens):\n" + look.format("tokens"),
        },
    )(release, right)


CASES.add(
    "memorised",
    "Holds right answers to inputs that practice has drawn, and to the public ones.",
    _memorised,
    tried=True,
)
CASES.code(
    "right-when-public",
    "Is right for the inputs that feedback may show, and keeps what it is asked otherwise.",
    KEEP
    + """
turn = [0]
tried()
""",
    answers={
        "target-shift": "import jax.numpy as jnp\n"
        "def target_shift(xs, ys, w_0, rate):\n"
        "    keep(xs, ys)\n    turn[0] += 1\n"
        "    if turn[0] > 1: raise ValueError(' '.join(builtins.kept_by_zoo[0]))\n"
        "    return 0 * ys",
        "gd-weights": "def gd_weights(n, d_x, rate):\n"
        "    keep(rate)\n    raise ValueError(' '.join(builtins.kept_by_zoo[0]))",
    },
)
CASES.add(
    "steals-from-answers",
    "Answers with what another of its own answers, found in the shell, computes.",
    Code(
        "import autograder\ntried()",
        answers={"gd-weights-w0": "def gd_weights_w0(n, w_0, rate):\n"
                 "    shell = get_ipython()\n"
                 "    return shell.user_ns['multi_output_weights'](n, w_0, rate * w_0[:, 0] ** 0)"},
        rest_right=True,
    ),
    may_earn=ALL,
    must_earn=ALL - {"gd-weights-w0"},
    tried=True,
)  # fmt: skip
