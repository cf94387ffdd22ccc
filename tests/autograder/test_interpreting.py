"""Programs evaluated in NumPy give what compiled ones give: values, types, errors and effects."""

import time
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from jax import lax
from jax._src import pjit
from jax._src.lax.linalg import geqrf
from jax._src.random.prng import iota_2x32_shape
from jax.extend.core import ClosedJaxpr, Jaxpr
from jax.extend.random import threefry2x32_p

from autograder.ask import interpreting as module
from autograder.ask.interpreting import INNER_RULES, KEY_RULES, interpreting
from autograder.ask.rules import RULES

FAST = {"xla_backend_optimization_level": 0, "xla_cpu_use_fusion_emitters": False}

INF, NAN = np.inf, np.nan
ROW = np.float32([0.5, -1.25, 3, 0])
GRID = np.float32([[1, -2, 3, 0.5], [0, 4, -1.5, 2], [2.5, 2.5, -3, 1]])
ODD = np.float32([-INF, -3.5, -2.5, -1, -0.5, 0, 0.49999997, 0.5, 1, 1.5, 2.5, 300, 3e9, INF, NAN])
INTS = np.int32([7, -7, 7, -7, 0, 5, 0, -(2**31), 2**31 - 1, -(2**31)])
BY = np.int32([2, 2, -2, -2, 3, 0, 0, -1, -1, 0])
SHIFTS = np.int32([0, 1, 7, 31, 32, 33, -1, 2, 5, 8])
FLAGS = np.array([True, False, True, False])
MATRIX = np.float32([[4, 1, 0.5], [1, 3, -0.25], [0.5, -0.25, 2]])
MATRICES = np.float32(np.random.default_rng(0).normal(size=(2, 3, 3)))
TALL = np.float32(np.random.default_rng(1).normal(size=(5, 3)))
WORDS = np.arange(8, dtype=np.uint32).reshape(4, 2)
EMPTY = np.zeros((0, 3), np.float32)


def key():
    return jax.random.key(3)


@jax.custom_jvp
def own_tangent(x):
    return jnp.sin(x)


own_tangent.defjvp(lambda primals, tangents: (jnp.sin(primals[0]), 3 * tangents[0]))


@jax.custom_vjp
def own_cotangent(x):
    return x**2


own_cotangent.defvjp(lambda x: (x**2, x), lambda x, cotangent: (5 * x * cotangent,))


def loss(w, x=GRID):
    return jnp.mean(jnp.tanh(x @ w / 9) ** 2)


def reductions(*names):
    return lambda x: [getattr(jnp, name)(x, axis) for name in names for axis in (None, 0, 1)]


def at(name, *mode, value=(10.0, 20, 30, 40)):
    """Change entries of a row: one of the places comes twice, the others lie outside."""
    how = {"mode": mode[0]} if mode else {}
    return lambda x: getattr(x.at[jnp.array([1, 1, 9, -9])], name)(jnp.array(value, x.dtype), **how)


def dots(x, y):
    return (
        x @ y.T,
        x.T @ y,
        jnp.dot(x[0], y[1]),
        jnp.tensordot(x, y, 2),
        jnp.einsum("ij,kj->ik", x, y),
        jnp.einsum("ij,ij->j", x, y),
        jnp.einsum("ij,kl->iljk", x, y),
        jax.vmap(jnp.outer)(x, y),
        jnp.matmul(x[None], y.T, precision="highest"),
    )


UNARY = """
    abs negative sign exp exp2 log log1p expm1 sqrt cbrt square sin cos tan arcsin arccos arctan
    sinh cosh tanh arcsinh arccosh arctanh floor ceil trunc round isfinite isnan isinf reciprocal
    nan_to_num
"""
LAX = (lax.rsqrt, lax.logistic, lax.erf, lax.erfc, lax.erf_inv, lax.round)
COMPARE = (jnp.equal, jnp.not_equal, jnp.less, jnp.less_equal, jnp.greater, jnp.greater_equal)
ACTIVATIONS = "relu gelu silu elu softplus sigmoid log_sigmoid softmax log_softmax leaky_relu"

# fmt: off
# Name: function and arguments, all of it evaluated and nothing compiled.
INTERPRETED = {
    "unary": (lambda x: [getattr(jnp, name)(x) for name in UNARY.split()], ODD),
    "lax unary": (lambda x: [function(x) for function in LAX], ODD),
    "activations": (lambda x: [getattr(jax.nn, n)(x) for n in ACTIVATIONS.split()], GRID),
    "exact gelu": (partial(jax.nn.gelu, approximate=False), GRID),
    "binary": (
        lambda x, y: (x + y, x - y, x * y, x / y, jnp.arctan2(x, y), jnp.hypot(x, y)),
        ODD[:, None],
        ODD,
    ),
    "min and max": (lambda x, y: (jnp.maximum(x, y), jnp.minimum(x, y)), ODD[:, None], ODD),
    "powers": (lambda x, y: (x**y, x**2, x**-3, x**0, x**7, 2.0**x), ODD[:, None], ODD),
    "remainders": (
        lambda x, y: (x % y, x // y, lax.rem(x + 0 * y, y + 0 * x), jnp.fmod(x, y)),
        ODD[:, None],
        np.float32([2, -2, 0.75, 0, INF, NAN]),
    ),
    "comparisons": (lambda x, y: [compare(x, y) for compare in COMPARE], ODD[:, None], ODD),
    "integers": (
        lambda x, y: (x + y, x - y, x * y, lax.div(x, y), lax.rem(x, y), x // y, x % y, x / y),
        INTS,
        BY,
    ),
    "unsigned integers": (
        lambda x, y: (x + y, x - y, x * y, lax.div(x, y), lax.rem(x, y), x // y, x % y, -x),
        INTS.astype(np.uint32),
        BY.astype(np.uint32),
    ),
    "small integers": (
        lambda x: (x + x, x * x, x.sum(), x.prod(), x.cumsum(), lax.div(x, x - 7), x**3, -x),
        INTS.astype(np.int8),
    ),
    "integer powers": (lambda x, y: (x**y, x**5, 2.5**y), INTS, BY),
    "bits": (lambda x, y: (x & y, x | y, x ^ y, ~x, abs(x), jnp.sign(x)), INTS, BY),
    "flags": (
        lambda x: (~x, x & x[::-1], x | True, x ^ x[0], x.any(), x.all(), x.sum(), x + x, x * 2),
        FLAGS,
    ),
    "shifts": (
        lambda x, by: (
            lax.shift_left(x, by),
            lax.shift_right_logical(x, by),
            lax.shift_right_arithmetic(x, by),
        ),
        INTS,
        SHIFTS,
    ),
    "shifts of bytes": (
        lambda x, by: (
            lax.shift_left(x, by),
            lax.shift_right_logical(x, by),
            lax.shift_right_arithmetic(x, by),
        ),
        INTS.astype(np.int8),
        SHIFTS.astype(np.int8),
    ),
    "bitcast": (
        lambda x, y: (lax.bitcast_convert_type(x, jnp.int32), y.view(jnp.uint32), y[0].view("f4")),
        ODD,
        BY[2:],
    ),
    "floats to integers": (
        lambda x: [x.astype(t) for t in ("i1", "i2", "i4", "u1", "u2", "u4", "?")],
        np.float32([*ODD, -300.5, 128, 127.5, -129, 65536, 4294967295, -2147483648, -0.9]),
    ),
    "integers to others": (lambda x: [x.astype(t) for t in ("i1", "u1", "u4", "f4", "?")], INTS),
    "total order": (
        lambda x, y: [jnp.searchsorted(x, y, side=side) for side in ("left", "right")],
        np.float32([-INF, -1, -0.0, 0, 0, 1, INF, NAN]),
        np.float32([INF, NAN, -INF, 0, -0.0, 0.5, 9, -NAN]),
    ),
    "weak types": (lambda x: (jnp.asarray(2.0) * x, 2.0 * x, jnp.asarray(2.0) * 3), np.int32(3)),
    "sums": (reductions("sum", "prod", "mean", "var", "std", "max", "min", "ptp"), GRID),
    "sums with NaN": (
        lambda x: [f(x) for f in (jnp.sum, jnp.max, jnp.min, jnp.nanmean, jnp.nansum, jnp.nanmax)],
        ODD,
    ),
    "sums of nothing": (
        lambda x: (x.sum(0), x.prod(1), x.max(1), jnp.min(x, 0, initial=2.0), (x > 0).all()),
        EMPTY,
    ),
    "ends of types": (
        lambda *xs: [f(x, (0,)) for x in xs for f in (lax.reduce_max, lax.reduce_min)],
        EMPTY,
        EMPTY.astype(np.int32),
        EMPTY.astype(np.uint8),
        EMPTY.astype(bool),
    ),
    "bitwise reductions": (
        lambda x: (lax.reduce_and(x, (0,)), lax.reduce_or(x, (0,)), lax.reduce_and(x[:0], (0,))),
        INTS,
    ),
    "positions": (reductions("argmax", "argmin", "count_nonzero"), GRID),
    "positions with NaN": (lambda x: (x.argmax(), x.argmin(), (x > 1).argmax()), ODD),
    "running": (
        lambda x: [
            function(x, axis, reverse)
            for function in (lax.cumsum, lax.cumprod, lax.cummax, lax.cummin)
            for axis in (0, 1)
            for reverse in (False, True)
        ],
        GRID,
    ),
    "running maximum with NaN": (lambda x: (lax.cummax(x), lax.cummin(x)), ODD[::-1]),
    "log of a sum of exponentials": (
        lambda x: (jax.nn.logsumexp(x, 1), jnp.logaddexp(x, 2.0)),
        GRID,
    ),
    "sort": (lambda x: (jnp.sort(x), jnp.sort(x, 0, descending=True), jnp.argsort(x, 0)), GRID),
    "sort with NaN": (lambda x: (jnp.sort(x), jnp.argsort(x), jnp.argsort(-x)), ODD[::-1]),
    "sort with equals": (lambda x: (jnp.argsort(x), jnp.unique(x, size=4), jnp.sort(x)), INTS),
    "median": (lambda x: (jnp.median(x), jnp.quantile(x, 0.3, axis=1)), GRID),
    "top k": (lambda x, y: (lax.top_k(x, 2), lax.top_k(y, 3)), GRID, ODD),
    "dots": (dots, GRID, GRID[::-1]),
    "dots of integers": (dots, np.int32(GRID), np.int32(GRID[::-1])),
    "batched dots": (
        lambda x, y: (
            jnp.einsum("bij,bjk->bik", x, y), jnp.einsum("bij,bkj,b->ki", x, y, x[:, 0, 0]),
        ),
        MATRICES,
        MATRICES,
    ),
    "dot to a wider type": (
        lambda x: lax.dot_general(x, x, (((0,), (0,)), ((), ())), preferred_element_type=jnp.int32),
        INTS.astype(np.int8),
    ),
    "empty dots": (lambda x: (x.T @ x, x @ x.T, x @ jnp.ones((3, 2))), EMPTY),
    "products": (lambda x, y: (jnp.kron(x, y), jnp.outer(x, y), jnp.cross(x, y)), ROW[:3], ROW[1:]),
    "shapes": (
        lambda x: (
            x.reshape(2, -1), x.ravel("F"), x.T, x[None, ..., None], x.reshape(1, 12).squeeze(),
            jnp.broadcast_to(x, (2, 3, 4)), jnp.tile(x, (2, 1, 2)), jnp.repeat(x, 2, 0),
            jnp.roll(x, (1, -1), (0, 1)), jnp.flip(x, 0), jnp.rot90(x), jnp.swapaxes(x, 0, 1),
        ),
        GRID,
    ),
    "joins": (
        lambda x: (
            jnp.concatenate([x, x[:1]]), jnp.stack([x, x], 1), jnp.vstack([x, x]),
            jnp.hstack([x, x]), jnp.split(x, [1], 1), jnp.array_split(x, 2), list(x),
            jnp.block([[x, x], [x, x]]), lax.unstack(x, axis=1),
        ),
        GRID,
    ),
    "diagonals": (
        lambda x, y: (
            jnp.tril(x), jnp.triu(x, 1), jnp.diag(x), jnp.diag(y), jnp.trace(x), jnp.eye(3),
            jnp.arange(5) * 2, jnp.linspace(0, 1, 5), jnp.meshgrid(y, y), lax.iota(jnp.uint8, 300),
        ),
        GRID,
        ROW,
    ),
    "choices": (
        lambda x, y: (
            jnp.where(x > 0, x, y), jnp.clip(x, -1, 1), lax.clamp(1.0, x, 0.0),
            jnp.where(x > 0, 1, 0),
            jnp.select([x > 1, x > 0], [x, -x], 7.0),
            lax.select_n(jnp.int32(x), x, x + 1, x + 2), lax.select_n(x > 0, x, x + 1),
            jax.nn.one_hot(jnp.array([0, 2, 5, -1]), 3),
        ),
        np.float32([-INF, -0.5, 1, 2.5]),
        ROW,
    ),
    "padding": (
        lambda x: [
            lax.pad(x, 7.0, config)
            for config in (
                [(1, 2, 0), (0, 1, 0)], [(-1, 0, 0), (2, -2, 0)], [(0, 0, 1), (1, 1, 2)],
                [(-1, 1, 2), (-2, -3, 1)], [(-3, 2, 0), (0, 0, 0)],
            )
        ] + [jnp.pad(x, 1, mode) for mode in ("edge", "reflect", "wrap")],
        GRID,
    ),
    "padding of nothing": (lambda x: lax.pad(x, 7.0, [(1, 1, 2), (0, 0, 1)]), EMPTY),
    "indexing": (
        lambda x: (
            x[1], x[-1, -2], x[:, ::2], x[::-1], x[1:1], x[jnp.array([2, 0, -1])], x[9], x[:, -9],
            x[jnp.array([[0, 1], [1, 9]])], x[jnp.array([0, 1]), jnp.array([3, -9])],
            x[..., None, 1],
            jnp.take(x, jnp.array([0, 9, -1])), jnp.take(x, 9, mode="clip"),
            x[:, jnp.array([1, 5])],
            jnp.take_along_axis(x, jnp.argsort(x, 1), 1), x.at[7, 1].get(mode="fill", fill_value=5),
        ),
        GRID,
    ),
    "indexing integers": (
        lambda *xs: [x[jnp.array([0, 99, -1])] for x in xs],
        INTS,
        FLAGS,
        np.uint8(INTS % 256),
    ),
    "indexing by a traced place": (
        lambda x, i: (
            x[i], x[:, i], x.at[i].set(9.0),
        ),
        GRID,
        np.int32(-1),
    ),
    "indexing outside by a traced place": (
        lambda x, i: (
            x[i], x.at[i].add(9.0),
        ),
        GRID,
        np.int32(3),
    ),
    "indexing by flags": (
        lambda x: (jnp.where(x > 0, size=3), x.at[:, FLAGS].set(0.0), x[:, FLAGS]),
        GRID,
    ),
    "batched indexing": (
        lambda x, i: (
            jax.vmap(lambda row, j: row[j])(x, i), jax.vmap(lambda r, j: r.at[j].set(7.0))(x, i),
        ),
        GRID,
        np.int32([0, 3, 9]),
    ),
    "a promise that is broken": (
        lambda x, i: [
            (x[i], x.at[i].get(mode=mode), x.at[i].set(2.0, mode=mode), x.at[i].add(2.0, mode=mode))
            for mode in ("promise_in_bounds", "clip", "drop")
        ],
        ROW,
        np.int32([0, 99, -99]),
    ),
    "windows": (
        lambda x, i: (
            lax.dynamic_slice(x, (i, i), (2, 2)), lax.dynamic_update_slice(x, x[:2, :2], (i, -i)),
            lax.dynamic_index_in_dim(x, i, 1), lax.dynamic_slice_in_dim(x, -1, 2),
        ),
        GRID,
        np.int8(100),
    ),
    "changes": (
        lambda x: [at(name)(x) for name in ("set", "add", "subtract", "multiply", "min", "max")],
        ROW,
    ),
    "changes at clipped places": (lambda x: [at(n, "clip")(x) for n in ("add", "min")], ROW),
    "changes of integers": (
        lambda x: [at(name, value=(1, 2, 3, 4))(x) for name in ("set", "add")],
        INTS,
    ),
    "changes of blocks": (
        lambda x: (
            x.at[1].set(5.0), x.at[:, 2].add(ROW[:3]), x.at[0, 1:3].multiply(2.0),
            x.at[::2, ::2].set(0),
            x.at[jnp.array([0, 2])].add(x[:2]), x.at[jnp.array([0, 2]), :2].set(1.0),
            x.at[1:1].set(3.0),
        ),
        GRID,
    ),
    "segments": (
        lambda x: [
            function(x, jnp.array([0, 2, 2, 5]), 4)
            for function in (jax.ops.segment_sum, jax.ops.segment_max, jax.ops.segment_prod)
        ],
        ROW,
    ),
    "counts": (lambda x: (jnp.bincount(x, length=4), jnp.nonzero(x, size=3)), np.abs(BY)),
    "gradient": (jax.value_and_grad(loss), ROW),
    "derivatives": (
        lambda w: (jax.jacfwd(loss)(w), jax.jacrev(loss)(w), jax.hessian(loss)(w)),
        ROW,
    ),
    "directional derivatives": (
        lambda w: (jax.jvp(loss, (w,), (w,)), jax.vjp(loss, w)[1](2.0)),
        ROW,
    ),
    "gradients of moves": (
        jax.grad(
            lambda x: (jnp.sort(x, 1)[:, 0] * x[:, 1]).sum() + jnp.max(x)
            + x[jnp.array([0, 0, 9])].sum()
            + jnp.pad(x, 1).cumsum(0).sum() + jnp.cumprod(x[0]).sum() + x.at[0].set(1.0).prod()
        ),
        GRID,
    ),
    "own derivatives": (
        lambda x: (own_cotangent(x), jax.grad(own_tangent)(x), jax.grad(own_cotangent)(x)),
        np.float32(0.7),
    ),
    "checkpoint": (jax.grad(jax.checkpoint(loss)), ROW),
    "vmap": (jax.vmap(jax.grad(loss), in_axes=(1, None)), GRID.T, GRID),
    "vmap of vmap": (jax.vmap(jax.vmap(jnp.dot, (None, 0)), (0, None)), GRID, GRID),
    "programs in programs": (jax.jit(lambda x: jax.jit(jnp.sin)(x) + jax.jit(jnp.cos)(x)), GRID),
    "stopped gradient": (jax.grad(lambda x: (x * lax.stop_gradient(x)).sum()), ROW),
    "scan": (
        lambda x: (
            lax.scan(lambda carry, row: (carry * 0.5 + row, carry.sum()), x[0], x),
            lax.scan(lambda carry, row: (carry * 0.5 + row, None), x[0], x, reverse=True, unroll=2),
            lax.scan(lambda carry, _: (carry + 1, carry), 0, length=3),
            lax.map(jnp.sum, x), lax.associative_scan(jnp.add, x),
        ),
        GRID,
    ),
    "gradient of a scan": (
        jax.grad(lambda x: lax.scan(lambda c, row: (jnp.sin(c + row), c), x[0], x)[0].sum()),
        GRID,
    ),
    "loops": (
        lambda x, n: (
            lax.fori_loop(0, 3, lambda i, v: v * i + x, x),
            lax.fori_loop(0, n, lambda i, v: v * 2 + x[i], x),
            lax.while_loop(lambda v: v.sum() < n, lambda v: v + abs(x), x),
            lax.while_loop(lambda v: v < 0, lambda v: v + n, 1),
        ),
        ROW,
        np.int32(4),
    ),
    "branches": (
        lambda x, i: (
            lax.cond(i > 0, jnp.sin, jnp.cos, x), lax.cond(i < 0, lambda: x, lambda: -x),
            lax.switch(i, [jnp.sin, jnp.cos, jnp.tan], x),
            lax.switch(i - 99, [jnp.sin, jnp.cos], x),
            jax.vmap(lambda v: lax.cond(v > 0, jnp.sin, jnp.cos, v))(x),
        ),
        ROW,
        np.int32(7),
    ),
    "barriers": (lambda x: (lax.optimization_barrier(x), jax.device_put(x), jnp.array(x)), ROW),
    "reduced precision": (lambda x: lax.reduce_precision(x, 8, 7), GRID / 3),
    "inverse": (lambda a: (jnp.linalg.inv(a), jnp.linalg.det(a), jnp.linalg.slogdet(a)), MATRIX),
    "solve": (
        lambda a, b: (
            jnp.linalg.solve(a, b), jnp.linalg.solve(a, b[0]),
        ),
        MATRIX,
        MATRICES[0],
    ),
    "batched solve": (lambda a: jnp.linalg.inv(a), MATRICES),
    "gradient of solve": (jax.grad(lambda a: jnp.linalg.solve(a, ROW[:3]).sum()), MATRIX),
    "singular": (lambda a: lax.linalg.lu(a), np.ones((3, 3), np.float32)),
    "triangular": (
        lambda a, b: [
            lax.linalg.triangular_solve(
                a, b if left else b.T,
                left_side=left, lower=lower, transpose_a=turn, unit_diagonal=unit,
            )
            for left in (0, 1) for lower in (0, 1) for turn in (0, 1) for unit in (0, 1)
        ],
        MATRIX,
        MATRICES[0][:, :2],
    ),
    "qr": (
        lambda a: [
            jnp.linalg.qr(x, mode) for x in (a, a.T, a[:3]) for mode in ("reduced", "complete")
        ],
        TALL,
    ),
    "degenerate qr": (
        lambda a: (jnp.linalg.qr(a), jnp.linalg.qr(a * 0)),
        np.eye(3, dtype=np.float32),
    ),
    "gradient of qr": (jax.grad(lambda a: jnp.linalg.qr(a)[0][0, 1]), TALL),
    "cholesky": (
        lambda a: (
            jnp.linalg.cholesky(a),
            jax.scipy.linalg.cho_solve(jax.scipy.linalg.cho_factor(a), ROW[:3]),
        ),
        MATRIX,
    ),
    "eigenvectors": (lambda a: (jnp.linalg.eigh(a), jnp.linalg.eigvalsh(a)), MATRIX),
    "degenerate eigenvectors": (
        lambda a: (jnp.linalg.eigh(a), jnp.linalg.eigh(a * 0 + 1)),
        np.eye(4, dtype="f4"),
    ),
    "batched eigenvectors": (lambda a: jnp.linalg.eigh(a), MATRICES),
    "gradient of eigenvalues": (jax.grad(lambda a: jnp.linalg.eigh(a)[0][0]), MATRIX),
    "singular values": (
        lambda a: [
            jnp.linalg.svd(x, full_matrices=full) for x in (a, a.T) for full in (True, False)
        ] + [jnp.linalg.svd(a, compute_uv=False), jnp.linalg.pinv(a), jnp.linalg.matrix_rank(a)],
        TALL,
    ),
    "norms": (
        lambda a: [jnp.linalg.norm(a, kind) for kind in (None, 1, 2, INF, "nuc")],
        MATRIX,
    ),
    "least squares": (lambda a: jnp.linalg.lstsq(a, a[:, 0])[0], TALL),
    "powers of a matrix": (lambda a: jnp.linalg.matrix_power(a, 3), MATRIX),
    "keys": (
        lambda: (
            key(), jax.random.split(key(), 3), jax.random.fold_in(key(), 7),
            jax.random.key_data(key()),
            jax.random.clone(key()), jax.random.wrap_key_data(jnp.array([1, 2], jnp.uint32)),
        ),
    ),
    "moved keys": (
        lambda words: (
            (k := jax.random.wrap_key_data(words))[0], k[-1], k[::2], k[jnp.array([1, 0])],
            k.reshape(2, 2), k.reshape(2, 2).T, k[None], list(k),
            jnp.stack([k[1], k[0]]), jnp.concatenate([k, k]), jnp.where(FLAGS, k, k[::-1]),
            jnp.broadcast_to(k[0], (2,)), lax.dynamic_index_in_dim(k, k.size - 1, keepdims=False),
        ),
        WORDS,
    ),
    "keys of a batch": (
        lambda words: (
            jax.vmap(jax.random.uniform)(k := jax.random.wrap_key_data(words)),
            jax.vmap(jax.random.split)(k), jax.vmap(jax.random.fold_in)(k, ROW.astype(int)),
            lax.scan(lambda c, one: (jax.random.fold_in(c, 1), jax.random.uniform(one)), k[0], k),
            lax.cond(True, lambda: k, lambda: k[::-1]),
            lax.fori_loop(0, 2, lambda i, c: jax.random.split(c)[i], k[0]),
        ),
        WORDS,
    ),
    "old keys": (lambda: (jax.random.PRNGKey(5), jax.random.split(jax.random.PRNGKey(5))),),
    "bits of keys": (
        lambda: [jax.random.bits(key(), (5,), t) for t in ("uint8", "uint16", "uint32")],
    ),
    "draws": (
        lambda: (
            jax.random.normal(key(), (3, 4)), jax.random.uniform(key(), (5,), minval=-2, maxval=3),
            jax.random.randint(key(), (6,), -3, 9), jax.random.permutation(key(), 6),
        ),
    ),
    "draws of other kinds": (
        lambda: (
            jax.random.categorical(key(), jnp.log(jnp.abs(GRID) + 1)),
            jax.random.orthogonal(key(), 3),
            jax.random.choice(key(), 4, (4,), p=jnp.ones(4) / 4),
            jax.random.exponential(key(), (3,)),
        ),
    ),
    "inside of draws and factors": (
        lambda words, x: (
            threefry2x32_p.bind(*words), iota_2x32_shape((2, 3)), geqrf(x),
            lax.linalg.householder_product(*geqrf(x)),
        ),
        WORDS,
        TALL,
    ),
    "no axes": (lambda x: (x + 1, x.sum(), x[None], x.reshape(1, 1), -x, x[...]), np.float32(3)),
    "nothing": (
        lambda x: (x + 1, x @ x.T, jnp.concatenate([x, x]), x[:, 1], x.T, jnp.sort(x)),
        EMPTY,
    ),
    "large": (lambda x: (x[:, None] * x).sum(0), np.linspace(0, 1, 900, dtype=np.float32)),
    "numbers": (lambda x, n, flag: (x * n, n + 1, flag, x + flag), 1.5, 2, True),
}
# fmt: on

# Name: function and arguments; some of it is compiled, and this is right.
COMPILED = {
    "bfloat16": (lambda x: (x.astype(jnp.bfloat16) * 3).sum(), GRID),
    "float16": (lambda x: jnp.asarray(2.0) * x, np.float16([1, 2])),
    "to bfloat16 and back": (lambda x: x.astype(jnp.bfloat16).astype(jnp.float32), GRID / 3),
    "complex": (lambda x: jnp.abs(x + 1j), ROW),
    "int4": (lambda x: x.astype(jnp.int4) + 1, INTS % 4),
    "denormal results": (lambda x: jnp.log(jnp.exp(x) * 2), np.float32([-100, -1])),
    "denormal inputs": (lambda x: x == 0, np.float32([1e-40, 0, 1])),
    "denormal constants": (lambda x: x * np.float32(1e-40) == 0, np.float32([1, 0])),
    "applied functions": (lambda x: x.at[jnp.array([0, 2])].apply(jnp.exp), ROW),
    "ends of a batch": (
        jax.vmap(lambda x: lax.while_loop(lambda v: v < 9, lambda v: v * 2, x)),
        ROW + 2,
    ),
    "several sorting keys": (lambda x, y: jnp.lexsort((x, y)), ROW, np.int32([1, 0, 1, 0])),
    "an empty scan": (lambda x: lax.scan(lambda c, row: (c, row), 0.0, x), EMPTY),
    "no Cholesky factor": (jnp.linalg.cholesky, -MATRIX),
    "eigenvectors of NaN": (jnp.linalg.eigh, MATRIX * NAN),
    "singular system": (jnp.linalg.solve, np.ones((3, 3), np.float32), ROW[:3]),
    "convolution": (jnp.convolve, ROW, ROW),
    "gamma": (jax.scipy.special.gammaln, ROW),
    "truncated normal": (lambda: jax.random.truncated_normal(key(), -1, 1, (3,)),),
    "another generator": (lambda: jax.random.normal(jax.random.key(0, impl="rbg"), (3,)),),
    "a changed number": (lambda x: x.at[()].set(2.0), np.float32(3)),
    "too large": (lambda x: jnp.zeros((module.LARGEST + 1,)).sum() + x, np.float32(1)),
    "a callback": (
        lambda x: jax.pure_callback(np.sin, jax.ShapeDtypeStruct(x.shape, x.dtype), x),
        ROW,
    ),
}

DOUBLE = {
    "arithmetic": (
        lambda x, y: (x / y, x**y, x % y, x // y, x @ y, x.astype("i8"), jnp.exp(x)),
        ODD,
        ODD,
    ),
    "floats to long integers": (
        lambda x: [x.astype(t) for t in ("i4", "i8", "u8", "u4")],
        np.array([*ODD, 1e19, -1e19, 2e19, 2.0**63, 2.0**31]),
    ),
    "long integers": (
        lambda x, y: (lax.div(x, y), lax.rem(x, y), x // y, x % y, x * y),
        np.int64([2**62 + 1, -(2**62) - 1, -(2**63), 5, 2**53 + 1]),
        np.int64([3, 3, -1, 0, 1]),
    ),
    "draws": (lambda: (jax.random.normal(key(), (3,)), jax.random.bits(key(), (3,), "uint64")),),
    "factors": (
        lambda a: (jnp.linalg.eigh(a), jnp.linalg.qr(a), jnp.linalg.inv(a)),
        np.float64(MATRIX),
    ),
}


@pytest.fixture
def compiled(monkeypatch):
    """Return the names of programs that were not evaluated but compiled, as they come."""
    monkeypatch.setattr(module, "MOST_SECONDS", 60)
    names, real = [], pjit._pjit_call_impl_python

    def counted(*args, name, **how):
        names.append(name)
        return real(*args, name=name, **how)

    monkeypatch.setattr(pjit, "_pjit_call_impl_python", counted)
    return names


def assert_same(found, expected):
    assert jax.tree.structure(found) == jax.tree.structure(expected)
    for ours, xla in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        assert ours.aval == xla.aval  # shape, type and weakness of the type
        assert ours.sharding == xla.sharding
        if jnp.issubdtype(xla.dtype, jax.dtypes.prng_key):
            ours, xla = jax.random.key_data(ours), jax.random.key_data(xla)
        ours, xla = np.asarray(ours), np.asarray(xla)
        if jnp.issubdtype(xla.dtype, jnp.inexact):
            exact = np.result_type(xla, np.float32)
            precision = 1e-5 if exact == np.float32 else 1e-13
            size = np.max(np.abs(xla), initial=0, where=np.isfinite(xla))
            close = {"rtol": precision, "atol": precision * min(float(size), 10)}
            np.testing.assert_allclose(ours.astype(exact), xla.astype(exact), **close)
        else:
            np.testing.assert_array_equal(ours, xla)


def compile_and_run(jitted, args):
    """Run what is not compiled yet, compiled so as to compile soon and not to run fast."""
    return jitted.lower(*args).compile(FAST)(*args)


@pytest.mark.parametrize("name", INTERPRETED)
def test_what_is_evaluated_is_what_is_compiled(name, compiled):
    function, *args = INTERPRETED[name]
    jitted = jax.jit(lambda *args: function(*args))
    with interpreting():
        found = jitted(*args)
    assert compiled == []
    assert_same(found, compile_and_run(jitted, args))


@pytest.mark.parametrize("name", COMPILED)
def test_what_has_no_rule_is_compiled(name, compiled):
    function, *args = COMPILED[name]
    jitted = jax.jit(lambda *args: function(*args))
    with interpreting():
        found = jitted(*args)
        assert compiled
    assert_same(found, jitted(*args))


@pytest.mark.parametrize("name", DOUBLE)
def test_double_precision(name, compiled):
    function, *args = DOUBLE[name]
    jitted = jax.jit(lambda *args: function(*args))
    with jax.enable_x64(True):
        with interpreting():
            found = jitted(*args)
        assert compiled == []
        assert_same(found, compile_and_run(jitted, args))


def operations(program):
    """Return the names of all operations of a program, inner programs included."""
    found = set()
    for equation in program.eqns:
        found.add(equation.primitive.name)
        values = jax.tree.leaves(
            list(equation.params.values()), is_leaf=lambda x: isinstance(x, ClosedJaxpr | Jaxpr)
        )
        for value in values:
            if isinstance(value, ClosedJaxpr | Jaxpr):
                found |= operations(getattr(value, "jaxpr", value))
    return found


def test_every_rule_is_compared():
    seen = set()
    for function, *args in INTERPRETED.values():
        seen |= operations(jax.make_jaxpr(function)(*args).jaxpr)
    assert (RULES.keys() | INNER_RULES.keys() | KEY_RULES.keys()) - seen == set()


def test_it_is_the_rules_that_give_the_values(monkeypatch):
    monkeypatch.setitem(RULES, "sin", lambda x, **said: np.cos(x))
    jitted = jax.jit(jnp.sin)
    with interpreting():
        found = jitted(ROW)
    with pytest.raises(AssertionError):
        assert_same(found, jitted(ROW))


FUZZ = (
    lambda x, y: x + y,
    lambda x, y: x * y[::-1],
    lambda x, y: x @ y.T @ x / 9,
    lambda x, y: jnp.where(x > y, x, -y),
    lambda x, y: jax.nn.softmax(x + y),
    lambda x, y: jnp.concatenate([x, y], 0)[1:4],
    lambda x, y: jnp.roll(x, 1, 1) - y.mean(0),
    lambda x, y: x.at[1].set(y[0]).at[:, 2].add(1.0),
    lambda x, y: jnp.take_along_axis(x, jnp.argsort(y, 1), 1),
    lambda x, y: lax.scan(lambda c, row: (jnp.tanh(c + row), c), x[0], y)[1],
    lambda x, y: x[jnp.array([2, -1, 5])] * jnp.cumsum(y, 0),
    lambda x, y: jax.vmap(jnp.dot, (None, 0))(x, y).T @ y,
    lambda x, y: jax.grad(lambda v: (jnp.sin(v) * y).sum())(x),
    lambda x, y: lax.cond(x.sum() > y.sum(), jnp.sin, jnp.cos, x),
    lambda x, y: jnp.pad(x, ((1, 0), (0, 2)))[:3, 2:] + y.max(),
    lambda x, y: (x * 3).astype(int) % 5 + (y * 2).astype(int) // 3 * 0.5,
    lambda x, y: jnp.einsum("ij,kj->ik", x, y) @ jnp.tril(y),
    lambda x, y: x.T.reshape(3, 4) / (1 + y**2),
)


@pytest.mark.parametrize("seed", range(8))
def test_programs_put_together_by_chance(seed, compiled):
    chosen = np.random.default_rng(seed).choice(len(FUZZ), 6)

    def program(x, y):
        for number in chosen:
            x, y = jnp.clip(FUZZ[number](x, y), -9, 9), x
        return x, y

    jitted = jax.jit(program)
    with interpreting():
        found = jitted(GRID, GRID[::-1])
    assert compiled == []
    # Six steps, some of which divide what rounding changed.
    for ours, xla in zip(found, compile_and_run(jitted, (GRID, GRID[::-1])), strict=True):
        np.testing.assert_allclose(ours, xla, rtol=1e-3, atol=1e-4)


def test_line_by_line(compiled):
    """Outside of jit every operation is a program of its own."""

    def answer(x):
        k_1, k_2 = jax.random.split(jax.random.key(0))
        w = jax.random.normal(k_1, (4, 2)) + jnp.asarray(2.0) * jnp.ones(2)
        for row in x:
            w = w.at[0].add(row[:2])
        return w, w[w > 0].sum(), float(w[0, 0]), k_2, x[:, ::-1] @ w

    with interpreting():
        found = answer(jnp.asarray(GRID))
    assert compiled == []
    assert_same(*(jax.tree.map(jnp.asarray, out) for out in (found, answer(jnp.asarray(GRID)))))


@pytest.mark.parametrize(
    "dtype", [jnp.bfloat16, np.float16, np.float32, np.int8, np.uint32, np.bool]
)
def test_types_come_out_as_compiled(dtype):
    jitted = jax.jit(lambda x: (jnp.asarray(2.0) * x, x * 2, x + x, x.sum(), 3 + x, x @ x.T))
    with interpreting():
        found = jitted(GRID.astype(dtype))
    assert_same(found, jitted(GRID.astype(dtype)))


def branch_on_values(x):
    return x if x.sum() > 0 else -x


def use_donated():
    x = jnp.arange(7.0)
    jax.jit(lambda x: x * 2, donate_argnums=0)(x)
    return x + 1


def use_deleted():
    x = jnp.arange(7.0)
    x.delete()
    return x + 1


def leak():
    seen = []
    jax.jit(lambda x: seen.append(x) or x)(ROW)
    return seen[0] + 1


def find_nan():
    with jax.debug_nans(True):
        return jnp.log(-jnp.ones(3))


def find_infinity():
    with jax.debug_infs(True):
        return 1 / jnp.zeros(3)


ERRORS = {
    "branch": lambda: jax.jit(branch_on_values)(ROW),
    "number": lambda: jax.jit(lambda x: float(x[0]))(ROW),
    "index": lambda: jax.jit(lambda x: range(x))(3),
    "conversion": lambda: jax.jit(lambda x: np.sin(x))(ROW),
    "flags": lambda: jax.jit(lambda x: x[x > 0])(ROW),
    "leak": leak,
    "shapes": lambda: jnp.ones(3) + jnp.ones(4),
    "contraction": lambda: jnp.ones((2, 3)) @ jnp.ones((2, 3)),
    "types": lambda: lax.add(jnp.ones(3), jnp.arange(3)),
    "branches": lambda: lax.cond(True, lambda: 1.0, lambda: jnp.ones(2)),
    "carry": lambda: lax.scan(lambda c, x: (jnp.stack([c, c]), None), 0.0, ROW),
    "gradient of a vector": lambda: jax.grad(lambda x: x)(ROW),
    "gradient of an integer": lambda: jax.grad(lambda x: x * 2.0)(3),
    "gradient of a loop": lambda: jax.grad(
        lambda x: lax.while_loop(lambda v: v < 9, lambda v: v * 2, x)
    )(1.0),
    "assignment": lambda: jnp.ones(3).__setitem__(0, 1),
    "large number": lambda: jnp.arange(3) + 2**31,
    "large float": lambda: jnp.ones(3) * 1e300,
    "masked array": lambda: jnp.sin(np.ma.masked_array(ROW, ROW > 0)),
    "byte order": lambda: jnp.sin(ROW.astype(">f4")),
    "text": lambda: jnp.sin(np.array(["a"])),
    "none": lambda: jnp.add(ROW, None),
    "donated": use_donated,
    "deleted": use_deleted,
    "NaN": find_nan,
    "infinity": find_infinity,
    "compiler option": lambda: jax.jit(lambda x: x + 1, compiler_options={"no such": 1})(ROW),
    "broken callback": lambda: jax.pure_callback(
        lambda x: x[:1], jax.ShapeDtypeStruct((4,), np.float32), ROW
    ),
    "checked": lambda: eqx.error_if(jnp.asarray(ROW), jnp.asarray(ROW).sum() > 0, "positive"),
    "checked in jit": lambda: eqx.filter_jit(lambda x: eqx.error_if(x, x.sum() > 0, "positive"))(
        jnp.asarray(ROW)
    ),
    "own": lambda: jax.jit(lambda x: 1 / 0)(ROW),
}


@pytest.mark.parametrize("name", ERRORS)
def test_what_is_refused_stays_refused(name):
    with pytest.raises(Exception) as expected:
        ERRORS[name]()
    with interpreting(), pytest.raises(Exception) as found:
        ERRORS[name]()
    assert found.type is expected.type


def test_effects_happen(capsys):
    seen = []

    @jax.jit
    def program(x):
        jax.debug.print("x is {}", x)
        jax.debug.callback(seen.append, x + 1)
        return jax.experimental.io_callback(lambda x: np.float32(x * 3), jnp.float32(0), x)

    with interpreting():
        assert program(2.0) == 6
        jax.effects_barrier()
        jax.debug.print("and outside of jit")
    assert capsys.readouterr().out == "x is 2.0\nand outside of jit\n"
    assert seen == [3]


def test_reference_cells_change():
    with interpreting():
        cell = jax.new_ref(jnp.zeros(3))
        cell[1] = 5.0
        jax.jit(lambda: cell.__setitem__(2, cell[1] + 1))()
        assert cell[...].tolist() == [0, 5, 6]


def test_training_with_the_usual_libraries():
    model = eqx.nn.MLP(4, 1, 5, 1, key=jax.random.key(1))
    optimizer = optax.adam(0.1)

    def train():
        def step(model, state):
            value, gradient = eqx.filter_value_and_grad(
                lambda model: jnp.mean(jax.vmap(model)(jnp.asarray(GRID)) ** 2)
            )(model)
            updates, state = optimizer.update(gradient, state)
            return eqx.apply_updates(model, updates), state, value

        trained, state = model, optimizer.init(eqx.filter(model, eqx.is_array))
        for _ in range(2):
            trained, state, value = eqx.filter_jit(step)(trained, state)
        return eqx.filter(trained, eqx.is_array), state, value

    with interpreting():
        found = train()
    assert_same(found, compile_and_run(jax.jit(train), ()))


def test_functions_do_the_same_before_and_inside_and_after(compiled):
    before, inside = jax.jit(lambda x: jnp.sin(x)), jax.jit(lambda x: jnp.cos(x))
    assert_same(before(ROW), jnp.sin(ROW))
    compiled.clear()
    with interpreting():
        found = before(ROW), inside(ROW), inside(2 * ROW)
        chained = inside(inside(before(ROW)))
    assert compiled == []
    assert_same(found, (before(ROW), inside(ROW), inside(2 * ROW)))
    assert_same(chained, inside(inside(before(ROW))))
    assert_same(chained + 1, 1 + inside(inside(before(ROW))))  # used after the block


def test_keys_are_handed_in_and_out(compiled):
    keys = jax.random.split(jax.random.key(0), 3)
    program = jax.jit(lambda keys: (keys[1:], jax.random.split(keys[0]), jax.random.bits(keys[0])))
    compiled.clear()
    with interpreting():
        found = program(keys)
        bits = jax.random.bits(found[1][0])
    assert compiled == []
    assert_same(found, program(keys))
    assert bits == jax.random.bits(found[1][0])


def test_results_share_no_memory():
    given = GRID.copy()
    program = jax.jit(lambda x: (x, x, x.T, x[1:], jnp.broadcast_to(x[0], (5, 4))))
    constant = jax.jit(lambda: jnp.asarray(given)[0])
    with interpreting():
        found, row = program(given), constant()
    given[:] = 9
    expected = GRID, GRID, GRID.T, GRID[1:], np.broadcast_to(GRID[0], (5, 4))
    for ours, value in zip((*found, row), (*expected, GRID[0]), strict=True):
        np.testing.assert_array_equal(ours, value)
        assert not np.asarray(ours).flags.writeable
    places = {array.unsafe_buffer_pointer() for array in found}
    assert len(places) == len(found)


@pytest.mark.parametrize("error", [None, ValueError, KeyboardInterrupt])
def test_nothing_stays_changed(error):
    real = pjit._pjit_call_impl_python
    try:
        with interpreting(), interpreting():
            assert pjit._pjit_call_impl_python is not real
            assert_same(jnp.sin(ROW), jnp.sin(ROW))
            if error:
                raise error
    except (ValueError, KeyboardInterrupt):
        pass
    assert pjit._pjit_call_impl_python is real


def test_blocks_in_blocks(compiled):
    jitted, other = jax.jit(lambda x: x * 3 + 1), jax.jit(lambda x: x.astype(jnp.bfloat16))
    with interpreting():
        with interpreting():
            first = jitted(ROW)
            other(ROW)
        second = jitted(ROW)
    assert compiled == ["<lambda>"]
    assert_same(first, second)


def test_a_program_that_costs_too_much_is_compiled(compiled, monkeypatch):
    monkeypatch.setattr(module, "MOST_SECONDS", 0.02)
    jitted = jax.jit(lambda x: x * 3 + 1)
    with interpreting():
        first = jitted(ROW)
        assert compiled == []
        for _ in range(10_000):
            again = jitted(ROW)
            if compiled:
                break
    assert compiled == ["<lambda>"]
    assert_same(first, again)


def test_a_long_loop_is_compiled(compiled, monkeypatch):
    monkeypatch.setattr(module, "MOST_SECONDS", 0.02)
    jitted = jax.jit(lambda n: lax.while_loop(lambda x: x < n, lambda x: x + 1, 0))
    began = time.perf_counter()
    with interpreting():
        assert jitted(30_000_000) == 30_000_000
    assert compiled == ["<lambda>"]
    assert time.perf_counter() - began < 10  # evaluated, it would take minutes


def test_jax_has_the_function_that_is_replaced():
    """Another version of JAX may name it otherwise: then everything is compiled, and slow."""
    assert callable(pjit._pjit_call_impl_python)


def test_without_that_function_everything_is_compiled(compiled, monkeypatch):
    real, expected = pjit._pjit_call_impl_python, jnp.asarray(ROW + 5)
    compiled.clear()  # JAX compiles a program of its own where an array comes in first
    monkeypatch.delattr(pjit, "_pjit_call_impl_python")
    with interpreting():
        assert not hasattr(pjit, "_pjit_call_impl_python")
        pjit._pjit_call_impl_python = real
        found = jax.jit(lambda x: x + 5)(ROW)
    assert compiled == ["<lambda>"]
    assert_same(found, expected)
    assert pjit._pjit_call_impl_python is real
