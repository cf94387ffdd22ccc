"""Causal transformers over examples: a prediction at every example, and streams to look into.

Token i holds the question x_i and the example before it, (x_{i-1}, y_{i-1}); so nothing has to be
brought together before learning can begin (lessons 06 and 07 are about that). Every token predicts
its own y_i from what it sees: the examples before it.
"""

import math

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Bool, Float, Key

from icl_course.arrays import Array
from icl_course.attention import AttentionParams, init_attention
from icl_course.causal import attention_pattern, head_outputs
from icl_course.mlp import MlpParams, init_mlp, mlp
from icl_course.transformer import layer_norm


class ConceptNet(eqx.Module):
    """Hold the weights of a causal transformer over examples.

    Fields:

    - `embed`: from a token to its stream.
    - `code`: row t is the code of place t; queries and keys read it.
    - `layers`, `mlps`: the attention and the MLP of each layer.
    - `read_out`: its dot product with the last stream, normalised, is the prediction.
    """

    embed: Float[Array, "d_model d_token"]
    code: Float[Array, "n_positions d_model"]
    layers: tuple[AttentionParams, ...]
    mlps: tuple[MlpParams, ...]
    read_out: Float[Array, " d_model"]


class ConceptTrace(eqx.Module):
    """Hold what one run went through.

    Fields:

    - `streams`: the stream of each token before the first layer and after every layer.
    - `outputs`: what each head adds to each token's stream.
    - `predictions`: of each token's own target.
    """

    streams: Float[Array, "n_depths n_tokens d_model"]
    outputs: Float[Array, "n_layers n_heads n_tokens d_model"]
    predictions: Float[Array, " n_tokens"]


def example_tokens(
    xs: Float[Array, "n_examples d_x"], ys: Float[Array, " n_examples"]
) -> Float[Array, "n_examples d_token"]:
    """Write examples as tokens (x_i, x_{i-1}, y_{i-1}); nothing stands before the first.

    No token holds its own target.

    >>> example_tokens(jnp.array([[1.0], [2.0]]), jnp.array([5.0, 6.0])).tolist()
    [[1.0, 0.0, 0.0], [2.0, 1.0, 5.0]]
    """
    pairs = jnp.concatenate([xs, ys[:, None]], axis=1)
    before = jnp.concatenate([jnp.zeros_like(pairs[:1]), pairs[:-1]])
    return jnp.concatenate([xs, before], axis=1)


def run(
    params: ConceptNet,
    tokens: Float[Array, "n_tokens d_token"],
    *,
    keep: Bool[Array, "n_layers n_heads"] | None = None,
    depth: int | None = None,
    shift: Float[Array, " d_model"] | None = None,
) -> ConceptTrace:
    """Run a net on one prompt, and return all that happens on the way.

    Each layer adds to every stream what its heads gather from it and the tokens before it, then its
    MLP; both read the streams normalised to mean 0 and variance 1.

    Source: the block of 1706.03762, normalised before each part; 2412.12276 trains a GPT-2.

    Arguments:

    - `params`: the weights.
    - `tokens`: one prompt; wrap in `jax.vmap` for many.
    - `keep`: which heads speak; the others add nothing. All of them unless given.
    - `depth`, `shift`: after so many layers, `shift` is added to the stream of every token. Later
      layers read the shifted streams.

    Returns the trace, shift included. Raises `ValueError` where the prompt is longer than the code.

    >>> net = init_concept_net(jax.random.key(0), d_token=3, n_positions=5, d_model=4, n_heads=2,
    ...                        n_layers=2, d_hidden=7)
    >>> run(net, jnp.ones((5, 3))).streams.shape
    (3, 5, 4)
    """
    if len(tokens) > len(params.code):
        raise ValueError(f"{len(tokens)} tokens, but this net has {len(params.code)} places.")
    stream = tokens @ params.embed.T
    streams, outputs = [], []
    for index, (layer, part) in enumerate(zip(params.layers, params.mlps, strict=True)):
        if shift is not None and depth == index:
            stream = stream + shift[None]
        streams.append(stream)
        read = layer_norm(stream)
        output = head_outputs(layer, read, attention_pattern(layer, read, params.code))
        if keep is not None:
            output = jnp.where(keep[index][:, None, None], output, 0.0)
        outputs.append(output)
        stream = stream + output.sum(axis=0)
        stream = stream + jax.vmap(mlp, in_axes=(None, 0))(part, layer_norm(stream))
    if shift is not None and depth == len(params.layers):
        stream = stream + shift[None]
    streams.append(stream)
    return ConceptTrace(
        streams=jnp.stack(streams),
        outputs=jnp.stack(outputs),
        predictions=layer_norm(stream) @ params.read_out,
    )


def init_concept_net(
    key: Key[Array, ""],
    *,
    d_token: int,
    n_positions: int,
    d_model: int,
    n_heads: int,
    n_layers: int,
    d_hidden: int,
) -> ConceptNet:
    """Draw random weights, so small at the end that a fresh net predicts nearly nothing.

    Entries are N(0, 1/fan-in); what writes into the stream is smaller by sqrt(2 n_layers).

    >>> net = init_concept_net(jax.random.key(0), d_token=3, n_positions=5, d_model=4, n_heads=2,
    ...                        n_layers=2, d_hidden=7)
    >>> net.layers[1].w_k.shape, net.mlps[0].w_in.shape
    ((2, 2, 4), (7, 4))
    """
    if d_model % n_heads:
        raise ValueError(f"d_model = {d_model} is no multiple of n_heads = {n_heads}.")
    key_embed, key_code, key_layers, key_mlps, key_out = jax.random.split(key, 5)
    entry, smaller = 1 / math.sqrt(d_model), 1 / math.sqrt(2 * n_layers)
    d_key = d_model // n_heads

    def attention(key: Key[Array, ""]) -> AttentionParams:
        drawn = init_attention(
            key, d_token=d_model, d_key=d_key, d_value=d_key, n_heads=n_heads, scale=entry
        )
        return eqx.tree_at(lambda layer: layer.w_o, drawn, smaller * drawn.w_o)

    def hidden(key: Key[Array, ""]) -> MlpParams:
        drawn = init_mlp(key, d_in=d_model, d_hidden=d_hidden, d_out=d_model)
        return eqx.tree_at(lambda part: part.w_out, drawn, smaller * drawn.w_out)

    return ConceptNet(
        embed=jax.random.normal(key_embed, (d_model, d_token)) / math.sqrt(d_token),
        code=0.3 * jax.random.normal(key_code, (n_positions, d_model)),
        layers=tuple(attention(k) for k in jax.random.split(key_layers, n_layers)),
        mlps=tuple(hidden(k) for k in jax.random.split(key_mlps, n_layers)),
        read_out=0.1 * entry * jax.random.normal(key_out, (d_model,)),
    )
