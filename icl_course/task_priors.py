"""Task priors: the Bayes answer where the teacher is one of a known few, beside that for all.

The answer for a normal prior over all teachers is `predictors.posterior_mean`, a ridge regression.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Float

from icl_course.arrays import Array, Scalar


def posterior_weights(
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    *,
    teachers: Float[Array, "n_teachers d_y d_x"],
    label_noise: Scalar,
) -> Float[Array, " n_teachers"]:
    """Return how likely each teacher is, given the context, if all were equally likely before.

        p_m ∝ exp(-1/(2σ²) sum_i |y_i - W_m x_i|²)

    The largest exponent is taken off first: with little noise all of them underflow.

    Source: 2306.15063, section 2 (the dMMSE estimator).

    Arguments:

    - `xs`, `ys`: the N context pairs; N may be 0.
    - `teachers`: the M matrices W_m.
    - `label_noise`: the standard deviation σ > 0 of the noise on the targets.

    Returns M probabilities.

    >>> xs, ys = jnp.ones((1, 1)), jnp.ones((1, 1))
    >>> teachers = jnp.array([[[1.0]], [[3.0]]])
    >>> posterior_weights(xs, ys, teachers=teachers, label_noise=1e-3).tolist()
    [1.0, 0.0]
    """
    residuals = ys[None] - jnp.einsum("mod,id->mio", teachers, xs)
    return jax.nn.softmax(-jnp.sum(residuals**2, axis=(1, 2)) / (2 * label_noise**2))


def discrete_posterior_mean(
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    x_query: Float[Array, " d_x"],
    *,
    teachers: Float[Array, "n_teachers d_y d_x"],
    label_noise: Scalar,
) -> Float[Array, " d_y"]:
    """Predict the mean of W x_q given the context, where W is one of M teachers.

        sum_m p_m W_m x_q,   p as in `posterior_weights`

    On tasks whose teacher is drawn from these M, no predictor has a smaller mean squared error.

    Source: 2306.15063, section 2 (dMMSE).

    Arguments are those of `posterior_weights`, and `x_query`. Returns the prediction.

    >>> xs, ys = jnp.zeros((1, 1)), jnp.zeros((1, 1))
    >>> teachers = jnp.array([[[1.0]], [[3.0]]])
    >>> discrete_posterior_mean(xs, ys, jnp.ones(1), teachers=teachers, label_noise=1.0).tolist()
    [2.0]
    """
    weights = posterior_weights(xs, ys, teachers=teachers, label_noise=label_noise)
    return jnp.einsum("m,mod,d->o", weights, teachers, x_query)
