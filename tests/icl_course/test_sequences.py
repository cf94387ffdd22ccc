"""Against: prompts read symbol by symbol, and the laws of lengths, gaps and symbols."""

from collections import Counter

import jax
import numpy as np
import pytest

from icl_course.sequences import follows_again, sample_many, sample_repeats, told_before

LAW = {"n_symbols": 13, "n_tokens": 41, "shortest": 5, "longest": 7, "largest_gap": 3}


def draws(n, **changes):
    return np.asarray(sample_many(jax.random.key(4), n_sequences=n, **(LAW | changes)))


def test_without_gaps_a_prompt_has_one_period_and_no_symbol_twice_within():
    lengths = Counter()
    for row in draws(600, largest_gap=0):
        period = next(p for p in range(1, 41) if np.all(row[p:] == row[:-p]))
        assert len(set(row[:period].tolist())) == period
        lengths[period] += 1
    assert set(lengths) == {5, 6, 7}
    assert min(lengths.values()) > 150  # 200 expected, deviation 12


def test_every_round_has_the_same_segment_after_a_gap_of_its_own():
    """All symbols of a segment but the last have one successor, and come every 5 + gap tokens."""
    gaps = Counter()
    for row in draws(40, shortest=5, longest=5, n_tokens=200):
        places = {s: np.flatnonzero(row[:-1] == s) for s in range(13)}
        sure = [s for s, at in places.items() if len(at) > 8 and len(set(row[at + 1])) == 1]
        assert len(sure) == 4
        segment = [*sure, *({int(row[places[s][0] + 1]) for s in sure} - set(sure))]
        assert len(segment) == 5
        for s in sure:
            apart = np.diff(places[s])
            assert set(apart) <= {5, 6, 7, 8}
        gaps.update((apart - 5).tolist())
    shares = np.array([gaps[g] for g in range(4)]) / sum(gaps.values())
    np.testing.assert_allclose(shares, 0.25, atol=0.06)  # 1,200 gaps: deviation .0125


def test_symbols_are_all_used_alike():
    counts = np.bincount(draws(2_000).ravel(), minlength=13)
    assert len(counts) == 13
    np.testing.assert_allclose(counts / counts.sum(), 1 / 13, rtol=0.1)


def test_symbols_of_gaps_are_drawn_with_replacement():
    twice = [
        row[:4]
        for row in draws(500, shortest=2, longest=2, n_tokens=4, largest_gap=9)
        if row[0] == row[1]
    ]
    assert len(twice) > 5


def test_symbols_of_gaps_are_all_used_alike():
    """The segment's two symbols come once a round, the two others share 4.5 places a round."""
    sizes = {"n_symbols": 4, "shortest": 2, "longest": 2, "largest_gap": 9, "n_tokens": 4_000}
    counts = np.sort(np.bincount(np.asarray(sample_repeats(jax.random.key(0), **sizes))))
    np.testing.assert_allclose(counts[:2], 4_000 / 6.5, rtol=0.1)
    np.testing.assert_allclose(counts[2:], 4_000 * 2.25 / 6.5, rtol=0.1)


def test_many_are_drawn_from_keys_of_their_own():
    rows = draws(3)
    keys = jax.random.split(jax.random.key(4), 3)
    for row, key in zip(rows, keys, strict=True):
        np.testing.assert_array_equal(row, sample_repeats(key, **LAW))
    assert len({tuple(row) for row in rows.tolist()}) == 3


def test_what_follows_again_and_what_was_told_are_as_one_reads_them(rng):
    for _ in range(20):
        symbols = rng.integers(0, 4, 17)
        table, told = follows_again(symbols), told_before(symbols)
        for t in range(17):
            for i in range(17):
                right = 1 <= i <= t and symbols[i - 1] == symbols[t]
                assert bool(table[t, i]) == right, (t, i)
            pairs = {(symbols[i - 1], symbols[i]) for i in range(1, t)}
            assert bool(told[t]) == (t > 0 and (symbols[t - 1], symbols[t]) in pairs), t


@pytest.mark.parametrize(
    "wrong",
    [{"shortest": 1}, {"longest": 13}, {"largest_gap": -1}, {"shortest": 8}, {"n_tokens": 1}],
)
def test_sizes_that_do_not_fit_are_refused(wrong):
    with pytest.raises(ValueError, match="leaves 1 or more for gaps"):
        sample_repeats(jax.random.key(0), **(LAW | wrong))
