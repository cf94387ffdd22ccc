"""Spectra: many gradient steps seen through the eigenvalues of the context's second moment.

With S = 1/N sum_i x_i x_i^T, a gradient step with step size η multiplies the error of W along an
eigenvector of S by 1 - η λ. So what K steps lose is a function of eigenvalues: exact for each task,
cheap, and the best step sizes can be found without taking a single step.

Teachers have mean 0, there is no noise, and losses are those of one output, as in `theory`.
"""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from icl_course.arrays import Array, Scalar

GOLDEN = (5**0.5 - 1) / 2
"""The part of a bracket that a golden-section search keeps."""


def context_spectrum(xs: Float[Array, "n_context d_x"]) -> Float[Array, " d_x"]:
    """Return the eigenvalues of S = 1/N sum_i x_i x_i^T, the smallest first.

    Source: 2212.07677, appendix A.10 (there of X X^T, which is N S).

    Arguments: `xs`, the inputs of one context. Returns d_x eigenvalues; with fewer examples than
    inputs some are 0, up to rounding.

    >>> context_spectrum(jnp.array([[2.0, 0.0], [0.0, 4.0]])).tolist()
    [2.0, 8.0]
    """
    return jnp.linalg.eigvalsh(jnp.matmul(xs.T, xs) / len(xs))


def many_steps_losses(
    spectra: Float[Array, "n_tasks d_x"],
    *,
    learning_rates: Float[Array, " n_steps"],
    variance: Scalar,
    teacher_scale: Scalar = 1.0,
) -> Float[Array, " n_tasks"]:
    """Return each context's loss after K steps from W = 0, averaged over teachers and queries.

        s τ²/2 sum_j prod_k (1 - η_k λ_j)²

    The mean over many contexts estimates the loss of K steps. For large K few contexts, those with
    the largest eigenvalues, make most of it: look at the standard error.

    Arguments:

    - `spectra`: the eigenvalues of S, one context per row, see `context_spectrum`.
    - `learning_rates`: the step sizes η_1, ..., η_K, in any order.
    - `variance`: the variance s of an input's coordinate.
    - `teacher_scale`: the standard deviation τ of an entry of the teacher.

    Returns one loss per context.

    >>> spectra, rates = jnp.array([[0.5, 1.0]]), jnp.array([1.0, 1.0])
    >>> many_steps_losses(spectra, learning_rates=rates, variance=2.0).tolist()
    [0.0625]
    """
    left = jnp.ones_like(spectra)
    for rate in learning_rates:
        left = left * (1 - rate * spectra)
    return variance * teacher_scale**2 / 2 * jnp.sum(left**2, axis=1)


def best_shared_step_size(spectra: Float[Array, "n_tasks d_x"], *, n_steps: int) -> float:
    """Return the one step size with which K steps lose least on average over these contexts.

    The loss is a sum of (1 - η λ)^{2K}, each convex in η, so a golden-section search finds its only
    minimum. At twice the best single step it rises already, which bounds the search.

    Source: 2212.07677, section 4 (there a line search over sampled tasks).

    Arguments:

    - `spectra`: the eigenvalues of S, one context per row: 100,000 contexts or more for three
      digits, and more for K above 5.
    - `n_steps`: the number K of steps, at least 1.

    Returns η. Raises `ValueError` where `n_steps` is less than 1 or all eigenvalues are 0.

    >>> round(best_shared_step_size(np.array([[1.0, 3.0]]), n_steps=1), 4)
    0.4
    """
    eigenvalues = _eigenvalues(spectra, n_steps)

    def loss(rate: float) -> float:
        return float(np.mean((1 - rate * eigenvalues) ** (2 * n_steps)))

    low, high = 0.0, float(2 * eigenvalues.sum() / np.sum(eigenvalues**2))
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = loss(left), loss(right)
    while high - low > 1e-7 * high:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = loss(right)
    return (low + high) / 2


def best_step_sizes(
    spectra: Float[Array, "n_tasks d_x"], *, n_steps: int
) -> Float[np.ndarray, " n_steps"]:
    """Return the K step sizes, one for each step, with which K steps lose least on average.

    K steps multiply the error by p(λ) = prod_k (1 - η_k λ), any polynomial with p(0) = 1 and K real
    roots. Of all with p(0) = 1, the one with the least mean of p² is orthogonal, with the weight λ,
    to every polynomial of lower degree. Such a polynomial has K different roots between the
    smallest and the largest eigenvalue. So this p can be had, and η_k = 1 / root. The roots are
    eigenvalues of the three-term recurrence's matrix: nothing is searched for.

    Source: none that we know of for this setting; the steps are those of Gauss quadrature.

    Arguments and errors are those of `best_shared_step_size`; there must be more than `n_steps`
    different eigenvalues. Returns the step sizes, the largest first. Their order does not matter.

    >>> best_step_sizes(np.array([[0.5, 1.0, 2.0]]), n_steps=2).round(4).tolist()
    [1.3627, 0.5086]
    """
    eigenvalues = _eigenvalues(spectra, n_steps).ravel()
    weights = eigenvalues / eigenvalues.sum()
    before, now = np.zeros_like(eigenvalues), np.ones_like(eigenvalues)
    diagonal, beside = np.zeros(n_steps), np.zeros(n_steps)
    for step in range(n_steps):
        diagonal[step] = np.sum(weights * eigenvalues * now**2)
        following = (eigenvalues - diagonal[step]) * now - beside[step - 1] * before
        beside[step] = np.sqrt(np.sum(weights * following**2))
        before, now = now, following / beside[step]
    inner = np.diag(beside[:-1], 1)
    return 1 / np.linalg.eigvalsh(np.diag(diagonal) + inner + inner.T)


def _eigenvalues(spectra: Array, n_steps: int) -> np.ndarray:
    """Return the eigenvalues in float64, without those of rounding below 0."""
    if n_steps < 1:
        raise ValueError(f"n_steps = {n_steps}, but a best step size needs at least 1 step.")
    eigenvalues = np.maximum(np.asarray(spectra, np.float64), 0.0)
    if not eigenvalues.any():
        raise ValueError("all eigenvalues are 0, so every step size is as good: pass inputs' own.")
    return eigenvalues
