"""Mutants: what the operators make of a line, and that each program is made once."""

import ast
import importlib

import pytest

from autograder.auditing import mutants
from autograder.auditing.mutants import (
    Mutant,
    MutationToolMissingError,
    distinct,
    mutants_of,
    normalised,
)

LAYER = '''
import jax.numpy as jnp


def layer(tokens, w_q, *, scale: float = 1.0) -> "Array":
    """Return -1 times 2."""
    # 3 comments
    context = tokens[:-1]
    total = jnp.zeros(2)
    for row in context:
        total += row
    return scale * (tokens @ w_q.T) - jnp.sum(total, axis=0)
'''


def changed(line, arguments="a, b, xs, n_context, learning_rate"):
    """Return what the mutants of one returned expression return."""
    source = f"import jax.numpy as jnp\n\ndef f({arguments}):\n    return {line}\n"
    return {mutant.after.removeprefix("return ") for mutant in mutants_of(source, "f")}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a + b", {"a - b", "a * b", "a", "b", "-a + b", "-(a + b)", "2 * (a + b)"}),
        ("a - b", {"b - a", "a + b", "a", "b"}),
        ("a @ b", {"b @ a", "a.T @ b", "a @ b.T", "a @ b.mT"}),
        ("a / b", {"b / a", "a * b", "a"}),
        ("a.T", {"a"}),
        ("a.mT", {"a"}),
        ("jnp.swapaxes(a, 1, 2)", {"a", "jnp.swapaxes(a, 1, 3)"}),
        ("a.transpose(1, 0)", {"a"}),
        ("jnp.transpose(a)", {"a"}),
        ("jnp.matmul(a, b)", {"jnp.matmul(b, a)"}),
        ("xs[:-1]", {"xs[:]", "xs[1:]", "xs[:-1 + 1]", "xs[:-1 + -1]", "xs[:-2]"}),
        ("xs[1:]", {"xs[:]", "xs[2:]", "xs[0:]"}),
        ("xs[::-1]", {"xs[:]"}),
        ("jnp.mean(a, axis=0)", {"jnp.sum(a, axis=0)", "jnp.max(a, axis=0)", "jnp.mean(a)"}),
        ("a.sum()", {"a.mean()", "a.max()"}),
        ("jnp.max(jnp.abs(a))", {"jnp.max(a)", "jnp.min(jnp.abs(a))"}),
        ("jnp.linalg.inv(a)", {"a"}),
        (
            "jnp.einsum('hk,jk->hj', a, b)",
            {
                "jnp.einsum('kh,jk->hj', a, b)",
                "jnp.einsum('hk,kj->hj', a, b)",
                "jnp.einsum('hk,jk->jh', a, b)",
                "jnp.einsum('hk,jk->h', a, b)",
            },
        ),
        ("f(w_q=a, w_k=b)", {"f(w_q=b, w_k=a)", "f(w_q=-a, w_k=b)", "f(w_q=0 * a, w_k=b)"}),
        ("a.w_q", {"a.w_k", "a.w_v", "a.w_o"}),
        ("xs", {"ys"}),
        ("len(xs)", {"len(xs) + 1", "len(xs) - 1", "len(ys)"}),
        ("xs.shape[0]", {"xs.shape[1]", "xs.shape[0] + 1"}),
        ("n_context", {"n_context + 1", "n_context - 1", "d_x", "1", "2", "0"}),
        ("learning_rate", {"1", "0", "2"}),
        ("jnp.zeros(3)", {"jnp.ones(3)", "jnp.zeros(4)", "jnp.zeros(2)"}),
        ("a if a > 0 and b else b", {"a if a > 0 or b else b", "a if a >= 0 and b else b"}),
    ],
)
def test_an_operator_writes_the_slip(line, expected):
    assert expected <= changed(line)


def test_statements_are_dropped_and_loops_left_out():
    afters = {mutant.after for mutant in mutants_of(LAYER, "layer")}
    assert {"pass", "for row in []:", "total -= row", "total = row"} <= afters


def test_each_program_is_made_once_and_none_is_the_original():
    sources = [mutant.source for mutant in mutants_of(LAYER, "layer")]
    trees = [ast.dump(ast.parse(source)) for source in [*sources, normalised(LAYER)]]
    assert len(trees) > 30
    assert len(set(trees)) == len(trees)


def test_only_code_is_changed():
    kept = "def layer(tokens, w_q, *, scale=1.0):"
    for mutant in mutants_of(LAYER, "layer"):
        assert kept in mutant.source
        assert "import jax.numpy as jnp" in mutant.source
    assert normalised(LAYER).splitlines()[:3] == ["import jax.numpy as jnp", "", kept]


def test_a_mutant_says_what_was_changed_and_where():
    (mutant,) = [m for m in mutants_of(LAYER, "right/layer") if m.after == "context = tokens[1:]"]
    assert (mutant.before, mutant.line) == ("context = tokens[:-1]", 4)
    assert mutant.name == "right/layer:4 slice_moved"
    assert normalised(LAYER).splitlines()[mutant.line - 1].strip() == mutant.before


def mutant(origin, source):
    return Mutant(origin, "operator", 1, "", "", source)


def test_the_first_family_comes_whole_and_the_others_take_turns():
    solution = [mutant("solution", f"s{i}") for i in range(4)]
    one = [mutant("one", f"a{i}") for i in range(20)]
    other = [mutant("other", f"b{i}") for i in range(20)]
    chosen = distinct([solution, one, other], 10)
    assert chosen[:4] == solution
    assert sorted(m.origin for m in chosen[4:]) == ["one"] * 3 + ["other"] * 3
    assert chosen == distinct([solution, one[::-1], other], 10)


def test_a_program_made_from_two_origins_is_kept_once_for_the_first():
    families = [[mutant("solution", "same")], [mutant("one", "same"), mutant("one", "new")]]
    assert [(m.origin, m.source) for m in distinct(families, 9)] == [
        ("solution", "same"),
        ("one", "new"),
    ]


def test_without_cosmic_ray_the_audit_says_what_to_install(monkeypatch):
    def missing(name):
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(mutants.importlib, "import_module", missing)
    with pytest.raises(MutationToolMissingError, match=r'pip install "\.\[dev\]"'):
        mutants_of(LAYER, "layer")
    assert importlib.import_module is missing
