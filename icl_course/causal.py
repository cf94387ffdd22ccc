"""Causal transformers over symbols: what a language model is, down to attention alone.

A prompt is a row of symbols. Each becomes a vector, its stream, to which every layer adds. A token
sees itself and what stands before it, and every token is asked what comes next. In this module
nobody is a query: that rule of `attention` is about examples, and there are none here.

Places are a code of their own. Queries and keys read stream plus code; values read the stream. So
what a head copies never holds a place.
"""

import math

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Bool, Float, Int, Key

from icl_course.arrays import Array, Scalar
from icl_course.attention import AttentionParams, init_attention
from icl_course.mlp import MlpParams, init_mlp, mlp


class CausalParams(eqx.Module):
    """Hold the weights of a causal transformer over symbols.

    Fields:

    - `embed`: row s is the vector with which a token of symbol s begins.
    - `code`: row t is the code of place t, counted from 0. A prompt may be shorter.
    - `layers`: the attention of each layer.
    - `unembed`: row s, times a token's last stream, is the logit of s as the next symbol.
    - `mlps`: one for each layer, or none at all.
    - `smears`: for each layer one number per head, or none at all; see `smeared`.

    Source: Elhage et al. 2021 (attention-only models), Olsson et al. 2022.
    """

    embed: Float[Array, "n_symbols d_model"]
    code: Float[Array, "n_positions d_model"]
    layers: tuple[AttentionParams, ...]
    unembed: Float[Array, "n_symbols d_model"]
    mlps: tuple[MlpParams, ...] = ()
    smears: tuple[Float[Array, " n_heads"], ...] = ()


class Trace(eqx.Module):
    """Hold what one run of a net went through.

    Fields:

    - `streams`: the stream of each token before the first layer and after every layer.
    - `patterns`: entry [l, h, t, i] is the weight of token t on token i in head h of layer l.
    - `outputs`: what each head adds to each token's stream.
    - `logits`: entry [t, s] is the logit of symbol s as the one after token t.
    """

    streams: Float[Array, "n_depths n_tokens d_model"]
    patterns: Float[Array, "n_layers n_heads n_tokens n_tokens"]
    outputs: Float[Array, "n_layers n_heads n_tokens d_model"]
    logits: Float[Array, "n_tokens n_symbols"]


def run(
    params: CausalParams,
    symbols: Int[Array, " n_tokens"],
    *,
    keep: Bool[Array, "n_layers n_heads"] | None = None,
    instead: Float[Array, "n_layers n_heads n_tokens d_model"] | None = None,
    patterns: Float[Array, "n_layers n_heads n_tokens n_tokens"] | None = None,
) -> Trace:
    """Run a net on one prompt, and return all that happens on the way.

        x_t = embed[s_t],   then in each layer
        x_t <- x_t + sum_h W_O,h sum_{i <= t} a_h,ti W_V,h x_i

    with a_h,ti the softmax over i <= t of (W_K,h (x_i + p_i)) · (W_Q,h (x_t + p_t)) / sqrt(d_key),
    and logits U x_t at the end. With MLPs, each layer then adds the MLP of x_t.

    Source: Elhage et al. 2021; codes enter queries and keys alone, as in Press et al., 2012.15832.

    Arguments:

    - `params`: the weights.
    - `symbols`: one prompt; wrap in `jax.vmap` for many.
    - `keep`: which heads speak; the others add `instead`. All of them unless given.
    - `instead`: what a head adds that is not kept; nothing unless given.
    - `patterns`: attention to be used in place of the net's own, as if it had been frozen.

    Returns the trace. Raises `ValueError` where the prompt is longer than the code, or where codes
    or layers do not fit.

    >>> params = init_causal(jax.random.key(0), n_symbols=5, n_positions=7, d_model=4, n_heads=2,
    ...                      n_layers=3)
    >>> trace = run(params, jnp.array([1, 4, 1]))
    >>> trace.streams.shape, trace.patterns.shape, trace.logits.shape
    ((4, 3, 4), (3, 2, 3, 3), (3, 5))
    """
    _check_prompt(params, symbols)
    stream = params.embed[symbols]
    streams, seen, outputs = [stream], [], []
    for index, layer in enumerate(params.layers):
        smear = params.smears[index] if params.smears else None
        pattern = (
            attention_pattern(layer, stream, params.code, smear=smear)
            if patterns is None
            else patterns[index]
        )
        output = head_outputs(layer, stream, pattern)
        seen.append(pattern)
        outputs.append(output)
        if keep is not None:
            other = jnp.zeros_like(output) if instead is None else instead[index]
            output = jnp.where(keep[index][:, None, None], output, other)
        stream = stream + output.sum(axis=0)
        if params.mlps:
            stream = stream + jax.vmap(mlp, in_axes=(None, 0))(params.mlps[index], stream)
        streams.append(stream)
    return Trace(
        streams=jnp.stack(streams),
        patterns=jnp.stack(seen),
        outputs=jnp.stack(outputs),
        logits=jnp.matmul(stream, params.unembed.T),
    )


def logits(
    params: CausalParams, symbols: Int[Array, " n_tokens"]
) -> Float[Array, "n_tokens n_symbols"]:
    """Return the logits of what comes after each token of one prompt; see `run`.

    >>> params = init_causal(jax.random.key(0), n_symbols=5, n_positions=7, d_model=4, n_heads=2,
    ...                      n_layers=1)
    >>> logits(params, jnp.array([1, 4])).shape
    (2, 5)
    """
    return run(params, symbols).logits


def attention_pattern(
    layer: AttentionParams,
    stream: Float[Array, "n_tokens d_model"],
    code: Float[Array, "n_positions d_model"],
    *,
    smear: Float[Array, " n_heads"] | None = None,
) -> Float[Array, "n_heads n_tokens n_tokens"]:
    """Return how much each token takes from itself and each token before it.

    Source: 1706.03762, eq. 1 and section 3.2.3 (the causal mask).

    Arguments:

    - `layer`: the weights.
    - `stream`: the tokens before the layer.
    - `code`: the codes of the places, at least as many as tokens.
    - `smear`: one number per head where keys are smeared.

    Returns entry [h, t, i], the weight of token t on token i: 0 for i > t, and a row adds up to 1.

    >>> one = jnp.ones((1, 1, 1))
    >>> layer = AttentionParams(w_q=0 * one, w_k=one, w_v=one, w_o=one)
    >>> attention_pattern(layer, jnp.ones((2, 1)), jnp.zeros((2, 1))).tolist()
    [[[1.0, 0.0], [0.5, 0.5]]]
    """
    n_tokens = len(stream)
    read = stream + code[:n_tokens]
    queries = jnp.einsum("hkd,td->htk", layer.w_q, read)
    keys = jnp.einsum("hkd,id->hik", layer.w_k, read)
    if smear is not None:
        keys = jnp.asarray(smeared(keys, smear))
    scores = jnp.einsum("htk,hik->hti", queries, keys) / math.sqrt(layer.w_k.shape[1])
    is_seen = jnp.tril(jnp.ones((n_tokens, n_tokens), bool))
    return jax.nn.softmax(jnp.where(is_seen, scores, -jnp.inf), axis=-1)


def head_outputs(
    layer: AttentionParams,
    stream: Float[Array, "n_tokens d_model"],
    pattern: Float[Array, "n_heads n_tokens n_tokens"],
) -> Float[Array, "n_heads n_tokens d_model"]:
    """Return what each head adds to each token under a given pattern: W_O sum_i a_ti W_V x_i.

    >>> one = jnp.ones((1, 1, 1))
    >>> layer = AttentionParams(w_q=one, w_k=one, w_v=2 * one, w_o=3 * one)
    >>> head_outputs(layer, jnp.array([[1.0], [5.0]]), jnp.eye(2)[None]).ravel().tolist()
    [6.0, 30.0]
    """
    values = jnp.einsum("hvd,id->hiv", layer.w_v, stream)
    gathered = jnp.einsum("hti,hiv->htv", pattern, values)
    return jnp.einsum("hdv,htv->htd", layer.w_o, gathered)


def smeared(
    keys: Float[Array, "n_heads n_tokens d_key"], smear: Float[Array, " n_heads"]
) -> Float[Array, "n_heads n_tokens d_key"]:
    """Return keys that are mixed with the key before them.

        k_i <- σ k_i + (1 - σ) k_{i-1},   σ = 1 / (1 + exp(-smear))

    The first key has none before it and stays. A key then says what stood one place back, for which
    a plain net needs a layer of its own.

    Source: Olsson et al. 2022, argument 2 (smeared keys).

    >>> smeared(jnp.array([[[2.0], [4.0]]]), jnp.zeros(1)).ravel().tolist()
    [2.0, 3.0]
    """
    share = jax.nn.sigmoid(smear)[:, None, None]
    mixed = share * keys[:, 1:] + (1 - share) * keys[:, :-1]
    return jnp.concatenate([keys[:, :1], mixed], axis=1)


def init_causal(
    key: Key[Array, ""],
    *,
    n_symbols: int,
    n_positions: int,
    d_model: int,
    n_heads: int,
    n_layers: int,
    d_hidden: int = 0,
    is_smeared: bool = False,
    scale: Scalar = 1.0,
) -> CausalParams:
    """Draw random weights: embedding and code N(0, 1), attention N(0, scale²/d_model).

    The unembedding is N(0, 0.1/d_model), so that a fresh net says little about the next symbol.

    Arguments:

    - `key`: a typed key.
    - `n_symbols`, `n_positions`: of how many symbols and places.
    - `d_model`: the size of a stream; a head has d_key = d_value = d_model / n_heads.
    - `n_heads`, `n_layers`: heads in each layer, and layers.
    - `d_hidden`: of the MLPs; 0 for attention alone.
    - `is_smeared`: whether keys are smeared; they then begin half and half.
    - `scale`: of the attention's weights.

    Returns the weights. Raises `ValueError` where n_heads does not divide d_model.

    >>> params = init_causal(jax.random.key(0), n_symbols=5, n_positions=7, d_model=6, n_heads=2,
    ...                      n_layers=2, d_hidden=3)
    >>> params.layers[1].w_k.shape, params.mlps[0].w_in.shape
    ((2, 3, 6), (3, 6))
    """
    if d_model % n_heads:
        raise ValueError(
            f"d_model = {d_model} cannot be shared out among n_heads = {n_heads} heads: choose a "
            "multiple."
        )
    key_embed, key_code, key_unembed, key_layers, key_mlps = jax.random.split(key, 5)
    d_key = d_model // n_heads
    entry = scale / math.sqrt(d_model)
    sizes = {"d_token": d_model, "d_key": d_key, "d_value": d_key, "n_heads": n_heads}
    mlps = (
        init_mlp(k, d_in=d_model, d_hidden=d_hidden, d_out=d_model)
        for k in jax.random.split(key_mlps, n_layers)
    )
    return CausalParams(
        embed=jax.random.normal(key_embed, (n_symbols, d_model)),
        code=jax.random.normal(key_code, (n_positions, d_model)),
        layers=tuple(
            init_attention(k, **sizes, scale=entry) for k in jax.random.split(key_layers, n_layers)
        ),
        unembed=math.sqrt(0.1 / d_model) * jax.random.normal(key_unembed, (n_symbols, d_model)),
        mlps=tuple(mlps) if d_hidden else (),
        smears=tuple(jnp.zeros(n_heads) for _ in range(n_layers)) if is_smeared else (),
    )


def _check_prompt(params: CausalParams, symbols: Array) -> None:
    if symbols.ndim != 1 or not 1 <= len(symbols) <= len(params.code):
        raise ValueError(
            f"symbols has shape {symbols.shape}, but this net reads one prompt of 1 to "
            f"{len(params.code)} symbols: for a batch call jax.vmap(net, in_axes=(None, 0))."
        )
    if not params.layers or params.code.shape[1] != params.embed.shape[1]:
        raise ValueError(
            f"{len(params.layers)} layers, an embedding of shape {params.embed.shape} and a code "
            f"of shape {params.code.shape}: a net has at least 1 layer, and one d_model for all."
        )
