"""A sampled task, judged by its law and by what holds exactly: few keys, many numbers.

Every bound is set so wide that a right answer passes but for less than one run in a million. The
distance between distribution functions is exceeded with a chance below 2 exp(-2 * 3.2²) = 3e-9 for
any number of draws (Dvoretzky, Kiefer, Wolfowitz, Massart); means and variances have six and seven
standard errors, and are looked at only where they are means of a few hundred numbers.
"""

import numpy as np
from scipy.special import ndtr  # type: ignore[import-untyped]

from autograder.exercise import Arrays, Case, UnreadableAnswerError
from autograder.verdict import FLOAT32_EPS

N_KEYS = 8
ROUNDING = 128.0
MANY = 200
"""Fewer numbers than this have no moments worth a look."""

FEWEST_PAIRS = 100
T = 9.0
"""Of n pairs of independent numbers the statistic r sqrt((n - 2) / (1 - r²)) of their correlation r
exceeds this with a chance below 1e-11, for n of 100 and more."""

FIELDS = ("xs", "ys", "x_query", "y_query")
W, XS, QUERY = "W", "the context's inputs", "the query"
LARGEST_ENTRY = 1e6

UNEXPLAINED = "share of ys that no linear map of xs explains"
OFF = "relative distance of y_query from the context's map at x_query"
BEYOND = "largest |input| / input_range, beyond 1"
REPEATED = "change of the task when the same key comes again"
COPIED = "context inputs that equal x_query"
REUSED = "a key used twice"
NEIGHBOURS = "largest correlation of neighbouring entries, or of two rows"
SUSPECT = "suspicion: "
LEAN = SUSPECT + "inputs with a mean"


def ratio_of(name: str) -> str:
    """Name the log of a variance in units of the one asked for."""
    return f"log of (variance / asked) of {name}"


def correlation_of(one: str, other: str) -> str:
    """Name a correlation."""
    return f"correlation of {one} and {other}"


def same_of(name: str) -> str:
    """Name the share of numbers that are the same for two keys."""
    return f"share of {name} that is the same for two keys"


PAIRS = ((W, XS), (W, QUERY), (XS, QUERY))


def draw_seeds(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw the seeds of the keys, all different, and a half width far from 1/2 and from 1."""
    n_context, d_x, d_y = sizes
    seeds = generator.integers(2**30) + 1 + np.cumsum(generator.integers(1, 1000, N_KEYS))
    narrow, wide = generator.uniform(0.15, 0.3), generator.uniform(2.5, 4.0)
    half_width = narrow if generator.random() < 0.5 else wide
    return {
        "seeds": seeds.astype(np.int64),
        "n_context": np.asarray(n_context),
        "d_x": np.asarray(d_x),
        "d_y": np.asarray(d_y),
        "input_range": np.asarray(half_width, np.float32),
    }


def sizes_of(case: Case) -> tuple[int, int, int]:
    """Return N, d_x, d_y."""
    return int(case["n_context"]), int(case["d_x"]), int(case["d_y"])


def check_shapes(case: Case, outputs: Arrays) -> None:
    """Raise `UnreadableAnswerError` where the arrays are not those of tasks."""
    n_context, d_x, d_y = sizes_of(case)
    shapes = ((n_context, d_x), (n_context, d_y), (d_x,), (d_y,))
    for name, shape in zip(FIELDS, shapes, strict=True):
        came = outputs[name].shape[1:]
        if came != shape or outputs[f"{name}_again"].shape != shape:
            raise UnreadableAnswerError(f"{name} {list(came)}; asked for shape {list(shape)}")
        if len(outputs[name]) != len(case["seeds"]):
            raise UnreadableAnswerError(f"{len(outputs[name])} tasks came back")
        if not np.all(np.abs(np.asarray(outputs[name], np.float64)) < LARGEST_ENTRY):
            raise UnreadableAnswerError(f"{name} holds NaN, infinite or absurdly large entries")


def teachers(xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """Return the linear map of each task that fits its context best, [n_keys, d_y, d_x]."""
    return np.stack([np.linalg.lstsq(x, y, rcond=1e-9)[0].T for x, y in zip(xs, ys, strict=True)])


def observe(case: Case, outputs: Arrays) -> Arrays:
    """See of some tasks what holds exactly, and what their law says."""
    check_shapes(case, outputs)
    half_width = float(case["input_range"])
    xs, ys, x_query, y_query = (np.asarray(outputs[name], np.float64) for name in FIELDS)
    w = teachers(xs, ys)
    numbers = {W: w, XS: xs / half_width, QUERY: x_query / half_width}
    # In units of the largest entry: the second draw may be rounded in another order.
    changes = [
        np.abs(outputs[n][0] - outputs[f"{n}_again"]).max() / max(1.0, np.abs(outputs[n][0]).max())
        for n in FIELDS
    ]
    largest = max(np.abs(numbers[XS]).max(), np.abs(numbers[QUERY]).max())
    copied = np.abs(xs - x_query[:, None, :]).max(axis=2) <= 1e-6 * half_width
    seen = {
        REPEATED: max(changes),
        UNEXPLAINED: _share(ys - xs @ np.swapaxes(w, 1, 2), ys),
        OFF: np.sqrt(_share(y_query - np.einsum("kab,kb->ka", w, x_query), y_query)),
        BEYOND: max(largest - 1.0, 0.0),
        COPIED: copied.any(axis=1).mean(),
        REUSED: float(outputs["key_reused"]),
    }
    for name, values in numbers.items():
        close = 1e-3 if name == W else 1e-5  # W is solved for, and as exact as that allows
        seen[same_of(name)] = (np.abs(np.diff(values, axis=0)) < close).mean()
    seen |= _law(numbers, named=looked_at(case))
    lean = abs(numbers[XS].mean()) > 0.25 * np.sqrt((numbers[XS] ** 2).mean())
    seen[LEAN] = float(lean)
    # Eight numbers of another map come close to those of this one more often than twenty do.
    far = 0.7 if y_query.size >= 20 else 0.35
    seen |= {SUSPECT + name: float(found) for name, found in _suspicions(seen, far).items()}
    return {name: np.asarray(value, np.float64) for name, value in seen.items()}


def _share(part: np.ndarray, whole: np.ndarray) -> float:
    """Return a sum of squares in units of another one."""
    return float((part**2).sum() / max((whole**2).sum(), 1e-30))


def looked_at(case: Case) -> dict[str, int]:
    """Return how many numbers there are of W, of context inputs and of query inputs, by name."""
    n_context, d_x, d_y = sizes_of(case)
    counts = {W: d_x * d_y, XS: n_context * d_x, QUERY: d_x}
    return {name: N_KEYS * count for name, count in counts.items()}


def _law(numbers: dict[str, np.ndarray], *, named: dict[str, int]) -> dict[str, float]:
    """Return what the laws of W and of the inputs in units of their half width say."""
    seen = {}
    for name, values in numbers.items():
        asked = 1.0 if name == W else 1 / 3
        share = ndtr(values) if name == W else np.clip((values + 1) / 2, 0, 1)
        if named[name] >= MANY:
            seen[f"mean of {name}"] = values.mean()
            seen[ratio_of(name)] = np.log((values**2).mean() / asked + 1e-12)
        seen[f"distance of {name} from its law"] = _distance(share)
    for one, other in PAIRS:
        if min(named[one], named[other]) >= FEWEST_PAIRS:
            seen[correlation_of(one, other)] = _shared(numbers[one], numbers[other])
    beside = [(v[:, 1:], v[:, :-1]) for v in numbers.values() if v.shape[1] > 1]
    beside += [(v[..., 1:], v[..., :-1]) for v in (numbers[W], numbers[XS]) if v.shape[2] > 1]
    apart = [abs(_correlation(*pair)) for pair in beside if pair[0].size >= FEWEST_PAIRS]
    apart += [_of_two_rows(v) for v in (numbers[W], numbers[XS]) if v[:, 0].size >= MANY]
    if apart:
        seen[NEIGHBOURS] = max(apart)
    return seen


def _distance(shares: np.ndarray) -> float:
    """Return how far numbers are from the uniform law on (0, 1), as Kolmogorov and Smirnov do."""
    places = np.sort(shares, axis=None)
    steps = np.arange(len(places) + 1) / len(places)
    return float(max((steps[1:] - places).max(), (places - steps[:-1]).max()))


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    one, other = one.ravel() - one.mean(), other.ravel() - other.mean()
    scale = np.sqrt((one**2).sum() * (other**2).sum())
    return float((one * other).sum() / scale) if scale > 1e-12 else 1.0


def _of_two_rows(values: np.ndarray) -> float:
    """Return the largest correlation, over keys and entries, of any two rows of a matrix."""
    rows = np.swapaxes(values, 0, 1).reshape(values.shape[1], -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return float(np.abs(np.triu(rows @ rows.T, 1)).max())


def _shared(one: np.ndarray, other: np.ndarray) -> float:
    """Return the largest correlation of numbers that one key would make of the same bits.

    Those are the first numbers of each, in the order of drawing: by rows or by columns.
    """
    found = [0.0]
    for a in _orders(one):
        for b in _orders(other):
            n_both = min(a.shape[1], b.shape[1])
            found.append(_correlation(a[:, :n_both], b[:, :n_both]))
    return max(found, key=abs)


def _orders(values: np.ndarray) -> list[np.ndarray]:
    flat = values.reshape(len(values), -1)
    return [flat] if values.ndim < 3 else [flat, np.swapaxes(values, 1, 2).reshape(flat.shape)]


def _suspicions(seen: dict[str, float], far: float) -> dict[str, bool]:
    """Say which map of targets was used, where it is not one for all; `far` is beyond noise."""
    exact, query_exact = seen[UNEXPLAINED] < 1e-6, seen[OFF] < 1e-3
    varied = seen.get(NEIGHBOURS, 0.0) < 0.5  # else the context says little of its map
    return {
        "a state besides the key": seen[REPEATED] > 1e-3,
        "another map for the query": exact and varied and far < seen[OFF] < 10.0,
        "noise on the query's target": exact and not query_exact and seen[OFF] <= far,
        "noise on the context's targets": 1e-6 <= seen[UNEXPLAINED] < 0.35,
        "a map for each example": seen[UNEXPLAINED] >= 0.35,
    }


def oracle(case: Case) -> Arrays:
    """Return what a right answer shows, but for chance."""
    return {name: np.asarray(0.0) for name in bounds(case)}


def bounds(case: Case) -> dict[str, float]:
    """Return how far chance or rounding may take what is seen from 0."""
    counts = looked_at(case)
    found = {
        REPEATED: 1e-5,
        UNEXPLAINED: 1e-8,
        OFF: 1e-3,
        BEYOND: 1e-5,
        COPIED: 1e-6,
        REUSED: 1e-6,
        **{same_of(name): 0.1 for name in counts},
    }
    for name, n in counts.items():
        if n >= MANY:
            variance, spread = (1.0, np.sqrt(2)) if name == W else (1 / 3, np.sqrt(0.8))
            found[f"mean of {name}"] = 6 * np.sqrt(variance / n)
            # The squares of normal numbers vary by sqrt(2) of their mean, of uniform by sqrt(0.8).
            found[ratio_of(name)] = 7 * spread / np.sqrt(n)
        found[f"distance of {name} from its law"] = 3.2 / np.sqrt(n)
    for one, other in PAIRS:
        n = min(counts[one], counts[other])
        if n >= FEWEST_PAIRS:
            found[correlation_of(one, other)] = _largest_correlation(n)
    n = min(_neighbours(case), default=0)
    if n:
        found[NEIGHBOURS] = _largest_correlation(n)
    return found


def _neighbours(case: Case) -> list[int]:
    """Return how many neighbouring pairs there are, along each axis that has enough.

    Two rows have more pairs of numbers than the query has of neighbours.
    """
    n_context, d_x, d_y = sizes_of(case)
    pairs = (
        *((d_y - 1) * d_x, (n_context - 1) * d_x, d_x - 1),
        *((d_x - 1) * d_y, (d_x - 1) * n_context),
    )
    return [N_KEYS * n for n in pairs if N_KEYS * n >= FEWEST_PAIRS]


def _largest_correlation(n_pairs: int) -> float:
    return float(T / np.sqrt(n_pairs - 2 + T**2))


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Turn bounds into the scale at which the verdict's tolerance is just the bound."""
    scale = ROUNDING * FLOAT32_EPS
    return {name: np.asarray(bound / scale) for name, bound in bounds(case).items()}
