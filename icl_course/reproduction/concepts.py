"""Concepts: when they become decodable, how that goes with the risk, and steering by them."""

from functools import partial
from typing import Any

import jax
import numpy as np
from jaxtyping import Key

from icl_course.arrays import Array
from icl_course.concept_runs import ConceptRun, decodable_by_depth, run_prompts, train_on_concepts
from icl_course.concepts import bayes_along, disjoint_bases, overlapping_bases, sample_each
from icl_course.decoding import rank_correlation, task_vectors
from icl_course.figures.concepts import decodability_over_training
from icl_course.reproduction.records import Outcome, Row, Settings, Train, at_least, at_most, shown
from icl_course.steering import RIGHT, WRONG, steer

NAME = "concepts"
SOURCE = "a bar of ours; Han et al., 2412.12276, section 3"
N_SEEDS = 10
"""Draws of prompts over which a standard error is taken."""

MIXTURES: dict[str, Any] = {"disjoint": disjoint_bases, "overlapping": overlapping_bases}


def concepts(settings: Settings, key: Key[Array, ""], train: Train) -> Outcome:
    """Train nets on mixtures of concepts, and measure decodability, its tie to risk, and steering.

    `settings["mixtures"]` holds for each net by name its bases and its law; where "is_asked" is
    false, rows are shown and nothing is asked of them.
    """
    key_train, key_seen = jax.random.split(key)
    rows: list[Row] = []
    figures: dict[str, Any] = {}
    numbers: dict[str, Any] = {}
    for name, mixture in settings["mixtures"].items():
        bases = MIXTURES[mixture["bases"]](**mixture["sizes"])
        law = mixture["law"]
        run = train_on_concepts(
            key_train,
            n_steps=settings["n_steps"],
            batch_size=settings["batch_size"],
            learning_rate=settings["learning_rate"],
            sizes=settings["net"],
            bases=bases,
            law=law,
        )
        seen = sample_each(key_seen, bases, n_per_concept=100, **law)
        shares = np.asarray(decodable_by_depth(run.params[-1], seen, n_concepts=len(bases)))
        risk = run.risk.mean(axis=1)
        best = run.decodable.max(axis=1)
        # A run too short to change has no ranks.
        has_ranks = np.ptp(best) > 0 and np.ptp(risk) > 0
        tie = rank_correlation(best, -risk) if has_ranks else float("nan")
        asked = bool(mixture["is_asked"])
        rows.append(_row(asked, "decodability, best depth", name, 0.9, shares.max()))
        rows.append(_row(asked, "rank correlation with minus the risk", name, 0.8, tie))
        rows.append(shown(NAME, "risk", name, here=risk[-1]))
        depth = int(shares[:-1].argmax())
        rows += _steering(asked, name, run, seen, depth, bases, law)
        told = jax.vmap(partial(_bayes, bases=bases, law=law))(seen.xs, seen.ys)
        floor = float(np.mean((np.asarray(told) - seen.ys) ** 2) / 2)
        rows.append(shown(NAME, "risk of the Bayes predictor", name, here=floor))
        figures[f"concepts-{len(figures) + 1}"] = decodability_over_training(
            run.steps, run.decodable, risk, chance=1 / len(bases), floor=floor
        )
        numbers |= {f"{name}: steps": run.steps, f"{name}: risk": risk}
        numbers |= {f"{name}: decodability": run.decodable}
    return Outcome(rows=rows, figures=figures, numbers=numbers)


def _bayes(xs: Array, ys: Array, *, bases: Array, law: Any) -> Array:
    return bayes_along(bases, xs, ys, mean=law["mean"], noise_variance=law["noise_variance"])


def _row(asked: bool, quantity: str, setting: str, least: float, here: Any) -> Row:
    if asked:
        return at_least(NAME, quantity, setting, paper=least, here=here, source=SOURCE)
    return shown(NAME, quantity, setting, here=here)


def _steering(
    asked: bool, name: str, run: ConceptRun, seen: Any, depth: int, bases: Array, law: Any
) -> list[Row]:
    """Return the change of the risk with two examples seen, in standard errors over seeds."""
    params = run.params[-1]
    streams = run_prompts(params, seen).streams[:, depth, -1]
    vectors = task_vectors(streams, seen.concept, n_labels=len(bases))
    one = jax.jit(
        partial(steer, bases=bases, depth=depth, n_prompts=500, law=law), static_argnames=()
    )
    changes = [one(jax.random.key(seed), params, vectors) for seed in range(N_SEEDS)]
    rows = []
    for kind, bound, ask in ((RIGHT, -3.0, at_most), (WRONG, 3.0, at_least)):
        values = np.array([change[kind][2] for change in changes])
        errors = values.mean() / (values.std(ddof=1) / np.sqrt(N_SEEDS))
        quantity = f"change of the risk with the vector of {kind}, in standard errors"
        setting = f"{name}, depth {depth}, two examples seen"
        if asked:
            rows.append(ask(NAME, quantity, setting, paper=bound, here=errors, source=SOURCE))
        else:
            rows.append(shown(NAME, quantity, setting, here=errors))
    return rows
