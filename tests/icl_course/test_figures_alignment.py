"""Against: the arrays that went in, read back from what was drawn and from the alt text."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from icl_course import figures
from icl_course.captions import PALETTE

STEPS = np.array([0, 50, 100, 150])
VALUES = {"input_range": np.array([0.25, 0.5, 0.55, 1.0]), "n_context": np.array([5, 10])}
MEASURED = {
    "input_range": np.array([[0.08, 0.08], [0.2, 0.21], [0.3, 0.3], [9.0, 8.0]]),
    "n_context": np.array([[0.3, 0.29], [0.2, 0.21]]),
}
DERIVED = {
    "input_range": np.array([[0.25, 0.08], [0.4, 0.1], [0.5, 0.2], [0.55, 0.3], [1.0, 8.0]]),
    "n_context": np.array([[5.0, 0.3], [10.0, 0.2]]),
}


def drawn(axes) -> dict[str, np.ndarray]:
    """The curves of a panel by their label; those without one are called by their place."""
    return {line.get_label(): np.asarray(line.get_ydata(), float) for line in axes.lines}


def colours(axes) -> dict[str, str]:
    return {line.get_label(): to_hex(line.get_color()).upper() for line in axes.lines}


class TestAlignmentCurves:
    cosines = np.array([0.1, 0.5, 0.9, 0.9991])
    predictions = np.array([0.5, 0.2, 0.05, 0.021])
    models = np.array([2.0, 1.0, 0.2, 0.083])

    def made(self):
        return figures.alignment_curves(STEPS, self.cosines, self.predictions, self.models)

    def test_every_curve_is_drawn_over_the_steps(self):
        left, right = self.made().figure.axes
        np.testing.assert_array_equal(left.lines[0].get_xdata(), STEPS)
        np.testing.assert_array_equal(left.lines[0].get_ydata(), self.cosines)
        found = drawn(right)
        np.testing.assert_array_equal(found["prediction difference"], self.predictions)
        np.testing.assert_array_equal(found["model difference"], self.models)
        assert right.get_yscale() == "log"

    def test_the_words_hold_first_and_last_values(self):
        alt = self.made().alt
        assert "over 150 training steps" in alt
        assert "the cosine goes from 0.10 to 0.9991" in alt
        assert "the prediction difference from 0.5 to 0.021" in alt
        assert "the model difference from 2 to 0.083" in alt

    @pytest.mark.usefixtures("as_a_learner_meets_it")
    def test_curves_of_other_lengths_are_refused(self):
        with pytest.raises(ValueError, match=r"have lengths \[4, 3, 4, 4\]"):
            figures.alignment_curves(STEPS, self.cosines[:3], self.predictions, self.models)


class TestInterpolation:
    trained = np.array([0.41, 0.3, 0.22, 0.2071])
    mixed = np.array([13.0, 0.5, 0.21, 0.2064])
    shares = np.array([0.0, 0.5, 1.0])
    fixed = np.array([0.2071, 0.2064, 0.2062])
    bare = np.array([0.2071, 0.44, 0.2062])

    def made(self):
        return figures.interpolation(
            STEPS, self.trained, self.mixed, 0.2062, self.shares, self.fixed, self.bare
        )

    def test_every_curve_is_drawn_in_the_colour_of_its_meaning(self):
        left, right = self.made().figure.axes
        found = drawn(left)
        np.testing.assert_array_equal(found["trained layer"], self.trained)
        np.testing.assert_array_equal(found["half way, scale fixed"], self.mixed)
        np.testing.assert_array_equal(found["gradient step"], [0.2062, 0.2062])
        assert colours(left)["trained layer"] == PALETTE["attention layer"]
        assert colours(left)["gradient step"] == PALETTE["gradient descent"]
        along = drawn(right)
        np.testing.assert_array_equal(along["scale fixed"], self.fixed)
        np.testing.assert_array_equal(along["bare matrices"], self.bare)

    def test_a_mixture_with_an_untrained_layer_does_not_set_the_scale(self):
        left, right = self.made().figure.axes
        assert left.get_ylim()[1] < 1.0
        assert right.get_ylim()[0] == 0.0
        assert right.get_ylim()[1] > 0.44

    def test_the_words_hold_the_losses(self):
        alt = self.made().alt
        assert "After 150 steps the layer has 0.2071, the layer half way 0.2064" in alt
        assert "the gradient step 0.2062" in alt
        assert "fixed at most 0.2071, between the bare matrices up to 0.44" in alt

    @pytest.mark.usefixtures("as_a_learner_meets_it")
    def test_curves_of_other_lengths_are_refused(self):
        with pytest.raises(ValueError, match=r"have lengths \[3, 3, 2\]"):
            figures.interpolation(
                STEPS, self.trained, self.mixed, 0.2, self.shares, self.fixed, self.bare[:2]
            )


class TestOutOfDistribution:
    def made(self):
        return figures.out_of_distribution(VALUES, MEASURED, DERIVED)

    def test_every_sweep_has_a_panel_with_dots_rings_and_a_curve(self):
        panels = self.made().figure.axes
        for axes, name in zip(panels, VALUES, strict=True):
            found = drawn(axes)
            np.testing.assert_array_equal(found["trained layer"], MEASURED[name][:, 0])
            np.testing.assert_array_equal(found["construction"], MEASURED[name][:, 1])
            np.testing.assert_array_equal(found["frozen step, derived"], DERIVED[name][:, 1])
            assert axes.get_xscale() == axes.get_yscale() == "log"
        assert [axes.get_xlabel() for axes in panels] == [
            "half width a of the inputs",
            "number N of examples",
        ]

    def test_a_label_that_would_lie_on_the_one_before_is_left_out(self):
        labels = [text.get_text() for text in self.made().figure.axes[0].get_xticklabels()]
        assert labels == ["0.25", "0.5", "", "1"]

    def test_the_words_hold_the_largest_gap_of_the_layer(self):
        alt = self.made().alt
        assert "12 % over the half width a of the inputs (0.25 to 1)" in alt
        assert "0 % over the number N of examples (5 to 10)" in alt

    def test_sweeps_that_do_not_fit_are_refused(self):
        with pytest.raises(ValueError, match="must have the same names"):
            figures.out_of_distribution(VALUES, MEASURED, {})
        curve = {**DERIVED, "n_context": np.array([[5.0, 0.3], [9.0, 0.2]])}
        with pytest.raises(ValueError, match=r"no row for \[10\.0\]"):
            figures.out_of_distribution(VALUES, MEASURED, curve)
