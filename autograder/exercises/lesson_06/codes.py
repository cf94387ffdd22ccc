"""Positional codes and sharpness: what the grader sees of them, by scores and by bisection."""

from collections.abc import Callable

import numpy as np

from autograder.exercise import Arrays, Case, Depth, Misconception, UnreadableAnswerError

LARGEST_CODE = 128
LARGEST_ENTRY = 1e30
LARGEST_SCALE = 1e4
"""Terms of a score, beyond which they widen no tolerance: the largest that circle codes need."""

TIE = 1e-9
"""Share of the largest score by which a score must be above another to be larger at all."""

NOWHERE = -1
"""The place of the largest score where there is a tie."""

LARGEST_AT = "place of the largest score (-1: a tie)"

LENGTHS = ((3, 8), (25, 62), (9, 24), (4, 62), (63, 64))
"""From each range one length is drawn; practice uses the first two."""


def draw_lengths(generator: np.random.Generator, depth: Depth) -> tuple[Case, ...]:
    """Draw numbers of tokens; the longest that the exercise names is among them."""
    ranges = LENGTHS if depth == "grade" else LENGTHS[:2]
    return tuple({"n_tokens": np.asarray(generator.integers(low, high))} for low, high in ranges)


def successors(case: Case) -> np.ndarray:
    """Return for each token, counted from 0, the one that comes after it; for the last, 0."""
    n_tokens = int(case["n_tokens"])
    return np.append(np.arange(1, n_tokens), 0).astype(float)


def next_wins(case: Case) -> Arrays:
    """Ask for the next token, and a margin that reaches 1."""
    return {LARGEST_AT: successors(case), "margin": np.asarray(1.0)}


def observe_code(case: Case, outputs: Arrays) -> Arrays:
    """See where each row of scores is largest, and by how much the next token wins, up to 1.

    Where several share the largest score, it is nowhere: a token finds none of them.
    """
    n_tokens = int(case["n_tokens"])
    code, matrix = (np.asarray(outputs[name], dtype=float) for name in ("code", "matrix"))
    came = f"code {list(code.shape)}, matrix {list(matrix.shape)}"
    if code.ndim != 2 or len(code) != n_tokens or matrix.shape != (code.shape[1],) * 2:
        raise UnreadableAnswerError(
            f"{came}; expected code [n_tokens, d_code] with n_tokens = {n_tokens}, "
            "and matrix [d_code, d_code]"
        )
    if code.shape[1] > LARGEST_CODE:
        raise UnreadableAnswerError(f"{came}; no code needs over {LARGEST_CODE} entries")
    if not all(np.all(np.abs(array) < LARGEST_ENTRY) for array in (code, matrix)):
        raise UnreadableAnswerError("the code or the matrix holds NaN, or absurdly large entries")
    scores = code @ matrix.T @ code.T  # [j, i] is p_i^T M p_j = (M p_j) . p_i
    after = successors(case).astype(int)
    rows = np.arange(n_tokens)
    of_next = scores[rows, after]
    others = scores.copy()
    others[rows, after] = -np.inf
    margin = min(1.0, float((of_next - others.max(axis=1)).min()))
    second, first = np.sort(scores, axis=1)[:, -2:].T
    alone = first - second > TIE * np.abs(scores).max()
    largest_at = np.where(alone, scores.argmax(axis=1), NOWHERE).astype(float)
    return {LARGEST_AT: largest_at, "margin": np.asarray(margin)}


def code_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Scale of the margin's rounding: the absolute terms of a score."""
    code, matrix = (np.abs(np.asarray(outputs[name], dtype=float)) for name in ("code", "matrix"))
    scale = float((code @ matrix.T @ code.T).max())
    return {
        LARGEST_AT: np.asarray(1.0),
        "margin": np.asarray(min(max(1.0, scale), LARGEST_SCALE)),
    }


def _found(
    name: str, largest_at: Callable[[int], np.ndarray], cause: str, question: str
) -> Misconception:
    def oracle(case: Case) -> Arrays:
        return {LARGEST_AT: np.asarray(largest_at(int(case["n_tokens"])), dtype=float)}

    return Misconception(name, oracle, cause, question)


def _last_at(place: Callable[[int], int]) -> Callable[[int], np.ndarray]:
    return lambda n: np.append(np.arange(1, n), place(n))


ROWS = "In p_i^T M p_j, which token asks, and does M act on its code or on the other's?"
CLOSED = "Which token comes after the last one, and what does its code say?"


POSITIONAL_CODE = (
    _found(
        "previous",
        lambda n: np.roll(np.arange(n), 1),
        "every token finds the one before it.",
        ROWS,
    ),
    _found(
        "itself",
        np.arange,
        "every token finds itself.",
        "Which matrix turns the code of a token into that of the next?",
    ),
    _found(
        "two-ahead",
        lambda n: np.roll(np.arange(n), -2),
        "every token finds the one after the next.",
        "By how many places does M move a code?",
    ),
    _found(
        "last-finds-itself",
        _last_at(lambda n: n - 1),
        "the last token finds itself: the code does not close.",
        CLOSED,
    ),
    _found(
        "last-finds-the-one-before",
        _last_at(lambda n: n - 2),
        "the last token finds the one before it: the code does not close.",
        CLOSED,
    ),
    _found(
        "last-finds-nobody",
        _last_at(lambda n: NOWHERE),
        "the last token finds nobody, for its largest score is a tie: the code does not close.",
        CLOSED,
    ),
    Misconception(
        "margin",
        lambda case: {LARGEST_AT: successors(case)},
        "every token finds the next, but by a margin below 1.",
        "By what would all scores have to be multiplied, for this n?",
    ),
)


def draw_sharpness(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a margin and an error; the second size is a power of ten that shrinks the error."""
    n_attended, power = sizes
    margin = generator.choice([generator.uniform(0.2, 0.8), generator.uniform(1.3, 4.0)])
    error = generator.uniform(0.2, 0.8) / n_attended * 10.0**-power
    return {
        "n_attended": np.asarray(n_attended),
        "margin": np.asarray(margin),
        "error": np.asarray(error),
    }


def _inputs(case: Case) -> tuple[int, float, float]:
    return int(case["n_attended"]), float(case["margin"]), float(case["error"])


def astray(n_attended: int, margin: float, sharpness: float) -> float:
    """Return the weight that a softmax over scores (margin, 0, ..., 0) leaves to the others."""
    scores = sharpness * np.append(margin, np.zeros(n_attended - 1))
    powers = np.exp(scores - scores.max())
    return float(powers[1:].sum() / powers.sum())


def sharpness(case: Case) -> Arrays:
    """Find by bisection the sharpness that leaves the weight asked for."""
    n_attended, margin, error = _inputs(case)
    low, high = 0.0, 100.0 / margin
    for _ in range(200):
        middle = (low + high) / 2
        if astray(n_attended, margin, middle) > error:
            low = middle
        else:
            high = middle
    return {"sharpness": np.asarray(low)}


def sharpness_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """A logarithm of float32 is off by eps and by eps of itself; then it is divided."""
    _, margin, _ = _inputs(case)
    return {"sharpness": (1 + np.abs(sharpness(case)["sharpness"]) * margin) / margin}


def _sharp(
    name: str, value: Callable[[int, float, float], float], cause: str, question: str
) -> Misconception:
    return Misconception(
        name, lambda case: {"sharpness": np.asarray(value(*_inputs(case)))}, cause, question
    )


COUNT = "With two tokens and an error of a half, which sharpness makes both weights equal?"
HOW_FAR = "If all scores are doubled beforehand, what should become of the sharpness?"
SMALL = "Which sharpness do you expect for a very small error: large or small, above or below 0?"


COPY_ERROR = (
    _sharp(
        "neighbour-counted-twice",
        lambda n, m, e: np.log(n * (1 - e) / e) / m,
        "n others are counted; the winner is one of the n tokens.",
        COUNT,
    ),
    _sharp(
        "neighbours-share-forgotten",
        lambda n, m, e: np.log((n - 1) / e) / m,
        "the others' weight is taken relative to the winner's, not to the sum of all.",
        COUNT,
    ),
    _sharp(
        "one-other",
        lambda n, m, e: np.log((1 - e) / e) / m,
        "only one other token is counted.",
        "How do more tokens with score 0 change the sum that softmax divides by?",
    ),
    _sharp(
        "error-each",
        lambda n, m, e: np.log((1 - (n - 1) * e) / e) / m,
        "each of the others gets the error, in place of all of them together.",
        "Whose weights add up to the error?",
    ),
    _sharp(
        "margin-forgotten",
        lambda n, m, e: np.log((n - 1) * (1 - e) / e),
        "the margin is left out.",
        HOW_FAR,
    ),
    _sharp(
        "margin-multiplied",
        lambda n, m, e: np.log((n - 1) * (1 - e) / e) * m,
        "the margin multiplies where it should divide.",
        HOW_FAR,
    ),
    _sharp(
        "sign",
        lambda n, m, e: -np.log((n - 1) * (1 - e) / e) / m,
        "the sign is wrong: the others would win.",
        SMALL,
    ),
    _sharp(
        "neighbour-gets-the-error",
        lambda n, m, e: np.log((n - 1) * e / (1 - e)) / m,
        "the winner is left with the error, and the others with the rest.",
        SMALL,
    ),
    _sharp(
        "base-10",
        lambda n, m, e: np.log10((n - 1) * (1 - e) / e) / m,
        "the logarithm has base 10.",
        "What is the inverse of the function in softmax?",
    ),
    _sharp(
        "base-2",
        lambda n, m, e: np.log2((n - 1) * (1 - e) / e) / m,
        "the logarithm has base 2.",
        "What is the inverse of the function in softmax?",
    ),
    _sharp(
        "no-logarithm",
        lambda n, m, e: (n - 1) * (1 - e) / e / m,
        "the exponential is not undone.",
        "One side of your equation is exp(sharpness times margin). How do you solve for sharpness?",
    ),
    _sharp(
        "several-at-once",
        lambda n, m, e: np.log(n / e) / m,
        "n others are counted, and their weight is taken relative to the winner's.",
        COUNT,
    ),
)
