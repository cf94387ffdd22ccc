"""Tasks made of images: a random projection and names for a few classes, each task from its seed.

A task is never stored. Its seed is a number, and the task is drawn from it where it is needed, so
that 2^25 of them cost no memory. Tasks from `UNSEEN` on are for asking, never for training.
"""

import math
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Float, Int, Key

from icl_course.arrays import Array, Scalar
from icl_course.images import ImageSet

FAMILY = 2212
"""The key that all tasks of the course are folded into."""

UNSEEN = 2**30
"""The first task that nobody is trained on."""

N_UNSEEN = 2**20
"""How many tasks there are to ask about."""


class Rule(eqx.Module):
    """Hold what makes a task: the projection A, and the class that each label stands for."""

    projection: Float[Array, "d_x n_pixels"]
    classes: Int[Array, " n_classes"]


class Prompt(eqx.Module):
    """Hold the examples of one task in their order; a batch has a leading axis."""

    xs: Float[Array, "n_examples d_x"]
    ys: Int[Array, " n_examples"]


def draw_rule(
    seed: Int[Array, ""] | int,
    *,
    n_pixels: int,
    d_x: int,
    n_classes: int,
    n_all: int,
    bias: Scalar = 0.0,
) -> Rule:
    """Return task number `seed`.

        A_jp ~ N(0, 1/n_pixels),   and label y stands for class ρ(y)

    with ρ the first `n_classes` of a random order of all `n_all` classes. Where n_classes = n_all,
    that is a random permutation of the labels. A projected image A x has coordinates of variance 1
    if the pixels have mean square 1.

    Source: 2212.04458, section 3 (projection and permutation; choosing a few classes is ours).

    Arguments:

    - `seed`: the task's number, from 0 up to 2^32; may be traced.
    - `n_pixels`, `d_x`: pixels of an image, and coordinates of an input.
    - `n_classes`, `n_all`: classes of the task, and of the images.
    - `bias`: the probability that the classes stand in ascending order.

    Returns the rule. Raises `ValueError` where there are fewer classes than the task needs.

    >>> rule = draw_rule(3, n_pixels=7, d_x=5, n_classes=2, n_all=10)
    >>> rule.projection.shape, rule.classes.shape
    ((5, 7), (2,))
    """
    if not 2 <= n_classes <= n_all:
        raise ValueError(f"n_classes = {n_classes} of {n_all}: a task has 2 classes or more.")
    key = jax.random.fold_in(jax.random.key(FAMILY), seed)
    key_projection, key_classes, key_order = jax.random.split(key, 3)
    projection = jax.random.normal(key_projection, (d_x, n_pixels)) / math.sqrt(n_pixels)
    classes = jax.random.permutation(key_classes, n_all)[:n_classes]
    is_ordered = jax.random.uniform(key_order) < bias
    return Rule(projection=projection, classes=jnp.where(is_ordered, jnp.sort(classes), classes))


def draw_prompt(key: Key[Array, ""], rule: Rule, images: ImageSet, *, n_examples: int) -> Prompt:
    """Draw examples of a task: each label uniform and on its own, then an image of its class.

    Labels are *not* balanced within a prompt: a net could count them, and know the last ones.

    Arguments:

    - `key`: a typed key.
    - `rule`: the task.
    - `images`: where images are drawn from, with replacement.
    - `n_examples`: how many.

    >>> images = ImageSet(images=jnp.eye(3), labels=jnp.arange(3), starts=jnp.arange(3),
    ...                   counts=jnp.ones(3, int))
    >>> rule = Rule(projection=jnp.eye(3), classes=jnp.array([2, 0]))
    >>> prompt = draw_prompt(jax.random.key(0), rule, images, n_examples=5)
    >>> bool((prompt.xs.argmax(axis=1) == rule.classes[prompt.ys]).all())
    True
    """
    key_labels, key_images = jax.random.split(key)
    ys = jax.random.randint(key_labels, (n_examples,), 0, rule.classes.shape[0])
    classes = rule.classes[ys]
    counts = jnp.asarray(images.counts)[classes]
    within = jnp.floor(jax.random.uniform(key_images, (n_examples,)) * counts).astype(jnp.int32)
    rows = jnp.asarray(images.starts)[classes] + jnp.minimum(within, counts - 1)
    return Prompt(xs=jnp.matmul(jnp.asarray(images.images)[rows], rule.projection.T), ys=ys)


def draw_prompts(
    key: Key[Array, ""],
    images: ImageSet,
    *,
    n_prompts: int,
    n_tasks: Int[Array, ""] | int = N_UNSEEN,
    first_task: int = UNSEEN,
    n_examples: int,
    d_x: int,
    n_classes: int,
    bias: Scalar = 0.0,
) -> Prompt:
    """Draw prompts of tasks that are drawn from a range of seeds.

    Arguments:

    - `key`: a typed key.
    - `images`: where images are drawn from.
    - `n_prompts`: how many prompts, each of a task of its own draw.
    - `n_tasks`, `first_task`: the seeds are first_task, ..., first_task + n_tasks - 1; the tasks
      that are kept for asking unless given.
    - `n_examples`, `d_x`, `n_classes`, `bias`: as for `draw_prompt` and `draw_rule`.

    Returns a `Prompt` whose fields have a leading axis of `n_prompts`.

    >>> images = ImageSet(images=jnp.eye(3), labels=jnp.arange(3), starts=jnp.arange(3),
    ...                   counts=jnp.ones(3, int))
    >>> draw_prompts(jax.random.key(0), images, n_prompts=7, n_examples=5, d_x=2, n_classes=3,
    ...              n_tasks=1).xs.shape
    (7, 5, 2)
    """
    key_seeds, key_prompts = jax.random.split(key)
    seeds = first_task + jax.random.randint(key_seeds, (n_prompts,), 0, n_tasks)

    def rule(seed: Int[Array, ""]) -> Rule:
        return draw_rule(
            seed,
            n_pixels=images.images.shape[1],
            d_x=d_x,
            n_classes=n_classes,
            n_all=len(images.counts),
            bias=bias,
        )

    draw = partial(draw_prompt, images=images, n_examples=n_examples)
    return jax.vmap(draw)(jax.random.split(key_prompts, n_prompts), jax.vmap(rule)(seeds))


def shifted_tokens(
    xs: Float[Array, "n_examples d_x"], ys: Int[Array, " n_examples"], *, n_classes: int
) -> Float[Array, "n_examples d_token"]:
    """Return tokens of an input and the label of the input before it, one-hot.

        e_i = (x_i, onehot(y_{i-1})),   and e_0 = (x_0, 0)

    A causal net that predicts y_i after token i has seen x_i and all examples before it.

    Source: 2212.04458, section 3, figure 2.

    Arguments: inputs, labels, and the number of classes. Returns one row for each example.

    >>> shifted_tokens(jnp.array([[7.0], [8.0]]), jnp.array([1, 0]), n_classes=2).tolist()
    [[7.0, 0.0, 0.0], [8.0, 0.0, 1.0]]
    """
    labels = jax.nn.one_hot(ys, n_classes, dtype=xs.dtype)
    before = jnp.concatenate([jnp.zeros_like(labels[:1]), labels[:-1]])
    return jnp.concatenate([xs, before], axis=1)
