"""Against: the arrays that went in, read back from what was drawn and from the alt text."""

import re

import jax.numpy as jnp
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex

from icl_course import figures
from icl_course.captions import PALETTE
from icl_course.figures.descent_curves import LARGEST_EXCESS

RATES = np.array([1.0, 1.8, 2.1])
THRESHOLD = 2.0


def colour(line) -> str:
    return to_hex(line.get_color()).upper()


@pytest.fixture
def bowl() -> tuple[np.ndarray, ...]:
    """A quadratic loss on a grid whose lowest point is no corner, and three paths over it."""
    first, second = np.linspace(-2, 3, 23), np.linspace(-1, 2, 17)
    losses = (first - 0.5) ** 2 + 3 * (second[:, None] - 0.3) ** 2
    steps = np.arange(6)[None, :, None]
    start = np.array([[[2.0, 1.5]]])
    return first, second, losses, start * (1 - RATES)[:, None, None] ** steps


@pytest.fixture
def curves() -> np.ndarray:
    """The loss along one eigenvector of curvature 1, from 3."""
    return 3 * (1 - RATES[:, None]) ** (2 * np.arange(41)) + 1e-4


@pytest.fixture
def ends(rng) -> np.ndarray:
    return np.abs(rng.normal(size=(2, 3))) + 0.1


class TestDescentPaths:
    def test_each_path_stands_in_its_panel(self, bowl):
        panels = figures.descent_paths(*bowl, RATES, threshold=THRESHOLD).figure.axes
        assert len(panels) == 3
        for axes, path in zip(panels, bowl[3], strict=True):
            _, walked, start = axes.lines
            np.testing.assert_array_equal(walked.get_xydata(), path)
            np.testing.assert_array_equal(start.get_xydata(), path[:1])

    def test_the_colour_tells_what_diverges(self, bowl):
        panels = figures.descent_paths(*bowl, RATES, threshold=THRESHOLD).figure.axes
        found = [colour(axes.lines[1]) for axes in panels]
        stable = PALETTE["gradient descent"]
        assert found == [stable, stable, PALETTE["diverges"]]

    def test_the_frame_is_that_of_the_contours_and_a_cross_marks_the_lowest_point(self, bowl):
        first, second, losses, _ = bowl
        for axes in figures.descent_paths(*bowl, RATES, threshold=THRESHOLD).figure.axes:
            assert axes.get_xlim() == (first[0], first[-1])
            assert axes.get_ylim() == (second[0], second[-1])
            (cross,) = axes.lines[0].get_xydata()
            row, column = np.argwhere(losses == losses.min())[0]
            np.testing.assert_array_equal(cross, [first[column], second[row]])

    def test_the_alt_text_has_the_last_step_of_each_path(self, bowl):
        alt = figures.descent_paths(*bowl, RATES, threshold=THRESHOLD).alt
        lengths = np.linalg.norm(bowl[3][:, -1] - bowl[3][:, -2], axis=1)
        expected = ", ".join(
            f"{length:.2g} at {rate / THRESHOLD:.2f} times the threshold"
            for length, rate in zip(lengths, RATES, strict=True)
        )
        assert alt.endswith(f"after 5 steps the length of the last one is {expected}.")

    def test_titles_and_labels_say_what_is_shown(self, bowl):
        panels = figures.descent_paths(*bowl, RATES, threshold=THRESHOLD).figure.axes
        titles = [axes.get_title() for axes in panels]
        assert titles == [rf"step size ${r / 2:.2f}\,\bar\eta$" for r in RATES]
        assert {axes.get_xlabel() for axes in panels} == {"weight $W_1$"}
        assert panels[0].get_ylabel() == "weight $W_2$"


class TestLossCurves:
    def test_the_curves_are_the_losses_the_largest_step_size_first(self, curves):
        (axes,) = figures.loss_curves(curves, RATES, threshold=THRESHOLD).figure.axes
        assert axes.get_yscale() == "log"
        for line, losses in zip(axes.lines, curves[::-1], strict=True):
            drawn = line.get_ydata()
            kept = np.isfinite(drawn)
            np.testing.assert_array_equal(drawn[kept], losses[kept])
            assert kept[:20].all()

    def test_below_at_and_above_the_threshold_look_different(self, curves):
        rates = np.array([1.0, THRESHOLD, 2.1])
        (axes,) = figures.loss_curves(curves, rates, threshold=THRESHOLD).figure.axes
        above, at, below = axes.lines
        assert colour(above) == PALETTE["diverges"]
        assert (colour(at), at.get_linestyle()) == (PALETTE["reference"], "--")
        assert below.get_linestyle() == "-"
        assert colour(below) not in PALETTE.values()

    def test_a_curve_that_diverges_leaves_the_frame_and_not_the_alt_text(self, curves):
        curves[2] = 3.0 * 10.0 ** np.arange(41)
        captioned = figures.loss_curves(curves, RATES, threshold=THRESHOLD)
        assert captioned.figure.axes[0].get_ylim()[1] == LARGEST_EXCESS * curves[:, 0].max()
        assert captioned.alt.endswith("at 1.05 times the threshold from 3 to 3e+40.")

    def test_the_threshold_stands_in_legend_and_alt_text(self, curves):
        captioned = figures.loss_curves(curves, RATES, threshold=THRESHOLD)
        (legend,) = captioned.figure.legends
        assert "= 2.00" in legend.get_title().get_text()
        words = [text.get_text() for text in legend.get_texts()]
        assert words == [rf"${rate / 2:.2f}\,\bar\eta$" for rate in RATES[::-1]]
        assert captioned.alt.startswith("Loss along 40 steps of gradient descent for 3 step sizes")
        assert "the divergence threshold at 2/lambda_max = 2:" in captioned.alt


class TestFinalLosses:
    def draw(self, ends):
        return figures.final_losses(ends, RATES, [1, 10], threshold=THRESHOLD, loss_at_start=5.0)

    def test_the_curves_are_the_losses(self, ends):
        (axes,) = self.draw(ends).figure.axes
        for line, losses in zip(axes.lines, ends, strict=False):
            np.testing.assert_array_equal(line.get_xydata(), np.stack([RATES, losses], axis=1))

    def test_lines_mark_the_start_and_the_threshold(self, ends):
        (axes,) = self.draw(ends).figure.axes
        start, threshold = axes.lines[2:]
        assert set(start.get_ydata()) == {5.0}
        assert set(threshold.get_xdata()) == {THRESHOLD}
        assert threshold.get_linestyle() == "--"
        assert axes.texts[0].get_text() == r"$2/\lambda_\max = 2.00$ "

    def test_the_alt_text_has_the_best_step_size_of_each_count(self, ends):
        best = [RATES[row.argmin()] / THRESHOLD for row in ends]
        assert self.draw(ends).alt.endswith(
            f"after 1 step the lowest loss is {ends[0].min():.2g}, at {best[0]:.2f} times the "
            f"threshold; after 10 steps the lowest loss is {ends[1].min():.2g}, at {best[1]:.2f} "
            "times the threshold."
        )

    def test_the_legend_counts_steps(self, ends):
        (legend,) = self.draw(ends).figure.legends
        words = [text.get_text() for text in legend.get_texts()]
        assert words == ["1 step", "10 steps", "at the start"]


@pytest.fixture(params=["paths", "curves", "ends"])
def captioned(request, bowl, curves, ends):
    make = {
        "paths": lambda: figures.descent_paths(*bowl, RATES, threshold=THRESHOLD),
        "curves": lambda: figures.loss_curves(curves, RATES, threshold=THRESHOLD),
        "ends": lambda: TestFinalLosses().draw(ends),
    }
    return make[request.param]()


def test_nothing_is_cut_off_and_no_legend_lies_on_data(captioned):
    canvas = FigureCanvasAgg(captioned.figure)
    canvas.draw()
    box = captioned.figure.get_tightbbox(canvas.get_renderer())
    width, height = captioned.figure.get_size_inches()
    assert min(box.x0, box.y0) >= 0
    assert box.x1 <= width
    assert box.y1 <= height
    for legend in captioned.figure.legends:
        area = legend.get_window_extent(canvas.get_renderer())
        assert not any(area.overlaps(a.get_window_extent()) for a in captioned.figure.axes)


def test_every_figure_is_small_and_carries_a_number(captioned):
    assert len(captioned.png()) < 150_000
    assert re.search(r"\d", captioned.alt)


def test_figures_take_jax_arrays_and_change_none(bowl, curves):
    for make, arrays in (
        (figures.descent_paths, (*bowl, RATES)),
        (figures.loss_curves, (curves, RATES)),
    ):
        copies = [array.copy() for array in arrays]
        from_jax = make(*(jnp.asarray(array) for array in arrays), threshold=THRESHOLD)
        assert make(*arrays, threshold=THRESHOLD).alt == from_jax.alt
        for array, copy in zip(arrays, copies, strict=True):
            np.testing.assert_array_equal(array, copy)


@pytest.mark.usefixtures("as_a_learner_meets_it")
class TestMistakes:
    def test_step_sizes_that_are_not_one_each_are_refused(self, bowl, curves, ends):
        with pytest.raises(ValueError, match="there are 3 paths and 2 numbers"):
            figures.descent_paths(*bowl, RATES[:2], threshold=THRESHOLD)
        with pytest.raises(ValueError, match="there are 3 curves and 2 numbers"):
            figures.loss_curves(curves, RATES[:2], threshold=THRESHOLD)
        with pytest.raises(ValueError, match="there are 2 rows of losses and 1 numbers"):
            figures.final_losses(ends, RATES, [1], threshold=THRESHOLD, loss_at_start=5.0)
