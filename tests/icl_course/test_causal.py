"""Against: one question at a time through a net that is written token by token, and gradients."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from icl_course import causal
from icl_course.mlp import mlp

N, D_X = 5, 3


@pytest.fixture
def params(rng):
    made = causal.init_causal(
        jax.random.key(0), d_x=D_X, d_model=8, n_layers=2, n_heads=2, d_hidden=7
    )
    return jax.tree.map(lambda leaf: jnp.asarray(rng.normal(size=leaf.shape)) / 2, made)


@pytest.fixture
def prompt(rng):
    return rng.normal(size=(N, D_X)), rng.normal(size=(N, 1)), rng.normal(size=D_X)


def normed(vector):
    centred = vector - vector.mean()
    return centred / np.sqrt((centred**2).mean() + 1e-5)


def attend(layer, own, others):
    """Return what one token gathers from others and itself, head by head."""
    total = np.zeros_like(own)
    for w_q, w_k, w_v, w_o in zip(layer.w_q, layer.w_k, layer.w_v, layer.w_o, strict=True):
        seen = [*others, own]
        scores = np.array([(w_k @ e) @ (w_q @ own) / np.sqrt(len(w_k)) for e in seen])
        weights = np.exp(scores - scores.max())
        weights = weights / weights.sum()
        total = total + w_o @ sum(w * (w_v @ e) for w, e in zip(weights, seen, strict=True))
    return total


def by_hand(params, xs, ys, question):
    """Answer one question from a context, token by token."""
    rows = [np.array([*x, *y, 1.0]) for x, y in zip(xs, ys, strict=True)]
    tokens = [np.asarray(params.embed) @ row for row in (*rows, np.array([*question, 0.0, 0.0]))]
    for block in params.blocks:
        read = [normed(token) for token in tokens]
        tokens = [t + attend(block.attention, read[j], read[:j]) for j, t in enumerate(tokens)]
        tokens = [t + np.asarray(mlp(block.mlp, jnp.asarray(normed(t)))) for t in tokens]
    return normed(tokens[-1]) @ np.asarray(params.read)


def test_every_question_is_answered_from_the_examples_before_it_alone(params, prompt):
    xs, ys, x_query = prompt
    found = causal.answers(params, xs, ys, x_query)
    questions = [*xs, x_query]
    for i, question in enumerate(questions):
        expected = by_hand(params, xs[:i], ys[:i], question)
        np.testing.assert_allclose(found[i], expected, rtol=1e-9)
    np.testing.assert_allclose(causal.predict(params, xs, ys, x_query), found[-1:], rtol=1e-12)


def test_no_answer_depends_on_what_comes_later(params, prompt):
    xs, ys, x_query = prompt
    by_ys = jax.jacobian(causal.answers, argnums=2)(params, xs, jnp.asarray(ys), x_query)[..., 0]
    by_xs = jax.jacobian(causal.answers, argnums=1)(params, jnp.asarray(xs), ys, x_query)
    for i in range(N + 1):
        assert np.all(by_ys[i, i:] == 0)
        assert np.all(np.abs(by_ys[i, :i]) > 0)
        assert np.all(by_xs[i, i + 1 :] == 0)


def test_a_fresh_net_answers_zero_and_its_sizes_are_those_asked_for(prompt):
    sizes = {"d_x": D_X, "d_model": 8, "n_layers": 2, "n_heads": 2, "d_hidden": 7}
    params = causal.init_causal(jax.random.key(0), **sizes)
    assert np.all(np.asarray(causal.answers(params, *prompt)) == 0)
    assert params.embed.shape == (8, 5)
    assert [b.attention.w_v.shape for b in params.blocks] == [(2, 4, 8)] * 2
    assert params.blocks[0].mlp.w_in.shape == (7, 8)
    different = params.blocks[0].attention.w_q != params.blocks[1].attention.w_q
    assert bool(jnp.all(different))
    wide = causal.init_causal(jax.random.key(1), **{**sizes, "d_model": 64})
    np.testing.assert_allclose(jnp.std(wide.blocks[0].attention.w_k), 1 / 8, rtol=0.1)
    np.testing.assert_allclose(jnp.std(wide.embed), 1 / np.sqrt(D_X), rtol=0.3)


def test_heads_that_do_not_divide_the_width_are_refused():
    with pytest.raises(ValueError, match="n_heads = 3 does not divide d_model = 8"):
        causal.init_causal(jax.random.key(0), d_x=1, d_model=8, n_layers=1, n_heads=3, d_hidden=2)
