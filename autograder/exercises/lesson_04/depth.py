"""Layers one after the other: probes and oracles, in NumPy float64.

The oracle of K layers walks the weights W_1, ..., W_K and writes the tokens from them. The wrong
ideas walk the slots, as layers would: the two meet only where both are right.
"""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.layer import (
    WEIGHTS,
    apply_layer,
    check_weights,
    layer_magnitude,
    weights_of,
)
from autograder.exercises.probes import float64, learning_rate, normal

LARGEST_DETOUR = 100.0
"""How far an answer's own rounding may widen the tolerance."""

SHOWS_WELL = 40 * 128
"""How far, in units of rounding, the nearest wrong loops lie from the right one: 40 tolerances."""

FLOAT32_EPS = float(np.finfo(np.float32).eps)

Tokens = np.ndarray


def draw_steps(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a task that no linear map fits, a dense W_0, and one step size per layer."""
    n_context, d_x, d_y, n_layers = sizes
    return {
        "xs": normal(generator, n_context, d_x) / np.float32(2),
        "ys": normal(generator, n_context, d_y),
        "x_query": normal(generator, d_x) / np.float32(2),
        "w_0": normal(generator, d_y, d_x),
        "learning_rates": learning_rate(generator, n_layers),
    }


def _prompt(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs and slots of all tokens, the query last."""
    xs, ys, x_query, w_0 = float64(case, "xs", "ys", "x_query", "w_0")
    return np.vstack([xs, x_query]), np.vstack([ys, -w_0 @ x_query])


def steps(case: Case) -> Arrays:
    """Walk the weights: after k layers a slot is s_j - (W_k - W_0) x_j."""
    xs, ys, w_0, rates = float64(case, "xs", "ys", "w_0", "learning_rates")
    inputs, slots = _prompt(case)
    w, deep = w_0, []
    for rate in rates:
        w = w - rate * np.mean([np.outer(w @ x - y, x) for x, y in zip(xs, ys, strict=True)], 0)
        deep.append(np.hstack([inputs, slots - inputs @ (w - w_0).T]))
    return {"tokens": np.stack(deep)}


def walked(
    case: Case,
    *,
    factor: float = 1.0,
    rates: np.ndarray | None = None,
    starts: Callable[[int], float] = lambda depth: 1.0,
) -> Arrays:
    """Walk the slots: each gains η/N sum_i (c W_0 x_i - s_i) (x_i · x_j) in each layer.

    Arguments:
        case: the inputs.
        factor: multiplies every update.
        rates: in place of the case's step sizes.
        starts: from the layer's number, from 0, to the factor c on W_0.
    """
    (w_0,) = float64(case, "w_0")
    inputs, slots = _prompt(case)
    rates = float64(case, "learning_rates")[0] if rates is None else rates
    context = inputs[:-1]
    deep = []
    for depth, rate in enumerate(rates):
        values = starts(depth) * context @ w_0.T - slots[:-1]
        slots = slots + factor * rate / len(context) * (inputs @ context.T) @ values
        deep.append(np.hstack([inputs, slots]))
    return {"tokens": np.stack(deep)}


def layers_of(outputs: Arrays, n_layers: int) -> list[dict[str, np.ndarray]]:
    """Return the weights of each layer of an answer."""
    return [{name: outputs[f"{name} {depth}"] for name in WEIGHTS} for depth in range(n_layers)]


def observe_steps(case: Case, outputs: Arrays) -> Arrays:
    """Apply the layers of an answer one after the other."""
    tokens = np.hstack(_prompt(case))
    deep = []
    for layer in layers_of(outputs, len(case["learning_rates"])):
        check_weights(layer, tokens.shape[1])
        with np.errstate(over="ignore", invalid="ignore"):
            tokens = apply_layer(weights_of(layer), tokens)
        deep.append(tokens)
    return {"tokens": np.stack(deep)}


def steps_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Scale of rounding: all terms of all layers with their absolute values."""
    absolute = {name: np.abs(value) for name, value in case.items()}
    inputs, slots = _prompt(absolute)
    slots, (w_0, rates) = np.abs(slots), float64(absolute, "w_0", "learning_rates")
    context = inputs[:-1]
    for rate in rates:
        values = context @ w_0.T + slots[:-1]
        slots = slots + rate / len(context) * (inputs @ context.T) @ values
    right = float(slots.max())
    own = np.abs(np.hstack(_prompt(case)))
    for layer in layers_of(outputs, len(rates)):
        with np.errstate(over="ignore", invalid="ignore"):
            own = apply_layer(tuple(np.abs(w) for w in weights_of(layer)), own)
    detour = float(own.max()) if np.all(np.isfinite(own)) else np.inf
    return {"tokens": np.asarray(min(max(right, detour), LARGEST_DETOUR * right))}


def draw_loop(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw dense weights and tokens, and a damping, so that a second pass shows well.

    A loop of one pass is damped by more than 1: nothing says that a damping is less.
    """
    while True:
        case = _draw_loop(generator, sizes)
        visible = SHOWS_WELL * FLOAT32_EPS * float(loop_magnitude(case, {})["tokens"])
        pairs = (_undamped_then_damped(case), _from_the_start(case, float))
        gaps = [np.abs(wrong["tokens"] - loop(case)["tokens"]).max() for wrong in pairs]
        if min(gaps) > visible or int(case["n_layers"]) < 2:
            return case


def _draw_loop(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a loop whose update's absolute terms add up to less than the tokens.

    A loop of a cubic layer whose updates are larger runs away, and its rounding with it.
    """
    n_tokens, d_token, d_key, d_value, n_heads, n_layers = sizes
    case = {
        "w_q": normal(generator, n_heads, d_key, d_token),
        "w_k": normal(generator, n_heads, d_key, d_token),
        "w_v": normal(generator, n_heads, d_value, d_token),
        "w_o": normal(generator, n_heads, d_token, d_value),
        "tokens": normal(generator, n_tokens, d_token),
    }
    tokens = float64(case, "tokens")[0]
    terms = layer_magnitude(weights_of(case), tokens) - np.abs(tokens)
    # A power of 2, so that float32 holds the scaled weights exactly.
    scale = 2.0 ** np.round(np.log2(0.6 * np.abs(tokens).max() / terms.max()))
    low, high = (1.1, 1.4) if n_layers == 1 else (0.5, 0.9)
    return case | {
        "w_o": (scale * case["w_o"]).astype(np.float32),
        "n_layers": np.asarray(n_layers),
        "damping": np.asarray(generator.uniform(low, high), dtype=np.float32),
    }


def _loop(
    case: Case, after: Callable[[Tokens, Tokens, Tokens, float, int], Tokens], *, first: int = 0
) -> Arrays:
    """Return all depths; `after(start, now, layer(now), α, depth)` is the next one."""
    now = start = float64(case, "tokens")[0]
    deep, weights = [start], weights_of(case)
    for depth in range(int(case["n_layers"])):
        now = after(start, now, apply_layer(weights, now), float(case["damping"]), depth)
        deep.append(now)
    return {"tokens": np.stack(deep[first:])}


def loop(case: Case) -> Arrays:
    """Return the tokens at every depth: each is a mix of the last one and the layer's output."""
    return _loop(case, lambda start, now, new, damping, k: (1 - damping) * now + damping * new)


def loop_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Sum the absolute terms of all passes."""
    absolute = {name: np.abs(value) for name, value in case.items()}
    grown = _loop(absolute, lambda start, now, new, damping, k: now + damping * (new - now))
    return {"tokens": np.asarray(grown["tokens"].max())}


def _looped(
    name: str,
    after: Callable[[Tokens, Tokens, Tokens, float, int], Tokens],
    cause: str,
    question: str,
    first: int = 0,
) -> Misconception:
    return Misconception(name, lambda case: _loop(case, after, first=first), cause, question)


def _undamped_then_damped(case: Case) -> Arrays:
    start = float64(case, "tokens")[0]
    free = _loop(case, lambda start, now, new, damping, k: new)["tokens"]
    return {"tokens": start + float(case["damping"]) * (free - start)}


def _from_the_start(case: Case, times: Callable[[int], float]) -> Arrays:
    start = float64(case, "tokens")[0]
    update = float(case["damping"]) * apply_layer(weights_of(case), start, residual=False)
    later = [start + times(depth) * update for depth in range(1, int(case["n_layers"]) + 1)]
    return {"tokens": np.stack([start, *later])}


WHICH_PART = "With damping 0, what should the tokens do in each pass? And with damping 1?"


LOOPED_LAYER = (
    _looped(
        "damping-forgotten",
        lambda start, now, new, damping, k: new,
        "the updates are not damped.",
        WHICH_PART,
    ),
    _looped(
        "damping-on-everything",
        lambda start, now, new, damping, k: damping * new,
        "the whole output is multiplied by the damping, the token itself too.",
        WHICH_PART,
    ),
    _looped(
        "damping-other-way",
        lambda start, now, new, damping, k: damping * now + (1 - damping) * new,
        "the update is multiplied by 1 - damping.",
        WHICH_PART,
    ),
    _looped(
        "residual-twice",
        lambda start, now, new, damping, k: now + damping * new,
        "the layer's whole output is added to the tokens: it holds the tokens already.",
        "What does linear_attention return when the update is 0?",
    ),
    _looped(
        "damping-compounds",
        lambda start, now, new, damping, k: now + damping ** (k + 1) * (new - now),
        "the damping becomes stronger with every pass.",
        "Does the formula's damping depend on the depth?",
    ),
    Misconception(
        "damped-at-the-end",
        _undamped_then_damped,
        "the loop runs undamped, and its result is damped.",
        "Which tokens does the second pass read: damped ones, or not?",
    ),
    Misconception(
        "not-looped",
        lambda case: _from_the_start(case, lambda depth: 1.0),
        "every pass begins again with the tokens of the start.",
        "What goes into the second pass?",
    ),
    Misconception(
        "not-looped-added",
        lambda case: _from_the_start(case, float),
        "the update of the first pass is added in every pass.",
        "What goes into the second pass?",
    ),
    _looped(
        "start-missing",
        lambda start, now, new, damping, k: (1 - damping) * now + damping * new,
        "the tokens before the first pass are missing.",
        "How many depths has a stack of n_layers layers, counting its input?",
        first=1,
    ),
    Misconception(
        "one-array-for-all",
        lambda case: {
            "tokens": np.tile(loop(case)["tokens"][-1:], (int(case["n_layers"]) + 1, 1, 1))
        },
        "every depth holds the tokens of the last pass, the start too.",
        "If one array stands in a list three times and is then changed in place, what does the "
        "list hold?",
    ),
    _looped(
        "start-only",
        lambda start, now, new, damping, k: start,
        "nothing moves.",
        "Which line hands the new tokens to the next pass?",
    ),
)
