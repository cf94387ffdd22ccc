"""The experiment on in-context learners, at both scales, for a few steps."""

import jax
import numpy as np
import pytest

from icl_course.reproduction.registry import find

FEW = {"n_steps": 2, "batch_size": 2}


def no_recipe(recipe):
    raise AssertionError("nets of this paper are no recipes of the first one")


@pytest.mark.slow
@pytest.mark.parametrize("scale", ["laptop", "paper"])
def test_a_few_steps_give_rows_and_figures(scale):
    jax.config.update("jax_enable_x64", False)
    experiment = find("in-context-learner")
    sizes = experiment.sizes[scale]
    nets = {name: {**kind, **FEW, "folder": None} for name, kind in sizes["nets"].items()}
    settings = {**sizes, "nets": nets, "n_prompts": 3, "n_window": 1}
    outcome = experiment.run(settings, jax.random.key(0), no_recipe)
    assert set(outcome.figures) == {"accuracy", "plateau"}
    for row in outcome.rows:
        assert np.isfinite(row.here)
    asked = {row.setting for row in outcome.rows}
    assert any("1-NN" in setting for setting in asked)
    if scale == "laptop":
        assert any("tumours, never trained on" in setting for setting in asked)
        assert any("digits 8 and 9" in setting for setting in asked)
