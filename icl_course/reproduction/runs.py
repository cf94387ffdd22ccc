"""Running experiments: a key from the seed, nets from the cache, results written as they come."""

import time
from collections.abc import Callable
from pathlib import Path

import jax

from icl_course.reproduction.files import Announce, trained, write_outcome
from icl_course.reproduction.nets import Recipe, Trained
from icl_course.reproduction.records import Experiment, Outcome, Settings


def run(
    experiment: Experiment,
    out: Path,
    *,
    scale: str,
    seed: int = 0,
    announce: Announce = lambda what, done, total: None,
    settings: Settings | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Outcome:
    """Run one experiment and write what it found; nets that are there already are not trained.

    Arguments:

    - `experiment`, `scale`: what to run, and with which of its sizes.
    - `out`: the directory for everything that is written.
    - `seed`: of the evaluation. Nets have seeds of their own, which are part of the sizes.
    - `announce`: called as training goes on.
    - `settings`: sizes in place of those of the scale, for a trial.
    - `clock`: where seconds come from.

    Returns what it found. Killed half-way, it leaves the nets as far as they were trained, and
    every result that was written before.
    """
    used: list[Recipe] = []
    nets = out / "reproduction" / "nets"

    def train(recipe: Recipe) -> Trained:
        used.append(recipe)
        return trained(recipe, nets, announce)

    begun = clock()
    sizes = experiment.sizes[scale] if settings is None else settings
    outcome = experiment.run(sizes, jax.random.key(seed), train)
    write_outcome(
        out,
        experiment,
        outcome,
        scale=scale,
        seed=seed,
        seconds=clock() - begun,
        recipes=used,
        settings=sizes,
    )
    return outcome
