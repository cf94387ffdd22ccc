"""A multilayer perceptron with one hidden layer, applied to one vector at a time."""

import math

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Float, Key

from icl_course.arrays import Array


class MlpParams(eqx.Module):
    """Hold the weights of x -> W_out gelu(W_in x + b_in) + b_out.

    Matrices act from the left, as in attention.
    """

    w_in: Float[Array, "d_hidden d_in"]
    b_in: Float[Array, " d_hidden"]
    w_out: Float[Array, "d_out d_hidden"]
    b_out: Float[Array, " d_out"]


def mlp(params: MlpParams, x: Float[Array, " d_in"]) -> Float[Array, " d_out"]:
    """Map one vector: W_out gelu(W_in x + b_in) + b_out.

    The nonlinearity is gelu(z) = z Φ(z), with Φ the normal distribution function.

    Source: 2212.07677, section 5, whose released code uses gelu too.

    Raises `ValueError` where `x` is no vector of the right length.

    >>> identity = MlpParams(w_in=jnp.eye(2), b_in=jnp.zeros(2),
    ...                      w_out=jnp.eye(2), b_out=jnp.ones(2))
    >>> mlp(identity, jnp.array([0.0, 10.0])).tolist()
    [1.0, 11.0]
    """
    if x.shape != (params.w_in.shape[1],):
        raise ValueError(
            f"x has shape {x.shape}, but this MLP takes one vector of length "
            f"{params.w_in.shape[1]}: for many wrap the call in jax.vmap."
        )
    hidden = jax.nn.gelu(jnp.matmul(params.w_in, x) + params.b_in, approximate=False)
    return jnp.matmul(params.w_out, hidden) + params.b_out


def init_mlp(key: Key[Array, ""], *, d_in: int, d_hidden: int, d_out: int) -> MlpParams:
    """Draw weights with entries N(0, 1/fan-in), and biases of zero.

    Arguments:

    - `key`: a typed key.
    - `d_in`, `d_hidden`, `d_out`: the sizes, each at least 1.

    Returns the weights. Raises `ValueError` where a size is less than 1.

    >>> params = init_mlp(jax.random.key(0), d_in=3, d_hidden=7, d_out=2)
    >>> params.w_in.shape, params.w_out.shape
    ((7, 3), (2, 7))
    """
    for name, size in {"d_in": d_in, "d_hidden": d_hidden, "d_out": d_out}.items():
        if size < 1:
            raise ValueError(f"{name} = {size}, but every size of an MLP is at least 1.")
    key_in, key_out = jax.random.split(key)
    return MlpParams(
        w_in=jax.random.normal(key_in, (d_hidden, d_in)) / math.sqrt(d_in),
        b_in=jnp.zeros(d_hidden),
        w_out=jax.random.normal(key_out, (d_out, d_hidden)) / math.sqrt(d_hidden),
        b_out=jnp.zeros(d_out),
    )
