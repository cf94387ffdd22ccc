"""Against: the laws that the docstring states, and `tasks.sample_linear` under `jax.vmap`.

A random claim is tested at a fixed seed, and its bound is 4.5 standard errors of what it estimates.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from icl_course.attention import init_attention, updated_query
from icl_course.batches import sample_linear_batch
from icl_course.tasks import sample_linear
from icl_course.tokens import make_tokens, read_prediction
from icl_course.training import batch_loss, in_context_loss

N_TASKS = 4_000


@pytest.fixture(scope="module")
def many():
    # float32, as in training: a fixture of the module is made before the tests turn to float64.
    return sample_linear_batch(
        jax.random.key(3), n_tasks=N_TASKS, n_context=7, d_x=5, d_y=2, teacher_scale=3.0
    )


def assert_equal_means(ours, theirs):
    """Fail unless means over the first axis agree within 4.5 standard errors, entry by entry."""
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    variance = ours.var(axis=0) / len(ours) + theirs.var(axis=0) / len(theirs)
    assert np.all(np.abs(ours.mean(axis=0) - theirs.mean(axis=0)) < 4.5 * np.sqrt(variance))


@pytest.mark.parametrize(("n_tasks", "n_context", "d_x", "d_y"), [(11, 7, 5, 3), (1, 1, 1, 1)])
def test_shapes_are_those_of_a_batch(n_tasks, n_context, d_x, d_y):
    sample = partial(sample_linear, n_context=n_context, d_x=d_x, d_y=d_y)
    expected = jax.vmap(sample)(jax.random.split(jax.random.key(0), n_tasks))
    batch = sample_linear_batch(
        jax.random.key(0), n_tasks=n_tasks, n_context=n_context, d_x=d_x, d_y=d_y
    )
    assert jax.tree.map(jnp.shape, batch) == jax.tree.map(jnp.shape, expected)
    assert {leaf.dtype for leaf in jax.tree.leaves(batch)} == {jnp.dtype("float64")}


def test_one_linear_map_explains_the_context_and_the_query_of_each_task(many):
    for task in range(5):
        w = np.linalg.lstsq(many.xs[task], many.ys[task])[0]
        np.testing.assert_allclose(many.xs[task] @ w, many.ys[task], atol=1e-5)
        np.testing.assert_allclose(many.x_query[task] @ w, many.y_query[task], atol=1e-5)


def test_inputs_are_uniform(many):
    for inputs in (many.xs, many.x_query):
        assert stats.kstest(np.ravel(inputs), stats.uniform(-0.5, 1).cdf).pvalue > 1e-4


def test_teachers_are_normal_with_the_stated_scale(many):
    teachers = np.stack([np.linalg.lstsq(x, y)[0] for x, y in zip(many.xs, many.ys, strict=True)])
    assert stats.kstest(np.ravel(teachers), stats.norm(0, 3.0).cdf).pvalue > 1e-4


def test_all_numbers_of_a_task_are_independent(many):
    """Products of any two of the 40 inputs of a task, and of inputs in neighbouring tasks."""
    inputs = np.concatenate([many.xs.reshape(N_TASKS, -1), many.x_query], axis=1)
    teachers = np.stack(
        [np.linalg.lstsq(x, y)[0].ravel() for x, y in zip(many.xs, many.ys, strict=True)]
    )
    numbers = np.concatenate([inputs / inputs.std(), teachers / teachers.std()], axis=1)
    width = numbers.shape[1]
    within = numbers.T @ numbers / N_TASKS - np.eye(width)
    across = numbers[:-1].T @ numbers[1:] / (N_TASKS - 1)
    off = within[~np.eye(width, dtype=bool)]
    # 2500 products at a time: 5.5 standard errors is what one in a hundred thousand exceeds.
    assert np.abs(off).max() < 5.5 / np.sqrt(N_TASKS)
    assert np.abs(across).max() < 5.5 / np.sqrt(N_TASKS)


def test_no_number_comes_twice_and_another_key_gives_others():
    first = np.ravel(sample_linear_batch(jax.random.key(0), n_tasks=13, n_context=7, d_x=5).xs)
    other = np.ravel(sample_linear_batch(jax.random.key(1), n_tasks=13, n_context=7, d_x=5).xs)
    assert len(np.unique(np.concatenate([first, other]))) == 2 * first.size


def test_the_same_key_gives_the_same_batch():
    one, two = (
        sample_linear_batch(jax.random.key(5), n_tasks=3, n_context=2, d_x=2) for _ in range(2)
    )
    assert all(jax.tree.leaves(jax.tree.map(np.array_equal, one, two)))


def test_ranges_and_scales_stretch_the_same_draw():
    sizes = {"n_tasks": 3, "n_context": 2, "d_x": 2}
    plain = sample_linear_batch(jax.random.key(5), **sizes)
    wide = sample_linear_batch(jax.random.key(5), **sizes, input_range=2.0, teacher_scale=3.0)
    np.testing.assert_allclose(wide.xs, 4 * plain.xs, rtol=1e-15)
    np.testing.assert_allclose(wide.ys, 12 * plain.ys, rtol=1e-13)


def test_moments_are_those_of_tasks_sampled_one_by_one(many):
    sample = partial(sample_linear, n_context=7, d_x=5, d_y=2, teacher_scale=3.0)
    theirs = jax.vmap(sample)(jax.random.split(jax.random.key(8), N_TASKS))

    def moments(batch):
        gram = jnp.einsum("bid,bie->bde", batch.xs, batch.xs)
        cross = jnp.einsum("bid,biy->bdy", batch.xs, batch.ys)
        told = jnp.einsum("bdy,bd->by", cross, batch.x_query) * batch.y_query
        parts = (gram, gram**2, cross, cross**2, batch.y_query**2, batch.y_query**4, told)
        return jnp.concatenate([part.reshape(N_TASKS, -1) for part in parts], axis=1)

    assert_equal_means(moments(many), moments(theirs))


def test_the_gradient_has_the_same_mean_and_spread_as_that_of_one_key_per_task():
    """Over 300 batches of 64: the mean gradient, and its second moment, entry by entry."""
    params = init_attention(jax.random.key(0), d_token=4, d_key=4, d_value=4, scale=0.5)

    def predict(params, task):
        return read_prediction(updated_query(params, make_tokens(task))[None], d_y=1)

    sizes = {"n_context": 5, "d_x": 3}
    fast = batch_loss(predict, partial(sample_linear_batch, n_tasks=64, **sizes))
    slow = in_context_loss(predict, partial(sample_linear, **sizes), batch_size=64)
    found = []
    for loss, seed in ((fast, 1), (slow, 2)):
        keys = jax.random.split(jax.random.key(seed), 300)
        gradients = jax.jit(jax.vmap(jax.grad(loss), in_axes=(None, 0)))(params, keys)
        flat = np.concatenate([g.reshape(300, -1) for g in jax.tree.leaves(gradients)], axis=1)
        flat = flat[:, np.abs(flat).max(axis=0) > 0]
        found.append(np.concatenate([flat, flat**2], axis=1))
    assert_equal_means(*found)


@pytest.mark.parametrize("name", ["n_tasks", "n_context", "d_x", "d_y"])
def test_sizes_below_one_are_refused(name):
    sizes = {"n_tasks": 2, "n_context": 2, "d_x": 2, "d_y": 2} | {name: 0}
    with pytest.raises(ValueError, match=f"{name} = 0, but every size of a batch"):
        sample_linear_batch(jax.random.key(0), **sizes)


def test_keys_of_other_generators_serve_too():
    batch = sample_linear_batch(jax.random.key(0, impl="rbg"), n_tasks=100, n_context=7, d_x=5)
    assert stats.kstest(np.ravel(batch.xs), stats.uniform(-0.5, 1).cdf).pvalue > 1e-4
