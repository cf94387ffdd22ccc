"""Arrays from a stranger: what is plain comes through, all else is refused before it costs."""

import base64
import io
import zipfile

import numpy as np
import pytest

from autograder.ask.crossing import CrossingError, pack, unpack
from autograder.exercises import exercises


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.float32).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.array(3, dtype=np.int64),
        np.array([True, False]),
        np.zeros((0, 3), np.float16),
        np.array([np.nan, np.inf]),
        np.array([1, 2], dtype=">f8"),
    ],
)
def test_plain_arrays_come_through(array):
    (came,) = unpack(pack({"a": array})).values()
    assert came.shape == array.shape
    assert came.dtype.newbyteorder("=") == array.dtype.newbyteorder("=")
    np.testing.assert_array_equal(came, array)
    came[...] = 0


def archive(*members: tuple[str, bytes], compression=zipfile.ZIP_STORED) -> str:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as made:
        for name, content in members:
            made.writestr(name, content)
    return base64.b64encode(file.getvalue()).decode()


def npy(array, *, pickled=False) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, array, allow_pickle=pickled)
    return file.getvalue()


class Bomb:
    def __reduce__(self):
        return (print, ("it went off",))


def header(shape: str, dtype: str = "'<f8'") -> bytes:
    text = f"{{'descr': {dtype}, 'fortran_order': False, 'shape': {shape}}}"
    text = text.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not base64!",
        base64.b64encode(b"no archive").decode(),
        archive(("a.npy", npy(np.array([Bomb()], dtype=object), pickled=True))),
        archive(("a.npy", npy(np.array(["text"])))),
        archive(("a.npy", npy(np.array([1j])))),
        archive(("a.npy", npy(np.zeros(3, dtype=[("x", "f4")])))),
        archive(("a.npy", npy(np.zeros((1,) * 9)))),
        archive(("a.npy", npy(np.zeros(9))), compression=zipfile.ZIP_DEFLATED),
        archive(("a.npy", header("(1000000000000,)"))),
        archive(("a.npy", header("(3,)") + bytes(8))),
        archive(("a.npy", header("(-1,)") + bytes(8))),
        archive(("a.npy", header("(True,)") + bytes(8))),
        archive(("a.npy", header("(1,)", "'O'") + bytes(8))),
        archive(("a.npy", header("(1,)", "__import__('os').getpid()") + bytes(8))),
        archive(("a" * 100 + ".npy", npy(np.zeros(1)))),
        archive(*((f"{n}.npy", npy(np.zeros(1))) for n in range(17))),
        archive(("a.npy", npy(np.zeros(1_000_001)))),
        archive(("a.npy", b"\x93NUMPY")),
    ],
)
def test_anything_else_is_refused(text, capfd):
    with pytest.raises(CrossingError):
        unpack(text)
    assert "went off" not in capfd.readouterr().out


@pytest.mark.parametrize("value", [None, 3, ["a"], {"a": 1}, b"bytes"])
def test_what_is_no_text_is_refused(value):
    with pytest.raises(CrossingError):
        unpack(value)


def test_a_zip_bomb_is_not_unpacked():
    bomb = archive(("a.npy", bytes(200_000_000)), compression=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 1_000_000
    with pytest.raises(CrossingError, match="too large"):
        unpack(bomb)


@pytest.mark.parametrize("exercise", exercises().values(), ids=lambda exercise: exercise.id)
def test_the_inputs_of_every_exercise_come_through(exercise):
    for case in exercise.draw(0, "grade"):
        came = unpack(pack(case))
        assert came.keys() == case.keys()
        for name, array in case.items():
            np.testing.assert_array_equal(came[name], array)
