"""One layer against one step where the number of inputs and of examples grows together."""

import jax
import numpy as np
from jaxtyping import Key

from icl_course.arrays import Array
from icl_course.figures.reproduction import Curve, Panel, curves
from icl_course.reproduction.measuring import (
    gradient_step,
    losses,
    net_alignments,
    net_losses,
    stack,
)
from icl_course.reproduction.nets import Recipe, linear_tasks, tied_net
from icl_course.reproduction.one_layer import step_size
from icl_course.reproduction.records import Outcome, Settings, Train, at_least, near
from icl_course.theory import best_one_step_loss, uniform_moments


def sizes(settings: Settings, key: Key[Array, ""], train: Train) -> Outcome:
    """Train one layer for each N = d_x, and compare it with the best step of that size."""
    rows, found = [], []
    for size in settings["sizes"]:
        tasks, net = linear_tasks(n_context=size, d_x=size), tied_net(d_x=size)
        recipe = Recipe(
            net=net,
            tasks=tasks,
            seed=0,
            n_steps=settings["n_steps"],
            batch_size=settings["batch_size"],
        )
        params = stack([train(recipe).params])
        theirs = gradient_step(learning_rate=step_size(n_context=size, d_x=size))
        key_loss, key_alignment = jax.random.split(jax.random.fold_in(key, size))
        n_tasks, n_aligned = settings["n_tasks"], settings["n_aligned"]
        loss = float(net_losses(net, params, tasks, key_loss, n_tasks=n_tasks).mean())
        step = float(losses(theirs, tasks, key_loss, n_tasks=n_tasks).mean())
        aligned = net_alignments(net, params, theirs, tasks, key_alignment, n_tasks=n_aligned)
        cosine = float(aligned.cosine[0])
        best = float(best_one_step_loss(uniform_moments(), n_context=size, d_x=size))
        found.append((loss, step, best, cosine))
        setting = f"N = d = {size}"
        rows += [
            near("n-equals-d", "loss of the net over that of the step", setting, paper=1.0,
                 here=loss / step, share=0.01, source="the paper, Fig. 2"),
            near("n-equals-d", "loss of the step", setting, paper=best, here=step, share=0.01,
                 source="theory"),
            at_least("n-equals-d", "cosine of the sensitivities", setting, paper=0.99,
                     here=cosine, source="the paper, Fig. 2: close to 1"),
        ]  # fmt: skip
    lost, _, best_losses, cosines = np.array(found).T
    names = list(settings["sizes"])
    figure = curves(
        [
            Panel(
                [
                    Curve(names, lost, "attention layer", label="trained layer", marked=True),
                    Curve(names, best_losses, "gradient descent", label="best step", dashed=True),
                ],
                "$N = d_x$", "loss",
            ),
            Panel([Curve(names, cosines, "float64", marked=True)], "$N = d_x$",
                  "cosine of the sensitivities"),
        ],
        alt=(
            f"Trained layer and best gradient step for N = d from {names[0]} to {names[-1]}: the "
            f"losses lie on each other, {lost[0]:.4f} and {best_losses[0]:.4f} at {names[0]}, "
            f"{lost[-1]:.4f} and {best_losses[-1]:.4f} at {names[-1]}, and the least cosine is "
            f"{cosines.min():.4f}."
        ),
    )  # fmt: skip
    return Outcome(rows=rows, figures={"": figure}, numbers={"by size": found})
