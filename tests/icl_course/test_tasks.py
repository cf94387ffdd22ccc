"""Against: least squares for the teacher, and the moments of the stated distributions.

A random claim is tested at a fixed seed, and its bound is 4 standard errors of what it estimates.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import TypeCheckError

from icl_course.tasks import (
    Task,
    exponential_inputs,
    fixed_tasks,
    laplace_inputs,
    normal_inputs,
    replace_labels,
    sample_linear,
    uniform_inputs,
)

SIZES = [(7, 5, 3), (5, 5, 1), (1, 1, 1)]


def assert_mean(samples: np.ndarray, expected: float) -> None:
    """Fail unless the mean of `samples` is within 4 standard errors of `expected`."""
    samples = np.asarray(samples).ravel()
    standard_error = samples.std() / np.sqrt(samples.size)
    assert abs(samples.mean() - expected) < 4 * standard_error


@pytest.fixture(scope="module")
def many() -> Task:
    """20,000 tasks of one context pair with scalar x and two outputs, so that W = y / x."""
    sample = partial(sample_linear, n_context=2, d_x=1, d_y=2, input_range=2.0, teacher_scale=3.0)
    return jax.vmap(sample)(jax.random.split(jax.random.key(7), 20_000))


@pytest.fixture(scope="module")
def teachers(many: Task) -> np.ndarray:
    return np.asarray(many.ys[:, 0, :] / many.xs[:, 0, :])


@pytest.mark.parametrize(("n_context", "d_x", "d_y"), SIZES)
def test_one_linear_map_explains_context_and_query(n_context, d_x, d_y):
    task = sample_linear(jax.random.key(1), n_context=n_context, d_x=d_x, d_y=d_y)
    assert task.xs.shape == (n_context, d_x)
    assert task.ys.shape == (n_context, d_y)
    solution = np.linalg.lstsq(task.xs, task.ys)[0]
    np.testing.assert_allclose(task.xs @ solution, task.ys, atol=1e-12)
    np.testing.assert_allclose(task.x_query @ solution, task.y_query, atol=1e-10)


def test_context_inputs_and_the_query_all_differ():
    task = sample_linear(jax.random.key(2), n_context=7, d_x=5)
    inputs = np.vstack([task.xs, task.x_query])
    assert len(np.unique(inputs)) == inputs.size


def test_a_key_fixes_the_task():
    sample = partial(sample_linear, n_context=3, d_x=2)
    once, again = sample(jax.random.key(3)), sample(jax.random.key(3))
    other = sample(jax.random.key(4))
    np.testing.assert_array_equal(once.ys, again.ys)
    assert not np.any(np.asarray(once.ys) == np.asarray(other.ys))


def test_the_default_is_one_output_and_half_width_one_half():
    task = sample_linear(jax.random.key(5), n_context=2000, d_x=5)
    assert task.ys.shape == (2000, 1)
    assert 0.4999 < np.abs(task.xs).max() < 0.5
    assert 0.4999 < np.abs(uniform_inputs(jax.random.key(5), (10_000,))).max() < 0.5


def test_the_default_teacher_is_standard_normal():
    task = sample_linear(jax.random.key(6), n_context=1, d_x=1, d_y=5000)
    assert_mean((task.ys / task.xs) ** 2, 1.0)


@pytest.mark.parametrize("half_width", [0.5, 1, 2.0])
def test_inputs_have_the_moments_of_a_uniform_law(half_width):
    xs = np.asarray(uniform_inputs(jax.random.key(8), (5000, 7), input_range=half_width))
    for power, moment in enumerate([0, half_width**2 / 3, 0, half_width**4 / 5], start=1):
        assert_mean(xs**power, moment)
    assert xs.min() < -0.99 * half_width
    assert xs.max() > 0.99 * half_width


def test_coordinates_of_an_input_are_independent():
    xs = np.asarray(uniform_inputs(jax.random.key(9), (20_000, 2)))
    assert_mean(xs[:, 0] * xs[:, 1], 0.0)


def test_the_teacher_has_the_moments_of_a_normal_law(teachers):
    for power, moment in enumerate([0, 9, 0, 3 * 81], start=1):
        assert_mean(teachers**power, moment)


def test_entries_of_the_teacher_are_independent(teachers):
    assert_mean(teachers[:, 0] * teachers[:, 1], 0.0)


def test_teacher_context_and_query_are_drawn_independently(many, teachers):
    x_context, x_query = np.asarray(many.xs[:, 0, 0]), np.asarray(many.x_query[:, 0])
    for one, other in [(teachers[:, 0], x_context), (teachers[:, 0], x_query)]:
        assert_mean(one * other, 0.0)
    assert_mean(x_context * x_query, 0.0)
    assert_mean(np.asarray(many.xs[:, 0, 0] * many.xs[:, 1, 0]), 0.0)


def test_the_query_has_the_law_of_the_context(many):
    assert_mean(np.asarray(many.x_query) ** 2, 4 / 3)
    assert np.abs(many.x_query).max() > 1.99


def test_targets_scale_with_the_teacher_and_with_the_inputs():
    def sample(**scales: float) -> Task:
        return sample_linear(jax.random.key(10), n_context=5, d_x=3, d_y=2, **scales)

    base = sample()
    for scaled in (sample(teacher_scale=7.0), sample(input_range=3.5)):
        np.testing.assert_allclose(scaled.ys, 7 * base.ys, rtol=1e-12)
        np.testing.assert_allclose(scaled.y_query, 7 * base.y_query, rtol=1e-12)
    np.testing.assert_array_equal(sample(teacher_scale=7.0).xs, base.xs)


def test_vmap_over_keys_gives_every_field_a_leading_axis(many):
    assert [leaf.shape[0] for leaf in jax.tree.leaves(many)] == [20_000] * 4


@pytest.mark.parametrize(("name", "size"), [("n_context", 0), ("d_x", 0), ("d_y", -1)])
def test_a_size_below_one_is_refused(name, size):
    sizes = {"n_context": 5, "d_x": 3, "d_y": 2} | {name: size}
    with pytest.raises(ValueError, match=f"{name} = {size}, but a task needs {name} >= 1"):
        sample_linear(jax.random.key(0), **sizes)


def test_a_task_whose_fields_do_not_fit_together_fails_the_type_check():
    with pytest.raises(TypeCheckError):
        Task(xs=jnp.ones((5, 3)), ys=jnp.ones((7, 2)), x_query=jnp.ones(3), y_query=jnp.ones(2))


def test_an_untyped_key_fails_the_type_check():
    with pytest.raises(TypeCheckError):
        uniform_inputs(jax.random.PRNGKey(0), (3,))


STANDARDISED = {"normal": (normal_inputs, 0, 3), "laplace": (laplace_inputs, 0, 6)} | {
    "exponential": (exponential_inputs, 2, 9)
}


@pytest.mark.parametrize("law", STANDARDISED)
@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_each_law_has_the_moments_of_its_name(law, scale):
    draw, third, fourth = STANDARDISED[law]
    xs = np.asarray(draw(jax.random.key(11), (40_000, 7), scale=scale)) / scale
    for power, moment in enumerate([0, 1, third, fourth], start=1):
        assert_mean(xs**power, moment)
    assert_mean(xs[:, 0] * xs[:, 1], 0.0)


def test_each_law_has_the_density_of_its_name():
    """The tails differ: shares of |x| > 2, by the distribution functions of NumPy's math."""
    tails = {
        "normal": 2 * (1 - 0.9772498680518208),
        "laplace": np.exp(-2 * np.sqrt(2)),
        "exponential": np.exp(-3),
    }
    for law, tail in tails.items():
        xs = np.asarray(STANDARDISED[law][0](jax.random.key(12), (100_000,)))
        assert_mean(np.abs(xs) > 2, tail)


def test_old_calls_draw_what_they_have_always_drawn():
    """Golden numbers, from before the laws of inputs, teachers and noise could be passed in.

    They are float32. If JAX itself changes its generator, print the task again and compare one
    number with `jax.random.normal(jax.random.split(jax.random.key(1), 3)[0], (2, 3))[0, 0]`.
    """
    with jax.enable_x64(False):
        task = sample_linear(jax.random.key(1), n_context=2, d_x=3, d_y=2)
        key_teacher, key_xs, key_query = jax.random.split(jax.random.key(1), 3)
        teacher = jax.random.normal(key_teacher, (2, 3))
        np.testing.assert_array_equal(task.xs, uniform_inputs(key_xs, (2, 3)))
        np.testing.assert_array_equal(task.x_query, uniform_inputs(key_query, (3,)))
    np.testing.assert_allclose(task.ys, task.xs @ teacher.T, rtol=1e-6)
    np.testing.assert_allclose(
        task.ys, [[-0.33824354, -0.39779148], [-0.3884067, -0.3373336]], rtol=1e-5
    )
    np.testing.assert_allclose(task.y_query, [0.45441654, 0.8312549], rtol=1e-5)


def test_inputs_of_context_and_query_come_from_the_law_that_is_passed_in():
    sample = partial(sample_linear, n_context=2, d_x=3, sample_inputs=exponential_inputs)
    tasks = jax.vmap(sample)(jax.random.split(jax.random.key(13), 20_000))
    for inputs in (tasks.xs, tasks.x_query):
        assert_mean(np.asarray(inputs) ** 3, 2.0)
        assert np.min(inputs) >= -1


def test_two_laws_of_the_inputs_are_one_too_many():
    with pytest.raises(ValueError, match=r"input_range = 2.0 .* but sample_inputs was given too"):
        sample_linear(
            jax.random.key(0), n_context=2, d_x=3, input_range=2.0, sample_inputs=normal_inputs
        )


def test_the_teacher_comes_from_the_law_that_is_passed_in():
    teacher = jnp.arange(6.0).reshape(2, 3)
    task = sample_linear(
        jax.random.key(14),
        n_context=5,
        d_x=3,
        d_y=2,
        teacher_scale=3.0,
        sample_teacher=lambda key, shape: teacher.reshape(shape),
    )
    np.testing.assert_allclose(task.ys, 3 * task.xs @ teacher.T, atol=1e-12)
    np.testing.assert_allclose(task.y_query, 3 * teacher @ task.x_query, atol=1e-12)


def test_label_noise_is_normal_independent_and_spares_the_query():
    def sample(**noise: float) -> Task:
        one = partial(sample_linear, n_context=2, d_x=3, d_y=2, **noise)
        return jax.vmap(one)(jax.random.split(jax.random.key(15), 20_000))

    clean, noisy = sample(), sample(label_noise=0.5)
    noise = np.asarray(noisy.ys - clean.ys)
    for power, moment in enumerate([0, 0.25, 0, 3 / 16], start=1):
        assert_mean(noise**power, moment)
    assert_mean(noise[:, 0, 0] * noise[:, 1, 0], 0.0)
    assert_mean(noise[:, 0, 0] * noise[:, 0, 1], 0.0)
    assert_mean(noise * np.asarray(clean.ys), 0.0)
    for name in ("xs", "x_query", "y_query"):
        np.testing.assert_array_equal(getattr(noisy, name), getattr(clean, name))


def test_label_noise_may_be_traced():
    def noise(label_noise):
        noisy, clean = (
            sample_linear(jax.random.key(16), n_context=5, d_x=3, label_noise=std)
            for std in (label_noise, 0.0)
        )
        return noisy.ys - clean.ys

    np.testing.assert_allclose(jax.jit(noise)(2.0), 2 * jax.jit(noise)(1.0), atol=1e-12)
    np.testing.assert_array_equal(jax.jit(noise)(0.0), jnp.zeros((5, 1)))


@pytest.mark.parametrize("n_replaced", [0, 2, 5])
def test_as_many_labels_are_replaced_as_asked(n_replaced):
    task = sample_linear(jax.random.key(17), n_context=5, d_x=3, d_y=2)
    spoilt = replace_labels(jax.random.key(18), task, n_replaced=n_replaced)
    changed = np.asarray(spoilt.ys != task.ys)
    assert changed.all(axis=1).sum() == changed.any(axis=1).sum() == n_replaced
    for name in ("xs", "x_query", "y_query"):
        np.testing.assert_array_equal(getattr(spoilt, name), getattr(task, name))


def test_replaced_labels_are_normal_and_each_pair_is_as_likely():
    task = sample_linear(jax.random.key(19), n_context=5, d_x=3, d_y=2)
    replace = partial(replace_labels, task=task, n_replaced=2, label_scale=3.0)
    spoilt = jax.vmap(replace)(jax.random.split(jax.random.key(20), 20_000))
    changed = (np.asarray(spoilt.ys) != np.asarray(task.ys))[:, :, 0]
    for pair in range(5):
        assert_mean(changed[:, pair], 2 / 5)
    assert_mean(changed[:, 0] & changed[:, 1], 1 / 10)
    labels = np.asarray(spoilt.ys)[changed]
    for power, moment in enumerate([0, 9, 0, 3 * 81], start=1):
        assert_mean(labels**power, moment)
    assert_mean(labels[:, 0] * labels[:, 1], 0.0)


def test_more_labels_than_there_are_cannot_be_replaced():
    task = sample_linear(jax.random.key(0), n_context=5, d_x=3)
    for n_replaced in (-1, 6):
        with pytest.raises(ValueError, match=f"n_replaced = {n_replaced}, but .* n_context = 5"):
            replace_labels(jax.random.key(1), task, n_replaced=n_replaced)


@pytest.mark.usefixtures("as_a_learner_meets_it")
def test_a_batch_of_tasks_is_refused_with_the_right_call(many):
    with pytest.raises(ValueError, match=r"shape \(20000, 2, 2\).*jax.vmap"):
        replace_labels(jax.random.key(0), many, n_replaced=1)


def test_a_fixed_set_holds_whole_tasks_each_as_likely():
    sample_any = partial(sample_linear, n_context=2, d_x=3, label_noise=0.1)
    sample = fixed_tasks(jax.random.key(21), n_tasks=5, sample=sample_any)
    tasks = jax.vmap(sample)(jax.random.split(jax.random.key(22), 20_000))
    numbers = np.concatenate(
        [np.asarray(leaf).reshape(20_000, -1) for leaf in jax.tree.leaves(tasks)], 1
    )
    different, counts = np.unique(numbers, axis=0, return_counts=True)
    assert len(different) == 5
    assert np.all(np.abs(counts - 4000) < 4 * np.sqrt(20_000 * 0.2 * 0.8))
    assert len(np.unique(different)) == different.size


def test_the_key_of_a_fixed_set_decides_which_tasks_are_in_it():
    def first(seed: int) -> float:
        sample_any = partial(sample_linear, n_context=2, d_x=3)
        sample = fixed_tasks(jax.random.key(seed), n_tasks=1, sample=sample_any)
        once, again = sample(jax.random.key(1)), sample(jax.random.key(2))
        np.testing.assert_array_equal(once.ys, again.ys)
        return float(once.y_query[0])

    assert first(23) != first(24)


def test_an_empty_set_of_tasks_is_refused():
    with pytest.raises(ValueError, match="n_tasks = 0, but a set of tasks has at least 1"):
        fixed_tasks(
            jax.random.key(0), n_tasks=0, sample=lambda key: sample_linear(key, n_context=1, d_x=1)
        )
