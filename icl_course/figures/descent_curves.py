"""Gradient descent from outside: its paths over a loss, and its loss by step and by step size."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib import colormaps
from matplotlib.axes import Axes

from icl_course.arrays import Array, Scalar
from icl_course.captions import PALETTE, Captioned, new_figure

LARGEST_EXCESS = 1e3
"""How far above the loss at the start an axis reaches; a curve that diverges leaves it there."""


def descent_paths(
    first: Float[Array, " n_first"],
    second: Float[Array, " n_second"],
    losses: Float[Array, "n_second n_first"],
    paths: Float[Array, "n_paths n_points 2"],
    learning_rates: Float[Array, " n_paths"],
    *,
    threshold: Scalar,
) -> Captioned:
    """Draw paths of gradient descent over the contours of a loss of two weights, one per panel.

    The frame stays that of the contours, and a path that diverges leaves it. A path begins at an
    open dot and takes its colour from whether its step size lies below the threshold.

    Arguments:

    - `first`, `second`: values of the two weights, each in rising order.
    - `losses`: the loss at each pair of them, one row per value of the second weight.
    - `paths`: the weights before the first step and after each one.
    - `learning_rates`: the step size of each path.
    - `threshold`: the step size from which descent no longer converges.

    Returns the figure and its alt text, with the last step of each path. Raises `ValueError` where
    there is not one step size for each path.

    >>> ends = np.array([-1.0, 0.0, 1.0])
    >>> bowl = ends[:, None] ** 2 + ends**2
    >>> path = np.array([[[1.0, 0.0], [0.5, 0.0]]])
    >>> descent_paths(ends, ends, bowl, path, np.array([0.25]), threshold=1.0).alt.split(": ")[1]
    'after 1 step the length of the last one is 0.5 at 0.25 times the threshold.'
    """
    walked, rates, threshold = (
        np.asarray(paths, float),
        np.asarray(learning_rates),
        float(threshold),
    )
    _check_one_each(rates, walked, "paths")
    figure = new_figure(3.0)
    panels = figure.subplots(1, len(walked), sharex=True, sharey=True, squeeze=False)[0]
    findings = []
    for axes, path, rate in zip(panels, walked, rates, strict=True):
        _draw_contours(axes, np.asarray(first), np.asarray(second), np.asarray(losses))
        color = PALETTE["gradient descent" if rate < threshold else "diverges"]
        axes.plot(*path.T, "-o", color=color, linewidth=1.2, markersize=3)
        axes.plot(*path[0], "o", color=color, markerfacecolor="white", markersize=7)
        axes.set_title(f"step size {_times(rate, threshold)}", fontsize="medium")
        axes.set_xlabel("weight $W_1$")
        length = np.linalg.norm(path[-1] - path[-2])
        findings.append(f"{length:.2g} at {rate / threshold:.2f} times the threshold")
    panels[0].set_ylabel("weight $W_2$")
    alt = (
        "Paths of gradient descent over the contours of a loss of two weights: after "
        f"{_steps(walked.shape[1] - 1)} the length of the last one is {', '.join(findings)}."
    )
    return Captioned(figure, alt)


def _draw_contours(axes: Axes, first: np.ndarray, second: np.ndarray, losses: np.ndarray) -> None:
    """Draw contours of a loss, four to a decade, and mark its lowest point."""
    lowest, highest = losses[losses > 0].min(), losses.max()
    levels = np.geomspace(lowest, highest, 14)[1:-1]
    axes.contour(first, second, losses, levels, colors=PALETTE["before"], linewidths=0.6, zorder=0)
    row, column = np.unravel_index(losses.argmin(), losses.shape)
    axes.plot(first[column], second[row], "+", color=PALETTE["reference"], markersize=9, zorder=1)
    axes.set_xlim(first[0], first[-1])
    axes.set_ylim(second[0], second[-1])


def loss_curves(
    losses: Float[Array, "n_rates n_points"],
    learning_rates: Float[Array, " n_rates"],
    *,
    threshold: Scalar,
) -> Captioned:
    """Draw the loss along gradient descent, one curve per step size.

    Step sizes below the threshold are drawn in full lines, the larger the darker, one at the
    threshold is black and dashed, and one above it has a colour of its own.

    Arguments:

    - `losses`: the loss before the first step and after each one, one row per step size.
    - `learning_rates`: the step sizes, each once.
    - `threshold`: the step size from which descent no longer converges.

    Returns the figure and its alt text, with the first and the last loss of every curve. Raises
    `ValueError` where there is not one step size for each curve.

    >>> losses = np.array([[1.0, 0.25], [1.0, 4.0]])
    >>> loss_curves(losses, np.array([0.5, 3.0]), threshold=2.0).alt.split("; ")[1]
    'at 1.50 times the threshold from 1 to 4.'
    """
    curves, rates, threshold = (
        np.asarray(losses, float),
        np.asarray(learning_rates),
        float(threshold),
    )
    _check_one_each(rates, curves, "curves")
    figure = new_figure(3.6)
    axes = figure.subplots()
    largest = LARGEST_EXCESS * curves[:, 0].max()
    for place in np.argsort(rates)[::-1]:
        drawn = np.where(curves[place] < 10 * largest, curves[place], np.nan)
        label = _times(rates[place], threshold)
        axes.plot(drawn, label=label, **_curve_style(rates, rates[place], threshold))
    axes.set_yscale("log")
    axes.set_ylim(None, min(np.nanmax(curves) * 2, largest))
    axes.set_xlabel("step of gradient descent")
    axes.set_ylabel("loss $L(W_k)$")
    axes.spines[["top", "right"]].set_visible(False)
    title = rf"step size ($\bar\eta = 2/\lambda_\max = {threshold:.2f}$)"
    figure.legend(loc="outside right center", frameon=False, title=title)
    findings = (
        f"at {rates[place] / threshold:.2f} times the threshold from {curves[place, 0]:.3g} to "
        f"{curves[place, -1]:.2g}"
        for place in np.argsort(rates)
    )
    alt = (
        f"Loss along {curves.shape[1] - 1} steps of gradient descent for {len(rates)} step sizes, "
        f"with the divergence threshold at 2/lambda_max = {threshold:.3g}: {'; '.join(findings)}."
    )
    return Captioned(figure, alt)


def _curve_style(rates: np.ndarray, rate: float, threshold: float) -> dict[str, Any]:
    """Return how the curve of one step size is drawn: below, at or above the threshold."""
    if np.isclose(rate, threshold):
        return {"color": PALETTE["reference"], "linestyle": "--", "linewidth": 1.5}
    if rate > threshold:
        return {"color": PALETTE["diverges"], "linewidth": 1.8}
    below = np.sort(rates[rates < threshold])
    shade = (1 + np.searchsorted(below, rate)) / len(below)
    return {"color": colormaps["Oranges"](0.25 + 0.6 * shade), "linewidth": 1.8}


def final_losses(
    losses: Float[Array, "n_counts n_rates"],
    learning_rates: Float[Array, " n_rates"],
    step_counts: Sequence[int],
    *,
    threshold: Scalar,
    loss_at_start: Scalar,
) -> Captioned:
    """Draw the loss after some numbers of steps against the step size.

    A vertical line marks the threshold, and a grey one the loss before any step.

    Arguments:

    - `losses`: the loss after each number of steps, one row per number.
    - `learning_rates`: the step sizes, in rising order.
    - `step_counts`: the numbers of steps.
    - `threshold`: the step size from which descent no longer converges.
    - `loss_at_start`: the loss before the first step.

    Returns the figure and its alt text, with the best step size of each number of steps. Raises
    `ValueError` where there is not one number of steps for each row.

    >>> losses = np.array([[1.0, 0.5, 9.0]])
    >>> rates = np.array([0.1, 1.5, 2.5])
    >>> final_losses(losses, rates, [7], threshold=2.0, loss_at_start=3.0).alt.split(": ")[1]
    'after 7 steps the lowest loss is 0.5, at 0.75 times the threshold.'
    """
    ends, rates, threshold = np.asarray(losses, float), np.asarray(learning_rates), float(threshold)
    _check_one_each(np.asarray(step_counts), ends, "rows of losses")
    figure = new_figure(3.4)
    axes = figure.subplots()
    start = float(loss_at_start)
    shades = colormaps["Oranges"](np.linspace(0.4, 0.9, len(ends)))
    for count, row, shade in zip(step_counts, ends, shades, strict=True):
        drawn = np.where(row < 10 * LARGEST_EXCESS * start, row, np.nan)
        axes.plot(rates, drawn, color=shade, linewidth=1.8, label=_steps(count))
    axes.axhline(start, color=PALETTE["before"], linewidth=1.2, label="at the start")
    axes.axvline(threshold, color=PALETTE["reference"], linestyle="--", linewidth=1)
    axes.set_yscale("log")
    axes.set_ylim(None, LARGEST_EXCESS * start)
    axes.set_xlim(rates[0], rates[-1])
    where = axes.get_xaxis_transform()
    words = rf"$2/\lambda_\max = {threshold:.2f}$ "
    axes.text(threshold, 0.98, words, transform=where, ha="right", va="top")
    axes.set_xlabel(r"step size $\eta$")
    axes.set_ylabel("loss after the last step")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside right center", frameon=False)
    findings = (
        f"after {_steps(count)} the lowest loss is {row.min():.2g}, at "
        f"{rates[row.argmin()] / threshold:.2f} times the threshold"
        for count, row in zip(step_counts, ends, strict=True)
    )
    alt = (
        f"Loss against step size, with the divergence threshold marked at {threshold:.3g} and the "
        f"loss at the start, {start:.3g}: {'; '.join(findings)}."
    )
    return Captioned(figure, alt)


def _times(rate: float, threshold: float) -> str:
    r"""Return a step size in units of the threshold, as a label: $0.50\,\bar\eta$."""
    return rf"${rate / threshold:.2f}\,\bar\eta$"


def _steps(count: int) -> str:
    """Return "1 step" or "2 steps"."""
    return f"{count} step{'s' if count > 1 else ''}"


def _check_one_each(numbers: np.ndarray, arrays: np.ndarray, what: str) -> None:
    """Raise `ValueError` unless there is one number for each of the arrays."""
    if len(numbers) != len(arrays) or len(arrays) == 0:
        raise ValueError(
            f"there are {len(arrays)} {what} and {len(numbers)} numbers to tell them apart, but "
            "each needs one, and there must be at least one: pass them in the same order."
        )
