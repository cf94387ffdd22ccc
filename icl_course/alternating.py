"""Training two layers on alternating tokens: the run behind Fig. 6, and what ships of it.

Constructed and trained weights are one type, so what trains here is what `copying` builds.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int, Key

from icl_course.arrays import Array, Scalar
from icl_course.attention import AttentionParams
from icl_course.batches import sample_linear_batch
from icl_course.copying import TwoLayers, init_two_layers, predict
from icl_course.shipped import save
from icl_course.training import (
    StepInfo,
    TrainState,
    batch_loss,
    clipped_adam,
    make_step,
    start,
    train,
)

LAYERS = ("copy", "step")
WEIGHTS = ("w_q", "w_k", "w_v", "w_o")


class AlternatingRun(eqx.Module):
    """Hold a training run: the loss over time, and the weights at some of its steps.

    Fields:

    - `code`: the positional code that the net was trained with.
    - `steps`, `losses`: the mean loss of the steps up to this one, since the entry before.
    - `kept`, `params`: the steps at which weights were kept, and the weights of each.
    """

    code: Float[Array, "n_tokens d_code"]
    steps: Int[Array, " n_points"]
    losses: Float[Array, " n_points"]
    kept: Int[Array, " n_kept"]
    params: tuple[TwoLayers, ...]


def code_for_places_only(params: TwoLayers, *, d_code: int) -> TwoLayers:
    """Return the net with codes that say places and carry nothing else.

    The first layer compares codes, and neither copies them nor writes into them; the second does
    not see them. Without this a trained net uses the code slots as a place to keep targets in: what
    it does is the same, but a token's data no longer show it.

    Arguments:

    - `params`: any weights, for tokens with `d_code` code slots in front.
    - `d_code`: the number of code slots.

    Returns the weights with zeros where a code would be read as a value, compared in the second
    layer, or written.

    >>> params = init_two_layers(jax.random.key(0), d_token=3, d_key=1, scale=1.0)
    >>> clean = code_for_places_only(params, d_code=2)
    >>> (clean.copy.w_v == 0).tolist(), (clean.copy.w_q == 0).any().item()
    ([[[True, True, False]]], False)
    """
    copy, step = params.copy, params.step
    is_data = jnp.arange(copy.w_q.shape[2]) >= d_code
    columns, rows = is_data[None, None, :], is_data[None, :, None]
    return TwoLayers(
        copy=AttentionParams(
            w_q=copy.w_q, w_k=copy.w_k, w_v=copy.w_v * columns, w_o=copy.w_o * rows
        ),
        step=AttentionParams(
            w_q=step.w_q * columns,
            w_k=step.w_k * columns,
            w_v=step.w_v * columns,
            w_o=step.w_o * rows,
        ),
    )


def train_alternating(
    key: Key[Array, ""],
    *,
    n_context: int,
    d_x: int,
    n_steps: int,
    batch_size: int = 512,
    learning_rate: Scalar = 1e-3,
    scale: Scalar = 0.02,
    n_per_chunk: int = 50,
    keep: Iterable[int] = (),
    constrain: Callable[..., TwoLayers] = code_for_places_only,
    progress: Callable[[int, float], None] = lambda step, loss: None,
) -> AlternatingRun:
    """Train a softmax layer and a linear layer, one head each, on alternating tokens.

    The code is one axis for each token, so the net may learn any table of scores between places.

    Source: 2212.07677, section 6, Fig. 6. There B = 2048, 10 code slots, an Adam step of 1e-3, a
    clip at norm 10 and 10,000 steps; batch and code are others here.

    Arguments:

    - `key`: a typed key.
    - `n_context`, `d_x`: the sizes of a task; d_y = 1.
    - `n_steps`, `batch_size`, `learning_rate`: of Adam.
    - `scale`: the standard deviation of the initial weights.
    - `n_per_chunk`: how many steps make one entry of the loss curve.
    - `keep`: the steps at which weights are kept, multiples of `n_per_chunk`; the start and the
      end always are.
    - `constrain`: `(params, d_code=...) -> params`, applied before the net is used.
    - `progress`: called after every chunk with the step and the loss.

    Returns the run.

    >>> run = train_alternating(jax.random.key(0), n_context=2, d_x=3, n_steps=2, n_per_chunk=1,
    ...                         batch_size=5)
    >>> run.kept.tolist(), run.losses.shape, run.params[1].copy.w_k.shape
    ([0, 2], (2,), (1, 9, 9))
    """
    key_init, key_train = jax.random.split(key)
    n_tokens = 2 * n_context + 1
    code = jnp.eye(n_tokens)
    d_token = n_tokens + d_x + 1
    net = partial(constrain, d_code=n_tokens)
    params = init_two_layers(key_init, d_token=d_token, d_key=d_token, scale=scale)
    loss = batch_loss(
        lambda params, task: predict(net(params), task, code),
        partial(sample_linear_batch, n_tasks=batch_size, n_context=n_context, d_x=d_x),
    )
    optimiser = clipped_adam(learning_rate=learning_rate, largest_norm=10.0)
    wanted, kept, points = {*keep, n_steps}, [(0, params)], []

    def after_chunk(state: TrainState, info: StepInfo) -> None:
        done, mean = int(state.n_steps), float(info.loss.mean())
        points.append((done, mean))
        if done in wanted:
            kept.append((done, state.params))
        progress(done, mean)

    train(
        key_train,
        start(params, optimiser),
        step=make_step(loss, optimiser),
        n_steps=n_steps,
        n_per_chunk=n_per_chunk,
        after_chunk=after_chunk,
    )
    return AlternatingRun(
        code=code,
        steps=np.array([step for step, _ in points], int),
        losses=np.array([mean for _, mean in points], float),
        kept=np.array([step for step, _ in kept]),
        params=tuple(net(params) for _, params in kept),
    )


def arrays_of(run: AlternatingRun) -> dict[str, np.ndarray]:
    """Return a run as named arrays, with its weights in float16, as they are shipped.

    >>> run = train_alternating(jax.random.key(0), n_context=1, d_x=1, n_steps=0, batch_size=2)
    >>> sorted(arrays_of(run))[:4]
    ['code', 'copy_w_k', 'copy_w_o', 'copy_w_q']
    """
    arrays: dict[str, Any] = {
        "code": np.asarray(run.code, np.float16),
        "steps": np.asarray(run.steps, np.int32),
        "losses": np.asarray(run.losses, np.float32),
        "kept": np.asarray(run.kept, np.int32),
    }
    for layer in LAYERS:
        for name in WEIGHTS:
            weights = [getattr(getattr(params, layer), name) for params in run.params]
            arrays[f"{layer}_{name}"] = np.stack(weights).astype(np.float16)
    return arrays


def run_of(arrays: Mapping[str, np.ndarray]) -> AlternatingRun:
    """Return the run that `arrays_of` wrote, with its weights in float32.

    >>> run = train_alternating(jax.random.key(0), n_context=1, d_x=1, n_steps=1, batch_size=2)
    >>> run_of(arrays_of(run)).kept.tolist()
    [0, 1]
    """

    def layer(which: str, index: int) -> AttentionParams:
        weights = {name: arrays[f"{which}_{name}"][index] for name in WEIGHTS}
        return AttentionParams(**{name: jnp.asarray(w, float) for name, w in weights.items()})

    return AlternatingRun(
        code=jnp.asarray(arrays["code"], float),
        steps=arrays["steps"],
        losses=arrays["losses"],
        kept=arrays["kept"],
        params=tuple(
            TwoLayers(**{which: layer(which, index) for which in LAYERS})
            for index in range(len(arrays["kept"]))
        ),
    )


def ship(folder: Path | None = None, *, seed: int = 0, n_steps: int = 10_000) -> AlternatingRun:
    """Train as in Fig. 6 with N = d_x = 10, and write what the course ships of it.

    Some minutes on one core. The files are alternating_tokens.npz and .json in `folder`, or in the
    working directory; see `icl_course.shipped`.

    >>> import tempfile
    >>> run = ship(Path(tempfile.mkdtemp()), n_steps=0)
    >>> run.kept.tolist()
    [0]
    """
    settings: dict[str, Any] = {
        "n_context": 10,
        "d_x": 10,
        "n_steps": n_steps,
        "batch_size": 512,
        "learning_rate": 4e-3,
        "scale": 0.02,
    }
    keep = [*range(0, 2_000, 100), *range(2_000, n_steps, 250)]
    begun = time.perf_counter()
    run = train_alternating(jax.random.key(seed), keep=keep, **settings)
    arrays = arrays_of(run)
    said = {
        "seed": seed,
        "settings": settings,
        "seconds": round(time.perf_counter() - begun),
        "command": 'python -c "from icl_course.alternating import ship; ship()"',
        "versions": {"jax": jax.__version__, "numpy": np.__version__},
        "loss_of_float32": _loss(run),
        "loss_of_float16": _loss(run_of(arrays)),
    }
    save(folder or Path.cwd(), "alternating_tokens", arrays, said)
    return run


def _loss(run: AlternatingRun) -> float:
    """Return the loss of a run's last weights on 50,000 tasks, the same ones in every call."""
    d_x = run.params[-1].copy.w_k.shape[2] - len(run.code) - 1
    sample = partial(
        sample_linear_batch, n_tasks=5_000, n_context=(len(run.code) - 1) // 2, d_x=d_x
    )
    loss = jax.jit(partial(batch_loss(partial(predict, code=run.code), sample), run.params[-1]))
    return float(np.mean([loss(key) for key in jax.random.split(jax.random.key(99), 10)]))
