# %% [markdown]
# # Encode, then decode
#
# **Goal.** See a net find out *which kind* of task its prompt holds, before it solves the task.
# Read the kind off its streams, watch it appear in training, and change the net's mind.
#
# From Han et al. 2024, [arXiv 2412.12276](https://arxiv.org/abs/2412.12276). You need lessons 01
# and 07. About 100 minutes.
#
# |exercise|points|exercise|points|
# |---|---|---|---|
# |`concept-mixture`|2|`bayes-mixture`|4|
# |`decodability`|3|`task-vectors`|2|
# |`concept-conditioned-risk`|2|`intervene`|4|
# |`encode-then-decode`, in words|2| | |

# %%
# %load_ext jaxtyping
# %jaxtyping.typechecker beartype.beartype
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float, Int

from autograder import check, hint, predict, solution
from icl_course import causal, concept_nets, concept_runs, concepts, decoding, figures
from icl_course import fine_tuning, mlp, shipped, steering, transformer
from icl_course.arrays import Array, Scalar

# %% [markdown]
# ## 1. Prompts of several kinds
#
# So far a teacher used all coordinates of $x$. Here we call them *inputs*. Now a teacher uses $r$
# of them, its *basis*, and has weight 0 on the others. The inputs are cut into bases: concept 0
# uses inputs $0, \dots, r - 1$, concept 1 the next $r$, and so on. Each prompt has one *concept*
# and weights of its own, and names neither.
#
# A learner that knows the concept needs only about $r$ examples. One that does not needs more.
#
# ### Exercise `concept-mixture`: from random numbers to prompts
# *2 points · difficulty 1 of 3 · importance 3 of 3 · 10 minutes*


# %% exercise="concept-mixture"
def concept_mixture(
    concepts: Int[Array, " n_prompts"],
    weights: Float[Array, "n_prompts size"],
    xs: Float[Array, "n_prompts n_examples d_x"],
    noise: Float[Array, "n_prompts n_examples"],
    noise_variance: float,
) -> tuple[Float[Array, "n_prompts d_x"], Float[Array, "n_prompts n_examples"]]:
    """Return the teachers and the targets of a batch of prompts. All chance is in the arguments.

    Prompt b has concept c = concepts[b]. Its teacher is 0 but for `size` entries: entry
    c * size + m is weights[b, m], for m = 0, ..., size - 1. Its targets are

        ys[b, i] = teachers[b] . xs[b, i] + sigma * noise[b, i],   sigma^2 = noise_variance.

    Arguments:
        concepts: integers from 0 to d_x // size - 1, where d_x is the number of inputs.
        weights: the weights of each prompt's teacher, in the order of its inputs.
        xs: the d_x inputs of every example.
        noise: numbers drawn from N(0, 1).
        noise_variance: sigma^2, a Python float above 0.

    Returns the pair (teachers, ys) with shapes [n_prompts, d_x] and [n_prompts, n_examples]. d_x
    need not be a multiple of size: inputs that no concept uses have weight 0.
    """
    ### BEGIN SOLUTION
    (n_prompts, size), d_x = weights.shape, xs.shape[2]
    places = concepts[:, None] * size + jnp.arange(size)  # [b, m]: which input
    rows = jnp.arange(n_prompts)[:, None]
    teachers = jnp.zeros((n_prompts, d_x)).at[rows, places].set(weights)
    targets = jnp.einsum("bd,bnd->bn", teachers, xs)
    return teachers, targets + jnp.sqrt(noise_variance) * noise
    ### END SOLUTION


# %% check="concept-mixture" points=2
check("concept-mixture", concept_mixture)

# %% [markdown] solution="concept-mixture"
# **Why this works.** Row $b$ of `places` lists the inputs of the basis. Setting by a table of rows
# and a table of places writes each weight to its own entry. A number from $N(0, 1)$ times $\sigma$
# has variance $\sigma^2$.
#
# **Another right answer.** One-hot concepts times weights, laid out flat.
#
# ```python
# def concept_mixture(
#     concepts: Int[Array, " n_prompts"],
#     weights: Float[Array, "n_prompts size"],
#     xs: Float[Array, "n_prompts n_examples d_x"],
#     noise: Float[Array, "n_prompts n_examples"],
#     noise_variance: float,
# ) -> tuple[Float[Array, "n_prompts d_x"], Float[Array, "n_prompts n_examples"]]:
#     d_x, size = xs.shape[2], weights.shape[1]
#     which = jax.nn.one_hot(concepts, d_x // size)
#     flat = jnp.einsum("bc,bm->bcm", which, weights).reshape(len(concepts), -1)
#     teachers = jnp.pad(flat, ((0, 0), (0, d_x - flat.shape[1])))
#     return teachers, (xs @ teachers[:, :, None])[..., 0] + noise_variance**0.5 * noise
# ```
#
# **What the two share.** A concept is a place in the teacher, and nothing else. Two prompts of one
# concept have different weights in the same places.

# %% [markdown]
# `hint("concept-mixture")` helps up to three times, in every exercise. After a pass,
# `solution("concept-mixture")` shows a solution with reasons.
#
# In this lesson there are 8 inputs and 4 concepts with 2 inputs each. A prompt has 10 examples. The
# paper has 16 inputs, 4 for each concept, and 20 examples. As in the paper, $x \sim N(0, I)$, and
# the noise has variance .01.
#
# One more thing differs. The paper draws weights from $N(0, 1)$, we draw them from $N(2, 1)$. Then
# every example says more about the concept. Section 7 shows what this buys, and what happens
# without it.
#
# ## 2. Can the concept be read off?
#
# A causal transformer reads the prompt. Token $i$ holds the question $x_i$ and the example before
# it, $(x_{i-1}, y_{i-1})$; in token 0 that part is zero. After every token $i$ the net predicts
# $y_i$. The *stream* of a token is the vector to which every layer adds.
#
# Does the stream of the last token tell the concept? It has not seen its own target. Take many
# prompts and look at each one's nearest neighbours. If they mostly have its concept, then streams
# of one concept lie together. The paper calls the share of prompts for which this works the
# *decodability*.
#
# ### Exercise `decodability`: a vote of neighbours
# *3 points · difficulty 2 of 3 · importance 3 of 3 · 15 minutes*


# %% exercise="decodability"
def decodability(
    streams: Float[Array, "n_depths n_points d_model"],
    concepts: Int[Array, " n_points"],
    n_concepts: int,
    n_neighbours: int,
) -> Float[Array, " n_depths"]:
    """Return, for each depth, the share of points whose concept their neighbours vote for.

    streams[l, p] is a point: the stream of prompt p after l layers. Each depth is looked at on its
    own. For a point p, all other points are ordered by their Euclidean distance from it; of points
    equally far, the one with the lower index comes first. p itself is left out. The first
    `n_neighbours` of them vote, each for its own concept. The concept with most votes wins; of
    concepts with equally many votes, the one with the lower number. p is decoded if the winner is
    its own concept.

    Arguments:
        streams: at most 100 points. Their entries may be whole numbers, so that distances are often
            equal: of exactly equal distances the rule above decides.
        concepts: the concept of each point, integers from 0 to n_concepts - 1.
        n_concepts: their number.
        n_neighbours: how many points vote, from 1 to n_points - 1.

    Returns an array [n_depths]: decoded points divided by all points.
    """
    ### BEGIN SOLUTION
    n_points = streams.shape[1]

    def share(points):
        differences = points[:, None] - points[None]
        distances = jnp.sum(differences**2, axis=-1)
        distances = jnp.where(jnp.eye(n_points, dtype=bool), jnp.inf, distances)  # not itself
        order = jnp.argsort(distances, axis=1)  # stable: the lower index first
        votes = jax.nn.one_hot(concepts[order[:, :n_neighbours]], n_concepts).sum(axis=1)
        return jnp.mean(votes.argmax(axis=1) == concepts)  # the first of equals

    return jnp.stack([share(points) for points in streams])
    ### END SOLUTION


# %% check="decodability" points=3
check("decodability", decodability)

# %% [markdown] solution="decodability"
# **Why this works.** An infinite distance puts a point last in its own row. `argsort` is stable and
# `argmax` takes the first of equals, so both rules come for free. Squares order points as distances
# do, and no root is needed.
#
# **Another right answer.** Products in place of differences, and `top_k`, which also prefers the
# lower index.
#
# ```python
# def decodability(
#     streams: Float[Array, "n_depths n_points d_model"],
#     concepts: Int[Array, " n_points"],
#     n_concepts: int,
#     n_neighbours: int,
# ) -> Float[Array, " n_depths"]:
#     sizes = jnp.sum(streams**2, axis=-1)
#     products = jnp.einsum("lpd,lqd->lpq", streams, streams)
#     near = 2 * products - sizes[:, None, :] - sizes[:, :, None]
#     near = near - jnp.diag(jnp.full(len(concepts), jnp.inf))
#     _, nearest = jax.lax.top_k(near, n_neighbours)
#     votes = jnp.sum(concepts[nearest][..., None] == jnp.arange(n_concepts), axis=2)
#     return jnp.mean(jnp.argmax(votes, axis=2) == concepts, axis=1)
# ```
#
# **What the two share.** No point votes for itself. A point is its own nearest neighbour, so one
# right vote in every ten would be a gift.

# %% [markdown]
# ## 3. It appears in training
#
# The net has 3 layers of width 48. `concept_runs.ship` trained it in a few minutes of one core. Its
# weights at some steps ship with the course. The library's `decoding.decodability` does what you
# wrote.

# %%
BASES = concept_runs.bases_of_lesson()
LAW = concept_runs.LAW
runs = concept_runs.shipped_runs()
history, net = runs["lesson"], runs["lesson"].params[-1]
voters = concepts.sample_each(jax.random.key(5), BASES, n_per_concept=100, **LAW)
decodable = jax.jit(concept_runs.decodable_by_depth)
for step, params in zip(history.kept, history.params, strict=True):
    shares = " ".join(f"{share:.2f}" for share in decodable(params, voters))
    print(f"step {step:5d}: decodable {shares}")

# %% [markdown]
# Each row goes from the embedding to the last layer. A guess is right one time in four.


# %% display
@jax.jit
def bayes_errors(prompts, mean):
    """Return the loss of the Bayes predictor at each place of each prompt."""
    said = jax.vmap(lambda xs, ys: concepts.bayes_along(BASES, xs, ys, mean=mean))
    return (said(prompts.xs, prompts.ys) - prompts.ys) ** 2 / 2


many = concepts.sample_prompts(jax.random.key(6), BASES, n_prompts=2_000, **LAW)
floor = bayes_errors(many, LAW["mean"]).mean(axis=0)
risk_over_time = history.risk.mean(axis=1)
figures.decodability_over_training(
    history.steps, history.decodable, risk_over_time, chance=1 / 4, floor=float(floor.mean())
)

# %% facts
at_end = decodable(net, voters)
best_over_time = history.decodable.max(axis=1)[1:]
tie = decoding.rank_correlation(best_over_time, -risk_over_time[1:])
fact("n-seen", len(BASES) * concept_runs.N_PER_CONCEPT, rounding=",d", rtol=1e-9)
fact("n-measured", len(best_over_time), rounding=".0f", rtol=1e-9)
fact("best-depth", at_end.max(), rounding=".2f", rtol=0.04)
fact("at-embedding", at_end[0], rounding=".2f", rtol=0.2)
fact("tie", tie, rounding=".2f", rtol=0.05)
fact("half-way", history.steps[1:][best_over_time > 0.6][0], rounding=".0f", rtol=0.3)
fact("risk-start", risk_over_time[0], rounding=".2f", rtol=0.1)
fact("risk-end", risk_over_time[-1], rounding=".2f", rtol=0.1)
fact("floor", floor.mean(), rounding=".2f", rtol=0.1)
fact("last-step", history.steps[-1], rounding=".0f", rtol=1e-9)

# %% [markdown]
# After [[last-step]] steps decodability is [[best-depth]] at the best depth. In the embedding it is
# [[at-embedding]]: the last token holds one example, and one is not enough. By step [[half-way]]
# the best depth has passed .6. Decodability is high after 3 layers before it is high after 2.
#
# The risk falls at the same time, from [[risk-start]] to [[risk-end]], where the Bayes predictor of
# section 5 has [[floor]]. Rank the [[n-measured]] measurements once by decodability at the best
# depth and once by risk, with the sign turned. The correlation of the two rankings is [[tie]].
#
# Each measurement was taken on [[n-seen]] prompts. From step 3,000 on, decodability grows by little
# more than .01, and the ranking of nearly equal numbers is soon one of chance. With few prompts the
# correlation would come out smaller.
#
# That two things change together does not say that one causes the other. Section 6 tests it.
#
# Where do the streams lie? Here are those of the last token, in the plane in which they vary most.

# %% display
places = {"step 500": 0, "at the end": -1}
planes, shares = {}, {}
for name, index in places.items():
    seen = concept_runs.run_prompts(history.params[index], voters).streams[:, 2, -1]
    planes[name] = decoding.principal_plane(seen)
    shares[name] = float(decoding.decodability(seen, voters.concept, n_labels=4))
figures.concept_planes(planes, voters.concept, shares)

# %% [markdown]
# ## 4. What it is worth, concept by concept
#
# Does the net learn all concepts equally well? Split its risk.
#
# ### Exercise `concept-conditioned-risk`: one row for each concept
# *2 points · difficulty 1 of 3 · importance 2 of 3 · 6 minutes*


# %% exercise="concept-conditioned-risk"
def concept_risk(
    predictions: Float[Array, "n_prompts n_examples"],
    ys: Float[Array, "n_prompts n_examples"],
    concepts: Int[Array, " n_prompts"],
    n_concepts: int,
) -> Float[Array, "n_concepts n_examples"]:
    """Return the mean half squared error of the prompts of each concept, at each place.

    Entry [c, i] is the mean of (predictions[b, i] - ys[b, i])^2 / 2 over the prompts b with
    concepts[b] == c.

    Arguments:
        predictions, ys: of each prompt, at each place.
        concepts: of each prompt, integers from 0 to n_concepts - 1, in no order. Each occurs at
            least once, and some more often than others.
        n_concepts: their number.

    Returns an array [n_concepts, n_examples].
    """
    ### BEGIN SOLUTION
    losses = (predictions - ys) ** 2 / 2
    is_of = jax.nn.one_hot(concepts, n_concepts)
    return is_of.T @ losses / is_of.sum(axis=0)[:, None]
    ### END SOLUTION


# %% check="concept-conditioned-risk" points=2
check("concept-conditioned-risk", concept_risk)

# %% [markdown] solution="concept-conditioned-risk"
# **Why this works.** Row $c$ of the transposed one-hot table picks the prompts of concept $c$. The
# product sums their losses, and the sum is divided by how many they are.
#
# **Another right answer.** Pick the rows of each concept.
#
# ```python
# def concept_risk(
#     predictions: Float[Array, "n_prompts n_examples"],
#     ys: Float[Array, "n_prompts n_examples"],
#     concepts: Int[Array, " n_prompts"],
#     n_concepts: int,
# ) -> Float[Array, "n_concepts n_examples"]:
#     rows = []
#     for concept in range(n_concepts):
#         chosen = concepts == concept
#         rows.append(jnp.mean((predictions[chosen] - ys[chosen]) ** 2, axis=0) / 2)
#     return jnp.stack(rows)
# ```
#
# **What the two share.** A concept's risk is a mean over *its* prompts. Divided by all prompts, a
# rare concept would look easy.

# %% [markdown]
# ## 5. The best that anyone can do
#
# How low can the risk be? Whoever knows the law of the prompts can compute the mean of $y_q$ given
# the examples, for a new example's $x_q$. No predictor has a smaller mean squared error.
#
# Fix a concept $c$, and let $X_c$ hold only the inputs of its basis, one row for each example. All
# probabilities below are given the inputs. With independent weights $w_j \sim N(m, 1)$, and noise
# of variance $\sigma^2$,
#
# $$
# y = X_c w + \text{noise}, \qquad
# y \sim N\bigl(m X_c \mathbf 1, \; S_c\bigr), \qquad S_c = X_c X_c^\top + \sigma^2 I .
# $$
#
# So $\log p(y \mid c) = -\frac12 r_c^\top S_c^{-1} r_c - \frac12 \log \det S_c + \text{const}$ with
# $r_c = y - m X_c \mathbf 1$. The constant is the same for all concepts. All concepts are equally
# likely before the examples, so the posterior is $p(c \mid y) \propto p(y \mid c)$.
#
# Given $c$, the mean of the weights is a ridge regression around $m$:
#
# $$
# \hat w_c = m \mathbf 1 + (X_c^\top X_c + \sigma^2 I)^{-1} X_c^\top r_c .
# $$
#
# The Bayes prediction weighs the concepts: $\sum_c p(c \mid y) \, \hat w_c \cdot x_{q,c}$.
#
# ### Exercise `bayes-mixture`: posterior and prediction
# *4 points · difficulty 3 of 3 · importance 3 of 3 · 25 minutes*


# %% exercise="bayes-mixture"
def bayes_mixture(
    bases: Bool[Array, "n_concepts d_x"],
    xs: Float[Array, "n_examples d_x"],
    ys: Float[Array, " n_examples"],
    x_query: Float[Array, " d_x"],
    noise_variance: float,
    mean: float,
) -> tuple[Float[Array, " n_concepts"], Scalar]:
    """Return the posterior of the concepts, and the mean of the query's target, given examples.

    The law of a prompt: its concept c is any of them, equally likely. Weights of inputs j with
    bases[c, j] are independent N(mean, 1), all other weights are 0. Targets are y_i = w . x_i plus
    independent noise N(0, noise_variance).

    Arguments:
        bases: which inputs each concept uses. Bases may overlap and may differ in size.
        xs, ys: the examples, at least 1.
        x_query: the input whose target is asked for.
        noise_variance: a Python float above 0.
        mean: of a weight in the basis, a Python float.

    Returns the pair (posterior, prediction). posterior[c] = p(c | xs, ys); these add up to 1.
    prediction is the expected value of w . x_query given xs and ys, one number.
    """
    ### BEGIN SOLUTION
    n_examples, d_x = xs.shape

    def under(basis):
        seen = jnp.where(basis, xs, 0.0)  # zeros in place of inputs that are not used
        left = ys - mean * seen.sum(axis=1)
        covariance = seen @ seen.T + noise_variance * jnp.eye(n_examples)
        _, log_determinant = jnp.linalg.slogdet(covariance)
        evidence = -0.5 * left @ jnp.linalg.solve(covariance, left) - 0.5 * log_determinant
        inner = seen.T @ seen + noise_variance * jnp.eye(d_x)
        weights = jnp.where(basis, mean + jnp.linalg.solve(inner, seen.T @ left), 0.0)
        return evidence, weights @ x_query

    evidences, answers = jax.vmap(under)(bases)
    posterior = jax.nn.softmax(evidences)
    return posterior, posterior @ answers
    ### END SOLUTION


# %% check="bayes-mixture" points=4
check("bayes-mixture", bayes_mixture)

# %% [markdown] solution="bayes-mixture"
# **Why this works.** Zeros in place of unused inputs leave $X_c X_c^\top$ as it is, and all bases
# get the same shape. In the ridge the rows of unused inputs are $\sigma^2 w_j = 0$, so nothing
# moves there. `softmax` turns logs of unnormalised probabilities into probabilities.
#
# **Another right answer.** One example at a time: the posterior after one example is the prior of
# the next.
#
# ```python
# def bayes_mixture(
#     bases: Bool[Array, "n_concepts d_x"],
#     xs: Float[Array, "n_examples d_x"],
#     ys: Float[Array, " n_examples"],
#     x_query: Float[Array, " d_x"],
#     noise_variance: float,
#     mean: float,
# ) -> tuple[Float[Array, " n_concepts"], Scalar]:
#     means = mean * bases.astype(float)
#     spreads = jax.vmap(jnp.diag)(bases.astype(float))
#     logs = jnp.zeros(len(bases))
#     for x, y in zip(xs, ys, strict=True):
#         along = spreads @ x
#         variances = along @ x + noise_variance  # of the next target, under every concept
#         errors = y - means @ x
#         logs = logs - (errors**2 / variances + jnp.log(variances)) / 2
#         gains = along / variances[:, None]
#         means = means + gains * errors[:, None]
#         spreads = spreads - gains[:, :, None] * along[:, None, :]
#     posterior = jnp.exp(logs - jax.nn.logsumexp(logs))
#     return posterior, posterior @ (means @ x_query)
# ```
#
# **What the two share.** Encode, then decode: first how likely each concept is, then what each of
# them predicts. The determinant, or the product of the variances, keeps a larger basis from winning
# only because it can fit more.

# %% [markdown]
# Now the net beside it. A second reference knows nothing of concepts: a ridge regression on all 8
# inputs. Its prior has the mean and the variance that each weight has over all prompts, and takes
# the weights for independent. (They are not: the weights of a basis come together.)


# %% display
@jax.jit
def ridge_errors(prompts):
    """Return the loss of a ridge regression that knows no concepts."""
    mean, variance = LAW["mean"] / 4, (1 + LAW["mean"] ** 2) / 4 - LAW["mean"] ** 2 / 16

    def along(xs, ys):
        def one(place):
            told = (jnp.arange(len(ys)) < place)[:, None] * xs
            left = jnp.where(jnp.arange(len(ys)) < place, ys, 0.0) - mean * told.sum(axis=1)
            inner = told.T @ told + 0.01 / variance * jnp.eye(xs.shape[1])
            return (mean + jnp.linalg.solve(inner, told.T @ left)) @ xs[place]

        return jax.vmap(one)(jnp.arange(len(ys)))

    return (jax.vmap(along)(prompts.xs, prompts.ys) - prompts.ys) ** 2 / 2


said = concept_runs.run_prompts(net, many).predictions
by_concept = decoding.risk_by_label(said, many.ys, many.concept, n_labels=4)
blind = ridge_errors(many).mean(axis=0)
figures.risk_by_concept(by_concept, {"Bayes predictor": floor, "ridge without concepts": blind})

# %% facts
fact("spread", by_concept.mean(axis=1).max() / by_concept.mean(axis=1).min(), ".2f", rtol=0.1)
fact("net-late", by_concept[:, 5].mean(), rounding=".2f", rtol=0.15)
fact("bayes-late", floor[5], rounding=".3f", rtol=0.15)
fact("blind-late", blind[5], rounding=".2f", rtol=0.15)
fact("net-last", by_concept[:, 9].mean(), rounding=".2f", rtol=0.15)
fact("blind-last", blind[9], rounding=".2f", rtol=0.25)

# %% [markdown]
# With 5 examples the net has a risk of [[net-late]]. The ridge regression that knows no concepts
# has [[blind-late]]: five examples are too few for eight weights, unless one knows which of them
# are 0. So the net knows something of the bases. The Bayes predictor has [[bayes-late]]: it decides
# within a few examples, and then finds the two weights as exactly as the noise allows. The net does
# not. With 9 examples it has [[net-last]], and the ridge regression [[blind-last]].
#
# The worst concept has [[spread]] times the risk of the best. In the paper one basis is learnt
# first and others later, although its bases, too, differ only in which inputs they hold. We look at
# the end of training alone, and there our net treats its bases nearly alike.
#
# ## 6. Change its mind
#
# If the layers above *read* the concept from the stream, then they must believe a stream that says
# something else. First, what says "concept $c$"? The paper takes the mean stream.
#
# ### Exercise `task-vectors`: the direction of a concept
# *2 points · difficulty 1 of 3 · importance 2 of 3 · 6 minutes*


# %% exercise="task-vectors"
def task_vectors(
    streams: Float[Array, "n_points d_model"], concepts: Int[Array, " n_points"], n_concepts: int
) -> Float[Array, "n_concepts d_model"]:
    """Return each concept's mean stream, less the mean over concepts of these mean streams.

    Let mu_c be the mean of streams[p] over the points p with concepts[p] == c. Row c of the result
    is mu_c - (mu_0 + ... + mu_{C-1}) / C, with C = n_concepts.

    Arguments:
        streams: one stream for each prompt.
        concepts: of each point, integers from 0 to n_concepts - 1, in no order. Each occurs at
            least once, and some more often than others.
        n_concepts: their number C.

    Returns an array [n_concepts, d_model].
    """
    ### BEGIN SOLUTION
    is_of = jax.nn.one_hot(concepts, n_concepts)
    means = is_of.T @ streams / is_of.sum(axis=0)[:, None]
    return means - means.mean(axis=0)
    ### END SOLUTION


# %% check="task-vectors" points=2
check("task-vectors", task_vectors)

# %% [markdown] solution="task-vectors"
# **Why this works.** What all streams have in common says nothing of a concept. Taking off the mean
# over concepts leaves what is special to each. Every concept counts once, however many prompts it
# has.
#
# **Another right answer.** A linear map: weights of the prompts that add up to 0.
#
# ```python
# def task_vectors(
#     streams: Float[Array, "n_points d_model"], concepts: Int[Array, " n_points"], n_concepts: int
# ) -> Float[Array, "n_concepts d_model"]:
#     is_of = (concepts[None, :] == jnp.arange(n_concepts)[:, None]).astype(streams.dtype)
#     share = is_of / jnp.sum(is_of, axis=1, keepdims=True)
#     centre = jnp.eye(n_concepts) - 1 / n_concepts
#     return centre @ share @ streams
# ```
#
# **What the two share.** The vectors add up to zero.

# %% [markdown]
# Now the net itself, with two handles: something added to its streams, and heads that are silent.
# The library's `causal.attention_pattern(layer, stream, code)` gives the patterns of a layer,
# `causal.head_outputs(layer, stream, pattern)` what each of its heads adds,
# `transformer.layer_norm(stream)` the stream normalised, and `mlp.mlp(params, x)` the MLP of *one*
# vector.
#
# ### Exercise `intervene`: a net with two handles
# *4 points · difficulty 2 of 3 · importance 3 of 3 · 20 minutes*


# %% exercise="intervene"
def intervene(
    params: concept_nets.ConceptNet,
    tokens: Float[Array, "n_tokens d_token"],
    depth: int,
    vector: Float[Array, " d_model"],
    keep: Bool[Array, "n_layers n_heads"],
) -> Float[Array, " n_tokens"]:
    """Return the net's predictions with a vector added to its streams and some heads silenced.

    The streams begin as x_t = embed @ tokens[t]. Let N(x) be `layer_norm` of each token's stream.
    Each layer, one after the other, does two things to the streams of all tokens:

        x_t <- x_t + sum over the layer's kept heads of what the head adds to token t, reading N(x);
        x_t <- x_t + MLP(N(x_t)), with the x_t after attention.

    What a head adds is its entry of causal.head_outputs(layer, N(x), pattern), with pattern =
    causal.attention_pattern(layer, N(x), params.code). Head h of layer l is kept where keep[l, h]
    is True; the others add nothing. The prediction after token t is read_out . N(x_t) at the end.

    The vector is added to the stream of every token when `depth` layers have run, before anything
    else reads it: depth 0 is right after the embedding, depth n_layers just before the read-out.

    Arguments:
        params: embed [d_model, d_token], code [n_positions, d_model], layers (a tuple of
            AttentionParams), mlps (a tuple of MlpParams, one for each layer), read_out [d_model].
        tokens: the prompt, at most n_positions tokens.
        depth: from 0 to n_layers.
        vector: what is added.
        keep: which heads are kept.

    Returns an array [n_tokens].
    """
    ### BEGIN SOLUTION
    stream = tokens @ params.embed.T
    for index, (layer, part) in enumerate(zip(params.layers, params.mlps, strict=True)):
        if index == depth:
            stream = stream + vector
        read = transformer.layer_norm(stream)
        pattern = causal.attention_pattern(layer, read, params.code)
        outputs = causal.head_outputs(layer, read, pattern)
        stream = stream + jnp.where(keep[index][:, None, None], outputs, 0.0).sum(axis=0)
        stream = stream + jax.vmap(mlp.mlp, (None, 0))(part, transformer.layer_norm(stream))
    if depth == len(params.layers):
        stream = stream + vector
    return transformer.layer_norm(stream) @ params.read_out
    ### END SOLUTION


# %% check="intervene" points=4
check("intervene", intervene)

# %% [markdown] solution="intervene"
# **Why this works.** Layer number `depth` is the first that runs after `depth` layers, so the
# vector comes in at its top. A silent head adds zeros; its pattern may be anything.
#
# **Another right answer.** Change the weights: with $W_O = 0$ a head adds nothing. And a list of
# vectors, one for each depth, of which all but one are zero.
#
# ```python
# def intervene(
#     params: concept_nets.ConceptNet,
#     tokens: Float[Array, "n_tokens d_token"],
#     depth: int,
#     vector: Float[Array, " d_model"],
#     keep: Bool[Array, "n_layers n_heads"],
# ) -> Float[Array, " n_tokens"]:
#     n_layers = len(params.layers)
#     added = [vector if at == depth else 0 * vector for at in range(n_layers + 1)]
#     stream = jnp.einsum("de,te->td", params.embed, tokens) + added[0]
#     for layer, hidden, kept, more in zip(
#         params.layers, params.mlps, keep, added[1:], strict=True
#     ):
#         read = transformer.layer_norm(stream)
#         pattern = causal.attention_pattern(layer, read, params.code)
#         values = jnp.einsum("hvd,td->htv", layer.w_v, read)
#         w_o = layer.w_o * kept[:, None, None]
#         stream = stream + jnp.einsum("hdv,hti,hiv->td", w_o, pattern, values)
#         read = transformer.layer_norm(stream)
#         inner = jax.nn.gelu(read @ hidden.w_in.T + hidden.b_in, approximate=False)
#         stream = stream + inner @ hidden.w_out.T + hidden.b_out + more
#     return transformer.layer_norm(stream) @ params.read_out
# ```
#
# **What the two share.** After the last thing that layer `depth - 1` does and before the first that
# layer `depth` does is one and the same moment.

# %% [markdown]
# ### Predict, then run
#
# Take the task vectors after 2 of 3 layers, from streams of the last token. On fresh prompts, add
# to every stream the vector of the prompt's *own* concept, or that of *another* one. Look at places
# where the net has seen two examples. What happens to the risk?
#
# - **a.** It rises with either vector: both put the stream where it never was.
# - **b.** The right vector lowers it, the wrong one raises it.
# - **c.** Neither changes much: the net still has the examples and knows better.
# - **d.** Both lower it: to be sure of *some* concept is better than to be unsure.
#
# Decide first. Put the letter into the cell, run it, then run the experiment below.

# %% predict="wrong-vector"
predict("wrong-vector", choice="b")

# %% display
DEPTH = 2
last = concept_runs.run_prompts(net, voters).streams[:, DEPTH, -1]
vectors = decoding.task_vectors(last, voters.concept, n_labels=4)
steer = jax.jit(partial(steering.steer, bases=BASES, depth=DEPTH, n_prompts=500, law=LAW))
draws = [steer(jax.random.key(100 + seed), net, vectors) for seed in range(10)]
changes = {name: np.stack([draw[name] for draw in draws]) for name in draws[0]}
figures.steering(changes, places=range(10))

# %% facts
right, wrong, other = (
    changes[name][:, 2] for name in (steering.RIGHT, steering.WRONG, steering.RANDOM)
)


def in_errors(change):
    """Return a mean in units of its standard error over seeds."""
    return change.mean() / (change.std(ddof=1) / np.sqrt(len(change)))


fact("right", right.mean(), rounding=".2f", rtol=0.2)
fact("wrong", wrong.mean(), rounding=".2f", rtol=0.2)
fact("random", other.mean(), rounding=".2f", rtol=1.0)
fact("right-late", changes[steering.RIGHT][:, 8].mean(), rounding=".2f", rtol=0.3)
fact("right-errors", in_errors(right), rounding=".0f", rtol=0.5)
fact("wrong-errors", in_errors(wrong), rounding=".0f", rtol=0.5)

# %% [markdown]
# With two examples seen, the right vector changes the risk by [[right]], the wrong one by
# [[wrong]]. In standard errors over ten draws of prompts that is [[right-errors]] and
# [[wrong-errors]]. A random vector of the same length gives [[random]]: it harms, but less than the
# wrong one, and it never helps.
#
# So the layers above use what stands in the stream. This is more than decodability could say: a
# stream may hold what nobody reads.
#
# Further right in the figure this ends. With 8 examples even the right vector raises the risk, by
# [[right-late]]. Perhaps the net knows the concept by then, and being told twice pushes the stream
# too far. And there a random vector harms more than the wrong one.
#
# Which heads *write* it? Silence one head at a time, and look at decodability and risk.

# %% display
HEADS = (len(net.layers), len(net.layers[0].w_q))
for silent in (None, *np.ndindex(HEADS)):
    keep = np.ones(HEADS, bool)
    if silent is not None:
        keep[silent] = False
    pruned = concept_runs.run_prompts(net, voters, keep=jnp.asarray(keep))
    share = decoding.decodability(pruned.streams[:, DEPTH, -1], voters.concept, n_labels=4)
    loss = ((pruned.predictions - voters.ys) ** 2 / 2).mean()
    name = "with all heads" if silent is None else f"without {silent[0] + 1}.{silent[1] + 1}"
    print(f"{name:14}: decodable {share:.2f} after layer 2, risk {loss:.2f}")

# %% [markdown]
# No single head writes it alone: without any one of them the concept stays decodable. Silencing a
# head of layer 2 costs it most. The heads of layer 3 come too late for this depth. Without one of
# *them* the risk rises most, as one expects of heads that read.
#
# One more test. Regroup the inputs: concept $c$ now has inputs $c$ and $c + 4$, so that no pair
# stays together. Which layer must change for the new concepts? `fine_tuning.ship` trained one layer
# on them, for three seeds each time, and left all others as they were.

# %% display
tuned, tuned_by = shipped.load(fine_tuning.NAME)
tuned_steps = tuned.pop("steps")
print("made by", tuned_by["command"])
figures.fine_tuning(tuned_steps, tuned, floor=float(floor.mean()))

# %% facts
fact("tune-steps", tuned_steps[-1], rounding=",d", rtol=1e-9)
fact("tune-start", tuned["layer 1"][:, 0].mean(), rounding=".2f", rtol=1e-3)
for name in ("layer 1", "layer 2", "layer 3", "all layers"):
    fact(f"tune-{name.split()[-1]}", tuned[name][:, -1].mean(), rounding=".2f", rtol=1e-3)

# %% [markdown]
# On the new concepts the old net has a risk of [[tune-start]]. After [[tune-steps]] steps it is
# [[tune-1]] if layer 1 may change, [[tune-2]] for layer 2, [[tune-3]] for layer 3, and
# [[tune-layers]] for all of them. The earlier the layer, the more it helps. That fits the story:
# layer 3 can only read what the layers below it write, and they still write the old concepts. The
# paper finds the same with the first and the last ten layers of a language model.
#
# It does not show that a late layer cannot do it: with more steps its risk may fall further.
#
# ## 7. With the paper's teachers
#
# With weights from $N(2, 1)$ the mean of $y \, x_j$ over the prompts of a concept is 2 for $j$ in
# its basis, and 0 for all others. With weights from $N(0, 1)$ it is 0 for all $j$. The concept
# shows only in *which* weights differ from 0, whatever their sign. The same net was trained on such
# prompts, for the same number of steps.

# %%
papers = runs["paper"]
for step, row in zip(papers.steps[::8], papers.decodable[::8], strict=True):
    print(f"step {step:5d}: decodable {' '.join(f'{share:.2f}' for share in row)}")

# %% facts
plain_law = concept_runs.PAPERS_LAW
plain = concepts.sample_prompts(jax.random.key(7), BASES, n_prompts=2_000, **plain_law)
plain_floor = bayes_errors(plain, plain_law["mean"]).mean()
fact("paper-floor", plain_floor, rounding=".2f", rtol=0.1)
fact("paper-best", papers.decodable[-1].max(), rounding=".2f", rtol=0.1)
fact("paper-start", papers.risk[0].mean(), rounding=".2f", rtol=0.1)
fact("paper-risk", papers.risk[-1].mean(), rounding=".2f", rtol=0.1)

# %% [markdown]
# Its risk falls from [[paper-start]] to [[paper-risk]], where the Bayes predictor has
# [[paper-floor]], and its best depth reaches [[paper-best]], where a guess has .25. So it learns in
# context *without* a concept that neighbours could tell.
#
# The paper trains 12 layers for 80,000 steps. We moved the mean of the weights so that you can see
# in minutes what takes hours there. What neighbours are and how they vote is the paper's.

# %% [markdown] question="encode-then-decode" points=2
# ### Question `encode-then-decode`: what does a vote of neighbours show?
# *2 points · difficulty 2 of 3 · importance 3 of 3 · 8 minutes · marked by hand*
#
# A net has a decodability of .95 in its second layer. Somebody concludes that the net *uses* the
# concept. Explain in 80 to 150 words what decodability shows and what it does not. Say which
# experiment of this lesson goes further, and why a random vector belongs to it. Say how a net can
# learn in context although decodability is at chance.
#
# <!-- BEGIN SOLUTION -->
#
# **A model answer.**
#
# Decodability shows that streams of one concept lie near each other: whoever looks can tell the
# concept. It does not show that later layers look. The stream may carry it as a by-product of
# something else.
#
# Steering goes further. We add the mean stream of a concept and see what later layers make of it.
# The right vector lowers the risk, the wrong one raises it. So what stands in the stream is read. A
# random vector of the same length shows that the change comes from what the vector says, and not
# from any disturbance of that size.
#
# Without a concept there is still ridge regression or gradient descent on all inputs. It needs more
# examples, but its risk falls along the prompt. The concept is then nowhere written, or written so
# that distances do not show it.
#
# <!-- END SOLUTION -->

# %% [markdown] rubric="encode-then-decode"
# - **½ point**: decodability shows that the concept is present, not that later layers use it.
# - **1 point**: adding the right and the wrong vector tests use; a random vector of the same length
#   rules out that any disturbance does the same.
# - **½ point**: a net can learn all weights at once from the examples, without the concept.

# %% [markdown]
# ## 8. Where this breaks
#
# - **A mean that is not zero.** Our teachers have it, the paper's do not. It makes the concept easy
#   to find. What we show is that concept and risk move together in this easier case.
# - **Neighbours see distances only.** What is large in the stream decides. A concept written small
#   or on a curve counts as not decodable, although a probe that is trained could read it.
# - **One token, one place.** We look at the last token. Earlier ones have seen fewer examples, and
#   there the concept itself is uncertain.
# - **Steering adds, it does not replace.** What the stream said before is still in it. Twice the
#   vector is not twice the effect.
# - **One seed, four bases that do not overlap.** `concepts.overlapping_bases` makes harder ones.
#   `icl-course reproduce concepts` trains on them.
# - **Language models** do this with parts of speech and with arithmetic, says the paper. Nothing
#   here bears on that.
#
# ## What you can do now
#
# You can say what the best predictor of a mixture does, measure whether a net's stream tells the
# concept, and test whether the net listens to it.
#
# Next, lesson 10: where the story of gradient descent stops.
