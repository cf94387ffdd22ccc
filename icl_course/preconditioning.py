"""Preconditioning: one gradient step through a matrix, for inputs that are not alike in all ways.

The closed forms average over inputs x ~ N(0, Σ), a teacher w ~ N(0, I) and label noise. Nothing
here samples but `correlated_inputs`. All losses are those of one output; outputs add up.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Float, Key

from icl_course.arrays import Array, Scalar
from icl_course.attention import AttentionParams

Predict = Callable[
    [Float[Array, "n_context d_x"], Float[Array, "n_context d_y"], Float[Array, " d_x"]],
    Float[Array, " d_y"],
]
"""A predictor: from the context's inputs and targets and the query's input to a prediction."""


def correlated_inputs(
    key: Key[Array, ""], shape: tuple[int, ...], *, factor: Float[Array, "d_x d_x"]
) -> Float[Array, "*shape"]:
    """Draw inputs x ~ N(0, F F^T): a factor F acts on independent N(0, 1) coordinates.

    Source: 2306.00297, section 2, where Σ = F F^T.

    Arguments:

    - `key`: a typed key.
    - `shape`: the shape of the result; its last axis is d_x.
    - `factor`: the matrix F.

    Returns the inputs.

    >>> correlated_inputs(jax.random.key(0), (5, 2), factor=jnp.eye(2)).shape
    (5, 2)
    """
    return jnp.matmul(jax.random.normal(key, shape), factor.T)


def preconditioned_step(
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    x_query: Float[Array, " d_x"],
    *,
    matrix: Float[Array, "d_x d_x"],
) -> Float[Array, " d_y"]:
    """Predict with the weights that one gradient step from W = 0 gives, through a matrix.

        W_1 x_q = 1/N sum_i y_i (x_i^T A x_q)

    A = η I is the plain step of size η.

    Source: 2306.00297, section 3 (their matrix is A_0, up to its sign).

    Arguments:

    - `xs`, `ys`: the N context pairs, one per row.
    - `x_query`: the input x_q to answer for.
    - `matrix`: the preconditioner A; it need not be symmetric.

    Returns the prediction.

    >>> xs, ys = jnp.array([[1.0], [2.0]]), jnp.array([[2.0], [4.0]])
    >>> preconditioned_step(xs, ys, jnp.array([3.0]), matrix=jnp.array([[0.2]])).tolist()
    [3.0]
    """
    return jnp.matmul(ys.T, jnp.matmul(xs, jnp.matmul(matrix, x_query))) / len(xs)


def preconditioned_layer(
    matrix: Float[Array, "d_x d_x"], *, n_context: int, d_y: int = 1
) -> AttentionParams:
    """Build the linear attention layer that takes the preconditioned step for every token.

        W_K = [I, 0],   W_Q = [A, 0],   W_V = [0, -I],   W_O = [0; I/N]

    Context token i adds -(1/N) y_i (x_i^T A x_j) to the y slots of token j, and the prediction is
    minus the query's slots. A = η I gives the layer of `constructions.gradient_step` for W_0 = 0.

    Source: 2306.00297, section 3; 2212.07677, Prop. 1.

    Arguments:

    - `matrix`: the preconditioner A.
    - `n_context`: the number N of context tokens that the layer will see.
    - `d_y`: the number of target slots.

    Returns the weights of one head.

    >>> preconditioned_layer(jnp.eye(2), n_context=4).w_o.ravel().tolist()
    [0.0, 0.0, 0.25]
    """
    d_x = len(matrix)
    see_x, see_y = jnp.eye(d_x, d_x + d_y), jnp.eye(d_y, d_x + d_y, k=d_x)
    return AttentionParams(
        w_q=jnp.matmul(matrix, see_x)[None],
        w_k=see_x[None],
        w_v=-see_y[None],
        w_o=see_y.T[None] / n_context,
    )


def best_preconditioner(
    covariance: Float[Array, "d_x d_x"], *, n_context: int, label_noise: Scalar = 0.0
) -> Float[Array, "d_x d_x"]:
    """Return the matrix of the preconditioned step with the smallest loss on average over tasks.

        A = ((N+1)/N Σ + (tr Σ + σ²)/N I)^{-1}

    It has the eigenvectors of Σ, and for each eigenvalue λ of Σ the eigenvalue
    1 / ((N+1)/N λ + (tr Σ + σ²)/N).

    Source: 2306.00297, theorem 1, for σ = 0; also 2306.09927, theorem 4.1. The noise is ours.

    Arguments:

    - `covariance`: the matrix Σ of the inputs' law N(0, Σ).
    - `n_context`: the number N of examples.
    - `label_noise`: the standard deviation σ of noise on the context's targets.

    Returns the matrix A.

    >>> matrix = best_preconditioner(jnp.diag(jnp.array([3.0, 1.0])), n_context=4)
    >>> [round(float(entry), 4) for entry in matrix.diagonal()]
    [0.2105, 0.4444]
    """
    trace = jnp.trace(covariance) + label_noise**2
    curvature = (n_context + 1) / n_context * covariance + trace / n_context * jnp.eye(
        len(covariance)
    )
    return jnp.linalg.inv(curvature)


def preconditioned_loss(
    matrix: Float[Array, "d_x d_x"],
    covariance: Float[Array, "d_x d_x"],
    *,
    n_context: int,
    label_noise: Scalar = 0.0,
) -> Float[Array, ""]:
    """Return the expected half squared error of the preconditioned step, for any matrix A.

        L(A) = 1/2 (tr Σ - 2 tr(Σ A Σ) + tr((E S² + σ²/N Σ) A Σ A^T))
        E S² = (N+1)/N Σ² + tr Σ / N Σ,   S = 1/N sum_i x_i x_i^T

    The error at the query is w^T (I - S A) x_q - 1/N sum_i ε_i x_i^T A x_q, squared and averaged.

    Source: 2306.00297, appendix; derived in lesson 10.

    Arguments: `matrix` A, and as for `best_preconditioner`. Returns a scalar.

    >>> float(preconditioned_loss(jnp.zeros((2, 2)), jnp.eye(2), n_context=3))
    1.0
    """
    trace = jnp.trace(covariance)
    square = (n_context + 1) / n_context * jnp.matmul(covariance, covariance)
    seen = square + (trace + label_noise**2) / n_context * covariance
    moved = jnp.matmul(matrix, covariance)
    linear = jnp.trace(jnp.matmul(covariance, moved))
    return (trace - 2 * linear + jnp.trace(jnp.matmul(seen, jnp.matmul(moved, matrix.T)))) / 2


def best_step(
    eigenvalues: Float[Array, " d_x"], *, n_context: int, label_noise: Scalar = 0.0
) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Return the best step size of the *plain* step for inputs N(0, Σ), and its loss.

        η* = T_2 / ((N+1)/N T_3 + (T_1 + σ²)/N T_2),   L* = 1/2 (T_1 - η* T_2),   T_p = sum_a λ_a^p

    Source: derived in lesson 10; `theory.best_step_size` for coordinates that are alike.

    Arguments:

    - `eigenvalues`: the eigenvalues λ_a of Σ.
    - `n_context`, `label_noise`: as for `best_preconditioner`.

    Returns the pair (η*, L*).

    >>> [round(float(value), 4) for value in best_step(jnp.ones(10), n_context=10)]
    [0.4762, 2.619]
    """
    first, second, third = (jnp.sum(jnp.asarray(eigenvalues) ** power) for power in (1, 2, 3))
    curvature = (n_context + 1) / n_context * third + (first + label_noise**2) / n_context * second
    rate = second / curvature
    return rate, (first - rate * second) / 2


def read_matrix(predict: Predict, *, n_context: int, d_x: int) -> Float[Array, "d_x d_x"]:
    """Read the preconditioner of a predictor off its answers, one prompt for each entry.

    The first example is (e_a, ±N/2), all others are zeros, and the query is e_b. Half of what
    changes with the sign is left out by the difference, which keeps what is odd in the targets:

        A[a, b] = predict(..., +N/2) - predict(..., -N/2)

    For 1/N sum_i y_i x_i^T A x_q that is A itself.

    Source: the behaviour of 2306.00297's A_0, asked for rather than looked up among weights.

    Arguments:

    - `predict`: the predictor, for one output.
    - `n_context`: the number N of examples that it is asked with.
    - `d_x`: the number of inputs.

    Returns the matrix, rows for the example's input and columns for the query's.

    >>> from functools import partial
    >>> known = jnp.array([[1.0, 2.0], [3.0, 4.0]])
    >>> read_matrix(partial(preconditioned_step, matrix=known), n_context=3, d_x=2).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """

    def answer(axis: Float[Array, " d_x"], x_query: Float[Array, " d_x"], y: float) -> jax.Array:
        xs = jnp.zeros((n_context, d_x)).at[0].set(axis)
        ys = jnp.zeros((n_context, 1)).at[0].set(y)
        return jnp.asarray(predict(xs, ys, x_query))[0]

    def entry(axis: Float[Array, " d_x"], x_query: Float[Array, " d_x"]) -> jax.Array:
        half = n_context / 2
        return answer(axis, x_query, half) - answer(axis, x_query, -half)

    axes = jnp.eye(d_x)
    return jax.vmap(lambda axis: jax.vmap(lambda query: entry(axis, query))(axes))(axes)
