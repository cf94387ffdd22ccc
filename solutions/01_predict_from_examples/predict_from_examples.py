# %% [markdown]
# # Predict from examples
#
# **Goal.** Sample the task that the whole course is about, answer it in five ways, and derive how
# well a single step of gradient descent can do.
#
# From von Oswald et al., [arXiv 2212.07677](https://arxiv.org/abs/2212.07677), sections 2 and 3,
# and Garg et al., [arXiv 2208.01066](https://arxiv.org/abs/2208.01066). You need lesson 00:
# gradients, keys, `jax.vmap`. About 75 minutes.
#
# |exercise|points|exercise|points|
# |---|---|---|---|
# |`sample-task`|3|`measure-risk`|2|
# |`tokenize`|1|`best-step-size`|3|
# |`gd-predictor`|2|`best-one-step-loss`|2|
# |`ridge-predictor`|3|`one-step-size`, in words|2|
#
# Fill in a cell, then run the check under it. Stuck? `hint("sample-task")`, up to three times.

# %%
# %load_ext jaxtyping
# %jaxtyping.typechecker beartype.beartype
from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Key

from autograder import check, hint, predict, solution
from icl_course import descent, figures, metrics, predictors, spectra, tasks, theory, tokens
from icl_course.arrays import Array, Scalar

# %% [markdown]
# ## 1. A task
#
# A *task* is an unknown linear map and a few examples of it. Its matrix
# $W \in \mathbb{R}^{d_y \times d_x}$, the *teacher*, is drawn anew for every task. So are $N$
# inputs $x_i$, and one more, the *query* $x_q$. There is no other chance in it:
#
# $$W_{ab} \sim N(0, 1), \qquad x \sim U(-a, a)^{d_x}, \qquad y_i = W x_i, \qquad y_q = W x_q .$$
#
# A learner gets the pairs $(x_i, y_i)$, called the *context*, and $x_q$. It must say $y_q$.
#
# ### Exercise `sample-task`: sample a task
# *3 points · difficulty 2 of 3 · importance 3 of 3 · 12 minutes*
#
# In one place the paper's released code draws two quantities with one key. They are then functions
# of each other. Give each quantity a key of its own.


# %% exercise="sample-task"
def sample_task(
    key: Key[Array, ""], n_context: int, d_x: int, d_y: int, input_range: float
) -> tasks.Task:
    """Return one task with a random linear teacher, without noise.

    The teacher W [d_y, d_x] has independent N(0, 1) entries. All entries of xs and of x_query are
    independent and uniform on (-input_range, input_range). W, xs and x_query are independent of
    each other. The same W gives all targets: y_i = W x_i for every example, y_query = W x_query.
    No key is used twice: each has one draw or one split.

    Arguments:
        key: a typed JAX key. The same key gives the same task, another key an independent one.
        n_context: the number N of examples, at least 1.
        d_x, d_y: the sizes of an input and of a target, at least 1.
        input_range: the half width a > 0 of the interval, a Python float.

    Returns `tasks.Task(xs=..., ys=..., x_query=..., y_query=...)` with shapes [n_context, d_x],
    [n_context, d_y], [d_x] and [d_y]. Only JAX's or NumPy's functions are needed.
    """
    ### BEGIN SOLUTION
    key_teacher, key_xs, key_query = jax.random.split(key, 3)
    draw = partial(jax.random.uniform, minval=-input_range, maxval=input_range)
    teacher = jax.random.normal(key_teacher, (d_y, d_x))
    xs = draw(key_xs, (n_context, d_x))
    x_query = draw(key_query, (d_x,))
    return tasks.Task(
        xs=xs,
        ys=xs @ teacher.T,  # row i is W x_i
        x_query=x_query,
        y_query=teacher @ x_query,
    )
    ### END SOLUTION


# %% check="sample-task" points=3
check("sample-task", sample_task)

# %% [markdown] solution="sample-task"
# **Why this works.** Three arrays are drawn, so three keys are split off, each named after what it
# draws. The targets are not drawn: they follow from the three. A row of `xs @ teacher.T` is
# $(W x_i)^\top$. `jax.random.uniform` starts at 0 unless it is told `minval`; inputs that are all
# positive would have a mean, and every closed form of this lesson would be wrong.
#
# **Another right answer.** Draw all inputs at once, and split off the last one.
#
# ```python
# def sample_task(
#     key: Key[Array, ""], n_context: int, d_x: int, d_y: int, input_range: float
# ) -> tasks.Task:
#     key_inputs, key_teacher = jax.random.split(key)
#     unit = jax.random.uniform(key_inputs, (n_context + 1, d_x))
#     inputs = input_range * (2 * unit - 1)  # from (0, 1) to (-a, a)
#     teacher = jax.random.normal(key_teacher, (d_x, d_y))
#     targets = inputs @ teacher
#     return tasks.Task(
#         xs=inputs[:-1], ys=targets[:-1], x_query=inputs[-1], y_query=targets[-1]
#     )
# ```
#
# **What the two share.** The joint law of all arrays. The numbers are different, and no test that
# compares numbers could accept both. So the check draws a few tasks with many entries, and
# looks at what must hold exactly (one $W$ for context and query) and at distributions (each bound
# is missed by chance less than once in a million runs).

# %% [markdown]
# Once you have passed, `solution("sample-task")` shows a solution with its reasons, and another
# right answer. The same goes for every exercise.
#
# **Conventions of this course.** Unless a cell says otherwise $a = \frac12$, $N = d_x = 10$,
# $d_y = 1$, and errors are *half* squared errors. That is what the paper's released code does. The
# paper's text says $U(-1, 1)$ instead. Section 6 shows how much hangs on it.
#
# ## 2. Tokens
#
# Networks that learn in context read a list of vectors, the *tokens*. Here a token is an example:
# its input, then its target. The query comes last. It has no target, so its last $d_y$ entries, the
# *y slot*, hold 0. (Lesson 02 starts from weights $W_0$ other than 0 and writes $-W_0 x_q$ there.)
#
# $$
# e_i = \begin{pmatrix} x_i \\ y_i \end{pmatrix} \quad (i = 1, \dots, N), \qquad
# e_{N+1} = \begin{pmatrix} x_q \\ 0 \end{pmatrix} .
# $$
#
# ### Exercise `tokenize`: write a task as tokens
# *1 point · difficulty 1 of 3 · importance 2 of 3 · 4 minutes*


# %% exercise="tokenize"
def tokenize(task: tasks.Task) -> Float[Array, "n_tokens d_token"]:
    """Return a task as tokens, one token in each row, the query last.

    Row i holds x_i, then y_i. The last row holds x_query, then d_y zeros.

    Arguments:
        task: one task, a record with the fields xs [n_context, d_x], ys [n_context, d_y],
            x_query [d_x] and y_query [d_y]. Any sizes from 1 on.

    Returns an array with n_context + 1 rows of d_x + d_y numbers.
    """
    ### BEGIN SOLUTION
    context = jnp.concatenate([task.xs, task.ys], axis=1)
    query = jnp.concatenate([task.x_query, jnp.zeros(task.ys.shape[1])])
    return jnp.concatenate([context, query[None]])  # [None] makes a row of a vector
    ### END SOLUTION


# %% check="tokenize" points=1
check("tokenize", tokenize)

# %% [markdown] solution="tokenize"
# **Why this works.** `axis=1` joins each $x_i$ with its $y_i$. The query is joined as a vector and
# becomes a row by `[None]`. `task.y_query` is not touched: it is what a learner must find out.
#
# **Another right answer.** Make the whole table, then fill in what is known.
#
# ```python
# def tokenize(task: tasks.Task) -> Float[Array, "n_tokens d_token"]:
#     inputs = jnp.vstack([task.xs, task.x_query])
#     slots = jnp.pad(task.ys, ((0, 1), (0, 0)))
#     return jnp.hstack([inputs, slots])
# ```
#
# **What the two share.** The same table, once cut into rows and once into columns. In both, the
# only zeros are the query's, and nothing of `y_query` has come in. Such a leak is the easiest way
# to get a network with a wonderful loss.

# %% [markdown]
# ## 3. Gradient descent as a predictor
#
# A *predictor* takes the context and $x_q$ and returns a guess at $y_q$. The simplest one ignores
# the context. Targets have mean 0 over tasks, so it says 0. All others in this lesson make a matrix
# $\hat W$ of the context and answer $\hat W x_q$.
#
# Gradient descent makes $\hat W$ by lowering the *context's* loss
#
# $$L(W) = \frac{1}{2N} \sum_{i=1}^{N} |W x_i - y_i|^2 , \qquad
# \nabla_W L = \frac1N \sum_{i=1}^N (W x_i - y_i) \, x_i^\top .$$
#
# It starts at $W = 0$ and takes $K$ steps of size $\eta$.
#
# ### Exercise `gd-predictor`: predict by gradient descent
# *2 points · difficulty 1 of 3 · importance 3 of 3 · 8 minutes*
#
# You may use `descent.gradient(w, xs, ys)` or `descent.step(w, xs, ys, learning_rate=...)`.


# %% exercise="gd-predictor"
def gd_predict(
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    x_query: Float[Array, " d_x"],
    learning_rate: float,
    n_steps: int,
) -> Float[Array, " d_y"]:
    """Return the prediction W_K x_query after K = n_steps gradient steps from W_0 = 0.

    Each step is W <- W - learning_rate * dL/dW with the gradient at the current W of the loss
    L(W) = 1/(2N) sum_i |W x_i - y_i|², where N = n_context and |.|² sums over the d_y outputs.

    Arguments:
        xs, ys: the context, one example per row. No linear map needs to fit it.
        x_query: the input to answer for.
        learning_rate: the step size η of every step, a Python float.
        n_steps: the number K of steps, a Python int. It may be 0: then the prediction is 0.

    Returns d_y numbers.
    """
    ### BEGIN SOLUTION
    w = jnp.zeros((ys.shape[1], xs.shape[1]))
    for _ in range(n_steps):
        w = w - learning_rate * descent.gradient(w, xs, ys)  # at the w of this step
    return w @ x_query
    ### END SOLUTION


# %% check="gd-predictor" points=2
check("gd-predictor", gd_predict)

# %% [markdown] solution="gd-predictor"
# **Why this works.** It is the loop of lesson 00 with a matrix for the weights. The gradient is
# taken anew at each step, since the residuals $W x_i - y_i$ shrink. The query enters once, at the
# very end: training does not know which input it will be asked about.
#
# **Another right answer.** Never make $W$. Keep the residuals and the prediction, and move those.
#
# ```python
# def gd_predict(
#     xs: Float[Array, "n_context d_x"],
#     ys: Float[Array, "n_context d_y"],
#     x_query: Float[Array, " d_x"],
#     learning_rate: float,
#     n_steps: int,
# ) -> Float[Array, " d_y"]:
#     among, with_query = xs @ xs.T / len(xs), xs @ x_query / len(xs)
#     left, prediction = ys, jnp.zeros(ys.shape[1])
#     for _ in range(n_steps):
#         prediction = prediction + learning_rate * with_query @ left
#         left = left - learning_rate * among @ left
#     return prediction
# ```
#
# **What the two share.** A step moves the prediction for *any* input $x$ by
# $\frac{\eta}{N} \sum_i (y_i - W x_i) (x_i \cdot x)$. The first way stores the sum as a matrix, for
# all $x$ at once. The second evaluates it at the $N + 1$ inputs that matter. It only ever compares
# inputs with each other, and that is what attention does: lesson 02.

# %% [markdown]
# Steps without end, each of them short enough (lesson 00), lead to *least squares*: the $W$ that
# fits the context best. Where many fit it equally well, as with fewer than $d_x$ examples, descent
# from 0 ends at the smallest one. With $N \ge d_x$ examples and no noise it is the teacher itself,
# and no error is left.
#
# ## 4. With noise, the best answer is ridge
#
# Now let the context's targets carry noise of a known size $\sigma$. For one output, $w$ is the row
# of $W$ as a vector:
#
# $$w \sim N(0, I), \qquad y_i = w \cdot x_i + \sigma \varepsilon_i, \qquad
# \varepsilon_i \sim N(0, 1) .$$
#
# Which guess $g$ at the clean $y_q = w \cdot x_q$ has the smallest mean squared error? Hold the
# context and $x_q$ fixed, and let $\mathbb{E}$ be the mean over all $w$ that could be behind them.
# Write $m = \mathbb{E}[y_q]$. Then
#
# $$
# \begin{aligned}
# \mathbb{E}\big[(g - y_q)^2\big]
# &= \mathbb{E}\big[(g - m + m - y_q)^2\big] && \text{add and subtract} \\
# &= (g - m)^2 + 2 (g - m) \, \mathbb{E}[m - y_q] + \mathbb{E}\big[(m - y_q)^2\big]
#   && g \text{ and } m \text{ do not depend on } w \\
# &= (g - m)^2 + \mathbb{E}\big[(m - y_q)^2\big] && \mathbb{E}[m - y_q] = 0
# \end{aligned}
# $$
#
# The last term does not depend on $g$. So the best guess is $g = m$, the *posterior mean*. No
# predictor beats it, whatever it is built of. By Bayes' rule the density of $w$ given the context
# is the prior density times the likelihood, up to a constant:
#
# $$p(w \mid \text{context}) \;\propto\; \exp\Big( -\tfrac12 |w|^2 \Big) \cdot
# \exp\Big( -\frac{1}{2 \sigma^2} \sum_{i=1}^N (w \cdot x_i - y_i)^2 \Big) .$$
#
# The exponent is a quadratic function of $w$. So this is a normal density, and its mean is where
# the exponent is largest.
#
# ### Exercise `ridge-predictor`: ridge is the Bayes answer
# *3 points · difficulty 2 of 3 · importance 2 of 3 · 12 minutes*
#
# Find that $w$, and predict with it. Each output has its own row of $W$ and its own noise, so the
# outputs do not mix. Mind which sums have a $1/N$ and which do not.


# %% exercise="ridge-predictor"
def ridge_predict(
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    x_query: Float[Array, " d_x"],
    label_noise: float,
) -> Float[Array, " d_y"]:
    """Return the posterior mean of W x_query given the context.

    W [d_y, d_x] has independent N(0, 1) entries. Output a of example i is W_a . x_i plus
    label_noise times an independent N(0, 1) number. The inputs are known and carry no noise.

    Arguments:
        xs, ys: the context, one example per row. Any number of examples from 1 on.
        x_query: the input to answer for.
        label_noise: the standard deviation σ > 0 of the noise, a Python float.

    Returns d_y numbers.
    """
    ### BEGIN SOLUTION
    d_x = xs.shape[1]
    precision = xs.T @ xs + label_noise**2 * jnp.eye(d_x)  # times σ²
    columns = jnp.linalg.solve(precision, xs.T @ ys)  # the posterior mean of W, transposed
    return x_query @ columns
    ### END SOLUTION


# %% check="ridge-predictor" points=3
check("ridge-predictor", ridge_predict)

# %% [markdown] solution="ridge-predictor"
# **Why this works.** Take one output. Minus the logarithm of the density is
#
# $$
# \begin{aligned}
# -\log p &= \tfrac12 |w|^2 + \frac{1}{2 \sigma^2} \sum_i (w \cdot x_i - y_i)^2 + \text{const} \\
# \frac{\sigma^2}{N} (-\log p) &= \frac{1}{2N} \sum_i (w \cdot x_i - y_i)^2
#   + \frac{\lambda}{2} |w|^2 + \text{const}, \qquad \lambda = \frac{\sigma^2}{N} .
# \end{aligned}
# $$
#
# Multiplied by $\sigma^2 / N$ it is the context's loss plus a penalty. That is *ridge regression*,
# and on the loss with $\frac{1}{2N}$ its penalty is $\lambda = \sigma^2 / N$. The gradient is 0
# where
#
# $$
# \begin{aligned}
# 0 &= \frac1N \sum_i (w \cdot x_i - y_i) \, x_i + \frac{\sigma^2}{N} w \\
# 0 &= \sum_i x_i x_i^\top w - \sum_i y_i x_i + \sigma^2 w && \text{times } N \\
# w &= \Big( \sum_i x_i x_i^\top + \sigma^2 I \Big)^{-1} \sum_i y_i x_i
# \end{aligned}
# $$
#
# On the bare sum the penalty is $\sigma^2$, on the mean it is $\sigma^2 / N$. Both are the same
# $w$. For a teacher with entries of variance $\tau^2$ put $\sigma^2 / \tau^2$ in place of
# $\sigma^2$.
#
# **Another right answer.** Do without weights, and condition $y_q$ on the targets. The $N$ targets
# and $y_q$ are jointly normal. The covariance of $y_i$ with $y_j$ is
# $x_i \cdot x_j + \sigma^2 \delta_{ij}$, that of $y_i$ with $y_q$ is $x_i \cdot x_q$.
#
# ```python
# def ridge_predict(
#     xs: Float[Array, "n_context d_x"],
#     ys: Float[Array, "n_context d_y"],
#     x_query: Float[Array, " d_x"],
#     label_noise: float,
# ) -> Float[Array, " d_y"]:
#     among = xs @ xs.T + label_noise**2 * jnp.eye(len(xs))
#     return jnp.linalg.solve(among, xs @ x_query) @ ys
# ```
#
# **What the two share.** With $X$ for `xs`,
# $(X^\top X + \sigma^2 I) X^\top = X^\top (X X^\top + \sigma^2 I)$. Multiply by both inverses:
# $X^\top (X X^\top + \sigma^2 I)^{-1} = (X^\top X + \sigma^2 I)^{-1} X^\top$. The first way solves
# a $d_x \times d_x$ system, the second an $N \times N$ one.

# %% [markdown]
# In words: *on the loss with $\frac{1}{2N}$, ridge with the penalty $\lambda = \sigma^2 / N$ is the
# posterior mean.* Write the loss without the $1/N$, and the same answer has the penalty $\sigma^2$.
# Where two formulas for ridge disagree, look for this $N$ first.
#
# ## 5. Risk
#
# Five predictors: 0, one step, $K$ steps, least squares, ridge. To rank them, take the mean over
# tasks of the half squared error at the query, the *risk*:
#
# $$R = \mathbb{E} \; \tfrac12 \, |\text{prediction} - y_q|^2 .$$
#
# The square sums over outputs. The mean runs over teacher, context and query alike. A sample of
# tasks gives an estimate. Its *standard error* says how far off that estimate typically is.
#
# ### Exercise `measure-risk`: measure a risk, and say how exactly
# *2 points · difficulty 1 of 3 · importance 2 of 3 · 7 minutes*


# %% exercise="measure-risk"
def measure_risk(predict: Callable[..., Array], task_batch: tasks.Task) -> tuple[Scalar, Scalar]:
    """Return the risk of a predictor, estimated on a batch of tasks, and its standard error.

    The loss of a task is l = 1/2 |prediction - y_query|², summed over outputs. The risk is the mean
    of l over the n_tasks tasks. Its standard error is the square root of
    sum (l - mean)² / (n_tasks (n_tasks - 1)).

    Arguments:
        predict: from the xs [n_context, d_x], ys [n_context, d_y], x_query [d_x] of *one* task to
            a prediction [d_y]: call it as predict(xs, ys, x_query). Made of JAX functions.
        task_batch: at least two tasks in one `Task`, with a leading axis on each field: xs
            [n_tasks, n_context, d_x], ys [n_tasks, n_context, d_y], x_query [n_tasks, d_x],
            y_query [n_tasks, d_y].

    Returns a tuple of two numbers: risk, standard error.
    """
    ### BEGIN SOLUTION

    def loss_of(task):
        error = predict(task.xs, task.ys, task.x_query) - task.y_query
        return jnp.sum(error**2) / 2

    losses = jax.vmap(loss_of)(task_batch)
    return jnp.mean(losses), jnp.std(losses, ddof=1) / jnp.sqrt(len(losses))
    ### END SOLUTION


# %% check="measure-risk" points=2
check("measure-risk", measure_risk)

# %% [markdown] solution="measure-risk"
# **Why this works.** `jax.vmap` hands `loss_of` one task at a time. The variance of a mean of $n$
# independent losses is the variance of one loss over $n$. The variance of one is estimated by
# $\sum (l - \bar l)^2 / (n - 1)$, hence `ddof=1`.
#
# **Another right answer.** A loop over tasks, and the mean of squares.
#
# ```python
# def measure_risk(
#     predict: Callable[..., Array], task_batch: tasks.Task
# ) -> tuple[Scalar, Scalar]:
#     losses = []
#     for index in range(len(task_batch.xs)):
#         task = jax.tree.map(lambda leaf: leaf[index], task_batch)
#         guess = predict(task.xs, task.ys, task.x_query)
#         losses.append(float(metrics.half_squared_error(guess, task.y_query)))
#     n_tasks, risk = len(losses), np.mean(losses)
#     scatter = sum((one - risk) ** 2 for one in losses)
#     return risk, np.sqrt(scatter / n_tasks / (n_tasks - 1))
# ```
#
# **What the two share.** One loss per task, and nothing averaged before it is squared. Averaging
# errors first would let a prediction that is too high pay for one that is too low.

# %% [markdown]
# Here are the five on fresh tasks, against the number of examples: without noise, and with
# $\sigma =$ [[noise]]. One step uses the best step size for each $N$ and $\sigma$. The next section
# derives it for $\sigma = 0$. Five steps use the step size that is best without noise, in both
# panels. Ridge without noise has no penalty: it is least squares.

# %%
D_X = 10
NOISE = 0.3
N_CONTEXTS = (1, 2, 4, 6, 8, 9, 10, 11, 12, 15, 20, 40)
N_MOST = max(N_CONTEXTS)
NAMES = ("zero", "one step", "five steps", "least squares", "ridge (Bayes)")


def losses_of_all(
    key: Key[Array, ""], noise: Scalar, n_context: Scalar, one_rate: Scalar, five_rate: Scalar
) -> Float[Array, "5"]:
    """Return the loss of each predictor on one task of which n_context examples are shown."""
    task = tasks.sample_linear(key, n_context=N_MOST, d_x=D_X, label_noise=noise)
    shown = (jnp.arange(N_MOST) < n_context)[:, None]
    context = shown * task.xs, shown * task.ys, task.x_query  # a pair of zeros teaches nothing
    longer = N_MOST / n_context  # but the mean loss counts it
    least = predictors.least_squares(*context)
    ridge = predictors.posterior_mean(*context, label_noise=noise)
    guesses = [
        predictors.zero(*context),
        predictors.one_step(*context, learning_rate=longer * one_rate),
        predictors.many_steps(*context, learning_rates=jnp.full(5, longer * five_rate)),
        least,
        jnp.where(noise > 0, ridge, least),  # without noise there is no penalty
    ]
    return jnp.stack([metrics.half_squared_error(guess, task.y_query) for guess in guesses])


# %%
def spectra_of(xs: Float[Array, "n_tasks n_context d_x"]) -> np.ndarray:
    """Return the eigenvalues of 1/N sum_i x_i x_i^T for many contexts, one row for each."""
    return np.linalg.eigvalsh(xs.swapaxes(1, 2) @ xs / xs.shape[1])


inputs = np.asarray(tasks.uniform_inputs(jax.random.key(2), (2_000, N_MOST, D_X)))
settings = []
for n_context in N_CONTEXTS:
    contexts = spectra_of(inputs[:, :n_context])
    five_rate = spectra.best_shared_step_size(contexts, n_steps=5)
    for noise in (0.0, NOISE):
        sizes = {"n_context": n_context, "d_x": D_X, "label_noise": noise}
        one_rate = theory.best_step_size(theory.uniform_moments(), **sizes)
        settings.append((noise, n_context, one_rate, five_rate))

# %%
keys = jax.random.split(jax.random.key(3), 2_000)
on_many_tasks = jax.vmap(losses_of_all, in_axes=(0, None, None, None, None))
at_every_setting = jax.jit(partial(jax.lax.map, lambda row: on_many_tasks(keys, *row)))
losses = np.asarray(at_every_setting(jnp.array(settings)))  # [settings, tasks, predictors]
risks = losses.mean(axis=1).reshape(len(N_CONTEXTS), 2, len(NAMES)).transpose(1, 2, 0)

# %% display
figures.risk_by_context(
    np.array(N_CONTEXTS), risks, NAMES, ("without noise", f"with noise {NOISE}"), d_x=D_X
)

# %% facts
at_ten = risks[:, :, N_CONTEXTS.index(10)]
at_forty = risks[:, :, N_CONTEXTS.index(40)]
fact("noise", NOISE, rounding=".1f", rtol=1e-9)
fact("one-step-at-40", at_forty[0, 1], rounding=".3f", rtol=0.02)
fact("ridge-noisy-at-10", at_ten[1, 4], rounding=".3f", rtol=0.02)
fact("one-step-noisy-at-10", at_ten[1, 1], rounding=".3f", rtol=0.02)
fact("least-squares-noisy-at-40", at_forty[1, 3], rounding=".4f", rtol=0.02)
fact("ridge-noisy-at-40", at_forty[1, 4], rounding=".4f", rtol=0.02)

# %% [markdown]
# Three things to see.
#
# - **Without noise** least squares is exact from $N = d_x$ on. One step never is: with 40 examples
#   it still loses [[one-step-at-40]].
# - **With noise** least squares is *worst at $N = d_x$*, far worse than saying 0. It then fits the
#   noise exactly, and in the direction that the inputs hardly cover it must do so with huge
#   weights. There the mean over tasks is infinite: a larger sample tends to give a larger number,
#   not a more exact one. Ridge loses [[ridge-noisy-at-10]], and one step [[one-step-noisy-at-10]].
# - **No predictor is below ridge, in either panel**, as it must be. With 40 examples and noise,
#   least squares is close: [[least-squares-noisy-at-40]] against [[ridge-noisy-at-40]].
#
# ## 6. The best single step, exactly
#
# From here on there is no noise and one output, with $w$ for the row of $W$. Write $d$ for $d_x$.
# Start at 0, take one step of size $\eta$. With
#
# $$S = \frac1N \sum_{i=1}^N x_i x_i^\top$$
#
# the new weights are
#
# $$
# \begin{aligned}
# w_1 &= \frac{\eta}{N} \sum_i y_i \, x_i && \text{minus } \eta \text{ times the gradient at } 0 \\
# &= \frac{\eta}{N} \sum_i x_i \, (x_i \cdot w) && y_i = w \cdot x_i \\
# &= \eta \, S w .
# \end{aligned}
# $$
#
# The risk is a mean over three independent things: the query, the teacher and the context's inputs.
# Take them one at a time, in this order. Let $s$ be the variance of one coordinate of an input, and
# $v = (I - \eta S) w$ the error of the weights.
#
# $$
# \begin{aligned}
# R(\eta) &= \tfrac12 \, \mathbb{E} \, (w \cdot x_q - w_1 \cdot x_q)^2
#   = \tfrac12 \, \mathbb{E} \, (v \cdot x_q)^2 && \text{definition} \\
# \mathbb{E}_{x_q} (v \cdot x_q)^2 &= \sum_{j, k} v_j v_k \, \mathbb{E}[x_{q,j} x_{q,k}]
#   = s \, |v|^2 && \text{coordinates: independent, mean 0} \\
# \mathbb{E}_w |(I - \eta S) w|^2 &= \operatorname{tr} (I - \eta S)^2
#   && \mathbb{E}[w w^\top] = I, \; S = S^\top \\
# R(\eta) &= \frac{s}{2} \Big( d - 2 \eta \, \mathbb{E} \operatorname{tr} S
#   + \eta^2 \, \mathbb{E} \operatorname{tr} S^2 \Big) && \text{multiply out}
# \end{aligned}
# $$
#
# This is a parabola in $\eta$. Two means over contexts are left to find. The second one contains
# $\mathbb{E}|x|^4$, and with it the *fourth moment* of a coordinate.
#
# ### Exercise `best-step-size`: the best single step
# *3 points · difficulty 3 of 3 · importance 3 of 3 · 18 minutes*
#
# Work out both means on paper for $x \sim U(-a, a)^d$ and find the lowest point. Return a formula:
# nothing is sampled, integrated or searched for by the computer.


# %% exercise="best-step-size"
def best_step_size(input_range: float, n_context: int, d_x: int) -> Scalar:
    """Return the step size η with the lowest risk, for one gradient step from W = 0.

    A task: w [d_x] with independent N(0, 1) entries; inputs with independent entries, uniform on
    (-input_range, input_range); y_i = w . x_i for i = 1, ..., n_context, no noise; a query x_q with
    the law of the x_i. One step: w_1 = η/N sum_i y_i x_i with N = n_context, which is minus η times
    the gradient at 0 of the loss 1/(2N) sum_i (w . x_i - y_i)². The risk is the mean over all tasks
    of 1/2 (w_1 . x_q - w . x_q)².

    Arguments:
        input_range: the half width a > 0, a Python float.
        n_context: the number N of examples, an int from 1 on.
        d_x: the number d of entries of an input, an int from 1 on.

    Returns one number, exact up to rounding.
    """
    ### BEGIN SOLUTION
    variance, fourth = input_range**2 / 3, input_range**4 / 5  # E z², E z⁴
    trace = d_x * variance  # E tr S
    itself = d_x * fourth + d_x * (d_x - 1) * variance**2  # E |x|⁴
    another = d_x * variance**2  # E (x . x')²
    trace_of_square = (itself + (n_context - 1) * another) / n_context  # E tr S²
    return trace / trace_of_square
    ### END SOLUTION


# %% check="best-step-size" points=3
check("best-step-size", best_step_size)

# %% [markdown] solution="best-step-size"
# **Why this works.** First the moments of a coordinate $z \sim U(-a, a)$, whose density is
# $\frac{1}{2a}$:
#
# $$
# s = \mathbb{E} z^2 = \frac{1}{2a} \int_{-a}^{a} z^2 \, dz = \frac{a^2}{3} , \qquad
# f = \mathbb{E} z^4 = \frac{1}{2a} \int_{-a}^{a} z^4 \, dz = \frac{a^4}{5} .
# $$
#
# The first mean is that of a diagonal. The second is a double sum over examples:
#
# $$
# \begin{aligned}
# \mathbb{E} \operatorname{tr} S &= \frac1N \sum_i \mathbb{E} |x_i|^2 = d s \\
# \operatorname{tr} S^2 &= \frac{1}{N^2} \sum_{i, i'} \operatorname{tr} \big( x_i x_i^\top
#   x_{i'} x_{i'}^\top \big) = \frac{1}{N^2} \sum_{i, i'} (x_i \cdot x_{i'})^2
# \end{aligned}
# $$
#
# There are $N$ terms with $i = i'$ and $N (N - 1)$ with $i \neq i'$.
#
# $$
# \begin{aligned}
# i = i': \quad \mathbb{E} |x|^4 &= \sum_{j, k} \mathbb{E} [z_j^2 z_k^2]
#   = \underbrace{d \, f}_{j = k} + \underbrace{d (d - 1) \, s^2}_{j \neq k} \\
# i \neq i': \quad \mathbb{E} (x \cdot x')^2 &= \sum_{j, k} \mathbb{E}[z_j z_k] \,
#   \mathbb{E}[z'_j z'_k] = d \, s^2 && \text{only } j = k \text{ is left} \\
# \mathbb{E} \operatorname{tr} S^2 &= \frac{\mathbb{E} |x|^4}{N} + \frac{N - 1}{N} \, d \, s^2
# \end{aligned}
# $$
#
# The derivative of the risk, $s \, (-\mathbb{E} \operatorname{tr} S + \eta \, \mathbb{E}
# \operatorname{tr} S^2)$, is 0 at
#
# $$\eta^* = \frac{\mathbb{E} \operatorname{tr} S}{\mathbb{E} \operatorname{tr} S^2}
# = \frac{d s}{\mathbb{E}|x|^4 / N + d s^2 (N - 1) / N} .$$
#
# **Another right answer.** Put the moments in and cancel.
#
# ```python
# def best_step_size(input_range: float, n_context: int, d_x: int) -> Scalar:
#     return 3 / input_range**2 * n_context / (n_context + d_x - 1 / 5)
# ```
#
# **What the two share.** $f = \frac95 s^2$, so
# $\mathbb{E} \operatorname{tr} S^2 = \frac{d s^2}{N} \big( \frac95 + (d - 1) + (N - 1) \big)
# = \frac{d s^2}{N} \big( N + d - \frac15 \big)$. The second form shows more: $\eta^*$ is
# $1/s = 3 / a^2$ times $N / (N + d - \frac15)$. With many examples the last factor is 1, and for
# normal inputs, where $f = 3 s^2$, the $-\frac15$ becomes $+1$.

# %% [markdown]
# ### Exercise `best-one-step-loss`: what the best step leaves
# *2 points · difficulty 2 of 3 · importance 3 of 3 · 8 minutes*
#
# How large is the risk at its lowest point? It is the number that the trained layer of lesson 03 is
# compared with.


# %% exercise="best-one-step-loss"
def best_one_step_loss(input_range: float, n_context: int, d_x: int) -> Scalar:
    """Return the lowest risk that one gradient step from W = 0 can have, over all step sizes.

    A task: w [d_x] with independent N(0, 1) entries; inputs with independent entries, uniform on
    (-input_range, input_range); y_i = w . x_i for i = 1, ..., n_context, no noise; a query x_q with
    the law of the x_i. One step: w_1 = η/N sum_i y_i x_i with N = n_context, which is minus η times
    the gradient at 0 of the loss 1/(2N) sum_i (w . x_i - y_i)². The risk is the mean over all tasks
    of 1/2 (w_1 . x_q - w . x_q)². One η serves all tasks.

    Arguments:
        input_range: the half width a > 0, a Python float.
        n_context: the number N of examples, an int from 1 on.
        d_x: the number d of entries of an input, an int from 1 on.

    Returns one number, exact up to rounding.
    """
    ### BEGIN SOLUTION
    variance, fourth = input_range**2 / 3, input_range**4 / 5
    fourth_norm = d_x * fourth + d_x * (d_x - 1) * variance**2  # E |x|⁴
    trace_of_square = (fourth_norm + (n_context - 1) * d_x * variance**2) / n_context
    return variance / 2 * (d_x - (d_x * variance) ** 2 / trace_of_square)
    ### END SOLUTION


# %% check="best-one-step-loss" points=2
check("best-one-step-loss", best_one_step_loss)

# %% [markdown] solution="best-one-step-loss"
# **Why this works.** Put $\eta^*$, the quotient of the two means, into the parabola:
#
# $$
# \begin{aligned}
# R(\eta^*) &= \frac{s}{2} \Big( d - 2 \frac{(\mathbb{E} \operatorname{tr} S)^2}{\mathbb{E}
#   \operatorname{tr} S^2} + \frac{(\mathbb{E} \operatorname{tr} S)^2}{\mathbb{E} \operatorname{tr}
#   S^2} \Big) \\
# &= \frac{s}{2} \Big( d - \frac{(d s)^2}{\mathbb{E} \operatorname{tr} S^2} \Big) .
# \end{aligned}
# $$
#
# The first term is the risk of predicting 0. The quadratic term gives back half of what the linear
# term takes away.
#
# **Another right answer.** The share of the zero predictor's risk that is left.
#
# ```python
# def best_one_step_loss(input_range: float, n_context: int, d_x: int) -> Scalar:
#     predicting_zero = d_x * input_range**2 / 6
#     return predicting_zero * (d_x - 0.2) / (n_context + d_x - 0.2)
# ```
#
# **What the two share.** With $\mathbb{E} \operatorname{tr} S^2 = \frac{d s^2}{N} (N + d -
# \frac15)$ the bracket is $d \big( 1 - \frac{N}{N + d - 1/5} \big)$. The share that is left depends
# on $N$ and $d$ alone, not on $a$. It falls like $1/N$, and at $N = d$ it is just under one half.

# %% [markdown]
# The library has both, as `theory.best_step_size` and `theory.best_one_step_loss`, for any inputs
# whose coordinates are independent and have one law, with mean 0. Here are the two conventions side
# by side, at $N = d = 10$.
#
# | inputs | as in | $\eta^*$ | its risk | predicting 0 |
# |---|---|---|---|---|
# | $U(-\frac12, \frac12)$ | the code, this course | [[eta-star]] | [[loss-star]] | [[loss-zero]] |
# | $U(-1, 1)$ | the paper's text | [[eta-star-wide]] | [[loss-star-wide]] | [[loss-zero-wide]] |
#
# (The paper's code prints $\eta / N$ as its learning rate: at $N = 10$ a tenth of these.)
#
# Does the derivation hold? The curve is $R(\eta)$ as derived. The points are measured on 20,000
# sampled tasks, with steps taken by the library's `predictors.one_step`.

# %% facts
SIZES = {"n_context": 10, "d_x": 10}
narrow, wide = theory.uniform_moments(input_range=0.5), theory.uniform_moments(input_range=1.0)
fact("eta-star", theory.best_step_size(narrow, **SIZES), rounding=".4f", rtol=1e-6)
fact("eta-star-wide", theory.best_step_size(wide, **SIZES), rounding=".4f", rtol=1e-6)
fact("loss-star", theory.best_one_step_loss(narrow, **SIZES), rounding=".5f", rtol=1e-6)
fact("loss-star-wide", theory.best_one_step_loss(wide, **SIZES), rounding=".4f", rtol=1e-6)
fact("loss-zero", theory.zero_loss(narrow, d_x=10), rounding=".4f", rtol=1e-6)
fact("loss-zero-wide", theory.zero_loss(wide, d_x=10), rounding=".4f", rtol=1e-6)


# %%
def one_step_losses(
    key: Key[Array, ""], rates: Float[Array, " n_rates"], input_range: Scalar
) -> Float[Array, " n_rates"]:
    """Return the loss of one step on one task, for each step size."""
    task = tasks.sample_linear(key, n_context=10, d_x=10, input_range=input_range)

    def loss(rate):
        guess = predictors.one_step(task.xs, task.ys, task.x_query, learning_rate=rate)
        return metrics.half_squared_error(guess, task.y_query)

    return jax.vmap(loss)(rates)


sampled_rates = jnp.linspace(0.0, 13.0, 14)
keys = jax.random.split(jax.random.key(7), 20_000)
on_20_000_tasks = jax.jit(jax.vmap(one_step_losses, in_axes=(0, None, None)))
sampled_losses = np.asarray(on_20_000_tasks(keys, sampled_rates, 0.5))

# %% display
rates = np.linspace(0.0, 13.0, 1301)
figures.risk_by_step_size(
    rates,
    theory.one_step_loss(theory.uniform_moments(), learning_rate=rates, n_context=10, d_x=10),
    np.asarray(sampled_rates),
    sampled_losses.mean(axis=0),
    sampled_losses.std(axis=0) / np.sqrt(len(sampled_losses)),
)

# %% [markdown]
# The points lie on the curve, as far as their error bars can tell. (All points use the same tasks,
# so they stray together.) The bottom is flat: a step size 10 % off costs 1 % of what the step
# gains. But at twice $\eta^*$ all is lost again, and beyond it the step does harm.
#
# ### Predict, then run
#
# Take $\eta^* =$ [[eta-star]], the best for $U(-\frac12, \frac12)$, and use it on inputs from
# $U(-1, 1)$. Predicting 0 loses [[loss-zero-wide]] there. What does the step lose?
#
# - **a.** About half of it, as for the narrow inputs.
# - **b.** A little more than half of it.
# - **c.** About as much: the step gains nothing.
# - **d.** Several times as much.
#
# Decide first. Put the letter into the cell, run it, then run the experiment below.

# %% predict="step-on-wider-inputs"
predict("step-on-wider-inputs", choice="d")

# %%
measured = np.asarray(on_20_000_tasks(keys, jnp.linspace(0.0, 6.0606, 14), 1.0)).mean(axis=0)
print(f"predicting 0: {measured[0]:.2f}, the step: {measured[-1]:.1f}")

# %% facts
mismatched = theory.one_step_loss(
    wide, learning_rate=theory.best_step_size(narrow, **SIZES), **SIZES
)
fact("loss-mismatched", mismatched, rounding=".2f", rtol=1e-6)

# %% [markdown]
# The formula says [[loss-mismatched]]. Inputs twice as long make $S$ four times as large, so the
# step is four times as long as it should be. That is why every lesson says which inputs are in
# force. A network that has learned one step size meets this problem too: lesson 03.
#
# ## 7. More steps, and why one is not enough
#
# Look at one task. $S$ has eigenvalues $\lambda_1, \dots, \lambda_d$, and one step multiplies the
# error of the weights along eigenvector $j$ by $1 - \eta \lambda_j$. After $K$ steps it is
# $(1 - \eta \lambda_j)^K$, and the task's risk, averaged over teachers and queries, is
# $\frac{s}{2} \sum_j (1 - \eta \lambda_j)^{2K}$. So the risk of $K$ steps is a mean over spectra.
# No closed form is needed: sample contexts, take eigenvalues, and search for the best $\eta$.
#
# The steps may also differ. The best $K$ step sizes follow exactly from the same spectra, see
# `spectra.best_step_sizes`.

# %%
inputs = np.asarray(tasks.uniform_inputs(jax.random.key(11), (50_000, 10, 10)))
many_spectra = spectra_of(inputs)
variance = 0.5**2 / 3
table = {}
for n_steps in (1, 2, 3, 5):
    shared = spectra.best_shared_step_size(many_spectra, n_steps=n_steps)
    each = spectra.best_step_sizes(many_spectra, n_steps=n_steps)
    risk_shared, risk_each = (
        spectra.many_steps_losses(many_spectra, learning_rates=rates, variance=variance).mean()
        for rates in (np.full(n_steps, shared), each)
    )
    table[n_steps] = shared, float(risk_shared), each, float(risk_each)
    print(f"K = {n_steps}: shared {shared:.2f}, risk {risk_shared:.4f};", end=" ")
    print(f"each its own {each.round(1)}, risk {risk_each:.4f}")

# %% facts
for n_steps in (2, 3, 5):
    shared, risk_shared, each, risk_each = table[n_steps]
    fact(f"eta-{n_steps}-steps", shared, rounding=".1f", rtol=5e-3)
    fact(f"loss-{n_steps}-steps", risk_shared, rounding=".3f", rtol=5e-3)
    fact(f"loss-{n_steps}-steps-each", risk_each, rounding=".3f", rtol=5e-3)
largest = many_spectra[:, -1]
fact("diverging", 100 * np.mean(largest > 2 / table[5][0]), rounding=".1f", rtol=0.1)

# %% [markdown]
# | $K$ | best shared $\eta$ | its risk | risk with a step size for each step |
# |---|---|---|---|
# | 1 | [[eta-star]] | [[loss-star]] | the same |
# | 2 | [[eta-2-steps]] | [[loss-2-steps]] | [[loss-2-steps-each]] |
# | 3 | [[eta-3-steps]] | [[loss-3-steps]] | [[loss-3-steps-each]] |
# | 5 | [[eta-5-steps]] | [[loss-5-steps]] | [[loss-5-steps-each]] |
#
# Two warnings. The numbers come from 50,000 contexts. For larger $K$ that is not enough: a context
# with $\lambda_j > 2 / \eta$ makes the descent *diverge*, its loss grows with the power $2K$, and a
# handful of contexts decide the mean. At $K = 5$ such contexts are [[diverging]] % of all. And even
# the best five steps leave something, where least squares at $N = d$ leaves nothing.

# %% [markdown] question="one-step-size" points=2
# ### Question `one-step-size`: one step size, ten directions
# *2 points · difficulty 2 of 3 · importance 3 of 3 · 6 minutes · marked by hand*
#
# There is no noise, and $N = d_x = 10$ examples determine the teacher. Yet the best single step
# leaves half of the risk. Why? And why does it leave less and less as $N$ grows? Answer in 80 to
# 150 words. Use the eigenvalues $\lambda_j$ of $S$.
#
# <!-- BEGIN SOLUTION -->
#
# **A model answer.**
#
# A step multiplies the error of the weights along eigenvector $j$ of $S$ by $1 - \eta \lambda_j$.
# To remove the error in a direction, $\eta$ would have to be $1 / \lambda_j$. There is one $\eta$,
# but ten eigenvalues on each task, and other ones on the next task. At $N = 10$ they spread from
# nearly 0 to several times their mean $s$. A long step overshoots along the large ones; a short
# step leaves the small ones untouched. The best $\eta$ is a compromise, and half of the risk stays.
# The information is in the context, but one step cannot use it.
#
# As $N$ grows, $S$ is a mean over more examples and tends to its expectation $s I$. All eigenvalues
# approach $s$. Then the one step size $\eta = 1/s$ is right for every direction and every task, and
# nothing is left.
#
# <!-- END SOLUTION -->

# %% [markdown] rubric="one-step-size"
# - **1 point**: one $\eta$ for many different $\lambda_j$: the factors $1 - \eta \lambda_j$ cannot
#   all be 0 (overshoots large ones or leaves small ones).
# - **½ point**: as $N$ grows, $S \to s I$, the eigenvalues become equal.
# - **½ point**: then $\eta = 1/s$ fits all directions (and tasks), so the risk goes to 0.

# %% [markdown]
# ## 8. Where this breaks
#
# - **The closed form wants centred inputs with independent, equally distributed coordinates.** It
#   needs only $s$ and $f$, so normal, Laplace or centred exponential inputs are as good as uniform
#   ones. With a mean, or correlated coordinates, one step size is a worse compromise: lesson 10.
# - **It is a mean over tasks.** On one task the best $\eta$ is another one.
# - **Bayes is best for the law that it assumes.** Ridge with the wrong $\sigma$, a teacher that is
#   not normal, or noise that is not, and something else is better.
# - **Least squares at $N = d_x$,** and one example to either side, has a risk that noise makes
#   infinite. A mean over sampled tasks will still print a number. Look at its standard error, or at
#   the median.
# - **All this is linear regression.** It is the simplest task on which in-context learning can be
#   taken apart, chosen for that. It says nothing yet about language.
# - **No network so far.** Nothing here shows that a trained transformer does any of these.
#   Lesson 02 builds one layer that takes the step. Lesson 03 asks whether training finds it.
#
# ## What you can do now
#
# You can sample the course's task without leaking or sharing a key, write it as tokens, and answer
# it by gradient descent or by Bayes' rule. You can measure a risk and say how exactly. You have
# derived the number that one step of gradient descent cannot beat.
#
# Next, lesson 02: an attention layer whose weights take exactly this step.
