"""Alternating tokens: two layers, of which the first learns to join each input with its target."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Key

from icl_course.arrays import Array
from icl_course.attention import softmax_attention
from icl_course.copying import (
    TwoLayers,
    init_two_layers,
    own_next_other,
    predict,
    token_sensitivity,
)
from icl_course.figures.reproduction import Curve, Panel, curves
from icl_course.positions import alternating_tokens, with_code
from icl_course.reproduction.measuring import net_losses, over_tasks
from icl_course.reproduction.nets import Net, Recipe, linear_tasks
from icl_course.reproduction.records import Outcome, Settings, Train, at_least, at_most, near, shown
from icl_course.tasks import Task
from icl_course.theory import best_one_step_loss, uniform_moments

N_TOKENS = 21
LEVEL_AT = 0.5
"""When, as a share of training, the net is compared with one step. Later it beats every step."""


def alternating_net() -> Net:
    """Return the two layers, softmax then linear, with one code slot for each of 21 places.

    >>> alternating_net().name
    'two layers on alternating tokens'
    """
    d_token = N_TOKENS + 11
    return Net(
        "two layers on alternating tokens",
        partial(init_two_layers, d_token=d_token, d_key=d_token, scale=0.03),
        partial(predict, code=jnp.eye(N_TOKENS)),
    )


def alternating(settings: Settings, key: Key[Array, ""], train: Train) -> Outcome:
    """Train the two layers, and watch which tokens each token comes to depend on.

    The loss falls to that of one gradient step, stays there for thousands of steps, and then falls
    on: the first layer begins to mix more than two tokens. So it is compared half-way.
    """
    net, tasks = alternating_net(), linear_tasks()
    run = train(
        Recipe(
            net=net,
            tasks=tasks,
            seed=settings["seed"],
            n_steps=settings["n_steps"],
            batch_size=settings["batch_size"],
            largest_norm=10.0,
        )
    )
    best = float(best_one_step_loss(uniform_moments(), n_context=10, d_x=10))
    key_loss, key_seen = jax.random.split(key)
    half = int(np.abs(np.asarray(run.steps) - LEVEL_AT * settings["n_steps"]).argmin())
    params = jax.tree.map(lambda kept: kept[np.array([half, -1])], run.snapshots)
    each = net_losses(net, params, tasks, key_loss, n_tasks=settings["n_tasks"])
    at_level, loss = (float(a) for a in each.mean(axis=1))
    table = over_tasks(sensitivities, run.snapshots, tasks, key_seen, n_tasks=settings["n_seen"])
    table = table.mean(axis=1)
    name = "alternating-tokens"
    setting, late = (
        f"{int(n):,} steps of {settings['batch_size']:,}" for n in run.steps[np.array([half, -1])]
    )
    rows = [
        near(name, "loss", setting, paper=0.2109, here=at_level, share=0.05,
             source="measured before"),
        at_most(name, "loss", late, paper=best, here=loss, source="one gradient step"),
        at_most(name, "sensitivity to the next token", "before training", paper=0.01,
                here=table[0, 1], source="measured before: .001"),
        near(name, "sensitivity to the next token", setting, paper=0.68, here=table[half, 1],
             share=0.05, source="measured before",
             why="its size is free, since the second layer's weights undo any factor on it: this "
             "experiment's figure shows it grow while the loss stays; compare the ratio below"),
        at_least(name, "next token over other tokens", setting, paper=10.0,
                 here=table[half, 1] / max(table[half, 2], 1e-9), source="the paper, Fig. 6"),
        shown(name, "next token over other tokens", late,
              here=table[-1, 1] / max(table[-1, 2], 1e-9)),
        shown(name, "sensitivity to the own token", setting, here=table[half, 0]),
    ]  # fmt: skip
    every = max(1, len(run.losses) // 200)
    smooth = np.asarray(run.losses, np.float64)[: len(run.losses) // every * every]
    smooth = smooth.reshape(-1, every).mean(axis=1)
    figure = curves(
        [
            Panel(
                [
                    Curve(every * np.arange(len(smooth)), smooth, "attention layer", label="net"),
                    Curve([0, len(run.losses)], [best, best], "gradient descent",
                          label="best step", dashed=True),
                ],
                "training step", "loss",
            ),
            Panel(
                [
                    Curve(run.steps, table[:, 0], "before", label="own token"),
                    Curve(run.steps, table[:, 1], "attention layer", label="next token"),
                    Curve(run.steps, table[:, 2], "diverges", label="other tokens"),
                ],
                "training step", "sensitivity after layer 1",
            ),
        ],
        alt=(
            "Two layers on alternating tokens: the loss falls to that of one gradient step, "
            f"{best:.4f}, stays there, and falls on to {loss:.4f}, while the sensitivity to the "
            f"next token rises from {table[0, 1]:.3f} to {table[-1, 1]:.2f} and that to other "
            f"tokens ends at {table[-1, 2]:.3f}."
        ),
    )  # fmt: skip
    return Outcome(
        rows=rows, figures={"": figure}, numbers={"steps": run.steps, "own, next, other": table}
    )


def sensitivities(params: TwoLayers, task: Task) -> Float[Array, "3"]:
    """Return the mean sensitivity of a token after layer 1 to its own, the next, and the others."""
    tokens = with_code(jnp.eye(N_TOKENS), alternating_tokens(task))
    layer = partial(softmax_attention, params.copy)
    return own_next_other(token_sensitivity(layer, tokens, d_code=N_TOKENS))
