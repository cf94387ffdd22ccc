"""What one training step costs, beside a plain loop over the same work, in one run.

    python benchmarks/training.py [--steps 300] [--repeats 7] [--json]
    python benchmarks/training.py --scaling DIRECTORY

The work: draw a batch of B = 2048 fresh tasks (N = d = 10), the loss of one linear layer on their
queries, its gradient, the clip, Adam. Data are part of the step. Times are CPU time of all threads
(`time.process_time`), so a busy machine disturbs them less than it disturbs a clock.

- ours: `batches.sample_linear_batch`, `attention.updated_query`, and `training.train`'s scan.
- plain loop: one jitted step, called from Python; one `jax.random` draw for each quantity; the
  whole layer, all tokens, as a textbook writes it.
- plain scan: the same step inside `lax.scan`, to tell the two effects apart.
- by key: the library's teaching path: one key for each task, one task at a time under `vmap`.

Runs of the four take turns; what is printed are medians over the repeats.
"""

import functools
import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import click
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array

from icl_course import __version__, attention, batches, figures, tasks, tokens, training

Run = Callable[[], object]
INIT_SCALE = 0.1


def predict_from_query(params: attention.AttentionParams, task: tasks.Task) -> Array:
    """Read the prediction from the one row that is needed."""
    updated = attention.updated_query(params, tokens.make_tokens(task))
    return tokens.read_prediction(updated[None], d_y=1)


def predict_from_layer(params: attention.AttentionParams, task: tasks.Task) -> Array:
    """Read the prediction from the whole layer."""
    updated = attention.linear_attention(params, tokens.make_tokens(task))
    return tokens.read_prediction(updated, d_y=1)


def plain_loss(params: dict[str, Array], key: Array, *, b: int, n: int, d: int) -> Array:
    """Draw a batch and return its loss, with nothing of the library."""
    key_x, key_q, key_w = jax.random.split(key, 3)
    xs = jax.random.uniform(key_x, (b, n, d), minval=-0.5, maxval=0.5)
    x_query = jax.random.uniform(key_q, (b, d), minval=-0.5, maxval=0.5)
    teacher = jax.random.normal(key_w, (b, d))
    ys = jnp.einsum("bnd,bd->bn", xs, teacher)
    y_query = jnp.einsum("bd,bd->b", x_query, teacher)
    context = jnp.concatenate([xs, ys[..., None]], axis=-1)
    query = jnp.concatenate([x_query, jnp.zeros((b, 1))], axis=-1)
    prompt = jnp.concatenate([context, query[:, None]], axis=1)
    queries = prompt @ params["w_q"].T
    keys, values = context @ params["w_k"].T, context @ params["w_v"].T
    updated = prompt + queries @ keys.mT @ values @ params["w_o"].T
    return jnp.mean((-updated[:, -1, -1] - y_query) ** 2) / 2


def start_of(d: int) -> training.TrainState:
    """Return the state that all runs begin with."""
    params = attention.init_attention(
        jax.random.key(0), d_token=d + 1, d_key=d + 1, d_value=d + 1, scale=INIT_SCALE
    )
    return training.start(params, training.clipped_adam())


def by_training(loss: training.Loss, *, d: int, n_steps: int) -> Run:
    """Return a run of the library's loop."""
    step = training.make_step(loss, training.clipped_adam())

    def one(state: training.TrainState, key: Array) -> tuple[training.TrainState, Array]:
        after, info = step(state, key)
        return after, info.loss

    scan = jax.jit(lambda state, keys: jax.lax.scan(one, state, keys))
    keys = jax.random.split(jax.random.key(1), n_steps)
    return lambda: jax.block_until_ready(scan(start_of(d), keys))


def plain(*, b: int, n: int, d: int, n_steps: int, scanned: bool) -> Run:
    """Return a run of the plain program, its loop in Python or in `lax.scan`."""
    optimiser = training.clipped_adam()
    begin = start_of(d).params
    params = {name: getattr(begin, name)[0] for name in ("w_q", "w_k", "w_v", "w_o")}

    def step(state: tuple, key: Array) -> tuple[tuple, Array]:
        now, memory = state
        loss = functools.partial(plain_loss, b=b, n=n, d=d)
        value, gradient = jax.value_and_grad(loss)(now, key)
        updates, memory = optimiser.update(gradient, memory)
        return (optax.apply_updates(now, updates), memory), value

    keys = jax.random.split(jax.random.key(1), n_steps)
    begun = (params, optimiser.init(params))
    if scanned:
        scan = jax.jit(lambda state, keys: jax.lax.scan(step, state, keys))
        return lambda: jax.block_until_ready(scan(begun, keys))
    jitted = jax.jit(step)

    def run() -> object:
        state = begun
        for key in keys:
            state, _ = jitted(state, key)
        return jax.block_until_ready(state)

    return run


def ours(*, b: int, n: int, d: int, n_steps: int) -> Run:
    """Return a run of this course's training step."""
    sample = functools.partial(batches.sample_linear_batch, n_tasks=b, n_context=n, d_x=d)
    return by_training(training.batch_loss(predict_from_query, sample), d=d, n_steps=n_steps)


def by_key(*, b: int, n: int, d: int, n_steps: int) -> Run:
    """Return a run of the path that lessons show: one key and one task at a time."""
    sample = functools.partial(tasks.sample_linear, n_context=n, d_x=d)
    loss = training.in_context_loss(predict_from_layer, sample, batch_size=b)
    return by_training(loss, d=d, n_steps=n_steps)


def times(runs: dict[str, Run], *, n_steps: int, repeats: int) -> dict[str, list[float]]:
    """Let the runs take turns; return milliseconds of CPU per step, and of the clock for ours."""
    for run in runs.values():
        run()
    found: dict[str, list[float]] = {name: [] for name in [*runs, "clock"]}
    for _ in range(repeats):
        for name, run in runs.items():
            cpu, clock = time.process_time(), time.perf_counter()
            run()
            found[name].append((time.process_time() - cpu) / n_steps * 1e3)
            if name == "ours":
                found["clock"].append((time.perf_counter() - clock) / n_steps * 1e3)
    return found


def compare(n_steps: int, repeats: int) -> dict[str, object]:
    """Measure all four at the sizes of the paper."""
    sizes = {"b": 2048, "n": 10, "d": 10, "n_steps": n_steps}
    runs = {
        "ours": ours(**sizes),
        "plain loop": plain(**sizes, scanned=False),
        "plain scan": plain(**sizes, scanned=True),
        "by key": by_key(**sizes),
    }
    found = {
        name: statistics.median(values)
        for name, values in times(runs, n_steps=n_steps, repeats=repeats).items()
    }
    return {
        "cpu_ms_per_step": found["ours"],
        "baseline_cpu_ms_per_step": found["plain loop"],
        "ratio": found["plain loop"] / found["ours"],
        "plain_scan_cpu_ms_per_step": found["plain scan"],
        "one_key_per_task_cpu_ms_per_step": found["by key"],
        "clock_ms_per_step": found["clock"],
        "batch_size": 2048,
        "n_context": 10,
        "d_x": 10,
        "steps": n_steps,
        "repeats": repeats,
        "cores": len(os.sched_getaffinity(0)),
        "load": os.getloadavg()[0],
        "jax": jax.__version__,
        "icl_course": __version__,
    }


def scaling(directory: Path, repeats: int) -> None:
    """Measure the step against N, d and B, one at a time, and draw it."""
    swept = {
        "n": (5, 10, 20, 40, 80, 160),
        "d": (5, 10, 20, 40, 80),
        "b": (128, 256, 512, 1024, 2048, 4096, 8192),
    }
    measured = {}
    for name, values in swept.items():
        measured[name] = []
        for value in values:
            sizes = {"b": 2048, "n": 10, "d": 10} | {name: value}
            n_steps = max(5, round(2e7 / (sizes["b"] * (sizes["n"] + 2) * sizes["d"])))
            run = {"ours": ours(**sizes, n_steps=n_steps)}
            cost = times(run, n_steps=n_steps, repeats=repeats)["ours"]
            measured[name].append(statistics.median(cost))
    numbers = {
        name: {"values": list(swept[name]), "cpu_ms_per_step": measured[name]} for name in swept
    }
    (directory / "training-scaling.json").write_text(json.dumps(numbers, indent=1) + "\n")
    drawn = figures.step_costs(
        {name: np.asarray(values) for name, values in swept.items()},
        {name: np.asarray(values) for name, values in measured.items()},
    )
    (directory / "training-scaling.png").write_bytes(drawn.png())
    (directory / "training-scaling.svg").write_bytes(drawn.svg())


@click.command(help=__doc__)
@click.option("--steps", default=300, show_default=True)
@click.option("--repeats", default=7, show_default=True)
@click.option("--json", "as_json", is_flag=True)
@click.option(
    "--scaling",
    "place",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=None,
)
def main(steps: int, repeats: int, as_json: bool, place: Path | None) -> None:
    """Measure, and print a table or JSON."""
    if place is not None:
        scaling(place, repeats)
        return
    found = compare(steps, repeats)
    if as_json:
        print(json.dumps(found, indent=1))
        return
    for name, value in found.items():
        print(f"{name:34} {value:.3g}" if isinstance(value, float) else f"{name:34} {value}")


if __name__ == "__main__":
    main()
