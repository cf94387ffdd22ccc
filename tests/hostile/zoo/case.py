"""What a case of the zoo is, and the short ways of making one."""

import copy
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.building.notebooks import cell_exercise, cell_kind

POINTS = {
    "target-shift": 2,
    "linear-attention": 3,
    "gd-weights": 3,
    "gd-weights-w0": 2,
    "multi-output": 2,
    "largest-deviation": 2,
    "same-function-other-weights": 2,
}
ALL = frozenset(POINTS)


@dataclass(frozen=True)
class Places:
    """What an attacker may know of the machine: where everything is.

    A word such as `@CLASS@` in the code of a case stands for the field of that name.
    """

    CLASS: str = "/nowhere"
    HOME: str = "/nowhere"
    REPOSITORY: str = "/nowhere"
    PACKAGES: str = "/nowhere"
    NEIGHBOUR: str = "neighbour"
    LESSON: str = "02_one_layer_is_one_step"
    SLUG: str = "one_layer_is_one_step"
    PORT: str = "0"
    PATH_SOCKET: str = "/nowhere"
    ABSTRACT_SOCKET: str = "nothing"
    BYSTANDER: str = "0"
    MARK: str = "ZOO-WAS-HERE"

    def fill(self, text: str) -> str:
        """Put the places into a text."""
        for name, value in vars(self).items():
            text = text.replace(f"@{name}@", value)
        return text


@dataclass(frozen=True)
class Archive:
    """A file that is handed in as it is.

    Arguments:
        content: its bytes.
        name: of the file, with `{learner}` in it, where the name is the attack.
    """

    content: bytes
    name: str | None = None


@dataclass(frozen=True)
class Tree:
    """A folder below `submitted/` that was made by hand.

    Arguments:
        make: gets the folder that should hold the notebook, which is not there yet, and the places.
        learner: the name of the folder of its owner, where that is the attack.
    """

    make: Callable[[Path, Places], None]
    learner: str | None = None


Built = NotebookNode | bytes | Archive | Tree
Build = Callable[[NotebookNode, NotebookNode], Built]
"""`(release, right) -> what is handed in`; both notebooks are copies."""


@dataclass(frozen=True)
class Case:
    """One submission, hostile or odd.

    Arguments:
        name: letters, digits, hyphens.
        theme: of its module.
        attack: one sentence.
        build: makes it.
        may_earn: exercises that may pass.
        must_earn: exercises that must pass.
        says: matches a message or note of its record.
        status: matches the status of its record.
        seconds: wall time that it may cost.
        tried: whether it says so when it has come to its end: an attack that stumbles over itself
            proves nothing.
        recorded: whether it must have a record; None if either will do.
    """

    name: str
    theme: str
    attack: str
    build: Build
    may_earn: frozenset[str] = frozenset()
    must_earn: frozenset[str] = frozenset()
    says: str = ""
    status: str = ""
    seconds: float = 20.0
    tried: bool = False
    recorded: bool | None = True

    @property
    def learner(self) -> str:
        """The name under which it is handed in."""
        return self.name.replace("-", "")


PRELUDE = '''\
import os, sys
findings = []
def found(*what):
    text = " ".join(["FO" + "UND", *map(str, what)])
    findings.append(text)
    print(text)
def succeeded(*what):
    text = " ".join(["SUC" + "CEEDED", *map(str, what)])
    findings.append(text)
    print(text)
def tried():
    print("TR" + "IED")
def attempt(name, act):
    try:
        act()
    except BaseException as error:
        print("refused:", name, type(error).__name__)
    else:
        succeeded(name)
def tell():
    """Say in an exception what was found: nothing that an answer prints is seen."""
    raise RuntimeError("TR" + "IED " + "; ".join(findings)[:500])
'''

PLAIN_ZEROS = """\
import jax, jax.numpy as jnp
from icl_course.attention import AttentionParams
def zeros(d):
    flat = jnp.zeros((1, 1, d))
    return AttentionParams(w_q=flat, w_k=flat, w_v=flat, w_o=jnp.zeros((1, d, 1)))
"""

WRONG = {
    "target-shift": "def target_shift(xs, ys, w_0, learning_rate):\n    return 0 * ys",
    "linear-attention": "def linear_attention(params, tokens):\n    return 0 * tokens",
    "gd-weights": "def gd_weights(n_context, d_x, learning_rate):\n    return zeros(d_x + 1)",
    "gd-weights-w0": "def gd_weights_w0(n_context, w_0, learning_rate):\n"
    "    return zeros(w_0.shape[1] + 1)",
    "multi-output": "def multi_output_weights(n_context, w_0, learning_rates):\n"
    "    return zeros(sum(w_0.shape))",
    "largest-deviation": "def largest_deviation(params, task_batch, w_0, learning_rate):\n"
    "    return jnp.asarray(0.0)",
    "same-function-other-weights": "def other_weights(params, key):\n"
    "    return jax.tree.map(lambda w: 0 * w, params)",
}
"""Answers of the right shape: what a patched comparison would let pass."""

FUNCTIONS = {
    "target-shift": "target_shift",
    "linear-attention": "linear_attention",
    "gd-weights": "gd_weights",
    "gd-weights-w0": "gd_weights_w0",
    "multi-output": "multi_output_weights",
    "largest-deviation": "largest_deviation",
    "same-function-other-weights": "other_weights",
}


def place_of(notebook: NotebookNode, cell_id: str) -> int:
    """Return the position of a cell."""
    return [cell.id for cell in notebook.cells].index(cell_id)


def cell_of(notebook: NotebookNode, cell_id: str) -> NotebookNode:
    """Return a cell."""
    return notebook.cells[place_of(notebook, cell_id)]


def add_cell(notebook: NotebookNode, source: str, before: str = "exercise-target-shift") -> None:
    """Put a code cell of the learner's own before another, or at the "end"."""
    at = len(notebook.cells) if before == "end" else place_of(notebook, before)
    notebook.cells.insert(at, new_code_cell(textwrap.dedent(source).strip() + "\n"))


def answer(notebook: NotebookNode, answers: dict[str, str]) -> None:
    """Write answers into the solution cells."""
    for cell in notebook.cells:
        if cell_kind(cell) == "exercise" and cell_exercise(cell) in answers:
            cell.source = textwrap.dedent(answers[cell_exercise(cell)]).strip()


@dataclass(frozen=True)
class Code:
    """A build: the release with code of the learner's own, and answers.

    Arguments:
        source: of a cell before the first exercise; the prelude is put before it.
        last: of a cell at the end.
        answers: by exercise; "wrong" for those of the right shape, "right" for right ones.
        rest_right: whether the exercises that `answers` does not name are answered right.
    """

    source: str = ""
    last: str = ""
    answers: dict[str, str] | str = field(default_factory=dict)
    rest_right: bool = False

    def __call__(self, release: NotebookNode, right: NotebookNode) -> NotebookNode:
        """Build the notebook."""
        notebook = copy.deepcopy(right if self.rest_right or self.answers == "right" else release)
        add_cell(notebook, PRELUDE)
        if self.answers == "wrong":
            add_cell(notebook, PLAIN_ZEROS)
            answer(notebook, WRONG)
        elif isinstance(self.answers, dict):
            answer(notebook, self.answers)
        if self.source:
            add_cell(notebook, self.source)
        if self.last:
            add_cell(notebook, self.last, "end")
        return notebook


def everywhere(body: str) -> dict[str, str]:
    """Answer every exercise with a function of this body, whose arguments are `given`."""
    indented = textwrap.indent(textwrap.dedent(body).strip(), "    ")
    return {exercise: f"def {name}(*given):\n{indented}\n" for exercise, name in FUNCTIONS.items()}


class Cases(list[Case]):
    """The cases of one theme, in the making."""

    def __init__(self, theme: str) -> None:
        """Begin with none."""
        super().__init__()
        self.theme = theme

    def add(self, name: str, attack: str, build: Build, **fields: object) -> None:
        """Add a case."""
        self.append(Case(name, self.theme, attack, build, **fields))  # type: ignore[arg-type]

    def code(
        self,
        name: str,
        attack: str,
        source: str = "",
        *,
        last: str = "",
        answers: dict[str, str] | str = "",
        **fields: object,
    ) -> None:
        """Add a case that is the release with some code; `tried()` in it is looked for."""
        fields.setdefault("tried", "tried()" in source + last)
        self.add(name, attack, Code(source, last, answers or {}), **fields)
