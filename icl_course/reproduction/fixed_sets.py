"""Training on a fixed set of whole tasks: how many it takes before the layer learns to descend."""

import jax
import numpy as np
from jaxtyping import Key

from icl_course.arrays import Array
from icl_course.figures.reproduction import Curve, Panel, curves
from icl_course.reproduction.measuring import gradient_step, net_alignments, net_losses, stack
from icl_course.reproduction.nets import Recipe, Tasks, linear_tasks, tied_net
from icl_course.reproduction.one_layer import step_size
from icl_course.reproduction.records import Outcome, Settings, Train, at_least, near, shown
from icl_course.tasks import Task
from icl_course.theory import best_one_step_loss, uniform_moments

SET_SEED = 1_000


def fixed_set(n_fixed: int) -> Tasks:
    """Return batches drawn, with replacement, from one set of whole tasks.

    The set itself is drawn in one batch from a seed, each time: nothing is stored.
    """

    def sample(key: Key[Array, ""], n_tasks: int) -> Task:
        every = linear_tasks().sample(jax.random.key(SET_SEED), n_fixed)
        chosen = jax.random.randint(key, (n_tasks,), 0, n_fixed)
        return jax.tree.map(lambda leaf: leaf[chosen], every)

    return Tasks(f"{n_fixed} fixed tasks", sample)


def sets(settings: Settings, key: Key[Array, ""], train: Train) -> Outcome:
    """Train one layer on sets of tasks of several sizes; measure it on the set and on new tasks."""
    best = float(best_one_step_loss(uniform_moments(), n_context=10, d_x=10))
    key_loss, key_alignment = jax.random.split(key)
    step, net = gradient_step(learning_rate=step_size()), tied_net()
    found = []
    for n_fixed in settings["n_fixed"]:
        recipe = Recipe(
            net=net,
            tasks=fixed_set(n_fixed),
            seed=0,
            n_steps=settings["n_steps"],
            batch_size=settings["batch_size"],
        )
        params, tasks = stack([train(recipe).params]), linear_tasks()
        n_tasks, n_aligned = settings["n_tasks"], settings["n_aligned"]
        seen = net_losses(net, params, recipe.tasks, key_loss, n_tasks=n_tasks).mean()
        new = net_losses(net, params, tasks, key_loss, n_tasks=n_tasks).mean()
        aligned = net_alignments(net, params, step, tasks, key_alignment, n_tasks=n_aligned)
        found.append((float(seen), float(new), float(aligned.cosine[0])))
    sizes = list(settings["n_fixed"])
    seen, new, cosines = np.array(found).T
    name, setting = "fixed-tasks", f"{settings['n_steps']:,} steps"
    rows = [
        near(name, "loss on new tasks", f"{sizes[-1]:,} tasks, {setting}", paper=best,
             here=new[-1], share=0.02, source="theory: the best step",
             why="even so many tasks are fitted a little: the rows of fixed-tasks show the gap "
             "between the set and new tasks close with its size"),
        at_least(name, "cosine on new tasks", f"{sizes[-1]:,} tasks, {setting}", paper=0.99,
                 here=cosines[-1], source="the paper, appendix: as with fresh tasks"),
        at_least(name, "loss on new tasks less loss on the set", f"{sizes[0]:,} tasks, {setting}",
                 paper=0.05, here=new[0] - seen[0], source="the paper, appendix: too few, fitted"),
    ]  # fmt: skip
    for size, one in zip(sizes, found, strict=True):
        rows += [
            shown(name, "loss on the set", f"{size:,} tasks, {setting}", here=one[0]),
            shown(name, "loss on new tasks", f"{size:,} tasks, {setting}", here=one[1]),
            shown(name, "cosine on new tasks", f"{size:,} tasks, {setting}", here=one[2]),
        ]
    figure = curves(
        [
            Panel(
                [
                    Curve(sizes, seen, "before", label="on the set", marked=True),
                    Curve(sizes, new, "attention layer", label="on new tasks", marked=True),
                    Curve(sizes, [best] * len(sizes), "gradient descent", label="best step",
                          dashed=True),
                ],
                "tasks in the set", "loss", log_x=True,
            ),
            Panel([Curve(sizes, cosines, "float64", marked=True)], "tasks in the set",
                  "cosine to one step, new tasks", log_x=True),
        ],
        alt=(
            f"Layers trained on fixed sets of {sizes[0]} to {sizes[-1]} tasks. With {sizes[0]} the "
            f"loss is {seen[0]:.3f} on the set and {new[0]:.3f} on new tasks; with {sizes[-1]} "
            f"it is {seen[-1]:.3f} and {new[-1]:.3f}, and the best step has {best:.3f}."
        ),
    )  # fmt: skip
    return Outcome(rows=rows, figures={"": figure}, numbers={"seen, new, cosine": found})
