"""Against: NumPy's own scalars and arrays, and what broadcasting must not be allowed to do."""

import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import TypeCheckError

from icl_course.arrays import rates_per_output


@pytest.mark.parametrize(
    "rate", [2, 2.0, np.float32(2), np.float64(2), np.array(2.0), jnp.array(2.0)], ids=repr
)
def test_any_kind_of_number_serves_every_output(rate):
    np.testing.assert_array_equal(rates_per_output(rate, d_y=3), [2.0, 2.0, 2.0])


@pytest.mark.parametrize("array", [np.array, jnp.array])
def test_one_rate_per_output_keeps_its_order(array):
    np.testing.assert_array_equal(rates_per_output(array([0.5, 3.0, 0.0]), d_y=3), [0.5, 3.0, 0.0])


def test_a_single_output_takes_one_rate_in_either_form():
    assert (
        rates_per_output(0.5, d_y=1).shape
        == rates_per_output(jnp.array([0.5]), d_y=1).shape
        == (1,)
    )


def test_a_python_number_does_not_widen_float32():
    assert (rates_per_output(0.5, d_y=2) * jnp.ones(2, jnp.float32)).dtype == jnp.float32


@pytest.mark.parametrize("shape", [(1,), (2,), (4,), (3, 1), (1, 3)])
@pytest.mark.usefixtures("as_a_learner_meets_it")
def test_another_number_of_rates_is_refused_and_not_broadcast(shape):
    expected = rf"learning_rate has shape \({shape[0]}.*d_y = 3 outputs.*shape \(3,\)"
    with pytest.raises(ValueError, match=expected):
        rates_per_output(np.ones(shape), d_y=3)


def test_the_type_check_is_on_in_these_tests():
    with pytest.raises(TypeCheckError):
        rates_per_output("fast", d_y=3)
