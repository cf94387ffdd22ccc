"""Against: the state that went in, an unbroken run, and a writer that is killed halfway."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from icl_course import checkpoints, training

OPTIMISER = optax.adam(0.1)


def loss(params, key) -> jax.Array:
    return jnp.sum((params["w"] - jax.random.normal(key, (3,))) ** 2)


def begin(
    size: int = 3, optimiser: optax.GradientTransformation = OPTIMISER
) -> training.TrainState:
    return training.start({"w": jnp.arange(1.0, size + 1)}, optimiser)


def run(state: training.TrainState, n_steps: int) -> training.TrainState:
    step = training.make_step(loss, OPTIMISER)
    return training.train(jax.random.key(7), state, step=step, n_steps=n_steps, n_per_chunk=4)[0]


def assert_same(ours: training.TrainState, theirs: training.TrainState) -> None:
    assert jax.tree.structure(ours) == jax.tree.structure(theirs)
    for one, other in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


def test_what_is_saved_comes_back_to_the_last_bit(tmp_path):
    state = run(begin(), 5)
    checkpoints.save(tmp_path / "state.eqx", state)
    assert_same(checkpoints.load(tmp_path / "state.eqx", begin()), state)


def test_a_run_from_a_checkpoint_ends_as_the_unbroken_one(tmp_path):
    checkpoints.save(tmp_path / "state.eqx", run(begin(), 5))
    resumed = run(checkpoints.load(tmp_path / "state.eqx", begin()), 11)
    whole = run(begin(), 11)
    np.testing.assert_allclose(resumed.params["w"], whole.params["w"], rtol=1e-12)
    assert int(resumed.n_steps) == 11


def test_a_second_save_takes_the_place_of_the_first_and_leaves_one_file(tmp_path):
    for n_steps in (1, 2):
        checkpoints.save(tmp_path / "state.eqx", run(begin(), n_steps))
    assert int(checkpoints.load(tmp_path / "state.eqx", begin()).n_steps) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["state.eqx"]


def test_a_writer_that_fails_halfway_leaves_the_old_file(tmp_path, monkeypatch):
    path, old = tmp_path / "state.eqx", run(begin(), 3)
    checkpoints.save(path, old)

    def half(file, state):
        file.write(b"half of it")
        raise OSError("no space left")

    monkeypatch.setattr(eqx, "tree_serialise_leaves", half)
    with pytest.raises(OSError, match="no space left"):
        checkpoints.save(path, run(begin(), 4))
    assert_same(checkpoints.load(path, begin()), old)
    # Its own half file: other runs write into the same directory.
    (half_file,) = set(tmp_path.iterdir()) - {path}
    assert half_file.name.startswith(path.name)


KILLED = """
import os, signal, sys
from pathlib import Path
import equinox as eqx, jax.numpy as jnp, optax
from icl_course import checkpoints, training

def half(file, state):
    file.write(b"half of it")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)

eqx.tree_serialise_leaves = half
checkpoints.save(Path(sys.argv[1]), training.start({"w": jnp.zeros(3)}, optax.adam(0.1)))
"""


def test_a_writer_that_is_killed_halfway_leaves_the_old_file(tmp_path):
    path, old = tmp_path / "state.eqx", run(begin(), 3)
    checkpoints.save(path, old)
    writer = subprocess.run(
        [sys.executable, "-c", KILLED, str(path)],
        env={**os.environ, "JAX_PLATFORMS": "cpu"},
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert writer.returncode == -signal.SIGKILL
    assert_same(checkpoints.load(path, begin()), old)
    checkpoints.save(path, run(begin(), 4))  # what the dead one left is no obstacle
    assert int(checkpoints.load(path, begin()).n_steps) == 4


@pytest.mark.parametrize(
    "like",
    [lambda: begin(5), lambda: begin(3, optax.sgd(0.1, momentum=0.9))],
    ids=["size", "optimiser"],
)
def test_a_state_of_another_run_is_refused(tmp_path, like):
    checkpoints.save(tmp_path / "state.eqx", run(begin(), 3))
    with pytest.raises(ValueError, match="holds no state of this run"):
        checkpoints.load(tmp_path / "state.eqx", like())


@pytest.mark.parametrize("content", [b"", b"no state", b"\x93NUMPY"])
def test_a_damaged_file_is_refused_with_a_way_out(tmp_path, content):
    (tmp_path / "state.eqx").write_bytes(content)
    with pytest.raises(ValueError, match="or delete the file and begin again"):
        checkpoints.load(tmp_path / "state.eqx", begin())


def test_a_file_cut_short_is_refused(tmp_path):
    path = tmp_path / "state.eqx"
    checkpoints.save(path, run(begin(), 3))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ValueError, match="holds no state of this run"):
        checkpoints.load(path, begin())


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        checkpoints.load(tmp_path / "none.eqx", begin())
