"""Steps through a matrix: expectations by pairing normal factors, and minima from three points."""

from collections.abc import Callable
from itertools import product

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.probes import float64, normal

Made = Callable[[Case], np.ndarray]


def draw_covariance(
    generator: np.random.Generator, sizes: tuple[int, ...]
) -> dict[str, np.ndarray]:
    """Draw a dense covariance with eigenvalues from .4 to 2.5, not one like another."""
    n_context, d_x = sizes
    basis = np.linalg.qr(generator.standard_normal((d_x, d_x)))[0]
    values = np.geomspace(0.4, 2.5, d_x) * generator.uniform(0.9, 1.1, d_x)
    return {
        "covariance": (basis * values @ basis.T).astype(np.float32),
        "n_context": np.asarray(n_context),
    }


def squared_second_moment(covariance: np.ndarray, n_context: int) -> np.ndarray:
    """Return E S² entry by entry: E x_a x_c x_e x_b is a sum over three ways to pair factors."""
    d_x = len(covariance)
    same = np.zeros((d_x, d_x))
    for a, b, c in product(range(d_x), repeat=3):
        same[a, b] += covariance[a, c] * covariance[c, b]
        same[a, b] += covariance[a, b] * covariance[c, c]
        same[a, b] += covariance[a, c] * covariance[c, b]
    different = covariance @ covariance
    return (n_context * same + n_context * (n_context - 1) * different) / n_context**2


def _given(case: Case) -> tuple[np.ndarray, int]:
    (covariance,) = float64(case, "covariance")
    return covariance, int(case["n_context"])


def best_matrix(case: Case) -> np.ndarray:
    """Solve E S² A Σ = Σ Σ, where the loss has no slope."""
    covariance, n_context = _given(case)
    return np.linalg.solve(squared_second_moment(covariance, n_context), covariance)


def preconditioner(case: Case) -> Arrays:
    """Return what a right answer gives."""
    return {"matrix": best_matrix(case)}


def matrix_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """An inverse is off by rounding times its size times the condition of what is inverted."""
    matrix = best_matrix(case)
    return {"matrix": np.asarray(np.linalg.norm(matrix, 2) * np.linalg.cond(matrix))}


def _ridge(case: Case, *, signal: float, offset: float) -> np.ndarray:
    covariance, _ = _given(case)
    return np.linalg.inv(signal * covariance + offset * np.eye(len(covariance)))


def _n(case: Case) -> int:
    return int(case["n_context"])


def _trace(case: Case) -> float:
    return float(np.trace(case["covariance"]))


def _scalar(case: Case) -> np.ndarray:
    covariance, n_context = _given(case)
    square = squared_second_moment(covariance, n_context)
    rate = np.trace(covariance @ covariance) / np.trace(square @ covariance)
    return rate * np.eye(len(covariance))


def _axes(case: Case) -> np.ndarray:
    covariance, n_context = _given(case)
    variances = np.diag(covariance)
    return np.diag(1 / ((n_context + 1) / n_context * variances + variances.sum() / n_context))


def _matrix(name: str, made: Made, cause: str, question: str) -> Misconception:
    return Misconception(name, lambda case: {"matrix": made(case)}, cause, question)


FOURTH = "In E S² an example meets itself N times out of N². What is E x x^T x x^T for x ~ N(0, Σ)?"
LIMIT = "What should A become when N grows without bound, and what is different for a small N?"


PRECONDITIONER = (
    _matrix(
        "newton",
        lambda case: np.linalg.inv(_given(case)[0]),
        "this is the inverse of the covariance, the best matrix for infinitely many examples.",
        LIMIT,
    ),
    _matrix(
        "one-example-too-few",
        lambda case: _ridge(case, signal=1.0, offset=_trace(case) / _n(case)),
        "the factor of Σ in the curvature is 1: what an example that meets itself adds is missing.",
        FOURTH,
    ),
    _matrix(
        "one-example-too-many",
        lambda case: _ridge(case, signal=1 + 2 / _n(case), offset=_trace(case) / _n(case)),
        "the Σ of the curvature has the factor (N+2)/N: a pairing is counted twice.",
        FOURTH,
    ),
    _matrix(
        "no-trace",
        lambda case: _ridge(case, signal=1 + 1 / _n(case), offset=0.0),
        "the term with the trace is missing.",
        FOURTH,
    ),
    _matrix(
        "trace-not-divided",
        lambda case: _ridge(case, signal=1 + 1 / _n(case), offset=_trace(case)),
        "the trace is not divided by N.",
        LIMIT,
    ),
    _matrix(
        "dimension-for-trace",
        lambda case: _ridge(
            case, signal=1 + 1 / _n(case), offset=len(case["covariance"]) / _n(case)
        ),
        "the number of inputs stands where the trace of Σ should: right only for Σ = I.",
        "What is E |x|^2 for x ~ N(0, Σ)?",
    ),
    _matrix(
        "mean-eigenvalue-for-trace",
        lambda case: _ridge(
            case,
            signal=1 + 1 / _n(case),
            offset=_trace(case) / len(case["covariance"]) / _n(case),
        ),
        "the mean eigenvalue stands where the sum of all should.",
        "What is E |x|^2 for x ~ N(0, Σ)?",
    ),
    _matrix(
        "not-inverted",
        lambda case: np.linalg.inv(best_matrix(case)),
        "the curvature itself came back, not its inverse.",
        "Along which directions should the step be long: those of large or of small variance?",
    ),
    _matrix(
        "sum-for-mean",
        lambda case: best_matrix(case) / _n(case),
        "the matrix is the best one for a sum over the examples: it is too small by N.",
        "Is there a 1/N in the prediction already?",
    ),
    _matrix(
        "factor-2",
        lambda case: 2 * best_matrix(case),
        "the matrix is twice too large.",
        "A half before the squared error changes the loss. Does it change where the loss is least?",
    ),
    _matrix(
        "one-step-size",
        _scalar,
        "this is the best single step size times the identity.",
        "May A treat directions differently, and which ones would gain by it?",
    ),
    _matrix(
        "own-axes",
        _axes,
        "the formula for eigenvalues was applied to the diagonal, as if Σ were diagonal.",
        "In which basis is Σ diagonal, and how does A look in yours?",
    ),
)


def draw_noisy(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw eigenvalues and a noise that matters."""
    n_context, d_x = sizes
    values = np.geomspace(0.4, 2.5, d_x) * generator.uniform(0.9, 1.1, d_x)
    return {
        "eigenvalues": generator.permutation(values).astype(np.float32),
        "n_context": np.asarray(n_context),
        "label_noise": np.asarray(generator.choice([0.6, 1.7]) * generator.uniform(0.9, 1.1)),
    }


def noisy_loss(case: Case, rate: float, *, variance: float | None = None) -> float:
    """Return the loss of one step: bias and spread of each coordinate of the error, added up.

    The error is (I - η S) w minus η/N sum_i ε_i x_i, and a coordinate of the query weighs it by λ.
    """
    (values,) = float64(case, "eigenvalues")
    n_context, noise = _n(case), float(case["label_noise"])
    power = noise**2 if variance is None else variance
    square = squared_second_moment(np.diag(values), n_context)
    total = 0.0
    for a, value in enumerate(values):
        from_teacher = 1 - 2 * rate * value + rate**2 * square[a, a]
        from_noise = rate**2 * power * value / n_context
        total += value / 2 * (from_teacher + from_noise)
    return total


def _lowest(loss: Callable[[float], float]) -> tuple[float, float]:
    """Return place and value of a parabola's minimum, from three of its points."""
    low, middle, high = loss(0.0), loss(1.0), loss(2.0)
    bend = (high - 2 * middle + low) / 2
    rate = -(middle - low - bend) / (2 * bend)
    return rate, loss(rate)


def _both(pair: tuple[float, float]) -> Arrays:
    return {"step size": np.asarray(pair[0]), "loss": np.asarray(pair[1])}


def noise_step_size(case: Case) -> Arrays:
    """Return what a right answer gives."""
    return _both(_lowest(lambda rate: noisy_loss(case, rate)))


def noise_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """The step size is a ratio of sums of positive terms; the loss a difference of two sums."""
    rate = float(noise_step_size(case)["step size"])
    return {"step size": np.asarray(rate), "loss": np.asarray(noisy_loss(case, 0.0))}


def _with_variance(case: Case, variance: float) -> tuple[float, float]:
    return _lowest(lambda rate: noisy_loss(case, rate, variance=variance))


def _formula(case: Case, *, fourth: float, per_example: bool = True) -> tuple[float, float]:
    """Give the closed form with (N + fourth)/N, and with or without 1/N at trace and noise."""
    (values,) = float64(case, "eigenvalues")
    n_context, power = _n(case), float(case["label_noise"]) ** 2
    first, second, third = (float(np.sum(values**p)) for p in (1, 2, 3))
    share = n_context if per_example else 1
    curvature = (n_context + fourth) / n_context * third + (first + power) / share * second
    rate = second / curvature
    return rate, (first - rate * second) / 2


def _noise_by_trace(case: Case) -> tuple[float, float]:
    (values,) = float64(case, "eigenvalues")
    n_context, power = _n(case), float(case["label_noise"]) ** 2
    first, second = float(values.sum()), float(np.sum(values**2))
    square = (1 + 1 / n_context) * float(np.sum(values**3)) + first * second / n_context
    rate = second / (square + power * first / n_context)
    return rate, (first - rate * second) / 2


def _as_if_alike(case: Case) -> tuple[float, float]:
    (values,) = float64(case, "eigenvalues")
    alike = {**case, "eigenvalues": np.full_like(values, values.mean())}
    return _lowest(lambda rate: noisy_loss(alike, rate))


def _fit(name: str, pair: Callable[[Case], tuple[float, float]], cause: str, question: str):  # type: ignore[no-untyped-def]
    return Misconception(name, lambda case: _both(pair(case)), cause, question)


def _changed_loss(case: Case, change: Callable[[float, float], float]) -> tuple[float, float]:
    rate, loss = _lowest(lambda rate: noisy_loss(case, rate))
    return rate, change(rate, loss)


def _noiseless_rate(case: Case) -> tuple[float, float]:
    rate, _ = _with_variance(case, 0.0)
    return rate, noisy_loss(case, rate)


NOISE = "Write the step as W_1 = (teacher's part) + (noise's part). What is the size of the second?"


NOISE_STEP_SIZE = (
    _fit(
        "noise-forgotten",
        lambda case: _with_variance(case, 0.0),
        "the noise is left out.",
        NOISE,
    ),
    _fit(
        "noiseless-step",
        _noiseless_rate,
        "the loss is right for a step that ignores the noise, but a shorter step loses less.",
        "Which terms of the loss have η² in them?",
    ),
    _fit(
        "noise-not-averaged",
        lambda case: _with_variance(case, float(case["label_noise"]) ** 2 * _n(case)),
        "the noise is not averaged over the N examples.",
        "What is the variance of a mean of N independent numbers?",
    ),
    _fit(
        "noise-not-squared",
        lambda case: _with_variance(case, float(case["label_noise"])),
        "the standard deviation of the noise stands where its variance should.",
        "In which unit is a squared error measured?",
    ),
    _fit(
        "noise-by-trace",
        _noise_by_trace,
        "the noise's term has tr Σ where the query weighs its directions once more.",
        "Noise comes through x_i and is read out through x_q. How often does Σ occur?",
    ),
    _fit(
        "noisy-answer",
        lambda case: _changed_loss(
            case, lambda rate, loss: loss + float(case["label_noise"]) ** 2 / 2
        ),
        "noise was added to the answer, too.",
        "Is there noise on what the prediction is compared with?",
    ),
    _fit(
        "full-square",
        lambda case: _changed_loss(case, lambda rate, loss: 2 * loss),
        "the loss is the full squared error.",
        "Which factor stands before the squared error in this course?",
    ),
    _fit(
        "no-loss-of-zero",
        lambda case: _changed_loss(case, lambda rate, loss: loss - noisy_loss(case, 0.0)),
        "this is how much the step gains, not what is lost after it.",
        "What is the loss of the step size 0?",
    ),
    _fit(
        "as-if-alike",
        _as_if_alike,
        "all directions were given the mean eigenvalue.",
        "Do three directions with variances 1, 1, 4 lose as much as three with variance 2?",
    ),
    _fit(
        "fourth-moment",
        lambda case: _formula(case, fourth=0.0),
        "where an example meets itself, it is counted as if two different examples met.",
        FOURTH,
    ),
    _fit(
        "fourth-moment-twice",
        lambda case: _formula(case, fourth=2.0),
        "a pairing of the fourth moment is counted twice.",
        FOURTH,
    ),
    _fit(
        "trace-not-divided",
        lambda case: _formula(case, fourth=1.0, per_example=False),
        "trace and noise are not divided by N.",
        LIMIT,
    ),
    Misconception(
        "swapped",
        lambda case: {
            "step size": noise_step_size(case)["loss"],
            "loss": noise_step_size(case)["step size"],
        },
        "the two numbers have changed places.",
        "Which of the two is asked for first?",
    ),
)


def draw_hidden(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a dense matrix that is not symmetric, to be found by asking."""
    n_context, d_x = sizes
    return {"hidden": normal(generator, d_x, d_x), "n_context": np.asarray(n_context)}


def hidden(case: Case) -> Arrays:
    """Return the matrix."""
    return {"matrix": np.asarray(case["hidden"], dtype=float)}


def hidden_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Answers are sums over examples and inputs; finding the matrix may need an inverse.

    A right answer may ask with random prompts: 30 stands for the condition of those.
    """
    return {"matrix": np.asarray(30 * np.abs(case["hidden"]).sum(axis=1).max())}


def _read(name: str, made: Made, cause: str, question: str) -> Misconception:
    return Misconception(name, lambda case: {"matrix": made(case)}, cause=cause, question=question)


def _hidden(case: Case) -> np.ndarray:
    return np.asarray(case["hidden"], dtype=float)


SIDES = "In x_i^T A x_q, which index of A belongs to the example and which to the query?"
SHARE = "What does one example with target 1 contribute to a mean over N?"


READ_PRECONDITIONER = (
    _read(
        "transposed",
        lambda case: _hidden(case).T,
        "rows and columns have changed places.",
        SIDES,
    ),
    _read(
        "share-of-one",
        lambda case: _hidden(case) / _n(case),
        "all entries are too small by N.",
        SHARE,
    ),
    _read(
        "share-transposed",
        lambda case: _hidden(case).T / _n(case),
        "all entries are too small by N, and rows and columns have changed places.",
        SIDES,
    ),
    _read(
        "times-n",
        lambda case: _hidden(case) * _n(case),
        "all entries are too large by N.",
        SHARE,
    ),
    _read(
        "sign", lambda case: -_hidden(case), "the sign is wrong.", "Is the prediction minus a slot?"
    ),
    _read(
        "symmetric",
        lambda case: (_hidden(case) + _hidden(case).T) / 2,
        "the matrix was made symmetric.",
        "Is x_i^T A x_q the same when example and query change places?",
    ),
    _read(
        "diagonal",
        lambda case: np.diag(np.diag(_hidden(case))),
        "only the diagonal was read.",
        "What does the answer to e_b say when the example was e_a?",
    ),
    _read(
        "differences-doubled",
        lambda case: 2 * _hidden(case),
        "all entries are twice too large.",
        "By how much do the targets 1 and -1 differ?",
    ),
    _read(
        "inverse",
        lambda case: np.linalg.inv(_hidden(case)),
        "this is the inverse.",
        "Which of the two maps a query to the answer?",
    ),
    _read(
        "square",
        lambda case: _hidden(case).T @ _hidden(case),
        "A^T A was read, not A.",
        "How often does A occur in one answer?",
    ),
    _read(
        "rows-added",
        lambda case: np.broadcast_to(_hidden(case).sum(axis=0), _hidden(case).shape),
        "each row is the sum of all rows: all inputs were asked about at once.",
        "Which prompt has an answer in which a single entry of A occurs?",
    ),
)
