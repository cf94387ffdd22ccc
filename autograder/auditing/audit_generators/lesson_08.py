"""Second opinions on lesson 08, in float64: other sizes, many more draws, every small case."""

import itertools
import math
from collections.abc import Iterator

import numpy as np

from autograder.auditing.audit_generators import Arrays, Generator, NotVisibleError

N_SEEDS = 1_500

PROMPTS = ((4, 3, 2), (9, 1, 6), (2, 5, 2), (1, 2, 3), (17, 6, 4))
"""n_examples, d_x, n_classes."""

ANSWERS = ((6, 4, 3), (1, 5, 2), (9, 1, 4), (15, 8, 6))
"""n_prompts, n_examples, n_classes."""

BATCHES = ((21, 6, 9, 9, 2), (26, 12, 6, 4, 6), (40, 16, 5, 3, 4))
"""n_prompts, n_examples, n_pixels, d_x, n_classes."""


def _arrays(case: Arrays, outputs: Arrays) -> Arrays:
    return {name: np.asarray(value, dtype=np.float64) for name, value in outputs.items()}


def _tasks(random: np.random.Generator) -> Iterator[Arrays]:
    for n_pixels, d_x, n_classes in ((6, 4, 3), (11, 3, 5), (4, 9, 2)):
        n_images = 2 * n_pixels + n_classes
        labels = np.arange(n_images) % n_classes
        even = 2 * random.choice(2**29, N_SEEDS // 2, replace=False)
        yield {
            "images": random.standard_normal((n_images, n_pixels)),
            "labels": labels.astype(np.int32),
            "others": random.standard_normal((n_images + 3, n_pixels)),
            "other_labels": (np.arange(n_images + 3) % n_classes).astype(np.int32),
            "seeds": np.concatenate([even, even + 1]).astype(np.int32),
            "d_x": np.asarray(d_x),
            "n_classes": np.asarray(n_classes),
        }


def _law(case: Arrays, outputs: Arrays) -> Arrays:
    """See yes or no: one matrix and one renaming for a task, from its seed, and their laws."""
    images, others = case["images"], case["others"]
    n, n_pixels, d_x = len(case["seeds"]), images.shape[1], int(case["d_x"])
    n_classes = int(case["n_classes"])
    xs, ys = np.asarray(outputs["xs"], np.float64), np.asarray(outputs["ys"])
    if xs.shape != (n, len(images), d_x) or ys.shape != (n, len(images)):
        raise NotVisibleError("an array has another shape")
    if np.shape(outputs["xs_again"]) != (len(others), d_x) or np.shape(outputs["ys_again"]) != (
        len(others),
    ):
        raise NotVisibleError("an array has another shape")
    gram = np.linalg.inv(images.T @ images)
    a = np.einsum("pq,iq,sid->sdp", gram, images, xs, optimize=True)
    off = np.abs(np.einsum("sdp,ip->sid", a, images) - xs).max()
    again = np.abs(others @ a[0].T - np.asarray(outputs["xs_again"], np.float64)).max()
    # Labels stand in turn, so the first n_classes images have one of each.
    names = ys[:, :n_classes]
    in_turn = (ys == names[:, np.arange(len(images)) % n_classes]).all()
    renamed = (np.sort(names, axis=1) == np.arange(n_classes)).all()
    again_names = (
        np.asarray(outputs["ys_again"]) == names[0][np.arange(len(others)) % n_classes]
    ).all()
    z = (a * math.sqrt(n_pixels)).reshape(n, -1)
    flags = {
        "linear": off < 1e-4,
        "again": again < 1e-4 and again_names,
        "renamed": in_turn and renamed,
        "moments": all(
            abs((z**k).mean() - right) < 7 * math.sqrt(spread / z.size)
            for k, right, spread in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96))
        ),
        "entries alone": _uncorrelated(z) and _uncorrelated(np.abs(z)),
        "fresh": len(np.unique(z[:, 0].round(6))) > 0.99 * n,
    }
    if flags["renamed"]:
        orders = list(itertools.permutations(range(n_classes)))
        shares = np.array([(names == order).all(axis=1).mean() for order in orders])
        p = 1 / len(orders)
        flags["orders"] = np.abs(shares - p).max() < 7 * math.sqrt(p / n)
        columns = np.concatenate([z[:, :6], names], axis=1)
        table = np.corrcoef(columns.T)[:6, 6:]
        flags["apart"] = np.abs(table).max() < 7 / math.sqrt(n)
    return {name: np.asarray(float(flag)) for name, flag in flags.items()}


def _uncorrelated(columns: np.ndarray) -> bool:
    with np.errstate(all="ignore"):
        table = np.corrcoef(columns.T)
    return bool(np.abs(table - np.eye(len(table))).max() < 7 / math.sqrt(len(columns)))


def _examples(random: np.random.Generator) -> Iterator[Arrays]:
    for n_examples, d_x, n_classes in PROMPTS:
        yield {
            "xs": 3 * random.standard_normal((n_examples, d_x)),
            "ys": random.integers(0, n_classes, n_examples).astype(np.int32),
            "n_classes": np.asarray(n_classes),
        }


def _shares(case: Arrays, outputs: Arrays) -> Arrays:
    """Round: JAX makes float32 of a mean of truth values, also where all else is float64."""
    return {name: np.round(array, 6) for name, array in _arrays(case, outputs).items()}


def _answers(random: np.random.Generator) -> Iterator[Arrays]:
    for n_prompts, n_examples, n_classes in ANSWERS:
        for scale in (0.3, 5.0):
            yield {
                "logits": scale * random.standard_normal((n_prompts, n_examples, n_classes)) - 1,
                "ys": random.integers(0, n_classes, (n_prompts, n_examples)).astype(np.int32),
            }


def _counts(random: np.random.Generator) -> Iterator[Arrays]:
    for n_each in range(1, 61):
        yield {"n_each": np.asarray(n_each)}


def _batches(random: np.random.Generator) -> Iterator[Arrays]:
    for n_prompts, n_examples, n_pixels, d_x, n_classes in BATCHES:
        shape = (n_prompts, n_examples)
        deck = np.repeat(np.arange(n_classes), n_examples // n_classes)
        for bug, share in itertools.product(range(4), (1.0, 0.3)):
            light = random.uniform(0.01, 0.99, (*shape, n_pixels))
            light *= random.random(light.shape) < share
            light[random.random(light.shape) < 0.02] = 1.0
            if share < 1:
                light[0, :, 0] = 0.0
            a = random.standard_normal((n_prompts, d_x, n_pixels))
            ys = random.permutation(np.resize(np.arange(n_classes), shape).ravel()).reshape(shape)
            if bug == 1:
                ys = np.array([random.permutation(deck) for _ in range(n_prompts)])
            elif bug == 2:
                light = np.trunc(light)
            elif bug == 3:
                a *= np.eye(d_x, n_pixels)
            yield {
                "images": light,
                "xs": np.matmul(light, np.swapaxes(a, 1, 2)),
                "ys": ys.astype(np.int32),
                "n_classes": np.asarray(n_classes),
            }


def _runs(random: np.random.Generator) -> Iterator[Arrays]:
    """Yield a grid between all bounds, and random runs."""
    for n_classes in (2, 3, 4, 7, 10):
        even = 1 / n_classes
        bounds = sorted({0.7, 0.8, even - 0.05, even + 0.05})
        edges = [0.0, *bounds, 1.0]
        middles = [(a + b) / 2 for a, b in itertools.pairwise(edges)]
        near = [bound + side * 0.002 for bound in bounds for side in (-1, 1)]
        rows = list(itertools.product([*middles, *near], repeat=3))
        yield {
            "accuracies": np.array(rows),
            "n_classes": np.full(len(rows), n_classes, np.int32),
        }


def _curves(random: np.random.Generator) -> Iterator[Arrays]:
    for number in range(24):
        n_steps, n_window = int(random.integers(40, 200)), int(random.integers(1, 20))
        n_classes, band = int(random.integers(2, 12)), random.uniform(0.03, 0.4)
        level = math.log(n_classes)
        ends = np.sort(random.integers(0, n_steps, 3))
        first = 1.0 if number % 6 == 4 else 2.5
        shape = np.interp(np.arange(n_steps), [0, *ends], [first, 1.0, 1.0, 0.3])
        if number % 6 == 5:
            shape = 1.5 + 0 * shape
        noise = 0.1 * random.standard_normal(n_steps)
        yield {
            "losses": level * (shape + noise),
            "n_classes": np.asarray(n_classes),
            "n_window": np.asarray(n_window),
            "band": np.asarray(band),
        }


GENERATORS = {
    "projected-tasks": Generator(_tasks, _law),
    "shifted-labels": Generator(_examples, _arrays),
    "in-context-accuracy": Generator(_answers, _shares),
    "label-leak": Generator(_counts, _arrays),
    "find-the-bug": Generator(_batches, _arrays),
    "memorise-or-learn": Generator(_runs, _arrays),
    "plateau": Generator(_curves, _arrays),
}
