"""The mixture of sparse linear regressions and its Bayes answer, in NumPy float64."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.probes import float64, normal

Place = Callable[[int, int, int, int], int]
"""From concept, number within the basis, size and number of concepts to the input's number."""


def draw_mixture(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw everything that chance decides; every concept occurs."""
    n_prompts, n_examples, d_x, size = sizes
    n_concepts = d_x // size
    concepts = generator.permutation(np.arange(n_prompts) % n_concepts)
    if concepts[0] == 0:  # the first prompt shall not be of the first concept
        concepts = (concepts + 1) % n_concepts
    return {
        "concepts": concepts.astype(np.int32),
        "weights": normal(generator, n_prompts, size),
        "xs": normal(generator, n_prompts, n_examples, d_x),
        "noise": normal(generator, n_prompts, n_examples),
        "noise_variance": np.asarray(generator.uniform(0.05, 0.4), np.float32),
    }


def _basis(concept: int, number: int, size: int, n_concepts: int) -> int:
    return concept * size + number


def mixture(
    case: Case,
    *,
    place: Place = _basis,
    spread: Callable[[float], float] = np.sqrt,
    weights_of: Callable[[int], int] = lambda prompt: prompt,
    concept_of: Callable[[np.ndarray, int], int] = lambda concepts, prompt: int(concepts[prompt]),
    is_dense: bool = False,
    noise_of: Callable[[np.ndarray], np.ndarray] = lambda noise: noise,
) -> Arrays:
    """Return teachers and targets, one prompt after the other."""
    weights, xs, noise = float64(case, "weights", "xs", "noise")
    n_prompts, n_examples, d_x = xs.shape
    size = weights.shape[1]
    n_concepts = d_x // size
    teachers, ys = np.zeros((n_prompts, d_x)), np.zeros((n_prompts, n_examples))
    for b in range(n_prompts):
        concept = concept_of(case["concepts"], b)
        for m in range(size):
            teachers[b, place(concept, m, size, n_concepts) % d_x] = weights[weights_of(b), m]
        if is_dense:
            teachers[b] = np.resize(weights[b], d_x)
        for i in range(n_examples):
            ys[b, i] = sum(teachers[b, j] * xs[b, i, j] for j in range(d_x))
            ys[b, i] += spread(float(case["noise_variance"])) * noise_of(noise)[b, i]
    return {"teachers": teachers, "ys": ys}


def mixture_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Targets are sums of `size` products and the noise; teachers are put in place as they are."""
    weights, xs, noise = float64(case, "weights", "xs", "noise")
    terms = weights.shape[1] * np.abs(weights).max() * np.abs(xs).max() + np.abs(noise).max()
    return {"teachers": np.asarray(np.abs(weights).max()), "ys": np.asarray(terms)}


def _mixed(name: str, cause: str, question: str, **wrong: object) -> Misconception:
    return Misconception(name, lambda case: mixture(case, **wrong), cause, question)  # type: ignore[arg-type]


WHICH = "Which inputs does concept 1 use when a basis has 3 inputs?"
NOISE = "If the noise variance is .01, how far is a target typically off?"
OWN = "What differs between two prompts of the same concept?"


CONCEPT_MIXTURE = (
    _mixed("variance-as-spread", "the noise is multiplied by its variance.", NOISE,
           spread=lambda v: v),
    _mixed("variance-squared", "the noise is multiplied by the square of its variance.", NOISE,
           spread=lambda v: v * v),
    _mixed("no-noise", "the targets carry no noise.", NOISE, spread=lambda v: 0.0),
    _mixed("whole-noise", "the noise has variance 1.", NOISE, spread=lambda v: 1.0),
    _mixed("one-noise", "all prompts have the noise of the first.", OWN,
           noise_of=lambda noise: np.tile(noise[:1], (len(noise), 1))),
    _mixed("strided", "a basis is spread over the inputs: every few inputs one.", WHICH,
           place=lambda c, m, size, n: c + m * n),
    _mixed("neighbours-overlap", "concept c begins at input c: bases overlap.", WHICH,
           place=lambda c, m, size, n: c + m),
    _mixed("from-one", "concepts are counted from 1: each basis begins one basis too late.", WHICH,
           place=lambda c, m, size, n: (c + 1) * size + m),
    _mixed("backwards", "the weights stand in their basis in the wrong order.", WHICH,
           place=lambda c, m, size, n: c * size + size - 1 - m),
    _mixed("always-the-first", "every teacher uses the first basis.", WHICH,
           concept_of=lambda concepts, prompt: 0),
    _mixed("one-concept", "all prompts have the concept of the first.", OWN,
           concept_of=lambda concepts, prompt: int(concepts[0])),
    _mixed("one-teacher", "all prompts have the weights of the first.", OWN,
           weights_of=lambda prompt: 0),
    _mixed("dense", "teachers have weights outside their basis.",
           "How many entries of a teacher are not 0?", is_dense=True),
)  # fmt: skip


def draw_bayes(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw bases that overlap, no two alike nor all of one size, and examples of the first."""
    n_concepts, n_examples, d_x = sizes
    for _ in itertools.count():
        bases = generator.random((n_concepts, d_x)) < generator.uniform(0.3, 0.7, (n_concepts, 1))
        counts = bases.sum(axis=1)
        n_different, n_sizes = len(np.unique(bases, axis=0)), len(np.unique(counts))
        if (
            n_different == n_concepts
            and n_sizes > 1
            and (counts > 0).all()
            and (counts < d_x).all()
        ):
            break
    variance, mean = generator.uniform(0.4, 0.8), generator.uniform(0.5, 1.5)
    xs = normal(generator, n_examples, d_x) / np.float32(2)
    teacher = (mean + normal(generator, d_x)) * bases[0]
    ys = xs @ teacher + np.sqrt(variance) * normal(generator, n_examples)
    return {
        "bases": bases,
        "xs": xs,
        "ys": ys.astype(np.float32),
        "x_query": normal(generator, d_x),
        "noise_variance": np.asarray(variance, np.float32),
        "mean": np.asarray(mean, np.float32),
    }


@dataclass(frozen=True)
class Ways:
    """How the Bayes answer may go wrong; the defaults are right."""

    evidence: str = "marginal"
    determinant: float = 0.5
    square: float = 0.5
    variance: Callable[[float], float] = float
    ridge: str = "inside"
    weigh: str = "posterior"
    mean_in: str = "both"


def _log_evidence(seen: np.ndarray, ys: np.ndarray, variance: float, ways: Ways) -> float:
    """Return log p(ys) under one basis, by the eigenvalues of the covariance."""
    if ways.evidence == "even":
        return 0.0
    if ways.evidence == "fit":  # of the ridge fit, as if it had been the teacher
        inner = seen.T @ seen + variance * np.eye(seen.shape[1])
        left = ys - seen @ np.linalg.solve(inner, seen.T @ ys)
        return float(-0.5 * (left @ left) / variance)
    values, vectors = np.linalg.eigh(seen @ seen.T)
    values = np.maximum(values, 0) + 1.0 if ways.evidence == "weights alone" else values + variance
    along = vectors.T @ ys
    return float(-ways.square * (along**2 / values).sum() - ways.determinant * np.log(values).sum())


def bayes(case: Case, ways: Ways = Ways()) -> Arrays:
    """Return the posterior of the concepts and the prediction."""
    xs, ys, x_query = float64(case, "xs", "ys", "x_query")
    variance, mean = ways.variance(float(case["noise_variance"])), float(case["mean"])
    evidences, answers = [], []
    for basis in case["bases"]:
        seen = xs[:, basis]
        shift = mean if ways.mean_in in {"both", "evidence", "target only"} else 0.0
        evidences.append(_log_evidence(seen, ys - shift * seen.sum(axis=1), variance, ways))
        if ways.ridge == "whole":
            seen, basis = xs, np.ones_like(basis)
        held = {"inside": variance, "whole": variance, "none": 1e-9, "times N": variance * len(ys)}
        inner = seen.T @ seen + held[ways.ridge] * np.eye(seen.shape[1])
        shift = mean if ways.mean_in in {"both", "ridge", "target only"} else 0.0
        left = ys - shift * seen.sum(axis=1)
        if ways.ridge == "none":
            weights = shift + np.linalg.lstsq(seen, left, rcond=1e-9)[0]
        else:
            weights = np.linalg.solve(inner, seen.T @ left)
            weights += 0.0 if ways.mean_in == "target only" else shift
        answers.append(weights @ x_query[basis])
    powers = np.exp(np.asarray(evidences) - max(evidences))
    posterior = powers / powers.sum()
    used = {
        "posterior": posterior,
        "likeliest": (posterior == posterior.max()).astype(float),
        "even": np.full(len(posterior), 1 / len(posterior)),
    }[ways.weigh]
    return {"posterior": posterior, "prediction": np.asarray(used @ np.asarray(answers))}


def bayes_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """A solution with a matrix of condition k is off by k eps, and so is a quadratic form of it.

    A posterior is off by what the log evidences are, each as far as its concept is likely.
    """
    xs, ys, x_query = float64(case, "xs", "ys", "x_query")
    variance, mean = float(case["noise_variance"]), float(case["mean"])
    posterior = bayes(case)["posterior"]
    evidence, prediction = 0.0, 0.0
    for share, basis in zip(posterior, case["bases"], strict=True):
        seen = xs[:, basis]
        left = ys - mean * seen.sum(axis=1)
        covariance = seen @ seen.T + variance * np.eye(len(ys))
        condition = np.linalg.cond(covariance)
        off = condition * (left @ np.linalg.solve(covariance, left)) + len(ys)
        weights = np.linalg.solve(seen.T @ seen + variance * np.eye(seen.shape[1]), seen.T @ left)
        size = (np.abs(weights) + abs(mean)) @ np.abs(x_query[basis])
        evidence += share * off
        prediction += share * size * (condition + off)
    return {"posterior": np.asarray(evidence), "prediction": np.asarray(prediction)}


def _wrong(name: str, ways: Ways, cause: str, question: str) -> Misconception:
    return Misconception(name, lambda case: bayes(case, ways), cause, question)


EVIDENCE = "With the teacher integrated out, what is the covariance of two targets y_i and y_j?"
LARGE = "A larger basis fits more. Which term of log p(ys) holds that against it?"
WEIGHT = "What is the mean of y_query when three concepts are possible?"
MEAN = "What would you predict before the first example, if you knew the concept?"
INSIDE = "Which weights are known to be 0 under concept c?"


BAYES_MIXTURE = (
    _wrong("no-determinant", Ways(determinant=0.0), "the determinant is left out of log p.", LARGE),
    _wrong("whole-determinant", Ways(determinant=1.0), "the log determinant comes without 1/2.",
           LARGE),
    _wrong("no-half", Ways(square=1.0), "the quadratic form comes without 1/2.", EVIDENCE),
    _wrong("fit-for-evidence", Ways(evidence="fit"),
           "a concept is judged by how well its best fit does, not by its evidence.", LARGE),
    _wrong("even-posterior", Ways(evidence="even"), "all concepts are equally likely.",
           "What do the examples say about the concept?"),
    _wrong("unit-noise", Ways(evidence="weights alone"),
           "the covariance of the targets has noise of variance 1.", EVIDENCE),
    _wrong("spread-for-variance", Ways(variance=np.sqrt),
           "the noise's standard deviation stands for its variance.",
           "By how much does the noise raise the variance of a target?"),
    _wrong("likeliest-only", Ways(weigh="likeliest"), "only the likeliest concept predicts.",
           WEIGHT),
    _wrong("mean-of-all", Ways(weigh="even"), "the concepts' predictions are averaged evenly.",
           WEIGHT),
    _wrong("whole-ridge", Ways(ridge="whole"), "every concept predicts with all inputs.", INSIDE),
    _wrong("least-squares", Ways(ridge="none"),
           "the weights are those of least squares: their prior N(mean, 1) is forgotten.",
           "With fewer examples than inputs, what pulls the weights to their mean?"),
    _wrong("mean-forgotten", Ways(mean_in="none"), "weights are taken to have mean 0.", MEAN),
    _wrong("mean-in-ridge-only", Ways(mean_in="ridge"), "the evidence has weights of mean 0.",
           MEAN),
    _wrong("mean-in-evidence-only", Ways(mean_in="evidence"),
           "the weights are pulled to 0, not to their mean.", MEAN),
    _wrong("mean-not-put-back", Ways(mean_in="target only"),
           "the mean is taken off the targets and not put back into the weights.", MEAN),
    _wrong("ridge-times-n", Ways(ridge="times N"), "the ridge is multiplied by the number of "
           "examples.", "Does one more example make the prior stronger?"),
)  # fmt: skip
