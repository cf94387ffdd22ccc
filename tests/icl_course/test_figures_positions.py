"""Against: the arrays that were given, read back from what is drawn and from the words for it."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex

from icl_course import figures
from icl_course.captions import PALETTE


@pytest.fixture
def errors():
    betas = np.linspace(0, 10, 11)
    return betas, 0.9 * np.exp(-betas), {"the circle": np.exp(-2 * betas)}


@pytest.fixture
def tables(rng):
    return {name: rng.uniform(size=(7, 6)) for name in ("one", "two")}


@pytest.fixture
def training(rng):
    return {
        "steps": np.arange(1.0, 12),
        "losses": np.linspace(0.4, 0.2, 11),
        "kept": np.array([0.0, 5.0, 11.0]),
        "sensitivities": np.array([[3.0, 0.001, 0.002], [3.1, 0.3, 0.03], [3.2, 0.7, 0.04]]),
        "loss_of_zero": 0.41,
        "loss_of_step": 0.19,
    }


def test_errors_are_drawn_as_given_on_a_log_axis(errors):
    betas, formula, by_layer = errors
    (axes,) = figures.copy_errors(*errors).figure.axes
    line, dots, _ = axes.lines
    np.testing.assert_array_equal(line.get_ydata(), formula)
    np.testing.assert_array_equal(dots.get_xdata(), betas)
    np.testing.assert_array_equal(dots.get_ydata(), by_layer["the circle"])
    assert (line.get_label(), dots.get_label()) == ("the formula", "the circle")
    assert axes.get_yscale() == "log"
    assert axes.get_ylabel() == "weight on wrong tokens"


def test_the_words_say_from_where_an_error_stays_small(errors):
    assert figures.copy_errors(*errors).alt == (
        "Attention weight on wrong tokens against sharpness, 11 values from 0 to 10: it is below "
        "1 % from 5 on by the formula, from 3 on by the circle."
    )


def test_errors_that_do_not_fit_or_never_get_small_are_refused(errors, as_a_learner_meets_it):
    betas, formula, _ = errors
    with pytest.raises(ValueError, match="the curve of bad has shape"):
        figures.copy_errors(betas, formula, {"bad": formula[:-1]})
    with pytest.raises(ValueError, match=r"the last below \.01"):
        figures.copy_errors(betas, formula + 0.01, {})


def test_attention_is_drawn_as_given_with_a_ring_at_each_inputs_target(tables):
    figure = figures.attention_maps(tables).figure
    panels = [axes for axes in figure.axes if axes.images and axes.get_title()]
    for axes, (name, table) in zip(panels, tables.items(), strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), table)
        (rings,) = axes.lines
        np.testing.assert_array_equal(rings.get_xdata(), [1, 3, 5])
        np.testing.assert_array_equal(rings.get_ydata(), [0, 2, 4])
        assert axes.get_title() == name
        names = [text.get_text() for text in axes.get_yticklabels()]
        assert names == ["$x_{1}$", "$y_{1}$", "$x_{2}$", "$y_{2}$", "$x_{3}$", "$y_{3}$", "$x_q$"]
        assert [text.get_text() for text in axes.get_xticklabels()] == names[:-1]
        assert axes.images[0].get_clim() == (0, 1)


def test_the_words_give_the_weight_of_inputs_on_their_targets(tables):
    means = [np.mean([table[0, 1], table[2, 3], table[4, 5]]) for table in tables.values()]
    assert figures.attention_maps(tables).alt == (
        "Who attends to whom, in 2 layers: in one an input gives its own target the weight "
        f"{means[0]:.2f}; in two an input gives its own target the weight {means[1]:.2f} "
        "on average."
    )


@pytest.mark.parametrize("shape", [(6, 6), (6, 5), (7,)])
def test_a_table_that_alternating_tokens_cannot_make_is_refused(shape, as_a_learner_meets_it):
    with pytest.raises(ValueError, match="2 N \\+ 1 alternating tokens attend to 2 N"):
        figures.attention_maps({"bad": np.ones(shape)})


def test_loss_and_sensitivities_are_drawn_as_given(training):
    above, below = figures.copying_over_training(**training).figure.axes
    np.testing.assert_array_equal(above.lines[0].get_ydata(), training["losses"])
    assert set(above.lines[1].get_ydata()) == {0.41}
    assert set(above.lines[2].get_ydata()) == {0.19}
    for line, column, name in zip(
        below.lines,
        training["sensitivities"].T,
        ("own token", "next token", "other tokens"),
        strict=True,
    ):
        np.testing.assert_array_equal(line.get_ydata(), column)
        np.testing.assert_array_equal(line.get_xdata(), training["kept"])
        assert line.get_label() == name
    assert len({line.get_linestyle() for line in below.lines}) == 3
    assert to_hex(above.lines[2].get_color()).upper() == PALETTE["gradient descent"]
    assert (above.get_ylabel(), below.get_ylabel()) == ("loss", "sensitivity")
    assert below.get_xlabel() == "training steps"


def test_the_words_give_first_and_last_loss_and_sensitivity(training):
    assert figures.copying_over_training(**training).alt == (
        "Training on alternating tokens over 11 steps: the loss goes from 0.400 to 0.200, where "
        "one gradient step has 0.190 and the prediction 0 has 0.410. The first layer's sensitivity "
        "to the next token goes from 0.001 to 0.70, to all others from 0.002 to 0.04."
    )


@pytest.mark.parametrize("wrong", [{"losses": np.ones(3)}, {"kept": np.ones(2)}])
def test_arrays_that_do_not_belong_together_are_refused(training, wrong, as_a_learner_meets_it):
    with pytest.raises(ValueError, match="one loss per step, three numbers per kept step"):
        figures.copying_over_training(**training | wrong)


def test_nothing_is_cut_off_and_every_figure_is_small(errors, tables, training):
    for captioned in (
        figures.copy_errors(*errors),
        figures.attention_maps(tables),
        figures.copying_over_training(**training),
    ):
        canvas = FigureCanvasAgg(captioned.figure)
        canvas.draw()
        box = captioned.figure.get_tightbbox(canvas.get_renderer())
        width, height = captioned.figure.get_size_inches()
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= width
        assert box.y1 <= height
        assert len(captioned.png()) < 100_000
