"""A small lesson that keeps every promise, for the tests of the build to build and to break."""

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.building.build import build
from autograder.building.evidence import Evidence
from autograder.content import Lesson

TOY_SOURCE = '''# %% [markdown]
# # A toy lesson
#
# You will double a number. The largest deviation is [[deviation]].
#
# ## Exercise `double`: twice
# *2 points · difficulty 1 of 3 · importance 2 of 3 · 3 minutes*

# %%
# %precision 4
import json
import sys

EXPECTED = {"double": 6, "triple": 9}


class CheckFailed(AssertionError):
    pass


def check(exercise, answer):
    try:
        right = answer(3) == EXPECTED[exercise]
    except NotImplementedError:
        right = False
    if not right:
        raise CheckFailed(f"{exercise}: not yet")


def predict(question, choice):
    print(choice)


class Figure:
    def __init__(self, alt):
        self.alt = alt

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = {"image/png": "aGk=", "text/plain": self.alt}
        return data, {"image/png": {"alt": self.alt}}

# %% exercise="double"
def double(number):
    """Return twice the number."""
    ### BEGIN SOLUTION
    return number + number  # the sum of the number with itself, nothing else
    ### END SOLUTION

# %% check="double" points=2
check("double", double)

# %% [markdown] solution="double"
# ## Why this works
#
# Twice a number is the number plus itself.
#
# ## Another right answer
#
# ```python
# # table[[row]] is code, no fact
# def double(number):
#     """Return twice the number."""
#     return 2 * number
# ```
#
# ## What the two share
#
# Both are even.

# %% [markdown]
# ## Exercise `triple`: three times
# *3 points · difficulty 1 of 3 · importance 2 of 3 · 3 minutes*

# %% exercise="triple"
def triple(number):
    """Return three times the number."""
    ### BEGIN SOLUTION
    return 3 * number
    ### END SOLUTION

# %% check="triple" points=1
check("triple", triple)

# %% check="triple" points=2
check("triple", lambda number: triple(number))

# %% [markdown] solution="triple"
# ## Why this works
#
# Three is three.
#
# ## Another right answer
#
# ```python
# def triple(number):
#     return number + number + number
# ```
#
# ## What the two share
#
# Everything.

# %% facts
fact("deviation", 1.234e-7)

# %% predict="which"
predict("which", choice="b")

# %% display
print(EXPECTED["double"])
Figure("the first figure, 1 line")

# %% display
Figure("the second figure, 2 lines")

# %% [markdown] question="why" points=2
# Why?
#
# ### BEGIN SOLUTION
# Because a number added to itself is twice that number, always.
# ### END SOLUTION

# %% [markdown] rubric="why"
# - says what
# - says how
# - says why

# %% [markdown]
# ## Where this breaks
#
# Nowhere.
'''


def _record(exercise: str, points: int) -> SimpleNamespace:
    return SimpleNamespace(
        id=exercise,
        points=points,
        hints=("one", "two", "three"),
        minutes=3,
        difficulty=1,
        importance=2,
        section="2212.07677, s.3",
    )


def _write_toy(root: Path, *edits: tuple[str, str], **records: object) -> Evidence:
    text = TOY_SOURCE
    for old, new in edits:
        assert old in text, f"the toy lesson does not hold {old!r}"
        text = text.replace(old, new)
    lesson = Lesson("03", "toy", root)
    lesson.source.parent.mkdir(parents=True, exist_ok=True)
    lesson.source.write_text(text)
    for exercise in ("double", "triple"):
        for side, count in (("right", 3), ("wrong", 6)):
            directory = root / "bank" / exercise / side
            directory.mkdir(parents=True, exist_ok=True)
            for number in range(count):
                (directory / f"answer_{number}.py").touch()
    defaults = {
        "exercises": (_record("double", 2), _record("triple", 3)),
        "predictions": (SimpleNamespace(id="which", right="b", choices={"a": "no", "b": "yes"}),),
    }
    return Evidence(lesson, bank=root / "bank", **(defaults | records))


@pytest.fixture(scope="session")
def write_toy() -> Callable[..., Evidence]:
    """Write the toy lesson, with edits, below a root; return the evidence on it."""
    return _write_toy


@pytest.fixture(scope="session")
def built_toy(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """The toy lesson, built by executing it; not to be changed."""
    evidence = _write_toy(tmp_path_factory.mktemp("built_toy"))
    (report,) = build([evidence.lesson], evidence_on=lambda lesson: evidence)
    assert report.errors == ()
    return Evidence(evidence.lesson, evidence.exercises, evidence.predictions, evidence.bank)


@pytest.fixture
def toy_copy(built_toy: Evidence, tmp_path: Path) -> Evidence:
    """A copy of the built toy lesson, to be broken."""
    shutil.copytree(built_toy.lesson.root, tmp_path, dirs_exist_ok=True)
    return _write_toy(tmp_path)
