"""Against: one gradient step in NumPy loops, and `descent`, which knows nothing of attention.

The theorem is tested for every token of random problems, in float64 to 1e-12 and in float32 to
2e-6. A float32 result of size 1 carries an error of some eps = 1.2e-7 for the few dozen roundings
on its way, most of which cancel; 2e-6 is 17 eps.
"""

import jax
import numpy as np
import pytest

from icl_course import attention, constructions, descent, metrics, tokens, transformer
from icl_course.attention import AttentionParams, linear_attention, softmax_attention
from icl_course.constructions import (
    change_basis,
    gd_plus_plus_step,
    gd_plus_plus_steps,
    gradient_step,
    gradient_steps,
)
from icl_course.tasks import Task

SIZES = [(7, 5, 3), (2, 3, 7), (13, 7, 1), (3, 1, 5), (1, 1, 1)]
SEEDS = range(3)


def random_problem(seed, n_context, d_x, d_y, dtype=np.float64):
    """Draw a task of the course's scales, W_0 and a learning rate, any of them dense."""
    rng = np.random.default_rng([seed, n_context, d_x, d_y])
    task = Task(
        xs=rng.uniform(-0.5, 0.5, (n_context, d_x)).astype(dtype),
        ys=rng.normal(0, 0.5, (n_context, d_y)).astype(dtype),
        x_query=rng.uniform(-0.5, 0.5, d_x).astype(dtype),
        y_query=rng.normal(0, 0.5, d_y).astype(dtype),
    )
    w_0 = rng.normal(0, 1 / np.sqrt(d_x), (d_y, d_x)).astype(dtype)
    scalar, per_output = rng.uniform(0.1, 6), rng.uniform(0.1, 6, d_y).astype(dtype)
    return task, w_0, [float(scalar), per_output]


def delta_w_by_loops(w_0, xs, ys, learning_rate) -> np.ndarray:
    """Take the step of Prop. 1 in float64: ΔW = -(η/N) sum_i (W_0 x_i - y_i) x_i^T."""
    rates = np.broadcast_to(np.float64(learning_rate), len(w_0))
    delta_w = np.zeros(w_0.shape)
    for x, y in zip(np.float64(xs), np.float64(ys), strict=True):
        for o, a in np.ndindex(w_0.shape):
            delta_w[o, a] -= rates[o] / len(xs) * (np.float64(w_0[o]) @ x - y[o]) * x[a]
    return delta_w


def tokens_after_a_step(task, w_0, learning_rate) -> np.ndarray:
    """Write what Prop. 1 says of every token: (x_j, y_j - ΔW x_j), the query's y being -W_0 x_q."""
    delta_w = delta_w_by_loops(w_0, task.xs, task.ys, learning_rate)
    rows = [np.concatenate([x, y - delta_w @ x]) for x, y in zip(task.xs, task.ys, strict=True)]
    query = np.concatenate([task.x_query, -(np.float64(w_0) + delta_w) @ task.x_query])
    return np.array([*rows, query])


def random_params(seed, n_heads=3, d_token=7, d_key=5, d_value=2) -> AttentionParams:
    rng = np.random.default_rng(seed)
    return AttentionParams(
        w_q=rng.normal(size=(n_heads, d_key, d_token)),
        w_k=rng.normal(size=(n_heads, d_key, d_token)),
        w_v=rng.normal(size=(n_heads, d_value, d_token)),
        w_o=rng.normal(size=(n_heads, d_token, d_value)),
    )


def random_changes(seed, params: AttentionParams) -> tuple[np.ndarray, np.ndarray]:
    """Draw two dense, asymmetric changes of basis that are safely invertible."""
    rng = np.random.default_rng(seed)
    n_heads, d_key, d_value = params.w_k.shape[0], params.w_k.shape[1], params.w_v.shape[1]
    return tuple(
        2 * np.eye(size) + rng.uniform(-0.5, 0.5, (n_heads, size, size))
        for size in (d_key, d_value)
    )


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-6)])
@pytest.mark.parametrize("sizes", SIZES)
def test_one_layer_is_one_gradient_step_for_every_token(sizes, dtype, tolerance):
    for seed in SEEDS:
        task, w_0, rates = random_problem(seed, *sizes, dtype)
        for rate in rates:
            params = gradient_step(w_0, n_context=sizes[0], learning_rate=rate)
            after = linear_attention(params, tokens.make_tokens(task, w_0))
            assert after.dtype == dtype
            expected = tokens_after_a_step(task, w_0, rate)
            np.testing.assert_allclose(after, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-6)])
@pytest.mark.parametrize("sizes", SIZES)
def test_the_layer_predicts_what_descent_predicts(sizes, dtype, tolerance):
    n_context, d_x, d_y = sizes
    task, w_0, rates = random_problem(0, *sizes, dtype)
    for rate in rates:
        params = gradient_step(w_0, n_context=n_context, learning_rate=rate)
        after = linear_attention(params, tokens.make_tokens(task, w_0))
        w_1 = descent.step(w_0, task.xs, task.ys, learning_rate=rate)
        ours = tokens.read_prediction(after, d_y=d_y)
        theirs = descent.predict(w_1, task.x_query)
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance)
        shifted = descent.shift_targets(w_0, task.xs, task.ys, learning_rate=rate)
        np.testing.assert_allclose(after[:-1, d_x:], shifted, rtol=0, atol=tolerance)


def test_input_slots_are_left_exactly_alone():
    task, w_0, (rate, _) = random_problem(0, 7, 5, 3)
    before = tokens.make_tokens(task, w_0)
    after = linear_attention(gradient_step(w_0, n_context=7, learning_rate=rate), before)
    np.testing.assert_array_equal(after[:, :5], before[:, :5])


def test_the_update_grows_with_the_rate_and_shrinks_with_the_context():
    task, w_0, _ = random_problem(0, 7, 5, 3)
    before = tokens.make_tokens(task, w_0)

    def update(n_context: int, rate: float) -> np.ndarray:
        params = gradient_step(w_0, n_context=n_context, learning_rate=rate)
        return np.asarray(linear_attention(params, before) - before)

    np.testing.assert_allclose(update(7, 3.0), 3 * update(7, 1.0), rtol=1e-12)
    np.testing.assert_allclose(update(21, 1.0), update(7, 1.0) / 3, rtol=1e-12)


def test_the_visible_products_are_those_of_the_proposition():
    _, w_0, (_, rates) = random_problem(0, 7, 5, 3)
    params = gradient_step(w_0, n_context=7, learning_rate=rates)
    on_x = np.diag([1.0] * 5 + [0.0] * 3)
    np.testing.assert_array_equal(metrics.query_key_form(params), on_x[None])
    writes = np.zeros((8, 8))
    writes[5:, :5] = np.diag(rates / 7) @ w_0
    writes[5:, 5:] = -np.diag(rates / 7)
    np.testing.assert_allclose(metrics.output_value_form(params), writes[None], rtol=1e-14)


def test_the_layer_has_one_head_as_wide_as_a_token():
    params = gradient_step(np.ones((3, 5)), n_context=7, learning_rate=1.0)
    assert [leaf.shape for leaf in jax.tree.leaves(params)] == [(1, 8, 8)] * 4


@pytest.mark.parametrize("rate", [2, 0.5, np.float32(0.5)])
def test_the_precision_of_the_weights_is_that_of_w_0(rate):
    params = gradient_step(np.ones((3, 5), np.float32), n_context=7, learning_rate=rate)
    assert {leaf.dtype for leaf in jax.tree.leaves(params)} == {np.dtype(np.float32)}


def test_the_step_can_be_built_under_jit_and_differentiated():
    task, w_0, _ = random_problem(0, 7, 5, 3)

    @jax.jit
    def half_error(rate):
        params = gradient_step(w_0, n_context=7, learning_rate=rate)
        after = linear_attention(params, tokens.make_tokens(task, w_0))
        prediction = tokens.read_prediction(after, d_y=3)
        return metrics.half_squared_error(prediction, task.y_query)

    direction = delta_w_by_loops(w_0, task.xs, task.ys, 1.0) @ task.x_query
    expected = (w_0 @ task.x_query - task.y_query) @ direction
    np.testing.assert_allclose(jax.grad(half_error)(0.0), expected, rtol=1e-12)


@pytest.mark.parametrize("layer", [linear_attention, softmax_attention])
def test_a_change_of_basis_changes_no_token(rng, layer):
    params = random_params(0)
    changed = change_basis(params, *random_changes(1, params))
    prompt = rng.normal(size=(11, 7))
    np.testing.assert_allclose(layer(changed, prompt), layer(params, prompt), rtol=1e-9, atol=1e-9)


def test_a_change_of_basis_keeps_the_products_and_changes_every_matrix():
    params = random_params(0)
    changed = change_basis(params, *random_changes(1, params))
    for form in (metrics.query_key_form, metrics.output_value_form):
        np.testing.assert_allclose(form(changed), form(params), rtol=0, atol=1e-12)
    for ours, theirs in zip(jax.tree.leaves(changed), jax.tree.leaves(params), strict=True):
        assert np.linalg.norm(ours - theirs) > 0.1 * np.linalg.norm(theirs)


def test_a_change_of_basis_is_its_formula_head_by_head():
    params = random_params(0)
    key_change, value_change = random_changes(1, params)
    changed = change_basis(params, key_change, value_change)
    for h in range(3):
        a, b = key_change[h], value_change[h]
        close = {"rtol": 0, "atol": 1e-13}
        np.testing.assert_allclose(changed.w_k[h], a @ params.w_k[h], **close)
        np.testing.assert_allclose(changed.w_q[h], np.linalg.inv(a).T @ params.w_q[h], **close)
        np.testing.assert_allclose(changed.w_v[h], b @ params.w_v[h], **close)
        np.testing.assert_allclose(changed.w_o[h], params.w_o[h] @ np.linalg.inv(b), **close)


def test_a_change_of_basis_can_be_undone():
    params = random_params(0)
    changes = random_changes(1, params)
    back = change_basis(change_basis(params, *changes), *(np.linalg.inv(c) for c in changes))
    for ours, theirs in zip(jax.tree.leaves(back), jax.tree.leaves(params), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


def test_the_gradient_step_survives_a_change_of_basis():
    task, w_0, (rate, _) = random_problem(0, 7, 5, 3)
    params = gradient_step(w_0, n_context=7, learning_rate=rate)
    changed = change_basis(params, *random_changes(1, params))
    after = linear_attention(changed, tokens.make_tokens(task, w_0))
    expected = tokens_after_a_step(task, w_0, rate)
    np.testing.assert_allclose(after, expected, rtol=0, atol=1e-12)


def test_the_query_among_its_own_keys_would_cost_the_prediction_its_own_residual():
    """Why nobody attends to the query: it would lose (2η/N) |x_q|² W_0 x_q, nothing at W_0 = 0."""
    task, w_0, (rate, _) = random_problem(0, 7, 5, 3)
    for weights in (w_0, 0 * w_0):
        prompt = tokens.make_tokens(task, weights)
        params = gradient_step(weights, n_context=7, learning_rate=rate)
        after = linear_attention(params, prompt)
        # A copy of the query in the context is a query that can be attended to.
        attended = linear_attention(params, np.vstack([prompt[-1:], prompt]))
        lost = tokens.read_prediction(after, d_y=3) - tokens.read_prediction(attended, d_y=3)
        expected = 2 * rate / 7 * (task.x_query @ task.x_query) * (weights @ task.x_query)
        np.testing.assert_allclose(lost, expected, rtol=0, atol=1e-13)


@pytest.mark.usefixtures("as_a_learner_meets_it")
class TestMistakes:
    @pytest.mark.parametrize("shape", [(5,), (2, 3, 5)])
    def test_initial_weights_that_are_no_matrix_are_refused(self, shape):
        expected = rf"w_0 has shape \({shape[0]},.*one row per output.*w_0\[None, :\]"
        with pytest.raises(ValueError, match=expected):
            gradient_step(np.ones(shape), n_context=7, learning_rate=1.0)

    @pytest.mark.parametrize("n_context", [0, -1])
    def test_an_empty_context_is_refused(self, n_context):
        expected = f"n_context = {n_context}, but the loss is a mean over at least 1 context pair"
        with pytest.raises(ValueError, match=expected):
            gradient_step(np.ones((3, 5)), n_context=n_context, learning_rate=1.0)

    @pytest.mark.parametrize("n_rates", [1, 2, 5])
    def test_another_number_of_rates_is_refused(self, n_rates):
        with pytest.raises(ValueError, match=rf"learning_rate has shape \({n_rates},\).*d_y = 3"):
            gradient_step(np.ones((3, 5)), n_context=7, learning_rate=np.ones(n_rates))

    @pytest.mark.parametrize(
        ("name", "wrong", "right"),
        [
            ("key_change", (3, 2, 2), r"\(3, 5, 5\)"),
            ("key_change", (3, 7, 7), r"\(3, 5, 5\)"),
            ("value_change", (1, 2, 2), r"\(3, 2, 2\)"),
            ("value_change", (3, 2, 3), r"\(3, 2, 2\)"),
        ],
    )
    def test_a_change_of_another_shape_is_refused(self, name, wrong, right):
        params = random_params(0)
        changes = dict(zip(["key_change", "value_change"], random_changes(1, params), strict=True))
        with pytest.raises(ValueError, match=rf"{name} has shape .* but it must be {right}"):
            constructions.change_basis(params, **changes | {name: np.ones(wrong)})


def test_weights_built_for_other_tokens_are_refused_where_they_meet_them():
    params = gradient_step(np.ones((3, 5)), n_context=7, learning_rate=1.0)
    with pytest.raises(ValueError, match=r"must be \(1, 8, 6\): build the weights for d_token"):
        attention.linear_attention(params, np.ones((8, 6)))


def gd_plus_plus_by_loops(inputs, slots, w_0, n_context, rate, gamma):
    """Move inputs and slots of all tokens by the two sums of app. A.10, term by term."""
    rates = np.broadcast_to(np.float64(rate), len(w_0))
    moved_x, moved_s = inputs.copy(), slots.copy()
    for j in range(len(inputs)):
        for i in range(n_context):
            score = inputs[i] @ inputs[j]
            moved_x[j] -= gamma * score * inputs[i]
            moved_s[j] += rates / n_context * score * (w_0 @ inputs[i] - slots[i])
    return moved_x, moved_s


@pytest.mark.parametrize("sizes", SIZES)
def test_a_gd_plus_plus_layer_moves_inputs_and_targets(sizes):
    n_context, d_x, _ = sizes
    for seed in SEEDS:
        task, w_0, rates = random_problem(seed, *sizes)
        before = np.asarray(tokens.make_tokens(task, w_0))
        for rate in rates:
            layer = gd_plus_plus_step(w_0, n_context=n_context, learning_rate=rate, gamma=0.3)
            after = np.asarray(linear_attention(layer, before))
            moved_x, moved_s = gd_plus_plus_by_loops(
                before[:, :d_x], before[:, d_x:], w_0, n_context, rate, 0.3
            )
            np.testing.assert_allclose(after[:, :d_x], moved_x, rtol=0, atol=1e-12)
            np.testing.assert_allclose(after[:, d_x:], moved_s, rtol=0, atol=1e-12)


def test_without_gamma_gd_plus_plus_is_the_gradient_step():
    task, w_0, (_, rates) = random_problem(0, 7, 5, 3)
    prompt = tokens.make_tokens(task, w_0)
    plain = gradient_step(w_0, n_context=7, learning_rate=rates)
    ours = gd_plus_plus_step(w_0, n_context=7, learning_rate=rates, gamma=0.0)
    after, expected = linear_attention(ours, prompt), linear_attention(plain, prompt)
    np.testing.assert_allclose(after, expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("sizes", SIZES)
def test_k_layers_are_k_gradient_steps(sizes):
    task, w_0, _ = random_problem(1, *sizes)
    rates = [0.7, 1.9, 0.4]
    layers = gradient_steps(w_0, n_context=sizes[0], learning_rates=rates)
    deep = transformer.stacked(layers, tokens.make_tokens(task, w_0))
    w = w_0
    for depth, rate in enumerate(rates, start=1):
        w = w + delta_w_by_loops(w, task.xs, task.ys, rate)
        ours = tokens.read_prediction(deep[depth], d_y=sizes[2])
        np.testing.assert_allclose(ours, w @ task.x_query, rtol=0, atol=1e-12)


def test_gd_plus_plus_on_residual_tokens_is_a_change_of_inputs_between_steps():
    """After each layer the tokens are a fresh regression, for the moved inputs."""
    task, w_0, _ = random_problem(2, 7, 5, 3)
    rates, gammas = [0.7, 1.9, 0.4], [0.2, -0.1, 0.3]
    layers = gd_plus_plus_steps(d_x=5, d_y=3, n_context=7, learning_rates=rates, gammas=gammas)
    deep = transformer.stacked(layers, tokens.make_residual_tokens(task, w_0))
    inputs, query = np.asarray(task.xs), np.asarray(task.x_query)
    residuals, prediction = task.ys - inputs @ w_0.T, w_0 @ query
    for depth, (rate, gamma) in enumerate(zip(rates, gammas, strict=True), start=1):
        delta_w = delta_w_by_loops(np.zeros((3, 5)), inputs, residuals, rate)
        residuals, prediction = residuals - inputs @ delta_w.T, prediction + delta_w @ query
        shrink = np.eye(5) - gamma * inputs.T @ inputs
        inputs, query = inputs @ shrink, shrink @ query
        close = {"rtol": 0, "atol": 1e-12}
        np.testing.assert_allclose(tokens.read_prediction(deep[depth], d_y=3), prediction, **close)
        np.testing.assert_allclose(deep[depth, :-1, :5], inputs, **close)
        np.testing.assert_allclose(deep[depth, :-1, 5:], residuals, **close)


def test_with_tokens_that_hold_targets_gd_plus_plus_from_w_0_is_no_second_step():
    """Why residual tokens: once x moved, W_0 x' minus the slot is another number."""
    task, w_0, _ = random_problem(0, 7, 5, 3)
    layer = gd_plus_plus_step(w_0, n_context=7, learning_rate=1.0, gamma=0.3)
    targets = transformer.looped(layer, tokens.make_tokens(task, w_0), n_layers=2)
    layers = gd_plus_plus_steps(
        d_x=5, d_y=3, n_context=7, learning_rates=[1.0] * 2, gammas=[0.3] * 2
    )
    residuals = transformer.stacked(layers, tokens.make_residual_tokens(task, w_0))
    np.testing.assert_allclose(targets[1, -1], residuals[1, -1], rtol=0, atol=1e-12)
    assert np.abs(targets[2, -1, 5:] - residuals[2, -1, 5:]).max() > 1e-3


def test_gammas_and_learning_rates_come_in_pairs():
    with pytest.raises(ValueError, match="2 learning rates and 1 gammas were given"):
        gd_plus_plus_steps(d_x=5, n_context=7, learning_rates=[1.0, 1.0], gammas=[0.3])
