"""Nets of the paper as records: how weights begin, how they predict, and how they are trained.

A net reads its answer from the query token alone. So the last layer of a linear net makes only that
row; the layers before it make all of them.
"""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import equinox as eqx
import jax
import numpy as np
from jaxtyping import Float, Int, Key

from icl_course.arrays import Array
from icl_course.attention import (
    AttentionParams,
    init_attention,
    linear_attention,
    softmax_attention,
    updated_query,
)
from icl_course.batches import sample_linear_batch
from icl_course.mlp import init_mlp
from icl_course.tasks import Task
from icl_course.tokens import make_tokens, read_prediction
from icl_course.training import (
    StepInfo,
    TrainState,
    batch_loss,
    clipped_adam,
    make_step,
    start,
    train,
)
from icl_course.transformer import Block, Layer, attention_then_mlp, layer_norm, looped, stacked

INIT_SCALE = 0.002
"""The released code's variance scaling: entries have variance .002 / (K fan-in)."""


@dataclass(frozen=True)
class Net:
    """Hold a net: its name, its first weights, and its prediction for the query of one task."""

    name: str
    init: Callable[[Key[Array, ""]], Any]
    predict: Callable[[Any, Task], Float[Array, " d_y"]]


@dataclass(frozen=True)
class Tasks:
    """Hold a sampler of whole batches, `(key, n_tasks) -> Task`, and its name."""

    name: str
    sample: Callable[[Key[Array, ""], int], Task]


@dataclass(frozen=True)
class Recipe:
    """Say how a net is trained. Recipes with the same text are the same run."""

    net: Net
    tasks: Tasks
    seed: int
    n_steps: int
    batch_size: int = 2048
    learning_rate: float = 1e-3
    largest_norm: float = 1e-3
    n_snapshots: int = 20

    @property
    def text(self) -> str:
        """Say everything that the run depends on."""
        return (
            f"{self.net.name} on {self.tasks.name}, seed {self.seed}, {self.n_steps} steps of "
            f"{self.batch_size}, Adam {self.learning_rate:g}, clip {self.largest_norm:g}, "
            f"{self.n_snapshots} snapshots"
        )

    @property
    def name(self) -> str:
        """Return a name for a file: readable, and different for every other text."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()[:8]
        words = self.net.name.replace(" ", "-").replace(",", "")
        return f"{words}-seed{self.seed}-{digest}"


class Trained(eqx.Module):
    """Hold a training run, finished or not: its state, and what was kept on the way.

    Fields:

    - `state`: the last state; its `params` are the trained weights.
    - `losses`: the loss of every step, nan where it was not taken yet.
    - `steps`, `snapshots`: after how many steps weights were kept, and those weights, stacked.
    """

    state: TrainState
    losses: Float[Array, " n_steps"]
    steps: Int[Array, " n_kept"]
    snapshots: Any

    @property
    def params(self) -> Any:
        """Return the trained weights."""
        return self.state.params

    def kept(self, index: int) -> Any:
        """Return the weights of one snapshot."""
        return jax.tree.map(lambda stack: stack[index], self.snapshots)


def begin(recipe: Recipe) -> Trained:
    """Return a run before its first step; its first snapshot is the start."""
    key_init, _ = _keys(recipe)
    optimiser = clipped_adam(learning_rate=recipe.learning_rate, largest_norm=recipe.largest_norm)
    state = start(recipe.net.init(key_init), optimiser)
    n_kept = recipe.n_snapshots + 1
    steps = np.unique(np.linspace(0, recipe.n_steps, n_kept).round().astype(np.int32))
    return Trained(
        state=state,
        losses=np.full(recipe.n_steps, np.nan, np.float32),
        steps=steps,
        snapshots=jax.tree.map(
            lambda leaf: np.stack([np.asarray(leaf)] * len(steps)), state.params
        ),
    )


def fit(recipe: Recipe, run: Trained, after_part: Callable[[Trained], None]) -> Trained:
    """Take a run from where it is to its end.

    Arguments:

    - `recipe`: how to train.
    - `run`: from `begin`, or a saved one of the same recipe.
    - `after_part`: called with the run as it stands, after each part between two snapshots.

    Returns the finished run.
    """
    _, key_train = _keys(recipe)
    optimiser = clipped_adam(learning_rate=recipe.learning_rate, largest_norm=recipe.largest_norm)

    def sample_batch(key: Key[Array, ""]) -> Task:
        return recipe.tasks.sample(key, recipe.batch_size)

    step = make_step(batch_loss(recipe.net.predict, sample_batch), optimiser)
    now = [run]

    def after_chunk(state: TrainState, info: StepInfo) -> None:
        now[0] = _with_part(now[0], state, info)
        after_part(now[0])

    train(
        key_train,
        run.state,
        step=step,
        n_steps=recipe.n_steps,
        n_per_chunk=max(1, int(run.steps[1] - run.steps[0])) if len(run.steps) > 1 else 1,
        after_chunk=after_chunk,
    )
    return now[0]


def _with_part(run: Trained, state: TrainState, info: StepInfo) -> Trained:
    """Return the run with some more steps in it."""
    done = int(state.n_steps)
    losses = np.array(run.losses)
    losses[done - len(info.loss) : done] = np.asarray(info.loss)
    snapshots = run.snapshots
    places = np.flatnonzero(run.steps == done)
    if places.size:
        place = int(places[0])
        snapshots = jax.tree.map(np.array, snapshots)
        for stack, leaf in zip(
            jax.tree.leaves(snapshots), jax.tree.leaves(state.params), strict=True
        ):
            stack[place] = np.asarray(leaf)
    return Trained(state=state, losses=losses, steps=run.steps, snapshots=snapshots)


def _keys(recipe: Recipe) -> tuple[Array, Array]:
    """Return the keys of the first weights and of the batches."""
    key_init, key_train = jax.random.split(jax.random.key(recipe.seed))
    return key_init, key_train


@cache
def linear_tasks(*, n_context: int = 10, d_x: int = 10) -> Tasks:
    """Return the paper's tasks: x ~ U(-1/2, 1/2), w ~ N(0, I), one output.

    >>> linear_tasks().name
    'linear tasks N=10 d=10'
    """

    def sample(key: Key[Array, ""], n_tasks: int) -> Task:
        return sample_linear_batch(key, n_tasks=n_tasks, n_context=n_context, d_x=d_x)

    return Tasks(f"linear tasks N={n_context} d={d_x}", sample)


def _scale(n_layers: int, d_token: int) -> float:
    return math.sqrt(INIT_SCALE / (n_layers * d_token))


def _init_layer(
    key: Key[Array, ""], *, d_token: int, n_layers: int, n_heads: int = 1
) -> AttentionParams:
    """Draw one layer with d_key = d_value = d_token, at the scale of the released code."""
    return init_attention(
        key,
        d_token=d_token,
        d_key=d_token,
        d_value=d_token,
        n_heads=n_heads,
        scale=_scale(n_layers, d_token),
    )


@cache
def tied_net(*, d_x: int = 10, n_layers: int = 1) -> Net:
    """Return one linear layer, looped `n_layers` times.

    >>> tied_net(n_layers=2).name
    'tied linear, 2 layers'
    """

    def predict(params: AttentionParams, task: Task) -> Float[Array, " d_y"]:
        before = looped(params, make_tokens(task), n_layers=n_layers - 1)[-1]
        return read_prediction(updated_query(params, before)[None], d_y=1)

    init = partial(_init_layer, d_token=d_x + 1, n_layers=n_layers)
    return Net(f"tied linear, {n_layers} layer{'s' if n_layers > 1 else ''}", init, predict)


@cache
def untied_net(*, d_x: int = 10, n_layers: int, n_heads: int = 1) -> Net:
    """Return linear layers one after the other, each with weights of its own.

    >>> untied_net(n_layers=5).name
    'untied linear, 5 layers, 1 head'
    """

    def init(key: Key[Array, ""]) -> tuple[AttentionParams, ...]:
        draw = partial(_init_layer, d_token=d_x + 1, n_layers=n_layers, n_heads=n_heads)
        return tuple(draw(key) for key in jax.random.split(key, n_layers))

    def predict(params: Sequence[AttentionParams], task: Task) -> Float[Array, " d_y"]:
        before = stacked(params[:-1], make_tokens(task))[-1]
        return read_prediction(updated_query(params[-1], before)[None], d_y=1)

    heads = f"{n_heads} head{'s' if n_heads > 1 else ''}"
    return Net(f"untied linear, {n_layers} layers, {heads}", init, predict)


@cache
def block_net(*, d_x: int = 10, n_layers: int, n_heads: int, d_hidden: int) -> Net:
    """Return blocks of linear attention and an MLP, each with weights of its own.

    >>> block_net(n_layers=12, n_heads=4, d_hidden=44).name
    'blocks with MLP, 12 layers, 4 heads, 44 hidden'
    """
    d_token = d_x + 1

    def init(key: Key[Array, ""]) -> tuple[Block, ...]:
        def draw(key: Key[Array, ""]) -> Block:
            key_attention, key_mlp = jax.random.split(key)
            mlp = init_mlp(key_mlp, d_in=d_token, d_hidden=d_hidden, d_out=d_token)
            return Block(
                attention=_init_layer(
                    key_attention, d_token=d_token, n_layers=n_layers, n_heads=n_heads
                ),
                # A block begins close to doing nothing: its MLP's output starts small too.
                mlp=eqx.tree_at(lambda m: m.w_out, mlp, 0.1 / n_layers * mlp.w_out),
            )

        return tuple(draw(key) for key in jax.random.split(key, n_layers))

    def predict(params: Sequence[Block], task: Task) -> Float[Array, " d_y"]:
        deep = stacked(params, make_tokens(task), layer=attention_then_mlp)
        return read_prediction(deep[-1], d_y=1)

    name = f"blocks with MLP, {n_layers} layers, {n_heads} heads, {d_hidden} hidden"
    return Net(name, init, predict)


def _layer_net(name: str, layer: Layer, *, d_x: int, n_heads: int = 1) -> Net:
    """Return one layer of any kind."""

    def predict(params: AttentionParams, task: Task) -> Float[Array, " d_y"]:
        return read_prediction(layer(params, make_tokens(task)), d_y=1)

    return Net(name, partial(_init_layer, d_token=d_x + 1, n_layers=1, n_heads=n_heads), predict)


@cache
def softmax_net(*, d_x: int = 10, n_heads: int) -> Net:
    """Return one softmax layer.

    >>> softmax_net(n_heads=2).name
    'softmax, 2 heads'
    """
    name = f"softmax, {n_heads} head{'s' if n_heads > 1 else ''}"
    return _layer_net(name, softmax_attention, d_x=d_x, n_heads=n_heads)


@cache
def layer_norm_net(*, d_x: int = 10) -> Net:
    """Return one linear layer that reads its tokens through LayerNorm.

    >>> layer_norm_net().name
    'linear with LayerNorm'
    """

    def layer(params: AttentionParams, tokens: Array) -> Array:
        read = layer_norm(tokens)
        return tokens + linear_attention(params, read) - read

    return _layer_net("linear with LayerNorm", layer, d_x=d_x)
