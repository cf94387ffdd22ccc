"""Against: the arrays that went in, read back from what was drawn and from the alt text."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from icl_course import figures
from icl_course.captions import PALETTE


def colour(artist) -> str:
    return to_hex(artist.get_color()).upper()


def line(axes, label):
    return next(found for found in axes.lines if found.get_label() == label)


def test_training_losses_are_means_over_windows(rng):
    losses = {"attention layer": rng.uniform(1, 2, 130), "gradient descent": rng.uniform(1, 2, 130)}
    found = figures.training_losses(losses, reference=0.5, n_window=50)
    (axes,) = found.figure.axes
    for name, values in losses.items():
        drawn = line(axes, name)
        np.testing.assert_allclose(drawn.get_ydata(), values[:100].reshape(2, 50).mean(axis=1))
        np.testing.assert_array_equal(drawn.get_xdata(), [25, 75])
        assert colour(drawn) == PALETTE[name]
        assert f"after 130 steps {name} {values[50:100].mean():.2g}" in found.alt
    assert axes.get_yscale() == "log"


def test_a_run_shorter_than_a_window_is_refused():
    with pytest.raises(ValueError, match="'net' has 3 steps, fewer than a window of 50"):
        figures.training_losses({"net": np.ones(3)}, reference=1.0)


def test_sine_fits_draw_every_curve_of_every_task(rng):
    grid = np.linspace(-1, 1, 7)
    truth, layer, descent = rng.normal(size=(3, 2, 7))
    context_x, context_y = rng.normal(size=(2, 2, 5))
    found = figures.sine_fits(
        grid,
        truth=truth,
        by_layer=layer,
        by_descent=descent,
        context_x=context_x,
        context_y=context_y,
    )
    assert len(found.figure.axes) == 2
    for number, axes in enumerate(found.figure.axes):
        np.testing.assert_array_equal(line(axes, "true wave").get_ydata(), truth[number])
        np.testing.assert_array_equal(line(axes, "net, after").get_ydata(), layer[number])
        after = line(axes, "gradient descent, after")
        np.testing.assert_array_equal(after.get_ydata(), descent[number])
        assert colour(after) == PALETTE["gradient descent"]
        np.testing.assert_array_equal(line(axes, "examples").get_xydata()[:, 1], context_y[number])
    errors = [np.sqrt(np.mean((c - truth) ** 2)) for c in (0 * truth, layer, descent)]
    assert all(f"{error:.2g}" in found.alt for error in errors)


def test_example_counts_stand_at_their_inputs(rng):
    xs = rng.normal(size=5)
    counts = {"one": rng.normal(size=5), "other": rng.normal(size=5)}
    found = figures.example_counts(xs, counts, x_query=0.3)
    for axes, (name, weights) in zip(found.figure.axes, counts.items(), strict=True):
        assert name in axes.get_title()
        dots = axes.lines[-1].get_xydata()
        np.testing.assert_array_equal(dots, np.stack([xs, weights], axis=1))
        assert f"{name}, sum {weights.sum():.2f}, smallest {weights.min():.2f}" in found.alt


def test_temperature_errors_are_drawn_on_two_logarithmic_axes():
    t = np.array([1.0, 10.0, 100.0])
    single, double, derived = np.array([1.0, 0.1, 0.3]), 2 / t**2, 1 / t**2
    found = figures.temperature_errors(t, single, double, derived)
    (axes,) = found.figure.axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    for label, values in {"derived": derived, "float64": double, "float32": single}.items():
        np.testing.assert_array_equal(line(axes, label).get_ydata(), values)
    assert "in float32 it is lowest, 0.1, at 10" in found.alt
    assert "still falling" in found.alt


def test_every_temperature_has_its_errors(as_a_learner_meets_it):
    with pytest.raises(ValueError, match="there are 3 temperatures and 3, 2, 3 errors"):
        figures.temperature_errors(np.ones(3), np.ones(3), np.ones(2), np.ones(3))
