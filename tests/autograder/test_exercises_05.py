"""The records of lesson 05: their oracles by another route."""

import numpy as np

from autograder.exercises import exercises
from autograder.verdict import verdict


def drawn_in_numpy(case, seed, correlated=False):
    """What a sampler by NumPy gives for a case of `sine-task`."""
    random, n = np.random.default_rng(seed), len(case["seeds"])
    share = random.uniform(size=(2, n, 1))
    amplitude = 0.1 + 0.4 * share[0]
    phase = np.pi * share[0 if correlated else 1]
    points = random.uniform(-5, 5, (n, int(case["n_context"]) + 1))
    heights = amplitude * np.sin(points + phase)
    fields = {
        "xs": points[:, :-1, None],
        "ys": heights[:, :-1, None],
        "x_query": points[:, -1:],
        "y_query": heights[:, -1:],
    }
    fields = {name: field.astype(np.float32) for name, field in fields.items()}
    return fields | {f"{name}_again": field[0] for name, field in fields.items()}


def test_a_right_sampler_is_not_refused_by_chance():
    """Three hundred runs of a right sampler; the bounds promise a million."""
    exercise = exercises()["sine-task"]
    cases = exercise.draw(0, "grade")
    for seed in range(300):
        assert verdict(exercise, cases, [drawn_in_numpy(c, [seed, 1]) for c in cases]).passed


def test_one_key_for_two_draws_is_named():
    exercise = exercises()["sine-task"]
    cases = exercise.draw(0, "practice")
    result = verdict(exercise, cases, [drawn_in_numpy(c, 5, correlated=True) for c in cases])
    assert (result.passed, result.misconception) == (False, "one-key")
    assert result.message.endswith("?")


def test_weights_of_absurd_size_are_not_applied():
    exercise = exercises()["softmax-linearised"]
    cases = exercise.draw(0, "practice")
    d_token = cases[0]["xs"].shape[1] + cases[0]["ys"].shape[1]
    huge = {name: np.full((1, d_token, d_token), 1e31) for name in ("w_q", "w_k", "w_v", "w_o")}
    assert "absurdly large" in verdict(exercise, cases, [huge] * len(cases)).message
