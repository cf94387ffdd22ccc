"""Tokens one after the other: how sharp a copy is, who attends to whom, and how training goes."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from icl_course.arrays import Array
from icl_course.captions import PALETTE, Captioned, new_figure

LINES = {"own token": "--", "next token": "-", "other tokens": ":"}


def copy_errors(
    sharpness: Float[Array, " n_points"],
    by_formula: Float[Array, " n_points"],
    by_layer: Mapping[str, Float[Array, " n_points"]],
) -> Captioned:
    """Draw the weight that goes astray in a copy against the sharpness of its scores.

    Source: 2212.07677, Prop. 3, which leaves the sharpness to the reader.

    Arguments:

    - `sharpness`: the factor β on scores whose margin is 1, from small to large.
    - `by_formula`: (n - 1) / (exp(β) + n - 1), where all others are equally far behind.
    - `by_layer`: for each code by name, what the attention weights on wrong tokens add up to.

    Returns the figure and its alt text, with the sharpness from which each stays below 1 %. Raises
    `ValueError` where a curve is not as long as `sharpness`, or none gets below 1 %.

    >>> betas = np.array([1.0, 5.0, 9.0])
    >>> copy_errors(betas, np.array([0.9, 0.1, 0.001]), {}).alt.split(": ")[1]
    'it is below 1 % from 9 on by the formula.'
    """
    betas = np.asarray(sharpness, float)
    curves = {"the formula": np.asarray(by_formula, float)}
    curves |= {name: np.asarray(values, float) for name, values in by_layer.items()}
    for name, values in curves.items():
        if values.shape != betas.shape or values[-1] >= 0.01:
            raise ValueError(
                f"the curve of {name} has shape {values.shape} for {betas.shape} sharpnesses and "
                f"ends at {values[-1]:.2g}: give one weight for each, the last below .01."
            )
    figure = new_figure(3.2)
    axes = figure.subplots()
    markers, fillings = iter("os^v"), iter([PALETTE["attention layer"], *["white"] * 3])
    for name, values in curves.items():
        if name == "the formula":
            axes.plot(betas, values, "-", color=PALETTE["reference"], label=name)
        else:
            (dots,) = axes.plot(betas, values, next(markers), label=name, markersize=5)
            dots.set(color=PALETTE["attention layer"], markerfacecolor=next(fillings))
    axes.axhline(0.01, color=PALETTE["before"], linewidth=1, linestyle=":")
    axes.set_yscale("log")
    axes.set_xlabel(r"sharpness $\beta$")
    axes.set_ylabel("weight on wrong tokens")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper center", ncols=3, frameon=False)
    found = [
        f"{betas[np.argmax(values < 0.01)]:.3g} on by {name}" for name, values in curves.items()
    ]
    alt = (
        f"Attention weight on wrong tokens against sharpness, {len(betas)} values from "
        f"{betas[0]:.3g} to {betas[-1]:.3g}: it is below 1 % from {', from '.join(found)}."
    )
    return Captioned(figure, alt)


def attention_maps(weights: Mapping[str, Float[Array, "n_tokens n_context"]]) -> Captioned:
    """Draw who attends to whom on alternating tokens, one panel for each layer.

    Rows ask, columns are asked. A ring marks the next token of each input, where a copying head
    must look. The query has no column, since nobody attends to it.

    Source: 2212.07677, section 6.

    Arguments:

    - `weights`: attention weights by the layer's name, [n_tokens, n_context] with
      n_tokens = 2 N + 1 and n_context = 2 N.

    Returns the figure and its alt text, with the mean weight of inputs on their targets. Raises
    `ValueError` where a table is of another shape.

    >>> attention_maps({"a head": np.eye(3, 2, k=1)}).alt.split(": ")[1]
    'in a head an input gives its own target the weight 1.00 on average.'
    """
    tables = {name: np.asarray(table, float) for name, table in weights.items()}
    for name, table in tables.items():
        if table.ndim != 2 or len(table) != table.shape[1] + 1 or len(table) % 2 == 0:
            raise ValueError(
                f"the weights of {name} have shape {table.shape}, but 2 N + 1 alternating tokens "
                "attend to 2 N: pass one head's weights."
            )
    figure = new_figure(3.9)
    panels = figure.subplots(1, len(tables), squeeze=False)[0]
    found = []
    for axes, (name, table) in zip(panels, tables.items(), strict=True):
        image = axes.imshow(table, cmap="Blues", vmin=0, vmax=1)
        inputs = np.arange(0, len(table) - 1, 2)
        axes.plot(
            inputs + 1, inputs, "o", color=PALETTE["gradient descent"], markerfacecolor="none"
        )
        n_context = table.shape[1]
        names = [
            f"$x_{{{i // 2 + 1}}}$" if i % 2 == 0 else f"$y_{{{i // 2 + 1}}}$"
            for i in range(n_context)
        ]
        every = max(1, n_context // 10)
        axes.set_xticks(np.arange(n_context)[::every], names[::every])
        rows = [*names, "$x_q$"]
        shown = [*range(0, n_context, every), n_context]
        axes.set_yticks(shown, [rows[row] for row in shown])
        axes.tick_params(length=0)
        axes.set_title(name, fontsize="medium")
        axes.set_xlabel("token attended to")
        found.append(
            f"in {name} an input gives its own target the weight "
            f"{table[inputs, inputs + 1].mean():.2f}"
        )
    panels[0].set_ylabel("token that attends")
    figure.colorbar(image, ax=list(panels), shrink=0.7, label="attention weight")
    alt = f"Who attends to whom, in {len(tables)} layers: {'; '.join(found)} on average."
    return Captioned(figure, alt)


def copying_over_training(
    steps: Float[Array, " n_points"],
    losses: Float[Array, " n_points"],
    kept: Float[Array, " n_kept"],
    sensitivities: Float[Array, "n_kept 3"],
    *,
    loss_of_zero: float,
    loss_of_step: float,
) -> Captioned:
    """Draw the loss over training, and below it on which tokens the first layer's output depends.

    Source: 2212.07677, Fig. 6.

    Arguments:

    - `steps`, `losses`: the loss after so many steps, smoothed.
    - `kept`, `sensitivities`: at which steps weights were kept, and for each of them the mean
      sensitivity to the own, the next and all other tokens.
    - `loss_of_zero`, `loss_of_step`: the losses of the prediction 0 and of one gradient step.

    Returns the figure and its alt text, with first and last loss and sensitivity. Raises
    `ValueError` where the arrays do not belong together.

    >>> ends = np.array([0.0, 9.0])
    >>> table = np.array([[3.0, 0.0, 0.0], [3.0, 0.7, 0.1]])
    >>> losses = {"loss_of_zero": 0.41, "loss_of_step": 0.19}
    >>> copying_over_training(ends, np.array([0.4, 0.2]), ends, table, **losses).alt[:81]
    'Training on alternating tokens over 9 steps: the loss goes from 0.400 to 0.200, w'
    """
    steps, losses, kept, table = (
        np.asarray(array, float) for array in (steps, losses, kept, sensitivities)
    )
    if steps.shape != losses.shape or table.shape != (len(kept), 3):
        raise ValueError(
            f"{steps.shape} steps for {losses.shape} losses, {kept.shape} kept steps for "
            f"sensitivities of shape {table.shape}: one loss per step, three numbers per kept step."
        )
    figure = new_figure(4.6)
    above, below = figure.subplots(2, 1, sharex=True)
    above.plot(steps, losses, color=PALETTE["attention layer"], label="two trained layers")
    above.axhline(loss_of_zero, color=PALETTE["before"], linestyle=":", label="prediction 0")
    above.axhline(
        loss_of_step, color=PALETTE["gradient descent"], linestyle="--", label="one gradient step"
    )
    above.set_ylabel("loss")
    colors = (PALETTE["before"], PALETTE["attention layer"], PALETTE["diverges"])
    for column, (name, style) in enumerate(LINES.items()):
        below.plot(kept, table[:, column], style, color=colors[column], label=name)
    below.set_ylabel("sensitivity")
    below.set_xlabel("training steps")
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    alt = (
        f"Training on alternating tokens over {steps[-1]:.0f} steps: the loss goes from "
        f"{losses[0]:.3f} to {losses[-1]:.3f}, where one gradient step has {loss_of_step:.3f} and "
        f"the prediction 0 has {loss_of_zero:.3f}. The first layer's sensitivity to the next token "
        f"goes from {table[0, 1]:.3f} to {table[-1, 1]:.2f}, to all others from {table[0, 2]:.3f} "
        f"to {table[-1, 2]:.2f}."
    )
    return Captioned(figure, alt)
