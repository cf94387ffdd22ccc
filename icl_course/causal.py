"""A small causal transformer for regression, which answers after every number of examples at once.

Its tokens are of two kinds. Context tokens (x_i, y_i, 1) attend to themselves and to those before.
Question tokens (x_i, 0, 0) attend to the context tokens before example i, and to themselves;
nobody attends to them. So question i is answered from i - 1 examples, and one pass answers all.
There is no positional code: the mask alone tells what came first.
"""

import math

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float, Key

from icl_course.arrays import Array
from icl_course.attention import AttentionParams, init_attention
from icl_course.mlp import MlpParams, init_mlp, mlp
from icl_course.transformer import Block, layer_norm


class CausalParams(eqx.Module):
    """Hold the weights: what embeds a token, blocks of attention and MLP, and what reads out."""

    embed: Float[Array, "d_model d_token"]
    blocks: tuple[Block, ...]
    read: Float[Array, " d_model"]


def init_causal(
    key: Key[Array, ""], *, d_x: int, d_model: int, n_layers: int, n_heads: int, d_hidden: int
) -> CausalParams:
    """Draw weights at a scale that keeps tokens of size 1; the read-out begins as zeros.

    Arguments:

    - `key`: a typed key.
    - `d_x`: the size of an input.
    - `d_model`, `n_layers`, `n_heads`, `d_hidden`: the sizes of the net; heads divide `d_model`.

    Returns the weights. Raises `ValueError` where the heads do not divide the width.

    >>> init_causal(jax.random.key(0), d_x=3, d_model=8, n_layers=2, n_heads=2,
    ...             d_hidden=5).blocks[0].attention.w_q.shape
    (2, 4, 8)
    """
    if d_model % n_heads:
        raise ValueError(f"n_heads = {n_heads} does not divide d_model = {d_model}.")
    key_embed, *key_blocks = jax.random.split(key, 1 + n_layers)
    scale = 1 / math.sqrt(d_model)

    def block(key_block: Key[Array, ""]) -> Block:
        key_attention, key_mlp = jax.random.split(key_block)
        d_head = d_model // n_heads
        sizes = {"d_token": d_model, "d_key": d_head, "d_value": d_head, "n_heads": n_heads}
        return Block(
            attention=init_attention(key_attention, scale=scale, **sizes),
            mlp=init_mlp(key_mlp, d_in=d_model, d_hidden=d_hidden, d_out=d_model),
        )

    return CausalParams(
        embed=jax.random.normal(key_embed, (d_model, d_x + 2)) / math.sqrt(d_x),
        blocks=tuple(block(key_block) for key_block in key_blocks),
        read=jnp.zeros(d_model),
    )


def may_attend(*, n_context: int) -> Bool[np.ndarray, "n_all n_context"]:
    """Say which context token each of the 2 N + 1 tokens may attend to, besides itself.

    Rows 0 to N - 1 are context tokens, rows N to 2 N the questions.

    >>> may_attend(n_context=2).astype(int).tolist()
    [[1, 0], [1, 1], [0, 0], [1, 0], [1, 1]]
    """
    places = np.arange(n_context)
    asking = np.concatenate([places, np.arange(n_context + 1) - 1])
    return places <= asking[:, None]


def answers(
    params: CausalParams,
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context 1"],
    x_query: Float[Array, " d_x"],
) -> Float[Array, " n_questions"]:
    """Answer x_1 from no example, x_2 from one, ..., x_q from all N: N + 1 predictions.

    Source: the training objective of 2306.15063, section 2; the two kinds of tokens are ours.

    Arguments:

    - `params`: the weights.
    - `xs`, `ys`: the N context pairs, one per row.
    - `x_query`: the input x_q to answer for in the end.

    Returns the predictions, the query's last.

    >>> params = init_causal(jax.random.key(0), d_x=3, d_model=8, n_layers=1, n_heads=2, d_hidden=5)
    >>> answers(params, jnp.ones((4, 3)), jnp.ones((4, 1)), jnp.ones(3)).tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0]
    """
    n_context = len(xs)
    context = jnp.concatenate([xs, ys, jnp.ones((n_context, 1))], axis=1)
    questions = jnp.pad(jnp.concatenate([xs, x_query[None]]), ((0, 0), (0, 2)))
    tokens = jnp.matmul(jnp.concatenate([context, questions]), params.embed.T)
    for block in params.blocks:
        tokens = tokens + _attended(block.attention, layer_norm(tokens), n_context)
        tokens = tokens + _each(block.mlp, layer_norm(tokens))
    return jnp.matmul(layer_norm(tokens[n_context:]), params.read)


def predict(
    params: CausalParams,
    xs: Float[Array, "n_context d_x"],
    ys: Float[Array, "n_context 1"],
    x_query: Float[Array, " d_x"],
) -> Float[Array, " 1"]:
    """Return the answer to the query alone; see `answers`.

    >>> params = init_causal(jax.random.key(0), d_x=3, d_model=8, n_layers=1, n_heads=2, d_hidden=5)
    >>> predict(params, jnp.ones((4, 3)), jnp.ones((4, 1)), jnp.ones(3)).tolist()
    [0.0]
    """
    return answers(params, xs, ys, x_query)[-1:]


def _attended(params: AttentionParams, tokens: Array, n_context: int) -> Array:
    """Return what masked softmax attention adds; a question's own key and value are its own."""
    queries = jnp.einsum("hkd,jd->hjk", params.w_q, tokens)
    own_keys = jnp.einsum("hkd,jd->hjk", params.w_k, tokens)
    own_values = jnp.einsum("hvd,jd->hjv", params.w_v, tokens)
    keys, values = own_keys[:, :n_context], own_values[:, :n_context]
    scores = jnp.einsum("hjk,hik->hji", queries, keys)
    open_to = jnp.asarray(may_attend(n_context=n_context))
    scores = jnp.where(open_to[None], scores, -jnp.inf)
    itself = jnp.sum(queries * own_keys, axis=-1, keepdims=True)
    # A context token is among those it may attend to already; only questions need a place more.
    is_question = jnp.arange(len(tokens)) >= n_context
    itself = jnp.where(is_question[None, :, None], itself, -jnp.inf)
    both = jnp.concatenate([scores, itself], axis=-1) / math.sqrt(params.w_k.shape[1])
    weights = jax.nn.softmax(both, axis=-1)
    gathered = jnp.einsum("hji,hiv->hjv", weights[..., :-1], values)
    gathered = gathered + weights[..., -1:] * own_values
    return jnp.einsum("hdv,hjv->jd", params.w_o, gathered)


def _each(params: MlpParams, tokens: Array) -> Array:
    """Apply the MLP to each token."""
    return jnp.asarray(jax.vmap(mlp, in_axes=(None, 0))(params, tokens))
