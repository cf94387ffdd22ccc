"""Layers with weights of their own: five of them, and twelve with MLPs and four heads."""

import jax
import numpy as np
from jaxtyping import Key

from icl_course.arrays import Array
from icl_course.figures.reproduction import Curve, Panel, curves
from icl_course.reproduction.closed_forms import SHARED
from icl_course.reproduction.measuring import (
    losses,
    median_of_means,
    net_alignments,
    net_losses,
    stack,
)
from icl_course.reproduction.nets import Net, Recipe, block_net, linear_tasks, untied_net
from icl_course.reproduction.records import Outcome, Settings, Train, at_most, shown
from icl_course.reproduction.tied import descent

DIVERGED = 100.0
"""A loss that no task of the paper's law has by chance."""


def _deep(
    name: str, net: Net, n_steps_gd: int, settings: Settings, key: Key[Array, ""], train: Train
) -> Outcome:
    """Train a deep net, and compare it with as many gradient steps that share a step size.

    Layers whose gradient steps are long diverge on a task in some thousands, and one such task
    fills any mean. So the losses are medians over blocks, and the share of such tasks is shown.
    """
    rate, level = SHARED[n_steps_gd]
    recipe = Recipe(
        net=net,
        tasks=linear_tasks(),
        seed=0,
        n_steps=settings["n_steps"],
        batch_size=settings["batch_size"],
        learning_rate=settings["learning_rate"],
    )
    run = train(recipe)
    key_loss, key_alignment = jax.random.split(key)
    params, tasks = stack([run.params]), linear_tasks()
    gd = descent(learning_rate=rate, n_steps=n_steps_gd)
    n_tasks, n_aligned = settings["n_tasks"], settings["n_aligned"]
    each = net_losses(net, params, tasks, key_loss, n_tasks=n_tasks)[0]
    loss, loss_gd = (
        float(median_of_means(a)) for a in (each, losses(gd, tasks, key_loss, n_tasks=n_tasks))
    )
    found = net_alignments(net, params, gd, tasks, key_alignment, n_tasks=n_aligned)
    kept = net_losses(net, run.snapshots, tasks, key_loss, n_tasks=settings["n_per_snapshot"])
    curve = median_of_means(kept.T)
    setting = f"{settings['n_steps']:,} steps of {settings['batch_size']}, median of blocks"
    rows = [
        at_most(name, f"loss of the net, against {n_steps_gd} GD steps", setting, paper=level,
                here=loss, source="the paper, section 4: below GD",
                why=f"fewer steps than the paper's 50,000; {name} --scale paper takes them"),
        shown(name, f"loss of {n_steps_gd} GD steps", setting, here=loss_gd),
        shown(name, "share of tasks that diverge", f"loss above {DIVERGED:.0f}",
              here=float(np.mean(~(each < DIVERGED)))),
        shown(name, f"cosine to {n_steps_gd} GD steps", setting, here=float(found.cosine[0])),
    ]  # fmt: skip
    lines = [
        Curve(run.steps, curve, "attention layer", label=net.name),
        Curve([0, settings["n_steps"]], [level, level], "gradient descent",
              label=f"{n_steps_gd} steps of GD", dashed=True),
    ]  # fmt: skip
    figure = curves(
        [Panel(lines, "training step", "loss, median over blocks")],
        alt=(
            f"Loss of {net.name} over training: it falls from {curve[0]:.3f} to {curve[-1]:.4f}, "
            f"where {n_steps_gd} steps of gradient descent have {level:.4f}."
        ),
    )
    return Outcome(
        rows=rows,
        figures={"": figure},
        numbers={"loss": loss, "losses": curve, "mean": float(each.mean())},
    )


def five_layers(settings: Settings, key: Key[Array, ""], train: Train) -> Outcome:
    """Train five linear layers, each with weights of its own."""
    return _deep("untied-5", untied_net(n_layers=5), 5, settings, key, train)


def twelve_blocks(settings: Settings, key: Key[Array, ""], train: Train) -> Outcome:
    """Train twelve blocks of four linear heads and an MLP."""
    net = block_net(n_layers=12, n_heads=4, d_hidden=settings["d_hidden"])
    return _deep("untied-12", net, 10, settings, key, train)
