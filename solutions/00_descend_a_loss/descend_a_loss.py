# %% [markdown]
# # Descend a loss
#
# Welcome. This course looks inside transformers that learn from the examples in their prompt. There
# is no transformer in this lesson yet. It is about what one will turn out to do: descend a loss.
#
# **Goal.** Write a regression loss and its gradient by hand. Have JAX find the same gradient. Then
# walk downhill, and learn how long a step may be.
#
# You need NumPy and linear algebra. The JAX that this course uses is taught on the way: `jnp`,
# `grad`, pytrees, `vmap`, keys and `jit`. Loss and letters are those of von Oswald et al.,
# [arXiv 2212.07677](https://arxiv.org/abs/2212.07677), section 3. About 75 minutes.
#
# |exercise|points|exercise|points|
# |---|---|---|---|
# |`loss`|1|`split-keys`|2|
# |`hand-gradient`|2|`gd-loop`|2|
# |`tree-step`|2|`divergence-threshold`|3|
# |`vmap-tasks`|2|`slow-direction`, in words|2|
#
# Fill in a cell, then run the check under it. Stuck? `hint("loss")`, up to three times.

# %%
# %load_ext jaxtyping
# %jaxtyping.typechecker beartype.beartype
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Key, PyTree

from autograder import check, hint, predict, solution
from icl_course import descent, figures, metrics, tasks
from icl_course.arrays import Array, Scalar

# %% [markdown]
# ## 1. A loss
#
# A *task* holds $N$ examples: inputs $x_i \in \mathbb{R}^{d_x}$ and targets
# $y_i \in \mathbb{R}^{d_y}$, with $i = 1, \dots, N$. A linear model with weights
# $W \in \mathbb{R}^{d_y \times d_x}$ predicts $W x_i$. What it misses by, $W x_i - y_i$, is the
# *residual*. The loss is half the mean of their squared lengths:
#
# $$L(W) = \frac{1}{2N} \sum_{i=1}^{N} |W x_i - y_i|^2 .$$
#
# By hand: let $d_x = d_y = 1$ and $W = 1$, with the examples $(1, 2)$ and $(2, 1)$. The residuals
# are $-1$ and $1$. So $L = \frac{1}{2 \cdot 2} (1 + 1) = \frac12$.
#
# In code an example is a *row*: `xs` has shape $[N, d_x]$ and `ys` has shape $[N, d_y]$.
#
# ### Exercise `loss`: half the mean squared error
# *1 point · difficulty 1 of 3 · importance 3 of 3 · 4 minutes*
#
# Write it as you would in NumPy, with `jnp` in place of `np`.


# %% exercise="loss"
def loss(
    w: Float[Array, "d_y d_x"],
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
) -> Scalar:
    """Return the loss L(W) = 1/(2N) sum_i |W x_i - y_i|², one number.

    N = n_context is the number of examples, and |.|² sums over the d_y outputs.

    Arguments:
        w: the weights W, which act from the left on one input.
        xs: the inputs x_i, one per row.
        ys: the targets y_i, one per row. No linear map needs to fit them.
    """
    ### BEGIN SOLUTION
    residuals = xs @ w.T - ys  # row i is W x_i - y_i
    return jnp.sum(residuals**2) / (2 * len(xs))
    ### END SOLUTION


# %% check="loss" points=1
check("loss", loss)

# %% [markdown] solution="loss"
# **Why this works.** Row $i$ of `xs @ w.T` is $(W x_i)^\top$: transpose $W x_i$ and the order of
# the product turns around. Squares are summed over both axes. Examples are counted once, by
# `len(xs)`. The loss is a mean over examples and a sum over outputs.
#
# **Another right answer.** One example at a time, as in the formula.
#
# ```python
# def loss(
#     w: Float[Array, "d_y d_x"],
#     xs: Float[Array, "n_context d_x"],
#     ys: Float[Array, "n_context d_y"],
# ) -> Scalar:
#     total = 0.0
#     for x, y in zip(xs, ys, strict=True):
#         residual = w @ x - y
#         total = total + residual @ residual
#     return total / len(xs) / 2
# ```
#
# **What the two share.** Both square every entry of every residual and divide their sum by $2N$.
# The order of a sum does not matter, up to rounding.

# %% [markdown]
# What did the check do? It drew random inputs, called your function, and compared what came back
# with its own computation. It allows for rounding, and for any other way to write the same thing.
# Leave out the half, and it says
#
# ```text
# loss: not yet, 0 of 1 point.
#   Asked  half the mean over examples of the squared length of the residuals (w
#          [2, 3], xs [7, 3], ys [7, 2])
#   Came   loss float32[]; first difference: 18.817, asked for 9.4084
#   Error  9.4, where rounding explains 0.0002
#   Likely this is twice what was asked: the half of the loss is missing.
#   Think  What stands in front of the sum, beside the 1/N?
# ```
#
# It names the mistake, where it knows it, and ends with a question. Ask as often as you like:
# practice costs nothing, and every check draws new inputs. When the question does not help, ask for
# a hint. There are three to an exercise, each plainer than the one before. `hint("hand-gradient")`,
# in a cell of your own, prints
#
# ```text
# hand-gradient, hint 1 of 3: Write out entry a of the residual W x - y as a sum.
# In which entries of the residual does W_ab occur, and what is it multiplied by
# there?
# ```
#
# Once you have passed, `solution("loss")` shows a solution with its reasons, and another right
# answer. The same goes for every exercise.
#
# **Shapes in the signature.** `Float[Array, "n_context d_x"]` is an array of floats with two axes,
# and the axes have names. The two magic lines in the first cell switch on a test of these names: in
# one call, one name is one number. A slip then stops at the door of the function. Here are the
# telling lines of such a message: which argument, what came, and what each name stands for so far.
# (`Scalar` is one number, of Python, NumPy or JAX.)


# %%
def weigh(
    w: Float[Array, "d_y d_x"], xs: Float[Array, "n_context d_x"]
) -> Float[Array, "n_context d_y"]:
    """Return the predictions W x_i, one per row."""
    return xs @ w.T


try:
    weigh(jnp.ones((2, 3)), jnp.ones((7, 5)))  # d_x is 3 here and 5 there
except Exception as error:
    lines = str(error).splitlines()
    print("\n".join([*lines[1:3], *lines[-3:]]))

# %% [markdown]
# ## 2. Its gradient, by hand and by machine
#
# The gradient $\nabla_W L$ holds the derivative of $L$ with respect to every entry of $W$. It has
# the shape of $W$. Begin with $d_x = d_y = 1$, where $W$ is one number $w$:
#
# $$
# \begin{aligned}
# L(w) &= \frac{1}{2N} \sum_i (w x_i - y_i)^2 && \text{definition} \\
# L'(w) &= \frac{1}{2N} \sum_i 2 \, (w x_i - y_i) \, x_i && \text{chain rule} \\
#       &= \frac{1}{N} \sum_i (w x_i - y_i) \, x_i && \text{the half cancels the 2}
# \end{aligned}
# $$
#
# For the two examples above, $L'(1) = \frac12 (-1 \cdot 1 + 1 \cdot 2) = \frac12$.
#
# ### Exercise `hand-gradient`: the gradient of the loss
# *2 points · difficulty 2 of 3 · importance 3 of 3 · 8 minutes*
#
# Now $W$ is a matrix. Take one example and one entry $W_{ab}$, the one in row $a$ and column $b$.
# Which entries of the residual does it touch? Derive the gradient on paper, as a closed form, and
# write that down.


# %% exercise="hand-gradient"
def hand_gradient(
    w: Float[Array, "d_y d_x"],
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
) -> Float[Array, "d_y d_x"]:
    """Return the gradient of L(W) = 1/(2N) sum_i |W x_i - y_i|² at `w`.

    N = n_context is the number of examples, and |.|² sums over the d_y outputs. Entry [a, b] of the
    gradient is the derivative of L with respect to entry [a, b] of W.

    Arguments:
        w: the weights W, which act from the left on one input.
        xs: the inputs x_i, one per row.
        ys: the targets y_i, one per row. No linear map needs to fit them.

    Returns an array shaped as `w`.
    """
    ### BEGIN SOLUTION
    residuals = xs @ w.T - ys
    return residuals.T @ xs / len(xs)  # the mean over i of residual times input
    ### END SOLUTION


# %% check="hand-gradient" points=2
check("hand-gradient", hand_gradient)

# %% [markdown] solution="hand-gradient"
# **Why this works.** Write $r = W x - y$ for the residual of one example. Entry $W_{ab}$ enters
# $r_a = \sum_c W_{ac} x_c - y_a$ and no other entry of $r$. There
# $\partial r_a / \partial W_{ab} = x_b$. So
# $\partial \big( \tfrac12 \sum_c r_c^2 \big) / \partial W_{ab} = r_a x_b$. That is entry $[a, b]$
# of the outer product $r x^\top$. The loss is a mean over examples, hence
#
# $$\nabla_W L = \frac1N \sum_i (W x_i - y_i) \, x_i^\top .$$
#
# With examples as rows, the sum over $i$ is one matrix product.
#
# **Another right answer.** Multiply out first: only two second moments of the data matter.
#
# ```python
# def hand_gradient(
#     w: Float[Array, "d_y d_x"],
#     xs: Float[Array, "n_context d_x"],
#     ys: Float[Array, "n_context d_y"],
# ) -> Float[Array, "d_y d_x"]:
#     input_moment = xs.T @ xs / len(xs)  # [d_x, d_x]
#     target_moment = ys.T @ xs / len(xs)  # [d_y, d_x]
#     return w @ input_moment - target_moment
# ```
#
# **What the two share.** Both are $\frac1N \sum_i W x_i x_i^\top - \frac1N \sum_i y_i x_i^\top$.
# The second shows how $W$ enters: times one matrix, which depends on the inputs alone. Section 8
# lives on that matrix.

# %% [markdown]
# **The same by `jax.grad`.** JAX differentiates programs. `jax.grad(f)` is a new function. It takes
# the arguments of `f` and returns the gradient of `f` in the first of them. `f` must return one
# number. (`jax.value_and_grad` returns the number too.)
#
# Here is the library's loss, `descent.loss`, at the two examples, and then at a random task. A
# *third* witness joins in. Move one weight up and down by a little, and see how the loss changes.

# %%
gradient_of_loss = jax.grad(descent.loss)
two_xs, two_ys = jnp.array([[1.0], [2.0]]), jnp.array([[2.0], [1.0]])
print("two examples:", gradient_of_loss(jnp.array([[1.0]]), two_xs, two_ys))

key_task, key_w = jax.random.split(jax.random.key(0))
task = tasks.sample_linear(key_task, n_context=10, d_x=10, d_y=3)
w = jax.random.normal(key_w, (3, 10))
nudge = jnp.zeros_like(w).at[2, 5].set(0.01)
rise = descent.loss(w + nudge, task.xs, task.ys) - descent.loss(w - nudge, task.xs, task.ys)
print(f"by hand      {descent.gradient(w, task.xs, task.ys)[2, 5]:.5f}")
print(f"by jax.grad  {gradient_of_loss(w, task.xs, task.ys)[2, 5]:.5f}")
print(f"by a nudge   {rise / 0.02:.5f}")

# %% [markdown]
# One thing in that cell is new. JAX arrays cannot be changed in place. `x.at[2, 5].set(v)` returns
# a *new* array, and `x[2, 5] = v` is an error.
#
# **How equal is equal?** JAX computes in *float32* unless told otherwise, with some 7 digits. To
# see whether two results differ by rounding or by a mistake, compute again in *float64*, with some
# 16. Rounding shrinks, a mistake stays.


# %%
def gap(w: Float[Array, "d_y d_x"], task: tasks.Task) -> Float[Array, ""]:
    """Return the largest difference between the two gradients."""
    by_hand = descent.gradient(w, task.xs, task.ys)
    return metrics.largest_deviation(by_hand, jax.grad(descent.loss)(w, task.xs, task.ys))


gap_32 = gap(w, task)
with jax.enable_x64(True):  # inside this block, float64 is allowed
    gap_64 = gap(*jax.tree.map(lambda leaf: leaf.astype(jnp.float64), (w, task)))
print(f"float32 {gap_32:.1e}   float64 {gap_64:.1e}")

# %% facts
fact("gap-float32", gap_32, rounding=".0e", rtol=3.0)
fact("gap-float64", gap_64, rounding=".0e", rtol=3.0)

# %% [markdown]
# [[gap-float32]] became [[gap-float64]]. It was rounding. *(JAX documentation: "Automatic
# differentiation"; "Common gotchas in JAX", on float64 and on changes in place.)*
#
# ## 3. Parameters are trees
#
# Most models have more than one array of weights: some in a `dict`, some in a list, some in a
# record. JAX takes them all. A *pytree* is any nesting of tuples, lists, dicts and records with
# arrays as its leaves. The gradient with respect to a pytree is a pytree of the same form. And
# `jax.tree.map(f, a, b)` calls `f` on every leaf of `a` with its counterpart in `b`. You have just
# seen it: the pair `(w, task)` is a pytree, as `Task` is a record.

# %%
model = {"slope": jnp.array([[1.0, 2.0]]), "shift": [jnp.array([0.5])]}


def predict_and_square(model: PyTree, x: Float[Array, " d_x"]) -> Float[Array, ""]:
    """Return half the square of an affine model's one output."""
    return jnp.sum((model["slope"] @ x + model["shift"][0]) ** 2) / 2


print("gradient:", jax.grad(predict_and_square)(model, jnp.array([3.0, 1.0])))
print("doubled: ", jax.tree.map(lambda leaf: 2 * leaf, model))

# %% [markdown]
# A step of *gradient descent* with *step size* $\eta$ (in code `learning_rate`) goes from
# parameters $\theta$ to
#
# $$\theta - \eta \, \nabla_\theta L(\theta) .$$
#
# ### Exercise `tree-step`: a step for any parameters
# *2 points · difficulty 2 of 3 · importance 2 of 3 · 6 minutes*
#
# Take that step for *any* pytree. All leaves move together: every derivative is taken at the old
# parameters.


# %% exercise="tree-step"
def tree_step(loss: Callable[[PyTree], Scalar], params: PyTree, learning_rate: Scalar) -> PyTree:
    """Return the parameters after one step of gradient descent on `loss`.

    Each leaf becomes itself minus `learning_rate` times the derivative of the loss with respect to
    that leaf, all derivatives taken at `params`.

    Arguments:
        loss: from parameters to one number. It is written in JAX and can be differentiated.
        params: any pytree of float arrays: a dict, a list or tuple, a record such as
            `icl_course.tasks.Task`, or these in one another. It may be a single array.
        learning_rate: the step size η, one number for all leaves.

    Returns a pytree of the same form as `params`, with leaves of the same shapes.
    """
    ### BEGIN SOLUTION
    gradient = jax.grad(loss)(params)
    return jax.tree.map(lambda leaf, slope: leaf - learning_rate * slope, params, gradient)
    ### END SOLUTION


# %% check="tree-step" points=2
check("tree-step", tree_step)

# %% [markdown] solution="tree-step"
# **Why this works.** `jax.grad(loss)` is a function of the parameters, so it is called on them. It
# gives a pytree of their form, so `jax.tree.map` finds for every leaf its own derivative. All of
# them were computed before anything moved.
#
# **Another right answer.** Take the tree apart into a list of leaves, and put it together again.
#
# ```python
# def tree_step(
#     loss: Callable[[PyTree], Scalar], params: PyTree, learning_rate: Scalar
# ) -> PyTree:
#     leaves, form = jax.tree.flatten(params)
#     slopes = jax.tree.leaves(jax.grad(loss)(params))
#     pairs = zip(leaves, slopes, strict=True)
#     return jax.tree.unflatten(form, [leaf - learning_rate * slope for leaf, slope in pairs])
# ```
#
# **What the two share.** Both differentiate once, with respect to all leaves together, and then
# walk two trees of one form side by side. `jax.tree.map` is the second one, written shorter.
# Neither moves one leaf and then asks for the derivative with respect to the next: that is another
# method.

# %% [markdown]
# *(JAX documentation: "Pytrees".)*
#
# ## 4. One task to a batch
#
# This course writes every function for *one* task. To use it on many, do not write a loop, and do
# not add an axis to every line. `jax.vmap(f)` is a new function that takes a *batch*: arrays with
# one more axis in front. It returns the results stacked along such an axis.
#
# Not every argument has a batch. `in_axes` says, argument by argument, along which axis to go.
# `None` means: the same for all.

# %%
keys = jax.random.split(jax.random.key(1), 4)  # four keys, section 5 says what a key is
batch = jax.vmap(lambda key: tasks.sample_linear(key, n_context=6, d_x=2))(keys)
one_w = jnp.array([[1.0, -1.0]])
losses = jax.vmap(descent.loss, in_axes=(None, 0, 0))(one_w, batch.xs, batch.ys)
print("xs of the batch", batch.xs.shape, " one loss for each task", losses.shape)

# %% [markdown]
# `vmap` is a loop in what it *means* and array code in how it *runs*. And it can be used twice.
#
# ### Exercise `vmap-tasks`: every weight on every task
# *2 points · difficulty 2 of 3 · importance 3 of 3 · 7 minutes*
#
# Given several tasks and several weight matrices, fill a table: the loss of each matrix on each
# task. `descent.loss(w, xs, ys)` does one entry.


# %% exercise="vmap-tasks"
def loss_table(
    ws: Float[Array, "n_weights d_y d_x"],
    xs: Float[Array, "n_tasks n_context d_x"],
    ys: Float[Array, "n_tasks n_context d_y"],
) -> Float[Array, "n_tasks n_weights"]:
    """Return the loss of every weight matrix on every task.

    Entry [t, m] is 1/(2N) sum_i |W x_i - y_i|² with W = ws[m], x_i = xs[t, i] and y_i = ys[t, i],
    where N = n_context is the number of examples of one task and |.|² sums over the outputs.

    Arguments:
        ws: the weight matrices, one per index of the first axis.
        xs: the inputs, one task per index of the first axis.
        ys: the targets, likewise. xs[t] and ys[t] belong together.

    Returns one row per task, one column per weight matrix.
    """
    ### BEGIN SOLUTION
    over_weights = jax.vmap(descent.loss, in_axes=(0, None, None))
    return jax.vmap(over_weights, in_axes=(None, 0, 0))(ws, xs, ys)
    ### END SOLUTION


# %% check="vmap-tasks" points=2
check("vmap-tasks", loss_table)

# %% [markdown] solution="vmap-tasks"
# **Why this works.** The inner `vmap` takes one task to all weight matrices and gives a row. The
# outer one takes that to all tasks and stacks the rows: what is mapped last comes first in the
# shape. `xs` and `ys` are mapped in the same `vmap`, so that they keep step. Mapped in two, every
# input would meet every target.
#
# **Another right answer.** One contraction, with a letter for every axis.
#
# ```python
# def loss_table(
#     ws: Float[Array, "n_weights d_y d_x"],
#     xs: Float[Array, "n_tasks n_context d_x"],
#     ys: Float[Array, "n_tasks n_context d_y"],
# ) -> Float[Array, "n_tasks n_weights"]:
#     residuals = jnp.einsum("myx,tix->tmiy", ws, xs) - ys[:, None]
#     return jnp.sum(residuals**2, axis=(2, 3)) / (2 * xs.shape[1])
# ```
#
# **What the two share.** Both compute all residuals, $[t, m, i, y]$, and sum over the last two. In
# the second you keep the axes in order yourself. In the first they never meet: the function that
# does the work sees one matrix and one task.

# %% [markdown]
# *(JAX documentation: "Automatic vectorization".)*
#
# ## 5. Keys
#
# NumPy keeps a hidden state that every draw moves on. JAX has none. A draw is a function of a
# *key*: the same key, the same numbers, today and tomorrow, here and on another machine. To draw
# twice, make two keys of one with `jax.random.split`. Then forget the old one. The rule is short:
# **use each key once**, for one draw or for one split.
#
# Here somebody draws a noisy task: a *teacher* $W$, inputs, and targets $W x_i$ plus noise. The
# inputs are uniform on $(-\frac12, \frac12)$, as they are in this course unless a cell says
# otherwise.


# %%
def careless_task(key: Key[Array, ""], n_context: int, d_x: int, noise_scale: Scalar) -> tuple:
    """Draw a teacher, inputs and noisy targets. There is a bug in it."""
    w = jax.random.normal(key, (1, d_x))
    xs = jax.random.uniform(key, (n_context, d_x), minval=-0.5, maxval=0.5)
    noise = jax.random.normal(key, (n_context, 1))
    return w, xs, xs @ w.T + noise_scale * noise


w, xs, ys = careless_task(jax.random.key(2), 5, 3, 0.1)
print("teacher     ", w[0])
print("first input ", xs[0])
print("first noises", ((ys - xs @ w.T) / 0.1)[:3, 0])

# %% [markdown]
# The three numbers of the noise *are* the teacher's. And the first input is large where the teacher
# is large: it is the same random number, squeezed into $(-\frac12, \frac12)$. So teacher and first
# input point the same way, and $y_1$ is nearly always positive. Nothing warns you. Here is the
# share of tasks with a positive first target:

# %%
keys = jax.random.split(jax.random.key(3), 10_000)
first_targets = jax.vmap(lambda key: careless_task(key, 5, 3, 0.1)[2][0, 0])(keys)
print(f"share of tasks with y_1 > 0: {jnp.mean(first_targets > 0):.3f}, should be 0.5")

# %% facts
fact("share-positive", jnp.mean(first_targets > 0), rounding=".3f", rtol=0.01)

# %% [markdown]
# It is [[share-positive]]. A model trained on such tasks would learn something that is not there.
# The paper that lesson 02 rebuilds has a slip of this kind in its released code; lesson 03 looks
# for it.
#
# ### Exercise `split-keys`: find the bug, and mend it
# *2 points · difficulty 1 of 3 · importance 3 of 3 · 7 minutes*
#
# Draw the task as it was meant. JAX can watch for you: under `with jax.debug_key_reuse(True):` a
# key that is used twice raises an error.


# %% exercise="split-keys"
def noisy_task(
    key: Key[Array, ""], n_context: int, d_x: int, noise_scale: Scalar
) -> tuple[Float[Array, "1 d_x"], Float[Array, "n_context d_x"], Float[Array, "n_context 1"]]:
    """Draw a teacher, inputs and noisy targets: y_i = W x_i + noise_scale * noise_i.

    Entries of W and of the noise have the law N(0, 1), entries of x the uniform law on
    (-1/2, 1/2). All of them are independent. The same key gives the same task, and other keys give
    other tasks. No key is used twice: each has one draw or one split, so that
    `jax.debug_key_reuse(True)` finds nothing.

    Arguments:
        key: a typed JAX key, fresh.
        n_context: the number of examples.
        d_x: the number of entries of an input.
        noise_scale: the standard deviation of the noise in a target.

    Returns W [1, d_x], the inputs [n_context, d_x] and the targets [n_context, 1], in this order.
    """
    ### BEGIN SOLUTION
    key_w, key_xs, key_noise = jax.random.split(key, 3)  # one key for each quantity
    w = jax.random.normal(key_w, (1, d_x))
    xs = jax.random.uniform(key_xs, (n_context, d_x), minval=-0.5, maxval=0.5)
    noise = jax.random.normal(key_noise, (n_context, 1))
    return w, xs, xs @ w.T + noise_scale * noise
    ### END SOLUTION


# %% check="split-keys" points=2
check("split-keys", noisy_task)

# %% [markdown] solution="split-keys"
# **Why this works.** Three quantities, three keys, each named for what it draws. The keys that a
# split returns behave as independent seeds. The key that came in was used once, for the split.
#
# **Another right answer.** Split off one key at a time, and carry the rest on.
#
# ```python
# def noisy_task(
#     key: Key[Array, ""], n_context: int, d_x: int, noise_scale: Scalar
# ) -> tuple[Float[Array, "1 d_x"], Float[Array, "n_context d_x"], Float[Array, "n_context 1"]]:
#     key, key_w = jax.random.split(key)  # the name `key` now means another key
#     key, key_xs = jax.random.split(key)
#     xs = jax.random.uniform(key_xs, (n_context, d_x)) - 0.5
#     w = jax.random.normal(key_w, (1, d_x))
#     return w, xs, xs @ w.T + noise_scale * jax.random.normal(key, (n_context, 1))
# ```
#
# **What the two share.** In both, every key meets exactly one function that consumes it. The two
# give other numbers for the same key, and the same *law* of numbers. A law is what the check looks
# at. The order of the draws is free, since no draw moves a hidden state.

# %% [markdown]
# *(JAX documentation: "Pseudorandom numbers"; `jax.experimental.key_reuse`.)*
#
# ## 6. `jit`, and what it sees
#
# `jax.jit(f)` compiles `f`. It calls the Python function with *tracers*, stand-ins that have a
# shape and a type but no values. It writes down which array operations are done to them, and
# compiles that list. From then on it runs the list.
#
# So what becomes of the rest of the function, of what is plain Python? Here a function keeps a
# list of its own calls.
#
# ```python
# calls = []
#
#
# @jax.jit
# def noted_loss(w, xs, ys):
#     calls.append(xs.shape)
#     return descent.loss(w, xs, ys)
# ```
#
# It is called three times: on a task of 10 examples, on *another* task of 10 examples, and on one
# of 20. How long is `calls` then?
#
# - **a.** 3. Every call runs the function.
# - **b.** 2. Python runs once for each new shape of the arguments.
# - **c.** 1. Python runs once, at the first call.
# - **d.** 0. What is compiled is array operations, and `append` is none.
#
# Decide first. Put the letter into the cell, run it, then run the experiment below.

# %% predict="python-under-jit"
predict("python-under-jit", choice="b")

# %%
calls: list[tuple[int, ...]] = []


@jax.jit
def noted_loss(w: Float[Array, "d_y d_x"], xs: Array, ys: Array) -> Float[Array, ""]:
    """Return the loss, and keep a list of calls that no compiled program knows of."""
    calls.append(xs.shape)
    return descent.loss(w, xs, ys)


for seed, n_context in [(0, 10), (1, 10), (2, 20)]:
    one = tasks.sample_linear(jax.random.key(seed), n_context=n_context, d_x=2)
    noted_loss(one_w, one.xs, one.ys)
print(calls)

# %% [markdown]
# Two rules follow. Give a function under `jit` all it needs as arguments and take all it makes as
# results: a *pure* function. And do not ask for a value inside: `if loss > 1:` has no answer when
# `loss` is a tracer, and JAX says so. A Python loop is fine. It is written out, turn by turn, into
# a longer list; for long loops there are `jax.lax.fori_loop` and `jax.lax.scan`.
#
# *(JAX documentation: "Just-in-time compilation"; "Tracing".)*
#
# ## 7. Downhill
#
# All is ready for *gradient descent*. Start at $W_0$ and repeat
#
# $$W_{k+1} = W_k - \eta \, \nabla_W L(W_k) .$$
#
# ### Exercise `gd-loop`: the loss along the way
# *2 points · difficulty 1 of 3 · importance 3 of 3 · 7 minutes*
#
# Take $K$ steps and note the loss: before the first step, and after each one. A Python loop is
# fine. Use `descent.loss` and `jax.grad`, and leave the library's own steps aside for now.


# %% exercise="gd-loop"
def loss_history(
    w_0: Float[Array, "d_y d_x"],
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    learning_rate: Scalar,
    n_steps: int,
) -> Float[Array, " n_losses"]:
    """Return the losses L(W_0), L(W_1), ..., L(W_K) along K steps of gradient descent.

    L(W) = 1/(2N) sum_i |W x_i - y_i|² with N = n_context, where |.|² sums over the outputs. Each
    step is W_{k+1} = W_k - learning_rate times the gradient of L at W_k. Nothing is clipped and
    nothing stops early: where the steps are too long, the losses grow, and that is the answer.

    Arguments:
        w_0: the weights W_0 to start from.
        xs: the inputs x_i, one per row.
        ys: the targets y_i, one per row. No linear map needs to fit them.
        learning_rate: the step size η.
        n_steps: the number K of steps, at least 1.

    Returns K + 1 losses, that of W_0 first.
    """
    ### BEGIN SOLUTION
    w, losses = w_0, [descent.loss(w_0, xs, ys)]
    for _ in range(n_steps):
        w = w - learning_rate * jax.grad(descent.loss)(w, xs, ys)
        losses.append(descent.loss(w, xs, ys))
    return jnp.stack(losses)
    ### END SOLUTION


# %% check="gd-loop" points=2
check("gd-loop", loss_history)

# %% [markdown] solution="gd-loop"
# **Why this works.** The loop body is the formula. The gradient is taken at the weights of *this*
# step, so `w` stands in it and not `w_0`. The loss of the start is noted before the loop, hence
# $K + 1$ numbers.
#
# **Another right answer.** `jax.lax.scan` carries the weights and stacks what each turn notes.
#
# ```python
# def loss_history(
#     w_0: Float[Array, "d_y d_x"],
#     xs: Float[Array, "n_context d_x"],
#     ys: Float[Array, "n_context d_y"],
#     learning_rate: Scalar,
#     n_steps: int,
# ) -> Float[Array, " n_losses"]:
#     def turn(w, _):
#         value, slope = jax.value_and_grad(descent.loss)(w, xs, ys)
#         return w - learning_rate * slope, value
#
#     last, losses = jax.lax.scan(turn, w_0, length=n_steps)
#     return jnp.append(losses, descent.loss(last, xs, ys))
# ```
#
# **What the two share.** One state, the weights, and one rule for the next. The first notes the
# loss *after* its step and the second *before*, so each needs one extra loss, at the other end. The
# second compiles one turn and runs it $K$ times; under `jit` the first would compile $K$ turns.

# %% [markdown]
# Look at it with two weights, $d_x = 2$ and $d_y = 1$, where the loss can be drawn as a map. The
# second entry of an input is half as wide as the first, so the valley is long and narrow. From here
# on the library takes the steps: `descent.trajectory` returns all weights $W_0, \dots, W_K$. The
# step sizes are given in units of $\bar\eta$, a number that the next section derives.


# %%
key_wide, key_teacher = jax.random.split(jax.random.key(4))
narrow_xs = tasks.uniform_inputs(key_wide, (20, 2)) * jnp.array([1.0, 0.5])
narrow_ys = narrow_xs @ jnp.array([[0.4], [-0.3]])  # the teacher of this task
bar_eta = descent.largest_stable_step(narrow_xs)
rates = bar_eta * jnp.array([0.3, 0.9, 1.05])
start = jnp.array([[-1.2, 1.6]])

paths = jax.vmap(
    lambda rate: descent.trajectory(start, narrow_xs, narrow_ys, learning_rate=rate, n_steps=12)
)(rates)[:, :, 0]
print("paths", paths.shape)

# %% display
first, second = jnp.linspace(-2.2, 3.0, 80), jnp.linspace(-2.6, 2.0, 80)
grid = jnp.stack(jnp.meshgrid(first, second), axis=-1)[:, :, None]  # [80, 80, 1, 2]
on_grid = jax.vmap(jax.vmap(lambda w: descent.loss(w, narrow_xs, narrow_ys)))(grid)
figures.descent_paths(first, second, on_grid, paths, rates, threshold=bar_eta)

# %% [markdown]
# A short step creeps. A long one jumps across the valley, and still comes nearer with each jump. A
# slightly longer one jumps out of it. Across the valley the slope is steep, along it flat. It is
# the steep direction that decides.
#
# ## 8. How long may a step be?
#
# Here it is in full. Let $W_*$ be weights at which the gradient is zero. (There are always some:
# least squares finds them.) Call $E_k = W_k - W_*$ the *error*. Call
# $H = \frac1N \sum_i x_i x_i^\top$ the *Hessian*. It is a $d_x \times d_x$ matrix, the second
# derivative of the loss in a row of $W$. If the inputs are the rows of a matrix $X$, then
# $H = X^\top X / N$.
#
# $$
# \begin{aligned}
# \nabla_W L(W_k) &= \tfrac1N \textstyle\sum_i (W_k x_i - y_i) \, x_i^\top
#   && \text{section 2} \\
# &= \tfrac1N \textstyle\sum_i (W_k x_i - W_* x_i) \, x_i^\top
#    + \tfrac1N \sum_i (W_* x_i - y_i) \, x_i^\top && \text{put in } W_* x_i \\
# &= E_k H + 0 && \text{no gradient at } W_* \\
# E_{k+1} &= E_k - \eta \, E_k H = E_k \, (I - \eta H) && \text{one step}
# \end{aligned}
# $$
#
# $H$ is symmetric. So it has orthonormal eigenvectors $v_1, \dots, v_{d_x}$, with
# $H v_j = \lambda_j v_j$. No $\lambda_j$ is negative, as
# $v^\top H v = \frac1N \sum_i (v \cdot x_i)^2$. Look at the error along one of them:
#
# $$E_{k+1} v_j = (1 - \eta \lambda_j) \, E_k v_j
# \qquad \text{and} \qquad
# L(W_k) - L(W_*) = \tfrac12 \textstyle\sum_j \lambda_j \, |E_k v_j|^2 .$$
#
# (For the second, put $W_k x_i - y_i = E_k x_i + (W_* x_i - y_i)$ into the loss. The mixed terms
# vanish, again because there is no gradient at $W_*$.) So the directions do not disturb each other.
# In each of them, every step multiplies the error by one number.
#
# ### Exercise `divergence-threshold`: the largest stable step size
# *3 points · difficulty 2 of 3 · importance 3 of 3 · 10 minutes*
#
# For which step sizes does the loss go to its minimum, whatever the start? Derive the bound, and
# write it as a function of the inputs. `jnp.linalg` has what you need.


# %% exercise="divergence-threshold"
def largest_step(xs: Float[Array, "n_context d_x"]) -> Scalar:
    """Return the step size at which gradient descent stops converging.

    The loss is L(W) = 1/(2N) sum_i |W x_i - y_i|² with N = n_context, and a step is
    W <- W - η times the gradient of L at W. Return the number b > 0 with these two properties.
    For 0 < η < b the loss goes to its minimum from every start and for all targets. For η > b the
    loss grows without bound from almost every start.

    Arguments:
        xs: the inputs x_i, one per row; not all of them are zero. There may be more examples than
            entries, or fewer, so that some directions have no input at all.

    Returns one number, exact up to rounding.
    """
    ### BEGIN SOLUTION
    eigenvalues = jnp.linalg.eigvalsh(xs.T @ xs / len(xs))  # in rising order
    return 2 / eigenvalues[-1]
    ### END SOLUTION


# %% check="divergence-threshold" points=3
check("divergence-threshold", largest_step)

# %% [markdown] solution="divergence-threshold"
# **Why this works.** After $k$ steps the error along $v_j$ is $(1 - \eta \lambda_j)^k$ times what
# it was. It goes to zero if and only if $-1 < 1 - \eta \lambda_j < 1$, that is
# $0 < \eta \lambda_j < 2$. Directions with $\lambda_j = 0$ never move and cost nothing: they do not
# enter the loss. For all others this must hold at once, so the largest eigenvalue decides:
# $\eta < 2 / \lambda_\max$. Above it, the error along the eigenvector $v_\max$ of $\lambda_\max$
# changes its sign with every step and grows. Only a start with no error at all along $v_\max$
# escapes.
#
# **Another right answer.** No eigenvalues: the spectral norm of the inputs.
#
# ```python
# def largest_step(xs: Float[Array, "n_context d_x"]) -> Scalar:
#     largest_stretch = jnp.linalg.norm(xs, ord=2)  # the largest singular value
#     return 2 * len(xs) / largest_stretch**2
# ```
#
# **What the two share.** The eigenvalues of $X^\top X$ are the squares of the singular values of
# $X$. So $\lambda_\max = \sigma_\max^2 / N$. The largest $|X v|^2 / N$ over all $v$ of length 1 is
# the most that the inputs can stretch a change of the weights.

# %% [markdown]
# Call that number $\bar\eta = 2 / \lambda_\max$. Here $\lambda_\max$ is the largest eigenvalue of
# $H$, and $v_\max$ its eigenvector. Now the course's standard task: $N = d_x = 10$, $d_y = 1$,
# inputs uniform on $(-\frac12, \frac12)$, and a teacher with $N(0, 1)$ entries. Start at $W_0 = 0$.

# %%
task = tasks.sample_linear(jax.random.key(0), n_context=10, d_x=10)
zero = jnp.zeros((1, 10))
bar_eta = descent.largest_stable_step(task.xs)
eigenvalues = jnp.linalg.eigvalsh(descent.hessian(task.xs))


@jax.jit
def history(rate: Float[Array, ""]) -> Float[Array, " n_losses"]:
    """Return the losses along 100 steps from zero."""
    ws = descent.trajectory(zero, task.xs, task.ys, learning_rate=rate, n_steps=100)
    return jax.vmap(lambda w: descent.loss(w, task.xs, task.ys))(ws)


rates = bar_eta * jnp.array([0.05, 0.25, 0.5, 0.95, 1.0, 1.05])
curves = jax.vmap(history)(rates)  # a batch of step sizes
print(f"2 / lambda_max = {bar_eta:.3f}, curves {curves.shape}")

# %% display
figures.loss_curves(curves, rates, threshold=bar_eta)

# %% [markdown]
# Below $\bar\eta =$ [[bar-eta]] every curve falls. At $\bar\eta$ (dashed) the error along $v_\max$
# keeps its size and flips its sign, and the loss stays up. Above it, it grows. The border is sharp:
# 5 % less and 5 % more are different worlds. See it against the step size:

# %% display
many_rates = bar_eta * jnp.linspace(0.02, 1.1, 109)
many_curves = jax.vmap(history)(many_rates)
counts = [1, 10, 100]
figures.final_losses(
    many_curves[:, jnp.array(counts)].T,
    many_rates,
    counts,
    threshold=bar_eta,
    loss_at_start=many_curves[0, 0],
)

# %% facts
thresholds = jax.jit(
    jax.vmap(
        lambda key: descent.largest_stable_step(tasks.sample_linear(key, n_context=10, d_x=10).xs)
    )
)(jax.random.split(jax.random.key(5), 10_000))
eta_star = 12 * 10 / (2 * 10 - 0.2)  # the closed form of lesson 01 for N = d_x = 10
fact("eta-star", eta_star, rounding=".2f", rtol=1e-6)
fact("bar-eta", bar_eta, rounding=".2f", rtol=1e-3)
fact("share-unstable", 100 * jnp.mean(thresholds < eta_star), rounding=".0f", rtol=0.15)
fact("loss-start", curves[0, 0], rounding=".3f", rtol=1e-3)
fact("loss-20", curves[2, 20], rounding=".5f", rtol=2e-2)
fact("loss-100", curves[2, 100], rounding=".5f", rtol=2e-2)
fact("lambda-max", eigenvalues[-1], rounding=".3f", rtol=1e-3)
fact("lambda-small", eigenvalues[2], rounding=".4f", rtol=1e-2)

# %% [markdown]
# One step may be longer than $\bar\eta$ and still lower the loss: a *single* step cannot diverge.
# The more steps there are, the harder the wall stands. This matters soon. The best single step on
# average over all tasks is $\eta^* =$ [[eta-star]], as lesson 01 derives. It lies above $\bar\eta$
# for [[share-unstable]] % of tasks. Taken many times, it would diverge there.
#
# Look at the curves once more. At $0.5 \, \bar\eta$ the loss falls from [[loss-start]] to
# [[loss-20]] in 20 steps. Another 80 steps bring it only to [[loss-100]]. There are 10 weights, 10
# examples and no noise, so a loss of 0 is within reach. The eigenvalues say why it does not come:
# the largest is [[lambda-max]], the third smallest is [[lambda-small]].

# %% [markdown] question="slow-direction" points=2
# ### Question `slow-direction`: why is the end so slow?
# *2 points · difficulty 2 of 3 · importance 3 of 3 · 7 minutes · marked by hand*
#
# With a step size that is safe, gradient descent first falls fast and then hardly moves. Explain it
# in 80 to 150 words. Say what happens to the error along each eigenvector. Say why a larger step
# size is no way out. Then propose a change that would help, to the step or to the inputs, and say
# why it would.
#
# <!-- BEGIN SOLUTION -->
#
# **A model answer.**
#
# Along each eigenvector $v_j$ of $H$ the error is multiplied by $1 - \eta \lambda_j$ in every step,
# and the directions do not mix. Where $\lambda_j$ is of the order of $\lambda_\max$, the factor is
# well inside $(-1, 1)$, unless $\eta$ is close to the bound. The error there is gone after a few
# steps. That is the fast fall. Where
# $\lambda_j$ is small, the factor is nearly 1: with $\eta < 2 / \lambda_\max$ it is above
# $1 - 2 \lambda_j / \lambda_\max$. That error stays for about $\lambda_\max / \lambda_j$ steps.
#
# A larger $\eta$ would speed up the flat directions. But the steepest one then has a factor below
# $-1$ and diverges. One number must serve all directions.
#
# So give each direction its own step: multiply the gradient from the right by $H^{-1}$ (if it
# exists), which makes all factors equal. Or change the inputs so that $H$ becomes the identity
# (whitening). Then one step would do.
#
# <!-- END SOLUTION -->

# %% [markdown] rubric="slow-direction"
# - **1 point**: the factor $1 - \eta \lambda_j$ per step and direction: steep directions are done
#   early, flat ones (small $\lambda_j$) keep a factor near 1.
# - **½ point**: a larger $\eta$ makes the steepest direction diverge; one step size serves all.
# - **½ point**: a change that evens out the eigenvalues or the step per direction (whitening,
#   $H^{-1}$, another step size per direction, momentum), with the reason.

# %% [markdown]
# ## 9. Where this breaks
#
# - **Only for quadratic losses is the threshold exact.** Here $H$ is the same everywhere. For a
#   neural network it changes with the weights, and full-batch training often moves to where
#   $\lambda_\max$ is close to $2 / \eta$, and stays there (Cohen et al.,
#   [arXiv 2103.00065](https://arxiv.org/abs/2103.00065), the "edge of stability").
# - **One step size does not fit all tasks.** $\bar\eta$ depends on the inputs of *this* task. A
#   layer with a step size built in, as in lesson 02, does not know them.
# - **A low loss is not a good answer.** This loss is that of the examples which the weights were
#   fitted to. What counts in this course is the prediction for a *new* input. Lesson 01 asks for
#   that, and with noisy targets the two part ways.
# - **float32 has an end.** Eigenvalues that are a ten-millionth of the largest drown in rounding.
#   Nothing said here about such directions can be seen without float64.
# - **`vmap` needs equal shapes.** A batch of tasks with 10 examples here and 20 there is no array.
# - **`jit` believes what it saw.** A list, a global number, a printed line: read or written once
#   for each shape, and then never again.
# - **The watch for keys sees typed keys,** those of `jax.random.key`. It is blind to the old kind,
#   plain integers from `jax.random.PRNGKey`, and to numbers that look independent and are not.
#
# ## What you can do now
#
# You can write a loss and its gradient for one task, have JAX confirm the gradient, and take both
# to a batch. You can step through parameters of any form. You draw with each key once. You know
# what a compiled function does and does not see. And you can say, before running it, whether
# gradient descent will converge.
#
# Next, lesson 01: draw the tasks of this course, and find out how well any predictor can do on
# them.
