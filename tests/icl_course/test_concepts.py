"""The mixture and its Bayes answer, against SciPy's normal law and against counting."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import multivariate_normal

from icl_course.concepts import (
    bayes_along,
    bayes_prediction,
    concept_evidence,
    concept_ridge,
    disjoint_bases,
    overlapping_bases,
    sample_each,
    sample_prompts,
)

BASES = np.array([[1, 1, 0, 0, 0], [0, 1, 1, 1, 0], [0, 0, 0, 0, 1]], bool)
LAW = {"noise_variance": 0.3, "mean": 0.7}


@pytest.fixture(scope="module")
def prompt():
    generator = np.random.default_rng(0)
    return {n: generator.standard_normal(s) for n, s in (("xs", (7, 5)), ("ys", 7), ("query", 5))}


def test_the_evidence_is_that_of_a_normal_law(prompt):
    found = concept_evidence(BASES, prompt["xs"], prompt["ys"], **LAW)
    for basis, log in zip(BASES, found, strict=True):
        seen = prompt["xs"][:, basis]
        centre, spread = 0.7 * seen.sum(axis=1), seen @ seen.T + 0.3 * np.eye(7)
        np.testing.assert_allclose(log, multivariate_normal(centre, spread).logpdf(prompt["ys"]))


def test_the_ridge_is_the_minimum_of_its_loss_and_stays_inside_the_basis(prompt):
    found = concept_ridge(BASES, prompt["xs"], prompt["ys"], **LAW)
    assert not np.any(np.asarray(found)[~BASES])
    for basis, weights in zip(BASES, found, strict=True):

        def loss(w, basis=basis):
            left = prompt["ys"] - (prompt["xs"] * basis) @ w
            return jnp.sum(left**2) / 0.3 + jnp.sum((w - 0.7) ** 2 * basis)

        np.testing.assert_allclose(jax.grad(loss)(weights), 0.0, atol=1e-10)


def test_the_prediction_is_the_mean_over_draws_weighed_by_their_likelihood(prompt):
    generator = np.random.default_rng(1)
    xs, ys = prompt["xs"][:2], prompt["ys"][:2]
    concepts = generator.integers(0, 3, 400_000)
    teachers = (0.7 + generator.standard_normal((400_000, 5))) * BASES[concepts]
    weights = np.exp(-((ys - teachers @ xs.T) ** 2).sum(axis=1) / 0.6)
    drawn = np.average(teachers @ prompt["query"], weights=weights)
    found = bayes_prediction(BASES, xs, ys, prompt["query"], **LAW)
    np.testing.assert_allclose(found, drawn, atol=0.02)


def test_along_a_prompt_each_prediction_sees_only_what_stands_before_it(prompt):
    along = bayes_along(BASES, prompt["xs"], prompt["ys"], **LAW)
    for place in (1, 4):
        alone = bayes_prediction(
            BASES, prompt["xs"][:place], prompt["ys"][:place], prompt["xs"][place], **LAW
        )
        np.testing.assert_allclose(along[place], alone)
    np.testing.assert_allclose(along[0], 0.7 * (BASES @ prompt["xs"][0]).mean())


def test_teachers_have_the_law_and_the_basis_of_their_concept():
    bases = disjoint_bases(n_concepts=3, size=2)
    many = sample_prompts(jax.random.key(0), bases, n_prompts=4_000, n_examples=3)
    is_used = np.asarray(bases)[np.asarray(many.concept)]
    teachers = np.asarray(many.teacher)
    assert np.array_equal(teachers != 0, is_used)
    assert abs(teachers[is_used].mean() - 2) < 5 / np.sqrt(8_000)
    assert abs(teachers[is_used].std() - 1) < 5 / np.sqrt(16_000)
    noise = np.asarray(many.ys) - np.einsum("bnd,bd->bn", many.xs, teachers)
    assert abs(noise.var() - 0.01) < 5 * 0.01 * np.sqrt(2 / 12_000)
    counts = np.bincount(many.concept)
    assert np.all(np.abs(counts - 4_000 / 3) < 5 * np.sqrt(4_000 * 2 / 9))


def test_every_concept_comes_equally_often_and_bases_may_overlap():
    bases = overlapping_bases(n_concepts=4, size=3, step=2)
    assert np.asarray(bases).sum(axis=0).tolist() == [2, 1, 2, 1, 2, 1, 2, 1]
    each = sample_each(jax.random.key(0), bases, n_per_concept=2, n_examples=3)
    assert each.concept.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    with pytest.raises(ValueError, match="a basis of 9 inputs on a ring of 8"):
        overlapping_bases(n_concepts=4, size=9, step=2)
