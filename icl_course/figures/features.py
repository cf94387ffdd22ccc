"""Curves learned in context, what each example counts, and softmax heads close to linear ones."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from icl_course.arrays import Array, Scalar
from icl_course.captions import PALETTE, Captioned, new_figure


def training_losses(
    losses: Mapping[str, Float[Array, " n_steps"]], *, reference: Scalar, n_window: int = 50
) -> Captioned:
    """Draw the loss of several nets over training, each a mean over windows of steps.

    Arguments:

    - `losses`: the loss at every step, by name; a name of the palette gets its colour.
    - `reference`: a loss to compare with, drawn as a dotted line.
    - `n_window`: the number of steps that one point averages over.

    Returns the figure and its alt text, with the last loss of each. Raises `ValueError` where a run
    is shorter than a window.

    >>> training_losses({"attention layer": np.ones(100)}, reference=2.0).alt.split(": ")[1]
    'after 100 steps attention layer 1. The dotted line is 2.'
    """
    figure = new_figure(2.9)
    axes = figure.subplots()
    findings = []
    for name, values in losses.items():
        values = np.asarray(values, float)
        n_windows = len(values) // n_window
        if n_windows < 1:
            raise ValueError(
                f"{name!r} has {len(values)} steps, fewer than a window of {n_window}: "
                "pass a smaller n_window."
            )
        means = values[: n_windows * n_window].reshape(n_windows, n_window).mean(axis=1)
        steps = n_window * (np.arange(n_windows) + 0.5)
        axes.plot(steps, means, color=PALETTE.get(name, "#000000"), linewidth=1.8, label=name)
        findings.append(f"after {len(values)} steps {name} {means[-1]:.2g}")
    axes.axhline(float(reference), color=PALETTE["reference"], linestyle=":", linewidth=1.2)
    axes.set_yscale("log")
    axes.set_xlabel("training step")
    axes.set_ylabel("loss on fresh tasks")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    alt = f"Loss over training: {'; '.join(findings)}. The dotted line is {float(reference):.2g}."
    return Captioned(figure, alt)


def sine_fits(
    x_grid: Float[Array, " n_grid"],
    *,
    truth: Float[Array, "n_tasks n_grid"],
    by_layer: Float[Array, "n_tasks n_grid"],
    by_descent: Float[Array, "n_tasks n_grid"],
    context_x: Float[Array, "n_tasks n_context"],
    context_y: Float[Array, "n_tasks n_context"],
) -> Captioned:
    """Draw, for each task, the curve before the in-context step and both curves after it.

    Before the step every prediction is 0. One panel per task.

    Arguments:

    - `x_grid`: where the curves are drawn.
    - `truth`: the wave of each task.
    - `by_layer`: the trained net's predictions after its in-context step.
    - `by_descent`: those of gradient descent on a top layer.
    - `context_x`, `context_y`: the examples of each task.

    Returns the figure and its alt text, with the root mean square errors before and after.

    >>> one = np.ones((1, 3))
    >>> fits = sine_fits(np.arange(3.0), truth=one, by_layer=one, by_descent=0.5 * one,
    ...                  context_x=one, context_y=one)
    >>> fits.alt.split(": ")[1]
    'before the step 1, after it 0 by the net and 0.5 by gradient descent.'
    """
    grid = np.asarray(x_grid, float)
    truth, layer, descent = (np.asarray(a, float) for a in (truth, by_layer, by_descent))
    figure = new_figure(2.7)
    panels = figure.subplots(1, len(truth), sharey=True, squeeze=False)[0]
    for number, axes in enumerate(panels):
        axes.axhline(0, color=PALETTE["before"], linewidth=1.5, label="before the step")
        axes.plot(grid, truth[number], color=PALETTE["reference"], linewidth=1, label="true wave")
        axes.plot(
            grid, layer[number], color=PALETTE["attention layer"], linewidth=2, label="net, after"
        )
        axes.plot(
            grid,
            descent[number],
            color=PALETTE["gradient descent"],
            linestyle="--",
            linewidth=1.6,
            label="gradient descent, after",
        )
        axes.plot(
            context_x[number],
            context_y[number],
            "o",
            color=PALETTE["reference"],
            markersize=4,
            label="examples",
        )
        axes.set_xlabel("x")
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("y")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=5, frameon=False, fontsize=8)
    before, after, other = (
        np.sqrt(((curve - truth) ** 2).mean()) for curve in (np.zeros_like(truth), layer, descent)
    )
    alt = (
        f"Root mean square error over {len(truth)} waves and all x: before the step {before:.2g}, "
        f"after it {after:.2g} by the net and {other:.2g} by gradient descent."
    )
    return Captioned(figure, alt)


def example_counts(
    xs: Float[Array, " n_context"],
    counts: Mapping[str, Float[Array, " n_context"]],
    *,
    x_query: Scalar,
) -> Captioned:
    """Draw how much each example counts in several predictors, one panel each.

    Arguments:

    - `xs`: the inputs of the examples, one number each.
    - `counts`: the equivalent weights by the predictor's name.
    - `x_query`: the input of the query, marked by a dotted line.

    Returns the figure and its alt text, with the sum and the smallest weight of each.

    >>> example_counts(np.arange(2.0), {"mean": np.full(2, 0.5)}, x_query=1.0).alt.split(": ")[1]
    'mean, sum 1.00, smallest 0.50.'
    """
    where = np.asarray(xs, float)
    figure = new_figure(2.5)
    panels = figure.subplots(1, len(counts), squeeze=False)[0]
    findings = []
    for axes, (name, weights) in zip(panels, counts.items(), strict=True):
        weights = np.asarray(weights, float)
        axes.axhline(0, color=PALETTE["reference"], linewidth=0.6)
        axes.axvline(float(x_query), color=PALETTE["before"], linestyle=":", linewidth=1.2)
        axes.vlines(where, 0, weights, color=PALETTE["attention layer"], linewidth=1.4)
        axes.plot(where, weights, "o", color=PALETTE["attention layer"], markersize=4)
        axes.set_title(f"{name}\nsum {weights.sum():.2f}", fontsize=9)
        axes.set_xlabel("input of the example")
        axes.spines[["top", "right"]].set_visible(False)
        findings.append(f"{name}, sum {weights.sum():.2f}, smallest {weights.min():.2f}")
    panels[0].set_ylabel(r"weight $\ell_i$")
    alt = f"What each example counts for a query at {float(x_query):g}: {'; '.join(findings)}."
    return Captioned(figure, alt)


def temperature_errors(
    temperatures: Float[Array, " n_temperatures"],
    in_float32: Float[Array, " n_temperatures"],
    in_float64: Float[Array, " n_temperatures"],
    derived: Float[Array, " n_temperatures"],
) -> Captioned:
    """Draw the error of two softmax heads against their temperature, both axes logarithmic.

    Arguments:

    - `temperatures`: in rising order.
    - `in_float32`, `in_float64`: the measured relative errors in both precisions.
    - `derived`: the error that the expansion predicts for large temperatures.

    Returns the figure and its alt text, with the lowest error in each precision. Raises
    `ValueError` where there is not one error for each temperature.

    >>> t = np.array([1.0, 10.0])
    >>> temperature_errors(t, 1 / t, 1 / t**2, 1 / t**2).alt.split(": ")[1]
    'in float32 it is lowest, 0.1, at 10; in float64 it is 0.01 at 10 and still falling.'
    """
    t, single, double, line = (
        np.asarray(a, float) for a in (temperatures, in_float32, in_float64, derived)
    )
    if not t.shape == single.shape == double.shape == line.shape:
        raise ValueError(
            f"there are {len(t)} temperatures and {len(single)}, {len(double)}, {len(line)} "
            "errors, but each temperature needs one of each kind."
        )
    figure = new_figure(3.2)
    axes = figure.subplots()
    axes.plot(t, line, color=PALETTE["reference"], linestyle="--", linewidth=1.2, label="derived")
    axes.plot(t, double, "o", color=PALETTE["float64"], markersize=5, label="float64")
    axes.plot(t, single, "^", color=PALETTE["float32"], markersize=5, label="float32")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(double.min() / 3, 3 * max(single.max(), double.max()))
    axes.set_xlabel("temperature T")
    axes.set_ylabel("relative error")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    fall = " and still falling" if double.argmin() == len(t) - 1 else ""
    alt = (
        "Error of two softmax heads against the step on centred examples, over temperature: in "
        f"float32 it is lowest, {single.min():.1g}, at {t[single.argmin()]:.2g}; in float64 it is "
        f"{double.min():.1g} at {t[double.argmin()]:.2g}{fall}."
    )
    return Captioned(figure, alt)
