"""Against: the training loop taken by hand, measures prompt by prompt, and what ships."""

import json
from functools import partial

import jax
import numpy as np
import optax
import pytest

from icl_course import induction_runs, shipped, training
from icl_course.causal import init_causal, run
from icl_course.head_scores import prefix_matching, previous_token, token_losses
from icl_course.induction import induction_circuit
from icl_course.induction_runs import (
    ELSEWHERE,
    REPEATS,
    arrays_of,
    measure,
    next_symbol_loss,
    run_of,
    train_on_repeats,
)
from icl_course.sequences import sample_many, told_before

TINY = {"n_symbols": 5, "n_positions": 11, "d_model": 6, "n_heads": 2}
LAW = {"n_symbols": 5, "n_tokens": 11, "shortest": 2, "longest": 3, "largest_gap": 1}


def small_run(**changes):
    settings = {"n_layers": 2, "n_steps": 6, "batch_size": 3, "n_per_chunk": 2}
    return train_on_repeats(
        jax.random.key(5), sizes=TINY, repeats=LAW, learning_rate=0.01, **(settings | changes)
    )


@pytest.mark.slow
def test_a_run_is_the_loop_of_the_course_on_these_prompts():
    key_init, key_train = jax.random.split(jax.random.key(5))
    params = init_causal(key_init, n_layers=2, **TINY)
    optimiser = optax.adamw(0.01, weight_decay=0.01)
    sample = partial(sample_many, n_sequences=3, **LAW)
    step = training.make_step(lambda p, key: next_symbol_loss(p, sample(key)), optimiser)
    state, losses = training.start(params, optimiser), []
    for number in range(6):
        state, info = step(state, jax.random.fold_in(key_train, number))
        losses.append(float(info.loss))
    made = small_run(keep=[4])
    np.testing.assert_allclose(made.losses, np.reshape(losses, (3, 2)).mean(axis=1), rtol=1e-9)
    assert (made.kept.tolist(), made.steps.tolist()) == ([0, 4, 6], [2, 4, 6])
    for ours, theirs in zip(
        jax.tree.leaves(made.params[-1]), jax.tree.leaves(state.params), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-12)


@pytest.mark.slow
def test_a_measure_is_the_mean_over_prompts():
    net = induction_circuit(n_symbols=5, n_positions=11, sharpness=1.0, strength=2.0)
    prompts = np.asarray(sample_many(jax.random.key(1), n_sequences=4, **LAW))
    found, told, untold, by_place, prefix, previous = measure(net, prompts), [], [], [], [], []
    for prompt in prompts:
        trace = run(net, prompt)
        losses = np.asarray(token_losses(trace.logits, prompt))
        is_told = np.asarray(told_before(prompt))[1:]
        told += losses[is_told].tolist()
        untold += losses[~is_told].tolist()
        by_place.append(losses)
        patterns = trace.patterns[:, 0]
        prefix.append([float(prefix_matching(pattern, prompt)) for pattern in patterns])
        previous.append([float(previous_token(pattern)) for pattern in patterns])
    np.testing.assert_allclose(found.by_place, np.mean(by_place, axis=0), rtol=1e-9)
    np.testing.assert_allclose(found.told, np.mean(told), rtol=1e-9)
    np.testing.assert_allclose(found.untold, np.mean(untold), rtol=1e-9)
    np.testing.assert_allclose(found.prefix[:, 0], np.mean(prefix, axis=0), rtol=1e-9)
    np.testing.assert_allclose(found.previous[:, 0], np.mean(previous, axis=0), rtol=1e-9)


@pytest.mark.parametrize("kind", [{}, {"is_smeared": True}])
def test_a_run_comes_back_from_its_arrays_up_to_float16(kind):
    made = small_run(kind=kind, n_steps=2)
    arrays = arrays_of(made, "toy") | arrays_of(small_run(n_steps=4), "toy, other")
    again = run_of(arrays, "toy")
    assert again.kept.tolist() == [0, 2]
    for ours, theirs in zip(
        jax.tree.leaves(again.params), jax.tree.leaves(made.params), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)


def test_what_ships_is_whole_small_and_harmless_in_float16():
    arrays, said = shipped.load("induction_heads")
    assert sum(array.nbytes for array in arrays.values()) < 2_000_000
    assert {"seed", "settings", "seconds", "command", "versions", "sha256"} <= said.keys()
    for name, loss in said["loss_of_float32"].items():
        assert said["loss_of_float16"][name] == pytest.approx(loss, rel=2e-3)
    assert json.loads(json.dumps(said)) == said
    assert set(said["loss_of_float32"]) == set(induction_runs.NETS)


def test_the_shipped_nets_do_what_the_lesson_says_of_them():
    """The thresholds of the course's promises, on prompts of other seeds than the lesson's."""
    arrays, _ = shipped.load("induction_heads")
    nets = {name: run_of(arrays, name).params[-1] for name in induction_runs.NETS}
    far = sample_many(jax.random.key(77), n_sequences=40, **ELSEWHERE)
    here = sample_many(jax.random.key(78), n_sequences=40, **REPEATS)
    by = jax.jit(measure)
    assert by(nets["two layers"], far).prefix.max() >= 0.8
    assert by(nets["one layer"], far).prefix.max() <= 0.2
    assert by(nets["one smeared layer"], here).prefix.max() >= 0.5
    assert by(nets["one layer, one length"], here).prefix.max() <= 0.25
