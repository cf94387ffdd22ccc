"""Sine regression: an MLP before the layer, against gradient descent on the MLP's top layer."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Key

from icl_course.arrays import Array
from icl_course.captions import Captioned
from icl_course.features import (
    feature_attention,
    feature_descent,
    init_feature_descent,
    init_feature_layer,
)
from icl_course.figures.reproduction import Curve, Panel, curves
from icl_course.reproduction.measuring import Predict, losses, net_alignments, net_losses, stack
from icl_course.reproduction.nets import Net, Recipe, Tasks
from icl_course.reproduction.records import Outcome, Settings, Train, at_least, near, shown
from icl_course.sines import Sine, sample_on_sine, sample_sine
from icl_course.tasks import Task


def sine_tasks(*, n_context: int) -> Tasks:
    """Return sine tasks, amplitude and phase independent."""

    def sample(key: Key[Array, ""], n_tasks: int) -> Task:
        one = partial(sample_sine, n_context=n_context)
        return jax.vmap(one)(jax.random.split(key, n_tasks))

    return Tasks(f"sines N={n_context}", sample)


def nets(settings: Settings) -> tuple[Net, Net]:
    """Return the two nets: features then attention, and features then one gradient step."""
    sizes = {"d_x": 1, "d_hidden": settings["d_hidden"], "d_features": settings["d_features"]}
    words = f"{sizes['d_hidden']} hidden, {sizes['d_features']} features"
    return (
        Net(
            f"MLP and linear attention, {words}",
            partial(init_feature_layer, **sizes, d_y=1, scale=0.02),
            feature_attention,
        ),
        Net(
            f"MLP and one gradient step, {words}",
            partial(init_feature_descent, **sizes, learning_rate=0.1),
            feature_descent,
        ),
    )


def predict_zero(task: Task) -> Array:
    """Predict 0, the mean of a target over tasks."""
    return jnp.zeros_like(task.y_query)


def sines(settings: Settings, key: Key[Array, ""], train: Train) -> Outcome:
    """Train both nets on sines, and compare their losses and their fits."""
    tasks = sine_tasks(n_context=settings["n_context"])
    key_loss, key_alignment, key_drawn = jax.random.split(key, 3)
    pair, both, lost = nets(settings), [], []
    for net in pair:
        run = train(
            Recipe(
                net=net,
                tasks=tasks,
                seed=0,
                n_steps=settings["n_steps"],
                batch_size=settings["batch_size"],
                largest_norm=settings["largest_norm"],
            )
        )
        both.append(run.params)
        found = net_losses(net, stack([run.params]), tasks, key_loss, n_tasks=settings["n_tasks"])
        lost.append(float(found.mean()))
    loss, step = lost
    zero = float(losses(predict_zero, tasks, key_loss, n_tasks=settings["n_tasks"]).mean())
    ours, theirs = (partial(net.predict, params) for net, params in zip(pair, both, strict=True))
    aligned = net_alignments(
        pair[0], stack(both[:1]), theirs, tasks, key_alignment, n_tasks=settings["n_aligned"]
    )
    # E 1/2 A² sin²(x + φ) with A ~ U(.1, .5): over φ ~ U(0, π) the mean of sin² is 1/2 at any x.
    amplitude = (0.5**3 - 0.1**3) / 3 / 0.4
    name, setting = "sine", f"{settings['n_steps']:,} steps, N = {settings['n_context']}"
    rows = [
        near(name, "loss of predicting zero", "all tasks", paper=amplitude / 4, here=zero,
             share=0.01, source="theory"),
        at_least(name, "zero's loss over the net's", setting, paper=5.0, here=zero / loss,
                 source="the paper, section 5: it fits sines"),
        shown(name, "loss of the net", setting, here=loss),
        shown(name, "loss of one step on the top layer, features trained for it", setting,
              here=step),
        shown(name, "cosine of the sensitivities of the two", setting,
              here=float(aligned.cosine[0])),
    ]  # fmt: skip
    numbers = {"net": loss, "step": step, "zero": zero}
    return Outcome(
        rows=rows, figures={"": _figure(ours, theirs, key_drawn, settings, (loss, step, zero))},
        numbers=numbers,
    )  # fmt: skip


def _figure(
    ours: Predict,
    theirs: Predict,
    key: Array,
    settings: Settings,
    lost: tuple[float, float, float],
) -> Captioned:
    """Draw two waves with their context, and the two fits."""
    panels = []
    grid = jnp.linspace(-5, 5, 101)
    for index, (amplitude, phase) in enumerate(((0.45, 0.4), (0.25, 2.2))):
        sine = Sine(amplitude=jnp.asarray(amplitude), phase=jnp.asarray(phase))
        task = sample_on_sine(jax.random.fold_in(key, index), sine, n_context=settings["n_context"])

        def at(x: Array, predict: Predict, task: Task = task) -> Array:
            moved = Task(xs=task.xs, ys=task.ys, x_query=x[None], y_query=task.y_query)
            return predict(moved)[0]

        fits = [jax.vmap(partial(at, predict=predict))(grid) for predict in (ours, theirs)]
        panels.append(
            Panel(
                [
                    Curve(grid, amplitude * np.sin(np.asarray(grid) + phase), "before",
                          label="the sine"),
                    Curve(grid, fits[0], "attention layer", label="MLP and attention"),
                    Curve(grid, fits[1], "gradient descent", label="MLP and one step",
                          dashed=True),
                ],
                "$x$", "$y$",
            )
        )  # fmt: skip
    return curves(
        panels,
        alt=(
            "Two sines, and what two nets make of a few points of them: an MLP with attention, and "
            f"an MLP with one gradient step on its top layer. Their losses are {lost[0]:.4f} and "
            f"{lost[1]:.4f}, where predicting zero has {lost[2]:.4f}."
        ),
    )
