"""Concepts: when they can be read off a stream, how they lie in it, and what they are worth."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Int

from icl_course.arrays import Array
from icl_course.captions import PALETTE, Captioned, new_figure

COLORS = ("attention layer", "gradient descent", "GD++", "least squares", "diverges", "half way")
STYLES = ("-", "--", "-.", ":", "-", "--")
MARKERS = ("o", "s", "^", "D", "v", "P")


def decodability_over_training(
    steps: Float[Array, " n_points"],
    decodable: Float[Array, "n_points n_depths"],
    risk: Float[Array, " n_points"],
    *,
    chance: float,
    floor: float,
) -> Captioned:
    """Draw training: the decodability of the concept at every depth, and below it the risk.

    Source: Han et al., 2412.12276, figures 2 and 3.

    Arguments:

    - `steps`: when the net was measured.
    - `decodable`: the share decoded at each depth, 0 for the embedding.
    - `risk`: the net's risk.
    - `chance`: the decodability of a guess.
    - `floor`: the risk of the Bayes predictor.

    Returns the figure and its alt text, with the values at the end. Raises `ValueError` where the
    arrays do not belong together.

    >>> steps, shares = np.array([0.0, 9.0]), np.array([[0.25, 0.25], [0.25, 0.9]])
    >>> made = decodability_over_training(steps, shares, 2 - shares[:, 1], chance=0.25, floor=1.0)
    >>> made.alt.split(": ")[1]
    'decodability goes from 0.25 to 0.25 at depth 0 and from 0.25 to 0.90 at depth 1, where a guess has 0.25; the risk goes from 1.75 to 1.10, where the Bayes predictor has 1.00.'
    """  # noqa: E501
    shares, losses = np.asarray(decodable, float), np.asarray(risk, float)
    if len(shares) != len(steps) or losses.shape != np.shape(steps):
        raise ValueError(f"{len(steps)} steps, {shares.shape} shares and {losses.shape} risks.")
    figure = new_figure(4.8)
    above, below = figure.subplots(2, 1, sharex=True)
    for depth, share in enumerate(shares.T):
        above.plot(
            steps, share, STYLES[depth], color=PALETTE[COLORS[depth]], label=f"after {depth} layers"
        )
    above.axhline(chance, color=PALETTE["before"], linestyle=":", label="a guess")
    below.plot(steps, losses, color=PALETTE["attention layer"], label="the net")
    below.axhline(floor, color=PALETTE["reference"], linestyle=":", label="Bayes predictor")
    above.set_ylim(0, 1)
    above.set_ylabel("decodability")
    below.set_ylim(bottom=0)
    below.set_ylabel("risk")
    below.set_xlabel("training steps")
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    found = " and ".join(
        f"from {share[0]:.2f} to {share[-1]:.2f} at depth {depth}"
        for depth, share in enumerate(shares.T)
    )
    alt = (
        f"Training over {steps[-1]:.0f} steps: decodability goes {found}, where a guess has "
        f"{chance:.2f}; the risk goes from {losses[0]:.2f} to {losses[-1]:.2f}, where the Bayes "
        f"predictor has {floor:.2f}."
    )
    return Captioned(figure, alt)


def concept_planes(
    planes: Mapping[str, Float[Array, "n_points 2"]],
    concepts: Int[Array, " n_points"],
    shares: Mapping[str, float],
) -> Captioned:
    """Draw streams in the plane in which they vary most, a panel each, coloured by concept.

    Source: Han et al., 2412.12276, figure 2 (representations separate).

    Arguments:

    - `planes`: for each panel by name, coordinates of every point.
    - `concepts`: of every point.
    - `shares`: for each panel, the decodability in the whole stream.

    Returns the figure and its alt text. Raises `ValueError` where the panels do not fit.

    >>> plane = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> concept_planes({"at the end": plane}, np.array([0, 1]), {"at the end": 0.9}).alt
    'Streams of 2 prompts of 2 concepts along their two main directions, with decodability in the whole stream: at the end 0.90.'
    """  # noqa: E501
    labels = np.asarray(concepts)
    if set(planes) != set(shares) or any(len(plane) != len(labels) for plane in planes.values()):
        raise ValueError(f"panels {list(planes)} and {list(shares)} for {len(labels)} points.")
    figure = new_figure(3.0)
    panels = figure.subplots(1, len(planes), squeeze=False)[0]
    names = np.unique(labels)
    for axes, (name, plane) in zip(panels, planes.items(), strict=True):
        for concept in names:
            chosen = np.asarray(plane)[labels == concept]
            axes.plot(
                *chosen.T,
                MARKERS[concept],
                color=PALETTE[COLORS[concept]],
                markersize=3,
                label=f"concept {concept}",
            )
        axes.set_title(f"{name}: {shares[name]:.2f}", fontsize="medium")
        axes.set_xticks([])
        axes.set_yticks([])
    handles, texts = panels[0].get_legend_handles_labels()
    figure.legend(handles, texts, loc="outside lower center", ncols=len(names), frameon=False)
    found = ", ".join(f"{name} {share:.2f}" for name, share in shares.items())
    alt = (
        f"Streams of {len(labels)} prompts of {len(names)} concepts along their two main "
        f"directions, with decodability in the whole stream: {found}."
    )
    return Captioned(figure, alt)


def risk_by_concept(
    by_concept: Float[Array, "n_concepts n_examples"],
    references: Mapping[str, Float[Array, " n_examples"]],
) -> Captioned:
    """Draw a net's risk on each concept against the examples seen, beside references.

    Source: Han et al., 2412.12276, figure 2 (loss by basis).

    Returns the figure and its alt text, with the risks after the last example.

    >>> risk_by_concept(np.array([[2.0, 1.0]]), {"Bayes": np.array([2.0, 0.5])}).alt
    'Risk by number of examples seen: after 1 the net has 1.00 on concept 0, and Bayes 0.50.'
    """
    risks = np.asarray(by_concept, float)
    figure = new_figure(3.2)
    axes = figure.subplots()
    seen = np.arange(risks.shape[1])
    for number, risk in enumerate(risks):
        axes.plot(
            seen,
            risk,
            STYLES[number],
            marker=MARKERS[number],
            markersize=3,
            color=PALETTE[COLORS[number]],
            label=f"net, concept {number}",
        )
    for (name, risk), style in zip(references.items(), (":", (0, (1, 3))), strict=False):
        axes.plot(seen, risk, linestyle=style, color=PALETTE["reference"], label=name)
    axes.set_yscale("log")
    axes.set_xlabel("examples seen")
    axes.set_ylabel("risk")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    nets = ", ".join(f"{risk[-1]:.2f} on concept {number}" for number, risk in enumerate(risks))
    others = " and ".join(f"{name} {np.asarray(r)[-1]:.2f}" for name, r in references.items())
    alt = f"Risk by number of examples seen: after {seen[-1]} the net has {nets}, and {others}."
    return Captioned(figure, alt)


def steering(
    changes: Mapping[str, Float[Array, "n_seeds n_examples"]], *, places: Sequence[int]
) -> Captioned:
    """Draw by how much the risk changes when a vector is added, with 3 standard errors.

    Source: Han et al., 2412.12276, section 3.3 (patching with the right and a wrong concept).

    Arguments:

    - `changes`: for each vector by name, the change of the risk at each place, seed by seed.
    - `places`: the places drawn, as numbers of examples seen.

    Returns the figure and its alt text, with the change at the first place.

    >>> change = np.array([[-1.0, 0.0], [-2.0, 0.0]])
    >>> steering({"right vector": change}, places=[0, 1]).alt
    'Change of the risk when a vector is added, with 0 examples seen: right vector -1.50 (3 standard errors 1.50).'
    """  # noqa: E501
    figure = new_figure(3.2)
    axes = figure.subplots()
    found = []
    for number, (name, change) in enumerate(changes.items()):
        values = np.asarray(change, float)[:, list(places)]
        mean = values.mean(axis=0)
        error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
        axes.errorbar(
            places,
            mean,
            yerr=3 * error,
            fmt=STYLES[number],
            marker=MARKERS[number],
            markersize=4,
            capsize=3,
            color=PALETTE[COLORS[number]],
            label=name,
        )
        found.append(f"{name} {mean[0]:.2f} (3 standard errors {3 * error[0]:.2f})")
    axes.axhline(0, color=PALETTE["reference"], linewidth=0.8)
    axes.set_xlabel("examples seen")
    axes.set_ylabel("change of the risk")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    alt = (
        f"Change of the risk when a vector is added, with {places[0]} examples seen: "
        f"{'; '.join(found)}."
    )
    return Captioned(figure, alt)


def fine_tuning(
    steps: Int[Array, " n_points"],
    risks: Mapping[str, Float[Array, "n_seeds n_points"]],
    *,
    floor: float,
) -> Captioned:
    """Draw the risk on new concepts while some layers are trained, as a band over seeds.

    Source: Han et al., 2412.12276 (first layers against last ones).

    Arguments:

    - `steps`: when the net was measured.
    - `risks`: for each choice of layers by name, seed by seed.
    - `floor`: the risk of the Bayes predictor.

    Returns the figure and its alt text, with the mean risks at the end.

    >>> fine_tuning(np.arange(2), {"layer 1": np.array([[3.0, 1.0]])}, floor=0.5).alt
    'Risk on new concepts over 1 steps of fine-tuning, where Bayes has 0.50: layer 1 ends at 1.00.'
    """
    figure = new_figure(3.2)
    axes = figure.subplots()
    found = []
    for number, (name, risk) in enumerate(risks.items()):
        values = np.asarray(risk, float)
        color = PALETTE[COLORS[number]]
        axes.fill_between(steps, values.min(axis=0), values.max(axis=0), color=color, alpha=0.2)
        axes.plot(
            steps,
            values.mean(axis=0),
            STYLES[number],
            marker=MARKERS[number],
            markersize=4,
            color=color,
            label=name,
        )
        found.append(f"{name} ends at {values[:, -1].mean():.2f}")
    axes.axhline(floor, color=PALETTE["reference"], linestyle=":", label="Bayes")
    axes.set_xlabel("steps of fine-tuning")
    axes.set_ylabel("risk on the new concepts")
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    alt = (
        f"Risk on new concepts over {int(steps[-1])} steps of fine-tuning, where Bayes has "
        f"{floor:.2f}: {'; '.join(found)}."
    )
    return Captioned(figure, alt)
