"""What an experiment hands back: rows of numbers, figures, and whatever else it measured."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jaxtyping import Key

from icl_course.arrays import Array, Scalar
from icl_course.captions import Captioned
from icl_course.reproduction.nets import Recipe, Trained

Settings = Mapping[str, Any]
Train = Callable[[Recipe], Trained]


@dataclass(frozen=True)
class Row:
    """Hold one number of the paper and the same number found here.

    Fields:

    - `figure`: the name of the experiment.
    - `quantity`, `setting`: what was measured, and where.
    - `paper`: the number to compare with, or None where there is none.
    - `here`: the number found, or None where it was not run.
    - `tolerance`: how far the two may lie apart, in words: "5 %", "± 0.01", "at least".
    - `within`: whether they do not; None where there is nothing to compare.
    - `why`: for a row outside, what explains it.
    - `source`: where `paper` is from: printed in the paper, theory, or a measurement like this one.
    """

    figure: str
    quantity: str
    setting: str
    paper: float | None
    here: float | None
    tolerance: str
    within: bool | None
    why: str = ""
    source: str = ""


@dataclass(frozen=True)
class Outcome:
    """Hold what one experiment found."""

    rows: Sequence[Row]
    figures: Mapping[str, Captioned] = field(default_factory=dict)
    numbers: Mapping[str, Any] = field(default_factory=dict)


Run = Callable[[Settings, Key[Array, ""], Train], Outcome]


@dataclass(frozen=True)
class Experiment:
    """Hold one figure or table of the paper: how it is made, and with which sizes.

    Fields:

    - `name`: what the command calls it.
    - `title`, `section`: what it shows, and where the paper does.
    - `run`: the experiment.
    - `sizes`: the settings for each scale, "laptop" and "paper".
    - `minutes`: about how long each takes on two cores.
    """

    name: str
    title: str
    section: str
    run: Run
    sizes: Mapping[str, Settings]
    minutes: Mapping[str, Scalar]


def near(
    figure: str,
    quantity: str,
    setting: str,
    *,
    paper: Scalar,
    here: Scalar,
    share: Scalar,
    source: str,
    why: str = "",
) -> Row:
    """Return a row that asks for a relative distance of at most `share`.

    >>> near("f", "loss", "K = 1", paper=2.0, here=2.1, share=0.1, source="theory").within
    True
    """
    within = bool(abs(float(here) - float(paper)) <= float(share) * abs(float(paper)))
    tolerance = f"{100 * float(share):g} %"
    return _row(figure, quantity, setting, paper, here, tolerance, within, why, source)


def beside(
    figure: str,
    quantity: str,
    setting: str,
    *,
    paper: Scalar,
    here: Scalar,
    distance: Scalar,
    source: str,
    why: str = "",
) -> Row:
    """Return a row that asks for an absolute distance of at most `distance`.

    >>> beside("f", "g", "K = 1", paper=2.0, here=2.3, distance=0.1, source="theory").within
    False
    """
    within = bool(abs(here - paper) <= distance)
    return _row(figure, quantity, setting, paper, here, f"± {distance:g}", within, why, source)


def at_least(
    figure: str,
    quantity: str,
    setting: str,
    *,
    paper: Scalar,
    here: Scalar,
    source: str,
    why: str = "",
) -> Row:
    """Return a row that asks for a number no smaller than the paper's.

    >>> at_least("f", "cosine", "K = 1", paper=0.9, here=0.95, source="measured").tolerance
    'at least'
    """
    within = bool(here >= paper)
    return _row(figure, quantity, setting, paper, here, "at least", within, why, source)


def at_most(
    figure: str,
    quantity: str,
    setting: str,
    *,
    paper: Scalar,
    here: Scalar,
    source: str,
    why: str = "",
) -> Row:
    """Return a row that asks for a number no larger than the paper's.

    >>> at_most("f", "loss", "K = 1", paper=0.9, here=0.95, source="measured").within
    False
    """
    within = bool(here <= paper)
    return _row(figure, quantity, setting, paper, here, "at most", within, why, source)


def shown(figure: str, quantity: str, setting: str, *, here: Scalar) -> Row:
    """Return a row with nothing to compare with: a number worth having beside the others.

    >>> shown("f", "loss", "K = 1", here=0.95).within is None
    True
    """
    return _row(figure, quantity, setting, None, here, "", None, "", "")


def _row(
    figure: str,
    quantity: str,
    setting: str,
    paper: Scalar | None,
    here: Scalar,
    tolerance: str,
    within: bool | None,
    why: str,
    source: str,
) -> Row:
    """Return the row; the reason stands only where the number is outside."""
    return Row(
        figure=figure,
        quantity=quantity,
        setting=setting,
        paper=None if paper is None else float(paper),
        here=float(here),
        tolerance=tolerance,
        within=within,
        why="" if within is not False else why,
        source=source,
    )
