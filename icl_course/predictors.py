"""Predictors: what one can answer for a query, given the examples and no attention.

Each takes the context pairs and the query's input and returns the predicted target. All but `zero`
are linear in the query, W x_q; they differ in the W that they make of the context.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Float

from icl_course import descent
from icl_course.arrays import Array, Scalar


def zero(
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    x_query: Float[Array, " d_x"],
) -> Float[Array, " d_y"]:
    """Predict 0, whatever the context says: the best answer of one who has not read it.

    Targets have mean 0 over tasks, so no constant does better.

    Arguments:

    - `xs`, `ys`: the N context pairs, one per row.
    - `x_query`: the input x_q to answer for.

    Returns zeros, one per output.

    >>> zero(jnp.ones((5, 3)), jnp.ones((5, 2)), jnp.ones(3)).tolist()
    [0.0, 0.0]
    """
    return jnp.zeros(ys.shape[1], jnp.result_type(xs, ys, x_query))


def one_step(
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    x_query: Float[Array, " d_x"],
    *,
    learning_rate: Scalar,
) -> Float[Array, " d_y"]:
    """Predict with the weights that one gradient step from W = 0 gives.

        W_1 = η/N sum_i y_i x_i^T

    Source: 2212.07677, section 3 (same letters).

    Arguments are those of `zero`, and the step size η. Returns the prediction W_1 x_q. Raises
    `ValueError` where the shapes do not fit.

    >>> xs, ys = jnp.array([[1.0], [2.0]]), jnp.array([[2.0], [4.0]])
    >>> one_step(xs, ys, jnp.array([3.0]), learning_rate=0.2).tolist()
    [3.0]
    """
    return many_steps(xs, ys, x_query, learning_rates=jnp.asarray([learning_rate]))


def many_steps(
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    x_query: Float[Array, " d_x"],
    *,
    learning_rates: Float[Array, " n_steps"],
) -> Float[Array, " d_y"]:
    """Predict with the weights that K gradient steps from W = 0 give.

        W_k = W_{k-1} - η_k dL/dW (W_{k-1}),   L(W) = 1/(2N) sum_i |W x_i - y_i|²

    Source: 2212.07677, section 4 (there with one η for all steps).

    Arguments are those of `zero`, and:

    - `learning_rates`: the step sizes η_1, ..., η_K; `jnp.full(K, η)` for one shared by all.

    Returns the prediction W_K x_q. Raises `ValueError` where the shapes do not fit.

    >>> xs, ys = jnp.array([[1.0]]), jnp.array([[8.0]])
    >>> many_steps(xs, ys, jnp.array([1.0]), learning_rates=jnp.full(3, 0.5)).tolist()
    [7.0]
    """
    rates = jnp.asarray(learning_rates)
    start = jnp.zeros((ys.shape[1], xs.shape[1]), jnp.result_type(xs, ys, rates))

    def step(w: jax.Array, rate: jax.Array) -> tuple[jax.Array, None]:
        return jnp.asarray(descent.step(w, xs, ys, learning_rate=rate)), None

    w, _ = jax.lax.scan(step, start, rates)
    return descent.predict(w, x_query)


def least_squares(
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    x_query: Float[Array, " d_x"],
) -> Float[Array, " d_y"]:
    """Predict with the weights of least squares: those that fit the context best.

    Where many fit equally well, as with fewer examples than inputs, the smallest are taken. That
    is where gradient descent from W = 0 ends.

    Arguments are those of `zero`. Returns the prediction.

    >>> xs, ys = jnp.array([[1.0, 0.0], [0.0, 2.0]]), jnp.array([[3.0], [4.0]])
    >>> least_squares(xs, ys, jnp.array([1.0, 1.0])).round(4).tolist()
    [5.0]
    """
    return jnp.matmul(x_query, jnp.linalg.lstsq(xs, ys)[0])


def ridge(
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    x_query: Float[Array, " d_x"],
    *,
    penalty: Scalar,
) -> Float[Array, " d_y"]:
    """Predict with the weights of ridge regression on the loss with 1/(2N).

        W = argmin 1/(2N) sum_i |W x_i - y_i|² + λ/2 |W|²
          = (1/N sum_i y_i x_i^T) (1/N sum_i x_i x_i^T + λ I)^{-1}

    Mind the 1/N. On the bare sum of squares the same W has the penalty N λ.

    Arguments are those of `zero`, and the `penalty` λ > 0. Returns the prediction.

    >>> xs, ys = jnp.array([[1.0], [1.0]]), jnp.array([[3.0], [5.0]])
    >>> ridge(xs, ys, jnp.array([2.0]), penalty=1.0).tolist()
    [4.0]
    """
    second_moment = jnp.matmul(xs.T, xs) / len(xs)
    moved = second_moment + penalty * jnp.eye(xs.shape[1])
    return jnp.matmul(x_query, jnp.linalg.solve(moved, jnp.matmul(xs.T, ys) / len(xs)))


def posterior_mean(
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    x_query: Float[Array, " d_x"],
    *,
    label_noise: Scalar,
    teacher_scale: Scalar = 1.0,
) -> Float[Array, " d_y"]:
    """Predict the mean of W x_q given the context: the Bayes answer, which nothing beats.

    For a teacher with independent N(0, τ²) entries, and targets W x_i plus independent N(0, σ²)
    noise, it is `ridge` with λ = σ² / (N τ²), whatever the law of the inputs. No predictor has a
    smaller mean squared error over such tasks.

    Source: 2208.01066, section 3 (there without noise: least squares). Lesson 01 derives it.

    Arguments are those of `zero`, and:

    - `label_noise`: the standard deviation σ > 0 of the noise.
    - `teacher_scale`: the standard deviation τ > 0 of an entry of W.

    Returns the prediction.

    >>> xs, ys = jnp.array([[1.0], [1.0]]), jnp.array([[3.0], [5.0]])
    >>> round(float(posterior_mean(xs, ys, jnp.array([2.0]), label_noise=2.0)[0]), 4)
    2.6667
    """
    penalty = label_noise**2 / (len(xs) * teacher_scale**2)
    return ridge(xs, ys, x_query, penalty=penalty)
