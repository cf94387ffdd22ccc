"""Where the story stops: preconditioners, the delta rule, the order of examples, few teachers.

These are other papers' findings, at sizes that show them on two cores.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Float, Key

from icl_course import delta_rule, diversity, orderings, preconditioning, predictors
from icl_course.alternating import run_of
from icl_course.arrays import Array
from icl_course.attention import AttentionParams, init_attention, updated_query
from icl_course.copying import predict as predict_apart
from icl_course.figures import limits as drawn
from icl_course.reproduction.records import Outcome, Settings, Train, at_least, at_most, near, shown
from icl_course.shipped import load
from icl_course.tasks import Task, sample_linear
from icl_course.tokens import make_tokens, read_prediction
from icl_course.training import clipped_adam, in_context_loss, make_step, start, train

EIGENVALUES = (2.0, 1.0, 0.5, 0.25)
"""Of the covariance that the layer is trained on; its axes are turned."""

N_CONTEXT = 20
REACHED = 1.1
"""A run has reached the minimum if its loss is at most so many times the least possible."""


def preconditioner(settings: Settings, key: Key[Array, ""], train_net: Train) -> Outcome:
    """Train linear layers on inputs that are not alike, and read off the step that they take."""
    name, setting = "preconditioner", f"N = {N_CONTEXT}, eigenvalues {EIGENVALUES}"
    values = np.array(EIGENVALUES)
    basis = np.linalg.qr(np.random.default_rng(0).normal(size=(len(values),) * 2))[0]
    factor = jnp.asarray(basis * np.sqrt(values), float)
    covariance = jnp.matmul(factor, factor.T)
    best = preconditioning.best_preconditioner(covariance, n_context=N_CONTEXT)
    least = float(preconditioning.preconditioned_loss(best, covariance, n_context=N_CONTEXT))
    runs = [_trained_layer(factor, seed, settings) for seed in settings["seeds"]]
    losses = np.array([loss for _, loss in runs])
    params = runs[int(losses.argmin())][0]
    matrix = preconditioning.read_matrix(
        lambda *prompt: _answer(params, _task(*prompt)), n_context=N_CONTEXT, d_x=len(values)
    )
    steps = np.diag(basis.T @ np.asarray(matrix) @ basis)
    closed = np.diag(basis.T @ np.asarray(best) @ basis)
    rows = [
        near(name, f"step along the eigenvector of {value:g}", setting, paper=closed[place],
             here=steps[place], share=0.05, source="theory")
        for place, value in enumerate(values)
    ]  # fmt: skip
    rows += [
        near(name, "loss of the best run", setting, paper=least, here=losses.min(), share=0.05,
             source="theory"),
        shown(name, "share of runs that reach the minimum", f"{len(runs)} first weights",
              here=np.mean(losses < REACHED * least)),
    ]  # fmt: skip
    rate, _ = preconditioning.best_step(values, n_context=N_CONTEXT)
    figure = drawn.preconditioner(values, steps, n_context=N_CONTEXT, best_step=float(rate))
    return Outcome(rows=rows, figures={"": figure}, numbers={"losses": losses, "steps": steps})


def _trained_layer(
    factor: Float[Array, "d_x d_x"], seed: int, settings: Settings
) -> tuple[AttentionParams, float]:
    """Return one layer trained from the first weights of a seed, and its loss in the end."""
    d_token = len(factor) + 1
    law = partial(preconditioning.correlated_inputs, factor=factor)
    sample = partial(sample_linear, n_context=N_CONTEXT, d_x=len(factor), sample_inputs=law)
    loss = in_context_loss(_answer, sample, batch_size=settings["batch_size"])
    falling = optax.cosine_decay_schedule(6e-3, settings["n_steps"])
    optimiser = clipped_adam(learning_rate=falling, largest_norm=0.1)
    sizes = {"d_token": d_token, "d_key": d_token, "d_value": d_token}
    first = init_attention(jax.random.key(seed), scale=0.2, **sizes)
    state, info = train(
        jax.random.key(1),
        start(first, optimiser),
        step=make_step(loss, optimiser),
        n_steps=settings["n_steps"],
    )
    return state.params, float(np.mean(np.asarray(info.loss)[-300:]))


def _answer(params: AttentionParams, task: Task) -> Float[Array, " d_y"]:
    """Return a layer's prediction for the query of a task."""
    return read_prediction(updated_query(params, make_tokens(task))[None], d_y=1)


def _task(xs: Array, ys: Array, x_query: Array) -> Task:
    """Return the task of a prompt; its answer is nobody's business."""
    return Task(xs=xs, ys=ys, x_query=x_query, y_query=jnp.zeros(1))


def delta_forms(settings: Settings, key: Key[Array, ""], train_net: Train) -> Outcome:
    """Compare the delta rule's two forms, and one pass of it with one batch step."""
    name, d_x, n_context, noise = "delta-rule", 5, 40, 0.3
    key_long, key_tasks = jax.random.split(key)
    apart = _forms_apart(key_long, n_tokens=512, d_key=32)
    draw = partial(
        sample_linear, n_context=n_context, d_x=d_x, sample_inputs=jax.random.normal,
        label_noise=noise,
    )  # fmt: skip
    tasks = jax.vmap(draw)(jax.random.split(key_tasks, settings["n_tasks"]))
    rate, closed = preconditioning.best_step(jnp.ones(d_x), n_context=n_context, label_noise=noise)

    def losses(predict: Callable[[Task], Array]) -> np.ndarray:
        answers = jax.jit(jax.vmap(predict))(tasks)
        return np.asarray((answers - tasks.y_query) ** 2 / 2, np.float64)[:, 0]

    def online(task: Task) -> Array:
        rates = jnp.full(n_context, 0.1)
        empty = jnp.zeros((1, d_x))
        _, memory = delta_rule.recurrent(empty, task.xs, task.xs, task.ys, rates)
        return jnp.matmul(memory, task.x_query)

    batch = losses(lambda t: predictors.one_step(t.xs, t.ys, t.x_query, learning_rate=rate))
    one_pass = losses(online)
    setting = f"N = {n_context}, d = {d_x}, noise {noise}"
    rows = [
        at_most(name, "recurrent against chunks of 64, relative", "512 tokens, float32",
                paper=1e-5, here=apart, source="SEEDS.md, section 6"),
        near(name, "loss of the best batch step", setting, paper=float(closed), here=batch.mean(),
             share=0.1, source="theory"),
        shown(name, "loss of one pass, beta = 0.1", setting, here=one_pass.mean()),
        at_least(name, "batch step over one pass, lower end of the 95 % interval", setting,
                 paper=1.0, here=_ratio_low(batch, one_pass), source="lesson 10"),
    ]  # fmt: skip
    return Outcome(rows=rows, numbers={"batch": batch.mean(), "one pass": one_pass.mean()})


def _forms_apart(key: Key[Array, ""], *, n_tokens: int, d_key: int) -> float:
    """Return the largest difference of the two forms, relative to the largest output."""
    key_q, key_k, key_v, key_rate = jax.random.split(key, 4)
    keys = jax.random.normal(key_k, (n_tokens, d_key))
    inputs = (
        jnp.zeros((d_key, d_key)),
        jax.random.normal(key_q, (n_tokens, d_key)),
        keys / jnp.linalg.norm(keys, axis=1, keepdims=True),
        jax.random.normal(key_v, (n_tokens, d_key)),
        jax.random.uniform(key_rate, (n_tokens,)),
    )
    one, _ = delta_rule.recurrent(*inputs)
    other, _ = delta_rule.chunked(*inputs, n_per_chunk=64)
    return float(jnp.abs(one - other).max() / jnp.abs(one).max())


def _ratio_low(one: np.ndarray, other: np.ndarray) -> float:
    """Return the lower end of the 95 % interval of a ratio of two means."""
    errors = [sample.std() / np.sqrt(len(sample)) / sample.mean() for sample in (one, other)]
    return float(one.mean() / other.mean() * (1 - 1.96 * np.hypot(*errors)))


def order(settings: Settings, key: Key[Array, ""], train_net: Train) -> Outcome:
    """Shuffle the examples of prompts, for learners that can tell places apart and that cannot."""
    name, setting = "order-sensitivity", "N = d = 10"
    key_tasks, key_orders, key_ends = jax.random.split(key, 3)
    draw = partial(sample_linear, n_context=10, d_x=10)
    tasks = jax.vmap(draw)(jax.random.split(key_tasks, settings["n_tasks"]))
    orders = orderings.random_orders(key_orders, n_orders=24, n_context=10)
    run = run_of(load("alternating_tokens")[0])

    def online(xs: Array, ys: Array, x_query: Array) -> Array:
        rates = jnp.full(len(xs), 0.9)
        empty = jnp.zeros((1, xs.shape[1]))
        return jnp.matmul(delta_rule.recurrent(empty, xs, xs, ys, rates)[1], x_query)

    learners: dict[str, Any] = {
        "one batch step": partial(predictors.one_step, learning_rate=6.0606),
        "lesson 06, trained": lambda *p: predict_apart(run.params[-1], _task(*p), run.code),
        "the delta rule": online,
    }
    found, ends = [], []
    for learner in learners.values():
        each = jax.vmap(partial(orderings.in_orders, learner), in_axes=(0, None))
        table = jax.jit(each)(tasks, orders)
        found.append(float(orderings.order_sensitivity(table)))
        ends.append(orderings.bootstrap(key_ends, orderings.order_sensitivity, table))
    rows = [
        at_most(name, "of one batch step", setting, paper=1e-4, here=found[0], source="theory: 0"),
        shown(name, "of lesson 06's trained net, which has positions", setting, here=found[1]),
        at_least(name, "of that net, lower end of the 95 % interval", setting, paper=0.01,
                 here=float(ends[1][0]), source="lesson 10"),
        at_least(name, "of the delta rule, lower end of the 95 % interval", setting, paper=0.01,
                 here=float(ends[2][0]), source="lesson 10"),
    ]  # fmt: skip
    figure = drawn.order_sensitivities(list(learners), np.array(found), np.stack(ends))
    return Outcome(rows=rows, figures={"": figure})


def teachers(settings: Settings, key: Key[Array, ""], train_net: Train) -> Outcome:
    """Train nets on few and on many teachers, and ask them about new ones."""
    name = "task-diversity"
    sizes = {n: settings[n] for n in ("d_hidden", "n_steps", "batch_size", "learning_rate")}
    setting = {"n_context": settings["n_context"], "label_noise": 0.5}
    key_teachers, key_train = jax.random.split(jax.random.key(settings["seed"]))
    numbers = np.array(settings["n_teachers"])
    means: list[dict[str, float]] = []
    for m in numbers.tolist():
        few = diversity.draw_teachers(key_teachers, n_teachers=m, d_x=settings["d_x"])
        net, _ = diversity.train_on(jax.random.fold_in(key_train, m), few, **sizes, **setting)
        found = diversity.on_new_teachers(net, few, key, n_tasks=settings["n_tasks"], **setting)
        means.append({what: float(value.mean()) for what, value in found.items()})
    by_name = {what: np.array([one[what] for one in means]) for what in means[0]}
    discrete, ridge = by_name["to the discrete"], by_name["to ridge"]
    where = f"d = {settings['d_x']}, N = {settings['n_context']}, noise 0.5"
    rows = [
        at_least(name, f"distance to ridge over distance to the discrete answer, M = {numbers[0]}",
                 where, paper=1.0, here=ridge[0] / discrete[0], source="2306.15063, figure 2"),
        at_most(name, f"distance to ridge over distance to the discrete answer, M = {numbers[-1]}",
                where, paper=1.0, here=ridge[-1] / discrete[-1], source="2306.15063, figure 2"),
        at_most(name, f"risk on new teachers over that of the discrete answer, M = {numbers[-1]}",
                where, paper=1.0,
                here=by_name["risk of the net"][-1] / by_name["risk of the discrete"][-1],
                source="2306.15063, figure 2"),
        shown(name, "first M at which the net is nearer to ridge", where,
              here=numbers[np.argmax(ridge < discrete)]),
    ]  # fmt: skip
    risks = {
        "the net": by_name["risk of the net"],
        "Bayes for the few teachers": by_name["risk of the discrete"],
        "ridge": by_name["risk of ridge"],
    }
    figure = drawn.diversity(numbers, risks, discrete, ridge)
    return Outcome(rows=rows, figures={"": figure}, numbers=by_name)
