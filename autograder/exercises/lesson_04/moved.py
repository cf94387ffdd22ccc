"""A layer that moves inputs and targets: probes, oracle and wrong ideas, in NumPy float64.

The oracle moves all inputs by one d_x by d_x matrix and all slots by another. The wrong ideas sum
over tokens.
"""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.layer import apply_layer, check_weights, layer_magnitude, weights_of
from autograder.exercises.lesson_04.depth import LARGEST_DETOUR
from autograder.exercises.lesson_04.depth_wrong import FULL_SQUARE, HOW_OFTEN, n_context
from autograder.exercises.probes import float64, learning_rate, normal


def draw_moved(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw inputs and slots of all tokens, the query's slot too, and both parameters.

    γ is drawn so that no simple multiple of η or of η/N comes near it. Its sign comes with the
    sizes, so that every run has a γ of either sign.
    """
    size_context, d_x, sign = sizes
    rate = learning_rate(generator)
    gamma = float(rate) * generator.choice([0.37, 1.71]) * sign
    return {
        "xs": normal(generator, size_context, d_x),
        "ys": normal(generator, size_context, 1),
        "x_query": normal(generator, d_x),
        "query_slot": normal(generator, 1),
        "learning_rate": rate,
        "gamma": np.asarray(gamma, dtype=np.float32),
    }


def tokens_of(case: Case) -> np.ndarray:
    """Return the tokens before the layer."""
    xs, ys, x_query, query_slot = float64(case, "xs", "ys", "x_query", "query_slot")
    return np.vstack([np.hstack([xs, ys]), np.concatenate([x_query, query_slot])])


def moved(case: Case) -> Arrays:
    """Apply I - γ X X^T to every input, and take -η/N (sum_i s_i x_i) · x_j from every slot."""
    tokens = tokens_of(case)
    inputs, slots = tokens[:, :-1], tokens[:, -1]
    gram = sum(np.outer(x, x) for x in inputs[:-1])
    slope = sum(s * x for x, s in zip(inputs[:-1], slots[:-1], strict=True))
    shrink = np.eye(inputs.shape[1]) - float(case["gamma"]) * gram
    after = slots - float(case["learning_rate"]) / n_context(case) * inputs @ slope
    return {"tokens": np.hstack([inputs @ shrink, after[:, None]])}


def summed(
    case: Case, x_factor: float, y_factor: float, *, labels: float = 0.0, swapped: bool = False
) -> Arrays:
    """Add x_factor * sum_i x_i score_ij to inputs, and y_factor * sum_i s_i score_ij to slots.

    Arguments:
        case: the inputs.
        x_factor: -γ where it is right.
        y_factor: -η/N where it is right.
        labels: how much of s_i s_j is in the score.
        swapped: whether x slots gain from y values, along each input slot, as nothing should.
    """
    tokens = tokens_of(case)
    inputs, slots = tokens[:, :-1], tokens[:, -1:]
    scores = inputs @ inputs[:-1].T + labels * slots @ slots[:-1].T
    x_gain = scores @ inputs[:-1]
    if swapped:
        x_gain = x_gain + scores @ np.repeat(slots[:-1], inputs.shape[1], axis=1)
    y_gain = scores @ slots[:-1]
    return {"tokens": np.hstack([inputs + x_factor * x_gain, slots + y_factor * y_gain])}


def observe_moved(case: Case, outputs: Arrays) -> Arrays:
    """Apply the submitted weights to the tokens."""
    tokens = tokens_of(case)
    check_weights(outputs, tokens.shape[1])
    return {"tokens": apply_layer(weights_of(outputs), tokens)}


def moved_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Scale of rounding: that of the right sums, widened by the answer's own detours."""
    absolute = {name: np.abs(value) for name, value in case.items()}
    x_factor = float(absolute["gamma"])
    y_factor = float(absolute["learning_rate"]) / n_context(case)
    right = float(summed(absolute, x_factor, y_factor)["tokens"].max())
    own = float(layer_magnitude(weights_of(outputs), tokens_of(case)).max())
    return {"tokens": np.asarray(min(max(right, own), LARGEST_DETOUR * right))}


Factor = Callable[[float, float, int], float]
"""From η, γ and N to a factor."""


def _moved(
    name: str,
    x_factor: Factor,
    y_factor: Factor,
    cause: str,
    question: str,
    labels: float = 0.0,
    swapped: bool = False,
) -> Misconception:
    def oracle(case: Case) -> Arrays:
        known = float(case["learning_rate"]), float(case["gamma"]), n_context(case)
        return summed(case, x_factor(*known), y_factor(*known), labels=labels, swapped=swapped)

    return Misconception(name, oracle, cause, question)


def _right_x(eta: float, gamma: float, n: int) -> float:
    return -gamma


def _right_y(eta: float, gamma: float, n: int) -> float:
    return -eta / n


WHICH_BLOCK = "Which block of W_V lets a token hand on its x, and which block of W_O writes it?"
WHO_HAS_N = "The loss is a mean over examples. Is X X^T = sum_i x_i x_i^T one?"
GAMMA_0 = "What should happen to x when gamma is 0? And when it is small and positive?"


GDPP_WEIGHTS = (
    _moved(
        "inputs-stay",
        lambda eta, gamma, n: 0.0,
        _right_y,
        "the y slots are right, but no input moves.",
        WHICH_BLOCK,
    ),
    _moved(
        "targets-stay",
        _right_x,
        lambda eta, gamma, n: 0.0,
        "the inputs are right, but no y slot moves.",
        "Which block of W_V lets a token hand on its y slot?",
    ),
    _moved(
        "gamma-sign",
        lambda eta, gamma, n: gamma,
        _right_y,
        "the inputs move the wrong way: X X^T is added.",
        GAMMA_0,
    ),
    _moved(
        "gamma-size",
        lambda eta, gamma, n: -abs(gamma),
        _right_y,
        "a negative gamma is taken for a positive one.",
        "Which way do the inputs move when gamma is negative?",
    ),
    _moved(
        "gamma-mean",
        lambda eta, gamma, n: -gamma / n,
        _right_y,
        "gamma is divided by N.",
        WHO_HAS_N,
    ),
    _moved(
        "gamma-times-eta",
        lambda eta, gamma, n: -gamma * eta,
        _right_y,
        "gamma is multiplied by the learning rate.",
        GAMMA_0,
    ),
    _moved(
        "gamma-times-step",
        lambda eta, gamma, n: -gamma * eta / n,
        _right_y,
        "gamma is multiplied by the step size of y.",
        GAMMA_0,
    ),
    _moved(
        "gamma-missing",
        lambda eta, gamma, n: -1.0,
        _right_y,
        "gamma is missing: X X^T is taken off whole.",
        GAMMA_0,
    ),
    _moved(
        "gamma-twice",
        lambda eta, gamma, n: -(gamma**2),
        _right_y,
        "gamma enters twice.",
        GAMMA_0,
    ),
    _moved(
        "one-factor-eta",
        lambda eta, gamma, n: -eta / n,
        _right_y,
        "x moves by the step size of y, and gamma is not used.",
        WHICH_BLOCK,
    ),
    _moved(
        "one-factor-gamma",
        _right_x,
        lambda eta, gamma, n: -gamma,
        "y moves by gamma, and the learning rate is not used.",
        WHICH_BLOCK,
    ),
    _moved(
        "factors-swapped",
        lambda eta, gamma, n: -eta / n,
        lambda eta, gamma, n: -gamma,
        "gamma and the step size have changed places.",
        WHICH_BLOCK,
    ),
    _moved(
        "sign",
        _right_x,
        lambda eta, gamma, n: eta / n,
        "the inputs are right, but y steps up the gradient.",
        "With W = 0 the residual of example i is -s_i. Which sign has its value?",
    ),
    _moved(
        "both-signs",
        lambda eta, gamma, n: gamma,
        lambda eta, gamma, n: eta / n,
        "everything moves the wrong way.",
        "With W = 0 the residual of example i is -s_i. Which sign has its value?",
    ),
    _moved(
        "no-mean",
        _right_x,
        lambda eta, gamma, n: -eta,
        "the inputs are right, but the 1/N of the mean loss is missing.",
        HOW_OFTEN,
    ),
    _moved(
        "eta-missing",
        _right_x,
        lambda eta, gamma, n: -1 / n,
        "the inputs are right, but the learning rate is missing.",
        "What should y do when learning_rate is 0?",
    ),
    _moved(
        "factor-2",
        _right_x,
        lambda eta, gamma, n: -2 * eta / n,
        "the inputs are right, but the step of y is twice as long as asked.",
        FULL_SQUARE,
    ),
    _moved(
        "half",
        _right_x,
        lambda eta, gamma, n: -0.5 * eta / n,
        "the inputs are right, but the step of y is half as long as asked.",
        FULL_SQUARE,
    ),
    _moved(
        "query-counted",
        _right_x,
        lambda eta, gamma, n: -eta / (n + 1),
        "the mean is taken over N + 1 tokens: the query is counted as an example.",
        "How many terms does the sum in the loss have?",
    ),
    _moved(
        "labels-in-score",
        _right_x,
        _right_y,
        "the y slots take part in the score: keys and queries carry whole tokens.",
        "Which dot product does the derivation ask for, and what must W_K do with y?",
        labels=1.0,
    ),
    _moved(
        "no-update",
        lambda eta, gamma, n: 0.0,
        lambda eta, gamma, n: 0.0,
        "nothing moves.",
        WHICH_BLOCK,
    ),
)
