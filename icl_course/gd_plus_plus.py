"""GD++: gradient descent that also moves the inputs, told by the eigenvalues of X X^T.

For noiseless linear targets every direction of the inputs learns by itself. So the loss of K steps
is a sum over eigenvalues λ of X X^T, where the columns of X are the N context inputs, and no task
has to be solved to know it. (`spectra` has the eigenvalues of X X^T / N, the Hessian, for plain
gradient descent.) It is plain arithmetic on arrays: float64 NumPy in, float64 NumPy out.
"""

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
import scipy.optimize  # type: ignore[import-untyped]
from jaxtyping import Float

from icl_course.arrays import Array, Scalar

N_FOR_THE_GRID = 500
"""How many tasks find the valley; all of them find its lowest point."""


def gram_spectrum(xs: Float[Array, "n_context d_x"]) -> Float[Array, " d_x"]:
    """Return the eigenvalues of X X^T = sum_i x_i x_i^T, the smallest first.

    Source: 2212.07677, section 4 and app. A.10. The Hessian of `descent.loss` is X X^T / N.

    Arguments: `xs`, the inputs of one context. Returns d_x eigenvalues; with fewer examples than
    inputs some are 0, up to rounding.

    >>> gram_spectrum(jnp.array([[2.0, 0.0], [0.0, 1.0], [0.0, 1.0]])).tolist()
    [2.0, 4.0]
    """
    return jnp.linalg.eigvalsh(jnp.matmul(xs.T, xs))


def move_spectrum(
    eigenvalues: Float[Array, "*tasks d_x"], *, gamma: Scalar
) -> Float[Array, "*tasks d_x"]:
    """Return the eigenvalues of X X^T after one GD++ layer has moved the inputs.

    From X <- (I - γ X X^T) X follows

        λ <- λ (1 - γ λ)² = λ - 2 γ λ² + γ² λ³

    Source: 2212.07677, app. A.10. For the Hessian X X^T / N put γ N in place of γ.

    Arguments:

    - `eigenvalues`: λ of X X^T, for any number of tasks.
    - `gamma`: γ of that layer.

    Returns the new eigenvalues, each in the place of its old one: they need not be in order.

    >>> move_spectrum(np.array([0.5, 2.0]), gamma=0.5).tolist()
    [0.28125, 0.0]
    """
    return eigenvalues * (1 - gamma * eigenvalues) ** 2


def error_factors(
    eigenvalues: Float[Array, "*tasks d_x"],
    *,
    learning_rates: Sequence[Scalar] | Float[Array, " n_steps"],
    gammas: Sequence[Scalar] | Float[Array, " n_steps"],
    n_context: int,
) -> Float[Array, "*tasks d_x"]:
    """Return what K steps of GD++ leave of the initial error along each eigenvector of X X^T.

        f = prod_k (1 - η_k λ_k / N),   λ_1 = λ,   λ_{k+1} = λ_k (1 - γ_k λ_k)²

    The prediction is off by w · F x_q, where F has these eigenvalues. With γ = 0 it is gradient
    descent. The last γ moves inputs that nobody reads any more.

    Source: 2212.07677, section 4 and app. A.10; the product is ours.

    Arguments:

    - `eigenvalues`: λ of X X^T, for any number of tasks.
    - `learning_rates`, `gammas`: η_k and γ_k, one of both per step.
    - `n_context`: the number N of context pairs.

    Returns the factors. Raises `ValueError` where there is not one γ for each η.

    >>> error_factors(np.array([2.0]), learning_rates=[1.0, 1.0], gammas=[0.5, 0.0], n_context=1)
    array([-1.])
    """
    if len(gammas) != len(learning_rates):
        raise ValueError(
            f"{len(learning_rates)} learning rates and {len(gammas)} gammas were given, but each "
            "step has one of both: pass as many."
        )
    factors = 0 * eigenvalues + 1
    for learning_rate, gamma in zip(learning_rates, gammas, strict=True):
        factors = factors * (1 - learning_rate / n_context * eigenvalues)
        eigenvalues = move_spectrum(eigenvalues, gamma=gamma)
    return factors


def losses(
    eigenvalues: Float[Array, "n_tasks d_x"],
    *,
    learning_rates: Sequence[Scalar] | Float[Array, " n_steps"],
    gammas: Sequence[Scalar] | Float[Array, " n_steps"],
    n_context: int,
    variance: Scalar,
    teacher_scale: Scalar = 1.0,
) -> Float[Array, " n_tasks"]:
    """Return each context's loss after K steps of GD++, averaged over teachers and queries.

    The error is w · F x_q, see `error_factors`. With w ~ N(0, τ² I), and with independent, centred
    coordinates of x_q that have the variance s,

        1/2 E (w · F x_q)² = τ²/2 E |F x_q|² = s τ²/2 sum_j f_j²

    The mean of this over many contexts estimates the risk. Powers of degree 2 and more make the
    rarest contexts the loudest: for large K look at the standard error.

    Arguments:

    - `eigenvalues`, `learning_rates`, `gammas`, `n_context`: as for `error_factors`.
    - `variance`: s, which is 1/12 for the course's U(-1/2, 1/2).
    - `teacher_scale`: τ.

    Returns one loss per context. Raises `ValueError` as `error_factors` does.

    >>> ones = np.ones((1, 10))
    >>> losses(ones, learning_rates=[5.0], gammas=[0.0], n_context=10, variance=0.8).tolist()
    [1.0]
    """
    factors = error_factors(
        eigenvalues, learning_rates=learning_rates, gammas=gammas, n_context=n_context
    )
    return teacher_scale**2 * variance / 2 * (factors**2).sum(axis=-1)


def best_parameters(
    eigenvalues: Float[Array, "n_tasks d_x"], *, n_steps: int, n_context: int
) -> tuple[float, float]:
    """Return the η and the γ with which K equal steps of GD++ lose least on these contexts.

    A coarse grid on a part of the contexts finds the valley, then the simplex of Nelder and Mead
    goes down it on all of them.

    Source: 2212.07677, app. A.10, where γ = .179 is found for N = d_x = 10 and K = 2.

    Arguments:

    - `eigenvalues`: λ of X X^T, one context per row: 100,000 contexts for three digits at K = 2.
    - `n_steps`: K, at least 2: the first step does not see what γ does.
    - `n_context`: the number N of context pairs.

    Returns η and γ. Raises `ValueError` where `n_steps` is less than 2.

    >>> rate, gamma = best_parameters(np.array([[1.0, 3.0]]), n_steps=2, n_context=1)
    >>> rates, gammas = [rate] * 2, [gamma] * 2
    >>> factors = error_factors(
    ...     np.array([1.0, 3.0]), learning_rates=rates, gammas=gammas, n_context=1)
    >>> bool(abs(factors).max() < 1e-3)  # two numbers can fit two eigenvalues
    True
    """
    if n_steps < 2:
        raise ValueError(
            f"n_steps = {n_steps}, but gamma first shows in the second step: pass 2 or more."
        )
    spectra = np.asarray(eigenvalues, np.float64)
    few = spectra[:N_FOR_THE_GRID]
    one_step = float(n_context * few.sum() / (few**2).sum())
    unit = np.array([one_step, 1 / few.max(axis=1).mean()])

    def mean_loss(scaled: np.ndarray, tasks: np.ndarray) -> float:
        rate, gamma = scaled * unit
        factors = error_factors(
            tasks,
            learning_rates=[rate] * n_steps,
            gammas=[gamma] * n_steps,
            n_context=n_context,
        )
        return float(np.mean(factors**2))

    grid = [np.array([a, b]) for a in np.linspace(0.4, 4, 25) for b in np.linspace(0, 1, 25)]
    start = min(grid, key=lambda scaled: mean_loss(scaled, few))
    found = scipy.optimize.minimize(
        mean_loss,
        start,
        args=(spectra,),
        method="Nelder-Mead",
        options={
            "xatol": 1e-5,
            "fatol": 1e-13,
            # SciPy's own first simplex ignores a coordinate that starts at 0.
            "initial_simplex": start + np.array([[0, 0], [0.1, 0], [0, 0.05]]),
        },
    )
    rate, gamma = found.x * unit
    return float(rate), float(gamma)
