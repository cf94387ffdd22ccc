"""Orderings: how much an answer depends on the order in which the examples stand.

Gradient descent on the mean loss adds its examples up, so their order cannot matter. What is
measured here is how far that holds for any other predictor.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int, Key

from icl_course.arrays import Array
from icl_course.tasks import Task

Predict = Callable[
    [Float[Array, "n_context d_x"], Float[Array, "n_context d_y"], Float[Array, " d_x"]],
    Float[Array, " d_y"],
]
"""A predictor: from the context's inputs and targets and the query's input to a prediction."""


def random_orders(
    key: Key[Array, ""], *, n_orders: int, n_context: int
) -> Int[Array, "n_orders n_context"]:
    """Draw orders of the examples, each a permutation of 0 to N - 1.

    >>> sorted(random_orders(jax.random.key(0), n_orders=2, n_context=3)[0].tolist())
    [0, 1, 2]
    """
    draw = jax.vmap(lambda one: jax.random.permutation(one, n_context))
    return draw(jax.random.split(key, n_orders))


def in_orders(
    predict: Predict, task: Task, orders: Int[Array, "n_orders n_context"]
) -> Float[Array, "n_orders d_y"]:
    """Return the predictions for one prompt, its examples put into each of some orders.

    An example moves as a whole, input and target together.

    >>> last = lambda xs, ys, x_query: ys[-1]
    >>> task = Task(xs=jnp.ones((2, 1)), ys=jnp.array([[3.0], [4.0]]), x_query=jnp.ones(1),
    ...             y_query=jnp.ones(1))
    >>> in_orders(last, task, jnp.array([[0, 1], [1, 0]])).tolist()
    [[4.0], [3.0]]
    """
    xs, ys = jnp.asarray(task.xs), jnp.asarray(task.ys)
    one = jax.vmap(lambda order: predict(xs[order], ys[order], task.x_query))
    return jnp.asarray(one(orders))


def order_sensitivity(
    predictions: Float[Array, "n_prompts n_orders d_y"],
) -> Float[Array, ""]:
    """Return how far predictions move with the order, in units of their own size.

        sqrt(mean_p mean_o |f_po - mean_o f_po|²) / sqrt(mean_p mean_o |f_po|²)

    0 where order does not matter; 1 where a prompt's mean over orders is 0, so that order is all.

    Source: after 2310.08540, which shuffles demonstrations and looks at the standard
    deviation of what comes out. The division by the size of the predictions is ours.

    Arguments: `predictions`, f_po for prompts p and orders o. Returns a number.

    >>> float(order_sensitivity(jnp.array([[[1.0], [-1.0]], [[1.0], [-1.0]]])))
    1.0
    """
    spread = predictions - jnp.mean(predictions, axis=1, keepdims=True)
    return jnp.sqrt(jnp.sum(spread**2) / jnp.sum(predictions**2))


def bootstrap(
    key: Key[Array, ""],
    statistic: Callable[[Array], Array],
    samples: Float[Array, "n_prompts *rest"],
    *,
    n_draws: int = 400,
    share: float = 0.95,
) -> Float[Array, "2"]:
    """Return the percentile interval of a statistic: prompts are drawn again, with replacement.

    Source: Efron 1979.

    Arguments:

    - `key`: a typed key.
    - `statistic`: maps samples, prompts first, to a number.
    - `samples`: what was measured, one prompt per row.
    - `n_draws`, `share`: how often to draw, and how much of the draws lies in the interval.

    Returns its two ends.

    >>> bootstrap(jax.random.key(0), jnp.mean, jnp.full(5, 2.0)).tolist()
    [2.0, 2.0]
    """

    places = jax.random.randint(key, (n_draws, len(samples)), 0, len(samples))
    # One statistic after the other: compiling all of them would take longer than running them.
    held = np.asarray(samples)
    values = jnp.stack([jnp.asarray(statistic(held[row])) for row in np.asarray(places)])
    tail = (1 - share) / 2
    return jnp.quantile(values, jnp.array([tail, 1 - tail]))
