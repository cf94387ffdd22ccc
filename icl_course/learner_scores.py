"""Scores of in-context learners: accuracy by place, the phase of a run, the length of a plateau.

Places and steps are counted from 0.
"""

import math
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Int

from icl_course.arrays import Array

Phase = Literal["learned", "identified", "memorised", "none"]

N_CHANCE = 0.05
"""How far from even guessing still counts as guessing."""


def accuracy_by_position(
    logits: Float[Array, "n_prompts n_examples n_classes"],
    ys: Int[Array, "n_prompts n_examples"],
) -> Float[Array, " n_examples"]:
    """Return the share of prompts whose largest logit is the right label's, at every place.

    Source: 2212.04458, figure 1 and section 4.1.

    >>> accuracy_by_position(np.array([[[1.0, 0.0], [1.0, 0.0]]]), np.array([[0, 1]])).tolist()
    [1.0, 0.0]
    """
    return (logits.argmax(axis=-1) == ys).mean(axis=0)


def phase(seen: float, unseen_images: float, unseen_tasks: float, *, n_classes: int) -> Phase:
    """Say what a net has learnt, from its accuracy after many examples on three kinds of prompts.

    - "learned": at least .8 on unseen tasks. It learns from the prompt.
    - "identified": at least .8 on seen tasks and at least .7 on unseen images of them, and guesses
      on unseen tasks. It finds out which of its tasks it is in.
    - "memorised": at least .8 on seen tasks with seen images, and guesses on the other two.
    - "none": anything else.

    To guess is to be within .05 of 1 / n_classes, above or below.

    Source: 2212.04458, section 4.2 (three phases); the bounds are ours.

    Arguments:

    - `seen`: on tasks and images of training.
    - `unseen_images`: on tasks of training with images kept apart.
    - `unseen_tasks`: on new tasks with images kept apart.
    - `n_classes`: of each task.

    >>> phase(0.95, 0.93, 0.52, n_classes=2)
    'identified'
    """
    if unseen_tasks >= 0.8:
        return "learned"

    def is_guess(accuracy: float) -> bool:
        return abs(accuracy - 1 / n_classes) <= N_CHANCE

    if seen >= 0.8 and is_guess(unseen_tasks):
        if unseen_images >= 0.7:
            return "identified"
        if is_guess(unseen_images):
            return "memorised"
    return "none"


def running_mean(
    losses: Float[Array, " n_steps"], *, n_window: int
) -> Float[np.ndarray, " n_means"]:
    """Return the means of `n_window` losses in a row; entry 0 ends at step n_window - 1.

    >>> running_mean(np.array([1.0, 2.0, 6.0]), n_window=2).tolist()
    [1.5, 4.0]
    """
    sums = np.concatenate([[0.0], np.cumsum(np.asarray(losses, np.float64))])
    return (sums[n_window:] - sums[:-n_window]) / n_window


def plateau_span(
    losses: Float[Array, " n_steps"], *, n_classes: int, n_window: int = 50, band: float = 0.1
) -> tuple[int, int]:
    """Return the steps between which a loss stays near that of even guessing, log(n_classes).

    Let m_t be the mean of the `n_window` losses that end at step t. The plateau begins at the first
    t with m_t < (1 + band) log(n_classes), and ends at the first t with m_t < (1 - band)
    log(n_classes). It ends at n_steps if it has no end, and begins there if it has no beginning.

    Source: 2212.04458, section 4.4 speaks of plateaus; the definition is ours.

    Arguments:

    - `losses`: of every step, in nats.
    - `n_classes`: of each task.
    - `n_window`: how many steps make a mean, at most n_steps.
    - `band`: the share of the level that counts as near.

    >>> plateau_span(np.array([9.0, 0.7, 0.7, 0.7, 0.1]), n_classes=2, n_window=1)
    (1, 4)
    """
    n_steps, level = len(losses), math.log(n_classes)
    means = running_mean(losses, n_window=n_window)

    def first(is_there: Bool[np.ndarray, " n_means"]) -> int:
        return int(is_there.argmax()) + n_window - 1 if is_there.any() else n_steps

    return first(means < (1 + band) * level), first(means < (1 - band) * level)


def plateau_length(
    losses: Float[Array, " n_steps"], *, n_classes: int, n_window: int = 50, band: float = 0.1
) -> int:
    """Return how many steps the plateau of `plateau_span` lasts.

    >>> plateau_length(np.array([9.0, 0.7, 0.7, 0.7, 0.1]), n_classes=2, n_window=1)
    3
    """
    begins, ends = plateau_span(losses, n_classes=n_classes, n_window=n_window, band=band)
    return ends - begins


def best_counting_accuracy(n_each: int) -> float:
    """Return how often the best guesser is right that sees labels only, where two are balanced.

    A prompt holds two labels, each exactly k = n_each times, in random order. Always naming the
    label that came less often so far is right, averaged over all 2k places, with the probability

        1/2 + (4^k / binom(2k, k) - 1) / (4k).

    Source: Diaconis and Graham 1981 (card guessing with complete feedback, two kinds of cards).

    >>> best_counting_accuracy(1)
    0.75
    """
    k = n_each
    return 0.5 + (4**k / math.comb(2 * k, k) - 1) / (4 * k)
