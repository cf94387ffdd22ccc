# %% [markdown]
# # Does training find the construction?
#
# **Goal.** Train a linear attention layer from random weights, and find out whether it has become
# the gradient step of lesson 02.
#
# From von Oswald et al., [arXiv 2212.07677](https://arxiv.org/abs/2212.07677), section 3 and
# Figures 2 and 3. You need lessons 00 to 02. About 95 minutes.
#
# |exercise|points|exercise|points|
# |---|---|---|---|
# |`train-layer`|3|`interpolate`|3|
# |`prediction-difference`|2|`out-of-distribution`|3|
# |`layer-sensitivity`|2|`one-key-two-draws`|2|
# |`sensitivity-alignment`|2|`what-agreement-shows`, in words|2|
#
# Fill in a cell, then run the check under it. Stuck? `hint("train-layer")`, up to three times.

# %%
# %load_ext jaxtyping
# %jaxtyping.typechecker beartype.beartype
from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Float, Key

from autograder import check, hint, predict, solution
from icl_course import (
    alignment,
    attention,
    batches,
    constructions,
    descent,
    figures,
    gauge,
    metrics,
    sines,
    tasks,
    theory,
    tokens,
    training,
)
from icl_course.arrays import Array, Scalar

# %% [markdown]
# ## 1. Train the layer
#
# In lesson 02 you *wrote* the weights. Now they begin as small random numbers. Nobody tells the
# layer about gradients. It only gets prompts, and a loss on its answers:
#
# $$\text{loss}(\theta) = \frac1B \sum_{b=1}^{B} \tfrac12 \, |\hat y_\theta(\text{task } b)
# - y_{q,b}|^2 .$$
#
# Here $\theta$ stands for the layer's four matrices, $B$ is the number of tasks in a batch, $y_q$
# is the answer to the query $x_q$, and $\hat y_\theta$ is the layer's prediction: minus the query's
# y slot. Every step draws fresh tasks, so no task ever comes twice.
#
# ### Exercise `train-layer`: one training step
# *3 points · difficulty 2 of 3 · importance 3 of 3 · 14 minutes*
#
# Write the step: one batch, one gradient, one update. A `training.TrainState` is a record with the
# fields `params`, `optimiser_state` and `n_steps`. The grader runs your step itself, with weights,
# keys and tasks of its own.


# %% exercise="train-layer"
def train_step(
    state: training.TrainState,
    key: Key[Array, ""],
    sample_batch: Callable[[Key[Array, ""]], tasks.Task],
    optimiser: optax.GradientTransformation,
) -> tuple[training.TrainState, Scalar]:
    """Take one training step; return the new state and the loss that the batch had before it.

    The loss is the mean over the tasks of the batch of 1/2 |prediction - y_query|², where |.|² sums
    over the d_y outputs. The prediction for one task: make its prompt with W_0 = 0, rows (x_i, y_i)
    and last (x_q, 0), apply the linear attention layer `state.params`, and read minus the query's y
    slot. The gradient of the loss with respect to the weights goes through `optimiser`.

    Arguments:
        state: params (an `AttentionParams`), optimiser_state (as `optimiser` left it), n_steps.
        key: this step's key. The batch of this step is `sample_batch(key)`, with this very key.
        sample_batch: draws a batch from a key: a `Task` with a leading axis on each field, xs
            [n_tasks, n_context, d_x], ys [n_tasks, n_context, d_y], x_query [n_tasks, d_x], y_query
            [n_tasks, d_y].
        optimiser: any optax optimiser. `optimiser.update(gradient, optimiser_state)` returns
            updates and the next optimiser state; `optax.apply_updates(params, updates)` adds them.

    Returns a pair: a `training.TrainState` with the new weights, the next optimiser state, and
    n_steps one higher; and the loss, one number.
    """

    ### BEGIN SOLUTION
    def loss(params, batch):
        def one(task):
            after = attention.linear_attention(params, tokens.make_tokens(task))
            prediction = tokens.read_prediction(after, d_y=task.ys.shape[1])
            return metrics.half_squared_error(prediction, task.y_query)

        return jnp.mean(jax.vmap(one)(batch))

    value, gradient = jax.value_and_grad(loss)(state.params, sample_batch(key))
    updates, optimiser_state = optimiser.update(gradient, state.optimiser_state)
    return training.TrainState(
        params=optax.apply_updates(state.params, updates),
        optimiser_state=optimiser_state,
        n_steps=state.n_steps + 1,
    ), value
    ### END SOLUTION


# %% check="train-layer" points=3
check("train-layer", train_step)

# %% [markdown] solution="train-layer"
# **Why this works.** `jax.value_and_grad` differentiates in the first argument, here the four
# matrices as one record, and hands the loss back beside the gradient. The updates already hold the
# minus of descent, so `apply_updates` adds them. Whatever the optimiser remembers (momentum, means
# of squares) is in `optimiser_state`, and must go on to the next step. The key goes to the batch
# and nowhere else: another key, another batch.
#
# **Another right answer.** No `vmap`: contract the whole batch at once, with the query's row alone.
#
# ```python
# def train_step(
#     state: training.TrainState,
#     key: Key[Array, ""],
#     sample_batch: Callable[[Key[Array, ""]], tasks.Task],
#     optimiser: optax.GradientTransformation,
# ) -> tuple[training.TrainState, Scalar]:
#     batch = sample_batch(key)
#     context = jnp.concatenate([batch.xs, batch.ys], axis=-1)
#     query = jnp.concatenate([batch.x_query, jnp.zeros_like(batch.y_query)], axis=-1)
#
#     def predict_all(p):
#         scores = jnp.einsum("hkt,bit,hks,bs->bhi", p.w_k, context, p.w_q, query)
#         update = jnp.einsum("htv,hvs,bis,bhi->bt", p.w_o, p.w_v, context, scores)
#         return -(query + update)[:, batch.xs.shape[-1] :]
#
#     def loss(p):
#         return jnp.sum((predict_all(p) - batch.y_query) ** 2) / (2 * len(query))
#
#     value, back = jax.vjp(loss, state.params)
#     (gradient,) = back(jnp.ones_like(value))
#     updates, remembered = optimiser.update(gradient, state.optimiser_state)
#     weights = jax.tree.map(jnp.add, state.params, updates)
#     return training.TrainState(weights, remembered, state.n_steps + 1), value
# ```
#
# **What the two share.** Both differentiate the same number in the same four matrices, so they make
# the same gradient, and the optimiser sees nothing else. Context tokens need not be updated: their
# new y slots do not enter the loss.

# %% [markdown]
# Now train. The cell uses the library's step, `training.make_step`, and its loop, `training.train`.
# The batch comes from `batches.sample_linear_batch`: the law of lesson 01, drawn in one go, with
# $x \sim U(-\frac12, \frac12)$ and $N = d_x = 10$ as everywhere. (The paper's text says
# $U(-1, 1)$; its released code has $\frac12$.) The optimiser is the released code's: Adam with rate
# $10^{-3}$, on gradients clipped to a norm of $10^{-3}$, in batches of 2,048 tasks. We take 1,500
# steps where the paper takes 5,000; the curves below show why that is enough. After every chunk of
# 50 steps we keep a copy of the weights.

# %%
N_CONTEXT, D_X, BATCH_SIZE = 10, 10, 2_048
MOMENTS = theory.uniform_moments(input_range=0.5)
LEARNING_RATE = theory.best_step_size(MOMENTS, n_context=N_CONTEXT, d_x=D_X)
draw = partial(batches.sample_linear_batch, n_context=N_CONTEXT, d_x=D_X)


def net(params: attention.AttentionParams, task: tasks.Task) -> Float[Array, " d_y"]:
    """Return a layer's prediction for one task; only the query's row of the layer is needed."""
    after = attention.updated_query(params, tokens.make_tokens(task))
    return tokens.read_prediction(after[None], d_y=task.ys.shape[1])


def gd(task: tasks.Task) -> Float[Array, " d_y"]:
    """Return the prediction after one gradient step from W = 0, with the best step size."""
    w_1 = descent.step(jnp.zeros((1, D_X)), task.xs, task.ys, learning_rate=LEARNING_RATE)
    return descent.predict(w_1, task.x_query)


def mean_loss(params: attention.AttentionParams, batch: tasks.Task) -> Float[Array, ""]:
    """Return the mean half squared error of a layer over a batch."""
    predictions = jax.vmap(net, in_axes=(None, 0))(params, batch)
    return jnp.mean(jax.vmap(metrics.half_squared_error)(predictions, batch.y_query))


# %%
batch_loss = training.batch_loss(net, partial(draw, n_tasks=BATCH_SIZE))
optimiser = training.clipped_adam(learning_rate=1e-3, largest_norm=1e-3)
begin = attention.init_attention(
    jax.random.key(0), d_token=D_X + 1, d_key=D_X + 1, d_value=D_X + 1, scale=0.0135
)
kept = [(0, begin)]
state, _ = training.train(
    jax.random.key(1),
    training.start(begin, optimiser),
    step=training.make_step(batch_loss, optimiser),
    n_steps=1_500,
    n_per_chunk=50,
    after_chunk=lambda now, info: kept.append((int(now.n_steps), now.params)),
)
trained = state.params
print(f"{int(state.n_steps)} steps, {BATCH_SIZE * int(state.n_steps):,} tasks")

# %% [markdown]
# Is it any good? Hold it against one gradient step from $W = 0$ with the best step size
# $\eta^* =$ [[eta-star]], on 100,000 tasks that neither has seen.

# %%
test = jax.jit(partial(draw, n_tasks=100_000))(jax.random.key(2))
built = constructions.gradient_step(
    jnp.zeros((1, D_X)), n_context=N_CONTEXT, learning_rate=LEARNING_RATE
)
loss_of = jax.jit(mean_loss)
print(f"untrained      {loss_of(begin, test):.4f}")
print(f"trained        {loss_of(trained, test):.4f}")
print(f"gradient step  {loss_of(built, test):.4f}")

# %% facts
fact("eta-star", LEARNING_RATE, rounding=".4f", rtol=1e-6)
fact("loss-untrained", loss_of(begin, test), rounding=".3f", rtol=0.02)
fact("loss-trained", loss_of(trained, test), rounding=".4f", rtol=0.01)
fact("loss-gd", loss_of(built, test), rounding=".4f", rtol=0.01)

# %% [markdown]
# The untrained layer answers nearly 0 and loses [[loss-untrained]]. The trained one loses
# [[loss-trained]], the gradient step [[loss-gd]]. They are nearly the same.
#
# That is a start, and no more. Two predictors with the same loss may give different answers.
# Imagine one that is too low wherever the other is too high, by the same amount. Ask instead, task
# by task, whether they say the same.
#
# ## 2. Do they say the same?
#
# ### Exercise `prediction-difference`: how far apart are the predictions?
# *2 points · difficulty 1 of 3 · importance 3 of 3 · 7 minutes*
#
# The paper's first measure is the *prediction difference*. In each task take the size
# $|\hat y_\theta - \hat y_\text{GD}|$ of the difference of the two predictions. Then take the mean
# over tasks. The right answer $y_q$ plays no part. Your function must work for any layer and any
# number of outputs.


# %% exercise="prediction-difference"
def prediction_difference(
    params: attention.AttentionParams, task_batch: tasks.Task, learning_rate: Scalar
) -> Scalar:
    """Return the mean over tasks of |layer's prediction - gradient step's prediction|.

    |.| is the Euclidean norm over the d_y outputs. The layer's prediction: make the prompt of the
    task with W_0 = 0, rows (x_i, y_i) and last (x_q, 0), apply the linear attention layer `params`,
    and read minus the query's y slot. The gradient step's prediction: W_1 x_q, where W_1 is one
    step from W = 0 with step size `learning_rate` on L(W) = 1/(2N) sum_i |W x_i - y_i|² over the N
    context pairs of the task.

    Arguments:
        params: the weights of any one layer for tokens of d_x + d_y entries.
        task_batch: many tasks in one `Task`, with a leading axis on each field: xs [n_tasks,
            n_context, d_x], ys [n_tasks, n_context, d_y], x_query [n_tasks, d_x],
            y_query [n_tasks, d_y].
        learning_rate: the step size η, the same for all outputs.

    Returns one number.
    """

    ### BEGIN SOLUTION
    def apart(task):
        d_y, d_x = task.ys.shape[1], task.xs.shape[1]
        after = attention.linear_attention(params, tokens.make_tokens(task))
        by_layer = tokens.read_prediction(after, d_y=d_y)
        w_1 = descent.step(jnp.zeros((d_y, d_x)), task.xs, task.ys, learning_rate=learning_rate)
        return jnp.linalg.norm(by_layer - descent.predict(w_1, task.x_query))

    return jnp.mean(jax.vmap(apart)(task_batch))  # first the size of each task, then the mean
    ### END SOLUTION


# %% check="prediction-difference" points=2
check("prediction-difference", prediction_difference)

# %% [markdown] solution="prediction-difference"
# **Why this works.** The size comes first, task by task. Only then the mean. In the other order a
# layer that is too high as often as too low would seem perfect.
#
# **Another right answer.** The step from $W = 0$ written out for the whole batch:
# $W_1 x_q = \frac{\eta}{N} \sum_i y_i (x_i \cdot x_q)$.
#
# ```python
# def prediction_difference(
#     params: attention.AttentionParams, task_batch: tasks.Task, learning_rate: Scalar
# ) -> Scalar:
#     xs, ys, x_query = task_batch.xs, task_batch.ys, task_batch.x_query
#     similarity = jnp.einsum("bid,bd->bi", xs, x_query)
#     by_step = learning_rate / xs.shape[1] * jnp.einsum("bi,biy->by", similarity, ys)
#     prompts = jax.vmap(tokens.make_tokens)(task_batch)
#     after = jax.vmap(attention.linear_attention, in_axes=(None, 0))(params, prompts)
#     gap = after[:, -1, xs.shape[2] :] + by_step  # the slot holds minus the prediction
#     return jnp.mean(jnp.sqrt(jnp.sum(gap**2, axis=1)))
# ```
#
# **What the two share.** Both compare answers, never weights, and both keep one number per task
# until the end. Neither needs $y_q$: how good the two are does not matter here, only how alike.

# %% [markdown]
# ## 3. Do they answer a changed query alike?
#
# A prediction is one number per task. A *sensitivity* says more: how does the prediction change
# when the query changes and the context stays? It is the derivative
#
# $$\frac{\partial \hat y}{\partial x_q} \in \mathbb{R}^{d_y \times d_x} ,$$
#
# one row per output, one column per input. For the gradient step it is easy: $\hat y = W_1 x_q$, so
# the derivative is $W_1$ itself. It is the linear model that the step made of the context. For a
# layer it is the model that the *layer* made of the context. To compare the two is to compare what
# was learned from the prompt, and not only one answer.
#
# Take one head, and the query token $e_q = (x_q, 0)$. Bracket the layer of lesson 02 like this:
#
# $$
# \begin{aligned}
# W_O \sum_i v_i \, (k_i \cdot q)
# &= W_O \sum_i (W_V e_i) \, (W_K e_i)^\top (W_Q e_q) && \text{definitions} \\
# &= W_O W_V \Big( \sum_i e_i e_i^\top \Big) W_K^\top W_Q \, e_q && \text{pull out what does not
# depend on } i
# \end{aligned}
# $$
#
# ### Exercise `layer-sensitivity`: the model that a layer makes of its context
# *2 points · difficulty 2 of 3 · importance 2 of 3 · 9 minutes*
#
# Go on from there, on paper: what is $\partial \hat y / \partial x_q$ for a layer with any number
# of heads? Write the closed form.


# %% exercise="layer-sensitivity"
def layer_sensitivity(
    params: attention.AttentionParams,
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
) -> Float[Array, "d_y d_x"]:
    """Return the derivative of a linear attention layer's prediction with respect to x_q.

    The prompt has the rows (x_i, y_i), and last the query (x_q, 0): its y slot is 0 whatever x_q
    is. The layer adds sum_h W_O,h sum_i (W_V,h e_i) (k_h,i . q_h,j) to token j, with k_i = W_K e_i,
    q_j = W_Q e_j, and i over all tokens but the last: no softmax, no scaling. The prediction is
    minus the query's y slot after the layer, [d_y]. The context does not change with x_q.

    Arguments:
        params: w_q and w_k [n_heads, d_key, d_token], w_v [n_heads, d_value, d_token],
            w_o [n_heads, d_token, d_value], with d_token = d_x + d_y. Any sizes, any weights.
        xs: the inputs x_i, one per row.
        ys: the targets y_i, one per row.

    Returns an array [d_y, d_x]: entry [a, b] is the derivative of prediction a in x_q's entry b.
    """
    ### BEGIN SOLUTION
    d_x = xs.shape[1]
    context = jnp.concatenate([xs, ys], axis=1)
    second_moment = context.T @ context  # sum_i e_i e_i^T
    output_value = params.w_o @ params.w_v
    query_key = params.w_k.mT @ params.w_q
    products = (output_value @ second_moment @ query_key).sum(axis=0)  # heads add up
    return -products[d_x:, :d_x]  # y rows are read, x columns meet x_q; minus by the read-out
    ### END SOLUTION


# %% check="layer-sensitivity" points=2
check("layer-sensitivity", layer_sensitivity)

# %% [markdown] solution="layer-sensitivity"
# **Why this works.** The layer is linear in the query token once the context is held fixed:
# $e_q \leftarrow e_q + S e_q$ with
# $S = \sum_h W_O W_V \big( \sum_i e_i e_i^\top \big) W_K^\top W_Q$. The y slot of $e_q$ itself does
# not depend on $x_q$. So the y slot after the layer has the derivative $S_{yx}$: the rows of $S$
# that write y, and the columns that meet x. The prediction is minus the slot. Hence
# $\partial \hat y / \partial x_q = -S_{yx}$.
#
# **Another right answer.** Let automatic differentiation do it, on a layer of a few lines.
#
# ```python
# def layer_sensitivity(
#     params: attention.AttentionParams,
#     xs: Float[Array, "n_context d_x"],
#     ys: Float[Array, "n_context d_y"],
# ) -> Float[Array, "d_y d_x"]:
#     def prediction(x_query):
#         query = jnp.concatenate([x_query, jnp.zeros(ys.shape[1])])
#         prompt = jnp.vstack([jnp.concatenate([xs, ys], axis=1), query])
#         return -attention.linear_attention(params, prompt)[-1, xs.shape[1] :]
#
#     return jax.jacobian(prediction)(jnp.zeros(xs.shape[1]))  # at any x_query
# ```
#
# **What the two share.** The derivative does not depend on where it is taken: the prediction is
# linear in $x_q$. That is no surprise for gradient descent, whose model is linear. For the layer it
# is a property of linear attention. A softmax layer does not have it.

# %% [markdown]
# ### Exercise `sensitivity-alignment`: compare two sensitivities
# *2 points · difficulty 2 of 3 · importance 3 of 3 · 8 minutes*
#
# The paper compares sensitivities in two ways. The *cosine* of the angle between them says whether
# they point in the same direction, and knows nothing of their lengths. The *model difference*
# $|\partial \hat y_\theta / \partial x_q - \partial \hat y_\text{GD} / \partial x_q|$ sees both.
# There is one output here, so a sensitivity is one vector. For the derivative of the layer use
# whatever you like: the closed form, or `jax.grad`.


# %% exercise="sensitivity-alignment"
def sensitivity_alignment(
    params: attention.AttentionParams, task_batch: tasks.Task, learning_rate: Scalar
) -> tuple[Scalar, Scalar]:
    """Return two means over tasks: of the cosine, and of the model difference.

    There is one output, d_y = 1. In each task compare two vectors of d_x entries, the derivatives
    of two predictions with respect to the query's input x_q, with the context held fixed:

    The layer's prediction: make the prompt of the task with W_0 = 0, rows (x_i, y_i) and last
    (x_q, 0), apply the linear attention layer `params`, and read minus the query's y slot. The
    gradient step's prediction: W_1 x_q, where W_1 is one step from W = 0 with step size
    `learning_rate` on L(W) = 1/(2N) sum_i |W x_i - y_i|² over the N context pairs of the task.

    cosine: u . v / (|u| |v|) of the two vectors. model difference: |u - v|. |.| is the Euclidean
    norm. Both are taken in each task; then come the means over tasks.

    Arguments:
        params: the weights of any one layer for tokens of d_x + 1 entries.
        task_batch: many tasks in one `Task`, with a leading axis on each field: xs [n_tasks,
            n_context, d_x], ys [n_tasks, n_context, 1], x_query [n_tasks, d_x],
            y_query [n_tasks, 1]. No vector is 0.
        learning_rate: the step size η.

    Returns a pair of numbers: the mean cosine, the mean model difference.
    """

    ### BEGIN SOLUTION
    def compare(task):
        def by_layer(x_query):
            asked = tasks.Task(task.xs, task.ys, x_query, task.y_query)
            after = attention.linear_attention(params, tokens.make_tokens(asked))
            return tokens.read_prediction(after, d_y=1)[0]

        u = jax.grad(by_layer)(task.x_query)
        w_0 = jnp.zeros((1, task.xs.shape[1]))
        v = descent.step(w_0, task.xs, task.ys, learning_rate=learning_rate)[0]  # of W_1 x_q: W_1
        return u @ v / (jnp.linalg.norm(u) * jnp.linalg.norm(v)), jnp.linalg.norm(u - v)

    cosines, gaps = jax.vmap(compare)(task_batch)
    return jnp.mean(cosines), jnp.mean(gaps)
    ### END SOLUTION


# %% check="sensitivity-alignment" points=2
check("sensitivity-alignment", sensitivity_alignment)

# %% [markdown] solution="sensitivity-alignment"
# **Why this works.** `by_layer` is a function of the query's input alone, so `jax.grad` holds all
# else fixed. The derivative of $W_1 x_q$ is the row $W_1$. Cosine and length are taken in each
# task: a cosine of mean sensitivities would compare two averages over teachers, which are both
# nearly 0.
#
# **Another right answer.** Closed forms for both, for the whole batch.
#
# ```python
# def sensitivity_alignment(
#     params: attention.AttentionParams, task_batch: tasks.Task, learning_rate: Scalar
# ) -> tuple[Scalar, Scalar]:
#     xs, ys = np.asarray(task_batch.xs), np.asarray(task_batch.ys)
#     context = np.concatenate([xs, ys], axis=-1)
#     write = np.asarray(params.w_o @ params.w_v)[:, -1]  # the row that writes y, of each head
#     meet = np.asarray(params.w_k.mT @ params.w_q)[:, :, :-1]  # the columns that meet x_q
#     u = -np.einsum("ha,bia,bit,htx->bx", write, context, context, meet)
#     v = learning_rate * np.mean(ys * xs, axis=1)
#     lengths = np.linalg.norm(u, axis=1) * np.linalg.norm(v, axis=1)
#     return np.mean(np.sum(u * v, axis=1) / lengths), np.mean(np.linalg.norm(u - v, axis=1))
# ```
#
# **What the two share.** Both put two linear models side by side, $-S_{yx}$ and $W_1$, in each
# task. The cosine cannot tell a step of size $\eta$ from one of size $2 \eta$. The model difference
# can.

# %% [markdown]
# One more number. From $W = 0$ the prediction of a step is proportional to its step size. So ask:
# which step size comes closest to what the net does? Let $\hat y_\text{GD}$ be the prediction of
# the step with $\eta^*$. The net's *learned* $\eta$ is $c \, \eta^*$, where
#
# $$c = \arg\min_c \sum_\text{tasks} |\hat y_\theta - c \, \hat y_\text{GD}|^2
# = \frac{\sum_\text{tasks} \hat y_\theta \cdot \hat y_\text{GD}}
# {\sum_\text{tasks} |\hat y_\text{GD}|^2} .$$
#
# Now look at all of them over training. The library has these measures in `alignment`.

# %%
half_way = jax.jit(partial(gauge.interpolate, share=0.5))
few = jax.tree.map(lambda field: field[:10_000], test)


@jax.jit
def look(params: attention.AttentionParams) -> dict[str, Array]:
    """Measure a layer on 10,000 tasks, beside the gradient step."""
    seen = alignment.mean_alignment(partial(net, params), gd, few)
    return {
        "loss": mean_loss(params, few),
        "mixed": mean_loss(half_way(params, built), few),
        "cosine": seen.cosine,
        "prediction difference": seen.prediction_difference,
        "model difference": seen.model_difference,
    }


# %% display
steps = np.asarray([step for step, _ in kept])
history = [look(params) for _, params in kept]
curves = {name: np.asarray([seen[name] for seen in history]) for name in history[0]}
figures.alignment_curves(
    steps,
    curves["cosine"],
    curves["prediction difference"],
    curves["model difference"],
)

# %% facts
by_net = jax.jit(jax.vmap(net, in_axes=(None, 0)))(trained, test)
by_step = jax.jit(jax.vmap(gd))(test)
seen = jax.jit(lambda batch: alignment.mean_alignment(partial(net, trained), gd, batch))(test)
learned = alignment.learned_step_size(by_net, by_step, learning_rate=LEARNING_RATE)
fact("cosine", seen.cosine, rounding=".4f", rtol=0.001)
fact("prediction-difference", seen.prediction_difference, rounding=".3f", rtol=0.3)
fact("prediction-size", jnp.mean(jnp.abs(by_step)), rounding=".2f", rtol=0.02)
fact("model-difference", seen.model_difference, rounding=".3f", rtol=0.3)
fact("learned-eta", learned, rounding=".2f", rtol=0.02)
fact("largest-gap", jnp.max(jnp.abs(by_net - by_step)), rounding=".2f", rtol=0.5)
fact("cosine-start", curves["cosine"][0], rounding=".2f", rtol=1.0)
fact("first-aligned", steps[np.argmax(curves["cosine"] > 0.99)], rounding="d", rtol=0.3)

# %% [markdown]
# At the start the cosine is [[cosine-start]]. It passes .99 by step [[first-aligned]]. After
# training, on the 100,000 tasks:
#
# - the cosine is [[cosine]];
# - the prediction difference is [[prediction-difference]], where a prediction has a mean size of
#   [[prediction-size]];
# - the model difference is [[model-difference]];
# - the learned $\eta$ is [[learned-eta]], where theory says [[eta-star]].
#
# Nobody told the layer about $\eta^*$. The loss did. In this architecture training has found
# nothing better than the best step, and the length of that step came out within a few per cent.
#
# A mean hides the worst case. In the worst of the 100,000 tasks the two predictions differ by
# [[largest-gap]]. The construction of lesson 02 differed from the step by rounding alone. The
# trained layer does not: it is *near* a gradient step.
#
# ## 4. Halfway between two layers
#
# The trained weights do not look like the written ones. Yet if both are one function in two
# disguises, there should be a road from one to the other on which the function stays. Lesson 02
# says what the disguise is: of each head only two products act, $W_K^\top W_Q$ and $W_O W_V$, and
# one factor may move between these. Here are the trained products, as they are.

# %% display
figures.bilinear_maps(metrics.query_key_form(trained), metrics.output_value_form(trained), d_x=D_X)

# %% facts
query_key = np.asarray(metrics.query_key_form(trained))[0]
diagonal = np.diag(query_key)[:D_X]
beside = query_key - np.diag(np.diag(query_key))
corner = np.asarray(metrics.output_value_form(trained))[0, -1, -1]
fact("diagonal", np.mean(diagonal), rounding=".2f", rtol=0.2)
fact("beside-diagonal", np.abs(beside[:, :D_X]).max(), rounding=".2f", rtol=1.0)
fact("corner", corner, rounding=".2f", rtol=0.2)
fact("product", -N_CONTEXT * np.mean(diagonal) * corner, rounding=".2f", rtol=0.02)

# %% [markdown]
# In $W_K^\top W_Q$ the x slots have a diagonal with mean [[diagonal]] and no entry beside it larger
# than [[beside-diagonal]] in size: a multiple of the identity, nearly. In $W_O W_V$ the corner that
# takes y to y is [[corner]]. The construction has 1 and $-\eta^*/N$ in these places. The trained
# layer splits size and sign between the two in another way. But $-N$ times the product of the two
# is [[product]], close to $\eta^*$. So first move the factor, then compare.
#
# ### Exercise `interpolate`: mix two layers after fixing their scale
# *3 points · difficulty 3 of 3 · importance 2 of 3 · 13 minutes*
#
# Write $A$ for the product $W_K^\top W_Q$ of a head of the first layer and $B$ for that of the
# second. Choose the number $c$ for which $A$ is closest to $c B$. Divide $A$ by it, and let the
# other product make up for it. Then mix.


# %% exercise="interpolate"
def interpolate(
    params: attention.AttentionParams, like: attention.AttentionParams, share: Scalar
) -> attention.AttentionParams:
    """Return a layer whose two products are mixtures of those of two layers, the scale fixed.

    In each head h of `params` let A = W_K^T W_Q and V = W_O W_V, and let B and U be the same
    products of head h of `like`. All are [d_token, d_token]. Let c be the number for which the sum
    over all entries of (A - c B)² is least; it may be negative, and each head has its own. Head h
    of the result has the products

        W_K^T W_Q = (1 - share) A / c + share B,    W_O W_V = (1 - share) c V + share U,

    so that share = 0 gives the function of `params`, and share = 1 that of `like`.

    Arguments:
        params: w_q and w_k [n_heads, d_key, d_token], w_v [n_heads, d_value, d_token],
            w_o [n_heads, d_token, d_value].
        like: another layer, of the same sizes. Neither c nor any head of `like` is 0.
        share: the share of `like`, from 0 to 1.

    Returns `AttentionParams` for the same d_token. The sizes n_heads, d_key and d_value are yours
    to choose, as are the matrices: what counts is what the layer does to tokens.
    """
    ### BEGIN SOLUTION
    a, b = params.w_k.mT @ params.w_q, like.w_k.mT @ like.w_q
    c = jnp.sum(a * b, axis=(1, 2)) / jnp.sum(b * b, axis=(1, 2))  # least squares in one unknown
    c = c[:, None, None]
    query_key = (1 - share) * a / c + share * b
    output_value = (1 - share) * c * (params.w_o @ params.w_v) + share * (like.w_o @ like.w_v)
    identity = jnp.broadcast_to(jnp.eye(a.shape[1]), a.shape)
    return attention.AttentionParams(w_q=query_key, w_k=identity, w_v=output_value, w_o=identity)
    ### END SOLUTION


# %% check="interpolate" points=3
check("interpolate", interpolate)

# %% [markdown] solution="interpolate"
# **Why this works.** Let $\langle A, B \rangle$ be the sum over all entries of $A_{ij} B_{ij}$.
# Then $|A - cB|^2 = \langle A, A \rangle - 2c \langle A, B \rangle + c^2 \langle B, B \rangle$. Its
# derivative in $c$ is 0 at $c = \langle A, B \rangle / \langle B, B \rangle$. Dividing $A$ by $c$
# makes every score $c$ times smaller, and $c V$ makes every update $c$ times larger: the function
# stays. To turn two products into weights, let $W_K$ and $W_O$ be identities. Then
# $W_K^\top W_Q = W_Q$ and $W_O W_V = W_V$.
#
# **Another right answer.** Never mix matrices: lay keys and values of both layers side by side.
#
# ```python
# def interpolate(
#     params: attention.AttentionParams, like: attention.AttentionParams, share: Scalar
# ) -> attention.AttentionParams:
#     heads = []
#     for n in range(len(params.w_q)):
#         ours, theirs = ([w[n] for w in (p.w_q, p.w_k, p.w_v, p.w_o)] for p in (params, like))
#         a, b = ours[1].T @ ours[0], theirs[1].T @ theirs[0]
#         c = jnp.vdot(a, b) / jnp.vdot(b, b)
#         w_q = jnp.vstack([(1 - share) / c * ours[0], share * theirs[0]])
#         w_k = jnp.vstack([ours[1], theirs[1]])
#         w_v = jnp.vstack([(1 - share) * c * ours[2], share * theirs[2]])
#         w_o = jnp.hstack([ours[3], theirs[3]])
#         heads.append((w_q, w_k, w_v, w_o))
#     return attention.AttentionParams(*map(jnp.stack, zip(*heads, strict=True)))
# ```
#
# **What the two share.** A sum of two products is one product of stacked matrices:
# $K_1^\top Q_1 + K_2^\top Q_2 = (K_1; K_2)^\top (Q_1; Q_2)$. So both have the same
# $W_K^\top W_Q$ and the same $W_O W_V$ in each head, and nothing else can be seen.

# %% [markdown]
# Walk from the trained layer to the construction, with `gauge.interpolate`. Beside it, walk along
# the straight line between the four matrices themselves, scale and basis not fixed.

# %%
shares = np.linspace(0, 1, 11)
fixed = [loss_of(gauge.interpolate(trained, built, share=share), few) for share in shares]
bare = [
    loss_of(jax.tree.map(lambda a, b, t=share: (1 - t) * a + t * b, trained, built), few)
    for share in shares
]

# %% display
figures.interpolation(
    steps, curves["loss"], curves["mixed"], loss_of(built, few), shares, fixed, bare
)

# %% facts
fact("loss-half-way", loss_of(half_way(trained, built), test), rounding=".4f", rtol=0.01)
fact("loss-bare", max(map(float, bare)), rounding=".2f", rtol=0.2)

# %% [markdown]
# With the scale fixed the layer halfway loses [[loss-half-way]], on the 100,000 tasks of before.
# That is no more than the trained layer loses, and hardly more than the gradient step. The straight
# line between the bare matrices loses up to [[loss-bare]]: the ends are nearly the same function,
# and what lies between them is another one.
#
# So the two layers agree on tasks like those of training, in their predictions, in their
# sensitivities, and on the road between them. Is it the same *algorithm*? Then they should agree
# elsewhere as well.
#
# ## 5. Tasks of another kind
#
# The layer was trained at one input scale, one teacher scale, one number of examples. Change any of
# the three, and the loss of a gradient step from $W = 0$ still has a closed form. Derive it, and
# you have a prediction of what the trained layer does where it was never trained.
#
# The frozen layer has $\eta / N$ written in its weights. The $N$ in there is that of training. Call
# it $N_0$, and let the tasks at hand have $N$ examples. The layer predicts
#
# $$\hat y = \frac{\eta}{N_0} \sum_{i=1}^{N} y_i \, (x_i \cdot x_q) .$$
#
# As for the tasks: $d_y = 1$ and $y = w \cdot x$. The teacher $w$ has independent entries with
# mean 0 and standard deviation $\tau$. All entries of all inputs are independent, with mean 0,
# variance $s$ and fourth moment $f$ (the mean of $x_a^4$). For $U(-a, a)$ these are $s = a^2 / 3$
# and $f = a^4 / 5$.
#
# ### Exercise `out-of-distribution`: what a frozen step loses
# *3 points · difficulty 3 of 3 · importance 3 of 3 · 14 minutes*
#
# Lesson 01 did this for $N = N_0$. Here is the beginning. With $H = \sum_i x_i x_i^\top$ and
# $\alpha = \eta / N_0$, the sum is $\hat y = \alpha \, w^\top H x_q$, so
#
# $$
# \begin{aligned}
# \tfrac12 \, \mathbb{E} \, (y_q - \hat y)^2
# &= \tfrac12 \, \mathbb{E} \, \big( w^\top (I - \alpha H) \, x_q \big)^2
#   && y_q = w^\top x_q \\
# &= \tfrac12 \, \tau^2 \, \mathbb{E} \, |(I - \alpha H) \, x_q|^2
#   && \text{mean over } w \text{: } \mathbb{E}(w^\top v)^2 = \tau^2 |v|^2 \\
# &= \tfrac12 \, \tau^2 s \; \mathbb{E} \, \mathrm{tr} \, (I - \alpha H)^2
#   && \text{mean over } x_q \text{: } \mathbb{E}|M x_q|^2 = s \, \mathrm{tr} \, M^\top M
# \end{aligned}
# $$
#
# Multiply out, and find the mean of each trace.


# %% exercise="out-of-distribution"
def shifted_loss(
    learning_rate: Scalar,
    n_trained: int,
    n_context: int,
    d_x: int,
    variance: Scalar,
    fourth_moment: Scalar,
    teacher_scale: Scalar,
) -> Scalar:
    """Return the expected loss of a frozen gradient step on tasks of another kind.

    The layer predicts learning_rate / n_trained * sum_i y_i (x_i . x_q), where i runs over the
    n_context examples of the task at hand. Targets are y = w . x, for examples and query alike. The
    loss is 1/2 (y_q - prediction)², and its expectation is over w, all x_i and x_q.

    Arguments:
        learning_rate: the step size η that is written into the weights.
        n_trained: the number N_0 that is written into the weights.
        n_context: the number N of examples in each task at hand, at least 1.
        d_x: the number of entries of an input.
        variance: s, the mean of the square of each entry of each input, query included. All these
            entries are independent, with mean 0.
        fourth_moment: f, the mean of the fourth power of each entry.
        teacher_scale: τ, the standard deviation of the d_x entries of w: independent, mean 0.

    Returns one number, exact up to rounding: no sampling.
    """
    ### BEGIN SOLUTION
    rate = learning_rate / n_trained
    trace = n_context * d_x * variance  # E tr H
    with_itself = d_x * fourth_moment + d_x * (d_x - 1) * variance**2  # E (x_i . x_i)^2
    with_another = d_x * variance**2  # E (x_i . x_j)^2
    squared_trace = n_context * with_itself + n_context * (n_context - 1) * with_another
    left = d_x - 2 * rate * trace + rate**2 * squared_trace  # E tr (I - rate H)^2
    return teacher_scale**2 * variance / 2 * left
    ### END SOLUTION


# %% check="out-of-distribution" points=3
check("out-of-distribution", shifted_loss)

# %% [markdown] solution="out-of-distribution"
# **Why this works.** $\mathrm{tr}(I - \alpha H)^2 = d - 2 \alpha \, \mathrm{tr} H + \alpha^2 \,
# \mathrm{tr} H^2$. The first trace is $\sum_i |x_i|^2$, with mean $N d s$. The second is
# $\sum_{ij} (x_i \cdot x_j)^2$. An input with itself: $|x_i|^4 = \sum_{ab} x_a^2 x_b^2$ has $d$
# terms $x_a^4$ with mean $f$, and $d (d-1)$ terms with mean $s^2$. Two different inputs:
# $\sum_{ab} x_{ia} x_{ja} x_{ib} x_{jb}$, where only $a = b$ has a mean, $s^2$, and there are $d$
# of these. There are $N$ pairs of the first kind and $N(N-1)$ of the second.
#
# **Another right answer.** Rescale to a case that lesson 01 has. The frozen layer takes a step of
# size $\eta_N = \eta N / N_0$ on the mean over $N$ examples.
#
# ```python
# def shifted_loss(
#     learning_rate: Scalar,
#     n_trained: int,
#     n_context: int,
#     d_x: int,
#     variance: Scalar,
#     fourth_moment: Scalar,
#     teacher_scale: Scalar,
# ) -> Scalar:
#     shrink = learning_rate * n_context / n_trained * variance  # what is taken off, on average
#     kurtosis = fourth_moment / variance**2
#     spread = (d_x + kurtosis - 2) / n_context  # how far the second moment is from its mean
#     per_direction = (1 - shrink) ** 2 + shrink**2 * spread
#     return teacher_scale**2 * d_x * variance / 2 * per_direction
# ```
#
# **What the two share.** Divide the first by $\frac12 \tau^2 d s$, write
# $\rho = \alpha N s$, and collect: $1 - 2 \rho + \rho^2 + \rho^2 (d + f/s^2 - 2) / N$. The second
# reads it as bias and spread: what would be left if $H$ were equal to its mean $N s I$, and what
# its chance adds.

# %% [markdown]
# Before you run the sweep, decide. The layer was trained on 10 examples in each prompt. Now each
# prompt has 20, and all else stays as it was. What becomes of the layer's loss?
#
# - **a.** It gets clearly lower: more examples, more knowledge.
# - **b.** It stays nearly what it was, within a few per cent.
# - **c.** It gets clearly higher: the step is twice as long as the best one.
# - **d.** Nothing: the layer cannot take more tokens than it was trained on.

# %% predict="twice-the-examples"
predict("twice-the-examples", choice="b")

# %% [markdown]
# Now the sweep: input scale, teacher scale, number of examples, one at a time, on 50,000 tasks
# each. The points are measured, with the trained layer and with the construction. The curve is the
# closed form, `theory.one_step_loss` with step size $\eta^* N / N_0$. It knows nothing of the
# trained layer.


# %%
def measured(**changed: float | int) -> tuple[Array, Array]:
    """Return the losses of the trained layer and of the construction on changed tasks."""
    # One key on purpose: all points share their random numbers, so less of a difference is chance.
    sizes = {"n_context": N_CONTEXT, "d_x": D_X} | changed
    batch = batches.sample_linear_batch(jax.random.key(3), n_tasks=50_000, **sizes)
    return loss_of(trained, batch), loss_of(built, batch)


def derived(
    input_range: Scalar = 0.5, teacher_scale: Scalar = 1.0, n_context: int = N_CONTEXT
) -> Scalar:
    """Return the expected loss of the frozen step on changed tasks."""
    return theory.one_step_loss(
        theory.uniform_moments(input_range=input_range),
        learning_rate=LEARNING_RATE * n_context / N_CONTEXT,
        n_context=n_context,
        d_x=D_X,
        teacher_scale=teacher_scale,
    )


sweeps = {
    "input_range": np.asarray([0.25, 0.5, 0.625, 0.75, 1.0]),
    "teacher_scale": np.asarray([0.5, 1.0, 2.0, 4.0]),
    "n_context": np.asarray([2, 5, 10, 20, 40]),
}
points = {
    name: np.asarray([measured(**{name: value.item()}) for value in values])
    for name, values in sweeps.items()
}
grids = {
    "input_range": np.union1d(np.linspace(0.25, 1.0, 31), sweeps["input_range"]),
    "teacher_scale": np.union1d(np.linspace(0.5, 4.0, 36), sweeps["teacher_scale"]),
    "n_context": np.arange(2, 41),
}
expected = {
    name: np.asarray([(value, derived(**{name: value.item()})) for value in values])
    for name, values in grids.items()
}

# %% display
figures.out_of_distribution(sweeps, points, expected)

# %% facts
fact("loss-twice-scale", points["input_range"][-1, 0], rounding=".1f", rtol=0.15)
fact("loss-twice-scale-derived", derived(input_range=1.0), rounding=".2f", rtol=1e-6)
fact(
    "zero-twice-scale",
    theory.zero_loss(theory.uniform_moments(input_range=1.0), d_x=D_X),
    rounding=".2f",
    rtol=1e-6,
)
fact("loss-20", points["n_context"][3, 0], rounding=".3f", rtol=0.04)
fact("loss-20-derived", derived(n_context=20), rounding=".4f", rtol=1e-6)
fact("loss-10-derived", derived(n_context=10), rounding=".4f", rtol=1e-6)
fact("loss-40-derived", derived(n_context=40), rounding=".3f", rtol=1e-6)
fact("loss-40", points["n_context"][4, 0], rounding=".2f", rtol=0.1)

# %% [markdown]
# **Input scale.** With inputs twice as large the trained layer loses [[loss-twice-scale]] and the
# frozen step [[loss-twice-scale-derived]], while predicting 0 would lose [[zero-twice-scale]]. The
# layer does not adapt its step to its prompt. It fails as a frozen gradient step fails. That says
# more than an equal loss: good predictors are all close to the truth, but there are many ways to be
# far from it. It says no more than equal *predictions*, though. Inputs $c$ times as large make
# every token $c$ times as large, so the update of *any* linear layer is $c^3$ times as large
# (lesson 02: eightfold for $c = 2$). Two layers that predict alike at one scale do so at every
# scale.
#
# **Teacher scale.** The construction's loss grows with its square, exactly: the prediction is
# linear in the targets. The trained layer's does so too, near enough. (The architecture does not
# force this. A score may depend on y as well. Training has set those entries near 0.)
#
# **Number of examples.** At 20 examples the derived loss is [[loss-20-derived]] and the trained
# layer's [[loss-20]], against [[loss-10-derived]] derived at 10. Better direction and longer step
# cancel, nearly. At 40 the derived loss is [[loss-40-derived]], and the trained layer's
# [[loss-40]].
#
# **Another law.** The closed form asks for $s$ and $f$ only. So change the law of the inputs and
# keep their variance, $s = \frac{1}{12}$. The fourth moment is then $3 s^2$ for a normal law,
# $6 s^2$ for a Laplace law and $9 s^2$ for an exponential one (moved to mean 0), where the uniform
# law has $1.8 s^2$.

# %%
laws = {
    "normal": (tasks.normal_inputs, theory.normal_moments),
    "Laplace": (tasks.laplace_inputs, theory.laplace_moments),
    "exponential": (tasks.exponential_inputs, theory.exponential_moments),
}
scale, by_law = (1 / 12) ** 0.5, {}
for name, (inputs, moments) in laws.items():
    sample = partial(
        tasks.sample_linear,
        n_context=N_CONTEXT,
        d_x=D_X,
        sample_inputs=partial(inputs, scale=scale),
    )
    batch = jax.jit(jax.vmap(sample))(jax.random.split(jax.random.key(6), 50_000))
    at_law = theory.one_step_loss(
        moments(scale=scale), learning_rate=LEARNING_RATE, n_context=N_CONTEXT, d_x=D_X
    )
    by_law[name] = loss_of(trained, batch), loss_of(built, batch), at_law
    print(f"{name:12} trained {by_law[name][0]:.3f}, frozen step, derived {at_law:.3f}")

# %% facts
fact("loss-normal", by_law["normal"][0], rounding=".3f", rtol=0.05)
fact("loss-normal-derived", by_law["normal"][2], rounding=".3f", rtol=1e-6)
fact("loss-exponential", by_law["exponential"][0], rounding=".3f", rtol=0.1)
fact("loss-exponential-derived", by_law["exponential"][2], rounding=".3f", rtol=1e-6)

# %% [markdown]
# For normal inputs the trained layer loses [[loss-normal]] and the derivation says
# [[loss-normal-derived]]; for exponential ones it is [[loss-exponential]] and
# [[loss-exponential-derived]]. The heavier the tails, the more the frozen step is too long for some
# prompts.
#
# ## 6. Before you trust a curve: one key, two draws
#
# Every number above rests on samplers. Here is how the paper's released code draws a sine task, the
# subject of lesson 05, in our notation. A task is one wave $y = A \sin(x + \varphi)$. Its amplitude
# $A \sim U(0.1, 0.5)$ and its phase $\varphi \sim U(0, \pi)$ are meant to be independent. Read it.


# %%
def sample_sine_as_released(key: Key[Array, ""], n_context: int) -> tasks.Task:
    """Draw one sine task; a reader should be able to say what is wrong with it."""
    key_wave, key_xs, key_query = jax.random.split(key, 3)
    amplitude = jax.random.uniform(key_wave, minval=0.1, maxval=0.5)
    phase = jax.random.uniform(key_wave, minval=0.0, maxval=jnp.pi)
    xs = jax.random.uniform(key_xs, (n_context, 1), minval=-5.0, maxval=5.0)
    x_query = jax.random.uniform(key_query, (1,), minval=-5.0, maxval=5.0)
    return tasks.Task(
        xs=xs,
        ys=amplitude * jnp.sin(xs + phase),
        x_query=x_query,
        y_query=amplitude * jnp.sin(x_query + phase),
    )


# %% [markdown]
# ### Exercise `one-key-two-draws`: repair the sampler
# *2 points · difficulty 2 of 3 · importance 2 of 3 · 8 minutes*
#
# Write a sampler with the law that was meant. The check draws a few hundred tasks, recovers each
# wave's amplitude and phase from the examples, and looks at their law: ranges, shapes, and whether
# one draw gives away another.


# %% exercise="one-key-two-draws"
def sample_sine(key: Key[Array, ""], n_context: int) -> tasks.Task:
    """Draw one sine task, all of whose draws are independent.

    A ~ U(0.1, 0.5) and φ ~ U(0, π) are drawn once for the task. The n_context inputs x_i and the
    query x_q are each drawn from U(-5, 5). All targets are y = A sin(x + φ), without noise, for
    the examples and for the query. A, φ, the x_i and x_q are independent of each other.

    The function is called under jax.vmap over keys.

    Arguments:
        key: a JAX key: the same key gives the same task, other keys give independent tasks.
        n_context: the number of examples.

    Returns a `Task` with xs [n_context, 1], ys [n_context, 1], x_query [1] and y_query [1].
    """
    ### BEGIN SOLUTION
    key_amplitude, key_phase, key_xs, key_query = jax.random.split(key, 4)
    amplitude = jax.random.uniform(key_amplitude, minval=0.1, maxval=0.5)
    phase = jax.random.uniform(key_phase, maxval=jnp.pi)
    xs = jax.random.uniform(key_xs, (n_context, 1), minval=-5.0, maxval=5.0)
    x_query = jax.random.uniform(key_query, (1,), minval=-5.0, maxval=5.0)
    return tasks.Task(
        xs=xs,
        ys=amplitude * jnp.sin(xs + phase),
        x_query=x_query,
        y_query=amplitude * jnp.sin(x_query + phase),
    )
    ### END SOLUTION


# %% check="one-key-two-draws" points=2
check("one-key-two-draws", sample_sine)

# %% [markdown] solution="one-key-two-draws"
# **Why this works.** A draw is a function of its key. Two draws from one key are made of the same
# random bits: $A = 0.1 + 0.4 u$ and $\varphi = \pi u$ with one and the same $u$. Four quantities
# need four keys. Each is named after what it draws, and the old key is not used again.
#
# **Another right answer.** One draw of many numbers from one key, then cut.
#
# ```python
# def sample_sine(key: Key[Array, ""], n_context: int) -> tasks.Task:
#     u = jax.random.uniform(key, (n_context + 3,))  # independent of each other: one draw
#     amplitude, phase = 0.1 + 0.4 * u[0], jnp.pi * u[1]
#     x = 10 * u[2:] - 5
#     y = amplitude * jnp.sin(x + phase)
#     return tasks.Task(
#         xs=x[:-1, None], ys=y[:-1, None], x_query=x[-1:], y_query=y[-1:]
#     )
# ```
#
# **What the two share.** No random number serves twice. It is not the number of keys that counts.
# One draw may have as many entries as you like, and they are independent.

# %% [markdown]
# What did the slip cost? Recover the faulty sampler's waves, and put amplitude and phase side by
# side.

# %% display
faulty = jax.vmap(partial(sample_sine_as_released, n_context=20))(
    jax.random.split(jax.random.key(4), 1_000)
)
basis = np.concatenate([np.sin(faulty.xs), np.cos(faulty.xs)], axis=-1)
along, across = np.stack(
    [np.linalg.lstsq(b, y, rcond=None)[0][:, 0] for b, y in zip(basis, faulty.ys, strict=True)]
).T
amplitudes, phases = np.hypot(along, across), np.arctan2(across, along)
together = np.corrcoef(amplitudes, phases)[0, 1]
print(f"correlation of amplitude and phase over 1,000 tasks: {together:.4f}")

# %% facts
fact("one-key-correlation", together, rounding=".3f", rtol=0.01)

# %% [markdown]
# The correlation is [[one-key-correlation]]. Either number gives away the other: in the plane of
# amplitude and phase all these waves lie on one line. A net may learn the short cut, and its loss
# then looks better than the task deserves. Nothing in a loss curve shows it. Only reading does, or
# a test of the law. In this course every quantity has a key of its own, named after it, and the
# tests of the library switch on `jax_debug_key_reuse`, which finds a key that is used twice.

# %% [markdown] question="what-agreement-shows" points=2
# ### Question `what-agreement-shows`: what follows, and what does not?
# *2 points · difficulty 2 of 3 · importance 3 of 3 · 8 minutes · marked by hand*
#
# Somebody reads your numbers (loss, cosine, learned step size, interpolation, the sweeps) and
# concludes: "Transformers learn in context by gradient descent." Answer in 100 to 160 words. What
# do the numbers support? Name one measurement that carries more than the equal loss does, and say
# why. Name two things that the claim says and the numbers do not.
#
# <!-- BEGIN SOLUTION -->
#
# **A model answer.**
#
# The numbers support this: one linear attention layer, trained with Adam on noiseless linear tasks
# at one scale, becomes a predictor that is close to one gradient step from $W = 0$, with the best
# step size for these tasks.
#
# The sensitivities carry more than the loss. Many predictors could reach the same loss. A
# sensitivity is the whole model made of the context, compared task by task, where errors cannot
# cancel. (The input-scale sweep would do as well: an equal loss at one scale does not imply the
# same failure at another.)
#
# The claim says "transformers". This was one layer without softmax, MLP or depth. It says "learn by
# gradient descent". Within a linear layer there is not much else: nearly all that it *can* do with
# such prompts is some linear map of $\sum_i y_i x_i^\top$, so training chose a map, not an
# algorithm from many. Nor do the numbers speak of real text, or of models in use.
#
# <!-- END SOLUTION -->

# %% [markdown] rubric="what-agreement-shows"
# - **½ point**: says what is supported, with its limits: this layer, these tasks, close to one
#   step.
# - **½ point**: names a measurement beyond the loss (sensitivity, sweep, interpolation) and why it
#   carries more: it compares answers or models task by task, or where nothing was trained.
# - **1 point**: two gaps, ½ each: one linear layer is no transformer; a linear layer can do little
#   else; one task family; near is not equal; nothing about text or large models.

# %% [markdown]
# ## 7. Where this breaks
#
# - **Near is not equal.** The cosine is [[cosine]], not 1. Longer training does not
#   close the gap: batches are finite, and Adam with a constant rate keeps moving.
# - **There is little else to find.** A linear layer on such prompts can make little more than a
#   linear map of $\sum_i y_i x_i^\top$ and apply it to $x_q$. By symmetry the best map is a
#   multiple of the identity, which is the step. That training gets there is a fact about
#   optimisation. That the result is a gradient step is mostly a fact about the architecture.
# - **Inputs with equal variances.** Make the coordinates unequal, and the best map is no multiple
#   of the identity. Trained layers then do *preconditioned* descent. Lesson 10.
# - **The step is frozen.** Section 5: another input scale or another $N$, and it is the wrong step.
#   A learner would adapt it.
# - **One seed.** Here you saw one run. `icl-course reproduce` repeats it with five seeds and the
#   paper's 5,000 steps.
# - **One step is weak.** The layer loses [[loss-trained]], where least squares would lose nothing.
#   Lesson 04 stacks layers, and finds that trained ones do *better* than plain gradient descent.
#   Then the agreement of this lesson ends, and what replaces it is more interesting.
#
# ## What you can do now
#
# You can train a layer, and tell equal losses from equal answers. You can compare two predictors by
# their predictions, by the models that they make of a context, and on tasks that neither was made
# for. You can fix what cannot be seen before you compare weights. And you read samplers before
# curves.
