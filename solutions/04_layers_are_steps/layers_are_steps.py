# %% [markdown]
# # Many layers are many steps
#
# **Goal.** See what a stack of attention layers computes, know its loss without running it, and
# find the trick with which trained stacks beat gradient descent.
#
# From von Oswald et al., [arXiv 2212.07677](https://arxiv.org/abs/2212.07677), section 4 and
# appendix A.10. You need lessons 02 and 03. About 95 minutes.
#
# |exercise|points|exercise|points|
# |---|---|---|---|
# |`k-layer-weights`|2|`spectrum-map`|2|
# |`looped-layer`|2|`gdpp-best-parameters`|3|
# |`risk-from-spectrum`|3|`read-parameters`|2|
# |`gdpp-weights`|3|`one-trick`, in words|2|

# %%
# %load_ext jaxtyping
# %jaxtyping.typechecker beartype.beartype
import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Float

from autograder import check, hint, predict, solution
from icl_course import alignment, attention, constructions, descent, figures, gd_plus_plus, metrics
from icl_course import spectra, tasks, tokens, training, transformer
from icl_course.arrays import Array, Scalar

# %% [markdown]
# ## 1. After a layer, the tokens are a task again
#
# The layer of lesson 02 takes one gradient step from $W_0$. It turns the token $(x_j, s_j)$ into
# $(x_j, \, s_j - \Delta W x_j)$, and $W_1 = W_0 + \Delta W$. So an example's slot now holds
# $y_j - (W_1 - W_0) x_j$. Put the *same kind of layer* on top. Its values are
#
# $$
# W_0 x_i - \big( y_i - (W_1 - W_0) x_i \big) \;=\; W_1 x_i - y_i .
# $$
#
# These are the residuals of $W_1$. The second layer takes the second step, from $W_1$, although
# $W_1$ is written nowhere in it. After $k$ layers the slots hold $y_j - (W_k - W_0) x_j$, and the
# query's slot holds $-W_k x_q$.
#
# ### Exercise `k-layer-weights`: K layers for K steps
# *2 points · difficulty 1 of 3 · importance 3 of 3 · 6 minutes*
#
# Each step may have its own step size. `constructions.gradient_step` builds one layer, as you did
# in lesson 02. Use it, or your own matrices.


# %% exercise="k-layer-weights"
def k_layer_weights(
    n_context: int, w_0: Float[Array, "d_y d_x"], learning_rates: Float[Array, " n_layers"]
) -> list[attention.AttentionParams] | tuple[attention.AttentionParams, ...]:
    """Return the weights of n_layers linear attention layers that take n_layers gradient steps.

    The first layer reads n_context + 1 tokens of d_x + d_y entries: rows (x_i, y_i), then the query
    (x_q, -W_0 x_q). Each further layer reads the tokens that the one before returned. After layer
    k (k = 1, ..., n_layers) every token (x_j, s_j) of the prompt, the query included, must have
    become (x_j, s_j - (W_k - W_0) x_j), for any x and y. Here W_k = W_{k-1} - η_k grad L(W_{k-1}),
    with η_k = learning_rates[k - 1] and L(W) = 1/(2N) sum_i |W x_i - y_i|², where N = n_context and
    the sum leaves the query out.

    A layer adds sum_h W_O,h sum_i (W_V,h e_i) (k_h,i . q_h,j) to token j, with k_i = W_K e_i,
    q_j = W_Q e_j, and i over all tokens but the last: no softmax, no scaling.

    Arguments:
        n_context: the number N of examples that the layers will see.
        w_0: the initial weights W_0, one row per output.
        learning_rates: the step sizes η_1, ..., η_K, one per layer.

    Returns a list or tuple of n_layers `AttentionParams`, first layer first. Their sizes are yours.
    """
    ### BEGIN SOLUTION
    return [
        constructions.gradient_step(w_0, n_context=n_context, learning_rate=rate)
        for rate in learning_rates  # all start at W_0: the slots know how far the steps have come
    ]
    ### END SOLUTION


# %% check="k-layer-weights" points=2
check("k-layer-weights", k_layer_weights)

# %% [markdown] solution="k-layer-weights"
# **Why this works.** The claim is: after $k$ layers slot $j$ holds $s_j - (W_k - W_0) x_j$. For
# $k = 0$ it says nothing. If it holds for $k$, the values of the next layer are
# $W_0 x_i - y_i + (W_k - W_0) x_i = W_k x_i - y_i$, so it adds
# $\frac{\eta}{N} \sum_i (W_k x_i - y_i) \, x_i \cdot x_j = -(W_{k+1} - W_k) x_j$ to the slot, with
# its own $\eta = \eta_{k+1}$. The slot is then $s_j - (W_{k+1} - W_0) x_j$. Every layer needs the
# same $W_0$. Only $\eta$ differs.
#
# **Another right answer.** One template, and the step sizes put into its keys.
#
# ```python
# def k_layer_weights(
#     n_context: int, w_0: Float[Array, "d_y d_x"], learning_rates: Float[Array, " n_layers"]
# ) -> list[attention.AttentionParams] | tuple[attention.AttentionParams, ...]:
#     unit = constructions.gradient_step(w_0, n_context=n_context, learning_rate=1.0)
#     keys = learning_rates[:, None, None, None] * unit.w_k
#     return tuple(
#         attention.AttentionParams(w_q=unit.w_q, w_k=w_k, w_v=unit.w_v, w_o=unit.w_o)
#         for w_k in keys
#     )
# ```
#
# **What the two share.** The layers of one stack are the same layer, but for one number. The sizes
# of the steps may sit in any of the four matrices.

# %% [markdown]
# ## 2. One layer, again and again
#
# With one step size for all steps, all layers are equal. Then one layer is enough: *loop* it, and
# let it read its own output. (The weights are also called *tied*, the net *recurrent*.) Such a loop
# can go round more often than planned. To keep it calm, one can *damp* it. Each pass then adds only
# a part $\alpha$ of the layer's update:
#
# $$
# e_j \;\leftarrow\; e_j + \alpha \, (\text{layer}(e)_j - e_j) .
# $$
#
# (The paper writes $\lambda$ for $\alpha$. Here $\lambda$ will be an eigenvalue.) The update of the
# gradient-descent layer is proportional to $\eta$. Damping it with $\alpha$ is taking steps of size
# $\alpha \eta$.
#
# ### Exercise `looped-layer`: one layer, looped and damped
# *2 points · difficulty 1 of 3 · importance 2 of 3 · 6 minutes*
#
# Keep the tokens of every depth: each of them holds a prediction.


# %% exercise="looped-layer"
def looped_layer(
    params: attention.AttentionParams,
    tokens: Float[Array, "n_tokens d_token"],
    n_layers: int,
    damping: Scalar,
) -> Float[Array, "n_depths n_tokens d_token"]:
    """Return the tokens at every depth of one linear attention layer that is looped and damped.

    Depth 0 is `tokens` itself. Depth k + 1 is e + damping * (layer(e) - e), where e are the tokens
    at depth k, and layer(e) = attention.linear_attention(params, e), which holds the residual
    connection already.

    Arguments:
        params: the weights of the layer, any weights of any sizes. They stay as they are.
        tokens: one token per row, the query last.
        n_layers: how often the layer is applied, at least 1.
        damping: the factor α on each update.

    Returns n_depths = n_layers + 1 sets of tokens.
    """
    ### BEGIN SOLUTION
    deep = [tokens]
    for _ in range(n_layers):
        now = deep[-1]
        update = attention.linear_attention(params, now) - now
        deep.append(now + damping * update)
    return jnp.stack(deep)
    ### END SOLUTION


# %% check="looped-layer" points=2
check("looped-layer", looped_layer)

# %% [markdown] solution="looped-layer"
# **Why this works.** `linear_attention` returns $e$ plus its update. Taking $e$ off again leaves
# the update, and that is what is damped. Damping the whole output would shrink the tokens
# themselves: with $\alpha = 0$ they would be gone, where they should stay.
#
# **Another right answer.** Give the damping to the weights, once.
#
# ```python
# def looped_layer(
#     params: attention.AttentionParams,
#     tokens: Float[Array, "n_tokens d_token"],
#     n_layers: int,
#     damping: Scalar,
# ) -> Float[Array, "n_depths n_tokens d_token"]:
#     slower = attention.AttentionParams(
#         w_q=params.w_q, w_k=params.w_k, w_v=params.w_v, w_o=damping * params.w_o
#     )
#
#     def one_pass(now, _):
#         after = attention.linear_attention(slower, now)
#         return after, after
#
#     _, later = jax.lax.scan(one_pass, tokens, length=n_layers)
#     return jnp.concatenate([tokens[None], later])
# ```
#
# **What the two share.** The update is linear in $W_O$. So a damped layer is another layer without
# damping. That is why damping shows nothing new in theory. It is a way to run a *given* layer more
# slowly, for example a trained one.

# %% [markdown]
# ## 3. What K steps leave
#
# How good are $K$ steps? Simulating tasks would answer. But there is a better way. It also explains
# everything that comes later in this lesson.
#
# Let $W_0 = 0$, $d_y = 1$ and $y_i = w \cdot x_i$, with a teacher $w$ and no noise. Write $X$ for
# the matrix whose *columns* are $x_1, \dots, x_N$. After $k$ steps let $u_k$ be what is still
# missing, the teacher minus the learned weights, so $u_0 = w$. One step does this:
#
# $$
# \begin{aligned}
# u_{k+1} &= u_k - \frac{\eta}{N} \sum_i (u_k \cdot x_i) \, x_i
#   && \text{the residuals are } -u_k \cdot x_i \\
# &= \Big( I - \frac{\eta}{N} X X^\top \Big) \, u_k
#   && X X^\top = \sum_i x_i x_i^\top
# \end{aligned}
# $$
#
# The matrix $X X^\top$ is symmetric. It has $d_x$ orthogonal eigenvectors, with eigenvalues
# $\lambda_1, \dots, \lambda_{d_x} \ge 0$. Along eigenvector $j$ each step multiplies what is
# missing by $1 - \eta \lambda_j / N$. After $K$ steps, with step sizes $\eta_1, \dots, \eta_K$, the
# factor is
#
# $$
# f_j = \prod_{k=1}^{K} \Big( 1 - \frac{\eta_k \lambda_j}{N} \Big) .
# $$
#
# No direction disturbs another. (The Hessian of the loss is $X X^\top / N$. Its eigenvalues are
# $\lambda_j / N$. The course writes $\lambda_j$ for those of $X X^\top$, as the paper does.)
#
# Now the query. Let $F$ be the symmetric matrix with the eigenvectors of $X X^\top$ and the
# eigenvalues $f_j$. Then $u_K = F w$, and the prediction is off by $u_K \cdot x_q = w \cdot F x_q$.
# The loss is half of its square, on average over $w$ and $x_q$.
#
# ### Exercise `risk-from-spectrum`: the loss of K steps from eigenvalues
# *3 points · difficulty 3 of 3 · importance 3 of 3 · 11 minutes*
#
# Finish the derivation. First take the mean over $w \sim N(0, I)$, then the mean over $x_q$.


# %% exercise="risk-from-spectrum"
def risk_from_spectrum(
    eigenvalues: Float[Array, "n_tasks d_x"],
    learning_rates: Float[Array, " n_steps"],
    n_context: int,
    variance: Scalar,
) -> Scalar:
    """Return the mean loss on the query after n_steps gradient steps from W_0 = 0.

    A task has inputs x_1, ..., x_N, and y_i = w . x_i without noise. Step k has the step size
    η_k = learning_rates[k - 1] on L(W) = 1/(2N) sum_i |W x_i - y_i|². The loss of one task is the
    expectation of *half* the squared error of the prediction for x_q, over w ~ N(0, I) and over
    x_q, whose coordinates are independent, with mean 0 and the same variance. The mean over the
    n_tasks tasks is asked for.

    Arguments:
        eigenvalues: those of X X^T = sum_i x_i x_i^T (not divided by N), one row per task.
        learning_rates: the step sizes η_1, ..., η_K.
        n_context: the number N of examples, the same in all tasks.
        variance: the variance of a coordinate of x_q.

    Returns one number.
    """
    ### BEGIN SOLUTION
    left = jnp.ones_like(eigenvalues)
    for rate in learning_rates:
        left = left * (1 - rate * eigenvalues / n_context)
    per_task = variance / 2 * jnp.sum(left**2, axis=1)  # directions add up
    return jnp.mean(per_task)
    ### END SOLUTION


# %% check="risk-from-spectrum" points=3
check("risk-from-spectrum", risk_from_spectrum)

# %% [markdown] solution="risk-from-spectrum"
# **Why this works.** Fix $x_q$. For $w \sim N(0, I)$ the number $w \cdot v$ has mean square
# $|v|^2$. So the mean over $w$ of $(w \cdot F x_q)^2$ is $|F x_q|^2 = x_q^\top F^2 x_q$. The
# coordinates of $x_q$ are uncorrelated with variance $s$, so
# $\mathbb{E} \, x_q^\top F^2 x_q = s \, \mathrm{tr} \, F^2 = s \sum_j f_j^2$. With the half of the
# loss a task costs $\frac{s}{2} \sum_j f_j^2$.
#
# **Another right answer.** All steps at once, with an axis of their own.
#
# ```python
# def risk_from_spectrum(
#     eigenvalues: Float[Array, "n_tasks d_x"],
#     learning_rates: Float[Array, " n_steps"],
#     n_context: int,
#     variance: Scalar,
# ) -> Scalar:
#     factors = 1 - learning_rates[:, None, None] / n_context * eigenvalues
#     squares = jnp.square(jnp.prod(factors, axis=0))
#     return variance * eigenvalues.shape[1] * jnp.mean(squares) / 2
# ```
#
# **What the two share.** The order of the steps does not matter: factors are multiplied. And only
# the spectrum matters, not the eigenvectors, not the targets. The second writes the sum over
# directions as $d_x$ times their mean.

# %% [markdown]
# Now any number of steps can be judged from spectra alone. Draw the inputs of 100,000 tasks once.
# The best step size is then found by a search over one number.

# %%
N_CONTEXT, D_X, N_TASKS = 10, 10, 100_000
VARIANCE = 1 / 12  # of a coordinate of x ~ U(-1/2, 1/2)
ETA, N_PASSES = 6.06, 50  # of the loop in section 4


def draw_spectra(seed: int, n_context: int, n_tasks: int) -> Float[np.ndarray, "n_tasks d_x"]:
    """Return the eigenvalues of X X^T for the inputs of many tasks, in float64."""
    keys = jax.random.split(jax.random.key(seed), n_tasks)

    def spectrum(key):
        return gd_plus_plus.gram_spectrum(tasks.uniform_inputs(key, (n_context, D_X)))

    return np.asarray(jax.jit(jax.vmap(spectrum))(keys), np.float64)


def mean_loss(spectrum: Float[np.ndarray, "n_tasks d_x"], learning_rates, gammas=None) -> float:
    """Return the loss of steps with these parameters, on average over tasks."""
    losses = gd_plus_plus.losses(
        spectrum,
        learning_rates=learning_rates,
        gammas=[0.0] * len(learning_rates) if gammas is None else gammas,
        n_context=N_CONTEXT,
        variance=VARIANCE,
    )
    return float(losses.mean())


# %% display
eigenvalues = draw_spectra(0, N_CONTEXT, N_TASKS)
some = eigenvalues[:25_000]  # enough to search on; losses are means over all
hessian_spectra = some / N_CONTEXT  # the library's searches for plain descent take these
shared = {k: spectra.best_shared_step_size(hessian_spectra, n_steps=k) for k in range(1, 6)}
own = {k: spectra.best_step_sizes(hessian_spectra, n_steps=k) for k in range(1, 6)}
for k in shared:
    equal, free = mean_loss(eigenvalues, [shared[k]] * k), mean_loss(eigenvalues, own[k])
    rates = ", ".join(f"{rate:.1f}" for rate in own[k])
    print(f"{k} steps: {equal:.4f} with η = {shared[k]:.2f}, {free:.4f} with η = {rates}")

# %% facts
for k in (2, 3, 5):
    fact(f"gd-loss-{k}", mean_loss(eigenvalues, [shared[k]] * k), rounding=".3f", rtol=0.01)
fact("gd-rate-2", shared[2], rounding=".1f", rtol=0.01)
fact("gd-loss-1", mean_loss(eigenvalues, [shared[1]]), rounding=".3f", rtol=0.01)
fact("own-loss-2", mean_loss(eigenvalues, own[2]), rounding=".3f", rtol=0.01)
fact("own-long-2", own[2][0], rounding=".1f", rtol=0.02)
fact("own-short-2", own[2][1], rounding=".1f", rtol=0.02)
ten_steps = gd_plus_plus.losses(
    eigenvalues, learning_rates=[4.9] * 10, gammas=[0.0] * 10, n_context=10, variance=VARIANCE
)
by_sample = ten_steps.reshape(10, -1).mean(axis=1)  # ten samples of 10,000 tasks
fact("ten-steps-low", by_sample.min(), rounding=".3f", rtol=0.1)
fact("ten-steps-high", by_sample.max(), rounding=".3f", rtol=0.3)

# %% [markdown]
# One step leaves [[gd-loss-1]] (lesson 01). Two equal steps leave [[gd-loss-2]] at best, with
# $\eta =$ [[gd-rate-2]]. Three leave [[gd-loss-3]], five [[gd-loss-5]]. That is slow. Two steps of
# *different* size are better: a long one of [[own-long-2]] and a short one of [[own-short-2]] leave
# [[own-loss-2]]. Their factors have zeros at two different eigenvalues. Equal steps put both zeros
# in one place. A looped layer cannot part them. Or so it seems.
#
# A warning about samples. The loss of $K$ steps has eigenvalues to the power $2K$ in it. So the
# rarest spectra are the loudest. For $K = 10$ and $\eta = 4.9$, ten samples of 10,000 tasks each
# give losses between [[ten-steps-low]] and [[ten-steps-high]], and a sample with one wilder task
# would give far more. Ten steps need millions of tasks.
#
# ## 4. A loop that runs on
#
# Take the gradient-descent layer with the best single step, $\eta = 6.06$, and loop it 50 times.
# Along eigenvector $j$ each pass multiplies the error by $1 - \alpha \eta \lambda_j / N$. The error
# shrinks only if
#
# $$ \lambda_j < \frac{2 N}{\alpha \eta} . $$
#
# This limit is [[limit-1]] without damping ($\alpha = 1$), and [[limit-75]] with $\alpha = 0.75$.
# In the median task the largest eigenvalue is [[median-largest]].
#
# Now $\alpha = 0.75$. What does the *mean* loss over 100,000 tasks do in 50 passes?
#
# - **a.** It falls in every pass, to about a tenth of where it began.
# - **b.** It falls at first, then stays where it is, since the step size is not made for 50 steps.
# - **c.** In the end it grows without bound, and so does the loss of the median task.
# - **d.** In the end it grows without bound, while the loss of the median task falls in every pass.
#
# Decide first. Put the letter into the cell, run it, then run the experiment below.

# %% predict="long-loop"
predict("long-loop", choice="d")


# %%
def loss_by_pass(
    spectrum: Float[np.ndarray, "n_tasks d_x"], damping: Scalar
) -> Float[np.ndarray, "n_tasks n_depths"]:
    """Return every task's expected loss before the first pass and after each one."""
    squares = (1 - damping * ETA / N_CONTEXT * spectrum) ** 2
    left, losses = np.ones_like(squares), []
    for _ in range(N_PASSES + 1):
        losses.append(VARIANCE / 2 * left.sum(axis=1))
        left *= squares
    return np.stack(losses, axis=1)


# %% display
dampings = np.array([1.0, 0.75])
limits = 2 * N_CONTEXT / (dampings * ETA)
diverging = [int(np.sum(eigenvalues[:, -1] > limit)) for limit in limits]
for damping, limit, count in zip(dampings, limits, diverging, strict=True):
    print(f"damping {damping}: {count} of {N_TASKS} tasks have an eigenvalue above {limit:.2f}")

# %% display
by_pass = [loss_by_pass(eigenvalues, damping) for damping in dampings]
medians = np.stack([np.median(losses, axis=0) for losses in by_pass])
means = np.stack([losses.mean(axis=0) for losses in by_pass])
figures.roll_outs(medians, means, dampings, n_tasks=N_TASKS)

# %% facts
fact("limit-1", limits[0], rounding=".2f", rtol=1e-6)
fact("limit-75", limits[1], rounding=".2f", rtol=1e-6)
fact("median-largest", np.median(eigenvalues[:, -1]), rounding=".1f", rtol=0.02)
fact("diverging-1", diverging[0], rounding="d", rtol=0.1)
fact("diverging-75", diverging[1], rounding="d", rtol=0.5)
fact("median-50-1", medians[0, -1], rounding=".3f", rtol=0.05)
fact("median-50-75", medians[1, -1], rounding=".3f", rtol=0.05)
fact("mean-lowest-75", means[1].min(), rounding=".2f", rtol=0.1)

# %% [markdown]
# With $\alpha = 0.75$ the median falls to [[median-50-75]]. But [[diverging-75]] of 100,000 tasks
# have an eigenvalue above the limit. Along its eigenvector the error grows in each pass. In the end
# the mean is theirs alone. On its way it had been as low as [[mean-lowest-75]].
#
# Without damping [[diverging-1]] tasks diverge, and the mean turns after a few passes. The *median*
# does not mind. It falls to [[median-50-1]], even lower, since its steps are longer. So damping
# does nothing for a typical task. It buys safety for the rare one, and pays with speed.
#
# Remember this when you evaluate a net: look at medians as well as means, and look at the worst
# task. On 10,000 tasks you may see one that diverges, or none.
#
# The formula needs no layer. Is it the layer's? Here is the real one on one task, beside plain
# descent with the step size $\alpha \eta$. They agree. (On a single query more passes may be worse,
# as here. Averaged over teachers and queries they are better in every task below the limit.)

# %% display
layer = constructions.gradient_step(jnp.zeros((1, D_X)), n_context=N_CONTEXT, learning_rate=ETA)
task = tasks.sample_linear(jax.random.key(1), n_context=N_CONTEXT, d_x=D_X)
deep = transformer.looped(layer, tokens.make_tokens(task), n_layers=N_PASSES, damping=0.75)
by_layer = tokens.read_predictions(deep, d_y=1)[:, 0]
path = descent.trajectory(
    jnp.zeros((1, D_X)), task.xs, task.ys, learning_rate=0.75 * ETA, n_steps=N_PASSES
)
by_descent = path[:, 0] @ task.x_query
print(f"the answer is {task.y_query[0]:.4f}")
for k in (0, 1, 2, 10, 50):
    print(f"after {k:2d} passes: layer {by_layer[k]:.4f}, descent {by_descent[k]:.4f}")

# %% [markdown]
# ## 5. GD++: move the inputs too
#
# Lesson 03 found a trained single layer that comes close to one gradient step. Two trained layers
# do *better* than two steps, as section 7 will show. What can two layers do that two steps cannot?
#
# So far the x slots stood still. Nothing forces them to. The score $x_i \cdot x_j$ is there
# already. If a token hands on its $x_i$ as well as its slot, the same head also gathers
#
# $$
# \sum_i x_i \, (x_i \cdot x_j) = \Big( \sum_i x_i x_i^\top \Big) x_j = X X^\top x_j .
# $$
#
# Take $\gamma$ times that off the x slots. The layer then does two things at once, both with the
# *old* tokens on the right:
#
# $$
# x_j \leftarrow x_j - \gamma X X^\top x_j , \qquad
# s_j \leftarrow s_j - \frac{\eta}{N} \sum_i s_i \, (x_i \cdot x_j) .
# $$
#
# The paper calls it GD++. The second part is a gradient step from $W = 0$, where the residual of
# example $i$ is $-s_i$.
#
# ### Exercise `gdpp-weights`: a layer that moves x as well
# *3 points · difficulty 2 of 3 · importance 3 of 3 · 9 minutes*
#
# One head is enough. Which zero blocks of lesson 02's matrices must be filled?


# %% exercise="gdpp-weights"
def gdpp_weights(
    n_context: int, d_x: int, learning_rate: Scalar, gamma: Scalar
) -> attention.AttentionParams:
    """Return weights of a linear attention layer that moves inputs and takes a gradient step.

    There is one output, d_y = 1. The layer reads n_context + 1 tokens of d_token = d_x + 1 entries,
    rows (x_j, s_j), the query last. It must turn every token, the query included, into

        (x_j - gamma * sum_i x_i (x_i . x_j),  s_j - learning_rate / N * sum_i s_i (x_i . x_j)),

    for any x and s, where N = n_context. Both sums run over all tokens but the last. All x and s on
    the right are those before the layer.

    The layer adds sum_h W_O,h sum_i (W_V,h e_i) (k_h,i . q_h,j) to token j, with k_i = W_K e_i,
    q_j = W_Q e_j, and i over all tokens but the last: no softmax, no scaling.

    Arguments:
        n_context: the number N of examples that the layer will see.
        d_x: the number of entries of an input.
        learning_rate: the step size η.
        gamma: γ, of either sign. It is not divided by N.

    Returns `AttentionParams` with w_q and w_k [n_heads, d_key, d_token], w_v [n_heads, d_value,
    d_token], w_o [n_heads, d_token, d_value]. n_heads, d_key and d_value are yours to choose.
    """
    ### BEGIN SOLUTION
    on_x = jnp.diag(jnp.append(jnp.ones(d_x), 0.0))
    hands_on = jnp.diag(jnp.append(jnp.ones(d_x), -1.0))  # (x_i, -s_i)
    scales = jnp.append(jnp.full(d_x, -gamma), learning_rate / n_context)
    return attention.AttentionParams(
        w_q=on_x[None], w_k=on_x[None], w_v=hands_on[None], w_o=jnp.diag(scales)[None]
    )
    ### END SOLUTION


# %% check="gdpp-weights" points=3
check("gdpp-weights", gdpp_weights)

# %% [markdown] solution="gdpp-weights"
# **Why this works.** Both sums have the same scores, so keys and queries are those of lesson 02.
# The value is the token with the sign of its slot turned, $(x_i, -s_i)$. The write-back multiplies
# the x slots by $-\gamma$ and the y slot by $\eta / N$. These are the paper's
# $W_V = \begin{pmatrix} I & 0 \\ W_0 & -I \end{pmatrix}$ and
# $P = \begin{pmatrix} -\gamma I & 0 \\ 0 & \frac{\eta}{N} \end{pmatrix}$ for $W_0 = 0$.
#
# **Another right answer.** One head for x, one for y.
#
# ```python
# def gdpp_weights(
#     n_context: int, d_x: int, learning_rate: Scalar, gamma: Scalar
# ) -> attention.AttentionParams:
#     x_rows, y_row = jnp.eye(d_x, d_x + 1), jnp.eye(1, d_x + 1, k=d_x)
#     pad = jnp.zeros((d_x - 1, d_x + 1))  # both heads need values of one size
#     y_rows = jnp.concatenate([y_row, pad])
#     return attention.AttentionParams(
#         w_q=jnp.stack([x_rows, x_rows]),
#         w_k=jnp.stack([x_rows, x_rows]),
#         w_v=jnp.stack([gamma * x_rows, learning_rate / n_context * y_rows]),
#         w_o=-jnp.stack([x_rows.T, y_rows.T]),
#     )
# ```
#
# **What the two share.** The sum over heads of $W_O W_V$ is diagonal: $-\gamma$ on x and
# $-\eta / N$ on y. Since the scores are the same, one head holds both.

# %% [markdown]
# **What becomes of the task?** Write $A = I - \gamma X X^\top$. *Every* input is multiplied by
# $A$, the query too. Before the layer the examples' slots were $s_j = u \cdot x_j$, for some $u$,
# and the prediction lacked $u \cdot x_q$. After the step it is $u' \cdot x_j$ and $u' \cdot x_q$,
# for another $u'$. In the new inputs that is $(A^{-1} u') \cdot (A x_j)$, if $A$ has an inverse. It
# is again a linear task, with other inputs and another teacher. The next layer takes a step on
# *this* task. Moving the inputs changes no slot, so by itself it changes no prediction.
#
# **A trap.** For $W_0 \neq 0$ the values were $W_0 x_i - s_i$. Once $x$ has moved, $W_0 A x_i$ is
# not the prediction $W_0 x_i$ any more, so this is no residual. Put the residuals into the prompt
# instead: tokens $(x_i, \, y_i - W_0 x_i)$, query $(x_q, \, -W_0 x_q)$, and layers with $W = 0$.
# The library has both kinds of tokens, `tokens.make_tokens` and `tokens.make_residual_tokens`. For
# $W_0 = 0$ they are the same.
#
# ### Exercise `spectrum-map`: what a GD++ layer does to the eigenvalues
# *2 points · difficulty 2 of 3 · importance 3 of 3 · 7 minutes*
#
# The next step sees $X' X'^\top$, where $X' = A X$. What are its eigenvalues?


# %% exercise="spectrum-map"
def spectrum_map(
    eigenvalues: Float[Array, " d_x"], gamma: Scalar, n_layers: int
) -> Float[Array, "n_depths d_x"] | list[list[float]]:
    """Return the eigenvalues of X X^T at every depth of a stack of layers that move the inputs.

    Each layer replaces the matrix X, whose columns are the context inputs, by
    X - gamma * (X X^T) X, where X is the matrix that this layer finds. All layers have the same
    gamma.

    Arguments:
        eigenvalues: those of X X^T before the first layer, in any order, none negative.
        gamma: γ, of either sign.
        n_layers: the number of layers, at least 1.

    Returns n_layers + 1 rows: first `eigenvalues`, then one row after each layer. Column j belongs
    to the same eigenvector in every row, so a row need not be in order.
    """
    ### BEGIN SOLUTION
    deep = [eigenvalues]
    for _ in range(n_layers):
        now = deep[-1]  # the second layer finds what the first has left
        deep.append(now * (1 - gamma * now) ** 2)
    return jnp.stack(deep)
    ### END SOLUTION


# %% check="spectrum-map" points=2
check("spectrum-map", spectrum_map)

# %% [markdown] solution="spectrum-map"
# **Why this works.** $X' X'^\top = A X X^\top A^\top$, and $A = I - \gamma X X^\top$ is symmetric
# with the same eigenvectors as $X X^\top$. Along eigenvector $j$ the three matrices multiply by
# $1 - \gamma \lambda_j$, by $\lambda_j$ and by $1 - \gamma \lambda_j$. So
# $\lambda \to \lambda (1 - \gamma \lambda)^2 = \lambda - 2 \gamma \lambda^2 + \gamma^2 \lambda^3$,
# as the paper has it. For the Hessian $X X^\top / N$, with eigenvalues $\mu = \lambda / N$, the
# same map reads $\mu \to \mu (1 - \gamma N \mu)^2$.
#
# **Another right answer.** Follow the singular values of $X$, and square in the end.
#
# ```python
# def spectrum_map(
#     eigenvalues: Float[Array, " d_x"], gamma: Scalar, n_layers: int
# ) -> Float[Array, "n_depths d_x"] | list[list[float]]:
#     singular = [jnp.sqrt(eigenvalues)]
#     for _ in range(n_layers):
#         singular.append(singular[-1] - gamma * singular[-1] ** 3)
#     return jnp.stack(singular) ** 2
# ```
#
# **What the two share.** The layer changes no eigenvector, only sizes along them. A singular value
# may become negative in the second answer. Its square does not care.

# %% [markdown]
# ## 6. The best learning rate and the best γ
#
# What is left after $K$ equal GD++ layers? In each layer the step meets the eigenvalue that the
# layers before it have made. The moves themselves leave what is missing as it is (section 5). So
#
# $$
# f_j = \prod_{k=1}^{K} \Big( 1 - \frac{\eta}{N} \lambda_j^{(k)} \Big), \qquad
# \lambda_j^{(1)} = \lambda_j , \quad
# \lambda_j^{(k+1)} = \lambda_j^{(k)} \big( 1 - \gamma \lambda_j^{(k)} \big)^2 .
# $$
#
# The loss is $\frac{s}{2} \sum_j f_j^2$ as before, where $s$ is the variance of a coordinate of
# $x_q$. `gd_plus_plus.error_factors` computes the $f_j$. For $K = 1$ the loss knows nothing of
# $\gamma$: the first step sees old inputs. The last layer's $\gamma$ never counts.
#
# ### Exercise `gdpp-best-parameters`: the best learning rate and the best γ
# *3 points · difficulty 3 of 3 · importance 2 of 3 · 12 minutes*
#
# Find the pair that loses least on average over given tasks. Any kind of search will do. NumPy is
# fast here: `np.asarray(eigenvalues)`.


# %% exercise="gdpp-best-parameters"
def best_parameters(
    eigenvalues: Float[Array, "n_tasks d_x"], n_context: int, n_layers: int
) -> tuple[Scalar, Scalar] | list[Scalar] | Float[Array, " 2"]:
    """Return the learning rate and the gamma with which n_layers equal GD++ layers lose least.

    The loss of a task is sum_j f_j², up to a constant factor. f_j is the product over the layers of
    1 - learning_rate / n_context * λ_j, and each layer takes λ_j to λ_j (1 - gamma λ_j)² for the
    next one. The mean of this loss over the tasks is to be as small as possible. An answer passes
    if its mean loss is at most 1.02 times the least that any pair has.

    In the tasks asked for, inputs are uniform. Let η_1 = n_context * sum λ / sum λ², with sums over
    all tasks and all j, and let λ_top be the mean over tasks of the largest eigenvalue. The best
    pair lies in 0.5 η_1 < learning_rate < 6 η_1 and 0 <= gamma < 1 / λ_top. There may be other,
    higher valleys in this range. There are 100 tasks at most, and one search should take less than
    a second.

    Arguments:
        eigenvalues: the λ_j of X X^T (not divided by N), one row per task.
        n_context: the number N of examples, at least 5.
        n_layers: the number of layers, at least 2. All have the same learning rate and gamma.

    Returns two numbers, (learning_rate, gamma), in this order.
    """
    ### BEGIN SOLUTION
    tasks_seen = np.asarray(eigenvalues, np.float64)
    low = np.array([0.5 * n_context * tasks_seen.sum() / np.sum(tasks_seen**2), 0.0])
    high = np.array([12 * low[0], 1 / tasks_seen.max(axis=1).mean()])
    for _ in range(6):  # a grid, then finer ones around its best point
        best_loss = np.inf
        for rate in np.linspace(low[0], high[0], 24):
            for gamma in np.linspace(low[1], high[1], 24):
                factors = gd_plus_plus.error_factors(
                    tasks_seen,
                    learning_rates=[rate] * n_layers,
                    gammas=[gamma] * n_layers,
                    n_context=n_context,
                )
                loss = np.mean(factors**2)
                if loss < best_loss:
                    best_loss, best = loss, np.array([rate, gamma])
        reach = (high - low) / 8
        low, high = np.maximum(best - reach, 0.0), best + reach
    return float(best[0]), float(best[1])
    ### END SOLUTION


# %% check="gdpp-best-parameters" points=3
check("gdpp-best-parameters", best_parameters)

# %% [markdown] solution="gdpp-best-parameters"
# **Why this works.** The first grid is coarse, but it covers the whole range, so it ends in the
# lowest valley. Each further grid has a quarter of the width. Keeping a quarter and not less leaves
# room for a best point that lay beside its grid point. Constant factors do not move the lowest
# point, so the mean of $f_j^2$ over everything will do.
#
# **Another right answer.** All pairs of a grid at once, and then Newton's method.
#
# ```python
# def best_parameters(
#     eigenvalues: Float[Array, "n_tasks d_x"], n_context: int, n_layers: int
# ) -> tuple[Scalar, Scalar] | list[Scalar] | Float[Array, " 2"]:
#     one_step = n_context * jnp.sum(eigenvalues) / jnp.sum(eigenvalues**2)
#     unit = jnp.stack([one_step, 1 / jnp.mean(jnp.max(eigenvalues, axis=1))])
#
#     def loss(scaled):
#         rate, gamma = scaled * unit
#         now, left = eigenvalues, jnp.ones_like(eigenvalues)
#         for _ in range(n_layers):
#             left = left * (1 - rate / n_context * now)
#             now = now * (1 - gamma * now) ** 2
#         return jnp.mean(left**2)
#
#     axes = jnp.meshgrid(jnp.linspace(0.5, 6, 56), jnp.linspace(0, 1, 81))
#     grid = jnp.stack([axis.ravel() for axis in axes], axis=1)
#     at = grid[jnp.argmin(jax.vmap(loss)(grid))]
#     for _ in range(4):
#         new = at - jnp.linalg.solve(jax.hessian(loss)(at), jax.grad(loss)(at))
#         at = jnp.where(loss(new) < loss(at), new, at)
#     return at * unit
# ```
#
# **What the two share.** Both look everywhere before they look closely. Descent from one start may
# end in a higher valley: there is one at too large a $\gamma$, no better than $\gamma = 0$.

# %% [markdown]
# The library's search does it for our tasks.

# %% display
best = {k: gd_plus_plus.best_parameters(some, n_steps=k, n_context=10) for k in range(2, 6)}
gdpp_loss = {
    k: mean_loss(eigenvalues, [rate] * k, [gamma] * k) for k, (rate, gamma) in best.items()
}
for k, (rate, gamma) in best.items():
    print(f"{k} layers: η = {rate:.1f}, γ = {gamma:.3f}, loss {gdpp_loss[k]:.4f}")

# %% display
rate, gamma = best[2]
line = np.linspace(0, 4.5, 200)
factors = {
    "two steps of GD": (1 - shared[2] / N_CONTEXT * line) ** 2,
    "two steps of GD++": gd_plus_plus.error_factors(
        line, learning_rates=[rate] * 2, gammas=[gamma] * 2, n_context=N_CONTEXT
    ),
}
moved = gd_plus_plus.move_spectrum(line, gamma=gamma)
figures.spectrum_transform(eigenvalues[:5_000].ravel(), line, moved, factors, gamma=gamma)

# %% facts
fact("best-rate", best[2][0], rounding=".1f", rtol=0.01)
fact("best-gamma", best[2][1], rounding=".3f", rtol=0.02)
fact("best-loss", gdpp_loss[2], rounding=".4f", rtol=0.01)
fact("best-loss-5", gdpp_loss[5], rounding=".3f", rtol=0.02)
fact("highest-after", 4 / (27 * best[2][1]), rounding=".2f", rtol=0.02)
fact("highest-at", 1 / (3 * best[2][1]), rounding=".1f", rtol=0.02)
fact("back-at", 4 / (3 * best[2][1]), rounding=".1f", rtol=0.02)
fact("killed-at", N_CONTEXT / best[2][0], rounding=".2f", rtol=0.02)
fact("first-pass", mean_loss(eigenvalues, [best[2][0]], [0.0]), rounding=".2f", rtol=0.02)
fact("zero-loss", D_X * VARIANCE / 2, rounding=".2f", rtol=1e-6)
fifty = gd_plus_plus.losses(
    eigenvalues,
    learning_rates=[best[2][0]] * 50,
    gammas=[best[2][1]] * 50,
    n_context=N_CONTEXT,
    variance=VARIANCE,
)
fact("fifty-passes", fifty.mean(), rounding=".3f", rtol=0.02)
fact("fifty-worst", fifty.max(), rounding=".2f", rtol=0.3)
larger = gd_plus_plus.losses(
    1.25**2 * eigenvalues,
    learning_rates=[best[2][0]] * 2,
    gammas=[best[2][1]] * 2,
    n_context=N_CONTEXT,
    variance=1.25**2 * VARIANCE,
)
fact("larger-loss", larger.mean(), rounding=".2f", rtol=0.05)
fact("larger-zero", 1.25**2 * D_X * VARIANCE / 2, rounding=".2f", rtol=1e-6)

# %% [markdown]
# Two layers of GD++ leave [[best-loss]], at $\eta =$ [[best-rate]] and $\gamma =$ [[best-gamma]].
# Two steps of gradient descent left [[gd-loss-2]]. Even two steps of different sizes left
# [[own-loss-2]]. Five layers of GD++ leave [[best-loss-5]].
#
# Why does it help? The upper figure shows the map. It rises to $\frac{4}{27 \gamma}$, at
# $\lambda = \frac{1}{3 \gamma} =$ [[highest-at]], and falls again. So no eigenvalue below
# $\frac{4}{3 \gamma} =$ [[back-at]] comes out larger than [[highest-after]]. The wide spectrum has
# become a narrow one.
#
# A narrow spectrum allows a long step. The second step has the zero of its factor at
# $\lambda' = N / \eta =$ [[killed-at]], just below the top of the map. The map is flat there. So a
# whole *band* of eigenvalues lands near the zero, and the second step removes nearly all error in
# that band. That is the lower figure.
#
# The price is paid in the first step. With this $\eta$ it makes errors larger wherever
# $\lambda > 2 N / \eta$. Read the prediction after the first pass. It loses [[first-pass]], where
# predicting 0 costs [[zero-loss]]. The second pass makes up for it. So the predictions in the
# middle of such a stack need not be steps of anything.
#
# And the loop needs no damping. Go on for 50 passes with the same $\eta$ and $\gamma$. The loss
# falls to [[fifty-passes]], and the worst of all 100,000 tasks loses [[fifty-worst]]. A large
# eigenvalue, which made plain descent diverge, is gone after one pass.
#
# The best $\gamma$ depends on $N$, as eigenvalues of $X X^\top$ grow with $N$:

# %% display
print("  N   best η   best γ   largest eigenvalue of 10,000 tasks")
by_n = {}
for n_context in (10, 25, 50, 100):
    seen = draw_spectra(n_context, n_context, 10_000)
    rate, gamma = gd_plus_plus.best_parameters(seen[:4_000], n_steps=2, n_context=n_context)
    by_n[n_context] = (gamma, seen.max())
    print(f"{n_context:3d}   {rate:6.1f}   {gamma:6.3f}   {seen.max():6.2f}")

# %% facts
for n_context, (gamma, largest) in by_n.items():
    fact(f"gamma-{n_context}", gamma, rounding=".3f", rtol=0.03)
    fact(f"largest-{n_context}", largest, rounding=".1f", rtol=0.1)

# %% [markdown]
# The paper reads $\gamma =$ 0.179, 0.099, 0.056, 0.029 off its trained nets, for $N =$ 10, 25, 50,
# 100 (appendix A.10). The search finds [[gamma-10]], [[gamma-25]], [[gamma-50]], [[gamma-100]]. The
# paper's largest eigenvalues over 10,000 tasks are 4.6, 7.71, 10.85, 17.20. Here they are
# [[largest-10]], [[largest-25]], [[largest-50]], [[largest-100]]: a maximum is a noisy number.
#
# ## 7. What does training find?
#
# Take one layer with random weights, loop it twice, and train it on fresh tasks. Nobody tells it
# about steps, spectra or $\gamma$. The settings are the paper's, except for a smaller batch (256 in
# place of 2,048), 3,000 steps in place of 5,000, and a learning rate that is larger at first and
# falls in the end. It takes about half a minute.


# %%
def sample(key) -> tasks.Task:
    return tasks.sample_linear(key, n_context=N_CONTEXT, d_x=D_X)


def looped_prediction(params: attention.AttentionParams, task: tasks.Task) -> Float[Array, " 1"]:
    """Return the prediction of one layer that is applied twice."""
    deep = transformer.looped(params, tokens.make_tokens(task), n_layers=2)
    return tokens.read_prediction(deep[-1], d_y=1)


# %% display
n_steps, d_token = 3_000, D_X + 1
schedule = optax.join_schedules(
    [optax.constant_schedule(2e-3), optax.cosine_decay_schedule(2e-3, 1_000, alpha=0.1)], [2_000]
)
optimiser = training.clipped_adam(learning_rate=schedule)
key_init, key_train, key_test = jax.random.split(jax.random.key(0), 3)
start = attention.init_attention(
    key_init, d_token=d_token, d_key=d_token, d_value=d_token, scale=math.sqrt(0.002 / 2 / d_token)
)
step = training.make_step(
    training.in_context_loss(looped_prediction, sample, batch_size=256), optimiser
)
kept = []  # the weights after every 250 steps
state, info = training.train(
    key_train,
    training.start(start, optimiser),
    step=step,
    n_steps=n_steps,
    after_chunk=lambda state, info: kept.append(state.params),
)
trained = state.params
for n in (250, 500, 1_000, 1_500, 2_000, 3_000):
    print(f"steps {n - 50} to {n}: loss {info.loss[n - 50 : n].mean():.3f}")

# %% [markdown]
# What did it learn? Read $\eta$ and $\gamma$ off its weights, as the paper did. The single matrices
# say nothing (lesson 02). The two products do. For the construction they are
#
# $$
# W_K^\top W_Q = \begin{pmatrix} I & 0 \\ 0 & 0 \end{pmatrix}, \qquad
# W_O W_V = \begin{pmatrix} -\gamma I & 0 \\ 0 & -\frac{\eta}{N} \end{pmatrix} .
# $$
#
# A trained layer has them only nearly, and a factor may have moved from one to the other.
#
# ### Exercise `read-parameters`: read the learning rate and γ off a layer
# *2 points · difficulty 2 of 3 · importance 2 of 3 · 7 minutes*
#
# Write the read-out. It must give the same for every way of writing the same layer.


# %% exercise="read-parameters"
def read_parameters(
    params: attention.AttentionParams, n_context: int
) -> tuple[Scalar, Scalar] | list[Scalar] | Float[Array, " 2"]:
    """Return the learning rate and the gamma of a layer, read off W_K^T W_Q and W_O W_V.

    Let A = W_K^T W_Q and B = W_O W_V, both [d_token, d_token] with d_token = d_x + 1. Let a and b
    be the *means* of the first d_x diagonal entries of A and of B, and c the last diagonal entry of
    B. Whatever the other entries are, take the layer for one whose score is a x_i . x_j, which adds
    a b sum_i x_i (x_i . x_j) to x_j and a c sum_i s_i (x_i . x_j) to s_j. The GD++ layer adds
    -gamma sum_i x_i (x_i . x_j) and -learning_rate / N sum_i s_i (x_i . x_j): compare.

    Arguments:
        params: a layer with one head, trained or not: w_q and w_k [1, d_key, d_token], w_v
            [1, d_value, d_token], w_o [1, d_token, d_value].
        n_context: the number N of examples.

    Returns two numbers, (learning_rate, gamma), in this order. They may be negative.
    """
    ### BEGIN SOLUTION
    scores = metrics.query_key_form(params)[0]
    writes = metrics.output_value_form(params)[0]
    a = jnp.mean(jnp.diag(scores)[:-1])
    b = jnp.mean(jnp.diag(writes)[:-1])
    return -n_context * a * writes[-1, -1], -a * b
    ### END SOLUTION


# %% check="read-parameters" points=2
check("read-parameters", read_parameters)

# %% [markdown] solution="read-parameters"
# **Why this works.** Compare what is added to x: $a b = -\gamma$. Compare what is added to y:
# $a c = -\eta / N$. Scaling the scores by $t$ and the write-back by $1 / t$ changes $a$ to $t a$,
# $b$ to $b / t$ and $c$ to $c / t$. The two products stay.
#
# **Another right answer.** Only the entries that are needed.
#
# ```python
# def read_parameters(
#     params: attention.AttentionParams, n_context: int
# ) -> tuple[Scalar, Scalar] | list[Scalar] | Float[Array, " 2"]:
#     score = jnp.sum(params.w_k[0, :, :-1] * params.w_q[0, :, :-1], axis=0).mean()
#     moves = jnp.sum(params.w_o[0, :-1].T * params.w_v[0, :, :-1], axis=0).mean()
#     writes = params.w_o[0, -1] @ params.w_v[0, :, -1]
#     return jnp.array([-n_context * score * writes, -score * moves])
# ```
#
# **What the two share.** A diagonal entry of a product is a sum over the inner index. Neither needs
# the entries off the diagonal. They are the other half of the evidence: in a layer that is GD++
# they are nearly 0.

# %% [markdown]
# Now the evidence, on fresh tasks: the loss is a mean over 20,000, the cosines over 2,000. The
# cosine is that of lesson 03, between the derivatives of two predictions with respect to $x_q$.

# %% display
many = jax.jit(jax.vmap(sample))(jax.random.split(key_test, 20_000))
score = metrics.query_key_form(trained)[0]
write = metrics.output_value_form(trained)[0]
scale = jnp.mean(jnp.diag(score)[:-1])
gamma_read = -scale * jnp.mean(jnp.diag(write)[:-1])
rate_read = -N_CONTEXT * scale * write[-1, -1]


def stack_prediction(rate: float, gamma: float):
    """Return the predictor that two equal layers of the construction make."""
    params = constructions.gd_plus_plus_step(
        jnp.zeros((1, D_X)), n_context=N_CONTEXT, learning_rate=rate, gamma=gamma
    )
    return lambda task: looped_prediction(params, task)


@jax.jit
def mean_error(params: attention.AttentionParams) -> Float[Array, ""]:
    """Return the mean loss of a layer that is applied twice."""
    predictions = jax.vmap(looped_prediction, in_axes=(None, 0))(params, many)
    return jnp.mean(jax.vmap(metrics.half_squared_error)(predictions, many.y_query))


trained_loss = mean_error(trained)
net = partial(looped_prediction, trained)
few = jax.tree.map(lambda leaf: leaf[:2_000], many)
to_gd = alignment.mean_alignment(net, stack_prediction(shared[2], 0.0), few)
to_gdpp = alignment.mean_alignment(net, stack_prediction(*best[2]), few)
print(f"loss {trained_loss:.4f}, η {rate_read:.1f}, γ {gamma_read:.3f}")
print(f"cosine to two steps of GD {to_gd.cosine:.3f}, of GD++ {to_gdpp.cosine:.3f}")

# %% display
steps_drawn = np.arange(1, 6)
curves = {
    "GD, one step size": np.array([mean_loss(eigenvalues, [shared[k]] * k) for k in steps_drawn]),
    "GD, a step size per step": np.array([mean_loss(eigenvalues, own[k]) for k in steps_drawn]),
    "GD++, equal layers": np.array([mean_loss(eigenvalues, [shared[1]]), *gdpp_loss.values()]),
}
figures.risk_by_depth(steps_drawn, curves, {2: trained_loss}, zero_risk=D_X * VARIANCE / 2)

# %% facts
fact("trained-loss", trained_loss, rounding=".3f", rtol=0.05)
fact("trained-gamma", gamma_read, rounding=".3f", rtol=0.1)
fact("trained-rate", rate_read, rounding=".1f", rtol=0.1)
fact("cosine-gd", to_gd.cosine, rounding=".3f", rtol=0.02)
fact("cosine-gdpp", to_gdpp.cosine, rounding=".3f", rtol=0.01)
early, blind = kept[2], metrics.query_key_form(kept[2])
early_scale = jnp.mean(jnp.diag(blind[0])[:-1])
early_gamma = -early_scale * jnp.mean(jnp.diag(metrics.output_value_form(early)[0])[:-1])
without_y = attention.AttentionParams(
    w_q=blind.at[0, -1, -1].set(0.0),  # keys are the tokens, so this is W_K^T W_Q itself
    w_k=jnp.eye(d_token)[None],
    w_v=early.w_v,
    w_o=early.w_o,
)
fact("plateau-loss", mean_error(early), rounding=".3f", rtol=0.05)
fact("plateau-gamma", early_gamma, rounding=".2f", rtol=3.0)
fact("plateau-blind", mean_error(without_y), rounding=".3f", rtol=0.1)
off_diagonal = jnp.abs(score[:-1, :-1] / scale - jnp.eye(D_X)).max()
fact("off-diagonal", off_diagonal, rounding=".2f", rtol=3.0)

# %% [markdown]
# The trained net loses [[trained-loss]]. That is far below any two steps of gradient descent, and
# close to the best GD++, [[best-loss]]. Its parameters are $\eta =$ [[trained-rate]] and
# $\gamma =$ [[trained-gamma]] (the paper reads 0.179). Its cosine is [[cosine-gdpp]] to GD++ and
# [[cosine-gd]] to gradient descent. Scaled to a mean diagonal of 1, the x block of $W_K^\top W_Q$
# is the identity up to [[off-diagonal]] in its worst entry.
#
# Look at the cosine to plain gradient descent once more. It is high. A cosine alone would have let
# you believe that the net does gradient descent. The loss does not let you.
#
# **What it did on the way.** For a few hundred steps the loss stood still. After 750 steps it was
# [[plateau-loss]], and $\gamma$ was [[plateau-gamma]]. So x hardly moves yet. But this loss is
# *less* than two equal steps of gradient descent can reach ([[gd-loss-2]]). It is close to that of
# two steps of *different* size, [[own-loss-2]]. How can one looped layer have two step sizes?
#
# At that time the net lets y into its scores. Take the entry of $W_K^\top W_Q$ in which y meets y.
# Set it to 0, and the loss jumps to [[plateau-blind]]. With it, a score is, up to a factor,
# $x_i \cdot x_j + b \, s_i s_j$. So the first pass does more than its step: it also adds $c$ times
# its own slot to each example's slot, with $c = -\frac{\eta b}{N} \sum_i s_i^2$. The query's slot
# is still 0 and gains nothing by this. Work out what two passes leave of the error, with
# $\mu = \eta \lambda / N$:
#
# $$ 1 - (2 + c) \mu + \mu^2 . $$
#
# (In the second pass the query's slot gains in the same way. That adds to $c$.) For $c = 0$ this
# is $(1 - \mu)^2$, two equal steps. For $c > 0$ it has two different zeros: a long step and a short
# one. This is another trick than GD++. The net gives it up later, for the better one.

# %% [markdown] question="one-trick" points=2
# ### Question `one-trick`: why does moving x help?
# *2 points · difficulty 3 of 3 · importance 3 of 3 · 7 minutes · marked by hand*
#
# A looped net with two passes has one step size only. Still it beats the best two steps of gradient
# descent, even those of two different sizes. Explain why, in 80 to 150 words. Say what the first
# pass does beside its step. Say what this does to the eigenvalues, and why that helps a second step
# of the same size. Name one thing that it costs or that can go wrong.
#
# <!-- BEGIN SOLUTION -->
#
# **A model answer.**
#
# In the first pass the layer also replaces every input, the query's too, by
# $(I - \gamma X X^\top) x$. The scores $x_i \cdot x_j$ serve both sums. The tokens hand on their
# inputs as well as their residuals. The task stays a linear one, for other inputs.
#
# Along an eigenvector of $X X^\top$ the eigenvalue becomes $\lambda (1 - \gamma \lambda)^2$. Large
# ones shrink most, so a wide spectrum becomes narrow. Gradient descent is slow because one step
# size has to serve large and small eigenvalues. After the map a wide band of them lies near
# $N / \eta$, where a step of size $\eta$ leaves nothing.
#
# The price: the first step already has this large $\eta$, and overshoots at large eigenvalues. And
# $\gamma$ fits one range of spectra. For an eigenvalue beyond $2 / \gamma$ the map lets it grow.
#
# <!-- END SOLUTION -->

# %% [markdown] rubric="one-trick"
# - **1 point**: the inputs (the query's too) are multiplied by $I - \gamma X X^\top$, and large
#   eigenvalues of $X X^\top$ shrink most: $\lambda (1 - \gamma \lambda)^2$.
# - **½ point**: a narrower spectrum lets one step size serve all directions (or: a band of
#   eigenvalues meets the zero of the second factor).
# - **½ point**: a cost or a limit: the first step overshoots, $\gamma$ fits one $N$ or one input
#   scale, $\gamma$ does nothing for a single layer, or large eigenvalues may grow.

# %% [markdown]
# ## 8. Where this breaks
#
# - **The formulas need noiseless linear targets.** With noise, or a target that is not linear, the
#   error is not $w \cdot F x_q$. Many steps then fit the noise, and the best number of steps is
#   finite.
# - **$\eta$ and $\gamma$ fit one $N$ and one input scale.** Make all inputs a quarter larger. The
#   best GD++ then loses [[larger-loss]], and predicting 0 costs [[larger-zero]]: all is lost.
# - **The map can stretch.** For $\lambda > 2 / \gamma$ it makes an eigenvalue larger. Training has
#   no such tasks, and nothing protects the net from them.
# - **One trick, not the only one.** GD++ has one $\gamma$ for all directions. A layer with free
#   matrices could do more, for inputs that are not alike in all directions. Lesson 10 shows one.
# - **Depth was small.** One net with two passes was trained here. The paper trains up to ten passes
#   looped, and five or twelve layers with weights of their own. Nothing here says how close those
#   come to GD++.
# - **Tokens still hold $(x_i, y_i)$ pairs, and attention is linear.** Lessons 05 and 06 leave both.
#
# ## What you can do now
#
# You can write the weights of $K$ layers that take $K$ steps, and loop one of them. You can compute
# the loss of any number of steps from eigenvalues alone, and say when a loop diverges. You know why
# a mean can mislead. You can build a layer that moves its inputs, say what it does to a spectrum,
# find its best parameters, and read them off a trained net.
#
# Next, lesson 05: targets that are not linear, and attention with a softmax.
