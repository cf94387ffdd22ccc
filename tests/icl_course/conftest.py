"""For the tests of the library: JAX at its strictest, so that no accident passes for a result."""

from collections.abc import Iterator

import jax
import jaxtyping
import numpy as np
import pytest

STRICT = {
    "jax_enable_x64": True,
    "jax_numpy_rank_promotion": "raise",
    "jax_debug_key_reuse": True,
}


@pytest.fixture(autouse=True)
def strict_jax() -> Iterator[None]:
    """Theorems hold in float64, no axis is added unseen, and no key is used twice."""
    before = {name: getattr(jax.config, name) for name in STRICT}
    for name, value in STRICT.items():
        jax.config.update(name, value)
    yield
    for name, value in before.items():
        jax.config.update(name, value)


@pytest.fixture
def as_a_learner_meets_it() -> Iterator[None]:
    """Switch the run-time type check off, as it is for learners: the library speaks for itself."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20221215)
