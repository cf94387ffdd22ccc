"""Second opinions on lesson 03, in float64, at other sizes and scales, sizes of 1 among them."""

import itertools
from collections.abc import Iterator

import numpy as np

from autograder.auditing.audit_generators import Arrays, Generator, NotVisibleError

SCALES = (1.0, 0.4, 2.0)
WEIGHTS = ("w_q", "w_k", "w_v", "w_o")

CONTEXTS = ((13, 5, 4), (1, 2, 7), (6, 1, 3), (2, 13, 1), (5, 5, 5), (1, 1, 1))
"""n_context, d_x, d_y."""

HEADS = ((3, 2, 3), (1, 5, 1), (4, 1, 2), (2, 2, 1))
"""d_key, d_value, n_heads."""

SHIFTS = ((13, 4, 5), (1, 2, 7), (6, 1, 3), (2, 13, 1), (5, 5, 5), (1, 1, 1), (10, 20, 10))
"""n_trained, n_context, d_x."""

N_KEYS = 1_000


def _layer(random: np.random.Generator, d_token: int, sizes: tuple[int, ...]) -> dict:
    d_key, d_value, n_heads = sizes
    return {
        "w_q": random.standard_normal((n_heads, d_key, d_token)) / 2 + 0.1,
        "w_k": random.standard_normal((n_heads, d_key, d_token)) / 2,
        "w_v": random.standard_normal((n_heads, d_value, d_token)) / 2,
        "w_o": random.standard_normal((n_heads, d_token, d_value)) / 2,
    }


def _sizes() -> Iterator[tuple[float, tuple[int, ...], tuple[int, ...]]]:
    heads = itertools.cycle(HEADS)
    for scale, context in itertools.product(SCALES, CONTEXTS):
        yield scale, context, next(heads)


def _trainings(random: np.random.Generator) -> Iterator[Arrays]:
    for scale, (n_context, d_x, d_y), heads in _sizes():
        n_batches, n_tasks = 5, 1 + int(random.integers(6))
        yield _layer(random, d_x + d_y, heads) | {
            "xs": scale * random.standard_normal((n_batches, n_tasks, n_context, d_x)),
            "ys": random.standard_normal((n_batches, n_tasks, n_context, d_y)),
            "x_query": scale * random.standard_normal((n_batches, n_tasks, d_x)),
            "y_query": 3 * random.standard_normal((n_batches, n_tasks, d_y)),
            "prompts": random.standard_normal((3, 6, d_x + d_y)),
            "seeds": np.asarray([3, 1, 5 * 7 + 4, 2]),
            "momentum": np.asarray(0.7),
            "learning_rate": np.asarray(0.002 / (n_context * scale**2 * d_x)),
        }


def _contexts(random: np.random.Generator) -> Iterator[Arrays]:
    for scale, (n_context, d_x, d_y), heads in _sizes():
        yield _layer(random, d_x + d_y, heads) | {
            "xs": scale * random.standard_normal((n_context, d_x)),
            "ys": random.standard_normal((n_context, d_y)) + 0.3,
        }


def _batches(random: np.random.Generator) -> Iterator[dict[str, np.ndarray]]:
    for number, (scale, (n_context, d_x, d_y), heads) in enumerate(_sizes()):
        n_tasks = (5, 1, 17, 2)[number % 4]
        yield _layer(random, d_x + d_y, heads) | {
            "xs": scale * random.standard_normal((n_tasks, n_context, d_x)),
            "ys": random.standard_normal((n_tasks, n_context, d_y)) + 0.3,
            "x_query": random.standard_normal((n_tasks, d_x)),
            "y_query": random.standard_normal((n_tasks, d_y)),
            "learning_rate": np.asarray(10 ** random.uniform(-1.0, 1.0)),
        }


def _one_output(random: np.random.Generator) -> Iterator[Arrays]:
    for case in _batches(random):
        d_x = case["xs"].shape[-1]
        heads = (case["w_k"].shape[1], case["w_v"].shape[1], len(case["w_k"]))
        cut = {name: case[name][..., :1] for name in ("ys", "y_query")}
        yield case | cut | _layer(random, d_x + 1, heads)


def _pairs(random: np.random.Generator) -> Iterator[Arrays]:
    for scale, (d_token, d_key, d_value, n_heads) in itertools.product(
        SCALES, ((5, 3, 2, 2), (2, 1, 1, 1), (4, 4, 7, 3), (7, 2, 5, 1), (3, 3, 3, 3))
    ):
        one, two = (_layer(random, d_token, (d_key, d_value, n_heads)) for _ in range(2))
        one = {name: scale * (one[name] + 0.8 * two[name]) for name in WEIGHTS}
        yield (
            one
            | {f"like_{name}": two[name] for name in WEIGHTS}
            | {
                "share": np.asarray(random.uniform()),
                "prompts": random.standard_normal((3, 6, d_token)),
            }
        )


def _shifts(random: np.random.Generator) -> Iterator[Arrays]:
    for scale, (n_trained, n_context, d_x) in itertools.product((1.0, 0.3, 5.0), SHIFTS):
        yield {
            "learning_rate": np.asarray(10 ** random.uniform(-1.0, 1.0)),
            "n_trained": np.asarray(n_trained),
            "n_context": np.asarray(n_context),
            "d_x": np.asarray(d_x),
            "variance": np.asarray(scale),
            "fourth_moment": np.asarray(random.uniform(1.0, 9.0) * scale**2),
            "teacher_scale": np.asarray(random.uniform(0.3, 3.0)),
        }


def _keys(random: np.random.Generator) -> Iterator[Arrays]:
    for n_context in (1, 4, 23):
        seeds = random.integers(2**31, size=N_KEYS)
        yield {"seeds": seeds, "n_context": np.asarray(n_context)}


def _arrays(case: Arrays, outputs: Arrays) -> Arrays:
    return {name: np.asarray(value, dtype=np.float64) for name, value in outputs.items()}


def _update(outputs: Arrays, prompts: np.ndarray, end: str = "") -> np.ndarray:
    """Return what one layer adds to every token of every prompt, by one contraction."""
    w_q, w_k, w_v, w_o = (np.asarray(outputs[name + end], np.float64) for name in WEIGHTS)
    d_token = prompts.shape[2]
    if not all(w.ndim == 3 for w in (w_q, w_k, w_v, w_o)) or not (
        w_q.shape == w_k.shape
        and len(w_q) == len(w_v)
        and w_q.shape[2] == w_v.shape[2] == d_token
        and w_o.shape == (len(w_v), d_token, w_v.shape[1])
    ):
        raise NotVisibleError("the four arrays are no layer")
    context = prompts[:, :-1]
    return np.einsum(
        "hov,hva,pia,hkb,pib,hkc,pjc->pjo",
        *(w_o, w_v, context, w_k, context, w_q, prompts),
        optimize=True,
    )


def _trajectory(case: Arrays, outputs: Arrays) -> Arrays:
    n_steps = len(case["seeds"])
    seen = {
        f"update {n}": _update(outputs, case["prompts"], f" {n}") for n in range(1, n_steps + 1)
    }
    losses = [outputs[f"loss {n}"] for n in range(1, n_steps + 1)]
    others = (outputs["loss with another key"], outputs["n_steps"])
    return seen | {"scalars": np.asarray([*losses, *others], np.float64)}


def _layer_made(case: Arrays, outputs: Arrays) -> Arrays:
    return {"update": _update(outputs, case["prompts"])}


def _law(case: Arrays, outputs: Arrays) -> Arrays:
    """See what does not depend on how keys are used: is it a sine, and do the draws hang together?

    Correlations over few draws say little, so only those near 1 are called such.
    """
    xs, ys = (np.asarray(outputs[name], np.float64) for name in ("xs", "ys"))
    x_query, y_query = (np.asarray(outputs[n], np.float64) for n in ("x_query", "y_query"))
    n_context = int(case["n_context"])
    if xs.shape[1:] != (n_context, 1) or ys.shape != xs.shape or x_query.shape[1:] != (1,):
        raise NotVisibleError("the shapes are not those of a task")
    points = np.concatenate([xs[..., 0], x_query], axis=1)
    values = np.concatenate([ys[..., 0], y_query], axis=1)
    if points.shape[1] < 4:
        return {"shape": np.asarray(points.shape[1:], np.float64)}
    bases = np.stack([np.sin(points), np.cos(points)], axis=-1)
    waves = np.stack(
        [np.linalg.lstsq(b, v, rcond=None)[0] for b, v in zip(bases, values, strict=True)]
    )
    misfit = np.abs(np.einsum("nik,nk->ni", bases, waves) - values).max()
    amplitude = np.hypot(waves[:, 0], waves[:, 1])
    phase = np.arctan2(waves[:, 1], waves[:, 0])
    columns = np.column_stack([amplitude, phase, points])
    with np.errstate(all="ignore"):
        together = np.abs(np.nan_to_num(np.corrcoef(columns.T), nan=1.0)) > 0.95
    ranges = [amplitude.min() > 0.0999, amplitude.max() < 0.5001, amplitude.max() > 0.49]
    ranges += [amplitude.min() < 0.11, phase.min() > -1e-3, phase.max() < np.pi + 1e-3]
    ranges += [phase.min() < 0.1, phase.max() > np.pi - 0.1, np.abs(points).max() <= 5.0]
    ranges += [points.min() < -4.0, points.max() > 4.0]
    ranges += [_is_uniform(points[:, :-1], -5.0, 5.0), _is_uniform(points[:, -1], -5.0, 5.0)]
    ranges += [_is_uniform(amplitude, 0.1, 0.5), _is_uniform(phase, 0.0, np.pi)]
    same = all(
        np.allclose(outputs[name][0], outputs[f"{name} again"], atol=1e-6)
        for name in ("xs", "ys", "x_query", "y_query")
    )
    return {
        "together": together.astype(float),
        "truths": np.asarray([misfit < 1e-4, same, *ranges], float),
    }


def _is_uniform(values: np.ndarray, low: float, high: float) -> bool:
    """Say whether numbers may have this law, by Kolmogorov's distance; 1e-10 do not by chance."""
    shares = np.sort((values.ravel() - low) / (high - low))
    places = np.arange(len(shares) + 1) / len(shares)
    distance = max((places[1:] - shares).max(), (shares - places[:-1]).max())
    return bool(distance * np.sqrt(len(shares)) < 3.5)


GENERATORS = {
    "train-layer": Generator(_trainings, _trajectory),
    "prediction-difference": Generator(_batches, _arrays),
    "layer-sensitivity": Generator(_contexts, _arrays),
    "sensitivity-alignment": Generator(_one_output, _arrays),
    "interpolate": Generator(_pairs, _layer_made),
    "out-of-distribution": Generator(_shifts, _arrays),
    "one-key-two-draws": Generator(_keys, _law),
}
