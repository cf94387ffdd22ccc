"""In-context learners: trained on random tasks, asked about what they have never seen."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jaxtyping import Key

from icl_course.arrays import Array
from icl_course.figures.learner import accuracies_by_place, plateaus
from icl_course.image_tasks import Prompt, draw_prompts
from icl_course.images import FASHION, ImageSet, digits, idx_images, tumours
from icl_course.learner_runs import (
    ALL_TASKS,
    D_X,
    HELD_OUT,
    KNOWN,
    N_EXAMPLES,
    LearnerRun,
    accuracies,
    standard_error,
    train_learner,
)
from icl_course.learner_scores import accuracy_by_position, plateau_length, plateau_span
from icl_course.learner_ship import like
from icl_course.prompt_baselines import nearest_neighbour, online_sgd, ridge_classifier
from icl_course.reproduction.records import Outcome, Row, Settings, Train, at_least, at_most, shown

NAME = "in-context-learner"
SOURCE = "2212.04458, in small"
N_LAST = 5
BARS = {2: 0.95, 4: 0.88}
"""What a net must reach on unseen images of unseen tasks after some 50 examples, by classes."""


def in_context_learner(settings: Settings, key: Key[Array, ""], train: Train) -> Outcome:
    """Train nets on tasks made of images, and ask them and others about new ones."""
    del train  # nets of this paper are no recipes of the first one
    rows: list[Row] = []
    losses: dict[str, Any] = {}
    lines: dict[str, Any] = {}
    for number, (name, kind) in enumerate(settings["nets"].items()):
        run = _train(kind, settings)
        n_classes = kind["n_classes"]
        losses[name] = run.losses
        found, by_place = _rows(name, kind, run, jax.random.fold_in(key, number), settings)
        rows += found
        lines = lines or by_place
        rows.append(
            shown(NAME, "steps on the plateau", name,
                  here=plateau_length(run.losses, n_classes=n_classes,
                                      n_window=settings["n_window"]))
        )  # fmt: skip
    for plain, remedy in settings["remedies"]:
        n_classes = settings["nets"][plain]["n_classes"]
        measure = partial(plateau_length, n_classes=n_classes, n_window=settings["n_window"])
        share = measure(losses[remedy]) / max(measure(losses[plain]), 1)
        rows.append(
            at_most(NAME, "plateau, as a share of that without the remedy", remedy, paper=0.5,
                    here=share, source=SOURCE)
        )  # fmt: skip
    return Outcome(rows=rows, figures=_figures(settings, losses, lines), numbers={"losses": losses})


def _images(kind: Mapping[str, Any]) -> tuple[ImageSet, ImageSet]:
    """Return the images of training and those kept apart: digits, or the files of a folder."""
    folder = kind.get("folder")
    if folder is not None and Path(folder).is_dir():
        return idx_images(Path(folder))
    return digits(classes=KNOWN if kind["n_classes"] <= len(KNOWN) else None)


def _train(kind: Mapping[str, Any], settings: Settings) -> LearnerRun:
    more = {name: value for name, value in kind.items() if name not in ("folder", "has_bar")}
    return train_learner(jax.random.key(settings["seed"]), _images(kind)[0], **more)


def _rows(
    name: str, kind: Mapping[str, Any], run: LearnerRun, key: Key[Array, ""], settings: Settings
) -> tuple[list[Row], dict[str, Any]]:
    """Return what one net is asked for, and accuracies by place on new tasks."""
    n_classes, n_prompts = kind["n_classes"], settings["n_prompts"]
    sizes = {
        "n_prompts": n_prompts,
        "n_examples": kind.get("n_examples", N_EXAMPLES),
        "d_x": kind.get("d_x", D_X),
        "n_classes": n_classes,
    }
    _, logits = like(kind)
    seen, unseen = _images(kind)
    keys = jax.random.split(key, 4)
    n_tasks = kind.get("n_tasks", ALL_TASKS)
    known = draw_prompts(keys[0], seen, n_tasks=n_tasks, first_task=0, **sizes)
    new = draw_prompts(keys[1], unseen, **sizes)

    def last(prompts: Prompt) -> float:
        return float(accuracies(logits, run.params, prompts, n_classes=n_classes)[-N_LAST:].mean())

    rows = [shown(NAME, "accuracy at the end", f"{name}, seen tasks", here=last(known))]
    where, here = f"{name}, new tasks and images", last(new)
    bar = BARS.get(n_classes) if kind.get("has_bar", True) else None
    rows.append(
        shown(NAME, "accuracy at the end", where, here=here)
        if bar is None
        else at_least(NAME, "accuracy at the end", where, paper=bar, here=here, source=SOURCE)
    )
    others = _others(new, n_classes)
    rows += [
        shown(NAME, "accuracy at the end", f"{other}, on the same prompts",
              here=float(by_place[-N_LAST:].mean()))
        for other, by_place in others.items()
    ]  # fmt: skip
    if n_classes == len(HELD_OUT) and bar is not None:
        rows += _elsewhere(name, partial(_accuracy_at_end, logits, run.params, n_classes), keys[2],
                           sizes)  # fmt: skip
    by_place = {
        name: np.asarray(accuracies(logits, run.params, new, n_classes=n_classes)),
        **others,
    }
    return rows, by_place


def _accuracy_at_end(logits: Any, params: Any, n_classes: int, prompts: Prompt) -> float:
    return float(accuracies(logits, params, prompts, n_classes=n_classes)[-1])


def _elsewhere(name: str, ask: Any, key: Key[Array, ""], sizes: Mapping[str, int]) -> list[Row]:
    """Return the accuracy on sets that were never trained on, with its distance from guessing."""
    sets = {"digits 8 and 9": digits(classes=HELD_OUT)[1], "tumours": tumours()}
    if Path(FASHION).is_dir():
        sets["Fashion-MNIST"] = idx_images(FASHION)[1]
    rows: list[Row] = []
    for (other, images), one in zip(sets.items(), jax.random.split(key, len(sets)), strict=True):
        here = ask(draw_prompts(one, images, **sizes))
        where = f"{name}, {other}, never trained on"
        errors = (here - 0.5) / standard_error(0.5, n_prompts=sizes["n_prompts"])
        rows += [
            at_least(NAME, "accuracy at the last place", where, paper=0.6, here=here,
                     source=SOURCE),
            at_least(NAME, "standard errors above guessing", where, paper=3, here=errors,
                     source=SOURCE),
        ]  # fmt: skip
    return rows


def _others(prompts: Prompt, n_classes: int) -> dict[str, Any]:
    """Return the accuracy by place of learners that are no nets."""
    learners = {
        "SGD": partial(online_sgd, n_classes=n_classes, learning_rate=0.3),
        "1-NN": partial(nearest_neighbour, n_classes=n_classes),
        "ridge": partial(ridge_classifier, n_classes=n_classes, ridge=1.0),
    }
    return {
        name: np.asarray(
            accuracy_by_position(jax.jit(jax.vmap(learner))(prompts.xs, prompts.ys), prompts.ys)
        )
        for name, learner in learners.items()
    }


def _figures(
    settings: Settings, losses: Mapping[str, Any], lines: Mapping[str, Any]
) -> dict[str, Any]:
    first = next(iter(settings["nets"].values()))
    drawn: dict[str, Any] = {"accuracy": accuracies_by_place(lines, n_classes=first["n_classes"])}
    for plain, remedy in settings["remedies"]:
        n_classes = settings["nets"][plain]["n_classes"]
        n_window = settings["n_window"]
        shown_runs = {name: losses[name] for name in (plain, remedy)}
        spans = {
            name: plateau_span(values, n_classes=n_classes, n_window=n_window)
            for name, values in shown_runs.items()
        }
        drawn["plateau"] = plateaus(
            shown_runs, spans, level=float(np.log(n_classes)), n_window=n_window
        )
    return drawn
