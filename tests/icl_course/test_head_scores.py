"""Against: loops over tokens, the binary heads that a score must tell apart, and counting."""

import jax.numpy as jnp
import numpy as np
import pytest

from icl_course.head_scores import (
    best_blind_score,
    copying,
    in_context_score,
    prefix_matching,
    previous_token,
    token_losses,
)


@pytest.fixture
def pattern(rng):
    table = np.tril(rng.exponential(size=(17, 17)))
    return table / table.sum(axis=1, keepdims=True)


@pytest.fixture
def symbols(rng):
    return rng.integers(0, 5, 17)


def test_prefix_matching_adds_within_a_row_and_averages_over_queries(pattern, symbols):
    sums = []
    for t in range(17):
        at = [i for i in range(1, t + 1) if symbols[i - 1] == symbols[t]]
        if at:
            sums.append(sum(pattern[t, i] for i in at))
    np.testing.assert_allclose(prefix_matching(pattern, symbols), np.mean(sums), rtol=1e-12)


def test_a_head_that_looks_at_what_preceded_or_at_the_symbol_itself_scores_nothing():
    """A B C D A B C D: what followed stands 3 places back."""
    prompt = np.array([0, 1, 2, 3, 0, 1, 2, 3])
    scores = [float(prefix_matching(np.eye(8, k=-back), prompt)) for back in (1, 2, 3, 4, 5)]
    assert scores == [0, 0, 1, 0, 0]


def test_the_previous_token_score_leaves_out_the_first_token(pattern):
    expected = np.mean([pattern[t, t - 1] for t in range(1, 17)])
    np.testing.assert_allclose(previous_token(pattern), expected, rtol=1e-12)


def test_copying_is_the_mean_share_of_what_is_raised(pattern, symbols, rng):
    written = rng.normal(size=(17, 5)) + 0.7
    shares = []
    for t in range(17):
        raised = [max(0.0, w - np.mean(written[t])) for w in written[t]]
        shares.append(sum(pattern[t, i] * raised[symbols[i]] for i in range(17)) / sum(raised))
    expected = 2 * np.mean(shares) - 1
    np.testing.assert_allclose(copying(pattern, written, symbols), expected, rtol=1e-12)


def test_copying_ends_at_one_and_minus_one_and_knows_no_constant(symbols):
    looks = np.eye(17)
    hot = np.eye(5)[symbols]
    assert float(copying(looks, hot, symbols)) == pytest.approx(1)
    assert float(copying(looks, np.roll(hot, 1, axis=1), symbols)) == pytest.approx(-1)
    assert float(copying(looks, 3 * hot - 7.0, symbols)) == pytest.approx(1)


def test_losses_are_minus_log_probabilities_of_what_came(rng):
    rows, prompt = rng.normal(size=(7, 5)), rng.integers(0, 5, 7)
    expected = [
        -np.log(np.exp(rows[t - 1, prompt[t]]) / np.exp(rows[t - 1]).sum()) for t in range(1, 7)
    ]
    np.testing.assert_allclose(token_losses(rows, prompt), expected, rtol=1e-12)


def test_the_in_context_score_is_late_less_early(rng):
    losses = rng.normal(size=(3, 11))
    expected = np.mean([row[6] - row[1] for row in losses])
    np.testing.assert_allclose(in_context_score(losses, early=2, late=7), expected, rtol=1e-12)
    for early, late in ((0, 3), (1, 12)):
        with pytest.raises(ValueError, match="only tokens 1 to 11 have a loss"):
            in_context_score(losses, early=early, late=late)


@pytest.mark.parametrize(("lengths", "gaps"), [(5, 3), (4, 11), (1, 1), (7, 7), (9, 8)])
def test_no_blind_head_beats_the_bound_and_the_best_one_reaches_it(lengths, gaps, rng):
    chances = np.zeros(lengths + gaps - 1)
    for length in range(lengths):
        chances[length : length + gaps] += 1 / (lengths * gaps)
    bound = float(best_blind_score(shortest=6, longest=5 + lengths, largest_gap=gaps - 1))
    assert bound == pytest.approx(chances.max(), rel=1e-12)
    weights = rng.dirichlet(np.ones(len(chances)), size=50)
    assert np.all(weights @ chances <= bound + 1e-12)


def test_ranges_that_hold_nothing_are_refused():
    with pytest.raises(ValueError, match="there are none"):
        best_blind_score(shortest=3, longest=2, largest_gap=1)
    with pytest.raises(ValueError, match="there are none"):
        best_blind_score(shortest=3, longest=4, largest_gap=-1)


def test_scores_are_single_numbers(pattern, symbols):
    assert jnp.shape(prefix_matching(pattern, symbols)) == ()
    assert jnp.shape(best_blind_score(shortest=2, longest=3, largest_gap=0)) == ()
