"""Against: the arrays that were handed in, and the words that must give their numbers."""

import numpy as np
import pytest

from icl_course import figures


@pytest.fixture
def training():
    shares = np.array([[0.25, 0.3], [0.26, 0.6], [0.24, 0.93]])
    return np.array([0.0, 5.0, 9.0]), shares, np.array([4.0, 2.0, 1.5])


def test_training_says_where_decodability_and_risk_end(training):
    made = figures.decodability_over_training(*training, chance=0.25, floor=0.52)
    for words in ("from 0.30 to 0.93 at depth 1", "from 4.00 to 1.50", "0.52", "0.25"):
        assert words in made.alt
    above, below = made.figure.axes
    np.testing.assert_array_equal(above.lines[1].get_ydata(), training[1][:, 1])
    np.testing.assert_array_equal(below.lines[0].get_ydata(), training[2])


def test_shares_of_other_steps_are_refused(training, as_a_learner_meets_it):
    with pytest.raises(ValueError, match="3 steps"):
        figures.decodability_over_training(
            training[0], training[1][:2], training[2], chance=0.25, floor=0.5
        )


def test_planes_show_every_point_under_its_concept(rng):
    plane, concepts = rng.standard_normal((7, 2)), np.array([0, 1, 1, 2, 0, 2, 2])
    made = figures.concept_planes({"a": plane, "b": plane}, concepts, {"a": 0.3, "b": 0.9})
    assert "7 prompts of 3 concepts" in made.alt
    assert "a 0.30, b 0.90" in made.alt
    drawn = np.array(made.figure.axes[1].lines[2].get_xydata())
    np.testing.assert_array_equal(drawn, plane[concepts == 2])


def test_panels_need_a_share_each(rng):
    plane, concepts = rng.standard_normal((3, 2)), np.array([0, 1, 1])
    with pytest.raises(ValueError, match="panels"):
        figures.concept_planes({"a": plane}, concepts, {"b": 0.9})


def test_risks_by_concept_stand_beside_their_references():
    references = {"Bayes": np.array([2.0, 0.5])}
    made = figures.risk_by_concept(np.array([[2.0, 1.0], [3.0, 0.7]]), references)
    assert "1.00 on concept 0, 0.70 on concept 1, and Bayes 0.50" in made.alt
    assert len(made.figure.axes[0].lines) == 3


def test_steering_gives_mean_and_three_standard_errors():
    change = np.array([[1.0, -1.0], [2.0, -2.0], [3.0, -6.0]])
    made = figures.steering({"right": change}, places=[1])
    error = 3 * np.std([-1, -2, -6], ddof=1) / np.sqrt(3)
    assert f"right -3.00 (3 standard errors {error:.2f})" in made.alt


def test_fine_tuning_shows_the_mean_and_the_range_of_seeds():
    risks = np.array([[3.0, 2.0, 1.0], [3.2, 1.8, 1.4]])
    made = figures.fine_tuning(np.array([0, 5, 10]), {"layer 1": risks}, floor=0.31)
    assert "over 10 steps" in made.alt
    assert "Bayes has 0.31" in made.alt
    assert "layer 1 ends at 1.20" in made.alt
    axes = made.figure.axes[0]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [3.1, 1.9, 1.2])
    corners = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (corners.min(), corners.max()) == (1.0, 3.2)
