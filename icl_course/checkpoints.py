"""Checkpoints: a training run written to a file, so that it can go on after it was stopped."""

from pathlib import Path

import equinox as eqx

from icl_course.training import TrainState


def save(path: Path, state: TrainState) -> None:
    """Write a state to a file; a run that is killed while it writes leaves the old file.

    >>> import tempfile, jax.numpy as jnp, optax
    >>> from icl_course.training import start
    >>> path = Path(tempfile.mkdtemp()) / "state.eqx"
    >>> save(path, start(jnp.ones(2), optax.sgd(0.1)))
    >>> load(path, start(jnp.zeros(2), optax.sgd(0.1))).params.tolist()
    [1.0, 1.0]
    """
    beside = path.with_name(path.name + ".part")
    with beside.open("wb") as file:
        eqx.tree_serialise_leaves(file, state)
    beside.replace(path)


def load(path: Path, like: TrainState) -> TrainState:
    """Read a state that `save` wrote.

    Arguments:

    - `path`: the file.
    - `like`: a state of the same structure, shapes and types, such as `start` makes.

    Raises `ValueError` where the file does not fit `like`, and `OSError` where it cannot be read.

    >>> import tempfile, jax.numpy as jnp, optax
    >>> from icl_course.training import start
    >>> path = Path(tempfile.mkdtemp()) / "state.eqx"
    >>> path.write_bytes(b"no state")
    8
    >>> load(path, start(jnp.zeros(2), optax.sgd(0.1)))  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    ValueError: ... holds no state of this run ...
    """
    try:
        with path.open("rb") as file:
            state: TrainState = eqx.tree_deserialise_leaves(file, like)
            return state
    except (RuntimeError, ValueError, EOFError) as error:
        raise ValueError(
            f"{path} holds no state of this run ({error}): pass a state with the sizes and the "
            "optimiser that it was saved with, or delete the file and begin again."
        ) from error
