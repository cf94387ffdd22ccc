"""Other single layers: softmax with one head and with two, and a linear one behind LayerNorm."""

import jax
import numpy as np
from jaxtyping import Key

from icl_course.arrays import Array
from icl_course.figures.reproduction import Curve, Panel, curves
from icl_course.reproduction.measuring import gradient_step, net_alignments, net_losses, stack
from icl_course.reproduction.nets import Net, Recipe, layer_norm_net, linear_tasks, softmax_net
from icl_course.reproduction.one_layer import step_size
from icl_course.reproduction.records import Outcome, Settings, Train, near, shown
from icl_course.theory import best_one_step_loss, uniform_moments

MEASURED = {
    "softmax, 1 head": (0.2906, 0.72),
    "softmax, 2 heads": (0.2201, 0.965),
    "linear with LayerNorm": (0.2587, 0.83),
}
COLOURS = ("diverges", "attention layer", "float64")


def _recipe(net: Net, seed: int, settings: Settings) -> Recipe:
    return Recipe(
        net=net,
        tasks=linear_tasks(),
        seed=seed,
        n_steps=settings["n_steps"],
        batch_size=settings["batch_size"],
    )


def compare(
    name: str, nets: list[Net], settings: Settings, key: Key[Array, ""], train: Train
) -> Outcome:
    """Train nets of one layer from some seeds, and compare the best of each with a gradient step.

    One softmax head does not always leave the start, where it weighs all examples alike: the row of
    the worst seed shows it.
    """
    key_loss, key_alignment = jax.random.split(key)
    tasks, step = linear_tasks(), gradient_step(learning_rate=step_size())
    best = float(best_one_step_loss(uniform_moments(), n_context=10, d_x=10))
    rows, lines, words, numbers = [], [], [], {}
    for place, net in enumerate(nets):
        runs = [train(_recipe(net, seed, settings)) for seed in settings["seeds"]]
        params = stack([run.params for run in runs])
        n_tasks, n_aligned = settings["n_tasks"], settings["n_aligned"]
        each = net_losses(net, params, tasks, key_loss, n_tasks=n_tasks).mean(axis=1)
        best_seed = int(np.argmin(each))
        run, loss = runs[best_seed], float(each[best_seed])
        aligned = net_alignments(net, params, step, tasks, key_alignment, n_tasks=n_aligned)
        cosine = float(aligned.cosine[best_seed])
        setting = f"{net.name}, {settings['n_steps']:,} steps of {settings['batch_size']:,}"
        if len(runs) > 1:
            setting += f", best of {len(runs)} seeds"
        if net.name in MEASURED:
            loss_before, cosine_before = MEASURED[net.name]
            rows += [
                near(name, "loss", setting, paper=loss_before, here=loss, share=0.05,
                     source="measured before"),
                near(name, "cosine to one step", setting, paper=cosine_before,
                     here=cosine, share=0.05, source="measured before"),
            ]  # fmt: skip
        else:
            rows += [
                shown(name, "loss", setting, here=loss),
                shown(name, "cosine to one step", setting, here=cosine),
            ]
        if len(runs) > 1:
            rows.append(shown(name, "loss of the worst seed", net.name, here=float(each.max())))
        kept = net_losses(
            net, run.snapshots, tasks, key_loss, n_tasks=settings["n_per_snapshot"]
        ).mean(axis=1)
        lines.append(Curve(run.steps, kept, COLOURS[place], label=net.name))
        words.append(f"{net.name} {loss:.4f} with a cosine of {cosine:.3f}")
        numbers[net.name] = {"loss": loss, "cosine": cosine, "losses": kept, "by seed": each}
    span = [0, settings["n_steps"]]
    lines.append(
        Curve(span, [best, best], "gradient descent", label="best gradient step", dashed=True)
    )
    alt = (
        f"Loss over training. It ends at: {'; '.join(words)} to one gradient step, which itself "
        f"loses {best:.4f}."
    )
    panel = Panel(lines, "training step", "loss")
    return Outcome(rows=rows, figures={"": curves([panel], alt=alt)}, numbers=numbers)


def softmax(settings: Settings, key: Key[Array, ""], train: Train) -> Outcome:
    """Train one softmax layer with one head, and with two."""
    return compare(
        "softmax", [softmax_net(n_heads=1), softmax_net(n_heads=2)], settings, key, train
    )


def normalised(settings: Settings, key: Key[Array, ""], train: Train) -> Outcome:
    """Train one linear layer that reads its tokens through LayerNorm."""
    return compare("layer-norm", [layer_norm_net()], settings, key, train)
