"""Against: loops over tasks, Adam written out in NumPy, and a Python loop of steps."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from icl_course import batches, training
from icl_course.tasks import Task, sample_linear

N_CONTEXT, D_X, D_Y = 5, 3, 2
sample = partial(sample_linear, n_context=N_CONTEXT, d_x=D_X, d_y=D_Y)


def linear(params: jax.Array, task: Task) -> jax.Array:
    """A net of one matrix that sees the query and the first target."""
    return params @ task.x_query + task.ys[0]


def quadratic(params, key) -> jax.Array:
    """A loss whose batch is one random vector."""
    return jnp.sum((params["w"] - jax.random.normal(key, (3,))) ** 2) / 2 + params["b"] ** 4


def quadratic_slopes(params, key) -> dict[str, np.ndarray]:
    drawn = np.asarray(jax.random.normal(jax.random.clone(key), (3,)))
    return {"w": np.asarray(params["w"]) - drawn, "b": 4 * np.asarray(params["b"]) ** 3}


@pytest.fixture
def params() -> dict[str, jax.Array]:
    return {"w": jnp.array([1.0, -2.0, 3.0]), "b": jnp.array(0.5)}


def test_the_loss_is_a_mean_over_fresh_tasks_of_half_squared_errors(rng):
    weights = rng.normal(size=(D_Y, D_X))
    loss = training.in_context_loss(linear, sample, batch_size=7)
    expected = 0.0
    for key in jax.random.split(jax.random.key(3), 7):
        task = sample(key)
        missed = weights @ np.asarray(task.x_query) + task.ys[0] - task.y_query
        expected += sum(missed[o] ** 2 for o in range(D_Y)) / 2 / 7
    np.testing.assert_allclose(loss(jnp.asarray(weights), jax.random.key(3)), expected, rtol=1e-12)


def test_the_loss_of_a_batch_sampler_is_that_of_its_batch(rng):
    weights = rng.normal(size=(D_Y, D_X))
    draw = partial(batches.sample_linear_batch, n_tasks=7, n_context=N_CONTEXT, d_x=D_X, d_y=D_Y)
    batch = draw(jax.random.key(3))
    missed = np.asarray(batch.x_query) @ weights.T + batch.ys[:, 0] - batch.y_query
    expected = (np.asarray(missed) ** 2).sum() / 14
    found = training.batch_loss(linear, draw)(jnp.asarray(weights), jax.random.key(3))
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_another_key_is_another_batch():
    loss, weights = training.in_context_loss(linear, sample, batch_size=7), jnp.ones((D_Y, D_X))
    one, again, other = (loss(weights, jax.random.key(seed)) for seed in (0, 0, 1))
    assert one == again
    assert one != other


def test_a_step_is_the_gradient_through_the_optimiser(params):
    optimiser, key = optax.sgd(0.1, momentum=0.9), jax.random.key(5)
    state = training.start(params, optimiser)
    step = training.make_step(quadratic, optimiser)
    velocity = {name: np.zeros(np.shape(value)) for name, value in params.items()}
    weights = {name: np.asarray(value) for name, value in params.items()}
    for number in range(3):
        now = jax.random.fold_in(key, number)
        slopes = quadratic_slopes(weights, now)
        loss = quadratic(
            {name: jnp.asarray(w) for name, w in weights.items()}, jax.random.clone(now)
        )
        state, info = step(state, now)
        size = np.sqrt(sum(np.sum(slope**2) for slope in slopes.values()))
        np.testing.assert_allclose(info.loss, loss, rtol=1e-12)
        np.testing.assert_allclose(info.gradient_norm, size, rtol=1e-12)
        for name, slope in slopes.items():
            velocity[name] = slope + 0.9 * velocity[name]
            weights[name] = weights[name] - 0.1 * velocity[name]
            np.testing.assert_allclose(state.params[name], weights[name], rtol=1e-12)
        assert int(state.n_steps) == number + 1


@pytest.mark.parametrize("largest_norm", [1e-3, 10.0])
def test_the_optimiser_is_adam_on_clipped_gradients(rng, largest_norm):
    optimiser = training.clipped_adam(learning_rate=0.01, largest_norm=largest_norm, b2=0.98)
    params = {"w": jnp.zeros(3), "b": jnp.zeros(())}
    memory, mean, square = optimiser.init(params), np.zeros(4), np.zeros(4)
    for number in range(1, 5):
        flat = rng.normal(size=4)
        gradient = {"w": jnp.asarray(flat[:3]), "b": jnp.asarray(flat[3])}
        updates, memory = optimiser.update(gradient, memory)
        clipped = flat * min(1.0, largest_norm / np.linalg.norm(flat))
        mean, square = 0.9 * mean + 0.1 * clipped, 0.98 * square + 0.02 * clipped**2
        step = mean / (1 - 0.9**number) / (np.sqrt(square / (1 - 0.98**number)) + 1e-8)
        found = np.append(updates["w"], updates["b"])
        np.testing.assert_allclose(found, -0.01 * step, rtol=1e-7)


def a_run(n_steps: int, *, n_per_chunk: int = 4, state=None, **more):
    optimiser = training.clipped_adam(learning_rate=0.1, largest_norm=1.0)
    begin = {"w": jnp.array([1.0, -2.0, 3.0]), "b": jnp.array(0.5)}
    return training.train(
        jax.random.key(7),
        training.start(begin, optimiser) if state is None else state,
        step=training.make_step(quadratic, optimiser),
        n_steps=n_steps,
        n_per_chunk=n_per_chunk,
        **more,
    )


def test_training_is_a_loop_of_steps_each_with_a_key_of_its_own():
    optimiser = training.clipped_adam(learning_rate=0.1, largest_norm=1.0)
    step = training.make_step(quadratic, optimiser)
    begin = {"w": jnp.array([1.0, -2.0, 3.0]), "b": jnp.array(0.5)}
    state, losses = training.start(begin, optimiser), []
    for number in range(11):
        state, info = step(state, jax.random.fold_in(jax.random.key(7), number))
        losses.append(info.loss)
    trained, infos = a_run(11)
    np.testing.assert_allclose(infos.loss, losses, rtol=1e-12)
    assert infos.gradient_norm.shape == (11,)
    for ours, theirs in zip(jax.tree.leaves(trained), jax.tree.leaves(state), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-11)


@pytest.mark.parametrize("n_per_chunk", [1, 3, 11, 100])
def test_chunks_do_not_show(n_per_chunk):
    one, infos = a_run(11)
    other, others = a_run(11, n_per_chunk=n_per_chunk)
    np.testing.assert_allclose(infos.loss, others.loss, rtol=1e-12)
    np.testing.assert_allclose(one.params["w"], other.params["w"], rtol=1e-11)


@pytest.mark.parametrize("stopped_at", [0, 1, 4, 6, 11])
def test_a_resumed_run_ends_as_the_unbroken_one(stopped_at):
    whole, infos = a_run(11)
    half, first = a_run(stopped_at)
    resumed, second = a_run(11, state=half)
    assert int(half.n_steps) == stopped_at
    for ours, theirs in zip(jax.tree.leaves(resumed), jax.tree.leaves(whole), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-11)
    np.testing.assert_allclose(np.concatenate([first.loss, second.loss]), infos.loss, rtol=1e-12)


def test_python_has_its_turn_between_chunks_and_may_end_the_training():
    seen = []

    def after_chunk(state, info):
        seen.append((int(state.n_steps), len(info.loss)))
        return len(seen) == 2

    state, infos = a_run(11, after_chunk=after_chunk)
    assert seen == [(4, 4), (8, 4)]
    assert int(state.n_steps) == len(infos.loss) == 8
    seen.clear()
    a_run(11, after_chunk=lambda state, info: seen.append(len(info.loss)))
    assert seen == [4, 4, 3]


def test_no_steps_leave_the_state_and_give_no_infos():
    state, infos = a_run(0)
    assert int(state.n_steps) == 0
    assert infos.loss.shape == infos.gradient_norm.shape == (0,)


def test_a_run_has_converged_where_a_loss_is_near_the_mean_of_the_next():
    losses = np.concatenate([np.linspace(5, 1.2, 30), np.full(60, 1.0)])
    for n_window, tolerance in ((5, 0.01), (20, 0.05), (3, 0.3)):
        expected = next(
            t
            for t in range(len(losses) - n_window)
            if abs(losses[t] - losses[t + 1 : t + 1 + n_window].mean())
            <= tolerance * losses[t + 1 : t + 1 + n_window].mean()
        )
        found = training.converged_at(losses, n_window=n_window, tolerance=tolerance)
        assert found == expected


def test_a_short_or_falling_run_has_not_converged():
    assert training.converged_at(np.ones(10), n_window=10) is None
    assert training.converged_at(np.ones(11), n_window=10) == 0
    assert training.converged_at(0.5 ** np.arange(30), n_window=5) is None


@pytest.mark.usefixtures("as_a_learner_meets_it")
def test_sizes_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match=r"batch_size = 0, but a mean needs at least 1 task"):
        training.in_context_loss(linear, sample, batch_size=0)
    with pytest.raises(ValueError, match=r"n_per_chunk = 0, but a chunk has at least 1 step"):
        a_run(3, n_per_chunk=0)
