"""The order of the library, read from its source: imports follow the arrows, and nothing else runs.

    tasks -> tokens -> attention -> tokens.read_prediction -> metrics -> figures

An arrow that is not in `ARROWS` is a decision: add it there with the module that needs it.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

ARROWS = {
    "__init__": set(),
    "arrays": set(),
    "tasks": {"arrays"},
    "batches": {"arrays", "tasks"},
    "tokens": {"arrays", "tasks"},
    "attention": {"arrays"},
    "constructions": {"arrays", "attention"},
    "descent": {"arrays"},
    "predictors": {"arrays", "descent"},
    "theory": {"arrays"},
    "spectra": {"arrays"},
    "gd_plus_plus": {"arrays"},
    "metrics": {"arrays", "attention"},
    "alignment": {"arrays", "tasks"},
    "gauge": {"arrays", "attention", "metrics"},
    "mlp": {"arrays"},
    "attention_variants": {"arrays", "attention"},
    "sines": {"arrays", "tasks"},
    "features": {"arrays", "attention", "descent", "mlp", "tasks", "tokens"},
    "kernels": {"arrays"},
    "softmax_heads": {"arrays", "attention"},
    "positions": {"arrays", "tasks"},
    "copying": {"arrays", "attention", "constructions", "positions", "tasks", "tokens"},
    "alternating": {"arrays", "attention", "batches", "copying", "shipped", "training"},
    "shipped": {"arrays"},
    "transformer": {"arrays", "attention", "mlp"},
    "preconditioning": {"arrays", "attention"},
    "delta_rule": {"arrays", "attention"},
    "orderings": {"arrays", "tasks"},
    "task_priors": {"arrays"},
    "drifting": {"arrays", "tasks"},
    "diversity": {"arrays", "predictors", "shipped", "task_priors", "training"},
    "training": {"arrays", "metrics", "tasks"},
    "sequences": {"arrays"},
    "causal": {"arrays", "attention", "mlp"},
    "induction": {"arrays", "attention", "causal"},
    "head_scores": {"arrays", "sequences"},
    "ablations": {"arrays", "causal"},
    "compositions": {"arrays", "attention", "causal"},
    "loss_paths": {"arrays"},
    "induction_runs": {
        "arrays",
        "attention",
        "causal",
        "head_scores",
        "sequences",
        "shipped",
        "training",
    },
    "images": {"arrays"},
    "image_tasks": {"arrays", "images"},
    "learner": {"arrays", "attention", "causal", "mlp", "transformer"},
    "lstm": {"arrays"},
    "prompt_baselines": {"arrays"},
    "learner_scores": {"arrays"},
    "learner_runs": {
        "arrays",
        "image_tasks",
        "images",
        "learner",
        "learner_scores",
        "lstm",
        "training",
    },
    "learner_ship": {
        "arrays",
        "image_tasks",
        "images",
        "learner",
        "learner_runs",
        "lstm",
        "shipped",
        "training",
    },
    "concepts": {"arrays"},
    "decoding": {"arrays"},
    "concept_nets": {"arrays", "attention", "causal", "mlp", "transformer"},
    "concept_runs": {"arrays", "concept_nets", "concepts", "decoding", "shipped", "training"},
    "fine_tuning": {"arrays", "concept_nets", "concept_runs", "shipped"},
    "steering": {"arrays", "concept_nets", "concepts"},
    "checkpoints": {"training"},
    "captions": set(),
    "figures": {"arrays", "captions", "figures"},
    # It runs what all the others are for, so it may use all of them, and none of them may use it.
    "reproduction": {
        "ablations",
        "alignment",
        "alternating",
        "arrays",
        "attention",
        "batches",
        "captions",
        "causal",
        "concept_nets",
        "concept_runs",
        "concepts",
        "constructions",
        "copying",
        "decoding",
        "delta_rule",
        "diversity",
        "features",
        "figures",
        "gauge",
        "gd_plus_plus",
        "head_scores",
        "image_tasks",
        "images",
        "induction",
        "induction_runs",
        "learner",
        "learner_runs",
        "learner_scores",
        "learner_ship",
        "metrics",
        "mlp",
        "orderings",
        "positions",
        "preconditioning",
        "predictors",
        "prompt_baselines",
        "reproduction",
        "sequences",
        "shipped",
        "sines",
        "spectra",
        "steering",
        "tasks",
        "theory",
        "tokens",
        "training",
        "transformer",
    },
}

TRAINERS = {"jax", "equinox", "optax"}


def imports(source: str) -> set[str]:
    """Return the dotted names that a program imports, wherever in it the import stands."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = "icl_course" if node.level else node.module
            module = f"{package}.{node.module}" if node.level and node.module else package
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def arrows(source: str) -> set[str]:
    """Return the modules of the library that a program imports."""
    dotted = [name.split(".") for name in imports(source)]
    return {parts[1] for parts in dotted if parts[0] == "icl_course" and len(parts) > 1}


def runs_at_import(source: str) -> list[str]:
    """Return the statements that do more, when imported, than define and name things."""
    quiet = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    acts = []
    for statement in ast.parse(source).body:
        is_docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        is_value = isinstance(statement, ast.Assign | ast.AnnAssign) and not any(
            isinstance(node, ast.Call | ast.Await) for node in ast.walk(statement)
        )
        if not (is_docstring or is_value or isinstance(statement, quiet)):
            acts.append(ast.unparse(statement))
    return acts


def name_of(path: Path) -> str:
    """Return the module that a file belongs to: a package of the library counts as one."""
    inside = path.relative_to(ROOT / "icl_course")
    return inside.parts[0] if len(inside.parts) > 1 else inside.stem


FILES = sorted((ROOT / "icl_course").rglob("*.py"))
MODULES = {
    name: "\n".join(path.read_text() for path in FILES if name_of(path) == name)
    for name in map(name_of, FILES)
}
EVERY = pytest.mark.parametrize("name", sorted(MODULES))


def test_every_module_has_its_place_in_the_order():
    assert set(MODULES) == set(ARROWS)


@EVERY
def test_imports_follow_the_arrows(name):
    assert arrows(MODULES[name]) <= ARROWS[name]


@EVERY
def test_the_library_knows_nothing_of_the_autograder(name):
    assert not {n for n in imports(MODULES[name]) if n.split(".")[0] == "autograder"}


def test_figures_compute_with_nothing_that_trains_or_differentiates():
    for name in ("figures", "captions"):
        assert not {n.split(".")[0] for n in imports(MODULES[name])} & TRAINERS


def test_no_figure_uses_the_global_state_of_pyplot():
    assert not any(
        "pyplot" in n or "pylab" in n for source in MODULES.values() for n in imports(source)
    )


@EVERY
def test_nothing_runs_at_import(name):
    assert runs_at_import(MODULES[name]) == []


@EVERY
def test_no_module_reads_the_environment_or_drops_an_axis_unseen(name):
    names = {n.split(".")[0] for n in imports(MODULES[name])}
    assert not names & {"os", "sys", "subprocess", "warnings", "logging"}
    called = {
        node.attr for node in ast.walk(ast.parse(MODULES[name])) if isinstance(node, ast.Attribute)
    }
    assert not called & {"environ", "getenv", "squeeze"}


@EVERY
def test_sizes_rates_and_behaviours_are_named_in_every_call(name):
    """`gradient_step(w_0, 10, 0.1)` could mean anything, so it is no call at all."""
    named = re.compile(r"[nd]_\w+|input_range|\w*scale|learning_rate|normalise|batch_size|damping")
    for node in ast.parse(MODULES[name]).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            by_place = [arg.arg for arg in node.args.posonlyargs + node.args.args]
            assert not [arg for arg in by_place[1:] if named.fullmatch(arg)], node.name


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import icl_course.attention", {"attention"}),
        ("import icl_course.attention as layer", {"attention"}),
        ("from icl_course import attention, tokens", {"attention", "tokens"}),
        ("from icl_course.attention import linear_attention", {"attention"}),
        ("from . import attention", {"attention"}),
        ("from .attention import linear_attention", {"attention"}),
        ("def f():\n    from icl_course import attention", {"attention"}),
        ("import numpy", set()),
    ],
)
def test_an_arrow_is_seen_in_every_spelling(source, found):
    assert arrows(source) == found


@pytest.mark.parametrize(
    "source",
    [
        "print(1)",
        "jax.config.update('a', True)",
        "KEY = random.key(0)",
        "for i in x:\n    i",
        "f()",
    ],
)
def test_an_act_at_import_is_seen(source):
    assert runs_at_import(source) != []


INSIDE = [
    *(ROOT / "autograder" / "ask").rglob("*.py"),
    *(ROOT / "autograder" / "sandbox" / "inside").glob("*.py"),
    ROOT / "autograder" / "running" / "runner_child.py",
]


@pytest.mark.parametrize("path", INSIDE, ids=lambda path: path.stem)
def test_what_runs_in_the_sandbox_imports_nothing_else_of_the_autograder(path):
    ours = {name for name in imports(path.read_text()) if name.split(".")[0] == "autograder"}
    inside = ("autograder.ask", "autograder.sandbox.inside", "autograder.running.runner_child")
    own = {"autograder.running.runner_child"}
    assert {name for name in ours - own if not name.startswith(inside)} == set()
