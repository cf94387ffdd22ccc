"""What ships with the course: results of runs that take longer than a lesson.

A result is two files: NAME.npz with the arrays, and NAME.json with what made them: seed, settings,
seconds, the command that remakes them, and the hash of the first file.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from icl_course.arrays import Array


def save(folder: Path, name: str, arrays: Mapping[str, Array], said: Mapping[str, Any]) -> None:
    """Write arrays, and beside them what is to be said of them, with the hash of the arrays' file.

    Arguments:

    - `folder`: where to; this package's own folder for what ships.
    - `name`: the name of both files, without ending.
    - `arrays`: the arrays by name.
    - `said`: seed, settings, seconds, command: whatever JSON can hold.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> save(folder, "toy", {"w": np.ones(2)}, {"seed": 0})
    >>> arrays, said = load("toy", folder)
    >>> arrays["w"].tolist(), said["seed"]
    ([1.0, 1.0], 0)
    """
    file = io.BytesIO()
    held: dict[str, Any] = {key: np.asarray(array) for key, array in arrays.items()}
    np.savez_compressed(file, **held)
    content = file.getvalue()
    facts = {**said, "sha256": hashlib.sha256(content).hexdigest()}
    (folder / f"{name}.npz").write_bytes(content)
    (folder / f"{name}.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def load(name: str, folder: Path | None = None) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read the arrays of a shipped result, and what is said of them.

    Nothing but arrays is read: no pickle, no code.

    Arguments:

    - `name`: the result's name, such as "alternating_tokens".
    - `folder`: where from; None stands for what the package ships.

    Returns the arrays by name, and the facts. Raises `ValueError` where there is no such result, or
    where the file of arrays is not the one that the facts were written for.

    >>> load("no such thing")
    Traceback (most recent call last):
    ValueError: nothing ships as 'no such thing': icl-course reproduce --help lists what there is.
    """
    place = resources.files("icl_course.shipped") if folder is None else folder
    try:
        content = place.joinpath(f"{name}.npz").read_bytes()
        said = json.loads(place.joinpath(f"{name}.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ValueError(
            f"nothing ships as {name!r}: icl-course reproduce --help lists what there is."
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != said["sha256"]:
        raise ValueError(
            f"{name}.npz has the hash {found[:12]}..., but {name}.json was written for "
            f"{said['sha256'][:12]}...: install the course again, or remake it: {said['command']}"
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return {key: arrays[key] for key in arrays.files}, said
