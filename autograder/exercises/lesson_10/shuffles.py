"""Order sensitivity: a black box whose examples count by their place, in loops."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.probes import float64, normal


def draw_prompts(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw prompts, orders that are no orders of a small group, and the weights of the places."""
    n_prompts, n_context, d_x, n_orders = sizes
    orders = np.stack([generator.permutation(n_context) for _ in range(n_orders)])
    return {
        "places": (1 + normal(generator, n_context) / 2) / np.float32(2),
        "xs": normal(generator, n_prompts, n_context, d_x),
        "ys": (normal(generator, n_prompts, n_context, 1) + np.float32(0.5)),
        "x_queries": normal(generator, n_prompts, d_x),
        "orders": orders,
    }


Prompt = tuple[np.ndarray, np.ndarray, np.ndarray]
Shuffle = Callable[[Prompt, np.ndarray], Prompt]


def black_box(places: np.ndarray, prompt: Prompt) -> float:
    """Return the prediction, a sum in which examples count by their place."""
    xs, ys, x_query = prompt
    total = 0.25 * float(ys[0, 0])
    for place, x, y in zip(places, xs, ys[:, 0], strict=True):
        total += place * y * np.tanh(x @ x_query)
    return float(total)


def _whole(prompt: Prompt, order: np.ndarray) -> Prompt:
    xs, ys, x_query = prompt
    return xs[order], ys[order], x_query


def predictions(case: Case, shuffle: Shuffle = _whole) -> np.ndarray:
    """Return the predictions, [n_prompts, n_orders]."""
    places, xs, ys, x_queries = float64(case, "places", "xs", "ys", "x_queries")
    found = [
        [black_box(places, shuffle(prompt, order)) for order in case["orders"]]
        for prompt in zip(xs, ys, x_queries, strict=True)
    ]
    return np.array(found)


def ratio(found: np.ndarray) -> float:
    """Return the root of the mean variance over orders, by the root of the mean square."""
    return float(np.sqrt(np.mean(np.var(found, axis=1)) / np.mean(found**2)))


def sensitivity(case: Case) -> Arrays:
    """Return what a right answer gives."""
    return {"sensitivity": np.asarray(ratio(predictions(case)))}


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Differences of predictions are off by the rounding of the predictions' absolute terms."""
    places, ys = float64(case, "places", "ys")
    terms = np.abs(places).sum() * np.abs(ys).max() + 0.25 * np.abs(ys).max()
    size = np.sqrt(np.mean(predictions(case) ** 2))
    return {"sensitivity": np.asarray(1 + terms / size)}


def _wrong(name: str, made: Callable[[Case], float], cause: str, question: str) -> Misconception:
    return Misconception(
        name, lambda case: {"sensitivity": np.asarray(made(case))}, cause, question
    )


def _xs_only(prompt: Prompt, order: np.ndarray) -> Prompt:
    xs, ys, x_query = prompt
    return xs[order], ys, x_query


def _ys_only(prompt: Prompt, order: np.ndarray) -> Prompt:
    xs, ys, x_query = prompt
    return xs, ys[order], x_query


def _back(prompt: Prompt, order: np.ndarray) -> Prompt:
    return _whole(prompt, np.argsort(order))


def _by_first(case: Case) -> float:
    found = predictions(case)
    return float(np.sqrt(np.mean((found - found[:, :1]) ** 2) / np.mean(found**2)))


def _unbiased(case: Case) -> float:
    found = predictions(case)
    return float(np.sqrt(np.mean(np.var(found, axis=1, ddof=1)) / np.mean(found**2)))


def _by_prompt(case: Case) -> float:
    found = predictions(case)
    return float(np.mean(np.std(found, axis=1) / np.sqrt(np.mean(found**2, axis=1))))


def _mean_of_deviations(case: Case) -> float:
    found = predictions(case)
    return float(np.mean(np.std(found, axis=1)) / np.sqrt(np.mean(found**2)))


def _by_spread(case: Case) -> float:
    found = predictions(case)
    return float(np.sqrt(np.mean(np.var(found, axis=1))) / np.std(found))


PAIRS = "Which y belongs to x_3 after the shuffle?"
UNIT = "In which unit is the spread over orders to be given?"


ORDER_SENSITIVITY = (
    _wrong(
        "inputs-only",
        lambda case: ratio(predictions(case, _xs_only)),
        "inputs are shuffled without their targets: these are other tasks, not other orders.",
        PAIRS,
    ),
    _wrong(
        "targets-only",
        lambda case: ratio(predictions(case, _ys_only)),
        "targets are shuffled without their inputs: these are other tasks, not other orders.",
        PAIRS,
    ),
    _wrong(
        "inverse-order",
        lambda case: ratio(predictions(case, _back)),
        "orders are undone, not done: example i went to place order[i].",
        "Which example stands first for the order [2, 0, 1]?",
    ),
    _wrong(
        "not-relative",
        lambda case: float(np.sqrt(np.mean(np.var(predictions(case), axis=1)))),
        "the spread is not divided by the size of the predictions.",
        UNIT,
    ),
    _wrong(
        "squared",
        lambda case: ratio(predictions(case)) ** 2,
        "this is the ratio of squares: the roots are missing.",
        UNIT,
    ),
    _wrong(
        "over-prompts",
        lambda case: float(
            np.sqrt(np.mean(np.var(predictions(case), axis=0)) / np.mean(predictions(case) ** 2))
        ),
        "the spread is over prompts, not over orders.",
        "Along which axis does nothing but the order change?",
    ),
    _wrong(
        "over-everything",
        lambda case: float(np.std(predictions(case)) / np.sqrt(np.mean(predictions(case) ** 2))),
        "the spread is over prompts and orders together.",
        "Along which axis does nothing but the order change?",
    ),
    _wrong(
        "from-the-first-order",
        _by_first,
        "distances are taken from the first order, not from the mean over orders.",
        "From where does a variance measure?",
    ),
    _wrong(
        "one-order-fewer",
        _unbiased,
        "the variance is divided by the number of orders less 1.",
        "By what does a mean over orders divide?",
    ),
    _wrong(
        "prompt-by-prompt",
        _by_prompt,
        "ratios are averaged over prompts: a prompt with a prediction near 0 then rules.",
        "What comes first: the mean over prompts, or the division?",
    ),
    _wrong(
        "mean-of-roots",
        _mean_of_deviations,
        "standard deviations are averaged over prompts, not variances.",
        "What comes first: the mean over prompts, or the root?",
    ),
    _wrong(
        "by-the-spread",
        _by_spread,
        "the unit is the spread of the predictions, not their size.",
        UNIT,
    ),
)
