"""Nets over examples: causality by gradient, interventions against changed weights, runs."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from icl_course.concept_nets import example_tokens, init_concept_net, run
from icl_course.concept_runs import (
    N_CONCEPTS,
    SIZES,
    decodable_by_depth,
    only_layers,
    shipped_runs,
    train_on_concepts,
)
from icl_course.concepts import disjoint_bases

TINY = {"d_model": 6, "n_heads": 2, "n_layers": 3, "d_hidden": 5}


@pytest.fixture(scope="module")
def net():
    return init_concept_net(jax.random.key(0), d_token=7, n_positions=11, **TINY)


@pytest.fixture(scope="module")
def tokens():
    return np.random.default_rng(0).standard_normal((5, 7))


def test_no_prediction_depends_on_its_own_target_or_on_later_examples(net):
    generator = np.random.default_rng(0)
    xs, ys = generator.standard_normal((5, 3)), generator.standard_normal(5)

    def said(xs, ys):
        return run(net, example_tokens(xs, ys)).predictions

    by_xs, by_ys = jax.jacobian(said, argnums=(0, 1))(xs, ys)
    assert not np.triu(np.abs(by_ys)).any()
    assert not np.triu(np.abs(by_xs).sum(axis=2), 1).any()
    assert np.all(np.diagonal(np.abs(by_xs).sum(axis=2)) > 0)
    assert np.all(np.abs(by_ys)[np.tril_indices(5, -1)] > 0)


def test_a_silent_head_is_one_whose_output_matrix_is_zero(net, tokens):
    keep = np.ones((3, 2), bool)
    keep[1, 0] = False
    other = eqx.tree_at(lambda n: n.layers[1].w_o, net, net.layers[1].w_o.at[0].set(0.0))
    np.testing.assert_allclose(
        run(net, tokens, keep=keep).predictions, run(other, tokens).predictions, atol=1e-12
    )


@pytest.mark.parametrize("depth", [0, 2, 3])
def test_a_shift_enters_every_stream_after_as_many_layers(net, tokens, depth):
    shift = np.random.default_rng(1).standard_normal(6)
    plain, changed = run(net, tokens), run(net, tokens, depth=depth, shift=shift)
    np.testing.assert_allclose(changed.streams[:depth], plain.streams[:depth])
    moved = np.asarray(changed.streams[depth] - plain.streams[depth])
    np.testing.assert_allclose(moved, np.tile(shift, (5, 1)), atol=1e-12)
    assert np.abs(changed.predictions - plain.predictions).min() > 0


def test_prompts_longer_than_the_code_are_refused(net):
    with pytest.raises(ValueError, match="12 tokens, but this net has 11 places"):
        run(net, jnp.zeros((12, 7)))


@pytest.mark.slow
def test_only_what_may_change_is_changed_by_training():
    bases = disjoint_bases(n_concepts=2, size=1)
    settings = {
        "bases": bases,
        "sizes": TINY,
        "law": {"n_examples": 4},
        "n_per_concept": 6,
        "batch_size": 3,
        "n_per_chunk": 2,
    }
    begun = init_concept_net(jax.random.key(1), d_token=5, n_positions=4, **TINY)
    made = train_on_concepts(
        jax.random.key(0),
        n_steps=2,
        params=begun,
        trainable=lambda net: only_layers(net, [1]),
        **settings,
    )
    after = made.params[-1]
    assert np.array_equal(after.embed, begun.embed)
    assert np.array_equal(after.layers[0].w_q, begun.layers[0].w_q)
    assert not np.array_equal(after.layers[1].w_v, begun.layers[1].w_v)


def test_the_shipped_net_has_a_concept_that_neighbours_decode():
    runs = shipped_runs()
    lesson = runs["lesson"]
    assert lesson.decodable.shape[1] == SIZES["n_layers"] + 1
    assert lesson.decodable[-1].max() >= 0.9
    assert lesson.decodable[0].max() < 2 / N_CONCEPTS
    assert lesson.risk[-1].mean() < runs["lesson"].risk[0].mean() / 3
    assert callable(decodable_by_depth)
