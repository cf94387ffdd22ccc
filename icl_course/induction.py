"""Induction circuits by hand: weights that find what followed, and say it again.

A stream has three blocks of one slot for each symbol, then one slot for each place:

    [ the token's own symbol | the symbol before it | the prediction | its place ]

The embedding fills the first block and the code the last. The rest is the work of the layers.
"""

import math

import jax.numpy as jnp
from jaxtyping import Float

from icl_course.arrays import Array, Scalar
from icl_course.attention import AttentionParams
from icl_course.causal import CausalParams


def induction_circuit(
    *, n_symbols: int, n_positions: int, sharpness: Scalar = 30.0, strength: Scalar = 30.0
) -> CausalParams:
    """Build two layers of one head that predict what followed the current symbol earlier.

    Layer 1, the previous-token head: place t asks for place t - 1, and copies its symbol into the
    second block. Layer 2, the induction head: the own symbol of t asks for tokens i whose symbol
    *before* is the same, and copies the own symbol of i, which is what followed, into the third
    block. That is K-composition: what layer 1 wrote is read by the keys of layer 2.

    The first token has nobody before it, so in layer 1 it attends to itself and seems to follow its
    own symbol. Layer 2 takes `2 sharpness` off its score, or it would be a second answer.

    Source: Elhage et al. 2021 and Olsson et al. 2022 describe the circuit; these weights are ours.

    Arguments:

    - `n_symbols`, `n_positions`: of how many symbols and places.
    - `sharpness`: by how much the right score exceeds the others, in both layers.
    - `strength`: the logit of what is predicted; all others have 0.

    Returns the weights, with d_model = 3 n_symbols + n_positions.

    >>> from icl_course.causal import logits
    >>> net = induction_circuit(n_symbols=3, n_positions=5)
    >>> logits(net, jnp.array([2, 0, 1, 2])).argmax(axis=1).tolist()[-1]
    0
    """
    own, before, said, place = _blocks(n_symbols, n_positions)
    shift = jnp.eye(n_positions, k=-1)  # its row t is the axis of place t - 1
    previous = _head(
        query=math.sqrt(n_positions) * sharpness * shift.T @ place,
        key=place,
        value=own,
        write=before,
    )
    first = place[:1]
    anywhere = place.sum(axis=0, keepdims=True)  # 1 at every token, by its code
    stretch = math.sqrt(n_symbols + 1) * sharpness
    induction = _head(
        query=stretch * jnp.concatenate([own, anywhere]),
        key=jnp.concatenate([before, -2 * first]),
        value=own,
        write=strength * said,
    )
    return _net(n_symbols, n_positions, (previous, induction))


def smeared_circuit(
    *, n_symbols: int, n_positions: int, sharpness: Scalar = 30.0, strength: Scalar = 30.0
) -> CausalParams:
    """Build one layer with smeared keys that does what `induction_circuit` needs two for.

    Its smear is so small that a key is that of the token before. Then the own symbol of t asks for
    tokens i whose key, the own symbol of i - 1, is the same. One flaw is left: the first token has
    no key before it and keeps its own, which is then also that of the second. So when the first
    symbol comes again, half of the attention goes to the first token itself.

    Source: Olsson et al. 2022, argument 2.

    Arguments are those of `induction_circuit`.

    >>> from icl_course.causal import logits
    >>> net = smeared_circuit(n_symbols=3, n_positions=5)
    >>> logits(net, jnp.array([2, 0, 1, 0])).argmax(axis=1).tolist()[-1]
    1
    """
    own, _, said, _ = _blocks(n_symbols, n_positions)
    head = _head(
        query=math.sqrt(n_symbols) * sharpness * own, key=own, value=own, write=strength * said
    )
    never_own = -40.0 * jnp.ones(1)  # exp(-40) of the own key is left
    return _net(n_symbols, n_positions, (head,), smears=(never_own,))


def _blocks(n_symbols: int, n_positions: int) -> tuple[Float[Array, "n_slots d_model"], ...]:
    """Return the rows that pick each block out of a stream."""
    slots = jnp.eye(3 * n_symbols + n_positions)
    return tuple(jnp.split(slots, [n_symbols, 2 * n_symbols, 3 * n_symbols]))


def _head(*, query: Array, key: Array, value: Array, write: Array) -> AttentionParams:
    """Return a layer of one head; `write` has the rows whose slots the values go to."""
    return AttentionParams(w_q=query[None], w_k=key[None], w_v=value[None], w_o=write.T[None])


def _net(
    n_symbols: int,
    n_positions: int,
    layers: tuple[AttentionParams, ...],
    smears: tuple[Array, ...] = (),
) -> CausalParams:
    own, _, said, place = _blocks(n_symbols, n_positions)
    return CausalParams(embed=own, code=place, layers=layers, unembed=said, smears=smears)
