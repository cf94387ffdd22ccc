"""Training on a mixture of concepts: runs, what is measured on the way, and what ships of them."""

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import optax.contrib
from jaxtyping import Bool, Float, Int, Key

from icl_course.arrays import Array, Scalar
from icl_course.concept_nets import ConceptNet, ConceptTrace, example_tokens, init_concept_net, run
from icl_course.concepts import ConceptPrompt, disjoint_bases, sample_each, sample_prompts
from icl_course.decoding import decodability
from icl_course.shipped import load, save
from icl_course.training import StepInfo, TrainState, make_step, start, train

N_CONCEPTS, BASIS_SIZE = 4, 2
LAW = {"n_examples": 10, "noise_variance": 0.01, "mean": 2.0}
"""What the net of the lesson is trained on: 8 inputs, of which each concept uses two."""

PAPERS_LAW = LAW | {"mean": 0.0}
"""The same with the paper's teachers, N(0, 1), whose mean says nothing of their basis."""

SIZES = {"d_model": 48, "n_heads": 2, "n_layers": 3, "d_hidden": 192}
N_PER_CONCEPT = 500
"""How many prompts of each concept are voted on. The paper has 100, with which chance alone moves a
share of .97 by .01, more than the last half of training does."""


class ConceptRun(eqx.Module):
    """Hold a training run: what was measured over time, and weights at some of its steps.

    Fields:

    - `steps`: the steps at which the net was measured.
    - `risk`: its mean half squared error at each place of held-out prompts.
    - `decodable`: the decodability of the concept at the last token, at every depth.
    - `kept`, `params`: the steps at which weights were kept, and the weights of each.
    """

    steps: Int[Array, " n_points"]
    risk: Float[Array, "n_points n_examples"]
    decodable: Float[Array, "n_points n_depths"]
    kept: Int[Array, " n_kept"]
    params: tuple[ConceptNet, ...]


def bases_of_lesson() -> Bool[Array, "n_concepts d_x"]:
    """Return the bases of the lesson: four, of two inputs each.

    >>> bases_of_lesson().shape
    (4, 8)
    """
    return disjoint_bases(n_concepts=N_CONCEPTS, size=BASIS_SIZE)


def run_prompts(params: ConceptNet, prompts: ConceptPrompt, **change: Any) -> ConceptTrace:
    """Run a net on many prompts; `change` is what `concept_nets.run` takes by name.

    >>> bases = disjoint_bases(n_concepts=2, size=1)
    >>> prompts = sample_each(jax.random.key(0), bases, n_per_concept=3, n_examples=5)
    >>> net = init_concept_net(jax.random.key(0), d_token=5, n_positions=5, d_model=4, n_heads=2,
    ...                        n_layers=2, d_hidden=7)
    >>> run_prompts(net, prompts).predictions.shape
    (6, 5)
    """
    return jax.vmap(lambda xs, ys: run(params, example_tokens(xs, ys), **change))(
        prompts.xs, prompts.ys
    )


def half_squared_errors(
    params: ConceptNet, prompts: ConceptPrompt, **change: Any
) -> Float[Array, "n_prompts n_examples"]:
    """Return the loss of every prediction on many prompts; `change` as for `run_prompts`.

    >>> bases = disjoint_bases(n_concepts=2, size=1)
    >>> prompts = sample_each(jax.random.key(0), bases, n_per_concept=6, n_examples=5)
    >>> net = init_concept_net(jax.random.key(0), d_token=5, n_positions=5, d_model=4, n_heads=2,
    ...                        n_layers=2, d_hidden=7)
    >>> half_squared_errors(net, prompts).shape
    (12, 5)
    """
    return (run_prompts(params, prompts, **change).predictions - prompts.ys) ** 2 / 2


def decodable_by_depth(
    params: ConceptNet, prompts: ConceptPrompt, *, n_concepts: int = N_CONCEPTS, place: int = -1
) -> Float[Array, " n_depths"]:
    """Return the decodability of the concept at every depth, from the token at one place.

    That token has not seen its own target: it is the one before the target.

    >>> bases = disjoint_bases(n_concepts=2, size=1)
    >>> prompts = sample_each(jax.random.key(0), bases, n_per_concept=6, n_examples=5)
    >>> net = init_concept_net(jax.random.key(0), d_token=5, n_positions=5, d_model=4, n_heads=2,
    ...                        n_layers=2, d_hidden=7)
    >>> decodable_by_depth(net, prompts, n_concepts=2).shape
    (3,)
    """
    streams = run_prompts(params, prompts).streams[:, :, place]
    vote = jax.vmap(lambda points: decodability(points, prompts.concept, n_labels=n_concepts))
    return vote(jnp.swapaxes(streams, 0, 1))


def train_on_concepts(
    key: Key[Array, ""],
    *,
    n_steps: int,
    bases: Bool[Array, "n_concepts d_x"],
    law: Mapping[str, Any] = LAW,
    sizes: Mapping[str, int] = SIZES,
    batch_size: int = 64,
    learning_rate: Scalar = 3e-3,
    n_per_chunk: int = 250,
    keep: Iterable[int] = (),
    n_per_concept: int = N_PER_CONCEPT,
    params: ConceptNet | None = None,
    trainable: Callable[[ConceptNet], Any] | None = None,
    progress: Callable[[int, float], None] = lambda step, loss: None,
) -> ConceptRun:
    """Train a causal transformer to predict every target of its prompts.

    Source: 2412.12276, section 3, with a smaller net, and teachers whose mean is not 0.

    Arguments:

    - `key`: a typed key.
    - `n_steps`, `batch_size`, `learning_rate`: of training; see `optimiser_of`.
    - `bases`, `law`: of the prompts, for `sample_prompts`.
    - `sizes`: of the net, for `init_concept_net`.
    - `n_per_chunk`: how many steps lie between two measurements.
    - `keep`: the steps at which weights are kept, multiples of `n_per_chunk`; the end always is.
    - `n_per_concept`: how many prompts of each concept are measured on.
    - `params`: where to begin; random weights unless given.
    - `trainable`: from the net to one with True for what may change, False for the rest.
    - `progress`: called after every chunk with the step and the loss.

    Returns the run, measured on prompts of its own.

    >>> tiny = {"d_model": 4, "n_heads": 2, "n_layers": 1, "d_hidden": 3}
    >>> run = train_on_concepts(jax.random.key(0), n_steps=2, n_per_chunk=1, batch_size=3,
    ...                         bases=disjoint_bases(n_concepts=2, size=1), sizes=tiny,
    ...                         n_per_concept=6, law={"n_examples": 5})
    >>> run.steps.tolist(), run.decodable.shape, run.kept.tolist()
    ([0, 1, 2], (3, 2), [2])
    """
    key_init, key_train, key_seen = jax.random.split(key, 3)
    n_concepts, d_x = bases.shape
    if params is None:
        places = {"d_token": 2 * d_x + 1, "n_positions": law["n_examples"]}
        params = init_concept_net(key_init, **places, **sizes)
    seen = sample_each(key_seen, bases, n_per_concept=n_per_concept, **law)

    def loss(params: ConceptNet, key: Key[Array, ""]) -> Float[Array, ""]:
        prompts = sample_prompts(key, bases, n_prompts=batch_size, **law)
        return half_squared_errors(params, prompts).mean()

    @jax.jit
    def measured(params: ConceptNet) -> tuple[Array, Array]:
        risk = half_squared_errors(params, seen).mean(axis=0)
        return risk, decodable_by_depth(params, seen, n_concepts=n_concepts)

    optimiser = optimiser_of(learning_rate, None if trainable is None else trainable(params))
    wanted, kept, points = {*keep, n_steps}, [], []

    def look(step: int, params: ConceptNet) -> None:
        points.append((step, *measured(params)))
        if step in wanted:
            kept.append((step, params))

    def after_chunk(state: TrainState, info: StepInfo) -> None:
        look(int(state.n_steps), state.params)
        progress(int(state.n_steps), float(info.loss.mean()))

    look(0, params)
    train(
        key_train,
        start(params, optimiser),
        step=make_step(loss, optimiser),
        n_steps=n_steps,
        n_per_chunk=n_per_chunk,
        after_chunk=after_chunk,
    )
    return ConceptRun(
        steps=np.array([step for step, _, _ in points]),
        risk=np.array([risk for _, risk, _ in points]),
        decodable=np.array([share for _, _, share in points]),
        kept=np.array([step for step, _ in kept]),
        params=tuple(params for _, params in kept),
    )


def optimiser_of(learning_rate: Scalar, trainable: Any = None) -> optax.GradientTransformation:
    """Return Muon for the matrices of the layers and Adam for all else, on clipped gradients.

    The rate rises over the first 1,000 steps and then stays. Muon moves every matrix by an update
    whose singular values are all about 1. Adam alone gets to the same place in more steps.

    Source: Jordan 2024, https://kellerjordan.github.io/posts/muon; `optax.contrib.muon`.

    Arguments:

    - `learning_rate`: after the first 1,000 steps, of both.
    - `trainable`: a net with True for what may change, False for the rest; all of it unless given.

    >>> isinstance(optimiser_of(3e-3), optax.GradientTransformation)
    True
    """
    rate = optax.linear_schedule(0.0, float(learning_rate), 1_000)
    muon = optax.contrib.muon(rate, muon_weight_dimension_numbers=_matrices)
    whole = optax.chain(optax.clip_by_global_norm(1.0), muon)
    if trainable is None:
        return whole
    return optax.chain(
        optax.masked(optax.set_to_zero(), jax.tree.map(lambda may: not may, trainable)),
        whole,
        optax.masked(optax.set_to_zero(), jax.tree.map(lambda may: not may, trainable)),
    )


def _matrices(params: ConceptNet) -> Any:
    """Return for every weight which axes it sums over and which it writes; None for no matrix."""
    axes = {
        **dict.fromkeys(("w_q", "w_k", "w_v"), optax.contrib.MuonDimensionNumbers(2, (0, 1))),
        "w_o": optax.contrib.MuonDimensionNumbers((0, 2), 1),
        **dict.fromkeys(("w_in", "w_out", "embed"), optax.contrib.MuonDimensionNumbers(1, 0)),
    }
    return jax.tree_util.tree_map_with_path(lambda path, _: axes.get(path[-1].name), params)


def only_layers(params: ConceptNet, layers: Iterable[int]) -> Any:
    """Return the net with True for the weights of some layers, False for all others.

    >>> net = init_concept_net(jax.random.key(0), d_token=3, n_positions=5, d_model=4, n_heads=2,
    ...                        n_layers=2, d_hidden=7)
    >>> mask = only_layers(net, [1])
    >>> mask.layers[0].w_q, mask.layers[1].w_q, mask.mlps[1].b_in, mask.embed
    (False, True, True, False)
    """
    chosen = set(layers)

    def may_change(path: tuple[Any, ...], _: Array) -> bool:
        return path[0].name in {"layers", "mlps"} and path[1].idx in chosen

    return jax.tree_util.tree_map_with_path(may_change, params)


def arrays_of(run: ConceptRun, name: str) -> dict[str, np.ndarray]:
    """Return a run as arrays with names that begin with `name`, its weights in float16.

    >>> tiny = {"d_model": 4, "n_heads": 2, "n_layers": 1, "d_hidden": 3}
    >>> made = train_on_concepts(jax.random.key(0), n_steps=0, n_per_chunk=1, batch_size=3,
    ...                          bases=disjoint_bases(n_concepts=2, size=1), sizes=tiny,
    ...                          n_per_concept=6, law={"n_examples": 5})
    >>> arrays_of(made, "toy")["toy .layers[0].w_q"].shape  # kept, heads, d_key, d_model
    (1, 2, 2, 4)
    """
    arrays: dict[str, Any] = {
        "steps": np.asarray(run.steps, np.int32),
        "risk": np.asarray(run.risk, np.float32),
        "decodable": np.asarray(run.decodable, np.float32),
        "kept": np.asarray(run.kept, np.int32),
    }
    stacked = jax.tree.map(lambda *leaves: np.stack(leaves).astype(np.float16), *run.params)
    for path, leaf in jax.tree_util.tree_leaves_with_path(stacked):
        arrays[jax.tree_util.keystr(path)] = leaf
    return {f"{name} {part}": array for part, array in arrays.items()}


def run_of(
    arrays: Mapping[str, np.ndarray],
    name: str,
    *,
    sizes: Mapping[str, int] = SIZES,
) -> ConceptRun:
    """Return the run that `arrays_of` wrote under a name, with its weights in float32.

    >>> tiny = {"d_model": 4, "n_heads": 2, "n_layers": 1, "d_hidden": 3}
    >>> made = train_on_concepts(jax.random.key(0), n_steps=0, n_per_chunk=1, batch_size=3,
    ...                          bases=disjoint_bases(n_concepts=2, size=1), sizes=tiny,
    ...                          n_per_concept=6, law={"n_examples": 5})
    >>> run_of(arrays_of(made, "toy"), "toy", sizes=tiny).params[0].embed.shape
    (4, 5)
    """
    held = {
        key.removeprefix(f"{name} "): arrays[key] for key in arrays if key.startswith(f"{name} ")
    }
    d_token, n_positions = held[".embed"].shape[2], held[".code"].shape[1]
    like = init_concept_net(jax.random.key(0), d_token=d_token, n_positions=n_positions, **sizes)

    def weights(index: int) -> ConceptNet:
        found: ConceptNet = jax.tree_util.tree_map_with_path(
            lambda path, _: jnp.asarray(held[jax.tree_util.keystr(path)][index], float), like
        )
        return found

    return ConceptRun(
        steps=held["steps"],
        risk=held["risk"],
        decodable=held["decodable"],
        kept=held["kept"],
        params=tuple(weights(i) for i in range(len(held["kept"]))),
    )


KEPT = (500, 1_000, 1_500, 2_000, 3_000)
"""The steps at which weights ship, the end besides."""


def ship(
    folder: Path | None = None,
    *,
    seed: int = 0,
    n_steps: int = 8_000,
    batch_size: int = 64,
    n_per_concept: int = N_PER_CONCEPT,
    progress: Callable[[int, float], None] = lambda step, loss: None,
) -> dict[str, ConceptRun]:
    """Train the nets of the lesson, and write what the course ships of them.

    One net learns the lesson's prompts, the other the paper's teachers, for the same number of
    steps. The files are concepts.npz and .json in `folder`, or in the working directory; see
    `icl_course.shipped`.

    >>> import tempfile
    >>> runs = ship(Path(tempfile.mkdtemp()), n_steps=0, batch_size=1, n_per_concept=6)
    >>> runs["lesson"].kept.tolist()
    [0]
    """
    runs: dict[str, ConceptRun] = {}
    arrays: dict[str, Any] = {}
    seconds = {}
    for name, law in (("lesson", LAW), ("paper", PAPERS_LAW)):
        begun = time.process_time()
        runs[name] = train_on_concepts(
            jax.random.key(seed),
            n_steps=n_steps,
            bases=bases_of_lesson(),
            law=law,
            batch_size=batch_size,
            n_per_concept=n_per_concept,
            keep=KEPT if name == "lesson" else (),
            progress=progress,
        )
        seconds[name] = round(time.process_time() - begun)
        arrays |= arrays_of(runs[name], name)
    shares = {name: float(run.decodable[-1].max()) for name, run in runs.items()}
    said = {
        "seed": seed,
        "settings": {
            "lesson": LAW,
            "paper": PAPERS_LAW,
            "all": {"n_steps": n_steps, "batch_size": batch_size, "sizes": SIZES, "kept": KEPT},
        },
        "cpu_seconds": seconds,
        "command": 'python -c "from icl_course.concept_runs import ship; ship()"',
        "versions": {"jax": jax.__version__, "optax": optax.__version__, "numpy": np.__version__},
        "best_decodability": shares,
        "risk": {name: float(run.risk[-1].mean()) for name, run in runs.items()},
    }
    save(folder or Path.cwd(), "concepts", arrays, said)
    return runs


def shipped_runs() -> dict[str, ConceptRun]:
    """Return the runs that ship with the course, by name: "lesson" and "paper".

    >>> {name: len(run.kept) for name, run in shipped_runs().items()}
    {'lesson': 6, 'paper': 1}
    """
    arrays, _ = load("concepts")
    return {name: run_of(arrays, name) for name in ("lesson", "paper")}
