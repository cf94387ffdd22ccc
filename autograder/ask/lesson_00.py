"""How the exercises of lesson 00 are put to an answer."""

from collections.abc import Callable, Mapping
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from autograder.ask import Ask, NotAnAnswerError, array, give, reuses_a_key

Answer = Callable[..., Any]
Case = Mapping[str, np.ndarray]


def _loss(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    return {"loss": array(answer(*give(case, "w", "xs", "ys")), "the loss")}


def _hand_gradient(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    return {"gradient": array(answer(*give(case, "w", "xs", "ys")), "the gradient")}


class _Network(eqx.Module):
    """A record of the parameters of the exercise on trees."""

    first: jax.Array
    second: jax.Array
    shift: jax.Array


FORMS: tuple[tuple[Callable[..., Any], Callable[[Any], tuple[Any, ...]]], ...] = (
    (
        lambda first, second, shift: {"first": first, "second": second, "shift": shift},
        lambda params: (params["first"], params["second"], params["shift"]),
    ),
    (
        lambda first, second, shift: [{"weights": first}, (second, shift)],
        lambda params: (params[0]["weights"], *params[1]),
    ),
    (_Network, lambda params: (params.first, params.second, params.shift)),
)
"""How three arrays are put into a tree, and found in it again; after these, one bare array."""


def _tree_step(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    """Ask for a step on a small linear network, whose leaves meet in products."""
    first, second, shift, xs, ys = give(case, "first", "second", "shift", "xs", "ys")
    form = int(case["form"])
    names: tuple[str, ...] = ("first", "second", "shift")

    def loss(params: Any) -> jax.Array:
        layers = FORMS[form][1](params) if form < len(FORMS) else (first, params, shift)
        missed = xs @ layers[0].T @ layers[1].T + layers[2][None] - ys
        return jnp.sum(missed**2) / (2 * len(xs))

    if form < len(FORMS):
        params = FORMS[form][0](first, second, shift)
    else:
        params, names = second, ("second",)
    after = answer(loss, params, float(case["learning_rate"]))
    ours: Any = jax.tree.structure(after)
    theirs: Any = jax.tree.structure(params)
    if ours != theirs:
        raise NotAnAnswerError(f"a tree of the form {ours} came back; expected {theirs}")
    leaves = zip(names, jax.tree.leaves(after), strict=True)
    return {name: array(leaf, f"the leaf {name}") for name, leaf in leaves}


def _vmap_tasks(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    return {"losses": array(answer(*give(case, "ws", "xs", "ys")), "the table")}


NAMES = {"w": "W", "xs": "the inputs", "ys": "the targets"}
"""The three arrays of a drawn task, and what a message calls them."""

FEW_DRAWS = 48
"""For an answer that `jax.vmap` cannot take to all keys at once: one call each is slow."""


def _three(drawn: Any) -> tuple[Any, ...]:
    if not isinstance(drawn, tuple | list) or len(drawn) != len(NAMES):
        raise NotAnAnswerError("expected three arrays: W, the inputs and the targets")
    return tuple(drawn)


def _split_keys(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    """Draw a task for each seed, the first one again, and once with JAX watching the key."""
    n_context, d_x = int(case["n_context"]), int(case["d_x"])
    noise_scale = float(case["noise_scale"])

    def draw(key: jax.Array) -> tuple[Any, ...]:
        return _three(answer(key, n_context, d_x, noise_scale))

    def one(seed: int) -> list[np.ndarray]:
        drawn = zip(draw(jax.random.key(seed)), NAMES.values(), strict=True)
        return [array(value, name) for value, name in drawn]

    seeds = [int(seed) for seed in case["seeds"]]
    again = one(seeds[0])
    try:
        keys = jax.vmap(jax.random.key)(jnp.asarray(seeds))
        columns = [array(value, "a batch of draws") for value in jax.vmap(draw)(keys)]
    except Exception:
        columns = _stacked([one(seed) for seed in seeds[:FEW_DRAWS]])
    found = dict(zip(NAMES, columns, strict=True))
    found |= {f"{name}_again": value for name, value in zip(NAMES, again, strict=True)}
    return found | {"key_reused": np.asarray(float(reuses_a_key(lambda: one(seeds[0]))))}


def _stacked(draws: list[list[np.ndarray]]) -> list[np.ndarray]:
    try:
        return [np.stack(values) for values in zip(*draws, strict=True)]
    except ValueError as error:
        raise NotAnAnswerError("the shapes that came back differ from key to key") from error


def _gd_loop(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    w_0, xs, ys = give(case, "w", "xs", "ys")
    losses = answer(w_0, xs, ys, float(case["learning_rate"]), int(case["n_steps"]))
    return {"losses": array(losses, "the losses")}


def _divergence_threshold(answer: Answer, case: Case) -> dict[str, np.ndarray]:
    return {"step size": array(answer(*give(case, "xs")), "the step size")}


ASKS = (
    Ask("loss", "loss", _loss, ("descent.loss",)),
    Ask(
        "hand-gradient",
        "hand_gradient",
        _hand_gradient,
        ("descent.gradient", "descent.gradient_by_autodiff"),
    ),
    Ask("tree-step", "tree_step", _tree_step),
    Ask("vmap-tasks", "loss_table", _vmap_tasks),
    Ask("split-keys", "noisy_task", _split_keys),
    Ask(
        "gd-loop",
        "loss_history",
        _gd_loop,
        ("descent.step", "descent.descend", "descent.trajectory"),
    ),
    Ask(
        "divergence-threshold",
        "largest_step",
        _divergence_threshold,
        ("descent.largest_stable_step",),
    ),
)
