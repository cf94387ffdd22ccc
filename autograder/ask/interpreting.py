"""Evaluate what JAX would compile, in NumPy: an answer of a few lines is not worth XLA's time.

An exercise asks an answer for a handful of small arrays, and XLA compiles a program for nearly
every line of it: seconds, for microseconds of arithmetic. Here JAX traces as it always does, so
`jit`, `grad`, `vmap` and every error of tracing stay what they are; only the traced program is
evaluated by NumPy in place of being compiled. A program with anything that has no rule is compiled
as usual, and so is one that meets a value on which NumPy and XLA would not agree.

The arithmetic is float32 arithmetic in another order, which every tolerance of this course allows
for. Whoever asks in this way and gets no pass should have that confirmed (see `confirming`): then a
lost mark never rests on this module.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax._src import config, core, dispatch, dtypes, pjit
from jax._src.interpreters import pxla
from jax._src.random import prng
from jax._src.sharding_impls import UnspecifiedValue
from jax.extend.core import ClosedJaxpr, Literal, jaxpr_as_fun
from jax.sharding import SingleDeviceSharding

from autograder.ask.rules import MOVES, RULES, NotInterpretedError, Rule, Values

MOST_SECONDS = 0.25
"""What evaluating one program may cost in all; then compiling it is cheaper."""

LARGEST = 1_000_000
"""Entries of an operation's result; a larger one is left to XLA."""

TYPES = {"b": (1,), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8), "f": (4, 8)}
"""Kinds and bytes of entries. XLA itself decides where half precision is rounded."""


@dataclass(frozen=True)
class Evaluated:
    """A program that was evaluated: what it does to arrays of JAX, what it was given, and gave."""

    program: Callable[..., Any]
    args: Sequence[Any]
    results: Sequence[Any]


@contextmanager
def interpreting(tell: Callable[[Evaluated], None] | None = None) -> Iterator[None]:
    """Evaluate programs in NumPy inside the block, where that can be done.

    Arguments:
        tell: called with each program that was evaluated.
    """
    compiled = getattr(pjit, "_pjit_call_impl_python", None)
    if compiled is None or [device.platform for device in jax.devices()] != ["cpu"]:
        yield
        return

    spent: dict[int, tuple[ClosedJaxpr, float]] = {}

    def evaluated(*args: Any, jaxpr: ClosedJaxpr, **how: Any) -> Any:
        is_known = id(jaxpr) in spent
        _, so_far = spent.get(id(jaxpr), (jaxpr, 0.0))
        began, results = time.thread_time(), None
        if so_far < MOST_SECONDS and _is_ordinary(**how):
            results = _try(jaxpr, args, began + MOST_SECONDS - so_far, is_known)
        # Kept with its program, so that no other can come to have the same id.
        cost = math.inf if results is None else time.thread_time() - began
        spent[id(jaxpr)] = jaxpr, so_far + cost
        if results is None:
            return compiled(*args, jaxpr=jaxpr, **how)
        if tell is not None:
            tell(Evaluated(jaxpr_as_fun(jaxpr), args, results))
        return results, None, None, []

    one_operation: Any = getattr(dispatch, "xla_primitive_callable", None)

    def at_once(primitive: Any, **params: Any) -> Any:
        """Evaluate an operation that stands alone without tracing a program that holds it alone."""

        def act(*args: Any) -> Any:
            results = _operate(primitive, args, params)
            if results is None:
                return one_operation(primitive, **params)(*args)
            if tell is not None:
                said = results if primitive.multiple_results else [results]
                tell(Evaluated(partial(primitive.bind, **params), args, said))
            return results

        return act if primitive.name in RULES else one_operation(primitive, **params)

    pjit._pjit_call_impl_python = evaluated
    if one_operation is not None:
        dispatch.xla_primitive_callable = at_once
    try:
        yield
    finally:
        pjit._pjit_call_impl_python = compiled
        if one_operation is not None:
            dispatch.xla_primitive_callable = one_operation


def _operate(primitive: Any, args: Sequence[Any], params: dict[str, Any]) -> Any:
    """Evaluate one operation on arrays of JAX; None where it is left to XLA."""
    try:
        if config.debug_nans.value or config.debug_infs.value:
            return None
        given = [core.typeof(arg) for arg in args]
        found, effects = primitive.abstract_eval(*given, **params)
        avals = found if primitive.multiple_results else [found]
        if effects or not all(_is_known(aval, primitive.name) for aval in (*given, *avals)):
            return None
        values = [_as_numpy(arg, aval) for arg, aval in zip(args, given, strict=True)]
        with np.errstate(all="ignore"):
            result = RULES[primitive.name](*values, **params)
        results = result if primitive.multiple_results else [result]
        fitting = [_fitting(*pair) for pair in zip(results, avals, strict=True)]
        if primitive.name not in MOVES:
            fitting = [_without_denormals(value) for value in fitting]
        arrays = [_as_jax(*pair) for pair in zip(fitting, avals, strict=True)]
        return arrays if primitive.multiple_results else arrays[0]
    except Exception:
        return None


def _is_ordinary(
    *,
    donated_invars: Any,
    in_shardings: Any,
    out_shardings: Any,
    compiler_options_kvs: Any,
    **said: Any,
) -> bool:
    """Say whether the caller asks for the values only: not to end inputs, look for NaN, ..."""
    return not (
        any(donated_invars)
        or compiler_options_kvs
        or config.debug_nans.value
        or config.debug_infs.value
        or not all(isinstance(each, UnspecifiedValue) for each in (*in_shardings, *out_shardings))
    )


def _try(
    program: ClosedJaxpr, args: Sequence[Any], deadline: float, is_known: bool
) -> list[Any] | None:
    """Evaluate a program on arrays of JAX and give arrays of JAX back, weak types included.

    Arguments:
        program: what to evaluate.
        args: arrays of JAX.
        deadline: on the clock of this thread's CPU time.
        is_known: whether it was evaluated before, so that every operation has a rule.

    Returns:
        None where it is left to XLA, which then gives the value, or says what is wrong.
    """
    try:
        if program.effects:
            raise NotInterpretedError
        if not is_known:
            _check(program)
        values = [_as_numpy(arg, aval) for arg, aval in zip(args, program.in_avals, strict=True)]
        with np.errstate(all="ignore"):
            results = _evaluate(program, values, deadline)
        return [_as_jax(*pair) for pair in zip(results, program.out_avals, strict=True)]
    except Exception:
        return None


def _is_key(aval: Any) -> bool:
    return bool(dtypes.issubdtype(aval.dtype, dtypes.extended))


def _dtype(aval: Any) -> np.dtype:
    """Return the type of entries: a random key is one entry, of all its bytes."""
    if _is_key(aval):
        return np.dtype((np.void, 4 * math.prod(aval.dtype._impl.key_shape)))
    return np.dtype(aval.dtype)


def _as_numpy(value: Any, aval: Any) -> np.ndarray:
    if _is_key(aval):
        return _as_keys(np.asarray(value._base_array), _dtype(aval))
    return _without_denormals(np.asarray(value, dtype=aval.dtype))


def _as_keys(words: np.ndarray, dtype: np.dtype) -> np.ndarray:
    return np.ascontiguousarray(words, np.uint32).view(dtype).reshape(words.shape[:-1])


def _as_words(keys: np.ndarray) -> np.ndarray:
    words = np.ascontiguousarray(keys).view(np.uint32)
    return words.reshape(*keys.shape, keys.dtype.itemsize // 4)


def _as_jax(result: np.ndarray, aval: Any) -> Any:
    if _is_key(aval):
        return prng.PRNGKeyArray(aval.dtype._impl, jnp.array(_as_words(result)))
    # A view would be read as it is in memory, or change with what it is a view of.
    owned, device = np.array(result, order="C"), jax.devices()[0]
    return pxla.batched_device_put(aval, SingleDeviceSharding(device), [owned], [device], False)


def _without_denormals(x: np.ndarray) -> np.ndarray:
    """Leave to XLA what holds floats so small that it may take them for 0, as NumPy never does."""
    if x.dtype.kind == "f":
        n_small = np.count_nonzero(np.abs(x) < np.finfo(x.dtype).tiny)
        if n_small + np.count_nonzero(x) > x.size:
            raise NotInterpretedError
    return x


def _check(program: ClosedJaxpr) -> None:
    """Leave to XLA a program with an operation, or a type of entries, that has no rule."""
    for equation in program.jaxpr.eqns:
        name = equation.primitive.name
        if not any(name in rules for rules in (RULES, INNER_RULES, KEY_RULES)):
            raise NotInterpretedError(name)
        for atom in (*equation.invars, *equation.outvars):
            if not _is_known(atom.aval, name):
                raise NotInterpretedError(atom.aval)
        for inner in _inner_programs(equation.params):
            _check(inner)


def _is_known(aval: Any, operation: str) -> bool:
    """Say whether an operation's rule holds for entries of this type, and so many of them."""
    if _is_key(aval):
        known = any(operation in rules for rules in (KEY_RULES, INNER_RULES, MOVES))
    else:
        known = aval.dtype.itemsize in TYPES.get(aval.dtype.kind, ())
    return known and aval.size <= LARGEST


def _fitting(value: Any, aval: Any) -> np.ndarray:
    """Return a rule's result in the type that JAX says it has."""
    value = np.asarray(value, dtype=_dtype(aval))
    if value.shape != aval.shape:
        raise NotInterpretedError
    return value


def _inner_programs(params: Any) -> Iterator[ClosedJaxpr]:
    for name in ("jaxpr", "call_jaxpr", "cond_jaxpr", "body_jaxpr"):
        if name in params:
            yield _closed(params[name])
    yield from params.get("branches", ())
    if "jaxprs" in params:
        yield _closed(params["jaxprs"].solve)


def _closed(program: Any) -> ClosedJaxpr:
    return program if isinstance(program, ClosedJaxpr) else ClosedJaxpr(program, ())


def _evaluate(program: ClosedJaxpr, args: Sequence[np.ndarray], deadline: float) -> Values:
    jaxpr = program.jaxpr
    known: dict[Any, np.ndarray] = dict(zip(jaxpr.invars, args, strict=True))
    for variable, value in zip(jaxpr.constvars, program.consts, strict=True):
        known[variable] = _as_numpy(value, variable.aval)
    evaluate = partial(_evaluate, deadline=deadline)

    def read(atom: Any) -> np.ndarray:
        return _as_numpy(atom.val, atom.aval) if isinstance(atom, Literal) else known[atom]

    for equation in jaxpr.eqns:
        if time.thread_time() > deadline:
            raise NotInterpretedError
        values, name = [read(atom) for atom in equation.invars], equation.primitive.name
        if name in KEY_RULES:
            avals = equation.invars[0].aval, equation.outvars[0].aval
            result = KEY_RULES[name](*avals, *values, **equation.params)
        elif name in INNER_RULES:
            result = INNER_RULES[name](evaluate, *values, **equation.params)
        else:
            result = RULES[name](*values, **equation.params)
        results = result if equation.primitive.multiple_results else [result]
        for variable, value in zip(equation.outvars, results, strict=True):
            value = _fitting(value, variable.aval)
            known[variable] = value if name in MOVES else _without_denormals(value)
    return [read(atom) for atom in jaxpr.outvars]


Evaluate = Callable[[ClosedJaxpr, Sequence[np.ndarray]], Values]


def _call(evaluate: Evaluate, *args: np.ndarray, **said: Any) -> Values:
    return evaluate(_closed(said.get("jaxpr", said.get("call_jaxpr"))), args)


def _cond(
    evaluate: Evaluate, index: np.ndarray, *args: np.ndarray, branches: Any, **said: Any
) -> Values:
    return evaluate(branches[min(max(int(index), 0), len(branches) - 1)], args)


def _scan(
    evaluate: Evaluate,
    *args: np.ndarray,
    jaxpr: ClosedJaxpr,
    length: int,
    reverse: bool,
    num_consts: int,
    num_carry: int,
    **said: Any,
) -> Values:
    consts, carry = args[:num_consts], list(args[num_consts : num_consts + num_carry])
    inputs = args[num_consts + num_carry :]
    if length == 0:
        raise NotInterpretedError
    rows: list[Values] = [[]] * length
    for step in reversed(range(length)) if reverse else range(length):
        out = evaluate(jaxpr, [*consts, *carry, *(each[step, ...] for each in inputs)])
        carry, rows[step] = out[:num_carry], out[num_carry:]
    return [*carry, *(np.stack(column) for column in zip(*rows, strict=True))]


def _while(
    evaluate: Evaluate,
    *args: np.ndarray,
    cond_jaxpr: ClosedJaxpr,
    cond_nconsts: int,
    body_jaxpr: ClosedJaxpr,
    body_nconsts: int,
    **said: Any,
) -> Values:
    if cond_jaxpr.out_avals[0].shape:  # every entry of a batch has its own end
        raise NotInterpretedError
    n_consts = cond_nconsts + body_nconsts
    consts, carry = args[cond_nconsts:n_consts], list(args[n_consts:])
    while evaluate(cond_jaxpr, [*args[:cond_nconsts], *carry])[0]:
        carry = evaluate(body_jaxpr, [*consts, *carry])
    return carry


def _linear_solve(
    evaluate: Evaluate, *args: np.ndarray, const_lengths: Any, jaxprs: Any, **said: Any
) -> Values:
    n_consts = list(const_lengths)
    before = sum(n_consts[:2])
    own, b = args[before : before + n_consts[2]], args[sum(n_consts) :]
    return evaluate(_closed(jaxprs.solve), [*own, *b])


def _platform_index(evaluate: Evaluate, *, platforms: Any, **said: Any) -> int:
    return next(i for i, names in enumerate(platforms) if names is None or "cpu" in names)


INNER_RULES: dict[str, Rule] = dict.fromkeys(
    ("jit", "custom_jvp_call", "custom_vjp_call", "remat2"), _call
) | {
    "cond": _cond,
    "custom_linear_solve": _linear_solve,
    "platform_index": _platform_index,
    "scan": _scan,
    "while": _while,
}
"""Operations with programs of their own, which are handed the way to evaluate those."""


def _key_rule(made: Callable[..., Any]) -> Rule:
    """Make a rule of what JAX itself does to the words of keys: that comes back to `RULES`."""

    def rule(given: Any, asked: Any, *args: np.ndarray, **params: Any) -> np.ndarray:
        words = (_as_words(args[0]) if _is_key(given) else args[0], *args[1:])
        result = np.asarray(made(given, *map(jnp.asarray, words), **params))
        return _as_keys(result, _dtype(asked)) if _is_key(asked) else result

    return rule


_SAME_WORDS = _key_rule(lambda given, words, **said: words)

KEY_RULES: dict[str, Rule] = {
    "random_bits": _key_rule(
        lambda given, words, *, bit_width, shape: prng.random_bits_impl_base(
            given.dtype._impl, words, given.ndim, bit_width=bit_width, shape=shape
        )
    ),
    "random_clone": _SAME_WORDS,
    "random_fold_in": _key_rule(
        lambda given, words, data: prng.random_fold_in_impl_base(
            given.dtype._impl, words, data, given.shape
        )
    ),
    "random_seed": _key_rule(
        lambda given, seeds, *, impl: prng.random_seed_impl_base(seeds, impl=impl)
    ),
    "random_split": _key_rule(
        lambda given, words, *, shape: prng.random_split_impl_base(
            given.dtype._impl, words, given.ndim, shape=shape
        )
    ),
    "random_unwrap": _SAME_WORDS,
    "random_wrap": _SAME_WORDS,
}
