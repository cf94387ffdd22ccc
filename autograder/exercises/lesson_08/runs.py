"""What a training run has come to: which phase, and how long its plateau was."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.exercise import Arrays, Case, Misconception
from autograder.exercises.probes import float64

NONE, MEMORISED, IDENTIFIED, LEARNED = range(4)
AWAY = 0.004
"""How far accuracies stay from every bound, so that rounding decides nothing."""


# --- phases -----------------------------------------------------------------------------------


def draw_runs(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw runs of every phase and of none, near the bounds and far from them, in random order."""
    n_random, most_classes = sizes
    rows: list[tuple[float, float, float, int]] = []
    for n_classes in range(2, most_classes + 1):
        even = 1 / n_classes
        good, fair, poor = generator.uniform(0.81, 0.99), generator.uniform(0.71, 0.79), 0.66
        guess, low = even + generator.uniform(-0.045, 0.045), even - generator.uniform(0.06, 0.09)
        above, near = even + generator.uniform(0.06, 0.1), even + generator.uniform(0.03, 0.045)
        rows += [
            (good, near, near, n_classes),
            (good, good, near, n_classes),
            (good, good, good, n_classes),
            (poor, poor, good, n_classes),
            (guess, guess, good, n_classes),
            (good, good, fair, n_classes),
            (good, fair, guess, n_classes),
            (good, good, above, n_classes),
            (good, fair, low, n_classes),
            (fair, fair, guess, n_classes),
            (good, guess, guess, n_classes),
            (good, guess, above, n_classes),
            (good, above, guess, n_classes),
            (good, low, guess, n_classes),
            (fair, guess, guess, n_classes),
            (good, poor, guess, n_classes),
            (guess, guess, guess, n_classes),
        ]
    for _ in range(n_random):
        n_classes = int(generator.integers(2, most_classes + 1))
        rows.append((*generator.uniform(0.02, 0.99, 3).tolist(), n_classes))
    kept = [row for row in rows if _is_clear(*row)]
    kept = [kept[i] for i in generator.permutation(len(kept))]
    return {
        "accuracies": np.array([row[:3] for row in kept], np.float32),
        "n_classes": np.array([row[3] for row in kept], np.int32),
    }


def _is_clear(seen: float, unseen_images: float, unseen_tasks: float, n_classes: int) -> bool:
    """Say whether no accuracy is near a bound, its own or one that somebody may take for it."""
    even = 1 / n_classes
    bounds = (0.7, 0.8, 0.5 - 0.05, 0.5 + 0.05, even - 0.05, even + 0.05, 0.95 * even, 1.05 * even)
    values = (seen, unseen_images, unseen_tasks)
    return all(abs(value - bound) > AWAY for value in values for bound in bounds)


def classify(
    seen: float,
    unseen_images: float,
    unseen_tasks: float,
    n_classes: int,
    *,
    even: float | None = None,
    guesses: Callable[[float, float], bool] = lambda accuracy, even: abs(accuracy - even) <= 0.05,
    learned_needs_seen: bool = False,
    asks_unseen_tasks: bool = True,
    images_from: float = 0.7,
    learned_from: float = 0.8,
    order: tuple[int, ...] = (LEARNED, IDENTIFIED, MEMORISED),
) -> int:
    """Return the phase by a table of conditions; the defaults are right."""
    level = 1 / n_classes if even is None else even
    tasks_guess = guesses(unseen_tasks, level) or not asks_unseen_tasks
    holds = {
        LEARNED: unseen_tasks >= learned_from and (seen >= 0.8 or not learned_needs_seen),
        IDENTIFIED: seen >= 0.8 and unseen_images >= images_from and tasks_guess,
        MEMORISED: seen >= 0.8 and guesses(unseen_images, level) and tasks_guess,
    }
    return next((which for which in order if holds[which]), NONE)


def _rows(case: Case) -> list[tuple[float, float, float, int]]:
    (accuracies,) = float64(case, "accuracies")
    return [
        (float(a), float(b), float(c), int(n))
        for (a, b, c), n in zip(accuracies, case["n_classes"], strict=True)
    ]


def _all(case: Case, **wrong: Any) -> Arrays:
    return {"phases": np.array([classify(*row, **wrong) for row in _rows(case)], float)}


def phases(case: Case) -> Arrays:
    """Return the phase of every run."""
    return _all(case)


def phase_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """A name is right or wrong."""
    return {"phases": np.asarray(1.0)}


def _wrong(name: str, cause: str, question: str, **wrong: Any) -> Misconception:
    return Misconception(name, lambda case: _all(case, **wrong), cause, question)


def _swapped(case: Case) -> Arrays:
    return {"phases": np.array([classify(a, c, b, n) for a, b, c, n in _rows(case)], float)}


EVEN = "How often is a guess right with two classes, and how often with four?"
TASKS = "A net has .9 on all three. Is it enough to look at the tasks that it was trained on?"


MEMORISE_OR_LEARN = (
    _wrong("always-half", "guessing is taken to be right half the time.", EVEN, even=0.5),
    _wrong("always-tenth", "guessing is taken to be right one time in ten.", EVEN, even=0.1),
    _wrong(
        "one-sided",
        "every accuracy below that of guessing counts as a guess.",
        "What does a net know that is wrong far more often than a guess?",
        guesses=lambda accuracy, even: accuracy <= even + 0.05,
    ),
    _wrong(
        "relative",
        "the .05 are taken as a share of the accuracy of guessing.",
        "With four classes, between which two accuracies lies a guess?",
        guesses=lambda accuracy, even: abs(accuracy - even) <= 0.05 * even,
    ),
    _wrong(
        "learned-last",
        "a net that does well on seen tasks is never asked about unseen ones.",
        TASKS,
        asks_unseen_tasks=False,
        order=(IDENTIFIED, MEMORISED, LEARNED),
    ),
    _wrong(
        "unseen-tasks-not-asked",
        "a net that has not learned is named by the other two accuracies, even if it is better or "
        "worse than a guess on unseen tasks.",
        "A net has .6 of two classes on unseen tasks. Does it guess there?",
        asks_unseen_tasks=False,
    ),
    _wrong(
        "learned-needs-seen",
        '"learned" is made to depend on seen tasks as well.',
        'Which single accuracy decides on "learned"?',
        learned_needs_seen=True,
    ),
    _wrong(
        "images-from-eight",
        'unseen images need .8 for "identified".',
        "From which accuracy on unseen images on is a task identified?",
        images_from=0.8,
    ),
    _wrong(
        "learned-from-seven",
        '"learned" begins at .7.',
        "From which accuracy on unseen tasks on has a net learned?",
        learned_from=0.7,
    ),
    Misconception(
        "swapped",
        _swapped,
        "unseen images and unseen tasks have changed places.",
        "In which order do the three accuracies come?",
    ),
)


# --- plateaus ---------------------------------------------------------------------------------


def draw_curve(generator: np.random.Generator, sizes: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Draw a loss curve: high at first, then near even guessing, then low, with noise and spikes.

    After the fall it comes back for a while. The third size is how many steps there are from the
    fall on: 0 for a plateau that does not end, -1 for a loss that stays high. The last size is 0
    for a plateau that begins with the first mean.
    """
    n_steps, n_window, n_fall, n_classes, is_high = sizes
    level = math.log(n_classes)
    band = float(np.float32(generator.uniform(0.08, 0.12)))
    while True:
        n_high = int(generator.integers(n_window + 3, n_steps // 3)) * is_high
        n_high = n_steps if n_fall == -1 else n_high
        high = level * (1 + np.linspace(1.5, 0.4 if n_fall == -1 else 0.02, n_high))
        flat = np.full(max(n_steps - n_high - max(n_fall, 0), 0), level)
        losses = np.concatenate([high, flat, level * _fall(generator, n_fall, n_window)])
        losses = losses + 0.06 * level * generator.standard_normal(n_steps)
        # One step of luck on the way down to the plateau, and one on it.
        losses[n_high // 2] = 0.98 * level
        losses[n_high + len(flat) // 3 - (n_fall == -1)] = 0.35 * level
        losses = losses.astype(np.float32)
        if _is_clear_curve(losses, n_classes, n_window, band, does_fall=n_fall > 0):
            return {
                "losses": losses,
                "n_classes": np.asarray(n_classes),
                "n_window": np.asarray(n_window),
                "band": np.asarray(band, np.float32),
            }


def _fall(generator: np.random.Generator, n_fall: int, n_window: int) -> np.ndarray:
    """Return losses, in units of the level, that fall, come back, and fall again."""
    if n_fall <= 0:
        return np.zeros(0)
    low = generator.uniform(0.2, 0.4)
    back, end = np.ones(n_window + 6), np.full(n_window + 9, low)
    return np.concatenate([np.linspace(1.0, low, n_fall - len(back) - len(end)), back, end])


def _is_clear_curve(
    losses: np.ndarray, n_classes: int, n_window: int, band: float, *, does_fall: bool
) -> bool:
    """Say whether rounding decides nothing, and the plateau ends where it was drawn to end."""
    level = math.log(n_classes)
    means = _means(losses, n_window)
    near = min(abs(mean - (1 + side * band) * level) for mean in means for side in (1, -1))
    begins, ends = _span(means, level, band, n_window, len(losses))
    is_right = ends - begins > 2 * n_window if does_fall else ends == len(losses)
    return near > 1e-4 * level and is_right


def _means(losses: np.ndarray, n_window: int) -> list[float]:
    values = np.asarray(losses, np.float64)
    return [
        float(values[t + 1 - n_window : t + 1].mean()) for t in range(n_window - 1, len(values))
    ]


def _span(
    means: list[float], level: float, band: float, offset: int, n_steps: int
) -> tuple[int, int]:
    """Return the first steps below the upper and the lower bound; means begin at offset - 1."""
    found = []
    for bound in ((1 + band) * level, (1 - band) * level):
        below = [t + offset - 1 for t, mean in enumerate(means) if mean < bound]
        found.append(below[0] if below else n_steps)
    return found[0], found[1]


def _length(
    case: Case, *, level_of: Callable[[int], float] = math.log, window: int | None = None
) -> float:
    """Measure the plateau, with ways to go wrong."""
    losses, n_window = float64(case, "losses")[0], int(case["n_window"])
    n_classes, band = int(case["n_classes"]), float(case["band"])
    level, window = level_of(n_classes), n_window if window is None else window
    means = _means(losses, window)
    begins, ends = _span(means, level, band, window, len(losses))
    return float(ends - begins)


def plateau(case: Case) -> Arrays:
    """Return the number of steps of the plateau."""
    return {"length": np.asarray(_length(case))}


def plateau_magnitude(case: Case, outputs: Arrays) -> Arrays:
    """Steps are whole numbers, and one step off is wrong."""
    return {"length": np.asarray(1.0)}


def _measured(name: str, made: Callable[[Case], float], cause: str, question: str) -> Misconception:
    return Misconception(name, lambda case: {"length": np.asarray(made(case))}, cause, question)


def _ends(case: Case) -> tuple[int, int, int]:
    losses, n_window = float64(case, "losses")[0], int(case["n_window"])
    level, band = math.log(int(case["n_classes"])), float(case["band"])
    begins, ends = _span(_means(losses, n_window), level, band, n_window, len(losses))
    return begins, ends, len(losses)


def _count_inside(case: Case) -> float:
    losses, n_window = float64(case, "losses")[0], int(case["n_window"])
    level, band = math.log(int(case["n_classes"])), float(case["band"])
    means = np.array(_means(losses, n_window))
    return float(((means < (1 + band) * level) & (means >= (1 - band) * level)).sum())


def _last_crossing(case: Case) -> float:
    losses, n_window = float64(case, "losses")[0], int(case["n_window"])
    level, band = math.log(int(case["n_classes"])), float(case["band"])
    means = np.array(_means(losses, n_window))
    (above,) = np.nonzero(means >= (1 - band) * level)
    return float(above[-1] + n_window - _ends(case)[0])


def _lower_only(case: Case) -> float:
    """Begin where the mean first is below the level itself."""
    losses, n_window = float64(case, "losses")[0], int(case["n_window"])
    level, band = math.log(int(case["n_classes"])), float(case["band"])
    means = _means(losses, n_window)
    begins, _ = _span(means, level, 0.0, n_window, len(losses))
    return float(_span(means, level, band, n_window, len(losses))[1] - begins)


BETWEEN = "Between which two steps does the plateau lie, and what is its length?"
SMOOTH = "Which losses make the mean at step t?"
LEVEL = "What is the loss, in nats, of somebody who gives every class the same probability?"


PLATEAU = (
    _measured(
        "raw-losses",
        lambda case: _length(case, window=1),
        "single losses are compared with the bounds, not their means.",
        "Is a plateau over after one lucky batch?",
    ),
    _measured(
        "one-too-many", lambda case: _length(case) + 1, "one step too many is counted.", BETWEEN
    ),
    _measured(
        "one-too-few", lambda case: _length(case) - 1, "one step too few is counted.", BETWEEN
    ),
    _measured(
        "from-the-start",
        lambda case: float(_ends(case)[1]),
        "the steps before the plateau are counted as well.",
        BETWEEN,
    ),
    _measured(
        "bits",
        lambda case: _length(case, level_of=math.log2),
        "the level is in bits.",
        LEVEL,
    ),
    _measured(
        "level-is-even-share",
        lambda case: _length(case, level_of=lambda n: 1 / n),
        "the level is the probability 1 / n_classes, not its loss.",
        LEVEL,
    ),
    _measured(
        "counted-inside",
        _count_inside,
        "all steps between the bounds are counted, also when the loss comes back.",
        "Does a plateau that is over begin again?",
    ),
    _measured(
        "last-crossing",
        _last_crossing,
        "the end is the last crossing of the lower bound, not the first.",
        "Which of several crossings ends the plateau?",
    ),
    _measured(
        "from-the-level",
        _lower_only,
        "the plateau is made to begin where the mean crosses log(n_classes) itself.",
        "Which bound must the mean fall below for the plateau to begin?",
    ),
    _measured(
        "end-step",
        lambda case: float(_ends(case)[2] - _ends(case)[0]),
        "the plateau is counted up to the last step, as if it had no end.",
        BETWEEN,
    ),
)
