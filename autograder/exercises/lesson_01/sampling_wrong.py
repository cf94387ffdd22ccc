"""Wrong ideas about sampling a task, each as what it shows."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.lesson_01 import sampling
from autograder.exercises.lesson_01.sampling import (
    COPIED,
    LEAN,
    QUERY,
    REUSED,
    SUSPECT,
    XS,
    W,
    correlation_of,
    ratio_of,
    same_of,
)

SHARED = 0.9772
"""The correlation of a normal number and the uniform one made of the same bits, sqrt(3 / pi)."""

WHICH_KEYS = "How many arrays are drawn, and how many keys come out of your split?"
WHICH_LAW = "Between which two numbers should a coordinate lie, and how likely is each part?"
WHICH_MAP = "Which of W, xs and x_query are drawn once, and what follows from them without chance?"


def _seen(
    name: str,
    expected: Callable[[Case], dict[str, float]],
    cause: str,
    question: str,
) -> Misconception:
    """Make a wrong oracle of what is seen, as far as the case has enough numbers to see it."""

    def oracle(case: Case) -> Arrays:
        known = sampling.bounds(case)
        seen = expected(case)
        return {
            key: np.asarray(value)
            for key, value in seen.items()
            if key in known or key.startswith(SUSPECT)
        }

    return Misconception(name, oracle, cause, question)


def _shared(w_xs: float, w_query: float, xs_query: float) -> Callable[[Case], dict[str, float]]:
    return lambda case: {
        correlation_of(W, XS): w_xs,
        correlation_of(W, QUERY): w_query,
        correlation_of(XS, QUERY): xs_query,
        same_of(W): 0.0,
        same_of(XS): 0.0,
    }


def _same(w: float, xs: float, query: float) -> Callable[[Case], dict[str, float]]:
    return lambda case: {same_of(W): w, same_of(XS): xs, same_of(QUERY): query}


def _width(variance: Callable[[float], float]) -> Callable[[Case], dict[str, float]]:
    """Expect centred inputs with some variance, in place of a²/3."""

    def expected(case: Case) -> dict[str, float]:
        half_width = float(case["input_range"])
        ratio = float(np.log(variance(half_width) / (half_width**2 / 3)))
        return {LEAN: 0.0, ratio_of(XS): ratio, ratio_of(QUERY): ratio}

    return expected


def _suspect(name: str) -> Callable[[Case], dict[str, float]]:
    return lambda case: {SUSPECT + name: 1.0}


SAMPLE_TASK = (
    _seen(
        "key-ignored",
        _same(1.0, 1.0, 1.0),
        "every key gives the same task: the key that is passed in is not used.",
        "If a network trains on your tasks for 5,000 steps, how many different ones does it see?",
    ),
    _seen(
        "teacher-frozen",
        _same(1.0, 0.0, 0.0),
        "every key gives the same W: only the inputs change.",
        "What would be left to learn from the context if W were always the same?",
    ),
    _seen(
        "hidden-state",
        _suspect("a state besides the key"),
        "the same key gave another task the second time: some state besides the key is read.",
        "What, apart from its arguments, does your function read or change?",
    ),
    _seen(
        "one-key-for-all",
        _shared(SHARED, SHARED, 1.0),
        "one key draws everything, so everything is made of the same random bits.",
        WHICH_KEYS,
    ),
    _seen(
        "teacher-and-inputs",
        _shared(SHARED, 0.0, 0.0),
        "W and the context's inputs are drawn with the same key.",
        WHICH_KEYS,
    ),
    _seen(
        "teacher-and-query",
        _shared(0.0, SHARED, 0.0),
        "W and the query are drawn with the same key.",
        WHICH_KEYS,
    ),
    _seen(
        "inputs-and-query",
        _shared(0.0, 0.0, 1.0),
        "the query is the first context input: drawn with the same key, or copied.",
        "If the query is an example, is anything left to predict?",
    ),
    _seen(
        "query-in-context",
        lambda case: {COPIED: 1.0},
        "the query is one of the context's inputs.",
        "If the query is an example, is anything left to predict?",
    ),
    _seen(
        "inputs-not-centred",
        lambda case: {f"mean of {XS}": 0.5, ratio_of(XS): 0.0},
        "the inputs are uniform on (0, a): jax.random.uniform starts at 0 unless told otherwise.",
        WHICH_LAW,
    ),
    _seen(
        "inputs-normal",
        _width(lambda half_width: 1.0),
        "the inputs have the law N(0, 1).",
        WHICH_LAW,
    ),
    _seen(
        "inputs-normal-scaled",
        _width(lambda half_width: half_width**2),
        "the inputs are normal, with input_range for their standard deviation.",
        WHICH_LAW,
    ),
    _seen(
        "range-one",
        _width(lambda half_width: 1 / 3),
        "the inputs are uniform on (-1, 1), whatever input_range is.",
        "What should change when input_range doubles?",
    ),
    _seen(
        "range-one-half",
        _width(lambda half_width: 1 / 12),
        "the inputs are uniform on (-1/2, 1/2), whatever input_range is.",
        "What should change when input_range doubles?",
    ),
    _seen(
        "half-the-range",
        _width(lambda half_width: half_width**2 / 12),
        "the inputs reach only half as far as asked: input_range is the half width.",
        WHICH_LAW,
    ),
    _seen(
        "another-teacher",
        _suspect("another map for the query"),
        "the query's target comes from another W than the context's.",
        WHICH_MAP,
    ),
    _seen(
        "teacher-per-example",
        _suspect("a map for each example"),
        "no one W gives the context's targets: each example has a map of its own, or none.",
        WHICH_MAP,
    ),
    _seen(
        "label-noise",
        _suspect("noise on the context's targets"),
        "the context's targets carry noise.",
        WHICH_MAP,
    ),
    _seen(
        "query-noise",
        _suspect("noise on the query's target"),
        "the query's target carries noise.",
        WHICH_MAP,
    ),
    _seen(
        "teacher-scaled-down",
        lambda case: {
            ratio_of(W): -float(np.log(case["d_x"])),
            f"mean of {W}": 0.0,
            sampling.UNEXPLAINED: 0.0,
            sampling.NEIGHBOURS: 0.0,
        },
        "W is divided by sqrt(d_x).",
        "What is the variance of an entry of W?",
    ),
    _seen(
        "teacher-uniform",
        lambda case: {
            ratio_of(W): -float(np.log(3)),
            sampling.UNEXPLAINED: 0.0,
            sampling.NEIGHBOURS: 0.0,
        },
        "the entries of W are uniform on (-1, 1), or have that variance.",
        "Which law do the entries of W have?",
    ),
    _seen(
        "key-used-after-split",
        lambda case: dict.fromkeys(sampling.bounds(case), 0.0) | {REUSED: 1.0},
        "a key is used twice: for a split and for a draw, or for two splits.",
        "After a split, which of the keys may still be used?",
    ),
)
