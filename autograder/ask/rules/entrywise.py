"""Rules that compute every entry from the entries at its place."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import scipy.special  # type: ignore[import-untyped]
from jax import lax

from autograder.ask.rules.rule import NotInterpretedError, Rule, plain


def _divide(x: np.ndarray, y: np.ndarray, **said: Any) -> np.ndarray:
    if x.dtype.kind == "f":
        return np.divide(x, y)
    quotient = np.floor_divide(x, y)
    is_rounded_up = (quotient * y != x) & ((x < 0) != (y < 0))
    return np.where(y == 0, ~np.zeros_like(x), quotient + is_rounded_up.astype(x.dtype))


def _remainder(x: np.ndarray, y: np.ndarray, **said: Any) -> np.ndarray:
    if x.dtype.kind == "f":
        return np.fmod(x, y)
    return np.where(y == 0, x, np.fmod(x, y))


def _integer_pow(x: np.ndarray, *, y: int, **said: Any) -> np.ndarray:
    if y < 0:
        return 1 / _integer_pow(x, y=-y)
    result, factor = np.ones_like(x), x
    while y:
        if y & 1:
            result = result * factor
        factor, y = factor * factor, y >> 1
    return result


def _rsqrt(x: np.ndarray, **said: Any) -> np.ndarray:
    return 1 / np.sqrt(x)


def _logistic(x: np.ndarray, **said: Any) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def _round(x: np.ndarray, *, rounding_method: Any, **said: Any) -> np.ndarray:
    if rounding_method == lax.RoundingMethod.TO_NEAREST_EVEN:
        return np.rint(x)
    whole = np.trunc(x)
    return np.where(np.abs(x - whole) >= 0.5, whole + np.sign(x), whole)


def _reduce_precision(
    x: np.ndarray, *, exponent_bits: int, mantissa_bits: int, **said: Any
) -> np.ndarray:
    if (x.dtype, exponent_bits, mantissa_bits) != (np.float32, 8, 7):
        raise NotInterpretedError
    return x.astype(jnp.bfloat16).astype(x.dtype)


def _convert(x: np.ndarray, *, new_dtype: Any, **said: Any) -> np.ndarray:
    """Convert; an integer cannot be NaN, which becomes 0, nor beyond its type's ends."""
    new = np.dtype(new_dtype)
    if x.dtype.kind != "f" or new.kind not in "iu":
        return x.astype(new)
    ends = np.iinfo(new)
    # The ends as floats may lie just outside, so the values there are put in by hand.
    is_low, is_high = x <= float(ends.min), x >= float(ends.max)
    inside = np.where(np.isnan(x) | is_low | is_high, 0, x).astype(new)
    return np.where(is_low, new.type(ends.min), np.where(is_high, new.type(ends.max), inside))


def _unsigned(x: np.ndarray) -> np.ndarray:
    return x.view(np.dtype(f"u{x.dtype.itemsize}"))


def _logical_shift(function: Callable[..., Any]) -> Rule:
    def rule(x: np.ndarray, by: np.ndarray, **said: Any) -> np.ndarray:
        bits, steps = 8 * x.dtype.itemsize, _unsigned(by)
        shifted = function(_unsigned(x), steps % bits)
        return np.where(steps < bits, shifted, np.zeros_like(shifted)).view(x.dtype)

    return rule


def _arithmetic_shift_right(x: np.ndarray, by: np.ndarray, **said: Any) -> np.ndarray:
    most = 8 * x.dtype.itemsize - 1
    return x >> np.minimum(_unsigned(by), most).astype(x.dtype)


def _bitcast(x: np.ndarray, *, new_dtype: Any, **said: Any) -> np.ndarray:
    if x.dtype.itemsize != np.dtype(new_dtype).itemsize:
        raise NotInterpretedError
    return x.view(new_dtype)


def _total_order(compare: Callable[..., Any]) -> Rule:
    """Compare floats by their bits: -0 is below 0, and NaN above infinity."""

    def place(x: np.ndarray) -> np.ndarray:
        if x.dtype.kind != "f":
            return x
        bits = x.view(np.dtype(f"i{x.dtype.itemsize}"))
        return np.where(bits < 0, bits ^ np.iinfo(bits.dtype).max, bits)

    return lambda x, y, **said: compare(place(x), place(y))


def _clamp(low: Any, x: np.ndarray, high: Any, **said: Any) -> np.ndarray:
    return np.minimum(np.maximum(x, low), high)


_SAME: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "add_any": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "neg": np.negative,
    "abs": np.abs,
    "sign": np.sign,
    "max": np.maximum,
    "min": np.minimum,
    "exp": np.exp,
    "exp2": np.exp2,
    "log": np.log,
    "log1p": np.log1p,
    "expm1": np.expm1,
    "sqrt": np.sqrt,
    "cbrt": np.cbrt,
    "square": np.square,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "atan2": np.arctan2,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "erf": scipy.special.erf,
    "erfc": scipy.special.erfc,
    "erf_inv": scipy.special.erfinv,
    "floor": np.floor,
    "ceil": np.ceil,
    "is_finite": np.isfinite,
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
    "not": np.invert,
}


ENTRYWISE: dict[str, Rule] = {name: plain(function) for name, function in _SAME.items()} | {
    "bitcast_convert_type": _bitcast,
    "clamp": _clamp,
    "convert_element_type": _convert,
    "div": _divide,
    "integer_pow": _integer_pow,
    "le_to": _total_order(np.less_equal),
    "logistic": _logistic,
    "lt_to": _total_order(np.less),
    "pow": lambda x, y, **said: np.power(x, y.astype(x.dtype)),
    "reduce_precision": _reduce_precision,
    "rem": _remainder,
    "round": _round,
    "rsqrt": _rsqrt,
    "shift_left": _logical_shift(np.left_shift),
    "shift_right_arithmetic": _arithmetic_shift_right,
    "shift_right_logical": _logical_shift(np.right_shift),
}
