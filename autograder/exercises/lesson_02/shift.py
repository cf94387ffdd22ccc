"""One gradient step read as a shift of targets: probes and oracles, in NumPy float64.

The solutions form Delta W and multiply. The oracles never do: they weigh residuals by the Gram
matrix of the inputs, x_i . x_j, which is the same sum in another order.
"""

import numpy as np

from autograder.exercise import Arrays, Case
from autograder.exercises.layer import apply_layer, check_weights, layer_magnitude, weights_of
from autograder.exercises.probes import float64, learning_rate, normal

LARGEST_DETOUR = 100.0
"""How far an answer's own rounding may widen the tolerance: a change of basis costs digits."""


def draw_regression(
    generator: np.random.Generator, sizes: tuple[int, ...]
) -> dict[str, np.ndarray]:
    """Draw a task whose targets no linear map fits, a dense W_0 and a step size."""
    n_context, d_x, d_y = sizes
    return {
        "xs": normal(generator, n_context, d_x),
        "ys": normal(generator, n_context, d_y),
        "x_query": normal(generator, d_x),
        "w_0": normal(generator, d_y, d_x),
        "learning_rate": learning_rate(generator),
    }


def draw_from_zero(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a task with W_0 = 0."""
    case = draw_regression(generator, sizes)
    return case | {"w_0": np.zeros_like(case["w_0"])}


def draw_multi_output(
    generator: np.random.Generator, sizes: tuple[int, ...]
) -> dict[str, np.ndarray]:
    """Draw a task with one step size per output."""
    case = draw_regression(generator, sizes)
    del case["learning_rate"]
    return case | {"learning_rates": learning_rate(generator, sizes[2])}


def draw_targets(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a task without a query; the last size scales the targets.

    Large targets have large gradients: an answer that clips them does not get by.
    """
    *shape, scale = sizes
    case = draw_regression(generator, tuple(shape))
    del case["x_query"]
    return case | {"ys": np.float32(scale) * case["ys"]}


def rates(case: Case) -> np.ndarray:
    """Return the step size, or the step sizes by output."""
    name = "learning_rates" if "learning_rates" in case else "learning_rate"
    return np.asarray(case[name], dtype=np.float64)


def shifted(
    case: Case,
    *,
    factor: float = 1.0,
    rate: np.ndarray | float | None = None,
    start: float = 1.0,
    label: float = 1.0,
) -> np.ndarray:
    """Return y_j - Delta W x_j for the context tokens, then for the query token; `[N+1, d_y]`.

    Arguments:
        case: xs, ys, w_0, a step size, and x_query where there is a query.
        factor: multiplies the shift.
        rate: in place of the case's step size.
        start: multiplies W_0 in the residuals W_0 x_i - y_i.
        label: multiplies y_i in the residuals.
    """
    xs, ys, w_0 = float64(case, "xs", "ys", "w_0")
    rate = rates(case) if rate is None else rate
    points, targets = xs, ys
    if "x_query" in case:
        (x_query,) = float64(case, "x_query")
        points = np.concatenate([xs, x_query[None]])
        targets = np.concatenate([ys, -(w_0 @ x_query)[None]])
    residuals = start * xs @ w_0.T - label * ys
    return targets + factor / len(xs) * (points @ xs.T) @ residuals * rate


def shift_magnitude(case: Case) -> float:
    """Return the largest sum of absolute terms behind `shifted`."""
    absolute = {name: np.abs(value) for name, value in case.items()}
    sums = shifted(absolute, label=-1.0)
    if "x_query" in case:
        # Its target is minus W_0 x_q; the sum of absolute terms adds where `shifted` subtracts.
        sums[-1] += 2 * absolute["w_0"] @ absolute["x_query"]
    return float(sums.max())


def tokens_of(case: Case) -> np.ndarray:
    """Return the prompt: context tokens (x_i, y_i), then (x_q, -W_0 x_q); `[N+1, d_x + d_y]`."""
    xs, ys, x_query, w_0 = float64(case, "xs", "ys", "x_query", "w_0")
    context = np.concatenate([xs, ys], axis=1)
    return np.concatenate([context, np.concatenate([x_query, -w_0 @ x_query])[None]])


def with_targets(case: Case, targets: np.ndarray) -> Arrays:
    """Return the prompt with its y slots replaced."""
    tokens = tokens_of(case)
    tokens[:, case["xs"].shape[1] :] = targets
    return {"tokens": tokens}


def observe_prompt(case: Case, outputs: Arrays) -> Arrays:
    """Apply the submitted weights to the prompt."""
    tokens = tokens_of(case)
    check_weights(outputs, tokens.shape[1])
    return {"tokens": apply_layer(weights_of(outputs), tokens)}


def prompt_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Scale of rounding: that of the right sum, widened by the answer's own detours."""
    right = max(shift_magnitude(case), float(np.abs(tokens_of(case)).max()))
    own = float(layer_magnitude(weights_of(outputs), tokens_of(case)).max())
    return {"tokens": np.asarray(min(max(right, own), LARGEST_DETOUR * right))}
