"""Against: the lesson's bases, and the finding that ships."""

import itertools

import numpy as np

from icl_course import fine_tuning, shipped
from icl_course.concept_runs import bases_of_lesson


def test_the_other_bases_share_no_pair_with_the_lessons():
    ours, theirs = np.asarray(bases_of_lesson(), int), np.asarray(fine_tuning.other_bases(), int)
    assert theirs.shape == ours.shape
    np.testing.assert_array_equal(theirs.sum(axis=1), ours.sum(axis=1))
    np.testing.assert_array_equal(theirs.sum(axis=0), np.ones(8))
    assert (ours @ theirs.T).max() == 1


def test_what_ships_has_a_risk_for_every_seed_and_step(tmp_path):
    trained = {"layer 2": (1,), "all": (0, 1, 2)}
    sizes = {"n_seeds": 2, "n_steps": 0, "n_per_concept": 6}
    found = fine_tuning.ship(tmp_path, trained=trained, **sizes)
    arrays, said = shipped.load(fine_tuning.NAME, tmp_path)
    assert arrays["steps"].tolist() == [0]
    assert said["seeds"] == [0, 1]
    assert said["settings"]["layer 2"] == [1]
    for name in trained:
        assert arrays[name].shape == (2, 1)
        np.testing.assert_array_equal(arrays[name], found[name])
    first = arrays["layer 2"][:, 0]
    np.testing.assert_array_equal(arrays["all"][:, 0], first)
    assert first[0] != first[1]


def test_the_earlier_a_layer_the_more_it_helps():
    arrays, _ = shipped.load(fine_tuning.NAME)
    last = [arrays[name][:, -1] for name in ("all layers", "layer 1", "layer 2", "layer 3")]
    for better, worse in itertools.pairwise(last):
        assert better.max() < worse.min()
    assert last[-1].max() < arrays["layer 3"][:, 0].min()
