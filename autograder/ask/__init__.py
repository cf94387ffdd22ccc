"""The one part of the autograder that touches the learner's code.

It hands inputs to an answer and turns what comes back into arrays. It knows no oracle, no
tolerance, no misconception and no solution, and imports none: where learners' code runs under
grading, those do not exist.
"""

import importlib
import linecache
import pkgutil
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import jax
import numpy as np
from jax.errors import KeyReuseError

from autograder.ask.blocking import BlockedReferenceError, blocked

LARGEST_ARRAY = 1_000_000
"""Entries. The largest right answer of the course is a hundred times smaller."""

LONGEST_ERROR = 600
"""Characters of an exception's own text that a message quotes."""


FailureKind = Literal["empty", "raised", "returned", "blocked"]


@dataclass(frozen=True)
class Failure:
    """Why no arrays came back.

    Arguments:
        kind: nothing written yet; it raised; it returned what is not an answer; it called the
            reference that the exercise asks for.
        text: what happened, in words for the learner.
    """

    kind: FailureKind
    text: str


class NotAnAnswerError(TypeError):
    """What came back is not of the kind that the exercise asks for."""


@dataclass(frozen=True)
class Ask:
    """How one exercise is put to an answer.

    Arguments:
        exercise: its id.
        function: the name that the learner's function has in the notebook.
        ask: `(answer, case) -> arrays`.
        blocks: references that would answer the exercise, as `module.function` of `icl_course`.
    """

    exercise: str
    function: str
    ask: Callable[[Callable[..., Any], Mapping[str, np.ndarray]], dict[str, np.ndarray]]
    blocks: tuple[str, ...] = ()


def ask_all(
    asked: Ask, answer: Callable[..., Any], cases: Sequence[Mapping[str, np.ndarray]]
) -> list[dict[str, np.ndarray]] | Failure:
    """Put every case to an answer; any exception of the answer becomes a `Failure`."""
    if not callable(answer):
        return Failure("returned", f"expected the function {asked.function}, got {_kind(answer)}")
    try:
        with blocked(asked.blocks, asked.exercise), jax.default_matmul_precision("highest"):
            return [asked.ask(answer, case) for case in cases]
    except NotImplementedError as error:
        kind: FailureKind = "raised" if str(error) else "empty"
        return Failure(kind, _describe(error))
    except BlockedReferenceError as error:
        return Failure("blocked", str(error))
    except NotAnAnswerError as error:
        return Failure("returned", str(error))
    except Exception as error:
        return Failure("raised", _describe(error))


def _describe(error: Exception) -> str:
    """Name the error and the last line of the learner's own code on the way to it."""
    words = str(error).strip() or "no message"
    if len(words) > LONGEST_ERROR:
        words = words[:LONGEST_ERROR].rstrip() + " ..."
    text = f"{type(error).__name__}: {words}"
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "site-packages" not in frame.filename
        and not frame.filename.startswith(__path__[0])
        and "<frozen" not in frame.filename
    ]
    if frames:
        last = frames[-1]
        line = linecache.getline(last.filename, last.lineno or 0).strip()
        text += f"\nin {last.name}, line {last.lineno}: {line}"
    return text


def _kind(value: object) -> str:
    shape = getattr(value, "shape", None)
    return type(value).__name__ + (f" of shape {list(shape)}" if shape is not None else "")


def array(value: Any, name: str) -> np.ndarray:
    """Turn what came back into one array of real numbers.

    Raises:
        NotAnAnswerError: it is None, not numeric, complex, or larger than `LARGEST_ARRAY`.
    """
    if value is None:
        raise NotAnAnswerError(f"{name} came back as None; expected an array. Is a return missing?")
    if isinstance(value, Fraction):
        value = float(value)
    size = getattr(value, "size", None)
    if isinstance(size, int) and size > LARGEST_ARRAY:
        raise NotAnAnswerError(f"{name} has {size} entries; no answer needs over {LARGEST_ARRAY}")
    try:
        result = np.asarray(value)
    except Exception as error:
        raise NotAnAnswerError(f"{name} cannot be read as an array: {error}") from error
    if result.dtype.name == "bfloat16":
        result = result.astype(np.float32)
    if result.dtype.kind not in "fiub":
        raise NotAnAnswerError(
            f"{name} came back as {_kind(value)} with dtype {result.dtype}; expected real numbers"
        )
    if result.size > LARGEST_ARRAY:
        raise NotAnAnswerError(
            f"{name} has {result.size} entries; no answer needs over {LARGEST_ARRAY}"
        )
    return np.array(result)


def weights(value: Any) -> dict[str, np.ndarray]:
    """Read the four arrays of an `AttentionParams`.

    Raises:
        NotAnAnswerError: it is something else.
    """
    names = ("w_q", "w_k", "w_v", "w_o")
    if value is None:
        raise NotAnAnswerError("None came back; expected AttentionParams. Is a return missing?")
    if not all(hasattr(value, name) for name in names):
        raise NotAnAnswerError(
            f"{_kind(value)} came back; expected AttentionParams(w_q=..., w_k=..., w_v=..., "
            "w_o=...)"
        )
    return {name: array(getattr(value, name), name) for name in names}


def give(case: Mapping[str, np.ndarray], *names: str) -> list[jax.Array]:
    """Hand out arrays of a case as JAX arrays."""
    return [jax.device_put(case[name]) for name in names]


def reuses_a_key(draw: Callable[[], Any]) -> bool:
    """Return whether JAX, which watches typed keys, sees one of them used twice in a draw."""
    try:
        with jax.debug_key_reuse(True):
            draw()
    except KeyReuseError:
        return True
    return False


def asks() -> dict[str, Ask]:
    """Every exercise's `Ask` by id, from the modules `lesson_NN` of this package."""
    found: dict[str, Ask] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        if module.name.startswith("lesson_"):
            for asked in importlib.import_module(f"{__name__}.{module.name}").ASKS:
                found[asked.exercise] = asked
    return found
