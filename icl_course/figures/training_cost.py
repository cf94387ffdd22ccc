"""What a training step costs, against each of its sizes."""

import numpy as np
from jaxtyping import Float

from icl_course.arrays import Array
from icl_course.captions import PALETTE, Captioned, new_figure

LABELS = {"n": "examples $N$", "d": "inputs $d_x$", "b": "tasks in a batch $B$"}


def step_costs(
    values: dict[str, Float[Array, " n_values"]], costs: dict[str, Float[Array, " n_values"]]
) -> Captioned:
    """Draw the cost of a training step against N, d and B, one panel each, both axes logarithmic.

    A dashed line of slope 1 goes through the last point: the cost if it were proportional.

    Arguments:

    - `values`: the sizes tried, in rising order, under the names n, d and b.
    - `costs`: milliseconds per step at each of them.

    Returns the figure and its alt text, with the slope between the last two points of each panel.

    >>> sizes, costs = np.array([1.0, 2.0]), np.array([3.0, 6.0])
    >>> step_costs({"n": sizes}, {"n": costs}).alt.split(": ")[1]
    'in n from 3 to 6 ms between 1 and 2, slope 1.00 at the end.'
    """
    figure = new_figure(2.9)
    panels = figure.subplots(1, len(values), sharey=True, squeeze=False)[0]
    findings = []
    for axes, (name, raw) in zip(panels, values.items(), strict=True):
        sizes, cost = np.asarray(raw, float), np.asarray(costs[name], float)
        proportional = cost[-1] * sizes / sizes[-1]
        axes.loglog(sizes, proportional, "--", color=PALETTE["reference"], linewidth=1)
        axes.loglog(sizes, cost, "-o", color=PALETTE["attention layer"], markersize=4)
        axes.set_xlabel(LABELS[name])
        axes.set_xticks(sizes, [f"{size:g}" for size in sizes], fontsize="small")
        axes.minorticks_off()
        axes.spines[["top", "right"]].set_visible(False)
        slope = np.log(cost[-1] / cost[-2]) / np.log(sizes[-1] / sizes[-2])
        findings.append(
            f"in {name} from {cost[0]:.2g} to {cost[-1]:.2g} ms between {sizes[0]:g} and "
            f"{sizes[-1]:g}, slope {slope:.2f} at the end"
        )
    panels[0].set_ylabel("CPU time per step (ms)")
    alt = "CPU time of a training step against its sizes, on logarithmic axes: "
    return Captioned(figure, f"{alt}{'; '.join(findings)}.")
