"""The nets of lesson 08 that take longer than a lesson: how each is made, written and read."""

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Key

from icl_course import shipped
from icl_course.arrays import Array
from icl_course.image_tasks import draw_prompts
from icl_course.images import digits
from icl_course.learner import init_learner, learner_logits
from icl_course.learner_runs import (
    ALL_TASKS,
    D_X,
    KNOWN,
    N_EXAMPLES,
    LearnerRun,
    Logits,
    arrays_of,
    params_of,
    prompt_loss,
    three_accuracies,
    train_learner,
)
from icl_course.lstm import init_lstm, lstm_logits
from icl_course.training import make_step, start, train

NAME, PHASES, PLATEAUS = "image_learners", "image_phases", "image_plateaus"

SMALL: Mapping[str, Any] = {"d_model": 32, "n_heads": 2, "learning_rate": 3e-3}
"""The net of the lesson, but for its layers."""

RUNS: Mapping[str, Mapping[str, Any]] = {
    "two classes": {**SMALL, "n_classes": 2, "is_smeared": True, "n_steps": 1_000},
    "two classes, plain keys": {**SMALL, "n_classes": 2, "n_steps": 750},
    "four classes": {**SMALL, "n_classes": 4, "is_smeared": True, "n_steps": 1_500},
}
"""What ships: how each net is trained, as for `train_learner`."""

REMEDIES: Mapping[str, Mapping[str, Any]] = {
    "as it is": {},
    "batch of 128": {"batch_size": 128},
    "biased renamings": {"bias": 0.5},
    "epsilon of 1e-4": {"epsilon": 1e-4},
    "smeared keys": {"is_smeared": True},
}
"""What might shorten the plateau of two classes, as for `train_learner`: the paper's, and keys."""

MAP: Mapping[str, Any] = {
    "widths": (8, 32),
    "log2_tasks": (0, 2, 4, 6, 25),
    "net": {"n_layers": 2, "n_heads": 2, "is_smeared": True},
    "prompts": {"n_classes": 2, "n_examples": 24, "d_x": D_X},
    "training": {"n_steps": 500, "batch_size": 32, "learning_rate": 3e-3},
}
"""The phase map: a net for each width and each number of tasks."""


def like(settings: Mapping[str, Any]) -> tuple[Any, Logits]:
    """Return weights of the structure that a run has, and the function that reads them.

    >>> like({"n_classes": 2, "d_state": 3})[0].w_out.shape
    (2, 3)
    """
    n_classes = settings["n_classes"]
    sizes = {"d_token": settings.get("d_x", D_X) + n_classes, "n_classes": n_classes}
    if settings.get("d_state"):
        params = init_lstm(jax.random.key(0), d_state=settings["d_state"], **sizes)
        return params, lstm_logits
    d_model = settings.get("d_model", 64)
    made = init_learner(
        jax.random.key(0),
        n_positions=settings.get("n_examples", N_EXAMPLES),
        d_model=d_model,
        n_heads=settings.get("n_heads", 4),
        n_layers=settings.get("n_layers", 2),
        d_hidden=2 * d_model,
        is_smeared=settings.get("is_smeared", False),
        **sizes,
    )
    return made, learner_logits


def make(
    name: str,
    *,
    seed: int = 0,
    n_steps: int | None = None,
    progress: Callable[[int, float, Any], None] = lambda step, loss, params: None,
) -> LearnerRun:
    """Train one of the nets that ship, on the digits 0 to 7.

    >>> make("two classes", n_steps=0).losses.shape
    (0,)
    """
    settings = dict(RUNS[name]) | ({} if n_steps is None else {"n_steps": n_steps})
    seen, _ = digits(classes=KNOWN)
    return train_learner(jax.random.key(seed), seen, progress=progress, **settings)


def arrays_of_run(name: str, run: LearnerRun) -> dict[str, np.ndarray]:
    """Return a run as named arrays: weights in float16, losses in float16 of a thousandth or so.

    >>> sorted(arrays_of_run("toy", LearnerRun(params=(np.ones(2),), losses=np.ones(3))))
    ['toy losses', 'toy/weights 00']
    """
    losses = np.asarray(run.losses, np.float16)
    return {f"{name} losses": losses, **arrays_of(run.params, f"{name}/weights")}


def ship(
    folder: Path | None = None,
    *,
    names: Iterable[str] = tuple(RUNS),
    seed: int = 0,
    n_steps: int | None = None,
) -> dict[str, LearnerRun]:
    """Train the nets of the lesson, and write what the course ships of them.

    The files are image_learners.npz and .json in `folder`, or in the working directory.

    >>> import tempfile
    >>> list(ship(Path(tempfile.mkdtemp()), names=["two classes"], n_steps=0))
    ['two classes']
    """
    runs: dict[str, LearnerRun] = {}
    arrays: dict[str, np.ndarray] = {}
    seconds: dict[str, int] = {}
    for name in names:
        begun = time.process_time()
        runs[name] = make(name, seed=seed, n_steps=n_steps)
        seconds[name] = round(time.process_time() - begun)
        arrays |= arrays_of_run(name, runs[name])
    shipped.save(folder or Path.cwd(), NAME, arrays, said_of(seed, seconds, "ship"))
    return runs


def said_of(seed: int, seconds: Mapping[str, int], function: str) -> dict[str, Any]:
    """Return what is to be said of results: settings, CPU seconds, and how to remake them.

    >>> said_of(0, {"two classes": 3}, "ship")["command"]
    'python -c "from icl_course.learner_ship import ship; ship()"'
    """
    return {
        "seed": seed,
        "settings": {name: dict(settings) for name, settings in RUNS.items()} | {"map": dict(MAP)},
        "cpu_seconds": dict(seconds),
        "command": f'python -c "from icl_course.learner_ship import {function}; {function}()"',
        "versions": {"jax": jax.__version__, "numpy": np.__version__},
    }


def load() -> dict[str, LearnerRun]:
    """Return the runs that ship, by name.

    >>> run = load()["two classes"]
    >>> len(run.losses) == RUNS["two classes"]["n_steps"]
    True
    """
    arrays, _ = shipped.load(NAME)
    found = {}
    for name, settings in RUNS.items():
        params = params_of(arrays, f"{name}/weights", like(settings)[0])
        found[name] = LearnerRun(params=params, losses=arrays[f"{name} losses"].astype(float))
    return found


def _map_row(
    width: int,
    log2_tasks: Iterable[int],
    *,
    seed: int = 0,
    n_steps: int,
    batch_size: int,
    learning_rate: float,
    n_prompts: int = 400,
) -> list[tuple[float, float, float]]:
    """Train the nets of one row of the phase map side by side, and ask each as `phase` wants it.

    Their losses are added up. No weight is shared, and Adam treats each weight on its own, so every
    net learns as if it were alone; but one compiled program serves all.

    Arguments: width, numbers of tasks, seed, and sizes. Returns three accuracies for each net.
    """
    counts = np.array([min(2**k, ALL_TASKS) for k in log2_tasks])
    sizes, net = MAP["prompts"], MAP["net"]
    seen, unseen = (jax.tree.map(jnp.asarray, part) for part in digits(classes=KNOWN))
    key_init, key_train, key_ask = jax.random.split(jax.random.key(seed), 3)
    n_classes = sizes["n_classes"]

    def init(key: Key[Array, ""]) -> Any:
        return init_learner(
            key,
            d_token=sizes["d_x"] + n_classes,
            n_classes=n_classes,
            n_positions=sizes["n_examples"],
            d_model=width,
            d_hidden=2 * width,
            **net,
        )

    def own_loss(params: Any, key: Key[Array, ""], n_tasks: Array) -> Array:
        prompts = draw_prompts(
            key, seen, n_prompts=batch_size, n_tasks=n_tasks, first_task=0, **sizes
        )
        return prompt_loss(learner_logits, params, prompts, n_classes=n_classes)

    def loss(params: Any, key: Key[Array, ""]) -> Array:
        keys = jax.random.split(key, len(counts))
        return jax.vmap(own_loss)(params, keys, jnp.asarray(counts)).sum()

    optimiser = optax.adam(learning_rate)
    params = jax.vmap(init)(jax.random.split(key_init, len(counts)))
    state, _ = train(
        key_train, start(params, optimiser), step=make_step(loss, optimiser), n_steps=n_steps
    )
    return [
        three_accuracies(
            learner_logits,
            jax.tree.map(lambda leaf, i=i: leaf[i], state.params),
            jax.random.fold_in(key_ask, i),
            seen=seen,
            unseen=unseen,
            n_tasks=int(n_tasks),
            n_prompts=n_prompts,
            n_last=5,
            **sizes,
        )
        for i, n_tasks in enumerate(counts)
    ]


def ship_map(folder: Path | None = None, *, seed: int = 0, **changed: Any) -> np.ndarray:
    """Make the phase map, and write what the course ships of it: accuracies, no weights.

    The files are image_phases.npz and .json in `folder`, or in the working directory.

    >>> import tempfile
    >>> ship_map(Path(tempfile.mkdtemp()), widths=[4], log2_tasks=[0], n_steps=0,
    ...          batch_size=1, n_prompts=2).shape
    (1, 1, 3)
    """
    widths = changed.pop("widths", MAP["widths"])
    counts = changed.pop("log2_tasks", MAP["log2_tasks"])
    begun = time.process_time()
    settings = {**MAP["training"], **changed}
    table = np.array([_map_row(width, counts, seed=seed, **settings) for width in widths])
    seconds = {"map": round(time.process_time() - begun)}
    said = said_of(seed, seconds, "ship_map")
    shipped.save(folder or Path.cwd(), PHASES, {"accuracies": table.astype(np.float32)}, said)
    return table


def ship_plateaus(
    folder: Path | None = None, *, n_seeds: int = 3, n_steps: int = 1_500
) -> dict[str, np.ndarray]:
    """Train the net of two classes with each of `REMEDIES`, and write the losses that ship.

    The files are image_plateaus.npz and .json in `folder`, or in the working directory.

    Returns the loss of every step by remedy, [n_seeds, n_steps].

    >>> import tempfile
    >>> ship_plateaus(Path(tempfile.mkdtemp()), n_seeds=2, n_steps=0)["as it is"].shape
    (2, 0)
    """
    seen, _ = digits(classes=KNOWN)
    begun = time.process_time()
    arrays = {}
    for name, remedy in REMEDIES.items():
        settings = {**SMALL, "n_classes": 2, "n_steps": n_steps, **remedy}
        runs = [train_learner(jax.random.key(seed), seen, **settings) for seed in range(n_seeds)]
        arrays[name] = np.array([run.losses for run in runs], np.float16)
    seconds = {"plateaus": round(time.process_time() - begun)}
    said = said_of(0, seconds, "ship_plateaus") | {
        "seeds": list(range(n_seeds)),
        "settings": {name: dict(remedy) for name, remedy in REMEDIES.items()},
    }
    shipped.save(folder or Path.cwd(), PLATEAUS, arrays, said)
    return arrays
