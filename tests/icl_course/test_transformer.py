"""Against: a Python loop over layers and tokens, and layers whose depth is a known number."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from icl_course import attention, mlp, transformer

D_TOKEN = 5


@pytest.fixture
def tokens(rng) -> np.ndarray:
    return rng.normal(size=(7, D_TOKEN))


@pytest.fixture
def layers() -> list[attention.AttentionParams]:
    sizes = {"d_token": D_TOKEN, "d_key": 3, "d_value": 2, "n_heads": 2, "scale": 0.4}
    return [attention.init_attention(jax.random.key(seed), **sizes) for seed in (0, 1, 2)]


@pytest.mark.parametrize("layer", [attention.linear_attention, attention.softmax_attention])
@pytest.mark.parametrize("damping", [1.0, 0.75])
def test_a_loop_applies_one_layer_again_and_again(tokens, layers, layer, damping):
    deep = transformer.looped(layers[0], tokens, n_layers=3, layer=layer, damping=damping)
    assert deep.shape == (4, 7, D_TOKEN)
    now = tokens
    for depth in range(4):
        np.testing.assert_allclose(deep[depth], now, rtol=1e-11, atol=1e-12)
        now = now + damping * (np.asarray(layer(layers[0], now)) - now)


@pytest.mark.parametrize("damping", [1.0, 0.75])
def test_a_stack_applies_each_layer_once_and_in_order(tokens, layers, damping):
    deep = transformer.stacked(layers, tokens, damping=damping)
    assert deep.shape == (4, 7, D_TOKEN)
    now = tokens
    for depth, params in enumerate(layers):
        np.testing.assert_allclose(deep[depth], now, rtol=1e-11, atol=1e-12)
        now = now + damping * (np.asarray(attention.linear_attention(params, now)) - now)
    np.testing.assert_allclose(deep[-1], now, rtol=1e-11, atol=1e-12)


def test_a_loop_is_a_stack_of_equal_layers(tokens, layers):
    looped = transformer.looped(layers[0], tokens, n_layers=3)
    np.testing.assert_allclose(looped, transformer.stacked([layers[0]] * 3, tokens), rtol=1e-12)


def test_no_layers_leave_the_tokens(tokens, layers):
    np.testing.assert_array_equal(transformer.looped(layers[0], tokens, n_layers=0), tokens[None])
    np.testing.assert_array_equal(transformer.stacked([], tokens), tokens[None])


def test_depths_have_the_precision_of_what_goes_in(tokens, layers):
    low = jax.tree.map(lambda weight: weight.astype(np.float32), layers[0])
    assert transformer.looped(low, tokens.astype(np.float32), n_layers=2).dtype == np.float32
    # One part in float64 makes all of it so, the tokens that went in included.
    assert transformer.looped(low, tokens, n_layers=2).dtype == np.float64
    assert transformer.stacked([layers[0]], tokens.astype(np.float32)).dtype == np.float64


@pytest.mark.parametrize("normalise", [lambda t: t, transformer.layer_norm])
def test_a_block_adds_attention_and_then_an_mlp_on_each_token(tokens, layers, normalise):
    block = transformer.Block(
        attention=layers[0],
        mlp=mlp.init_mlp(jax.random.key(3), d_in=D_TOKEN, d_hidden=11, d_out=D_TOKEN),
    )
    read = np.asarray(normalise(tokens))
    middle = tokens + np.asarray(attention.linear_attention(layers[0], read)) - read
    again = np.asarray(normalise(middle))
    expected = np.stack([middle[j] + mlp.mlp(block.mlp, again[j]) for j in range(7)])
    found = transformer.attention_then_mlp(block, tokens, normalise=normalise)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-11)


def test_the_attention_of_a_block_is_what_is_passed_in(tokens, layers):
    silent = jax.tree.map(
        jnp.zeros_like, mlp.init_mlp(jax.random.key(3), d_in=D_TOKEN, d_hidden=2, d_out=D_TOKEN)
    )
    block = transformer.Block(attention=layers[0], mlp=silent)
    found = transformer.attention_then_mlp(block, tokens, attention=attention.softmax_attention)
    expected = attention.softmax_attention(layers[0], tokens)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


def test_a_normed_token_has_mean_0_and_variance_1(tokens):
    normed = np.asarray(transformer.layer_norm(3 * tokens + 2, epsilon=0.0))
    for row, token in zip(normed, tokens, strict=True):
        expected = (token - token.mean()) / np.sqrt(((token - token.mean()) ** 2).mean())
        np.testing.assert_allclose(row, expected, rtol=1e-10, atol=1e-12)


def test_a_constant_token_is_normed_to_0_and_stays_finite():
    np.testing.assert_array_equal(transformer.layer_norm(np.full((2, 3), 4.0)), np.zeros((2, 3)))
    small = np.asarray(transformer.layer_norm(np.array([[-1e-3, 1e-3]]), epsilon=1e-5))
    np.testing.assert_allclose(small, [[-1e-3, 1e-3]] / np.sqrt(1e-6 + 1e-5), rtol=1e-10)


@pytest.mark.usefixtures("as_a_learner_meets_it")
def test_a_negative_depth_is_refused(tokens, layers):
    with pytest.raises(ValueError, match=r"n_layers = -1, but a layer runs 0 times or more"):
        transformer.looped(layers[0], tokens, n_layers=-1)
