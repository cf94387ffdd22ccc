"""Against: the arrays that went in, read back from what was drawn and from the alt text.

What no array can tell, whether text is cut off or a legend lies on the data, is measured on the
finished drawing.
"""

import re

import jax.numpy as jnp
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from icl_course import figures
from icl_course.captions import PALETTE, Captioned

EPS = {"float32": 1.1920929e-07, "float64": 2.220446049250313e-16}


def colour(artist) -> str:
    return to_hex(artist.get_color()).upper()


@pytest.fixture
def targets(rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Targets with the largest difference, 3e-5, where the layer is below gradient descent."""
    before = rng.normal(size=(7, 3))
    layer = 0.5 * before
    difference = rng.uniform(-2e-5, 2e-5, layer.shape)
    difference[2, 1] = 3e-5
    return before, layer, layer + difference


@pytest.fixture
def maps(rng) -> tuple[np.ndarray, np.ndarray]:
    return rng.normal(size=(2, 8, 8)), 0.1 * rng.normal(size=(2, 8, 8))


@pytest.fixture
def tasks(rng) -> tuple[np.ndarray, np.ndarray]:
    """101 deviations in each precision, whole numbers of last places, some of them exactly 0."""
    places = rng.integers(0, 7, size=(2, 101)) / 2
    places[:, :13] = 0.0
    places[:, 13:] += 0.5
    return places[0] * EPS["float32"], places[1] * EPS["float64"]


class TestTokenTargets:
    def test_each_output_has_a_panel_with_dots_in_rings(self, targets):
        panels = figures.token_targets(*targets).figure.axes
        assert len(panels) == 3
        for output, axes in enumerate(panels):
            lines = {line.get_label(): line for line in axes.lines}
            drawn = [
                ("before", "before", targets[0]),
                ("after the layer", "attention layer", targets[1]),
                (r"gradient descent: $y_i - \Delta W x_i$", "gradient descent", targets[2]),
            ]
            for label, meaning, array in drawn:
                np.testing.assert_array_equal(lines[label].get_xdata(), np.arange(1, 8))
                np.testing.assert_array_equal(lines[label].get_ydata(), array[:, output])
                assert colour(lines[label]) == PALETTE[meaning]
                assert lines[label].get_linestyle() == "None"
            dots, rings = lines[drawn[1][0]], lines[drawn[2][0]]
            assert rings.get_markersize() > 1.5 * dots.get_markersize()
            assert rings.get_markerfacecolor() == "none"
            assert dots.get_markerfacecolor() == dots.get_color()

    def test_a_stem_joins_each_old_target_to_its_new_one(self, targets):
        for output, axes in enumerate(figures.token_targets(*targets).figure.axes):
            (stems,) = axes.collections
            for i, stem in enumerate(stems.get_segments()):
                expected = [[i + 1, targets[0][i, output]], [i + 1, targets[1][i, output]]]
                np.testing.assert_array_equal(stem, expected)

    def test_a_line_marks_zero_in_every_panel(self, targets):
        for axes in figures.token_targets(*targets).figure.axes:
            (zero,) = (line for line in axes.lines if colour(line) == PALETTE["reference"])
            assert set(zero.get_ydata()) == {0}

    def test_every_output_gets_the_same_height(self):
        arrays = [np.ones((7, d_y)) for d_y in (1, 2, 3)]
        heights = [figures.token_targets(a, a, a).figure.get_figheight() for a in arrays]
        first, second = np.diff(heights)
        assert first == pytest.approx(second)
        assert 1.8 <= first <= 2.5

    def test_axes_say_what_they_show(self, targets):
        panels = figures.token_targets(*targets).figure.axes
        assert [axes.get_ylabel() for axes in panels] == [
            "target y, output 1",
            "target y, output 2",
            "target y, output 3",
        ]
        assert [axes.get_xlabel() for axes in panels] == ["", "", "context token i"]
        (alone,) = figures.token_targets(*(array[:, :1] for array in targets)).figure.axes
        assert (alone.get_xlabel(), alone.get_ylabel()) == ("context token i", "target y")

    @pytest.mark.parametrize("n_context", [1, 2, 15, 16, 40])
    def test_ticks_are_whole_tokens_from_the_first_and_not_too_many(self, n_context):
        ys = np.ones((n_context, 1))
        (axes,) = figures.token_targets(ys, ys, ys).figure.axes
        ticks = axes.get_xticks()
        assert ticks[0] == 1
        assert np.all(ticks == ticks.astype(int))
        assert ticks[-1] <= n_context
        assert min(n_context, 8) <= len(ticks) <= 16
        left, right = axes.get_xlim()
        assert left < 1
        assert right - n_context == pytest.approx(1 - left)

    def test_the_alt_text_gives_the_sizes_and_the_largest_difference(self, targets):
        alt = figures.token_targets(*targets).alt
        mean_before, mean_after = (np.mean([abs(y) for y in a.ravel()]) for a in targets[:2])
        largest = max(abs(a - b) for a, b in zip(*(t.ravel() for t in targets[1:]), strict=True))
        assert alt == (
            "Targets of 7 context tokens before and after one attention layer: the mean size of a "
            f"target goes from {mean_before:.3g} to {mean_after:.3g}. The layer's targets and "
            f"those of one gradient descent step differ by at most {largest:.1e}."
        )

    def test_the_alt_text_counts_one_token_in_the_singular(self):
        one = np.ones((1, 1))
        assert figures.token_targets(one, one, one).alt.startswith("Targets of 1 context token ")

    @pytest.mark.parametrize(
        "shapes",
        [[(7,)] * 3, [(7, 3), (7, 2), (7, 3)], [(7, 3), (7, 3), (6, 3)], [(6, 3), (7, 3), (7, 3)]],
        ids=str,
    )
    @pytest.mark.usefixtures("as_a_learner_meets_it")
    def test_targets_of_different_shapes_are_refused(self, shapes):
        expected = r"the targets have shapes .*same \[n_context d_y\].*tokens\[:-1, d_x:\]"
        with pytest.raises(ValueError, match=expected):
            figures.token_targets(*(np.ones(shape) for shape in shapes))


class TestBilinearMaps:
    def test_each_head_has_both_its_maps_in_colours_centred_at_zero(self, maps):
        panels = [a for a in figures.bilinear_maps(*maps, d_x=5).figure.axes if a.images]
        assert len(panels) == 4
        for panel, (head, form) in zip(panels, [(0, 0), (0, 1), (1, 0), (1, 1)], strict=True):
            (image,) = panel.images
            np.testing.assert_array_equal(image.get_array(), maps[form][head])
            limit = np.abs(maps[form][head]).max()
            assert image.get_clim() == (-limit, limit)
            assert image.get_cmap().name == "RdBu_r"
            assert image.colorbar is not None

    def test_every_head_gets_the_same_height(self, maps):
        three = [np.concatenate([form, form[:1]]) for form in maps]
        heights = [
            figures.bilinear_maps(*(form[:n] for form in three), d_x=5).figure.get_figheight()
            for n in (1, 2, 3)
        ]
        first, second = np.diff(heights)
        assert first == pytest.approx(second)
        assert 2.5 <= first <= 3.5

    def test_maps_of_zeros_have_a_colour_scale_too(self):
        nothing = np.zeros((1, 3, 3))
        panels = [a for a in figures.bilinear_maps(nothing, nothing, d_x=2).figure.axes if a.images]
        assert [panel.images[0].get_clim() for panel in panels] == [(-1, 1), (-1, 1)]

    def test_lines_part_the_x_slots_from_the_y_slots(self, maps):
        for panel in figures.bilinear_maps(*maps, d_x=5).figure.axes:
            if panel.images:
                dark = [line for line in panel.lines if colour(line) == PALETTE["reference"]]
                across, down = dark
                assert set(across.get_ydata()) == set(down.get_xdata()) == {4.5}
                assert set(across.get_xdata()) == set(down.get_ydata()) == {0, 1}
                assert [text.get_text() for text in panel.get_xticklabels()] == ["x", "y"]
                assert [text.get_text() for text in panel.get_yticklabels()] == ["x", "y"]
                np.testing.assert_array_equal(panel.get_xticks(), [2, 6])
                np.testing.assert_array_equal(panel.get_yticks(), [2, 6])

    def test_faint_lines_part_every_slot_from_the_next(self, maps):
        panel = figures.bilinear_maps(*maps, d_x=5).figure.axes[0]
        faint = [line for line in panel.lines if line.get_color() == "white"]
        places = sorted(line.get_ydata()[0] for line in faint if line.get_xdata()[1] == 1)
        assert [place for place in places if place not in (0, 1)] == list(np.arange(7) + 0.5)
        assert len(faint) == 14
        assert all(line.get_linewidth() > 0 for line in faint)

    def test_axes_say_what_they_show(self, maps):
        panels = [a for a in figures.bilinear_maps(*maps, d_x=5).figure.axes if a.images]
        assert [panel.get_title() for panel in panels] == [
            "$W_K^T W_Q$, head 1",
            "$W_O W_V$, head 1 (the paper's $P\\,W_V$)",
            "$W_K^T W_Q$, head 2",
            "$W_O W_V$, head 2 (the paper's $P\\,W_V$)",
        ]
        for left, right in (panels[:2], panels[2:]):
            assert left.get_xlabel() == "slot of the token that attends"
            assert left.get_ylabel() == "slot of the token attended to"
            assert (right.get_xlabel(), right.get_ylabel()) == ("slot read", "slot written")
        alone = figures.bilinear_maps(maps[0][:1], maps[1][:1], d_x=5).figure.axes
        assert alone[0].get_title() == "$W_K^T W_Q$"
        assert alone[1].get_title() == "$W_O W_V$ (the paper's $P\\,W_V$)"

    def test_the_alt_text_gives_the_largest_entry_of_each_block(self):
        """Every block holds one entry that no other does, negative and in the second head."""
        scores, writes = np.zeros((2, 5, 5)), np.zeros((2, 5, 5))
        scores[1, 2, 1], scores[1, 2, 3], writes[1, 2, 4] = -9, -8, -7
        writes[1, 3, 2], writes[1, 4, 3] = -6, -5
        assert figures.bilinear_maps(scores, writes, d_x=3).alt == (
            "Heat maps of the two products that a layer's behaviour shows, 2 heads: the largest "
            "entry of W_K^T W_Q is 9 in the x-x block and 8 elsewhere; that of W_O W_V is 7 where "
            "x is written, 6 where y is written from x, and 5 where y is written from y."
        )

    @pytest.mark.parametrize("place", [(3, 2), (2, 3), (3, 3)])
    def test_the_alt_text_looks_for_scores_in_every_block_outside_x(self, place):
        scores, writes = np.zeros((1, 5, 5)), np.zeros((1, 5, 5))
        scores[0][place] = 4
        alt = figures.bilinear_maps(scores, writes, d_x=3).alt
        assert ", 1 head: the largest entry of W_K^T W_Q is 0 in the x-x block and 4 else" in alt

    @pytest.mark.parametrize("d_x", [0, 8, 9])
    def test_blocks_that_do_not_fit_are_refused(self, maps, d_x):
        with pytest.raises(ValueError, match=f"d_x = {d_x}, but .*d_token = 8 slots.*1 to 7 are"):
            figures.bilinear_maps(*maps, d_x=d_x)


class TestDeviations:
    def test_every_task_is_in_the_bar_of_its_deviation(self, tasks):
        panels = figures.deviations(*tasks).figure.axes
        for values, axes in zip(tasks, panels, strict=True):
            bars = axes.patches
            assert sum(bar.get_height() for bar in bars) == 101
            assert bars[0].get_height() == 13
            for bar in bars[1:]:
                left, right = bar.get_x(), bar.get_x() + bar.get_width()
                assert bar.get_height() == sum(left <= value < right for value in values)
                np.testing.assert_allclose(right / left, 2)

    def test_whole_last_places_lie_mid_bin(self, tasks):
        bars = figures.deviations(*tasks).figure.axes[0].patches
        middles = [np.log2(bar.get_x() * np.sqrt(2)) for bar in bars]
        np.testing.assert_allclose(middles, np.round(middles), atol=1e-9)

    def test_exact_zeros_stand_apart_under_a_tick_of_their_own(self, tasks):
        panels = figures.deviations(*tasks).figure.axes
        zero, *ticks = panels[1].get_xticks()
        words, *labels = [label.get_text() for label in panels[1].get_xticklabels()]
        assert words == "0"
        for tick, label in zip(ticks, labels, strict=True):
            exponent = int(label.removeprefix("$10^{").removesuffix("}$"))
            np.testing.assert_allclose(tick, 10.0**exponent, rtol=1e-9)
        np.testing.assert_allclose(np.diff(np.log10(ticks)), 2)
        for axes in panels:
            zero_bar, *others = axes.patches
            assert zero_bar.get_x() < zero < zero_bar.get_x() + zero_bar.get_width()
            assert [bar.get_height() for bar in others[:2]] == [0, 0]
            assert zero_bar.get_x() + zero_bar.get_width() < ticks[0]
            assert len(axes.get_xticks(minor=True)) == 0
            assert axes.get_xscale() == "log"

    def test_a_line_marks_the_eps_of_each_precision(self, tasks):
        panels = figures.deviations(*tasks).figure.axes
        for axes, name in zip(panels, ["float32", "float64"], strict=True):
            (line,) = axes.lines
            assert set(line.get_xdata()) == {np.finfo(name).eps}
            assert line.get_linestyle() == "--"
            (words,) = axes.texts
            assert words.get_text() == f"eps = {EPS[name]:.1e} "
            assert words.get_position() == (np.finfo(name).eps, 1)

    def test_axes_say_what_they_show(self, tasks):
        figure = figures.deviations(*tasks).figure
        above, below = figure.axes
        assert [axes.get_title(loc="left") for axes in figure.axes] == ["in float32", "in float64"]
        assert figure.get_supylabel() == "number of tasks"
        expected = "largest deviation of the layer from gradient descent in one task"
        assert (above.get_xlabel(), below.get_xlabel()) == ("", expected)
        assert above.get_xlim() == below.get_xlim()
        assert above.get_ylim() == below.get_ylim()
        for axes, name in zip(figure.axes, ["float32", "float64"], strict=True):
            face = {to_hex(bar.get_facecolor()).upper() for bar in axes.patches}
            assert face == {PALETTE[name]}

    def test_the_alt_text_gives_the_largest_deviation_in_each_precision(self, tasks):
        largest = [max(values) for values in tasks]
        assert figures.deviations(*tasks).alt == (
            "Largest deviation of one attention layer from one gradient descent step over 101 "
            f"random tasks: at most {largest[0]:.1e} in float32 (eps 1.2e-07; 13 exactly 0), at "
            f"most {largest[1]:.1e} in float64 (eps 2.2e-16; 13 exactly 0)."
        )

    def test_layers_that_are_no_step_are_drawn_as_well(self):
        """A wrong layer deviates by far more than any eps, and must not fall off the axis."""
        figure = figures.deviations(np.array([0.5, 30.0]), np.array([1e-20, 0.25])).figure
        assert [sum(b.get_height() for b in axes.patches) for axes in figure.axes] == [2, 2]

    @pytest.mark.parametrize("bad", [np.array([np.nan]), np.array([np.inf]), np.array([-1.0])])
    @pytest.mark.parametrize("name", ["float32", "float64"])
    def test_deviations_that_no_bar_can_show_are_refused(self, name, bad):
        fine = {"float32": np.ones(1), "float64": np.ones(1)}
        with pytest.raises(ValueError, match=f"the {name} deviations are .*finite and not negat"):
            figures.deviations(**fine | {name: bad})

    def test_no_deviations_at_all_are_refused(self):
        with pytest.raises(ValueError, match="needs at least one"):
            figures.deviations(np.ones(0), np.ones(0))


@pytest.fixture(params=["targets", "one token", "maps", "one head", "deviations"])
def captioned(request, targets, maps, tasks) -> Captioned:
    make = {
        "targets": lambda: figures.token_targets(*targets),
        "one token": lambda: figures.token_targets(*(array[:1, :1] for array in targets)),
        "maps": lambda: figures.bilinear_maps(*maps, d_x=5),
        "one head": lambda: figures.bilinear_maps(maps[0][:1], maps[1][:1], d_x=7),
        "deviations": lambda: figures.deviations(*tasks),
    }
    return make[request.param]()


def drawn(figure: Figure) -> FigureCanvasAgg:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas


def test_nothing_is_cut_off(captioned):
    box = captioned.figure.get_tightbbox(drawn(captioned.figure).get_renderer())
    width, height = captioned.figure.get_size_inches()
    assert box.x0 >= 0
    assert box.y0 >= 0
    assert box.x1 <= width
    assert box.y1 <= height


def test_no_legend_lies_on_data(captioned):
    renderer = drawn(captioned.figure).get_renderer()
    for legend in captioned.figure.legends:
        box = legend.get_window_extent(renderer)
        assert not any(box.overlaps(axes.get_window_extent()) for axes in captioned.figure.axes)
    assert all(axes.get_legend() is None for axes in captioned.figure.axes)


@pytest.mark.parametrize("places", [0.25, 1, 4])
def test_the_words_at_a_line_lie_on_no_bar(places):
    """However high the bar beside the line is, and on whichever side of it."""
    figure = figures.deviations(*(np.full(101, places * EPS[name]) for name in EPS)).figure
    renderer = drawn(figure).get_renderer()
    for axes in figure.axes:
        box = axes.texts[0].get_window_extent(renderer)
        bars = [bar.get_window_extent(renderer) for bar in axes.patches if bar.get_height()]
        assert not any(box.overlaps(bar) for bar in bars)


def test_every_figure_is_small_and_carries_a_number(captioned):
    assert len(captioned.png()) < 100_000
    assert re.search(r"\d", captioned.alt)


def test_figures_take_jax_arrays_and_change_none(targets, maps, tasks):
    makers = [
        (figures.token_targets, targets, {}),
        (figures.bilinear_maps, maps, {"d_x": 5}),
        (figures.deviations, tasks, {}),
    ]
    for make, arrays, sizes in makers:
        copies = [array.copy() for array in arrays]
        from_numpy = make(*arrays, **sizes)
        from_jax = make(*(jnp.asarray(array) for array in arrays), **sizes)
        assert from_numpy.alt == from_jax.alt
        for array, copy in zip(arrays, copies, strict=True):
            np.testing.assert_array_equal(array, copy)
