"""Against: loops that write tokens one slot at a time, and the Jacobian of the read-out."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from icl_course.tasks import Task
from icl_course.tokens import (
    make_residual_tokens,
    make_tokens,
    read_prediction,
    read_predictions,
)

SIZES = [(7, 5, 3), (3, 2, 5), (2, 1, 1), (1, 1, 1)]


def random_task(rng, n_context, d_x, d_y, dtype=np.float64) -> Task:
    shapes = [(n_context, d_x), (n_context, d_y), (d_x,), (d_y,)]
    return Task(*(rng.normal(size=shape).astype(dtype) for shape in shapes))


@pytest.mark.parametrize(("n_context", "d_x", "d_y"), SIZES)
def test_tokens_are_those_written_slot_by_slot(rng, n_context, d_x, d_y):
    task, w_0 = random_task(rng, n_context, d_x, d_y), rng.normal(size=(d_y, d_x))
    expected = np.zeros((n_context + 1, d_x + d_y))
    for i in range(n_context):
        for slot in range(d_x):
            expected[i, slot] = task.xs[i, slot]
        for output in range(d_y):
            expected[i, d_x + output] = task.ys[i, output]
    for slot in range(d_x):
        expected[n_context, slot] = task.x_query[slot]
        for output in range(d_y):
            expected[n_context, d_x + output] -= w_0[output, slot] * task.x_query[slot]
    np.testing.assert_allclose(make_tokens(task, w_0), expected, rtol=0, atol=1e-14)


def test_no_initial_weights_means_zero_weights(rng):
    task = random_task(rng, 7, 5, 3)
    np.testing.assert_array_equal(make_tokens(task), make_tokens(task, np.zeros((3, 5))))
    np.testing.assert_array_equal(make_tokens(task)[-1, 5:], np.zeros(3))


@pytest.mark.parametrize(("n_context", "d_x", "d_y"), SIZES)
def test_the_prediction_read_from_fresh_tokens_is_that_of_w_0(rng, n_context, d_x, d_y):
    task, w_0 = random_task(rng, n_context, d_x, d_y), rng.normal(size=(d_y, d_x))
    prediction = read_prediction(make_tokens(task, w_0), d_y=d_y)
    np.testing.assert_allclose(prediction, w_0 @ task.x_query, rtol=0, atol=1e-14)


def test_the_answer_is_in_no_token(rng):
    task = random_task(rng, 3, 2, 5)
    other = Task(xs=task.xs, ys=task.ys, x_query=task.x_query, y_query=task.y_query + 1)
    np.testing.assert_array_equal(make_tokens(task), make_tokens(other))


def test_the_read_out_sees_minus_the_last_y_slots_and_nothing_else(rng):
    jacobian = jax.jacobian(lambda tokens: read_prediction(tokens, d_y=2))(rng.normal(size=(7, 5)))
    expected = np.zeros((2, 7, 5))
    expected[0, 6, 3] = expected[1, 6, 4] = -1
    np.testing.assert_array_equal(jacobian, expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_precision_is_that_of_the_task(rng, dtype):
    task = random_task(rng, 3, 2, 1, dtype)
    for tokens in (make_tokens(task), make_tokens(task, np.ones((1, 2), dtype))):
        assert tokens.dtype == dtype
        assert read_prediction(tokens, d_y=1).dtype == dtype


def test_vmap_serves_a_batch(rng):
    tasks = [random_task(rng, 3, 2, 1) for _ in range(5)]
    batch = jax.tree.map(lambda *leaves: jnp.stack(leaves), *tasks)
    w_0 = rng.normal(size=(1, 2))
    together = jax.vmap(make_tokens, in_axes=(0, None))(batch, w_0)
    for tokens, task in zip(together, tasks, strict=True):
        np.testing.assert_allclose(tokens, make_tokens(task, w_0), atol=1e-14)


@pytest.mark.usefixtures("as_a_learner_meets_it")
class TestMistakes:
    @pytest.mark.parametrize("shape", [(5, 3), (3,), (1, 5), (3, 4)])
    def test_initial_weights_of_another_shape_are_refused(self, rng, shape):
        expected = r"w_0 has shape \(.*d_y = 3 and d_x = 5: pass w_0 of shape \(3, 5\)"
        with pytest.raises(ValueError, match=expected):
            make_tokens(random_task(rng, 7, 5, 3), np.ones(shape))

    @pytest.mark.parametrize("shape", [(2, 7, 5), (5,)])
    def test_inputs_that_are_no_task_are_refused(self, rng, shape):
        task = random_task(rng, 7, 5, 3)
        other = Task(xs=np.ones(shape), ys=task.ys, x_query=task.x_query, y_query=task.y_query)
        expected = rf"task.xs has shape \({shape[0]},.*\[n_context d_x\].*jax.vmap\(make_tokens\)"
        with pytest.raises(ValueError, match=expected):
            make_tokens(other)

    @pytest.mark.parametrize("shape", [(2, 4, 3), (3,)])
    def test_tokens_that_are_no_task_are_refused(self, shape):
        with pytest.raises(ValueError, match=rf"tokens has shape \({shape[0]},.*jax.vmap"):
            read_prediction(np.ones(shape), d_y=1)

    @pytest.mark.parametrize("d_y", [0, -1, 4, 5])
    def test_outputs_that_leave_no_input_are_refused(self, d_y):
        with pytest.raises(ValueError, match=f"d_y = {d_y}.*d_token = 4 slots, of which 1 to 3"):
            read_prediction(np.ones((3, 4)), d_y=d_y)


@pytest.mark.parametrize("d_y", [1, 3])
def test_residual_tokens_hold_what_w_0_leaves_over(d_y, rng):
    task = Task(
        xs=rng.normal(size=(7, 5)),
        ys=rng.normal(size=(7, d_y)),
        x_query=rng.normal(size=5),
        y_query=rng.normal(size=d_y),
    )
    w_0 = rng.normal(size=(d_y, 5))
    rows = np.asarray(make_residual_tokens(task, w_0))
    for row, x, y in zip(rows, task.xs, task.ys, strict=False):
        np.testing.assert_allclose(row, np.concatenate([x, y - w_0 @ x]), rtol=0, atol=1e-14)
    np.testing.assert_allclose(rows[-1], np.concatenate([task.x_query, -w_0 @ task.x_query]))
    from_zero = make_residual_tokens(task)
    np.testing.assert_array_equal(from_zero, make_tokens(task))


def test_predictions_are_read_at_every_depth(rng):
    deep = rng.normal(size=(4, 7, 5))
    read = read_predictions(deep, d_y=2)
    np.testing.assert_array_equal(read, -deep[:, -1, 3:])
