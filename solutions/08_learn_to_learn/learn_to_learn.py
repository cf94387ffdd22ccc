# %% [markdown]
# # Learn to learn
#
# **Goal.** Train a net on so many tasks that it learns how to learn a new one from its prompt. Tell
# that from memory, and find three bugs that fake it or make it impossible.
#
# From Kirsch et al. 2022, [arXiv 2212.04458](https://arxiv.org/abs/2212.04458). You need lesson 07.
# About 110 minutes.
#
# |exercise|points|exercise|points|
# |---|---|---|---|
# |`projected-tasks`|3|`find-the-bug`|3|
# |`shifted-labels`|2|`memorise-or-learn`|2|
# |`in-context-accuracy`|2|`plateau`|3|
# |`label-leak`|3|`why-many-tasks`, in words|2|

# %%
# %load_ext jaxtyping
# %jaxtyping.typechecker beartype.beartype
import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from autograder import check, hint, predict, solution
from icl_course import figures, image_tasks, images, learner, learner_runs, learner_scores
from icl_course import learner_ship, prompt_baselines, shipped
from icl_course.arrays import Array, Scalar

# %% [markdown]
# ## 1. Tasks without end
#
# A prompt shows images one after the other, each with its label. Before each label is shown, the
# net has to name it.
#
# If every prompt used the same images and labels, a net would learn *them*, and could ignore its
# prompt. So each task gets its own inputs and its own names:
#
# $$
# x = A \, \text{image}, \qquad y = \rho(\text{label}) .
# $$
#
# $A$ is a random matrix and $\rho$ a random renaming. Both come from one number, the task's *seed*.
# No task is stored: a training step draws the tasks that it needs, from their seeds.
#
# ### Exercise `projected-tasks`: a task from its seed
# *3 points · difficulty 2 of 3 · importance 3 of 3 · 15 minutes*


# %% exercise="projected-tasks"
def projected_task(
    seed: Int[Array, ""],
    images: Float[Array, "n_images n_pixels"],
    labels: Int[Array, " n_images"],
    d_x: int,
    n_classes: int,
) -> tuple[Float[Array, "n_images d_x"], Int[Array, " n_images"]]:
    """Return the images of task number `seed`, projected, and their labels, renamed.

    The task is a matrix A of shape [d_x, n_pixels] and a renaming rho. The entries of A are
    independent, normal, with mean 0 and standard deviation 1/sqrt(n_pixels). rho is a permutation
    of 0, ..., n_classes - 1, each of them equally likely. A and rho are drawn independently, and
    anew for every seed. They depend on the seed alone: with the same seed, other images meet the
    same A and rho.

    Image number i becomes xs[i] = A @ images[i], its label becomes ys[i] = rho(labels[i]).

    Arguments:
        seed: an integer from 0 to 2**30. The function is called under jax.jit and jax.vmap, so it
            may be a traced integer: int(seed) fails, jax.random.key(seed) does not.
        images: one row of pixels each.
        labels: integers from 0 to n_classes - 1.
        d_x: the number of coordinates of an input.
        n_classes: the number of labels.

    Returns the pair (xs, ys): xs [n_images, d_x], ys [n_images], integers.
    """
    ### BEGIN SOLUTION
    key_projection, key_names = jax.random.split(jax.random.key(seed))
    n_pixels = images.shape[1]
    projection = jax.random.normal(key_projection, (d_x, n_pixels)) / math.sqrt(n_pixels)
    names = jax.random.permutation(key_names, n_classes)
    return images @ projection.T, names[labels]
    ### END SOLUTION


# %% check="projected-tasks" points=3
check("projected-tasks", projected_task)

# %% [markdown] solution="projected-tasks"
# **Why this works.** The key is made from the seed and nothing else, so the task is, too. A sum of
# $N$ pixels of mean square 1, with weights of variance $1/N$, has mean square 1 again, whatever the
# number of pixels. `names[labels]` looks up the new name of every label.
#
# **Another right answer.** Fold the seed into one fixed key, project image by image, and get a
# random order by sorting random numbers.
#
# ```python
# def projected_task(
#     seed: Int[Array, ""],
#     images: Float[Array, "n_images n_pixels"],
#     labels: Int[Array, " n_images"],
#     d_x: int,
#     n_classes: int,
# ) -> tuple[Float[Array, "n_images d_x"], Int[Array, " n_images"]]:
#     keys = jax.random.split(jax.random.fold_in(jax.random.key(8), seed), 2)
#     a = jax.random.normal(keys[0], (images.shape[1], d_x)) * images.shape[1] ** -0.5
#     order = jnp.argsort(jax.random.uniform(keys[1], (n_classes,)))
#     renamed = jnp.sum(jax.nn.one_hot(labels, n_classes) * order, axis=1)
#     return jnp.einsum("np,pd->nd", images, a), renamed.astype(int)
# ```
#
# **What the two share.** One seed, two streams of random numbers. The places of sorted random
# numbers are a permutation in which no order is preferred.

# %% [markdown]
# `hint("projected-tasks")` helps up to three times, in every exercise. After a pass,
# `solution("projected-tasks")` shows a solution with reasons.
#
# The images are the digits that ship with scikit-learn: 8 by 8 pixels, scaled to mean 0 and
# variance 1. The nets of this lesson are trained on the digits 0 to 7. They never see an 8 or a 9.
# A task picks 2 of the 8 digits, and names them 0 and 1 in random order. The library's
# `image_tasks.draw_rule` does that.

# %% display
SEEN, UNSEEN = images.digits(classes=learner_runs.KNOWN)  # to train on; kept apart
D_X, N_EXAMPLES = learner_runs.D_X, learner_runs.N_EXAMPLES  # 16 coordinates, 50 examples
for seed in (0, 1, 0):
    rule = image_tasks.draw_rule(seed, n_pixels=64, d_x=D_X, n_classes=2, n_all=8)
    first = ", ".join(f"{entry:.2f}" for entry in rule.projection[0, :3])
    print(f"task {seed}: labels 0, 1 are the digits {rule.classes.tolist()}; A begins {first}")
print(len(SEEN.images), "images to train on,", len(UNSEEN.images), "kept apart")

# %% [markdown]
# ## 2. A question at every place
#
# The net reads its prompt in order, and a token sees what stands before it, as in lesson 07. Where
# does the label go? If token $i$ held $x_i$ and $y_i$, the answer would stand beside the question.
# So every label arrives one token late:
#
# $$
# e_i = (x_i, \text{onehot}(y_{i-1})), \qquad e_0 = (x_0, 0) .
# $$
#
# Then the net can be asked for $y_i$ after *every* token, and one prompt of 50 examples gives 50
# questions to learn from.
#
# ### Exercise `shifted-labels`: one token late
# *2 points · difficulty 1 of 3 · importance 3 of 3 · 8 minutes*


# %% exercise="shifted-labels"
def shifted_tokens(
    xs: Float[Array, "n_examples d_x"], ys: Int[Array, " n_examples"], n_classes: int
) -> Float[Array, "n_examples d_token"]:
    """Return tokens of an input and the label of the input before it.

    Token i begins with xs[i]. After it come n_classes numbers: all 0 but for a 1 at place
    ys[i - 1], counted from 0. In token 0, which has no label before it, all n_classes are 0.

    Arguments:
        xs: the inputs in their order.
        ys: their labels, integers from 0 to n_classes - 1.
        n_classes: the number of labels.

    Returns an array [n_examples, d_x + n_classes].
    """
    ### BEGIN SOLUTION
    labels = jax.nn.one_hot(ys, n_classes)
    before = jnp.concatenate([jnp.zeros((1, n_classes)), labels[:-1]])
    return jnp.concatenate([xs, before], axis=1)
    ### END SOLUTION


# %% check="shifted-labels" points=2
check("shifted-labels", shifted_tokens)

# %% [markdown] solution="shifted-labels"
# **Why this works.** A row of zeros in front moves every label down by one row, and the last label
# falls out: nobody is asked anything after it. Zeros say "no label yet", which is something else
# than label 0.
#
# **Another right answer.** Name the label before the first one $-1$: `one_hot` gives zeros for
# whatever is no class.
#
# ```python
# def shifted_tokens(
#     xs: Float[Array, "n_examples d_x"], ys: Int[Array, " n_examples"], n_classes: int
# ) -> Float[Array, "n_examples d_token"]:
#     before = jnp.roll(ys, 1).at[0].set(-1)
#     return jnp.hstack([xs, jax.nn.one_hot(before, n_classes)])
# ```
#
# **What the two share.** After token $i$ a causal net has seen $x_0, \dots, x_i$ and $y_0, \dots,
# y_{i-1}$, and not $y_i$.

# %% [markdown]
# How well does somebody learn from a prompt? The paper looks at the accuracy at every place, over
# many prompts. It should rise from one half.
#
# ### Exercise `in-context-accuracy`: place by place
# *2 points · difficulty 1 of 3 · importance 3 of 3 · 6 minutes*


# %% exercise="in-context-accuracy"
def in_context_accuracy(
    logits: Float[Array, "n_prompts n_examples n_classes"], ys: Int[Array, "n_prompts n_examples"]
) -> Float[Array, " n_examples"]:
    """Return the share of prompts with a right answer, at every place.

    The answer at place i of prompt b is the class with the largest of the numbers logits[b, i]. No
    two of them are equal. It is right if it is ys[b, i].

    Arguments:
        logits: of every prompt, place and class.
        ys: the labels that are asked for, integers from 0 to n_classes - 1.

    Returns an array [n_examples] of numbers from 0 to 1.
    """
    ### BEGIN SOLUTION
    is_right = logits.argmax(axis=-1) == ys
    return is_right.mean(axis=0)
    ### END SOLUTION


# %% check="in-context-accuracy" points=2
check("in-context-accuracy", in_context_accuracy)

# %% [markdown] solution="in-context-accuracy"
# **Why this works.** The labels are already late in the tokens. So row $i$ of the logits answers
# for $y_i$, and nothing is left to shift. The mean of True and False is the share of True.
#
# **Another right answer.** Ask whether the right class has the largest logit.
#
# ```python
# def in_context_accuracy(
#     logits: Float[Array, "n_prompts n_examples n_classes"],
#     ys: Int[Array, "n_prompts n_examples"],
# ) -> Float[Array, " n_examples"]:
#     own = jnp.take_along_axis(logits, ys[..., None], axis=2)[..., 0]
#     return jnp.sum(own == logits.max(axis=2), axis=0) / len(ys)
# ```
#
# **What the two share.** A count over prompts, divided by their number, and one number for each
# place. A mean over places would hide what matters here: whether the accuracy rises.

# %% [markdown]
# First, some learners that are not nets. They see what the net will see: new tasks, new images.
#
# - *SGD*: softmax regression from zero, one gradient step for every example.
# - *1-NN*: the label of the nearest earlier input.
# - *ridge*: ridge regression on the labels, solved anew after every example.

# %% display
BASELINES = {
    "SGD": partial(prompt_baselines.online_sgd, n_classes=2, learning_rate=0.3),
    "1-NN": partial(prompt_baselines.nearest_neighbour, n_classes=2),
    "ridge": partial(prompt_baselines.ridge_classifier, n_classes=2, ridge=1.0),
}
SIZES = {"n_prompts": 1_000, "n_examples": N_EXAMPLES, "d_x": D_X, "n_classes": 2}
new_prompts = image_tasks.draw_prompts(jax.random.key(1), UNSEEN, **SIZES)
LAST = slice(-5, None)  # the last five places: after 45 to 49 examples


def baseline_accuracies(prompts):
    """Return the accuracy of each baseline at every place."""
    return {
        name: learner_scores.accuracy_by_position(
            jax.vmap(answer)(prompts.xs, prompts.ys), prompts.ys
        )
        for name, answer in BASELINES.items()
    }


of_baselines = baseline_accuracies(new_prompts)
for name, accuracy in of_baselines.items():
    first, fifth, last = accuracy[0], accuracy[4], accuracy[LAST].mean()
    print(f"{name:5}  first {first:.2f}   fifth {fifth:.2f}   last {last:.3f}")

# %% facts
fact("sgd-last", of_baselines["SGD"][LAST].mean(), rounding=".2f", rtol=0.01)
fact("nn-last", of_baselines["1-NN"][LAST].mean(), rounding=".2f", rtol=0.01)
fact("ridge-last", of_baselines["ridge"][LAST].mean(), rounding=".2f", rtol=0.01)

# %% [markdown]
# After some 47 examples SGD has an accuracy of [[sgd-last]], the nearest neighbour [[nn-last]],
# ridge regression [[ridge-last]]. The task is easy, once one has seen a few examples of it.
#
# ## 3. Before training: is the answer in the data?
#
# A public re-implementation of this paper drew prompts in which every class came *exactly* equally
# often. That looks tidy. But then labels can be counted: after 25 zeros of 50, only ones can come.
#
# How much does counting give? Work it out before you look at any net: an accuracy above one half
# means nothing until you know what a blind guesser can get.
#
# ### Exercise `label-leak`: the accuracy of a blind counter
# *3 points · difficulty 3 of 3 · importance 2 of 3 · 18 minutes*
#
# Derive it. A sum is as good as a closed form.


# %% exercise="label-leak"
def counting_accuracy(n_each: int) -> Scalar:
    """Return how often a guesser that sees labels but no images is right at best.

    A prompt has 2 k places, with k = n_each. Its labels are k zeros and k ones, in random order,
    each order equally likely. At every place, the guesser names a label, then is shown the right
    one. The best guesser knows k and names the label of which more are still to come. Where equally
    many are to come, it names either of the two.

    Return the probability that its guess is right, averaged over all 2 k places, the first and the
    last included.

    Arguments:
        n_each: how many zeros there are, and how many ones: from 1 to 60.

    Returns one number between 0 and 1.
    """
    ### BEGIN SOLUTION
    k = n_each
    return 0.5 + (4**k / math.comb(2 * k, k) - 1) / (4 * k)
    ### END SOLUTION


# %% check="label-leak" points=3
check("label-leak", counting_accuracy)

# %% [markdown] solution="label-leak"
# **Why this works.** Follow $d$, the number of zeros to come less that of ones. It begins at 0 and
# ends at 0, in steps of $\pm 1$. While $d \ne 0$, the guesser names the label that is ahead. It is
# right when $|d|$ falls, and wrong when $|d|$ grows. As $|d|$ begins and ends at 0, it falls as
# often as it grows: $k$ times each. Now split the $2k$ places.
#
# 1. At places with $d \ne 0$: every fall of $|d|$ is a right guess, so there are exactly $k$ right
#    guesses.
# 2. At places with $d = 0$: any guess is right half of the time, and $|d|$ grows.
#
# The second kind happens $T$ times on average, so on average $k + T/2$ guesses are right. After
# $2j$ places, $d = 0$ has the probability
# $\binom{2j}{j} \binom{2k - 2j}{k - j} / \binom{2k}{k}$. These add up to $4^k / \binom{2k}{k}$
# over $j = 0, \dots, k$. The term with $j = k$ is 1, and comes after the last place. So
#
# $$
# T = \frac{4^k}{\binom{2k}{k}} - 1, \qquad
# \frac{k + T/2}{2k} = \frac12 + \frac{1}{4k} \left( \frac{4^k}{\binom{2k}{k}} - 1 \right) .
# $$
#
# **Another right answer.** Sum over how many zeros have come.
#
# ```python
# def counting_accuracy(n_each: int) -> Scalar:
#     k, total = n_each, 0.0
#     for t in range(2 * k):
#         for h in range(max(0, t - k), min(t, k) + 1):  # zeros among the first t
#             chance = math.comb(t, h) * math.comb(2 * k - t, k - h) / math.comb(2 * k, k)
#             total += chance * max(k - h, k - t + h) / (2 * k - t)
#     return total / (2 * k)
# ```
#
# **What the two share.** Both take the mean of the larger share of what is to come. The closed form
# needs only one number for that: how often there is a tie.

# %% facts
fact("counting", learner_scores.best_counting_accuracy(25), rounding=".3f", rtol=1e-6)

# %% [markdown]
# For prompts of 50 with two classes: [[counting]] on average, and 1 at the last place, without a
# look at any image. A net can count, too. Then its accuracy *rises along the prompt*, on new tasks,
# as if it learnt.
#
# The same repository had more bugs. Here are two of them. It cast pixels between 0 and 1 to
# integers, which makes images black. And its projection was diagonal, so that a net could recognise
# the digits.
#
# None of the three raises an error. Each shows in a number, if you measure it.
#
# ### Exercise `find-the-bug`: measure a batch
# *3 points · difficulty 2 of 3 · importance 3 of 3 · 15 minutes*


# %% exercise="find-the-bug"
def find_the_bug(
    images: Float[Array, "n_prompts n_examples n_pixels"],
    xs: Float[Array, "n_prompts n_examples d_x"],
    ys: Int[Array, "n_prompts n_examples"],
    n_classes: int,
) -> str:
    """Return the name of the one bug that a batch of prompts has, or "none".

    In a right batch, pixels are numbers from 0 to 1. Most lie strictly between. In dark images most
    are 0, and most of the others lie strictly between. Prompt b has a matrix A of its own,
    [d_x, n_pixels], without zeros, and xs[b, i] = A @ images[b, i]. Labels are drawn at random, not
    dealt out evenly to each prompt. Over the whole batch, classes may come equally often.

    - "label leak": in every prompt, every class comes exactly n_examples / n_classes times.
    - "black images": the pixels were cast to integers before they were used. `images` holds what
      came out: 0, and 1 where a pixel was exactly 1. In a right batch, some pixels are neither.
    - "diagonal projection": A is zero except at A[j, j]. So xs[b, i, j] is a factor times
      images[b, i, j], and the factor depends on b and j alone.

    Images may be mostly black, with a bug or without one, and a pixel may be black in all of them.
    A batch has one of these bugs or none. Numbers are rounded to float32. There are at least 20
    prompts of at least 6 examples, at least 2 classes, and at least as many pixels as coordinates.

    Arguments:
        images: the pixels of every example.
        xs: the inputs.
        ys: the labels, integers from 0 to n_classes - 1.
        n_classes: the number of classes.

    Returns "label leak", "black images", "diagonal projection" or "none".
    """
    ### BEGIN SOLUTION
    if jnp.all((images == 0) | (images == 1)):
        return "black images"
    counts = jax.nn.one_hot(ys, n_classes).sum(axis=1)  # [prompt, class]
    if jnp.all(counts == counts[0, 0]):
        return "label leak"
    own = images[:, :, : xs.shape[2]]  # pixel j beside coordinate j
    factors = (xs * own).sum(axis=1) / jnp.maximum((own**2).sum(axis=1), 1e-12)
    off = jnp.abs(xs - factors[:, None, :] * own).max()
    return "diagonal projection" if off < 1e-3 * jnp.abs(xs).max() else "none"
    ### END SOLUTION


# %% check="find-the-bug" points=3
check("find-the-bug", find_the_bug)

# %% [markdown] solution="find-the-bug"
# **Why this works.** Each bug makes something *exact* that should vary. Cast pixels are whole
# numbers. Balanced prompts have the same count for every class. For a diagonal projection the best
# factor for each coordinate leaves nothing over.
#
# **Another right answer.** Look at what varies: fractions of pixels, counts, and products that are
# equal when two columns are proportional.
#
# ```python
# def find_the_bug(
#     images: Float[Array, "n_prompts n_examples n_pixels"],
#     xs: Float[Array, "n_prompts n_examples d_x"],
#     ys: Int[Array, "n_prompts n_examples"],
#     n_classes: int,
# ) -> str:
#     images, xs, ys = (np.asarray(array, float) for array in (images, xs, ys))
#     own = images[:, :, : xs.shape[2]]
#     cross = xs[:, :, None] * own[:, None] - xs[:, None] * own[:, :, None]
#     counts = np.array([[(row == c).sum() for c in range(n_classes)] for row in ys])
#     if np.abs(images - images.round()).max() == 0:
#         return "black images"
#     if np.abs(cross).max() < 1e-4 * np.abs(xs).max():
#         return "diagonal projection"
#     return "label leak" if counts.std() == 0 else "none"
# ```
#
# **What the two share.** They ask for what is exactly so in every prompt. What is so *on average*,
# such as balanced classes or dark images, is not a bug.

# %% [markdown]
# `image_tasks.draw_prompts` has none of the three. Its labels are drawn one by one.
#
# ## 4. Train
#
# The net is a causal transformer: two layers, softmax attention, MLPs, LayerNorm. Its loss is the
# mean cross-entropy over all 50 places. A fresh batch of tasks comes for every step, from 2^25
# seeds. Hardly one comes twice.

# %% display
nets = learner_ship.load()
_, said = shipped.load(learner_ship.NAME)
print("made by", said["command"])
print("CPU seconds", said["cpu_seconds"])
print("sha256", said["sha256"][:16], "...")
print(f"even guessing: {math.log(2):.3f} nats")
first_steps = nets["two classes, plain keys"].losses[:250].reshape(2, 125)
for number, losses in enumerate(first_steps, start=1):
    print(f"step {125 * number:4d}: mean loss {losses.mean():.3f} nats")

# %% [markdown]
# These are the losses of a net that ships with the course. Its keys are *plain*: each is made from
# its own token. In its first 250 steps it learns nothing. Why? Look at the tokens again. The label
# $y_i$ stands in token $i + 1$, and its input $x_i$ in token $i$. To compare a new input with $x_i$
# and then say $y_i$, the net must first bring the two together. That is the trouble of lesson 07: a
# key does not know what stood before it. And there you met a cure, *smeared keys*: each key is
# mixed with the one before. Train such a net, here and now:

# %% display
tried = learner_runs.train_learner(
    jax.random.key(1),
    SEEN,
    **learner_ship.SMALL,  # width 32, two heads
    n_classes=2,
    is_smeared=True,
    n_steps=250,
    n_per_chunk=125,
    progress=lambda step, loss, params: print(f"step {step:4d}: mean loss {loss:.3f} nats"),
)

# %% [markdown]
# It learns. We come back to this in section 6. A longer run of the same kind ships with the course.
# Ask it about tasks and images of training, about new tasks with new images, and about new tasks
# with the digits 8 and 9, which it never saw.

# %% display
two = nets["two classes"].params
NEVER_SEEN = images.digits(classes=learner_runs.HELD_OUT)[1]
asked = {
    "tasks of training": image_tasks.draw_prompts(  # any of the 2^25; it met few of them
        jax.random.key(2), SEEN, n_tasks=learner_runs.ALL_TASKS, first_task=0, **SIZES
    ),
    "net, new tasks": new_prompts,
    "net, 8 and 9": image_tasks.draw_prompts(jax.random.key(3), NEVER_SEEN, **SIZES),
}
of_net = {
    name: learner_runs.accuracies(learner.learner_logits, two, prompts, n_classes=2)
    for name, prompts in asked.items()
}
lines = {name: np.asarray(a) for name, a in of_net.items() if name != "tasks of training"}
figures.accuracies_by_place({**lines, **of_baselines}, n_classes=2)

# %% facts
last_of = {name: float(accuracy[LAST].mean()) for name, accuracy in of_net.items()}
fact("net-seen", last_of["tasks of training"], rounding=".2f", rtol=0.01)
fact("net-new", last_of["net, new tasks"], rounding=".2f", rtol=0.01)
fact("net-fifth", of_net["net, new tasks"][4], rounding=".2f", rtol=0.03)
fact("nn-fifth", of_baselines["1-NN"][4], rounding=".2f", rtol=0.03)
fact("net-held-out", last_of["net, 8 and 9"], rounding=".2f", rtol=0.02)
fact("n-steps-two", len(nets["two classes"].losses), rounding="d", rtol=1e-9)

# %% [markdown]
# After [[n-steps-two]] steps the net has an accuracy of [[net-seen]] at the last places of tasks of
# training, and of [[net-new]] on new tasks with new images. Memory of tasks could not help it: it
# met only a small part of the 2^25 tasks of training. On 8 against 9 it has [[net-held-out]]. After
# four examples of a new task it has [[net-fifth]], where the nearest neighbour has [[nn-fifth]].
#
# No weight changes along a prompt. What rises there is what the net makes of its examples.
#
# ### Predict, then run
#
# Now no digits at all: 569 tumours, malignant or benign, each described by 30 measurements. These
# are projected to 16 coordinates like the digits. The net that was trained on digits gets a prompt
# of them. How often is it right at the last place?
#
# - **a.** Half of the time: it knows digits and nothing else.
# - **b.** Half of the time at first and less later, since what it does to digits misleads it.
# - **c.** Far more often than half of the time.
# - **d.** Always: the labels stand in the prompt.
#
# Decide first. Put the letter into the cell, run it, then run the experiment below.

# %% predict="never-trained-on"
predict("never-trained-on", choice="c")

# %% display
elsewhere = {
    "tumours": images.tumours(),
    "random classes": images.gaussian_classes(0, n_classes=8, n_each=100),
}
there = {
    name: image_tasks.draw_prompts(jax.random.key(4), set_of, **SIZES)
    for name, set_of in elsewhere.items()
}
transfer = {}
for name, prompts in there.items():
    accuracy = learner_runs.accuracies(learner.learner_logits, two, prompts, n_classes=2)
    others = baseline_accuracies(prompts)
    transfer[name] = float(accuracy[-1])
    beside = "  ".join(f"{n} {a[-1]:.2f}" for n, a in others.items())
    print(f"{name:15} first {accuracy[0]:.2f}   last {accuracy[-1]:.3f}   ({beside})")

# %% facts
error = learner_runs.standard_error(transfer["tumours"], n_prompts=1_000)
fact("tumours", transfer["tumours"], rounding=".2f", rtol=0.03)
fact("tumours-errors", (transfer["tumours"] - 0.5) / error, rounding=".0f", rtol=0.2)
fact("random-classes", transfer["random classes"], rounding=".2f", rtol=0.03)

# %% [markdown]
# At the last place its accuracy is [[tumours]] on tumours, [[tumours-errors]] standard errors above
# guessing, and [[random-classes]] on random classes. It was trained on neither. (With Fashion-MNIST
# on your disk, `images.idx_images()` reads it, and `icl-course reproduce in-context-learner` asks
# about it, too.)
#
# What this does *not* show: that it can learn every task. Two classes that lie apart, in 16
# coordinates: that much these tasks share with its training.
#
# ## 5. Memorise or learn?
#
# What if there are few tasks? With one task, the prompt says nothing that the net cannot know by
# heart. With two, a few examples say which one it is. With very many, all that pays is to learn.
#
# From outside all three look alike: a high accuracy on the tasks of training. So ask three times.
# The three phases are the paper's, the bounds between them are ours.
#
# ### Exercise `memorise-or-learn`: name the phase
# *2 points · difficulty 1 of 3 · importance 3 of 3 · 8 minutes*


# %% exercise="memorise-or-learn"
def memorise_or_learn(
    seen: float, unseen_images: float, unseen_tasks: float, n_classes: int
) -> str:
    """Return which phase three accuracies show.

    An accuracy is a *guess* if it differs from 1 / n_classes by at most 0.05, in either direction.

    - "learned": unseen_tasks is at least 0.8, whatever the other two are.
    - "identified": not learned; seen is at least 0.8, unseen_images is at least 0.7, and
      unseen_tasks is a guess.
    - "memorised": neither of these; seen is at least 0.8, and both unseen_images and unseen_tasks
      are guesses.
    - "none": anything else.

    No accuracy is closer than 0.001 to one of these bounds.

    Arguments:
        seen: accuracy on tasks of training with images of training.
        unseen_images: on tasks of training with other images.
        unseen_tasks: on new tasks with other images.
        n_classes: the number of classes of a task, at least 2.

    Returns "learned", "identified", "memorised" or "none".
    """
    ### BEGIN SOLUTION
    if unseen_tasks >= 0.8:
        return "learned"
    chance = 1 / n_classes
    if seen < 0.8 or abs(unseen_tasks - chance) > 0.05:
        return "none"
    if unseen_images >= 0.7:
        return "identified"
    return "memorised" if abs(unseen_images - chance) <= 0.05 else "none"
    ### END SOLUTION


# %% check="memorise-or-learn" points=2
check("memorise-or-learn", memorise_or_learn)

# %% [markdown] solution="memorise-or-learn"
# **Why this works.** Ask for the strongest claim first. Once it is refused, both weaker ones need
# seen tasks known and new tasks guessed, and only unseen images tell them apart.
#
# **Another right answer.** A table of conditions, and the first that holds.
#
# ```python
# def memorise_or_learn(
#     seen: float, unseen_images: float, unseen_tasks: float, n_classes: int
# ) -> str:
#     low, high = 1 / n_classes - 0.05, 1 / n_classes + 0.05
#     knows, guesses = seen >= 0.8, low <= unseen_tasks <= high
#     names = {
#         "learned": unseen_tasks >= 0.8,
#         "identified": knows and guesses and unseen_images >= 0.7,
#         "memorised": knows and guesses and low <= unseen_images <= high,
#     }
#     return next((name for name, holds in names.items() if holds), "none")
# ```
#
# **What the two share.** The order. A net that learns also does well on seen tasks, so whoever asks
# about those first will call it something less.

# %% [markdown]
# The map below has one net in each cell, with its width and its number of training tasks. All are
# trained for equally many steps, fewer than before, and on shorter prompts: 24 examples.

# %% display
map_arrays, map_said = shipped.load(learner_ship.PHASES)
table = map_arrays["accuracies"]  # width, number of tasks; seen, unseen images, unseen tasks
names = [
    [learner_scores.phase(*(float(a) for a in cell), n_classes=2) for cell in row] for row in table
]
print("made by", map_said["command"], "in", map_said["cpu_seconds"]["map"], "CPU seconds")
figures.phase_map(
    table[..., 2],
    names,
    widths=learner_ship.MAP["widths"],
    log2_tasks=learner_ship.MAP["log2_tasks"],
)

# %% facts
fact("map-one-seen", table[-1, 0, 0], rounding=".2f", rtol=1e-3)
fact("map-one-new", table[-1, 0, 2], rounding=".2f", rtol=1e-3)
fact("map-many-seen", table[-1, 3, 0], rounding=".2f", rtol=1e-3)
fact("map-many-new", table[-1, 3, 2], rounding=".2f", rtol=1e-3)
fact("map-all-new", table[-1, -1, 2], rounding=".2f", rtol=1e-3)
fact("map-narrow-seen", table[0, 3, 0], rounding=".2f", rtol=1e-3)
fact("map-narrow-all", table[0, -1, 0], rounding=".2f", rtol=1e-3)
fact("map-steps", learner_ship.MAP["training"]["n_steps"], rounding="d", rtol=1e-9)

# %% [markdown]
# Take width 32. With one task the net has [[map-one-seen]] on that task and [[map-one-new]] on new
# ones: it knows that task by heart. With 4 and with 16 tasks it finds out which of them it is in.
# With 64 tasks it still has [[map-many-seen]] on them, but [[map-many-new]] on new ones: no longer
# a guess, and not learnt either. With 2^25 it has [[map-all-new]] on new tasks.
#
# Width 8 still has [[map-narrow-seen]] on its 64 tasks. With 2^25 there are too many to hold, and
# it has not found how to learn: [[map-narrow-all]], on tasks of training.
#
# No cell says "memorised": whoever knows some images of a digit in *one* projection knows others,
# too. The paper's map has ten classes and wider nets. There, up to about 2^14 tasks only seen ones
# are learnt, and from there on new ones, too. Ours is one seed, and [[map-steps]] steps for each
# cell. A cell that says "none" may have been stopped too early.
#
# ## 6. The plateau
#
# A loss that stays at $\log 2$ for hundreds of steps and then falls: is it a matter of waiting, or
# does something not work? To compare, one must first say how long a plateau is.
#
# ### Exercise `plateau`: measure it
# *3 points · difficulty 2 of 3 · importance 3 of 3 · 12 minutes*


# %% exercise="plateau"
def plateau_length(
    losses: Float[Array, " n_steps"], n_classes: int, n_window: int, band: float
) -> Scalar:
    """Return for how many steps a loss stays near that of even guessing.

    Steps are counted from 0. Even guessing has the loss log(n_classes), with the natural logarithm.
    For t = n_window - 1, ..., n_steps - 1 let m_t be the mean of the n_window losses of the steps
    t - n_window + 1, ..., t.

    The plateau begins at the first t with m_t < (1 + band) * log(n_classes). It ends at the first t
    with m_t < (1 - band) * log(n_classes), even if the loss rises again later. If there is no such
    t, then n_steps is taken in its place, for the beginning as for the end.

    No m_t is so close to one of the two bounds that rounding would matter.

    Arguments:
        losses: the loss of every step.
        n_classes: the number of classes, at least 2.
        n_window: how many losses make a mean, from 1 to n_steps.
        band: a number between 0 and 1.

    Returns the step at which it ends minus the step at which it begins, an integer, 0 or more.
    """
    ### BEGIN SOLUTION
    sums = np.cumsum(np.concatenate([[0.0], np.asarray(losses, float)]))
    means = (sums[n_window:] - sums[:-n_window]) / n_window  # entry 0 belongs to n_window - 1
    level = math.log(n_classes)

    def first_below(bound):
        is_below = means < bound
        return int(is_below.argmax()) + n_window - 1 if is_below.any() else len(losses)

    return first_below((1 - band) * level) - first_below((1 + band) * level)
    ### END SOLUTION


# %% check="plateau" points=3
check("plateau", plateau_length)

# %% [markdown] solution="plateau"
# **Why this works.** A difference of two running sums is a sum over a window. `argmax` finds the
# first True, and 0 if there is none, so that case needs a word of its own.
#
# **Another right answer.** Walk through the steps, and note the first time for each bound.
#
# ```python
# def plateau_length(
#     losses: Float[Array, " n_steps"], n_classes: int, n_window: int, band: float
# ) -> Scalar:
#     values, n_steps = np.asarray(losses, float), len(losses)
#     found = {1: n_steps, -1: n_steps}
#     for side in found:
#         for t in range(n_window - 1, n_steps):
#             mean = values[t - n_window + 1 : t + 1].mean()
#             if mean < (1 + side * band) * math.log(n_classes):
#                 found[side] = t
#                 break
#     return found[-1] - found[1]
# ```
#
# **What the two share.** Offsets cancel in the difference, so only the missing cases need to know
# which step an entry belongs to. Means are taken first: a single lucky batch ends no plateau.

# %% [markdown]
# Now the nets that ship: two kinds of keys for two classes, and smeared keys for four.

# %% display
WINDOW = 20
CURVES = {
    "2 classes, plain": ("two classes, plain keys", 2),
    "2 classes, smeared": ("two classes", 2),
    "4 classes, smeared": ("four classes", 4),
}
spans = {
    name: learner_scores.plateau_span(nets[run].losses, n_classes=n, n_window=WINDOW)
    for name, (run, n) in CURVES.items()
}
figures.plateaus(
    {name: nets[run].losses / math.log(n) for name, (run, n) in CURVES.items()},
    spans,
    level=1.0,
    n_window=WINDOW,
    label="loss / loss of guessing",
)

# %% facts
lengths = {name: ends - begins for name, (begins, ends) in spans.items()}
fact("plateau-2-plain", lengths["2 classes, plain"], rounding="d", rtol=1e-9)
fact("plateau-2-smeared", lengths["2 classes, smeared"], rounding="d", rtol=1e-9)
fact("plateau-4-smeared", lengths["4 classes, smeared"], rounding="d", rtol=1e-9)
four_prompts = image_tasks.draw_prompts(jax.random.key(5), UNSEEN, **(SIZES | {"n_classes": 4}))
four = learner_runs.accuracies(
    learner.learner_logits, nets["four classes"].params, four_prompts, n_classes=4
)
fact("four-new", four[LAST].mean(), rounding=".2f", rtol=0.01)
fact("state-size", learner.state_size(two, n_tokens=N_EXAMPLES), rounding=",d", rtol=1e-9)
fact("n-weights", learner.n_parameters(two), rounding=",d", rtol=1e-9)

# %% [markdown]
# With two classes the plateau lasts [[plateau-2-plain]] steps with plain keys, and
# [[plateau-2-smeared]] with smeared ones. With four classes it lasts [[plateau-4-smeared]] steps,
# even with smeared keys. Then the loss falls, and in the end the net has an accuracy of
# [[four-new]] on new tasks, where a guess has .25.
#
# So the long plateau was no lack of size: with two classes both nets are equally wide and deep. It
# looks as if something had to be found before anything else could pay: who stood before whom. Given
# that, the rest is learnt sooner.
#
# One run may be lucky. So here are three seeds: the net with plain keys as it is, and with each of
# the paper's remedies. They leave the net alone. Twice as many prompts make a batch; in half of the
# tasks the labels follow the order of the classes; or Adam gets another epsilon.

# %% display
tried, tried_by = shipped.load(learner_ship.PLATEAUS)
print("made by", tried_by["command"])
lasting = {
    name: [
        learner_scores.plateau_length(losses.astype(float), n_classes=2, n_window=WINDOW)
        for losses in of_seeds
    ]
    for name, of_seeds in tried.items()
}
n_tried = tried["as it is"].shape[1]
figures.plateau_lengths(lasting, n_steps=n_tried, n_before=WINDOW - 1)

# %% facts
shares = {name: np.divide(steps, lasting["as it is"]) for name, steps in lasting.items()}
fact("as-it-is-least", min(lasting["as it is"]), rounding=",d", rtol=1e-9)
fact("as-it-is-most", max(lasting["as it is"]), rounding=",d", rtol=1e-9)
fact("batch-least", shares["batch of 128"].min(), rounding=".2f", rtol=1e-6)
fact("batch-most", shares["batch of 128"].max(), rounding=".2f", rtol=1e-6)
fact("bias-least", shares["biased renamings"].min(), rounding=".2f", rtol=1e-6)
fact("bias-most", shares["biased renamings"].max(), rounding=".2f", rtol=1e-6)
fact("epsilon-least", shares["epsilon of 1e-4"].min(), rounding=".2f", rtol=1e-6)
fact("smeared-most", shares["smeared keys"].max(), rounding=".2f", rtol=1e-6)

# %% [markdown]
# As it is, the plateau lasts from [[as-it-is-least]] to [[as-it-is-most]] steps, and nothing but
# the seed decides. Compare each remedy with the same seed without it. The larger batch leaves
# [[batch-least]] to [[batch-most]] of the plateau, and each of its steps costs twice as much. The
# bias leaves [[bias-least]] to [[bias-most]]: it may help or not. The larger epsilon makes every
# plateau longer, at least [[epsilon-least]] times. Smeared keys leave at most [[smeared-most]].
#
# That is one value of each remedy, in small. It does not say that the paper's remedies fail in the
# paper's setting. It says that one needs several seeds to see any of them.
#
# The paper also asks what such a net must have: many weights, or much memory? A recurrent net keeps
# one state of fixed size. The transformer may look at the keys and values of every token: here
# [[state-size]] numbers at the end of a prompt, for [[n-weights]] weights. Over many nets of
# several kinds the paper finds that the size of this *accessible state* limits what a net learns,
# more than the number of weights does.

# %% [markdown] question="why-many-tasks" points=2
# ### Question `why-many-tasks`: why does the number of tasks decide?
# *2 points · difficulty 2 of 3 · importance 3 of 3 · 8 minutes · marked by hand*
#
# One and the same net, with the same loss, memorises where there are few tasks and learns where
# there are many. Explain in 80 to 150 words why. Say what lowers the loss with one task, with a
# few, and with very many. Say why a high accuracy on seen tasks cannot tell these cases apart, and
# what can.
#
# <!-- BEGIN SOLUTION -->
#
# **A model answer.**
#
# The loss only asks for right labels on the tasks of training. With one task, a fixed map from
# inputs to labels is enough, and the prompt tells nothing new. With a few, the net can keep a map
# for each, and use the prompt to find out which one it is in: a few examples suffice. Both need
# capacity that grows with the number of tasks. With very many tasks no net can hold them, and a
# task hardly comes twice. Then the only thing that lowers the loss is a rule that works for all of
# them: compare the input with earlier ones, and use their labels.
#
# On seen tasks all three are right. They differ where memory does not help: on tasks with new
# projections and renamings. Unseen images of seen tasks tell memorised images from memorised tasks.
#
# <!-- END SOLUTION -->

# %% [markdown] rubric="why-many-tasks"
# - **1 point**: what pays depends on the number: a fixed map, a choice among stored maps, a rule
#   that works for all tasks because they cannot be stored or do not come again.
# - **½ point**: on seen tasks all of them do well, so that accuracy tells nothing.
# - **½ point**: unseen tasks tell learning from memory; unseen images tell the other two apart.

# %% [markdown]
# ## 7. Where this breaks
#
# - **Small and easy.** Two classes of digits in 16 coordinates: nearest neighbours do it, too. The
#   paper has ten classes and 100 examples. There, a comparison with SGD says more than here.
# - **"General-purpose" is a wish.** The net meets vectors with two clusters. For labels that
#   depend on a product of two coordinates, say, nothing in its training has prepared it.
# - **The baselines were not tuned** for each set: one step size, one ridge. Better ones exist.
# - **Smeared keys know our layout.** They help because a label comes one token after its input.
#   With another layout the same trick may do nothing.
# - **A plateau is a matter of definition.** Another window or band gives another length. Compare
#   lengths only under one definition.
# - **Few seeds.** The lengths of section 6 have three; the phase map and all curves have one.
# - **Forty-nine examples.** The net has codes for 50 places. It cannot read a longer prompt.
#
# ## What you can do now
#
# You can make tasks without end from their seeds, feed a prompt so that no answer leaks, and say
# what a blind learner would get. You can tell memory from learning by asking about what was never
# seen, and you can measure a plateau, and name what it waits for.
#
# Next, lesson 09: what a net holds of the task, layer by layer, before it answers.
