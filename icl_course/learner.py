"""A causal transformer over vectors: it is asked for a label after every token.

The blocks are those of `transformer`, with the causal attention of `causal`. Queries and keys read
stream plus code, values the stream. LayerNorm stands before each part, and learns nothing.
"""

import math

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Float, Key

from icl_course.arrays import Array
from icl_course.attention import init_attention
from icl_course.causal import attention_pattern, head_outputs
from icl_course.mlp import MlpParams, init_mlp
from icl_course.transformer import Block, layer_norm


class LearnerParams(eqx.Module):
    """Hold the weights of an in-context learner.

    Fields:

    - `embed`: from a token to its stream.
    - `code`: row t is the code of place t, counted from 0. A prompt may be shorter.
    - `blocks`: attention and MLP of each layer.
    - `unembed`: from a token's last stream to the logits of the classes.
    - `smears`: for each layer one number per head, or none at all; see `causal.smeared`.
    """

    embed: Float[Array, "d_model d_token"]
    code: Float[Array, "n_positions d_model"]
    blocks: tuple[Block, ...]
    unembed: Float[Array, "n_classes d_model"]
    smears: tuple[Float[Array, " n_heads"], ...] = ()


def learner_logits(
    params: LearnerParams, tokens: Float[Array, "n_tokens d_token"]
) -> Float[Array, "n_tokens n_classes"]:
    """Return the logits of the label after every token of one prompt.

        s_t = E e_t,   then in each layer   s_t <- s_t + attention(norm(s)),
        s_t <- s_t + mlp(norm(s_t)),   and at the end U norm(s_t).

    Source: 2212.04458, section 3; 1706.03762, with norms before each part as in 2002.04745.

    Arguments:

    - `params`: the weights.
    - `tokens`: one prompt; wrap in `jax.vmap` for many.

    Returns the logits. Raises `ValueError` where the prompt does not fit the net.

    >>> params = init_learner(jax.random.key(0), d_token=5, n_classes=2, n_positions=7, d_model=4,
    ...                       n_heads=2, n_layers=3, d_hidden=6)
    >>> learner_logits(params, jnp.ones((3, 5))).shape
    (3, 2)
    """
    d_token, n_positions = params.embed.shape[1], len(params.code)
    if tokens.ndim != 2 or tokens.shape[1] != d_token or not 1 <= len(tokens) <= n_positions:
        raise ValueError(
            f"tokens have shape {tokens.shape}, but this net reads one prompt of 1 to "
            f"{n_positions} tokens of length {d_token}: for many call jax.vmap(net, (None, 0))."
        )
    stream = jnp.matmul(tokens, params.embed.T)
    for index, block in enumerate(params.blocks):
        read = layer_norm(stream)
        smear = params.smears[index] if params.smears else None
        pattern = attention_pattern(block.attention, read, params.code, smear=smear)
        stream = stream + head_outputs(block.attention, read, pattern).sum(axis=0)
        stream = stream + _mlp_of_rows(block.mlp, layer_norm(stream))
    return jnp.matmul(layer_norm(stream), params.unembed.T)


def _mlp_of_rows(
    params: MlpParams, rows: Float[Array, "n_tokens d_model"]
) -> Float[Array, "n_tokens d_model"]:
    """Return `mlp.mlp` of every row in two products, which trains faster than row by row."""
    hidden = jnp.matmul(rows, params.w_in.T) + params.b_in[None]
    hidden = jax.nn.gelu(hidden, approximate=False)
    return jnp.matmul(hidden, params.w_out.T) + params.b_out[None]


def init_learner(
    key: Key[Array, ""],
    *,
    d_token: int,
    n_classes: int,
    n_positions: int,
    d_model: int,
    n_heads: int,
    n_layers: int,
    d_hidden: int,
    is_smeared: bool = False,
) -> LearnerParams:
    """Draw random weights: every matrix N(0, 1 / its inputs), codes N(0, 0.01), small logits.

    Arguments:

    - `key`: a typed key.
    - `d_token`, `n_classes`, `n_positions`: of tokens, labels and places.
    - `d_model`: the size of a stream; a head has d_key = d_value = d_model / n_heads.
    - `n_heads`, `n_layers`, `d_hidden`: heads of a layer, layers, and hidden units of an MLP.
    - `is_smeared`: whether keys are mixed with the key before them, at first half and half.

    Returns the weights. Raises `ValueError` where n_heads does not divide d_model.

    >>> params = init_learner(jax.random.key(0), d_token=5, n_classes=2, n_positions=7, d_model=4,
    ...                       n_heads=2, n_layers=3, d_hidden=6)
    >>> n_parameters(params)  # 20 + 28 + 3 * (64 + 58) + 8
    422
    """
    if d_model % n_heads:
        raise ValueError(
            f"d_model = {d_model} cannot be shared out among n_heads = {n_heads} heads: choose a "
            "multiple."
        )
    key_embed, key_code, key_unembed, key_blocks = jax.random.split(key, 4)
    d_key = d_model // n_heads
    sizes = {"d_token": d_model, "d_key": d_key, "d_value": d_key, "n_heads": n_heads}

    def block(key: Key[Array, ""]) -> Block:
        key_attention, key_mlp = jax.random.split(key)
        return Block(
            attention=init_attention(key_attention, **sizes, scale=1 / math.sqrt(d_model)),
            mlp=init_mlp(key_mlp, d_in=d_model, d_hidden=d_hidden, d_out=d_model),
        )

    return LearnerParams(
        embed=jax.random.normal(key_embed, (d_model, d_token)) / math.sqrt(d_token),
        code=0.1 * jax.random.normal(key_code, (n_positions, d_model)),
        blocks=tuple(block(k) for k in jax.random.split(key_blocks, n_layers)),
        unembed=math.sqrt(0.1 / d_model) * jax.random.normal(key_unembed, (n_classes, d_model)),
        smears=tuple(jnp.zeros(n_heads) for _ in range(n_layers)) if is_smeared else (),
    )


def n_parameters(params: object) -> int:
    """Return how many numbers the weights of any net have.

    >>> n_parameters((jnp.ones((3, 2)), jnp.ones(5)))
    11
    """
    return sum(leaf.size for leaf in jax.tree.leaves(params))


def state_size(params: LearnerParams, *, n_tokens: int) -> int:
    """Return how many numbers about the past the net may look at when it answers.

    Keys and values of all tokens in every layer: 2 n_layers n_tokens d_model.

    Source: 2212.04458, section 4.3 (accessible state size).

    >>> params = init_learner(jax.random.key(0), d_token=5, n_classes=2, n_positions=7, d_model=4,
    ...                       n_heads=2, n_layers=3, d_hidden=6)
    >>> state_size(params, n_tokens=7)
    168
    """
    heads = [block.attention for block in params.blocks]
    return n_tokens * sum(h.w_k.shape[0] * (h.w_k.shape[1] + h.w_v.shape[1]) for h in heads)
