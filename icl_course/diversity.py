"""Task diversity in small: a net that reads a prompt through sums, trained on few or many teachers.

The net sees the context through 1/N sum_i y_i x_i and 1/N sum_i x_i x_i^T, which is what linear
attention heads gather; a multilayer perceptron makes of these sums the weights that it answers
with. It is no transformer, and blind to the order of the examples by construction.
"""

import math
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Float, Key

from icl_course.arrays import Array, Scalar
from icl_course.predictors import posterior_mean
from icl_course.shipped import save
from icl_course.task_priors import discrete_posterior_mean
from icl_course.training import make_step, start, train

FIELDS = ("w_in", "b_in", "w_middle", "b_middle", "w_out", "b_out")

SHIPPED: dict[str, Any] = {
    "d_x": 3,
    "n_context": 8,
    "label_noise": 0.5,
    "d_hidden": 128,
    "batch_size": 256,
    "n_steps": 4_000,
    "learning_rate": 4e-3,
}
"""How the nets that ship were trained, each on its own set of teachers."""

N_TEACHERS = (2, 8, 32, 128, 512)


class SumsNet(eqx.Module):
    """Hold a perceptron with two hidden layers; matrices act from the left."""

    w_in: Float[Array, "d_hidden d_sums"]
    b_in: Float[Array, " d_hidden"]
    w_middle: Float[Array, "d_hidden d_hidden"]
    b_middle: Float[Array, " d_hidden"]
    w_out: Float[Array, "d_x d_hidden"]
    b_out: Float[Array, " d_x"]


def context_sums(
    xs: Float[Array, "n_context d_x"], ys: Float[Array, "n_context 1"]
) -> Float[Array, " d_sums"]:
    """Return what the net sees of a context: 1/N sum_i y_i x_i, and the upper half of S - I.

    S is the second moment 1/N sum_i x_i x_i^T. Ridge regression needs no more, and neither does the
    Bayes answer for a known set of teachers but sum_i y_i², which is the same for all of them.

    >>> context_sums(jnp.array([[1.0, 2.0]]), jnp.array([[3.0]])).tolist()
    [3.0, 6.0, 0.0, 2.0, 3.0]
    """
    d_x = xs.shape[1]
    second_moment = jnp.matmul(xs.T, xs) / len(xs) - jnp.eye(d_x)
    upper = second_moment[np.triu_indices(d_x)]
    return jnp.concatenate([jnp.matmul(xs.T, ys[:, 0]) / len(xs), upper])


def init_sums_net(key: Key[Array, ""], *, d_x: int, d_hidden: int) -> SumsNet:
    """Draw weights for rectified units (variance 2 / fan-in), the last layer at a tenth of that.

    >>> init_sums_net(jax.random.key(0), d_x=2, d_hidden=7).w_in.shape
    (7, 5)
    """
    key_in, key_middle, key_out = jax.random.split(key, 3)
    d_sums = d_x + d_x * (d_x + 1) // 2

    def draw(key: Key[Array, ""], d_out: int, d_in: int) -> jax.Array:
        return math.sqrt(2 / d_in) * jax.random.normal(key, (d_out, d_in))

    return SumsNet(
        w_in=draw(key_in, d_hidden, d_sums),
        b_in=jnp.zeros(d_hidden),
        w_middle=draw(key_middle, d_hidden, d_hidden),
        b_middle=jnp.zeros(d_hidden),
        w_out=0.1 * draw(key_out, d_x, d_hidden),
        b_out=jnp.zeros(d_x),
    )


def context_weights(
    net: SumsNet, xs: Float[Array, "n_context d_x"], ys: Float[Array, "n_context 1"]
) -> Float[Array, " d_x"]:
    """Return the weights that the net makes of a context; its answer to x_q is their product.

    >>> net = init_sums_net(jax.random.key(0), d_x=2, d_hidden=7)
    >>> context_weights(net, jnp.ones((3, 2)), jnp.ones((3, 1))).shape
    (2,)
    """
    hidden = jax.nn.relu(jnp.matmul(net.w_in, context_sums(xs, ys)) + net.b_in)
    hidden = jax.nn.relu(jnp.matmul(net.w_middle, hidden) + net.b_middle)
    return jnp.matmul(net.w_out, hidden) + net.b_out


def draw_teachers(key: Key[Array, ""], *, n_teachers: int, d_x: int) -> Float[Array, "m 1 d_x"]:
    """Draw the teachers of a training set, w ~ N(0, I). A larger set begins with the smaller one.

    >>> two, three = (draw_teachers(jax.random.key(0), n_teachers=m, d_x=1) for m in (2, 3))
    >>> bool((two == three[:2]).all())
    True
    """
    keys = jax.vmap(lambda index: jax.random.fold_in(key, index))(jnp.arange(n_teachers))
    return jax.vmap(lambda one: jax.random.normal(one, (1, d_x)))(keys)


def draw_context(
    key: Key[Array, ""], teacher: Float[Array, "1 d_x"], *, n_context: int, label_noise: Scalar
) -> tuple[Float[Array, "n_context d_x"], Float[Array, "n_context 1"]]:
    """Draw a context of one teacher: x ~ N(0, I) and y = w · x + σ ε.

    >>> xs, ys = draw_context(jax.random.key(0), jnp.ones((1, 2)), n_context=3, label_noise=0.0)
    >>> bool(jnp.allclose(ys[:, 0], xs.sum(axis=1)))
    True
    """
    key_xs, key_noise = jax.random.split(key)
    xs = jax.random.normal(key_xs, (n_context, teacher.shape[1]))
    noise = label_noise * jax.random.normal(key_noise, (n_context, 1))
    return xs, jnp.matmul(xs, teacher.T) + noise


def train_on(
    key: Key[Array, ""],
    teachers: Float[Array, "m 1 d_x"],
    *,
    n_context: int,
    label_noise: Scalar,
    d_hidden: int,
    batch_size: int,
    n_steps: int,
    learning_rate: float,
) -> tuple[SumsNet, Float[Array, " n_steps"]]:
    """Train a net on contexts whose teacher is one of a set, all equally likely.

    The loss is half the squared error at a query x_q ~ N(0, I), averaged over x_q by hand: half of
    |w_net - w|². Adam, with a step size that falls along a cosine.

    Source: 2306.15063, section 2, with another net.

    Arguments: the run's key, the set, and sizes. Returns the net and the loss of every step.

    >>> teachers = draw_teachers(jax.random.key(0), n_teachers=2, d_x=1)
    >>> net, losses = train_on(jax.random.key(1), teachers, n_context=2, label_noise=0.5,
    ...                        d_hidden=3, batch_size=4, n_steps=2, learning_rate=1e-3)
    >>> losses.shape
    (2,)
    """
    key_init, key_train = jax.random.split(key)

    def one(net: SumsNet, key: Key[Array, ""]) -> jax.Array:
        key_which, key_context = jax.random.split(key)
        teacher = teachers[jax.random.randint(key_which, (), 0, len(teachers))]
        xs, ys = draw_context(key_context, teacher, n_context=n_context, label_noise=label_noise)
        return jnp.sum((context_weights(net, xs, ys) - teacher[0]) ** 2) / 2

    def loss(net: SumsNet, key: Key[Array, ""]) -> jax.Array:
        keys = jax.random.split(key, batch_size)
        return jnp.mean(jax.vmap(one, in_axes=(None, 0))(net, keys))

    optimiser = optax.adam(optax.cosine_decay_schedule(learning_rate, max(n_steps, 1)))
    first = init_sums_net(key_init, d_x=teachers.shape[2], d_hidden=d_hidden)
    state, info = train(
        key_train, start(first, optimiser), step=make_step(loss, optimiser), n_steps=n_steps
    )
    return state.params, info.loss


def on_new_teachers(
    net: SumsNet,
    teachers: Float[Array, "m 1 d_x"],
    key: Key[Array, ""],
    *,
    n_tasks: int,
    n_context: int,
    label_noise: Scalar,
) -> dict[str, Float[Array, " n_tasks"]]:
    """Return, for contexts of teachers that nobody has seen, who answers how, task by task.

    All are mean squares over queries x_q ~ N(0, I), so squared distances of weights. "risk of ..."
    is half the distance to the teacher; "to ..." is the net's distance to that answer's weights.

    Source: 2306.15063, section 3.

    >>> teachers = draw_teachers(jax.random.key(0), n_teachers=2, d_x=1)
    >>> net = init_sums_net(jax.random.key(1), d_x=1, d_hidden=3)
    >>> sorted(on_new_teachers(net, teachers, jax.random.key(2), n_tasks=5, n_context=2,
    ...                        label_noise=0.5))
    ['risk of ridge', 'risk of the discrete', 'risk of the net', 'to ridge', 'to the discrete']
    """
    d_x = teachers.shape[2]

    def one(key: Key[Array, ""]) -> dict[str, jax.Array]:
        key_teacher, key_context = jax.random.split(key)
        teacher = jax.random.normal(key_teacher, (1, d_x))
        xs, ys = draw_context(key_context, teacher, n_context=n_context, label_noise=label_noise)

        def weights(predict: Any, **known: Any) -> jax.Array:
            return jax.vmap(lambda axis: predict(xs, ys, axis, **known)[0])(jnp.eye(d_x))

        ridge = weights(posterior_mean, label_noise=label_noise)
        discrete = weights(discrete_posterior_mean, teachers=teachers, label_noise=label_noise)
        ours = context_weights(net, xs, ys)

        def apart(one: Array, other: Array) -> jax.Array:
            return jnp.sum((one - other) ** 2)

        return {
            "risk of the net": apart(ours, teacher[0]) / 2,
            "risk of ridge": apart(ridge, teacher[0]) / 2,
            "risk of the discrete": apart(discrete, teacher[0]) / 2,
            "to ridge": apart(ours, ridge),
            "to the discrete": apart(ours, discrete),
        }

    found: dict[str, Array] = jax.jit(jax.vmap(one))(jax.random.split(key, n_tasks))
    return found


def arrays_of(nets: Mapping[int, SumsNet]) -> dict[str, np.ndarray]:
    """Return nets by their number of teachers as named arrays in float16, as they are shipped.

    >>> net = init_sums_net(jax.random.key(0), d_x=1, d_hidden=3)
    >>> sorted(arrays_of({2: net}))[:2]
    ['2_b_in', '2_b_middle']
    """
    return {
        f"{m}_{field}": np.asarray(getattr(net, field), np.float16)
        for m, net in nets.items()
        for field in FIELDS
    }


def nets_of(arrays: Mapping[str, np.ndarray]) -> dict[int, SumsNet]:
    """Return the nets that `arrays_of` wrote, in float32, by their number of teachers.

    >>> net = init_sums_net(jax.random.key(0), d_x=1, d_hidden=3)
    >>> list(nets_of(arrays_of({2: net})))
    [2]
    """
    sizes = sorted({int(name.split("_")[0]) for name in arrays})
    return {
        m: SumsNet(**{field: jnp.asarray(arrays[f"{m}_{field}"], float) for field in FIELDS})
        for m in sizes
    }


def ship(
    folder: Path | None = None,
    *,
    seed: int = 0,
    n_teachers: Iterable[int] = N_TEACHERS,
    **changed: Any,
) -> dict[int, SumsNet]:
    """Train one net for each number of teachers, and write what the course ships of them.

    About a minute on one quiet core. The files are task_diversity.npz and .json in `folder`, or in
    the working directory.

    >>> import tempfile
    >>> list(ship(Path(tempfile.mkdtemp()), n_teachers=[2, 8], n_steps=0, d_hidden=3))
    [2, 8]
    """
    settings = {**SHIPPED, **changed}
    sizes = {name: value for name, value in settings.items() if name != "d_x"}
    key_teachers, key_train = jax.random.split(jax.random.key(seed))
    begun, nets = time.process_time(), {}
    for m in n_teachers:
        teachers = draw_teachers(key_teachers, n_teachers=m, d_x=settings["d_x"])
        nets[m], _ = train_on(jax.random.fold_in(key_train, m), teachers, **sizes)
    said = {
        "seed": seed,
        "settings": settings,
        "cpu_seconds": round(time.process_time() - begun),
        "command": 'python -c "from icl_course.diversity import ship; ship()"',
        "versions": {"jax": jax.__version__, "numpy": np.__version__},
    }
    save(folder or Path.cwd(), "task_diversity", arrays_of(nets), said)
    return nets
