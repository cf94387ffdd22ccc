"""Drifting tasks: the teacher moves on from example to example, so that old examples count less.

No gradient descent on the mean loss can tell an old example from a new one. The Bayes answer can,
and has a closed form: it is a ridge regression in which examples far apart agree less.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Float, Key

from icl_course.arrays import Array, Scalar
from icl_course.tasks import Task


def sample_drifting(
    key: Key[Array, ""],
    *,
    n_context: int,
    d_x: int,
    persistence: Scalar,
    label_noise: Scalar,
) -> Task:
    """Sample one task whose teacher drifts: a new one for every example, close to the one before.

        w_1 ~ N(0, I),   w_{t+1} = ρ w_t + sqrt(1 - ρ²) ξ_t,   ξ_t ~ N(0, I)
        x_t ~ N(0, I),   y_t = w_t · x_t + σ ε_t,   and the query asks for w_{N+1} · x_q

    At all times w_t ~ N(0, I). With ρ = 1 the teacher stands still.

    Arguments:

    - `key`: a typed key.
    - `n_context`, `d_x`: the number N of examples, and the size of an input.
    - `persistence`: ρ, from 0 to 1.
    - `label_noise`: the standard deviation σ of the noise on the context's targets.

    Returns a `Task` with one output.

    >>> sample_drifting(jax.random.key(0), n_context=5, d_x=3, persistence=0.9,
    ...                 label_noise=0.1).xs.shape
    (5, 3)
    """
    key_first, key_moves, key_xs, key_noise = jax.random.split(key, 4)
    inputs = jax.random.normal(key_xs, (n_context + 1, d_x))
    moves = jax.random.normal(key_moves, (n_context, d_x))

    def move(now: jax.Array, by: jax.Array) -> tuple[jax.Array, jax.Array]:
        after = jnp.asarray(persistence * now + jnp.sqrt(1 - persistence**2) * by)
        return after, after

    first = jax.random.normal(key_first, (d_x,))
    _, later = jax.lax.scan(move, first, moves)
    answers = jnp.sum(jnp.concatenate([first[None], later]) * inputs, axis=1)
    noise = label_noise * jax.random.normal(key_noise, (n_context,))
    return Task(
        xs=inputs[:-1],
        ys=(answers[:-1] + noise)[:, None],
        x_query=inputs[-1],
        y_query=answers[-1:],
    )


def drifting_posterior(
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    x_query: Float[Array, " d_x"],
    *,
    persistence: Scalar,
    label_noise: Scalar,
) -> tuple[Float[Array, " d_y"], Float[Array, ""]]:
    """Return mean and variance of w_{N+1} · x_q given the context: the Bayes answer and its risk.

        C_st = ρ^|s-t| x_s · x_t + σ² [s = t],   c_t = ρ^(N+1-t) x_t · x_q
        mean = c^T C^{-1} y,   variance = |x_q|² - c^T C^{-1} c

    All is jointly normal, since E w_s w_t^T = ρ^|s-t| I. With ρ = 1 this is
    `predictors.posterior_mean`. No predictor has a smaller mean squared error than the variance.

    Source: Gaussian conditioning; the same numbers come out of a Kalman filter.

    Arguments are those of `sample_drifting`, with σ > 0, for the context of one task.

    >>> one = jnp.ones((1, 1))
    >>> mean, variance = drifting_posterior(one, 4 * one, jnp.ones(1), persistence=0.5,
    ...                                     label_noise=1.0)
    >>> mean.tolist(), float(variance)
    ([1.0], 0.875)
    """
    n_context = len(xs)
    ages = n_context - jnp.arange(n_context)
    apart = jnp.abs(ages[:, None] - ages[None])
    covariance = persistence**apart * jnp.matmul(xs, xs.T)
    covariance = covariance + label_noise**2 * jnp.eye(n_context)
    with_query = persistence**ages * jnp.matmul(xs, x_query)
    weights = jnp.linalg.solve(covariance, with_query)
    return jnp.matmul(weights, ys), jnp.dot(x_query, x_query) - jnp.dot(weights, with_query)
