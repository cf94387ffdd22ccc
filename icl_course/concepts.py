"""Concepts: teachers that use only some inputs, and the best that anyone can do about it.

A prompt has a concept, the *basis*: the set of inputs that its teacher uses. Its weights are drawn
anew for every prompt, its basis is one of a few. Who knows the basis needs fewer examples.
"""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Bool, Float, Int, Key

from icl_course.arrays import Array, Scalar


class ConceptPrompt(eqx.Module):
    """Hold one prompt: examples of one teacher, the last of them to be predicted too.

    Fields:

    - `concept`: the number of its basis.
    - `teacher`: the weights; 0 for inputs outside the basis.
    - `xs`, `ys`: the examples.
    """

    concept: Int[Array, ""]
    teacher: Float[Array, " d_x"]
    xs: Float[Array, "n_examples d_x"]
    ys: Float[Array, " n_examples"]


def disjoint_bases(*, n_concepts: int, size: int) -> Bool[Array, "n_concepts d_x"]:
    """Return bases that share no input: the first `size` inputs, the next `size`, and so on.

    Source: Han et al., 2412.12276, section 3 (4 bases of 4 inputs each).

    >>> disjoint_bases(n_concepts=2, size=3).astype(int).tolist()
    [[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]]
    """
    return jnp.repeat(jnp.eye(n_concepts, dtype=bool), size, axis=1)


def overlapping_bases(*, n_concepts: int, size: int, step: int) -> Bool[Array, "n_concepts d_x"]:
    """Return bases on a ring of n_concepts * step inputs, each `step` after the one before.

    Neighbours share size - step inputs. Raises `ValueError` where a basis is longer than the ring.

    Source: Han et al., 2412.12276, appendix (overlapping bases); the ring is ours.

    >>> overlapping_bases(n_concepts=3, size=2, step=1).astype(int).tolist()
    [[1, 1, 0], [0, 1, 1], [1, 0, 1]]
    """
    d_x = n_concepts * step
    if not 1 <= size <= d_x:
        raise ValueError(f"a basis of {size} inputs on a ring of {d_x}: choose 1 to {d_x}.")
    first = jnp.arange(n_concepts)[:, None] * step
    behind = (jnp.arange(d_x)[None] - first) % d_x
    return behind < size


def sample_prompt(
    key: Key[Array, ""],
    bases: Bool[Array, "n_concepts d_x"],
    *,
    n_examples: int,
    noise_variance: Scalar = 0.01,
    mean: Scalar = 2.0,
    concept: Int[Array, ""] | int | None = None,
) -> ConceptPrompt:
    """Draw a prompt: a concept, a teacher with weights in its basis alone, and noisy examples.

        w_j ~ N(m, 1) for j in the basis, else 0;   x_i ~ N(0, I);   y_i = w · x_i + N(0, σ²)

    Source: Han et al., 2412.12276, section 3: a mixture of sparse linear regressions. There m = 0.

    Arguments:

    - `key`: a typed key.
    - `bases`: which inputs each concept uses.
    - `n_examples`: how many examples.
    - `noise_variance`: σ².
    - `mean`: m, the mean of a weight in the basis.
    - `concept`: its number; each is equally likely unless given.

    >>> bases = disjoint_bases(n_concepts=2, size=1)
    >>> prompt = sample_prompt(jax.random.key(0), bases, n_examples=3, noise_variance=0, concept=1)
    >>> bool((prompt.ys == prompt.teacher[1] * prompt.xs[:, 1]).all())
    True
    """
    key_concept, key_teacher, key_xs, key_noise = jax.random.split(key, 4)
    n_concepts, d_x = bases.shape
    if concept is None:
        concept = jax.random.randint(key_concept, (), 0, n_concepts)
    drawn = mean + jax.random.normal(key_teacher, (d_x,))
    teacher = jnp.where(bases[concept], drawn, 0.0)
    xs = jax.random.normal(key_xs, (n_examples, d_x))
    noise = jnp.sqrt(noise_variance) * jax.random.normal(key_noise, (n_examples,))
    return ConceptPrompt(
        concept=jnp.asarray(concept), teacher=teacher, xs=xs, ys=xs @ teacher + noise
    )


def sample_prompts(
    key: Key[Array, ""],
    bases: Bool[Array, "n_concepts d_x"],
    *,
    n_prompts: int,
    n_examples: int,
    noise_variance: Scalar = 0.01,
    mean: Scalar = 2.0,
) -> ConceptPrompt:
    """Draw many prompts at once, with a leading axis; the law is that of `sample_prompt`.

    >>> bases = disjoint_bases(n_concepts=2, size=3)
    >>> sample_prompts(jax.random.key(0), bases, n_prompts=5, n_examples=7).xs.shape
    (5, 7, 6)
    """
    keys = jax.random.split(key, n_prompts)
    law: dict[str, Any] = {
        "n_examples": n_examples,
        "noise_variance": noise_variance,
        "mean": mean,
    }
    return jax.vmap(lambda k: sample_prompt(k, bases, **law))(keys)


def sample_each(
    key: Key[Array, ""],
    bases: Bool[Array, "n_concepts d_x"],
    *,
    n_per_concept: int,
    n_examples: int,
    noise_variance: Scalar = 0.01,
    mean: Scalar = 2.0,
) -> ConceptPrompt:
    """Draw equally many prompts of every concept, one concept after the other.

    >>> bases = disjoint_bases(n_concepts=2, size=3)
    >>> sample_each(jax.random.key(0), bases, n_per_concept=2, n_examples=7).concept.tolist()
    [0, 0, 1, 1]
    """
    concepts = jnp.repeat(jnp.arange(len(bases)), n_per_concept)
    law: dict[str, Any] = {
        "n_examples": n_examples,
        "noise_variance": noise_variance,
        "mean": mean,
    }
    keys = jax.random.split(key, len(concepts))
    return jax.vmap(lambda k, concept: sample_prompt(k, bases, concept=concept, **law))(
        keys, concepts
    )


def concept_evidence(
    bases: Bool[Array, "n_concepts d_x"],
    xs: Float[Array, "n_examples d_x"],
    ys: Float[Array, " n_examples"],
    *,
    noise_variance: Scalar = 0.01,
    mean: Scalar = 2.0,
) -> Float[Array, " n_concepts"]:
    """Return log p(ys | xs, concept) for every concept, with the teacher integrated out.

    Under concept c the targets are jointly normal, with mean m X_c 1 and covariance
    X_c X_c^T + σ² I. X_c holds the inputs of the basis alone, m is the mean of a weight.

    Source: Bishop 2006, section 3.5.1 (the evidence of a linear model).

    >>> found = concept_evidence(jnp.array([[True], [False]]), jnp.array([[1.0]]), jnp.zeros(1),
    ...                          noise_variance=1.0, mean=0.0)
    >>> [round(float(each), 3) for each in found]  # log N(0; 0, 2) and log N(0; 0, 1)
    [-1.266, -0.919]
    """
    n_examples = len(ys)

    def one(basis: Bool[Array, " d_x"]) -> Float[Array, ""]:
        seen = jnp.where(basis, xs, 0.0)
        covariance = seen @ seen.T + noise_variance * jnp.eye(n_examples)
        root = jnp.linalg.cholesky(covariance)
        left = ys - mean * seen.sum(axis=1)
        whitened = jax.scipy.linalg.solve_triangular(root, left, lower=True)
        return (
            -0.5 * jnp.sum(whitened**2)
            - jnp.sum(jnp.log(jnp.diagonal(root)))
            - 0.5 * n_examples * jnp.log(2 * jnp.pi)
        )

    return jax.vmap(one)(bases)


def concept_ridge(
    bases: Bool[Array, "n_concepts d_x"],
    xs: Float[Array, "n_examples d_x"],
    ys: Float[Array, " n_examples"],
    *,
    noise_variance: Scalar = 0.01,
    mean: Scalar = 2.0,
) -> Float[Array, "n_concepts d_x"]:
    """Return the mean of the teacher under every concept: ridge regression inside its basis.

        ŵ_c = m 1 + (X_c^T X_c + σ² I)^-1 X_c^T (y - m X_c 1),   and 0 outside the basis

    Source: Bishop 2006, equations 3.50 and 3.51, with prior mean m and prior variance 1.

    >>> concept_ridge(jnp.array([[True], [False]]), jnp.array([[1.0]]), jnp.array([4.0]),
    ...               noise_variance=1.0, mean=0.0).ravel().tolist()
    [2.0, 0.0]
    """

    def one(basis: Bool[Array, " d_x"]) -> Float[Array, " d_x"]:
        seen = jnp.where(basis, xs, 0.0)
        inner = seen.T @ seen + noise_variance * jnp.eye(xs.shape[1])
        moved = jnp.linalg.solve(inner, seen.T @ (ys - mean * seen.sum(axis=1)))
        return jnp.where(basis, mean + moved, 0.0)

    return jax.vmap(one)(bases)


def bayes_prediction(
    bases: Bool[Array, "n_concepts d_x"],
    xs: Float[Array, "n_examples d_x"],
    ys: Float[Array, " n_examples"],
    x_query: Float[Array, " d_x"],
    *,
    noise_variance: Scalar = 0.01,
    mean: Scalar = 2.0,
) -> Float[Array, ""]:
    """Return the prediction with the least risk: every concept's ridge, weighted by its posterior.

        sum_c p(c | xs, ys) ŵ_c · x_query,   p(c | xs, ys) ∝ p(ys | xs, c)

    It is the mean of y_query given the examples, which no predictor beats in squared error.

    >>> bases = disjoint_bases(n_concepts=2, size=1)
    >>> xs, ys = jnp.array([[1.0, 3.0], [2.0, -1.0]]), jnp.array([1.0, 2.0])  # y is the first input
    >>> query = jnp.array([5.0, 7.0])
    >>> round(float(bayes_prediction(bases, xs, ys, query, noise_variance=1e-4)), 2)
    5.0
    """
    law = {"noise_variance": noise_variance, "mean": mean}
    evidence = concept_evidence(bases, xs, ys, **law)
    means = concept_ridge(bases, xs, ys, **law)
    return jax.nn.softmax(evidence) @ (means @ x_query)


def bayes_along(
    bases: Bool[Array, "n_concepts d_x"],
    xs: Float[Array, "n_examples d_x"],
    ys: Float[Array, " n_examples"],
    *,
    noise_variance: Scalar = 0.01,
    mean: Scalar = 2.0,
) -> Float[Array, " n_examples"]:
    """Return the Bayes prediction of every example from those before it.

    Each example updates, under every concept, the mean w and the covariance P of the teacher, and
    how likely the concept is:

        v = x^T P x + σ²,   e = y - w · x,   log p <- log p - (e² / v + log v) / 2,
        w <- w + P x e / v,   P <- P - P x x^T P / v.

    `bayes_prediction` says the same with all examples at once. No system is solved here: XLA solves
    systems of many prompts in threads that, on two cores, can come to wait for each other.

    Source: Bishop 2006, section 3.3, one example at a time.

    >>> bases = disjoint_bases(n_concepts=2, size=1)
    >>> found = bayes_along(bases, jnp.ones((3, 2)), jnp.ones(3), mean=0.0, noise_variance=1.0)
    >>> [round(float(each), 3) for each in found]
    [0.0, 0.5, 0.667]
    """
    xs, ys = jnp.asarray(xs, float), jnp.asarray(ys, float)
    used = jnp.asarray(bases, float)

    def update(known: Any, example: Any) -> tuple[Any, Array]:
        logs, means, spreads = known
        x, y = example
        answers, along = means @ x, spreads @ x
        variances, errors = along @ x + noise_variance, y - answers
        gains = along / variances[:, None]
        learnt = (
            logs - (errors**2 / variances + jnp.log(variances)) / 2,
            means + gains * errors[:, None],
            spreads - gains[:, :, None] * along[:, None, :],
        )
        return learnt, jax.nn.softmax(logs) @ answers

    start = (jnp.zeros(len(used)), mean * used, jax.vmap(jnp.diag)(used))
    return jax.lax.scan(update, start, (xs, ys))[1]
