# %% [markdown]
# # Where the tokens come from
#
# **Goal.** Build, then train, two attention layers that learn from a prompt in which inputs and
# targets are separate tokens: the first copies, the second takes a gradient step.
#
# From von Oswald et al., [arXiv 2212.07677](https://arxiv.org/abs/2212.07677), section 6,
# Proposition 3 and Figure 6. You need lesson 02. About 85 minutes.
#
# |exercise|points|exercise|points|
# |---|---|---|---|
# |`alternate-tokens`|2|`two-layer-icl`|3|
# |`positional-code`|3|`next-token-sensitivity`|2|
# |`copy-error`|2|`one-layer`, in words|2|
# |`copy-head`|3| | |

# %%
# %load_ext jaxtyping
# %jaxtyping.typechecker beartype.beartype
import math
from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from autograder import check, hint, predict, solution
from icl_course import alternating, attention, constructions, copying, descent, figures, positions
from icl_course import shipped, tasks, tokens, training
from icl_course.arrays import Array, Scalar

# %% [markdown]
# ## 1. One thing per token
#
# In lesson 02 a token held a whole example: $e_i = (x_i, y_i)$. That was convenient, and it was
# given. In most prompts things come one after the other, first a question, then its answer. So let
# input and target take turns, each in a token of its own:
#
# $$
# (x_1, 0), \; (0, y_1), \; (x_2, 0), \; (0, y_2), \; \dots, \; (x_N, 0), \; (0, y_N), \; (x_q, 0) .
# $$
#
# A token still has $d_x + d_y$ slots. $N$ examples and the query make $2N + 1$ tokens. The query
# comes last and has only its $x$. We start from $W_0 = 0$ throughout.
#
# ### Exercise `alternate-tokens`: write a task this way
# *2 points · difficulty 1 of 3 · importance 2 of 3 · 6 minutes*


# %% exercise="alternate-tokens"
def alternate(task: tasks.Task) -> Float[Array, "n_tokens d_data"]:
    """Return a task as tokens that hold an input or a target, one token per row.

    The rows are (x_1, 0), (0, y_1), (x_2, 0), (0, y_2), ..., (x_N, 0), (0, y_N), and last the query
    (x_q, 0). A row has d_x slots for an input, then d_y slots for a target; 0 stands for zeros. The
    answer y_q is in no row.

    Arguments:
        task: one task with xs [n_context, d_x], ys [n_context, d_y], x_query [d_x] and
            y_query [d_y]. N = n_context is at least 1.

    Returns an array [2 N + 1, d_x + d_y].
    """
    ### BEGIN SOLUTION
    (n_context, d_x), d_y = task.xs.shape, task.ys.shape[1]
    rows = jnp.zeros((2 * n_context + 1, d_x + d_y))
    rows = rows.at[0:-1:2, :d_x].set(task.xs)  # even rows but the last
    rows = rows.at[1::2, d_x:].set(task.ys)  # odd rows
    return rows.at[-1, :d_x].set(task.x_query)
    ### END SOLUTION


# %% check="alternate-tokens" points=2
check("alternate-tokens", alternate)

# %% [markdown] solution="alternate-tokens"
# **Why this works.** Row $2i$, counted from 0, is an input, row $2i + 1$ its target. A slice with
# step 2 takes every other row, and the columns say which slots are filled. All else stays 0.
#
# **Another right answer.** Make the two kinds of rows whole, stack them as pairs, and lay the pairs
# end to end.
#
# ```python
# def alternate(task: tasks.Task) -> Float[Array, "n_tokens d_data"]:
#     d_x, d_y = task.xs.shape[1], task.ys.shape[1]
#     inputs = jnp.pad(task.xs, ((0, 0), (0, d_y)))
#     targets = jnp.pad(task.ys, ((0, 0), (d_x, 0)))
#     pairs = jnp.stack([inputs, targets], axis=1)  # [n_context, 2, d_x + d_y]
#     query = jnp.pad(task.x_query, (0, d_y))
#     return jnp.concatenate([pairs.reshape(-1, d_x + d_y), query[None]])
# ```
#
# **What the two share.** Both put each number into the same place; they differ in who moves. The
# first scatters into a table of zeros. The second lets `reshape` do the interleaving: of the axes
# [example, kind] the last runs fastest.

# %% [markdown]
# `hint("alternate-tokens")` helps up to three times, in every exercise. After a pass,
# `solution("alternate-tokens")` shows a solution with reasons.
#
# The paper puts $y_i$ into the last of only $d_x$ slots. We give it a slot of its own, so that the
# sum of the tokens of $x_i$ and $y_i$ is the token $(x_i, y_i)$ of lesson 02.
#
# What does the layer of lesson 02 make of these tokens?

# %%
N_CONTEXT, D_X = 10, 10
N_TOKENS = 2 * N_CONTEXT + 1
LEARNING_RATE = 6.0606  # the best single step for these inputs, see lesson 01

task = tasks.sample_linear(jax.random.key(1), n_context=N_CONTEXT, d_x=D_X)
step_layer = constructions.gradient_step(
    jnp.zeros((1, D_X)), n_context=N_CONTEXT, learning_rate=LEARNING_RATE
)
apart = positions.alternating_tokens(task)
in_pairs = attention.linear_attention(step_layer, tokens.make_tokens(task))
one_by_one = attention.linear_attention(step_layer, apart)
print("prediction from pairs          ", tokens.read_prediction(in_pairs, d_y=1))
print("prediction from separate tokens", tokens.read_prediction(one_by_one, d_y=1))

# %% [markdown]
# Nothing. The reason is in the sum that the layer makes for the query, over all $2N$ tokens:
#
# $$
# \frac{\eta}{N} \sum_{i=1}^{2N} (\text{minus the } y \text{ slot of token } i) \cdot
# (x \text{ slots of token } i) \cdot x_q .
# $$
#
# An input's token has the $y$ slot 0. A target's token has the $x$ slots 0. So every product is 0.
# A gradient needs $y_i \, x_i^\top$: the product of two things that no token holds together.
# Someone has to bring them together first. That will be a layer of its own.
#
# ## 2. Where am I?
#
# The token of $x_i$ must find the token after it. But attention does not know what "after" means.
# It compares contents, and gives the same result in any order:

# %%
key_layer, key_order = jax.random.split(jax.random.key(2))
any_layer = attention.init_attention(
    key_layer, d_token=D_X + 1, d_key=D_X + 1, d_value=D_X + 1, scale=1.0
)
order = jnp.append(jax.random.permutation(key_order, 2 * N_CONTEXT), 2 * N_CONTEXT)
in_order = attention.softmax_attention(any_layer, apart)
shuffled = attention.softmax_attention(any_layer, apart[order])
print(
    f"query after any layer, in two orders: difference {jnp.abs(in_order - shuffled)[-1].max():.0e}"
)

# %% [markdown]
# After a shuffle $x_i$ need not stand before its $y_i$, and the query has not noticed. The cure is
# to write each token's place into the token: a *positional code* $p_j$, one vector for each place
# $j = 1, \dots, n$ with $n = 2N + 1$. A token is now
#
# $$
# (p_j, \; x, \; y), \qquad d_\text{token} = d_\text{code} + d_x + d_y .
# $$
#
# The code stands in front. So the $y$ slots still end the token, and `tokens.read_prediction` still
# reads the answer.
#
# A head can compare places through a matrix $M$: the score of token $j$ on token $i$ will be
# $p_i^\top M p_j$. Token $j$ asks, and $M$ should turn its code into that of the place it looks
# for. We want the *next* token to win, and to win clearly: its score must exceed every other by a
# *margin* of 1 or more.
#
# And the last token, the query? Nothing comes after it. Close the circle: after the last place
# comes the first. In section 6 you will see what this is good for.
#
# ### Exercise `positional-code`: a code in which the next token can be found
# *3 points · difficulty 2 of 3 · importance 3 of 3 · 12 minutes*
#
# Any code will do. How few numbers per place do you need? It can be done with two, for any length.


# %% exercise="positional-code"
def positional_code(
    n_tokens: int,
) -> tuple[Float[Array, "n_tokens d_code"], Float[Array, "d_code d_code"]]:
    """Return a positional code, and a matrix that finds the next place in it.

    The code p_1, ..., p_n has one row for each of the n = n_tokens places. The matrix M acts on
    codes from the left. For every place j, the scores p_i^T M p_j over all n places i must be
    largest where i comes after j: i = j + 1 for j < n, and i = 1 for j = n. There the score must
    exceed that of every other i, j itself included, by at least 1. Rounding is allowed for.

    Arguments:
        n_tokens: the number n of places, from 3 to 63.

    Returns the pair (code, M), arrays of shape [n_tokens, d_code] and [d_code, d_code]. d_code is
    yours to choose, up to 128. Code and matrix may depend on n_tokens.
    """
    ### BEGIN SOLUTION
    angle = 2 * math.pi / n_tokens
    places = angle * jnp.arange(1, n_tokens + 1)
    code = jnp.stack([jnp.cos(places), jnp.sin(places)], axis=1)  # on the unit circle
    cos, sin = math.cos(angle), math.sin(angle)
    turn = jnp.array([[cos, -sin], [sin, cos]])  # turns p_j into p_{j+1}
    return code, turn / (1 - cos)  # the second best score is cos: stretch the gap to 1
    ### END SOLUTION


# %% check="positional-code" points=3
check("positional-code", positional_code)

# %% [markdown] solution="positional-code"
# **Why this works.** Put place $j$ at the angle $2 \pi j / n$ on a unit circle. The rotation by
# $2 \pi / n$ takes each place to the next, and the last to the first. So $M p_j = p_{j+1}$ up to a
# factor, and the score is the cosine of the angle between $p_i$ and $p_{j+1}$: 1 for the right $i$,
# and $\cos(2 \pi / n)$ for its two neighbours, the closest rivals. Dividing $M$ by the difference
# $1 - \cos(2 \pi / n)$ makes the margin exactly 1.
#
# **Another right answer.** Give every place an axis of its own.
#
# ```python
# def positional_code(
#     n_tokens: int,
# ) -> tuple[Float[Array, "n_tokens d_code"], Float[Array, "d_code d_code"]]:
#     code = jnp.eye(n_tokens)  # p_j is 1 in slot j
#     return code, jnp.roll(code, 1, axis=0)  # column j is p_{j+1}
# ```
#
# **What the two share.** In both, $M p_j$ is the code of the next place up to a factor, and no code
# agrees with it as well as that one. The axes are orthogonal, so all rivals score 0. On the circle
# rivals come close as $n$ grows: $1 - \cos(2 \pi / n) \approx 2 \pi^2 / n^2$. Few numbers per place
# are paid for with large entries in $M$.

# %% [markdown]
# ## 3. How sharp is sharp enough?
#
# The head that copies will be a *softmax* head. Multiply its scores by a factor $\beta$, the
# *sharpness*. Token $j$ then gives token $i$ the weight
#
# $$
# a_{ji} = \frac{\exp(\beta \, p_i^\top M p_j)}{\sum_{i'} \exp(\beta \, p_{i'}^\top M p_j)},
# $$
#
# with $i'$ over the tokens that lend keys. With $\beta$ large, nearly all weight lies on the
# largest score, and what the head gathers is nearly a copy. A copy of what, we choose with $W_V$.
# But "nearly" has a price: the rest of the weight goes astray.
#
# A linear head's weights *are* its scores. It copies only where all scores on wrong targets are
# exactly 0, and that takes an axis for every example. Softmax gets by with two.
#
# ### Exercise `copy-error`: the sharpness for a given error
# *2 points · difficulty 2 of 3 · importance 2 of 3 · 8 minutes*
#
# Take the worst case that a margin $m$ allows. One token has a score that is larger by $m$ than all
# others, and those are equal. Derive the $\beta$ at which the others together get the weight
# $\varepsilon$.


# %% exercise="copy-error"
def sharpness(n_attended: int, margin: float, error: float) -> Scalar:
    """Return the sharpness at which a softmax copy goes astray by exactly `error`.

    A softmax over n = n_attended tokens sees the scores β s_1, ..., β s_n. One of the s_i exceeds
    the others by `margin`; the other n - 1 are all equal. Return the β for which these n - 1 tokens
    together get the weight `error`, so that the one token gets 1 - error.

    Arguments:
        n_attended: the number n of tokens, at least 3.
        margin: how far the largest s_i is above the others; positive.
        error: the weight of the others together, between 0 and 1/2.

    Returns one number, a Python float or an array of shape ().
    """
    ### BEGIN SOLUTION
    odds = (n_attended - 1) * (1 - error) / error  # what exp(sharpness * margin) must be
    return math.log(odds) / margin
    ### END SOLUTION


# %% check="copy-error" points=2
check("copy-error", sharpness)

# %% [markdown] solution="copy-error"
# **Why this works.** A softmax does not change when all scores shift alike, so let the $n - 1$
# equal ones be 0. Then line by line:
#
# $$
# \begin{aligned}
# \varepsilon &= \frac{n - 1}{e^{\beta m} + n - 1}
#   && n - 1 \text{ terms } e^0 \text{, and one } e^{\beta m} \\
# \varepsilon \, e^{\beta m} &= (n - 1)(1 - \varepsilon) && \text{multiply out, collect} \\
# \beta &= \frac1m \log \frac{(n - 1)(1 - \varepsilon)}{\varepsilon} && \text{take the logarithm}
# \end{aligned}
# $$
#
# **Another right answer.** Ask for the ratio of two weights instead. Each of the others has
# $\varepsilon / (n - 1)$, the winner $1 - \varepsilon$, and softmax makes ratios of weights from
# differences of scores.
#
# ```python
# def sharpness(n_attended: int, margin: float, error: float) -> Scalar:
#     log_of_winner = np.log1p(-error)
#     log_of_each_other = np.log(error) - np.log(n_attended - 1)
#     return (log_of_winner - log_of_each_other) / margin
# ```
#
# **What the two share.** $\log a_i - \log a_{i'} = \beta (s_i - s_{i'})$: in a softmax, differences
# of log weights are differences of scores.

# %% [markdown]
# The sharpness grows with the logarithm of what you ask for. With a margin of 1, a hundred times
# less error costs about $\log 100 \approx 4.6$ more, at any length. Here is the formula, beside
# what two heads with real codes let go astray: the circle, and one axis for each token. Both have
# the margin 1.

# %%
axes_code = jnp.eye(N_TOKENS)
codes = {
    "a code of axes": (axes_code, jnp.roll(axes_code, 1, axis=0)),
    "the circle": (
        positions.circle_code(n_tokens=N_TOKENS),
        positions.next_on_circle(n_tokens=N_TOKENS),
    ),
}


# %% display
def weight_astray(code, matrix, beta):
    """Return the largest weight that an input leaves to tokens other than its target."""
    head = copying.copying_head(matrix, d_x=D_X, d_y=1, sharpness=beta)
    (weights,) = copying.attention_weights(head, positions.with_code(code, apart))
    inputs = jnp.arange(0, 2 * N_CONTEXT, 2)
    return 1 - weights[inputs, inputs + 1].min()


betas = jnp.linspace(0.0, 12.0, 25)
astray = {
    name: jax.vmap(partial(weight_astray, code, matrix))(betas)
    for name, (code, matrix) in codes.items()
}
others = 2 * N_CONTEXT - 1
figures.copy_errors(betas, others / (jnp.exp(betas) + others), astray)

# %% facts
fact(
    "beta-percent",
    positions.sharpness_for(n_attended=20, margin=1.0, error=0.01),
    rounding=".1f",
    rtol=1e-6,
)
fact(
    "beta-million",
    positions.sharpness_for(n_attended=20, margin=1.0, error=1e-6),
    rounding=".1f",
    rtol=1e-6,
)
below = np.asarray(astray["the circle"]) < 0.01
fact("beta-circle", betas[np.argmax(below)], rounding=".1f", rtol=1e-6)

# %% [markdown]
# The code of axes *is* the worst case, so its dots lie on the line: an error of 1 % takes
# $\beta =$ [[beta-percent]], and one in a million [[beta-million]]. On the circle only two rivals
# are close. The others are far behind, and $\beta =$ [[beta-circle]] gives 1 % already.
#
# ## 4. The head that copies
#
# Three choices are left: who copies, from whom, and what. Proposition 3 of the paper says that
# weights exist; we take the plainest.
#
# **Every token copies the $y$ slots of the token after it**, and adds them to its own.
#
# | token before the layer | $y$ slots of the next token | token after the layer |
# |---|---|---|
# | $(x_i, 0)$ | $y_i$ | $(x_i, y_i)$: a pair, as in lesson 02 |
# | $(0, y_i)$, $i < N$ | $0$, an input's | $(0, y_i)$, as before |
# | $(0, y_N)$ | the query's: nobody attends to it | $(0, \text{some mixture})$ |
# | query $(x_q, 0)$ | $0$, those of $x_1$ | $(x_q, 0)$, as before |
#
# Two rows deserve a word.
#
# - **Nobody attends to the query**, here as everywhere in this course. Keys and values come from
#   the first $2N$ tokens, inputs and targets alike, in both layers. So the last target, which looks
#   for the query, does not find it. It gathers from other places instead, on the circle from the
#   nearest. This does no harm: it has no $x$, and the next section shows that the second layer
#   cannot hear a token without $x$.
# - **The query** looks for place 1, since the code is closed. There it finds an input, whose $y$
#   slots are empty. So nothing is added to the slot from which the answer will be read.
#
# ### Exercise `copy-head`: its weights
# *3 points · difficulty 2 of 3 · importance 3 of 3 · 12 minutes*
#
# Mind that softmax attention divides scores by $\sqrt{d_\text{key}}$, and that $d_\text{key}$ is up
# to you.


# %% exercise="copy-head"
def copy_head(
    matrix: Float[Array, "d_code d_code"], d_x: int, d_y: int, sharpness: Scalar
) -> attention.AttentionParams:
    """Return weights of a softmax layer that copies the y slots of the tokens that it attends to.

    The layer reads tokens of d_token = d_code + d_x + d_y entries: rows (p_j, x, y), the query
    last. To the y slots (the last d_y) of every token j, the query included, it must add

        sum_i a_ji (y slots of token i),   a_ji = exp(β p_i^T M p_j) / sum_i' exp(β p_i'^T M p_j),

    with β = sharpness, M = matrix, and i, i' over all tokens but the last. All other slots stay as
    they are. This must hold for any numbers in any slots, and any number of tokens.

    The layer adds sum_h W_O,h sum_i a_h,ji (W_V,h e_i) to token j, where a_h,ji is the softmax over
    i of (k_h,i . q_h,j) / sqrt(d_key), with k_i = W_K e_i, q_j = W_Q e_j, and i over all tokens but
    the last.

    Arguments:
        matrix: the matrix M, any numbers, not symmetric. It acts on the code of the token that
            asks.
        d_x, d_y: the numbers of entries of an input and of a target.
        sharpness: the factor β.

    Returns `AttentionParams` with w_q and w_k [n_heads, d_key, d_token], w_v [n_heads, d_value,
    d_token], w_o [n_heads, d_token, d_value]. n_heads, d_key and d_value are yours to choose.
    """
    ### BEGIN SOLUTION
    d_code = len(matrix)
    slots = jnp.eye(d_code + d_x + d_y)  # row a of it picks slot a of a token
    cut_code, cut_y = slots[:d_code], slots[-d_y:]
    return attention.AttentionParams(
        w_q=math.sqrt(d_code) * sharpness * (matrix @ cut_code)[None],  # d_key is d_code
        w_k=cut_code[None],
        w_v=cut_y[None],
        w_o=cut_y.T[None],  # puts y back where it was cut out
    )
    ### END SOLUTION


# %% check="copy-head" points=3
check("copy-head", copy_head)

# %% [markdown] solution="copy-head"
# **Why this works.** Three demands, as in lesson 02. *Score:* $k_i = p_i$ and
# $q_j = \sqrt{d_\text{code}} \, \beta M p_j$, so after the division by
# $\sqrt{d_\text{key}} = \sqrt{d_\text{code}}$ the score is $\beta \, p_i^\top M p_j$. *Value:* the
# $y$ slots alone. *Write-back:* into the $y$ slots alone. The residual connection keeps what was
# there.
#
# **Another right answer.** Square matrices, the step from code to code in the keys, and another
# $d_\text{key}$.
#
# ```python
# def copy_head(
#     matrix: Float[Array, "d_code d_code"], d_x: int, d_y: int, sharpness: Scalar
# ) -> attention.AttentionParams:
#     d_code = matrix.shape[0]
#     width = d_code + d_x + d_y
#     on_code = jnp.diag((jnp.arange(width) < d_code).astype(float))
#     on_y = jnp.diag((jnp.arange(width) >= d_code + d_x).astype(float))
#     keys = jnp.zeros((width, width)).at[:d_code, :d_code].set(matrix.T)
#     return attention.AttentionParams(
#         w_q=sharpness * on_code[None],
#         w_k=jnp.sqrt(width) * keys[None],  # here d_key is d_token
#         w_v=on_y[None],
#         w_o=on_y[None],
#     )
# ```
#
# **What the two share.** $W_K^\top W_Q / \sqrt{d_\text{key}}$ is $\beta M$ in the code's corner and
# 0 elsewhere, and $W_O W_V$ is the identity in the corner of $y$. Where $M$, $\beta$ and the root
# sit cannot be seen, as in lesson 02.

# %% [markdown]
# ## 5. Copy, then step
#
# After a sharp copy the tokens are the pairs $(x_i, y_i)$, the left-over targets $(0, y_i)$, and
# the query $(x_q, 0)$. Now let the linear layer of lesson 02 run over them, blind to the code. Its
# sum for token $j$ goes over $2N$ tokens:
#
# $$
# \underbrace{\frac{\eta}{N} \sum_{i=1}^{N} (0 - y_i) (x_i \cdot x_j)}_{\text{from the pairs}}
# \; + \;
# \underbrace{\frac{\eta}{N} \sum_{i=1}^{N} (0 - y_i) (0 \cdot x_j)}_{\text{from the targets}} .
# $$
#
# The second sum is 0: a token without $x$ has the key 0. That is why only $y$ slots were copied,
# and why the mixture in the last target does not matter. What is left is the gradient step.
#
# ### Exercise `two-layer-icl`: both layers
# *3 points · difficulty 3 of 3 · importance 3 of 3 · 12 minutes*
#
# Use what there is: `copying.copying_head` and `constructions.gradient_step`. The second makes a
# layer for tokens without a code. What must be done to its four matrices?


# %% exercise="two-layer-icl"
def two_layer_weights(
    matrix: Float[Array, "d_code d_code"],
    n_context: int,
    d_x: int,
    d_y: int,
    learning_rate: Scalar,
) -> tuple[attention.AttentionParams, attention.AttentionParams]:
    """Return two layers that predict as one gradient step does, on alternating tokens with a code.

    The tokens are rows (p_j, x, y) with d_token = d_code + d_x + d_y entries, for the places
    j = 1, ..., 2 N + 1 with N = n_context: (p_1, x_1, 0), (p_2, 0, y_1), (p_3, x_2, 0), ...,
    (p_2N, 0, y_N), and last the query (p_2N+1, x_q, 0). For every place j the score p_i^T M p_j is
    largest for the place i that comes after j, and for j = 2 N + 1 at i = 1. There it exceeds all
    others by at least 0.99, and scores are below 1000. The same M = matrix serves all prompts.

    The first layer is softmax attention, which divides scores by sqrt(d_key); the second is linear
    attention, bare scores. Both have the residual connection, and in both keys and values come from
    all tokens but the last: see attention.softmax_attention and attention.linear_attention.

    Minus the y slots (the last d_y) of the query after both layers must be the prediction ΔW x_q of
    one gradient step from W = 0. There ΔW is -learning_rate times the gradient at W = 0 of
    L(W) = 1/(2N) sum_i |W x_i - y_i|², a sum over the N examples. This must hold for any x and y,
    up to 0.001 times the largest (learning_rate / N) sum_i |y_i| |x_i . x_q| of any output.

    Arguments:
        matrix: the matrix M.
        n_context: the number N of examples.
        d_x, d_y: the numbers of entries of an input and of a target.
        learning_rate: the step size η.

    Returns the pair (first layer, second layer), both `AttentionParams` for d_token entries.
    """
    ### BEGIN SOLUTION
    d_code = len(matrix)
    # exp(-30) is 1e-13, so even a prompt of thousands of tokens leaves nothing to the others.
    copy = copying.copying_head(matrix, d_x=d_x, d_y=d_y, sharpness=30.0)
    step = constructions.gradient_step(
        jnp.zeros((d_y, d_x)), n_context=n_context, learning_rate=learning_rate
    )
    in_front = ((0, 0), (0, 0), (d_code, 0))  # of each row: the code is not read
    above = ((0, 0), (d_code, 0), (0, 0))  # rows of zeros: the code is not written
    step = attention.AttentionParams(
        w_q=jnp.pad(step.w_q, in_front),
        w_k=jnp.pad(step.w_k, in_front),
        w_v=jnp.pad(step.w_v, in_front),
        w_o=jnp.pad(step.w_o, above),
    )
    return copy, step
    ### END SOLUTION


# %% check="two-layer-icl" points=3
check("two-layer-icl", two_layer_weights)

# %% [markdown] solution="two-layer-icl"
# **Why this works.** A column of zeros in front of $W_K$ multiplies the code by 0. So padding the
# matrices that read makes a layer blind to it, and padding $W_O$ from above makes it leave the code
# alone. The step divides by $N$, the number of *examples*: of the $2N$ tokens half are silent. Any
# sharpness beyond 15 or so will do.
#
# **Another right answer.** Let each *target* fetch the input before it. Then the pairs stand where
# the targets were.
#
# ```python
# def two_layer_weights(
#     matrix: Float[Array, "d_code d_code"],
#     n_context: int,
#     d_x: int,
#     d_y: int,
#     learning_rate: Scalar,
# ) -> tuple[attention.AttentionParams, attention.AttentionParams]:
#     d_code = len(matrix)
#     slots = jnp.eye(d_code + d_x + d_y)
#     code, x, y = jnp.split(slots, [d_code, d_code + d_x])
#     copy = attention.AttentionParams(
#         w_q=40.0 * jnp.sqrt(d_code) * (matrix.T @ code)[None],  # M^T: the place before
#         w_k=code[None],
#         w_v=x[None],
#         w_o=x.T[None],
#     )
#     step = attention.AttentionParams(
#         w_q=x[None], w_k=x[None], w_v=-y[None], w_o=learning_rate / n_context * y.T[None]
#     )
#     return copy, step
# ```
#
# **What the two share.** In both, after the first layer exactly $N$ tokens hold an $x$ and its $y$,
# and no other token holds both. In the second, the tokens of the inputs keep $x_i$ with the target
# 0. Their residual for $W_0 = 0$ is 0, so they are silent too. (With $W_0 \neq 0$ they would not
# be.) The first token has no input before it; whatever it gathers has no $y$ beside it. And the
# query gathers the $x$ slots of the last target, which are empty. The second answer asks one thing
# more of $M$: that $M^\top$ finds the place *before*. On the circle and with axes it does.

# %% [markdown]
# The two layers on 10,000 tasks of the default kind, against one gradient step:


# %%
def by_step(task: tasks.Task) -> Float[Array, " d_y"]:
    """Return one gradient step's prediction, from W_0 = 0."""
    w_1 = descent.step(jnp.zeros((1, D_X)), task.xs, task.ys, learning_rate=LEARNING_RATE)
    return descent.predict(w_1, task.x_query)


def half_mean_square(gap: Float[Array, "n_tasks d_y"]) -> float:
    """Return the loss that belongs to these differences from the right answers."""
    return float(jnp.mean(gap**2)) / 2


code, matrix = codes["the circle"]
sizes = {"n_context": N_CONTEXT, "d_x": D_X, "d_y": 1}
built = copying.copy_then_step(matrix, sharpness=20.0, learning_rate=LEARNING_RATE, **sizes)
sample = partial(tasks.sample_linear, n_context=N_CONTEXT, d_x=D_X)
many = jax.jit(jax.vmap(sample))(jax.random.split(jax.random.key(3), 10_000))
by_layers = jax.jit(jax.vmap(partial(copying.predict, built, code=code)))(many)
by_descent = jax.jit(jax.vmap(by_step))(many)
print(f"largest difference       {jnp.abs(by_layers - by_descent).max():.1e}")
print(f"loss of the two layers   {half_mean_square(by_layers - many.y_query):.4f}")
print(f"loss of one step         {half_mean_square(by_descent - many.y_query):.4f}")

# %% facts
fact("built-loss", half_mean_square(by_layers - many.y_query), rounding=".3f", rtol=0.02)
fact("built-gap", jnp.abs(by_layers - by_descent).max(), rounding=".0e", rtol=3.0)

# %% [markdown]
# The loss is [[built-loss]], that of one step. The largest difference is [[built-gap]], which is
# rounding in float32. Two layers took *one* step; one of them was spent on reading the prompt.
#
# ## 6. What if the code does not close?
#
# Take the same head with a longer circle: places 1 to 21 of a hundred. Everything is as before,
# except for the query at place 21. It looks for place 22, which is empty. Of the places that lend
# keys, 20 is clearly the closest: $y_N$. What happens to the prediction?
#
# - **a.** Nothing. The query only asks, and nobody attends to it.
# - **b.** It gains $y_N$.
# - **c.** It loses $y_N$.
# - **d.** It changes by $\frac{\eta}{N} (x_N \cdot x_q) \, y_N$: the last example counts twice.
#
# Decide first. Put the letter into the cell, run it, then run the experiment below.

# %% predict="open-code"
predict("open-code", choice="c")

# %%
open_code = positions.circle_code(n_tokens=100)[:N_TOKENS]
open_matrix = positions.next_on_circle(n_tokens=100)
open_built = copying.copy_then_step(
    open_matrix, sharpness=20.0, learning_rate=LEARNING_RATE, **sizes
)
closed = copying.predict(built, task, code)
opened = copying.predict(open_built, task, open_code)
print(f"prediction: closed {closed[0]:.4f}, open {opened[0]:.4f}; lost {(closed - opened)[0]:.4f}")
print(f"y_N = {task.ys[-1, 0]:.4f}")

# %% [markdown]
# The query's slot starts at 0 and *gains* $y_N$ in the first layer. The second layer reads only the
# $x$ of the query, so it adds what it always adds. The prediction is minus the slot. One careless
# score, and a step that is right to the last digit is spoilt by a whole target. A head must have a
# harmless place to look at when there is nothing to copy.
#
# ## 7. Does training find it?
#
# Weights that copy and step *exist*. Now start from random ones. The net is a softmax layer and a
# linear layer, one head each, with the tokens of this lesson. Two choices are ours.
#
# - The code has one axis for each token. So the net may learn any table of scores between places.
# - Codes only say places, as in the construction: the first layer compares them, and neither copies
#   them nor writes into them. The second layer does not see them.
#
# To see it live, take a small problem: $N = d_x = 5$.

# %% display
SMALL = 5
small = alternating.train_alternating(
    jax.random.key(0),
    n_context=SMALL,
    d_x=SMALL,
    n_steps=1_000,
    batch_size=256,
    learning_rate=8e-3,
    scale=0.1,
    keep=range(0, 1_000, 100),
)
small_sample = partial(tasks.sample_linear, n_context=SMALL, d_x=SMALL)
fresh = jax.jit(jax.vmap(small_sample))(jax.random.split(jax.random.key(4), 20_000))
small_answers = jax.jit(
    lambda params: jax.vmap(partial(copying.predict, params, code=small.code))(fresh)
)
for when, params in zip(small.kept, small.params, strict=True):
    print(f"step {when:4d}: loss {half_mean_square(small_answers(params) - fresh.y_query):.4f}")


# %% facts
def one_step_loss(size: int) -> float:
    """Return the loss of the best single step for N = d_x = size, by lesson 01."""
    variance, fourth = 1 / 12, 1 / 80
    norm = size * fourth + size * (size - 1) * variance**2
    trace = norm / size + (size - 1) / size * size * variance**2
    return variance / 2 * (size - (size * variance) ** 2 / trace)


fact("small-step", one_step_loss(SMALL), rounding=".3f", rtol=1e-6)
fact("small-zero", SMALL / 24, rounding=".3f", rtol=1e-6)
last = small_answers(small.params[-1])
fact("small-trained", half_mean_square(last - fresh.y_query), rounding=".3f", rtol=0.05)

# %% [markdown]
# At first the net predicts nothing, at a loss of [[small-zero]]. For a while nothing seems to
# happen. Then the loss falls, to [[small-trained]] at the end of this short run. The best single
# gradient step has [[small-step]].
#
# Does the net copy, as our head does? Do not look at weights. Ask on which tokens before the first
# layer a token after it *depends*. That is the paper's measure.
#
# ### Exercise `next-token-sensitivity`: who matters to whom
# *2 points · difficulty 2 of 3 · importance 2 of 3 · 10 minutes*
#
# `jax.jacobian` gives all derivatives of an array with respect to an array. Codes are not data.
# They count neither above nor below the derivative.


# %% exercise="next-token-sensitivity"
def sensitivities(
    layer: Callable[[Float[Array, "n_tokens d_token"]], Float[Array, "n_tokens d_token"]],
    tokens: Float[Array, "n_tokens d_token"],
    d_code: int,
) -> Float[Array, "3"]:
    """Return the mean sensitivity of tokens after a layer to the own, the next, and other tokens.

    Let S[j, i] be the Frobenius norm (the root of the sum of squared entries) of the matrix of
    derivatives of the data of token j after the layer by the data of token i before it. The data of
    a token are all its slots but the first `d_code`. Rows j are all n tokens; columns i are all
    tokens but the last, which lends no key and no value.

    Arguments:
        layer: maps the tokens of one task to new ones of the same shape; JAX can differentiate it.
            It contains the residual connection already.
        tokens: one token per row, the query last, at least 3. Take the derivative here.
        d_code: the number of code slots, at least 1, which lead each token.

    Returns three numbers: the mean of S[j, i] over the entries with i = j, over those with
    i = j + 1, and over all other entries of the table.
    """
    ### BEGIN SOLUTION
    slopes = jax.jacobian(layer)(tokens)[:, d_code:, :-1, d_code:]  # [j, slot, i, slot]
    table = jnp.sqrt(jnp.sum(slopes**2, axis=(1, 3)))
    own = jnp.eye(*table.shape, dtype=bool)
    following = jnp.eye(*table.shape, k=1, dtype=bool)
    return jnp.stack([table[own].mean(), table[following].mean(), table[~(own | following)].mean()])
    ### END SOLUTION


# %% check="next-token-sensitivity" points=2
check("next-token-sensitivity", sensitivities)

# %% [markdown] solution="next-token-sensitivity"
# **Why this works.** The Jacobian has four axes: token and slot after the layer, token and slot
# before it. Slicing the slot axes leaves the data, slicing the third axis drops the query's column.
# The Frobenius norm is a sum of squares over the two slot axes. Masks made by `eye` pick the
# diagonal and the one beside it.
#
# **Another right answer.** Push one slot of one token at a time, and watch all tokens move.
#
# ```python
# def sensitivities(
#     layer: Callable[[Float[Array, "n_tokens d_token"]], Float[Array, "n_tokens d_token"]],
#     tokens: Float[Array, "n_tokens d_token"],
#     d_code: int,
# ) -> Float[Array, "3"]:
#     n_tokens, d_token = tokens.shape
#     _, push = jax.linearize(layer, tokens)
#     pushes = jnp.eye(n_tokens * d_token).reshape(n_tokens, d_token, n_tokens, d_token)
#     moved = jax.vmap(jax.vmap(push))(pushes[:-1, d_code:])[..., d_code:]  # [i, slot, j, slot]
#     table = jnp.sqrt(jnp.sum(moved**2, axis=(1, 3))).T
#     ahead = jnp.arange(n_tokens - 1) - jnp.arange(n_tokens)[:, None]  # i - j
#     kinds = [ahead == 0, ahead == 1, (ahead != 0) & (ahead != 1)]
#     return jnp.stack([table[kind].mean() for kind in kinds])
# ```
#
# **What the two share.** Both sum the squares of the same derivatives. `jacobian` computes them a
# row at a time, backwards from the output. The second computes them a column at a time, forwards
# from the input.

# %% [markdown]
# Now the paper's size, $N = d_x = 10$, and a run of 10,000 steps. That takes minutes, so it was run
# once and ships with the course. `shipped.load` reads arrays and nothing else, checks their hash,
# and says how they were made.

# %% display
arrays, said = shipped.load("alternating_tokens")
run = alternating.run_of(arrays)
print("made by   ", said["command"])
print("seed      ", said["seed"], " settings", said["settings"])
print("took      ", said["seconds"], "seconds; sha256", said["sha256"][:16], "...")

# %% display
probe = jax.vmap(lambda task: positions.with_code(run.code, positions.alternating_tokens(task)))(
    jax.tree.map(lambda leaf: leaf[:8], many)
)


@jax.jit
def mean_sensitivities(params: copying.TwoLayers) -> Float[Array, "3"]:
    """Return the measure of the exercise for the first layer, averaged over 8 tasks."""
    layer = partial(attention.softmax_attention, params.copy)
    table = partial(copying.token_sensitivity, layer, d_code=N_TOKENS)
    return jax.vmap(lambda prompt: copying.own_next_other(table(prompt)))(probe).mean(axis=0)


over_training = jnp.stack([mean_sensitivities(params) for params in run.params])
figures.copying_over_training(
    run.steps,
    run.losses,
    run.kept,
    over_training,
    loss_of_zero=D_X / 24,
    loss_of_step=0.20623,  # lesson 01
)

# %% facts
half_way = (D_X / 24 + one_step_loss(D_X)) / 2
fact("trained-loss", said["loss_of_float16"], rounding=".3f", rtol=1e-6)
fact("step-loss", one_step_loss(D_X), rounding=".3f", rtol=1e-6)
fact("zero-loss", D_X / 24, rounding=".3f", rtol=1e-6)
fact("first-fall", run.steps[np.argmax(run.losses < half_way)], rounding="d", rtol=1e-9)
fact("second-fall", run.steps[np.argmax(run.losses < 0.22)], rounding="d", rtol=1e-9)
fact("middle-loss", np.median(run.losses[10:24]), rounding=".2f", rtol=1e-3)
fact("n-steps", run.steps[-1], rounding="d", rtol=1e-9)
fact("next-before", over_training[0, 1], rounding=".3f", rtol=0.1)
fact("next-after", over_training[-1, 1], rounding=".2f", rtol=0.05)
fact("other-after", over_training[-1, 2], rounding=".2f", rtol=0.1)

# %% [markdown]
# At first nothing moves: a plateau at the loss of the prediction 0, [[zero-loss]]. By step
# [[first-fall]] half of the way down is done. A second, lower plateau follows at [[middle-loss]],
# and a second fall about step [[second-fall]]. After [[n-steps]] steps the loss on 50,000 fresh
# tasks is [[trained-loss]].
#
# Below, the sensitivity to the next token rises from [[next-before]] as the loss falls, and is
# [[next-after]] at the end. That to all others stays at [[other-after]] or so. The own token's is
# large throughout: the residual connection passes on each of the 11 data slots, and
# $\sqrt{11} \approx 3.3$. The paper saw the same and concluded that the first layer copies from the
# next token.
#
# Look closer. Who attends to whom?

# %% display
prompt = positions.with_code(run.code, apart)
built_map = copying.attention_weights(built.copy, positions.with_code(code, apart))[0]
trained_map = copying.attention_weights(run.params[-1].copy, prompt)[0]
figures.attention_maps({"the constructed head": built_map, "the trained head": trained_map})

# %% facts
rows = np.arange(0, 2 * N_CONTEXT, 2)
fact("input-on-target", trained_map[rows, rows + 1].mean(), rounding=".2f", rtol=0.05)
fact("target-on-input", trained_map[rows + 1, rows].mean(), rounding=".2f", rtol=0.05)
in_pair = jnp.kron(jnp.eye(N_CONTEXT), jnp.ones((2, 2)))
outside = 1 - (trained_map[:-1] * in_pair).sum(axis=1)
fact("outside-pair", outside.mean(), rounding=".2f", rtol=0.2)


def by_y_slot(prompt):
    """Return how much inputs depend on the y slot of their own target, and of each other one."""
    layer = partial(attention.softmax_attention, run.params[-1].copy)
    slopes = jax.jacobian(layer)(prompt)[rows, N_TOKENS:][:, :, rows + 1, -1]
    sizes = jnp.linalg.norm(slopes, axis=1)  # [input, target]
    own = jnp.eye(N_CONTEXT)
    return jnp.array([(sizes * own).sum() / own.sum(), (sizes * (1 - own)).sum() / (1 - own).sum()])


own_target, other_target = jax.jit(jax.vmap(by_y_slot))(probe).mean(axis=0)
fact("by-own-target", own_target, rounding=".2f", rtol=0.05)
fact("by-other-target", other_target, rounding=".3f", rtol=0.2)
written = (run.params[-1].copy.w_o @ run.params[-1].copy.w_v)[0, N_TOKENS:, N_TOKENS:]
fact("y-into-y", jnp.abs(written[-1, -1]), rounding=".2f", rtol=0.02)
fact("y-into-x", jnp.abs(written[:-1, -1]).max(), rounding=".2f", rtol=0.02)

# %% [markdown]
# On the right the prompt falls into pairs. An *input* divides its attention between itself and its
# own target, which gets [[input-on-target]] on average. A *target* looks at itself and back at its
# own input, with [[target-on-input]]. Only [[outside-pair]] goes anywhere else.
#
# And what is looked at arrives. After the layer, an input's token depends on its own target's $y$
# with the strength [[by-own-target]], on each other target's with [[by-other-target]]. Example $i$
# has been put together, by a net that nobody told to.
#
# In three ways the net is not our construction.
#
# - *Targets* do not look ahead, at the input of a stranger. They look back, as in the other answer
#   to `two-layer-icl`: both tokens of a pair fetch the other half. Figure 6 of the paper averages
#   over all tokens, and would not show this.
# - $y_i$ lands where it likes. Of a target's $y$ the head writes [[y-into-y]] into the $y$ slot and
#   [[y-into-x]] into one of the $x$ slots. That slot serves as a mailbox. Again: compare what
#   layers do, not their weights.
# - Its loss, [[trained-loss]], is a little *below* [[step-loss]], that of the best single step. So
#   it does something more than the step. What, these figures do not say.
#
# So the measure of Figure 6 says that the next token matters. It does not say for what: derivatives
# by slots that are empty in every prompt count, too.

# %% [markdown] question="one-layer" points=2
# ### Question `one-layer`: why not in one layer?
# *2 points · difficulty 3 of 3 · importance 3 of 3 · 7 minutes · marked by hand*
#
# Show that *no* single linear attention layer takes the gradient step on alternating tokens: not
# with any weights, any number of heads, or any positional code. Answer in 80 to 150 words. Say
# which products of numbers from the prompt the prediction needs. Say which products one layer can
# make, and why a code does not change that. Say what the copying layer changes.
#
# <!-- BEGIN SOLUTION -->
#
# **A model answer.**
#
# From $W_0 = 0$ the prediction of one step is $\frac{\eta}{N} \sum_i y_i (x_i \cdot x_q)$. Each
# term is a product of three numbers: one from $y_i$, one from $x_i$, one from $x_q$.
#
# In one linear layer the query gains a sum over tokens $i$ and heads of
# $W_O W_V e_i \, (e_i^\top W_K^\top W_Q \, e_q)$. Each term takes two factors from the *same* token
# $e_i$, one in the value and one in the key, and one from the query. A token holds $x_i$ or $y_i$
# and never both. So products like $x_i x_i$, $y_i y_i$, $p_i y_i$ occur, but never $y_i x_i$. The
# code adds fixed numbers to each token. These can weigh a term by its place, but they do not carry
# the data of another token. Heads only add such sums.
#
# After a copying layer one token holds $x_i$ and $y_i$, and the product can be made.
#
# <!-- END SOLUTION -->

# %% [markdown] rubric="one-layer"
# - **1 point**: names the product that is needed, $y_i$ times $x_i$ (times $x_q$), and says that
#   one layer takes key and value from the same token, which holds only one of them.
# - **½ point**: a code adds only known numbers, so it can weigh terms by place but brings no data
#   of another token; more heads only add more such sums.
# - **½ point**: the first layer moves data between tokens, so that one token holds both factors.

# %% [markdown]
# ## 8. Where this breaks
#
# - **The place is all it knows.** The head finds "the next token", not "the target of this input".
#   Two targets in a row, or a word between question and answer, and the pairs are wrong. In
#   language an answer may be any number of tokens away.
# - **One length.** The circle has $2N + 1$ places and the step has $\frac{1}{N}$ in its weights. A
#   longer prompt needs other weights. The trained net has never seen any place but its 21.
# - **No causal mask.** Here a token may look ahead. In a language model it may not, so there the
#   *target* has to fetch its *input* from behind, as in the other answer to `two-layer-icl`. A head
#   that looks one place back is the first half of an induction head: lesson 07.
# - **A layer is spent.** Two layers take one step. What a deeper net does with its layers is not
#   settled by this.
# - **One run.** The curve above is one seed. How long a plateau lasts depends on seed, initial
#   scale and step size; that there are two of them may, too. The small run is still falling.
# - **Sensitivity is not a mechanism.** "Token $j$ depends on token $j + 1$" fits copying. It would
#   fit other uses of $y_i$ too. The attention map and the loss together make the case; each alone
#   does not.
# - **The softmax was our choice.** The paper reports that training with a linear first layer
#   failed. That is a report on training, not a theorem: with one axis for each token, weights exist
#   for a linear layer that copies.
#
# ## What you can do now
#
# You can write a task as separate tokens and say why one layer cannot learn from them. You can make
# a positional code and say how sharp attention must be. You can build a head that copies and join
# it with a layer that steps. And you can measure, on a net that nobody built, who depends on whom.
#
# Next, lesson 07: a head that looks one place back, and a second that uses what it brings.
