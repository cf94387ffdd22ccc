# %% [markdown]
# # Where the story stops
#
# **Goal.** Find five places where "attention is gradient descent" stops, and measure each one,
# against a closed form where there is one.
#
# From Ahn et al., [2306.00297](https://arxiv.org/abs/2306.00297), theorem 1; Raventós et al.,
# [2306.15063](https://arxiv.org/abs/2306.15063), section 2; Shen et al.,
# [2310.08540](https://arxiv.org/abs/2310.08540); Schlag et al.,
# [2102.11174](https://arxiv.org/abs/2102.11174), section 4; Yang et al.,
# [2406.06484](https://arxiv.org/abs/2406.06484), section 3. You need lessons 02 and 03.
# About 140 minutes.
#
# |exercise|points|exercise|points|
# |---|---|---|---|
# |`preconditioner`|3|`order-sensitivity`|2|
# |`noise-step-size`|2|`task-diversity`|3|
# |`read-preconditioner`|2|`capstone`|4|
# |`delta-rule`|3|`your-test`, in words|3|
# |`delta-rule-chunks`|3| | |

# %%
# %load_ext jaxtyping
# %jaxtyping.typechecker beartype.beartype
from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Float, Int

from autograder import check, hint, predict, solution
from icl_course import alternating, attention, copying, delta_rule, diversity, drifting, figures
from icl_course import orderings, preconditioning, predictors, shipped, tasks, tokens
from icl_course import metrics, training
from icl_course.arrays import Array, Scalar

# %% [markdown]
# ## 1. Inputs that are not alike
#
# So far all coordinates of an input had the same variance. Now let $x \sim N(0, \Sigma)$ with any
# covariance $\Sigma$. Targets are $y_i = w \cdot x_i$ with $w \sim N(0, I)$.
#
# In lesson 02 keys and queries were plain inputs. There may just as well be a matrix $A$ between
# them. The layer then predicts
#
# $$
# \hat y = \frac1N \sum_{i=1}^N y_i \, x_i^\top A \, x_q .
# $$
#
# $A = \eta I$ is the gradient step of size $\eta$ from $W_0 = 0$. Which $A$ is the best?
#
# ### Exercise `preconditioner`: derive the best matrix
# *3 points · difficulty 3 of 3 · importance 3 of 3 · 15 minutes*


# %% exercise="preconditioner"
def best_preconditioner(
    covariance: Float[Array, "d_x d_x"], n_context: int
) -> Float[Array, "d_x d_x"]:
    """Return the matrix A with which the prediction 1/N sum_i y_i x_i^T A x_q loses least.

    A task draws w ~ N(0, I) and N = n_context inputs x_i ~ N(0, Σ); y_i = w . x_i without noise.
    The query x_q ~ N(0, Σ) is drawn likewise. All draws are independent. Return the A that makes
    the expected loss, half of (prediction - w . x_q)², as small as possible over all matrices.

    Arguments:
        covariance: the matrix Σ, symmetric, with positive eigenvalues; in general not diagonal.
        n_context: the number N of examples, at least 1.

    Returns an array [d_x, d_x].
    """
    ### BEGIN SOLUTION
    d_x = len(covariance)
    meets_others = (n_context + 1) / n_context * covariance
    meets_itself = jnp.trace(covariance) / n_context * jnp.eye(d_x)
    return jnp.linalg.inv(meets_others + meets_itself)
    ### END SOLUTION


# %% check="preconditioner" points=3
check("preconditioner", best_preconditioner)

# %% [markdown] solution="preconditioner"
# **Why this works.** Let $S = \frac1N \sum_i x_i x_i^\top$. The error at the query is
# $w^\top (I - S A) x_q$. Average its square over $w$ and $x_q$, then over $S$:
#
# $$
# \begin{aligned}
# 2 L(A) &= E \operatorname{tr} (I - S A) \, \Sigma \, (I - S A)^\top
#   && w \sim N(0, I), \; x_q \sim N(0, \Sigma) \\
# &= \operatorname{tr} \Sigma - 2 \operatorname{tr} (\Sigma A \Sigma)
#   + \operatorname{tr} (E S^2 \, A \Sigma A^\top) && E S = \Sigma \\
# 0 &= E S^2 \, A \, \Sigma - \Sigma \Sigma && \text{no slope in } A \\
# A &= (E S^2)^{-1} \, \Sigma .
# \end{aligned}
# $$
#
# $S^2$ is $1/N^2$ times a sum of $N^2$ terms $x_i x_i^\top x_j x_j^\top$. In $N (N-1)$ of them two
# different examples meet, and give $\Sigma^2$. In $N$ an example meets itself. For a normal $x$,
# $E \, x x^\top x x^\top = 2 \Sigma^2 + \operatorname{tr} (\Sigma) \, \Sigma$. So $E S^2 =
# \frac{N+1}{N} \Sigma^2 + \frac{\operatorname{tr} \Sigma}{N} \Sigma$, and a factor $\Sigma$
# cancels.
#
# **Another right answer.** Go to the axes of $\Sigma$, where everything is a number.
#
# ```python
# def best_preconditioner(
#     covariance: Float[Array, "d_x d_x"], n_context: int
# ) -> Float[Array, "d_x d_x"]:
#     values, vectors = jnp.linalg.eigh(covariance)
#     steps = n_context / ((n_context + 1) * values + values.sum())
#     return (vectors * steps) @ vectors.T
# ```
#
# **What the two share.** $A$ has the eigenvectors of $\Sigma$, and for the eigenvalue $\lambda$ the
# eigenvalue $1 / (\frac{N+1}{N} \lambda + \frac{\operatorname{tr} \Sigma}{N})$. The first inverts a
# matrix, the second a number for each axis.

# %% [markdown]
# `hint("preconditioner")` helps up to three times, in every exercise. After a pass,
# `solution("preconditioner")` shows a solution with reasons.
#
# Look at the two ends. For $N \to \infty$, $A \to \Sigma^{-1}$: that is Newton's method, which
# solves the task in one step. For few examples the trace weighs more, and $A$ comes closer to a
# multiple of $I$. For every $N$, directions of small variance get longer steps, but not as long as
# Newton's.
#
# ## 2. Noise shortens the step
#
# Real labels are noisy: $y_i = w \cdot x_i + \sigma \varepsilon_i$, with independent
# $\varepsilon_i \sim N(0, 1)$. The answer at the query stays $w \cdot x_q$.
#
# ### Exercise `noise-step-size`: the best plain step
# *2 points · difficulty 2 of 3 · importance 2 of 3 · 12 minutes*
#
# Take the plain step, $A = \eta I$. Derive the best $\eta$ and its loss. Write $T_p = \sum_a
# \lambda_a^p$ for the sum of the $p$-th powers of the eigenvalues of $\Sigma$.


# %% exercise="noise-step-size"
def best_noisy_step(
    eigenvalues: Float[Array, " d_x"], n_context: int, label_noise: float
) -> tuple[Scalar, Scalar]:
    """Return the best size of one plain gradient step with noise on the labels, and its loss.

    A task draws w ~ N(0, I), N = n_context inputs x_i ~ N(0, Σ) and y_i = w . x_i + σ ε_i with
    ε_i ~ N(0, 1). The query is x_q ~ N(0, Σ), and the right answer w . x_q has no noise. All draws
    are independent. The prediction is η/N sum_i y_i (x_i . x_q). Its loss is the expectation of
    half of (prediction - w . x_q)².

    Arguments:
        eigenvalues: the eigenvalues of Σ, all positive, in any order.
        n_context: the number N of examples, at least 1.
        label_noise: the standard deviation σ, positive.

    Returns the pair (η with the smallest loss, that loss): two Python floats or arrays of shape ().
    """
    ### BEGIN SOLUTION
    first, second, third = (jnp.sum(eigenvalues**power) for power in (1, 2, 3))
    from_teacher = (n_context + 1) / n_context * third + first * second / n_context
    from_noise = label_noise**2 * second / n_context
    rate = second / (from_teacher + from_noise)
    return rate, (first - rate * second) / 2
    ### END SOLUTION


# %% check="noise-step-size" points=2
check("noise-step-size", best_noisy_step)

# %% [markdown] solution="noise-step-size"
# **Why this works.** Noise adds $\frac{\eta \sigma}{N} \sum_i \varepsilon_i (x_i \cdot x_q)$ to the
# prediction. Its mean square is $\frac{\eta^2 \sigma^2}{N} \operatorname{tr} \Sigma^2$: one
# $\Sigma$ from $x_i$, one from $x_q$. The rest is section 1 with $A = \eta I$:
#
# $$
# 2 L(\eta) = T_1 - 2 \eta \, T_2
#   + \eta^2 \Bigl( \tfrac{N+1}{N} T_3 + \tfrac{T_1 + \sigma^2}{N} T_2 \Bigr) .
# $$
#
# A parabola $T_1 - 2 \eta T_2 + \eta^2 c$ is lowest at $\eta = T_2 / c$. There it is $T_1 - \eta
# T_2$, and the loss is half of that.
#
# **Another right answer.** Use section 1's matrices as they stand.
#
# ```python
# def best_noisy_step(
#     eigenvalues: Float[Array, " d_x"], n_context: int, label_noise: float
# ) -> tuple[Scalar, Scalar]:
#     c = jnp.diag(eigenvalues)
#     square = c @ c + (c @ c + (jnp.trace(c) + label_noise**2) * c) / n_context
#     slope, bend = jnp.trace(c @ c), jnp.trace(square @ c)
#     return slope / bend, (jnp.trace(c) - slope**2 / bend) / 2
# ```
#
# **What the two share.** Both put the noise beside the trace: $T_1$ becomes $T_1 + \sigma^2$ in the
# curvature, and nowhere else. Noise acts like $\sigma^2$ more variance that is of no use.

# %% [markdown]
# So noise does to the step what a smaller $N$ does. The same holds for the matrix: put
# $\operatorname{tr} \Sigma + \sigma^2$ for $\operatorname{tr} \Sigma$. In lesson 01 the Bayes
# answer became ridge regression for the same reason.

# %%
N_CONTEXT = 20
EIGENVALUES = np.array([2.0, 1.0, 0.5, 0.25])
D_X = len(EIGENVALUES)
basis = np.linalg.qr(np.random.default_rng(0).normal(size=(D_X, D_X)))[0]
factor = jnp.asarray(basis * np.sqrt(EIGENVALUES), float)  # Σ = F F^T
covariance = factor @ factor.T
best = preconditioning.best_preconditioner(covariance, n_context=N_CONTEXT)
best_loss = preconditioning.preconditioned_loss(best, covariance, n_context=N_CONTEXT)
step_size, step_loss = preconditioning.best_step(EIGENVALUES, n_context=N_CONTEXT)
noisy_size, _ = preconditioning.best_step(EIGENVALUES, n_context=N_CONTEXT, label_noise=2.0)
print(f"best plain step      {step_size:.3f}, loss {step_loss:.3f}; noise 2: {noisy_size:.3f}")
print(f"best matrix          loss {best_loss:.3f}, steps from", end=" ")
print(f"{jnp.linalg.eigvalsh(best)[0]:.2f} to {jnp.linalg.eigvalsh(best)[-1]:.2f}")

# %% facts
fact("step-loss", step_loss, rounding=".2f", rtol=1e-5)
fact("matrix-loss", best_loss, rounding=".2f", rtol=1e-5)
fact("clean-step", step_size, rounding=".2f", rtol=1e-5)
fact("noisy-step", noisy_size, rounding=".2f", rtol=1e-5)

# %% [markdown]
# With these four eigenvalues the best plain step leaves [[step-loss]], the best matrix
# [[matrix-loss]]. Label noise of $\sigma = 2$ takes the plain step from [[clean-step]] down to
# [[noisy-step]].
#
# ## 3. Does training find the matrix?
#
# Train one linear layer, as in lesson 03, on inputs $N(0, \Sigma)$. Two runs, which differ in their
# first weights alone.

# %% display
sample_inputs = partial(preconditioning.correlated_inputs, factor=factor)
sample = partial(tasks.sample_linear, n_context=N_CONTEXT, d_x=D_X, sample_inputs=sample_inputs)


def layer_predict(params, task):
    """Return the layer's prediction for the query of a task."""
    after = attention.updated_query(params, tokens.make_tokens(task))
    return tokens.read_prediction(after[None], d_y=1)


def train_layer(seed: int, n_steps: int = 3_000):
    """Return a linear layer trained from the first weights of a seed, and its losses."""
    optimiser = training.clipped_adam(
        learning_rate=optax.cosine_decay_schedule(6e-3, n_steps), largest_norm=0.1
    )
    loss = training.in_context_loss(layer_predict, sample, batch_size=256)
    params = attention.init_attention(
        jax.random.key(seed), d_token=D_X + 1, d_key=D_X + 1, d_value=D_X + 1, scale=0.2
    )
    state, info = training.train(
        jax.random.key(1),
        training.start(params, optimiser),
        step=training.make_step(loss, optimiser),
        n_steps=n_steps,
    )
    return state.params, info.loss


trained, stuck = train_layer(1), train_layer(0)
for name, (_, losses) in {"first run": trained, "second run": stuck}.items():
    print(f"{name}: loss {losses[0]:.2f} -> {losses[-300:].mean():.3f}")

# %% facts
fact("trained-loss", trained[1][-300:].mean(), rounding=".2f", rtol=0.03)
fact("stuck-loss", stuck[1][-300:].mean(), rounding=".1f", rtol=0.05)

# %% [markdown]
# The first run ends at [[trained-loss]], the loss of the best matrix. The second ends at
# [[stuck-loss]] and stays there. Hold on to that; first look at what the good one has learned.
#
# Weights do not tell, as lesson 02 showed. So *ask*: send prompts, and read the matrix off the
# answers.
#
# ### Exercise `read-preconditioner`: by asking alone
# *2 points · difficulty 2 of 3 · importance 2 of 3 · 10 minutes*


# %% exercise="read-preconditioner"
def read_preconditioner(
    predict: Callable[
        [Float[Array, "n_context d_x"], Float[Array, "n_context 1"], Float[Array, " d_x"]],
        Float[Array, " 1"],
    ],
    n_context: int,
    d_x: int,
) -> Float[Array, "d_x d_x"]:
    """Return the matrix A of a predictor that can only be asked.

    predict(xs, ys, x_query) returns 1/N sum_i y_i x_i^T A x_q as an array of shape [1], for one
    prompt of exactly N = n_context examples: xs [N, d_x], ys [N, 1], x_query [d_x], any numbers,
    as JAX or NumPy arrays. Other shapes raise. It may be asked as often as you like (up to 20,000
    times), and under jax.vmap, jax.jit and jax.grad. A may be any matrix, symmetric or not.

    Arguments:
        predict: the predictor.
        n_context: the number N of examples of a prompt, at least 1.
        d_x: the number of inputs.

    Returns A, an array [d_x, d_x]: A[a, b] belongs to coordinate a of an example's input and
    coordinate b of the query.
    """
    ### BEGIN SOLUTION
    nothing_x, nothing_y = jnp.zeros((n_context, d_x)), jnp.zeros((n_context, 1))
    ys = nothing_y.at[0].set(n_context)  # undoes the 1/N
    rows = []
    for example in jnp.eye(d_x):
        xs = nothing_x.at[0].set(example)
        rows.append(jnp.stack([predict(xs, ys, query)[0] for query in jnp.eye(d_x)]))
    return jnp.stack(rows)
    ### END SOLUTION


# %% check="read-preconditioner" points=2
check("read-preconditioner", read_preconditioner)

# %% [markdown] solution="read-preconditioner"
# **Why this works.** Let all examples be zeros but the first, $(e_a, N)$, and ask about $e_b$. One
# term of the sum is left: $\frac1N \, N \, e_a^\top A \, e_b = A_{ab}$.
#
# **Another right answer.** Let every example be $(e_a, 1)$. Then the prediction is $e_a^\top A \,
# x_q$, and its gradient in $x_q$ is row $a$ of $A$.
#
# ```python
# def read_preconditioner(
#     predict: Callable[
#         [Float[Array, "n_context d_x"], Float[Array, "n_context 1"], Float[Array, " d_x"]],
#         Float[Array, " 1"],
#     ],
#     n_context: int,
#     d_x: int,
# ) -> Float[Array, "d_x d_x"]:
#     ys = jnp.ones((n_context, 1))
#
#     def row(example: Float[Array, " d_x"]) -> Float[Array, " d_x"]:
#         xs = jnp.tile(example, (n_context, 1))  # N times the same example
#         return jax.grad(lambda query: predict(xs, ys, query)[0])(jnp.zeros(d_x))
#
#     return jax.vmap(row)(jnp.eye(d_x))
# ```
#
# **What the two share.** Each isolates one entry, or one row, by a choice of prompts. Neither needs
# to know how the predictor is made.

# %% [markdown]
# A trained layer may hold terms that do not belong to the step, such as products of two targets.
# `preconditioning.read_matrix` asks each prompt with both signs of the target and takes half of the
# difference, so only what is odd in $y$ is left.


# %% display
def asked(params, xs, ys, x_query):
    """Answer one prompt by the layer."""
    return layer_predict(params, tasks.Task(xs=xs, ys=ys, x_query=x_query, y_query=jnp.zeros(1)))


def steps_along_axes(params):
    """Return what a layer does along each eigenvector of Σ, and the largest other entry."""
    matrix = preconditioning.read_matrix(partial(asked, params), n_context=N_CONTEXT, d_x=D_X)
    turned = np.asarray(basis.T @ matrix @ basis)
    return np.diag(turned), np.abs(turned - np.diag(np.diag(turned))).max()


steps, aside = steps_along_axes(trained[0])
figures.preconditioner(EIGENVALUES, steps, n_context=N_CONTEXT, best_step=float(step_size))

# %% facts
closed = 1 / ((N_CONTEXT + 1) / N_CONTEXT * EIGENVALUES + EIGENVALUES.sum() / N_CONTEXT)
fact("worst-percent", 100 * np.abs(steps / closed - 1).max(), rounding=".1f", rtol=2.0)
fact("aside", aside, rounding=".3f", rtol=2.0)
fresh = jax.jit(jax.vmap(sample))(jax.random.split(jax.random.key(2), 10_000))
by_net = jax.jit(jax.vmap(partial(layer_predict, trained[0])))(fresh)
by_step = step_size * jnp.einsum("bid,bd,biy->by", fresh.xs, fresh.x_query, fresh.ys) / N_CONTEXT
gains = np.asarray(((by_step - fresh.y_query) ** 2 - (by_net - fresh.y_query) ** 2) / 2)[:, 0]


def mirrored(params):
    """Return the share of a layer's matrix that its keys make of the target."""
    scores, values = metrics.query_key_form(params)[0], metrics.output_value_form(params)[0]
    usual = jnp.linalg.norm(values[-1, -1] * scores[:-1, :-1])
    other = jnp.linalg.norm(jnp.outer(values[-1, :-1], scores[-1, :-1]))
    return other / (usual + other)


fact("mirror-first", round(float(mirrored(trained[0])), 2), rounding=".2f", rtol=1e-9)
fact("mirror-second", mirrored(stuck[0]), rounding=".1f", rtol=0.2)
error = 1.96 * gains.std() / np.sqrt(len(gains))
fact("gain", gains.mean(), rounding=".3f", rtol=0.2)
fact("gain-low", gains.mean() - error, rounding=".3f", rtol=0.2)
fact("gain-high", gains.mean() + error, rounding=".3f", rtol=0.2)

# %% [markdown]
# Along every axis the layer lies within [[worst-percent]] % of the closed form. Outside the
# diagonal no entry is larger than [[aside]]. On 10,000 fresh tasks it loses [[gain]] less than the
# best plain step, with a 95 % interval from [[gain-low]] to [[gain-high]]. So the layer does *not*
# do plain gradient descent. It does a preconditioned step, fitted to the inputs that it was trained
# on.
#
# And the second run? A layer can make products $y_i x_i$ in two ways. The usual one: the value
# reads the target, the key the input. The mirrored one: the value reads the *input*, the key the
# *target*. That way makes $y_i \, (u \cdot x_i)(b \cdot x_q)$ with two fixed vectors, a matrix of
# rank one. In the first run the mirrored way has [[mirror-first]] of what the layer does (by the
# norms of the two matrices), in the second [[mirror-second]]. Between the two ways, training got
# stuck. Theorem 1 speaks of the global minimum. Whether training gets there, it does not say.
#
# ## 4. One example at a time
#
# Descent so far used all examples at once. Now let them come one by one. A *memory* is a matrix
# $S$. It should answer a key $k$ with its value $v$. Token $t$ brings $k_t$ and $v_t$, and takes
# one gradient step on its own loss
#
# $$
# \tfrac12 \, | S k_t - v_t |^2
# $$
#
# with a step size $\beta_t$. This is *online* gradient descent. As a layer it is called the *delta
# rule*, and several recent language models are built on it.
#
# ### Exercise `delta-rule`: derive the write, and run it
# *3 points · difficulty 2 of 3 · importance 3 of 3 · 10 minutes*


# %% exercise="delta-rule"
def delta_rule_outputs(
    state: Float[Array, "d_value d_key"],
    queries: Float[Array, "n_tokens d_key"],
    keys: Float[Array, "n_tokens d_key"],
    values: Float[Array, "n_tokens d_value"],
    rates: Float[Array, " n_tokens"],
) -> tuple[Float[Array, "n_tokens d_value"], Float[Array, "d_value d_key"]]:
    """Return what the queries read while tokens write one after the other, and the last memory.

    Token t = 1, ..., n changes the memory by one gradient step of size β_t on the loss
    1/2 |S k_t - v_t|², taken at the memory S_{t-1} that the token before left. Its query then reads
    the new memory: o_t = S_t q_t.

    Arguments:
        state: the memory S_0 before the first token; not zero.
        queries, keys, values: q_t, k_t, v_t, one row for each token; n is at least 1. Keys have any
            length.
        rates: the step sizes β_t, not negative.

    Returns the pair (outputs o_t, one per row [n, d_value]; the last memory S_n [d_value, d_key]).
    """
    ### BEGIN SOLUTION
    outputs = []
    for query, key, value, rate in zip(queries, keys, values, rates, strict=True):
        gap = state @ key - value  # the gradient is gap times key
        state = state - rate * jnp.outer(gap, key)
        outputs.append(state @ query)
    return jnp.stack(outputs), state
    ### END SOLUTION


# %% check="delta-rule" points=3
check("delta-rule", delta_rule_outputs)

# %% [markdown] solution="delta-rule"
# **Why this works.** The loss is $\frac12 \sum_o (S_o \cdot k - v_o)^2$, with $S_o$ a row of $S$.
# Its derivative with respect to $S_o$ is $(S_o \cdot k - v_o) \, k$. All rows together:
# $(S k - v) \, k^\top$. So
#
# $$
# S_t = S_{t-1} - \beta_t \, (S_{t-1} k_t - v_t) \, k_t^\top .
# $$
#
# **Another right answer.** Sort by $S$: first forget under $k$, then write.
#
# ```python
# def delta_rule_outputs(
#     state: Float[Array, "d_value d_key"],
#     queries: Float[Array, "n_tokens d_key"],
#     keys: Float[Array, "n_tokens d_key"],
#     values: Float[Array, "n_tokens d_value"],
#     rates: Float[Array, " n_tokens"],
# ) -> tuple[Float[Array, "n_tokens d_value"], Float[Array, "d_value d_key"]]:
#     def step(now, token):
#         query, key, value, rate = token
#         kept = jnp.eye(len(key)) - rate * jnp.outer(key, key)
#         after = now @ kept + rate * jnp.outer(value, key)
#         return after, after @ query
#
#     last, outputs = jax.lax.scan(step, state, (queries, keys, values, rates))
#     return outputs, last
# ```
#
# **What the two share.** Both change $S$ only under the key: $S_t u = S_{t-1} u$ for every $u$
# orthogonal to $k_t$. The second form shows what becomes of the old memory: each token multiplies
# it by $I - \beta k k^\top$, a *generalised Householder matrix*.

# %% [markdown]
# Leave out $S k$ and you have linear attention, $S_t = S_{t-1} + \beta_t v_t k_t^\top$: every value
# is added, whatever the memory holds already.
#
# ### The same, in parallel
#
# Written like this, token 1,000 waits for 999 others. On a GPU that is slow. But all memories are
# sums of writes:
#
# $$
# S_t = S_0 + \sum_{i \le t} u_i k_i^\top .
# $$
#
# Put this into the rule. What token $t$ writes, $u_t$, depends on the earlier $u_i$ only through
# the overlaps $k_i \cdot k_t$. That is a linear system. Let $U$, $K$, $V$ have the rows $u_t$,
# $k_t$, $v_t$. Then
#
# $$
# U = T \, (V - K S_0^\top)
# $$
#
# with an $n \times n$ matrix $T$ that knows nothing of values or memory.
#
# ### Exercise `delta-rule-chunks`: derive T
# *3 points · difficulty 3 of 3 · importance 2 of 3 · 14 minutes*


# %% exercise="delta-rule-chunks"
def chunk_transform(
    keys: Float[Array, "n_tokens d_key"], rates: Float[Array, " n_tokens"]
) -> Float[Array, "n_tokens n_tokens"]:
    """Return the matrix T that makes all writes of the delta rule at once.

    Tokens t = 1, ..., n write S_t = S_{t-1} - β_t (S_{t-1} k_t - v_t) k_t^T, starting from S_0. So
    S_t = S_0 + sum over i <= t of u_i k_i^T with certain vectors u_i. For the matrices U, K, V with
    rows u_t, k_t, v_t, it holds that U = T (V - K S_0^T), whatever V and S_0 are. Return T.

    Arguments:
        keys: the keys k_t, one per row, of any length; n is at least 2, and may be larger than
            d_key.
        rates: the step sizes β_t, not negative. Some may be 0.

    Returns an array [n, n].
    """
    ### BEGIN SOLUTION
    overlaps = jnp.tril(keys @ keys.T, -1)  # row t, column i < t
    system = jnp.eye(len(keys)) + rates[:, None] * overlaps
    return jnp.linalg.solve(system, jnp.diag(rates))
    ### END SOLUTION


# %% check="delta-rule-chunks" points=3
check("delta-rule-chunks", chunk_transform)

# %% [markdown] solution="delta-rule-chunks"
# **Why this works.** Let $r_t = v_t - S_0 k_t$ be what the first memory lacks.
#
# $$
# \begin{aligned}
# u_t &= \beta_t \, (v_t - S_{t-1} k_t) && \text{the rule} \\
# &= \beta_t \Bigl( r_t - \sum_{i < t} u_i \, (k_i \cdot k_t) \Bigr) && S_{t-1} \text{ is a sum} \\
# (I + B L) \, U &= B R && B = \operatorname{diag}(\beta), \; L_{ti} = k_t \cdot k_i
#   \text{ for } i < t, \text{ else } 0 .
# \end{aligned}
# $$
#
# So $T = (I + B L)^{-1} B$. The system is triangular with ones on its diagonal, so it always has a
# solution.
#
# **Another right answer.** $(BL)^n = 0$, so the series for the inverse ends by itself.
#
# ```python
# def chunk_transform(
#     keys: Float[Array, "n_tokens d_key"], rates: Float[Array, " n_tokens"]
# ) -> Float[Array, "n_tokens n_tokens"]:
#     heard = -rates[:, None] * jnp.tril(keys @ keys.T, -1)
#     total = jnp.diag(rates)
#     for _ in range(len(keys) - 1):
#         total = jnp.diag(rates) + heard @ total
#     return total
# ```
#
# **What the two share.** Row $t$ of $T$ says how much token $t$ writes for a surprise at token
# $s \le t$. The first term of the series is what each token would write alone, the second corrects
# for what others wrote, the third for the corrections, and so on.

# %% [markdown]
# With $T$ the rest is matrix products: $O = Q S_0^\top + \operatorname{tril}(Q K^\top) \, U$ and
# $S_n = S_0 + U^\top K$. `delta_rule.chunked` cuts a sequence into chunks, works in parallel inside
# each, and hands the memory on.

# %%
key_q, key_k, key_v, key_rate = jax.random.split(jax.random.key(3), 4)
n_long, d_long = 512, 32
unit = jax.random.normal(key_k, (n_long, d_long))
unit = unit / jnp.linalg.norm(unit, axis=1, keepdims=True)
long = (
    jnp.zeros((d_long, d_long)),
    jax.random.normal(key_q, (n_long, d_long)),
    unit,
    jax.random.normal(key_v, (n_long, d_long)),
    jax.random.uniform(key_rate, (n_long,)),
)
one_by_one, _ = delta_rule.recurrent(*long)
in_chunks, _ = delta_rule.chunked(*long, n_per_chunk=64)
forms_apart = jnp.abs(one_by_one - in_chunks).max() / jnp.abs(one_by_one).max()
print(f"512 tokens, two forms: largest relative difference {forms_apart:.0e}")

# %% facts
fact("forms-apart", forms_apart, rounding=".0e", rtol=3.0)

# %% [markdown]
# Both forms agree to [[forms-apart]], float32's rounding. One runs token by token, the other in 8
# chunks of 64.
#
# Now use the rule as a learner: keys are inputs, values are targets, and the query asks at the end.
# One pass over the prompt is one pass of online descent. How does it compare with one *batch* step
# and with ridge regression? Inputs are $N(0, I)$ in 5 dimensions, the noise is $\sigma = 0.3$, and
# for every $N$ both kinds of descent get their best step size.

# %% display
D_ONLINE, NOISE, N_TASKS = 5, 0.3, 4_000
sizes = np.array([5, 10, 20, 40])
betas = jnp.linspace(0.04, 0.25, 8)


def online(task, beta):
    """Return the answer after one pass of the delta rule."""
    rates = jnp.full(len(task.xs), beta)
    empty = jnp.zeros((1, D_ONLINE))
    _, memory = delta_rule.recurrent(empty, task.xs, task.xs, task.ys, rates)
    return memory @ task.x_query


def errors_of(key, n):
    """Return the errors of all learners on one task with n examples, online for every beta."""
    task = tasks.sample_linear(
        key, n_context=n, d_x=D_ONLINE, sample_inputs=jax.random.normal, label_noise=NOISE
    )
    rate, _ = preconditioning.best_step(jnp.ones(D_ONLINE), n_context=n, label_noise=NOISE)
    prompt = task.xs, task.ys, task.x_query
    answers = [
        predictors.one_step(*prompt, learning_rate=rate),
        predictors.posterior_mean(*prompt, label_noise=NOISE),
        *jax.vmap(online, in_axes=(None, 0))(task, betas),
    ]
    return jnp.concatenate(answers) - task.y_query


risks = {name: [] for name in ("one batch step", "the delta rule", "ridge")}
errors = {name: [] for name in risks}
for n in sizes.tolist():
    keys = jax.random.split(jax.random.key(n), N_TASKS)
    gaps = np.asarray(jax.jit(jax.vmap(partial(errors_of, n=n)))(keys))
    chosen, judged = gaps[: N_TASKS // 2] ** 2 / 2, gaps[N_TASKS // 2 :] ** 2 / 2
    best_beta = 2 + chosen[:, 2:].mean(axis=0).argmin()  # chosen on other tasks
    for name, column in {"one batch step": 0, "the delta rule": best_beta, "ridge": 1}.items():
        risks[name].append(judged[:, column].mean())
        errors[name].append(judged[:, column].std() / np.sqrt(len(judged)))
figures.online_risk(sizes, risks, errors)

# %% facts
for name, short in {"one batch step": "batch", "the delta rule": "online"}.items():
    fact(f"{short}-40", risks[name][-1], rounding=".2g", rtol=0.15)
    fact(f"{short}-5", risks[name][0], rounding=".2g", rtol=0.15)
fact("ridge-40", risks["ridge"][-1], rounding=".2g", rtol=0.15)
ratio_error = 1.96 * np.hypot(
    errors["one batch step"][-1] / risks["one batch step"][-1],
    errors["the delta rule"][-1] / risks["the delta rule"][-1],
)
times = risks["one batch step"][-1] / risks["the delta rule"][-1]
fact("times", times, rounding=".1f", rtol=0.2)
fact("times-low", times * (1 - ratio_error), rounding=".1f", rtol=0.25)
fact("times-high", times * (1 + ratio_error), rounding=".1f", rtol=0.25)

# %% [markdown]
# With 5 examples the pass is a little ahead: [[batch-5]] for the batch step, [[online-5]] for one
# pass online. With 40 the batch step still loses [[batch-40]], one pass [[online-40]], ridge
# [[ridge-40]]. The batch step loses [[times]] times what the pass does (95 % interval [[times-low]]
# to [[times-high]]). Both read every example once. But online, each example corrects what the ones
# before it left, so one pass is $N$ steps.
#
# ## 5. Does the order matter?
#
# Shen et al. asked whether language models learn in context by gradient descent. One of their
# arguments: gradient descent on the mean loss adds up over the examples, so their order cannot
# matter. In the models that they tested it does.
#
# ### Predict, then run
#
# Take three learners on the same prompt, and shuffle the examples:
#
# 1. one batch gradient step;
# 2. a softmax attention layer without positional codes;
# 3. one pass of the delta rule.
#
# Whose predictions move?
#
# - **a.** Nobody's.
# - **b.** Only the delta rule's.
# - **c.** Those of the softmax layer and of the delta rule.
# - **d.** Everybody's.
#
# Decide first. Put the letter into the cell, run it, then run the experiment below.

# %% predict="which-order"
predict("which-order", choice="b")

# %%
plain = jax.vmap(
    partial(tasks.sample_linear, n_context=10, d_x=10, sample_inputs=None, input_range=0.5)
)(jax.random.split(jax.random.key(4), 200))
orders = orderings.random_orders(jax.random.key(5), n_orders=16, n_context=10)
any_softmax = attention.init_attention(
    jax.random.key(6), d_token=11, d_key=11, d_value=11, scale=0.5
)
one_task = jax.tree.map(lambda leaf: leaf[0], plain)


def as_task(xs, ys, x_query):
    """Make a task of a prompt; what its answer is, nobody here needs to know."""
    return tasks.Task(xs=xs, ys=ys, x_query=x_query, y_query=jnp.zeros(1))


def by_softmax(xs, ys, x_query):
    """Answer by a softmax layer that has no positional code."""
    prompt = tokens.make_tokens(as_task(xs, ys, x_query))
    return tokens.read_prediction(attention.softmax_attention(any_softmax, prompt), d_y=1)


def by_delta_rule(xs, ys, x_query):
    """Answer by one pass of the delta rule."""
    empty, rates = jnp.zeros((1, xs.shape[1])), jnp.full(len(xs), 0.9)
    return delta_rule.recurrent(empty, xs, xs, ys, rates)[1] @ x_query


learners = {
    "one batch step": partial(predictors.one_step, learning_rate=6.0606),
    "softmax layer, no codes": by_softmax,
    "the delta rule": by_delta_rule,
}
for name, learner in learners.items():
    moved = orderings.in_orders(learner, one_task, orders)
    print(f"{name:25s} from {moved.min():.4f} to {moved.max():.4f} over {len(moved)} orders")

# %% [markdown]
# Only the delta rule moves. And the delta rule *is* gradient descent: one step after the other. So
# order sensitivity speaks against *batch* descent. It does not speak against *online* descent.
#
# To compare nets we need a number for it.
#
# ### Exercise `order-sensitivity`: how much does the order matter?
# *2 points · difficulty 2 of 3 · importance 3 of 3 · 10 minutes*


# %% exercise="order-sensitivity"
def order_sensitivity(
    predict: Callable[
        [Float[Array, "n_context d_x"], Float[Array, "n_context 1"], Float[Array, " d_x"]],
        Float[Array, " 1"],
    ],
    xs: Float[Array, "n_prompts n_context d_x"],
    ys: Float[Array, "n_prompts n_context 1"],
    x_queries: Float[Array, "n_prompts d_x"],
    orders: Int[Array, "n_orders n_context"],
) -> Scalar:
    """Return how far predictions move with the order of the examples, in units of their own size.

    Put the examples of every prompt into every order: place i of the reordered prompt holds example
    order[i], its input and its target together. Let f[p, o] be the prediction for prompt p in order
    o, and m[p] the mean of f[p, o] over the orders. Return

        sqrt(mean over p and o of (f[p, o] - m[p])²) / sqrt(mean over p and o of f[p, o]²).

    Arguments:
        predict: predict(xs, ys, x_query) answers one prompt, with an array of shape [1]. It takes
            JAX and NumPy arrays, also under jax.vmap and jax.jit.
        xs, ys, x_queries: prompts, one after the other on the first axis.
        orders: permutations of 0, ..., n_context - 1, one per row, the same for all prompts.

    Returns one number, a Python float or an array of shape ().
    """

    ### BEGIN SOLUTION
    def in_order(xs, ys, x_query, order):
        return predict(xs[order], ys[order], x_query)[0]

    over_orders = jax.vmap(in_order, in_axes=(None, None, None, 0))
    table = jax.vmap(over_orders, in_axes=(0, 0, 0, None))(xs, ys, x_queries, orders)
    moved = table - table.mean(axis=1, keepdims=True)
    return jnp.sqrt(jnp.mean(moved**2) / jnp.mean(table**2))
    ### END SOLUTION


# %% check="order-sensitivity" points=2
check("order-sensitivity", order_sensitivity)

# %% [markdown] solution="order-sensitivity"
# **Why this works.** `xs[order]` puts row `order[i]` into place $i$; with `ys[order]` the pairs
# stay together. Two `vmap`s make the table $f$. Within a row nothing changes but the order, so
# distances from the row's mean are due to it.
#
# **Another right answer.** Loops, and the variance of each row.
#
# ```python
# def order_sensitivity(
#     predict: Callable[
#         [Float[Array, "n_context d_x"], Float[Array, "n_context 1"], Float[Array, " d_x"]],
#         Float[Array, " 1"],
#     ],
#     xs: Float[Array, "n_prompts n_context d_x"],
#     ys: Float[Array, "n_prompts n_context 1"],
#     x_queries: Float[Array, "n_prompts d_x"],
#     orders: Int[Array, "n_orders n_context"],
# ) -> Scalar:
#     within, square = [], []
#     for x, y, x_query in zip(xs, ys, x_queries, strict=True):
#         row = np.array([float(predict(x[o], y[o], x_query)[0]) for o in orders])
#         within.append(row.var())
#         square.append(np.mean(row**2))
#     return float(np.sqrt(np.mean(within) / np.mean(square)))
# ```
#
# **What the two share.** Both average squares first and divide once. A mean of ratios would be
# ruled by the few prompts whose prediction is close to 0.

# %% [markdown]
# Now the course's own nets. To the three above come: the layer that you trained in section 3; the
# constructed pair of lesson 06, whose positional code only helps it to find neighbours; and the
# *trained* net of lesson 06, which has positional codes and was free to use them. The layer reads
# prompts as in its training, 20 examples with 4 inputs; all others read 10 examples with 10. For
# each, the interval comes from drawing prompts again with replacement (the *bootstrap*).

# %% display
arrays, _ = shipped.load("alternating_tokens")
run = alternating.run_of(arrays)
axes_code = run.code
pair = copying.copy_then_step(
    jnp.roll(axes_code, 1, axis=0),
    n_context=10,
    d_x=10,
    d_y=1,
    sharpness=30.0,
    learning_rate=6.0606,
)


def by_pair(params):
    """Return the answers of two layers that read inputs and targets as separate tokens."""
    return lambda xs, ys, x_query: copying.predict(params, as_task(xs, ys, x_query), axes_code)


learners |= {
    "lesson 06, constructed": by_pair(pair),
    "lesson 06, trained": by_pair(run.params[-1]),
}
four = jax.vmap(sample)(jax.random.split(jax.random.key(7), 200))
orders_of_20 = orderings.random_orders(jax.random.key(8), n_orders=16, n_context=N_CONTEXT)
tables = {
    name: jax.jit(jax.vmap(partial(orderings.in_orders, learner), in_axes=(0, None)))(plain, orders)
    for name, learner in learners.items()
}
tables["trained linear layer"] = jax.jit(
    jax.vmap(partial(orderings.in_orders, partial(asked, trained[0])), in_axes=(0, None))
)(four, orders_of_20)
moves = {name: float(orderings.order_sensitivity(table)) for name, table in tables.items()}
intervals = {
    name: orderings.bootstrap(jax.random.key(9), orderings.order_sensitivity, table)
    for name, table in tables.items()
}
shown = [
    "one batch step",
    "trained linear layer",
    "softmax layer, no codes",
    "lesson 06, constructed",
    "lesson 06, trained",
    "the delta rule",
]
figures.order_sensitivities(
    shown, np.array([moves[n] for n in shown]), np.stack([intervals[n] for n in shown])
)

# %% facts
fact("order-step", round(moves["one batch step"], 2), rounding=".2f", rtol=1e-9)
fact("order-linear", round(moves["trained linear layer"], 2), rounding=".2f", rtol=1e-9)
fact("order-built", round(moves["lesson 06, constructed"], 2), rounding=".2f", rtol=1e-9)
fact("order-trained", moves["lesson 06, trained"], rounding=".2f", rtol=0.15)
fact("order-trained-low", intervals["lesson 06, trained"][0], rounding=".2f", rtol=0.15)
fact("order-trained-high", intervals["lesson 06, trained"][1], rounding=".2f", rtol=0.15)
fact("order-delta", moves["the delta rule"], rounding=".2f", rtol=0.15)
fact("order-delta-low", intervals["the delta rule"][0], rounding=".2f", rtol=0.15)
fact("order-delta-high", intervals["the delta rule"][1], rounding=".2f", rtol=0.15)

# %% [markdown]
# The batch step has [[order-step]], and so has the trained linear layer: [[order-linear]] to two
# digits. It has no means to tell places apart. The constructed pair has [[order-built]], codes or
# not. The trained pair has [[order-trained]] ([[order-trained-low]] to [[order-trained-high]]):
# some of what it learned depends on places, though its loss was as good as that of the step. The
# delta rule has [[order-delta]] ([[order-delta-low]] to [[order-delta-high]]).
#
# So the argument holds in small. A net may reach gradient descent's loss and not be gradient
# descent on the mean loss. What Shen et al. measured, they measured on LLaMa-7B; these nets say
# nothing about that one.
#
# ## 6. Few teachers, many teachers
#
# So far every regression task had a new teacher. What if training has only $M$ teachers, the same
# ones again and again? Then the best answer in training is no longer ridge regression. It is the
# Bayes answer for these $M$ teachers, which asks: which of them is it?
#
# ### Exercise `task-diversity`: the Bayes answer for a few known teachers
# *3 points · difficulty 2 of 3 · importance 3 of 3 · 12 minutes*


# %% exercise="task-diversity"
def discrete_bayes(
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context 1"],
    x_query: Float[Array, " d_x"],
    teachers: Float[Array, "n_teachers d_x"],
    label_noise: float,
) -> Float[Array, " 1"]:
    """Return the mean of w . x_q given the context, where w is one of M known teachers.

    Before the context is seen, all M = n_teachers teachers are equally likely. Targets are
    y_i = w . x_i + σ ε_i with independent ε_i ~ N(0, 1), for one w that is shared by all examples.

    The result must be right also where the noise is so small, or the context so far from all
    teachers, that every likelihood is below the smallest float32.

    Arguments:
        xs, ys: the context, N = n_context examples, at least 1.
        x_query: the input x_q to answer for.
        teachers: the teachers, one per row, at least 2.
        label_noise: the standard deviation σ, positive.

    Returns an array of shape [1].
    """
    ### BEGIN SOLUTION
    residuals = ys - xs @ teachers.T  # [n_context, n_teachers]
    exponents = -jnp.sum(residuals**2, axis=0) / (2 * label_noise**2)
    weights = jax.nn.softmax(exponents)  # takes off the largest exponent first
    return (weights @ (teachers @ x_query))[None]
    ### END SOLUTION


# %% check="task-diversity" points=3
check("task-diversity", discrete_bayes)

# %% [markdown] solution="task-diversity"
# **Why this works.** For a given teacher the targets are independent and normal, so
# $p(y \mid w_m) \propto \exp \bigl( -\frac{1}{2 \sigma^2} \sum_i (y_i - w_m \cdot x_i)^2 \bigr)$.
# All teachers were equally likely, so the posterior is this, divided by the sum over $m$: a softmax
# of the exponents. The mean of $w \cdot x_q$ weighs the teachers' answers by it.
#
# **Another right answer.** Let each example in turn sharpen the odds.
#
# ```python
# def discrete_bayes(
#     xs: Float[Array, "n_context d_x"],
#     ys: Float[Array, "n_context 1"],
#     x_query: Float[Array, " d_x"],
#     teachers: Float[Array, "n_teachers d_x"],
#     label_noise: float,
# ) -> Float[Array, " 1"]:
#     log_odds = jnp.zeros(len(teachers))
#     for x, y in zip(xs, ys, strict=True):
#         log_odds = log_odds - ((y - teachers @ x) / label_noise) ** 2 / 2
#         log_odds = log_odds - jax.nn.logsumexp(log_odds)
#     return jnp.sum(jnp.exp(log_odds) * (teachers @ x_query), keepdims=True)
# ```
#
# **What the two share.** Both work with logarithms until the end. Products of densities underflow,
# sums of logarithms do not.

# %% [markdown]
# Look at it again: a softmax over *teachers*, whose scores are how well each fits. That is
# attention to tasks in memory. Ridge regression remembers no teacher. Which of the two does a net
# learn?
#
# For this we leave transformers, to find the smallest net that shows it. It sees the context
# through $\frac1N \sum_i y_i x_i$ and $\frac1N \sum_i x_i x_i^\top$, which linear heads can gather.
# A perceptron turns these sums into weights. Here $d_x = 3$, $N = 8$, $\sigma = 0.5$. Five such
# nets were trained, on 2 to 512 teachers, and ship with the course. Then each is asked about
# teachers that it has *never* seen.

# %% display
arrays, said = shipped.load("task_diversity")
nets = diversity.nets_of(arrays)
print("made by", said["command"])
print("seed", said["seed"], " settings", said["settings"])
print("took", said["cpu_seconds"], "CPU seconds; sha256", said["sha256"][:16], "...")
key_teachers, _ = jax.random.split(jax.random.key(said["seed"]))
setting = {
    "n_context": said["settings"]["n_context"],
    "label_noise": said["settings"]["label_noise"],
}
seen = {}
for m, net in nets.items():
    few = diversity.draw_teachers(key_teachers, n_teachers=m, d_x=said["settings"]["d_x"])
    seen[m] = diversity.on_new_teachers(net, few, jax.random.key(10), n_tasks=2_000, **setting)
means = {name: np.array([float(seen[m][name].mean()) for m in nets]) for name in seen[2]}
figures.diversity(
    np.array(list(nets)),
    {
        "the net": means["risk of the net"],
        "Bayes for the few teachers": means["risk of the discrete"],
        "ridge": means["risk of ridge"],
    },
    means["to the discrete"],
    means["to ridge"],
)

# %% facts
crossing = [m for m in nets if seen[m]["to ridge"].mean() < seen[m]["to the discrete"].mean()]
fact("crossing", crossing[0], rounding="d", rtol=1e-9)
for m in (8, 128):
    difference = np.asarray(seen[m]["to the discrete"] - seen[m]["to ridge"])
    error = 1.96 * difference.std() / np.sqrt(len(difference))
    fact(f"apart-{m}", difference.mean(), rounding=".2f", rtol=0.15)
    fact(f"apart-{m}-low", difference.mean() - error, rounding=".2f", rtol=0.2)
    fact(f"apart-{m}-high", difference.mean() + error, rounding=".2f", rtol=0.2)
fact("net-512", means["risk of the net"][-1], rounding=".3f", rtol=0.05)
fact("discrete-512", means["risk of the discrete"][-1], rounding=".3f", rtol=0.05)
fact("ridge-any", means["risk of ridge"][-1], rounding=".3f", rtol=0.05)
fact("net-seconds", said["cpu_seconds"], rounding="d", rtol=1e-9)

# %% [markdown]
# Trained on 2 or 8 teachers, a net answers for a *new* teacher as if it were one of the old ones.
# Take the distance to the discrete answer minus the distance to ridge. At 8 teachers it is
# [[apart-8]] (95 % interval [[apart-8-low]] to [[apart-8-high]]): negative, so the net is nearer to
# the discrete answer. At 128 it is [[apart-128]] ([[apart-128-low]] to [[apart-128-high]]): nearer
# to ridge. From [[crossing]] teachers on the net has changed sides.
#
# At 512 the net loses [[net-512]] on new teachers, less than the Bayes answer for its *own*
# training set, [[discrete-512]]; ridge has [[ridge-any]]. So the net generalises *because* it falls
# short of the best answer in training. That is the point of Raventós et al.
#
# All five took [[net-seconds]] CPU seconds to train.
#
# What this does not show. The net is no transformer. It has one width, one length of training and
# one seed, and where it changes sides depends on all three: a larger net, trained for longer, can
# remember more teachers. The paper's transformer has a threshold of its own, at far more teachers.
#
# ## 7. Capstone: what does not stand still
#
# Now something that no lesson has solved. The teacher *drifts*:
#
# $$
# w_1 \sim N(0, I), \qquad w_{t+1} = \rho \, w_t + \sqrt{1 - \rho^2} \; \xi_t ,
#   \qquad \xi_t \sim N(0, I) ,
# $$
#
# and $y_t = w_t \cdot x_t + \sigma \varepsilon_t$. The query asks for $w_{N+1} \cdot x_q$. Batch
# descent counts old examples like new ones. It cannot be the best here.
#
# Any method will do: a closed form, a filter, a delta rule that forgets, a layer with weights of
# your choice, even one that you trained. The bar is not another learner's result. It is a closed
# form. The Bayes answer is the mean of $w_{N+1} \cdot x_q$ given the prompt, and its risk is half
# the variance. Your *excess risk* is what you lose on top of that.
#
# ### Exercise `capstone`: an excess of at most a fifth of the Bayes risk
# *4 points · difficulty 3 of 3 · importance 2 of 3 · 30 minutes*


# %% exercise="capstone"
def forecast(
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context 1"],
    x_query: Float[Array, " d_x"],
    persistence: float,
    label_noise: float,
) -> Float[Array, " 1"]:
    """Return a prediction of w_{N+1} . x_q, where the teacher drifts from example to example.

    w_1 ~ N(0, I) and w_{t+1} = ρ w_t + sqrt(1 - ρ²) ξ_t with ξ_t ~ N(0, I). The inputs are
    x_t ~ N(0, I), also x_q, and y_t = w_t . x_t + σ ε_t with ε_t ~ N(0, 1), for t = 1, ..., N. All
    draws are independent. Row t - 1 of xs and ys is example t, so the last row is the newest.

    The prediction need not be the best one. On 211 fresh prompts of each setting below, the sum of
    (prediction - m)² must be at most 0.2 times the sum of v, where m and v are mean and variance of
    w_{N+1} . x_q given the prompt. A method whose true ratio is below 0.15 passes; above 0.25 it
    fails; in between it depends on the prompts. The settings (N, d_x, ρ, σ) are (19, 3, 0.9, 0.3),
    (31, 5, 0.95, 0.2) and (23, 2, 0.8, 0.4).

    Arguments:
        xs, ys: the examples of one prompt, the oldest first.
        x_query: the input x_q.
        persistence: ρ.
        label_noise: σ.

    Returns an array of shape [1]. JAX and NumPy will both do, but do not mix them. What jax.vmap
    cannot map is asked one prompt at a time, and then a loop over JAX arrays takes minutes.
    """
    ### BEGIN SOLUTION
    n_context = len(xs)
    ages = jnp.arange(n_context, 0, -1)  # how many moves lie between an example and the query
    agree = persistence ** jnp.abs(ages[:, None] - ages[None])
    covariance = agree * (xs @ xs.T) + label_noise**2 * jnp.eye(n_context)
    with_answer = persistence**ages * (xs @ x_query)
    return jnp.linalg.solve(covariance, with_answer) @ ys
    ### END SOLUTION


# %% check="capstone" points=4
check("capstone", forecast)

# %% [markdown] solution="capstone"
# **Why this works.** $E \, w_s w_t^\top = \rho^{|s - t|} I$, and everything is jointly normal. So
# targets have the covariance $\rho^{|s-t|} \, x_s \cdot x_t$, plus $\sigma^2$ on the diagonal, and
# target $t$ has the covariance $\rho^{N+1-t} \, x_t \cdot x_q$ with the answer. The mean of the
# answer given the targets is $c^\top C^{-1} y$. Its excess risk is 0.
#
# **Another right answer.** A delta rule that forgets: let the memory fade by $\rho$ with each
# example, and take steps of size $0.9 / (|x|^2 + \sigma^2)$, so that a step nearly fits its own
# example.
#
# ```python
# def forecast(
#     xs: Float[Array, "n_context d_x"],
#     ys: Float[Array, "n_context 1"],
#     x_query: Float[Array, " d_x"],
#     persistence: float,
#     label_noise: float,
# ) -> Float[Array, " 1"]:
#     w = jnp.zeros_like(x_query)
#     for x, y in zip(xs, ys[:, 0], strict=True):
#         rate = 0.9 / (x @ x + label_noise**2)
#         w = persistence * (w - rate * (w @ x - y) * x)
#     return (w @ x_query)[None]
# ```
#
# **What the two share.** New examples count more than old ones, by a factor of about $\rho$ for
# each move. The first weighs them as exactly as can be. The second knows one vector and no matrix,
# and still comes within the bar: online descent with forgetting is close to the Bayes answer of a
# world that drifts.

# %% [markdown]
# How far from the best are the learners of this lesson?

# %% display
drift = {"persistence": 0.9, "label_noise": 0.3}
world = partial(drifting.sample_drifting, n_context=19, d_x=3, **drift)
prompts = jax.jit(jax.vmap(world))(jax.random.split(jax.random.key(11), 1_000))


def forgetting(xs, ys, x_query):
    """Answer by the delta rule, steps of size .9 / (|x|² + σ²), and a memory that fades by ρ."""

    def step(w, example):
        x, y = example
        return 0.9 * (w - 0.9 * (w @ x - y[0]) * x / (x @ x + 0.09)), None

    return (jax.lax.scan(step, jnp.zeros(3), (xs, ys))[0] @ x_query)[None]


listed = {
    "one batch step": partial(predictors.one_step, learning_rate=0.8),
    "ridge": partial(predictors.posterior_mean, label_noise=0.3),
    "delta rule, forgetting": forgetting,
}


@jax.jit
@jax.vmap
def against_bayes(task):
    """Return squared distances to the Bayes answer, learner by learner, and its variance."""
    prompt = task.xs, task.ys, task.x_query
    mean, variance = drifting.drifting_posterior(*prompt, **drift)
    return jnp.stack(
        [jnp.sum((answer(*prompt) - mean) ** 2) for answer in listed.values()]
    ), variance


apart, variances = against_bayes(prompts)
excesses = dict(zip(listed, (apart.sum(axis=0) / variances.sum()).tolist(), strict=True))
for name, value in excesses.items():
    print(f"{name:25s} excess risk {value:.2f} of the Bayes risk")

# %% facts
fact("excess-ridge", excesses["ridge"], rounding=".1f", rtol=0.1)
fact("excess-forgetting", excesses["delta rule, forgetting"], rounding=".2f", rtol=0.2)

# %% [markdown]
# Ridge, the best of all answers for a teacher that stands still, has an excess of [[excess-ridge]]
# times the Bayes risk here. The forgetting delta rule has [[excess-forgetting]].

# %% [markdown] question="your-test" points=3
# ### Question `your-test`: a test that could fail
# *3 points · difficulty 3 of 3 · importance 3 of 3 · 15 minutes · marked by hand*
#
# Somebody says: "This language model learns in context by gradient descent." Design *one*
# measurement that could prove them wrong. Answer in 120 to 250 words. Say precisely which descent
# they must mean (on which loss, batch or online, plain or preconditioned). Say what you measure,
# and on which prompts. Say which result would refute the claim, and how you would tell it from
# chance. Name a control: something that must come out the other way if your measurement works. Say
# what a passed test would *not* show.
#
# <!-- BEGIN SOLUTION -->
#
# **A model answer.**
#
# *One of many.* The claim: plain batch descent on the mean loss over the examples, starting from a
# state that does not depend on them. Then the order of the examples cannot matter.
#
# I take 300 prompts with 10 examples and put each into 24 random orders, pairs kept together. I
# measure the order sensitivity: the root mean square distance of a prediction from its mean over
# orders, divided by the root mean square prediction. The claim says 0. I refute it if the 95 %
# bootstrap interval over prompts lies above what rounding gives, which I get by running the same
# order twice on the same hardware.
#
# Controls: a linear attention layer without positions, which must give 0, and a delta-rule layer,
# which must not. If the second gives 0, my shuffle is broken.
#
# A nonzero value does not refute online descent, which depends on the order itself. It also cannot
# tell a model that reads positions because it must (to find which answer belongs to which question)
# from one whose learning depends on them. And a value of 0 would not prove gradient descent: ridge
# regression, the Bayes answer and softmax attention without codes give 0 too.
#
# <!-- END SOLUTION -->

# %% [markdown] rubric="your-test"
# - **1 point**: says which descent is meant, and derives from it a prediction that other learners
#   do not share; the measurement and its prompts are said so that somebody else could run it.
# - **1 point**: says which result refutes the claim, with an interval or a comparison with chance,
#   and names a control that must come out the other way.
# - **1 point**: says what the test cannot show: at least one other learner that passes it, or one
#   form of descent that it does not touch.

# %% [markdown]
# ## 8. Where this breaks
#
# - **The matrix is fitted to its inputs.** The layer of section 3 has the steps of *its* $\Sigma$
#   and *its* $N$ in its weights. Change either and it is wrong. Gradient descent with a step size
#   would be wrong too, but in another way.
# - **Theorem 1 is about the minimum, not about training.** One of our two runs ended elsewhere. Two
#   runs are no statistics: `icl-course reproduce preconditioner` counts over more seeds.
# - **The delta rule had its best step size.** It was chosen by looking at the risk, once for each
#   $N$. A net must learn it, or a token must bring it along, as in the models of Yang et al.
# - **Order sensitivity is one number.** It says that places matter. It does not say why: a net may
#   read places to find pairs, as in lesson 06, or learn in order, like the delta rule.
# - **Our nets are small and were trained to learn in context.** Shen et al. point out just that:
#   language models were not. Nothing here says what a language model does.
# - **The threshold moves.** Where a net changes from the few teachers to ridge depends on its size
#   and its training. You saw only that there is such a change.
#
# ## What you can do now
#
# You can derive the step that a layer should take for given inputs and noise, and read off a
# trained layer the step that it does take. You can write online descent as a layer, and run it in
# parallel. You can measure whether order matters, with an interval. You can write down the two
# Bayes answers between which a net has to choose. And you can say what a measurement shows, and
# what it does not.
