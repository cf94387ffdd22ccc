"""A recurrent net: all that it knows of the past is one state of fixed size."""

import math

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Float, Key

from icl_course.arrays import Array


class LstmParams(eqx.Module):
    """Hold the weights of one LSTM layer and its read-out; the four gates are stacked."""

    w_in: Float[Array, "four_gates d_token"]
    w_state: Float[Array, "four_gates d_state"]
    bias: Float[Array, " four_gates"]
    w_out: Float[Array, "n_classes d_state"]


def lstm_logits(
    params: LstmParams, tokens: Float[Array, "n_tokens d_token"]
) -> Float[Array, "n_tokens n_classes"]:
    """Return the logits after every token of one prompt.

        (i, f, g, o) = W_in e_t + W_state h + b
        c <- sigmoid(f) c + sigmoid(i) tanh(g),   h <- sigmoid(o) tanh(c),   logits W_out h

    Source: Hochreiter and Schmidhuber 1997; the forget gate of Gers et al. 2000.

    >>> params = init_lstm(jax.random.key(0), d_token=5, d_state=3, n_classes=2)
    >>> lstm_logits(params, jnp.ones((7, 5))).shape
    (7, 2)
    """

    def step(
        state: tuple[jax.Array, jax.Array], driven: jax.Array
    ) -> tuple[tuple[jax.Array, jax.Array], jax.Array]:
        cell, shown = state
        gates = driven + jnp.matmul(params.w_state, shown)
        add, keep, new, show = jnp.split(gates, 4)
        cell = jax.nn.sigmoid(keep) * cell + jax.nn.sigmoid(add) * jnp.tanh(new)
        shown = jax.nn.sigmoid(show) * jnp.tanh(cell)
        return (cell, shown), shown

    driven = jnp.matmul(tokens, params.w_in.T) + params.bias[None]
    nothing = jnp.zeros(params.w_out.shape[1], driven.dtype)
    _, shown = jax.lax.scan(step, (nothing, nothing), driven)
    return jnp.matmul(shown, params.w_out.T)


def init_lstm(key: Key[Array, ""], *, d_token: int, d_state: int, n_classes: int) -> LstmParams:
    """Draw random weights; the gate that keeps begins open, with a bias of 1.

    >>> init_lstm(jax.random.key(0), d_token=5, d_state=3, n_classes=2).w_state.shape
    (12, 3)
    """
    key_in, key_state, key_out = jax.random.split(key, 3)
    gates = 4 * d_state
    return LstmParams(
        w_in=jax.random.normal(key_in, (gates, d_token)) / math.sqrt(d_token),
        w_state=jax.random.normal(key_state, (gates, d_state)) / math.sqrt(d_state),
        bias=jnp.zeros(gates).at[d_state : 2 * d_state].set(1.0),
        w_out=math.sqrt(0.1 / d_state) * jax.random.normal(key_out, (n_classes, d_state)),
    )


def lstm_state_size(params: LstmParams) -> int:
    """Return how many numbers about the past the net keeps: cell and output.

    >>> lstm_state_size(init_lstm(jax.random.key(0), d_token=5, d_state=3, n_classes=2))
    6
    """
    return 2 * int(params.w_out.shape[1])
