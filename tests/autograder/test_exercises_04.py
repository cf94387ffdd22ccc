"""The records of lesson 04: their oracles by another route."""

import itertools

import numpy as np
import pytest

from autograder.exercises import find_exercise
from autograder.exercises.lesson_04 import search
from autograder.verdict import verdict

SEEDS = range(8)
SEARCH = find_exercise("gdpp-best-parameters")


@pytest.mark.parametrize("seed", SEEDS)
def test_every_wrong_search_loses_too_much_and_is_named(seed):
    cases = SEARCH.draw(seed, "grade")
    for misconception in SEARCH.misconceptions:
        found = [misconception.oracle(case) for case in cases]
        result = verdict(SEARCH, cases, found)
        assert not result.passed, misconception.id
        assert result.misconception == misconception.id


@pytest.mark.parametrize("seed", SEEDS)
def test_no_pair_of_a_fine_grid_loses_less_than_the_grader_s_own(seed):
    for case in SEARCH.draw(seed, "grade"):
        rate, gamma = search.lowest(case)
        least = search.mean_square(search.left_over(case, np.array([rate]), np.array([gamma])))[0]
        pairs = itertools.product(np.linspace(0.5, 90, 180), np.linspace(-0.2, 1.5, 180))
        for rates_and_gammas in np.array_split(np.array(list(pairs)), 40):
            others = search.mean_square(search.left_over(case, *rates_and_gammas.T))
            assert least <= others.min() * (1 + 1e-4)
