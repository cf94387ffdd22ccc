"""Training on sequences that repeat: runs with the scores of every head on the way.

Constructed and trained weights are one type, so what trains here is what `induction` builds.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Float, Int, Key

from icl_course.arrays import Array, Scalar
from icl_course.attention import AttentionParams
from icl_course.causal import CausalParams, init_causal, logits, run
from icl_course.head_scores import prefix_matching, previous_token, token_losses
from icl_course.sequences import sample_many, told_before
from icl_course.shipped import save
from icl_course.training import StepInfo, TrainState, make_step, start, train

SIZES = {"n_symbols": 32, "n_positions": 64, "d_model": 64, "n_heads": 4}
REPEATS = {"n_symbols": 32, "n_tokens": 64, "shortest": 8, "longest": 16, "largest_gap": 7}
"""What the nets of the lesson are trained on."""

ELSEWHERE = REPEATS | {"shortest": 4, "longest": 7, "largest_gap": 12}
"""Lengths that no net of the lesson was trained on, and gaps beyond those of training."""

LONGER = REPEATS | {"shortest": 17, "longest": 20, "largest_gap": 12}
"""The same on the other side: longer segments than any in training."""

WEIGHTS = ("w_q", "w_k", "w_v", "w_o")

Prompts = Int[Array, "n_sequences n_tokens"]


class InductionRun(eqx.Module):
    """Hold a training run: losses over time, and weights at some of its steps.

    Fields:

    - `steps`, `losses`: the mean loss of the steps up to this one, since the entry before.
    - `kept`, `params`: the steps at which weights were kept, and the weights of each.
    """

    steps: Int[Array, " n_points"]
    losses: Float[Array, " n_points"]
    kept: Int[Array, " n_kept"]
    params: tuple[CausalParams, ...]


class Measured(eqx.Module):
    """Hold what a net does on prompts: losses by place, apart for what was told, and head scores.

    Fields:

    - `by_place`: the mean loss of tokens 1, 2, ..., at each place.
    - `told`, `untold`: the mean loss of tokens that followed their predecessor before, and of the
      others.
    - `prefix`, `previous`: prefix-matching and previous-token score of each head.
    """

    by_place: Float[Array, " n_predicted"]
    told: Float[Array, ""]
    untold: Float[Array, ""]
    prefix: Float[Array, "n_layers n_heads"]
    previous: Float[Array, "n_layers n_heads"]


def next_symbol_loss(params: CausalParams, prompts: Prompts) -> Float[Array, ""]:
    """Return the mean loss over all tokens but the first of each prompt.

    >>> params = init_causal(jax.random.key(0), n_symbols=2, n_positions=3, d_model=2, n_heads=1,
    ...                      n_layers=1)
    >>> next_symbol_loss(params, jnp.zeros((5, 3), int)).shape
    ()
    """
    return jax.vmap(lambda prompt: token_losses(logits(params, prompt), prompt))(prompts).mean()


def measure(params: CausalParams, prompts: Prompts) -> Measured:
    """Return what a net does on prompts, each of which must repeat something.

    >>> from icl_course.induction import induction_circuit
    >>> net = induction_circuit(n_symbols=3, n_positions=5)
    >>> measure(net, jnp.array([[2, 0, 1, 2, 0]])).prefix.round(3).tolist()
    [[0.0], [1.0]]
    """

    def one(prompt: Int[Array, " n_tokens"]) -> tuple[Array, ...]:
        trace = run(params, prompt)
        prefix = jax.vmap(jax.vmap(lambda pattern: prefix_matching(pattern, prompt)))
        previous = jax.vmap(jax.vmap(previous_token))
        return (
            token_losses(trace.logits, prompt),
            told_before(prompt)[1:],
            prefix(trace.patterns),
            previous(trace.patterns),
        )

    losses, told, prefix, previous = jax.vmap(one)(prompts)
    return Measured(
        by_place=losses.mean(axis=0),
        told=jnp.where(told, losses, 0.0).sum() / told.sum(),
        untold=jnp.where(told, 0.0, losses).sum() / (~told).sum(),
        prefix=prefix.mean(axis=0),
        previous=previous.mean(axis=0),
    )


def train_on_repeats(
    key: Key[Array, ""],
    *,
    n_layers: int,
    n_steps: int,
    batch_size: int = 32,
    learning_rate: Scalar = 3e-3,
    n_per_chunk: int = 25,
    keep: Iterable[int] = (),
    sizes: Mapping[str, Any] = SIZES,
    repeats: Mapping[str, int] = REPEATS,
    kind: Mapping[str, Any] | None = None,
    progress: Callable[[int, float], None] = lambda step, loss: None,
) -> InductionRun:
    """Train a causal transformer to predict every next symbol, with AdamW.

    Source: Olsson et al. 2022 train on text; sequences that repeat at random offsets are a small
    stand-in in which nothing else can be learnt.

    Arguments:

    - `key`: a typed key.
    - `n_layers`: of the net.
    - `n_steps`, `batch_size`, `learning_rate`: of AdamW.
    - `n_per_chunk`: how many steps make one entry of the loss curve.
    - `keep`: the steps at which weights are kept, multiples of `n_per_chunk`; the start and the
      end always are.
    - `sizes`: of the net, for `init_causal`.
    - `repeats`: the law of the sequences, for `sample_many`.
    - `kind`: more for `init_causal`, such as `is_smeared` or `d_hidden`.
    - `progress`: called after every chunk with the step and the loss.

    Returns the run.

    >>> tiny = {"n_symbols": 5, "n_positions": 7, "d_model": 4, "n_heads": 2}
    >>> law = {"n_symbols": 5, "n_tokens": 7, "shortest": 2, "longest": 3, "largest_gap": 1}
    >>> run = train_on_repeats(jax.random.key(0), n_layers=1, n_steps=2, n_per_chunk=1,
    ...                        batch_size=3, sizes=tiny, repeats=law)
    >>> run.kept.tolist(), run.losses.shape
    ([0, 2], (2,))
    """
    key_init, key_train = jax.random.split(key)
    params = init_causal(key_init, n_layers=n_layers, **sizes, **(kind or {}))
    optimiser = optax.adamw(learning_rate, weight_decay=0.01)

    def loss(params: CausalParams, key: Key[Array, ""]) -> Float[Array, ""]:
        return next_symbol_loss(params, sample_many(key, n_sequences=batch_size, **repeats))

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
    return InductionRun(
        steps=np.array([step for step, _ in points], int),
        losses=np.array([mean for _, mean in points], float),
        kept=np.array([step for step, _ in kept]),
        params=tuple(params for _, params in kept),
    )


def arrays_of(run: InductionRun, name: str) -> dict[str, np.ndarray]:
    """Return a run as arrays with names that begin with `name`, its weights in float16.

    The net has no MLPs.

    >>> tiny = {"n_symbols": 5, "n_positions": 7, "d_model": 4, "n_heads": 2}
    >>> law = {"n_symbols": 5, "n_tokens": 7, "shortest": 2, "longest": 3, "largest_gap": 1}
    >>> made = train_on_repeats(jax.random.key(0), n_layers=1, n_steps=0, batch_size=3, sizes=tiny,
    ...                         repeats=law)
    >>> arrays_of(made, "toy")["toy w_q"].shape  # kept, layers, heads, d_key, d_model
    (1, 1, 2, 2, 4)
    """
    arrays: dict[str, Any] = {
        "steps": np.asarray(run.steps, np.int32),
        "losses": np.asarray(run.losses, np.float32),
        "kept": np.asarray(run.kept, np.int32),
    }
    for part in ("embed", "code", "unembed"):
        arrays[part] = np.stack([getattr(p, part) for p in run.params]).astype(np.float16)
    for part in WEIGHTS:
        stacks = [[getattr(layer, part) for layer in p.layers] for p in run.params]
        arrays[part] = np.array(stacks).astype(np.float16)
    if run.params[0].smears:
        arrays["smears"] = np.array([p.smears for p in run.params]).astype(np.float16)
    return {f"{name} {part}": array for part, array in arrays.items()}


def run_of(arrays: Mapping[str, np.ndarray], name: str) -> InductionRun:
    """Return the run that `arrays_of` wrote under a name, with its weights in float32.

    >>> tiny = {"n_symbols": 5, "n_positions": 7, "d_model": 4, "n_heads": 2}
    >>> law = {"n_symbols": 5, "n_tokens": 7, "shortest": 2, "longest": 3, "largest_gap": 1}
    >>> made = train_on_repeats(jax.random.key(0), n_layers=1, n_steps=0, batch_size=3, sizes=tiny,
    ...                         repeats=law)
    >>> run_of(arrays_of(made, "toy"), "toy").params[0].embed.shape
    (5, 4)
    """
    held = {
        key.removeprefix(f"{name} "): arrays[key] for key in arrays if key.startswith(f"{name} ")
    }

    def layers(index: int) -> tuple[AttentionParams, ...]:
        stacks = [jnp.asarray(held[part][index], float) for part in WEIGHTS]
        return tuple(AttentionParams(*each) for each in zip(*stacks, strict=True))

    def smears(index: int) -> tuple[Array, ...]:
        return tuple(jnp.asarray(held["smears"][index], float)) if "smears" in held else ()

    return InductionRun(
        steps=held["steps"],
        losses=held["losses"],
        kept=held["kept"],
        params=tuple(
            CausalParams(
                embed=jnp.asarray(held["embed"][i], float),
                code=jnp.asarray(held["code"][i], float),
                unembed=jnp.asarray(held["unembed"][i], float),
                layers=layers(i),
                smears=smears(i),
            )
            for i in range(len(held["kept"]))
        ),
    )


KEPT = (100, 200, 250, 275, 300, 350, 400, 600, 800, 1_200)
"""The steps of the curves over training."""

NETS: Mapping[str, Mapping[str, Any]] = {
    "two layers": {"n_layers": 2, "keep": KEPT},
    "one layer": {"n_layers": 1, "keep": KEPT},
    "one smeared layer": {"n_layers": 1, "kind": {"is_smeared": True}, "n_steps": 600},
    "one layer, one length": {
        "n_layers": 1,
        "n_steps": 400,
        "repeats": REPEATS | {"shortest": 12, "longest": 12, "largest_gap": 0},
    },
}
"""What ships: how each net differs from the others."""


def ship(
    folder: Path | None = None,
    *,
    seed: int = 0,
    n_steps: int = 1_600,
    batch_size: int = 32,
    nets: Mapping[str, Mapping[str, Any]] = NETS,
) -> dict[str, InductionRun]:
    """Train the four nets of the lesson, and write what the course ships of them.

    About a minute on one core. The files are induction_heads.npz and .json in `folder`, or in
    the working directory; see `icl_course.shipped`.

    >>> import tempfile
    >>> runs = ship(Path(tempfile.mkdtemp()), n_steps=0, nets={"one layer": {"n_layers": 1}})
    >>> runs["one layer"].kept.tolist()
    [0]
    """
    begun = time.perf_counter()
    runs: dict[str, InductionRun] = {}
    arrays: dict[str, Any] = {}
    for name, changes in nets.items():
        settings = {"n_steps": n_steps, "batch_size": batch_size, **changes}
        settings["n_steps"] = min(settings["n_steps"], n_steps)
        runs[name] = train_on_repeats(jax.random.key(seed), **settings)
        arrays |= arrays_of(runs[name], name)
    prompts = sample_many(jax.random.key(99), n_sequences=200, **REPEATS)
    told = jax.jit(lambda params: measure(params, prompts).told)
    said = {
        "seed": seed,
        "settings": {name: dict(changes) for name, changes in nets.items()}
        | {"all": {"n_steps": n_steps, "batch_size": batch_size, "sizes": SIZES}},
        "seconds": round(time.perf_counter() - begun),
        "command": 'python -c "from icl_course.induction_runs import ship; ship()"',
        "versions": {"jax": jax.__version__, "numpy": np.__version__},
        "loss_of_float32": {name: float(told(run.params[-1])) for name, run in runs.items()},
        "loss_of_float16": {name: float(told(run_of(arrays, name).params[-1])) for name in runs},
    }
    save(folder or Path.cwd(), "induction_heads", arrays, said)
    return runs
