"""Against: loops over all orders, predictors whose order sensitivity is known, and chance."""

from itertools import permutations

import jax
import jax.numpy as jnp
import numpy as np

from icl_course import orderings, predictors
from icl_course.tasks import Task, sample_linear


def test_orders_are_permutations_and_all_of_them_come(rng):
    orders = orderings.random_orders(jax.random.key(0), n_orders=200, n_context=3)
    assert {tuple(order) for order in orders.tolist()} == set(permutations(range(3)))


def test_an_example_moves_as_a_whole(rng):
    task = Task(
        xs=rng.normal(size=(5, 3)),
        ys=rng.normal(size=(5, 2)),
        x_query=rng.normal(size=3),
        y_query=np.zeros(2),
    )
    orders = np.array([[4, 2, 0, 1, 3], [1, 0, 2, 3, 4]])

    def second(xs, ys, x_query):
        return ys[1] * (xs[1] @ x_query)

    found = orderings.in_orders(second, task, orders)
    expected = [task.ys[i] * (task.xs[i] @ task.x_query) for i in (2, 0)]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_sensitivity_is_the_ratio_of_a_loop(rng):
    predictions = rng.normal(size=(7, 5, 2)) + 1.0
    within, size = 0.0, 0.0
    for prompt in predictions:
        mean = sum(prompt) / len(prompt)
        for one in prompt:
            within += float(np.sum((one - mean) ** 2))
            size += float(np.sum(one**2))
    expected = np.sqrt(within / size)
    np.testing.assert_allclose(orderings.order_sensitivity(predictions), expected, rtol=1e-12)


def test_least_squares_has_none():
    task = sample_linear(jax.random.key(0), n_context=7, d_x=3)
    orders = orderings.random_orders(jax.random.key(1), n_orders=5, n_context=7)
    found = orderings.in_orders(predictors.least_squares, task, orders)
    assert float(orderings.order_sensitivity(found[None])) < 1e-12


def test_the_interval_of_a_mean_is_that_of_the_normal_law():
    samples = jax.random.normal(jax.random.key(0), (400,)) + 3.0
    low, high = orderings.bootstrap(jax.random.key(1), jnp.mean, samples, n_draws=2_000)
    error = float(jnp.std(samples)) / 20
    np.testing.assert_allclose(low, jnp.mean(samples) - 1.96 * error, atol=0.25 * error)
    np.testing.assert_allclose(high, jnp.mean(samples) + 1.96 * error, atol=0.25 * error)
    narrow = orderings.bootstrap(jax.random.key(1), jnp.mean, samples, n_draws=2_000, share=0.5)
    assert low < narrow[0] < narrow[1] < high


def test_prompts_are_drawn_whole_and_not_their_parts():
    samples = jnp.array([[1.0, -1.0]] * 3)
    found = orderings.bootstrap(jax.random.key(0), lambda s: jnp.sum(s**2), samples, n_draws=20)
    np.testing.assert_allclose(found, [6.0, 6.0])
