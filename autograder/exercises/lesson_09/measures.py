"""What is measured of nets: neighbours, risks, task vectors. NumPy float64, point by point."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.probes import float64, normal

Votes = Callable[[np.ndarray, np.ndarray, int], int]
"""From distances (the point's own as infinity), all concepts and k to the concept voted for."""

TWINS = 7
"""One pair of points in the same place for so many points."""


def draw_streams(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw streams of whole numbers, so that distances are exact and often equal.

    Some points lie in one place, and so often that it matters: who sorts, and drops what comes
    first, drops such a twin and lets the point vote for itself. Slips whose shares are often the
    same are redrawn until they are not, so that each has its own name.
    """
    while True:
        case = _drawn_streams(generator, sizes)
        shares = {
            tuple(decodability(case, **wrong)["decodability"])
            for wrong in ({}, FIRST_DROPPED, CITY_BLOCKS, NEAREST_DECIDES)
        }
        if len(shares) == 4:
            return case


def _drawn_streams(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw points around the centre of their concept; each depth has centres of its own."""
    n_depths, n_points, d_model, n_concepts, n_neighbours = sizes
    concepts = generator.permutation(np.arange(n_points) % n_concepts)
    # The first concept is rarer than the others, the last one more frequent.
    moved = (concepts == 0) & (generator.random(n_points) < 0.4)
    concepts = np.where(moved, n_concepts - 1, concepts)
    centres = generator.integers(-2, 3, (n_depths, n_concepts, d_model))
    spread = generator.integers(-2, 3, (n_depths, n_points, d_model))
    streams = centres[:, concepts] + spread
    chosen = generator.permutation(n_points)[: 2 * (n_points // TWINS)]
    streams[:, chosen[::2]] = streams[:, chosen[1::2]]
    return {
        "streams": streams.astype(np.float32),
        "concepts": concepts.astype(np.int32),
        "n_concepts": np.asarray(n_concepts),
        "n_neighbours": np.asarray(n_neighbours),
    }


def _majority(concepts: list[int], *, is_low: bool = True) -> int:
    """Return the most frequent concept; of equally frequent ones the lowest or the highest."""
    counts = {c: concepts.count(c) for c in concepts}
    most = max(counts.values())
    tied = [c for c, count in counts.items() if count == most]
    return min(tied) if is_low else max(tied)


def _in_order(distances: np.ndarray, k: int, *, is_low: bool = True) -> list[int]:
    """Return the k nearest points; of equally near ones the lower or the higher index first."""
    if is_low:
        return [int(i) for i in np.argsort(distances, kind="stable")[:k]]
    return [len(distances) - 1 - int(i) for i in np.argsort(distances[::-1], kind="stable")[:k]]


def _vote(distances: np.ndarray, concepts: np.ndarray, k: int) -> int:
    return _majority([int(concepts[i]) for i in _in_order(distances, k)])


def euclidean(points: np.ndarray, index: int) -> np.ndarray:
    """Return the squared distances of all points from one; its own is infinite."""
    found: np.ndarray = ((points - points[index]) ** 2).sum(axis=1)
    found[index] = np.inf
    return found


def decodability(
    case: Case,
    *,
    distances: Callable[[np.ndarray, int], np.ndarray] = euclidean,
    vote: Votes = _vote,
    k: Callable[[int], int] = lambda k: k,
) -> Arrays:
    """Return the share of points voted right, at every depth."""
    streams = float64(case, "streams")[0]
    concepts, n_neighbours = case["concepts"], k(int(case["n_neighbours"]))
    shares = []
    for points in streams:
        right = [
            vote(distances(points, i), concepts, n_neighbours) == concepts[i]
            for i in range(len(points))
        ]
        shares.append(np.mean(right))
    return {"decodability": np.asarray(shares)}


def one(case: Case, outputs: Arrays) -> Arrays:
    """A share is at most 1, and nothing but counts is added."""
    return {"decodability": np.asarray(1.0)}


def _with_itself(points: np.ndarray, index: int) -> np.ndarray:
    found: np.ndarray = ((points - points[index]) ** 2).sum(axis=1)
    return found


def _all_but_the_first(distances: np.ndarray, concepts: np.ndarray, k: int) -> int:
    return _majority([int(concepts[i]) for i in _in_order(distances, k + 1)[1:]])


FIRST_DROPPED = {"distances": _with_itself, "vote": _all_but_the_first}


def _manhattan(points: np.ndarray, index: int) -> np.ndarray:
    found: np.ndarray = np.abs(points - points[index]).sum(axis=1)
    found[index] = np.inf
    return found


CITY_BLOCKS = {"distances": _manhattan}


def _angle(points: np.ndarray, index: int) -> np.ndarray:
    sizes = np.sqrt((points**2).sum(axis=1)) + 1e-9
    found: np.ndarray = np.round(-(points @ points[index]) / (sizes * sizes[index]), 9)
    found[index] = np.inf
    return found


def _product(points: np.ndarray, index: int) -> np.ndarray:
    found: np.ndarray = -(points @ points[index])
    found[index] = np.inf
    return found


def _farthest(points: np.ndarray, index: int) -> np.ndarray:
    found = -euclidean(points, index)
    found[index] = np.inf
    return found


def _by_weight(distances: np.ndarray, concepts: np.ndarray, k: int) -> int:
    """Let each neighbour vote with 1 / distance."""
    total: dict[int, float] = {}
    for i in _in_order(distances, k):
        share = 1 / max(np.sqrt(distances[i]), 1e-9)
        total[int(concepts[i])] = total.get(int(concepts[i]), 0.0) + share
    return max(sorted(total), key=lambda c: total[c])


def _nearest_of_the_tied(distances: np.ndarray, concepts: np.ndarray, k: int) -> int:
    order = [int(concepts[i]) for i in _in_order(distances, k)]
    most = max(order.count(c) for c in order)
    return next(c for c in order if order.count(c) == most)


NEAREST_DECIDES = {"vote": _nearest_of_the_tied}


def _centroids(case: Case) -> Arrays:
    streams, concepts = float64(case, "streams")[0], case["concepts"]
    shares = []
    for points in streams:
        means = np.stack(
            [points[concepts == c].mean(axis=0) for c in range(int(case["n_concepts"]))]
        )
        far = ((points[:, None] - means[None]) ** 2).sum(axis=-1)
        shares.append(np.mean(far.argmin(axis=1) == concepts))
    return {"decodability": np.asarray(shares)}


def _share_of_neighbours(case: Case) -> Arrays:
    """Return the mean share of neighbours with the point's own concept: no vote is held."""
    streams, concepts = float64(case, "streams")[0], case["concepts"]
    k = int(case["n_neighbours"])
    shares = [
        np.mean(
            [
                np.mean(concepts[_in_order(euclidean(points, i), k)] == concepts[i])
                for i in range(len(points))
            ]
        )
        for points in streams
    ]
    return {"decodability": np.asarray(shares)}


def _decoded(name: str, cause: str, question: str, **wrong: object) -> Misconception:
    return Misconception(name, lambda case: decodability(case, **wrong), cause, question)  # type: ignore[arg-type]


ITSELF = "How far is a point from itself, and whose concept does it then vote for?"
TWIN = "Points 3 and 5 lie in the same place. Which of them comes first in the order of point 5?"
NEAR = "Two streams have the same direction, one is ten times as long. Are they near?"
TIE = "Two concepts have five votes each. Which one does the docstring let win?"
ORDER = "Two points are equally far, and only one place is left. Which one gets it?"
HOW_MANY = "How many points vote?"


DECODABILITY = (
    _decoded("counts-itself", "a point counts among its own neighbours.", ITSELF,
             distances=_with_itself),
    _decoded("first-dropped", "the first in the order is dropped, as if it had to be the point "
             "itself.", TWIN, **FIRST_DROPPED),
    _decoded("one-fewer", "one neighbour fewer than asked for votes.", HOW_MANY,
             k=lambda k: k - 1),
    _decoded("one-more", "one neighbour more than asked for votes.", HOW_MANY, k=lambda k: k + 1),
    _decoded("nearest-only", "only the nearest neighbour counts.", HOW_MANY, k=lambda k: 1),
    _decoded("high-label-wins", "of equally frequent concepts the higher number wins.", TIE,
             vote=lambda d, c, k: _majority([int(c[i]) for i in _in_order(d, k)], is_low=False)),
    _decoded("nearest-breaks-ties", "of equally frequent concepts the nearest neighbour's wins.",
             TIE,
             **NEAREST_DECIDES),
    _decoded("high-index-first", "of points equally far the higher index is taken.", ORDER,
             vote=lambda d, c, k: _majority([int(c[i]) for i in _in_order(d, k, is_low=False)])),
    _decoded("weighted", "nearer neighbours have more of a vote.",
             "How much does the vote of the tenth neighbour count?", vote=_by_weight),
    _decoded("manhattan", "distances are sums of absolute differences.",
             "How far apart are (0, 0) and (3, 4)?", **CITY_BLOCKS),
    _decoded("angle", "streams are compared by their angle.", NEAR, distances=_angle),
    _decoded("product", "streams are compared by their dot product.", NEAR, distances=_product),
    _decoded("farthest", "the farthest points vote.", "Does your sort begin with the nearest?",
             distances=_farthest),
    Misconception("centroids", _centroids, "streams are compared with the concepts' means.",
                  "Who votes: points, or means of points?"),
    Misconception("no-vote", _share_of_neighbours,
                  "the share of neighbours with the right concept is averaged, without a vote.",
                  "Six of ten neighbours are right. Is the point decoded, or six tenths of it?"),
    Misconception(
        "mean-of-depths",
        lambda case: {
            "decodability": np.full(
                len(case["streams"]), decodability(case)["decodability"].mean()
            )
        },
        "all depths have one and the same value.",
        "How many numbers does the docstring ask for?",
    ),
)  # fmt: skip


def draw_risks(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw predictions and targets; concepts occur with unequal frequency, and are not sorted."""
    n_prompts, n_examples, n_concepts = sizes
    concepts = np.concatenate(
        [np.arange(n_concepts), generator.integers(0, n_concepts, n_prompts - n_concepts)]
    )
    concepts = generator.permutation(concepts)
    ys = normal(generator, n_prompts, n_examples)
    scale = (1 + concepts[:, None]).astype(np.float32)
    return {
        "predictions": ys + scale * normal(generator, n_prompts, n_examples) / 2,
        "ys": ys,
        "concepts": concepts.astype(np.int32),
        "n_concepts": np.asarray(n_concepts),
    }


def _errors(case: Case) -> np.ndarray:
    predictions, ys = float64(case, "predictions", "ys")
    return predictions - ys


def _by_concept(case: Case, made: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    errors = _errors(case)
    return np.stack([made(errors[case["concepts"] == c]) for c in range(int(case["n_concepts"]))])


def _half_mean_square(errors: np.ndarray) -> np.ndarray:
    found: np.ndarray = (errors**2).mean(axis=0) / 2
    return found


def risk(case: Case) -> Arrays:
    """Return the mean half squared error of each concept at each place."""
    return {"risk": _by_concept(case, _half_mean_square)}


def risk_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """An error is a difference, so its square is off by eps times the terms' size squared."""
    predictions, ys = float64(case, "predictions", "ys")
    return {"risk": np.asarray((np.abs(predictions) + np.abs(ys)).max() ** 2)}


def _risk(
    name: str, made: Callable[[Case], np.ndarray], cause: str, question: str
) -> Misconception:
    return Misconception(name, lambda case: {"risk": made(case)}, cause, question)


def _over_all(case: Case) -> np.ndarray:
    errors, concepts = _errors(case), case["concepts"]
    return np.stack(
        [
            (errors[concepts == c] ** 2).sum(axis=0) / 2 / len(errors)
            for c in range(int(case["n_concepts"]))
        ]
    )


def _next_concept(case: Case) -> np.ndarray:
    return np.roll(risk(case)["risk"], 1, axis=0)


def _in_blocks(case: Case) -> np.ndarray:
    """Take prompts for sorted: equally many of each concept, one concept after the other."""
    n_concepts = int(case["n_concepts"])
    return np.stack([_half_mean_square(b) for b in np.array_split(_errors(case), n_concepts)])


def _repeated(case: Case, axis: int) -> np.ndarray:
    whole = risk(case)["risk"]
    return np.broadcast_to(whole.mean(axis=axis, keepdims=True), whole.shape).copy()


SHARE = "By how many prompts is the sum of one concept divided?"
EACH = "How many rows and columns has the result, and what differs between two of them?"
HALF = "What is the loss of one prediction in this course?"


CONCEPT_RISK = (
    _risk("no-half", lambda case: 2 * risk(case)["risk"], "the half is missing.", HALF),
    _risk("over-all-prompts", _over_all, "a concept's sum is divided by all prompts.", SHARE),
    _risk("absolute", lambda case: _by_concept(case, lambda e: np.abs(e).mean(axis=0)),
          "absolute errors are averaged.", HALF),
    _risk("root", lambda case: np.sqrt(2 * risk(case)["risk"]), "the root of the mean square "
          "error is taken.", HALF),
    _risk("square-of-mean", lambda case: _by_concept(case, lambda e: e.mean(axis=0) ** 2 / 2),
          "errors are averaged before they are squared.",
          "What is left of errors +1 and -1 when they are averaged first?"),
    _risk("sum", lambda case: _by_concept(case, lambda e: (e**2).sum(axis=0) / 2),
          "errors are summed over prompts, not averaged.", SHARE),
    _risk("median", lambda case: _by_concept(case, lambda e: np.median(e**2, axis=0) / 2),
          "the median is taken, not the mean.", "What is a risk: a typical loss or a mean loss?"),
    _risk("in-blocks", _in_blocks, "prompts are taken to be sorted by concept.",
          "Which prompts are of concept 1?"),
    _risk("shifted", _next_concept, "row c belongs to another concept.",
          "From which number are concepts counted?"),
    _risk("places-averaged", lambda case: _repeated(case, 1), "places are averaged.", EACH),
    _risk("concepts-averaged", lambda case: _repeated(case, 0), "all concepts have one risk.",
          EACH),
)  # fmt: skip


def draw_vectors(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw streams whose concepts have means of their own and unequal frequency."""
    n_points, d_model, n_concepts = sizes
    rest = generator.integers(0, n_concepts, n_points - n_concepts)
    rest = np.where(generator.random(len(rest)) < 0.4, 0, rest)
    concepts = generator.permutation(np.concatenate([np.arange(n_concepts), rest]))
    centres = 2 * normal(generator, n_concepts, d_model) + 1
    return {
        "streams": (centres[concepts] + normal(generator, n_points, d_model)).astype(np.float32),
        "concepts": concepts.astype(np.int32),
        "n_concepts": np.asarray(n_concepts),
    }


def _means(case: Case) -> np.ndarray:
    streams = float64(case, "streams")[0]
    return np.stack(
        [streams[case["concepts"] == c].mean(axis=0) for c in range(int(case["n_concepts"]))]
    )


def task_vectors(case: Case) -> Arrays:
    """Return each concept's mean stream less the mean over concepts of these means."""
    means = _means(case)
    return {"vectors": means - means.mean(axis=0)}


def vectors_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Means of streams: off by eps times the largest entry, and a difference by twice that."""
    return {"vectors": np.asarray(2 * np.abs(case["streams"]).max())}


def _vector(
    name: str, made: Callable[[Case], np.ndarray], cause: str, question: str
) -> Misconception:
    return Misconception(name, lambda case: {"vectors": made(case)}, cause, question)


def _mean_of_others(case: Case) -> np.ndarray:
    means = _means(case)
    n = len(means)
    return means - (means.sum(axis=0) - means) / (n - 1)


def _unit(case: Case) -> np.ndarray:
    vectors = task_vectors(case)["vectors"]
    return vectors / np.sqrt((vectors**2).sum(axis=1, keepdims=True))


CENTRE = "What do all streams have in common, and does it say anything about a concept?"
EQUALLY = "A concept occurs three times as often as another. Whose mean counts more in the centre?"


TASK_VECTORS = (
    _vector("not-centred", _means, "the mean over concepts is not taken off.", CENTRE),
    _vector("centre-of-prompts",
            lambda case: _means(case) - float64(case, "streams")[0].mean(axis=0),
            "the mean over prompts is taken off, in which frequent concepts count more.", EQUALLY),
    _vector("others-mean", _mean_of_others, "the mean of the other concepts is taken off.",
            "What should all the vectors add up to?"),
    _vector("unit-length", _unit, "vectors have length 1.",
            "How far apart are two concepts' means in the stream?"),
    _vector("negative", lambda case: -task_vectors(case)["vectors"], "the sign is wrong.",
            "Which way leads from the centre to the concept?"),
    _vector("sums",
            lambda case: task_vectors(case)["vectors"]
            * np.bincount(case["concepts"], minlength=int(case["n_concepts"]))[:, None],
            "vectors grow with the number of prompts.",
            "What changes if every prompt comes twice?"),
    _vector("shifted", lambda case: np.roll(task_vectors(case)["vectors"], 1, axis=0),
            "row c belongs to another concept.", "From which number are concepts counted?"),
)  # fmt: skip
