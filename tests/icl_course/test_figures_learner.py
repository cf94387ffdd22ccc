"""The figures of in-context learners: their words carry the finding, and misuse is refused."""

import numpy as np
import pytest

from icl_course.figures import accuracies_by_place, phase_map, plateau_lengths, plateaus


def test_accuracies_are_told_from_the_first_to_the_last_places():
    line = np.concatenate([[0.5], np.full(9, 0.9)])
    made = accuracies_by_place({"a net": line, "1-NN": line - 0.1}, n_classes=2)
    assert "a net goes from 0.50 to 0.90; 1-NN goes from 0.40 to 0.80" in made.alt
    assert made.png()[:4] == b"\x89PNG"


def test_a_phase_map_says_from_how_many_tasks_on_a_width_learns():
    made = phase_map(
        np.array([[0.5, 0.5, 0.6], [0.5, 0.85, 0.9]]),
        [["none", "identified", "none"], ["memorised", "learned", "learned"]],
        widths=[8, 32],
        log2_tasks=[0, 4, 25],
    )
    assert "width 8 does not learn; width 32 learns from 2^4 tasks on" in made.alt
    assert made.png()[:4] == b"\x89PNG"


def test_plateaus_say_their_lengths():
    losses = {"plain": np.linspace(1, 0.2, 200), "other": np.ones(150)}
    made = plateaus(losses, {"plain": (60, 100), "other": (49, 150)}, level=1.0)
    assert "plain 40 steps; other 101 steps, without an end" in made.alt
    assert made.png()[:4] == b"\x89PNG"


def test_misuse_is_refused():
    with pytest.raises(ValueError, match="of one length"):
        accuracies_by_place({"a": np.ones(3), "b": np.ones(4)}, n_classes=2)
    with pytest.raises(ValueError, match=r"accuracies of shape \(1, 1\)"):
        phase_map(np.ones((1, 1)), [["none"]], widths=[1, 2], log2_tasks=[0])
    with pytest.raises(ValueError, match="but spans of"):
        plateaus({"a": np.ones(90)}, {}, level=1.0)


def test_a_plateau_without_an_end_gets_an_arrow():
    made = plateau_lengths({"a": [40, 90], "b": [7]}, n_steps=100, n_before=10)
    assert made.alt.endswith("a 40, more than 90; b 7.")
    axes = made.figure.axes[0]
    drawn = [(line.get_marker(), *line.get_xydata()[0].tolist()) for line in axes.lines]
    assert drawn == [("o", 40.0, 0.0), (">", 90.0, 0.0), ("o", 7.0, 1.0)]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]
