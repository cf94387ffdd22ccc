"""All exercise records, by lesson."""

import difflib
import functools
import importlib
import pkgutil
from types import ModuleType

from autograder.exercise import Exercise, Prediction


class UnknownExerciseError(LookupError):
    """No exercise has that id."""


@functools.cache
def _lesson_modules() -> tuple[ModuleType, ...]:
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name.startswith("lesson_"))
    return tuple(importlib.import_module(f"{__name__}.{name}") for name in names)


@functools.cache
def exercises() -> dict[str, Exercise]:
    """Return every exercise by id, in the order of the course."""
    return {exercise.id: exercise for module in _lesson_modules() for exercise in module.EXERCISES}


@functools.cache
def predictions() -> dict[str, Prediction]:
    """Return every predict-then-run question by id."""
    return {
        prediction.id: prediction
        for module in _lesson_modules()
        for prediction in module.PREDICTIONS
    }


def find_exercise(exercise_id: str) -> Exercise:
    """Return one exercise.

    Raises:
        UnknownExerciseError: no exercise has this id; the message offers the nearest ones.
    """
    known = exercises()
    if exercise_id not in known:
        near = difflib.get_close_matches(str(exercise_id), known, n=3, cutoff=0.4)
        offer = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(known)}"
        raise UnknownExerciseError(f"there is no exercise {exercise_id!r}; {offer}")
    return known[exercise_id]
