# %% [markdown]
# # Copy what followed
#
# **Goal.** Build two attention layers that find what followed a symbol earlier, and say it again.
# Then watch training find the same circuit, all at once.
#
# From Olsson et al. 2022, [arXiv 2209.11895](https://arxiv.org/abs/2209.11895), and Elhage et al.
# 2021, [A Mathematical Framework](https://transformer-circuits.pub/2021/framework/index.html). You
# need lesson 06. About 120 minutes.
#
# |exercise|points|exercise|points|
# |---|---|---|---|
# |`attention-only`|3|`positional-shortcut`|2|
# |`icl-score`|2|`copying-score`|2|
# |`induction-weights`|4|`ablation`|3|
# |`prefix-matching`|2|`two-layers`, in words|2|

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
from icl_course import ablations, attention, causal, compositions, figures, head_scores, induction
from icl_course import induction_runs, loss_paths, sequences, shipped
from icl_course.arrays import Array, Scalar

# %% [markdown]
# ## 1. Attention alone
#
# So far a prompt held examples. Now it is a row of *symbols* $s_0, s_1, \dots$, as in a language
# model. After every token the net is asked: which symbol comes next?
#
# Each token $t$ has a vector $x_t$, its *stream*. It begins as row $s_t$ of a table, the embedding.
# Every layer adds to it. At the end, its dot products with the rows of another table, the
# unembedding, are the *logits* of the next symbol.
#
# Two things are new. A token sees itself and what stands before it, nothing after: attention is
# *causal*. And the code $p_t$ of place $t$ is read by queries and keys alone. Values read the bare
# stream. So what a head moves never holds a place.
#
# ### Exercise `attention-only`: the whole net
# *3 points · difficulty 2 of 3 · importance 3 of 3 · 15 minutes*


# %% exercise="attention-only"
def attention_only(
    params: causal.CausalParams, symbols: Int[Array, " n_tokens"]
) -> Float[Array, "n_tokens n_symbols"]:
    """Return the logits of the next symbol after every token of one prompt.

    The stream of token t begins as x_t = embed[s_t]. Every layer, one after the other, adds to it

        sum_h W_O,h sum_{i <= t} a_h,ti (W_V,h x_i),

    where a_h,ti is the softmax over i = 0, ..., t of the scores

        (W_K,h (x_i + p_i)) . (W_Q,h (x_t + p_t)) / sqrt(d_key),   p_t = code[t],

    and all x are those before this layer. The logits after token t are unembed @ x_t at the end.

    Arguments:
        params: the weights. `embed` and `unembed` are [n_symbols, d_model], `code` is
            [n_positions, d_model]. `layers` is a tuple of one or more AttentionParams with w_q and
            w_k [n_heads, d_key, d_model], w_v [n_heads, d_value, d_model], w_o [n_heads, d_model,
            d_value]. There are no MLPs and no smears.
        symbols: the prompt, integers from 0 to n_symbols - 1. n_tokens is at least 1 and at most
            n_positions.

    Returns an array [n_tokens, n_symbols].
    """
    ### BEGIN SOLUTION
    n_tokens = len(symbols)
    is_seen = jnp.tril(jnp.ones((n_tokens, n_tokens), bool))  # [t, i]: i is no later than t
    stream = params.embed[symbols]
    for layer in params.layers:
        read = stream + params.code[:n_tokens]  # by queries and keys
        queries = jnp.einsum("hkd,td->htk", layer.w_q, read)
        keys = jnp.einsum("hkd,id->hik", layer.w_k, read)
        values = jnp.einsum("hvd,id->hiv", layer.w_v, stream)
        scores = jnp.einsum("htk,hik->hti", queries, keys) / math.sqrt(layer.w_k.shape[1])
        weights = jax.nn.softmax(jnp.where(is_seen, scores, -jnp.inf), axis=-1)
        stream = stream + jnp.einsum("hdv,hti,hiv->td", layer.w_o, weights, values)
    return stream @ params.unembed.T
    ### END SOLUTION


# %% check="attention-only" points=3
check("attention-only", attention_only)

# %% [markdown] solution="attention-only"
# **Why this works.** A score of $-\infty$ has the weight $e^{-\infty} = 0$, and the others are
# divided by their own sum. Masking *after* the softmax would leave rows that add up to less than 1.
# Every row keeps at least its own token, so no row is empty.
#
# **Another right answer.** Give each token only the tokens that it may see. Then nothing is masked.
#
# ```python
# def attention_only(
#     params: causal.CausalParams, symbols: Int[Array, " n_tokens"]
# ) -> Float[Array, "n_tokens n_symbols"]:
#     stream = params.embed[symbols]
#     for layer in params.layers:
#         compare = layer.w_k.mT @ layer.w_q / layer.w_q.shape[1] ** 0.5  # W_K^T W_Q of each head
#         move = layer.w_o @ layer.w_v
#         rows = []
#         for t in range(len(symbols)):
#             seen = stream[: t + 1]
#             read = seen + params.code[: t + 1]
#             weights = jax.nn.softmax(read @ compare @ read[-1], axis=-1)  # [head, i]
#             rows.append(stream[t] + jnp.einsum("hde,hi,ie->d", move, weights, seen))
#         stream = jnp.stack(rows)
#     return stream @ params.unembed.T
# ```
#
# **What the two share.** Of the four matrices only $W_K^\top W_Q$ and $W_O W_V$ act, as in lesson
# 02. A mask and a shorter list are two ways to say which tokens exist for token $t$.

# %% [markdown]
# `hint("attention-only")` helps up to three times, in every exercise. After a pass,
# `solution("attention-only")` shows a solution with reasons.
#
# From here on the library's `causal.run` does the same, and hands out all that happens on the way:
# streams, attention patterns, what each head adds.
#
# ## 2. Something to learn from the prompt
#
# A net can only learn in context where the context tells something. Let a prompt come in *rounds*.
# In each round a *gap* of other symbols is followed by one and the same *segment*. The segment is
# new for every prompt, and holds no symbol twice.

# %%
LAW = induction_runs.REPEATS  # 32 symbols, 64 tokens, segments of 8 to 16, gaps of 0 to 7
N_SYMBOLS, N_TOKENS = LAW["n_symbols"], LAW["n_tokens"]
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"


def letters(symbols: Int[Array, " n_tokens"]) -> str:
    """Write a prompt in letters."""
    return "".join(ALPHABET[s] for s in symbols)


for seed in range(3):
    prompt = sequences.sample_repeats(jax.random.key(seed), **LAW)
    told = sequences.told_before(prompt)
    print(letters(prompt))
    print("".join("^" if each else " " for each in told))

# %% [markdown]
# A mark stands below each token that the prompt has *told*: its symbol has followed the symbol
# before it at least once already. Whoever looks back finds it there. All other tokens can only be
# guessed.
#
# Nobody can know by *counting*. The segment's length is drawn for each prompt, each gap anew. So
# how far back the answer stands differs from prompt to prompt and from round to round. In section 5
# you will see what happens without that.
#
# How much does a net learn from its prompt? The paper compares the loss of a late token with that
# of an early one.
#
# ### Exercise `icl-score`: the in-context-learning score
# *2 points · difficulty 1 of 3 · importance 3 of 3 · 8 minutes*


# %% exercise="icl-score"
def icl_score(
    logits: Float[Array, "n_sequences n_tokens n_symbols"],
    symbols: Int[Array, "n_sequences n_tokens"],
    early: int,
    late: int,
) -> Scalar:
    """Return the mean loss of token `late` minus the mean loss of token `early`.

    logits[b, t] are the logits of the symbol that comes after tokens 0, ..., t of prompt b. So
    token t is predicted by the logits one place before it. Its loss is minus the natural logarithm
    of the probability that their softmax gives to the symbol it has. The mean is over prompts.

    Arguments:
        logits: of each prompt, after each token.
        symbols: the prompts, integers from 0 to n_symbols - 1.
        early, late: two places, counted from 0, both from 1 to n_tokens - 1. `early` need not be
            the smaller one.

    Returns one number.
    """
    ### BEGIN SOLUTION
    log_probabilities = jax.nn.log_softmax(logits[:, :-1], axis=-1)  # row t - 1 predicts token t
    targets = symbols[:, 1:, None]
    losses = -jnp.take_along_axis(log_probabilities, targets, axis=-1)[..., 0]
    by_place = losses.mean(axis=0)
    return by_place[late - 1] - by_place[early - 1]
    ### END SOLUTION


# %% check="icl-score" points=2
check("icl-score", icl_score)

# %% [markdown] solution="icl-score"
# **Why this works.** Logits and symbols are shifted against each other by one place. After the
# shift, entry $t - 1$ of the losses belongs to token $t$. Token 0 has no loss: nothing predicts it.
#
# **Another right answer.** Look at the two places alone, with one-hot targets.
#
# ```python
# def icl_score(
#     logits: Float[Array, "n_sequences n_tokens n_symbols"],
#     symbols: Int[Array, "n_sequences n_tokens"],
#     early: int,
#     late: int,
# ) -> Scalar:
#     def loss(place):
#         row = logits[:, place - 1]
#         own = jnp.sum(row * jax.nn.one_hot(symbols[:, place], row.shape[1]), axis=1)
#         return jnp.mean(jax.nn.logsumexp(row, axis=1) - own)
#
#     return loss(late) - loss(early)
# ```
#
# **What the two share.** $-\log p(s) = \log \sum_{s'} e^{z_{s'}} - z_s$ for logits $z$:
# `log_softmax` computes it for all symbols, the second for one.

# %% [markdown]
# A negative score means that late tokens are easier: the prompt has helped. With the natural
# logarithm the unit of a loss is the *nat*. The paper takes tokens 50 and 500 of 512. Our prompts
# have 64, so here it is always tokens 4 and 60.
#
# ## 3. Two layers that say what followed
#
# The prompt is `A B C ... A`. What followed `A`? Token 1 knows that it is `B`. It does not know
# that it follows `A`. So, once more, two things that belong together stand in two tokens, and a
# layer is spent on bringing them together:
#
# - **Layer 1, the previous-token head.** Every token fetches the symbol of the token before it.
# - **Layer 2, the induction head.** Every token asks: who comes after my own symbol? It attends to
#   the token whose *fetched* symbol equals its *own*, and copies that token's own symbol to where
#   the logits are read.
#
# What layer 1 wrote is read by the keys of layer 2. This is called *K-composition*.
#
# ### Exercise `induction-weights`: build it
# *4 points · difficulty 3 of 3 · importance 3 of 3 · 25 minutes*
#
# You choose the embedding, the code and everything else. Keep apart in the stream what must not be
# mixed. And do not forget the first token.


# %% exercise="induction-weights"
def induction_weights(n_symbols: int, n_positions: int) -> causal.CausalParams:
    """Return an attention-only net of two layers that says what followed the current symbol.

    The net is run as in `attention-only`. Take any prompt of at most n_positions tokens, and any
    token t in it whose symbol stands at exactly one earlier place j, with j < t - 1. After token t,
    the softmax of the logits must give the symbol of token j + 1 a probability of at least 0.99.
    This includes j = 0, where the first symbol of the prompt comes again. Nothing is asked after
    other tokens. One net must serve all such prompts and tokens.

    Arguments:
        n_symbols: the number of symbols, from 7 to 23.
        n_positions: the largest number of tokens of a prompt, from 8 to 31.

    Returns causal.CausalParams(embed=..., code=..., layers=(first, second), unembed=...): embed and
    unembed [n_symbols, d_model], code [n_positions, d_model], and two attention.AttentionParams
    with w_q and w_k [n_heads, d_key, d_model], w_v [n_heads, d_value, d_model], w_o [n_heads,
    d_model, d_value]. The sizes are yours to choose: d_model up to 320, all others up to 128. Leave
    `mlps` and `smears` empty.
    """
    ### BEGIN SOLUTION
    d_model = 3 * n_symbols + n_positions
    slots = jnp.eye(d_model)  # row a of it picks slot a of a stream
    own, before, said, place = jnp.split(slots, [n_symbols, 2 * n_symbols, 3 * n_symbols])
    sharp = 30.0
    shift = jnp.eye(n_positions, k=-1)  # shift[t, t - 1] = 1: place t asks for t - 1
    first = attention.AttentionParams(
        w_q=math.sqrt(n_positions) * sharp * (shift.T @ place)[None],
        w_k=place[None],
        w_v=own[None],
        w_o=before.T[None],
    )
    anywhere = place.sum(axis=0, keepdims=True)  # 1 for every token, whatever its place
    second = attention.AttentionParams(
        w_q=math.sqrt(n_symbols + 1) * sharp * jnp.concatenate([own, anywhere])[None],
        w_k=jnp.concatenate([before, -2 * place[:1]])[None],  # the first token is kept out
        w_v=own[None],
        w_o=sharp * said.T[None],
    )
    return causal.CausalParams(embed=own, code=place, layers=(first, second), unembed=said)
    ### END SOLUTION


# %% check="induction-weights" points=4
check("induction-weights", induction_weights)

# %% [markdown] solution="induction-weights"
# **Why this works.** The stream has four blocks that never mix: own symbol, symbol before,
# prediction, place. Layer 1 compares places only, and writes the own symbol of token $t - 1$ into
# the second block of token $t$. Layer 2 compares the first block of the query with the second block
# of the keys, and writes into the third.
#
# The first token has nobody before it. In layer 1 it attends to itself, so it seems to follow its
# own symbol. Without the extra slot in the keys of layer 2 it would be a second answer whenever the
# first symbol comes again, and the probability would be about a half.
#
# **Another right answer.** Fewer slots: places on half a circle. Two more slots say "first" and
# "not first". Their sum is the constant that every query carries, and the keys of layer 2 read the
# first of them to keep the first token out.
#
# ```python
# def induction_weights(n_symbols: int, n_positions: int) -> causal.CausalParams:
#     angles = jnp.arange(n_positions) * 2 * jnp.pi / (2 * n_positions)
#     is_first = (jnp.arange(n_positions) == 0).astype(float)
#     places = jnp.stack([jnp.cos(angles), jnp.sin(angles), is_first, 1 - is_first], axis=1)
#     n, width = n_symbols, 3 * n_symbols + 4
#     own, before, said, place = jnp.split(jnp.eye(width), [n, 2 * n, 3 * n])
#     step = 2 * jnp.pi / (2 * n_positions)
#     back = jnp.array([[jnp.cos(step), jnp.sin(step)], [-jnp.sin(step), jnp.cos(step)]])
#     sharp = 20 / (1 - jnp.cos(step))
#     layer_1 = attention.AttentionParams(
#         w_q=sharp * (back @ place[:2])[None],
#         w_k=2**0.5 * place[:2][None],
#         w_v=own[None],
#         w_o=before.T[None],
#     )
#     query = jnp.concatenate([own, place[2:3] + place[3:4]])
#     key = jnp.concatenate([before, -3 * place[2:3]])
#     layer_2 = attention.AttentionParams(
#         w_q=20.0 * (n + 1) ** 0.5 * query[None],
#         w_k=key[None],
#         w_v=own[None],
#         w_o=20.0 * said.T[None],
#     )
#     code = places @ place
#     return causal.CausalParams(embed=own, code=code, layers=(layer_1, layer_2), unembed=said)
# ```
#
# **What the two share.** In both, after layer 1 a token's stream holds its own symbol and the one
# before it, in slots that do not overlap. Layer 2 compares the one with the other, and a slot of
# its keys that only the first token fills lowers the scores on that token. How places are written
# does not matter, as long as the place before can be found.

# %% [markdown]
# The circuit at work. The library's `induction.induction_circuit` has the weights of the solution.

# %%
WORD = "QABCDXYABCDZAB"
word = jnp.array([ALPHABET.index(letter) for letter in WORD])
built = induction.induction_circuit(n_symbols=N_SYMBOLS, n_positions=N_TOKENS)
trace = causal.run(built, word)
says = letters(trace.logits.argmax(axis=1))
print("prompt      ", WORD)
is_query = sequences.follows_again(word).any(axis=1)
print("says next   ", "".join(s if q else "." for s, q in zip(says, is_query, strict=True)))

# %% display
figures.patterns_on_repeats(
    {"layer 1": trace.patterns[0, 0], "layer 2": trace.patterns[1, 0]},
    sequences.follows_again(word),
    list(WORD),
)

# %% [markdown]
# On the left a staircase: every token looks one place back. On the right, rows without a ring are
# pale. Their symbol is new, so all scores are equal, and the head looks everywhere but at the first
# token. Rows with rings look at what followed. Where there are two rings, at both.
#
# ## 4. Where does a head look?
#
# A picture of 14 tokens is no measurement. The paper's measure is the *prefix-matching score*: how
# much attention goes to what followed the current symbol earlier. (The paper's printed definition
# names the token that *preceded*. An erratum corrects it.)
#
# ### Exercise `prefix-matching`: the score
# *2 points · difficulty 2 of 3 · importance 3 of 3 · 10 minutes*


# %% exercise="prefix-matching"
def prefix_matching(
    pattern: Float[Array, "n_tokens n_tokens"], symbols: Int[Array, " n_tokens"]
) -> Scalar:
    """Return how much attention goes to what followed the current symbol earlier.

    For a token t, let R_t be the set of all places i from 1 to t with symbols[i - 1] == symbols[t]:
    the places right after an earlier token with the symbol of t. The place i = t is in it where the
    same symbol stands at t - 1 and t. The token t is a query if R_t is not empty.

    The score is the mean, over all queries t, of the sum of pattern[t, i] over i in R_t.

    Arguments:
        pattern: the attention of one head. pattern[t, i] is the weight of token t on token i. It is
            0 for i > t, and each row adds up to 1.
        symbols: the prompt, integers. At least one symbol stands twice.

    Returns one number.
    """
    ### BEGIN SOLUTION
    places = jnp.arange(len(symbols))
    before = jnp.roll(symbols, 1)  # before[i] = symbols[i - 1], but for i = 0
    is_right = (before[None, :] == symbols[:, None]) & (places[None, :] <= places[:, None])
    is_right = is_right & (places[None, :] > 0)  # nothing stands before the first token
    found = jnp.sum(jnp.where(is_right, pattern, 0.0), axis=1)
    return jnp.sum(found) / jnp.sum(is_right.any(axis=1))
    ### END SOLUTION


# %% check="prefix-matching" points=2
check("prefix-matching", prefix_matching)

# %% [markdown] solution="prefix-matching"
# **Why this works.** The table says for each pair $(t, i)$ whether $i$ is a right place for $t$.
# The symbol before each token comes from a shift by one, and `roll` puts the *last* symbol in front
# of the first token; so column 0 is cleared. A row without a right place is no query, and is not
# counted.
#
# **Another right answer.** Loops, word by word.
#
# ```python
# def prefix_matching(
#     pattern: Float[Array, "n_tokens n_tokens"], symbols: Int[Array, " n_tokens"]
# ) -> Scalar:
#     row_of, sums = np.asarray(symbols).tolist(), []
#     for t, symbol in enumerate(row_of):
#         right = [i for i in range(1, t + 1) if row_of[i - 1] == symbol]
#         if right:
#             sums.append(sum(float(pattern[t, i]) for i in right))
#     return sum(sums) / len(sums)
# ```
#
# **What the two share.** Both add up within a row before they average over rows. So a query whose
# symbol has come three times counts as one query, and may look at all three places.

# %%
many = sequences.sample_many(jax.random.key(10), n_sequences=100, **LAW)
shorter, longer = (
    sequences.sample_many(jax.random.key(11), n_sequences=100, **law)
    for law in (induction_runs.ELSEWHERE, induction_runs.LONGER)
)
measure = jax.jit(induction_runs.measure)
built_here = measure(built, many)
for layer in range(2):
    prefix, previous = built_here.prefix[layer, 0], built_here.previous[layer, 0]
    print(f"layer {layer + 1}: prefix matching {prefix:.3f}, previous token {previous:.3f}")
print(f"loss of told tokens {built_here.told:.2f}, of others {built_here.untold:.2f} nats")

# %% facts
fact("built-prefix", built_here.prefix[1, 0], rounding=".3f", rtol=1e-3)

# %% [markdown]
# The induction head that you built has the score [[built-prefix]]. (The loss of what was not told
# is terrible, since the circuit is so sure of itself. It was built to copy, not to be wise.)
#
# ## 5. A head that knows nothing
#
# Now a head that looks at no symbol at all. It always looks 11 places back. Give it prompts without
# gaps, whose segments all have length 12, as many a test does. What followed stands 12 places back,
# less one:

# %%
FIXED = LAW | {"shortest": 12, "longest": 12, "largest_gap": 0}
fixed = sequences.sample_many(jax.random.key(12), n_sequences=100, **FIXED)


def blind_pattern(n_tokens: int, distance: int) -> Float[Array, "n_tokens n_tokens"]:
    """Return the attention of a head that always looks `distance` places back, or at token 0."""
    return jax.nn.one_hot(jnp.maximum(jnp.arange(n_tokens) - distance, 0), n_tokens)


blind_prefix = jax.vmap(partial(head_scores.prefix_matching, blind_pattern(N_TOKENS, 11)))
print(f"one length, no gaps:         {blind_prefix(fixed).mean():.3f}")
print(f"random lengths and gaps:     {blind_prefix(many).mean():.3f}")

# %% facts
fact("blind-fixed", blind_prefix(fixed).mean(), rounding=".2f", rtol=1e-3)
fact("blind-random", blind_prefix(many).mean(), rounding=".2f", rtol=0.02)

# %% [markdown]
# Full marks, [[blind-fixed]], for a head that cannot read. With random lengths and gaps it has
# [[blind-random]]. So a score means little before one knows what a blind head can get. Work it out.
#
# ### Exercise `positional-shortcut`: the best blind score
# *2 points · difficulty 2 of 3 · importance 3 of 3 · 12 minutes*
#
# Derive it in closed form.


# %% exercise="positional-shortcut"
def blind_score(shortest: int, longest: int, largest_gap: int) -> Scalar:
    """Return the best expected score of a head that sees places and no symbols.

    A segment of length L stands in a prompt twice, with a gap of G other symbols between. L is
    drawn from shortest, ..., longest and G from 0, ..., largest_gap, each value equally likely, L
    and G independent. Take a token of the second segment, but not its last. The token that followed
    its symbol in the first segment stands D = L + G - 1 places before it.

    A blind head gives the token d places back the weight w_d, the same in all prompts. These
    weights are not negative and add up to 1. Its expected score is the sum over d of w_d P(D = d).
    Return the largest expected score that any choice of weights reaches.

    Arguments:
        shortest, longest: the ends of the range of L, both included, 2 <= shortest <= longest.
        largest_gap: the largest G, at least 0.

    Returns one number, between 0 and 1.
    """
    ### BEGIN SOLUTION
    n_lengths = longest - shortest + 1
    n_gaps = largest_gap + 1
    return 1 / max(n_lengths, n_gaps)
    ### END SOLUTION


# %% check="positional-shortcut" points=2
check("positional-shortcut", blind_score)

# %% [markdown] solution="positional-shortcut"
# **Why this works.** A weighted mean of the $P(D = d)$ is at most the largest of them, and reaches
# it with all weight on that distance. Write $n$ lengths and $m$ gaps as a table of $nm$ equally
# likely cells. Equal sums lie on a diagonal, and the longest diagonal has $\min(n, m)$ cells. So
#
# $$
# \max_d P(D = d) = \frac{\min(n, m)}{n m} = \frac{1}{\max(n, m)} .
# $$
#
# **Another right answer.** Count.
#
# ```python
# def blind_score(shortest: int, longest: int, largest_gap: int) -> Scalar:
#     lengths = np.ones(longest - shortest + 1) / (longest - shortest + 1)
#     gaps = np.ones(largest_gap + 1) / (largest_gap + 1)
#     return np.convolve(lengths, gaps).max()  # the law of a sum
# ```
#
# **What the two share.** The law of a sum of independent numbers is a convolution. That of two
# uniform laws is a trapezoid, whose flat top has the height $1 / \max(n, m)$. The place of the top,
# the $-1$ in $D$, and the shortest length do not matter.

# %% facts
bound = head_scores.best_blind_score(shortest=8, longest=16, largest_gap=7)
fact("blind-bound", bound, rounding=".2f", rtol=1e-6)

# %% [markdown]
# For our prompts, with 9 lengths and 8 gaps, the bound is [[blind-bound]] for one repeat. (With
# more rounds a blind head may hit a round by chance that lies further back. It gains a little.) So
# a score of .8 on these prompts says that a head *reads*. On prompts of one length it says nothing.
#
# Does a net take the shortcut when it is open? Below is a one-layer net that was trained on prompts
# of one length, with no gaps, and another that was trained on random ones.

# %% display
arrays, said = shipped.load("induction_heads")
nets = {name: induction_runs.run_of(arrays, name) for name in induction_runs.NETS}
print("made by  ", said["command"])
print("took     ", said["seconds"], "seconds; sha256", said["sha256"][:16], "...")
last = {name: run.params[-1] for name, run in nets.items()}
for name in ("one layer, one length", "one layer"):
    on_fixed, on_random = (measure(last[name], prompts).prefix.max() for prompts in (fixed, many))
    print(f"{name:22} best head: {on_fixed:.2f} on one length, {on_random:.2f} on random ones")

# %% facts
cheat = last["one layer, one length"]
fact("cheat-fixed", measure(cheat, fixed).prefix.max(), rounding=".2f", rtol=0.02)
fact("cheat-random", measure(cheat, many).prefix.max(), rounding=".2f", rtol=0.05)

# %% [markdown]
# It does. Its best head has [[cheat-fixed]] on the prompts that it was trained on, and
# [[cheat-random]] where it would have to read. One layer, no circuit, and nearly full marks.
#
# ## 6. What does a head write?
#
# Looking is half of it. The other half is to *say* what one looks at. The paper's *copying score*
# asks whether a head raises the logits of the symbols that it attends to, and no others. It runs
# from -1 to 1.
#
# ### Exercise `copying-score`: from what a head adds to the logits
# *2 points · difficulty 2 of 3 · importance 2 of 3 · 10 minutes*
#
# What a head writes into the stream, times the unembedding, is what it adds to the logits.


# %% exercise="copying-score"
def copying_score(
    pattern: Float[Array, "n_tokens n_tokens"],
    written: Float[Array, "n_tokens n_symbols"],
    symbols: Int[Array, " n_tokens"],
) -> Scalar:
    """Return how far a head raises the logits of what it attends to, from -1 to 1.

    After each token t, take off written[t] its mean over all n_symbols symbols. What is left above
    0 counts as raised, the rest as 0: call it r[t, s]. The share of token t is

        sum over tokens i of pattern[t, i] r[t, symbols[i]],   divided by   sum over s of r[t, s].

    The score is the mean over all tokens t of 2 (share of t) - 1.

    Arguments:
        pattern: the attention of the head; pattern[t, i] is the weight of token t on token i. It is
            0 for i > t, and each row adds up to 1.
        written: written[t, s] is what the head adds to the logit of symbol s after token t. No row
            has all entries equal.
        symbols: the prompt, integers from 0 to n_symbols - 1. A symbol may stand several times.

    Returns one number.
    """
    ### BEGIN SOLUTION
    centred = written - written.mean(axis=1, keepdims=True)
    raised = jnp.maximum(centred, 0.0)
    on_attended = jnp.sum(pattern * raised[:, symbols], axis=1)  # raised[t, symbols[i]] at [t, i]
    return jnp.mean(2 * on_attended / raised.sum(axis=1) - 1)
    ### END SOLUTION


# %% check="copying-score" points=2
check("copying-score", copying_score)

# %% [markdown] solution="copying-score"
# **Why this works.** A softmax does not notice a constant added to all logits, so raising is
# relative to the mean. `raised[:, symbols]` looks up, for each token $t$ and each token $i$, how
# far $t$ raises the symbol of $i$.
#
# **Another right answer.** Turn the attention on tokens into attention on symbols.
#
# ```python
# def copying_score(
#     pattern: Float[Array, "n_tokens n_tokens"],
#     written: Float[Array, "n_tokens n_symbols"],
#     symbols: Int[Array, " n_tokens"],
# ) -> Scalar:
#     on_symbols = pattern @ jax.nn.one_hot(symbols, written.shape[1])  # [t, s]
#     raised = jax.nn.relu(written - jnp.mean(written, axis=1)[:, None])
#     shares = jnp.einsum("ts,ts->t", on_symbols, raised) / jnp.sum(raised, axis=1)
#     return 2 * shares.mean() - 1
# ```
#
# **What the two share.** Both are the mean of what is raised under the law "draw a token by its
# attention, take its symbol". Where a symbol stands twice, its weights add up.
#
# Two remarks on the paper. As worded, its ratio is 1/2 at most, and is then stretched to the same
# ends as ours. And it speaks of "the token attended to", where we take the mean over all.

# %% [markdown]
# ## 7. Does training find it?
#
# Start from random weights. Two layers, four heads each, a stream of 64. Every step sees 32 fresh
# prompts and learns from every next symbol. A run of a few seconds:

# %% display
TRY = {"n_steps": 350, "n_per_chunk": 50, "keep": range(50, 350, 50)}
tried = induction_runs.train_on_repeats(jax.random.key(1), n_layers=2, **TRY)
for step, params in zip(tried.kept, tried.params, strict=True):
    now = measure(params, many)
    print(
        f"step {step:4d}: loss of told tokens {now.told:.2f}   previous token, layer 1: "
        f"{now.previous[0].max():.2f}   prefix matching, layer 2: {now.prefix[1].max():.2f}"
    )

# %% [markdown]
# For a while nothing. Then, within a hundred steps or so, all of it. The longer runs that ship with
# the course begin with another seed. One layer and two see the same prompts.


# %% display
def scored(measured):
    """Return the in-context score between tokens 4 and 60 of a measured net."""
    return measured.by_place[59] - measured.by_place[3]


kept = nets["two layers"].kept
seen = {
    name: [measure(params, many) for params in nets[name].params]
    for name in ("two layers", "one layer")
}
BEFORE, AFTER = 250, 350
figures.transition(
    kept,
    {name: np.array([m.told for m in each]) for name, each in seen.items()},
    {name: np.array([m.prefix.max() for m in each]) for name, each in seen.items()},
    np.array([m.previous[0].max() for m in seen["two layers"]]),
    between=(BEFORE, AFTER),
)

# %% facts
two, one = seen["two layers"], seen["one layer"]
at = {step: two[kept.tolist().index(step)] for step in (BEFORE, AFTER)}


far, far_one = measure(last["two layers"], shorter), measure(last["one layer"], shorter)
fact("told-before", at[BEFORE].told, rounding=".1f", rtol=0.05)
fact("told-after", at[AFTER].told, rounding=".1f", rtol=0.1)
fact("icl-before", scored(at[BEFORE]), rounding=".2f", rtol=0.2)
fact("icl-after", scored(at[AFTER]), rounding=".1f", rtol=0.05)
fact("icl-end", scored(two[-1]), rounding=".1f", rtol=0.05)
fact("icl-one", scored(one[-1]), rounding=".1f", rtol=0.1)
fact("n-steps", kept[-1], rounding="d", rtol=1e-9)
fact("prefix-two", two[-1].prefix.max(), rounding=".2f", rtol=0.02)
fact("prefix-far", far.prefix.max(), rounding=".2f", rtol=0.02)
fact("prefix-longer", measure(last["two layers"], longer).prefix.max(), rounding=".2f", rtol=0.03)
fact("prefix-one", one[-1].prefix.max(), rounding=".2f", rtol=0.05)
fact("prefix-one-far", far_one.prefix.max(), rounding=".2f", rtol=0.05)
fact("told-end", two[-1].told, rounding=".2f", rtol=0.05)
fact("told-one", one[-1].told, rounding=".1f", rtol=0.05)

# %% [markdown]
# In the shaded hundred steps the loss of told tokens falls from [[told-before]] to [[told-after]]
# nats, and the in-context score from [[icl-before]] to [[icl-after]]. The paper sees the same in
# language models of every size from two layers on: less than .15 nats of in-context learning before
# the change, about .4 after it. One likely reason why its gain
# is smaller than ours: most of a text was not told before.
#
# The prefix-matching score rises in the same steps, and so does the previous-token score of layer
# 1. Neither part helps without the other, which may be one reason why the change is sudden.
#
# At the end of [[n-steps]] steps the best head of layer 2 has the score [[prefix-two]]. With
# segments of 4 to 7 symbols, lengths that it never saw, and gaps up to 12, it has [[prefix-far]].
# It reads. With longer segments than in training, 17 to 20, the score is lower: [[prefix-longer]].
# The best head of the one-layer net has [[prefix-one]] on prompts like those of
# training and [[prefix-one-far]] on the shorter ones: no more than a blind one.

# %% display
figures.losses_by_place(
    {name: np.asarray(each[-1].by_place) for name, each in seen.items()}, n_symbols=N_SYMBOLS
)

# %% [markdown]
# The one-layer net learns from its prompt, too: its score is [[icl-one]] nats, where two layers
# reach [[icl-end]]. But it learns something else. A symbol that has been there is likely to come
# again, and one that was just there is not. One layer suffices to count. It does not suffice to
# know what *follows*: its loss of told tokens stays at [[told-one]], against [[told-end]].
#
# So a negative in-context score shows that *something* is learnt from the prompt. It does not show
# induction heads.
#
# ## 8. Which heads matter?
#
# Scores describe. They do not show that a head is needed. For that, take it away.
#
# There are two ways to do so. In a *full* ablation the head adds nothing, and all that comes later
# reacts to that. In a *pattern-preserving* one it adds nothing either, but all attention stays as
# it was when the head still spoke. What is lost then is what the head's output does other than by
# changing later patterns.
#
# ### Exercise `ablation`: both ways
# *3 points · difficulty 2 of 3 · importance 3 of 3 · 15 minutes*
#
# The library's `causal.attention_pattern(layer, stream, code)` gives the patterns of a layer, and
# `causal.head_outputs(layer, stream, pattern)` what each of its heads adds.


# %% exercise="ablation"
def ablate(
    params: causal.CausalParams, symbols: Int[Array, " n_tokens"], layer: int, head: int
) -> tuple[Float[Array, "n_tokens n_symbols"], Float[Array, "n_tokens n_symbols"]]:
    """Return the logits of a net in which one head adds nothing: in full, and with frozen patterns.

    The net is that of `attention-only`. One head, number `head` of layer number `layer`, adds zeros
    to every token's stream. All other heads add what they add.

    First result, in full: everything else is computed as ever. Later layers read the changed
    streams, for queries, keys and values.

    Second result, pattern-preserving: the weights a_h,ti of every head in every layer are those of
    the unchanged net on the same prompt. Values are computed from the changed streams.

    Arguments:
        params: the weights, as in `attention-only`. All layers have equally many heads.
        symbols: the prompt, integers, at most n_positions of them.
        layer, head: which head, both counted from 0.

    Returns the pair (logits in full, logits with frozen patterns), each [n_tokens, n_symbols].
    """
    ### BEGIN SOLUTION
    normal = params.embed[symbols]  # the unchanged net's stream
    full = frozen = normal
    for number, weights in enumerate(params.layers):
        is_kept = jnp.ones(len(weights.w_q))
        if number == layer:
            is_kept = is_kept.at[head].set(0.0)

        def added(stream, pattern, kept=is_kept, weights=weights):
            return jnp.einsum("h,htd->td", kept, causal.head_outputs(weights, stream, pattern))

        pattern = causal.attention_pattern(weights, normal, params.code)
        full = full + added(full, causal.attention_pattern(weights, full, params.code))
        frozen = frozen + added(frozen, pattern)
        normal = normal + added(normal, pattern, kept=jnp.ones(len(weights.w_q)))
    return full @ params.unembed.T, frozen @ params.unembed.T
    ### END SOLUTION


# %% check="ablation" points=3
check("ablation", ablate)

# %% [markdown] solution="ablation"
# **Why this works.** Three streams run side by side: the unchanged net's, which is there only to
# give its patterns, and the two changed ones. In each layer the full ablation computes patterns
# from its own stream, the other one borrows those of the unchanged net. Both take values from their
# own stream.
#
# **Another right answer.** Change the weights: with $W_O = 0$ a head adds nothing. Then run each
# net layer by layer, with patterns from a list or without.
#
# ```python
# def ablate(
#     params: causal.CausalParams, symbols: Int[Array, " n_tokens"], layer: int, head: int
# ) -> tuple[Float[Array, "n_tokens n_symbols"], Float[Array, "n_tokens n_symbols"]]:
#     def run(layers, patterns=None):
#         stream, seen = params.embed[symbols], []
#         for number, weights in enumerate(layers):
#             own = causal.attention_pattern(weights, stream, params.code)
#             seen.append(own if patterns is None else patterns[number])
#             stream = stream + causal.head_outputs(weights, stream, seen[-1]).sum(axis=0)
#         return stream @ params.unembed.T, seen
#
#     old = params.layers[layer]
#     silent = attention.AttentionParams(
#         w_q=old.w_q, w_k=old.w_k, w_v=old.w_v, w_o=jnp.asarray(old.w_o).at[head].set(0.0)
#     )
#     layers = [*params.layers[:layer], silent, *params.layers[layer + 1 :]]
#     _, normal = run(params.layers)
#     return run(layers)[0], run(layers, normal)[0]
# ```
#
# **What the two share.** A head is silent when what it *adds* is zero. Its pattern may be anything.
# In both, the patterns of the second result come from a run in which nothing was silenced.

# %% [markdown]
# ### Predict, then run
#
# In the circuit of section 3, silence the previous-token head. In full, the induction head finds
# nothing, and the net says nothing of use. Now silence it with *frozen* patterns. What happens to
# the loss of told tokens?
#
# - **a.** It rises as far as in the full ablation: the head adds nothing either way.
# - **b.** It does not rise at all.
# - **c.** It rises about half as far.
# - **d.** It falls: the head had only been in the way.
#
# Decide first. Put the letter into the cell, run it, then run the experiment below.

# %% predict="frozen-previous-token"
predict("frozen-previous-token", choice="b")


# %%
@partial(jax.jit, static_argnums=0)
def told_loss(way, params, prompts):
    """Return the loss of told tokens when head 0 of layer 0 is silenced in some way."""
    silenced = ablations.choose(params, (0, 0))
    changed = jax.vmap(lambda prompt: way(params, prompt, silenced))(prompts)
    losses = jax.vmap(head_scores.token_losses)(changed, prompts)
    told = jax.vmap(sequences.told_before)(prompts)[:, 1:]
    return jnp.where(told, losses, 0.0).sum() / told.sum()


few = many[:20]
print(f"as built                           {measure(built, few).told:.2f} nats")
for name, way in (("in full", ablations.without), ("frozen ", ablations.without_output)):
    print(f"previous-token head silenced {name} {told_loss(way, built, few):.2f} nats")

# %% [markdown]
# What the head writes is there for tokens to be *found* by. It acts through the pattern of layer 2
# and through nothing else. With the pattern frozen it is not missed. Such an experiment tells in
# which way one head acts on another.
#
# Now the trained net. Which of its eight heads matter? First name them by their scores: induction
# heads have a prefix-matching score of .5 or more. Previous-token heads are in layer 1 and have a
# previous-token score of .1 or more, where an even look at the prompt gives .06. Then silence one
# head at a time. The *gain* is minus the in-context score, and what counts is the share of it that
# goes.

# %% display
trained = last["two layers"]
of_all = measure(trained, many)
is_induction = np.asarray(of_all.prefix) >= 0.5
is_previous = (np.asarray(of_all.previous) >= 0.1) & (np.arange(2) == 0)[:, None]


@partial(jax.jit, static_argnums=0)
def score_without(way, params, prompts, silenced):
    """Return the in-context score with some heads silenced."""
    changed = jax.vmap(lambda prompt: way(params, prompt, silenced))(prompts)
    losses = jax.vmap(head_scores.token_losses)(changed, prompts)
    return head_scores.in_context_score(losses, early=4, late=60)


def share_lost(way, silenced):
    """Return the share of the in-context gain that is lost."""
    return float(1 - score_without(way, trained, many, jnp.asarray(silenced)) / scored(of_all))


shares = {
    name: np.array(
        [
            [share_lost(way, ablations.choose(trained, (row, h))) for h in range(4)]
            for row in range(2)
        ]
    )
    for name, way in (("in full", ablations.without), ("frozen", ablations.without_output))
}
groups = {
    "all induction heads": share_lost(ablations.without, is_induction),
    "all previous-token heads": share_lost(ablations.without, is_previous),
}
figures.ablation_costs(shares, is_induction | is_previous, groups)

# %% facts
found = is_induction | is_previous
fact("n-induction", is_induction.sum(), rounding="d", rtol=1e-9)
fact("n-previous", is_previous.sum(), rounding="d", rtol=1e-9)
fact("lost-induction", groups["all induction heads"], rounding=".2f", rtol=0.03)
fact("lost-previous", groups["all previous-token heads"], rounding=".2f", rtol=0.03)
fact("lost-other", shares["in full"][~found].max(), rounding=".2f", rtol=1.0)
frozen_previous = share_lost(ablations.without_output, is_previous)
fact("frozen-previous", frozen_previous, rounding=".2f", rtol=1.0)

# %% [markdown]
# The scores name [[n-induction]] induction heads and [[n-previous]] previous-token heads. Silencing
# the induction heads together takes [[lost-induction]] of the gain, silencing the previous-token
# heads [[lost-previous]]. (A share above 1 means that late tokens have become harder than early
# ones.) Of the heads that no score named, the costliest takes [[lost-other]]. With patterns frozen,
# silencing the previous-token heads takes [[frozen-previous]], which is nothing: they act through
# patterns, as in the circuit that you built.
#
# The induction heads seem to do the same work, so each alone is worth little. A small number over
# one bar does not mean that its head does nothing.
#
# ## 9. The circuit in the weights
#
# No prompt is needed to see who feeds whom. $M = W_Q^\top W_K$ compares streams in a head of layer
# 2, and $O = W_O W_V$ is what a head of layer 1 writes. If $M O$ is large, beside $|M| \, |O|$, the
# *keys* of the one read what the other wrote. With the embedding $E$ and the unembedding $U$ both
# become tables from symbols to symbols: $U O E^\top$, with the $O$ of a head of layer 2, for what
# is said, and $E M O E^\top$ for what is matched. A table that gives back the symbol it gets has
# positive eigenvalues. Its *positive share*, their sum over the sum of their sizes, is then 1, the
# most it can be. The reverse need not hold: the share is a summary and no proof.

# %% display
to_queries, to_keys, to_values = compositions.composition_scores(*trained.layers)
print("K-composition, rows: heads of layer 1, columns: heads of layer 2")
print(np.round(np.asarray(to_keys), 2))
sayer = int(np.argmax(of_all.prefix[1]))
finder = int(np.argmax(of_all.previous[0]))
says_again = compositions.copying_matrix(trained, layer=1, head=sayer)
finds_same = compositions.matching_matrix(trained, (0, finder), (1, sayer))
print(f"previous-token head 1.{finder}, induction head 2.{sayer}")
print(f"copies:  positive share of U W_O W_V E^T  {compositions.positive_share(says_again):.2f}")
print(f"matches: positive share of E M O E^T      {compositions.positive_share(finds_same):.2f}")

# %% facts
fact("k-pair", to_keys[finder, sayer], rounding=".2f", rtol=0.05)
fact("k-others", jnp.median(to_keys), rounding=".2f", rtol=0.1)
fact("share-copies", compositions.positive_share(says_again), rounding=".2f", rtol=0.03)
fact("share-matches", compositions.positive_share(finds_same), rounding=".2f", rtol=0.03)
smeared = measure(last["one smeared layer"], many)
fact("prefix-smeared", smeared.prefix.max(), rounding=".2f", rtol=0.03)
fact("told-smeared", smeared.told, rounding=".1f", rtol=0.1)

# %% [markdown]
# The strongest pair has the score [[k-pair]], where the median over all pairs is [[k-others]]. The
# induction head copies, with a positive share of [[share-copies]], and what it matches is the same
# symbol, with [[share-matches]].
#
# If the trouble is only that a key does not know the symbol before it, then tell it. With *smeared
# keys* each head mixes a key with the one before: $k_i \leftarrow \sigma k_i + (1 - \sigma)
# k_{i-1}$, with a $\sigma$ that is learnt. A *one-layer* net with them reaches a prefix-matching
# score of [[prefix-smeared]] and a loss of told tokens of [[told-smeared]]. That is the paper's
# second argument, in small: on these prompts what one layer lacked was the previous token.

# %% [markdown] question="two-layers" points=2
# ### Question `two-layers`: why not in one layer?
# *2 points · difficulty 3 of 3 · importance 3 of 3 · 8 minutes · marked by hand*
#
# A one-layer attention-only net reads `A B ... A C ... A`: first `A` was followed by `B`, later by
# `C`, and now it stands at the third `A`. Explain in 80 to 150 words why its attention cannot
# prefer the tokens `B` and `C` for having followed `A`. Say what a score in one layer depends on.
# Say what a second layer, or a smeared key, adds.
#
# <!-- BEGIN SOLUTION -->
#
# **A model answer.**
#
# In one layer the score of the last token on token $i$ depends on four things: the own symbols of
# the two tokens and their places. The key of `B` is made from `B` and its place. It is the same
# whether `A` stood before it or any other symbol. So over all prompts in which `B` stands at this
# place the score is the same, and the head cannot prefer it for having followed `A`. Places do not
# help, since what follows may stand at any distance.
#
# After a layer that copies the previous symbol, the stream of `B` also holds `A`. Then a key can be
# made from it, and the query `A` finds it. A smeared key mixes in the key of the token before, so
# it holds `A` at once, in the same layer.
#
# <!-- END SOLUTION -->

# %% [markdown] rubric="two-layers"
# - **1 point**: a score in one layer is made from the two tokens' own symbols and places only, so
#   the key of a token does not depend on the symbol before it.
# - **½ point**: places cannot replace it, because the distance varies from prompt to prompt.
# - **½ point**: a first layer (or a smeared key) brings the previous symbol into the key.

# %% [markdown]
# Last, training as a path. Take each net's losses on many single tokens as one long vector, and
# look along the two directions in which the vectors vary most.


# %% display
@jax.jit
def single_losses(params, prompts):
    """Return the loss of every token of some prompts, one after the other."""
    losses = jax.vmap(lambda p: head_scores.token_losses(causal.logits(params, p), p))
    return losses(prompts).ravel()


per_token = np.stack([single_losses(params, many[:20]) for params in nets["two layers"].params])
path, explained = loss_paths.principal_paths(per_token)
for step, (first, second) in zip(kept, path, strict=True):
    print(f"step {step:5d}: {first:7.1f} {second:7.1f}")
print("share of the variance", np.round(explained, 2))

# %% [markdown]
# Nearly the whole way is travelled in the hundred steps of the change, along one direction. On the
# way the path swings out along the second, and back. The paper sees such a turn in every model of
# more than one layer, at the time of the change.
#
# ## 10. Where this breaks
#
# - **Our prompts hold nothing else.** In text there are many ways to lower the loss of late tokens.
#   That induction heads make *most* of in-context learning in large models is the paper's
#   hypothesis. For large models its evidence is that things happen together.
# - **Copying is the simplest case.** The paper also finds heads that match *similar* tokens and say
#   related ones. No score of this lesson would call them so on random symbols.
# - **Chosen thresholds.** "Induction head" means a score above a line that we drew. Scores depend
#   on the prompts, and section 5 shows how far.
# - **Zero is a choice.** Silencing a head puts the stream where it never was.
#   `ablations.with_means` puts the head's mean instead, and may give other numbers.
# - **One seed, one size.** When the change comes, and how many heads take each part, differs from
#   seed to seed. `icl-course reproduce induction-heads` runs several.
# - **The first token** had to be kept out by hand. Trained nets need a harmless place to look at,
#   too. Language models often use their first token for it.
#
# ## What you can do now
#
# You can run a causal net by hand, build the circuit that says what followed, and find it in a
# trained net: by where a head looks, by what it writes, by what is lost without it, and by its
# weights. And you know how good a score must be before it means anything.
#
# Next, lesson 08: nets that learn not one rule for all prompts, but how to learn.
