"""What a stream tells: labels by nearest neighbours, rank correlation, principal directions."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from icl_course.arrays import Array


def decodability(
    points: Float[Array, "n_points d_model"],
    labels: Int[Array, " n_points"],
    *,
    n_labels: int,
    n_neighbours: int = 10,
) -> Float[Array, ""]:
    """Return the share of points whose label their nearest neighbours vote for.

    A point is no neighbour of itself. Distances are Euclidean. Of neighbours equally far the one
    with the lower index is nearer; of labels with equally many votes the lower one wins.

    Source: Han et al., 2412.12276, section 3.2 (k nearest neighbours, k = 10, leave one out).

    Arguments:

    - `points`: one stream for each prompt.
    - `labels`: the concept of each, from 0 to n_labels - 1.
    - `n_labels`: how many concepts there are.
    - `n_neighbours`: how many vote, at most n_points - 1.

    >>> decodability(jnp.array([[0.0], [1.0], [5.0], [6.0]]), jnp.array([0, 0, 1, 0]), n_labels=2,
    ...              n_neighbours=1).item()
    0.5
    """
    points, labels, n_points = jnp.asarray(points), jnp.asarray(labels), len(points)
    if not 1 <= n_neighbours < n_points:
        raise ValueError(f"{n_neighbours} neighbours of {n_points} points: choose 1 to n - 1.")

    def is_right(index: Array, point: Array, label: Array) -> Array:
        distances = jnp.sum((points - point[None]) ** 2, axis=1)
        order = jnp.argsort(jnp.where(jnp.arange(n_points) == index, jnp.inf, distances))
        votes = jnp.bincount(labels[order[:n_neighbours]], length=n_labels)
        return jnp.argmax(votes) == label

    indices = jnp.arange(n_points)
    return jnp.mean(jax.vmap(is_right)(indices, points, labels).astype(float))


def rank_correlation(first: Float[Array, " n"], second: Float[Array, " n"]) -> float:
    """Return Spearman's rank correlation: the correlation of ranks, where ties share their mean.

    Raises `ValueError` where fewer than two values differ.

    >>> round(rank_correlation(np.array([1.0, 2.0, 9.0]), np.array([3.0, 5.0, 4.0])), 3)
    0.5
    """

    def ranks(values: np.ndarray) -> np.ndarray:
        below = (values[None] < values[:, None]).sum(axis=1)
        same = (values[None] == values[:, None]).sum(axis=1)
        centred: np.ndarray = below + (same + 1) / 2 - (len(values) + 1) / 2
        return centred

    one, other = ranks(np.asarray(first, float)), ranks(np.asarray(second, float))
    size = float(np.sqrt((one @ one) * (other @ other)))
    if size == 0:
        raise ValueError("all values are alike: their ranks say nothing.")
    return float(one @ other) / size


def principal_plane(points: Float[Array, "n_points d"]) -> Float[Array, "n_points 2"]:
    """Return the coordinates of points along the two directions in which they vary most.

    The sign of a direction is such that its largest coordinate, by size, is positive.

    >>> principal_plane(np.array([[0.0, 0.0, 0.0], [6.0, 0.0, 0.0], [0.0, 3.0, 0.0]])).shape
    (3, 2)
    """
    centred = np.asarray(points, float)
    centred = centred - centred.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    plane: np.ndarray = (left * sizes)[:, :2]
    largest = np.abs(plane).argmax(axis=0)
    signs = np.sign(plane[largest, [0, 1]])
    return plane * np.where(signs == 0, 1.0, signs)


def risk_by_label(
    predictions: Float[Array, "n_prompts n_examples"],
    ys: Float[Array, "n_prompts n_examples"],
    labels: Int[Array, " n_prompts"],
    *,
    n_labels: int,
) -> Float[Array, "n_labels n_examples"]:
    """Return the mean half squared error of the prompts of every label, place by place.

    Every label must occur.

    >>> risk_by_label(jnp.array([[1.0], [2.0]]), jnp.zeros((2, 1)), jnp.array([1, 0]),
    ...               n_labels=2).tolist()
    [[2.0], [0.5]]
    """
    is_of = jax.nn.one_hot(labels, n_labels)
    return (is_of.T @ ((predictions - ys) ** 2 / 2)) / is_of.sum(axis=0)[:, None]


def task_vectors(
    points: Float[Array, "n_points d_model"], labels: Int[Array, " n_points"], *, n_labels: int
) -> Float[Array, "n_labels d_model"]:
    """Return the mean of every label's points, less the mean over labels of these means.

    Source: 2412.12276, section 3.3, which puts means in place of activations; and Hendel et al.
    2023, 2310.15916, for the name. Every label must occur.

    >>> task_vectors(jnp.array([[1.0], [3.0], [8.0]]), jnp.array([0, 0, 1]), n_labels=2).tolist()
    [[-3.0], [3.0]]
    """
    is_of = jax.nn.one_hot(labels, n_labels)
    means = (is_of.T @ points) / is_of.sum(axis=0)[:, None]
    return means - means.mean(axis=0, keepdims=True)
