"""Against: the arrays that were handed in, and the words that must give their numbers."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from icl_course import figures


@pytest.fixture
def training():
    steps = np.array([0.0, 100.0, 200.0, 300.0])
    return {
        "steps": steps,
        "told": {"two": np.array([3.5, 3.4, 0.5, 0.2]), "one": np.array([3.5, 3.4, 3.3, 3.2])},
        "prefix": {"two": np.array([0.05, 0.1, 0.8, 0.9]), "one": np.full(4, 0.06)},
        "previous": np.array([0.05, 0.06, 0.3, 0.4]),
        "between": (100.0, 200.0),
    }


@pytest.fixture
def repeats(rng):
    letters = "ABCAB"
    right = np.zeros((5, 5), bool)
    right[3, 1] = right[4, 2] = True
    table = np.tril(rng.exponential(size=(5, 5)))
    return {"head": table / table.sum(axis=1, keepdims=True)}, right, letters


@pytest.fixture
def costs():
    shares = {
        "in full": np.array([[0.9, 0.01, 0.02], [0.2, -0.03, 0.3]]),
        "frozen": np.array([[0.0, 0.05, 0.0], [0.2, 0.0, 0.3]]),
    }
    chosen = np.array([[True, False, False], [True, False, True]])
    return shares, chosen, {"all induction heads": 1.01, "all previous-token heads": 0.92}


def test_losses_are_drawn_as_given_beside_even_guessing():
    lines = {"one": np.linspace(3, 1, 8), "two": np.linspace(3, 0, 8)}
    (axes,) = figures.losses_by_place(lines, n_symbols=32).figure.axes
    even, first, second = axes.lines
    assert set(np.round(even.get_ydata(), 6)) == {round(np.log(32), 6)}
    np.testing.assert_array_equal(first.get_ydata(), lines["one"])
    np.testing.assert_array_equal(second.get_xdata(), np.arange(1, 9))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("place of the token", "loss in nats")


def test_the_words_give_both_ends_of_each_line():
    lines = {"one": np.linspace(3, 1, 8), "two": np.linspace(3, 0, 8)}
    assert figures.losses_by_place(lines, n_symbols=32).alt == (
        "Mean loss by place, first against last 2 tokens, where even guessing has 3.47: one goes "
        "from 2.86 to 1.14; two goes from 2.79 to 0.21."
    )


def test_lines_of_different_lengths_are_refused(as_a_learner_meets_it):
    with pytest.raises(ValueError, match="losses at the same tokens"):
        figures.losses_by_place({"a": np.ones(3), "b": np.ones(4)}, n_symbols=2)


def test_attention_is_drawn_as_given_with_rings_on_what_followed(repeats):
    patterns, _, letters = repeats
    captioned = figures.patterns_on_repeats(*repeats)
    axes = captioned.figure.axes[0]
    np.testing.assert_array_equal(axes.images[0].get_array(), patterns["head"])
    assert axes.images[0].get_clim() == (0, 1)
    (rings,) = axes.lines
    assert list(zip(rings.get_ydata(), rings.get_xdata(), strict=True)) == [(3, 1), (4, 2)]
    assert [text.get_text() for text in axes.get_yticklabels()] == list(letters)
    table = patterns["head"]
    assert captioned.alt == (
        "Attention on the prompt A B C A B: head puts "
        f"{(table[3, 1] + table[4, 2]) / 2:.2f} on what followed and "
        f"{np.mean([table[t, t - 1] for t in range(1, 5)]):.2f} on the token before."
    )


def test_a_pattern_of_another_length_is_refused(repeats, as_a_learner_meets_it):
    patterns, right, letters = repeats
    with pytest.raises(ValueError, match="for a prompt of 4 tokens"):
        figures.patterns_on_repeats(patterns, right, letters[:4])


def test_training_is_drawn_as_given_with_the_change_shaded(training):
    above, below = figures.transition(**training).figure.axes
    np.testing.assert_array_equal(above.lines[0].get_ydata(), training["told"]["two"])
    np.testing.assert_array_equal(above.lines[1].get_ydata(), training["told"]["one"])
    np.testing.assert_array_equal(below.lines[0].get_ydata(), training["prefix"]["two"])
    np.testing.assert_array_equal(below.lines[2].get_ydata(), training["previous"])
    assert below.lines[2].get_label() == "previous token, layer 1"
    assert len(above.patches) == len(below.patches) == 1


def test_the_words_say_what_changed_in_the_band(training):
    assert figures.transition(**training).alt == (
        "Training over 300 steps; between steps 100 and 200: the loss of two goes from 3.40 to "
        "0.50, its best prefix-matching score from 0.10 to 0.80; the loss of one goes from 3.40 "
        "to 3.30, its best prefix-matching score from 0.06 to 0.06."
    )


@pytest.mark.parametrize("wrong", [{"previous": np.ones(3)}, {"prefix": {"two": np.ones(4)}}])
def test_lines_that_do_not_belong_together_are_refused(training, wrong, as_a_learner_meets_it):
    with pytest.raises(ValueError, match="one value for each step, of the same nets"):
        figures.transition(**training | wrong)


def test_costs_are_drawn_as_given_and_chosen_heads_have_a_star(costs):
    shares, _, _ = costs
    captioned = figures.ablation_costs(*costs)
    (axes,) = captioned.figure.axes
    heights = [bar.get_height() for bar in axes.patches]
    np.testing.assert_allclose(heights, np.concatenate([s.ravel() for s in shares.values()]))
    assert [text.get_text() for text in axes.get_xticklabels()] == [
        "1.0*", "1.1", "1.2", "2.0*", "2.1", "2.2*",
    ]  # fmt: skip
    assert [set(line.get_ydata()) for line in axes.lines[:2]] == [{1.01}, {0.92}]
    assert captioned.alt == (
        "Share of the in-context gain lost by silencing heads: all induction heads 1.01, all "
        "previous-token heads 0.92; of heads not chosen the costliest 0.02 in full, 0.05 frozen."
    )


def test_tables_of_other_shapes_are_refused(costs, as_a_learner_meets_it):
    shares, chosen, together = costs
    with pytest.raises(ValueError, match=r"for \(1, 3\) heads"):
        figures.ablation_costs(shares, chosen[:1], together)


def test_nothing_is_cut_off_and_every_figure_is_small(training, repeats, costs):
    for captioned in (
        figures.transition(**training),
        figures.patterns_on_repeats(*repeats),
        figures.ablation_costs(*costs),
        figures.losses_by_place({"one": np.linspace(3, 1, 8)}, n_symbols=32),
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
