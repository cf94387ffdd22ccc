# %% [markdown]
# # Beyond linear targets
#
# **Goal.** See what one attention layer does when the target is not a linear function of the
# input: with an MLP before the layer, and with a softmax inside it.
#
# From von Oswald et al., [arXiv 2212.07677](https://arxiv.org/abs/2212.07677), section 5 and
# Proposition 2. You need lesson 02. About 85 minutes.
#
# |exercise|points|exercise|points|
# |---|---|---|---|
# |`feature-gd`|2|`equivalent-weights`|2|
# |`sine-task`|2|`kernel-attention`|3|
# |`kernel-regression`|3|`softmax-linearised`|3|
# |||`two-kinds-of-learning`, in words|2|
#
# Stuck? `hint("feature-gd")`, up to three times. After a pass, `solution("feature-gd")`.

# %%
# %load_ext jaxtyping
# %jaxtyping.typechecker beartype.beartype
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Float, Key

from autograder import check, hint, predict, solution
from icl_course import attention, constructions, descent, features, figures, kernels, metrics
from icl_course import mlp, sines, softmax_heads, tasks, tokens, training
from icl_course.arrays import Array, Scalar

# %% [markdown]
# ## 1. A linear model on features
#
# Let $h$ be any function that maps an input $x \in \mathbb{R}^{d_x}$ to $d_h$ numbers, its
# *features* ($d_h$ is `d_features` in code). A matrix $W$ on top predicts $W h(x)$. As a function
# of $x$ this may be any curve. As a function of $W$ it is a linear model. Hold $h$ fixed and train
# $W$, the *top layer*:
#
# $$L(W) = \frac{1}{2N} \sum_{i=1}^{N} |W h(x_i) - y_i|^2 , \qquad
# \Delta W = -\eta \, \nabla_W L(W_0) .$$
#
# ### Exercise `feature-gd`: one step on the top layer
# *2 points · difficulty 1 of 3 · importance 3 of 3 · 9 minutes*
#
# Take one gradient step from $W_0$ and predict. `features` takes one input at a time.


# %% exercise="feature-gd"
def feature_gd(
    features: Callable[[Array], Array],
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    x_query: Float[Array, " d_x"],
    w_0: Float[Array, "d_y d_features"],
    learning_rate: Scalar,
) -> Float[Array, " d_y"]:
    """Return the prediction (W_0 + ΔW) h(x_query) after one gradient step on the top layer.

    ΔW is one step of gradient descent from W_0 with step size `learning_rate`, in W alone, on
    L(W) = 1/(2N) sum_i |W h(x_i) - y_i|², where N = n_context and |.|² sums over the d_y outputs.
    The features h do not change.

    Arguments:
        features: the function h, from one input [d_x] to its features [d_features]. It is made of
            jax.numpy operations and may be given to jax.vmap.
        xs: the inputs x_i, one per row.
        ys: the targets y_i, one per row.
        x_query: the input to predict for. It is no example and has no part in the loss.
        w_0: the top layer before the step.
        learning_rate: the step size η, one number for all outputs.

    Returns the prediction, one number per output.
    """
    ### BEGIN SOLUTION
    h = jax.vmap(features)(xs)  # row i is h(x_i)
    residuals = h @ w_0.T - ys
    delta_w = -learning_rate * residuals.T @ h / len(h)
    return (w_0 + delta_w) @ features(x_query)
    ### END SOLUTION


# %% check="feature-gd" points=2
check("feature-gd", feature_gd)

# %% [markdown] solution="feature-gd"
# **Why this works.** $W$ sees $h(x_i)$ and never $x_i$. So this is the linear regression of lesson
# 02 on other inputs: $\nabla_W L(W_0) = \frac1N \sum_i (W_0 h(x_i) - y_i) \, h(x_i)^\top$. The
# query goes through the same $h$ before the new $W$ acts on it.
#
# **Another right answer.** Never form $\Delta W$. Compare features with features instead.
#
# ```python
# def feature_gd(
#     features: Callable[[Array], Array],
#     xs: Float[Array, "n_context d_x"],
#     ys: Float[Array, "n_context d_y"],
#     x_query: Float[Array, " d_x"],
#     w_0: Float[Array, "d_y d_features"],
#     learning_rate: Scalar,
# ) -> Float[Array, " d_y"]:
#     h_query = features(x_query)
#     prediction = w_0 @ h_query
#     for x, y in zip(xs, ys, strict=True):
#         h = features(x)
#         prediction = prediction - learning_rate / len(xs) * (h @ h_query) * (w_0 @ h - y)
#     return prediction
# ```
#
# **What the two share.** Both compute
# $W_0 h(x_q) - \frac{\eta}{N} \sum_i (W_0 h(x_i) - y_i) \, \big( h(x_i) \cdot h(x_q) \big)$. In the
# second, features enter only through the numbers $h(x_i) \cdot h(x_q)$. Section 5 makes much of
# that.

# %% [markdown]
# ## 2. Proposition 2: the layer does not mind
#
# Put the features where the input was. The tokens become $e_i = (h(x_i), y_i)$, and the query
# $(h(x_q), -W_0 h(x_q))$. Proposition 1 asks nothing of the vectors in the x slots. They may be
# inputs or features. So it holds as it stands, with $d_h$ in place of $d_x$.
#
# > **Proposition 2** (von Oswald et al.). An MLP that maps each $x_i$ to $h(x_i)$, followed by one
# > linear attention layer, can compute one gradient step on the top layer of the model $W h(x)$.
#
# In this course's library a task with features is a task again: `features.with_features` replaces
# every $x$ by $h(x)$. Here is the proposition, on 1,000 tasks, for an MLP with random weights.


# %%
def proposition_2(
    task: tasks.Task, weights: mlp.MlpParams, w_0: Float[Array, "d_y d_features"]
) -> Float[Array, ""]:
    """Return how far the layer on features is from one step on the top layer."""
    lifted = features.with_features(task, lambda x: mlp.mlp(weights, x))
    layer = constructions.gradient_step(w_0, n_context=len(task.xs), learning_rate=0.5)
    after = attention.linear_attention(layer, tokens.make_tokens(lifted, w_0))
    w_1 = descent.step(w_0, lifted.xs, lifted.ys, learning_rate=0.5)
    return metrics.largest_deviation(
        tokens.read_prediction(after, d_y=len(w_0)), descent.predict(w_1, lifted.x_query)
    )


with jax.enable_x64(True):
    draw = partial(np.random.default_rng(1).normal)
    shapes = {"xs": (10, 4), "ys": (10, 2), "x_query": 4, "y_query": 2}
    random_tasks = tasks.Task(**{n: draw(size=np.append(1_000, s)) for n, s in shapes.items()})
    random_mlp = mlp.MlpParams(
        w_in=draw(size=(16, 4)) / 2,
        b_in=draw(size=16),
        w_out=draw(size=(6, 16)) / 4,
        b_out=draw(size=6),
    )
    w_0 = draw(size=(2, 6))
    compare = jax.jit(jax.vmap(proposition_2, in_axes=(0, None, None)))
    deviations = np.asarray(compare(random_tasks, random_mlp, w_0))
print(f"largest deviation in float64: {deviations.max():.1e}")

# %% facts
fact("proposition-2-deviation", deviations.max(), rounding=".0e", rtol=0.9)

# %% [markdown]
# The largest deviation is [[proposition-2-deviation]]: rounding.
#
# Note what Proposition 2 does not say. The MLP is part of the net's weights. It does not learn from
# the prompt. Only the implicit $W$ does.
#
# ## 3. A task that needs features
#
# The paper's example is a sine wave. A task has an amplitude $A$ and a phase $\varphi$. Context and
# query share them:
#
# $$y = A \sin(x + \varphi), \qquad A \sim U(0.1, 0.5), \quad \varphi \sim U(0, \pi), \quad
# x \sim U(-5, 5), \quad N = 10 .$$
#
# These are the numbers of the released code. The text of the paper has $A \sim U(0.1, 5)$.
#
# The released code also has a slip. Here are its two draws, in our words:
#
# ```python
# amplitude = jax.random.uniform(key, minval=0.1, maxval=0.5)
# phase = jax.random.uniform(key, maxval=jnp.pi)
# ```
#
# One key, two draws. What is wrong?
#
# ### Exercise `sine-task`: a sampler of sine tasks
# *2 points · difficulty 1 of 3 · importance 2 of 3 · 9 minutes*
#
# Write the sampler. The check draws many tasks and looks at their law.


# %% exercise="sine-task"
def sample_sine(key: Key[Array, ""], n_context: int) -> tasks.Task:
    """Sample one task whose points all lie on one sine wave, y = A sin(x + phase).

    Draw once for the task: the amplitude A, uniform on [0.1, 0.5), and the phase, uniform on
    [0, π). Draw for every point, the query's too, its own x, uniform on [-5, 5). All these random
    numbers are independent of each other. Context and query share A and phase. There is no noise.

    Arguments:
        key: a typed JAX key. All randomness comes from it: the same key gives the same task, other
            keys give independent tasks.
        n_context: the number N of context pairs.

    Returns a `tasks.Task` with d_x = d_y = 1: xs and ys [n_context, 1], x_query and y_query [1].
    y_query is the height of the wave at x_query.
    """
    ### BEGIN SOLUTION
    key_amplitude, key_phase, key_xs, key_query = jax.random.split(key, 4)
    amplitude = jax.random.uniform(key_amplitude, minval=0.1, maxval=0.5)
    phase = jax.random.uniform(key_phase, maxval=jnp.pi)
    xs = jax.random.uniform(key_xs, (n_context, 1), minval=-5.0, maxval=5.0)
    x_query = jax.random.uniform(key_query, (1,), minval=-5.0, maxval=5.0)

    def wave(x):
        return amplitude * jnp.sin(x + phase)

    return tasks.Task(xs=xs, ys=wave(xs), x_query=x_query, y_query=wave(x_query))
    ### END SOLUTION


# %% check="sine-task" points=2
check("sine-task", sample_sine)

# %% [markdown] solution="sine-task"
# **Why this works.** There are four random quantities, so there are four keys. A JAX key is not a
# stream. The same key gives the same bits, always. With one key for both, $\varphi$ is a function
# of $A$: large waves are always shifted far, small ones hardly. The task then has one free number
# in place of two.
#
# **Another right answer.** All points in one draw, and the wave from its two coefficients.
#
# ```python
# def sample_sine(key: Key[Array, ""], n_context: int) -> tasks.Task:
#     key_wave, key_points = jax.random.split(key)
#     share = jax.random.uniform(key_wave, (2,))
#     amplitude, phase = 0.1 + 0.4 * share[0], jnp.pi * share[1]
#     points = 10 * jax.random.uniform(key_points, (n_context + 1, 1)) - 5
#     heights = amplitude * (jnp.cos(phase) * jnp.sin(points) + jnp.sin(phase) * jnp.cos(points))
#     return tasks.Task(
#         xs=points[:-1], ys=heights[:-1], x_query=points[-1], y_query=heights[-1]
#     )
# ```
#
# **What the two share.** Entries of one draw are independent, and so are draws from keys that were
# split. Either way no bit is used twice. The second also shows the two features that solve the
# task: $\sin x$ and $\cos x$.

# %% [markdown]
# How far can one step go here? Let $g$ be the change of the prediction at $\eta = 1$, from
# $W_0 = 0$. The loss $\frac12 \mathbb{E} (\eta g - y_q)^2$ is a parabola in $\eta$, with its lowest
# point at $\eta^* = \mathbb{E}[g y_q] / \mathbb{E}[g^2]$.

# %%
sample = partial(sines.sample_sine, n_context=10)
test_tasks = jax.jit(jax.vmap(sample))(jax.random.split(jax.random.key(2), 20_000))


def best_step_loss(many: tasks.Task) -> tuple[float, float]:
    """Return the best step size of one step from 0, and its loss; for tasks with d_y = 1."""
    similarity = jnp.einsum("bnd,bd->bn", many.xs, many.x_query)
    g = jnp.mean(similarity * many.ys[..., 0], axis=1)
    y = many.y_query[:, 0]
    rate = jnp.mean(g * y) / jnp.mean(g**2)
    return float(rate), float(jnp.mean((rate * g - y) ** 2) / 2)


def lifted_test_tasks(h: Callable[[Array], Array]) -> tasks.Task:
    """Replace the inputs of all test tasks by features."""
    return jax.vmap(lambda task: features.with_features(task, h))(test_tasks)


_, loss_x = best_step_loss(test_tasks)
_, loss_waves = best_step_loss(lifted_test_tasks(lambda x: jnp.append(jnp.sin(x), jnp.cos(x))))
loss_zero = float(jnp.mean(test_tasks.y_query**2) / 2)
print(f"predict 0: {loss_zero:.4f}   h(x) = x: {loss_x:.4f}   (sin x, cos x): {loss_waves:.4f}")

# %% facts
fact("sine-zero", loss_zero, rounding=".4f", rtol=0.03)
fact("sine-zero-exact", (0.5**3 - 0.1**3) / (3 * 0.4) / 4, rounding=".4f", rtol=1e-6)
fact("sine-linear", loss_x, rounding=".4f", rtol=0.03)
fact("sine-waves", loss_waves, rounding=".4f", rtol=0.05)

# %% [markdown]
# Predicting 0 costs [[sine-zero]]. (Exactly $\mathbb{E}[A^2] / 4 =$ [[sine-zero-exact]].) With the
# bare input the best step costs [[sine-linear]]: a straight line through 0 says next to nothing
# about a wave. With the features $\sin x$ and $\cos x$ it costs [[sine-waves]].
#
# Nobody will tell the net these features. It has to find some.
#
# ## 4. Training features
#
# Train two things on fresh sine tasks, each through the loss of its prediction for the query.
#
# - **The net**: an MLP with [[n-hidden]] hidden units and [[n-features]] features, then one linear
#   attention layer on tokens $(h(x_i), y_i)$. All weights are free.
# - **Gradient descent**: an MLP of the same size, then one explicit gradient step on the top layer
#   from $W_0 = 0$. The MLP and $\eta$ are free. Its features are *meta-learned*: chosen so that a
#   single step goes far.
#
# Both begin with the same random MLP, whose hidden units bend at points spread over the inputs'
# range. The second is gradient descent by definition. If the net ends up like it, that is evidence.

# %%
N_HIDDEN, N_FEATURES, N_STEPS = 40, 10, 750


def train(
    params: Any, predict_with: Callable[[Any, tasks.Task], Array], n_steps: int
) -> tuple[Any, Array]:
    """Train on batches of 64 fresh sine tasks; return the weights and the loss at every step."""
    rate = optax.cosine_decay_schedule(1e-2, n_steps)
    optimiser = optax.chain(optax.clip_by_global_norm(0.3), optax.adam(rate))
    loss = training.in_context_loss(predict_with, sample, batch_size=64)
    step = training.make_step(loss, optimiser)
    state = training.start(params, optimiser)
    state, info = training.train(jax.random.key(3), state, step=step, n_steps=n_steps)
    return state.params, info.loss


def test_loss(predictions: Array) -> float:
    """Return the loss of predictions for the test tasks."""
    return float(jnp.mean((predictions - test_tasks.y_query) ** 2) / 2)


# %% display
sizes = {"d_x": 1, "d_hidden": N_HIDDEN, "d_features": N_FEATURES}
net_at_start = features.init_feature_layer(jax.random.key(4), **sizes, d_y=1, scale=0.2)
hidden = features.spread_bends(jax.random.key(5), net_at_start.mlp, input_range=5.0)
net_at_start = features.FeatureLayer(mlp=hidden, attention=net_at_start.attention)
descent_at_start = features.FeatureDescent(mlp=hidden, learning_rate=jnp.asarray(0.01))
net, losses_net = train(net_at_start, features.feature_attention, N_STEPS)
gd, losses_gd = train(descent_at_start, features.feature_descent, N_STEPS)

by_net = jax.jit(jax.vmap(partial(features.feature_attention, net)))(test_tasks)
by_gd = jax.jit(jax.vmap(partial(features.feature_descent, gd)))(test_tasks)
gap = float(jnp.mean((by_net - by_gd) ** 2) / 2)
figures.training_losses(
    {"attention layer": losses_net, "gradient descent": losses_gd}, reference=loss_waves
)

# %% display
x_grid = jnp.linspace(-5, 5, 201)


def three_curves(key: Key[Array, ""]) -> tuple[tasks.Task, Array]:
    """Draw a wave with its context; return the task, and truth, net and descent on the grid."""
    key_wave, key_points = jax.random.split(key)
    wave = sines.draw_sine(key_wave)
    task = sines.sample_on_sine(key_points, wave, n_context=10)

    def at(x):
        moved = tasks.Task(xs=task.xs, ys=task.ys, x_query=x[None], y_query=task.y_query)
        truth = sines.evaluate_sine(wave, x)[None]
        answers = features.feature_attention(net, moved), features.feature_descent(gd, moved)
        return jnp.concatenate([truth, *answers])

    return task, jax.vmap(at)(x_grid)


shown, curves = jax.jit(jax.vmap(three_curves))(jax.random.split(jax.random.key(7), 3))
figures.sine_fits(
    x_grid,
    truth=curves[..., 0],
    by_layer=curves[..., 1],
    by_descent=curves[..., 2],
    context_x=shown.xs[..., 0],
    context_y=shown.ys[..., 0],
)

# %% [markdown]
# On [[n-test]] fresh tasks the net's loss is [[sine-net]], that of gradient descent [[sine-gd]].
# Their predictions differ by [[sine-gap]] in the same units, half the mean square. So they are much
# closer to each other than to the truth.
#
# They are not the same, and the net is a little *better*. What does it know that gradient descent
# from 0 does not? Phases lie between 0 and $\pi$, so waves are not centred. Averaged over tasks,
#
# $$\mathbb{E}[y \mid x] = \mathbb{E}[A] \cdot \frac1\pi \int_0^\pi \sin(x + \varphi) \, d\varphi
# = 0.3 \cdot \frac{2}{\pi} \cos x .$$
#
# It pays to begin there. A net may write such knowledge into its value matrix; a descent that
# begins at $W_0 = 0$ has no place for it. Give descent a place: let $W_0$ be trained too.

# %% display
begun = features.FeatureDescent(
    mlp=gd.mlp, learning_rate=gd.learning_rate, w_0=jnp.zeros((1, N_FEATURES))
)
begun, _ = train(begun, features.feature_descent, N_STEPS // 3)
by_begun = jax.jit(jax.vmap(partial(features.feature_descent, begun)))(test_tasks)
print(f"net {test_loss(by_net):.5f}   descent from 0 {test_loss(by_gd):.5f}", end="   ")
print(f"descent from a learned W_0 {test_loss(by_begun):.5f}")

# %% facts
fact("n-hidden", N_HIDDEN, rounding="d", rtol=1e-9)
fact("n-features", N_FEATURES, rounding="d", rtol=1e-9)
fact("n-test", len(by_net), rounding=",d", rtol=1e-9)
fact("sine-net", test_loss(by_net), rounding=".4f", rtol=0.15)
fact("sine-gd", test_loss(by_gd), rounding=".4f", rtol=0.15)
fact("sine-gap", gap, rounding=".4f", rtol=0.5)
fact("sine-begun", test_loss(by_begun), rounding=".4f", rtol=0.15)

# %% [markdown]
# Now descent reaches [[sine-begun]], below the net. (It also had a third more training, so not all
# of the gain need be that of $W_0$.) The net lies between the two. Its query token begins with 0 in
# the y slot, so it cannot begin at $W_0 h(x_q)$ as Proposition 2 with $W_0 \neq 0$ does. It seems
# to have found half a way round. By which weights, we did not look.
#
# The honest summary: *this net does nearly one gradient step on learned features.* It is not a
# proof of mechanism. Two predictors that solve one task well must resemble each other to a degree.
#
# ## 5. The kernel view
#
# Look once more at the prediction after one step from $W_0 = 0$:
#
# $$W_1 h(x) = \frac{\eta}{N} \sum_i y_i \, \big( h(x_i) \cdot h(x) \big)
# = \frac{\eta}{N} \sum_i y_i \, k(x_i, x), \qquad k(x, z) = h(x) \cdot h(z) .$$
#
# The features appear in pairs only. The number $k(x, z)$ says how alike two inputs are; $k$ is
# called a *kernel*. So features need never be written down, if $k$ is known. The kernel
# $k(x, z) = e^{-(x - z)^2 / 2}$ has infinitely many.
#
# Write $f(x) = W h(x)$ for the function that is being learned. One step from *any* $W$ changes it
# by
#
# $$
# \begin{aligned}
# \Delta f(x) &= \Delta W \, h(x) && \text{definition of } f \\
# &= -\frac{\eta}{N} \sum_i \big( W h(x_i) - y_i \big) \, h(x_i) \cdot h(x) && \text{gradient} \\
# &= -\frac{\eta}{N} \sum_i \big( f(x_i) - y_i \big) \, k(x_i, x) && \text{no } W \text{ is left}
# \end{aligned}
# $$
#
# This is gradient descent in a space of functions.
#
# ### Exercise `kernel-regression`: descent that never sees a feature
# *3 points · difficulty 2 of 3 · importance 2 of 3 · 12 minutes*
#
# Take several steps from $f = 0$, knowing $k$ alone. Which values of $f$ do you have to follow?


# %% exercise="kernel-regression"
def kernel_descent(
    kernel: Callable[[Array, Array], Array],
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context d_y"],
    x_query: Float[Array, " d_x"],
    learning_rate: Scalar,
    n_steps: int,
) -> Float[Array, " d_y"]:
    """Return f(x_query) after gradient descent on a top layer whose features are not known.

    Somewhere there are features h with kernel(x, z) = h(x) . h(z), and f(x) = W h(x). W starts at 0
    and takes `n_steps` steps of gradient descent with step size `learning_rate` on
    L(W) = 1/(2N) sum_i |W h(x_i) - y_i|², where N = n_context and |.|² sums over the d_y outputs.

    Arguments:
        kernel: from two inputs [d_x] to one number [], symmetric; it may be negative. It is made of
            jax.numpy operations and may be given to jax.vmap.
        xs: the inputs x_i, one per row.
        ys: the targets y_i, one per row.
        x_query: the input to predict for. It is no example and has no part in the loss.
        learning_rate: the step size η, the same for all steps and outputs.
        n_steps: the number of steps, 0 or more, a Python integer.

    Returns f(x_query) = W h(x_query) after the last step, one number per output.
    """
    ### BEGIN SOLUTION
    points = jnp.concatenate([xs, x_query[None]])
    # Row j: how alike point j is to each example.
    table = jax.vmap(lambda point: jax.vmap(lambda x: kernel(point, x))(xs))(points)
    f = jnp.zeros((len(points), ys.shape[1]))  # the values of f at all points
    for _ in range(n_steps):
        f = f - learning_rate / len(xs) * table @ (f[:-1] - ys)
    return f[-1]
    ### END SOLUTION


# %% check="kernel-regression" points=3
check("kernel-regression", kernel_descent)

# %% [markdown] solution="kernel-regression"
# **Why this works.** A step needs the residuals $f(x_i) - y_i$, so it needs $f$ at the context. It
# changes $f$ at $x_q$, and nothing else is asked for. So follow $f$ at these $N + 1$ points: the
# rule of the step, written for each of them, is closed. The context part is
# $f \leftarrow f - \frac{\eta}{N} K (f - y)$ with the *Gram matrix* $K_{ij} = k(x_i, x_j)$.
#
# **Another right answer.** Follow coefficients. Every function that descent can reach from 0 is
# $f(x) = \sum_i k(x, x_i) \, c_i$ with one row $c_i$ for each example.
#
# ```python
# def kernel_descent(
#     kernel: Callable[[Array, Array], Array],
#     xs: Float[Array, "n_context d_x"],
#     ys: Float[Array, "n_context d_y"],
#     x_query: Float[Array, " d_x"],
#     learning_rate: Scalar,
#     n_steps: int,
# ) -> Float[Array, " d_y"]:
#     gram = jnp.array([[kernel(x, z) for z in xs] for x in xs])
#     coefficients = jnp.zeros_like(ys)
#     for _ in range(n_steps):
#         coefficients -= learning_rate / len(xs) * (gram @ coefficients - ys)
#     return jnp.array([kernel(x_query, x) for x in xs]) @ coefficients
# ```
#
# **What the two share.** A step adds $-\frac{\eta}{N} (f(x_i) - y_i)$ to coefficient $i$. On the
# context $f = K c$, so multiplying the second recursion by $K$ gives the first. One follows values,
# the other coefficients. Neither ever asks what the features are.

# %% [markdown]
# Where do many steps lead? To zero residuals, if the steps are small and $f$ can get there. It has
# the form $f(x) = \sum_i k(x, x_i) \, c_i$, since every step adds such terms. With the matrix
# $K_{ij} = k(x_i, x_j)$, assumed invertible, zero residuals mean $K c = y$. Hence
#
# $$f(x_q) = k_q^\top K^{-1} y , \qquad (k_q)_i = k(x_i, x_q) .$$
#
# This is *kernel regression*. Its ridge version has $K + N \lambda I$ in place of $K$.
#
# Predictors differ in how much each example counts. All that this lesson builds by hand are of the
# form
#
# $$\text{prediction} = b + \sum_i \ell_i \, y_i ,$$
#
# where $b$ and $\ell_i$ depend on the inputs and the query, and not on the targets. For one step
# from 0, $\ell_i = \frac{\eta}{N} k(x_i, x_q)$. Statistics calls $\ell$ the *equivalent weights*.
# They can be measured on any such predictor, without opening it.
#
# ### Exercise `equivalent-weights`: what does each example count?
# *2 points · difficulty 1 of 3 · importance 2 of 3 · 8 minutes*


# %% exercise="equivalent-weights"
def equivalent_weights(
    predict: Callable[[Array, Array, Array], Array],
    xs: Float[Array, "n_context d_x"],
    x_query: Float[Array, " d_x"],
) -> Float[Array, " n_context"]:
    """Return the weights l_i of a predictor of the form b + sum_i l_i y_i.

    The predictor is a black box. b and the l_i depend on xs and x_query in an unknown way, and not
    on the targets. b need not be 0, the l_i may be negative, and they need not add up to 1.

    Arguments:
        predict: `predict(xs, ys, x_query)` with xs [n_context, d_x], ys [n_context, 1] and
            x_query [d_x] returns the prediction, [1]. It is made of jax.numpy operations and may be
            given to jax.vmap or jax.jacobian.
        xs: the inputs of the examples.
        x_query: the input of the query.

    Returns l_1, ..., l_N, one number per example: by how much the prediction grows when target i
    grows by 1. An error of a thousandth of the largest number involved is allowed.
    """
    ### BEGIN SOLUTION
    n_context = len(xs)
    without = predict(xs, jnp.zeros((n_context, 1)), x_query)  # b
    with_one = [predict(xs, row[:, None], x_query) for row in jnp.eye(n_context)]
    return jnp.concatenate(with_one) - without
    ### END SOLUTION


# %% check="equivalent-weights" points=2
check("equivalent-weights", equivalent_weights)

# %% [markdown] solution="equivalent-weights"
# **Why this works.** Set all targets to 0: what comes back is $b$. Set target $i$ to 1 and the
# others to 0: what comes back is $b + \ell_i$. Subtract.
#
# **Another right answer.** The weights are the derivatives of the prediction in the targets.
#
# ```python
# def equivalent_weights(
#     predict: Callable[[Array, Array, Array], Array],
#     xs: Float[Array, "n_context d_x"],
#     x_query: Float[Array, " d_x"],
# ) -> Float[Array, " n_context"]:
#     def total(targets):
#         return predict(xs, targets[:, None], x_query).sum()
#
#     return jax.grad(total)(jnp.ones(len(xs)))
# ```
#
# **What the two share.** The slope of a straight line is the difference of two of its values, or
# its derivative anywhere. Where the derivative is taken (here at 1) does not matter. It would for
# a predictor that is not of this form, such as a layer whose scores read the targets.

# %% [markdown]
# ## 6. Softmax attention is kernel smoothing
#
# With a softmax a head gathers a weighted mean. For token $j$
#
# $$\sum_i a_{ji} v_i, \qquad
# a_{ji} = \frac{\exp(k_i \cdot q_j / \sqrt{d_\text{key}})}
# {\sum_{i'} \exp(k_{i'} \cdot q_j / \sqrt{d_\text{key}})} .$$
#
# (The sums run over the context, as before. The division by $\sqrt{d_\text{key}}$ is usual, and it
# is what `attention.softmax_attention` does. The letter $k_i$ is the key of token $i$; the kernel
# is $k(\cdot, \cdot)$.) Let keys and queries read $x$, up to a factor, and values read $y$. Then
# this is
#
# $$m(x_j) = \frac{\sum_i k(x_i, x_j) \, y_i}{\sum_i k(x_i, x_j)}, \qquad
# k(x, z) = e^{x \cdot z / \tau} .$$
#
# Statistics calls it *kernel smoothing* (Nadaraya and Watson, 1964). No gradient, no residual, no
# step size: the examples vote, and likeness to the query is the weight of a vote. The temperature
# $\tau$ says how much likeness matters. In the limit of large $\tau$ all count the same.
#
# ### Exercise `kernel-attention`: a softmax layer that smooths
# *3 points · difficulty 2 of 3 · importance 3 of 3 · 11 minutes*
#
# The prediction is still minus the query's y slot.


# %% exercise="kernel-attention"
def smoothing_weights(d_x: int, d_y: int, temperature: Scalar) -> attention.AttentionParams:
    """Return weights of a softmax attention layer that smooths with the kernel exp(x . z / τ).

    The layer reads n_tokens tokens of d_token = d_x + d_y entries: rows (x_i, y_i), then the query
    (x_q, 0). It must turn every token (x_j, s_j), the query included, into (x_j, s_j - m(x_j)), for
    any x and y and any number of tokens, with

        m(x) = sum_i exp(x_i . x / τ) y_i / sum_i exp(x_i . x / τ),  i over all but the last token.

    So minus the query's y slot is the smoothed prediction m(x_q).

    The layer adds sum_h W_O,h sum_i a_h,ji (W_V,h e_i) to token j, where a_h,ji is the softmax over
    i of k_h,i . q_h,j / sqrt(d_key), with k_i = W_K e_i and q_j = W_Q e_j, and i runs over all
    tokens but the last. Note the sqrt(d_key): it is the number of rows of your own W_K.

    Arguments:
        d_x: the number of entries of an input.
        d_y: the number of entries of a target.
        temperature: τ > 0.

    Returns `AttentionParams` with w_q and w_k [n_heads, d_key, d_token], w_v [n_heads, d_value,
    d_token], w_o [n_heads, d_token, d_value]. n_heads, d_key and d_value are yours to choose.
    """
    ### BEGIN SOLUTION
    keep_x = jnp.eye(d_x, d_x + d_y)
    keep_y = jnp.eye(d_y, d_x + d_y, k=d_x)
    return attention.AttentionParams(
        w_q=math.sqrt(d_x) / temperature * keep_x[None],  # makes up for 1/sqrt(d_key)
        w_k=keep_x[None],
        w_v=keep_y[None],  # votes are targets
        w_o=-keep_y.T[None],  # the slot loses the mean
    )
    ### END SOLUTION


# %% check="kernel-attention" points=3
check("kernel-attention", smoothing_weights)

# %% [markdown] solution="kernel-attention"
# **Why this works.** The softmax divides by the sum of the exponentials, so only its argument has
# to be right: $k_i \cdot q_j / \sqrt{d_\text{key}} = x_i \cdot x_j / \tau$. Here
# $d_\text{key} = d_x$. The query's slot starts at 0 and must end at $-m(x_q)$, so $W_O$ carries a
# minus.
#
# **Another right answer.** Square matrices, the factor shared by keys and queries.
#
# ```python
# def smoothing_weights(d_x: int, d_y: int, temperature: Scalar) -> attention.AttentionParams:
#     width = d_x + d_y
#     x_slots = jnp.diag(jnp.where(jnp.arange(width) < d_x, 1.0, 0.0))
#     y_slots = jnp.eye(width) - x_slots
#     root = jnp.sqrt(jnp.sqrt(width) / temperature)  # enters the score twice
#     return attention.AttentionParams(
#         w_q=root * x_slots[None],
#         w_k=root * x_slots[None],
#         w_v=-y_slots[None],
#         w_o=jnp.eye(width)[None],
#     )
# ```
#
# **What the two share.** $W_K^\top W_Q$ is $\sqrt{d_\text{key}} / \tau$ times the identity on the x
# block. They differ in $d_\text{key}$, and so in this factor: rows of zeros in $W_K$ count too.
# $W_O W_V$ is minus the identity on the y block.

# %% [markdown]
# The usual smoother has the Gaussian kernel $e^{-|x - z|^2 / (2 \tau)}$. Since
# $-\frac12 |x - z|^2 = x \cdot z - \frac12 |x|^2 - \frac12 |z|^2$, the two differ by a factor
# $e^{-|x_i|^2 / (2 \tau)}$ for each example. (The query's factor drops out of the mean.) If all
# inputs have the same length the two smoothers are one. If not, softmax attention has a bias: it
# listens more to *long* inputs. Two more entries in every token would mend that: $|x_i|^2$ for the
# key, and a constant 1 by which the query asks for it.
#
# Now measure three predictors on one context of 24 points with the Gaussian kernel, for a query
# at $x_q = 1$.

# %% display
xs = jnp.sort(jax.random.uniform(jax.random.key(8), (24, 1), minval=-5, maxval=5), axis=0)
gaussian = partial(kernels.gaussian_kernel, width=0.7)
three = {
    "one gradient step": partial(kernels.kernel_descent, gaussian, learning_rate=4.0, n_steps=1),
    "kernel regression": partial(kernels.kernel_regression, gaussian, ridge=1e-3),
    "smoothing": partial(kernels.kernel_smoothing, gaussian),
}
measure = jax.jit(kernels.equivalent_weights, static_argnums=0)
counts = {name: measure(one, xs, jnp.array([1.0])) for name, one in three.items()}
figures.example_counts(xs[:, 0], counts, x_query=1.0)

# %% facts
fact("smallest-in-regression", counts["kernel regression"].min(), rounding=".2f", rtol=0.02)
fact("sum-of-step", counts["one gradient step"].sum(), rounding=".2f", rtol=0.02)

# %% [markdown]
# One step and smoothing have weights of the same *shape*. Only the scale differs: those of the step
# add up to [[sum-of-step]] here, which depends on $\eta$ and on how many inputs are near. Those of
# the smoother add up to 1, always. Kernel regression has negative weights too, down to
# [[smallest-in-regression]]: an example that lies beside a better placed one is used to correct it.
# The weights of a single softmax head all have one sign.
#
# ## 7. From softmax back to linear
#
# Von Oswald et al. also train softmax layers on the linear tasks of lesson 02. With one head they
# do badly. With two they do almost as well as a linear layer. Why two? Expand a softmax in
# $\varepsilon = 1/T$, for large temperatures $T$. Take one token $j$ and write
# $s_i = x_i \cdot x_j$. Bars are means over the context.
#
# $$
# \begin{aligned}
# e^{\varepsilon s_i} &= 1 + \varepsilon s_i + \tfrac12 \varepsilon^2 s_i^2 + O(\varepsilon^3) \\
# \textstyle\sum_i e^{\varepsilon s_i} &= N \big( 1 + \varepsilon \bar s
#   + \tfrac12 \varepsilon^2 \overline{s^2} + O(\varepsilon^3) \big) \\
# a_i(\varepsilon) = \frac{e^{\varepsilon s_i}}{\sum_{i'} e^{\varepsilon s_{i'}}}
#   &= \frac1N \Big( 1 + \varepsilon (s_i - \bar s)
#   + \varepsilon^2 \big( \tfrac12 s_i^2 - \tfrac12 \overline{s^2} - \bar s s_i + \bar s^2 \big)
#   + O(\varepsilon^3) \Big)
# \end{aligned}
# $$
#
# The first term is the plain mean, which is in the way. The second is nearly what we want. So use a
# second head with the opposite scores, and *subtract*. Odd powers of $\varepsilon$ double, even
# ones cancel:
#
# $$
# \frac{T}{2} \big( a_i(\varepsilon) - a_i(-\varepsilon) \big)
# = \frac1N (s_i - \bar s) + O(\varepsilon^2) .
# $$
#
# Two things have happened at once. The mean is gone, and so is the term in $\varepsilon^2$: the
# error falls with $1/T^2$ and not with $1/T$.
#
# ### Exercise `softmax-linearised`: two softmax heads, almost linear
# *3 points · difficulty 3 of 3 · importance 3 of 3 · 14 minutes*


# %% exercise="softmax-linearised"
def two_head_weights(
    w_0: Float[Array, "d_y d_x"], learning_rate: Scalar, temperature: Scalar
) -> attention.AttentionParams:
    """Return weights of a softmax layer that adds c sum_i (a+_ji - a-_ji) (W_0 x_i - y_i).

    The layer reads tokens of d_token = d_x + d_y entries: rows (x_i, y_i), then the query
    (x_q, -W_0 x_q). It must leave all x slots as they are and add the vector above to the y slots
    of every token j, the query included, for any x and y and any number of tokens. Here

        a+_ji is the softmax over i of  x_i . x_j / T,
        a-_ji is the softmax over i of -x_i . x_j / T,      T = temperature,

    i runs over the N tokens but the last, and c is the number, proportional to T and independent of
    N, with which the update tends to (η/N) sum_i (W_0 x_i - y_i) (s_ji - mean of s_j) as T grows,
    where s_ji = x_i . x_j and the mean is over i. What is asked for is the layer at this T, not the
    limit.

    The layer adds sum_h W_O,h sum_i a_h,ji (W_V,h e_i) to token j, where a_h,ji is the softmax over
    i of k_h,i . q_h,j / sqrt(d_key), with k_i = W_K e_i and q_j = W_Q e_j, and i runs over all
    tokens but the last. Note the sqrt(d_key): it is the number of rows of your own W_K.

    Arguments:
        w_0: the initial weights W_0, one row per output.
        learning_rate: the step size η.
        temperature: T > 0.

    Returns `AttentionParams` with w_q and w_k [n_heads, d_key, d_token], w_v [n_heads, d_value,
    d_token], w_o [n_heads, d_token, d_value]. n_heads, d_key and d_value are yours to choose.
    """
    ### BEGIN SOLUTION
    d_y, d_x = w_0.shape
    keep_x = jnp.eye(d_x, d_x + d_y)
    residual = jnp.concatenate([w_0, -jnp.eye(d_y)], axis=1)  # residual @ e_i = W_0 x_i - y_i
    w_q = math.sqrt(d_x) / temperature * keep_x
    w_o = learning_rate * temperature / 2 * jnp.eye(d_y, d_x + d_y, k=d_x).T
    return attention.AttentionParams(
        w_q=jnp.stack([w_q, -w_q]),  # opposite scores
        w_k=jnp.stack([keep_x, keep_x]),
        w_v=jnp.stack([residual, residual]),
        w_o=jnp.stack([w_o, -w_o]),  # and what they gather is subtracted
    )
    ### END SOLUTION


# %% check="softmax-linearised" points=3
check("softmax-linearised", two_head_weights)

# %% [markdown] solution="softmax-linearised"
# **Why this works.** The two heads differ in two signs: that of $W_Q$ makes the scores opposite,
# that of $W_O$ subtracts. Had only one of them changed, the heads would cancel, or the plain mean
# would double. Since $a^+ - a^- \to \frac{2}{NT} (s - \bar s)$, the factor is
# $c = \frac{\eta T}{2}$. There is no $1/N$ to write: the softmax divides by $N$ by itself.
#
# **Another right answer.** Signs in the keys and the values, and square matrices.
#
# ```python
# def two_head_weights(
#     w_0: Float[Array, "d_y d_x"], learning_rate: Scalar, temperature: Scalar
# ) -> attention.AttentionParams:
#     d_y, d_x = w_0.shape
#     width = d_x + d_y
#     x_slots = jnp.diag(jnp.append(jnp.ones(d_x), jnp.zeros(d_y)))
#     w_v = jnp.zeros((width, width)).at[d_x:].set(jnp.hstack([w_0, -jnp.eye(d_y)]))
#     signs = jnp.array([1.0, -1.0])[:, None, None]
#     return attention.AttentionParams(
#         w_q=jnp.stack([x_slots, x_slots]) * jnp.sqrt(width),
#         w_k=signs * x_slots / temperature,
#         w_v=signs * learning_rate * w_v,
#         w_o=jnp.stack([jnp.eye(width)] * 2) * temperature / 2,
#     )
# ```
#
# **What the two share.** In both, $W_K^\top W_Q$ is $\pm \sqrt{d_\text{key}} / T$ on the x block,
# and $W_O W_V$ is $\pm \frac{\eta T}{2} (W_0, -I)$ on the rows of y, with equal signs in one head
# and equal signs in the other. Which matrix of a product holds a sign or a factor cannot be seen.

# %% [markdown]
# ### The linear layer, but for one thing
#
# The limit is not quite the layer of lesson 02. It has $s_i - \bar s$ where that has $s_i$:
#
# $$\frac{\eta}{N} \sum_i (W_0 x_i - y_i) \, (x_i - \bar x) \cdot x_j .$$
#
# This is one gradient step on *centred* examples, inputs $x_i - \bar x$ and targets $y_i - \bar y$.
# The query $x_j$ stays as it is. (Why may targets be centred too? $\sum_i (x_i - \bar x) = 0$, so a
# constant added to all residuals changes nothing.) Before going on, a question. Move all context
# inputs by the same vector $c$, so that $x_i$ becomes $x_i + c$. Targets and query stay, and
# $W_0 = 0$. The prediction of the *linear* layer changes by
# $\frac{\eta}{N} \sum_i y_i \, (c \cdot x_q)$. And that of the two softmax heads?
#
# - **a.** It does not change, at any temperature.
# - **b.** It changes as that of the linear layer.
# - **c.** It changes, but less and less as $T$ grows.
# - **d.** It changes twice as much: the heads' scores move in opposite directions.
#
# Decide first. Put the letter into the cell, run it, then run the experiment below.

# %% predict="shifted-inputs"
predict("shifted-inputs", choice="a")

# %%
task = tasks.sample_linear(jax.random.key(9), n_context=10, d_x=10)
moved = tasks.Task(xs=task.xs + 0.3, ys=task.ys, x_query=task.x_query, y_query=task.y_query)


@jax.jit
def by_two_heads(task: tasks.Task, temperature: Scalar) -> Array:
    """Return the prediction of two softmax heads from W_0 = 0, with η = 6."""
    start = jnp.zeros((1, 10), task.xs.dtype)
    heads = softmax_heads.two_softmax_heads(start, learning_rate=6.0, temperature=temperature)
    after = attention.softmax_attention(heads, tokens.make_tokens(task))
    return tokens.read_prediction(after, d_y=1)


draw_linear = jax.jit(jax.vmap(partial(tasks.sample_linear, n_context=10, d_x=10)))


@jax.jit
def by_linear(task: tasks.Task) -> Array:
    """Return the prediction of the linear layer from W_0 = 0, with η = 6."""
    layer = constructions.gradient_step(jnp.zeros((1, 10)), n_context=10, learning_rate=6.0)
    return tokens.read_prediction(
        attention.linear_attention(layer, tokens.make_tokens(task)), d_y=1
    )


for temperature in (0.5, 5.0, 50.0):
    before, after = by_two_heads(task, temperature)[0], by_two_heads(moved, temperature)[0]
    print(f"two heads, T = {temperature:4}: before {before:.4f}, after {after:.4f}")
print(f"linear layer:        before {by_linear(task)[0]:.4f}, after {by_linear(moved)[0]:.4f}")

# %% [markdown]
# In each head all scores of the query move by the same number: $c \cdot x_q / T$ in the first,
# $-c \cdot x_q / T$ in the second. A softmax does not notice what all its scores share:
# $e^{s_i + b} = e^b e^{s_i}$, and $e^b$ drops out. So the shares stay. This holds for *any* softmax
# layer whose values read targets only, with any number of heads, since a key is linear in its
# token: a shift of all tokens is a shift of all keys. The linear layer does change. Hence no such
# layer can come close to it on every prompt. Centring is the price of the softmax.
#
# The figure shows how fast two heads come close to the step on centred examples, on 200 tasks, in
# relative size. The line is not a fit. The next term of the expansion is known, for values $v_i$:
#
# $$\frac{T}{2} \sum_i (a^+_i - a^-_i) v_i = \frac1N \sum_i v_i d_i
# + \frac{1}{6 T^2} \Big( \frac1N \sum_i (v_i - \bar v) d_i^3
# - \frac3N \sum_i v_i d_i \cdot \overline{d^2} \Big) + O(T^{-4}), \qquad d_i = s_i - \bar s .$$


# %% display
def step_on_centred(task: tasks.Task) -> Array:
    """Return the prediction of one step from 0 on centred examples, with η = 6."""
    xs, ys = task.xs - task.xs.mean(0), task.ys - task.ys.mean(0)
    return descent.step(jnp.zeros((1, 10)), xs, ys, learning_rate=6.0) @ task.x_query


def next_term(task: tasks.Task) -> Array:
    """Return the error of two heads times T², to leading order."""
    d = (task.xs - task.xs.mean(0)) @ task.x_query
    y = task.ys[:, 0] - task.ys[:, 0].mean()
    # η = 6, over the 6 of the formula.
    return 6.0 / 6 * (jnp.mean(y * d**3) - 3 * jnp.mean(y * d) * jnp.mean(d**2))[None]


# %% display
temperatures = np.geomspace(0.1, 1e4, 26)
linear_tasks = draw_linear(jax.random.split(jax.random.key(10), 200))
at_all = jax.jit(jax.vmap(jax.vmap(by_two_heads, in_axes=(0, None)), in_axes=(None, 0)))


def errors_of(many: tasks.Task) -> np.ndarray:
    """Return the relative error of two heads at every temperature."""
    limit = jax.jit(jax.vmap(step_on_centred))(many)
    found = at_all(many, jnp.asarray(temperatures, many.xs.dtype))
    return np.linalg.norm(found - limit, axis=(1, 2)) / np.linalg.norm(limit)


in_float32 = errors_of(linear_tasks)
with jax.enable_x64(True):
    exact = jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.float64), linear_tasks)
    in_float64 = errors_of(exact)
    limit = jax.jit(jax.vmap(step_on_centred))(exact)
    derived = float(jnp.linalg.norm(jax.jit(jax.vmap(next_term))(exact)) / jnp.linalg.norm(limit))
    plain = 6.0 * jnp.einsum("bnd,bn,bd->b", exact.xs, exact.ys[..., 0], exact.x_query) / 10
    to_linear = float(metrics.relative_difference(limit[:, 0], plain))
figures.temperature_errors(temperatures, in_float32, in_float64, derived / temperatures**2)

# %% facts
slope = np.polyfit(np.log(temperatures[13:21]), np.log(in_float64[13:21]), 1)[0]
fact("temperature-slope", slope, rounding=".2f", rtol=0.02)
fact("derived-constant", derived, rounding=".3f", rtol=0.1)
fact("measured-constant", in_float64[20] * temperatures[20] ** 2, rounding=".3f", rtol=0.1)
fact("best-float32", in_float32.min(), rounding=".0e", rtol=0.9)
fact("centring-gap", to_linear, rounding=".2f", rtol=0.1)

# %% [markdown]
# The measured slope is [[temperature-slope]], where $-2$ was derived. The error at large $T$ is
# [[measured-constant]]$\,/\,T^2$, derived [[derived-constant]]$\,/\,T^2$. In float32 there is a
# floor: two nearly equal means are subtracted and the rest is multiplied by $T/2$, so rounding
# *grows* with $T$. The best that can be had is about [[best-float32]].
#
# None of this closes the gap to the plain linear layer. For these inputs, whose mean is 0 on
# average but not in each context of ten, the step on centred examples differs from the plain step
# by [[centring-gap]] in relative size.
#
# ## 8. What training makes of it
#
# If two heads are at best a step on centred examples, training them should end near the best loss
# of that step. Here is that loss, for one step from 0 with the best step size, on 20,000 tasks:

# %%
many_linear = draw_linear(jax.random.split(jax.random.key(11), 20_000))
centred = tasks.Task(
    xs=many_linear.xs - many_linear.xs.mean(axis=1, keepdims=True),
    ys=many_linear.ys,
    x_query=many_linear.x_query,
    y_query=many_linear.y_query,
)
_, loss_linear = best_step_loss(many_linear)
_, loss_centred = best_step_loss(centred)
print(f"plain step {loss_linear:.4f}   step on centred examples {loss_centred:.4f}")

# %% [markdown]
# Now train a softmax layer with two heads, from random weights, for [[n-softmax-steps]] steps.

# %% display
N_SOFTMAX_STEPS = 500


def by_softmax(params: attention.AttentionParams, task: tasks.Task) -> Array:
    """Return the prediction of one softmax layer."""
    after = attention.softmax_attention(params, tokens.make_tokens(task))
    return tokens.read_prediction(after, d_y=1)


heads_at_start = attention.init_attention(
    jax.random.key(12), d_token=11, d_key=11, d_value=11, n_heads=2, scale=0.15
)
optimiser = optax.adam(optax.cosine_decay_schedule(1e-2, N_SOFTMAX_STEPS))
draw_one = partial(tasks.sample_linear, n_context=10, d_x=10)
softmax_loss = training.in_context_loss(by_softmax, draw_one, batch_size=128)
state, _ = training.train(
    jax.random.key(13),
    training.start(heads_at_start, optimiser),
    step=training.make_step(softmax_loss, optimiser),
    n_steps=N_SOFTMAX_STEPS,
)
found = jax.jit(jax.vmap(partial(by_softmax, state.params)))(many_linear)
loss_two_heads = float(jnp.mean((found - many_linear.y_query) ** 2) / 2)
print(f"two trained softmax heads: {loss_two_heads:.4f}")

# %% facts
fact("n-softmax-steps", N_SOFTMAX_STEPS, rounding="d", rtol=1e-9)
fact("loss-linear", loss_linear, rounding=".4f", rtol=0.02)
fact("loss-centred", loss_centred, rounding=".4f", rtol=0.02)
fact("loss-two-heads", loss_two_heads, rounding=".4f", rtol=0.05)

# %% [markdown]
# The plain step has loss [[loss-linear]], the step on centred examples [[loss-centred]]. Two
# trained softmax heads reach [[loss-two-heads]].
#
# So two heads fall short of the linear layer, and the step on centred examples falls short by most
# of that. This does not show that no softmax layer can do better. Nor does a loss show that the
# trained heads *are* two opposite ones. Lesson 03 has the tools to look.

# %% [markdown] question="two-kinds-of-learning" points=2
# ### Question `two-kinds-of-learning`: which learning is the gradient descent?
# *2 points · difficulty 2 of 3 · importance 3 of 3 · 7 minutes · marked by hand*
#
# In section 4 a net of an MLP and a linear attention layer was trained, and then used on new waves.
# "Learning" took place twice. Say in 80 to 150 words what is learned in training and what is
# learned from a prompt, and what stays fixed in each. The net's predictions are curved in $x$. Why
# may its in-context step still be called a gradient step on a linear model?
#
# <!-- BEGIN SOLUTION -->
#
# **A model answer.**
#
# Training, over many tasks, sets the weights: the MLP and the attention matrices. It finds features
# in which every wave of the family is nearly a linear combination, and a step size and metric for
# them. It is slow, and when it ends these weights are fixed.
#
# From a prompt nothing but activations changes. The y slots move as one gradient step on
# $L(W) = \frac{1}{2N} \sum_i |W h(x_i) - y_i|^2$ would move them. What is learned is the implicit
# top layer $W$: which combination of the features this wave is. It is gone with the prompt. The
# features $h$ do not move.
#
# $W h(x)$ is curved in $x$ because $h$ is. But it is linear in $W$, and $W$ is what descends. So
# the loss is a quadratic of $W$, and Proposition 1 applies with $h(x)$ in place of $x$.
#
# <!-- END SOLUTION -->

# %% [markdown] rubric="two-kinds-of-learning"
# - **1 point**: training sets MLP (features) and attention weights over many tasks; the prompt sets
#   only the implicit top layer $W$, through the y slots, and no weight of the net.
# - **½ point**: in the prompt the features stay as they are; what was learned there does not last.
# - **½ point**: the model is curved in $x$ but linear in $W$, and the step is one in $W$.

# %% [markdown]
# ## 9. Where this breaks
#
# - **The features are for one family.** The net was trained on waves of one frequency, for inputs
#   between $-5$ and $5$. Its features know nothing of other curves, or of $x = 7$. The prompt
#   cannot repair that.
# - **One step.** Even with $\sin x$ and $\cos x$, one step left [[sine-waves]] of [[sine-zero]].
#   Two numbers are unknown and ten examples are given: least squares would leave nothing.
# - **Alike is not the same.** Net and descent agree closely, and the remaining gap had a reason, a
#   start that descent had lacked. Without looking for it we might have called the gap noise.
# - **The MLP acts on $x$ alone.** In Proposition 2 it maps $x_i$ and leaves $y_i$ in its slot. The
#   released code feeds the whole token through its MLP. Lesson 04 has nets with MLPs between
#   layers.
# - **Smoothing needs positive likeness.** A smoother's prediction lies between the smallest and the
#   largest target. It cannot extrapolate a straight line, which one gradient step can.
# - **Large temperatures cost digits.** Two heads that cancel are exact in the limit. In float32 the
#   error never fell below [[best-float32]], and half precision would stop far earlier.
# - **Other attention.** There is more between linear and softmax. `attention_variants` in the
#   library mixes the two, or divides keys and queries by their sums. Nothing here covers those.
# - **Softmax in language models is sharp.** There a head often puts all its weight on one token.
#   Expanding it at high temperature says nothing about that. Lessons 06 and 07 use sharp heads.
#
# ## What you can do now
#
# You can put features before a layer and say what its gradient step learns. You can sample tasks
# whose random numbers are independent, and know what one key for two draws does. You can read a
# linear layer as descent in a space of functions and a softmax layer as a smoother, measure what
# each example counts, and say exactly in which limit, how fast, and up to what, two softmax heads
# are a linear one.
#
# Next, lesson 06: where tokens that hold $x$ and $y$ together come from.
