"""Against: the arrays that go in, read back from what is drawn and from the words."""

import re

import numpy as np
import pytest

from icl_course import figures
from icl_course.captions import PALETTE

STEPS = np.array([1, 2, 3])


def lines_of(axes) -> dict[str, np.ndarray]:
    return {line.get_label(): np.asarray(line.get_xydata()) for line in axes.lines}


@pytest.fixture
def risk():
    curves = {
        "GD": np.array([0.2, 0.15, 0.13]),
        "own": np.array([0.2, 0.14, 0.12]),
        "GD++": np.array([0.2, 0.11, 0.08]),
    }
    return figures.risk_by_depth(STEPS, curves, {2: 0.1137}, zero_risk=0.417)


@pytest.fixture
def rolled():
    medians = np.array([[0.4, 0.2, 0.1], [0.4, 0.3, 0.25]])
    means = np.array([[0.4, 70.0, 1e9], [0.4, 0.31, 0.27]])
    return figures.roll_outs(medians, means, np.array([1.0, 0.75]), n_tasks=12_345)


@pytest.fixture
def spectrum():
    line = np.linspace(0, 4, 5)
    factors = {"GD": np.array([1, 0.5, 0.2, -0.1, -0.6]), "GD++": np.array([1, 0.1, 0, 0.1, 0.2])}
    return figures.spectrum_transform(
        np.array([0.5, 1.0, 2.2]), line, 0.1 * line, factors, gamma=0.1234
    )


def test_every_curve_and_every_trained_net_is_drawn_where_it_belongs(risk):
    (axes,) = risk.figure.axes
    drawn = lines_of(axes)
    np.testing.assert_allclose(drawn["GD"], np.stack([STEPS, [0.2, 0.15, 0.13]], 1))
    np.testing.assert_allclose(drawn["GD++"], np.stack([STEPS, [0.2, 0.11, 0.08]], 1))
    (trained,) = (xy for name, xy in drawn.items() if name.startswith("trained"))
    np.testing.assert_allclose(trained, [[2, 0.1137]])
    colours = {line.get_label(): line.get_color() for line in axes.lines}
    assert colours["GD"] == colours["own"] == PALETTE["gradient descent"]
    assert colours["GD++"] == PALETTE["GD++"]


def test_the_words_name_all_losses_at_the_trained_depth(risk):
    assert "at 2 layers the trained net loses 0.114, GD 0.15, own 0.14, GD++ 0.11." in risk.alt


def test_a_diverging_mean_leaves_the_axis_and_stays_in_the_words(rolled):
    left, right = rolled.figure.axes
    assert np.isnan(lines_of(left)["mean"][2, 1])
    np.testing.assert_allclose(lines_of(right)["mean"][:, 1], [0.4, 0.31, 0.27])
    np.testing.assert_allclose(lines_of(left)["median task"][:, 1], [0.4, 0.2, 0.1])
    assert "over 12,345 tasks: with damping 1 the median falls to 0.1 after 2 passes" in rolled.alt
    assert "the mean ends at 1e+09; with damping 0.75" in rolled.alt


def test_the_map_and_both_factors_are_drawn(spectrum):
    upper, lower = (axes for axes in spectrum.figure.axes if axes.get_ylabel())
    line = np.linspace(0, 4, 5)
    (moved,) = (xy for name, xy in lines_of(upper).items() if "lambda" in name)
    np.testing.assert_allclose(moved, np.stack([line, 0.1 * line], 1))
    np.testing.assert_allclose(lines_of(lower)["GD++"][:, 1], [1, 0.1, 0, 0.1, 0.2])
    assert "with gamma 0.123: from 0 to 4 before, at most 0.4 after" in spectrum.alt
    assert "GD on 40% and with GD++ on 80%" in spectrum.alt


@pytest.mark.parametrize("name", ["risk", "rolled", "spectrum"])
def test_every_figure_is_small_and_labelled(name, request):
    captioned = request.getfixturevalue(name)
    assert len(captioned.png()) < 120_000
    assert re.search(r"\d", captioned.alt)
    assert any(axes.get_xlabel() for axes in captioned.figure.axes)
    assert captioned.figure.axes[0].get_ylabel()


@pytest.mark.usefixtures("as_a_learner_meets_it")
def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"'GD' has shape \(2,\), but there are 3 numbers"):
        figures.risk_by_depth(STEPS, {"GD": np.ones(2)}, {}, zero_risk=1.0)
    with pytest.raises(ValueError, match="1 dampings do not fit"):
        figures.roll_outs(np.ones((2, 3)), np.ones((2, 3)), np.ones(1), n_tasks=1)
    with pytest.raises(ValueError, match="factors has 1 curves, but the figure compares two"):
        figures.spectrum_transform(
            np.ones(3), np.arange(3.0), np.arange(3.0), {"GD": np.ones(3)}, gamma=0.1
        )
