"""Against: the two Bayes answers by their own functions, loops, and what ships with its hash."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from icl_course import diversity, predictors, shipped, task_priors

SETTING = {"n_context": 5, "label_noise": 0.5}
SMALL = {**SETTING, "d_hidden": 7, "batch_size": 11, "learning_rate": 1e-2}


@pytest.fixture
def net(rng):
    made = diversity.init_sums_net(jax.random.key(0), d_x=3, d_hidden=7)
    return jax.tree.map(lambda leaf: jnp.asarray(rng.normal(size=leaf.shape)), made)


def test_the_sums_are_those_of_a_loop_and_blind_to_order(rng):
    xs, ys = rng.normal(size=(5, 3)), rng.normal(size=(5, 1))
    expected = list(sum(ys[i, 0] * xs[i] for i in range(5)) / 5)
    for a in range(3):
        for b in range(a, 3):
            expected.append(sum(xs[i, a] * xs[i, b] for i in range(5)) / 5 - (a == b))
    np.testing.assert_allclose(diversity.context_sums(xs, ys), expected, rtol=1e-12)
    order = np.array([3, 1, 4, 0, 2])
    np.testing.assert_allclose(diversity.context_sums(xs[order], ys[order]), expected, rtol=1e-12)


def test_the_net_is_two_layers_of_rectified_units(net, rng):
    xs, ys = rng.normal(size=(5, 3)), rng.normal(size=(5, 1))
    sums = np.asarray(diversity.context_sums(xs, ys))
    hidden = np.maximum(np.asarray(net.w_in) @ sums + np.asarray(net.b_in), 0)
    hidden = np.maximum(np.asarray(net.w_middle) @ hidden + np.asarray(net.b_middle), 0)
    expected = np.asarray(net.w_out) @ hidden + np.asarray(net.b_out)
    np.testing.assert_allclose(diversity.context_weights(net, xs, ys), expected, rtol=1e-12)


def test_first_weights_have_the_scale_of_rectified_units():
    net = diversity.init_sums_net(jax.random.key(0), d_x=3, d_hidden=200)
    assert net.w_in.shape == (200, 9)
    np.testing.assert_allclose(jnp.std(net.w_in), np.sqrt(2 / 9), rtol=0.1)
    np.testing.assert_allclose(jnp.std(net.w_middle), 0.1, rtol=0.1)
    np.testing.assert_allclose(jnp.std(net.w_out), 0.01, rtol=0.2)
    assert not np.any(net.b_in)
    assert not np.any(net.b_middle)
    assert not np.any(net.b_out)


def test_teachers_are_normal_and_a_larger_set_begins_with_the_smaller():
    many = diversity.draw_teachers(jax.random.key(0), n_teachers=5_000, d_x=3)
    few = diversity.draw_teachers(jax.random.key(0), n_teachers=7, d_x=3)
    np.testing.assert_array_equal(many[:7], few)
    assert many.shape == (5_000, 1, 3)
    assert abs(float(jnp.mean(many))) < 5 / np.sqrt(15_000)
    np.testing.assert_allclose(jnp.var(many), 1.0, rtol=0.06)


def test_a_context_has_normal_inputs_and_noise_of_the_given_size():
    teacher = jnp.array([[1.0, -2.0, 0.5]])
    draw = partial(diversity.draw_context, teacher=teacher, n_context=5, label_noise=0.7)
    xs, ys = jax.vmap(lambda key: draw(key))(jax.random.split(jax.random.key(0), 4_000))
    noise = ys - jnp.einsum("bnd,od->bno", xs, teacher)
    np.testing.assert_allclose(jnp.std(noise), 0.7, rtol=0.03)
    np.testing.assert_allclose(jnp.std(xs), 1.0, rtol=0.02)
    assert abs(float(jnp.mean(noise[:, :, 0] * xs[:, :, 0]))) < 5 * 0.7 / np.sqrt(20_000)


def test_training_lowers_the_loss_and_other_keys_give_other_nets():
    teachers = diversity.draw_teachers(jax.random.key(0), n_teachers=3, d_x=2)
    net, losses = diversity.train_on(jax.random.key(1), teachers, n_steps=150, **SMALL)
    assert losses.shape == (150,)
    assert float(losses[-30:].mean()) < 0.6 * float(losses[:10].mean())
    other, _ = diversity.train_on(jax.random.key(2), teachers, n_steps=1, **SMALL)
    assert np.any(net.w_in != other.w_in)


def test_risks_and_distances_are_those_of_the_three_answers(net):
    teachers = diversity.draw_teachers(jax.random.key(0), n_teachers=4, d_x=3)
    found = diversity.on_new_teachers(net, teachers, jax.random.key(1), n_tasks=2, **SETTING)
    key_teacher, key_context = jax.random.split(jax.random.split(jax.random.key(1), 2)[1])
    teacher = jax.random.normal(key_teacher, (1, 3))
    xs, ys = diversity.draw_context(key_context, teacher, **SETTING)
    ours = np.asarray(diversity.context_weights(net, xs, ys))
    ridge = np.linalg.solve(xs.T @ xs + 0.25 * np.eye(3), xs.T @ ys[:, 0])
    weights = task_priors.posterior_weights(xs, ys, teachers=teachers, label_noise=0.5)
    discrete = np.einsum("m,md->d", weights, teachers[:, 0])
    answer = predictors.posterior_mean(xs, ys, jnp.eye(3)[0], label_noise=0.5)
    np.testing.assert_allclose(answer[0], ridge[0], rtol=1e-9)
    expected = {
        "risk of the net": np.sum((ours - teacher[0]) ** 2) / 2,
        "risk of ridge": np.sum((ridge - teacher[0]) ** 2) / 2,
        "risk of the discrete": np.sum((discrete - teacher[0]) ** 2) / 2,
        "to ridge": np.sum((ours - ridge) ** 2),
        "to the discrete": np.sum((ours - discrete) ** 2),
    }
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(found[name][1], value, rtol=1e-9)


def test_nets_come_back_from_their_arrays_by_number_of_teachers(net):
    back = diversity.nets_of(diversity.arrays_of({16: net, 2: net}))
    assert list(back) == [2, 16]
    for field in diversity.FIELDS:
        np.testing.assert_allclose(getattr(back[16], field), getattr(net, field), rtol=1e-3)


@pytest.mark.slow
def test_what_ships_changes_sides_between_8_and_32_teachers():
    jax.config.update("jax_enable_x64", False)  # its teachers were drawn in float32
    arrays, said = shipped.load("task_diversity")
    nets = diversity.nets_of(arrays)
    assert tuple(nets) == diversity.N_TEACHERS
    assert said["settings"] == diversity.SHIPPED
    key_teachers, _ = jax.random.split(jax.random.key(said["seed"]))
    nearer = {}
    for m, net in nets.items():
        few = diversity.draw_teachers(key_teachers, n_teachers=m, d_x=3)
        found = diversity.on_new_teachers(
            net, few, jax.random.key(3), n_tasks=2_000, n_context=8, label_noise=0.5
        )
        gap = np.asarray(found["to the discrete"] - found["to ridge"])
        nearer[m] = gap.mean() / (gap.std() / np.sqrt(len(gap)))
    assert nearer[2] < -5
    assert nearer[8] < -5
    assert nearer[32] > 3
    assert nearer[128] > 5
    assert nearer[512] > 5


def test_a_net_ships_that_was_trained_on_so_many_teachers(tmp_path):
    made = diversity.ship(tmp_path, n_teachers=[3], d_x=2, n_steps=2, **SMALL)[3]
    key_teachers, key_train = jax.random.split(jax.random.key(0))
    teachers = diversity.draw_teachers(key_teachers, n_teachers=3, d_x=2)
    by_hand, _ = diversity.train_on(jax.random.fold_in(key_train, 3), teachers, n_steps=2, **SMALL)
    for ours, theirs in zip(jax.tree.leaves(made), jax.tree.leaves(by_hand), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)
