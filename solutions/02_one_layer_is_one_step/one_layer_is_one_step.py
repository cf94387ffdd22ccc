# %% [markdown]
# # One linear attention layer is one gradient step
#
# **Goal.** Write down an attention layer whose output is exactly one step of gradient descent on
# the examples in its prompt.
#
# From von Oswald et al., [arXiv 2212.07677](https://arxiv.org/abs/2212.07677), section 3 and
# Proposition 1. You need lessons 00 and 01: gradients, `jax.vmap`, tokens. About 80 minutes.
#
# |exercise|points|exercise|points|
# |---|---|---|---|
# |`target-shift`|2|`multi-output`|2|
# |`linear-attention`|3|`largest-deviation`|2|
# |`gd-weights`|3|`same-function-other-weights`|2|
# |`gd-weights-w0`|2|`what-changed`, in words|2|
#
# Fill in a cell, then run the check under it. Stuck? `hint("target-shift")`, up to three times.

# %%
# %load_ext jaxtyping
# %jaxtyping.typechecker beartype.beartype
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Key

from autograder import check, hint, predict, solution
from icl_course import attention, constructions, descent, figures, metrics, tasks, tokens
from icl_course.arrays import Array, Scalar

# %% [markdown]
# ## 1. Changing the weights is changing the targets
#
# A prompt holds $N$ examples: inputs $x_i \in \mathbb{R}^{d_x}$ and targets
# $y_i \in \mathbb{R}^{d_y}$, with $i = 1, \dots, N$. A linear model with weights
# $W \in \mathbb{R}^{d_y \times d_x}$ predicts $W x_i$. Its loss is
#
# $$L(W; x, y) = \frac{1}{2N} \sum_{i=1}^{N} |W x_i - y_i|^2 .$$
#
# Change the weights $W_0$ to $W_0 + \Delta W$, with any $\Delta W$. Then
#
# $$
# \begin{aligned}
# L(W_0 + \Delta W; x, y)
# &= \frac{1}{2N} \sum_i |(W_0 + \Delta W) x_i - y_i|^2 && \text{definition} \\
# &= \frac{1}{2N} \sum_i |W_0 x_i + \Delta W x_i - y_i|^2 && \text{multiply out} \\
# &= \frac{1}{2N} \sum_i |W_0 x_i - (y_i - \Delta W x_i)|^2 && \text{regroup} \\
# &= L(W_0; x, y - \Delta W x) && \text{definition}
# \end{aligned}
# $$
#
# The new weights fit the old targets exactly as well as the old weights fit the *shifted* targets
# $y_i - \Delta W x_i$. A layer with fixed weights can move targets: they are its input.
#
# ### Exercise `target-shift`: move the targets instead
# *2 points · difficulty 1 of 3 · importance 3 of 3 · 7 minutes*
#
# Let $\Delta W = -\eta \, \nabla_W L(W_0; x, y)$: one gradient step with step size $\eta$.
# Derive the gradient on paper. Return the shifted targets.


# %% exercise="target-shift"
def target_shift(
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    w_0: Float[Array, "d_y d_x"],
    learning_rate: Scalar,
) -> Float[Array, "n_context d_y"]:
    """Return the shifted targets y_i - ΔW x_i, one row per example.

    ΔW is one step of gradient descent from W_0 with step size `learning_rate`, on the loss
    L(W) = 1/(2N) sum_i |W x_i - y_i|², where N = n_context and |.|² sums over the d_y outputs.

    Arguments:
        xs: the inputs x_i, one per row.
        ys: the targets y_i, one per row. No linear map needs to fit them.
        w_0: the weights W_0, which act from the left on one input.
        learning_rate: the step size η, one number for all outputs.

    Returns an array shaped as `ys`.
    """
    ### BEGIN SOLUTION
    residuals = xs @ w_0.T - ys  # row i is W_0 x_i - y_i
    gradient = residuals.T @ xs / len(xs)  # the mean of residual times input
    delta_w = -learning_rate * gradient  # descent goes against the gradient
    return ys - xs @ delta_w.T  # row i is y_i - ΔW x_i
    ### END SOLUTION


# %% check="target-shift" points=2
check("target-shift", target_shift)

# %% [markdown] solution="target-shift"
# **Why this works.** Take one example and write $r = W x - y$ for its residual. Only row $a$ of $W$
# enters $r_a$, and $\partial r_a / \partial W_{ab} = x_b$. So
# $\partial \big( \tfrac12 \sum_c r_c^2 \big) / \partial W_{ab} = r_a x_b$. As a matrix this is
# $r x^\top$. The loss is the mean over examples, hence
# $\nabla_W L(W_0) = \frac1N \sum_i (W_0 x_i - y_i) x_i^\top$. The half in the loss cancelled the 2.
# With examples as rows, the sum over $i$ is the matrix product `residuals.T @ xs`.
#
# **Another right answer.** Put $\Delta W$ into $\Delta W x_j$ before computing anything.
#
# ```python
# def target_shift(
#     xs: Float[Array, "n_context d_x"],
#     ys: Float[Array, "n_context d_y"],
#     w_0: Float[Array, "d_y d_x"],
#     learning_rate: Scalar,
# ) -> Float[Array, "n_context d_y"]:
#     similarity = xs @ xs.T  # [j, i] is x_j . x_i
#     residuals = xs @ w_0.T - ys
#     return ys + learning_rate / len(xs) * similarity @ residuals
# ```
#
# **What the two share.** Both compute
# $y_j + \frac{\eta}{N} \sum_i (W_0 x_i - y_i) \, x_i^\top x_j$. They place the brackets
# differently. The first sums residual times input over the examples and keeps a $d_y \times d_x$
# matrix. The second compares inputs with each other and never forms $\Delta W$. The second is what
# the attention layer of this lesson will do.

# %% [markdown]
# Once you have passed, `solution("target-shift")` shows a solution with its reasons, and another
# right answer. The same goes for every exercise.
#
# ## 2. Linear self-attention
#
# **Tokens.** Attention reads a list of vectors, its *tokens*. Example $i$ becomes one token: $x_i$
# on top, $y_i$ below. One more token comes last, the *query*. It holds the input $x_q$ whose output
# we want:
#
# $$
# e_i = \begin{pmatrix} x_i \\ y_i \end{pmatrix} \quad (i = 1, \dots, N), \qquad
# e_{N+1} = \begin{pmatrix} x_q \\ -W_0 x_q \end{pmatrix} .
# $$
#
# The first $N$ tokens are the *context*. Each token has $d_\text{token} = d_x + d_y$ entries. Call
# the last $d_y$ of them its *y slot*. The query has no target to put there. It holds $-W_0 x_q$,
# minus the prediction of the initial weights. Section 5 gives the reason for the minus. For
# $W_0 = 0$ the slot is simply 0.
#
# **One head.** A head has four matrices. $W_K$ and $W_Q$ have shape
# $d_\text{key} \times d_\text{token}$. $W_V$ has shape $d_\text{value} \times d_\text{token}$.
# $W_O$ has shape $d_\text{token} \times d_\text{value}$; the paper calls it $P$. Each token gets
#
# $$
# \text{a key } k_i = W_K e_i, \qquad \text{a query } q_j = W_Q e_j, \qquad
# \text{a value } v_i = W_V e_i .
# $$
#
# (Two things are called query. The *token* $e_{N+1}$ is "the query"; every token makes a query
# *vector* $q_j$.) The number $k_i \cdot q_j$ is the *score* of token $j$ on token $i$. It says how
# much token $j$ takes of the value $v_i$. Token $j$ adds up what it takes. $W_O$ turns the sum into
# a token again. The result is added to $e_j$, which is the *residual connection*. With several
# heads $h$, each with its own four matrices, the results add up:
#
# $$
# e_j \;\leftarrow\; e_j + \sum_h W_{O,h} \sum_{i=1}^{N} v_{h,i} \, (k_{h,i} \cdot q_{h,j}),
# \qquad j = 1, \dots, N + 1 .
# $$
#
# Three things to notice.
#
# - **Nobody attends to the query.** The sum over $i$ stops at $N$, for every $j$. All tokens ask,
#   but only examples answer. The loss is a sum over the examples, and the query is not one of them.
#   Section 6 shows what happens if you forget.
# - **Scores are used as they are.** No softmax, no division by $\sqrt{d_\text{key}}$. A score may
#   be negative. This is what *linear* means here. The layer is not linear in its tokens: double
#   every token and the update grows eightfold.
# - **Rows.** In code a token is a *row*, so all keys at once are `tokens @ w_k.T`. Heads lead:
#   `w_k` has shape `[n_heads, d_key, d_token]`.
#
# **Conventions of this course.** Unless a cell says otherwise, entries of $x$ are uniform on
# $(-\frac12, \frac12)$, a task's teacher $W$ has $N(0, 1)$ entries, $y = W x$ without noise,
# $N = d_x = 10$, $d_y = 1$, and errors are *half* squared errors. This is what the paper's released
# code does. The paper's text says $U(-1, 1)$ instead. The choice matters for the step size: the
# best single step has $\eta^* =$ [[eta-star]] here and [[eta-star-wide]] for $U(-1, 1)$. Both come
# from the closed form derived in lesson 01.


# %% facts
def best_learning_rate(input_range: float, n_context: int, d_x: int) -> float:
    variance, fourth = input_range**2 / 3, input_range**4 / 5
    fourth_norm = d_x * fourth + d_x * (d_x - 1) * variance**2
    trace = fourth_norm / n_context + (n_context - 1) / n_context * d_x * variance**2
    return d_x * variance / trace


fact("eta-star", best_learning_rate(0.5, 10, 10), rounding=".4f", rtol=1e-6)
fact("eta-star-wide", best_learning_rate(1.0, 10, 10), rounding=".4f", rtol=1e-6)

# %%
N_CONTEXT, D_X = 10, 10
LEARNING_RATE = 6.0606  # the best single step for these inputs, see lesson 01

task = tasks.sample_linear(jax.random.key(1), n_context=N_CONTEXT, d_x=D_X)
prompt = tokens.make_tokens(task)  # W_0 = 0 unless you pass w_0
print("xs", task.xs.shape, " ys", task.ys.shape, " prompt", prompt.shape)
print("y slots:", np.asarray(prompt[:, -1]).round(2))

# %% [markdown]
# The last y slot is the query's: minus the prediction 0.
#
# ### Exercise `linear-attention`: a linear self-attention layer
# *3 points · difficulty 2 of 3 · importance 3 of 3 · 11 minutes*
#
# Write the layer. `params` is an `attention.AttentionParams`, a record with the four arrays `w_q`,
# `w_k`, `w_v` and `w_o`. A loop over heads is fine. `hint("linear-attention")` helps with the order
# of the products.


# %% exercise="linear-attention"
def linear_attention(
    params: attention.AttentionParams, tokens: Float[Array, "n_tokens d_token"]
) -> Float[Array, "n_tokens d_token"]:
    """Return the tokens after one layer of multi-head linear self-attention.

    A token is a row; matrices act from the left on one token: k_i = W_K e_i, q_j = W_Q e_j,
    v_i = W_V e_i. In each head every token j, the last one included, gathers the values v_i of all
    tokens i but the last, each times its bare score k_i . q_j: no softmax, no scaling. The head's
    W_O maps what was gathered back to a token. The heads' results add up, and are added to e_j.

    Arguments:
        params: w_q and w_k [n_heads, d_key, d_token], w_v [n_heads, d_value, d_token],
            w_o [n_heads, d_token, d_value]. Any sizes, any weights.
        tokens: one token per row, at least two. The last one is the query: nobody attends to it.

    Returns an array shaped as `tokens`.
    """
    ### BEGIN SOLUTION
    context = tokens[:-1]  # the query lends no key and no value
    update = jnp.zeros_like(tokens)
    for w_q, w_k, w_v, w_o in zip(params.w_q, params.w_k, params.w_v, params.w_o, strict=True):
        queries = tokens @ w_q.T  # but the query does ask, like everyone
        keys, values = context @ w_k.T, context @ w_v.T
        scores = queries @ keys.T  # [j, i] is k_i . q_j
        update = update + scores @ values @ w_o.T
    return tokens + update
    ### END SOLUTION


# %% check="linear-attention" points=3
check("linear-attention", linear_attention)

# %% [markdown] solution="linear-attention"
# **Why this works.** Row $j$ of `scores @ values` is $\sum_i (k_i \cdot q_j) \, v_i^\top$, since a
# matrix product sums over the shared index $i$. A row vector $u^\top$ becomes $(W_O u)^\top$ by
# `@ w_o.T`. Keys and values come from `tokens[:-1]`, queries from all tokens: that one slice is the
# rule that nobody attends to the query.
#
# **Another right answer.** Sum over the examples first, and meet the queries last.
#
# ```python
# def linear_attention(
#     params: attention.AttentionParams, tokens: Float[Array, "n_tokens d_token"]
# ) -> Float[Array, "n_tokens d_token"]:
#     context = tokens[:-1]
#     second_moment = context.T @ context  # sum_i e_i e_i^T
#     memory = params.w_v @ second_moment @ params.w_k.mT  # per head: sum_i v_i k_i^T
#     update = params.w_o @ memory @ params.w_q @ tokens.T
#     return tokens + update.sum(axis=0).T
# ```
#
# **What the two share.** $v_i (k_i \cdot q_j) = v_i (k_i^\top q_j) = (v_i k_i^\top) q_j$, so the
# same product is bracketed in two ways. The first makes an $(N+1) \times N$ table of scores. The
# second makes one $d_\text{value} \times d_\text{key}$ matrix per head, whose size does not grow
# with the prompt. A softmax between score and value would forbid the second. That matrix is a set
# of weights made from the prompt; the question at the end of the lesson comes back to it.

# %% [markdown]
# ## 3. Proposition 1: the layer that takes the step
#
# > **Proposition 1** (von Oswald et al., in our words). Fix $W_0$, $\eta$ and $N$. There is a
# > linear attention layer with one head that does the following on every prompt of $N$ examples. It
# > turns every token $(x_j, s_j)$, where $s_j$ is the y slot, into $(x_j, \, s_j - \Delta W x_j)$.
# > Here $\Delta W = -\eta \, \nabla_W L(W_0; x, y)$ is one gradient step.
#
# We derive the layer from what it must do. First, what must the y slot of token $j$ gain? (For the
# query, read $x_j$ as $x_q$.) The square $|W x_i - y_i|^2$ has the gradient
# $2 (W x_i - y_i) \, x_i^\top$ in $W$, and the 2 cancels the half of the loss. So
#
# $$
# \begin{aligned}
# \Delta W &= -\frac{\eta}{N} \sum_{i=1}^N (W_0 x_i - y_i) \, x_i^\top
#   && -\eta \text{ times the mean over } i \\
# \Delta W x_j &= -\frac{\eta}{N} \sum_{i=1}^N (W_0 x_i - y_i) \, (x_i^\top x_j)
#   && \text{apply to } x_j \text{; } x_i^\top x_j \text{ is a number} \\
# -\Delta W x_j &= +\frac{\eta}{N} \sum_{i=1}^N (W_0 x_i - y_i) \, (x_i \cdot x_j)
#   && \text{change the sign}
# \end{aligned}
# $$
#
# The last line has the form of attention. It is a sum over the examples of a vector that depends on
# token $i$, times a number that depends on $i$ and $j$. Write it beside what one head adds, with
# zeros for the x slots, which must not move:
#
# $$
# \underbrace{\begin{pmatrix} 0 \\ \frac{\eta}{N} \sum_i (W_0 x_i - y_i) \, (x_i \cdot x_j)
# \end{pmatrix}}_{\text{what token } j \text{ must gain}}
# \;=\;
# \underbrace{\; W_O \sum_i v_i \, (k_i \cdot q_j) \;}_{\text{what token } j \text{ does gain}}
# $$
#
# The two sides agree if they agree factor by factor. That makes three demands.
#
# | factor | must be | supplied by |
# |---|---|---|
# | score | $k_i \cdot q_j = x_i \cdot x_j$ for all $i$ and $j$ | $W_K$, $W_Q$ |
# | value | $v_i = W_V e_i$ carries $W_0 x_i - y_i$ | $W_V$ |
# | write-back | $W_O v_i = \big( 0, \; \frac{\eta}{N} (W_0 x_i - y_i) \big)$ | $W_O$ |
#
# Can *fixed* matrices meet them? Yes: $x_i$ and $W_0 x_i - y_i$ are both linear functions of the
# token $e_i = (x_i, y_i)$, and their coefficients do not depend on the prompt. What is fixed with
# them is $W_0$, $\eta$ and also $N$.
#
# The demands are enough. They are not the only way. The factor $\eta / N$ may sit in any of the
# four matrices, for example.
#
# **Two examples by hand.** Let $d_x = d_y = 1$, $N = 2$, $\eta = 1$ and $W_0 = 2$. The examples are
# $(1, 3)$ and $(2, 1)$, the query is $x_q = 2$.
#
# | | gradient descent | attention, for the query |
# |---|---|---|
# | residuals $W_0 x_i - y_i$ | $2 - 3 = -1$, and $4 - 1 = 3$ | the values: $-1$ and $3$ |
# | times | $x_i$: $1$ and $2$ | $x_i \cdot x_q$: $2$ and $4$ |
# | sum | $-1 \cdot 1 + 3 \cdot 2 = 5$ | $-1 \cdot 2 + 3 \cdot 4 = 10$ |
# | with $\eta / N = \frac12$ | $\Delta W = -\frac12 \cdot 5 = -2.5$ | gain $\frac12 \cdot 10 = 5$ |
# | result | $W_0 + \Delta W = -0.5$ predicts $-0.5 \cdot 2 = -1$ | slot: $-4 + 5 = 1$ |
#
# The prediction is $-1$ and the slot holds $1$. They differ in sign, as section 5 will explain.
#
# ### Exercise `gd-weights`: the weights of one gradient step
# *3 points · difficulty 2 of 3 · importance 3 of 3 · 12 minutes*
#
# Now find the matrices, first for $W_0 = 0$ and one output. Build them with
# `attention.AttentionParams(w_q=..., w_k=..., w_v=..., w_o=...)`. The check applies a layer of its
# own to your weights and looks at every token. Any weights that do the job pass.


# %% exercise="gd-weights"
def gd_weights(n_context: int, d_x: int, learning_rate: Scalar) -> attention.AttentionParams:
    """Return weights of a linear attention layer that takes one gradient step from W_0 = 0.

    There is one output, d_y = 1. The layer reads n_context + 1 tokens of d_token = d_x + 1 entries:
    rows (x_i, y_i), then the query (x_q, 0). It must turn every token (x_j, s_j), the query
    included, into (x_j, s_j - ΔW x_j), for any x and y. ΔW [1, d_x] is one step of gradient descent
    from W = 0 with step size `learning_rate` on L(W) = 1/(2N) sum_i |W x_i - y_i|², where
    N = n_context and the sum leaves the query out.

    The layer adds sum_h W_O,h sum_i (W_V,h e_i) (k_h,i . q_h,j) to token j, with k_i = W_K e_i,
    q_j = W_Q e_j, and i over all tokens but the last: no softmax, no scaling.

    Arguments:
        n_context: the number N of examples that the layer will see.
        d_x: the number of entries of an input.
        learning_rate: the step size η.

    Returns `AttentionParams` with w_q and w_k [n_heads, d_key, d_token], w_v [n_heads, d_value,
    d_token], w_o [n_heads, d_token, d_value]. n_heads, d_key and d_value are yours to choose.
    """
    ### BEGIN SOLUTION
    x_slots = jnp.diag(jnp.ones(d_x + 1).at[-1].set(0.0))  # keeps x, drops y
    y_slot = jnp.eye(d_x + 1) - x_slots
    return attention.AttentionParams(
        w_q=x_slots[None],
        w_k=x_slots[None],  # so k_i . q_j = x_i . x_j
        w_v=-y_slot[None],  # the residual of W_0 = 0 is -y_i
        w_o=learning_rate / n_context * jnp.eye(d_x + 1)[None],
    )
    ### END SOLUTION


# %% check="gd-weights" points=3
check("gd-weights", gd_weights)

# %% [markdown] solution="gd-weights"
# **Why this works.** Go through the three demands. Keys and queries must forget y: a diagonal of
# ones on x and a zero on y gives $k_i \cdot q_j = x_i \cdot x_j$. The value must be the residual
# $0 \cdot x_i - y_i$, so $W_V$ keeps y and turns its sign. It already lies in the y slot, so $W_O$
# has only to scale. The two minus signs of a descending step and of a shifted target have cancelled
# before, so $+\eta / N$ is right. The index `[None]` makes one head of a matrix.
#
# **Another right answer.** No square matrices: keys of $d_x$ entries and values of one.
#
# ```python
# def gd_weights(n_context: int, d_x: int, learning_rate: Scalar) -> attention.AttentionParams:
#     keep_x = jnp.eye(d_x, d_x + 1)
#     keep_y = jnp.eye(1, d_x + 1, k=d_x)
#     return attention.AttentionParams(
#         w_q=learning_rate / n_context * keep_x[None],  # the step size sits in the queries
#         w_k=keep_x[None],
#         w_v=keep_y[None],
#         w_o=-keep_y.T[None],  # the sign sits in the write-back
#     )
# ```
#
# **What the two share.** The product $W_K^\top W_Q$ is the identity on x up to a factor, and
# $W_O W_V$ is a number in the y corner. The two factors multiply to $-\eta / N$ in both. Sizes,
# step size and sign can sit wherever you like.

# %% [markdown]
# ### Exercise `gd-weights-w0`: a step that starts at $W_0$
# *2 points · difficulty 2 of 3 · importance 2 of 3 · 6 minutes*
#
# Usually one starts from some $W_0$ that is not 0. The query then starts as $(x_q, -W_0 x_q)$. Go
# through the three demands again. Which of them mentions $W_0$?


# %% exercise="gd-weights-w0"
def gd_weights_w0(
    n_context: int, w_0: Float[Array, "1 d_x"], learning_rate: Scalar
) -> attention.AttentionParams:
    """Return weights of a linear attention layer that takes one gradient step from any W_0.

    There is one output, d_y = 1. The layer reads n_context + 1 tokens of d_token = d_x + 1 entries:
    rows (x_i, y_i), then the query (x_q, -W_0 x_q). It must turn every token (x_j, s_j), the query
    included, into (x_j, s_j - ΔW x_j), for any x and y. ΔW [1, d_x] is one step of gradient descent
    from W_0 with step size `learning_rate` on L(W) = 1/(2N) sum_i |W x_i - y_i|², where
    N = n_context and the sum leaves the query out.

    The layer adds sum_h W_O,h sum_i (W_V,h e_i) (k_h,i . q_h,j) to token j, with k_i = W_K e_i,
    q_j = W_Q e_j, and i over all tokens but the last: no softmax, no scaling.

    Arguments:
        n_context: the number N of examples that the layer will see.
        w_0: the initial weights W_0, one row.
        learning_rate: the step size η.

    Returns `AttentionParams` with w_q and w_k [n_heads, d_key, d_token], w_v [n_heads, d_value,
    d_token], w_o [n_heads, d_token, d_value]. n_heads, d_key and d_value are yours to choose.
    """
    ### BEGIN SOLUTION
    d_token = w_0.shape[1] + 1
    x_slots = jnp.diag(jnp.ones(d_token).at[-1].set(0.0))
    residual = jnp.append(w_0[0], -1.0)  # residual . e_i = W_0 x_i - y_i
    w_v = jnp.zeros((d_token, d_token)).at[-1].set(residual)  # put it where y stands
    w_o = learning_rate / n_context * jnp.eye(d_token)
    return attention.AttentionParams(
        w_q=x_slots[None], w_k=x_slots[None], w_v=w_v[None], w_o=w_o[None]
    )
    ### END SOLUTION


# %% check="gd-weights-w0" points=2
check("gd-weights-w0", gd_weights_w0)

# %% [markdown] solution="gd-weights-w0"
# **Why this works.** Only the value mentions $W_0$. The residual $W_0 x_i - y_i$ is linear in
# $(x_i, y_i)$ with coefficients $(W_0, -1)$, and that is the last row of $W_V$. Scores and
# write-back are those of $W_0 = 0$. Nothing has to be done for the query: its slot starts at
# $-W_0 x_q$ because the prompt says so, and it gains what every slot gains.
#
# **Another right answer.** The residual is a difference. Give each part of it a head.
#
# ```python
# def gd_weights_w0(
#     n_context: int, w_0: Float[Array, "1 d_x"], learning_rate: Scalar
# ) -> attention.AttentionParams:
#     d_x = w_0.shape[1]
#     keep_x = jnp.eye(d_x, d_x + 1)
#     keep_y = jnp.eye(1, d_x + 1, k=d_x)
#     step_size = learning_rate / n_context
#     return attention.AttentionParams(
#         w_q=jnp.stack([keep_x, keep_x]),
#         w_k=jnp.stack([keep_x, keep_x]),
#         w_v=jnp.stack([keep_y, w_0 @ keep_x]),  # head 0 carries y_i, head 1 carries W_0 x_i
#         w_o=jnp.stack([-step_size * keep_y.T, step_size * keep_y.T]),
#     )
# ```
#
# **What the two share.** Heads add up and all maps are linear. So two heads with the same scores
# are one head whose $W_O W_V$ is the sum of theirs:
# $\frac{\eta}{N} \big( (0, -1) + (W_0, 0) \big) = \frac{\eta}{N} (W_0, -1)$.

# %% [markdown]
# ### Exercise `multi-output`: many outputs, one step size each
# *2 points · difficulty 2 of 3 · importance 2 of 3 · 7 minutes*
#
# Now $d_y$ outputs. Row $a$ of $W$ predicts output $a$, and the loss is a sum over outputs. So the
# rows are $d_y$ separate regressions on the same inputs. Each may have its own step size
# $\eta_a$: row $a$ of $\Delta W$ is $-\eta_a$ times row $a$ of $\nabla_W L$. The scores
# $x_i \cdot x_j$ know nothing of outputs, so within one head all outputs share them. There the step
# sizes cannot differ. One head is enough all the same.


# %% exercise="multi-output"
def multi_output_weights(
    n_context: int, w_0: Float[Array, "d_y d_x"], learning_rates: Float[Array, " d_y"]
) -> attention.AttentionParams:
    """Return weights of a linear attention layer that takes one gradient step for d_y outputs.

    The layer reads n_context + 1 tokens of d_token = d_x + d_y entries: rows (x_i, y_i), then the
    query (x_q, -W_0 x_q). It must turn every token (x_j, s_j), the query included, into
    (x_j, s_j - ΔW x_j), for any x and y. Row a of ΔW [d_y, d_x] is -learning_rates[a] times row a
    of the gradient at W_0 of L(W) = 1/(2N) sum_i |W x_i - y_i|², where N = n_context, |.|² sums
    over outputs, and the sum over i leaves the query out.

    The layer adds sum_h W_O,h sum_i (W_V,h e_i) (k_h,i . q_h,j) to token j, with k_i = W_K e_i,
    q_j = W_Q e_j, and i over all tokens but the last: no softmax, no scaling.

    Arguments:
        n_context: the number N of examples that the layer will see.
        w_0: the initial weights W_0, one row per output.
        learning_rates: the step sizes η_a, one per output.

    Returns `AttentionParams` with w_q and w_k [n_heads, d_key, d_token], w_v [n_heads, d_value,
    d_token], w_o [n_heads, d_token, d_value]. n_heads, d_key and d_value are yours to choose.
    """
    ### BEGIN SOLUTION
    d_y, d_x = w_0.shape
    keep_x = jnp.eye(d_x, d_x + d_y)
    residuals = jnp.concatenate([w_0, -jnp.eye(d_y)], axis=1)  # all outputs' residuals at once
    step_sizes = jnp.diag(learning_rates / n_context)
    w_o = jnp.concatenate([jnp.zeros((d_x, d_y)), step_sizes])  # x slots get nothing
    return attention.AttentionParams(
        w_q=keep_x[None], w_k=keep_x[None], w_v=residuals[None], w_o=w_o[None]
    )
    ### END SOLUTION


# %% check="multi-output" points=2
check("multi-output", multi_output_weights)

# %% [markdown] solution="multi-output"
# **Why this works.** $\Delta W = -\frac1N \, \mathrm{diag}(\eta) \sum_i (W_0 x_i - y_i) x_i^\top$:
# a diagonal matrix from the left multiplies row $a$ by $\eta_a$. It stands where $\frac{\eta}{N}$
# stood, so it goes into the write-back. The value has $d_y$ entries, one residual per output.
#
# **Another right answer.** One head for each output, with values of a single entry.
#
# ```python
# def multi_output_weights(
#     n_context: int, w_0: Float[Array, "d_y d_x"], learning_rates: Float[Array, " d_y"]
# ) -> attention.AttentionParams:
#     d_y, d_x = w_0.shape
#     slots = jnp.eye(d_x + d_y)
#     rows = jnp.tile(slots[:d_x], (d_y, 1, 1))
#     outputs = slots[d_x:]  # row a is 1 in the slot of output a
#     return attention.AttentionParams(
#         w_q=rows * (learning_rates / n_context)[:, None, None],  # each head has its own scores
#         w_k=rows,
#         w_v=(w_0 @ slots[:d_x] - outputs)[:, None, :],
#         w_o=outputs[:, :, None],
#     )
# ```
#
# **What the two share.** Both add
# $\sum_a u_a \frac{\eta_a}{N} \sum_i (W_0 x_i - y_i)_a (x_i \cdot x_j)$ to token $j$, where $u_a$
# is 1 in the slot of output $a$ and 0 elsewhere. The first sums over $a$ inside one $W_O$, the
# second over heads. The second could even give each output a different similarity. Gradient descent
# does not, so one head is enough.

# %% [markdown]
# ## 4. Every token moves
#
# Only the query's slot is read in the end. But the layer treats all tokens alike: each example's
# target moves too, to $y_j - \Delta W x_j$. These are the shifted targets of section 1. On them the
# *old* weights $W_0$ must have the loss that the *new* weights have on the old targets. The cell
# uses the library's construction, `constructions.gradient_step`.

# %%
key_task, key_w_0 = jax.random.split(jax.random.key(0))
task = tasks.sample_linear(key_task, n_context=N_CONTEXT, d_x=D_X)
w_0 = jax.random.normal(key_w_0, (1, D_X))
layer = constructions.gradient_step(w_0, n_context=N_CONTEXT, learning_rate=LEARNING_RATE)
before = tokens.make_tokens(task, w_0)
after = attention.linear_attention(layer, before)
targets_after = after[:-1, D_X:]

w_1 = descent.step(w_0, task.xs, task.ys, learning_rate=LEARNING_RATE)
loss_before = descent.loss(w_0, task.xs, task.ys)
loss_after = descent.loss(w_1, task.xs, task.ys)
loss_moved = descent.loss(w_0, task.xs, targets_after)
print(f"W_0      on the old targets              {loss_before:.6f}")
print(f"W_0 + ΔW on the old targets              {loss_after:.6f}")
print(f"W_0      on the targets the layer wrote  {loss_moved:.6f}")

# %% display
figures.token_targets(
    task.ys,
    targets_after,
    descent.shift_targets(w_0, task.xs, task.ys, learning_rate=LEARNING_RATE),
)

# %% facts
fact("context-loss-before", loss_before, rounding=".3f", rtol=1e-3)
fact("context-loss-after", loss_after, rounding=".3f", rtol=1e-3)

# %% [markdown]
# The loss goes from [[context-loss-before]] to [[context-loss-after]], by either road. In the
# figure every filled dot sits in its ring: the layer's target is the shifted one, token by token.
#
# The identity of section 1 holds with any weights in place of $W_0$. So the moved tokens are a
# fresh regression problem, and a second layer could take a second step on it. That is lesson 04.
#
# ## 5. Why the prediction is minus the y slot
#
# There are three minus signs. Here they are, once and for all.
#
# 1. $\Delta W = -\eta \nabla_W L$. Descent goes against the gradient.
# 2. $y_i - \Delta W x_i$. Targets move the opposite way to predictions. Where the new weights say 1
#    more, a target 1 lower gives the old weights the same residual.
# 3. The query starts at $-W_0 x_q$.
#
# Signs 1 and 2 cancel. What a slot gains is
# $-\Delta W x_j = +\frac{\eta}{N} \sum_i (W_0 x_i - y_i) (x_i \cdot x_j)$. So the value is
# prediction minus target, and the write-back is positive.
#
# Sign 3 is forced by 2. The layer has one rule for all tokens: the slot changes by $-\Delta W x$.
# For the examples this rule must have its minus, or their targets would move the wrong way. The
# query gets the same rule. Only by starting at *minus* a prediction does it end at minus one:
#
# | token | slot before | gains | slot after | which is |
# |---|---|---|---|---|
# | example $j$ | $y_j$ | $-\Delta W x_j$ | $y_j - \Delta W x_j$ | the shifted target |
# | query | $-W_0 x_q$ | $-\Delta W x_q$ | $-(W_0 + \Delta W) x_q$ | minus the new prediction |
#
# Had the query started at $+W_0 x_q$, it would end at $(W_0 - \Delta W) x_q$: a step in the wrong
# direction. So we read the prediction as *minus* the query's y slot. In this course one function
# does it, `tokens.read_prediction`.
#
# How good is the prediction? Start from $W_0 = 0$, take $\eta^*$, and compare with the true $y_q$
# over 100,000 fresh tasks. Predicting 0 costs [[loss-zero]] on average, the layer
# [[loss-one-step]]. (The closed forms of lesson 01 give [[loss-zero-exact]] and
# [[loss-one-step-exact]].) One step of gradient descent halves the loss. It does not remove it.

# %% facts
keys = jax.random.split(jax.random.key(4), 100_000)
sample = jax.vmap(lambda key: tasks.sample_linear(key, n_context=N_CONTEXT, d_x=D_X))
many = jax.jit(sample)(keys)
from_zero = constructions.gradient_step(
    jnp.zeros((1, D_X)), n_context=N_CONTEXT, learning_rate=LEARNING_RATE
)
moved = jax.jit(
    jax.vmap(lambda one: attention.linear_attention(from_zero, tokens.make_tokens(one))[-1, D_X:])
)(many)
fact("loss-zero", jnp.mean(many.y_query**2) / 2, rounding=".3f", rtol=0.02)
fact("loss-one-step", jnp.mean((many.y_query + moved) ** 2) / 2, rounding=".3f", rtol=0.02)
mean_square = D_X * 0.5**2 / 3  # E|x|²
lost_share = 2 * best_learning_rate(0.5, 10, 10) / N_CONTEXT * mean_square
one_step_exact = mean_square * (1 - best_learning_rate(0.5, 10, 10) * mean_square / D_X) / 2
fact("loss-zero-exact", mean_square / 2, rounding=".4f", rtol=1e-6)
fact("loss-one-step-exact", one_step_exact, rounding=".4f", rtol=1e-6)
fact("lost-share", lost_share, rounding=".2f", rtol=1e-6)

# %% [markdown]
# ## 6. What if the query is attended to?
#
# Suppose the sum over $i$ ran over all $N + 1$ tokens, so that the query token $(x_q, -W_0 x_q)$
# lent its key and value like an example. Everything else stays as in Proposition 1, and
# $W_0 \neq 0$. What happens to the prediction for $x_q$?
#
# - **a.** Nothing. The query has no target, so its value is 0.
# - **b.** It gains $\frac{\eta}{N} |x_q|^2 \, W_0 x_q$. The query's score with itself is never
#   negative, so the query backs its own prediction.
# - **c.** It loses $\frac{2 \eta}{N} |x_q|^2 \, W_0 x_q$. The layer takes the query's slot for a
#   target.
# - **d.** It loses $\frac{\eta}{N} |x_q|^2 \, W_0 x_q$. The layer takes the query for an example
#   with target 0.
#
# Decide first. Put the letter into the cell, run it, then run the experiment below.

# %% predict="query-as-key"
predict("query-as-key", choice="c")

# %% [markdown]
# The experiment needs no new layer. Append a *second copy* of the query. The first copy is now an
# ordinary context token. The second is the last one, and it attends to the first.


# %%
def prediction_lost(w_0: Float[Array, "d_y d_x"]) -> Float[Array, " d_y"]:
    """Return how much the prediction for the query falls when the query is attended to."""
    layer = constructions.gradient_step(w_0, n_context=N_CONTEXT, learning_rate=LEARNING_RATE)
    prompt = tokens.make_tokens(task, w_0)
    attended = jnp.concatenate([prompt, prompt[-1:]])
    left_out = attention.linear_attention(layer, prompt)
    taken_in = attention.linear_attention(layer, attended)
    return tokens.read_prediction(left_out, d_y=1) - tokens.read_prediction(taken_in, d_y=1)


unit = LEARNING_RATE / N_CONTEXT * jnp.sum(task.x_query**2) * (w_0 @ task.x_query)
print(f"lost, in units of (η/N) |x_q|² W_0 x_q: {(prediction_lost(w_0) / unit)[0]:.4f}")
print(f"lost, if W_0 = 0:                       {abs(prediction_lost(0 * w_0)[0]):.4f}")

# %% [markdown]
# Here is the reason, line by line.
#
# $$
# \begin{aligned}
# \text{value of the query token} &= W_0 x_q - (-W_0 x_q) = 2 W_0 x_q
#   && \text{prediction minus slot} \\
# \text{its score with itself} &= x_q \cdot x_q = |x_q|^2 \\
# \text{its slot gains in excess} &\quad \tfrac{\eta}{N} \cdot 2 W_0 x_q \cdot |x_q|^2 \\
# \text{the prediction, minus the slot, loses} &\quad \tfrac{2 \eta}{N} |x_q|^2 \, W_0 x_q
# \end{aligned}
# $$
#
# The layer takes the slot for a target. So it learns from a false example: at $x_q$ the answer is
# $-W_0 x_q$. This is no small error. On the default task at $\eta^*$ the factor
# $\frac{2 \eta}{N} |x_q|^2$ is [[lost-share]] on average, so the initial prediction is wiped out.
# The examples' targets go wrong as well, by $\frac{2 \eta}{N} (x_q \cdot x_j) W_0 x_q$.
#
# And $W_0 = 0$ hides it all. A test with $W_0 = 0$ alone cannot tell a layer that attends to the
# query from one that does not.
#
# ## 7. How exact is exact?
#
# The proposition says *every* prompt. So look at the worst prompt of many, not at an average: a
# mean hides the one task on which a layer fails. Look at predictions, too, not at losses. Two
# layers may have nearly the same loss and still answer differently.
#
# ### Exercise `largest-deviation`: how far is the layer from the step?
# *2 points · difficulty 1 of 3 · importance 2 of 3 · 8 minutes*
#
# Write the measuring device. It must work for *any* weights, also for a layer that is far from
# gradient descent. The library has the parts: `tokens.make_tokens`, `attention.linear_attention`,
# `tokens.read_prediction`, `descent.step`, `descent.predict`. Each takes one task; `jax.vmap` takes
# them to a batch.


# %% exercise="largest-deviation"
def largest_deviation(
    params: attention.AttentionParams,
    task_batch: tasks.Task,
    w_0: Float[Array, "d_y d_x"],
    learning_rate: Scalar,
) -> Scalar:
    """Return the largest |layer's prediction - gradient descent's prediction| over a batch.

    The layer's prediction: make the prompt of the task, rows (x_i, y_i) and last (x_q, -W_0 x_q),
    apply the linear attention layer `params`, and read minus the query's y slot. Gradient descent's
    prediction: (W_0 + ΔW) x_q, where ΔW is one step from W_0 with step size `learning_rate` on
    L(W) = 1/(2N) sum_i |W x_i - y_i|² over the N context pairs of the task.

    Arguments:
        params: the weights of any one layer for tokens of d_x + d_y entries.
        task_batch: many tasks in one `Task`, with a leading axis on each field: xs [n_tasks,
            n_context, d_x], ys [n_tasks, n_context, d_y], x_query [n_tasks, d_x],
            y_query [n_tasks, d_y]. The answer y_query plays no part.
        w_0: the initial weights W_0, the same for all tasks.
        learning_rate: the step size η, the same for all outputs.

    Returns one number: the maximum over tasks and outputs of the absolute difference.
    """

    ### BEGIN SOLUTION
    def deviation(task):
        after = attention.linear_attention(params, tokens.make_tokens(task, w_0))
        by_layer = tokens.read_prediction(after, d_y=len(w_0))
        w_1 = descent.step(w_0, task.xs, task.ys, learning_rate=learning_rate)
        return jnp.abs(by_layer - descent.predict(w_1, task.x_query))

    return jnp.max(jax.vmap(deviation)(task_batch))  # over tasks and outputs
    ### END SOLUTION


# %% check="largest-deviation" points=2
check("largest-deviation", largest_deviation)

# %% [markdown] solution="largest-deviation"
# **Why this works.** Two predictions for the same query, by two routes that share no code: one goes
# through tokens, the other through weights. `jax.vmap` maps over the leading axis of every field of
# the record, so the inner function sees one task. The maximum comes last, over all that is left.
#
# **Another right answer.** A loop, the gradient by autodiff, and the slot read with its sign as is.
#
# ```python
# def largest_deviation(
#     params: attention.AttentionParams,
#     task_batch: tasks.Task,
#     w_0: Float[Array, "d_y d_x"],
#     learning_rate: Scalar,
# ) -> Scalar:
#     d_y, worst = w_0.shape[0], []
#     for xs, ys, x_query in zip(task_batch.xs, task_batch.ys, task_batch.x_query, strict=True):
#         context = jnp.concatenate([xs, ys], axis=1)
#         query = jnp.concatenate([x_query, -w_0 @ x_query])
#         after = attention.linear_attention(params, jnp.vstack([context, query]))
#         w_1 = w_0 - learning_rate * jax.grad(descent.loss)(w_0, xs, ys)
#         # The slot holds minus the prediction, so the difference is a sum.
#         worst.append(np.max(np.abs(after[-1, -d_y:] + w_1 @ x_query)))
#     return np.max(worst)
# ```
#
# **What the two share.** Each compares per task and per output and takes the maximum last. A
# maximum over tasks of maxima over outputs is the maximum over both, so the order of these two does
# not matter. The order of absolute value and maximum does: `max(difference)` alone misses what is
# too small.

# %% [markdown]
# Now use such a device on the construction. Suppose it says $10^{-6}$. Is that rounding, or is a
# weight slightly wrong? One number cannot tell. Compute again with more digits. A wrong weight
# stays wrong. Rounding shrinks with the machine precision *eps*, which is
# $2^{-23} \approx 1.2 \cdot 10^{-7}$ in float32 and $2^{-52} \approx 2.2 \cdot 10^{-16}$ in
# float64.
#
# The figure shows the same 2,000 tasks in both precisions. They have $d_y = 3$, and each has a
# dense $W_0$ of its own.


# %%
def task_deviation(task: tasks.Task, w_0: Float[Array, "d_y d_x"]) -> Float[Array, ""]:
    """Return the deviation of the construction from one gradient step on one task."""
    layer = constructions.gradient_step(w_0, n_context=N_CONTEXT, learning_rate=LEARNING_RATE)
    after = attention.linear_attention(layer, tokens.make_tokens(task, w_0))
    by_layer = tokens.read_prediction(after, d_y=len(w_0))
    w_1 = descent.step(w_0, task.xs, task.ys, learning_rate=LEARNING_RATE)
    return metrics.largest_deviation(by_layer, descent.predict(w_1, task.x_query))


def random_start(key: Key[Array, ""]) -> tuple[tasks.Task, Float[Array, "3 d_x"]]:
    """Draw a task with three outputs, and a dense W_0 for it."""
    key_task, key_w_0 = jax.random.split(key)
    task = tasks.sample_linear(key_task, n_context=N_CONTEXT, d_x=D_X, d_y=3)
    return task, jax.random.normal(key_w_0, (3, D_X))


# %% display
starts = jax.jit(jax.vmap(random_start))(jax.random.split(jax.random.key(5), 2_000))
in_float32 = np.asarray(jax.jit(jax.vmap(task_deviation))(*starts))
with jax.enable_x64(True):
    same_starts = jax.tree.map(lambda leaf: leaf.astype(jnp.float64), starts)
    in_float64 = np.asarray(jax.jit(jax.vmap(task_deviation))(*same_starts))
figures.deviations(in_float32, in_float64)

# %% facts
fact("deviation-float32", np.max(in_float32), rounding=".1e", rtol=0.7)
fact("deviation-float64", np.max(in_float64), rounding=".1e", rtol=0.7)

# %% [markdown]
# The worst deviation is [[deviation-float32]] in float32 and [[deviation-float64]] in float64. It
# shrinks with eps, as rounding does. A wrong weight would have left the float64 number where it
# was. This is evidence on 2,000 tasks. The proof is section 3.
#
# ## 8. What the weights do not tell you
#
# You can now write a layer that does gradient descent. Can you go the other way, and see from a
# layer's weights what it does? Write out where the four matrices enter:
#
# $$
# \begin{aligned}
# k_i \cdot q_j &= (W_K e_i)^\top (W_Q e_j) = e_i^\top \, (W_K^\top W_Q) \, e_j , \\
# W_O v_i &= (W_O W_V) \, e_i .
# \end{aligned}
# $$
#
# Only two *products* act: $W_K^\top W_Q$ and $W_O W_V$, both
# $d_\text{token} \times d_\text{token}$. (The paper writes $P W_V$ for the second.) The four
# matrices never show themselves singly. And even the products keep a freedom: multiply one by $c$
# and the other by $1/c$, and no token notices.
#
# How much of a layer is visible at all? Count. At $d_x = 10$ and $d_y = 1$ a token has 11 entries.
# A layer with $d_\text{key} = d_\text{value} = 11$ has $4 \cdot 121 = 484$ entries. Start from a
# random layer and nudge each entry in turn. The derivatives of the outputs are the columns of a
# matrix. Its rank is the number of directions in weight space that show, near this layer.


# %% display
def visible_directions(n_prompts: int, rows: slice, columns: slice) -> int:
    """Return the rank of d(tokens[rows, columns]) / d(weights) at a random layer."""
    generator = np.random.default_rng(6)
    matrices = generator.normal(size=(4, 1, 11, 11)) / 3
    layer = attention.AttentionParams(*(jnp.asarray(matrix) for matrix in matrices))
    prompts = generator.uniform(-0.5, 0.5, (n_prompts, N_CONTEXT + 1, 11))
    prompts[:, -1, -1] = 0  # the query's y slot, for W_0 = 0

    def outputs(layer):
        after = jax.vmap(attention.linear_attention, in_axes=(None, 0))(layer, prompts)
        return after[:, rows, columns].ravel()

    slopes = jax.tree.leaves(jax.jit(jax.jacobian(outputs))(layer))  # one array per matrix
    slopes = np.concatenate([slope.reshape(len(slope), -1) for slope in slopes], axis=1)
    return int(np.linalg.matrix_rank(slopes, rtol=1e-9))


with jax.enable_x64(True):
    in_prediction = visible_directions(300, slice(-1, None), slice(-1, None))
    in_all_tokens = visible_directions(20, slice(None), slice(None))
print(f"of 484 directions, {in_prediction} show in the prediction, {in_all_tokens} in all tokens")

# %% facts
fact("visible-in-prediction", in_prediction, rounding="d", rtol=1e-9)
fact("visible-in-all-tokens", in_all_tokens, rounding="d", rtol=1e-9)

# %% [markdown]
# Of 484 directions the prediction shows [[visible-in-prediction]], and all tokens together show
# [[visible-in-all-tokens]]. Both can be counted by hand.
#
# - *All tokens* see both products: $2 \cdot 121 = 242$ entries, less 1 for the factor $c$.
# - *The prediction* is one slot, so it sees one row of $W_O W_V$: 11 entries. The query has a 0 in
#   its y slot, so of $W_K^\top W_Q$ only the 10 columns that meet $x_q$ act: 110 entries. Together
#   121, less 1 for $c$.
#
# Here are the two products for the layer of section 4.

# %% display
figures.bilinear_maps(metrics.query_key_form(layer), metrics.output_value_form(layer), d_x=D_X)

# %% [markdown]
# These maps can be read. On the left is the identity on x: the score is $x_i \cdot x_j$. On the
# right only the row that writes y is filled, with $\frac{\eta}{N} (W_0, -1)$. It is gradient
# descent, for whoever knows what to look for. The single matrices need not look like this at all,
# as you will now show.
#
# ### Exercise `same-function-other-weights`: the same function from other weights
# *2 points · difficulty 2 of 3 · importance 2 of 3 · 9 minutes*
#
# Given any layer, return another one that does the same to every token, with all four matrices
# really different. Which changes of $W_K$ and $W_Q$ together leave $W_K^\top W_Q$ as it is? Mind
# the rounding: a change that is nearly impossible to undo costs digits.


# %% exercise="same-function-other-weights"
def other_weights(
    params: attention.AttentionParams, key: Key[Array, ""]
) -> attention.AttentionParams:
    """Return a linear attention layer with the same function and four really different matrices.

    For all tokens, whatever they are, the new layer must give what `params` gives, up to rounding.
    Really different: put any single one of the original w_q, w_k, w_v, w_o back into the new layer,
    and the layer's update of the tokens changes by more than 1 % of its largest entry. A matrix
    whose shape has changed counts as different.

    The layer adds sum_h W_O,h sum_i (W_V,h e_i) (k_h,i . q_h,j) to token j, with k_i = W_K e_i,
    q_j = W_Q e_j, and i over all tokens but the last: no softmax, no scaling.

    Arguments:
        params: any layer, dense and with several heads for example. w_q and w_k [n_heads, d_key,
            d_token], w_v [n_heads, d_value, d_token], w_o [n_heads, d_token, d_value]; d_key and
            d_value are at least 2.
        key: a JAX key, for those who want to draw random numbers. It need not be used.

    Returns `AttentionParams` for the same d_token. n_heads, d_key and d_value may change.
    """
    ### BEGIN SOLUTION
    key_a, key_b = jax.random.split(key)
    n_heads, d_key, _ = params.w_k.shape
    d_value = params.w_v.shape[1]
    # Twice an orthogonal matrix: A^T A = 4 I, so A^-T = A / 4 without a matrix inversion.
    a = 2 * jax.random.orthogonal(key_a, d_key, (n_heads,))
    b = 2 * jax.random.orthogonal(key_b, d_value, (n_heads,))
    return attention.AttentionParams(
        w_q=a @ params.w_q / 4,  # A^-T W_Q
        w_k=a @ params.w_k,
        w_v=b @ params.w_v,
        w_o=params.w_o @ b.mT / 4,  # W_O B^-1
    )
    ### END SOLUTION


# %% check="same-function-other-weights" points=2
check("same-function-other-weights", other_weights)

# %% [markdown] solution="same-function-other-weights"
# **Why this works.** Let $A$ be any invertible matrix. Then
# $(A W_K)^\top (A^{-\top} W_Q) = W_K^\top A^\top A^{-\top} W_Q = W_K^\top W_Q$. Keys and queries
# are written in another basis and their products stay. In the same way
# $(W_O B^{-1}) (B W_V) = W_O W_V$. Each head may have its own $A$ and $B$. An orthogonal matrix is
# its own inverse transpose and loses no digits. The factor 2 makes the change real even for a
# rotation that happens to be close to the identity.
#
# **Another right answer.** Forget the four matrices. Keep the two products, and factor each anew.
#
# ```python
# def other_weights(
#     params: attention.AttentionParams, key: Key[Array, ""]
# ) -> attention.AttentionParams:
#     def factor(product, rank):
#         left, strengths, right = jnp.linalg.svd(product)
#         root = jnp.sqrt(strengths)[:, None, :rank]
#         return 2 * left[:, :, :rank] * root, root.mT * right[:, :rank, :] / 2
#
#     keys, w_q = factor(params.w_k.mT @ params.w_q, params.w_k.shape[1])
#     w_o, w_v = factor(params.w_o @ params.w_v, params.w_v.shape[1])
#     return attention.AttentionParams(w_q=w_q, w_k=keys.mT, w_v=w_v, w_o=w_o)
# ```
#
# **What the two share.** Both keep $W_K^\top W_Q$ and $W_O W_V$, head by head. The second shows
# that nothing else was needed: it never sees the four matrices. A product has rank at most
# $d_\text{key}$ (or $d_\text{value}$), so the singular values that are cut off are 0. Neither
# answer is the end of it: one can also move a factor $c$ between the products, exchange heads, or
# split a head in two.

# %% [markdown]
# This is why no check in this lesson looks at your weights. It would refuse right answers. And it
# is a warning for lesson 03: a trained layer that computes one gradient step need not look like the
# one that you wrote down. Compare what layers do, or their products after fixing the scale.

# %% [markdown] question="what-changed" points=2
# ### Question `what-changed`: in what sense was that a gradient step?
# *2 points · difficulty 2 of 3 · importance 3 of 3 · 6 minutes · marked by hand*
#
# No weight of the layer changed while it ran. So in what sense did it take a step of gradient
# descent? Answer in 80 to 150 words. Say what changed and what did not. Say why that amounts to
# going from $W_0$ to $W_0 + \Delta W$. Say where $\Delta W$ is, and what becomes of it at the next
# prompt.
#
# <!-- BEGIN SOLUTION -->
#
# **A model answer.**
#
# The layer's matrices stay as they are, and so do the x slots of all tokens. They hold the recipe:
# how to compare inputs, the initial guess, the step size. What changes are the y slots. Target
# $y_j$ becomes $y_j - \Delta W x_j$, and the query's slot becomes minus $(W_0 + \Delta W) x_q$.
#
# The model that learns is not the attention layer but a linear model that nobody stores. Moving its
# targets by $-\Delta W x_j$ has the same loss as moving its weights by $\Delta W$, and the answer
# read from the query is exactly that of the moved weights.
#
# No array of the layer is $\Delta W$. It is spread over the context:
# $W_O \big( \sum_i v_i k_i^\top \big) W_Q$ takes a token with input $x$ to the gain
# $-\Delta W x$ of its y slot. It is made anew from each prompt, always starting from the same
# $W_0$, and gone with the prompt: the layer has not learned anything that lasts.
#
# <!-- END SOLUTION -->

# %% [markdown] rubric="what-changed"
# - **1 point**: the y slots (activations) change; the layer's weights do not, nor do the x slots.
# - **½ point**: links the moved targets to moved weights of an *implicit* linear model, by the
#   equal loss or the equal prediction.
# - **½ point**: $\Delta W$ is made on the fly from the context (values times keys), and nothing of
#   it is left for the next prompt.

# %% [markdown]
# ## 9. Where this breaks
#
# - **The recipe is frozen.** $W_0$, $\eta$ and $N$ are written into the weights. Show the same
#   layer $2N$ examples: the sum has twice the terms, and the step is twice as long.
# - **The step size fits one input scale.** For $U(-1, 1)$ inputs this $\eta^*$ is four times
#   too large. Predictions then get worse than saying 0.
# - **One step is not a solution.** It leaves [[loss-one-step]] of [[loss-zero]]. With $N = d_x$
#   examples and no noise, least squares would leave nothing. Lesson 04 takes more steps.
# - **Softmax.** It makes positive weights with sum 1, so the layer takes a *mean* of values.
#   The scores $x_i \cdot x_j$ have both signs. The construction does not carry over. Lesson 05.
# - **Self-attention in use lets tokens attend to themselves,** the last one included. Section 6
#   says what that costs here.
# - **$x_i$ and $y_i$ share a token.** In real prompts they come one after the other. Lesson 06
#   spends a layer on joining them.
# - **Written, not trained.** Proposition 1 says that such weights exist. It does not say that
#   training finds them. Lesson 03 asks.
# - **Language models.** They have softmax, many layers, MLPs, norms and other tasks. That one layer
#   *can* do gradient descent on a linear regression is no evidence that they *do*. Lesson 10 looks
#   at evidence against it.
#
# ## What you can do now
#
# You can turn a change of weights into a change of targets, and back. You can write the weights of
# a layer that takes one gradient step, for any $W_0$, any number of outputs and any step sizes. You
# can tell rounding from error. You know which part of a layer's weights can be seen at all.
#
# Next, lesson 03: train such a layer from random weights, and see whether it finds this one.
