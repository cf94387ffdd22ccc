"""Against: the arrays that went in, read back from what was drawn and from the alt text."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex

from icl_course import figures
from icl_course.captions import PALETTE

NAMES = ("zero", "one step", "five steps", "least squares", "ridge (Bayes)")
TITLES = ("without noise", "with noise")


@pytest.fixture
def by_context(rng) -> tuple:
    """Twelve numbers of examples; the first predictor's risk is 0.4 in both panels."""
    sizes = np.array([1, 2, 4, 6, 8, 9, 10, 11, 12, 15, 20, 40])
    risks = 0.4 * rng.uniform(0.1, 1.0, size=(2, 5, 12))
    risks[:, 0] = 0.4
    return sizes, risks, NAMES, TITLES


@pytest.fixture
def by_rate() -> tuple:
    """A parabola with its lowest point 0.2 at 6, and points half a standard error above it."""
    rates = np.linspace(0.0, 13.0, 131)
    curve = 0.2 + 0.01 * (rates - 6.0) ** 2
    errors = np.full(14, 0.01)
    return rates, curve, rates[::10], curve[::10] + 0.5 * errors, errors


def test_each_setting_has_a_panel_and_each_predictor_a_curve(by_context):
    sizes, risks, _, _ = by_context
    panels = figures.risk_by_context(*by_context, d_x=10).figure.axes
    assert [axes.get_title() for axes in panels] == list(TITLES)
    for axes, panel in zip(panels, risks, strict=True):
        drawn = {line.get_label(): line for line in axes.lines}
        for name, row in zip(NAMES, panel, strict=True):
            np.testing.assert_array_equal(drawn[name].get_xdata(), sizes)
            np.testing.assert_array_equal(drawn[name].get_ydata(), row)
        assert axes.get_xscale() == axes.get_yscale() == "log"
        assert axes.get_xlabel() == "examples $N$"
    assert panels[0].get_ylabel() == "risk $R$"


def test_predictors_can_be_told_apart_without_colour(by_context):
    lines = figures.risk_by_context(*by_context, d_x=10).figure.axes[0].lines[:5]
    looks = {(line.get_linestyle(), line.get_marker()) for line in lines}
    assert len(looks) == 5
    colours = [to_hex(line.get_color()).upper() for line in lines]
    assert colours[0] == PALETTE["before"]
    assert colours[1] == colours[2] == PALETTE["gradient descent"]
    assert colours[3:] == [PALETTE["least squares"], PALETTE["reference"]]


def test_as_many_examples_as_inputs_are_marked(by_context):
    for axes in figures.risk_by_context(*by_context, d_x=10).figure.axes:
        assert list(axes.lines[-1].get_xdata()) == [10, 10]


def test_what_is_exact_or_infinite_leaves_the_axis(by_context):
    by_context[1][0, 3, 5:], by_context[1][1, 3, 6] = 1e-12, 1e5
    axes = figures.risk_by_context(*by_context, d_x=10).figure.axes[0]
    np.testing.assert_allclose(axes.get_ylim(), (4e-4, 4.0))


def test_the_words_say_every_risk_at_as_many_examples_as_inputs(by_context):
    alt = figures.risk_by_context(*by_context, d_x=10).alt
    assert alt.startswith("Risk of 5 predictors, from 1 to 40 examples of 10 inputs: ")
    assert "with noise, at 10 examples zero 0.4, one step " in alt
    for name, row in zip(NAMES, by_context[1][1], strict=True):
        assert f"{name} {row[6]:.2g}" in alt


def test_names_and_risks_that_do_not_fit_are_refused(by_context):
    sizes, risks, names, titles = by_context
    with pytest.raises(ValueError, match=r"risks has shape \(2, 5, 12\), but there are 1 titles"):
        figures.risk_by_context(sizes, risks, names, titles[:1], d_x=10)
    with pytest.raises(ValueError, match="with up to 5 names"):
        figures.risk_by_context(sizes, np.ones((2, 6, 12)), [*names, "more"], titles, d_x=10)


def test_the_curve_the_points_and_their_bars_are_drawn(by_rate):
    _, curve, where, points, errors = by_rate
    axes = figures.risk_by_step_size(*by_rate).figure.axes[0]
    drawn = {line.get_label(): line for line in axes.lines}
    np.testing.assert_array_equal(drawn[r"derived $R(\eta)$"].get_ydata(), curve)
    assert list(drawn["no step"].get_ydata()) == [curve[0]] * 2
    (bars,) = axes.containers
    np.testing.assert_array_equal(bars.lines[0].get_xdata(), where)
    np.testing.assert_array_equal(bars.lines[0].get_ydata(), points)
    ends = np.array([segment[:, 1] for segment in bars.lines[2][0].get_segments()])
    np.testing.assert_allclose(ends, np.stack([points - 2 * errors, points + 2 * errors], axis=1))


def test_the_words_say_where_the_curve_is_lowest_and_how_far_points_are(by_rate):
    captioned = figures.risk_by_step_size(*by_rate)
    assert captioned.alt.endswith(
        "the curve is lowest at 6, with 0.2; the 14 points lie up to 0.5 standard errors from it."
    )
    (mark,) = [text.get_text() for text in captioned.figure.axes[0].texts]
    assert "6.00" in mark


@pytest.mark.usefixtures("as_a_learner_meets_it")
def test_curves_of_other_lengths_are_refused(by_rate):
    rates, curve, where, points, errors = by_rate
    with pytest.raises(ValueError, match="131 step sizes for a curve of 130 points"):
        figures.risk_by_step_size(rates, curve[1:], where, points, errors)
    with pytest.raises(ValueError, match="14 for 13 measured risks with 14 errors"):
        figures.risk_by_step_size(rates, curve, where, points[1:], errors)


def test_no_text_is_cut_off(by_context, by_rate):
    for captioned in (
        figures.risk_by_context(*by_context, d_x=10),
        figures.risk_by_step_size(*by_rate),
    ):
        canvas = FigureCanvasAgg(captioned.figure)
        canvas.draw()
        width, height = canvas.get_width_height()
        for axes in captioned.figure.axes:
            box = axes.get_tightbbox(canvas.get_renderer())
            assert box.x0 >= 0
            assert box.y0 >= 0
            assert box.x1 <= width
            assert box.y1 <= height
