"""One linear layer against one gradient step, over training and over seeds."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Key

from icl_course.alignment import learned_step_size
from icl_course.arrays import Array
from icl_course.constructions import gradient_step as construct
from icl_course.figures.reproduction import Curve, Panel, curves
from icl_course.gauge import interpolate
from icl_course.reproduction.measuring import (
    gradient_step,
    losses,
    net_alignments,
    net_losses,
    net_predictions,
    predictions,
    stack,
)
from icl_course.reproduction.nets import Recipe, Trained, linear_tasks, tied_net
from icl_course.reproduction.records import (
    Outcome,
    Row,
    Settings,
    Train,
    at_least,
    at_most,
    near,
    shown,
)
from icl_course.theory import best_one_step_loss, best_step_size, uniform_moments

MEASURED = "measured before, 5 seeds"

PAPER_STEPS = 5_000
PLATEAU = (
    "a seed may stay for long on a plateau at .395: there y is the key and one direction of x the "
    "value, so one of ten directions is learned; see plateaus"
)
"""Why the worst of several seeds may be far off."""


def recipes(settings: Settings) -> list[Recipe]:
    """Return the runs that all experiments on one trained layer share, one for each seed."""
    return [
        Recipe(
            net=tied_net(),
            tasks=linear_tasks(),
            seed=seed,
            n_steps=settings["n_steps"],
            batch_size=settings["batch_size"],
        )
        for seed in settings["seeds"]
    ]


def step_size(*, n_context: int = 10, d_x: int = 10) -> float:
    """Return the best single step size for the paper's tasks, from its closed form."""
    return float(best_step_size(uniform_moments(), n_context=n_context, d_x=d_x))


def measure(params: Any, key: Key[Array, ""], settings: Settings) -> dict[str, Any]:
    """Return everything that is compared of stacked trained layers, with one entry for each."""
    net, tasks, eta = tied_net(), linear_tasks(), step_size()
    built = construct(jnp.zeros((1, 10)), n_context=10, learning_rate=eta)
    between = jax.vmap(lambda one: interpolate(one, built, share=0.5))(params)
    step = gradient_step(learning_rate=eta)
    key_losses, key_alignment = jax.random.split(key)
    n_tasks, n_aligned = settings["n_tasks"], settings["n_aligned"]
    ours = net_predictions(net, params, tasks, key_losses, n_tasks=n_tasks)
    theirs = predictions(step, tasks, key_losses, n_tasks=n_tasks)
    found = net_alignments(net, params, step, tasks, key_alignment, n_tasks=n_aligned)
    return {
        "loss": net_losses(net, params, tasks, key_losses, n_tasks=n_tasks).mean(axis=1),
        "loss of the step": losses(step, tasks, key_losses, n_tasks=n_tasks).mean(),
        "interpolated loss": net_losses(net, between, tasks, key_losses, n_tasks=n_tasks).mean(
            axis=1
        ),
        "cosine": found.cosine,
        "model difference": found.model_difference,
        "prediction difference": found.prediction_difference,
        "learned eta": np.array(
            [learned_step_size(one, theirs, learning_rate=eta) for one in ours], float
        ),
    }


def alignment(settings: Settings, key: Key[Array, ""], train: Train) -> Outcome:
    """Train one layer over several seeds, and compare each with one gradient step."""
    key_curves, key_end = jax.random.split(key)
    runs = [train(recipe) for recipe in recipes(settings)]
    # The same tasks for every seed: what differs between rows is the net.
    found = measure(stack([run.params for run in runs]), key_end, settings)
    over_time = [_over_training(run, key_curves, settings) for run in runs]
    return Outcome(
        rows=[*_rows(found, len(runs)), _done_early(runs)],
        figures={"": _figure(runs[0].steps, over_time)},
        numbers={"each seed": found, "steps": runs[0].steps, "over training": over_time},
    )


def _over_training(run: Trained, key: Key[Array, ""], settings: Settings) -> dict[str, Array]:
    """Return alignment and losses at every snapshot of one run."""
    net, tasks, n_tasks = tied_net(), linear_tasks(), settings["n_per_snapshot"]
    step = gradient_step(learning_rate=step_size())
    found = net_alignments(net, run.snapshots, step, tasks, key, n_tasks=n_tasks)
    return {
        "loss": net_losses(net, run.snapshots, tasks, key, n_tasks=n_tasks).mean(axis=1),
        "loss of the step": losses(step, tasks, key, n_tasks=n_tasks).mean(),
        "cosine": found.cosine,
        "model difference": found.model_difference,
        "prediction difference": found.prediction_difference,
    }


def _rows(each: Mapping[str, Any], n_seeds: int) -> list[Row]:
    """Return the rows: means over seeds, and the worst seed where every seed has to do."""
    mean, worst = f"mean of {n_seeds} seeds", f"worst of {n_seeds} seeds"
    name = "one-layer"
    best = float(best_one_step_loss(uniform_moments(), n_context=10, d_x=10))
    etas = each["learned eta"]
    farthest = float(etas[np.argmax(np.abs(etas - step_size()))])
    between = (each["interpolated loss"] / each["loss of the step"]).max()
    return [
        near(name, "loss of the trained layer", mean, paper=0.2078,
             here=each["loss"].mean(), share=0.01, source=MEASURED, why=PLATEAU),
        near(name, "loss of the best step, same tasks", mean, paper=best,
             here=each["loss of the step"], share=0.01, source="theory"),
        at_least(name, "cosine of the sensitivities", worst, paper=0.999,
                 here=each["cosine"].min(), source=MEASURED, why=PLATEAU),
        at_most(name, "prediction difference", worst, paper=0.03,
                here=each["prediction difference"].max(), source=MEASURED, why=PLATEAU),
        at_most(name, "model difference", worst, paper=0.121,
                here=each["model difference"].max(), source=MEASURED, why=PLATEAU),
        near(name, "interpolated loss over the step's", worst, paper=1.0, here=between,
             share=0.01, source="the paper, Fig. 2", why=PLATEAU),
        near(name, "learned step size", f"farthest of {n_seeds} seeds", paper=step_size(),
             here=farthest, share=0.01, source="theory", why=PLATEAU),
        shown(name, "spread of the loss over seeds", worst, here=float(np.ptp(each["loss"]))),
    ]  # fmt: skip


def _done_early(runs: Sequence[Trained]) -> Row:
    """Return how many seeds have left their plateau when the paper's training ends."""
    level = 1.05 * float(best_one_step_loss(uniform_moments(), n_context=10, d_x=10))
    done = sum(
        float(np.mean(run.losses[max(0, PAPER_STEPS - 250) : PAPER_STEPS])) < level for run in runs
    )
    return shown(
        "one-layer",
        "seeds within 5 % of the best loss",
        f"after {PAPER_STEPS:,} steps, of {len(runs)}",
        here=done,
    )


def _figure(steps: Array, over_time: Sequence[Mapping[str, Array]]) -> Any:
    """Draw alignment and loss over training: one thin line for each seed."""
    best = float(over_time[0]["loss of the step"])  # on the tasks of the curves

    def lines(name: str, meaning: str) -> list[Curve]:
        return [Curve(steps, one[name], meaning, label=name if not i else "")
                for i, one in enumerate(over_time)]  # fmt: skip

    ends = [one["cosine"][-1] for one in over_time]
    ends_loss = [one["loss"][-1] for one in over_time]
    return curves(
        [
            Panel(
                [*lines("model difference", "before"), *lines("prediction difference", "float32"),
                 *lines("cosine", "float64")],
                "training step", "alignment with the best step",
            ),
            Panel(
                [*lines("loss", "attention layer"),
                 Curve([steps[0], steps[-1]], [best, best], "gradient descent",
                       label="best gradient step", dashed=True)],
                "training step", "loss",
            ),
        ],
        alt=(
            f"Over training, {len(over_time)} layers from different seeds come to do what one "
            f"gradient step does. The least cosine of the sensitivities ends at {min(ends):.4f}, "
            f"the largest loss at {max(ends_loss):.4f}, where the best step has {best:.4f}."
        ),
    )  # fmt: skip
