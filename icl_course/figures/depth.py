"""What depth buys: losses by number of steps, loops that run on, and GD++ on a spectrum."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from icl_course.arrays import Array, Scalar
from icl_course.captions import PALETTE, Captioned, new_figure

LARGEST_SHOWN = 1e3
"""Where an axis ends for a loss that diverges."""


def risk_by_depth(
    n_steps: Float[Array, " n_points"] | Array,
    risks: Mapping[str, Float[Array, " n_points"]],
    trained: Mapping[int, Scalar],
    *,
    zero_risk: Scalar,
) -> Captioned:
    """Draw the risk of K steps by K, one curve for each way of choosing them, beside trained nets.

    Arguments:

    - `n_steps`: the numbers K of steps, in rising order.
    - `risks`: the curves, at least one, by the name in the legend. The first is gradient descent,
      the last GD++; what lies between is drawn as a variant of the first.
    - `trained`: the loss of trained nets, by their number of layers.
    - `zero_risk`: what predicting 0 costs.

    Returns the figure and its alt text, with every trained loss and both curves at that depth.
    Raises `ValueError` where a curve has not one value per K.

    >>> curves = {"GD": np.array([0.2, 0.15]), "GD++": np.array([0.2, 0.11])}
    >>> risk_by_depth(np.array([1, 2]), curves, {2: 0.112}, zero_risk=0.4).alt.split(": ")[1]
    'at 2 layers the trained net loses 0.112, GD 0.15, GD++ 0.11.'
    """
    steps = np.asarray(n_steps, int)
    curves = {name: np.asarray(values, float) for name, values in risks.items()}
    for name, values in curves.items():
        if values.shape != steps.shape:
            raise ValueError(
                f"the curve {name!r} has shape {values.shape}, but there are {len(steps)} numbers "
                "of steps: give one risk for each."
            )
    names = list(curves)
    figure = new_figure(3.6)
    axes = figure.subplots()
    for name, values in curves.items():
        color = PALETTE["GD++" if name == names[-1] else "gradient descent"]
        style = "-" if name in (names[0], names[-1]) else ":"
        marker = {names[0]: "o", names[-1]: "s"}.get(name, "")
        axes.plot(steps, values, style, color=color, marker=marker, markersize=5, label=name)
    axes.plot(
        list(trained),
        [float(loss) for loss in trained.values()],
        "D",
        color=PALETTE["attention layer"],
        markersize=9,
        markerfacecolor="none",
        markeredgewidth=2,
        label="trained, one layer looped",
    )
    axes.axhline(float(zero_risk), color=PALETTE["reference"], linestyle="--", linewidth=1)
    axes.text(steps[-1], float(zero_risk), "predict 0", ha="right", va="bottom")
    axes.set_yscale("log")
    ticks = [0.02, 0.05, 0.1, 0.2, 0.4]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.set_xticks(steps)
    axes.set_xlabel("number of layers, or of steps")
    axes.set_ylabel("expected loss on the query")
    axes.legend(frameon=False, loc="lower left")
    axes.spines[["top", "right"]].set_visible(False)
    findings = [
        f"at {depth} layer{'s' if depth > 1 else ''} the trained net loses {float(loss):.3g}, "
        + ", ".join(f"{name} {values[steps == depth][0]:.3g}" for name, values in curves.items())
        for depth, loss in trained.items()
        if depth in steps
    ]
    return Captioned(figure, f"Risk against depth on a log axis: {'; '.join(findings)}.")


def roll_outs(
    medians: Float[Array, "n_dampings n_depths"],
    means: Float[Array, "n_dampings n_depths"],
    dampings: Float[Array, " n_dampings"],
    *,
    n_tasks: int,
) -> Captioned:
    """Draw the loss of one layer, looped on and on: the median task and the mean, by damping.

    One panel per damping. The axis ends where a diverging mean has long left every use behind.

    Arguments:

    - `medians`, `means`: over tasks, of the loss before the first pass and after each one.
    - `dampings`: the factor λ on the update, one per row.
    - `n_tasks`: how many tasks the medians and means are over.

    Returns the figure and its alt text, with the last median and the last mean of each panel.
    Raises `ValueError` where medians, means and dampings do not fit each other.

    >>> falls, grows = np.array([[0.4, 0.2]]), np.array([[0.4, 8.0]])
    >>> roll_outs(falls, grows, np.array([0.5]), n_tasks=7).alt.split(": ")[1]
    'with damping 0.5 the median falls to 0.2 after 1 pass and the mean ends at 8.'
    """
    medians, means, values = (np.asarray(a, float) for a in (medians, means, dampings))
    if not medians.shape == means.shape == (len(values), medians.shape[-1]):
        raise ValueError(
            f"medians {medians.shape}, means {means.shape} and {len(values)} dampings do not fit: "
            "give one row of each per damping."
        )
    figure = new_figure(3.1)
    panels = figure.subplots(1, len(values), sharey=True, squeeze=False)[0]
    depths = np.arange(medians.shape[1])
    findings = []
    for axes, median, mean, damping in zip(panels, medians, means, values, strict=True):
        axes.plot(depths, median, color=PALETTE["gradient descent"], label="median task")
        shown = np.where(mean < 10 * LARGEST_SHOWN, mean, np.nan)
        axes.plot(depths, shown, "--", color=PALETTE["diverges"], linewidth=2, label="mean")
        axes.set_yscale("log")
        axes.set_title(f"damping {damping:g}", fontsize="medium")
        axes.set_xlabel("passes through the layer")
        axes.spines[["top", "right"]].set_visible(False)
        passes = f"{depths[-1]} pass{'es' if depths[-1] > 1 else ''}"
        findings.append(
            f"with damping {damping:g} the median falls to {median[-1]:.2g} after {passes} and "
            f"the mean ends at {mean[-1]:.2g}"
        )
    panels[0].set_ylim(0.5 * medians.min(), LARGEST_SHOWN)
    panels[0].set_ylabel("expected loss on the query")
    panels[0].legend(frameon=False, loc="upper right")
    alt = f"Loss of one looped layer over {n_tasks:,} tasks: {'; '.join(findings)}."
    return Captioned(figure, alt)


def spectrum_transform(
    eigenvalues: Float[Array, " n_tasks"],
    line: Float[Array, " n_points"],
    moved: Float[Array, " n_points"],
    factors: Mapping[str, Float[Array, " n_points"]],
    *,
    gamma: Scalar,
) -> Captioned:
    """Draw what GD++ does to an eigenvalue, and what two steps leave of the error along it.

    Above the map λ -> λ (1 - γ λ)², below the factor on the error for gradient descent and for
    GD++. Behind both, in grey, how often each eigenvalue occurs.

    Arguments:

    - `eigenvalues`: a sample of eigenvalues of X X^T, for the grey histogram.
    - `line`: values of λ along the axis, in rising order.
    - `moved`: the map at these values.
    - `factors`: what is left of the error at these values; gradient descent first, GD++ second.
    - `gamma`: γ of the map.

    Returns the figure and its alt text, with the highest point of the map on this axis and the
    share of the axis on which each leaves less than a quarter of the error. Raises `ValueError`
    where `factors` does not hold two curves.

    >>> ends = np.array([0.0, 1.0, 2.0])
    >>> left = {"GD": 1 - ends, "GD++": 0 * ends}
    >>> spectrum_transform(ends, ends, 0.5 * ends, left, gamma=0.1).alt[-84:]
    'less than a quarter of the error with GD on 33% and with GD++ on 100% of this range.'
    """
    if len(factors) != 2:
        raise ValueError(
            f"factors has {len(factors)} curves, but the figure compares two: gradient descent "
            "first, GD++ second."
        )
    before, after = np.asarray(line, float), np.asarray(moved, float)
    figure = new_figure(5.2)
    upper, lower = figure.subplots(2, 1, sharex=True)
    for axes in (upper, lower):
        _draw_density(axes, np.asarray(eigenvalues, float), before)
    upper.plot(before, before, "--", color=PALETTE["reference"], linewidth=1, label="unchanged")
    upper.plot(
        before, after, color=PALETTE["GD++"], linewidth=2, label=r"$\lambda(1-\gamma\lambda)^2$"
    )
    upper.set_ylim(0, 1.6 * after.max())
    upper.set_ylabel("after the layer")
    lower.axhline(0, color=PALETTE["reference"], linewidth=0.6)
    shares = []
    styles = (("gradient descent", "--"), ("GD++", "-"))
    for (name, left), (meaning, style) in zip(factors.items(), styles, strict=True):
        left = np.asarray(left, float)
        lower.plot(before, left, style, color=PALETTE[meaning], linewidth=2, label=name)
        shares.append(f"{name} on {np.mean(np.abs(left) < 0.25):.0%}")
    lower.set_ylim(-1.6, 1.6)
    lower.set_ylabel("error left after 2 steps")
    lower.set_xlabel(r"eigenvalue $\lambda$ of $X X^\top$ (grey: how often it occurs)")
    upper.legend(frameon=False, loc="upper right")
    lower.legend(frameon=False, loc="upper center")
    for axes in (upper, lower):
        axes.set_xlim(before[0], before[-1])
        axes.spines[["top", "right"]].set_visible(False)
    alt = (
        f"An eigenvalue of X X^T before and after a GD++ layer with gamma {float(gamma):.3g}: "
        f"from {before[0]:.3g} to {before[-1]:.3g} before, at most {after.max():.3g} after; two "
        f"steps leave less than a quarter of the error with {' and with '.join(shares)} of this "
        "range."
    )
    return Captioned(figure, alt)


def _draw_density(axes: Axes, eigenvalues: np.ndarray, line: np.ndarray) -> None:
    """Draw a grey histogram behind everything, on a scale of its own without ticks."""
    behind = axes.twinx()
    edges = np.linspace(line[0], line[-1], 60).tolist()
    behind.hist(eigenvalues, edges, color=PALETTE["before"], alpha=0.25)
    behind.set_yticks([])
    behind.spines[["top", "right"]].set_visible(False)
    axes.set_zorder(behind.get_zorder() + 1)
    axes.patch.set_visible(False)
