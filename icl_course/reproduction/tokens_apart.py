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
from icl_course.reproduction.measuring import net_losses, over_tasks, stack
from icl_course.reproduction.nets import Net, Recipe, linear_tasks
from icl_course.reproduction.records import Outcome, Settings, Train, at_least, at_most, near, shown
from icl_course.tasks import Task
from icl_course.theory import best_one_step_loss, uniform_moments

N_TOKENS = 21
NOTE = "the length of the plateau differs from seed to seed: see plateaus"


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
    """Train the two layers, and watch which tokens each token comes to depend on."""
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
    params, n_tasks = stack([run.params]), settings["n_tasks"]
    loss = float(net_losses(net, params, tasks, key_loss, n_tasks=n_tasks).mean())
    table = over_tasks(sensitivities, run.snapshots, tasks, key_seen, n_tasks=settings["n_seen"])
    table = table.mean(axis=1)
    name, setting = (
        "alternating-tokens",
        f"{settings['n_steps']:,} steps of {settings['batch_size']}",
    )
    rows = [
        near(name, "loss", setting, paper=0.2109, here=loss, share=0.05, source="measured before",
             why=NOTE),
        at_most(name, "sensitivity to the next token", "before training", paper=0.01,
                here=table[0, 1], source="measured before: .001"),
        near(name, "sensitivity to the next token", setting, paper=0.68, here=table[-1, 1],
             share=0.05, source="measured before",
             why="the copied share is free: the second layer's weights undo any factor on it"),
        at_least(name, "next token over other tokens", setting, paper=10.0,
                 here=table[-1, 1] / max(table[-1, 2], 1e-9), source="the paper, Fig. 6"),
        shown(name, "sensitivity to the own token", setting, here=table[-1, 0]),
        shown(name, "sensitivity to other tokens, mean", setting, here=table[-1, 2]),
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
            f"Two layers on alternating tokens: the loss falls to {loss:.4f}, where one gradient "
            f"step has {best:.4f}, while the sensitivity to the next token rises from "
            f"{table[0, 1]:.3f} to {table[-1, 1]:.2f} and that to other tokens ends at "
            f"{table[-1, 2]:.3f}."
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
