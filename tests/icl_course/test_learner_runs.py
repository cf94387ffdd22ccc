"""Against: the training loop taken by hand, and what ships."""

import json
import math

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from icl_course import learner_ship, shipped, training
from icl_course.image_tasks import draw_prompts, shifted_tokens
from icl_course.images import digits, image_set
from icl_course.learner import init_learner, learner_logits
from icl_course.learner_runs import (
    HELD_OUT,
    KNOWN,
    accuracies,
    params_of,
    prompt_loss,
    train_learner,
)

SMALL = {"n_classes": 3, "n_layers": 1, "d_model": 6, "n_heads": 2, "n_examples": 5, "d_x": 4}


@pytest.fixture
def some_images(rng):
    return image_set(rng.standard_normal((23, 7)), np.arange(23) % 5)


@pytest.mark.slow
def test_a_run_is_the_loop_of_the_course_on_these_prompts(some_images):
    made = train_learner(jax.random.key(2), some_images, n_steps=3, batch_size=2, n_tasks=11,
                         n_per_chunk=3, learning_rate=0.01, **SMALL)  # fmt: skip
    key_init, key_train = jax.random.split(jax.random.key(2))
    params = init_learner(key_init, d_token=7, n_classes=3, n_positions=5, d_model=6, n_heads=2,
                          n_layers=1, d_hidden=12)  # fmt: skip
    optimiser = optax.adam(0.01)
    state, losses = training.start(params, optimiser), []

    def loss(params, key):
        prompts = draw_prompts(key, jax.tree.map(jnp.asarray, some_images), n_prompts=2, n_tasks=11,
                               first_task=0, n_examples=5, d_x=4, n_classes=3)  # fmt: skip
        each = []
        for xs, ys in zip(prompts.xs, prompts.ys, strict=True):
            said = jax.nn.log_softmax(learner_logits(params, shifted_tokens(xs, ys, n_classes=3)))
            each.append(-said[jnp.arange(5), ys].mean())
        return jnp.stack(each).mean()

    step = jax.jit(training.make_step(loss, optimiser))
    for number in range(3):
        state, info = step(state, jax.random.fold_in(key_train, number))
        losses.append(float(info.loss))
    np.testing.assert_allclose(made.losses, losses, rtol=1e-9)
    for ours, theirs in zip(
        jax.tree.leaves(made.params), jax.tree.leaves(state.params), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-10)


def test_a_net_that_gives_even_shares_has_the_loss_log_of_the_classes(some_images):
    prompts = draw_prompts(jax.random.key(0), some_images, n_prompts=3, n_examples=5, d_x=4,
                           n_classes=3)  # fmt: skip
    loss = prompt_loss(lambda params, tokens: jnp.zeros((5, 3)), None, prompts, n_classes=3)
    assert math.isclose(float(loss), math.log(3), rel_tol=1e-6)


def test_an_lstm_can_take_the_transformers_place(some_images):
    made = train_learner(jax.random.key(2), some_images, n_steps=2, batch_size=2, d_state=3,
                         n_per_chunk=2, **SMALL)  # fmt: skip
    assert made.params.w_out.shape == (3, 3)
    assert np.isfinite(made.losses).all()


def test_weights_of_another_net_are_refused():
    with pytest.raises(ValueError, match="which is no such net"):
        params_of({"toy 00": np.ones(2)}, "toy", [jnp.zeros(3)])


def test_what_ships_says_what_made_it():
    for name in (learner_ship.NAME, learner_ship.PHASES):
        _, said = shipped.load(name)
        settings = json.loads(json.dumps({n: dict(s) for n, s in learner_ship.RUNS.items()}))
        assert {n: said["settings"][n] for n in settings} == settings


@pytest.mark.slow
def test_the_net_that_ships_learns_new_tasks_of_new_images_and_of_digits_it_never_saw():
    jax.config.update("jax_enable_x64", False)
    run = learner_ship.load()["two classes"]
    sizes = {"n_prompts": 400, "n_examples": 50, "d_x": 16, "n_classes": 2}
    for classes, bar in ((KNOWN, 0.95), (HELD_OUT, 0.6)):
        prompts = draw_prompts(jax.random.key(5), digits(classes=classes)[1], **sizes)
        _, logits = learner_ship.like(learner_ship.RUNS["two classes"])
        found = accuracies(logits, run.params, prompts, n_classes=2)
        assert abs(found[0] - 0.5) < 0.13
        assert found[-5:].mean() >= bar
