"""Against: a loop in NumPy, autodiff of the loss of one token, and each form against the other."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from icl_course import delta_rule
from icl_course.attention import AttentionParams


def sequence(rng, n_tokens=11, d_key=3, d_value=2):
    return (
        rng.normal(size=(d_value, d_key)),
        rng.normal(size=(n_tokens, d_key)),
        rng.normal(size=(n_tokens, d_key)) / np.sqrt(d_key),
        rng.normal(size=(n_tokens, d_value)),
        rng.uniform(0.2, 1.8, n_tokens),
    )


def by_loop(state, queries, keys, values, rates):
    outputs = []
    for t in range(len(keys)):
        gap = np.array([state[o] @ keys[t] - values[t, o] for o in range(len(state))])
        state = state - rates[t] * gap[:, None] * keys[t][None, :]
        outputs.append(state @ queries[t])
    return np.stack(outputs), state


def test_writing_is_a_gradient_step_on_the_loss_of_one_token(rng):
    state, _, keys, values, rates = sequence(rng)

    def loss(s):
        return jnp.sum((jnp.matmul(s, keys[0]) - values[0]) ** 2) / 2

    found = delta_rule.write(state, keys[0], values[0], jnp.asarray(rates[0]))
    np.testing.assert_allclose(found, state - rates[0] * jax.grad(loss)(state), rtol=1e-12)


FORMS = {
    "recurrent": delta_rule.recurrent,
    "chunk": delta_rule.chunk,
    "chunks of 1": lambda *args: delta_rule.chunked(*args, n_per_chunk=1),
    "chunks of 11": lambda *args: delta_rule.chunked(*args, n_per_chunk=11),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_the_loop(rng, form):
    inputs = sequence(rng)
    outputs, state = FORMS[form](*inputs)
    expected, last = by_loop(*inputs)
    np.testing.assert_allclose(outputs, expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(state, last, rtol=1e-10, atol=1e-12)


def test_chunks_hand_the_memory_on(rng):
    inputs = sequence(rng, n_tokens=35)
    expected, last = by_loop(*inputs)
    for n_per_chunk in (5, 7):
        outputs, state = delta_rule.chunked(*inputs, n_per_chunk=n_per_chunk)
        np.testing.assert_allclose(outputs, expected, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(state, last, rtol=1e-9, atol=1e-12)


def test_both_forms_agree_to_1e_5_in_float32(rng):
    inputs = [jnp.asarray(part, jnp.float32) for part in sequence(rng, 64, 16, 5)]
    inputs[2] = inputs[2] / jnp.linalg.norm(inputs[2], axis=1, keepdims=True)
    inputs[4] = inputs[4] / 2
    one, other = delta_rule.recurrent(*inputs), delta_rule.chunked(*inputs, n_per_chunk=16)
    for ours, theirs in zip(one, other, strict=True):
        assert float(jnp.abs(ours - theirs).max() / jnp.abs(ours).max()) < 1e-5


def test_chunks_that_do_not_fill_the_sequence_are_refused(rng):
    with pytest.raises(ValueError, match="does not divide the 11 tokens"):
        delta_rule.chunked(*sequence(rng), n_per_chunk=5)
    with pytest.raises(ValueError, match="n_per_chunk = 0"):
        delta_rule.chunked(*sequence(rng), n_per_chunk=0)


def test_the_layer_writes_in_order_reads_after_writing_and_the_query_only_reads(rng):
    n_tokens, d_token, d_key, d_value, n_heads = 7, 5, 3, 2, 2
    draw = rng.normal
    params = AttentionParams(
        w_q=draw(size=(n_heads, d_key, d_token)),
        w_k=draw(size=(n_heads, d_key, d_token)) / 3,
        w_v=draw(size=(n_heads, d_value, d_token)),
        w_o=draw(size=(n_heads, d_token, d_value)),
    )
    tokens, rates = draw(size=(n_tokens, d_token)), rng.uniform(0.2, 0.8, n_tokens - 1)
    expected = tokens.copy()
    for h in range(n_heads):
        memory = np.zeros((d_value, d_key))
        for j in range(n_tokens):
            key, value = params.w_k[h] @ tokens[j], params.w_v[h] @ tokens[j]
            if j < n_tokens - 1:
                memory = memory - rates[j] * np.outer(memory @ key - value, key)
            expected[j] += params.w_o[h] @ memory @ params.w_q[h] @ tokens[j]
    found = delta_rule.delta_attention(params, tokens, rates=rates)
    np.testing.assert_allclose(found, expected, rtol=1e-10)
