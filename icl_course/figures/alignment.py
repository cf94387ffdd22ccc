"""A trained layer beside a gradient step: over training, between the two, and on other tasks."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Int, Real
from matplotlib.axes import Axes

from icl_course.arrays import Array, Scalar
from icl_course.captions import PALETTE, Captioned, new_figure

AXIS_NAMES = {
    "input_range": "half width a of the inputs",
    "teacher_scale": "scale of the teacher",
    "n_context": "number N of examples",
}


def alignment_curves(
    steps: Int[Array, " n_points"],
    cosines: Float[Array, " n_points"],
    prediction_differences: Float[Array, " n_points"],
    model_differences: Float[Array, " n_points"],
) -> Captioned:
    """Draw over training how a layer comes to agree with a gradient step.

    On the left the cosine of the two sensitivities, which rises to 1 as they agree; on the right
    the two differences, which fall to 0, on a log axis.

    Source: 2212.07677, Fig. 2 (middle).

    Arguments:

    - `steps`: the training steps at which was measured.
    - `cosines`, `prediction_differences`, `model_differences`: means over tasks, as
      `alignment.mean_alignment` gives them.

    Returns the figure and its alt text, with the first and the last value of each curve. Raises
    `ValueError` where the curves are not of one length.

    >>> curve = np.array([0.25, 0.5])
    >>> alignment_curves(np.array([0, 50]), curve, curve, curve).alt.split("; ")[0]
    'Agreement with a gradient step over 50 training steps: the cosine goes from 0.25 to 0.5000'
    """
    curves = [np.asarray(c, float) for c in (cosines, prediction_differences, model_differences)]
    when = np.asarray(steps)
    _check_one_each(when, *curves)
    figure = new_figure(3.2)
    left, right = figure.subplots(1, 2)
    left.plot(when, curves[0], color=PALETTE["attention layer"], linewidth=1.8)
    left.axhline(1, color=PALETTE["reference"], linewidth=0.6, zorder=0)
    left.set_ylabel("cosine of the sensitivities")
    names = ("prediction difference", "model difference")
    for name, curve, style in zip(names, curves[1:], ("-", "--"), strict=True):
        right.plot(when, curve, style, color=PALETTE["attention layer"], label=name, linewidth=1.8)
    right.set_yscale("log")
    right.set_ylabel("mean difference")
    right.legend(frameon=False)
    for axes in (left, right):
        axes.set_xlabel("training step")
        axes.spines[["top", "right"]].set_visible(False)
    alt = (
        f"Agreement with a gradient step over {when[-1]} training steps: the cosine goes from "
        f"{curves[0][0]:.2f} to {curves[0][-1]:.4f}; the prediction difference from "
        f"{curves[1][0]:.2g} to {curves[1][-1]:.2g} and the model difference from "
        f"{curves[2][0]:.2g} to {curves[2][-1]:.2g}."
    )
    return Captioned(figure, alt)


def interpolation(
    steps: Int[Array, " n_points"],
    trained: Float[Array, " n_points"],
    mixed: Float[Array, " n_points"],
    gradient_step: Scalar,
    shares: Float[Array, " n_shares"],
    fixed: Float[Array, " n_shares"],
    bare: Float[Array, " n_shares"],
) -> Captioned:
    """Draw the loss of layers between a trained one and the construction.

    On the left over training: the layer, the one half way to the construction, the construction. On
    the right along the way from the last layer to the construction, once with the scale of the two
    fixed and once straight between the bare matrices.

    Source: 2212.07677, Fig. 2 (left).

    Arguments:

    - `steps`: the training steps at which was measured.
    - `trained`, `mixed`: the losses of the layer, and of `gauge.interpolate` with share 1/2.
    - `gradient_step`: the loss of the construction.
    - `shares`: the shares of the construction.
    - `fixed`, `bare`: the losses at these shares.

    Returns the figure and its alt text, with the losses half way. Raises `ValueError` where the
    curves of a panel are not of one length.

    >>> two = np.array([1.0, 0.5])
    >>> interpolation(np.array([0, 9]), two, two, 0.5, np.array([0.0, 1.0]), two, two).alt[-74:]
    'with the scale fixed at most 1.0000, between the bare matrices up to 1.00.'
    """
    over = [np.asarray(curve, float) for curve in (steps, trained, mixed)]
    along = [np.asarray(curve, float) for curve in (shares, fixed, bare)]
    _check_one_each(*over)
    _check_one_each(*along)
    figure = new_figure(3.4)
    left, right = figure.subplots(1, 2)
    color, half = PALETTE["attention layer"], PALETTE["half way"]
    left.plot(over[0], over[1], color=color, linewidth=1.8, label="trained layer")
    left.plot(over[0], over[2], "--", color=half, linewidth=1.8, label="half way, scale fixed")
    left.set_xlabel("training step")
    right.plot(along[0], along[1], "o-", color=half, label="scale fixed")
    right.plot(along[0], along[2], "s:", color=PALETTE["before"], label="bare matrices")
    right.set_xlabel("share of the construction")
    for axes in (left, right):
        label = "gradient step" if axes is left else None
        axes.axhline(
            float(gradient_step), color=PALETTE["gradient descent"], linewidth=1, label=label
        )
        axes.set_ylabel("loss")
        # A mixture with an untrained layer may lose anything: its curve then leaves the frame.
        axes.set_ylim(0, 1.6 * over[1].max() if axes is left else None)
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
    alt = (
        f"Loss between a trained layer and the construction. After {over[0][-1]:.0f} steps the "
        f"layer has {over[1][-1]:.4f}, the layer half way {over[2][-1]:.4f}, the gradient step "
        f"{float(gradient_step):.4f}. On the way from one to the other the loss is with the scale "
        f"fixed at most {along[1].max():.4f}, between the bare matrices up to {along[2].max():.2f}."
    )
    return Captioned(figure, alt)


def out_of_distribution(
    values: Mapping[str, Real[Array, " _"]],
    measured: Mapping[str, Float[Array, "_ 2"]],
    derived: Mapping[str, Float[Array, "_ 2"]],
) -> Captioned:
    """Draw losses on tasks of other kinds: measured points over the curve of a closed form.

    One panel for each thing that changes, both axes logarithmic. A dot is the trained layer, a
    ring the construction, so that a dot in its ring on the curve is the finding.

    Source: 2212.07677, Fig. 3, which has input and teacher scales.

    Arguments:

    - `values`: what was changed, by name, and its values.
    - `measured`: for each name one row per value: the losses of trained layer and construction.
    - `derived`: for each name the curve of the closed form, as rows (value, loss) in rising order.
      Each measured value is among them.

    Returns the figure and its alt text, with the largest gap between layer and closed form in each
    panel. Raises `ValueError` where the three do not have the same names, or do not fit.

    >>> losses = np.array([[1.1, 1.0], [2.0, 2.0]])
    >>> values, curve = {"n_context": np.array([5, 10])}, np.array([[5, 1], [7, 1.5], [10, 2.0]])
    >>> found = out_of_distribution(values, {"n_context": losses}, {"n_context": curve})
    >>> found.alt.split(": ")[1]
    'by at most 10 % over the number N of examples (5 to 10).'
    """
    if not values.keys() == measured.keys() == derived.keys():
        raise ValueError(
            f"the sweeps are {list(values)}, {list(measured)} and {list(derived)}, but values, "
            "measured and derived must have the same names."
        )
    figure = new_figure(3.2)
    panels = figure.subplots(1, len(values), squeeze=False)[0]
    findings = []
    for axes, name in zip(panels, values, strict=True):
        points, losses = np.asarray(values[name], float), np.asarray(measured[name], float)
        curve, words = np.asarray(derived[name], float), AXIS_NAMES.get(name, name)
        _check_one_each(points, losses)
        _draw_sweep(axes, points, losses, curve)
        axes.set_xlabel(words)
        gap = np.abs(losses[:, 0] / _at(points, curve) - 1).max()
        findings.append(f"{100 * gap:.0f} % over the {words} ({points[0]:g} to {points[-1]:g})")
    panels[0].set_ylabel("loss")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3, frameon=False)
    alt = (
        "Loss on tasks of other kinds, the trained layer against the closed form of a frozen "
        f"gradient step: by at most {', '.join(findings)}."
    )
    return Captioned(figure, alt)


def _draw_sweep(axes: Axes, points: np.ndarray, losses: np.ndarray, curve: np.ndarray) -> None:
    """Draw one sweep on log axes, every value ticked."""
    color = PALETTE["gradient descent"]
    axes.plot(*curve.T, color=color, linewidth=1.2, label="frozen step, derived")
    (rings,) = axes.plot(points, losses[:, 1], "o", color=color, markersize=11)
    rings.set(markerfacecolor="none", markeredgewidth=1.5, label="construction")
    axes.plot(points, losses[:, 0], "o", color=PALETTE["attention layer"], label="trained layer")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(points, _labels(points))
    low, high = losses.min() / 1.5, losses.max() * 1.5
    ticks = [d * 10.0**e for e in range(-3, 4) for d in (1, 2, 5) if low < d * 10.0**e < high]
    ticks = ticks[:: 1 + len(ticks) // 6]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.margins(x=0.12, y=0.12)
    axes.spines[["top", "right"]].set_visible(False)


def _labels(points: np.ndarray) -> list[str]:
    """Label the values of a log axis, but for those whose label would lie on the one before."""
    places = np.log(points / points[0]) / np.log(points[-1] / points[0])
    labels, last = [], -1.0
    for point, place in zip(points, places, strict=True):
        labels.append(f"{point:g}" if place - last > 0.2 else "")
        last = place if labels[-1] else last
    return labels


def _at(points: np.ndarray, curve: np.ndarray) -> np.ndarray:
    """Return the losses of a curve at the measured values, or raise `ValueError`."""
    losses = dict(map(tuple, curve.tolist()))
    if missing := [point for point in points.tolist() if point not in losses]:
        raise ValueError(
            f"the derived curve has no row for {missing}, but every measured value must be among "
            "its values: draw it over the union of both."
        )
    return np.asarray([losses[point] for point in points.tolist()])


def _check_one_each(*curves: np.ndarray) -> None:
    """Raise `ValueError` unless all curves have one length, which is not 0."""
    lengths = [len(curve) for curve in curves]
    if len(set(lengths)) > 1 or 0 in lengths:
        raise ValueError(
            f"the curves of a panel have lengths {lengths}, but each needs one value per point, "
            "and at least one."
        )
