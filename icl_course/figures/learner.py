"""In-context learners: accuracy along a prompt, phases over tasks and width, plateaus of the loss.

Places are counted from 0.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.patches import Rectangle

from icl_course.arrays import Array
from icl_course.captions import PALETTE, Captioned, new_figure

STYLES = (
    ("attention layer", "-"),
    ("gradient descent", "--"),
    ("GD++", "-."),
    ("diverges", ":"),
    ("least squares", (0, (6, 2, 1, 2))),
)


def accuracies_by_place(
    by_learner: Mapping[str, Float[Array, " n_examples"]], *, n_classes: int
) -> Captioned:
    """Draw the accuracy at each place of a prompt, one line for each learner.

    Source: 2212.04458, figure 1.

    Arguments:

    - `by_learner`: accuracies by name; at most five.
    - `n_classes`: guessing has the accuracy 1 / n_classes, which is drawn as a line.

    Returns the figure and its alt text, with each learner's accuracy at the first and the last five
    places. Raises `ValueError` where the lines are not equally long.

    >>> accuracies_by_place({"a net": np.array([0.5, 0.9])}, n_classes=2).alt.split(": ")[1]
    'a net goes from 0.50 to 0.90.'
    """
    lines = {name: np.asarray(values, float) for name, values in by_learner.items()}
    if len({line.shape for line in lines.values()}) != 1 or len(lines) > len(STYLES):
        raise ValueError(
            f"{len(lines)} lines of shapes {[line.shape for line in lines.values()]}: give at most "
            f"{len(STYLES)} of one length."
        )
    figure = new_figure(3.2)
    axes = figure.subplots()
    axes.axhline(1 / n_classes, color=PALETTE["before"], linestyle=":", label="guessing")
    found = []
    for (name, line), (color, style) in zip(lines.items(), STYLES, strict=False):
        axes.plot(np.arange(len(line)), line, linestyle=style, color=PALETTE[color], label=name)
        last = line[-5:].mean() if len(line) > 5 else line[-1]
        found.append(f"{name} goes from {line[0]:.2f} to {last:.2f}")
    axes.set_xlabel("examples before")
    axes.set_ylabel("accuracy")
    axes.set_ylim(max(0.0, 1 / n_classes - 0.1), 1.02)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    alt = (
        f"Accuracy along the prompt, from no example to the last five places, where guessing has "
        f"{1 / n_classes:.2f}: {'; '.join(found)}."
    )
    return Captioned(figure, alt)


COLOURS = {
    "none": "before",
    "memorised": "diverges",
    "identified": "least squares",
    "learned": "float64",
}
"""One colour for each phase."""


def phase_map(
    unseen: Float[Array, "n_widths n_counts"],
    phases: Sequence[Sequence[str]],
    *,
    widths: Sequence[int],
    log2_tasks: Sequence[int],
) -> Captioned:
    """Draw which phase a net is in, over its width and the number of tasks.

    Each cell has the phase's colour and first letter, and the accuracy on unseen tasks.

    Source: 2212.04458, figure 2.

    Arguments:

    - `unseen`: accuracy on unseen tasks, row by width, column by number of tasks.
    - `phases`: the name of each cell's phase, from `learner_scores.phase`.
    - `widths`: of the nets.
    - `log2_tasks`: the binary logarithms of the numbers of tasks.

    Returns the figure and its alt text, which says for each width from how many tasks on it learns.
    Raises `ValueError` where the table has another shape.

    >>> made = phase_map(np.array([[0.5, 0.9]]), [["none", "learned"]], widths=[16],
    ...                  log2_tasks=[0, 9])
    >>> made.alt.split(": ")[1]
    'width 16 learns from 2^9 tasks on.'
    """
    table = np.asarray(unseen, float)
    shape = (len(widths), len(log2_tasks))
    if (
        table.shape != shape
        or any(len(row) != shape[1] for row in phases)
        or len(phases) != len(widths)
    ):
        raise ValueError(f"accuracies of shape {table.shape} for {shape} widths and task counts.")
    figure = new_figure(0.9 + 0.55 * len(widths))
    axes = figure.subplots()
    found = []
    for row, width in enumerate(widths):
        for column in range(shape[1]):
            name = phases[row][column]
            axes.add_patch(_square(column, row, PALETTE[COLOURS[name]]))
            axes.text(column, row, f"{name}\n{table[row, column]:.2f}", ha="center", va="center",
                      fontsize="small")  # fmt: skip
        learned = [k for k, name in zip(log2_tasks, phases[row], strict=True) if name == "learned"]
        found.append(
            f"width {width} learns from 2^{learned[0]} tasks on"
            if learned
            else f"width {width} does not learn"
        )
    axes.set_xlim(-0.5, shape[1] - 0.5)
    axes.set_ylim(-0.5, shape[0] - 0.5)
    axes.set_xticks(np.arange(shape[1]), [f"$2^{{{k}}}$" for k in log2_tasks])
    axes.set_yticks(np.arange(shape[0]), [str(width) for width in widths])
    axes.tick_params(length=0)
    axes.set_xlabel("number of training tasks")
    axes.set_ylabel("width")
    axes.spines[:].set_visible(False)
    alt = (
        "Phase of each net over width and number of tasks, with its accuracy on unseen tasks: "
        f"{'; '.join(found)}."
    )
    return Captioned(figure, alt)


def _square(column: int, row: int, colour: str) -> Rectangle:
    return Rectangle(
        (column - 0.48, row - 0.46), 0.96, 0.92, facecolor=colour, alpha=0.35, linewidth=0
    )


def plateaus(
    losses: Mapping[str, Float[Array, " _"]],
    spans: Mapping[str, tuple[int, int]],
    *,
    level: float,
    n_window: int = 50,
    label: str = "loss in nats",
) -> Captioned:
    """Draw running means of losses over training, and where the plateau of each one ends.

    Source: 2212.04458, figures on plateaus and what shortens them.

    Arguments:

    - `losses`: the loss of every step, by run; runs may differ in length. At most five.
    - `spans`: between which steps each plateau lies.
    - `level`: the loss of even guessing, drawn as a line.
    - `n_window`: how many steps make a mean.
    - `label`: what the losses are, on the axis.

    Returns the figure and its alt text, with the length of every plateau. Raises `ValueError` where
    a run has no span.

    >>> made = plateaus({"a run": np.ones(90)}, {"a run": (10, 70)}, level=1.0)
    >>> made.alt.split(": ")[1]
    'a run 60 steps.'
    """
    if set(losses) != set(spans) or len(losses) > len(STYLES):
        raise ValueError(f"losses of {list(losses)}, but spans of {list(spans)}.")
    figure = new_figure(3.2)
    axes = figure.subplots()
    axes.axhline(level, color=PALETTE["before"], linestyle=":", label="even guessing")
    found = []
    for (name, values), (color, style) in zip(losses.items(), STYLES, strict=False):
        kernel = np.ones(n_window) / n_window
        means = np.convolve(np.asarray(values, float), kernel, mode="valid")
        steps = np.arange(len(means)) + n_window - 1
        axes.plot(steps, means, linestyle=style, color=PALETTE[color], label=name)
        begins, ends = spans[name]
        if ends < len(values):
            axes.plot(ends, means[ends - n_window + 1], "o", color=PALETTE[color])
        found.append(
            f"{name} {ends - begins} steps" + ("" if ends < len(values) else ", without an end")
        )
    axes.set_xlabel("training steps")
    axes.set_ylabel(label)
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return Captioned(figure, f"Length of the plateau: {'; '.join(found)}.")


def plateau_lengths(
    lengths: Mapping[str, Sequence[int]], *, n_steps: int, n_before: int = 0
) -> Captioned:
    """Draw how long plateaus last with several remedies: one dot for each seed.

    Source: 2212.04458, figures on plateaus and what shortens them.

    Arguments:

    - `lengths`: for each remedy by name, the length of the plateau of every seed, in steps.
    - `n_steps`: of training. A plateau that has not ended by then gets an arrow for a dot.
    - `n_before`: the steps before a plateau begins, so the longest has n_steps - n_before.

    Returns the figure and its alt text, with every length.

    >>> plateau_lengths({"as it is": [30, 100]}, n_steps=110, n_before=10).alt
    'Length of the plateau in steps, seed by seed: as it is 30, more than 100.'
    """
    figure = new_figure(0.9 + 0.4 * len(lengths))
    axes = figure.subplots()
    found = []
    for row, (name, values) in enumerate(lengths.items()):
        color = PALETTE[STYLES[row % len(STYLES)][0]]
        has_ended = [value < n_steps - n_before for value in values]
        for value, ended in zip(values, has_ended, strict=True):
            axes.plot(value, row, "o" if ended else ">", color=color, alpha=0.8)
        said = [
            str(value) if ended else f"more than {value}"
            for value, ended in zip(values, has_ended, strict=True)
        ]
        found.append(f"{name} {', '.join(said)}")
    axes.set_yticks(range(len(lengths)), list(lengths))
    axes.invert_yaxis()
    axes.margins(y=0.2)
    axes.set_xlim(0, 1.02 * n_steps)
    axes.set_xlabel("steps on the plateau")
    axes.grid(axis="x", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    return Captioned(figure, f"Length of the plateau in steps, seed by seed: {'; '.join(found)}.")
