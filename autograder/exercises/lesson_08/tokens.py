"""Tokens with the label before, accuracy by place: loops in NumPy, and the wrong ways."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.probes import float64, normal

# --- tokens -----------------------------------------------------------------------------------


def draw_examples(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw inputs and labels: the first and the last are two classes, neither of them class 0.

    Of more than three classes the last comes nowhere: how many there are is not to be read off ys.
    """
    n_examples, d_x, n_classes = sizes
    n_drawn = min(n_classes, max(3, n_classes - 1))
    ys = generator.integers(0, n_drawn, n_examples)
    ys[-1], ys[0], ys[1] = n_drawn - 1, 0, 1
    names = generator.permutation(n_drawn)
    while 0 in names[ys[[0, -1]]]:
        names = generator.permutation(n_drawn)
    return {
        "xs": normal(generator, n_examples, d_x),
        "ys": names[ys].astype(np.int32),
        "n_classes": np.asarray(n_classes),
    }


def _tokens(case: Case, before: Callable[[list[np.ndarray], int], np.ndarray]) -> np.ndarray:
    """Put beside each input what a rule makes of all one-hot labels and the place."""
    (xs,) = float64(case, "xs")
    names = np.eye(int(case["n_classes"]))
    labels = [names[y] for y in case["ys"]]
    return np.stack([np.concatenate([x, before(labels, i)]) for i, x in enumerate(xs)])


def _earlier(labels: list[np.ndarray], place: int) -> np.ndarray:
    return labels[place - 1] if place else np.zeros_like(labels[0])


def tokens(case: Case) -> Arrays:
    """Return inputs beside the label before them."""
    return {"tokens": _tokens(case, _earlier)}


def token_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Nothing is added: entries are copied."""
    return {"tokens": np.abs(case["xs"]).max()}


def _wrong(
    name: str, made: Callable[[Case], np.ndarray], cause: str, question: str
) -> Misconception:
    return Misconception(name, lambda case: {"tokens": made(case)}, cause, question)


def _put(
    name: str, before: Callable[[list[np.ndarray], int], np.ndarray], cause: str, question: str
) -> Misconception:
    return _wrong(name, lambda case: _tokens(case, before), cause, question)


def _labels_first(case: Case) -> np.ndarray:
    d_x = case["xs"].shape[1]
    right = _tokens(case, _earlier)
    return np.concatenate([right[:, d_x:], right[:, :d_x]], axis=1)


def _inputs_shifted(case: Case) -> np.ndarray:
    d_x = case["xs"].shape[1]
    own = _tokens(case, lambda labels, i: labels[i])
    return np.concatenate([np.roll(own[:, :d_x], 1, axis=0) * _not_first(own), own[:, d_x:]], 1)


def _not_first(rows: np.ndarray) -> np.ndarray:
    return (np.arange(len(rows)) > 0).astype(float)[:, None]


SEEN = "The net answers after token i. Which labels may it have seen by then?"
FIRST = "Which label stands before the first one?"


SHIFTED_LABELS = (
    _put(
        "own-label",
        lambda labels, i: labels[i],
        "each token holds the label of its own input: the answer stands beside the question.",
        SEEN,
    ),
    _put(
        "next-label",
        lambda labels, i: labels[i + 1] if i + 1 < len(labels) else np.zeros_like(labels[0]),
        "each token holds the label of the input after it.",
        SEEN,
    ),
    _put(
        "wrapped",
        lambda labels, i: labels[i - 1],
        "the first token holds the label of the last input.",
        FIRST,
    ),
    _put(
        "first-repeated",
        lambda labels, i: labels[max(i - 1, 0)],
        "the first token holds its own label.",
        FIRST,
    ),
    _put(
        "first-even",
        lambda labels, i: labels[i - 1] if i else np.full_like(labels[0], 1 / len(labels[0])),
        "the first token holds equal shares of all labels.",
        "What stands in the first token by the docstring?",
    ),
    _put(
        "first-is-class-zero",
        lambda labels, i: labels[i - 1] if i else np.eye(len(labels[0]))[0],
        "the first token holds label 0: no label and label 0 look the same.",
        FIRST,
    ),
    _put(
        "two-before",
        lambda labels, i: labels[i - 2] if i > 1 else np.zeros_like(labels[0]),
        "each token holds the label two places before.",
        "After token 1, should the net know y_0?",
    ),
    _put(
        "all-before",
        lambda labels, i: np.sum(labels[:i], axis=0) if i else np.zeros_like(labels[0]),
        "each token counts all labels before it.",
        "Which single label belongs in a token?",
    ),
    _wrong(
        "labels-first",
        _labels_first,
        "the label stands before the input within a token.",
        "In which order do input and label stand in a token?",
    ),
    _wrong(
        "inputs-shifted",
        _inputs_shifted,
        "the inputs are shifted, not the labels.",
        "Which of the two is late: the input, or its label?",
    ),
)


# --- accuracy ---------------------------------------------------------------------------------

MARGIN = 0.05
"""How far the largest logit lies above the others, so that rounding cannot move it."""


def draw_answers(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw logits that are right more often the later, and labels."""
    n_prompts, n_examples, n_classes = sizes
    ys = generator.integers(0, n_classes, (n_prompts, n_examples))
    while True:
        logits = normal(generator, n_prompts, n_examples, n_classes)
        lift = np.linspace(0.2, 1.5, n_examples)[None, :, None].astype(np.float32)
        logits += lift * np.eye(n_classes, dtype=np.float32)[ys]
        ordered = np.sort(logits, axis=2)
        logits[np.abs(ordered[..., -1] - ordered[..., -2]) < MARGIN] *= 3
        gaps = np.diff(np.sort(logits, axis=2), axis=2)
        right = (logits.argmax(2) == ys).mean(0)
        shares = (logits.argmax(2) == ys).mean()
        # What single places say differs from what the mean says, and no place is empty.
        if gaps.min() > 1e-4 and np.ptp(right) > 0.2 and 0.2 < shares < 0.9 and right.min() > 0:
            return {"logits": logits, "ys": ys.astype(np.int32)}


def _hits(
    case: Case, named: Callable[[np.ndarray], int] = lambda row: int(row.argmax())
) -> np.ndarray:
    """Say for each prompt and place whether the label that a rule names is right."""
    (logits,) = float64(case, "logits")
    return np.array(
        [
            [float(named(row) == y) for row, y in zip(rows, labels, strict=True)]
            for rows, labels in zip(logits, case["ys"], strict=True)
        ]
    )


def accuracy(case: Case) -> Arrays:
    """Return the share of prompts with a right answer, place by place."""
    hits = _hits(case)
    return {"accuracy": np.array([column.sum() / len(hits) for column in hits.T])}


def accuracy_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """A share of counts is exact but for its division."""
    return {"accuracy": np.asarray(1.0)}


def _counted(
    name: str, made: Callable[[Case], np.ndarray], cause: str, question: str
) -> Misconception:
    return Misconception(name, lambda case: {"accuracy": np.asarray(made(case))}, cause, question)


def _right_probability(case: Case) -> np.ndarray:
    (logits,) = float64(case, "logits")
    powers = np.exp(logits - logits.max(axis=2, keepdims=True))
    shares = powers / powers.sum(axis=2, keepdims=True)
    return np.take_along_axis(shares, case["ys"][..., None], axis=2)[..., 0].mean(axis=0)


def _against_neighbour(case: Case, by: int) -> np.ndarray:
    (logits,) = float64(case, "logits")
    return (logits.argmax(2) == np.roll(case["ys"], by, axis=1)).mean(axis=0)


MEAN = "For one place, what is counted, and by what is the count divided?"
PLACES = "How many numbers come back, and what does number i belong to?"


IN_CONTEXT_ACCURACY = (
    _counted(
        "summed", lambda case: _hits(case).sum(axis=0), "hits are added up over prompts.", MEAN
    ),
    _counted(
        "one-number",
        lambda case: _hits(case).mean(),
        "the mean is over places as well.",
        PLACES,
    ),
    _counted(
        "last-place",
        lambda case: _hits(case)[:, -1].mean(),
        "only the last place counts.",
        PLACES,
    ),
    _counted(
        "by-prompt",
        lambda case: _hits(case).mean(axis=1),
        "the mean is over places, one number for each prompt.",
        PLACES,
    ),
    _counted(
        "so-far",
        lambda case: np.cumsum(_hits(case).mean(axis=0)) / np.arange(1, case["ys"].shape[1] + 1),
        "the mean is over all places up to each one.",
        PLACES,
    ),
    _counted(
        "errors", lambda case: 1 - _hits(case).mean(axis=0), "errors are counted, not hits.", MEAN
    ),
    _counted(
        "probability",
        _right_probability,
        "the probability of the right label is averaged.",
        "When is an answer right: by its probability, or by being the largest?",
    ),
    _counted(
        "label-before",
        lambda case: _against_neighbour(case, 1),
        "answers are compared with the labels one place before.",
        "Row i of the logits answers for which label?",
    ),
    _counted(
        "label-after",
        lambda case: _against_neighbour(case, -1),
        "answers are compared with the labels one place after.",
        "Row i of the logits answers for which label?",
    ),
    _counted(
        "smallest",
        lambda case: _hits(case, lambda row: int(row.argmin())).mean(axis=0),
        "the smallest logit is taken for the answer.",
        "Which logit belongs to the likeliest label?",
    ),
    _counted(
        "percent", lambda case: 100 * _hits(case).mean(axis=0), "the share is in per cent.", MEAN
    ),
)
