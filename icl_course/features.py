"""Features: an MLP before the layer, so that one gradient step on its top layer learns a curve.

A task whose inputs went through features is a task again. So tokens, attention, constructions and
descent need to know nothing of features.
"""

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Float, Key

from icl_course.arrays import Array, Scalar
from icl_course.attention import AttentionParams, init_attention, linear_attention
from icl_course.descent import descend, predict
from icl_course.mlp import MlpParams, init_mlp, mlp
from icl_course.tasks import Task
from icl_course.tokens import make_tokens, read_prediction

Layer = Callable[
    [AttentionParams, Float[Array, "n_tokens d_token"]], Float[Array, "n_tokens d_token"]
]


class FeatureLayer(eqx.Module):
    """Hold a net: an MLP on each input, then one attention layer on tokens (h(x), y)."""

    mlp: MlpParams
    attention: AttentionParams


class FeatureDescent(eqx.Module):
    """Hold what gradient descent on a top layer needs: features, step size, and where to begin.

    With `w_0` None the top layer begins at 0, and there is no beginning to be trained.
    """

    mlp: MlpParams
    learning_rate: Float[Array, ""]
    w_0: Float[Array, "d_y d_features"] | None = None


def with_features(
    task: Task, features: Callable[[Float[Array, " d_x"]], Float[Array, " d_features"]]
) -> Task:
    """Replace every input of a task, the query's too, by its features h(x).

    Targets stay. What comes out is a task with d_x = d_features: `tokens.make_tokens` writes
    tokens (h(x_i), y_i) from it, and `descent.step` trains a top layer W on it, since
    W h(x) is linear in W.

    Source: 2212.07677, section 5, Prop. 2.

    Arguments:

    - `task`: one task; for a batch wrap the call in `jax.vmap`.
    - `features`: maps one input to its features.

    Returns the new task. Raises `ValueError` where `task` is a batch.

    >>> task = Task(xs=jnp.array([[1.0], [2.0]]), ys=jnp.array([[5.0], [6.0]]),
    ...             x_query=jnp.array([3.0]), y_query=jnp.array([9.0]))
    >>> with_features(task, lambda x: jnp.append(x, x**2)).xs.tolist()
    [[1.0, 1.0], [2.0, 4.0]]
    """
    if task.xs.ndim != 2:
        raise ValueError(
            f"task.xs has shape {task.xs.shape}, but with_features takes one task with xs of "
            "shape [n_context d_x]: for a batch wrap the call in jax.vmap."
        )
    return Task(
        xs=jax.vmap(features)(task.xs),
        ys=task.ys,
        x_query=features(task.x_query),
        y_query=task.y_query,
    )


def feature_attention(
    params: FeatureLayer, task: Task, *, layer: Layer = linear_attention
) -> Float[Array, " d_y"]:
    """Predict by an attention layer on tokens (h(x_i), y_i), with the query (h(x_q), 0).

    Source: 2212.07677, section 5, Prop. 2: with the weights of `constructions.gradient_step` this
    is one gradient step on a top layer that starts at 0.

    Arguments:

    - `params`: the weights of the MLP h and of the attention layer.
    - `task`: one task.
    - `layer`: the attention layer, `(params, tokens) -> tokens`.

    Returns the prediction for the query.

    >>> params = init_feature_layer(jax.random.key(0), d_x=2, d_hidden=5, d_features=3, d_y=1,
    ...                             scale=0.1)
    >>> task = Task(xs=jnp.ones((4, 2)), ys=jnp.zeros((4, 1)), x_query=jnp.ones(2),
    ...             y_query=jnp.zeros(1))
    >>> feature_attention(params, task).shape
    (1,)
    """
    lifted = with_features(task, lambda x: mlp(params.mlp, x))
    after = layer(params.attention, make_tokens(lifted))
    return read_prediction(after, d_y=task.ys.shape[1])


def feature_descent(
    params: FeatureDescent, task: Task, *, n_steps: int = 1
) -> Float[Array, " d_y"]:
    """Predict by gradient descent on a top layer: W_K h(x_q), after K steps from W_0.

        L(W) = 1/(2N) sum_i |W h(x_i) - y_i|²

    The features h do not move while W does. To meta-train them, differentiate this prediction's
    loss in `params`: the features are then chosen so that K steps go far.

    Source: 2212.07677, section 5 (gradient descent with a meta-learned MLP).

    Arguments:

    - `params`: the weights of the MLP h, the step size, and W_0 unless it is 0.
    - `task`: one task.
    - `n_steps`: the number K of steps.

    Returns the prediction for the query.

    >>> params = init_feature_descent(jax.random.key(0), d_x=2, d_hidden=5, d_features=3)
    >>> task = Task(xs=jnp.ones((4, 2)), ys=jnp.zeros((4, 1)), x_query=jnp.ones(2),
    ...             y_query=jnp.zeros(1))
    >>> feature_descent(params, task).tolist()
    [0.0]
    """
    lifted = with_features(task, lambda x: mlp(params.mlp, x))
    start = params.w_0
    if start is None:
        start = jnp.zeros((task.ys.shape[1], lifted.xs.shape[1]), lifted.xs.dtype)
    w = descend(start, lifted.xs, task.ys, learning_rate=params.learning_rate, n_steps=n_steps)
    return predict(w, lifted.x_query)


def init_feature_layer(
    key: Key[Array, ""], *, d_x: int, d_hidden: int, d_features: int, d_y: int, scale: Scalar
) -> FeatureLayer:
    """Draw an MLP and one head of attention with d_key = d_value = d_features + d_y.

    Arguments: the sizes, and `scale` as for `attention.init_attention`. Returns the weights.

    >>> params = init_feature_layer(jax.random.key(0), d_x=2, d_hidden=5, d_features=3, d_y=1,
    ...                             scale=0.1)
    >>> params.mlp.w_out.shape, params.attention.w_q.shape
    ((3, 5), (1, 4, 4))
    """
    key_mlp, key_attention = jax.random.split(key)
    d_token = d_features + d_y
    return FeatureLayer(
        mlp=init_mlp(key_mlp, d_in=d_x, d_hidden=d_hidden, d_out=d_features),
        attention=init_attention(
            key_attention, d_token=d_token, d_key=d_token, d_value=d_token, scale=scale
        ),
    )


def init_feature_descent(
    key: Key[Array, ""], *, d_x: int, d_hidden: int, d_features: int, learning_rate: Scalar = 1.0
) -> FeatureDescent:
    """Draw an MLP, and set the step size. The top layer begins at 0.

    Arguments: the sizes, and the step size of the top layer. Returns the parameters.

    >>> params = init_feature_descent(jax.random.key(0), d_x=1, d_hidden=5, d_features=3)
    >>> params.mlp.w_out.shape, float(params.learning_rate)
    ((3, 5), 1.0)
    """
    return FeatureDescent(
        mlp=init_mlp(key, d_in=d_x, d_hidden=d_hidden, d_out=d_features),
        learning_rate=jnp.asarray(learning_rate, float),
    )


def spread_bends(key: Key[Array, ""], params: MlpParams, *, input_range: Scalar) -> MlpParams:
    """Move each hidden unit's bend to a random point of the inputs' range.

    A unit gelu(w · x + b) bends where w · x + b = 0. With b = 0 all units of an MLP on one number
    bend at 0, and features for the rest of the range must be found by training. Here

        b = -w · c,   c ~ U(-input_range, input_range)^{d_x}, one c for each unit.

    Arguments:

    - `key`: a typed key.
    - `params`: the MLP.
    - `input_range`: the half width of the inputs.

    Returns the MLP with other biases of its hidden units.

    >>> params = init_mlp(jax.random.key(0), d_in=1, d_hidden=4, d_out=2)
    >>> moved = spread_bends(jax.random.key(1), params, input_range=5.0)
    >>> bends = -moved.b_in / moved.w_in[:, 0]
    >>> bool((abs(bends) < 5).all()), bool((abs(bends) > 0).all())
    (True, True)
    """
    centres = jax.random.uniform(key, params.w_in.shape, minval=-input_range, maxval=input_range)
    return eqx.tree_at(lambda mlp: mlp.b_in, params, -jnp.sum(params.w_in * centres, axis=1))
