"""Plain gradient descent on the in-context loss: the judge of every claim about attention.

This module knows nothing of tokens or attention. The gradient is here twice, in closed form and by
automatic differentiation, so that neither has to be believed.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Float

from icl_course.arrays import Array, Scalar, rates_per_output


def predict(w: Float[Array, "d_y d_x"], x: Float[Array, " d_x"]) -> Float[Array, " d_y"]:
    """Return the linear model's prediction W x for one input.

    >>> predict(jnp.array([[1.0, 2.0]]), jnp.array([3.0, 4.0])).tolist()
    [11.0]
    """
    return jnp.matmul(w, x)


def loss(
    w: Float[Array, "d_y d_x"],
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
) -> Float[Array, ""]:
    """Return the in-context loss: half the mean squared error over the context pairs.

        L(W) = 1/(2N) sum_i |W x_i - y_i|²

    The sum runs over outputs, the mean over pairs alone.

    Source: 2212.07677, section 3 (same letters).

    Arguments:

    - `w`: the weights W, one row per output.
    - `xs`, `ys`: the N context pairs, one per row.

    Returns a scalar. Raises `ValueError` where the shapes do not fit.

    >>> float(loss(jnp.array([[1.0]]), jnp.array([[1.0], [2.0]]), jnp.array([[2.0], [4.0]])))
    1.25
    """
    return jnp.sum(_residuals(w, xs, ys) ** 2) / (2 * len(xs))


def gradient(
    w: Float[Array, "d_y d_x"],
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
) -> Float[Array, "d_y d_x"]:
    """Return the gradient of `loss` in closed form: the mean of residual times input.

        dL/dW = 1/N sum_i (W x_i - y_i) x_i^T

    Source: 2212.07677, section 3 (their ΔW is -η times this).

    Arguments and errors are those of `loss`. Returns a matrix shaped as `w`.

    >>> gradient(jnp.array([[1.0]]), jnp.array([[1.0], [2.0]]), jnp.array([[2.0], [4.0]])).tolist()
    [[-2.5]]
    """
    return jnp.matmul(_residuals(w, xs, ys).T, xs) / len(xs)


def gradient_by_autodiff(
    w: Float[Array, "d_y d_x"],
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
) -> Float[Array, "d_y d_x"]:
    """Return the gradient of `loss` by automatic differentiation.

    Arguments and errors are those of `loss`. Returns a matrix shaped as `w`.

    >>> w, xs, ys = jnp.array([[1.0]]), jnp.array([[1.0], [2.0]]), jnp.array([[2.0], [4.0]])
    >>> gradient_by_autodiff(w, xs, ys).tolist()
    [[-2.5]]
    """
    return jax.grad(loss)(w, xs, ys)


def step(
    w: Float[Array, "d_y d_x"],
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    *,
    learning_rate: Scalar | Float[Array, " d_y"],
) -> Float[Array, "d_y d_x"]:
    """Take one step of gradient descent on `loss`.

        W <- W + ΔW,   ΔW = -η dL/dW

    With one learning rate per output, row o of ΔW has the factor η_o.

    Source: 2212.07677, section 3.

    Arguments:

    - `w`, `xs`, `ys`: as for `loss`.
    - `learning_rate`: the step size η, one for all outputs or one per output.

    Returns the weights after the step. Raises `ValueError` where the shapes do not fit.

    >>> w, xs, ys = jnp.array([[1.0]]), jnp.array([[1.0], [2.0]]), jnp.array([[2.0], [4.0]])
    >>> step(w, xs, ys, learning_rate=0.4).tolist()
    [[2.0]]
    """
    return w + _delta_w(w, xs, ys, learning_rate)


def descend(
    w: Float[Array, "d_y d_x"],
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    *,
    learning_rate: Scalar | Float[Array, " d_y"],
    n_steps: int,
) -> Float[Array, "d_y d_x"]:
    """Take `n_steps` steps of gradient descent on `loss`, all with the same learning rate.

    Arguments:

    - `w`, `xs`, `ys`, `learning_rate`: as for `step`.
    - `n_steps`: how many steps, at least 0.

    Returns the weights after the last step. Raises `ValueError` where the shapes do not fit or
    `n_steps` is negative.

    >>> w, xs, ys = jnp.array([[0.0]]), jnp.array([[1.0]]), jnp.array([[8.0]])
    >>> descend(w, xs, ys, learning_rate=0.5, n_steps=3).tolist()
    [[7.0]]
    """
    if n_steps < 0:
        raise ValueError(f"n_steps = {n_steps}, but descent cannot go back: pass 0 or more.")
    start = jnp.asarray(w, jnp.result_type(w, xs, ys, learning_rate))
    return jax.lax.fori_loop(
        0, n_steps, lambda _, now: step(now, xs, ys, learning_rate=learning_rate), start
    )


def trajectory(
    w: Float[Array, "d_y d_x"],
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    *,
    learning_rate: Scalar | Float[Array, " d_y"],
    n_steps: int,
) -> Float[Array, "n_weights d_y d_x"]:
    """Return all weights that `descend` passes through: W_0, W_1, ..., W_K with K = `n_steps`.

    Arguments and errors are those of `descend`.

    >>> w, xs, ys = jnp.array([[0.0]]), jnp.array([[1.0]]), jnp.array([[8.0]])
    >>> trajectory(w, xs, ys, learning_rate=0.5, n_steps=3).ravel().tolist()
    [0.0, 4.0, 6.0, 7.0]
    """
    start = descend(w, xs, ys, learning_rate=learning_rate, n_steps=min(n_steps, 0))

    def take_one(now: Array, _: None) -> tuple[Array, Array]:
        after = step(now, xs, ys, learning_rate=learning_rate)
        return after, after

    _, visited = jax.lax.scan(take_one, start, length=n_steps)
    return jnp.concatenate([start[None], visited])


def hessian(xs: Float[Array, "n_context d_x"]) -> Float[Array, "d_x d_x"]:
    """Return the second derivative of `loss` in one row of W, the same for every row.

        H = X^T X / N = 1/N sum_i x_i x_i^T

    No two rows meet in the loss, and H depends on the inputs alone: not on W, and not on targets.

    Arguments: `xs`, the N inputs, one per row. Returns a symmetric matrix. Raises `ValueError`
    where `xs` is no matrix with at least one row.

    >>> hessian(jnp.array([[1.0, 0.0], [3.0, 2.0]])).tolist()
    [[5.0, 3.0], [3.0, 2.0]]
    """
    if xs.ndim != 2 or len(xs) == 0:
        raise ValueError(
            f"xs has shape {xs.shape}, but the loss of one task has xs [n_context d_x], with at "
            "least one input. For a batch wrap the call in jax.vmap."
        )
    return jnp.matmul(xs.T, xs) / len(xs)


def largest_stable_step(xs: Float[Array, "n_context d_x"]) -> Float[Array, ""]:
    """Return the step size from which gradient descent on `loss` no longer converges.

        2 / lambda_max,   lambda_max the largest eigenvalue of H = X^T X / N

    An error along an eigenvector of H is multiplied by 1 - η lambda in each step. Below this step
    size all these factors lie in (-1, 1], above it the one of lambda_max lies below -1.

    Arguments and errors are those of `hessian`. Returns a scalar, inf where all inputs are 0.

    >>> float(largest_stable_step(jnp.array([[2.0, 0.0], [0.0, 1.0]])))
    1.0
    """
    return 2 / jnp.linalg.eigvalsh(hessian(xs))[-1]


def shift_targets(
    w: Float[Array, "d_y d_x"],
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    *,
    learning_rate: Scalar | Float[Array, " d_y"],
) -> Float[Array, "n_context d_y"]:
    """Move the targets instead of the weights: one gradient step, written as y_i - ΔW x_i.

    The residual of W + ΔW on a target y_i is that of W on the shifted target,

        (W + ΔW) x_i - y_i = W x_i - (y_i - ΔW x_i),

    so W has on the shifted targets the loss that W + ΔW has on the old ones.

    Source: 2212.07677, section 3, above Prop. 1 (their Δy_i is our ΔW x_i).

    Arguments are those of `step`. Returns the shifted targets. Raises `ValueError` where the shapes
    do not fit.

    >>> w, xs, ys = jnp.array([[1.0]]), jnp.array([[1.0], [2.0]]), jnp.array([[2.0], [4.0]])
    >>> shift_targets(w, xs, ys, learning_rate=0.4).tolist()
    [[1.0], [2.0]]
    """
    return ys - jnp.matmul(xs, _delta_w(w, xs, ys, learning_rate).T)


def _delta_w(w: Array, xs: Array, ys: Array, learning_rate: Scalar | Float[Array, " d_y"]) -> Array:
    """Return ΔW = -η dL/dW, the minus sign of descent."""
    rates = rates_per_output(learning_rate, d_y=len(w))
    return -rates[:, None] * gradient(w, xs, ys)


def _residuals(w: Array, xs: Array, ys: Array) -> Array:
    """Return W x_i - y_i, one row per pair, or raise `ValueError` where the shapes do not fit."""
    fits = w.ndim == 2 and xs.ndim == 2 and xs.shape[1] == w.shape[1]
    if not (fits and ys.shape == (len(xs), len(w)) and len(xs) > 0):
        raise ValueError(
            f"w, xs, ys have shapes {w.shape}, {xs.shape}, {ys.shape}, but descent takes one task: "
            "w [d_y d_x], xs [n_context d_x], ys [n_context d_y], with at least one context pair. "
            "For a batch wrap the call in jax.vmap."
        )
    return jnp.matmul(xs, w.T) - ys
