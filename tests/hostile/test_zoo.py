"""Every case of the zoo, graded by the real command: what it earned, read, wrote and left."""

import pytest

from . import harness
from .conftest import WHO
from .zoo import batches

pytestmark = [pytest.mark.slow, pytest.mark.hostile]

BATCHES = batches()


@pytest.mark.parametrize(
    ("who", "batch", "case"),
    [
        pytest.param(who, batch, case, id=f"{who}-{case.theme}-{case.name}")
        for who in WHO
        for batch, cases in BATCHES.items()
        for case in cases
    ],
)
def test_it_earns_nothing_and_harms_nobody(runs, who, batch, case):
    found = harness.problems(case, runs(batch, who)[case.name])
    assert not found, "\n".join([case.attack, *found])


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("batch", BATCHES)
def test_the_rest_of_the_world_is_as_before(runs, who, batch):
    made = {id(run): run for run in runs(batch, who).values()}
    found = [
        problem for run in made.values() for problem in harness.problems_of_run(run, BATCHES[batch])
    ]
    assert not found, "\n".join(found)
