"""Against: the arrays that were given, read back from what is drawn and from the words for it."""

import numpy as np
import pytest

from icl_course import figures

VALUES = np.array([2.0, 1.0, 0.5])
SIZES = np.array([5, 10, 20])


def test_steps_are_drawn_beside_the_closed_form_and_newton():
    found = np.array([0.4, 0.8, 1.5])
    drawn = figures.preconditioner(VALUES, found, n_context=7, best_step=0.6)
    (axes,) = drawn.figure.axes
    newton, plain, closed, dots = axes.lines
    np.testing.assert_array_equal(dots.get_ydata(), found)
    np.testing.assert_array_equal(dots.get_xdata(), VALUES)
    np.testing.assert_allclose(plain.get_ydata(), 0.6)
    np.testing.assert_allclose(newton.get_ydata() * newton.get_xdata(), 1.0)
    line = closed.get_xdata()
    np.testing.assert_allclose(closed.get_ydata(), 1 / (8 / 7 * line + 3.5 / 7))
    worst = 100 * np.abs(found * (8 / 7 * VALUES + 0.5) - 1).max()
    assert f"up to {worst:.1f} % from the closed form" in drawn.alt
    assert "from 0.5 to 2" in drawn.alt


def test_risks_are_drawn_with_two_standard_errors():
    risks = {"one batch step": np.array([0.9, 0.5, 0.4]), "ridge": np.array([0.5, 0.2, 0.1])}
    errors = {name: 0.01 * risk for name, risk in risks.items()}
    drawn = figures.online_risk(SIZES, risks, errors)
    (axes,) = drawn.figure.axes
    for container, risk in zip(axes.containers, risks.values(), strict=True):
        line, _, (bars,) = container
        np.testing.assert_array_equal(line.get_ydata(), risk)
        ends = np.array([segment[:, 1] for segment in bars.get_segments()])
        np.testing.assert_allclose(ends[:, 1] - ends[:, 0], 0.04 * risk)
    assert drawn.alt.endswith("at 20 examples one batch step 0.4, ridge 0.1.")


def test_sensitivities_are_drawn_from_top_to_bottom_with_their_intervals():
    values, ends = np.array([0.0, 0.3]), np.array([[0.0, 0.0], [0.2, 0.5]])
    drawn = figures.order_sensitivities(["one", "two"], values, ends)
    (axes,) = drawn.figure.axes
    ((dots, _, (bars,)),) = axes.containers
    np.testing.assert_array_equal(dots.get_xdata(), values)
    np.testing.assert_array_equal(dots.get_ydata(), [1, 0])
    np.testing.assert_allclose([s[:, 0] for s in bars.get_segments()], ends)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["one", "two"]
    assert drawn.alt.endswith("one 0.00, two 0.30.")


def test_diversity_is_drawn_in_two_panels_and_the_words_say_where_sides_change():
    risks = {name: np.array([3.0, 2.0, 1.0]) for name in ("the net", "ridge")}
    drawn = figures.diversity(SIZES, risks, np.array([0.1, 0.3, 0.4]), np.array([0.5, 0.2, 0.1]))
    left, right = drawn.figure.axes
    np.testing.assert_array_equal(left.lines[0].get_ydata(), risks["the net"])
    np.testing.assert_array_equal(right.lines[0].get_ydata(), [0.1, 0.3, 0.4])
    np.testing.assert_array_equal(right.lines[1].get_ydata(), [0.5, 0.2, 0.1])
    assert "nearer to ridge from 10 teachers on" in drawn.alt
    never = figures.diversity(SIZES, risks, np.full(3, 0.1), np.full(3, 0.2))
    assert "nearer to ridge nowhere" in never.alt


def test_arrays_that_do_not_belong_together_are_refused(as_a_learner_meets_it):
    with pytest.raises(ValueError, match="3 eigenvalues for 2 steps"):
        figures.preconditioner(VALUES, VALUES[:2], n_context=7, best_step=0.6)
    with pytest.raises(ValueError, match="1 names for values"):
        figures.order_sensitivities(["one"], np.zeros(2), np.zeros((2, 2)))
    with pytest.raises(ValueError, match="3 numbers of teachers"):
        figures.diversity(SIZES, {}, np.zeros(2), np.zeros(3))
