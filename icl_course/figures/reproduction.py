"""Figures of the reproduction: curves in panels, and maps of matrices, drawn in one style."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Real
from matplotlib.axes import Axes

from icl_course.arrays import Array
from icl_course.captions import PALETTE, Captioned, new_figure


@dataclass(frozen=True)
class Curve:
    """Hold one curve: its points, what its colour means, and its name in the legend.

    `meaning` is a key of `captions.PALETTE`. A curve with no label is not in the legend.
    """

    x: Real[Array, " n"] | Sequence[Any]
    y: Real[Array, " n"] | Sequence[Any]
    meaning: str
    label: str = ""
    dashed: bool = False
    marked: bool = False


@dataclass(frozen=True)
class Panel:
    """Hold one panel: its curves, and what its axes are."""

    curves: Sequence[Curve]
    x_label: str
    y_label: str
    log_x: bool = False
    log_y: bool = False
    title: str = ""


def curves(panels: Sequence[Panel], *, alt: str, height: float = 3.0) -> Captioned:
    """Draw panels side by side.

    Arguments:

    - `panels`: what to draw, from left to right.
    - `alt`: the words for the figure, with its finding and number.
    - `height`: in inches.

    >>> line = Curve([0.0, 1.0], [1.0, 2.0], "attention layer", label="net")
    >>> curves([Panel([line], "step", "loss")], alt="It rises to 2.").alt
    'It rises to 2.'
    """
    figure = new_figure(height)
    for axes, panel in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        _draw(axes, panel)
    return Captioned(figure, alt)


def _draw(axes: Axes, panel: Panel) -> None:
    """Draw one panel."""
    for curve in panel.curves:
        axes.plot(
            np.asarray(curve.x, float),
            np.asarray(curve.y, float),
            "--" if curve.dashed else "-",
            color=PALETTE[curve.meaning],
            marker="o" if curve.marked else None,
            markersize=3.5,
            linewidth=1.4,
            alpha=0.85,
            label=curve.label or None,
        )
    axes.set_xlabel(panel.x_label)
    axes.set_ylabel(panel.y_label)
    axes.set_title(panel.title, fontsize="medium")
    if panel.log_x:
        axes.set_xscale("log")
    if panel.log_y:
        axes.set_yscale("log")
    axes.spines[["top", "right"]].set_visible(False)
    if any(curve.label for curve in panel.curves):
        axes.legend(fontsize="small", framealpha=0.85, edgecolor="none")


def matrices(
    maps: Sequence[Float[Array, "n_rows n_columns"]],
    titles: Sequence[str],
    *,
    alt: str,
    height: float = 2.6,
) -> Captioned:
    """Draw matrices side by side, each scaled so that its largest entry is 1 in size.

    >>> matrices([np.eye(2)], ["identity"], alt="A diagonal of 1.").alt
    'A diagonal of 1.'
    """
    figure = new_figure(height)
    panels = figure.subplots(1, len(maps), squeeze=False)[0]
    for axes, raw, title in zip(panels, maps, titles, strict=True):
        matrix = np.asarray(raw, float)
        largest = np.abs(matrix).max() or 1.0
        axes.imshow(matrix / largest, cmap="PuOr", vmin=-1, vmax=1)
        axes.set_title(title, fontsize="small")
        axes.set_xticks([])
        axes.set_yticks([])
    image = panels[-1].images[0]
    figure.colorbar(image, ax=list(panels), shrink=0.8, label="entry / largest entry")
    return Captioned(figure, alt)
