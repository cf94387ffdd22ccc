"""Plateaus over seeds: how long the loss stays at that of predicting zero before it falls."""

import numpy as np
from jaxtyping import Float, Key

from icl_course.arrays import Array
from icl_course.figures.reproduction import Curve, Panel, curves
from icl_course.reproduction import one_layer, tied
from icl_course.reproduction.nets import Trained
from icl_course.reproduction.records import Outcome, Settings, Train, at_least, at_most, shown
from icl_course.theory import uniform_moments, zero_loss
from icl_course.training import converged_at

N_SMOOTHED = 25


def smoothed(losses: Float[Array, " n_steps"]) -> Float[np.ndarray, " n_steps"]:
    """Return the running mean of 25 steps, of the steps before each one.

    Before the first step stands the mean of the first 25, since one batch alone is off by 5 % now
    and then.
    """
    each = np.asarray(losses, np.float64)
    padded = np.concatenate([np.full(N_SMOOTHED - 1, each[:N_SMOOTHED].mean()), each])
    return np.convolve(padded, np.ones(N_SMOOTHED) / N_SMOOTHED, mode="valid")


def leaves_plateau(losses: Float[Array, " n_steps"], *, level: float) -> int:
    """Return the first step whose smoothed loss is 5 % below a level; the last one if none is."""
    below = np.flatnonzero(smoothed(losses) < 0.95 * level)
    return int(below[0]) if below.size else len(losses)


def settles(losses: Float[Array, " n_steps"]) -> int:
    """Return the first step that has converged by the paper's criterion and is near the end's loss.

    The criterion alone would be met on a plateau. The last step if there is none.
    """
    smooth = smoothed(losses)
    near = int((smooth < 1.05 * smooth[-500:].mean()).argmax())
    found = converged_at(smooth[near:])
    return len(losses) if found is None else near + found


def over_seeds(settings: Settings, key: Key[Array, ""], train: Train) -> Outcome:
    """Look at the loss curves of nets of one and two layers, over seeds."""
    del key  # nothing is drawn at random here
    level = float(zero_loss(uniform_moments(), d_x=10))
    runs: dict[str, list[Trained]] = {
        "one layer": [train(recipe) for recipe in one_layer.recipes(settings["one-layer"])],
        "two tied layers": [
            train(recipe) for recipe in tied.recipes(settings["tied-2"], n_layers=2)
        ],
    }
    rows, panels, words = [], [], []
    for name, nets in runs.items():
        left = [leaves_plateau(run.losses, level=level) for run in nets]
        done = [settles(run.losses) for run in nets]
        setting = f"{name}, {len(nets)} seeds"
        rows += [
            at_least("plateaus", "steps on the plateau", f"{setting}, shortest", paper=10,
                     here=min(left), source="the paper, appendix: a plateau first"),
            at_most("plateaus", "steps to within 1 % of the next 500", f"{setting}, longest",
                    paper=len(nets[0].losses) - 500, here=max(done),
                    source="the paper's criterion"),
            shown("plateaus", "steps on the plateau, longest less shortest", setting,
                  here=max(left) - min(left)),
        ]  # fmt: skip
        lines = [Curve(np.arange(len(run.losses)), smoothed(run.losses), "attention layer",
                       label="" if index else "seeds")
                 for index, run in enumerate(nets)]  # fmt: skip
        lines.append(Curve([0, len(nets[0].losses)], [level, level], "before", label="predict 0",
                           dashed=True))  # fmt: skip
        panels.append(Panel(lines, "training step", "loss", title=name))
        words.append(f"{name}: {min(left)} to {max(left)} steps")
    return Outcome(
        rows=rows,
        figures={
            "": curves(
                panels,
                alt=(
                    "Loss over training, one line for each seed. It first stays on the plateau of "
                    f"predicting zero, {level:.4f}, then falls at once. {'; '.join(words)}."
                ),
            )
        },
    )
