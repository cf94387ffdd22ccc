"""The records of lesson 10: their oracles by another route."""

import numpy as np
import pytest

from autograder.exercises import exercises
from autograder.exercises.lesson_10 import capstone, steps, teachers
from autograder.verdict import verdict

CAPSTONE = exercises()["capstone"]
SEEDS = range(5)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bayes_answer_of_a_drift_has_no_excess_and_named_ideas_are_far_beyond_the_bar(seed):
    cases = CAPSTONE.draw(seed, "practice")
    for case in cases:
        means, variances = capstone.filtered(case)
        assert capstone.excess_of(case, means) == 0
        assert np.all(variances > 0)
    for misconception in CAPSTONE.misconceptions:
        wrong = [misconception.oracle(case)["predictions"] for case in cases]
        excesses = [capstone.excess_of(*pair) for pair in zip(cases, wrong, strict=True)]
        assert max(excesses) > 2 * capstone.BAR, misconception.id


def test_the_excess_counts_squares_in_units_of_the_bayes_risk():
    case = CAPSTONE.draw(0, "practice")[0]
    means, variances = capstone.filtered(case)
    moved = means + np.sqrt(capstone.BAR * variances)
    np.testing.assert_allclose(capstone.excess_of(case, moved), capstone.BAR, rtol=1e-12)


@pytest.mark.parametrize(("share", "passes"), [(0.15, True), (0.25, False)])
def test_the_bar_is_a_fifth_of_the_bayes_risk(share, passes):
    cases = CAPSTONE.draw(1, "grade")
    outputs = []
    for case in cases:
        means, variances = capstone.filtered(case)
        outputs.append({"predictions": (means + np.sqrt(share * variances))[:, None]})
    assert verdict(CAPSTONE, cases, outputs).passed == passes


def test_predictions_of_another_shape_are_refused_in_words():
    cases = CAPSTONE.draw(1, "practice")
    outputs = [{"predictions": np.zeros((len(case["xs"]), 2))} for case in cases]
    assert "expected shape [1]" in verdict(CAPSTONE, cases, outputs).message


def test_a_crowd_of_teachers_is_so_far_off_that_no_likelihood_is_a_float32():
    exercise = exercises()["task-diversity"]
    for seed in SEEDS:
        crowded = exercise.draw(seed, "practice")[1]
        squares = teachers._squares(crowded) / (2 * float(crowded["label_noise"]) ** 2)
        assert squares.min() > 110


def test_the_second_moment_is_that_of_the_closed_form():
    case = exercises()["preconditioner"].draw(0, "grade")[1]
    covariance, n = np.asarray(case["covariance"], float), int(case["n_context"])
    closed = (n + 1) / n * covariance @ covariance + np.trace(covariance) / n * covariance
    np.testing.assert_allclose(steps.squared_second_moment(covariance, n), closed, rtol=1e-12)
