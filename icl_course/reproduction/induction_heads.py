"""Induction heads: by hand, in nets that find them or do not, and what is lost without them."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Key

from icl_course.ablations import choose, without
from icl_course.arrays import Array
from icl_course.causal import CausalParams
from icl_course.figures.reproduction import Curve, Panel, curves
from icl_course.head_scores import best_blind_score, in_context_score, token_losses
from icl_course.induction import induction_circuit
from icl_course.induction_runs import (
    ELSEWHERE,
    LONGER,
    REPEATS,
    SIZES,
    InductionRun,
    Measured,
    measure,
    train_on_repeats,
)
from icl_course.reproduction.records import Outcome, Row, Settings, Train, at_least, at_most, shown
from icl_course.sequences import sample_many

NAME = "induction-heads"
EARLY, LATE = 4, 60
IS_INDUCTION, IS_PREVIOUS = 0.5, 0.1
"""The scores from which a head is called by these names; the second in the first layer only."""

SOURCE = "a bar of ours; definitions of Olsson et al. 2022"
PAPER = "Olsson et al. 2022, on text"


def induction_heads(settings: Settings, key: Key[Array, ""], train: Train) -> Outcome:
    """Measure the circuit by hand, train nets of several kinds and seeds, and silence heads."""
    key_here, key_far, key_longer = jax.random.split(key, 3)
    n_tasks = settings["n_prompts"]
    here = sample_many(key_here, n_sequences=n_tasks, **REPEATS)
    far = sample_many(key_far, n_sequences=n_tasks, **ELSEWHERE)
    longer = sample_many(key_longer, n_sequences=n_tasks, **LONGER)
    sizes = {"n_symbols": SIZES["n_symbols"], "n_positions": SIZES["n_positions"]}
    built = _measure(induction_circuit(**sizes), far)
    rows = [
        at_least(NAME, "prefix score", "circuit by hand", paper=0.99, here=built.prefix[1, 0],
                 source=SOURCE),
        shown(NAME, "loss of told tokens", "circuit by hand", here=built.told),
        shown(NAME, "best blind score", "the prompts of training",
              here=best_blind_score(**{k: REPEATS[k] for k in
                                       ("shortest", "longest", "largest_gap")})),
    ]  # fmt: skip
    panels: list[Curve] = []
    numbers: dict[str, Any] = {}
    for seed in settings["seeds"]:
        for kind in settings["nets"]:
            run = _train(kind, seed, settings)
            found, net_numbers = _rows(kind, seed, run, here, far, longer)
            rows += found
            numbers |= net_numbers
            if seed == settings["seeds"][0]:
                color = ("attention layer", "gradient descent", "GD++", "diverges")[len(panels) % 4]
                panels.append(Curve(run.steps, run.losses, color, label=_called(kind)))
    figure = curves(
        [Panel(panels, "training step", "loss of all tokens")],
        alt=(
            f"Training on sequences that repeat, {len(panels)} nets over "
            f"{settings['n_steps']} steps: "
            + "; ".join(f"{c.label} ends at {np.asarray(c.y)[-1]:.2f}" for c in panels)
            + "."
        ),
    )
    return Outcome(rows=rows, figures={"": figure}, numbers=numbers)


def _called(kind: Mapping[str, Any]) -> str:
    words = f"{kind['n_layers']} layer{'s' if kind['n_layers'] > 1 else ''}"
    words += ", smeared keys" if kind.get("is_smeared") else ""
    return words + (", MLP" if kind.get("d_hidden") else "")


def _train(kind: Mapping[str, Any], seed: int, settings: Settings) -> InductionRun:
    """Train one net, and keep its weights often enough to see when it changes."""
    more = {name: value for name, value in kind.items() if name != "n_layers"}
    every, n_steps = settings["n_per_chunk"], settings["n_steps"]
    return train_on_repeats(
        jax.random.key(seed),
        n_layers=kind["n_layers"],
        n_steps=n_steps,
        batch_size=settings["batch_size"],
        n_per_chunk=every,
        keep=range(0, n_steps, 2 * every),
        kind=more,
    )


@jax.jit
def _measure(params: CausalParams, prompts: Array) -> Measured:
    return measure(params, prompts)


def _score(measured: Measured) -> float:
    return float(measured.by_place[LATE - 1] - measured.by_place[EARLY - 1])


def _rows(
    kind: Mapping[str, Any], seed: int, run: InductionRun, here: Array, far: Array, longer: Array
) -> tuple[Sequence[Row], dict[str, Any]]:
    """Return what one trained net is asked for, and its scores over training."""
    name, last = f"{_called(kind)}, seed {seed}", run.params[-1]
    seen = [_measure(params, here) for params in run.params]
    prefix = float(_measure(last, far).prefix.max())
    scores = [_score(measured) for measured in seen]
    is_smeared = bool(kind.get("is_smeared"))
    where = f"{name}, lengths and gaps never trained on"
    can_copy = kind["n_layers"] > 1 or is_smeared
    # Of smeared keys the paper says that one layer copies, and gives no number.
    least = 0.5 if is_smeared else 0.8
    ask = partial(at_least, paper=least) if can_copy else partial(at_most, paper=0.2)
    rows = [
        ask(NAME, "best prefix score", where, here=prefix, source=SOURCE),
        shown(
            NAME,
            "best prefix score",
            f"{name}, longer segments than in training",
            here=_measure(last, longer).prefix.max(),
        ),
        shown(NAME, "loss of told tokens", name, here=seen[-1].told),
    ]
    numbers = {
        f"{name}: steps": run.kept,
        f"{name}: in-context score": scores,
        f"{name}: best prefix score": [measured.prefix.max() for measured in seen],
    }
    if kind["n_layers"] > 1:
        falls = np.diff(scores)
        turn = int(np.argmin(falls))
        rows += [
            at_most(NAME, "gain before the change", name, paper=0.15 * 2, here=-scores[turn - 1],
                    source=f"{PAPER}: less than .15", why="a snapshot falls into the change"),
            at_least(NAME, "gain after the change", name, paper=0.4, here=-scores[turn + 2]
                     if turn + 2 < len(scores) else -scores[-1], source=f"{PAPER}: about .4"),
        ]  # fmt: skip
        if kind["n_layers"] == 2:
            rows += _ablations(name, last, seen[-1], here)
    return rows, numbers


def _ablations(name: str, params: CausalParams, whole: Measured, prompts: Array) -> Sequence[Row]:
    """Return what is lost without the heads that the scores name, and without each other head."""
    is_induction = np.asarray(whole.prefix) >= IS_INDUCTION
    is_previous = np.asarray(whole.previous) >= IS_PREVIOUS
    is_previous[1:] = False

    def lost(silenced: Any) -> float:
        now = _score_without(params, prompts, jnp.asarray(silenced))
        return 1 - float(now) / _score(whole)

    others = [
        lost(choose(params, (layer, head)))
        for layer, head in np.ndindex(*is_induction.shape)
        if not (is_induction | is_previous)[layer, head]
    ]
    share = "share of the gain that is lost"
    return [
        at_least(NAME, share, f"{name}, induction heads silenced", paper=0.8,
                 here=lost(is_induction), source=SOURCE),
        at_least(NAME, share, f"{name}, previous-token heads silenced", paper=0.8,
                 here=lost(is_previous), source=SOURCE),
        at_most(NAME, share, f"{name}, costliest other head silenced", paper=0.1,
                here=max(others, default=0.0), source=SOURCE),
    ]  # fmt: skip


@jax.jit
def _score_without(params: CausalParams, prompts: Array, silenced: Array) -> Array:
    changed = jax.vmap(lambda prompt: without(params, prompt, silenced))(prompts)
    losses = jax.vmap(token_losses)(changed, prompts)
    return in_context_score(losses, early=EARLY, late=LATE)
