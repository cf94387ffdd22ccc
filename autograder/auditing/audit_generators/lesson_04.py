"""Second opinions on lesson 04, in float64, by other routes than the exercises' own.

Sizes are others than those of the probes, 1 and equal ones among them, and scales span two orders
of magnitude. Layers are applied by one contraction, as in lesson 02's generators.
"""

import itertools
from collections.abc import Iterator

import numpy as np

from autograder.auditing.audit_generators import Arrays, Generator, NotVisibleError
from autograder.auditing.audit_generators.lesson_02 import _arrays, _matrices, _update

SCALES = (1.0, 0.3, 2.0)
PROMPTS = 2

STEPS = ((4, 3, 2, 3), (1, 2, 3, 2), (6, 1, 1, 4), (5, 5, 5, 1), (3, 4, 1, 2))
"""n_context, d_x, d_y, n_layers."""

LOOPS = ((5, 4, 3, 2, 3, 5), (2, 3, 1, 1, 1, 3), (8, 2, 5, 4, 2, 0), (4, 4, 4, 4, 1, 2))
"""n_tokens, d_token, d_key, d_value, n_heads, n_layers."""

SPECTRA = ((3, 4, 5, 9), (1, 1, 1, 1), (6, 2, 2, 5), (4, 7, 1, 3), (2, 3, 8, 6))
"""n_tasks, d_x, n_steps, n_context."""

SEARCHES = ((60, 8, 4, 2), (80, 5, 6, 3), (20, 12, 3, 2), (100, 10, 10, 2), (50, 7, 2, 3))
"""n_tasks, n_context, d_x, n_layers."""

STILL_GOOD = 0.05
"""An answer that loses at most so much more than the least, on draws of its own, is no other one.

The exercise allows 2 %. What lies between is a search that is a little coarse.
"""


def _steps(random: np.random.Generator) -> Iterator[Arrays]:
    for scale, (n_context, d_x, d_y, n_layers) in itertools.product(SCALES, STEPS):
        yield {
            "xs": scale * random.standard_normal((n_context, d_x)),
            "ys": random.standard_normal((n_context, d_y)) + 0.3,
            "w_0": random.standard_normal((d_y, d_x)),
            "learning_rates": 10 ** random.uniform(-1.0, 0.3, n_layers),
            "prompts": np.asarray(random.integers(2**31)),
        }


def _deep_tokens(case: Arrays, outputs: Arrays) -> Arrays:
    """Apply the layers to the case's own prompt and to another one, and keep every depth."""
    (n_context, d_x), (d_y, _) = case["xs"].shape, case["w_0"].shape
    random, seen = np.random.default_rng(int(case["prompts"])), {}
    for number in range(PROMPTS):
        now = random.standard_normal((n_context + 1, d_x + d_y))
        if number == 0:
            now[:-1] = np.concatenate([case["xs"], case["ys"]], axis=1)
        now[-1, d_x:] = -case["w_0"] @ now[-1, :d_x]
        for depth in range(len(case["learning_rates"])):
            names = ("w_q", "w_k", "w_v", "w_o")
            layer = {name: outputs[f"{name} {depth}"] for name in names}
            now = now + _update(_matrices(layer, d_x + d_y), now)
            seen[f"prompt {number} depth {depth}"] = now
    return seen


def _loops(random: np.random.Generator) -> Iterator[Arrays]:
    for scale, (n_tokens, d_token, d_key, d_value, n_heads, n_layers) in itertools.product(
        SCALES, LOOPS
    ):
        # Tokens of size 1 and weights below that keep a cubic loop from running away.
        size = 0.4 * scale / d_token
        yield {
            "w_q": random.standard_normal((n_heads, d_key, d_token)) + 0.2,
            "w_k": random.standard_normal((n_heads, d_key, d_token)),
            "w_v": random.standard_normal((n_heads, d_value, d_token)),
            "w_o": size / n_tokens * random.standard_normal((n_heads, d_token, d_value)),
            "tokens": random.uniform(-0.7, 0.7, (n_tokens, d_token)),
            "n_layers": np.asarray(n_layers),
            "damping": np.asarray(random.uniform(0.2, 1.3)),
        }


def _spectra(random: np.random.Generator) -> Iterator[Arrays]:
    for scale, (n_tasks, d_x, n_steps, n_context) in itertools.product(SCALES, SPECTRA):
        yield {
            "eigenvalues": scale * n_context * random.uniform(0.0, 1.5, (n_tasks, d_x)),
            "learning_rates": 10 ** random.uniform(-1.0, 0.3, n_steps),
            "n_context": np.asarray(n_context),
            "variance": np.asarray(10 ** random.uniform(-1.0, 0.5)),
        }


def _moves(random: np.random.Generator) -> Iterator[Arrays]:
    for scale, (n_context, d_x, _, _) in itertools.product(SCALES, STEPS):
        yield {
            "xs": scale * random.standard_normal((n_context, d_x)),
            "learning_rate": np.asarray(10 ** random.uniform(-1.0, 1.0)),
            "gamma": np.asarray(random.choice([-1, 1]) * 10 ** random.uniform(-1.5, 0.5)),
            "prompts": np.asarray(random.integers(2**31)),
        }


def _moved_tokens(case: Arrays, outputs: Arrays) -> Arrays:
    n_context, d_x = case["xs"].shape
    random, seen = np.random.default_rng(int(case["prompts"])), {}
    for number in range(PROMPTS):
        tokens = random.standard_normal((n_context + 1, d_x + 1)) * (1 + number)
        seen[f"prompt {number}"] = _update(_matrices(outputs, d_x + 1), tokens)
    return seen


def _maps(random: np.random.Generator) -> Iterator[Arrays]:
    for scale, (n_layers, d_x) in itertools.product(SCALES, ((1, 1), (2, 6), (3, 4), (4, 3))):
        gamma = 10 ** random.uniform(-1.0, 0.5)
        yield {
            "eigenvalues": scale * random.uniform(0.0, 0.9, d_x) / gamma,
            "gamma": np.asarray(-gamma if n_layers <= 2 else gamma),
            "n_layers": np.asarray(n_layers),
        }


def _searches(random: np.random.Generator) -> Iterator[Arrays]:
    for n_tasks, n_context, d_x, n_layers in SEARCHES:
        xs = random.uniform(-0.5, 0.5, (n_tasks, n_context, d_x))
        yield {
            "eigenvalues": np.linalg.svd(xs.mT, compute_uv=False) ** 2
            if n_context >= d_x
            else np.linalg.eigvalsh(xs.mT @ xs).clip(0),
            "n_context": np.asarray(n_context),
            "n_layers": np.asarray(n_layers),
        }


def _good_enough(case: Arrays, outputs: Arrays) -> Arrays:
    """See only whether the parameters lose little more than the best of a fine grid."""
    spectra, n_layers = case["eigenvalues"], int(case["n_layers"])

    def lost(rate: np.ndarray, gamma: np.ndarray) -> np.ndarray:
        now, left = spectra[..., None], np.ones((*spectra.shape, len(rate)))
        for _ in range(n_layers):
            left = left - rate / int(case["n_context"]) * now * left
            now = now - 2 * gamma * now**2 + gamma**2 * now**3
        return np.mean(left**2, axis=(0, 1))

    pair = [np.asarray(outputs[name], np.float64) for name in ("learning_rate", "gamma")]
    if any(number.size != 1 or not np.isfinite(number).all() for number in pair):
        raise NotVisibleError("what came back is not two numbers")
    one_step = int(case["n_context"]) * spectra.sum() / np.sum(spectra**2)
    gammas = np.linspace(0, 1, 250) / spectra.max(axis=1).mean()
    rates = one_step * np.geomspace(0.5, 6, 200)
    least = min(float(lost(rates, np.full_like(rates, gamma)).min()) for gamma in gammas)
    ours = float(lost(*(number.reshape(1) for number in pair))[0])
    return {"good enough": np.asarray(float(ours <= (1 + STILL_GOOD) * least))}


def _readings(random: np.random.Generator) -> Iterator[Arrays]:
    for scale, (n_context, d_token, d_key, d_value) in itertools.product(
        SCALES, ((3, 5, 4, 2), (1, 2, 1, 1), (8, 3, 3, 3), (20, 6, 7, 9))
    ):
        yield {
            "w_q": scale * random.standard_normal((1, d_key, d_token)) + 0.2,
            "w_k": random.standard_normal((1, d_key, d_token)) - 0.1,
            "w_v": random.standard_normal((1, d_value, d_token)),
            "w_o": random.standard_normal((1, d_token, d_value)) / scale,
            "n_context": np.asarray(n_context),
        }


GENERATORS = {
    "k-layer-weights": Generator(_steps, _deep_tokens),
    "looped-layer": Generator(_loops, _arrays),
    "risk-from-spectrum": Generator(_spectra, _arrays),
    "gdpp-weights": Generator(_moves, _moved_tokens),
    "spectrum-map": Generator(_maps, _arrays),
    "gdpp-best-parameters": Generator(_searches, _good_enough),
    "read-parameters": Generator(_readings, _arrays),
}
