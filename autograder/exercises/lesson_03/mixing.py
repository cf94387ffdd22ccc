"""Two layers mixed after their scale is fixed: probes, and the wrong ways to mix."""

from collections.abc import Callable
from functools import partial

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.layer import apply_layer, check_weights, layer_magnitude, weights_of
from autograder.exercises.lesson_03.comparing import draw_layer
from autograder.exercises.probes import normal

WEIGHTS = ("w_q", "w_k", "w_v", "w_o")
NEAR = 0.4
"""How far the first layer is from the other, in units of its entries, before it is disguised."""

LEAST_SHARE = 0.1
"""Of its largest possible value that a trace, or the overlap of all heads, must have."""

Forms = tuple[np.ndarray, np.ndarray]


def draw_two_layers(
    generator: np.random.Generator, sizes: tuple[int, ...]
) -> dict[str, np.ndarray]:
    """Draw two layers of which no wrong scale is nearly 0 or infinite: each can be named."""
    while True:
        case = _draw(generator, sizes)
        ours, theirs = forms(case)[0], forms(case, "like_")[0]
        sizes_of = (np.sqrt((a**2).sum(axis=(1, 2))) for a in (ours, theirs))
        traces = (np.abs(np.trace(a, axis1=1, axis2=2)) for a in (ours, theirs))
        shares = [trace / size for trace, size in zip(traces, sizes_of, strict=True)]
        overlaps = (ours * theirs).sum(axis=(1, 2))
        shared = np.abs(overlaps.sum()) / np.abs(overlaps).sum()
        if min(map(np.min, shares)) > LEAST_SHARE and shared > LEAST_SHARE:
            return case


def _draw(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw one layer, and another that is near it but written in other bases and other scales."""
    n_tokens, d_token, d_key, d_value, n_heads = sizes
    like = draw_layer(generator, (d_token, d_key, d_value, n_heads))
    noise = draw_layer(generator, (d_token, d_key, d_value, n_heads))
    near = {name: like[name] + NEAR * noise[name] for name in WEIGHTS}
    keys, values = (
        np.linalg.qr(generator.standard_normal((n_heads, size, size)))[0]
        for size in (d_key, d_value)
    )
    size = generator.uniform(1.5, 3.0, (n_heads, 1, 1))
    size = np.where(generator.random((n_heads, 1, 1)) < 0.5, size, 1 / size)
    signs = np.where(np.arange(n_heads) % 2 == generator.integers(2), -1.0, 1.0)[:, None, None]
    case = {
        "w_q": signs * size * keys @ near["w_q"],
        "w_k": keys @ near["w_k"],
        "w_v": values @ near["w_v"] / size * generator.uniform(1.2, 1.6),
        "w_o": signs * near["w_o"] @ np.swapaxes(values, 1, 2),
        "share": generator.uniform(0.2, 0.4) + 0.4 * generator.integers(2),
        "tokens": normal(generator, n_tokens, d_token),
    }
    case |= {f"like_{name}": like[name] for name in WEIGHTS}
    return {name: np.asarray(value, np.float32) for name, value in case.items()}


def forms(case: Case, before: str = "") -> Forms:
    """Return W_K^T W_Q and W_O W_V of each head."""
    w_q, w_k, w_v, w_o = (np.asarray(case[before + name], np.float64) for name in WEIGHTS)
    return np.einsum("hka,hkb->hab", w_k, w_q), np.einsum("hav,hvb->hab", w_o, w_v)


def fitted(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Return for each head the number c with the least |ours - c theirs|², from `lstsq`."""
    flat = zip(ours.reshape(len(ours), -1), theirs.reshape(len(theirs), -1), strict=True)
    found = [np.linalg.lstsq(b[:, None], a, rcond=None)[0].item() for a, b in flat]
    return np.reshape(found, (-1, 1, 1))


def apply_forms(both: Forms, tokens: np.ndarray) -> np.ndarray:
    """Apply the layer that has these two forms."""
    identity = np.broadcast_to(np.eye(tokens.shape[1]), both[0].shape)
    return apply_layer((both[0], identity, both[1], identity), tokens)


def mixed(
    case: Case,
    scale: Callable[[Forms, Forms], np.ndarray] = lambda ours, theirs: fitted(ours[0], theirs[0]),
    *,
    score_power: float = -1.0,
    value_power: float = 1.0,
    swap: bool = False,
) -> Arrays:
    """Return what the mixed layer does; by default the right one."""
    ours, theirs = forms(case), forms(case, "like_")
    c, share = scale(ours, theirs), float(case["share"])
    share = 1 - share if swap else share
    powers = (score_power, value_power)
    both = tuple(
        (1 - share) * c**power * a + share * b
        for a, b, power in zip(ours, theirs, powers, strict=True)
    )
    return {"tokens": apply_forms((both[0], both[1]), case["tokens"])}


def observe(case: Case, outputs: Arrays) -> Arrays:
    """See what the layer that came back does to the tokens."""
    check_weights(outputs, case["tokens"].shape[1])
    return {"tokens": apply_layer(weights_of(outputs), case["tokens"])}


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Sum absolute terms over the two layers, and over the one that came back."""
    tokens, (ours, theirs) = case["tokens"], (forms(case), forms(case, "like_"))
    c = fitted(ours[0], theirs[0])
    sizes = [np.abs(ours[0] / c) + np.abs(theirs[0]), np.abs(c * ours[1]) + np.abs(theirs[1])]
    by_forms = apply_forms((sizes[0], sizes[1]), np.abs(tokens)).max()
    written = layer_magnitude(weights_of(outputs), tokens).max() if "w_q" in outputs else 0.0
    # A basis that is nearly singular costs digits, but no answer has a right to a thousand times.
    return {"tokens": np.asarray(by_forms + min(written, 1000 * by_forms))}


def _one_scale(ours: Forms, theirs: Forms) -> np.ndarray:
    return fitted(ours[0].reshape(1, -1), theirs[0].reshape(1, -1))


def _norm_ratio(ours: Forms, theirs: Forms) -> np.ndarray:
    size, other = (np.sqrt((a[0] ** 2).sum((1, 2), keepdims=True)) for a in (ours, theirs))
    return size / other


def _trace_ratio(ours: Forms, theirs: Forms) -> np.ndarray:
    traces = (np.trace(a[0], axis1=1, axis2=2) for a in (ours, theirs))
    top, bottom = traces
    return (top / bottom)[:, None, None]


def _weights_mixed(case: Case) -> Arrays:
    share = float(case["share"])
    pairs = ((case[name], case[f"like_{name}"]) for name in WEIGHTS)
    both = tuple((1 - share) * np.asarray(a, np.float64) + share * b for a, b in pairs)
    return {"tokens": apply_layer(both, case["tokens"])}


def _ones(ours: Forms, theirs: Forms) -> np.ndarray:
    return np.ones((len(ours[0]), 1, 1))


def _wrong(name: str, oracle: Callable[[Case], Arrays], cause: str, question: str) -> Misconception:
    return Misconception(name, oracle, cause, question)


SIDE = "If the scores become c times smaller, what must happen for the update to stay the same?"

INTERPOLATE = (
    _wrong(
        "weights-mixed",
        _weights_mixed,
        "the four matrices themselves are mixed.",
        "Two layers may do the same with other matrices. Which products do they then share?",
    ),
    _wrong(
        "scale-not-fixed",
        partial(mixed, scale=_ones),
        "the products are mixed as they are: no scale is fixed.",
        "Multiply W_K^T W_Q by 2 and W_O W_V by 1/2. Does the layer change? Does your mixture?",
    ),
    _wrong(
        "share-swapped",
        partial(mixed, swap=True),
        "the two layers have changed roles in the mixture.",
        "What should come back for share = 1?",
    ),
    _wrong("values-not-scaled", partial(mixed, value_power=0.0), "W_O W_V keeps its scale.", SIDE),
    _wrong(
        "values-scaled-the-same-way",
        partial(mixed, value_power=-1.0),
        "both products are divided by c.",
        SIDE,
    ),
    _wrong(
        "scaled-the-wrong-way",
        partial(mixed, score_power=1.0, value_power=-1.0),
        "W_K^T W_Q is multiplied by c, and W_O W_V divided by it.",
        "If W_K^T W_Q is exactly c times that of `like`, what should it become?",
    ),
    _wrong(
        "fitted-the-other-way",
        partial(mixed, scale=lambda ours, theirs: 1 / fitted(theirs[0], ours[0])),
        "the scale fits this layer to `like`, in place of `like` to this layer.",
        "In |A - c B|², which of the two matrices has the factor?",
    ),
    _wrong(
        "ratio-of-sizes",
        partial(mixed, scale=_norm_ratio),
        "the scale is a ratio of sizes, so it has no sign.",
        "What if both products of a layer have the opposite sign of those of `like`?",
    ),
    _wrong(
        "ratio-of-traces",
        partial(mixed, scale=_trace_ratio),
        "the scale is a ratio of traces.",
        "Where is the derivative of |A - c B|² with respect to c equal to 0?",
    ),
    _wrong(
        "fitted-to-values",
        partial(mixed, scale=lambda ours, theirs: 1 / fitted(ours[1], theirs[1])),
        "the scale is fitted to W_O W_V.",
        "Which of the two products does the definition of c mention?",
    ),
    _wrong(
        "one-scale-for-all-heads",
        partial(mixed, scale=_one_scale),
        "all heads share one scale.",
        "Can a factor move between the products of one head and leave the other heads alone?",
    ),
)
