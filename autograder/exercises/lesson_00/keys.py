"""A task drawn with keys, judged by law: what many draws show, and the slips with keys.

Every bound is set so wide that a right answer passes but for less than one run in a million: means
and variances at six and seven standard errors, correlations at more than seven, the distance
between distribution functions at 3.1 / sqrt(number of draws), exceeded with a chance of 1e-8.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import ndtr  # type: ignore[import-untyped]

from autograder.exercise import Arrays, Case, Misconception, UnreadableAnswerError
from autograder.verdict import FLOAT32_EPS

N_DRAWS = 512
ROUNDING = 128.0

HALF_WIDTH = 0.5
VARIANCES = {"W": 1.0, "the inputs": HALF_WIDTH**2 / 3, "the noise": 1.0}

SHARED = 0.9772
"""The correlation of a normal number and the uniform one made of the same bits, sqrt(3 / pi)."""

FEWEST_DRAWS = 48
"""What an answer that takes one key at a time is asked for."""

T = 8.5
"""Of n pairs of independent numbers the statistic r sqrt((n - 2) / (1 - r²)) of their correlation r
exceeds this with a chance below 1e-10, for n of 48 and more."""

_MEAN = "mean of {} in standard deviations"

_SHAPE = "mean size over root mean square of {}"

SHAPES = {"W": (np.sqrt(2 / np.pi), 0.2123), "the inputs": (np.sqrt(3) / 2, 0.1582)}
SHAPES["the noise"] = SHAPES["W"]
"""Geary's test: that ratio for each law, and its standard error times the root of the number."""

_ALONG = "the noise along W x"

_RATIO = "log of (variance / asked) of {}"

TINY = 1e-12

SAME = 1e-6
"""How far an input may lie outside its interval."""

REPEATED = 1e-5
"""How far two draws with one key may lie apart, in units of the largest entry where that is > 1."""


def draw_seeds(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw the seeds of the keys, all different, and the scale of the noise."""
    n_context, d_x = sizes
    first = generator.integers(2**30)
    seeds = first + 1 + np.cumsum(generator.integers(1, 1000, N_DRAWS))
    scale = np.where(generator.random() < 0.5, 0.2, 2.0) * generator.uniform(1.0, 1.5)
    return {
        "seeds": seeds.astype(np.int64),
        "n_context": np.asarray(n_context),
        "d_x": np.asarray(d_x),
        "noise_scale": np.asarray(scale, np.float32),
    }


def quantities(case: Case, outputs: Arrays) -> dict[str, np.ndarray]:
    """Return W, inputs and noise, one flat row for each draw.

    Raises `UnreadableAnswerError` where the arrays are not what they should be.
    """
    n_context, d_x = int(case["n_context"]), int(case["d_x"])
    shapes = {"w": (1, d_x), "xs": (n_context, d_x), "ys": (n_context, 1)}
    for name, shape in shapes.items():
        came = outputs[name].shape[1:]
        if came != shape or outputs[f"{name}_again"].shape != shape:
            raise UnreadableAnswerError(f"{name} came back as {list(came)}; expected {list(shape)}")
        if not FEWEST_DRAWS <= len(outputs[name]) <= N_DRAWS:
            raise UnreadableAnswerError(f"{len(outputs[name])} draws came back")
        if not np.all(np.abs(outputs[name]) < 1e6):
            raise UnreadableAnswerError(f"{name} holds NaN, infinite or absurdly large entries")
    w, xs, ys = (np.asarray(outputs[name], np.float64) for name in shapes)
    noise = (ys - xs @ np.swapaxes(w, 1, 2)) / float(case["noise_scale"])
    found = {"W": w, "the inputs": xs, "the noise": noise}
    return {name: value.reshape(len(value), -1) for name, value in found.items()}


def _correlations(rows: np.ndarray) -> np.ndarray:
    """Return the correlations over draws of all pairs of columns; 0 where a column is constant."""
    centred = rows - rows.mean(axis=0)
    spread = np.sqrt((centred**2).mean(axis=0))
    unit = centred / np.where(spread > 1e-9, spread, np.inf)
    return unit.T @ unit / len(rows)


def _shared(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the mean correlation of the first numbers of one quantity with those of another.

    One key for two draws makes them of the same bits, from the first on, whatever the shapes.
    """
    n_both = min(one.shape[1], other.shape[1])
    both = np.concatenate([one[:, :n_both], other[:, :n_both]], axis=1)
    return np.diagonal(_correlations(both)[:n_both, n_both:]).mean()


def observe(case: Case, outputs: Arrays) -> Arrays:
    """See of many draws what their law says."""
    found = quantities(case, outputs)
    w, xs, noise = found.values()
    # Relative for large entries: one draw alone is not rounded in the order of a batch of draws.
    changes = [
        np.abs(outputs[n][0] - outputs[f"{n}_again"]).max() / max(1.0, np.abs(outputs[n][0]).max())
        for n in ("w", "xs", "ys")
    ]
    correlations = _correlations(np.concatenate([w, xs, noise], axis=1))
    np.fill_diagonal(correlations, 0.0)
    seen = {
        "another task from the same key": float(max(changes) > REPEATED),
        "spread over keys": np.mean([w.var(axis=0).mean(), noise.var(axis=0).mean()]),
        "inputs outside (-1/2, 1/2)": max(np.abs(xs).max() - HALF_WIDTH, 0.0),
        "largest |input|": min(np.abs(xs).max(), HALF_WIDTH),
        "correlation of W and the inputs": _shared(w, xs),
        "correlation of W and the noise": _shared(w, noise),
        "correlation of the inputs and the noise": _shared(xs, noise),
        "a key used twice": float(outputs["key_reused"]),
        _ALONG: _along(np.asarray(outputs["xs"]) @ np.swapaxes(outputs["w"], 1, 2), noise),
    }
    for name, values in found.items():
        share = np.clip(values + 0.5, 0, 1) if name == "the inputs" else ndtr(values)
        seen[_MEAN.format(name)] = values.mean() / max(values.std(), TINY)
        seen[_RATIO.format(name)] = np.log(_size(values) ** 2 / VARIANCES[name] + TINY)
        seen[f"distance of {name} from its law"] = _distance(share)
        seen[_SHAPE.format(name)] = np.abs(values).mean() / max(_size(values), TINY)
    seen["largest correlation"] = np.abs(correlations).max()
    return {name: np.asarray(value, np.float64) for name, value in seen.items()}


def _along(clean: np.ndarray, noise: np.ndarray) -> float:
    """Return how much of W x the noise holds, which is more than 0 of it if W is another teacher.

    Whatever W and the inputs are, independent noise makes this normal with variance 1 / (number).
    """
    clean = np.asarray(clean, np.float64).reshape(noise.shape)
    size = np.sqrt((clean**2).mean())
    return float((clean * noise).mean() / max(size, TINY))


def _size(values: np.ndarray) -> float:
    return float(np.sqrt((values**2).mean()))


def _distance(shares: np.ndarray) -> float:
    """Return how far numbers are from the uniform law on (0, 1), as Kolmogorov and Smirnov do."""
    places = np.sort(shares, axis=None)
    steps = np.arange(len(places) + 1) / len(places)
    return float(max((steps[1:] - places).max(), (places - steps[:-1]).max()))


def oracle(case: Case) -> Arrays:
    """Return what a right answer shows, but for chance."""
    expected = dict.fromkeys(bounds(case, N_DRAWS), 0.0)
    expected |= {_SHAPE.format(name): shape for name, (shape, _) in SHAPES.items()}
    expected |= {"spread over keys": 1.0, "largest |input|": HALF_WIDTH}
    return {name: np.asarray(value) for name, value in expected.items()}


def bounds(case: Case, n_draws: int) -> dict[str, float]:
    """Return how far chance may take what is seen of so many draws from what is expected."""
    n_context, d_x = int(case["n_context"]), int(case["d_x"])
    counts = {"W": d_x, "the inputs": n_context * d_x, "the noise": n_context}
    largest_correlation = T / np.sqrt(n_draws - 2 + T**2)
    found = {
        "another task from the same key": SAME,
        "a key used twice": SAME,
        "inputs outside (-1/2, 1/2)": SAME,
        # All of n inputs lie below 1/2 (1 - 20 / n) with a chance of exp(-20).
        "largest |input|": HALF_WIDTH * 20 / (n_draws * counts["the inputs"]),
        # A mean of two variances of normal numbers, each of variance 2 / n.
        "spread over keys": 6 * np.sqrt(2 / n_draws) / min(np.sqrt(d_x), np.sqrt(n_context)),
        "correlation of W and the inputs": largest_correlation,
        "correlation of W and the noise": largest_correlation,
        "correlation of the inputs and the noise": largest_correlation,
    }
    for name, count in counts.items():
        n = n_draws * count
        # Squares have a variance of 2 means squared for normal numbers, of 0.8 for uniform.
        spread = np.sqrt(0.8 if name == "the inputs" else 2.0)
        found[_MEAN.format(name)] = 6 / np.sqrt(n)
        found[_RATIO.format(name)] = 7 * spread / np.sqrt(n)
        found[f"distance of {name} from its law"] = 3.1 / np.sqrt(n)
        found[_SHAPE.format(name)] = 6.5 * SHAPES[name][1] / np.sqrt(n)
    found[_ALONG] = 6 / np.sqrt(n_draws * n_context)
    return found | {"largest correlation": largest_correlation}


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Turn bounds into the scale at which the verdict's tolerance is just the bound."""
    scale, n_draws = ROUNDING * FLOAT32_EPS, len(outputs["w"])
    return {name: np.asarray(bound / scale) for name, bound in bounds(case, n_draws).items()}


def _seen(
    name: str, expected: Callable[[Case], dict[str, float]], cause: str, question: str
) -> Misconception:
    def wrong(case: Case) -> Arrays:
        return {key: np.asarray(value) for key, value in expected(case).items()}

    return Misconception(name, wrong, cause, question)


def _correlated(w_xs: float, w_noise: float, xs_noise: float) -> Callable[[Case], dict[str, float]]:
    return lambda case: {
        "correlation of W and the inputs": w_xs,
        "correlation of W and the noise": w_noise,
        "correlation of the inputs and the noise": xs_noise,
        CENTRE: 0.0,
        INPUTS: 0.0,
    }


CENTRE = _MEAN.format("the inputs")
INPUTS, NOISE = _RATIO.format("the inputs"), _RATIO.format("the noise")
NOISE_SHAPE = _SHAPE.format("the noise")

WHICH_KEYS = "How many draws are there, and how many keys does each of them need for itself?"

SPLIT_KEYS = (
    _seen(
        "one-key-for-all",
        _correlated(SHARED, 1.0, SHARED),
        "one key draws everything, so everything is made of the same random bits.",
        WHICH_KEYS,
    ),
    _seen(
        "w-and-inputs",
        _correlated(SHARED, 0.0, 0.0),
        "W and the inputs are drawn with the same key.",
        WHICH_KEYS,
    ),
    _seen(
        "w-and-noise",
        _correlated(0.0, 1.0, 0.0),
        "W and the noise are drawn with the same key.",
        WHICH_KEYS,
    ),
    _seen(
        "inputs-and-noise",
        _correlated(0.0, 0.0, SHARED),
        "the inputs and the noise are drawn with the same key.",
        WHICH_KEYS,
    ),
    _seen(
        "key-ignored",
        lambda case: {"spread over keys": 0.0, "another task from the same key": 0.0},
        "every key gives the same task: the key that is passed in is not used.",
        "Where does the randomness of your function come from?",
    ),
    _seen(
        "hidden-state",
        lambda case: {"another task from the same key": 1.0},
        "the same key gave another task the second time: some state besides the key is read.",
        "What, apart from its arguments, does your function read or change?",
    ),
    _seen(
        "noise-missing",
        lambda case: {NOISE: np.log(TINY), "distance of W from its law": 0.0},
        "the targets carry no noise.",
        "What should y_i - W x_i be?",
    ),
    _seen(
        "noise-scale-forgotten",
        lambda case: {
            NOISE: -2 * np.log(float(case["noise_scale"])),
            "distance of W from its law": 0.0,
            NOISE_SHAPE: SHAPES["the noise"][0],
        },
        "the noise has standard deviation 1, whatever noise_scale is.",
        "What should y_i - W x_i be when noise_scale is 0?",
    ),
    _seen(
        "noise-scale-as-variance",
        lambda case: {
            NOISE: -np.log(float(case["noise_scale"])),
            "distance of W from its law": 0.0,
            NOISE_SHAPE: SHAPES["the noise"][0],
        },
        "noise_scale is the variance of the noise here, not its standard deviation.",
        "If noise_scale doubles, by which factor should y_i - W x_i grow?",
    ),
    _seen(
        "inputs-not-centred",
        lambda case: {CENTRE: np.sqrt(3), INPUTS: np.log(4)},
        "the inputs are uniform on (0, 1).",
        "Which values does jax.random.uniform give unless it is told minval and maxval?",
    ),
    _seen(
        "inputs-normal",
        lambda case: {CENTRE: 0.0, INPUTS: np.log(12)},
        "the inputs have the law N(0, 1).",
        "Which law is asked for, for which quantity?",
    ),
    _seen(
        "inputs-twice-as-wide",
        lambda case: {CENTRE: 0.0, INPUTS: np.log(4)},
        "the inputs are uniform on (-1, 1).",
        "Between which two numbers should an input lie?",
    ),
    _seen(
        "key-used-after-split",
        lambda case: {
            "a key used twice": 1.0,
            "largest correlation": 0.0,
            CENTRE: 0.0,
            INPUTS: 0.0,
            NOISE: 0.0,
        },
        "a key is used twice: for a split and for a draw, or for two splits.",
        "After a split, which of the keys may still be used?",
    ),
)
