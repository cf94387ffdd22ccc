"""Stacks of layers: one layer looped, or a layer of its own at every depth.

A layer is any function from `(params, tokens)` to tokens, such as `attention.linear_attention`.
Both stacks return the tokens at every depth, so that each step can be read out and looked at.
"""

from collections.abc import Callable, Sequence
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Float

from icl_course.arrays import Array, Scalar
from icl_course.attention import AttentionParams, linear_attention
from icl_course.mlp import MlpParams, mlp

Tokens = Float[Array, "n_tokens d_token"]
Layer = Callable[[Any, Tokens], Tokens]


class Block(eqx.Module):
    """Hold one block of a transformer: attention, then an MLP on each token."""

    attention: AttentionParams
    mlp: MlpParams


def looped(
    params: Any,
    tokens: Float[Array, "n_tokens d_token"],
    *,
    n_layers: int,
    layer: Layer = linear_attention,
    damping: Scalar = 1.0,
) -> Float[Array, "n_depths n_tokens d_token"]:
    """Apply one and the same layer `n_layers` times, and return the tokens at every depth.

    Each time the layer's update is multiplied by the damping λ:

        e <- e + λ (layer(e) - e)

    Source: 2212.07677, section 4, which calls such a stack recurrent, and rolls a trained layer out
    with λ = 1 and λ = .75.

    Arguments:

    - `params`: the weights of the layer.
    - `tokens`: the tokens of one task, the query last.
    - `n_layers`: how many times, at least 0.
    - `layer`: what a layer does, `(params, tokens) -> tokens`, residual connection included.
    - `damping`: the factor λ on the update.

    Returns `n_layers + 1` sets of tokens; the first is `tokens`, the last is the output. Raises
    `ValueError` where `n_layers` is negative.

    >>> double = lambda params, tokens: 2 * tokens
    >>> looped(None, jnp.ones((1, 1)), n_layers=3, layer=double).ravel().tolist()
    [1.0, 2.0, 4.0, 8.0]
    """
    if n_layers < 0:
        raise ValueError(f"n_layers = {n_layers}, but a layer runs 0 times or more.")

    def deeper(now: jax.Array, _: None) -> tuple[jax.Array, jax.Array]:
        after = now + damping * (jnp.asarray(layer(params, now)) - now)
        return after, after

    start = jnp.asarray(tokens, _dtype(params, tokens, damping))
    _, deep = jax.lax.scan(deeper, start, length=n_layers)
    return jnp.concatenate([start[None], deep])


def stacked(
    layers: Sequence[Any],
    tokens: Float[Array, "n_tokens d_token"],
    *,
    layer: Layer = linear_attention,
    damping: Scalar = 1.0,
) -> Float[Array, "n_depths n_tokens d_token"]:
    """Apply layers one after the other, each with weights of its own.

    Source: 2212.07677, section 4.

    Arguments:

    - `layers`: the weights of each layer, first to last. None at all is allowed.
    - `tokens`, `layer`, `damping`: as for `looped`.

    Returns `len(layers) + 1` sets of tokens; the first is `tokens`, the last is the output.

    >>> times = lambda factor, tokens: factor * tokens
    >>> stacked([2.0, 5.0], jnp.ones((1, 1)), layer=times).ravel().tolist()
    [1.0, 2.0, 10.0]
    """
    now = jnp.asarray(tokens, _dtype(layers, tokens, damping))
    deep = [now]
    for params in layers:
        now = now + damping * (layer(params, now) - now)
        deep.append(now)
    return jnp.stack(deep)


def attention_then_mlp(
    block: Block,
    tokens: Float[Array, "n_tokens d_token"],
    *,
    attention: Layer = linear_attention,
    normalise: Callable[[Tokens], Tokens] = lambda tokens: tokens,
) -> Float[Array, "n_tokens d_token"]:
    """Apply one block: an attention layer, then an MLP on each token, both added to the token.

    What attention and MLP read goes through `normalise` first, for example `layer_norm`; what they
    add is added to the tokens as they are.

    Source: 2212.07677, section 4 (12 layers with MLPs); 1706.03762, section 3.

    Arguments:

    - `block`: the weights.
    - `tokens`: the tokens of one task, the query last.
    - `attention`: the attention layer, residual connection included.
    - `normalise`: what comes before each part; nothing unless given.

    Returns the updated tokens.

    >>> from icl_course.attention import init_attention
    >>> from icl_course.mlp import init_mlp
    >>> key_attention, key_mlp = jax.random.split(jax.random.key(0))
    >>> block = Block(
    ...     attention=init_attention(key_attention, d_token=3, d_key=3, d_value=3, scale=0.1),
    ...     mlp=init_mlp(key_mlp, d_in=3, d_hidden=5, d_out=3),
    ... )
    >>> attention_then_mlp(block, jnp.zeros((4, 3))).shape
    (4, 3)
    """
    read = normalise(tokens)
    tokens = tokens + attention(block.attention, read) - read
    return tokens + jax.vmap(mlp, in_axes=(None, 0))(block.mlp, normalise(tokens))


def layer_norm(
    tokens: Float[Array, "n_tokens d_token"], *, epsilon: float = 1e-5
) -> Float[Array, "n_tokens d_token"]:
    """Shift and scale every token to mean 0 and variance 1 over its entries; nothing is learned.

    Source: 1607.06450, without gain and bias; `epsilon` keeps a constant token finite.

    >>> layer_norm(jnp.array([[1.0, 3.0]])).round(3).tolist()
    [[-1.0, 1.0]]
    """
    mean = tokens.mean(axis=-1, keepdims=True)
    variance = tokens.var(axis=-1, keepdims=True)
    return (tokens - mean) / jnp.sqrt(variance + epsilon)


def _dtype(params: Any, tokens: Array, damping: Scalar) -> Any:
    """Return the type that the tokens have after a layer, so that every depth has it."""
    return jnp.result_type(tokens, damping, *jax.tree.leaves(params))
