"""Against: a loop over hidden units with `math.erf`, and the variance that fan-in asks for."""

import math

import jax
import numpy as np
import pytest

from icl_course import mlp


@pytest.fixture
def params(rng) -> mlp.MlpParams:
    return mlp.MlpParams(
        w_in=rng.normal(size=(7, 3)),
        b_in=rng.normal(size=7),
        w_out=rng.normal(size=(2, 7)),
        b_out=rng.normal(size=2),
    )


def test_an_mlp_is_a_sum_over_hidden_units(rng, params):
    x = rng.normal(size=3)
    for o in range(2):
        expected = params.b_out[o]
        for h in range(7):
            z = params.b_in[h] + sum(params.w_in[h, i] * x[i] for i in range(3))
            expected += params.w_out[o, h] * z * (1 + math.erf(z / math.sqrt(2))) / 2
        np.testing.assert_allclose(mlp.mlp(params, x)[o], expected, rtol=1e-12)


def test_weights_have_the_variance_of_their_fan_in_and_biases_are_0():
    params = mlp.init_mlp(jax.random.key(0), d_in=50, d_hidden=400, d_out=30)
    for weights, fan_in in ((params.w_in, 50), (params.w_out, 400)):
        entries = np.asarray(weights).ravel() * math.sqrt(fan_in)
        n = len(entries)
        assert abs(entries.mean()) < 5 / math.sqrt(n)
        assert abs((entries**2).mean() - 1) < 5 * math.sqrt(2 / n)
    assert not np.any(params.b_in)
    assert not np.any(params.b_out)


def test_the_two_matrices_are_drawn_with_keys_of_their_own():
    params = mlp.init_mlp(jax.random.key(0), d_in=20, d_hidden=20, d_out=20)
    ours, theirs = np.ravel(params.w_in), np.ravel(params.w_out)
    assert abs(np.corrcoef(ours, theirs)[0, 1]) < 5 / math.sqrt(400)


@pytest.mark.usefixtures("as_a_learner_meets_it")
@pytest.mark.parametrize("shape", [(), (2,), (1, 3), (3, 1)])
def test_what_is_no_vector_of_the_right_length_is_refused(params, shape):
    with pytest.raises(ValueError, match=r"x has shape .*, but this MLP takes one vector"):
        mlp.mlp(params, np.ones(shape))


@pytest.mark.usefixtures("as_a_learner_meets_it")
@pytest.mark.parametrize("name", ["d_in", "d_hidden", "d_out"])
def test_a_size_of_0_is_refused(name):
    sizes = {"d_in": 3, "d_hidden": 7, "d_out": 2} | {name: 0}
    with pytest.raises(ValueError, match=rf"{name} = 0, but every size of an MLP is at least 1"):
        mlp.init_mlp(jax.random.key(0), **sizes)
