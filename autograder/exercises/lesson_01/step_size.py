"""The best single step and its loss: by brute force over index patterns, with no closed form.

E tr S² is a sum over two examples and two coordinates. Each of its terms is the mean of a product
of four numbers, and factors into moments, which are integrals of the density.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.probes import learning_rate


def draw_setting(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a half width for a number of examples and of inputs."""
    n_context, d_x = sizes
    return {
        "input_range": learning_rate(generator),
        "n_context": np.asarray(n_context),
        "d_x": np.asarray(d_x),
    }


class Setting(NamedTuple):
    """Half width, N and d."""

    half_width: float
    n_context: int
    d_x: int


def setting(case: Case) -> Setting:
    """Read a case."""
    return Setting(float(case["input_range"]), int(case["n_context"]), int(case["d_x"]))


def moment(half_width: float, power: int) -> float:
    """Integrate z^power over the uniform density, by a rule that is exact for it."""
    points, weights = np.polynomial.legendre.leggauss(8)
    return float(np.sum(weights / 2 * (half_width * points) ** power))


@functools.lru_cache(maxsize=256)
def traces(here: Setting) -> tuple[float, float]:
    """Return E tr S and E tr S², S the mean of x x^T, term by term."""
    half_width, n_context, d_x = here
    moments = [moment(half_width, power) for power in range(5)]
    first = sum(moments[2] for _ in range(n_context) for _ in range(d_x)) / n_context
    second = 0.0
    for i in range(n_context):
        for other in range(n_context):
            for a in range(d_x):
                for b in range(d_x):
                    # x_ia x_ib x_oa x_ob: how often does each of the numbers occur?
                    count: dict[tuple[int, int], int] = {}
                    for number in ((i, a), (i, b), (other, a), (other, b)):
                        count[number] = count.get(number, 0) + 1
                    second += float(np.prod([moments[times] for times in count.values()]))
    return first, second / n_context**2


def loss_at(here: Setting, rate: float) -> float:
    """Return the loss of one step: E |(I - eta S) w|² times half the variance of a coordinate."""
    first, second = traces(here)
    return moment(here.half_width, 2) / 2 * (here.d_x - 2 * rate * first + rate**2 * second)


def best(here: Setting) -> float:
    """Return the step size of the lowest loss: the loss is a parabola, known from three points."""
    low, middle, high = (loss_at(here, rate) for rate in (0.0, 1.0, 2.0))
    bend = (high - 2 * middle + low) / 2
    return -(middle - low - bend) / (2 * bend)


def step_size(case: Case) -> Arrays:
    """Return what a right answer gives."""
    return {"step size": np.asarray(best(setting(case)))}


def loss(case: Case) -> Arrays:
    """Return what a right answer gives."""
    here = setting(case)
    return {"loss": np.asarray(loss_at(here, best(here)))}


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Sum absolute terms: the loss is a difference of two, of which one is the zero predictor's."""
    here = setting(case)
    return {"step size": np.asarray(best(here)), "loss": np.asarray(loss_at(here, 0.0))}


Guess = Callable[[Setting], float]
"""E tr S² as somebody takes it to be."""


def _variance(here: Setting) -> float:
    return here.half_width**2 / 3


def _guess(fourth_norm: Callable[[float, float, int], float]) -> Guess:
    """Make a guess at E tr S² of one at E|x|⁴, from s, a and d."""

    def second(here: Setting) -> float:
        s, n, d = _variance(here), here.n_context, here.d_x
        return fourth_norm(s, here.half_width, d) / n + (n - 1) / n * d * s**2

    return second


GUESSES: dict[str, tuple[Guess, str, str]] = {
    "normal-fourth-moment": (
        _guess(lambda s, a, d: d * (d + 2) * s**2),
        "the fourth moment is that of a normal coordinate, 3 s^2.",
        "What is the integral of z^4 over the uniform density on (-a, a)?",
    ),
    "fourth-is-square-of-second": (
        _guess(lambda s, a, d: d**2 * s**2),
        "E|x|^4 is taken for (E|x|^2)^2: z^2 has a variance of its own.",
        "For one coordinate, is the mean of z^4 the square of the mean of z^2?",
    ),
    "no-cross-coordinates": (
        _guess(lambda s, a, d: d * a**4 / 5),
        "in E|x|^4 the products of two different coordinates are left out.",
        "(z_1^2 + z_2^2)^2 has three kinds of terms. Which of them has mean s^2?",
    ),
    "meets-itself-too-often": (
        _guess(lambda s, a, d: d * a**4 / 5 + d**2 * s**2),
        "a pair of equal ones is counted among the pairs of different ones too: of coordinates, "
        "in E|x|^4, or of examples.",
        "Of the d^2 pairs of coordinates, how many are pairs of different ones? And of the N^2 "
        "pairs of examples?",
    ),
    "half-the-pairs": (
        _guess(lambda s, a, d: d * a**4 / 5 + d * (d - 1) / 2 * s**2),
        "in E|x|^4 each pair of coordinates is counted once, not twice.",
        "When you multiply out (z_1^2 + z_2^2)^2, how often does z_1^2 z_2^2 come?",
    ),
    "trace-squared": (
        lambda here: (
            _guess(lambda s, a, d: d * a**4 / 5 + d * (d - 1) * s**2)(here)
            + (here.n_context - 1)
            / here.n_context
            * (here.d_x**2 - here.d_x)
            * _variance(here) ** 2
        ),
        "for two different examples (tr S)^2 is taken for tr S^2.",
        "For independent x and x', what is the mean of (x . x')^2, term by term?",
    ),
    "one-example": (
        lambda here: (
            here.d_x * here.half_width**4 / 5 + here.d_x * (here.d_x - 1) * _variance(here) ** 2
        ),
        "pairs of different examples are left out: this is E tr S^2 for N = 1.",
        "As N grows, S tends to s times the identity. What becomes of the best step then?",
    ),
    "many-examples": (
        lambda here: here.d_x * _variance(here) ** 2,
        "S is taken for its mean s I: that holds for many examples only.",
        "If S were s I on every task, what would the best step leave of the error?",
    ),
}


def _best(here: Setting, second: float, first: float | None = None) -> float:
    return (here.d_x * _variance(here) if first is None else first) / second


def _sized(name: str, size: Callable[[Setting], float], cause: str, question: str) -> Misconception:
    return Misconception(
        name, lambda case: {"step size": np.asarray(size(setting(case)))}, cause, question
    )


def _of(change: Callable[[Setting], Setting]) -> Callable[[Setting], float]:
    return lambda here: best(change(here))


HALF = "The gradient is that of the half mean square. What is the derivative of half a square?"
WHICH_WIDTH = "Over which interval is the density of a coordinate, and how high is it there?"
STEP = "In W <- W - eta dL/dW, is the 1/N in eta or in the gradient?"


def _guessed(second: Callable[..., Any]) -> Callable[..., Any]:
    """Return the best step size for a wrong second moment of the Gram matrix."""
    return lambda here: _best(here, second(here))


BEST_STEP_SIZE = (
    *(
        _sized(name, _guessed(second), cause, question)
        for name, (second, cause, question) in GUESSES.items()
    ),
    _sized(
        "eta-over-n",
        lambda here: best(here) / here.n_context,
        "this is eta/N, the factor of the sum over examples.",
        STEP,
    ),
    _sized(
        "eta-times-n",
        lambda here: best(here) * here.n_context,
        "this is N eta: the step size of the mean gradient is asked for.",
        STEP,
    ),
    _sized(
        "full-square",
        lambda here: best(here) / 2,
        "this is the step size for the full square, whose gradient is twice as long.",
        HALF,
    ),
    _sized(
        "twice",
        lambda here: 2 * best(here),
        "this is twice the best step: there the loss is that of no step at all.",
        "At which eta is the derivative of the loss 0?",
    ),
    _sized(
        "inverse",
        lambda here: 1 / best(here),
        "this is one over the step size.",
        "If inputs are twice as long, S is four times as large. Which way must eta go?",
    ),
    _sized(
        "range-is-the-width",
        _of(lambda here: here._replace(half_width=here.half_width / 2)),
        "input_range is taken for the whole width of the interval.",
        WHICH_WIDTH,
    ),
    _sized(
        "range-one",
        _of(lambda here: here._replace(half_width=1.0)),
        "this is the step size for U(-1, 1), whatever input_range is.",
        "If inputs are twice as long, S is four times as large. Which way must eta go?",
    ),
    _sized(
        "range-one-half",
        _of(lambda here: here._replace(half_width=0.5)),
        "this is the step size for U(-1/2, 1/2), whatever input_range is.",
        "If inputs are twice as long, S is four times as large. Which way must eta go?",
    ),
    _sized(
        "sizes-swapped",
        _of(lambda here: Setting(here.half_width, here.d_x, here.n_context)),
        "N and d have changed places.",
        "Which of the two sums in E tr S^2 runs over examples?",
    ),
)


def _lost(name: str, value: Callable[[Setting], float], cause: str, question: str) -> Misconception:
    return Misconception(
        name, lambda case: {"loss": np.asarray(value(setting(case)))}, cause, question
    )


def _claimed(second: Guess) -> Callable[[Setting], float]:
    """Return the loss that somebody would claim who takes E tr S² for something else."""

    def claimed(here: Setting) -> float:
        s, d = _variance(here), here.d_x
        return s / 2 * (d - (d * s) ** 2 / second(here))

    return claimed


def _left(here: Setting) -> float:
    return 2 * loss_at(here, best(here)) / _variance(here)


WHOSE = "The error W x_q - y_q is a number. What is the mean of its square over x_q?"

BEST_ONE_STEP_LOSS = (
    *(
        _lost(name, _claimed(second), cause, question)
        for name, (second, cause, question) in GUESSES.items()
    ),
    _lost(
        "full-square",
        lambda here: 2 * loss_at(here, best(here)),
        "the half of the half squared error is missing.",
        "What does the zero predictor lose: half the variance of a target, or all of it?",
    ),
    _lost(
        "distance-of-weights",
        _left,
        "this is the mean of |w - w_1|^2, the distance of the weights: the query is missing.",
        WHOSE,
    ),
    _lost(
        "half-distance-of-weights",
        lambda here: _left(here) / 2,
        "this is half the mean of |w - w_1|^2, the distance of the weights: the query is missing.",
        WHOSE,
    ),
    _lost(
        "zero-predictor",
        lambda here: loss_at(here, 0.0),
        "this is the loss of predicting 0.",
        "How much does the step take away?",
    ),
    _lost(
        "gain",
        lambda here: loss_at(here, 0.0) - loss_at(here, best(here)),
        "this is what the step takes away from the loss, not what it leaves.",
        "With very many examples, should the loss go to 0 or to that of the zero predictor?",
    ),
    _lost(
        "share",
        lambda here: loss_at(here, best(here)) / loss_at(here, 0.0),
        "this is the share of the zero predictor's loss that is left.",
        "If inputs are twice as long, should the loss change?",
    ),
    _lost(
        "half-the-step",
        lambda here: loss_at(here, best(here) / 2),
        "this is the loss at half the best step.",
        "At which eta is the derivative of the loss 0?",
    ),
    _lost(
        "range-is-the-width",
        lambda here: _loss_of(here._replace(half_width=here.half_width / 2)),
        "input_range is taken for the whole width of the interval.",
        WHICH_WIDTH,
    ),
    _lost(
        "range-one",
        lambda here: _loss_of(here._replace(half_width=1.0)),
        "this is the loss for U(-1, 1), whatever input_range is.",
        "If inputs are twice as long, should the loss change?",
    ),
    _lost(
        "range-one-half",
        lambda here: _loss_of(here._replace(half_width=0.5)),
        "this is the loss for U(-1/2, 1/2), whatever input_range is.",
        "If inputs are twice as long, should the loss change?",
    ),
    _lost(
        "sizes-swapped",
        lambda here: _loss_of(Setting(here.half_width, here.d_x, here.n_context)),
        "N and d have changed places.",
        "Which of the two sums in E tr S^2 runs over examples?",
    ),
)


def _loss_of(here: Setting) -> float:
    return loss_at(here, best(here))
