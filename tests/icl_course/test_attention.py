"""Against: triple loops in NumPy float64, and Jacobians for what may depend on what.

Weights are dense and asymmetric and sizes are different primes, so that no transposed product and
no pair of swapped axes can pass.
"""

import math
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import TypeCheckError

from icl_course.attention import (
    AttentionParams,
    init_attention,
    linear_attention,
    self_attention,
    softmax_attention,
    updated_query,
)

# n_context, d_token, d_key, d_value, n_heads
SIZES = [(7, 5, 3, 2, 11), (2, 3, 7, 5, 1), (1, 1, 1, 1, 1)]
LAYERS = [linear_attention, softmax_attention]


def random_layer(rng, n_context, d_token, d_key, d_value, n_heads):
    shapes = {
        "w_q": (n_heads, d_key, d_token),
        "w_k": (n_heads, d_key, d_token),
        "w_v": (n_heads, d_value, d_token),
        "w_o": (n_heads, d_token, d_value),
    }
    params = AttentionParams(**{name: rng.normal(size=shape) for name, shape in shapes.items()})
    return params, rng.normal(size=(n_context + 1, d_token))


def by_loops(params: AttentionParams, tokens: np.ndarray, *, softmax: bool) -> np.ndarray:
    """Compute the layer from its definition, one head and one pair of tokens at a time."""
    out = tokens.copy()
    n_context = len(tokens) - 1
    for w_q, w_k, w_v, w_o in zip(params.w_q, params.w_k, params.w_v, params.w_o, strict=True):
        for j in range(n_context + 1):
            scores = [np.dot(w_k @ tokens[i], w_q @ tokens[j]) for i in range(n_context)]
            if softmax:
                powers = [math.exp(score / math.sqrt(len(w_k))) for score in scores]
                scores = [power / sum(powers) for power in powers]
            for i in range(n_context):
                out[j] += w_o @ (w_v @ tokens[i]) * scores[i]
    return out


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_is_its_definition_in_loops(rng, layer, sizes):
    params, tokens = random_layer(rng, *sizes)
    expected = by_loops(params, tokens, softmax=layer is softmax_attention)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(layer(params, tokens), expected, rtol=0, atol=1e-13 * scale)


@pytest.mark.parametrize("sizes", SIZES)
def test_the_updated_query_is_the_last_row_of_the_layer(rng, sizes):
    params, tokens = random_layer(rng, *sizes)
    expected = by_loops(params, tokens, softmax=False)
    scale = np.abs(expected).max()
    found = updated_query(params, tokens)
    np.testing.assert_allclose(found, expected[-1], rtol=0, atol=1e-13 * scale)


def test_the_updated_query_has_the_gradient_of_the_layer(rng):
    params, tokens = random_layer(rng, 7, 5, 3, 2, 11)
    seen = jnp.asarray(rng.normal(size=5))
    ours = jax.grad(lambda params: seen @ updated_query(params, tokens))(params)
    theirs = jax.grad(lambda params: seen @ linear_attention(params, tokens)[-1])(params)
    for name in ("w_q", "w_k", "w_v", "w_o"):
        scale = np.abs(getattr(theirs, name)).max()
        np.testing.assert_allclose(
            getattr(ours, name), getattr(theirs, name), rtol=0, atol=1e-13 * scale
        )


def test_the_updated_query_refuses_params_that_do_not_fit(rng):
    params, tokens = random_layer(rng, 7, 5, 3, 2, 11)
    with pytest.raises(ValueError, match=r"params.w_q has shape"):
        updated_query(params, tokens[:, 1:])


@pytest.mark.parametrize("layer", LAYERS)
def test_the_order_of_the_context_does_not_matter(rng, layer):
    params, tokens = random_layer(rng, 7, 5, 3, 2, 2)
    order = np.append(rng.permutation(7), 7)
    np.testing.assert_allclose(
        layer(params, tokens[order]), layer(params, tokens)[order], rtol=1e-9
    )


@pytest.mark.parametrize("layer", LAYERS)
def test_nothing_attends_to_the_query(rng, layer):
    params, tokens = random_layer(rng, 7, 5, 3, 2, 2)
    jacobian = jax.jacobian(lambda query: layer(params, jnp.vstack([tokens[:-1], query])))(
        tokens[-1:]
    )
    np.testing.assert_array_equal(jacobian[:-1], 0.0)
    assert np.all(jacobian[-1] != 0)


@pytest.mark.parametrize("layer", LAYERS)
def test_every_context_token_moves_every_token(rng, layer):
    params, tokens = random_layer(rng, 5, 3, 2, 7, 2)
    jacobian = jax.jacobian(lambda t: layer(params, t))(tokens)
    assert np.all(np.abs(jacobian[:, :, :-1]) > 0)


def test_the_querys_y_slot_moves_no_other_token(rng):
    params, tokens = random_layer(rng, 7, 5, 3, 2, 2)
    moved = tokens.copy()
    moved[-1, -1] += 10.0
    before, after = (linear_attention(params, t) for t in (tokens, moved))
    np.testing.assert_array_equal(before[:-1], after[:-1])


def test_the_query_does_not_attend_to_itself(rng):
    params, tokens = random_layer(rng, 7, 5, 3, 2, 2)
    tokens[:-1] = 0.0
    np.testing.assert_array_equal(linear_attention(params, tokens), tokens)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_update_of_several_heads_is_the_sum_of_theirs(rng, layer):
    params, tokens = random_layer(rng, 7, 5, 3, 2, 11)
    heads = [jax.tree.map(lambda w, h=h: w[h : h + 1], params) for h in range(11)]
    total = sum(np.asarray(layer(head, tokens)) - tokens for head in heads)
    np.testing.assert_allclose(layer(params, tokens) - tokens, total, rtol=1e-9)


def test_the_linear_update_is_linear_in_each_matrix(rng):
    params, tokens = random_layer(rng, 7, 5, 3, 2, 2)
    update = linear_attention(params, tokens) - tokens
    for name in ("w_q", "w_k", "w_v", "w_o"):
        scaled = eqx.tree_at(lambda p, n=name: getattr(p, n), params, 3 * getattr(params, name))
        np.testing.assert_allclose(linear_attention(scaled, tokens) - tokens, 3 * update, rtol=1e-9)


def test_the_linear_update_of_a_doubled_context_is_doubled_and_the_softmax_one_is_not(rng):
    params, tokens = random_layer(rng, 7, 5, 3, 2, 2)
    twice = np.vstack([tokens[:-1], tokens])
    for layer, factor in [(linear_attention, 2), (softmax_attention, 1)]:
        once, doubled = (layer(params, t)[-1] - tokens[-1] for t in (tokens, twice))
        np.testing.assert_allclose(doubled, factor * once, rtol=1e-9)


def test_softmax_survives_scores_too_large_to_exponentiate(rng):
    params, tokens = random_layer(rng, 7, 5, 3, 2, 1)
    sharp = eqx.tree_at(lambda p: p.w_q, params, 1e6 * params.w_q)
    chosen = [np.argmax((tokens[:-1] @ params.w_k[0].T) @ (params.w_q[0] @ t)) for t in tokens]
    expected = tokens + (tokens[chosen] @ params.w_v[0].T) @ params.w_o[0].T
    np.testing.assert_allclose(softmax_attention(sharp, tokens), expected, rtol=1e-9)


def test_normalise_sees_one_row_of_scores_per_head_and_token(rng):
    params, tokens = random_layer(rng, 7, 5, 3, 2, 11)
    seen = []
    self_attention(params, tokens, normalise=lambda scores: seen.append(scores) or scores)
    expected = np.empty((11, 8, 7))
    for h, j, i in np.ndindex(expected.shape):
        expected[h, j, i] = (params.w_k[h] @ tokens[i]) @ (params.w_q[h] @ tokens[j])
    np.testing.assert_allclose(seen[0], expected, rtol=1e-9)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_precision_is_that_of_the_inputs(rng, layer, dtype):
    params, tokens = random_layer(rng, 7, 5, 3, 2, 2)
    params = jax.tree.map(lambda w: w.astype(dtype), params)
    assert layer(params, tokens.astype(dtype)).dtype == dtype


def test_vmap_and_jit_change_nothing(rng):
    params, _ = random_layer(rng, 7, 5, 3, 2, 2)
    batch = rng.normal(size=(3, 8, 5))
    together = jax.jit(jax.vmap(linear_attention, in_axes=(None, 0)))(params, batch)
    for ours, tokens in zip(together, batch, strict=True):
        np.testing.assert_allclose(ours, linear_attention(params, tokens), rtol=1e-9)


def test_initial_weights_are_independent_normal_draws():
    sizes = {"d_token": 31, "d_key": 31, "d_value": 31, "n_heads": 7}
    params = init_attention(jax.random.key(0), **sizes, scale=0.5)
    weights = np.stack([np.ravel(w) for w in jax.tree.leaves(params)])
    n_entries = weights.shape[1]
    for power, (moment, variance) in {1: (0, 1), 2: (1, 2), 4: (3, 96)}.items():
        standard_error = np.sqrt(variance / n_entries)
        means = np.mean((weights / 0.5) ** power, axis=1)
        np.testing.assert_allclose(means, moment, atol=4 * standard_error)
    correlations = np.corrcoef(weights) - np.eye(4)
    assert np.abs(correlations).max() < 4 / np.sqrt(n_entries)
    assert len(np.unique(weights)) == weights.size


def test_initial_weights_have_the_sizes_asked_for():
    init = partial(init_attention, d_token=5, d_key=3, d_value=2, scale=1.0)
    one_head = jax.eval_shape(init, jax.random.key(0))
    seven_heads = jax.eval_shape(partial(init, n_heads=7), jax.random.key(0))
    for params, n_heads in [(one_head, 1), (seven_heads, 7)]:
        assert params.w_q.shape == params.w_k.shape == (n_heads, 3, 5)
        assert params.w_v.shape == (n_heads, 2, 5)
        assert params.w_o.shape == (n_heads, 5, 2)


@pytest.mark.parametrize("name", ["d_token", "d_key", "d_value", "n_heads"])
def test_an_empty_layer_is_refused(name):
    sizes = {"d_token": 5, "d_key": 3, "d_value": 2, "n_heads": 1} | {name: 0}
    with pytest.raises(ValueError, match=f"{name} = 0, but every size of a layer is at least 1"):
        init_attention(jax.random.key(0), **sizes, scale=1.0)


def test_weights_that_do_not_fit_together_fail_the_type_check():
    one = jnp.ones((1, 3, 5))
    with pytest.raises(TypeCheckError):
        AttentionParams(w_q=one, w_k=jnp.ones((1, 2, 5)), w_v=one, w_o=jnp.ones((1, 5, 3)))


@pytest.mark.usefixtures("as_a_learner_meets_it")
@pytest.mark.parametrize("layer", LAYERS)
class TestMistakes:
    def test_tokens_of_another_size_are_refused(self, rng, layer):
        params, _ = random_layer(rng, 7, 5, 3, 2, 1)
        expected = (
            r"params.w_q has shape \(1, 3, 5\).*d_token = 6 .*n_heads = 1, d_key = 3, d_value = 2 "
            r"it must be \(1, 3, 6\): build the weights for d_token = d_x \+ d_y"
        )
        with pytest.raises(ValueError, match=expected):
            layer(params, np.ones((8, 6)))

    def test_weights_without_a_head_axis_are_refused(self, rng, layer):
        params, tokens = random_layer(rng, 7, 5, 3, 2, 1)
        flat = jax.tree.map(lambda w: w[0], params)
        expected = r"params.w_q has shape \(3, 5\).*three axes.*w_q\[None\] makes one head"
        with pytest.raises(ValueError, match=expected):
            layer(flat, tokens)

    @pytest.mark.parametrize(
        ("name", "shape", "expected"),
        [
            ("w_k", (1, 2, 5), r"\(1, 3, 5\)"),
            ("w_v", (2, 2, 5), r"\(1, 2, 5\)"),
            ("w_o", (1, 2, 5), r"\(1, 5, 2\)"),
            ("w_o", (1, 5, 3), r"\(1, 5, 2\)"),
        ],
    )
    def test_a_matrix_that_does_not_fit_the_others_is_refused(
        self, rng, layer, name, shape, expected
    ):
        params, tokens = random_layer(rng, 7, 5, 3, 2, 1)
        broken = eqx.tree_at(lambda p: getattr(p, name), params, np.ones(shape))
        with pytest.raises(ValueError, match=rf"params.{name} has shape .*it must be {expected}"):
            layer(broken, tokens)

    @pytest.mark.parametrize("shape", [(2, 8, 5), (5,), (1, 5), (0, 5)])
    def test_tokens_that_are_no_task_are_refused(self, rng, layer, shape):
        params, _ = random_layer(rng, 7, 5, 3, 2, 1)
        expected = r"tokens has shape \(.*at least one context token before the query.*jax.vmap"
        with pytest.raises(ValueError, match=expected):
            layer(params, np.ones(shape))
