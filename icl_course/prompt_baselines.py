"""What others make of a prompt: learners that are no nets, asked at every place like the net.

Each returns logits after every example, from the examples *before* it and its own input.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Float, Int

from icl_course.arrays import Array, Scalar

Logits = Float[Array, "n_examples n_classes"]


def online_sgd(
    xs: Float[Array, "n_examples d_x"],
    ys: Int[Array, " n_examples"],
    *,
    n_classes: int,
    learning_rate: Scalar,
) -> Logits:
    """Return what softmax regression says that takes one step on every example, from zero.

        logits W x_i + b, then   (W, b) <- (W, b) - η ∇ cross-entropy(W x_i + b, y_i)

    Source: 2212.04458, section 4.1 compares with SGD (on an MLP; here on a linear map).

    >>> xs = jnp.array([[1.0], [1.0]])
    >>> online_sgd(xs, jnp.array([0, 0]), n_classes=2, learning_rate=1.0).tolist()
    [[0.0, 0.0], [1.0, -1.0]]
    """
    inputs = jnp.concatenate([xs, jnp.ones_like(xs[:, :1])], axis=1)

    def step(w: jax.Array, example: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        x, y = example
        logits = jnp.matmul(w, x)
        error = jax.nn.softmax(logits) - jax.nn.one_hot(y, n_classes, dtype=x.dtype)
        return w - learning_rate * jnp.outer(error, x), logits

    nothing = jnp.zeros((n_classes, inputs.shape[1]), inputs.dtype)
    said: Array = jax.lax.scan(step, nothing, (inputs, jnp.asarray(ys)))[1]
    return said


def nearest_neighbour(
    xs: Float[Array, "n_examples d_x"], ys: Int[Array, " n_examples"], *, n_classes: int
) -> Logits:
    """Return the label of the nearest earlier input, one-hot; zeros for the first one.

    Source: Cover and Hart 1967.

    >>> xs = jnp.array([[0.0], [5.0], [4.0]])
    >>> nearest_neighbour(xs, jnp.array([1, 0, 1]), n_classes=2).tolist()
    [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0]]
    """
    # |x_t - x_i|² but for |x_t|², which is the same for all i.
    apart = jnp.sum(xs**2, axis=1)[None, :] - 2 * jnp.matmul(xs, xs.T)
    is_before = jnp.tril(jnp.ones(apart.shape, bool), k=-1)
    nearest = jnp.where(is_before, apart, jnp.inf).argmin(axis=1)
    labels = jax.nn.one_hot(jnp.asarray(ys)[nearest], n_classes, dtype=xs.dtype)
    return labels.at[0].set(0.0)


def ridge_classifier(
    xs: Float[Array, "n_examples d_x"],
    ys: Int[Array, " n_examples"],
    *,
    n_classes: int,
    ridge: Scalar,
) -> Logits:
    """Return ridge regression on one-hot labels, solved anew from all earlier examples.

    Labels are taken less 1 / n_classes, and inputs have a constant coordinate.

    >>> xs = jnp.array([[0.0], [0.0]])
    >>> ridge_classifier(xs, jnp.array([1, 0]), n_classes=2, ridge=1.0).tolist()
    [[0.0, 0.0], [-0.25, 0.25]]
    """
    inputs = jnp.concatenate([xs, jnp.ones_like(xs[:, :1])], axis=1)
    targets = jax.nn.one_hot(ys, n_classes, dtype=xs.dtype) - 1 / n_classes

    def before(terms: Array) -> jax.Array:
        sums = jnp.cumsum(terms, axis=0)
        return jnp.concatenate([jnp.zeros_like(sums[:1]), sums[:-1]])

    grams = before(jnp.einsum("na,nb->nab", inputs, inputs))
    moments = before(jnp.einsum("na,nc->nac", inputs, targets))
    weights = jnp.linalg.solve(grams + ridge * jnp.eye(inputs.shape[1])[None], moments)
    return jnp.einsum("na,nac->nc", inputs, weights)
