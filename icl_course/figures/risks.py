"""How well predictors do: their risk against the number of examples, and against the step size."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes

from icl_course.arrays import Array
from icl_course.captions import PALETTE, Captioned, new_figure

LINES = ("-", "-", "--", "-", ":")
MARKERS = ("", "o", "s", "^", "D")
DECADES_BELOW, DECADES_ABOVE = 1e3, 1e1
"""How far the axis of the risk reaches below and above the risk of the first predictor."""

COLOURS = ("before", "gradient descent", "gradient descent", "least squares", "reference")
"""Of the zero predictor, one step, several steps, least squares and the Bayes answer."""


def risk_by_context(
    n_context: Int[Array, " n_sizes"],
    risks: Float[Array, "n_panels n_predictors n_sizes"],
    names: Sequence[str],
    titles: Sequence[str],
    *,
    d_x: int,
) -> Captioned:
    """Draw the risk of each predictor against the number of examples, one panel for each setting.

    A vertical line marks as many examples as inputs. The axis of the risk is logarithmic, from
    three decades below the largest risk of the first predictor to one above: what is exact leaves
    it, and so does what is infinite.

    Arguments:

    - `n_context`: the numbers of examples, in rising order.
    - `risks`: by setting, predictor and number of examples.
    - `names`: of the predictors, up to five.
    - `titles`: of the settings.
    - `d_x`: the number of inputs that is marked.

    Returns the figure and its alt text, with every predictor's risk at d_x examples, or at the last
    number. Raises `ValueError` where names, titles and risks do not fit.

    >>> risks = np.array([[[0.4, 0.4], [0.3, 0.2]]])
    >>> drawn = risk_by_context(np.array([1, 2]), risks, ["zero", "one step"], ["no noise"], d_x=2)
    >>> drawn.alt.split(": ")[1]
    'no noise, at 2 examples zero 0.4, one step 0.2.'
    """
    sizes, drawn = np.asarray(n_context), np.asarray(risks, float)
    _check_names(drawn, sizes, names, titles)
    figure = new_figure(3.3)
    panels = figure.subplots(1, len(drawn), sharey=True, squeeze=False)[0]
    for axes, panel, title in zip(panels, drawn, titles, strict=True):
        styles = zip(LINES, MARKERS, COLOURS, strict=True)
        for row, name, (line, marker, colour) in zip(panel, names, styles, strict=False):
            style = {"linestyle": line, "marker": marker, "color": PALETTE[colour]}
            axes.plot(sizes, row, label=name, linewidth=1.6, markersize=3.5, **style)
        axes.axvline(d_x, color=PALETTE["before"], linewidth=0.8, zorder=0)
        where = axes.get_xaxis_transform()
        axes.text(d_x, 0.02, " $N = d_x$", transform=where, color=PALETTE["before"])
        axes.set_title(title, fontsize="medium")
        _log_axes(axes, sizes)
    panels[0].set_ylim(drawn[:, 0].max() / DECADES_BELOW, DECADES_ABOVE * drawn[:, 0].max())
    panels[0].set_ylabel("risk $R$")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    place = int(np.argmin(np.abs(sizes - d_x)))
    findings = (
        f"{title}, at {sizes[place]} examples "
        + ", ".join(f"{name} {row[place]:.2g}" for name, row in zip(names, panel, strict=True))
        for title, panel in zip(titles, drawn, strict=True)
    )
    counts = f"from {sizes[0]} to {sizes[-1]} examples of {d_x} inputs"
    alt = f"Risk of {len(names)} predictors, {counts}: {'; '.join(findings)}."
    return Captioned(figure, alt)


def _log_axes(axes: Axes, sizes: np.ndarray) -> None:
    """Make both axes logarithmic, with whole numbers of examples below."""
    axes.set_xscale("log")
    axes.set_yscale("log")
    ticks = [n for n in (1, 2, 5, 10, 20, 40, 80) if sizes[0] <= n <= sizes[-1]]
    axes.set_xticks(ticks, [str(n) for n in ticks])
    axes.minorticks_off()
    axes.set_xlabel("examples $N$")
    axes.spines[["top", "right"]].set_visible(False)


def risk_by_step_size(
    learning_rates: Float[Array, " n_points"],
    derived: Float[Array, " n_points"],
    sampled_rates: Float[Array, " n_samples"],
    sampled: Float[Array, " n_samples"],
    standard_errors: Float[Array, " n_samples"],
) -> Captioned:
    """Draw a derived risk over the risks that were measured on sampled tasks.

    Arguments:

    - `learning_rates`, `derived`: the curve; its first point is the risk of no step.
    - `sampled_rates`, `sampled`, `standard_errors`: the points; bars are two standard errors.

    Returns the figure and its alt text, with the lowest point of the curve and the largest distance
    of a point from it. Raises `ValueError` where a curve and its step sizes have different lengths.

    >>> rates = np.linspace(0.0, 4.0, 5)
    >>> curve = 1.0 + (rates - 2.0) ** 2
    >>> risk_by_step_size(rates, curve, rates, curve + 0.1, np.full(5, 0.1)).alt.split(": ")[1]
    'the curve is lowest at 2, with 1; the 5 points lie up to 1.0 standard errors from it.'
    """
    rates, curve = np.asarray(learning_rates, float), np.asarray(derived, float)
    points, errors = np.asarray(sampled, float), np.asarray(standard_errors, float)
    where = np.asarray(sampled_rates, float)
    if rates.shape != curve.shape or not where.shape == points.shape == errors.shape:
        raise ValueError(
            f"there are {rates.size} step sizes for a curve of {curve.size} points, and "
            f"{where.size} for {points.size} measured risks with {errors.size} errors: pass arrays "
            "of the same length."
        )
    figure = new_figure(3.3)
    axes = figure.subplots()
    colour = PALETTE["gradient descent"]
    axes.axhline(curve[0], color=PALETTE["before"], linewidth=1.2, label="no step")
    axes.plot(rates, curve, color=colour, linewidth=1.8, label=r"derived $R(\eta)$")
    axes.errorbar(
        where,
        points,
        2 * errors,
        fmt="o",
        color=PALETTE["reference"],
        markersize=3.5,
        capsize=2,
        label="measured, ± 2 standard errors",
    )
    lowest = int(curve.argmin())
    axes.axvline(rates[lowest], color=PALETTE["reference"], linestyle="--", linewidth=1)
    axes.text(rates[lowest], 0, rf" $\eta^* \approx {rates[lowest]:.2f}$", va="bottom")
    axes.set_ylim(0, None)
    axes.set_xlabel(r"step size $\eta$")
    axes.set_ylabel("risk $R$")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower left")
    apart = np.abs(points - np.interp(where, rates, curve)) / errors
    alt = (
        "Risk of one gradient step against the step size, derived and measured: the curve is "
        f"lowest at {rates[lowest]:.3g}, with {curve[lowest]:.3g}; the {points.size} points lie up "
        f"to {apart.max():.1f} standard errors from it."
    )
    return Captioned(figure, alt)


def _check_names(
    risks: np.ndarray, sizes: np.ndarray, names: Sequence[str], titles: Sequence[str]
) -> None:
    """Raise `ValueError` unless risks has a panel, a row and a column for each name and number."""
    if risks.shape != (len(titles), len(names), len(sizes)) or len(names) > len(COLOURS):
        raise ValueError(
            f"risks has shape {risks.shape}, but there are {len(titles)} titles, {len(names)} "
            f"names and {len(sizes)} numbers of examples: pass them in this order, with up to "
            f"{len(COLOURS)} names."
        )
