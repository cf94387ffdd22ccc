"""Sequences that repeat: who attends to what followed, what it brings, and how training gets there.

Places are counted from 0.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float

from icl_course.arrays import Array
from icl_course.captions import PALETTE, Captioned, new_figure

STYLES = (
    ("attention layer", "-"),
    ("gradient descent", "--"),
    ("GD++", "-."),
    ("diverges", ":"),
)


def losses_by_place(
    by_net: Mapping[str, Float[Array, " n_predicted"]], *, n_symbols: int
) -> Captioned:
    """Draw the mean loss of each token of a prompt against its place, one line for each net.

    Source: Olsson et al. 2022 (in-context learning as a loss that falls along the prompt).

    Arguments:

    - `by_net`: for each net by name, the loss of tokens 1, 2, ..., in nats.
    - `n_symbols`: even guessing has the loss log(n_symbols), which is drawn as a line.

    Returns the figure and its alt text, with each net's loss at the first and the last tokens.
    Raises `ValueError` where the lines are not equally long.

    >>> losses_by_place({"a net": np.array([2.0, 1.0])}, n_symbols=9).alt.split(": ")[1]
    'a net goes from 2.00 to 1.00.'
    """
    lines = {name: np.asarray(values, float) for name, values in by_net.items()}
    if len({line.shape for line in lines.values()}) != 1:
        raise ValueError(
            f"the lines have the shapes {[line.shape for line in lines.values()]}: give each net's "
            "losses at the same tokens."
        )
    figure = new_figure(3.2)
    axes = figure.subplots()
    even = np.log(n_symbols)
    axes.axhline(even, color=PALETTE["before"], linestyle=":", label="even guessing")
    n_ends = max(1, min(5, len(next(iter(lines.values()))) // 4))
    found = []
    for (name, line), (color, style) in zip(lines.items(), STYLES, strict=False):
        places = np.arange(1, len(line) + 1)
        axes.plot(places, line, style, color=PALETTE[color], label=name)
        found.append(f"{name} goes from {line[:n_ends].mean():.2f} to {line[-n_ends:].mean():.2f}")
    axes.set_xlabel("place of the token")
    axes.set_ylabel("loss in nats")
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    alt = (
        f"Mean loss by place, first against last {n_ends} tokens, where even guessing has "
        f"{even:.2f}: {'; '.join(found)}."
    )
    return Captioned(figure, alt)


def patterns_on_repeats(
    patterns: Mapping[str, Float[Array, "n_tokens n_tokens"]],
    right: Bool[Array, "n_tokens n_tokens"],
    letters: Sequence[str],
) -> Captioned:
    """Draw who attends to whom on one prompt, a panel for each head.

    Rows ask, columns are asked. A ring marks what followed the current symbol earlier.

    Source: Olsson et al. 2022 (attention patterns on repeated random symbols).

    Arguments:

    - `patterns`: attention by the head's name.
    - `right`: True where token i followed an earlier token with the symbol of t.
    - `letters`: the prompt, one short name for each token.

    Returns the figure and its alt text, with the mean weight of each head on rings and on the
    previous token. Raises `ValueError` where a table is of another shape.

    >>> right = np.array([[0, 0, 0], [0, 0, 0], [0, 1, 0]], bool)
    >>> patterns_on_repeats({"a head": np.eye(3, k=-1)}, right, "ABA").alt.split(": ")[1]
    'a head puts 1.00 on what followed and 1.00 on the token before.'
    """
    rings, n_tokens = np.asarray(right, bool), len(letters)
    tables = {name: np.asarray(table, float) for name, table in patterns.items()}
    for name, table in {"what followed": rings, **tables}.items():
        if table.shape != (n_tokens, n_tokens):
            raise ValueError(
                f"the table of {name} has shape {table.shape} for a prompt of {n_tokens} tokens."
            )
    figure = new_figure(3.9)
    panels = figure.subplots(1, len(tables), squeeze=False)[0]
    asks = rings.any(axis=1)
    rows, columns = np.nonzero(rings)
    found = []
    for axes, (name, table) in zip(panels, tables.items(), strict=True):
        image = axes.imshow(table, cmap="Blues", vmin=0, vmax=1)
        axes.plot(columns, rows, "o", color=PALETTE["gradient descent"], markerfacecolor="none")
        axes.set_xticks(np.arange(n_tokens), letters)
        axes.set_yticks(np.arange(n_tokens), letters)
        axes.tick_params(length=0, labelsize="small")
        axes.set_title(name, fontsize="medium")
        axes.set_xlabel("token attended to")
        on_rings = np.where(rings, table, 0).sum(axis=1)[asks].mean()
        found.append(
            f"{name} puts {on_rings:.2f} on what followed and "
            f"{np.diagonal(table, -1).mean():.2f} on the token before"
        )
    panels[0].set_ylabel("token that attends")
    figure.colorbar(image, ax=list(panels), shrink=0.7, label="attention weight")
    alt = f"Attention on the prompt {' '.join(letters)}: {'; '.join(found)}."
    return Captioned(figure, alt)


def transition(
    steps: Float[Array, " n_kept"],
    told: Mapping[str, Float[Array, " n_kept"]],
    prefix: Mapping[str, Float[Array, " n_kept"]],
    previous: Float[Array, " n_kept"],
    *,
    between: tuple[float, float],
) -> Captioned:
    """Draw training: the loss of what was told before, and below it the best scores of any head.

    Source: Olsson et al. 2022 (the phase change; per-head scores over training).

    Arguments:

    - `steps`: the steps at which nets were measured.
    - `told`: for each net, the loss of tokens that followed their predecessor before.
    - `prefix`: for each net, the largest prefix-matching score of any head.
    - `previous`: the largest previous-token score in the first layer of the first net.
    - `between`: the steps between which the first net changes, which are shaded.

    Returns the figure and its alt text, with the values at both ends of the shaded band. Raises
    `ValueError` where the arrays do not belong together.

    >>> steps, up = np.array([0.0, 9.0]), np.array([0.1, 0.9])
    >>> made = transition(steps, {"a net": 4 - up}, {"a net": up}, up, between=(0.0, 9.0))
    >>> made.alt.split(": ")[1][:41]
    'the loss of a net goes from 3.90 to 3.10,'
    """
    steps = np.asarray(steps, float)
    lines = [*told.values(), *prefix.values(), previous]
    if set(told) != set(prefix) or any(np.shape(line) != steps.shape for line in lines):
        raise ValueError(
            f"{steps.shape} steps for {[np.shape(line) for line in lines]} values of "
            f"{list(told)} and {list(prefix)}: one value for each step, of the same nets."
        )
    figure = new_figure(4.8)
    above, below = figure.subplots(2, 1, sharex=True)
    for (name, loss), (color, style) in zip(told.items(), STYLES, strict=False):
        above.plot(steps, loss, style, color=PALETTE[color], label=name)
        below.plot(steps, prefix[name], style, color=PALETTE[color], label=f"prefix, {name}")
    below.plot(steps, previous, ":", color=PALETTE["before"], label="previous token, layer 1")
    for axes in (above, below):
        axes.axvspan(*between, color=PALETTE["least squares"], alpha=0.25, linewidth=0)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
        axes.set_ylim(bottom=0)
    above.set_ylabel("loss of what was told")
    below.set_ylabel("best score of a head")
    below.set_xlabel("training steps")
    first, last = (int(np.argmin(np.abs(steps - end))) for end in between)
    found = [
        f"the loss of {name} goes from {loss[first]:.2f} to {loss[last]:.2f}, its best "
        f"prefix-matching score from {prefix[name][first]:.2f} to {prefix[name][last]:.2f}"
        for name, loss in ((n, np.asarray(v, float)) for n, v in told.items())
    ]
    alt = (
        f"Training over {steps[-1]:.0f} steps; between steps {between[0]:.0f} and "
        f"{between[1]:.0f}: {'; '.join(found)}."
    )
    return Captioned(figure, alt)


def ablation_costs(
    shares: Mapping[str, Float[Array, "n_layers n_heads"]],
    chosen: Bool[Array, "n_layers n_heads"],
    together: Mapping[str, float],
) -> Captioned:
    """Draw which share of the in-context gain is lost when a head is silenced.

    Source: Olsson et al. 2022, argument 3 (ablations).

    Arguments:

    - `shares`: for each kind of ablation by name, the share lost by silencing each head alone.
    - `chosen`: the heads that the scores call previous-token or induction heads.
    - `together`: the share lost when all of some group are silenced at once, by the group's name.

    Returns the figure and its alt text, with the largest loss among heads that were not chosen.
    Raises `ValueError` where tables have different shapes.

    >>> share, chosen = np.array([[0.9, 0.0]]), np.array([[True, False]])
    >>> ablation_costs({"in full": share}, chosen, {"all chosen": 0.95}).alt.split(": ")[1]
    'all chosen 0.95; of heads not chosen the costliest 0.00 in full.'
    """
    marked = np.asarray(chosen, bool)
    tables = {name: np.asarray(table, float) for name, table in shares.items()}
    if any(table.shape != marked.shape for table in tables.values()):
        raise ValueError(
            f"shares of shapes {[t.shape for t in tables.values()]} for {marked.shape} heads."
        )
    figure = new_figure(3.4)
    axes = figure.subplots()
    names = [f"{layer + 1}.{head}" for layer, head in np.ndindex(*marked.shape)]
    width = 0.8 / len(tables)
    for number, ((name, table), (color, _)) in enumerate(zip(tables.items(), STYLES, strict=False)):
        at = np.arange(marked.size) + (number - (len(tables) - 1) / 2) * width
        axes.bar(at, table.ravel(), width, color=PALETTE[color], label=name)
    for number, ((name, share), style) in enumerate(
        zip(together.items(), (":", "-."), strict=False)
    ):
        axes.axhline(
            share, color=PALETTE[("reference", "half way")[number]], linestyle=style, label=name
        )
    stars = [f"{n}*" if m else n for n, m in zip(names, marked.ravel(), strict=True)]
    axes.set_xticks(np.arange(marked.size), stars)
    axes.set_xlabel("head (layer.head); * found by its score")
    axes.set_ylabel("share of the gain lost")
    axes.axhline(0, color=PALETTE["reference"], linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside upper center", ncols=3, frameon=False)
    groups = ", ".join(f"{name} {share:.2f}" for name, share in together.items())
    worst = ", ".join(
        f"{table[~marked].max(initial=0.0):.2f} {name}" for name, table in tables.items()
    )
    alt = (
        f"Share of the in-context gain lost by silencing heads: {groups}; of heads not chosen the "
        f"costliest {worst}."
    )
    return Captioned(figure, alt)
