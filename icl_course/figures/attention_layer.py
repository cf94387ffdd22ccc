"""What one attention layer does to its tokens, what its weights show, and how exact it is."""

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes

from icl_course.arrays import Array
from icl_course.captions import PALETTE, Captioned, new_figure


def token_targets(
    targets_before: Float[Array, "n_context d_y"],
    targets_after_layer: Float[Array, "n_context d_y"],
    targets_after_descent: Float[Array, "n_context d_y"],
) -> Captioned:
    """Draw the target of every context token before and after the layer, beside gradient descent's.

    One panel per output. A stem leads from the old target to the dot that the layer wrote; the ring
    is y_i - ΔW x_i, so that a filled dot inside its ring is the theorem, token by token.

    Arguments:

    - `targets_before`: the y slots of the context tokens as given.
    - `targets_after_layer`: the same slots after the layer.
    - `targets_after_descent`: the targets moved by one gradient step, `descent.shift_targets`.

    Returns the figure and its alt text, with the largest difference between dot and ring. Raises
    `ValueError` where the three arrays are not of one shape.

    >>> ys = np.array([[1.0], [-3.0]])
    >>> token_targets(ys, 0.5 * ys, 0.5 * ys).alt.split(": ")[0]
    'Targets of 2 context tokens before and after one attention layer'
    """
    before, layer, descent = (
        np.asarray(a, float) for a in (targets_before, targets_after_layer, targets_after_descent)
    )
    if before.ndim != 2 or not before.shape == layer.shape == descent.shape:
        raise ValueError(
            f"the targets have shapes {before.shape}, {layer.shape}, {descent.shape}, but all "
            "three must have the same [n_context d_y]: take the y slots, tokens[:-1, d_x:]."
        )
    n_context, d_y = before.shape
    figure = new_figure(1.2 + 2.0 * d_y)
    panels = figure.subplots(d_y, 1, sharex=True, squeeze=False)[:, 0]
    for output, axes in enumerate(panels):
        _draw_targets(axes, before[:, output], layer[:, output], descent[:, output])
        axes.set_ylabel("target y" if d_y == 1 else f"target y, output {output + 1}")
    panels[-1].set_xlabel("context token i")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3, frameon=False)
    alt = (
        f"Targets of {_count(n_context, 'context token')} before and after one attention layer: "
        f"the mean size of a target goes from {np.abs(before).mean():.3g} to "
        f"{np.abs(layer).mean():.3g}. The layer's targets and those of one gradient descent step "
        f"differ by at most {np.abs(layer - descent).max():.1e}."
    )
    return Captioned(figure, alt)


def _draw_targets(axes: Axes, before: np.ndarray, layer: np.ndarray, descent: np.ndarray) -> None:
    """Draw one output: a stem from each old target to the new one, ringed by descent's."""
    n_context = len(before)
    tokens = np.arange(1, n_context + 1)
    axes.axhline(0, color=PALETTE["reference"], linewidth=0.6, zorder=0)
    axes.vlines(tokens, before, layer, color=PALETTE["before"], linewidth=1.2, zorder=1)
    axes.plot(tokens, before, "o", color=PALETTE["before"], markerfacecolor="white", label="before")
    axes.plot(tokens, layer, "o", color=PALETTE["attention layer"], label="after the layer")
    (rings,) = axes.plot(tokens, descent, "o", color=PALETTE["gradient descent"], markersize=11)
    rings.set(markeredgewidth=1.5, markerfacecolor="none")
    rings.set_label(r"gradient descent: $y_i - \Delta W x_i$")
    axes.set_xlim(0.2, n_context + 0.8)
    axes.set_xticks(tokens[:: 1 + n_context // 16])
    axes.margins(y=0.12)
    axes.spines[["top", "right"]].set_visible(False)


def bilinear_maps(
    query_key: Float[Array, "n_heads d_token d_token"],
    output_value: Float[Array, "n_heads d_token d_token"],
    *,
    d_x: int,
) -> Captioned:
    """Draw heat maps of W_K^T W_Q and of W_O W_V (the paper's P W_V), one row per head.

    Colours are centred at 0 and each map has its own scale, as the two differ by a factor η/N.
    Lines part the x slots of a token from its y slots.

    Source: 2212.07677, which shows these products too, since weights alone say nothing: the basis
    of keys and values is free (see `constructions.change_basis`).

    Arguments:

    - `query_key`: W_K^T W_Q of each head, `metrics.query_key_form`.
    - `output_value`: W_O W_V of each head, `metrics.output_value_form`.
    - `d_x`: the number of input slots, which lead each token.

    Returns the figure and its alt text, with the largest entry in the blocks that matter. Raises
    `ValueError` where `d_x` leaves no target slot.

    >>> query_key = np.array([[[2.0, 0.0], [0.0, 0.0]]])
    >>> output_value = np.array([[[0.0, 0.0], [1.0, -3.0]]])
    >>> bilinear_maps(query_key, output_value, d_x=1).alt.split(": ")[1].split("; ")[0]
    'the largest entry of W_K^T W_Q is 2 in the x-x block and 0 elsewhere'
    """
    scores, writes = np.asarray(query_key, float), np.asarray(output_value, float)
    n_heads, d_token = scores.shape[:2]
    if not 1 <= d_x < d_token:
        raise ValueError(
            f"d_x = {d_x}, but these maps have d_token = {d_token} slots, of which 1 to "
            f"{d_token - 1} are inputs: pass the task's xs.shape[1]."
        )
    figure = new_figure(0.45 + 2.85 * n_heads)
    panels = figure.subplots(n_heads, 2, squeeze=False)
    for head, (left, right) in enumerate(panels):
        which = "" if n_heads == 1 else f", head {head + 1}"
        _draw_map(left, scores[head], d_x, f"$W_K^T W_Q${which}")
        left.set_xlabel("slot of the token that attends")
        left.set_ylabel("slot of the token attended to")
        _draw_map(right, writes[head], d_x, f"$W_O W_V${which} (the paper's $P\\,W_V$)")
        right.set_xlabel("slot read")
        right.set_ylabel("slot written")
    alt = (
        "Heat maps of the two products that a layer's behaviour shows, "
        f"{_count(n_heads, 'head')}: {_largest_entries(scores, writes, d_x)}"
    )
    return Captioned(figure, alt)


def _largest_entries(query_key: np.ndarray, output_value: np.ndarray, d_x: int) -> str:
    """Say how large the entries are in each block that Prop. 1 makes a claim about."""
    outside = query_key.copy()
    outside[:, :d_x, :d_x] = 0
    blocks = (
        query_key[:, :d_x, :d_x],
        outside,
        output_value[:, :d_x],
        output_value[:, d_x:, :d_x],
        output_value[:, d_x:, d_x:],
    )
    return (
        "the largest entry of W_K^T W_Q is {:.3g} in the x-x block and {:.3g} elsewhere; that of "
        "W_O W_V is {:.3g} where x is written, {:.3g} where y is written from x, and {:.3g} where "
        "y is written from y."
    ).format(*(np.abs(block).max() for block in blocks))


def _draw_map(axes: Axes, entries: np.ndarray, d_x: int, title: str) -> None:
    """Draw one matrix in colours centred at 0, with its x and y blocks marked."""
    d_token = len(entries)
    limit = np.abs(entries).max() or 1.0
    image = axes.imshow(entries, cmap="RdBu_r", vmin=-limit, vmax=limit)
    for edge in np.arange(1, d_token) - 0.5:
        axes.axhline(edge, color="white", linewidth=0.8)
        axes.axvline(edge, color="white", linewidth=0.8)
    axes.axhline(d_x - 0.5, color=PALETTE["reference"], linewidth=1.2)
    axes.axvline(d_x - 0.5, color=PALETTE["reference"], linewidth=1.2)
    centres = [(d_x - 1) / 2, (d_x + d_token - 1) / 2]
    axes.set_xticks(centres, ["x", "y"])
    axes.set_yticks(centres, ["x", "y"])
    axes.tick_params(length=0)
    axes.set_title(title)
    axes.figure.colorbar(image, ax=axes, shrink=0.8)


def deviations(float32: Float[Array, " n_tasks"], float64: Float[Array, " n_tasks"]) -> Captioned:
    """Draw how far the layer is from gradient descent over many random tasks, in two precisions.

    A theorem leaves nothing but rounding: each histogram must sit by the eps of its precision, the
    gap between 1 and the next number, which a line marks.

    Arguments:

    - `float32`, `float64`: the largest deviation of each task, computed in that precision. Exact
      zeros, which a log axis cannot show, are a bar of their own at the left, marked 0.

    Returns the figure and its alt text, with the largest deviation in each precision. Raises
    `ValueError` where a deviation is negative or not finite, as no bar could stand for it.

    >>> deviations(np.array([1e-7, 2e-7]), np.array([0.0, 3e-16])).alt.split(", ")[1]
    'at most 3.0e-16 in float64 (eps 2.2e-16; 1 exactly 0).'
    """
    series = {"float32": np.asarray(float32, float), "float64": np.asarray(float64, float)}
    for name, values in series.items():
        if values.size == 0 or not (np.isfinite(values) & (values >= 0)).all():
            raise ValueError(
                f"the {name} deviations are {values}, but a histogram needs at least one, and all "
                "of them finite and not negative: pass one metrics.largest_deviation per task."
            )
    epsilons = {name: float(np.finfo(name).eps) for name in series}
    edges = _doublings(np.concatenate([*series.values(), list(epsilons.values())]))
    figure = new_figure(4.0)
    panels = figure.subplots(2, 1, sharex=True, sharey=True)
    findings = []
    for axes, (name, values) in zip(panels, series.items(), strict=True):
        _draw_deviations(axes, values, edges, color=PALETTE[name])
        _mark_eps(axes, epsilons[name])
        axes.set_title(f"in {name}", loc="left", fontsize="medium")
        findings.append(
            f"at most {values.max():.1e} in {name} (eps {epsilons[name]:.1e}; "
            f"{(values == 0).sum()} exactly 0)"
        )
    figure.supylabel("number of tasks")
    panels[-1].set_xlabel("largest deviation of the layer from gradient descent in one task")
    alt = (
        "Largest deviation of one attention layer from one gradient descent step over "
        f"{_count(len(series['float32']), 'random task')}: {findings[0]}, {findings[1]}."
    )
    return Captioned(figure, alt)


def _doublings(values: np.ndarray) -> np.ndarray:
    """Return bin edges, one bin per doubling, that leave two empty bins below the smallest value.

    Deviations are whole numbers of last places, so 1, 2, 4 ... of them lie mid-bin. The first bin
    stands for exact zeros.
    """
    exponents = np.log2(values[values > 0])
    return 2.0 ** (np.arange(np.floor(exponents.min()) - 3, np.ceil(exponents.max()) + 2) - 0.5)


def _draw_deviations(axes: Axes, values: np.ndarray, edges: np.ndarray, *, color: str) -> None:
    """Draw one histogram on a log axis whose first bin, ticked 0, counts the exact zeros."""
    zero = edges[:2].mean()
    axes.hist(np.where(values > 0, values, zero), edges.tolist(), color=color, edgecolor="white")
    axes.set_xscale("log")
    decades = np.arange(np.ceil(np.log10(edges[2])), np.log10(edges[-1]), 2)
    axes.set_xticks([zero, *10.0**decades], ["0", *(f"$10^{{{d:.0f}}}$" for d in decades)])
    axes.minorticks_off()
    axes.margins(y=0.3)
    axes.spines[["top", "right"]].set_visible(False)


def _mark_eps(axes: Axes, eps: float) -> None:
    """Mark eps by a line and its value."""
    axes.axvline(eps, color=PALETTE["reference"], linestyle="--", linewidth=1)
    where = axes.get_xaxis_transform()
    axes.text(eps, 1, f"eps = {eps:.1e} ", transform=where, ha="right", va="top")


def _count(number: int, noun: str) -> str:
    """Return "1 head" or "2 heads"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
