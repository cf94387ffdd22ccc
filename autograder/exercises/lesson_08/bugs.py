"""A batch of prompts with one bug or none; and the accuracy that counting labels gives."""

import itertools
import math
from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Depth, Misconception
from autograder.exercises.probes import normal

NONE, LEAK, BLACK, DIAGONAL = range(4)
SIZES = ((29, 12, 17, 5, 3), (23, 20, 7, 6, 4), (31, 6, 19, 11, 2), (37, 18, 13, 8, 9))
"""n_prompts, n_examples, n_pixels, d_x, n_classes; the number of examples is a multiple of the
number of classes."""

DARK = 0.15
"""The share of pixels that are not black in images that are dark and right."""


def draw_batch(
    generator: np.random.Generator, sizes: tuple[int, ...], bug: int, *, is_dark: bool
) -> dict[str, np.ndarray]:
    """Draw prompts with a bug or none; dark images are mostly black, their first pixel always."""
    n_prompts, n_examples, n_pixels, d_x, n_classes = sizes
    shape = (n_prompts, n_examples)
    pixels = generator.uniform(0.02, 0.98, (*shape, n_pixels))
    if is_dark:
        pixels *= generator.random(pixels.shape) < DARK
    # A few pixels are quite white, of which a cast leaves something.
    white = generator.random(pixels.shape) < 0.01
    pixels = np.where(white, 1.0, pixels).astype(np.float32)
    if is_dark:
        pixels[..., 0] = 0
    images = np.floor(pixels) if bug == BLACK else pixels
    a = normal(generator, n_prompts, d_x, n_pixels) / np.float32(math.sqrt(n_pixels))
    if bug == DIAGONAL:
        a = a * np.eye(d_x, n_pixels, dtype=np.float32)
    if bug == LEAK:
        deck = np.repeat(np.arange(n_classes), n_examples // n_classes)
        ys = np.stack([generator.permutation(deck) for _ in range(n_prompts)])
    else:
        ys = generator.integers(0, n_classes, shape)
        # All classes come equally often in the whole batch, as they nearly do by chance.
        deck = np.arange(ys.size) % n_classes
        ys = generator.permutation(deck).reshape(shape)
        # The most even prompt comes first: a look at one prompt is not enough.
        spread = [np.ptp(np.bincount(row, minlength=n_classes)) for row in ys]
        even = int(np.argmin(spread))
        ys[[0, even]] = ys[[even, 0]]
    xs = np.einsum("bjp,bip->bij", a.astype(np.float64), images).astype(np.float32)
    return {
        "images": images.astype(np.float32),
        "xs": xs,
        "ys": ys.astype(np.int32),
        "n_classes": np.asarray(n_classes),
    }


def draw_batches(generator: np.random.Generator, depth: Depth) -> tuple[Case, ...]:
    """Draw every bug and none, in random order, dark images among them."""
    sizes = SIZES if depth == "grade" else SIZES[:2]
    # Each size meets every bug once, and dark images that are right or projected badly.
    kinds = [(bug, False) for bug in (NONE, LEAK, BLACK, DIAGONAL)]
    kinds += [(NONE, True), (DIAGONAL, True)]
    pairs = [(size, *kind) for size in sizes for kind in kinds]
    order = generator.permutation(len(pairs))
    drawn = (pairs[i] for i in order)
    return tuple(draw_batch(generator, size, bug, is_dark=dark) for size, bug, dark in drawn)


def is_balanced(case: Case) -> bool:
    """Say whether every class comes equally often in every prompt."""
    counts = [np.bincount(row, minlength=int(case["n_classes"])) for row in case["ys"]]
    return all(len(set(count.tolist())) == 1 for count in counts)


def is_black(case: Case) -> bool:
    """Say whether all pixels are whole numbers."""
    return set(np.unique(case["images"]).tolist()) <= {0.0, 1.0}


def is_diagonal(case: Case) -> bool:
    """Say whether x_j vanishes wherever pixel j does, and is the same multiple of it elsewhere."""
    xs, d_x = np.asarray(case["xs"], np.float64), case["xs"].shape[2]
    pixels = np.asarray(case["images"], np.float64)[..., :d_x]
    for rows, light in zip(xs, pixels, strict=True):
        square = (light**2).sum(axis=0)
        factor = np.where(square > 0, (rows * light).sum(axis=0) / np.maximum(square, 1e-12), 0.0)
        if np.abs(rows - factor * light).max() > 1e-3 * max(np.abs(rows).max(), 1e-12):
            return False
    return True


Test = Callable[[Case], bool]


def _named(case: Case, *tests: tuple[int, Test]) -> Arrays:
    for bug, holds in tests:
        if holds(case):
            return {"bug": np.asarray(float(bug))}
    return {"bug": np.asarray(float(NONE))}


ALL = ((BLACK, is_black), (DIAGONAL, is_diagonal), (LEAK, is_balanced))


def bug(case: Case) -> Arrays:
    """Return the bug's number."""
    return _named(case, *ALL)


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """A name is right or wrong."""
    return {"bug": np.asarray(1.0)}


def _mostly_black(case: Case) -> bool:
    return float((case["images"] == 0).mean()) > 0.5


def _balanced_on_average(case: Case) -> bool:
    counts = np.bincount(case["ys"].ravel(), minlength=int(case["n_classes"]))
    return bool(np.ptp(counts) <= 1)


def _missed(name: str, missing: int, cause: str, question: str) -> Misconception:
    tests = tuple(pair for pair in ALL if pair[0] != missing)
    return Misconception(name, lambda case: _named(case, *tests), cause, question)


def _judged(
    name: str, tests: tuple[tuple[int, Test], ...], cause: str, question: str
) -> Misconception:
    return Misconception(name, lambda case: _named(case, *tests), cause, question)


COUNT = "How often does each class come in one prompt, and how much should that vary?"
DARKNESS = (
    "A photograph of a shoe is mostly black. How do its other pixels differ from a cast one's?"
)
PIXEL = "In one prompt, divide coordinate j by pixel j. In which batches is the quotient constant?"

FIND_THE_BUG = (
    _missed("leak-unseen", LEAK, "the label leak is not found.", COUNT),
    _missed("black-unseen", BLACK, "the cast images are not found.", DARKNESS),
    _missed("diagonal-unseen", DIAGONAL, "the diagonal projection is not found.", PIXEL),
    _judged(
        "dark-is-black",
        ((BLACK, _mostly_black), *ALL[1:]),
        "images that are only dark are taken for cast ones.",
        DARKNESS,
    ),
    _judged(
        "balanced-on-average",
        ((BLACK, is_black), (DIAGONAL, is_diagonal), (LEAK, _balanced_on_average)),
        "classes that come equally often in the whole batch are taken for a leak.",
        COUNT,
    ),
    _judged("nothing-found", (), "no bug is ever found.", "What would each bug change?"),
)


# --- what counting labels gives ----------------------------------------------------------------


def draw_count(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw how often each label comes, in a range."""
    low, high = sizes
    return {"n_each": np.asarray(int(generator.integers(low, high + 1)))}


def _by_state(k: int, guess: Callable[[int, int], float]) -> np.ndarray:
    """Walk through all states (so many of each left); return the chance of being right by place."""
    weights = {(k, k): 1.0}
    right = []
    for _ in range(2 * k):
        after: dict[tuple[int, int], float] = {}
        hit = 0.0
        for (a, b), weight in weights.items():
            hit += weight * guess(a, b)
            for left, share in (((a - 1, b), a), ((a, b - 1), b)):
                if share:
                    after[left] = after.get(left, 0.0) + weight * share / (a + b)
        right.append(hit)
        weights = after
    return np.array(right)


def _best(a: int, b: int) -> float:
    return max(a, b) / (a + b)


def _mean(made: Callable[[int], float]) -> Callable[[Case], Arrays]:
    return lambda case: {"accuracy": np.asarray(made(int(case["n_each"])))}


def counting(case: Case) -> Arrays:
    """Return the mean chance of being right, by walking through all states."""
    return _mean(lambda k: float(_by_state(k, _best).mean()))(case)


def counting_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """A share, at most 1; sums of a few hundred positive terms."""
    return {"accuracy": np.asarray(4.0)}


def _wrong(name: str, made: Callable[[int], float], cause: str, question: str) -> Misconception:
    return Misconception(name, _mean(made), cause, question)


SEES = "After three 0s and one 1 of five each, which label is likelier next, and by how much?"
WHERE = "At which places is the guesser asked, and how many are there?"
TIED = "When both labels have come equally often, how often is any guess right?"


def _tie_wins(a: int, b: int) -> float:
    return 1.0 if a == b else _best(a, b)


def _more_often(a: int, b: int) -> float:
    # The label that came more often is the one of which fewer are to come.
    return 0.5 if a == b else 1 - _best(a, b)


LABEL_LEAK = (
    _wrong(
        "half",
        lambda k: 0.5,
        "this is one half: counting helps nothing, or a guess at a tie is never right.",
        SEES,
    ),
    _wrong(
        "last-place-only",
        lambda k: 0.5 + 1 / (4 * k),
        "only the last label is taken to be known; all others to be guessed.",
        SEES,
    ),
    _wrong(
        "last-place",
        lambda k: float(_by_state(k, _best)[-1]),
        "this is the accuracy at the last place alone.",
        WHERE,
    ),
    _wrong(
        "number-right",
        lambda k: float(_by_state(k, _best).sum()),
        "this is the number of right guesses, not their share.",
        "By what is the number of right guesses divided?",
    ),
    _wrong(
        "share-of-k",
        lambda k: float(_by_state(k, _best).sum() / k),
        "the number of right guesses is divided by k.",
        WHERE,
    ),
    _wrong(
        "without-the-first",
        lambda k: float(_by_state(k, _best)[1:].mean()),
        "the first place is left out.",
        WHERE,
    ),
    _wrong(
        "matched",
        lambda k: float(_by_state(k, lambda a, b: (a * a + b * b) / (a + b) ** 2).mean()),
        "the guess is drawn with the shares that are left; the likelier one should be named.",
        "A label has the probability .7. How often is a guess right that names it 7 times in 10?",
    ),
    _wrong(
        "came-more-often",
        lambda k: float(_by_state(k, _more_often).mean()),
        "the label that came more often is named.",
        SEES,
    ),
    _wrong(
        "ties-win", lambda k: float(_by_state(k, _tie_wins).mean()), "a tie counts as right.", TIED
    ),
    _wrong(
        "middle-place",
        lambda k: float(_by_state(k, _best)[k]),
        "this is the accuracy at the middle place.",
        WHERE,
    ),
)


def brute_force(k: int) -> float:
    """Return the same by writing down all prompts; for small k."""
    prompts = set(itertools.permutations([0] * k + [1] * k))
    hits = 0.0
    for prompt in prompts:
        for place, label in enumerate(prompt):
            left = [k - prompt[:place].count(name) for name in (0, 1)]
            best = max(left)
            hits += (left[label] == best) / left.count(best)
    return hits / (2 * k * len(prompts))
