"""Neighbours against a loop, ranks against SciPy, planes against distances."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from icl_course.decoding import (
    decodability,
    principal_plane,
    rank_correlation,
    risk_by_label,
    task_vectors,
)


def by_hand(points, labels, k, n_labels):
    """Vote point by point, with sorted pairs (distance, index)."""
    right = 0
    for p, point in enumerate(points):
        far = [(((other - point) ** 2).sum(), q) for q, other in enumerate(points) if q != p]
        votes = np.bincount([labels[q] for _, q in sorted(far)[:k]], minlength=n_labels)
        right += votes.argmax() == labels[p]
    return right / len(points)


@pytest.mark.parametrize(("k", "n_labels"), [(1, 2), (4, 3), (10, 5)])
def test_decodability_is_what_a_loop_counts_ties_included(k, n_labels):
    generator = np.random.default_rng(k)
    labels = generator.integers(0, n_labels, 37)
    points = (generator.integers(-2, 3, (37, 2)) + labels[:, None]).astype(float)
    found = decodability(points, labels, n_labels=n_labels, n_neighbours=k)
    np.testing.assert_allclose(found, by_hand(points, labels, k, n_labels))


def test_a_point_does_not_vote_for_itself():
    points = np.arange(4.0)[:, None]  # neighbours always have the other label
    found = decodability(points, np.array([0, 1, 0, 1]), n_labels=2, n_neighbours=1)
    assert float(found) == 0.0


def test_more_neighbours_than_points_are_refused():
    with pytest.raises(ValueError, match="4 neighbours of 4 points"):
        decodability(np.zeros((4, 1)), np.zeros(4, int), n_labels=1, n_neighbours=4)


def test_rank_correlation_is_that_of_scipy_ties_included():
    generator = np.random.default_rng(0)
    first, second = generator.integers(0, 5, 23) * 1.0, generator.standard_normal(23)
    expected = spearmanr(first, second).statistic
    np.testing.assert_allclose(rank_correlation(first, second), expected)
    with pytest.raises(ValueError, match="all values are alike"):
        rank_correlation(np.ones(3), np.arange(3.0))


def test_a_plane_keeps_the_distances_of_points_that_lie_in_one():
    generator = np.random.default_rng(0)
    flat = generator.standard_normal((11, 2)) @ generator.standard_normal((2, 7))
    plane = np.asarray(principal_plane(flat))

    def distances(points):
        return ((points[:, None] - points[None]) ** 2).sum(axis=-1)

    np.testing.assert_allclose(distances(plane), distances(flat), atol=1e-9)
    assert plane[:, 0].var() > plane[:, 1].var()


def test_risks_and_vectors_count_every_label_by_its_own_number():
    generator = np.random.default_rng(0)
    labels = np.array([2, 0, 0, 1, 0])
    points = generator.standard_normal((5, 3))
    means = np.stack([points[labels == c].mean(axis=0) for c in range(3)])
    vectors = task_vectors(points, labels, n_labels=3)
    np.testing.assert_allclose(vectors, means - means.mean(axis=0), atol=1e-12)
    losses = points**2 / 2
    risks = np.stack([losses[labels == c].mean(axis=0) for c in range(3)])
    found = risk_by_label(points, np.zeros((5, 3)), labels, n_labels=3)
    np.testing.assert_allclose(found, risks)
