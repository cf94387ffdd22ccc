"""Second opinions on lesson 10, in float64, on other sizes than the probes', 1 among them.

Expectations are left to the reference solution; what is seen of the capstone is whether its excess
risk passes, over other prompts, against a posterior from the joint covariance.
"""

from collections.abc import Iterator

import numpy as np

from autograder.auditing.audit_generators import Arrays, Generator, NotVisibleError

BAR = 0.2


def _arrays(case: Arrays, outputs: Arrays) -> Arrays:
    return {name: np.asarray(value, dtype=np.float64) for name, value in outputs.items()}


def _beside_one(case: Arrays, outputs: Arrays) -> Arrays:
    """Add 1: where no order differs from another, what moves is rounding, and no answer's own."""
    return {name: 1 + array for name, array in _arrays(case, outputs).items()}


def _covariances(random: np.random.Generator) -> Iterator[Arrays]:
    for n_context, d_x in ((9, 4), (1, 3), (30, 2), (3, 6), (4, 1)):
        root = random.standard_normal((d_x, d_x)) / 2 + np.eye(d_x)
        yield {"covariance": root @ root.T + 0.1 * np.eye(d_x), "n_context": np.asarray(n_context)}


def _eigenvalues(random: np.random.Generator) -> Iterator[Arrays]:
    for n_context, d_x in ((9, 4), (1, 3), (30, 2), (3, 6), (4, 1)):
        for noise in (0.2, 1.0, 3.0):
            yield {
                "eigenvalues": random.uniform(0.1, 3.0, d_x),
                "n_context": np.asarray(n_context),
                "label_noise": np.asarray(noise * random.uniform(0.8, 1.2)),
            }


def _hidden(random: np.random.Generator) -> Iterator[Arrays]:
    for n_context, d_x in ((9, 4), (1, 3), (6, 1), (2, 6)):
        yield {
            "hidden": random.standard_normal((d_x, d_x)) + 0.2,
            "n_context": np.asarray(n_context),
        }


def _sequences(random: np.random.Generator) -> Iterator[Arrays]:
    for n_tokens, d_key, d_value in ((9, 4, 3), (1, 2, 5), (6, 1, 2), (4, 6, 1), (12, 3, 3)):
        yield {
            "state": random.standard_normal((d_value, d_key)),
            "queries": random.standard_normal((n_tokens, d_key)),
            "keys": random.standard_normal((n_tokens, d_key)) / np.sqrt(d_key),
            "values": random.standard_normal((n_tokens, d_value)),
            "rates": random.uniform(0.0, 1.2, n_tokens),
        }


def _keys(random: np.random.Generator) -> Iterator[Arrays]:
    for n_tokens, d_key in ((9, 4), (2, 2), (6, 1), (4, 6), (12, 3)):
        rates = random.uniform(0.1, 1.2, n_tokens)
        rates[-1] = 0.0 if n_tokens > 2 else rates[-1]
        yield {"keys": random.standard_normal((n_tokens, d_key)) / np.sqrt(d_key), "rates": rates}
    # A rate of 0 after a key that fits: elimination by 1 / rates begins there, with infinity.
    keys, rates = random.standard_normal((5, 3)) / np.sqrt(3), random.uniform(0.1, 1.2, 5)
    keys[1] *= 1.5 / np.linalg.norm(keys[1])
    keys[2], rates[1], rates[2] = keys[1], 1.0, 0.0
    yield {"keys": keys, "rates": rates}


def _prompts(random: np.random.Generator) -> Iterator[Arrays]:
    for n_prompts, n_context, d_x, n_orders in ((4, 3, 2, 9), (1, 6, 3, 4), (8, 2, 1, 3)):
        yield {
            "places": random.standard_normal(n_context) + 0.4,
            "xs": random.standard_normal((n_prompts, n_context, d_x)),
            "ys": random.standard_normal((n_prompts, n_context, 1)),
            "x_queries": random.standard_normal((n_prompts, d_x)),
            "orders": np.stack([random.permutation(n_context) for _ in range(n_orders)]),
        }


def _teachers(random: np.random.Generator) -> Iterator[Arrays]:
    for noise in (0.8, 2.0, 0.02):
        for n_context, d_x, n_teachers in ((6, 4, 5), (1, 2, 9), (9, 1, 3), (3, 3, 2)):
            yield {
                "xs": random.standard_normal((n_context, d_x)),
                "ys": random.standard_normal((n_context, 1)) * 2,
                "x_query": random.standard_normal(d_x),
                "teachers": random.standard_normal((n_teachers, d_x)),
                "label_noise": np.asarray(noise),
            }


def _drifting(random: np.random.Generator) -> Iterator[Arrays]:
    for n_context, d_x, persistence, noise in (
        (19, 3, 0.9, 0.3),
        (31, 5, 0.95, 0.2),
        (23, 2, 0.8, 0.4),
    ):
        n_prompts = 150
        times = np.arange(n_context)
        agree = persistence ** np.abs(times[:, None] - times[None])
        root = np.linalg.cholesky(agree)
        teachers = np.einsum(
            "st,ptd->psd", root, random.standard_normal((n_prompts, n_context, d_x))
        )
        xs = random.standard_normal((n_prompts, n_context, d_x))
        ys = np.einsum("ptd,ptd->pt", teachers, xs)
        yield {
            "xs": xs,
            "ys": (ys + noise * random.standard_normal(ys.shape))[:, :, None],
            "x_queries": random.standard_normal((n_prompts, d_x)),
            "persistence": np.asarray(persistence),
            "label_noise": np.asarray(noise),
        }


def _passes(case: Arrays, outputs: Arrays) -> Arrays:
    """See whether the excess risk is within the bar, by conditioning on all targets at once."""
    xs, ys, x_queries = case["xs"], case["ys"][:, :, 0], case["x_queries"]
    rho, noise = float(case["persistence"]), float(case["label_noise"])
    n_prompts, n_context, _ = xs.shape
    found = np.asarray(outputs["predictions"], dtype=np.float64)
    if found.shape not in ((n_prompts, 1), (n_prompts,)) or not np.all(np.isfinite(found)):
        raise NotVisibleError("no prediction for each prompt")
    times = np.arange(n_context)
    agree = rho ** np.abs(times[:, None] - times[None])
    seen = agree[None] * np.einsum("psd,ptd->pst", xs, xs) + noise**2 * np.eye(n_context)
    toward = rho ** (n_context - times) * np.einsum("ptd,pd->pt", xs, x_queries)
    weights = np.linalg.solve(seen, toward[:, :, None])[:, :, 0]
    means = np.sum(weights * ys, axis=1)
    variances = np.sum(x_queries**2, axis=1) - np.sum(weights * toward, axis=1)
    excess = np.sum((found.reshape(n_prompts) - means) ** 2) / np.sum(variances)
    return {"passes": np.asarray(float(excess <= BAR))}


GENERATORS = {
    "preconditioner": Generator(_covariances, _arrays),
    "noise-step-size": Generator(_eigenvalues, _arrays),
    "read-preconditioner": Generator(_hidden, _arrays),
    "delta-rule": Generator(_sequences, _arrays),
    "delta-rule-chunks": Generator(_keys, _arrays),
    "order-sensitivity": Generator(_prompts, _beside_one),
    "task-diversity": Generator(_teachers, _arrays),
    "capstone": Generator(_drifting, _passes),
}
