"""Second opinions on lesson 05, in float64: other formulas, sizes and scales."""

import itertools
from collections.abc import Iterator

import numpy as np

from autograder.auditing.audit_generators import Arrays, Generator, NotVisibleError

SCALES = (1.0, 0.3, 3.0)

TASKS = ((13, 5, 4, 2), (1, 2, 7, 3), (6, 1, 3, 1), (2, 13, 1, 6), (5, 5, 5, 5), (1, 1, 1, 1))
"""n_context, d_x, d_y, d_features."""

N_DRAWS = 4_000


def _tasks(random: np.random.Generator) -> Iterator[dict[str, np.ndarray]]:
    for scale, (n_context, d_x, d_y, d_features) in itertools.product(SCALES, TASKS):
        yield {
            "xs": scale * random.standard_normal((n_context, d_x)),
            "ys": random.standard_normal((n_context, d_y)) / scale + 0.3,
            "x_query": random.standard_normal(d_x),
            "feature_matrix": random.standard_normal((d_features, d_x)),
            "feature_bias": random.standard_normal(d_features),
            "w_0": random.standard_normal((d_y, d_features)),
            "learning_rate": np.asarray(10 ** random.uniform(-1.5, 0.5)),
            "prompts": np.asarray(random.integers(2**31)),
        }


def _steps(random: np.random.Generator) -> Iterator[Arrays]:
    for number, case in enumerate(_tasks(random)):
        yield case | {"n_steps": np.asarray((4, 1, 7, 2, 0)[number % 5])}


def _seeds(random: np.random.Generator) -> Iterator[Arrays]:
    for n_context in (3, 13, 8):
        seeds = random.choice(2**31 - 1, N_DRAWS, replace=False).astype(np.int32)
        yield {"seeds": seeds, "n_context": np.asarray(n_context)}


def _predictors(random: np.random.Generator) -> Iterator[Arrays]:
    for scale, (n_context, d_x, _, _) in itertools.product(SCALES, TASKS):
        yield {
            "xs": random.standard_normal((n_context, d_x)),
            "x_query": random.standard_normal(d_x),
            "stretch": random.standard_normal(d_x),
            "bends": scale * random.standard_normal(2),
            "offset": random.standard_normal(1) / scale,
        }


def _heads(random: np.random.Generator) -> Iterator[Arrays]:
    for case in _tasks(random):
        d_y, d_x = case["ys"].shape[1], case["xs"].shape[1]
        yield case | {
            "w_0": random.standard_normal((d_y, d_x)),
            "temperature": np.asarray(10 ** random.uniform(-0.3, 1.5)),
        }


def _arrays(case: Arrays, outputs: Arrays) -> Arrays:
    return {name: np.asarray(value, dtype=np.float64) for name, value in outputs.items()}


def _softmax_update(case: Arrays, outputs: Arrays) -> Arrays:
    """Apply the weights to the case's prompt and to two fresh ones."""
    names = ("w_q", "w_k", "w_v", "w_o")
    w_q, w_k, w_v, w_o = (np.asarray(outputs[name], np.float64) for name in names)
    d_x, d_y = case["xs"].shape[1], case["ys"].shape[1]
    d_token = d_x + d_y
    if not all(w.ndim == 3 for w in (w_q, w_k, w_v, w_o)) or not (
        w_q.shape == w_k.shape
        and len(w_q) == len(w_v)
        and w_q.shape[2] == w_v.shape[2] == d_token
        and w_o.shape == (len(w_v), d_token, w_v.shape[1])
    ):
        raise NotVisibleError("the four arrays are no layer")
    random = np.random.default_rng(int(case["prompts"]))
    seen = {}
    for number in range(3):
        tokens = random.standard_normal((random.integers(3, 19), d_token)) * 2.0 ** (number - 1)
        if number == 0:
            tokens[:, d_x:] *= 3.0
        tokens[-1, d_x:] = 0.0
        forms = np.einsum("hka,hkb->hab", w_k, w_q) / np.sqrt(w_q.shape[1])
        scores = np.einsum("ia,hab,jb->hji", tokens[:-1], forms, tokens)
        powers = np.exp(scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True))
        seen[f"prompt {number}"] = np.einsum(
            "hji,ib,hvb,hov->jo", powers, tokens[:-1], w_v, w_o, optimize=True
        )
    return seen


def _law(case: Arrays, outputs: Arrays) -> Arrays:
    """See yes or no: shapes, one wave for a task, and the laws, by ranks and by moments."""
    n_context, n = int(case["n_context"]), len(case["seeds"])
    shapes = {
        "xs": (n, n_context, 1),
        "ys": (n, n_context, 1),
        "x_query": (n, 1),
        "y_query": (n, 1),
    }
    fields = {name: np.asarray(outputs[name], np.float64) for name in shapes}
    if any(fields[name].shape != shape for name, shape in shapes.items()):
        raise NotVisibleError("a field has another shape")
    if any(np.shape(outputs[f"{name}_again"]) != shape[1:] for name, shape in shapes.items()):
        raise NotVisibleError("a field has another shape")
    x = np.concatenate([fields["xs"][..., 0], fields["x_query"]], axis=1)
    y = np.concatenate([fields["ys"][..., 0], fields["y_query"]], axis=1)
    # The wave through all points, by normal equations.
    s, c = np.sin(x), np.cos(x)
    ss, cc, sc = (s * s).sum(1), (c * c).sum(1), (s * c).sum(1)
    sy, cy = (s * y).sum(1), (c * y).sum(1)
    det = ss * cc - sc**2
    a, b = (cc * sy - sc * cy) / det, (ss * cy - sc * sy) / det
    off = np.abs(a[:, None] * s + b[:, None] * c - y).max()
    u, v = (np.hypot(a, b) - 0.1) / 0.4, (np.arctan2(b, a) % (2 * np.pi)) / np.pi
    columns = np.stack([u, v, *((x[:, [0, 1, 2, -1]] + 5) / 10).T])
    flags = {"on one wave": off < 1e-6, "same again": _again(fields, outputs)}
    for name, column in zip(("A", "phase", "x0", "x1", "x2", "xq"), columns, strict=True):
        flags[f"law of {name}"] = _uniform(column)
    # Pearson's and Spearman's correlations, and those of distances from the middle.
    for kind in (columns, np.abs(columns - 0.5)):
        bound = 6 / np.sqrt(n)
        flags[f"independent {len(flags)}"] = _uncorrelated(kind, bound)
        flags[f"independent {len(flags)}"] = _uncorrelated(kind.argsort(1).argsort(1), bound)
    return {name: np.asarray(float(flag)) for name, flag in flags.items()}


def _again(fields: Arrays, outputs: Arrays) -> bool:
    return all(np.allclose(fields[n][0], outputs[f"{n}_again"], rtol=0, atol=1e-5) for n in fields)


def _uniform(column: np.ndarray) -> bool:
    """Kolmogorov and Smirnov's distance, 4 / sqrt(n) at most: by chance less than once in 1e13."""
    ranks = np.arange(1, len(column) + 1) / len(column)
    inside = bool(column.min() > -1e-6 and column.max() < 1 + 1e-6)
    near = np.abs(np.sort(column) - ranks).max() < 4 / np.sqrt(len(column))
    reach = 25 / len(column)
    return inside and bool(near and column.min() < reach and column.max() > 1 - reach)


def _uncorrelated(columns: np.ndarray, bound: float) -> bool:
    with np.errstate(all="ignore"):
        table = np.corrcoef(columns)
    return bool(np.abs(table - np.eye(len(table))).max() < bound)


GENERATORS = {
    "feature-gd": Generator(_tasks, _arrays),
    "sine-task": Generator(_seeds, _law),
    "kernel-regression": Generator(_steps, _arrays),
    "equivalent-weights": Generator(_predictors, _arrays),
    "kernel-attention": Generator(_heads, _softmax_update),
    "softmax-linearised": Generator(_heads, _softmax_update),
}
