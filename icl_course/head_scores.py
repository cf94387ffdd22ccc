"""Scores: what a head attends to, what it writes, and what the net has learnt from its prompt.

Each score is a function of one prompt; average over several with `jax.vmap`.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Float, Int

from icl_course.arrays import Array
from icl_course.sequences import follows_again


def prefix_matching(
    pattern: Float[Array, "n_tokens n_tokens"], symbols: Int[Array, " n_tokens"]
) -> Float[Array, ""]:
    """Return how much attention goes to what followed the current symbol earlier.

        mean over queries t of   sum of a_ti over i <= t with s_{i-1} = s_t

    A token t is a query if there is such an i, so if its symbol stood before.

    Source: Olsson et al. 2022, definition and head activation evaluators; the printed text names
    the token before the earlier one, and its erratum the token after.

    Arguments:

    - `pattern`: entry [t, i] is the weight of token t on token i.
    - `symbols`: the prompt.

    Returns a number from 0 to 1; nan where no symbol stood before.

    >>> float(prefix_matching(jnp.eye(3, k=-1), jnp.array([7, 8, 7])))
    1.0
    """
    right = follows_again(symbols)
    is_query = right.any(axis=1)
    found = jnp.where(right, pattern, 0.0).sum(axis=1)
    return found.sum() / is_query.sum()


def previous_token(pattern: Float[Array, "n_tokens n_tokens"]) -> Float[Array, ""]:
    """Return the mean attention of a token to the one before it; the first token does not count.

    Source: Olsson et al. 2022, head activation evaluators.

    >>> float(previous_token(jnp.array([[1.0, 0.0], [0.75, 0.25]])))
    0.75
    """
    return jnp.diagonal(pattern, offset=-1).mean()


def copying(
    pattern: Float[Array, "n_tokens n_tokens"],
    written: Float[Array, "n_tokens n_symbols"],
    symbols: Int[Array, " n_tokens"],
) -> Float[Array, ""]:
    """Return how far a head raises the logits of what it attends to, from -1 to 1.

    Logits matter up to a constant, so the mean over symbols is taken off what the head writes; what
    is left above 0 counts as raised:

        r_ts = max(0, written_ts - mean over s' of written_ts'),
        share_t = sum_i a_ti r_t,s_i / sum_s r_ts,    score = mean over t of 2 share_t - 1.

    Source: Olsson et al. 2022, head activation evaluators. Their ratio ends at 1/2 and is scaled to
    the same ends, -1 and 1; here the sum over i spares a choice of "the" token attended to.

    Arguments:

    - `pattern`: entry [t, i] is the weight of token t on token i.
    - `written`: what the head alone adds to the logits after each token; not all entries equal.
    - `symbols`: the prompt.

    Returns the score.

    >>> written = jnp.array([[3.0, 0.0], [3.0, 0.0]])
    >>> float(copying(jnp.array([[1.0, 0.0], [1.0, 0.0]]), written, jnp.array([0, 1])))
    1.0
    """
    raised = jnp.maximum(written - written.mean(axis=1, keepdims=True), 0.0)
    attended = jnp.sum(pattern * raised[:, symbols], axis=1)
    return jnp.mean(2 * attended / raised.sum(axis=1) - 1)


def token_losses(
    logits: Float[Array, "n_tokens n_symbols"], symbols: Int[Array, " n_tokens"]
) -> Float[Array, " n_predicted"]:
    """Return the loss of each token but the first: minus the log probability of its symbol.

    Entry t - 1 is the loss of token t, predicted by the logits after token t - 1, in nats.

    >>> [f"{x:.4f}" for x in token_losses(jnp.zeros((3, 2)), jnp.array([0, 1, 1]))]
    ['0.6931', '0.6931']
    """
    log_probability = jax.nn.log_softmax(logits[:-1], axis=-1)
    return -jnp.take_along_axis(log_probability, symbols[1:, None], axis=1)[:, 0]


def in_context_score(
    losses: Float[Array, "n_sequences n_predicted"], *, early: int, late: int
) -> Float[Array, ""]:
    """Return the mean loss of a late token less that of an early one: negative means learning.

    Source: Olsson et al. 2022, with tokens 50 and 500 of 512.

    Arguments:

    - `losses`: of many prompts, as `token_losses` returns them.
    - `early`, `late`: the places of the two tokens, counted from 0; at least 1, since nothing
      predicts the first.

    Returns the difference in nats. Raises `ValueError` where a place is not in the prompt.

    >>> losses = jnp.array([[3.0, 2.0, 1.0], [3.0, 1.0, 0.0]])
    >>> float(in_context_score(losses, early=1, late=3))
    -2.5
    """
    if not (1 <= early <= losses.shape[1] and 1 <= late <= losses.shape[1]):
        raise ValueError(
            f"early = {early} and late = {late}, but only tokens 1 to {losses.shape[1]} have a "
            "loss: nothing predicts token 0."
        )
    mean = jnp.asarray(losses).mean(axis=0)
    return mean[late - 1] - mean[early - 1]


def best_blind_score(*, shortest: int, longest: int, largest_gap: int) -> Float[Array, ""]:
    """Return the best expected prefix-matching weight of a head that sees places alone.

    In a repeat, the token that followed stands L + G - 1 places back, where L is the segment's
    length and G the gap, both uniform on their ranges. A head that does not look at symbols puts
    some weight w_d on distance d, whatever the prompt, and gets sum_d w_d P(L + G - 1 = d). That is
    at most the largest of these probabilities. A sum of two uniform numbers of n and m values takes
    its likeliest value with probability 1 / max(n, m), so

        best = 1 / max(longest - shortest + 1, largest_gap + 1).

    Source: ours; for one repeat with no other in sight.

    >>> float(best_blind_score(shortest=3, longest=6, largest_gap=1))
    0.25
    """
    if shortest > longest or largest_gap < 0:
        raise ValueError(
            f"lengths from {shortest} to {longest}, gaps up to {largest_gap}: there are none."
        )
    return 1 / jnp.asarray(max(longest - shortest + 1, largest_gap + 1), float)
