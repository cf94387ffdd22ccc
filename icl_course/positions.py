"""Where tokens come from: inputs and targets one after the other, and the head that joins them.

A prompt need not hold pairs: x_i may come first and y_i next. Then every token must know its place,
which a positional code says, and a layer must fetch y_i for x_i (see `copying`).

A token is (p_j, x, y): `d_code` code slots, then the data: `d_x` input and `d_y` target slots. The
y slots stay last, so `tokens.read_prediction` reads the answer as ever.
"""

import math

import jax.numpy as jnp
from jaxtyping import Float

from icl_course.arrays import Array, Scalar
from icl_course.tasks import Task


def alternating_tokens(task: Task) -> Float[Array, "n_tokens d_data"]:
    """Write a task as tokens that hold an input or a target, never both.

    The tokens are (x_1, 0), (0, y_1), (x_2, 0), ..., (0, y_N), and last the query (x_q, 0).

    Source: 2212.07677, section 6. There y_i stands in the last of d_x slots; here it keeps a slot
    of its own, so that a sum of the two tokens is the pair (x_i, y_i) of Prop. 1.

    Arguments:

    - `task`: one task; `jax.vmap(alternating_tokens)` serves a batch.

    Returns 2 N + 1 rows of d_x + d_y numbers. Raises `ValueError` where `task` is a batch.

    >>> task = Task(xs=jnp.array([[1.0, 2.0], [3.0, 4.0]]), ys=jnp.array([[5.0], [6.0]]),
    ...             x_query=jnp.array([7.0, 8.0]), y_query=jnp.array([9.0]))
    >>> alternating_tokens(task).tolist()[:2]
    [[1.0, 2.0, 0.0], [0.0, 0.0, 5.0]]
    """
    if task.xs.ndim != 2:
        raise ValueError(
            f"task.xs has shape {task.xs.shape}, but alternating_tokens takes one task with xs of "
            "shape [n_context d_x]: for a batch call jax.vmap(alternating_tokens)(tasks)."
        )
    (n_context, d_x), d_y = task.xs.shape, task.ys.shape[1]
    tokens = jnp.zeros((2 * n_context + 1, d_x + d_y), jnp.result_type(task.xs, task.ys))
    tokens = tokens.at[:-1:2, :d_x].set(task.xs).at[1::2, d_x:].set(task.ys)
    return tokens.at[-1, :d_x].set(task.x_query)


def with_code(
    code: Float[Array, "n_tokens d_code"], tokens: Float[Array, "n_tokens d_data"]
) -> Float[Array, "n_tokens d_token"]:
    """Put its positional code in front of every token.

    Source: 2212.07677, section 6 (concatenated positional encodings).

    >>> with_code(jnp.eye(2), jnp.array([[3.0], [4.0]])).tolist()
    [[1.0, 0.0, 3.0], [0.0, 1.0, 4.0]]
    """
    if len(code) != len(tokens):
        raise ValueError(
            f"the code has {len(code)} rows for {len(tokens)} tokens: make one of this length."
        )
    return jnp.concatenate([jnp.asarray(code), jnp.asarray(tokens)], axis=1)


def circle_code(*, n_tokens: int) -> Float[Array, "n_tokens 2"]:
    """Return the places on a circle: p_j = (cos 2πj/n, sin 2πj/n), for j = 1 to n.

    Two numbers serve any length. After the last place comes the first again.

    Source: 1706.03762, section 3.5, with one wave whose length is that of the prompt.

    >>> circle_code(n_tokens=4).round(3).tolist()[:2]
    [[-0.0, 1.0], [-1.0, -0.0]]
    """
    angles = 2 * jnp.pi * jnp.arange(1, n_tokens + 1) / n_tokens
    return jnp.stack([jnp.cos(angles), jnp.sin(angles)], axis=1)


def next_on_circle(*, n_tokens: int) -> Float[Array, "2 2"]:
    """Return the matrix M that finds the next place of `circle_code`.

    M is the rotation by 2π/n over 1 - cos(2π/n), so M p_j points at p_{j+1}, and the score

        p_i^T M p_j = cos(2π (i - j - 1) / n) / (1 - cos(2π/n))

    is largest at i = j + 1, by at least 1; for the last place, at i = 1.

    >>> code, m = circle_code(n_tokens=7), next_on_circle(n_tokens=7)
    >>> (code @ m @ code.T).argmax(axis=0).tolist()
    [1, 2, 3, 4, 5, 6, 0]
    """
    if n_tokens < 3:
        raise ValueError(f"n_tokens = {n_tokens}, but one example and a query make 3 tokens.")
    angle = 2 * math.pi / n_tokens
    cos, sin = math.cos(angle), math.sin(angle)
    return jnp.array([[cos, -sin], [sin, cos]]) / (1 - cos)


def sharpness_for(*, n_attended: int, margin: Scalar, error: Scalar) -> Float[Array, ""]:
    """Return the factor β on the scores that leaves all other tokens together a weight `error`.

    One score exceeds all others by `margin`, and those are equal: the worst case. Softmax gives
    them the weight (n - 1) / (exp(β m) + n - 1) together, so

        β = log((n - 1) (1 - error) / error) / m.

    Arguments:

    - `n_attended`: the number n of tokens that lend keys, at least 2.
    - `margin`: the margin m > 0 of the scores before the factor.
    - `error`: the weight that goes astray, between 0 and 1.

    >>> float(sharpness_for(n_attended=2, margin=2.0, error=0.5))
    0.0
    """
    if n_attended < 2 or not 0 < float(error) < 1 or not float(margin) > 0:
        raise ValueError(
            f"n_attended = {n_attended}, margin = {margin}, error = {error}: a weight can go "
            "astray among at least 2 tokens; the margin is positive, the error between 0 and 1."
        )
    return jnp.log((n_attended - 1) * (1 - error) / jnp.asarray(error, float)) / margin
