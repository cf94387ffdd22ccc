"""Arrays on their way between the grader's process and the learner's: npz, and never a pickle.

What comes from a learner's process may be anything. It is measured before memory is given to it.
"""

import base64
import functools
import io
import math
import zipfile
from collections.abc import Mapping

import numpy as np

from autograder.ask import LARGEST_ARRAY
from autograder.ask.trees import ONE_TREE_AT_A_TIME

MOST_ARRAYS = 16
"""Arrays in one answer to one case."""

MOST_AXES = 8

MOST_BYTES = 4 * 8 * LARGEST_ARRAY
"""Of all arrays that answer one case together."""

_KINDS = "fiub"
_LONGEST_NAME = 64


class CrossingError(ValueError):
    """What came is not a few plain arrays of reasonable size; the message says why."""


def pack(arrays: Mapping[str, np.ndarray]) -> str:
    """Return arrays as the text of an npz file."""
    file = io.BytesIO()
    np.savez(file, **{name: np.asarray(value) for name, value in arrays.items()})  # type: ignore[arg-type]
    return base64.b64encode(file.getvalue()).decode("ascii")


def unpack(text: str) -> dict[str, np.ndarray]:
    """Return the arrays in the text of an npz file that a stranger may have written.

    Raises:
        CrossingError: it is no such file, or holds too many, too large or other arrays.
    """
    if not isinstance(text, str) or len(text) > 2 * MOST_BYTES:
        raise CrossingError("more came back than any answer needs")
    try:
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(text, validate=True))) as archive:
            members = archive.infolist()
            if len(members) > MOST_ARRAYS:
                raise CrossingError(f"{len(members)} arrays came back, over {MOST_ARRAYS}")
            if sum(member.file_size for member in members) > MOST_BYTES:
                raise CrossingError("the arrays that came back are too large")
            return dict(_member(archive, member) for member in members)
    except CrossingError:
        raise
    except Exception as error:
        # zipfile and NumPy raise a dozen kinds for damaged files.
        raise CrossingError("what came back is no file of arrays") from error


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[str, np.ndarray]:
    name = member.filename.removesuffix(".npy")
    if member.compress_type != zipfile.ZIP_STORED or len(name) > _LONGEST_NAME:
        raise CrossingError("what came back is not as an answer is sent")
    with archive.open(member) as file:
        content = file.read(MOST_BYTES + 1)
    # Version, then the header's length: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
    start = 10 + int.from_bytes(content[8:10], "little")
    shape, column_major, dtype = _layout(content[:start])
    if dtype.kind not in _KINDS or len(shape) > MOST_AXES:
        raise CrossingError(f"{dtype} with {len(shape)} axes came back; expected real numbers")
    size = math.prod(shape)
    if size > LARGEST_ARRAY or len(content) - start != size * dtype.itemsize:
        raise CrossingError("an array came back that is not of the size that it says")
    flat = np.frombuffer(content, dtype, size, offset=start)
    return name, flat.reshape(shape, order="F" if column_major else "C").copy()


@functools.lru_cache(maxsize=256)
def _layout(head: bytes) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Read the header of an array: of a class's answers, most are the same."""
    stream = io.BytesIO(head)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise CrossingError("what came back is not as an answer is sent")
    with ONE_TREE_AT_A_TIME:
        return np.lib.format.read_array_header_1_0(stream)
