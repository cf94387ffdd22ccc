"""Against: Python itself, which runs every example in the precision that learners start with."""

import doctest
import importlib
import inspect
import pkgutil
from types import ModuleType

import jax
import pytest

import icl_course

MODULES = sorted(
    module.name.removeprefix("icl_course.")
    for module in pkgutil.walk_packages(icl_course.__path__, "icl_course.")
)


def public(module: ModuleType) -> dict[str, object]:
    """Return the functions and classes that a module defines and offers."""
    return {
        name: value
        for name, value in vars(module).items()
        if (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
        and not name.startswith("_")
    }


TRAINERS = {
    "ablations",
    "alternating",
    "concept_runs",
    "fine_tuning",
    "induction_runs",
    "learner_runs",
    "learner_ship",
    "steering",
}
"""Modules whose examples train a net or run one that ships, for 5 to 20 s each."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(m, marks=[pytest.mark.slow] if m in TRAINERS else []) for m in MODULES],
)
def test_every_example_runs_and_prints_what_it_says(name):
    jax.config.update("jax_enable_x64", False)
    module = importlib.import_module(f"icl_course.{name}")
    runner = doctest.DocTestRunner()
    for owner, value in public(module).items():
        examples = doctest.DocTestParser().get_doctest(
            inspect.getdoc(value) or "", dict(vars(module)), owner, None, None
        )
        runner.run(examples)
    assert runner.summarize(verbose=False).failed == 0


# Functions of the reproduction train for minutes; its own tests run them at tiny sizes.
@pytest.mark.parametrize("name", [m for m in MODULES if not m.startswith("reproduction")])
def test_every_public_function_has_an_example(name):
    module = importlib.import_module(f"icl_course.{name}")
    missing = [
        owner
        for owner, value in public(module).items()
        if inspect.isfunction(value) and ">>> " not in (inspect.getdoc(value) or "")
    ]
    assert missing == []


def test_there_are_modules_and_functions_to_look_at():
    names = {name for m in MODULES for name in public(importlib.import_module(f"icl_course.{m}"))}
    assert {"linear_attention", "gradient_step", "AttentionParams", "Captioned"} <= names
