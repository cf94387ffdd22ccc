"""Against: the law that the paper states, images looked up one by one, and causality."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import kstest

from icl_course.image_tasks import (
    UNSEEN,
    draw_prompt,
    draw_prompts,
    draw_rule,
    shifted_tokens,
)
from icl_course.images import image_set

SIZES = {"n_pixels": 13, "d_x": 5, "n_classes": 3, "n_all": 7}


@pytest.fixture
def some_images(rng):
    return image_set(rng.standard_normal((41, 13)), rng.permutation(np.arange(41) % 7))


def many_rules(n, **changes):
    seeds = jnp.arange(n)
    return jax.vmap(lambda seed: draw_rule(seed, **(SIZES | changes)))(seeds)


def test_a_task_is_made_of_its_seed_also_under_jit():
    one, other = draw_rule(5, **SIZES), draw_rule(6, **SIZES)
    again = jax.jit(lambda seed: draw_rule(seed, **SIZES))(5)
    np.testing.assert_allclose(one.projection, again.projection, rtol=1e-12)
    np.testing.assert_array_equal(one.classes, again.classes)
    assert abs(one.projection - other.projection).min() > 1e-6


def test_projections_are_full_and_normal_with_variance_one_over_pixels():
    entries = np.asarray(many_rules(300).projection).ravel() * np.sqrt(13)
    assert kstest(entries, "norm").pvalue > 1e-6
    assert (entries != 0).all()


def test_every_choice_of_classes_in_every_order_is_equally_likely():
    classes = np.asarray(many_rules(4_200).classes)
    assert all(len(set(row)) == 3 for row in classes.tolist())
    _, counts = np.unique(classes, axis=0, return_counts=True)
    assert len(counts) == 7 * 6 * 5
    assert abs(counts - 20).max() < 6 * np.sqrt(20)


def test_a_bias_of_one_puts_classes_in_ascending_order():
    classes = np.asarray(many_rules(50, bias=1.0).classes)
    assert (np.diff(classes, axis=1) > 0).all()


def test_seeds_of_training_and_of_asking_do_not_meet():
    assert UNSEEN > 2**25


def test_every_input_is_a_projected_image_of_the_class_that_its_label_stands_for(some_images):
    rule = draw_rule(2, **SIZES)
    prompt = draw_prompt(jax.random.key(0), rule, some_images, n_examples=90)
    projected = some_images.images @ np.asarray(rule.projection).T
    for x, y in zip(np.asarray(prompt.xs), np.asarray(prompt.ys), strict=True):
        row = np.abs(projected - x).max(axis=1).argmin()
        np.testing.assert_allclose(projected[row], x, rtol=1e-9)
        assert some_images.labels[row] == rule.classes[y]


def test_all_images_of_a_class_come_and_labels_are_not_balanced(some_images):
    rule = draw_rule(2, **SIZES)
    prompts = jax.vmap(lambda k: draw_prompt(k, rule, some_images, n_examples=12))(
        jax.random.split(jax.random.key(0), 400)
    )
    counts = np.stack([(np.asarray(prompts.ys) == c).sum(axis=1) for c in range(3)])
    # Binomial: 12 draws with probability 1/3.
    assert abs(counts.mean() - 4) < 1e-9
    assert abs(counts.var() - 12 * 2 / 9) < 0.4
    n_images = some_images.counts[np.asarray(rule.classes)].sum()
    assert len(np.unique(np.asarray(prompts.xs)[..., 0].round(9))) == n_images


def test_a_batch_draws_its_tasks_from_the_seeds_that_it_is_given(some_images):
    sizes = {"n_examples": 40, "d_x": 5, "n_classes": 3}
    batch = draw_prompts(
        jax.random.key(0), some_images, n_prompts=60, n_tasks=2, first_task=9, **sizes
    )
    starts = set()
    for seed in (9, 10):
        rule = draw_rule(seed, n_pixels=13, n_all=7, d_x=5, n_classes=3)
        projected = some_images.images @ np.asarray(rule.projection).T
        for number, xs in enumerate(np.asarray(batch.xs)):
            if np.abs(projected[:, None] - xs[None]).max(axis=2).min(axis=0).max() < 1e-9:
                starts.add((number, seed))
    assert len(starts) == 60
    assert {seed for _, seed in starts} == {9, 10}


def test_a_token_holds_the_label_before_it_and_no_other(rng):
    xs, ys = rng.standard_normal((7, 5)), rng.integers(0, 3, 7)
    tokens = np.asarray(shifted_tokens(jnp.asarray(xs), jnp.asarray(ys), n_classes=3))
    np.testing.assert_array_equal(tokens[:, :5], xs)
    np.testing.assert_array_equal(tokens[0, 5:], np.zeros(3))
    np.testing.assert_array_equal(tokens[1:, 5:], np.eye(3)[ys[:-1]])


def test_a_task_needs_two_classes():
    with pytest.raises(ValueError, match="n_classes = 8 of 7"):
        draw_rule(0, n_pixels=13, d_x=5, n_classes=8, n_all=7)
