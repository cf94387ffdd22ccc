"""Against: a loop over tokens and heads, gradients with respect to later tokens, counts by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from icl_course.causal import attention_pattern, head_outputs
from icl_course.learner import init_learner, learner_logits, n_parameters, state_size
from icl_course.lstm import init_lstm, lstm_logits, lstm_state_size
from icl_course.mlp import mlp

SIZES = {"d_token": 7, "n_classes": 3, "n_positions": 11, "d_model": 10, "n_heads": 2}


def made(is_smeared=False):
    return init_learner(jax.random.key(3), n_layers=2, d_hidden=13, is_smeared=is_smeared, **SIZES)


def norm(rows):
    rows = np.asarray(rows)
    rows = rows - rows.mean(axis=1, keepdims=True)
    return rows / np.sqrt((rows**2).mean(axis=1, keepdims=True) + 1e-5)


@pytest.mark.parametrize("is_smeared", [False, True])
def test_the_logits_are_those_of_blocks_taken_token_by_token(rng, is_smeared):
    params, tokens = made(is_smeared), rng.standard_normal((5, 7))
    stream = tokens @ np.asarray(params.embed).T
    for index, block in enumerate(params.blocks):
        read = norm(stream)
        smear = params.smears[index] if is_smeared else None
        pattern = attention_pattern(block.attention, read, params.code, smear=smear)
        stream = stream + np.asarray(head_outputs(block.attention, read, pattern)).sum(axis=0)
        added = [np.asarray(mlp(block.mlp, jnp.asarray(row))) for row in norm(stream)]
        stream = stream + np.stack(added)
    expected = norm(stream) @ np.asarray(params.unembed).T
    np.testing.assert_allclose(learner_logits(params, jnp.asarray(tokens)), expected, rtol=1e-10)


@pytest.mark.parametrize("net", ["transformer", "smeared", "lstm"])
def test_no_answer_depends_on_what_comes_later(rng, net):
    tokens = jnp.asarray(rng.standard_normal((5, 7)))
    if net == "lstm":
        params = init_lstm(jax.random.key(0), d_token=7, d_state=4, n_classes=3)
        slopes = jax.jacobian(lambda t: lstm_logits(params, t))(tokens)
    else:
        params = made(net == "smeared")
        slopes = jax.jacobian(lambda t: learner_logits(params, t))(tokens)
    reach = np.abs(np.asarray(slopes)).max(axis=(1, 3))  # [answer, token]
    assert (np.triu(reach, 1) == 0).all()
    assert (reach[np.tril_indices(5)] > 0).all()


def test_an_lstm_is_its_equations(rng):
    params = init_lstm(jax.random.key(1), d_token=7, d_state=4, n_classes=3)
    tokens = rng.standard_normal((5, 7))
    w_in, w_state = np.asarray(params.w_in), np.asarray(params.w_state)
    cell, shown, rows = np.zeros(4), np.zeros(4), []

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    for token in tokens:
        add, keep, new, show = (w_in @ token + w_state @ shown + np.asarray(params.bias)).reshape(
            4, 4
        )
        cell = sigmoid(keep) * cell + sigmoid(add) * np.tanh(new)
        shown = sigmoid(show) * np.tanh(cell)
        rows.append(np.asarray(params.w_out) @ shown)
    np.testing.assert_allclose(lstm_logits(params, jnp.asarray(tokens)), rows, rtol=1e-10)


def test_sizes_of_state_and_of_weights_are_counted():
    assert n_parameters(made()) == 70 + 110 + 2 * (4 * 100 + 2 * 130 + 13 + 10) + 30
    assert state_size(made(), n_tokens=11) == 2 * 11 * 2 * 10
    lstm = init_lstm(jax.random.key(0), d_token=7, d_state=4, n_classes=3)
    assert (n_parameters(lstm), lstm_state_size(lstm)) == (16 * 12 + 12, 8)


def test_a_prompt_that_does_not_fit_is_refused(as_a_learner_meets_it):
    with pytest.raises(
        ValueError, match=r"shape \(12, 7\), but this net reads one prompt of 1 to 11"
    ):
        learner_logits(made(), jnp.zeros((12, 7)))
    with pytest.raises(ValueError, match="choose a multiple"):
        init_learner(jax.random.key(0), n_layers=1, d_hidden=3, **(SIZES | {"n_heads": 3}))
