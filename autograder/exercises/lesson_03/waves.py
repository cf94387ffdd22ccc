"""Sine tasks from keys, judged by law: what many draws show of amplitude, phase and inputs.

Every bound is so wide that a right answer passes but for less than one run in a million: means at
six standard errors, correlations at more than seven, the distance between distribution functions at
3.1 / sqrt(number of draws), exceeded with a chance of 1e-8.
"""

import numpy as np

from autograder.exercise import Arrays, Case, Misconception, UnreadableAnswerError
from autograder.verdict import FLOAT32_EPS

N_DRAWS = 512
ROUNDING = 128.0
T = 8.5
"""Of n pairs of independent numbers the statistic r sqrt((n - 2) / (1 - r²)) of their correlation r
exceeds this with a chance below 1e-10, for n of 48 and more."""

AMPLITUDES, INPUT_RANGE = (0.1, 0.5), 5.0
EXACT = 1e-4
"""What rounding may do to a sine of size 1/2, and to what is recovered of it."""

QUANTITIES = ("amplitude", "phase", "first input", "query input")
SHAPES = ("xs", "ys", "x_query", "y_query")


def draw_seeds(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw the seeds of the keys, all different."""
    first = generator.integers(2**30)
    seeds = first + 1 + np.cumsum(generator.integers(1, 1000, N_DRAWS))
    return {"seeds": seeds.astype(np.int64), "n_context": np.asarray(sizes[0])}


def _read(case: Case, outputs: Arrays) -> tuple[np.ndarray, ...]:
    n_context = int(case["n_context"])
    shapes = dict(zip(SHAPES, ((n_context, 1), (n_context, 1), (1,), (1,)), strict=True))
    for name, shape in shapes.items():
        came = outputs[name].shape[1:]
        if came != shape or outputs[f"{name} again"].shape != shape:
            raise UnreadableAnswerError(f"{name} came back as {list(came)}; expected {list(shape)}")
        if len(outputs[name]) != N_DRAWS:
            raise UnreadableAnswerError(f"{len(outputs[name])} draws came back")
        if not np.all(np.abs(outputs[name]) < 1e6):
            raise UnreadableAnswerError(f"{name} holds NaN, infinite or absurdly large entries")
    flat = (np.asarray(outputs[name], np.float64) for name in SHAPES)
    return tuple(values.reshape(len(values), -1) for values in flat)


def waves(xs: np.ndarray, ys: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Recover amplitude and phase of every draw, and the largest misfit.

    A sin(x + φ) = (A cos φ) sin x + (A sin φ) cos x: two unknowns, found by least squares.
    """
    found, misfit = [], 0.0
    for x, y in zip(xs, ys, strict=True):
        basis = np.stack([np.sin(x), np.cos(x)], axis=1)
        weights = np.linalg.lstsq(basis, y, rcond=None)[0]
        misfit = max(misfit, float(np.abs(basis @ weights - y).max()))
        found.append(weights)
    along, across = np.transpose(found)
    # A phase of almost 0 may come out as slightly less, and must not turn into one of almost 2 pi.
    phases = np.mod(np.arctan2(across, along) + 0.5, 2 * np.pi) - 0.5
    return np.hypot(along, across), phases, misfit


def _places(case: Case, outputs: Arrays) -> tuple[dict[str, np.ndarray], float, float]:
    """Return where each quantity lies in its interval, 0 to 1, and the misfits."""
    xs, ys, x_query, y_query = _read(case, outputs)
    amplitudes, phases, misfit = waves(xs, ys)
    answers = amplitudes * np.sin(x_query[:, 0] + phases)
    low, high = AMPLITUDES
    places = {
        "amplitude": (amplitudes - low) / (high - low),
        "phase": phases / np.pi,
        "first input": (xs[:, 0] + INPUT_RANGE) / (2 * INPUT_RANGE),
        "query input": (x_query[:, 0] + INPUT_RANGE) / (2 * INPUT_RANGE),
    }
    return places, misfit, float(np.abs(answers - y_query[:, 0]).max())


def _pairs() -> list[tuple[str, str]]:
    return [(a, b) for n, a in enumerate(QUANTITIES) for b in QUANTITIES[n + 1 :]]


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    spreads = a.std() * b.std()
    return float(np.mean((a - a.mean()) * (b - b.mean())) / spreads) if spreads > 1e-9 else 0.0


def observe(case: Case, outputs: Arrays) -> Arrays:
    """See of many draws what their law says."""
    places, misfit, query_misfit = _places(case, outputs)
    xs = np.asarray(outputs["xs"], np.float64)[..., 0]
    changes = [np.abs(outputs[name][0] - outputs[f"{name} again"]).max() for name in SHAPES]
    seen: dict[str, float] = {
        "another task from the same key": max(changes),
        "misfit of a sine to the context": misfit,
        "misfit of the answer to the context's sine": query_misfit,
        "share of inputs of their own": len(np.unique(xs)) / xs.size,
    }
    for name, values in places.items():
        seen[f"mean place of the {name} in its interval"] = values.mean()
        seen[f"spread of the {name} over its interval"] = values.std() * np.sqrt(12)
        seen[f"{name} outside its interval"] = max(-values.min(), values.max() - 1, 0.0)
        seen[f"distance of the {name} from its law"] = _distance(values)
        seen[f"lowest place of the {name} in its interval"] = values.min()
        seen[f"highest place of the {name} in its interval"] = values.max()
    every = (xs + INPUT_RANGE) / (2 * INPUT_RANGE)
    seen["an input outside its interval"] = max(-every.min(), every.max() - 1, 0.0)
    seen["distance of all inputs from their law"] = _distance(every)
    for a, b in _pairs():
        seen[f"correlation of {a} and {b}"] = _correlation(places[a], places[b])
    with np.errstate(all="ignore"):  # inputs that never vary have no correlation
        columns = np.column_stack(
            [places["amplitude"], places["phase"], every, places["query input"]]
        )
        among = np.corrcoef(columns.T) - np.eye(columns.shape[1])
    seen["largest correlation among all draws"] = float(np.nan_to_num(np.abs(among), nan=1.0).max())
    return {name: np.asarray(value, np.float64) for name, value in seen.items()}


def _distance(places: np.ndarray) -> float:
    """Return how far numbers are from the uniform law on (0, 1), as Kolmogorov and Smirnov do."""
    ordered = np.sort(places, axis=None)
    steps = np.arange(len(ordered) + 1) / len(ordered)
    return float(max((steps[1:] - ordered).max(), (ordered - steps[:-1]).max()))


def oracle(case: Case) -> Arrays:
    """Return what a right answer shows, but for chance."""
    expected = dict.fromkeys(bounds(case, N_DRAWS), 0.0)
    expected |= dict.fromkeys(
        (f"mean place of the {name} in its interval" for name in QUANTITIES), 0.5
    )
    expected |= dict.fromkeys(
        (f"spread of the {name} over its interval" for name in QUANTITIES), 1.0
    )
    highest = (f"highest place of the {name} in its interval" for name in QUANTITIES)
    expected |= dict.fromkeys(highest, 1.0)
    expected |= {"share of inputs of their own": 1.0}
    return {name: np.asarray(value) for name, value in expected.items()}


def bounds(case: Case, n_draws: int) -> dict[str, float]:
    """Return how far chance may take what is seen of so many draws from what is expected."""
    n_inputs = n_draws * int(case["n_context"])
    correlation = T / np.sqrt(n_draws - 2 + T**2)
    found = {
        "another task from the same key": EXACT,
        "misfit of a sine to the context": EXACT,
        "misfit of the answer to the context's sine": EXACT,
        # Of floats with 23 bits some come twice: of n some n²/2 pairs, each once in eight million.
        "share of inputs of their own": 0.05,
        "an input outside its interval": EXACT,
        "distance of all inputs from their law": 3.1 / np.sqrt(n_inputs),
        "largest correlation among all draws": correlation,
    }
    for name in QUANTITIES:
        found[f"mean place of the {name} in its interval"] = 6 * np.sqrt(1 / 12 / n_draws)
        # All of n numbers keep away by 20 / n from an end of their interval: a chance of exp(-20).
        found[f"lowest place of the {name} in its interval"] = 20 / n_draws
        found[f"highest place of the {name} in its interval"] = 20 / n_draws
        # The standard deviation of n uniform numbers has itself one of sqrt(.2 / n), relative.
        found[f"spread of the {name} over its interval"] = 6 * np.sqrt(0.2 / n_draws)
        found[f"{name} outside its interval"] = 10 * EXACT
        found[f"distance of the {name} from its law"] = 3.1 / np.sqrt(n_draws)
    return found | {f"correlation of {a} and {b}": correlation for a, b in _pairs()}


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Turn bounds into the scales that the verdict multiplies by rounding."""
    n_draws = len(outputs["xs"]) if np.ndim(outputs.get("xs", 0.0)) else N_DRAWS
    unit = ROUNDING * FLOAT32_EPS
    return {name: np.asarray(b / unit) for name, b in bounds(case, max(n_draws, 3)).items()}


def _shows(name: str, seen: dict[str, float], cause: str, question: str) -> Misconception:
    arrays = {key: np.asarray(value) for key, value in seen.items()}
    return Misconception(name, lambda case: arrays, cause, question)


WHICH_KEY = "Go through the draws one by one: which key does each of them use?"

ONE_KEY_TWO_DRAWS = (
    _shows(
        "key-ignored",
        {
            "spread of the amplitude over its interval": 0.0,
            "spread of the phase over its interval": 0.0,
        },
        "every key gives the same wave.",
        "Where does the key that you were given enter?",
    ),
    _shows(
        "inputs-all-the-same",
        {"share of inputs of their own": 0.0},
        "every key gives the same inputs.",
        "Where does the key that you were given enter?",
    ),
    _shows(
        "one-key-for-amplitude-and-phase",
        {"correlation of amplitude and phase": 1.0},
        "amplitude and phase still come from one key: either tells the other.",
        "A uniform draw is a function of its key. What if two draws get the same one?",
    ),
    _shows(
        "amplitude-tells-the-inputs",
        {"correlation of amplitude and first input": 1.0},
        "the amplitude and the inputs come from one key.",
        WHICH_KEY,
    ),
    _shows(
        "phase-tells-the-inputs",
        {"correlation of phase and first input": 1.0},
        "the phase and the inputs come from one key.",
        WHICH_KEY,
    ),
    _shows(
        "amplitude-tells-the-query",
        {"correlation of amplitude and query input": 1.0},
        "the amplitude and the query come from one key.",
        WHICH_KEY,
    ),
    _shows(
        "phase-tells-the-query",
        {"correlation of phase and query input": 1.0},
        "the phase and the query come from one key.",
        WHICH_KEY,
    ),
    _shows(
        "query-among-the-examples",
        {"correlation of first input and query input": 1.0},
        "the query is the first example once more.",
        "What is there left to learn if the prompt already holds the question and its answer?",
    ),
    _shows(
        "cosine",
        {
            "mean place of the phase in its interval": 1.0,
            "spread of the phase over its interval": 1.0,
        },
        "the waves are a quarter of a period early, as cosines are.",
        "At phase 0 and x = 0, what is A sin(x + phase)?",
    ),
)
