"""Against: loops over tokens in NumPy, gradients for causality, and nets that must not differ."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from icl_course.attention import AttentionParams
from icl_course.causal import (
    CausalParams,
    attention_pattern,
    head_outputs,
    init_causal,
    logits,
    run,
    smeared,
)

PROMPT = np.array([3, 0, 2, 3, 1])


@pytest.fixture
def net(rng):
    def w(*shape):
        return rng.normal(size=shape) / 2

    layers = tuple(
        AttentionParams(w_q=w(3, 2, 7), w_k=w(3, 2, 7), w_v=w(3, 4, 7), w_o=w(3, 7, 4))
        for _ in range(2)
    )
    return CausalParams(embed=w(5, 7), code=w(11, 7), layers=layers, unembed=w(5, 7))


def by_loops(net, prompt, smears=None):
    """Return streams, patterns, outputs and logits, token by token."""
    x = np.asarray(net.embed)[prompt]
    p = np.asarray(net.code)
    streams, patterns, outputs = [x], [], []
    for number, layer in enumerate(net.layers):
        heads, added = [], []
        for head, (q, k, v, o) in enumerate(
            zip(layer.w_q, layer.w_k, layer.w_v, layer.w_o, strict=True)
        ):
            keys = [k @ (x[i] + p[i]) for i in range(len(x))]
            if smears is not None:
                share = 1 / (1 + np.exp(-smears[number][head]))
                keys = [keys[0]] + [
                    share * keys[i] + (1 - share) * keys[i - 1] for i in range(1, len(x))
                ]
            table, rows = np.zeros((len(x), len(x))), []
            for t in range(len(x)):
                scores = [q @ (x[t] + p[t]) @ keys[i] / np.sqrt(2) for i in range(t + 1)]
                table[t, : t + 1] = np.exp(scores) / np.sum(np.exp(scores))
                rows.append(o @ sum(table[t, i] * (v @ x[i]) for i in range(t + 1)))
            heads.append(table)
            added.append(rows)
        patterns.append(heads)
        outputs.append(added)
        x = x + np.sum(added, axis=0)
        streams.append(x)
    return streams, patterns, outputs, x @ np.asarray(net.unembed).T


def test_a_run_is_the_sum_over_tokens_heads_and_layers(net):
    trace = run(net, PROMPT)
    streams, patterns, outputs, expected = by_loops(net, PROMPT)
    np.testing.assert_allclose(trace.streams, streams, atol=1e-12)
    np.testing.assert_allclose(trace.patterns, patterns, atol=1e-12)
    np.testing.assert_allclose(trace.outputs, outputs, atol=1e-12)
    np.testing.assert_allclose(trace.logits, expected, atol=1e-12)
    np.testing.assert_array_equal(logits(net, PROMPT), trace.logits)


def test_smeared_keys_mix_with_the_key_before(net):
    smears = (np.array([0.3, -1.0, 2.0]), np.array([-0.5, 0.1, 4.0]))
    with_smears = CausalParams(
        embed=net.embed, code=net.code, layers=net.layers, unembed=net.unembed, smears=smears
    )
    np.testing.assert_allclose(
        run(with_smears, PROMPT).logits, by_loops(net, PROMPT, smears)[3], atol=1e-12
    )


def test_a_large_smear_changes_nothing(net, rng):
    keys = rng.normal(size=(3, 5, 2))
    np.testing.assert_allclose(smeared(keys, np.full(3, 60.0)), keys, atol=1e-12)
    shifted = smeared(keys, np.full(3, -60.0))
    np.testing.assert_allclose(shifted[:, 1:], keys[:, :-1], atol=1e-12)
    np.testing.assert_array_equal(shifted[:, 0], keys[:, 0])


def test_no_token_depends_on_a_later_one(net):
    slopes = jax.jacobian(lambda embedded: _logits_of(net, embedded))(net.embed[PROMPT])
    for t in range(5):
        assert np.all(slopes[t, :, t + 1 :] == 0)
        assert np.abs(slopes[t, :, : t + 1]).max() > 1e-6


def _logits_of(net, embedded):
    """Run with given first streams: each token gets a symbol of its own."""
    own = CausalParams(embed=embedded, code=net.code, layers=net.layers, unembed=net.unembed)
    return run(own, jnp.arange(5)).logits


def test_a_prompt_may_be_shorter_and_later_tokens_change_nothing(net):
    longer = run(net, np.append(PROMPT, [4, 4]))
    np.testing.assert_allclose(longer.logits[:5], run(net, PROMPT).logits, atol=1e-12)


def test_values_hold_no_place(net):
    """With patterns frozen, another code makes no difference."""
    patterns = run(net, PROMPT).patterns
    other = CausalParams(embed=net.embed, code=-net.code, layers=net.layers, unembed=net.unembed)
    frozen = run(other, PROMPT, patterns=patterns)
    np.testing.assert_allclose(frozen.logits, run(net, PROMPT).logits, atol=1e-12)
    assert np.abs(run(other, PROMPT).logits - frozen.logits).max() > 1e-3


def test_what_is_not_kept_adds_something_else_and_later_layers_see_it(net, rng):
    keep = np.array([[True, False, True], [True, True, True]])
    instead = rng.normal(size=(2, 3, 5, 7))
    whole, cut = run(net, PROMPT), run(net, PROMPT, keep=keep)
    expected = whole.streams[1] - whole.outputs[0, 1]
    np.testing.assert_allclose(cut.streams[1], expected, atol=1e-12)
    assert np.abs(cut.patterns[1] - whole.patterns[1]).max() > 1e-3
    other = run(net, PROMPT, keep=keep, instead=instead)
    np.testing.assert_allclose(other.streams[1], expected + instead[0, 1], atol=1e-12)


def test_an_mlp_follows_each_layer(net):
    fresh = init_causal(
        jax.random.key(0), n_symbols=5, n_positions=7, d_model=6, n_heads=2, n_layers=2, d_hidden=3
    )
    trace = run(fresh, PROMPT)
    after = trace.streams[0] + trace.outputs[0].sum(axis=0)
    m = jax.tree.map(np.asarray, fresh.mlps[0])
    hidden = jax.nn.gelu(np.asarray(after) @ m.w_in.T + m.b_in, approximate=False)
    expected = np.asarray(after) + np.asarray(hidden) @ m.w_out.T + m.b_out
    np.testing.assert_allclose(trace.streams[1], expected, atol=1e-12)


def test_fresh_weights_have_the_law_that_is_stated():
    net = init_causal(
        jax.random.key(1),
        n_symbols=101,
        n_positions=103,
        d_model=64,
        n_heads=4,
        n_layers=1,
        scale=3.0,
        is_smeared=True,
    )
    for table, deviation in (
        (net.embed, 1.0),
        (net.code, 1.0),
        (net.unembed, np.sqrt(0.1 / 64)),
        (net.layers[0].w_q, 3 / 8),
        (net.layers[0].w_o, 3 / 8),
    ):
        assert np.std(table) == pytest.approx(deviation, rel=0.05)
    assert net.layers[0].w_v.shape == (4, 16, 64)
    np.testing.assert_array_equal(net.smears[0], np.zeros(4))
    assert np.abs(net.embed[:4, :4] - net.code[:4, :4]).max() > 0.1


def test_parts_agree_with_the_run(net):
    trace = run(net, PROMPT)
    pattern = attention_pattern(net.layers[0], trace.streams[0], net.code)
    np.testing.assert_allclose(pattern, trace.patterns[0], atol=1e-12)
    added = head_outputs(net.layers[0], trace.streams[0], pattern)
    np.testing.assert_allclose(added, trace.outputs[0], atol=1e-12)


def test_what_does_not_fit_is_refused(net, as_a_learner_meets_it):
    with pytest.raises(ValueError, match="one prompt of 1 to 11 symbols"):
        run(net, np.zeros(12, int))
    with pytest.raises(ValueError, match=r"jax\.vmap"):
        run(net, np.zeros((2, 3), int))
    bare = CausalParams(embed=net.embed, code=net.code, layers=(), unembed=net.unembed)
    with pytest.raises(ValueError, match="at least 1 layer"):
        run(bare, PROMPT)
    with pytest.raises(ValueError, match="choose a multiple"):
        init_causal(jax.random.key(0), n_symbols=2, n_positions=2, d_model=5, n_heads=2, n_layers=1)
