"""The loss of a frozen step on other tasks: moments counted index by index, and wrong ideas."""

import itertools
from collections import Counter
from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception

Traces = Callable[[Case], float]


def draw_shift(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a frozen step, and tasks of another size, scale and law."""
    n_trained, n_context, d_x = sizes
    variance = generator.uniform(0.3, 2.5)
    return {
        "learning_rate": np.asarray(generator.uniform(0.3, 1.4) / variance, np.float32),
        "n_trained": np.asarray(n_trained),
        "n_context": np.asarray(n_context),
        "d_x": np.asarray(d_x),
        "variance": np.asarray(variance, np.float32),
        "fourth_moment": np.asarray(generator.uniform(1.2, 6.0) * variance**2, np.float32),
        "teacher_scale": np.asarray(generator.choice([0.6, 1.7]) * generator.uniform(0.8, 1.2)),
    }


def squared_trace(case: Case) -> float:
    """Return E tr H² for H = sum_i x_i x_i^T, by looking at every product of four coordinates.

    tr H² = sum over i, j, a, b of x_ia x_ja x_ib x_jb. Coordinates are independent with mean 0, so
    a product counts only if each of them appears an even number of times.
    """
    n_context, d_x = int(case["n_context"]), int(case["d_x"])
    moments = {2: float(case["variance"]), 4: float(case["fourth_moment"])}
    examples, inputs = range(n_context), range(d_x)
    total = 0.0
    for i, j, a, b in itertools.product(examples, examples, inputs, inputs):
        powers = Counter([(i, a), (j, a), (i, b), (j, b)]).values()
        total += float(np.prod([moments.get(power, 0.0) for power in powers]))
    return total


def _by_formula(
    *, same: Callable[[float, float, int], float] | None = None, pairs: Traces | None = None
) -> Traces:
    """Return E tr H² in closed form, with one of its two parts replaced."""

    def trace(case: Case) -> float:
        n, d = int(case["n_context"]), int(case["d_x"])
        s, f = float(case["variance"]), float(case["fourth_moment"])
        once = (same or (lambda s, f, d: d * f + d * (d - 1) * s**2))(s, f, d)
        twice = pairs(case) if pairs else n * (n - 1) * d * s**2
        return n * once + twice

    return trace


def loss(
    case: Case,
    trace: Traces = squared_trace,
    *,
    step: Callable[[Case], float] = lambda case: (
        float(case["learning_rate"]) / float(case["n_trained"])
    ),
    cross: float = 2.0,
    half: float = 0.5,
    teacher_power: float = 2.0,
    query_power: float = 1.0,
    square_power: float = 2.0,
) -> float:
    """Return the expected loss, term by term; the arguments are what may go wrong with it."""
    n, d, s = int(case["n_context"]), int(case["d_x"]), float(case["variance"])
    a = step(case)
    left = d - cross * a * n * d * s + a**square_power * trace(case)
    return half * float(case["teacher_scale"]) ** teacher_power * s**query_power * left


def oracle(case: Case) -> Arrays:
    """Return the expected loss."""
    return {"loss": np.asarray(loss(case))}


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Add up the absolute terms."""
    return {"loss": np.asarray(loss(case, cross=-2.0))}


def _wrong(name: str, cause: str, question: str, *args: Traces, **how: object) -> Misconception:
    return Misconception(
        name,
        lambda case: {"loss": np.asarray(loss(case, *args, **how))},  # type: ignore[arg-type]
        cause,
        question,
    )


def _own_size(case: Case) -> float:
    return float(case["learning_rate"]) / float(case["n_context"])


FOURTH = "Write x_i . x_i squared as a double sum over coordinates. Which of its terms are x_ia^4?"

OUT_OF_DISTRIBUTION = (
    _wrong(
        "step-adapts",
        "the step is divided by the number of examples at hand, not by the one in the weights.",
        "The weights are frozen. Which N is written into them?",
        step=_own_size,
    ),
    _wrong(
        "no-mean",
        "the step is not divided by N at all.",
        "What factor stands before the sum over examples in the layer of Proposition 1?",
        step=lambda case: float(case["learning_rate"]),
    ),
    _wrong(
        "fixed-second-moment",
        "the sum of x_i x_i^T is taken for its mean: chance is left out.",
        "Is the mean of a square the square of the mean?",
        _by_formula(
            same=lambda s, f, d: d * s**2,
        ),
    ),
    _wrong(
        "norm-does-not-vary",
        "E|x|^4 is taken for (E|x|^2)^2.",
        FOURTH,
        _by_formula(same=lambda s, f, d: d**2 * s**2),
    ),
    _wrong(
        "fourth-moments-only",
        "of E|x|^4 only the fourth moments are there.",
        FOURTH,
        _by_formula(same=lambda s, f, d: d * f),
    ),
    _wrong(
        "normal-fourth-moment",
        "the fourth moment is that of a normal law, whatever the law.",
        "Which of the arguments have you not used?",
        _by_formula(same=lambda s, f, d: 3 * d * s**2 + d * (d - 1) * s**2),
    ),
    _wrong(
        "pairs-forgotten",
        "the terms with two different examples are missing from E tr H^2.",
        "What is E (x_i . x_j)^2 for two independent inputs?",
        _by_formula(pairs=lambda case: 0.0),
    ),
    _wrong(
        "pairs-all-coordinates",
        "for two different examples E (x_i . x_j)^2 is taken to be d^2 s^2.",
        "Of the d^2 products x_ia x_ja x_ib x_jb, how many have a mean that is not 0?",
        _by_formula(
            pairs=lambda case: (
                int(case["n_context"])
                * (int(case["n_context"]) - 1)
                * (int(case["d_x"]) * float(case["variance"])) ** 2
            )
        ),
    ),
    _wrong(
        "full-square",
        "this is the full squared error, not half of it.",
        "What does the loss of this course have before the square?",
        half=1.0,
    ),
    _wrong(
        "teacher-not-squared",
        "the teacher's scale enters once.",
        "If all targets double, what becomes of a squared error?",
        teacher_power=1.0,
    ),
    _wrong(
        "teacher-forgotten",
        "the teacher's scale does not enter.",
        "If all targets double, what becomes of a squared error?",
        teacher_power=0.0,
    ),
    _wrong(
        "query-forgotten",
        "the mean over the query is missing.",
        "What is the mean of (m . x_q)^2 for a fixed vector m?",
        query_power=0.0,
    ),
    _wrong(
        "cross-term-once",
        "the cross term counts once.",
        "What is (1 - h)^2, multiplied out?",
        cross=1.0,
    ),
    _wrong(
        "cross-term-sign",
        "the cross term is added.",
        "What is (1 - h)^2, multiplied out?",
        cross=-2.0,
    ),
    _wrong(
        "step-not-squared",
        "the step size is not squared in the last term.",
        "What is (1 - h)^2, multiplied out?",
        square_power=1.0,
    ),
)
