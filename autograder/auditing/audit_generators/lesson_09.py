"""Second opinions on lesson 09, in float64: other sizes than those of the probes, 1 among them.

Points of `decodability` lie on a line of whole numbers, where ties are the rule.
"""

from collections.abc import Iterator

import numpy as np

from autograder.auditing.audit_generators import Arrays, Generator


def _arrays(case: Arrays, outputs: Arrays) -> Arrays:
    return {name: np.asarray(value, dtype=np.float64) for name, value in outputs.items()}


def _mixtures(random: np.random.Generator) -> Iterator[Arrays]:
    for n_prompts, n_examples, d_x, size in (
        (9, 2, 11, 3),
        (4, 6, 4, 1),
        (5, 1, 8, 4),
        (1, 3, 5, 5),
    ):
        yield {
            "concepts": random.integers(0, d_x // size, n_prompts),
            "weights": random.standard_normal((n_prompts, size)) + 0.5,
            "xs": random.standard_normal((n_prompts, n_examples, d_x)),
            "noise": random.standard_normal((n_prompts, n_examples)),
            "noise_variance": np.asarray(random.uniform(0.1, 3.0)),
        }


def _regressions(random: np.random.Generator) -> Iterator[Arrays]:
    for n_concepts, n_examples, d_x in ((3, 2, 5), (2, 1, 3), (6, 9, 4), (1, 3, 2), (4, 5, 7)):
        bases = random.random((n_concepts, d_x)) < 0.5
        bases[:, 0] |= ~bases.any(axis=1)
        xs = random.standard_normal((n_examples, d_x))
        teacher = (random.standard_normal(d_x) - 0.7) * bases[-1]
        yield {
            "bases": bases,
            "xs": xs,
            "ys": xs @ teacher + random.standard_normal(n_examples),
            "x_query": random.standard_normal(d_x),
            "noise_variance": np.asarray(random.uniform(0.5, 2.0)),
            "mean": np.asarray(-0.7),
        }


def _points(random: np.random.Generator) -> Iterator[Arrays]:
    for n_depths, n_points, d_model, n_concepts, n_neighbours in (
        (2, 40, 1, 3, 4), (1, 30, 2, 2, 5), (3, 50, 2, 6, 9), (1, 9, 1, 3, 8), (2, 60, 3, 4, 2),
    ):  # fmt: skip
        concepts = random.integers(0, n_concepts, n_points)
        streams = random.integers(-3, 4, (n_depths, n_points, d_model))
        streams[..., 0] += concepts
        yield {
            "streams": streams.astype(float),
            "concepts": concepts,
            "n_concepts": np.asarray(n_concepts),
            "n_neighbours": np.asarray(n_neighbours),
        }


def _labels(random: np.random.Generator, n: int, n_concepts: int) -> np.ndarray:
    few = random.integers(0, n_concepts, n - n_concepts) // 2
    return random.permutation(np.concatenate([np.arange(n_concepts), few]))


def _risks(random: np.random.Generator) -> Iterator[Arrays]:
    for n_prompts, n_examples, n_concepts in ((12, 4, 3), (7, 1, 6), (20, 6, 2), (3, 5, 1)):
        yield {
            "predictions": 2 * random.standard_normal((n_prompts, n_examples)),
            "ys": random.standard_normal((n_prompts, n_examples)) + 1,
            "concepts": _labels(random, n_prompts, n_concepts),
            "n_concepts": np.asarray(n_concepts),
        }


def _streams(random: np.random.Generator) -> Iterator[Arrays]:
    for n_points, d_model, n_concepts in ((12, 4, 3), (9, 1, 7), (20, 6, 2), (5, 3, 1)):
        yield {
            "streams": random.exponential(size=(n_points, d_model)),
            "concepts": _labels(random, n_points, n_concepts),
            "n_concepts": np.asarray(n_concepts),
        }


def _nets(random: np.random.Generator) -> Iterator[Arrays]:
    for n_tokens, n_positions, d_token, d_model, d_key, n_heads, d_hidden, n_layers in (
        (4, 9, 3, 6, 2, 3, 5, 2), (1, 4, 2, 5, 4, 1, 3, 3), (6, 6, 4, 4, 4, 4, 8, 1),
    ):  # fmt: skip
        for depth in range(n_layers + 1):
            stack = (n_layers, n_heads)
            yield {
                "embed": random.standard_normal((d_model, d_token)),
                "code": random.standard_normal((n_positions, d_model)),
                "w_q": random.standard_normal((*stack, d_key, d_model)) / 2,
                "w_k": random.standard_normal((*stack, d_key, d_model)) / 2,
                "w_v": random.standard_normal((*stack, d_key, d_model)) / 2,
                "w_o": random.standard_normal((*stack, d_model, d_key)) / 2,
                "w_in": random.standard_normal((n_layers, d_hidden, d_model)) / 2,
                "b_in": random.standard_normal((n_layers, d_hidden)),
                "w_out": random.standard_normal((n_layers, d_model, d_hidden)) / 2,
                "b_out": random.standard_normal((n_layers, d_model)),
                "read_out": random.standard_normal(d_model),
                "tokens": random.standard_normal((n_tokens, d_token)),
                "vector": 2 * random.standard_normal(d_model),
                "keep": random.random(stack) < 0.5,
                "depth": np.asarray(depth),
            }


def _shares(case: Arrays, outputs: Arrays) -> Arrays:
    """Round: JAX makes float32 of a mean of truth values, also where all else is float64."""
    return {name: np.round(array, 6) for name, array in _arrays(case, outputs).items()}


GENERATORS = {
    "concept-mixture": Generator(_mixtures, _arrays),
    "decodability": Generator(_points, _shares),
    "concept-conditioned-risk": Generator(_risks, _arrays),
    "bayes-mixture": Generator(_regressions, _arrays),
    "task-vectors": Generator(_streams, _arrays),
    "intervene": Generator(_nets, _arrays),
}
