"""Where the story stops: preconditioners, online descent, order, and the number of teachers."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator

from icl_course.arrays import Array
from icl_course.captions import PALETTE, Captioned, new_figure

STYLES = {
    "one batch step": ("gradient descent", "--", "o"),
    "the delta rule": ("GD++", "-", "s"),
    "ridge": ("least squares", "-", "^"),
    "the net": ("attention layer", "-", "o"),
    "Bayes for the few teachers": ("half way", "--", "s"),
}
"""Colour, line and marker by what is drawn."""


def preconditioner(
    eigenvalues: Float[Array, " d_x"],
    trained: Float[Array, " d_x"],
    *,
    n_context: int,
    best_step: float,
) -> Captioned:
    """Draw the step that a layer takes along each eigenvector of Σ, against the eigenvalue.

    The curve is the closed form 1 / ((N+1)/N λ + tr Σ / N); beside it stand the inverse of Σ, which
    would be right for infinitely many examples, and the best plain step, the same for all.

    Source: 2306.00297, theorem 1.

    Arguments:

    - `eigenvalues`: λ of Σ.
    - `trained`: what the layer's matrix does along each eigenvector.
    - `n_context`: N.
    - `best_step`: the best plain step size.

    Returns the figure and its alt text, with the largest deviation from the curve.

    >>> drawn = preconditioner(np.array([1.0, 3.0]), np.array([0.5, 0.2]), n_context=4,
    ...                        best_step=0.3)
    >>> drawn.alt.split(": ")[1]
    'the trained layer lies up to 12.5 % from the closed form.'
    """
    values, found = np.asarray(eigenvalues, float), np.asarray(trained, float)
    if values.shape != found.shape:
        raise ValueError(
            f"{values.size} eigenvalues for {found.size} steps: pass one step for each eigenvalue."
        )
    trace = values.sum()

    def closed(value: np.ndarray) -> np.ndarray:
        return 1 / ((n_context + 1) / n_context * value + trace / n_context)

    line = np.geomspace(values.min() / 1.5, values.max() * 1.5, 100)
    figure = new_figure(3.3)
    axes = figure.subplots()
    axes.plot(line, 1 / line, ":", color=PALETTE["before"], label=r"$1 / \lambda$ (all examples)")
    axes.axhline(
        best_step, color=PALETTE["gradient descent"], linestyle="--", label="best plain step"
    )
    axes.plot(line, closed(line), "-", color=PALETTE["reference"], label="closed form")
    axes.plot(values, found, "o", color=PALETTE["attention layer"], label="trained layer")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(values, [f"{value:.2g}" for value in values])
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()
    axes.set_xlabel(r"eigenvalue $\lambda$ of $\Sigma$")
    axes.set_ylabel("step along its eigenvector")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    worst = 100 * np.abs(found / closed(values) - 1).max()
    alt = (
        f"Step along each of {values.size} eigenvectors against the eigenvalue, from "
        f"{values.min():.2g} to {values.max():.2g}: the trained layer lies up to {worst:.1f} % "
        "from the closed form."
    )
    return Captioned(figure, alt)


def online_risk(
    n_context: Int[Array, " n_sizes"],
    risks: Mapping[str, Float[Array, " n_sizes"]],
    standard_errors: Mapping[str, Float[Array, " n_sizes"]],
) -> Captioned:
    """Draw the risk of predictors that read a prompt once, against the number of examples.

    Arguments:

    - `n_context`: the numbers of examples, in rising order.
    - `risks`, `standard_errors`: by the predictor's name, one of "one batch step", "the delta
      rule", "ridge".

    Returns the figure and its alt text, with all risks at the largest number.

    >>> sizes, risk = np.array([1, 2]), np.array([0.5, 0.25])
    >>> online_risk(sizes, {"ridge": risk}, {"ridge": 0 * risk}).alt.split(": ")[1]
    'at 2 examples ridge 0.25.'
    """
    sizes = np.asarray(n_context)
    figure = new_figure(3.3)
    axes = figure.subplots()
    for name, risk in risks.items():
        colour, line, marker = STYLES[name]
        axes.errorbar(
            sizes,
            np.asarray(risk, float),
            2 * np.asarray(standard_errors[name], float),
            color=PALETTE[colour],
            linestyle=line,
            marker=marker,
            markersize=4,
            capsize=2,
            label=name,
        )
    axes.set_yscale("log")
    _log_sizes(axes, sizes, "examples $N$")
    axes.set_ylabel("risk, ± 2 standard errors")
    axes.legend(frameon=False)
    found = ", ".join(f"{name} {np.asarray(risk)[-1]:.2g}" for name, risk in risks.items())
    alt = (
        f"Risk of {len(risks)} predictors from {sizes[0]} to {sizes[-1]} examples: at {sizes[-1]} "
        f"examples {found}."
    )
    return Captioned(figure, alt)


def order_sensitivities(
    names: Sequence[str],
    values: Float[Array, " n_nets"],
    intervals: Float[Array, "n_nets 2"],
) -> Captioned:
    """Draw how far predictions move with the order of the examples, net by net.

    Source: after 2310.08540.

    Arguments:

    - `names`: of the predictors.
    - `values`, `intervals`: the sensitivity of each, and the two ends of its interval.

    Returns the figure and its alt text, with all values. Raises `ValueError` where they do not fit.

    >>> order_sensitivities(["sum", "last"], np.array([0.0, 0.5]),
    ...                     np.array([[0.0, 0.0], [0.4, 0.6]])).alt.split(": ")[1]
    'sum 0.00, last 0.50.'
    """
    found, ends = np.asarray(values, float), np.asarray(intervals, float)
    if found.shape != (len(names),) or ends.shape != (len(names), 2):
        raise ValueError(
            f"{len(names)} names for values of shape {found.shape} and intervals of shape "
            f"{ends.shape}: pass one value and two ends for each name."
        )
    figure = new_figure(0.9 + 0.38 * len(names))
    axes = figure.subplots()
    rows = np.arange(len(names))[::-1]
    below, above = np.clip(found - ends[:, 0], 0, None), np.clip(ends[:, 1] - found, 0, None)
    axes.errorbar(
        found,
        rows,
        xerr=np.stack([below, above]),
        fmt="o",
        color=PALETTE["attention layer"],
        capsize=3,
    )
    for row, value, end in zip(rows, found, ends[:, 1], strict=True):
        axes.text(max(value, end) + 0.012, row, f"{value:.2f}", va="center")
    axes.set_yticks(rows, names)
    axes.set_xlim(-0.01, 1.15 * max(ends.max(), 0.1))
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.set_xlabel("order sensitivity, with 95 % interval")
    axes.spines[["top", "right"]].set_visible(False)
    listed = ", ".join(f"{name} {value:.2f}" for name, value in zip(names, found, strict=True))
    alt = f"How far predictions move with the order, for {len(names)} predictors: {listed}."
    return Captioned(figure, alt)


def diversity(
    n_teachers: Int[Array, " n_sets"],
    risks: Mapping[str, Float[Array, " n_sets"]],
    to_discrete: Float[Array, " n_sets"],
    to_ridge: Float[Array, " n_sets"],
) -> Captioned:
    """Draw what nets do on new teachers, against the number of teachers that they were trained on.

    On the left the risks of the net and of both Bayes answers. On the right the net's distance to
    each of the two; where the lines cross, the net changes sides.

    Source: 2306.15063, figures 2 and 3.

    Arguments:

    - `n_teachers`: the numbers of teachers, in rising order.
    - `risks`: by name, "the net", "Bayes for the few teachers", "ridge".
    - `to_discrete`, `to_ridge`: mean squared distances of the net's answers.

    Returns the figure and its alt text, with the first number at which the net is nearer to ridge.

    >>> sizes, one = np.array([2, 8]), np.array([1.0, 1.0])
    >>> diversity(sizes, {"ridge": one}, np.array([0.1, 0.3]), np.array([0.5, 0.2])).alt[-60:]
    'nearer to ridge from 8 teachers on, and to the other before.'
    """
    sizes = np.asarray(n_teachers)
    discrete, ridge = np.asarray(to_discrete, float), np.asarray(to_ridge, float)
    if discrete.shape != sizes.shape or ridge.shape != sizes.shape:
        raise ValueError(
            f"{sizes.size} numbers of teachers for distances of shapes {discrete.shape} and "
            f"{ridge.shape}: pass one of each."
        )
    figure = new_figure(3.3)
    left, right = figure.subplots(1, 2)
    for name, risk in risks.items():
        colour, line, marker = STYLES[name]
        left.plot(sizes, risk, line, marker=marker, color=PALETTE[colour], label=name, markersize=4)
    left.set_ylabel("risk on new teachers")
    for name, distance in {"Bayes for the few teachers": discrete, "ridge": ridge}.items():
        colour, line, marker = STYLES[name]
        right.plot(
            sizes, distance, line, marker=marker, color=PALETTE[colour], label=name, markersize=4
        )
    right.set_ylabel("distance of the net to it")
    for axes in (left, right):
        axes.set_yscale("log")
        _log_sizes(axes, sizes, "teachers in training $M$")
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    nearer = sizes[ridge < discrete]
    first = f"from {nearer[0]} teachers on" if nearer.size else "nowhere"
    alt = (
        f"Nets trained on {sizes[0]} to {sizes[-1]} teachers, asked about new ones: their answers "
        f"are nearer to ridge {first}, and to the other before."
    )
    return Captioned(figure, alt)


def _log_sizes(axes: Axes, sizes: np.ndarray, label: str) -> None:
    """Make the lower axis logarithmic, with the sizes themselves as its ticks."""
    axes.set_xscale("log")
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    axes.set_xlabel(label)
    axes.spines[["top", "right"]].set_visible(False)
