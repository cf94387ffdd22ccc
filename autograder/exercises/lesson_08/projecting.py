"""Tasks from their seeds, judged by their law and by what holds for every one of them.

Every bound is so wide that a right answer passes but for less than one run in a million: means and
shares have six standard errors, variances and the correlations of neighbours seven, and the
distance between distribution functions 3.2 / sqrt(n) (Dvoretzky, Kiefer, Wolfowitz, Massart: a
chance below 3e-9). Of some six hundred correlations of names with entries each has 6.5 (Fisher).
"""

import itertools
import math

import numpy as np
from scipy.special import ndtr  # type: ignore[import-untyped]

from autograder.exercise import Arrays, Case, Misconception, UnreadableAnswerError
from autograder.exercises.probes import normal
from autograder.verdict import FLOAT32_EPS

N_SEEDS = 100
ROUNDING = 128.0
LARGEST_ENTRY = 1e6

UNEXPLAINED = "share of xs that no linear map of the images explains"
BROKEN = "share of tasks in which ys is no renaming of the labels"
REPEATED = "change of the task when its seed comes again with other images"
SAME = "share of entries of A that two seeds share"
TWICE = "share of tasks whose A another seed has, too"
MEAN = "mean of the entries of A, in units of 1/sqrt(n_pixels)"
VARIANCE = "log of (variance of A's entries / asked)"
LAW = "distance of A's entries from the normal law"
NEIGHBOURS = "largest correlation of neighbouring entries of A"
LENGTHS = "share by which the lengths of A's rows vary too little"
NAMES = "largest distance of P(label becomes name) from 1/n_classes"
ORDERS = "largest distance of an order's share from that of all orders"
TOGETHER = "largest correlation of a name with an entry of A"
SUSPECT = "suspicion: "


def draw_task(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw two sets of images with labels, and the seeds of many tasks: all different, in pairs."""
    n_images, n_others, n_pixels, d_x, n_classes = sizes

    def labels(n: int) -> np.ndarray:
        drawn = np.concatenate([np.arange(n_classes), generator.integers(0, n_classes, n)])[:n]
        return generator.permutation(drawn).astype(np.int32)

    steps = generator.integers(1, 1000, N_SEEDS)
    steps[1::2] = 1
    seeds = generator.integers(2**20) + np.cumsum(steps)
    return {
        "images": normal(generator, n_images, n_pixels),
        "labels": labels(n_images),
        "others": normal(generator, n_others, n_pixels),
        "other_labels": labels(n_others),
        "seeds": seeds.astype(np.int32),
        "d_x": np.asarray(d_x),
        "n_classes": np.asarray(n_classes),
    }


def _sizes(case: Case) -> tuple[int, int, int]:
    return case["images"].shape[1], int(case["d_x"]), int(case["n_classes"])


def _check(case: Case, outputs: Arrays) -> None:
    """Raise `UnreadableAnswerError` where the arrays are not those of tasks."""
    d_x, n_seeds = int(case["d_x"]), len(case["seeds"])
    n_images, n_others = len(case["images"]), len(case["others"])
    shapes = {
        "xs": (n_seeds, n_images, d_x),
        "ys": (n_seeds, n_images),
        "xs_again": (n_others, d_x),
        "ys_again": (n_others,),
    }
    for name, shape in shapes.items():
        if outputs[name].shape != shape:
            came, asked = outputs[name].shape, shape
            if len(shape) == len(came) and not name.endswith("again"):
                came, asked = came[1:], shape[1:]
            short = name.removesuffix("_again")
            raise UnreadableAnswerError(f"{short} {list(came)}; asked for shape {list(asked)}")
        if not np.all(np.abs(np.asarray(outputs[name], np.float64)) < LARGEST_ENTRY):
            raise UnreadableAnswerError(f"{name} holds NaN, infinite or absurdly large entries")


def _maps(images: np.ndarray, xs: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the linear map [.., d_x, n_pixels] of each task, and what it leaves unexplained."""
    fit = np.linalg.pinv(images) @ xs
    rest = xs - images @ fit
    share = float((rest**2).sum() / max((xs**2).sum(), 1e-30))
    return np.swapaxes(fit, -1, -2), share


def _renaming(labels: np.ndarray, ys: np.ndarray, n_classes: int) -> list[int] | None:
    """Return the new name of every label, or None where there is no such renaming."""
    names = [set(ys[labels == label].tolist()) for label in range(n_classes)]
    found = [next(iter(name)) for name in names if len(name) == 1]
    return [int(name) for name in found] if sorted(found) == list(range(n_classes)) else None


def observe(case: Case, outputs: Arrays) -> Arrays:
    """See of many tasks what holds exactly, what their law says, and which slip it looks like."""
    _check(case, outputs)
    n_pixels, _, n_classes = _sizes(case)
    images, others = (np.asarray(case[name], np.float64) for name in ("images", "others"))
    xs, xs_again = (np.asarray(outputs[name], np.float64) for name in ("xs", "xs_again"))
    labels, other_labels = case["labels"], case["other_labels"]
    a, unexplained = _maps(images, xs)
    a_again, unexplained_again = _maps(others, xs_again)
    renamed = [_renaming(labels, ys, n_classes) for ys in outputs["ys"]]
    again = _renaming(other_labels, outputs["ys_again"], n_classes)
    whole = np.array([names for names in renamed if names is not None])
    size = max(np.abs(a[0]).max(), 1e-12)
    changes = np.abs(a[0] - a_again).max() / size
    entries = a * math.sqrt(n_pixels)
    seen = {
        UNEXPLAINED: max(unexplained, unexplained_again),
        BROKEN: 1 - len(whole) / len(renamed),
        REPEATED: changes + float(renamed[0] != again),
        SAME: float((np.abs(np.diff(a, axis=0)) < 1e-6).mean()),
        TWICE: 1 - len(np.unique(a[:, 0, :2].round(7), axis=0)) / len(a),
        MEAN: entries.mean(),
        VARIANCE: np.log((entries**2).mean() + 1e-30),
        LAW: _distance(ndtr(entries)),
        NEIGHBOURS: max(
            abs(_correlation(entries[:, 1:], entries[:, :-1])),
            abs(_correlation(entries[:, :, 1:], entries[:, :, :-1])),
        ),
        LENGTHS: _too_even((entries**2).sum(axis=2), 2 * n_pixels),
        NAMES: _names_off(whole, n_classes),
        ORDERS: _orders_off(whole, n_classes),
        TOGETHER: _together(entries, whole),
    }
    seen |= {
        SUSPECT + name: float(found)
        for name, found in _suspicions(case, outputs, seen, a, whole).items()
    }
    return {name: np.asarray(value, np.float64) for name, value in seen.items()}


def _distance(shares: np.ndarray) -> float:
    places = np.sort(shares, axis=None)
    steps = np.arange(len(places) + 1) / len(places)
    return float(max((steps[1:] - places).max(), (places - steps[:-1]).max()))


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    one, other = one.ravel() - one.mean(), other.ravel() - other.mean()
    scale = np.sqrt((one**2).sum() * (other**2).sum())
    return float((one * other).sum() / scale) if scale > 1e-12 else 1.0


def _too_even(values: np.ndarray, variance: float) -> float:
    """Return by which share the variance of some values falls short of what it should be."""
    return max(0.0, 1 - float(values.var()) / variance)


def _together(entries: np.ndarray, whole: np.ndarray) -> float:
    """Return the largest correlation, over tasks, of an entry with a name or with who has it."""
    if len(whole) < len(entries):
        return 0.0
    columns = [entries.reshape(len(entries), -1), whole, np.argsort(whole, axis=1)]
    centred = [column - column.mean(axis=0) for column in columns]
    a, *names = [c / np.maximum(np.sqrt((c**2).sum(axis=0)), 1e-12) for c in centred]
    return max(float(np.abs(a.T @ of_names).max()) for of_names in names)


def _names_off(whole: np.ndarray, n_classes: int) -> float:
    """Return how far the share of tasks in which a label gets a name is from even."""
    if not len(whole):
        return 1.0
    table = np.stack([(whole == name).mean(axis=0) for name in range(n_classes)])
    return float(np.abs(table - 1 / n_classes).max())


def _orders_off(whole: np.ndarray, n_classes: int) -> float:
    """Return how far the share of tasks with some order of the names is from even."""
    if not len(whole):
        return 1.0
    orders = np.array(list(itertools.permutations(range(n_classes))))
    shares = (whole[:, None, :] == orders[None]).all(axis=2).mean(axis=0)
    return float(np.abs(shares - 1 / len(orders)).max())


def _suspicions(
    case: Case, outputs: Arrays, seen: dict[str, float], a: np.ndarray, whole: np.ndarray
) -> dict[str, bool]:
    """Say which slip it looks like, each true where it shows."""
    n_pixels, d_x, n_classes = _sizes(case)
    linear = seen[UNEXPLAINED] < 1e-6
    varied = linear and seen[SAME] < 0.9
    spread = float(np.sqrt((a**2).mean()))
    off_diagonal = np.abs(a * (1 - np.eye(d_x, n_pixels))[None]).max()
    full = varied and off_diagonal > 1e-3 * max(spread, 1e-12)
    close = 7 / np.sqrt(2 * a.size)

    def has(scale: float) -> bool:
        return full and abs(math.log(max(spread, 1e-12) / scale)) < max(close, 1e-3)

    shifts = (whole - np.arange(n_classes)) % n_classes if len(whole) else np.zeros((0, 1))
    is_shift = len(whole) > 0 and bool((shifts == shifts[:, :1]).all())
    unit = np.abs(a * math.sqrt(n_pixels))
    ys = outputs["ys"]
    found = {
        "deviation 1 / n_pixels": has(1 / n_pixels),
        "deviation 1": has(1.0),
        "deviation 1 / sqrt(d_x)": has(1 / math.sqrt(d_x)),
        "diagonal": linear and off_diagonal < 1e-4 * np.abs(a).max(),
        "signs": full and float(np.abs(unit - 1).max()) < 1e-3,
        "uniform": full
        and float(unit.max()) < math.sqrt(3) + 1e-3
        and abs(seen[VARIANCE]) < 0.2
        and float(np.abs(unit - 1).max()) > 0.5,
        "seed ignored": linear and seen[SAME] > 0.99,
        "another projection for each image": seen[UNEXPLAINED] > 0.1,
        "labels as they were": bool((ys == case["labels"][None]).all()),
        "labels shuffled among images": len(whole) < len(ys) / 2
        and bool((np.sort(ys, axis=1) == np.sort(case["labels"])[None]).all()),
        "names drawn with replacement": len(whole) < 0.9 * len(ys)
        and _is_function(case, ys)
        and bool(((ys >= 0) & (ys < n_classes)).all()),
        "names from 1": _is_function(case, ys) and {1, n_classes} == {ys.min(), ys.max()},
        "names shifted round": is_shift and bool(np.ptp(shifts) > 0),
        "names by entries of A": full
        and not seen[TWICE]
        and seen[TOGETHER] > bounds(case)[TOGETHER],
        "one renaming for all": len(whole) == len(ys) and bool((whole == whole[:1]).all()),
    }
    once = seen[REPEATED] > 1e-3 and linear and len(whole) == len(ys)
    return found | {"depends on the images": once and seen[SAME] < 0.5}


def _is_function(case: Case, ys: np.ndarray) -> bool:
    """Say whether every label has one name in every task, be it shared or not."""
    for label in range(int(case["n_classes"])):
        of_label = ys[:, case["labels"] == label]
        if not (of_label == of_label[:, :1]).all():
            return False
    return True


def bounds(case: Case) -> dict[str, float]:
    """Return how far chance or rounding may take what is seen from 0."""
    n_pixels, d_x, n_classes = _sizes(case)
    n, n_seeds, n_orders = N_SEEDS * d_x * n_pixels, N_SEEDS, math.factorial(n_classes)
    pairs = N_SEEDS * min((d_x - 1) * n_pixels, d_x * (n_pixels - 1))

    def share(p: float) -> float:
        # Six standard errors, and as many counts more, since few counts are not normal.
        return 6 * math.sqrt(p * (1 - p) / n_seeds) + 6 / n_seeds

    return {
        UNEXPLAINED: 1e-8,
        BROKEN: 1e-9,
        REPEATED: 1e-3,
        SAME: 0.01,
        TWICE: 1e-9,
        MEAN: 6 / math.sqrt(n),
        VARIANCE: 7 * math.sqrt(2 / n),
        LAW: 3.2 / math.sqrt(n),
        NEIGHBOURS: 7 / math.sqrt(pairs),
        # A chi-square of n_pixels degrees has the excess kurtosis 12 / n_pixels.
        LENGTHS: 7 * math.sqrt((2 + 12 / n_pixels) / (N_SEEDS * d_x)),
        NAMES: share(1 / n_classes),
        ORDERS: share(1 / n_orders),
        TOGETHER: math.tanh(6.5 / math.sqrt(n_seeds - 3)),
    }


def oracle(case: Case) -> Arrays:
    """Return what a right answer shows, but for chance."""
    return {name: np.asarray(0.0) for name in bounds(case)}


def magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Turn bounds into the scale at which the verdict's tolerance is just the bound."""
    scale = ROUNDING * FLOAT32_EPS
    return {name: np.asarray(bound / scale) for name, bound in bounds(case).items()}


def _suspected(name: str, flag: str, cause: str, question: str) -> Misconception:
    flagged = {SUSPECT + flag: np.asarray(1.0)}
    return Misconception(name, lambda case: flagged, cause, question)


SCALE = "With pixels of mean square 1, what is the variance of an entry of A x?"
FULL = "On how many pixels should each coordinate of A x depend?"
RENAME = "In one task, what do all images of one class have in common, and what do two classes not?"
SEED = "Call your function twice with one seed, then with another seed. What must change?"


PROJECTED_TASKS = (
    _suspected("seed-ignored", "seed ignored", "all seeds give the same projection.", SEED),
    _suspected(
        "diagonal",
        "diagonal",
        "coordinate j depends on pixel j alone: the projection is diagonal.",
        FULL,
    ),
    _suspected(
        "each-image-its-own",
        "another projection for each image",
        "the images of one task are not all projected by one matrix.",
        "What do the images of one task share?",
    ),
    _suspected(
        "variance-for-deviation",
        "deviation 1 / n_pixels",
        "the entries have the standard deviation 1/n_pixels, not 1/sqrt(n_pixels).",
        SCALE,
    ),
    _suspected("unscaled", "deviation 1", "the entries have variance 1.", SCALE),
    _suspected(
        "scaled-by-d-x",
        "deviation 1 / sqrt(d_x)",
        "the entries have the variance 1/d_x, not 1/n_pixels.",
        SCALE,
    ),
    _suspected(
        "signs",
        "signs",
        "all entries of A have the same size: only their signs are random.",
        "Which law do the entries of A have?",
    ),
    _suspected(
        "uniform",
        "uniform",
        "the entries of A are uniform, not normal.",
        "Which law do the entries of A have?",
    ),
    _suspected("not-renamed", "labels as they were", "the labels stay as they were.", RENAME),
    _suspected(
        "shuffled",
        "labels shuffled among images",
        "the labels are shuffled among the images, so that they name nothing.",
        RENAME,
    ),
    _suspected(
        "with-replacement",
        "names drawn with replacement",
        "two classes may get one and the same name.",
        RENAME,
    ),
    _suspected(
        "names-from-one",
        "names from 1",
        "the new names are 1 to n_classes, not 0 to n_classes - 1.",
        "Which names had the labels before, and which should they have after?",
    ),
    _suspected(
        "one-draw-for-both",
        "names by entries of A",
        "the renaming can be read off A: both are made from the same random numbers.",
        "What does one key give when it is used twice, and how many keys does a task need?",
    ),
    _suspected(
        "shifted-round",
        "names shifted round",
        "all names are moved round by the same number.",
        "How many orders of four names are there, and how many does a shift reach?",
    ),
    _suspected(
        "one-renaming",
        "one renaming for all",
        "the same renaming serves all seeds.",
        SEED,
    ),
    _suspected(
        "not-from-the-seed-alone",
        "depends on the images",
        "the same seed gives another task when other images come with it.",
        SEED,
    ),
)
