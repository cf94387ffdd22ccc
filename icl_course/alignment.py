"""Alignment: do two predictors do the same, and do they answer a changed query in the same way?

A predictor is any function from one task to a prediction, so a trained net and a step of gradient
descent are compared by one and the same code. Weights play no part.
"""

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Float

from icl_course.arrays import Array, Scalar
from icl_course.tasks import Task

Predict = Callable[[Task], Float[Array, " d_y"]]


class Alignment(eqx.Module):
    """Hold how far two predictors agree, on one task or on average.

    Fields:

    - `prediction_difference`: |ŷ - ŷ'|, where 0 is agreement.
    - `cosine`: of the two sensitivities dŷ/dx_q, where 1 is agreement in direction.
    - `model_difference`: |dŷ/dx_q - dŷ'/dx_q|, where 0 is agreement in direction and size.
    """

    prediction_difference: Float[Array, "*tasks"]
    cosine: Float[Array, "*tasks"]
    model_difference: Float[Array, "*tasks"]


def difference(ours: Float[Array, "*shape"], theirs: Float[Array, "*shape"]) -> Float[Array, ""]:
    """Return the Euclidean size of a difference, |ours - theirs|, over all entries.

    Of two predictions this is the paper's *prediction difference*; of two sensitivities it is its
    *model difference*.

    Source: 2212.07677, section 3, equations below Fig. 2.

    Raises `ValueError` where the shapes differ.

    >>> float(difference(jnp.array([4.0, 6.0]), jnp.array([1.0, 2.0])))
    5.0
    """
    _check_same_shape(ours, theirs)
    return jnp.linalg.norm(jnp.ravel(ours - theirs))


def cosine(ours: Float[Array, "*shape"], theirs: Float[Array, "*shape"]) -> Float[Array, ""]:
    """Return the cosine of the angle between two arrays, each read as one long vector.

        ours · theirs / (|ours| |theirs|)

    Factors do not count: 1 says the same direction, not the same size. Where an array is all zeros
    the result is nan.

    Raises `ValueError` where the shapes differ.

    >>> round(float(cosine(jnp.array([[1.0, 0.0]]), jnp.array([[3.0, 4.0]]))), 3)
    0.6
    """
    _check_same_shape(ours, theirs)
    ours, theirs = jnp.ravel(ours), jnp.ravel(theirs)
    return jnp.dot(ours, theirs) / (jnp.linalg.norm(ours) * jnp.linalg.norm(theirs))


def sensitivity(predict: Predict, task: Task) -> Float[Array, "d_y d_x"]:
    """Return how a prediction answers to the query: the derivative dŷ/dx_q, context held fixed.

    A predictor that is linear in x_q, ŷ = M x_q, has the sensitivity M: the linear model that it
    made of the context. For one gradient step from W_0 this is W_0 + ΔW.

    Source: 2212.07677, section 3 (their ∂ŷ_θ / ∂x_test).

    Arguments:

    - `predict`: any predictor. Automatic differentiation goes through it.
    - `task`: one task. `jax.vmap` over the task serves a batch.

    Returns one row per output.

    >>> from icl_course.tasks import sample_linear
    >>> task = sample_linear(jax.random.key(0), n_context=5, d_x=2)
    >>> sensitivity(lambda task: jnp.array([[3.0, 4.0]]) @ task.x_query, task).tolist()
    [[3.0, 4.0]]
    """

    def of_query(x_query: Array) -> Array:
        return predict(Task(xs=task.xs, ys=task.ys, x_query=x_query, y_query=task.y_query))

    return jax.jacrev(of_query)(jnp.asarray(task.x_query))


def align(ours: Predict, theirs: Predict, task: Task) -> Alignment:
    """Compare two predictors on one task: their predictions, and their sensitivities.

    Source: 2212.07677, section 3 and Fig. 2.

    Arguments:

    - `ours`, `theirs`: the predictors. Their order does not matter.
    - `task`: one task.

    Returns the three numbers.

    >>> from icl_course.tasks import sample_linear
    >>> task = sample_linear(jax.random.key(0), n_context=5, d_x=2)
    >>> same = align(lambda task: task.x_query, lambda task: 3 * task.x_query, task)
    >>> round(float(same.cosine), 3), round(float(same.model_difference), 3)  # |I - 3 I| = √8
    (1.0, 2.828)
    """
    slope, other_slope = sensitivity(ours, task), sensitivity(theirs, task)
    return Alignment(
        prediction_difference=difference(ours(task), theirs(task)),
        cosine=cosine(slope, other_slope),
        model_difference=difference(slope, other_slope),
    )


def mean_alignment(ours: Predict, theirs: Predict, tasks: Task) -> Alignment:
    """Compare two predictors on a batch of tasks, and return the means over tasks.

    A mean hides the one task on which two predictors differ; see `metrics.largest_deviation`.

    Source: 2212.07677, section 3 and Fig. 2.

    Arguments:

    - `ours`, `theirs`: the predictors.
    - `tasks`: many tasks in one `Task`, each field with a leading axis.

    Returns the three means.

    >>> from icl_course.tasks import sample_linear
    >>> sample = lambda key: sample_linear(key, n_context=5, d_x=2)
    >>> tasks = jax.vmap(sample)(jax.random.split(jax.random.key(0), 7))
    >>> turned = mean_alignment(lambda task: task.x_query, lambda task: -task.x_query, tasks)
    >>> round(float(turned.cosine), 3)
    -1.0
    """
    each = jax.vmap(lambda task: align(ours, theirs, task))(tasks)
    return jax.tree.map(jnp.mean, each)


def learned_step_size(
    ours: Float[Array, "n_tasks d_y"],
    theirs: Float[Array, "n_tasks d_y"],
    *,
    learning_rate: Scalar,
) -> Float[Array, ""]:
    """Return the step size that a net has learned: the one whose gradient step comes closest to it.

    From W_0 = 0 a step's prediction is proportional to its step size. So take the step of size η,
    and the factor c that fits its predictions to the net's best:

        c = argmin_c sum_tasks |net - c gd|² = sum net · gd / sum |gd|²,   learned η = c η.

    Arguments:

    - `ours`: the net's predictions, one row per task.
    - `theirs`: those of one gradient step from W_0 = 0 on the same tasks.
    - `learning_rate`: the step size η of that step.

    Returns the learned step size; nan where all predictions of the step are 0. Raises `ValueError`
    where the shapes differ.

    >>> gd = jnp.array([[1.0], [-2.0]])
    >>> float(learned_step_size(1.5 * gd, gd, learning_rate=4.0))
    6.0
    """
    _check_same_shape(ours, theirs)
    return learning_rate * jnp.sum(ours * theirs) / jnp.sum(theirs**2)


def _check_same_shape(ours: Array, theirs: Array) -> None:
    """Raise `ValueError` unless both arrays have one shape."""
    if ours.shape != theirs.shape:
        raise ValueError(
            f"the arrays to compare have shapes {ours.shape} and {theirs.shape}, which must be "
            "equal: check for a missing or an extra axis on one of them."
        )
