"""A toy exercise, to be audited: fine, too weak, too strict, or with names that lie.

Worker processes import this module by its name, so it stands on its own. NumPy only: nothing
compiles.
"""

import dataclasses
from pathlib import Path

import numpy as np

from autograder.ask import Ask, array
from autograder.auditing.audit_generators import Generator
from autograder.auditing.examine import Subject
from autograder.exercise import Exercise, Misconception

SOLUTION = '''import numpy as np

def double(xs):
    """Return twice the entries."""
    return np.add(xs, xs)
'''

RIGHT = {"product": "def double(xs):\n    return 2 * xs[0:]\n"}

WRONG = {
    "halved": ("halved", "def double(xs):\n    return xs / 2\n"),
    "squared": ("none", "def double(xs):\n    return xs * xs\n"),
}


def factor(value):
    return lambda case: {"doubled": value * np.asarray(case["xs"], dtype=np.float64)}


def probes(generator, depth):
    sizes = ((3, 2), (5, 7), (2, 3)) if depth == "grade" else ((3, 2),)
    return tuple({"xs": generator.standard_normal(size)} for size in sizes)


DOUBLE = Exercise(
    id="double",
    lesson="99",
    points=2,
    title="Double",
    minutes=1,
    difficulty=1,
    importance=1,
    hints=("a", "b", "c"),
    section="none",
    asked="twice every entry",
    probes=probes,
    oracle=factor(2.0),
    magnitude=lambda case, outputs: {"doubled": 2 * np.abs(case["xs"])},
    misconceptions=(Misconception("halved", factor(0.5), "it is halved.", "Which way?"),),
)


def ask(answer, case):
    return {"doubled": array(answer(case["xs"]), "the result")}


def inputs(random):
    yield from ({"xs": scale * random.standard_normal((4, 5))} for scale in (1.0, 10.0))


def fine(exercise_id, **changes):
    generator = Generator(inputs, lambda case, outputs: outputs)
    record = dataclasses.replace(DOUBLE, **changes)
    return Subject(record, Ask("double", "double", ask), SOLUTION, generator)


def weak(exercise_id):
    """Accept whatever has the right shape."""
    return fine(exercise_id, rounding=1e12)


def strict(exercise_id):
    """Refuse what is off by one unit in the last place, and most answers with it."""
    return fine(exercise_id, oracle=factor(2.0 + 1e-9), rounding=1e-9)


def lying(exercise_id):
    """Call a halved answer a tripled one."""
    wrong = Misconception("tripled", factor(0.5), "it is tripled.", "Which way?")
    return fine(exercise_id, misconceptions=(wrong,))


def wavering(exercise_id):
    """Give a name that holds for one size only."""
    wrong = Misconception(
        "one-size",
        lambda case: factor(0.5 if case["xs"].shape == (3, 2) else 9.0)(case),
        "it is halved.",
        "Which way?",
    )
    return fine(exercise_id, misconceptions=(wrong,))


def broken(exercise_id):
    """Have a solution that raises."""
    return dataclasses.replace(fine(exercise_id), solution="def double(xs):\n    return xs[99]\n")


def write_bank(root: Path) -> Path:
    """Write a bank for the toy below `root`."""
    files = {f"right/{name}": f"# route: {name}\n{text}" for name, text in RIGHT.items()}
    for name, (note, text) in WRONG.items():
        files[f"wrong/{name}"] = f"# misconception: {note}\n{text}"
    for name, text in files.items():
        path = root / "99" / "double" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root
