"""Training in-context learners on tasks made of images, and asking what they have learnt."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Float, Key

from icl_course.arrays import Array, Scalar
from icl_course.image_tasks import Prompt, draw_prompts, shifted_tokens
from icl_course.images import ImageSet
from icl_course.learner import init_learner, learner_logits
from icl_course.learner_scores import accuracy_by_position
from icl_course.lstm import init_lstm, lstm_logits
from icl_course.training import StepInfo, TrainState, make_step, start, train

Logits = Callable[[Any, Float[Array, "n_tokens d_token"]], Float[Array, "n_tokens n_classes"]]

N_EXAMPLES, D_X = 50, 16
"""Examples of a prompt, and coordinates of an input, in all nets of the lesson."""

KNOWN, HELD_OUT = (0, 1, 2, 3, 4, 5, 6, 7), (8, 9)
"""The digits that nets of the lesson are trained on, and those that they never see."""

ALL_TASKS = 2**25
"""So many tasks that hardly one comes twice."""


class LearnerRun(eqx.Module):
    """Hold a training run: its last weights, and the loss of every step."""

    params: Any
    losses: Float[Array, " n_steps"]


def prompt_loss(
    logits: Logits, params: Any, prompts: Prompt, *, n_classes: int
) -> Float[Array, ""]:
    """Return the mean cross-entropy over all places of all prompts, in nats.

    >>> prompts = jax.vmap(Prompt)(jnp.zeros((5, 3, 2)), jnp.zeros((5, 3), int))
    >>> even = lambda params, tokens: jnp.zeros((3, 2))
    >>> round(float(prompt_loss(even, None, prompts, n_classes=2)), 4)  # log 2
    0.6931
    """
    said = answers(logits, params, prompts, n_classes=n_classes)
    losses: Array = optax.softmax_cross_entropy_with_integer_labels(said, prompts.ys)
    return losses.mean()


def answers(
    logits: Logits, params: Any, prompts: Prompt, *, n_classes: int
) -> Float[Array, "n_prompts n_examples n_classes"]:
    """Return a net's logits at every place of every prompt.

    >>> prompts = jax.vmap(Prompt)(jnp.ones((5, 3, 2)), jnp.zeros((5, 3), int))
    >>> answers(lambda params, tokens: tokens[:, 2:], None, prompts, n_classes=4).shape
    (5, 3, 4)
    """

    def one(xs: Array, ys: Array) -> Array:
        return logits(params, shifted_tokens(xs, ys, n_classes=n_classes))

    said: Array = jax.vmap(one)(prompts.xs, prompts.ys)
    return said


def train_learner(
    key: Key[Array, ""],
    images: ImageSet,
    *,
    n_classes: int,
    n_steps: int,
    n_layers: int = 2,
    d_model: int = 64,
    n_heads: int = 4,
    is_smeared: bool = False,
    d_state: int = 0,
    n_tasks: int = ALL_TASKS,
    batch_size: int = 64,
    learning_rate: Scalar = 1e-3,
    epsilon: float = 1e-8,
    bias: Scalar = 0.0,
    n_examples: int = N_EXAMPLES,
    d_x: int = D_X,
    n_per_chunk: int = 250,
    progress: Callable[[int, float, Any], None] = lambda step, loss, params: None,
) -> LearnerRun:
    """Train a causal transformer, or an LSTM, to name every image of a prompt from those before.

    Every step draws fresh prompts. The tasks are those with the seeds 0, ..., n_tasks - 1.

    Source: 2212.04458, section 3 and appendix, in small.

    Arguments:

    - `key`: a typed key.
    - `images`: what prompts are made of.
    - `n_classes`: of each task.
    - `n_steps`, `batch_size`, `learning_rate`, `epsilon`: of Adam.
    - `n_layers`, `d_model`, `n_heads`: of the transformer, whose MLPs have 2 d_model hidden units.
    - `is_smeared`: whether its keys are smeared; see `causal.smeared`.
    - `d_state`: of an LSTM in its place; 0 for the transformer.
    - `n_tasks`: how many tasks there are.
    - `bias`: of the tasks, as for `draw_rule`.
    - `n_examples`, `d_x`: of a prompt.
    - `n_per_chunk`, `progress`: after so many steps the latter is called with the number of steps,
      their mean loss and the weights.

    Returns the run.

    >>> images = ImageSet(images=jnp.eye(3), labels=jnp.arange(3), starts=jnp.arange(3),
    ...                   counts=jnp.ones(3, int))
    >>> run = train_learner(jax.random.key(0), images, n_classes=2, n_steps=2, n_layers=1,
    ...                     d_model=4, n_heads=1, batch_size=3, n_examples=5, d_x=2)
    >>> run.losses.shape
    (2,)
    """
    key_init, key_train = jax.random.split(key)
    sizes = {"d_token": d_x + n_classes, "n_classes": n_classes}
    params: Any
    logits: Logits
    if d_state:
        params, logits = init_lstm(key_init, d_state=d_state, **sizes), lstm_logits
    else:
        params = init_learner(
            key_init,
            n_positions=n_examples,
            d_model=d_model,
            n_heads=n_heads,
            n_layers=n_layers,
            d_hidden=2 * d_model,
            is_smeared=is_smeared,
            **sizes,
        )
        logits = learner_logits
    draw = partial(
        draw_prompts,
        images=jax.tree.map(jnp.asarray, images),
        n_prompts=batch_size,
        n_tasks=n_tasks,
        first_task=0,
        n_examples=n_examples,
        d_x=d_x,
        n_classes=n_classes,
        bias=bias,
    )

    def loss(params: Any, key: Key[Array, ""]) -> Array:
        return prompt_loss(logits, params, draw(key), n_classes=n_classes)

    def after_chunk(state: TrainState, info: StepInfo) -> None:
        progress(int(state.n_steps), float(info.loss.mean()), state.params)

    optimiser = optax.adam(learning_rate, eps=epsilon)
    state, info = train(
        key_train,
        start(params, optimiser),
        step=make_step(loss, optimiser),
        n_steps=n_steps,
        n_per_chunk=n_per_chunk,
        after_chunk=after_chunk,
    )
    return LearnerRun(params=state.params, losses=np.asarray(info.loss))


@partial(jax.jit, static_argnums=0, static_argnames="n_classes")
def accuracies(
    logits: Logits, params: Any, prompts: Prompt, *, n_classes: int
) -> Float[Array, " n_examples"]:
    """Return a net's accuracy at every place.

    >>> prompts = jax.vmap(Prompt)(jnp.ones((5, 3, 2)), jnp.zeros((5, 3), int))
    >>> accuracies(lambda params, tokens: jnp.eye(4)[:3], None, prompts,
    ...            n_classes=4).tolist()
    [1.0, 0.0, 0.0]
    """
    return accuracy_by_position(answers(logits, params, prompts, n_classes=n_classes), prompts.ys)


def three_accuracies(
    logits: Logits,
    params: Any,
    key: Key[Array, ""],
    *,
    seen: ImageSet,
    unseen: ImageSet,
    n_tasks: int,
    n_classes: int,
    n_prompts: int = 512,
    n_last: int = 10,
    n_examples: int = N_EXAMPLES,
    d_x: int = D_X,
) -> tuple[float, float, float]:
    """Return the accuracy at the last places on seen tasks, unseen images of them, unseen tasks.

    Source: 2212.04458, section 4.2.

    Arguments: the net, a key, the images of training and those kept apart, how many tasks were
    trained on, and sizes. Accuracies are means over the last `n_last` places.

    >>> images = ImageSet(images=jnp.eye(3), labels=jnp.arange(3), starts=jnp.arange(3),
    ...                   counts=jnp.ones(3, int))
    >>> three_accuracies(lambda params, tokens: tokens[:, :2], None, jax.random.key(0), seen=images,
    ...                  unseen=images, n_tasks=1, n_classes=2, n_prompts=7, n_examples=5, d_x=3,
    ...                  n_last=5)[0] <= 1.0
    True
    """
    sizes = {"n_prompts": n_prompts, "n_examples": n_examples, "d_x": d_x, "n_classes": n_classes}
    key_seen, key_images, key_tasks = jax.random.split(key, 3)
    asked = (
        draw_prompts(key_seen, seen, n_tasks=n_tasks, first_task=0, **sizes),
        draw_prompts(key_images, unseen, n_tasks=n_tasks, first_task=0, **sizes),
        draw_prompts(key_tasks, unseen, **sizes),
    )
    found = [
        accuracies(logits, params, prompts, n_classes=n_classes)[-n_last:].mean()
        for prompts in asked
    ]
    return float(found[0]), float(found[1]), float(found[2])


def standard_error(accuracy: float, *, n_prompts: int) -> float:
    """Return the standard error of an accuracy at one place over independent prompts.

    >>> standard_error(0.5, n_prompts=100)
    0.05
    """
    return math.sqrt(accuracy * (1 - accuracy) / n_prompts)


def arrays_of(params: Any, name: str) -> dict[str, np.ndarray]:
    """Return the weights of a net as named arrays in float16, in the order of its leaves.

    >>> sorted(arrays_of((np.ones(2), np.zeros(3)), "toy"))
    ['toy 00', 'toy 01']
    """
    leaves = jax.tree.leaves(params)
    return {f"{name} {i:02d}": np.asarray(leaf, np.float16) for i, leaf in enumerate(leaves)}


def params_of(arrays: Mapping[str, np.ndarray], name: str, like: Any) -> Any:
    """Return the weights that `arrays_of` wrote under a name, in float32.

    `like` has their structure and shapes. Raises `ValueError` where it has others.

    >>> params_of({"toy 00": np.ones(2, np.float16)}, "toy", [jnp.zeros(2)])[0].tolist()
    [1.0, 1.0]
    """
    leaves, structure = jax.tree.flatten(like)
    held = [arrays[key] for key in sorted(arrays) if key.startswith(f"{name} ")]
    if [np.shape(leaf) for leaf in leaves] != [array.shape for array in held]:
        raise ValueError(f"{name!r} ships as {[a.shape for a in held]}, which is no such net.")
    return jax.tree.unflatten(structure, [jnp.asarray(array, float) for array in held])
