"""Steering: what a net does when its streams say another concept than its prompt does."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Bool, Float, Key

from icl_course.arrays import Array
from icl_course.concept_nets import ConceptNet, example_tokens, run
from icl_course.concepts import ConceptPrompt, sample_prompts

RIGHT, WRONG, RANDOM = "the right concept", "another concept", "random"


def change_of_risk(
    params: ConceptNet,
    prompts: ConceptPrompt,
    shifts: Float[Array, "n_prompts d_model"],
    *,
    depth: int,
) -> Float[Array, " n_examples"]:
    """Return by how much the risk at each place changes when every prompt gets its own shift.

    A shift is added to every stream of its prompt after `depth` layers.

    >>> from icl_course.concept_nets import init_concept_net
    >>> from icl_course.concepts import disjoint_bases
    >>> net = init_concept_net(jax.random.key(0), d_token=5, n_positions=3, d_model=4, n_heads=2,
    ...                        n_layers=2, d_hidden=7)
    >>> prompts = sample_prompts(jax.random.key(1), disjoint_bases(n_concepts=2, size=1),
    ...                          n_prompts=5, n_examples=3)
    >>> change_of_risk(net, prompts, jnp.zeros((5, 4)), depth=1).tolist()
    [0.0, 0.0, 0.0]
    """

    def losses(xs: Array, ys: Array, shift: Array) -> Array:
        said = run(params, example_tokens(xs, ys), depth=depth, shift=shift).predictions
        return (said - ys) ** 2 / 2

    changed = jax.vmap(losses)(prompts.xs, prompts.ys, shifts)
    plain = jax.vmap(losses)(prompts.xs, prompts.ys, jnp.zeros_like(shifts))
    return (changed - plain).mean(axis=0)


def steer(
    key: Key[Array, ""],
    params: ConceptNet,
    vectors: Float[Array, "n_concepts d_model"],
    *,
    bases: Bool[Array, "n_concepts d_x"],
    depth: int,
    n_prompts: int,
    law: Mapping[str, Any],
) -> dict[str, Float[Array, " n_examples"]]:
    """Return the change of the risk on fresh prompts for three kinds of shift, by name.

    They are the vector of the prompt's own concept, that of the next one, and a random vector that
    is as long as a concept's vector.

    Source: 2412.12276, section 3.3, which puts mean activations in place of a prompt's own. Here
    they are added: the stream keeps what it says about this prompt's weights.

    Arguments:

    - `key`: a typed key.
    - `params`: the net.
    - `vectors`: of the concepts; see `decoding.task_vectors`.
    - `bases`, `law`, `n_prompts`: of the prompts, for `sample_prompts`.
    - `depth`: after how many layers.

    >>> from icl_course.concept_nets import init_concept_net
    >>> from icl_course.concepts import disjoint_bases
    >>> net = init_concept_net(jax.random.key(0), d_token=5, n_positions=3, d_model=4, n_heads=2,
    ...                        n_layers=2, d_hidden=7)
    >>> found = steer(jax.random.key(1), net, jnp.eye(2, 4), depth=1, n_prompts=5,
    ...               bases=disjoint_bases(n_concepts=2, size=1), law={"n_examples": 3})
    >>> found[WRONG].shape
    (3,)
    """
    key_prompts, key_random = jax.random.split(key)
    prompts = sample_prompts(key_prompts, bases, n_prompts=n_prompts, **law)
    drawn = jax.random.normal(key_random, (n_prompts, vectors.shape[1]))
    length = jnp.linalg.norm(vectors, axis=1).mean()
    shifts = {
        RIGHT: vectors[prompts.concept],
        WRONG: vectors[(prompts.concept + 1) % len(vectors)],
        RANDOM: length * drawn / jnp.linalg.norm(drawn, axis=1, keepdims=True),
    }
    return {
        name: change_of_risk(params, prompts, shift, depth=depth) for name, shift in shifts.items()
    }
