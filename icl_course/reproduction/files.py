"""Files of a reproduction: nets that can go on, results that are whole or absent, and the table.

OUT/reproduction.json and OUT/reproduction.md are the table of all that was found; beside them
OUT/reproduction/SCALE/ has one JSON and the figures of each experiment, and OUT/reproduction/nets/
the trained weights. Every file is written beside its place and then moved there.
"""

import dataclasses
import json
import platform
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import numpy as np
import optax

import icl_course
from icl_course.reproduction.nets import Recipe, Trained, begin, fit
from icl_course.reproduction.records import Experiment, Outcome, Settings

Announce = Callable[[str, int, int], None]
"""Called as work goes on: `(what, done, total)`."""

COMMAND = "icl-course reproduce"


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place, then move it there: whoever looks sees all of it or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)


def trained(recipe: Recipe, folder: Path, announce: Announce) -> Trained:
    """Return a trained net: read if it is there, gone on with if it was begun, else trained.

    Arguments:

    - `recipe`: how it is trained; the file's name is made from it.
    - `folder`: where nets are kept.
    - `announce`: called after each part of the training.
    """
    path = folder / f"{recipe.name}.eqx"
    run = begin(recipe)
    if path.exists():
        run = _read(path, run)

    def keep(now: Trained) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        with part.open("wb") as file:
            eqx.tree_serialise_leaves(file, now)
        part.replace(path)
        announce(recipe.net.name, int(now.state.n_steps), recipe.n_steps)

    if int(run.state.n_steps) < recipe.n_steps:
        run = fit(recipe, run, keep)
    return run


def _read(path: Path, like: Trained) -> Trained:
    """Read a run, or raise `ValueError` where the file is of another version."""
    try:
        with path.open("rb") as file:
            run: Trained = eqx.tree_deserialise_leaves(file, like)
            return run
    except (RuntimeError, ValueError, EOFError) as error:
        raise ValueError(
            f"{path} holds no training run that fits ({error}): delete it, and it is made again."
        ) from error


def write_outcome(
    out: Path,
    experiment: Experiment,
    outcome: Outcome,
    *,
    scale: str,
    seed: int,
    seconds: float,
    recipes: Iterable[Recipe],
    settings: Settings,
) -> Path:
    """Write what one experiment found: its figures first, its JSON last.

    Returns the path of the JSON.
    """
    folder = out / "reproduction" / scale
    seconds = round(seconds, 1)
    for name, drawn in outcome.figures.items():
        stem = experiment.name if not name else f"{experiment.name}-{name}"
        write_whole(folder / f"{stem}.svg", drawn.svg())
        write_whole(folder / f"{stem}.png", drawn.png())
    found = {
        "name": experiment.name,
        "title": experiment.title,
        "section": experiment.section,
        "scale": scale,
        "command": f"{COMMAND} {experiment.name} --scale {scale}",
        "seed": seed,
        "settings": _plain(settings),
        "nets": [recipe.text for recipe in recipes],
        "versions": versions(),
        "device": jax.devices()[0].platform,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": seconds,
        "rows": [_plain(dataclasses.asdict(row)) for row in outcome.rows],
        "figures": {
            f"{experiment.name}-{name}" if name else experiment.name: drawn.alt
            for name, drawn in outcome.figures.items()
        },
        "numbers": _plain(outcome.numbers),
    }
    path = folder / f"{experiment.name}.json"
    write_whole(path, (json.dumps(found, indent=1, allow_nan=False) + "\n").encode())
    return path


def versions() -> dict[str, str]:
    """Return the versions that a number may depend on."""
    return {
        "icl_course": icl_course.__version__,
        "python": platform.python_version(),
        "jax": jax.__version__,
        "numpy": np.__version__,
        "optax": optax.__version__,
        "equinox": eqx.__version__,
    }


def read_outcome(out: Path, name: str, *, scale: str) -> dict[str, Any] | None:
    """Return what an experiment wrote, or None where it did not run at that scale."""
    path = out / "reproduction" / scale / f"{name}.json"
    if not path.exists():
        return None
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it: no arrays, and None for what is not finite."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | jax.Array):
        return _plain(np.asarray(value).tolist())
    if isinstance(value, list | tuple | range):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float):
        return float(f"{value:.6g}") if np.isfinite(value) else None
    return value
