"""Against: loops, finite differences, least squares and the eigenvalues of the Hessian."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from icl_course import descent

SIZES = [(7, 5, 3), (2, 3, 5), (1, 1, 1)]


def random_problem(rng, n_context, d_x, d_y):
    shapes = [(d_y, d_x), (n_context, d_x), (n_context, d_y)]
    return tuple(rng.normal(size=shape) for shape in shapes)


def loss_by_loops(w, xs, ys) -> float:
    total = 0.0
    for x, y in zip(xs, ys, strict=True):
        for o in range(len(w)):
            total += (sum(w[o, a] * x[a] for a in range(len(x))) - y[o]) ** 2
    return total / 2 / len(xs)


def gradient_by_differences(w, xs, ys, *, width=1e-3) -> np.ndarray:
    """The loss is quadratic, so central differences have no error but rounding."""
    gradient = np.zeros_like(w)
    for o, a in np.ndindex(w.shape):
        bump = np.zeros_like(w)
        bump[o, a] = width
        rise = loss_by_loops(w + bump, xs, ys) - loss_by_loops(w - bump, xs, ys)
        gradient[o, a] = rise / (2 * width)
    return gradient


@pytest.mark.parametrize("sizes", SIZES)
def test_the_loss_is_half_the_mean_squared_error(rng, sizes):
    problem = random_problem(rng, *sizes)
    np.testing.assert_allclose(descent.loss(*problem), loss_by_loops(*problem), rtol=1e-13)


@pytest.mark.parametrize("sizes", SIZES)
def test_both_gradients_are_the_slope_of_the_loss(rng, sizes):
    problem = random_problem(rng, *sizes)
    closed = descent.gradient(*problem)
    np.testing.assert_allclose(closed, gradient_by_differences(*problem), rtol=0, atol=1e-9)
    np.testing.assert_allclose(descent.gradient_by_autodiff(*problem), closed, rtol=0, atol=1e-13)


def test_the_gradient_vanishes_at_least_squares(rng):
    _, xs, ys = random_problem(rng, 11, 5, 3)
    solution = np.linalg.lstsq(xs, ys)[0].T
    np.testing.assert_allclose(descent.gradient(solution, xs, ys), 0.0, atol=1e-13)


def test_loss_and_gradient_are_means_over_the_context(rng):
    w, xs, ys = random_problem(rng, 7, 5, 3)
    order = rng.permutation(7)
    doubled = (w, np.vstack([xs, xs[order]]), np.vstack([ys, ys[order]]))
    for function in (descent.loss, descent.gradient, descent.gradient_by_autodiff):
        np.testing.assert_allclose(function(*doubled), function(w, xs, ys), rtol=1e-12)


@pytest.mark.parametrize("sizes", SIZES)
def test_a_step_goes_down_the_gradient(rng, sizes):
    w, xs, ys = random_problem(rng, *sizes)
    expected = w - 0.3 * gradient_by_differences(w, xs, ys)
    ours = descent.step(w, xs, ys, learning_rate=0.3)
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-9)


def test_each_output_steps_at_its_own_rate(rng):
    w, xs, ys = random_problem(rng, 7, 5, 3)
    rates = np.array([0.5, 0.0, 2.0])
    together = descent.step(w, xs, ys, learning_rate=rates)
    for o, rate in enumerate(rates):
        alone = descent.step(w[o : o + 1], xs, ys[:, o : o + 1], learning_rate=rate)
        np.testing.assert_allclose(together[o : o + 1], alone, rtol=0, atol=1e-14)


@pytest.mark.parametrize("rate", [0.1, np.array([0.1, 0.05, 0.2])])
@pytest.mark.parametrize("n_steps", [0, 1, 5])
def test_descent_is_its_steps_one_after_another(rng, rate, n_steps):
    w, xs, ys = random_problem(rng, 7, 5, 3)
    expected = w
    for _ in range(n_steps):
        slope = gradient_by_differences(expected, xs, ys)
        expected = expected - np.reshape(rate, (-1, 1)) * slope
    ours = descent.descend(w, xs, ys, learning_rate=rate, n_steps=n_steps)
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-8)


def test_long_descent_reaches_least_squares(rng):
    w, xs, ys = random_problem(rng, 11, 2, 3)
    solution = np.linalg.lstsq(xs, ys)[0].T
    ours = descent.descend(w, xs, ys, learning_rate=0.5, n_steps=2000)
    np.testing.assert_allclose(ours, solution, rtol=0, atol=1e-10)


def test_descent_converges_below_two_over_the_largest_eigenvalue_and_not_above(rng):
    w, xs, ys = random_problem(rng, 11, 3, 2)
    threshold = 2 / np.linalg.eigvalsh(xs.T @ xs / len(xs)).max()
    best = descent.loss(np.linalg.lstsq(xs, ys)[0].T, xs, ys)
    excess = {}
    for factor in (0.99, 1.01):
        rate = factor * threshold
        after = descent.descend(w, xs, ys, learning_rate=rate, n_steps=2000)
        excess[factor] = descent.loss(after, xs, ys) - best
    assert excess[0.99] < 1e-10
    assert excess[1.01] > 1e10


@pytest.mark.parametrize("rate", [0.1, np.array([0.1, 0.05, 0.2])])
@pytest.mark.parametrize("n_steps", [0, 1, 5])
def test_a_trajectory_holds_what_every_shorter_descent_reaches(rng, rate, n_steps):
    problem = random_problem(rng, 7, 5, 3)
    ours = descent.trajectory(*problem, learning_rate=rate, n_steps=n_steps)
    assert ours.shape == (n_steps + 1, 3, 5)
    for count, w in enumerate(ours):
        expected = descent.descend(*problem, learning_rate=rate, n_steps=count)
        np.testing.assert_allclose(w, expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("sizes", SIZES)
def test_the_hessian_is_the_second_derivative_by_each_row_and_no_two_rows_meet(rng, sizes):
    w, xs, ys = random_problem(rng, *sizes)
    second = jax.hessian(descent.loss)(w, xs, ys)  # [d_y, d_x, d_y, d_x]
    expected = np.einsum("ab,ij->aibj", np.eye(len(w)), descent.hessian(xs))
    np.testing.assert_allclose(second, expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize(("n_context", "d_x"), [(11, 3), (3, 11), (1, 1), (5, 1)])
def test_the_largest_stable_step_is_that_of_the_largest_singular_value(rng, n_context, d_x):
    xs = rng.normal(size=(n_context, d_x)) + 0.3
    expected = 2 * n_context / np.linalg.norm(xs, ord=2) ** 2
    np.testing.assert_allclose(descent.largest_stable_step(xs), expected, rtol=1e-12)


def test_descent_keeps_its_loss_below_the_largest_stable_step_and_loses_it_above(rng):
    w, xs, ys = random_problem(rng, 5, 7, 2)  # fewer examples than inputs: some directions are flat
    start = descent.loss(w, xs, ys)
    bound = descent.largest_stable_step(xs)
    for factor, grows in ((0.99, False), (1.01, True)):
        after = descent.descend(w, xs, ys, learning_rate=factor * bound, n_steps=2000)
        assert (descent.loss(after, xs, ys) > start) == grows


def test_inputs_that_are_all_zero_allow_any_step():
    assert descent.largest_stable_step(np.zeros((3, 2))) == np.inf


@pytest.mark.parametrize("rate", [0.7, np.array([0.7, 0.0, -2.0])])
def test_moving_the_targets_is_moving_the_weights(rng, rate):
    w, xs, ys = random_problem(rng, 7, 5, 3)
    shifted = descent.shift_targets(w, xs, ys, learning_rate=rate)
    delta_w = descent.step(w, xs, ys, learning_rate=rate) - w
    for i in range(7):
        np.testing.assert_allclose(shifted[i], ys[i] - delta_w @ xs[i], rtol=0, atol=1e-13)
    stepped = descent.loss(w + delta_w, xs, ys)
    np.testing.assert_allclose(descent.loss(w, xs, shifted), stepped, rtol=1e-12)


def test_targets_that_the_weights_explain_stay_where_they_are(rng):
    w, xs, _ = random_problem(rng, 7, 5, 3)
    shifted = descent.shift_targets(w, xs, xs @ w.T, learning_rate=3.0)
    np.testing.assert_allclose(shifted, xs @ w.T, rtol=0, atol=1e-13)


@pytest.mark.parametrize(("d_x", "d_y"), [(5, 3), (2, 7), (1, 1)])
def test_a_prediction_is_the_matrix_times_the_input(rng, d_x, d_y):
    w, x = rng.normal(size=(d_y, d_x)), rng.normal(size=d_x)
    expected = [sum(w[o, a] * x[a] for a in range(d_x)) for o in range(d_y)]
    np.testing.assert_allclose(descent.predict(w, x), expected, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_precision_is_that_of_the_inputs(rng, dtype):
    problem = tuple(array.astype(dtype) for array in random_problem(rng, 7, 5, 3))
    results = [
        descent.loss(*problem),
        descent.gradient(*problem),
        descent.gradient_by_autodiff(*problem),
        descent.step(*problem, learning_rate=0.1),
        descent.descend(*problem, learning_rate=0.1, n_steps=2),
        descent.trajectory(*problem, learning_rate=0.1, n_steps=2),
        descent.hessian(problem[1]),
        descent.largest_stable_step(problem[1]),
        descent.shift_targets(*problem, learning_rate=0.1),
        descent.predict(problem[0], problem[1][0]),
    ]
    assert {result.dtype for result in results} == {np.dtype(dtype)}


def test_weights_of_lower_precision_than_the_examples_can_descend(rng):
    w, xs, ys = random_problem(rng, 7, 5, 3)
    ours = descent.descend(w.astype(np.float32), xs, ys, learning_rate=0.1, n_steps=2)
    expected = descent.descend(w, xs, ys, learning_rate=0.1, n_steps=2)
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-6)


def test_vmap_jit_and_grad_go_through_descent(rng):
    w, xs, ys = random_problem(rng, 7, 5, 3)
    batch = jnp.stack([xs, 2 * xs])

    @jax.jit
    def final_loss(rate, inputs):
        after = descent.descend(w, inputs, ys, learning_rate=rate, n_steps=3)
        return descent.loss(after, inputs, ys)

    slopes = jax.vmap(jax.grad(final_loss), in_axes=(None, 0))(0.05, batch)
    width = 1e-6
    for slope, inputs in zip(slopes, batch, strict=True):
        rise = final_loss(0.05 + width, inputs) - final_loss(0.05 - width, inputs)
        np.testing.assert_allclose(slope, rise / (2 * width), rtol=1e-6)


@pytest.mark.usefixtures("as_a_learner_meets_it")
class TestMistakes:
    @pytest.mark.parametrize(
        "shapes",
        [
            [(3, 4), (7, 5), (7, 3)],
            [(3, 5), (7, 5), (7, 2)],
            [(3, 5), (7, 5), (6, 3)],
            [(3, 5), (7, 5), (7,)],
            [(5,), (7, 5), (7, 1)],
            [(3, 5), (2, 7, 5), (2, 7, 3)],
            [(3, 5), (5,), (5, 3)],
            [(3, 5), (0, 5), (0, 3)],
        ],
        ids=str,
    )
    @pytest.mark.parametrize(
        "function", [descent.loss, descent.gradient, descent.gradient_by_autodiff]
    )
    def test_shapes_that_are_no_task_are_refused(self, function, shapes):
        expected = r"w, xs, ys have shapes .*w \[d_y d_x\], xs \[n_context d_x\].*jax.vmap"
        with pytest.raises(ValueError, match=expected):
            function(*(np.ones(shape) for shape in shapes))

    def test_another_number_of_rates_is_refused(self, rng):
        for function in (descent.step, descent.shift_targets):
            with pytest.raises(ValueError, match=r"learning_rate has shape \(2,\).*d_y = 3"):
                function(*random_problem(rng, 7, 5, 3), learning_rate=np.ones(2))

    def test_negative_steps_are_refused(self, rng):
        for function in (descent.descend, descent.trajectory):
            with pytest.raises(ValueError, match="n_steps = -1, but descent cannot go back"):
                function(*random_problem(rng, 7, 5, 3), learning_rate=0.1, n_steps=-1)

    @pytest.mark.parametrize("shape", [(5,), (0, 5), (2, 7, 5)], ids=str)
    def test_inputs_that_are_no_matrix_are_refused(self, shape):
        for function in (descent.hessian, descent.largest_stable_step):
            with pytest.raises(ValueError, match=r"xs has shape .*xs \[n_context d_x\].*jax.vmap"):
                function(np.ones(shape))
