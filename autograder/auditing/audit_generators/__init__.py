"""The second opinion of the audit: does an answer do what the reference solution does?

A generator draws its own inputs and looks at answers in its own way. It shares nothing with the
probes and oracles of the exercise that it watches over: what both got wrong, neither would see.
"""

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from autograder.ask import Ask, Failure, ask_all

Arrays = Mapping[str, np.ndarray]

FLOAT64_RTOL = 1e-9
"""Rounding in float64 stays a million times below this; a changed program does not."""

FLOAT32_RTOL = 1e-4
"""For answers that choose float32 themselves."""


class NotVisibleError(ValueError):
    """What came back is nothing that can be looked at."""


@dataclass(frozen=True)
class Generator:
    """How answers to one exercise are compared with the reference solution.

    Arguments:
        draw: from a random generator to all the inputs, the most telling first.
        see: from inputs and what came back to what can be seen of it, in float64. Raises
            `NotVisibleError` where there is nothing to see.
    """

    draw: Callable[[np.random.Generator], Iterable[Arrays]]
    see: Callable[[Arrays, Arrays], Arrays]


@functools.cache
def generators() -> dict[str, Generator]:
    """Return the generators of all lessons, by exercise."""
    found: dict[str, Generator] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name.startswith("lesson_"):
            found |= importlib.import_module(f"{__name__}.{module.name}").GENERATORS
    return found


@dataclass(frozen=True)
class Reference:
    """What the reference solution does on every input of a generator."""

    asked: Ask
    generator: Generator
    cases: Sequence[Arrays]
    seen: Sequence[Arrays]

    @classmethod
    def record(
        cls, asked: Ask, generator: Generator, solution: Callable[..., Any], seed: int
    ) -> "Reference":
        """Put every input to the solution.

        Raises:
            NotVisibleError: the solution itself fails on one.
        """
        cases = tuple(generator.draw(np.random.default_rng(seed)))
        seen = []
        for case in cases:
            outputs = _ask_in_float64(asked, solution, case)
            if isinstance(outputs, Failure):
                raise NotVisibleError(f"the solution of {asked.exercise} fails: {outputs.text}")
            seen.append(generator.see(case, outputs))
        return cls(asked, generator, cases, seen)

    def outputs(self, answer: Callable[..., Any]) -> "list[Arrays] | Failure":
        """Put every input to an answer."""
        outputs: list[Arrays] = []
        for case in self.cases:
            output = _ask_in_float64(self.asked, answer, case)
            if isinstance(output, Failure):
                return output
            outputs.append(output)
        return outputs

    def is_matched_by(self, answer: Callable[..., Any]) -> bool:
        """Say whether an answer does what the solution does, on every input."""
        for case, theirs in zip(self.cases, self.seen, strict=True):
            outputs = _ask_in_float64(self.asked, answer, case)
            if isinstance(outputs, Failure):
                return False
            try:
                ours = self.generator.see(case, outputs)
            except NotVisibleError:
                return False
            coarse = any(array.dtype.name in ("float32", "float16") for array in outputs.values())
            if not _same(ours, theirs, FLOAT32_RTOL if coarse else FLOAT64_RTOL):
                return False
        return True


def _ask_in_float64(asked: Ask, answer: Callable[..., Any], case: Arrays) -> Arrays | Failure:
    with jax.enable_x64(True):
        outputs = ask_all(asked, answer, [case])
    return outputs if isinstance(outputs, Failure) else outputs[0]


def _same(ours: Arrays, theirs: Arrays, rtol: float) -> bool:
    for name, right in theirs.items():
        left = ours[name]
        if left.shape != right.shape or not np.all(np.isfinite(left)):
            return False
        if np.abs(left - right).max(initial=0.0) > rtol * np.abs(right).max(initial=1e-12):
            return False
    return True
