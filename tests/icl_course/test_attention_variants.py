"""Against: the two layers that the mix lies between, and loops in NumPy float64."""

import numpy as np
import pytest

from icl_course.attention import AttentionParams, linear_attention, softmax_attention
from icl_course.attention_variants import mixed_attention, sum_normalised_attention

N, D_TOKEN, D_KEY, D_VALUE, N_HEADS = 7, 5, 3, 2, 4


@pytest.fixture
def layer(rng):
    shapes = [(N_HEADS, D_KEY, D_TOKEN)] * 2 + [(N_HEADS, D_VALUE, D_TOKEN)]
    w_q, w_k, w_v = (rng.normal(size=shape) for shape in shapes)
    return AttentionParams(w_q=w_q, w_k=w_k, w_v=w_v, w_o=rng.normal(size=(N_HEADS, D_TOKEN, 2)))


@pytest.fixture
def tokens(rng):
    return rng.normal(size=(N + 1, D_TOKEN))


def test_the_mix_ends_at_the_two_layers_and_is_a_straight_line_between(layer, tokens):
    linear, softmax = linear_attention(layer, tokens), softmax_attention(layer, tokens)
    for share in (0.0, 0.3, 1.0):
        mixed = mixed_attention(layer, tokens, softmax_share=share)
        np.testing.assert_allclose(mixed, share * softmax + (1 - share) * linear, rtol=1e-10)


def test_sum_normalised_attention_is_its_definition_in_loops(layer, tokens):
    expected = tokens.copy()
    for w_q, w_k, w_v, w_o in zip(layer.w_q, layer.w_k, layer.w_v, layer.w_o, strict=True):
        for j in range(N + 1):
            query = w_q @ tokens[j] / ((w_q @ tokens[j]).sum() + 1e-3)
            for i in range(N):
                key = w_k @ tokens[i] / ((w_k @ tokens[i]).sum() + 1e-3)
                expected[j] += w_o @ (w_v @ tokens[i]) * (key @ query)
    found = sum_normalised_attention(layer, tokens, epsilon=1e-3)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11 * scale)


def test_sum_normalised_attention_does_not_see_the_scale_of_keys_and_queries(layer, tokens):
    larger = AttentionParams(w_q=3 * layer.w_q, w_k=5 * layer.w_k, w_v=layer.w_v, w_o=layer.w_o)
    one, other = (sum_normalised_attention(p, tokens, epsilon=0.0) for p in (layer, larger))
    np.testing.assert_allclose(one, other, rtol=1e-9)


@pytest.mark.parametrize(
    "call",
    [lambda p, t: mixed_attention(p, t, softmax_share=0.5), sum_normalised_attention],
)
def test_weights_that_do_not_fit_are_refused(layer, tokens, call, as_a_learner_meets_it):
    with pytest.raises(ValueError, match="build the weights for d_token"):
        call(layer, tokens[:, 1:])
