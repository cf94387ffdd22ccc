"""Against: the training loop taken by hand, and the law of the loss at the start."""

from functools import partial

import jax
import numpy as np
import pytest

from icl_course import shipped, training
from icl_course.alternating import (
    arrays_of,
    code_for_places_only,
    run_of,
    ship,
    train_alternating,
)
from icl_course.attention import linear_attention, softmax_attention
from icl_course.batches import sample_linear_batch
from icl_course.copying import init_two_layers, predict, two_layers

SIZES = {"n_context": 2, "d_x": 3}


def small_run(**changes):
    settings = {"n_steps": 6, "batch_size": 7, "n_per_chunk": 2, "learning_rate": 0.01}
    return train_alternating(jax.random.key(5), **SIZES, **(settings | changes))


@pytest.mark.slow
def test_a_run_is_the_loop_of_the_course_on_this_net():
    key_init, key_train = jax.random.split(jax.random.key(5))
    params = init_two_layers(key_init, d_token=9, d_key=9, scale=0.02)
    loss = training.batch_loss(
        lambda weights, task: predict(code_for_places_only(weights, d_code=5), task, np.eye(5)),
        partial(sample_linear_batch, n_tasks=7, **SIZES),
    )
    optimiser = training.clipped_adam(learning_rate=0.01, largest_norm=10.0)
    step, state = training.make_step(loss, optimiser), training.start(params, optimiser)
    losses = []
    for number in range(6):
        state, info = step(state, jax.random.fold_in(key_train, number))
        losses.append(float(info.loss))
    run = small_run()
    np.testing.assert_allclose(run.losses, np.reshape(losses, (3, 2)).mean(axis=1), rtol=1e-6)
    ours, theirs = (
        jax.tree.leaves(each)
        for each in (run.params[-1], code_for_places_only(state.params, d_code=5))
    )
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-9)


def test_codes_are_compared_in_the_first_layer_and_touched_nowhere_else(rng):
    net = code_for_places_only(
        init_two_layers(jax.random.key(0), d_token=9, d_key=4, scale=0.5), d_code=5
    )
    tokens = rng.normal(size=(5, 9))
    for depth in two_layers(net, tokens):
        np.testing.assert_array_equal(depth[:, :5], tokens[:, :5])
    other_code = np.concatenate([rng.normal(size=(5, 5)), tokens[:, 5:]], axis=1)
    by_step, with_others = (linear_attention(net.step, t)[:, 5:] for t in (tokens, other_code))
    np.testing.assert_array_equal(by_step, with_others)
    by_copy, with_others = (softmax_attention(net.copy, t)[:, 5:] for t in (tokens, other_code))
    assert np.abs(by_copy - with_others).max() > 1e-3


def test_start_and_end_are_kept_and_what_was_asked_for_between():
    run = small_run(keep=[4])
    assert run.kept.tolist() == [0, 4, 6]
    assert run.steps.tolist() == [2, 4, 6]
    assert len(run.params) == 3
    lost = run.params[0].copy.w_q - run.params[1].copy.w_q
    assert np.abs(lost).max() > 0


def test_progress_is_told_after_every_chunk():
    told = []
    run = small_run(progress=lambda step, loss: told.append((step, loss)))
    assert told == list(zip(run.steps.tolist(), run.losses.tolist(), strict=True))


def test_a_run_survives_its_arrays_up_to_float16():
    run = small_run(keep=[2])
    again = run_of(arrays_of(run))
    assert again.kept.tolist() == run.kept.tolist()
    np.testing.assert_allclose(again.losses, run.losses, rtol=1e-6)
    for mine, other in zip(jax.tree.leaves(run.params), jax.tree.leaves(again.params), strict=True):
        assert mine.shape == other.shape
        np.testing.assert_allclose(mine, other, rtol=1e-3, atol=1e-7)


def test_the_loss_begins_at_that_of_the_prediction_0():
    run = small_run(batch_size=4_000, n_steps=1)
    # E y²/2 = d_x / 24, with a standard error of about 1.5 % here.
    np.testing.assert_allclose(run.losses[0], 3 / 24, rtol=0.1)


@pytest.mark.slow
def test_what_ships_says_the_loss_of_its_weights(tmp_path):
    ship(tmp_path, n_steps=0)
    said = shipped.load("alternating_tokens", tmp_path)[1]
    # Small first weights say 0, whose loss is E y^2 / 2 with E y^2 = d_x / 12.
    np.testing.assert_allclose(said["loss_of_float32"], 10 / 24, rtol=0.02)
    np.testing.assert_allclose(said["loss_of_float16"], said["loss_of_float32"], rtol=1e-3)
