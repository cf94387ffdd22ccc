"""Kernels: predictors that see inputs only by comparing them in pairs.

Attention is one of them. A linear layer on features takes a gradient step in the space of
functions, a softmax layer takes a weighted mean; `softmax_heads` has the weights that do so.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Float

from icl_course.arrays import Array, Scalar

Kernel = Callable[[Float[Array, " d_x"], Float[Array, " d_x"]], Float[Array, ""]]


def exponential_kernel(
    x: Float[Array, " d_x"], z: Float[Array, " d_x"], *, temperature: Scalar = 1.0
) -> Float[Array, ""]:
    """Return exp(x · z / τ), the kernel of softmax attention.

    Source: 2212.07677, section 5; τ = `temperature` is sqrt(d_key) for identity keys and queries.

    >>> float(exponential_kernel(jnp.array([1.0, 2.0]), jnp.array([2.0, -1.0])))
    1.0
    """
    return jnp.exp(jnp.dot(x, z) / temperature)


def gaussian_kernel(
    x: Float[Array, " d_x"], z: Float[Array, " d_x"], *, width: Scalar = 1.0
) -> Float[Array, ""]:
    """Return exp(-|x - z|² / (2 w²)).

    For inputs of one length r it is the exponential kernel of temperature w², times the constant
    exp(-r² / w²), which no smoother notices.

    >>> float(gaussian_kernel(jnp.array([1.0]), jnp.array([1.0])))
    1.0
    """
    return jnp.exp(-jnp.sum((x - z) ** 2) / (2 * width**2))


def gram_matrix(
    kernel: Kernel, xs: Float[Array, "n d_x"], zs: Float[Array, "m d_x"]
) -> Float[Array, "n m"]:
    """Return all k(x_i, z_j).

    >>> gram_matrix(jnp.dot, jnp.array([[1.0], [2.0]]), jnp.array([[3.0]])).tolist()
    [[3.0], [6.0]]
    """
    return jax.vmap(lambda x: jax.vmap(lambda z: kernel(x, z))(zs))(xs)


def kernel_smoothing(
    kernel: Kernel,
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    x_query: Float[Array, " d_x"],
) -> Float[Array, " d_y"]:
    """Predict the mean of the targets, weighted by how alike their inputs are to the query.

        f(x_q) = sum_i k(x_i, x_q) y_i / sum_i k(x_i, x_q)

    Source: Nadaraya (1964) and Watson (1964); 2212.07677, section 5.

    Arguments:

    - `kernel`: compares two inputs; positive.
    - `xs`, `ys`: the context pairs.
    - `x_query`: where to predict.

    Returns the prediction; between the smallest and the largest target, output by output.

    >>> same = lambda x, z: 1.0 * (x == z).all()
    >>> xs, ys = jnp.array([[1.0], [1.0], [2.0]]), jnp.array([[3.0], [5.0], [70.0]])
    >>> kernel_smoothing(same, xs, ys, jnp.array([1.0])).tolist()
    [4.0]
    """
    likeness = gram_matrix(kernel, xs, x_query[None])[:, 0]
    return jnp.matmul(likeness, ys) / jnp.sum(likeness)


def kernel_descent(
    kernel: Kernel,
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    x_query: Float[Array, " d_x"],
    *,
    learning_rate: Scalar,
    n_steps: int,
) -> Float[Array, " d_y"]:
    """Predict after K steps of gradient descent on a top layer whose features are never written.

    With k(x, z) = h(x) · h(z), every step on 1/(2N) sum_i |W h(x_i) - y_i|² from W = 0 moves

        f(x) <- f(x) - η/N sum_i (f(x_i) - y_i) k(x_i, x),   f = 0 at first,

    and to follow f, only its values on the context and on the query are needed.

    Source: 2212.07677, section 5 and Prop. 2 (one step).

    Arguments:

    - `kernel`, `xs`, `ys`, `x_query`: as for `kernel_smoothing`, but the kernel may be negative.
    - `learning_rate`: the step size η.
    - `n_steps`: the number K of steps, at least 0.

    Returns the prediction. Raises `ValueError` where `n_steps` is negative.

    >>> xs, ys = jnp.array([[1.0], [2.0]]), jnp.array([[2.0], [4.0]])
    >>> kernel_descent(jnp.dot, xs, ys, jnp.array([3.0]), learning_rate=0.4, n_steps=1).tolist()
    [6.0]
    """
    if n_steps < 0:
        raise ValueError(f"n_steps = {n_steps}, but descent cannot go back: pass 0 or more.")
    points = jnp.concatenate([xs, x_query[None]])
    alike = gram_matrix(kernel, points, xs)
    n_context = len(xs)

    def move(_: int | jax.Array, f: jax.Array) -> jax.Array:
        return f - learning_rate / n_context * jnp.matmul(alike, f[:n_context] - ys)

    start = jnp.zeros((n_context + 1, ys.shape[1]), jnp.result_type(alike, ys, learning_rate))
    return jax.lax.fori_loop(0, n_steps, move, start)[-1]


def kernel_regression(
    kernel: Kernel,
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    x_query: Float[Array, " d_x"],
    *,
    ridge: Scalar = 0.0,
) -> Float[Array, " d_y"]:
    """Predict by least squares on the features of a kernel: where `kernel_descent` leads.

        f(x_q) = k_q^T (K + N λ I)^-1 y,   K_ij = k(x_i, x_j),   (k_q)_i = k(x_i, x_q)

    This minimises 1/(2N) sum_i |W h(x_i) - y_i|² + λ/2 |W|² with k(x, z) = h(x) · h(z).

    Source: the representer theorem; 2212.07677, section 5.

    Arguments:

    - `kernel`, `xs`, `ys`, `x_query`: as for `kernel_descent`.
    - `ridge`: the penalty λ >= 0. At 0 the result is nan or meaningless where K is singular.

    Returns the prediction.

    >>> xs, ys = jnp.array([[1.0]]), jnp.array([[4.0]])
    >>> kernel_regression(jnp.dot, xs, ys, jnp.array([3.0]), ridge=1.0).tolist()
    [6.0]
    """
    penalty = len(xs) * ridge * jnp.eye(len(xs))
    coefficients = jnp.linalg.solve(gram_matrix(kernel, xs, xs) + penalty, ys)
    return jnp.matmul(gram_matrix(kernel, x_query[None], xs)[0], coefficients)


def equivalent_weights(
    predict: Callable[[Array, Array, Array], Array],
    xs: Float[Array, "n_context d_x"],
    x_query: Float[Array, " d_x"],
) -> Float[Array, " n_context"]:
    """Measure how much each example's target counts in a prediction that is linear in targets.

        prediction = offset + sum_i l_i y_i,   l_i = d prediction / d y_i

    All predictors of this module are of this kind, and so is a linear or softmax layer whose scores
    do not read the targets. For a smoother the weights are positive and add up to 1. For one
    gradient step from 0 they are η/N k(x_i, x_q).

    Source: statistics calls them the equivalent kernel of a linear smoother.

    Arguments:

    - `predict`: `(xs, ys, x_query) -> prediction`, with ys of shape [n_context, 1].
    - `xs`, `x_query`: the inputs of the examples, and of the query.

    Returns one weight for each example.

    >>> mean = lambda xs, ys, x_query: ys.mean(axis=0)
    >>> equivalent_weights(mean, jnp.ones((4, 2)), jnp.ones(2)).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    slopes = jax.jacobian(lambda ys: predict(xs, ys[:, None], x_query))(jnp.zeros(len(xs)))
    return slopes[0]
