"""Theory: what predictors lose on average over tasks, in closed form where there is one.

Nothing here samples. Everywhere a task has a teacher with independent entries of mean 0 and
standard deviation `teacher_scale`, inputs with independent, equally distributed coordinates of mean
0, and half squared error at a fresh query. All losses are those of one output; outputs add up.

Source of the setting: 2212.07677, section 3. The closed forms are derived in lesson 01.
"""

import equinox as eqx
from jaxtyping import Float

from icl_course.arrays import Array, Scalar


class Moments(eqx.Module):
    """Hold what the closed forms need to know of an input's coordinate z, whose mean is 0.

    Fields:

    - `variance`: s = E z².
    - `fourth`: f = E z⁴.
    """

    variance: Scalar
    fourth: Scalar


def uniform_moments(*, input_range: Scalar = 0.5) -> Moments:
    """Return the moments of `tasks.uniform_inputs`: s = a²/3 and f = a⁴/5.

    >>> uniform_moments(input_range=1.0).fourth
    0.2
    """
    return Moments(variance=input_range**2 / 3, fourth=input_range**4 / 5)


def normal_moments(*, scale: Scalar = 1.0) -> Moments:
    """Return the moments of `tasks.normal_inputs`: s = scale² and f = 3 scale⁴.

    >>> normal_moments(scale=2.0).fourth
    48.0
    """
    return Moments(variance=scale**2, fourth=3 * scale**4)


def laplace_moments(*, scale: Scalar = 1.0) -> Moments:
    """Return the moments of `tasks.laplace_inputs`: s = scale² and f = 6 scale⁴.

    >>> laplace_moments(scale=2.0).fourth
    96.0
    """
    return Moments(variance=scale**2, fourth=6 * scale**4)


def exponential_moments(*, scale: Scalar = 1.0) -> Moments:
    """Return the moments of `tasks.exponential_inputs`, which are centred: s, and f = 9 scale⁴.

    >>> exponential_moments(scale=2.0).fourth
    144.0
    """
    return Moments(variance=scale**2, fourth=9 * scale**4)


def zero_loss(moments: Moments, *, d_x: int, teacher_scale: Scalar = 1.0) -> Scalar:
    """Return the loss of predicting 0: half the variance of a target, τ² d s / 2.

    >>> round(zero_loss(uniform_moments(), d_x=10), 4)
    0.4167
    """
    return teacher_scale**2 * d_x * moments.variance / 2


def squared_second_moment(moments: Moments, *, n_context: int, d_x: int) -> Scalar:
    """Return E tr S² for the second moment S = 1/N sum_i x_i x_i^T of N inputs.

        E tr S² = E|x|⁴ / N + (N-1)/N d s²,   E|x|⁴ = d f + d (d-1) s²

    The first term is N times an input meeting itself, the second N (N-1) times two that differ.

    Arguments:

    - `moments`: of a coordinate.
    - `n_context`: the number N of examples, at least 1.
    - `d_x`: the number d of coordinates, at least 1.

    Returns a number. Raises `ValueError` where a size is less than 1.

    >>> round(squared_second_moment(uniform_moments(input_range=1.0), n_context=10, d_x=10), 4)
    2.2
    """
    for name, size in {"n_context": n_context, "d_x": d_x}.items():
        if size < 1:
            raise ValueError(f"{name} = {size}, but a context needs {name} >= 1.")
    variance, fourth = moments.variance, moments.fourth
    fourth_norm = d_x * fourth + d_x * (d_x - 1) * variance**2
    return fourth_norm / n_context + (n_context - 1) / n_context * d_x * variance**2


def one_step_loss(
    moments: Moments,
    *,
    learning_rate: Scalar | Float[Array, " n_rates"],
    n_context: int,
    d_x: int,
    label_noise: Scalar = 0.0,
    teacher_scale: Scalar = 1.0,
) -> Scalar | Float[Array, " n_rates"]:
    """Return the loss after one gradient step from W = 0, for one step size or for many.

        L(η) = s/2 (τ² (d - 2 η d s + η² E tr S²) + η² σ² d s / N)

    Arguments:

    - `moments`, `n_context`, `d_x`: as for `squared_second_moment`.
    - `learning_rate`: the step size η, or an array of them.
    - `label_noise`: the standard deviation σ of noise on the context's targets.
    - `teacher_scale`: the standard deviation τ of an entry of the teacher.

    Returns the loss, shaped as `learning_rate`. Raises `ValueError` where a size is less than 1.

    >>> round(one_step_loss(uniform_moments(), learning_rate=6.0, n_context=10, d_x=10), 5)
    0.20625
    """
    curvature = _curvature(moments, n_context, d_x, label_noise, teacher_scale)
    variance, power = moments.variance, teacher_scale**2
    slope = power * d_x * variance
    return variance / 2 * (power * d_x - 2 * learning_rate * slope + learning_rate**2 * curvature)


def best_step_size(
    moments: Moments,
    *,
    n_context: int,
    d_x: int,
    label_noise: Scalar = 0.0,
    teacher_scale: Scalar = 1.0,
) -> Scalar:
    """Return the step size of the best single step from W = 0, the minimum of `one_step_loss`.

        η* = d s / (E tr S² + σ²/τ² d s / N)

    Arguments and errors are those of `one_step_loss`. Returns η*.

    >>> round(best_step_size(uniform_moments(), n_context=10, d_x=10), 4)
    6.0606
    >>> round(best_step_size(uniform_moments(input_range=1.0), n_context=10, d_x=10), 4)
    1.5152
    """
    curvature = _curvature(moments, n_context, d_x, label_noise, teacher_scale)
    return teacher_scale**2 * d_x * moments.variance / curvature


def best_one_step_loss(
    moments: Moments,
    *,
    n_context: int,
    d_x: int,
    label_noise: Scalar = 0.0,
    teacher_scale: Scalar = 1.0,
) -> Scalar:
    """Return the loss of the best single step from W = 0.

        L(η*) = τ² s/2 (d - η* d s),   without noise s/2 (d - (d s)² / E tr S²)

    Arguments and errors are those of `one_step_loss`. Returns the loss.

    >>> round(best_one_step_loss(uniform_moments(), n_context=10, d_x=10), 5)
    0.20623
    """
    step_size = best_step_size(
        moments,
        n_context=n_context,
        d_x=d_x,
        label_noise=label_noise,
        teacher_scale=teacher_scale,
    )
    left = 1 - step_size * moments.variance
    return zero_loss(moments, d_x=d_x, teacher_scale=teacher_scale) * left


def _curvature(
    moments: Moments, n_context: int, d_x: int, label_noise: Scalar, teacher_scale: Scalar
) -> Scalar:
    """Return what η² is multiplied by in the loss, noise included, without the s/2 before it."""
    from_teacher = squared_second_moment(moments, n_context=n_context, d_x=d_x)
    from_noise = d_x * moments.variance / n_context
    return teacher_scale**2 * from_teacher + label_noise**2 * from_noise
