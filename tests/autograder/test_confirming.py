"""What NumPy made of programs is taken if XLA makes the same of each, and of nothing less."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax._src import pjit

from autograder.ask import confirming as module
from autograder.ask.confirming import agrees, confirmed
from autograder.ask.interpreting import Evaluated, interpreting
from autograder.ask.rules import MOVES, RULES

ROW = np.float32([0.5, -1.25, 3, 0])
GRID = np.float32([[1, -2, 3, 0.5], [0, 4, -1.5, 2], [2.5, 2.5, -3, 1]])


@pytest.fixture
def compiled(monkeypatch):
    """Collect the names of programs that are compiled."""
    names, real = [], pjit._pjit_call_impl_python

    def counted(*args, name, **how):
        names.append(name)
        return real(*args, name=name, **how)

    monkeypatch.setattr(pjit, "_pjit_call_impl_python", counted)
    return names


def draws():
    key, other = jax.random.split(jax.random.key(3))
    return jax.random.normal(key, (5,)), jax.random.permutation(other, 7), key


ANSWERS = {
    "line by line": lambda: (jnp.asarray(GRID) @ ROW * 3 - 1)[1:] / 7,
    "jit": lambda: jax.jit(lambda x: jnp.sin(x) @ GRID.T)(GRID),
    "gradient": lambda: jax.grad(lambda x: (jnp.sin(x) * x).sum())(jnp.asarray(ROW)),
    "batch": lambda: jax.vmap(jnp.dot, (0, None))(jnp.asarray(GRID), ROW),
    "loop": lambda: jax.lax.scan(lambda c, x: (jnp.tanh(c + x), c), 0.0, ROW),
    "whole numbers": lambda: jnp.argsort(jnp.asarray(ROW))[::-1] // 2,
    "flags": lambda: (jnp.asarray(ROW) > 0) | (jnp.asarray(ROW) < -1),
    "no numbers": lambda: jnp.log(jnp.asarray(ROW)) / 0,
    "no entries": lambda: jnp.zeros((0, 3)) + 1,
    "keys": lambda: draws(),
    "factors": lambda: jnp.linalg.svd(jnp.asarray(GRID)),
    "solved": lambda: jnp.linalg.solve(jnp.asarray(GRID[:, :3]), ROW[:3]),
    "written": lambda: jnp.asarray(GRID).at[1].set(ROW).at[:, 2].add(1.0),
    "large": lambda: jnp.exp(jnp.asarray(ROW) * 100),
    "weak types": lambda: jnp.asarray(2.0) * 3 + jnp.asarray(ROW),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_one_program_confirms_an_answer(name, compiled):
    found = confirmed(ANSWERS[name])
    assert set(compiled) == {"again"}
    assert len(compiled) == 1
    for ours, xla in zip(jax.tree.leaves(found), jax.tree.leaves(ANSWERS[name]()), strict=True):
        if jnp.issubdtype(ours.dtype, jax.dtypes.prng_key):
            ours, xla = jax.random.key_data(ours), jax.random.key_data(xla)
        np.testing.assert_allclose(ours, xla, rtol=1e-5, atol=1e-5)


BROKEN = {
    "sin": lambda x, **said: np.cos(x),
    "mul": lambda x, y, **said: np.multiply(x, y) * np.float32(1 + 1e-5),
    "transpose": lambda x, *, permutation, **said: x.reshape([x.shape[p] for p in permutation]),
    "gt": np.greater_equal,
    "log": lambda x, **said: np.log(np.abs(x)),
    "sort": lambda *xs, **said: list(xs),
}

ASKED = {
    "sin": lambda: jnp.sin(jnp.asarray(ROW)),
    "mul": lambda: jnp.asarray(ROW) * jnp.asarray(ROW),
    "transpose": lambda: jax.jit(lambda x: x.T + 1)(GRID),
    "gt": lambda: jnp.asarray(ROW) > 0,
    "log": lambda: jnp.log(jnp.asarray(ROW)),
    "sort": lambda: jnp.sort(jnp.asarray(ROW)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_a_wrong_rule_gives_is_not_taken(name, monkeypatch):
    jax.clear_caches()  # what was compiled before is not evaluated
    monkeypatch.setitem(RULES, name, BROKEN[name])
    if name in MOVES:
        monkeypatch.setitem(MOVES, name, BROKEN[name])
    with interpreting():
        wrong = ASKED[name]()
    found, expected = confirmed(ASKED[name]), ASKED[name]()
    np.testing.assert_array_equal(found, expected)
    assert not np.array_equal(wrong, expected, equal_nan=True)


def test_without_programs_nothing_is_compiled(compiled):
    assert confirmed(lambda: np.sin(ROW).tolist()) == np.sin(ROW).tolist()
    assert compiled == []


def test_a_long_loop_is_compiled(compiled, monkeypatch):
    monkeypatch.setattr(module, "MOST_PROGRAMS", 3)
    total = confirmed(lambda: sum(jnp.asarray(ROW) + step for step in range(4)))
    assert "again" not in compiled
    np.testing.assert_allclose(total, 4 * ROW + 6)


def test_what_cannot_be_put_together_is_compiled():
    def refused(x):
        raise TypeError("only once")

    row = jnp.asarray(ROW)
    assert not agrees([Evaluated(refused, [row], [row])])


@pytest.mark.parametrize(
    ("ours", "is_same"),
    [
        (ROW, True),
        (ROW + np.float32(3e-7), True),
        (ROW + np.float32(3e-5), False),
        (ROW.astype(np.float16), False),
        (ROW[:3], False),
        (np.where(ROW == 0, np.nan, ROW), False),
        (np.where(ROW == 3, np.inf, ROW), False),
    ],
)
def test_results_may_differ_by_rounding_alone(ours, is_same):
    assert agrees([Evaluated(jnp.positive, [jnp.asarray(ROW)], [jnp.asarray(ours)])]) is is_same


def test_an_exception_of_the_answer_is_its_own():
    def answer():
        jnp.sin(jnp.asarray(ROW))
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        confirmed(answer)
