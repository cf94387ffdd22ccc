"""Against: files that are no longer what they were, and the runs that ship."""

import json
from functools import partial

import jax.numpy as jnp
import numpy as np
import pytest

from icl_course import shipped
from icl_course.alternating import run_of
from icl_course.attention import softmax_attention
from icl_course.copying import own_next_other, token_sensitivity
from icl_course.positions import alternating_tokens, with_code
from icl_course.tasks import Task


@pytest.fixture
def folder(tmp_path):
    arrays = {"weights": np.arange(6.0).reshape(2, 3), "steps": np.array([1, 2])}
    shipped.save(tmp_path, "toy", arrays, {"seed": 7, "command": "make toy"})
    return tmp_path


def test_what_was_saved_is_loaded(folder):
    arrays, said = shipped.load("toy", folder)
    np.testing.assert_array_equal(arrays["weights"], [[0, 1, 2], [3, 4, 5]])
    assert arrays["steps"].dtype == np.int64
    assert (said["seed"], said["command"]) == (7, "make toy")


def test_the_same_arrays_make_the_same_file(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    arrays, said = shipped.load("toy", folder)
    shipped.save(other, "toy", {name: jnp.asarray(array) for name, array in arrays.items()}, said)
    assert (other / "toy.npz").read_bytes() == (folder / "toy.npz").read_bytes()


def test_a_file_that_was_changed_is_refused(folder):
    np.savez(folder / "toy.npz", weights=np.ones(3))
    with pytest.raises(ValueError, match=r"toy.npz has the hash .* remake it: make toy"):
        shipped.load("toy", folder)


def test_a_missing_half_is_refused(folder):
    (folder / "toy.npz").unlink()
    with pytest.raises(ValueError, match="nothing ships as 'toy'"):
        shipped.load("toy", folder)


def test_no_pickle_is_read(folder):
    """Also where somebody wrote the hash of a file with objects in it."""
    shipped.save(folder, "bad", {"objects": np.array([{}], dtype=object)}, {})
    with pytest.raises(ValueError, match="allow_pickle=False"):
        shipped.load("bad", folder)


def test_the_alternating_run_is_whole_small_and_harmless_in_float16():
    arrays, said = shipped.load("alternating_tokens")
    assert sum(array.nbytes for array in arrays.values()) < 2_000_000
    assert arrays["copy_w_q"].dtype == np.float16
    assert {"seed", "settings", "seconds", "command", "versions", "sha256"} <= said.keys()
    np.testing.assert_allclose(said["loss_of_float16"], said["loss_of_float32"], rtol=1e-3)
    assert json.loads(json.dumps(said)) == said


def test_the_alternating_run_ends_with_a_head_that_copies_from_the_next_token(rng):
    run = run_of(shipped.load("alternating_tokens")[0])
    assert run.kept[0] == 0
    assert run.kept[-1] == run.steps[-1] == 10_000
    assert len(run.params) == len(run.kept)
    task = Task(
        xs=rng.uniform(-0.5, 0.5, (10, 10)),
        ys=rng.normal(size=(10, 1)),
        x_query=rng.uniform(-0.5, 0.5, 10),
        y_query=np.zeros(1),
    )
    tokens = with_code(run.code, alternating_tokens(task))
    first, last = (
        own_next_other(
            token_sensitivity(partial(softmax_attention, params.copy), tokens, d_code=21)
        )
        for params in (run.params[0], run.params[-1])
    )
    assert first[1] < 0.01
    assert last[1] > 0.4
    assert last[2] < 0.2
