"""The best η and γ: the grader's own search, and what wrong searches find.

The grader does not compare parameters. It computes what the answer's parameters lose, and allows a
few per cent more than its own lose: any search that works will do.
"""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception, UnreadableAnswerError
from autograder.exercises.probes import float64
from autograder.verdict import FLOAT32_EPS

ALLOWED_EXCESS = 0.02
"""How much more than the least an answer may lose. The docstring of the exercise says it."""

NEAR = 0.03
"""How near, relatively, parameters must come to a wrong search's for it to give its name."""

LARGEST = 1e6
ROUNDING = 128.0
ZOOMS = 9

Objective = Callable[[np.ndarray], np.ndarray]
"""From what K steps leave along each eigenvector, `[n_pairs, n_tasks, d_x]`, to one per pair."""


def draw_tasks(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw the spectra of uniform inputs."""
    n_tasks, n_context, d_x, n_layers = sizes
    xs = generator.uniform(-0.5, 0.5, (n_tasks, n_context, d_x))
    return {
        "eigenvalues": np.linalg.eigvalsh(xs.mT @ xs).clip(0).astype(np.float32),
        "n_context": np.asarray(n_context),
        "n_layers": np.asarray(n_layers),
    }


def left_over(
    case: Case, rates: np.ndarray, gammas: np.ndarray, *, map_scale: float = 1.0
) -> np.ndarray:
    """Return what K equal layers leave, for pairs of η and γ; `[n_pairs, n_tasks, d_x]`."""
    spectrum = float64(case, "eigenvalues")[0][None]
    rates, gammas = (np.asarray(a, np.float64)[:, None, None] for a in (rates, gammas))
    left = np.ones_like(spectrum)
    for _ in range(int(case["n_layers"])):
        left = left * (1 - rates / int(case["n_context"]) * spectrum)
        spectrum = spectrum * (1 - map_scale * gammas * spectrum) ** 2
    return left


def mean_square(left: np.ndarray) -> np.ndarray:
    """Return the mean over tasks of the summed squares: the loss, up to a factor."""
    return np.sum(left**2, axis=2).mean(axis=1)


def lowest(
    case: Case,
    objective: Objective = mean_square,
    *,
    map_scale: float = 1.0,
    gamma_range: tuple[float, float] = (0.0, 1.0),
    only: slice = slice(None),
) -> tuple[float, float]:
    """Find the η and the γ with the least objective: a grid, then smaller and smaller ones."""
    case = {**case, "eigenvalues": case["eigenvalues"][only]}
    (spectra,) = float64(case, "eigenvalues")
    one_step = int(case["n_context"]) * spectra.sum() / np.sum(spectra**2)
    largest = spectra.max(axis=1).mean()
    low = np.array([0.2 * one_step, gamma_range[0] / (map_scale * largest)])
    high = np.array([6.0 * one_step, gamma_range[1] / (map_scale * largest)])
    size = 33
    for _ in range(ZOOMS):
        rates, gammas = np.meshgrid(*np.linspace(low, high, size).T)
        left = left_over(case, rates.ravel(), gammas.ravel(), map_scale=map_scale)
        at = int(np.argmin(objective(left)))
        best = np.array([rates.ravel()[at], gammas.ravel()[at]])
        reach = 2.5 * (high - low) / (size - 1)
        low, high = np.maximum(best - reach, 0), best + reach
        size = 11
    return float(best[0]), float(best[1])


def no_excess(case: Case) -> Arrays:
    """Say what is expected of an answer: no excess."""
    return {"excess": np.asarray(0.0)}


def observe_parameters(case: Case, outputs: Arrays) -> Arrays:
    """Compute what the parameters lose beyond the least."""
    pair = []
    for name in ("learning_rate", "gamma"):
        value = np.asarray(outputs[name], np.float64)
        if value.size != 1 or not np.all(np.abs(value) < LARGEST):
            raise UnreadableAnswerError(f"{name} came as {value}; expected one finite number")
        pair.append(value.reshape(1))
    least, ours = (
        float(mean_square(left_over(case, *both))[0])
        for both in ([np.array([p]) for p in lowest(case)], pair)
    )
    return {
        "excess": np.asarray(max(ours / least - 1, 0.0)),
        "learning_rate": np.asarray(float(pair[0][0])),
        "gamma": np.asarray(float(pair[1][0])),
    }


def parameters_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Scale the tolerances: they are no rounding, but what the exercise promises."""
    unit = 1 / (ROUNDING * FLOAT32_EPS)
    pair = {n: NEAR * abs(float(np.ravel(outputs[n])[0])) for n in ("learning_rate", "gamma")}
    return {
        "excess": np.asarray(ALLOWED_EXCESS * unit),
        "learning_rate": np.asarray(unit * pair["learning_rate"] + 1e-30),
        # A γ of 0 has to be recognised too.
        "gamma": np.asarray(unit * (pair["gamma"] + 0.002)),
    }


def _found(
    name: str,
    search: Callable[[Case], tuple[float, float]],
    cause: str,
    question: str,
) -> Misconception:
    def oracle(case: Case) -> Arrays:
        rate, gamma = search(case)
        return {"learning_rate": np.asarray(rate), "gamma": np.asarray(gamma)}

    return Misconception(name, oracle, cause, question)


def _n(case: Case) -> int:
    return int(case["n_context"])


def _changed(
    rate: Callable[[Case], float], gamma: Callable[[Case], float]
) -> Callable[[Case], tuple[float, float]]:
    def search(case: Case) -> tuple[float, float]:
        best_rate, best_gamma = lowest(case)
        return rate(case) * best_rate, gamma(case) * best_gamma

    return search


def _swapped(case: Case) -> tuple[float, float]:
    rate, gamma = lowest(case)
    return gamma, rate


def _layers(n_layers: int) -> Callable[[Case], tuple[float, float]]:
    return lambda case: lowest({**case, "n_layers": np.asarray(n_layers)})


def _last_of(objective: Objective) -> Callable[[Case], tuple[float, float]]:
    return lambda case: lowest(case, objective)


BEST_PARAMETERS = (
    _found(
        "gradient-descent",
        lambda case: lowest(case, gamma_range=(0.0, 1e-9)),
        "this is the best learning rate of plain gradient descent: gamma is 0.",
        "Does your search let gamma vary?",
    ),
    _found(
        "swapped",
        _swapped,
        "gamma and the learning rate have changed places.",
        "Which of the two comes first in what is asked for?",
    ),
    _found(
        "no-mean",
        _changed(lambda case: 1 / _n(case), lambda case: 1.0),
        "the 1/N of the step is missing from the search, so the learning rate came out N times too "
        "small.",
        "By which number is η divided where it meets an eigenvalue of X X^T?",
    ),
    _found(
        "hessian-in-the-map",
        _changed(lambda case: 1.0, _n),
        "the eigenvalues were divided by N before they were mapped, so gamma came out N times too "
        "large.",
        "Whose eigenvalues does λ (1 - γ λ)² map: those of X X^T, or those of X X^T / N?",
    ),
    _found(
        "hessian-everywhere",
        _changed(lambda case: _n(case), lambda case: _n(case)),
        "the eigenvalues were divided by N once too often.",
        "Whose eigenvalues are given: those of X X^T, or those of X X^T / N?",
    ),
    _found(
        "first-task-only",
        lambda case: lowest(case, only=slice(0, 1)),
        "these are the best parameters of the first task alone.",
        "The weights are fixed before any task is seen. Over what do you take the mean?",
    ),
    _found(
        "absolute-errors",
        _last_of(lambda left: np.sum(np.abs(left), axis=2).mean(axis=1)),
        "these make absolute errors small, not squared ones.",
        "What is the loss of an error that is twice as large?",
    ),
    _found(
        "two-layers",
        _layers(2),
        "these are the best parameters of two layers.",
        "Where does n_layers enter your loss?",
    ),
    _found(
        "one-layer-more",
        lambda case: _layers(int(case["n_layers"]) + 1)(case),
        "these are the best parameters of one layer more.",
        "How often does your loop go round?",
    ),
)
