"""Sequences in which something comes again: symbols, and no telling when.

A sequence is made of rounds. In each round a stretch of other symbols, the gap, is followed by one
and the same segment. The segment holds no symbol twice; its length is drawn once for a sequence,
the gaps' lengths anew for every round. So how far back a symbol stood before differs from sequence
to sequence and from round to round: to know what follows, one has to look.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Bool, Int, Key

from icl_course.arrays import Array


def sample_repeats(
    key: Key[Array, ""],
    *,
    n_symbols: int,
    n_tokens: int,
    shortest: int,
    longest: int,
    largest_gap: int,
) -> Int[Array, " n_tokens"]:
    """Draw one sequence: gap, segment, gap, segment, ..., cut off after `n_tokens`.

    The segment's length is uniform on shortest, ..., longest, a gap's on 0, ..., largest_gap. The
    segment's symbols are drawn without replacement; those of gaps are drawn from the other symbols,
    with replacement.

    Source: Olsson et al. 2022 test heads on random symbols that repeat, without gaps and with one
    length; the gaps and lengths are ours, so that places alone do not tell what follows.

    Arguments:

    - `key`: a typed key.
    - `n_symbols`: how many symbols there are, more than `longest`.
    - `n_tokens`: the length of the sequence.
    - `shortest`, `longest`: the segment's lengths, at least 2.
    - `largest_gap`: the longest gap; 0 for none.

    Returns symbols from 0 to n_symbols - 1. Raises `ValueError` where the sizes do not fit.

    >>> row = sample_repeats(jax.random.key(0), n_symbols=9, n_tokens=8, shortest=4, longest=4,
    ...                      largest_gap=0)
    >>> bool((row[:4] == row[4:]).all()), len(set(row[:4].tolist()))
    (True, 4)
    """
    if not 2 <= shortest <= longest < n_symbols or largest_gap < 0 or n_tokens < 2:
        raise ValueError(
            f"segments of {shortest} to {longest} of {n_symbols} symbols, gaps up to "
            f"{largest_gap}, {n_tokens} tokens: a segment has at least 2 symbols and leaves 1 or "
            "more for gaps."
        )
    key_length, key_gaps, key_symbols, key_fill = jax.random.split(key, 4)
    length = jax.random.randint(key_length, (), shortest, longest + 1)
    n_rounds = n_tokens // shortest + 1
    gaps = jax.random.randint(key_gaps, (n_rounds,), 0, largest_gap + 1)
    order = jax.random.permutation(key_symbols, n_symbols)  # the first `length` are the segment
    ends = jnp.cumsum(gaps + length)
    places = jnp.arange(n_tokens)
    round_of = jnp.searchsorted(ends, places, side="right")
    starts = ends - length  # of the segments
    inside = places - starts[round_of]  # negative in a gap
    others = length + jnp.floor(
        jax.random.uniform(key_fill, (n_tokens,)) * (n_symbols - length)
    ).astype(places.dtype)
    return order[jnp.where(inside < 0, jnp.minimum(others, n_symbols - 1), inside)]


def sample_many(
    key: Key[Array, ""],
    *,
    n_sequences: int,
    n_symbols: int,
    n_tokens: int,
    shortest: int,
    longest: int,
    largest_gap: int,
) -> Int[Array, "n_sequences n_tokens"]:
    """Draw several sequences as `sample_repeats` does, each from a key of its own.

    >>> sample_many(jax.random.key(0), n_sequences=3, n_symbols=9, n_tokens=8, shortest=2,
    ...             longest=5, largest_gap=1).shape
    (3, 8)
    """

    def draw(key: Key[Array, ""]) -> Int[Array, " n_tokens"]:
        return sample_repeats(
            key,
            n_symbols=n_symbols,
            n_tokens=n_tokens,
            shortest=shortest,
            longest=longest,
            largest_gap=largest_gap,
        )

    return jax.vmap(draw)(jax.random.split(key, n_sequences))


def follows_again(symbols: Int[Array, " n_tokens"]) -> Bool[Array, "n_tokens n_tokens"]:
    """Return which places hold what followed the current symbol earlier.

    Entry [t, i] says that token i is no later than t, and that the token before i has the symbol of
    token t: the place where an induction head at t must look.

    Source: Olsson et al. 2022, definition of prefix matching, as its erratum has it.

    >>> follows_again(jnp.array([7, 8, 7]))[2].tolist()
    [False, True, False]
    """
    same = symbols[:, None] == symbols[None, :-1]  # [t, i - 1]
    after = jnp.pad(same, ((0, 0), (1, 0)))  # the first token has none before it
    return jnp.tril(after)


def told_before(symbols: Int[Array, " n_tokens"]) -> Bool[Array, " n_tokens"]:
    """Say for each token whether its symbol already followed, once before, the symbol before it.

    These are the tokens that whoever copies what followed can get right. The first is never one.

    >>> told_before(jnp.array([7, 8, 5, 7, 8, 7, 5])).tolist()
    [False, False, False, False, True, False, False]
    """
    after = follows_again(symbols)[:-1]  # row t - 1 tells of token t
    right = after & (symbols[1:, None] == symbols[None, :])
    return jnp.pad(right.any(axis=1), (1, 0))
