"""What the spectrum of the inputs tells: probes, oracles by matrices, and the wrong ideas.

The oracles never use an eigenvalue formula. They dress the eigenvalues in random bases and let
matrices do what the layers do.
"""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.probes import float64, learning_rate
from autograder.verdict import FLOAT32_EPS

FEW_EPS = 128 * FLOAT32_EPS
"""The relative error that the tolerances allow for."""


def _basis(n_rows: int, n_columns: int) -> np.ndarray:
    """Return orthonormal columns; which ones does not matter."""
    dense = np.random.default_rng([n_rows, n_columns]).standard_normal((n_rows, n_columns))
    return np.linalg.qr(dense)[0]


def draw_spectra(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw eigenvalues, some of them 0, step sizes, and a variance.

    Along some direction the steps are too long, and the error grows.
    """
    n_tasks, d_x, n_steps, n_context = sizes
    while True:
        eigenvalues = n_context * generator.uniform(0.2, 2.0, (n_tasks, d_x))
        eigenvalues[0, :1] = 0.0
        case = {
            "eigenvalues": np.sort(eigenvalues, axis=1).astype(np.float32),
            "learning_rates": learning_rate(generator, n_steps),
            "n_context": np.asarray(n_context),
            "variance": np.asarray(generator.uniform(0.2, 0.7), dtype=np.float32),
        }
        if np.abs(_factors(case)).max() > 1.5:
            return case


def mean_loss(case: Case) -> Arrays:
    """Let every unit teacher descend on inputs with these eigenvalues; ask for every query."""
    spectra, rates = float64(case, "eigenvalues", "learning_rates")
    n_context, losses = int(case["n_context"]), []
    for values in spectra:
        turn = _basis(len(values), len(values))
        hessian = turn @ np.diag(values) @ turn.T / n_context
        teachers = np.eye(len(values))
        w = np.zeros_like(teachers)
        for rate in rates:
            w = w - rate * (w - teachers) @ hessian
        losses.append(float(case["variance"]) / 2 * np.sum((w - teachers) ** 2))
    return {"loss": np.asarray(np.mean(losses))}


def mean_loss_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Bound what rounding does to the squares of the factors.

    A factor, multiplied out or not, is off by eps times the product of the 1 + ηλ/N. Its square is
    off by that times twice the factor, and by the square of the error, which counts where the
    factor is near 0.
    """
    spectra, rates = float64(case, "eigenvalues", "learning_rates")
    terms = np.prod([1 + r * spectra / int(case["n_context"]) for r in rates], axis=0)
    of_squares = 2 * np.abs(_factors(case)) * terms + FEW_EPS * terms**2
    right = float(case["variance"]) / 2 * np.mean(np.sum(of_squares, axis=1))
    return {"loss": np.asarray(max(right, _size(outputs["loss"])))}


def _size(output: np.ndarray) -> float:
    """Return the size of what came back, by which a wrong answer's own rounding goes.

    It can save none: a wrong answer that is large is off by about as much.
    """
    largest = float(np.abs(np.asarray(output, np.float64)).max(initial=0.0))
    return largest if np.isfinite(largest) else 0.0


def _factors(
    case: Case, *, scale: float | None = None, rates: np.ndarray | None = None
) -> np.ndarray:
    spectra, own_rates = float64(case, "eigenvalues", "learning_rates")
    scale = 1 / int(case["n_context"]) if scale is None else scale
    rates = own_rates if rates is None else rates
    return np.prod([1 - rate * scale * spectra for rate in rates], axis=0)


def _loss(name: str, value: Callable[[Case], object], cause: str, question: str) -> Misconception:
    return Misconception(name, lambda case: {"loss": np.asarray(value(case))}, cause, question)


def _risk(case: Case, factors: np.ndarray) -> float:
    return float(case["variance"]) / 2 * float(np.mean(np.sum(factors**2, axis=1)))


def _rates_of(case: Case) -> np.ndarray:
    return float64(case, "learning_rates")[0]


def _steps_added(case: Case) -> float:
    return _risk(case, _factors(case, rates=_rates_of(case).sum(keepdims=True)))


WHOSE_EIGENVALUE = "Whose eigenvalues does the step see: those of X X^T, or those of X X^T / N?"
WHICH_SUM = "How many directions can the error point in, and does each of them cost something?"
ONE_STEP = (
    "After one step the error along an eigenvector is 1 - η λ/N times what it was. After two?"
)


RISK_FROM_SPECTRUM = (
    _loss(
        "no-half",
        lambda case: 2 * mean_loss(case)["loss"],
        "the half of the squared error is missing.",
        "Which loss has the course used since lesson 01?",
    ),
    _loss(
        "no-n",
        lambda case: _risk(case, _factors(case, scale=1.0)),
        "the eigenvalues of X X^T stand where those of the Hessian should.",
        WHOSE_EIGENVALUE,
    ),
    _loss(
        "mean-over-directions",
        lambda case: mean_loss(case)["loss"] / case["eigenvalues"].shape[1],
        "the mean is taken over directions as well as over tasks.",
        WHICH_SUM,
    ),
    _loss(
        "summed-over-tasks",
        lambda case: mean_loss(case)["loss"] * len(case["eigenvalues"]),
        "the losses of all tasks are summed.",
        "Which number is asked for: one task's, the tasks' sum, or their mean?",
    ),
    _loss(
        "variance-missing",
        lambda case: mean_loss(case)["loss"] / float(case["variance"]),
        "the variance of the query's coordinates is missing.",
        "The error is w · F x_q. What does a longer x_q do to it?",
    ),
    _loss(
        "variance-twice",
        lambda case: mean_loss(case)["loss"] * float(case["variance"]),
        "the variance of the query's coordinates enters twice.",
        "The error is w · F x_q. What is the mean of the square of one coordinate of x_q?",
    ),
    _loss(
        "not-squared",
        lambda case: float(case["variance"]) / 2 * np.mean(np.sum(_factors(case), axis=1)),
        "the factors are not squared.",
        "The loss is the square of the error. What does that do to the factor?",
    ),
    _loss(
        "absolute",
        lambda case: float(case["variance"]) / 2 * np.mean(np.sum(np.abs(_factors(case)), axis=1)),
        "the factors are made positive, but not squared.",
        "The loss is the square of the error. What does that do to the factor?",
    ),
    _loss(
        "square-of-the-sum",
        lambda case: float(case["variance"]) / 2 * np.mean(np.sum(_factors(case), axis=1) ** 2),
        "the factors are summed before they are squared.",
        "Do errors along two orthogonal directions cancel each other?",
    ),
    _loss(
        "steps-added",
        _steps_added,
        "the step sizes are added up: this is one long step.",
        ONE_STEP,
    ),
    _loss(
        "first-step-only",
        lambda case: _risk(case, _factors(case, rates=_rates_of(case)[:1])),
        "only the first step is taken.",
        ONE_STEP,
    ),
    _loss(
        "first-rate-for-all",
        lambda case: _risk(
            case, _factors(case, rates=np.full_like(_rates_of(case), _rates_of(case)[0]))
        ),
        "every step takes the first step size.",
        "Which factor belongs to step k?",
    ),
    _loss(
        "what-is-learned",
        lambda case: _risk(case, 1 - _factors(case)),
        "this is the size of what was learned, not of what is left to learn.",
        "Before the first step W is 0. Is the loss 0 then?",
    ),
    _loss(
        "one-per-task",
        lambda case: float(case["variance"]) / 2 * np.sum(_factors(case) ** 2, axis=1),
        "there is one number per task in place of their mean.",
        "Which axis is still to be reduced?",
    ),
)


def draw_map(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw eigenvalues in no order, and a γ with |γ| λ well on both sides of 1.

    A single layer has γ < 0, so that its eigenvalues grow.
    """
    d_x, n_layers = sizes
    # Not near 1, and not so small that wrong maps leave the range of float32.
    size = generator.choice([generator.uniform(0.75, 0.9), generator.uniform(1.15, 1.4)])
    reduced = generator.permutation(np.linspace(0.15, 1.7, d_x)) + generator.uniform(
        -0.05, 0.05, d_x
    )
    return {
        "eigenvalues": (reduced / size).astype(np.float32),
        "gamma": np.asarray(-size if n_layers == 1 else size, dtype=np.float32),
        "n_layers": np.asarray(n_layers),
    }


def spectrum(case: Case) -> Arrays:
    """Make inputs with these eigenvalues, move them, and measure along the old eigenvectors."""
    (values,) = float64(case, "eigenvalues")
    turn = _basis(len(values), len(values))
    inputs = turn @ np.diag(np.sqrt(values)) @ _basis(len(values) + 3, len(values)).T
    deep = [values]
    for _ in range(int(case["n_layers"])):
        inputs = inputs - float(case["gamma"]) * inputs @ inputs.T @ inputs
        deep.append(np.sum((turn.T @ inputs) ** 2, axis=1))
    return {"eigenvalues": np.stack(deep)}


def spectrum_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Follow rounding through the layers, eigenvalue by eigenvalue.

    A layer adds the absolute terms of λ - 2γλ² + γ²λ³, and multiplies what it finds by the
    derivative of the map.
    """
    (values,) = float64(case, "eigenvalues")
    gamma, error = float(case["gamma"]), values
    scale = error.max()
    for _ in range(int(case["n_layers"])):
        slope = np.abs((1 - gamma * values) * (1 - 3 * gamma * values))
        error = slope * error + values * (1 + abs(gamma) * values) ** 2
        values = values * (1 - gamma * values) ** 2
        scale = max(scale, error.max())
    return {"eigenvalues": np.asarray(max(scale, _size(outputs["eigenvalues"])))}


def _mapped(
    name: str,
    after: Callable[[np.ndarray, float, np.ndarray, int], np.ndarray],
    cause: str,
    question: str,
    part: slice = slice(None),
) -> Misconception:
    """`after(now, γ, start, depth)` is the next spectrum."""

    def oracle(case: Case) -> Arrays:
        (start,) = float64(case, "eigenvalues")
        deep = [start]
        for depth in range(int(case["n_layers"])):
            deep.append(after(deep[-1], float(case["gamma"]), start, depth))
        return {"eigenvalues": np.stack(deep)[part]}

    return Misconception(name, oracle, cause, question)


TWO_SIDES = "X becomes (I - γ X X^T) X. On how many sides does that matrix stand in X' X'^T?"
NOW = "The second layer also has an X X^T in it. Which X?"


def _right(now: np.ndarray, gamma: float, start: np.ndarray, depth: int) -> np.ndarray:
    return now * (1 - gamma * now) ** 2


SPECTRUM_MAP = (
    _mapped(
        "one-side",
        lambda now, gamma, start, depth: now * (1 - gamma * now),
        "the factor 1 - γλ stands there once.",
        TWO_SIDES,
    ),
    _mapped(
        "sign",
        lambda now, gamma, start, depth: now * (1 + gamma * now) ** 2,
        "the layer adds γ X X^T x in place of taking it off.",
        "For small γ > 0, should the largest eigenvalue grow or shrink?",
    ),
    _mapped(
        "factor-alone",
        lambda now, gamma, start, depth: (1 - gamma * now) ** 2,
        "this is what the eigenvalue is multiplied by, without the eigenvalue.",
        "With γ = 0, what should come back?",
    ),
    _mapped(
        "first-order",
        lambda now, gamma, start, depth: now - 2 * gamma * now**2,
        "the term of order γ² is missing.",
        TWO_SIDES,
    ),
    _mapped(
        "no-cross-term",
        lambda now, gamma, start, depth: now + gamma**2 * now**3,
        "the square of a difference has lost its middle term.",
        "What is (1 - a)², multiplied out?",
    ),
    _mapped(
        "no-two",
        lambda now, gamma, start, depth: now - gamma * now**2 + gamma**2 * now**3,
        "the middle term of the square has lost its 2.",
        "What is (1 - a)², multiplied out?",
    ),
    _mapped(
        "subtracted",
        lambda now, gamma, start, depth: now - gamma * now,
        "every eigenvalue shrinks by the same factor.",
        "Along an eigenvector of X X^T, by what number does I - γ X X^T multiply?",
    ),
    _mapped(
        "gamma-squared",
        lambda now, gamma, start, depth: now * (1 - gamma * now**2) ** 2,
        "the factor has λ² in it, as if λ were a singular value of X.",
        "Along an eigenvector of X X^T, by what number does I - γ X X^T multiply?",
    ),
    _mapped(
        "frozen-matrix",
        lambda now, gamma, start, depth: now * (1 - gamma * start) ** 2,
        "every layer uses the X X^T of the first.",
        NOW,
    ),
    _mapped(
        "not-composed",
        lambda now, gamma, start, depth: start * (1 - gamma * start) ** 2,
        "every layer begins with the first spectrum.",
        NOW,
    ),
    _mapped(
        "gamma-adds-up",
        lambda now, gamma, start, depth: start * (1 - (depth + 1) * gamma * start) ** 2,
        "several layers are taken for one with a larger γ.",
        NOW,
    ),
    _mapped(
        "start-missing",
        _right,
        "the spectrum before the first layer is missing.",
        "How many depths has a stack of n_layers layers, counting its input?",
        part=slice(1, None),
    ),
    _mapped(
        "last-only",
        _right,
        "only the last spectrum came back.",
        "How many depths has a stack of n_layers layers, counting its input?",
        part=slice(-1, None),
    ),
)
