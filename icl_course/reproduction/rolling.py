"""A trained layer rolled out: applied again and again, with and without damping."""

from functools import partial
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Key

from icl_course.arrays import Array
from icl_course.constructions import gradient_step as construct
from icl_course.figures.reproduction import Curve, Panel, curves
from icl_course.reproduction.measuring import median_of_means, over_tasks, stack
from icl_course.reproduction.nets import linear_tasks
from icl_course.reproduction.one_layer import recipes, step_size
from icl_course.reproduction.records import Outcome, Settings, Train, at_least, near, shown
from icl_course.tasks import Task
from icl_course.tokens import make_tokens, read_predictions
from icl_course.transformer import looped

N_STEPS = 50
DEPTHS = (1, 2, 10, 50)
NET_MEASURED = (0.2192, 0.1711, 0.0880, 0.0450)
STEP_MEASURED = (0.2210, 0.1728, 0.0883, 0.0443)


def depth_losses(params: Any, task: Task, *, damping: float) -> Float[Array, " n_depths"]:
    """Return the loss at every depth of a rolled-out layer, on one task."""
    deep = looped(params, make_tokens(task), n_layers=N_STEPS, damping=damping)
    return jnp.sum((read_predictions(deep, d_y=1) - task.y_query[None]) ** 2, axis=1) / 2


def roll_out(settings: Settings, key: Key[Array, ""], train: Train) -> Outcome:
    """Apply the trained layers 50 times, with damping .75 and without."""
    runs = [train(recipe) for recipe in recipes(settings)][: settings["n_rolled"]]
    step = construct(jnp.zeros((1, 10)), n_context=10, learning_rate=step_size())
    name = "roll-out"
    found: dict[str, Any] = {}
    for damping in (0.75, 1.0):
        every = over_tasks(
            partial(depth_losses, damping=damping),
            stack([*(run.params for run in runs), step]),
            linear_tasks(),
            key,
            n_tasks=settings["n_tasks"],
        )
        medians = np.array([median_of_means(each) for each in every])
        found[str(damping)] = (np.median(medians[:-1], axis=0), medians[-1])
        worst = max(float(np.mean(~(each[:, -1] < 100))) for each in every)
        found[f"share that diverges, {damping}"] = worst
    net, built = found["0.75"]
    rows = []
    for place, depth in enumerate(DEPTHS):
        setting = f"damping .75, {depth} step{'s' if depth > 1 else ''}, median of blocks"
        rows += [
            near(name, "loss of the net", setting, paper=NET_MEASURED[place], here=net[depth],
                 share=0.05, source="measured before"),
            near(name, "loss of GD", setting, paper=STEP_MEASURED[place], here=built[depth],
                 share=0.05, source="measured before"),
        ]  # fmt: skip
    free = found["1.0"][0]
    rows += [
        at_least(name, "loss of the net", "no damping, 50 steps: it diverges", paper=10.0,
                 here=min(float(np.nan_to_num(free[-1], nan=1e30, posinf=1e30)), 1e30),
                 source="measured before: diverges"),
        shown(name, "share of tasks that diverge", "damping .75, 50 steps",
              here=found["share that diverges, 0.75"]),
        shown(name, "share of tasks that diverge", "no damping, 50 steps",
              here=found["share that diverges, 1.0"]),
    ]  # fmt: skip
    return Outcome(rows=rows, figures={"": _figure(net, built, free)}, numbers=found)


def _figure(net: Array, built: Array, free: Array) -> Any:
    """Draw the loss against the number of steps."""
    depths = np.arange(N_STEPS + 1)
    drawn = np.where(np.isfinite(free) & (free < 10), free, np.nan)
    return curves(
        [
            Panel(
                [
                    Curve(depths, net, "attention layer", label="trained layer, damping .75"),
                    Curve(depths, built, "gradient descent", label="GD, damping .75", dashed=True),
                    Curve(depths, drawn, "diverges", label="trained layer, no damping"),
                ],
                "times that the layer is applied",
                "loss, median over blocks",
                log_y=True,
            )
        ],
        alt=(
            f"Loss of a trained layer applied again and again. With damping .75 it falls to "
            f"{net[-1]:.4f} after 50 times, as gradient descent does ({built[-1]:.4f}); with no "
            f"damping it is lowest after {int(np.nanargmin(drawn))} and then diverges."
        ),
    )
