"""Images with labels: the digits that ship with scikit-learn, and files in the IDX format.

Nothing is downloaded. Every set comes centred and scaled, so that one net can read them all.
"""

import gzip
from collections.abc import Iterable
from pathlib import Path

import equinox as eqx
import numpy as np
from jaxtyping import Float, Int, UInt8

from icl_course.arrays import Array

FASHION = "/usr/share/datasets/fashion-mnist"
"""Where Debian's package dataset-fashion-mnist puts its files."""


class ImageSet(eqx.Module):
    """Hold images in the order of their labels, so that a class is a run of rows.

    Fields:

    - `images`: one row of pixels each.
    - `labels`: their classes, 0, 1, ..., in order.
    - `starts`, `counts`: class c fills the rows from starts[c], counts[c] of them.
    """

    images: Float[Array, "n_images n_pixels"]
    labels: Int[Array, " n_images"]
    starts: Int[Array, " n_all"]
    counts: Int[Array, " n_all"]


def image_set(
    images: Float[Array, "n_images n_pixels"],
    labels: Int[Array, " n_images"],
    *,
    classes: Iterable[int] | None = None,
) -> ImageSet:
    """Return the images of some classes, in the order of their labels.

    Arguments:

    - `images`, `labels`: the images, in any order.
    - `classes`: which labels are kept; all unless given. They are numbered anew: the first of them
      becomes class 0.

    Returns the set. Raises `ValueError` where a class has no image.

    >>> kept = image_set(np.array([[1.0], [2.0], [3.0]]), np.array([7, 5, 7]), classes=(5, 7))
    >>> kept.images.ravel().tolist(), kept.labels.tolist(), kept.starts.tolist()
    ([2.0, 1.0, 3.0], [0, 1, 1], [0, 1])
    """
    rows, given = np.asarray(images), np.asarray(labels)
    names = sorted(set(given.tolist())) if classes is None else list(classes)
    places = [np.flatnonzero(given == name) for name in names]
    counts = np.array([len(at) for at in places], np.int32)
    if not names or not counts.all():
        empty = [name for name, count in zip(names, counts, strict=True) if not count]
        raise ValueError(
            f"no image has the label {empty}: there are {sorted(set(given.tolist()))}."
        )
    order = np.concatenate(places)
    return ImageSet(
        images=rows[order],
        labels=np.repeat(np.arange(len(names), dtype=np.int32), counts),
        starts=(np.cumsum(counts) - counts).astype(np.int32),
        counts=counts,
    )


def standardised(
    images: Float[Array, "n_images n_pixels"], like: Float[Array, "n_others n_pixels"]
) -> Float[np.ndarray, "n_images n_pixels"]:
    """Shift and scale all pixels alike, so that those of `like` have mean 0 and variance 1.

    >>> standardised(np.array([[5.0]]), np.array([[1.0], [3.0]])).tolist()
    [[3.0]]
    """
    pixels = np.asarray(like, np.float64)
    return ((np.asarray(images, np.float64) - pixels.mean()) / pixels.std()).astype(np.float32)


def digits(*, classes: Iterable[int] | None = None) -> tuple[ImageSet, ImageSet]:
    """Return 1,297 digits to train on and 500 others: 8 by 8 pixels, from scikit-learn.

    Who wrote a digit is not known, so one hand may be in both parts.

    Source: Alpaydin and Kaynak 1998, Optical Recognition of Handwritten Digits (its test part).

    Arguments:

    - `classes`: which digits; all ten unless given.

    Returns (to train on, kept apart).

    >>> seen, unseen = digits()
    >>> len(seen.images), len(unseen.images), bool(unseen.counts.min() > 30)
    (1297, 500, True)
    """
    from sklearn.datasets import load_digits  # half a second, for those who want digits only

    found = load_digits()
    order = np.random.default_rng(0).permutation(len(found.target))
    pixels, labels = found.data[order], found.target[order]
    wanted = None if classes is None else tuple(classes)
    ours, theirs = pixels[500:], pixels[:500]
    return (
        image_set(standardised(ours, ours), labels[500:], classes=wanted),
        image_set(standardised(theirs, ours), labels[:500], classes=wanted),
    )


def tumours() -> ImageSet:
    """Return 569 tumours by 30 measurements each: no images, for nets that read any vectors.

    Class 0 is malignant, 1 benign. Every measurement has mean 0 and variance 1.

    Source: Wolberg, Street and Mangasarian 1995 (Breast Cancer Wisconsin), from scikit-learn.

    >>> tumours().images.shape, tumours().counts.tolist()
    ((569, 30), [212, 357])
    """
    from sklearn.datasets import load_breast_cancer

    found = load_breast_cancer()
    scaled = (found.data - found.data.mean(axis=0)) / found.data.std(axis=0)
    return image_set(scaled.astype(np.float32), found.target)


def gaussian_classes(
    seed: int, *, n_classes: int, n_each: int, n_pixels: int = 64, spread: float = 1.0
) -> ImageSet:
    """Return random classes: a random centre for each, N(0, I), and images N(centre, spread² I).

    All pixels are then scaled to mean 0 and variance 1.

    Source: 2212.04458, section 4.1 asks about random classes too.

    >>> gaussian_classes(0, n_classes=3, n_each=5, n_pixels=7).images.shape
    (15, 7)
    """
    generator = np.random.default_rng(seed)
    centres = generator.standard_normal((n_classes, n_pixels))
    labels = np.repeat(np.arange(n_classes), n_each)
    noise = spread * generator.standard_normal((len(labels), n_pixels))
    pixels = centres[labels] + noise
    return image_set(standardised(pixels, pixels), labels)


IDX_FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
"""The names of images and labels, in MNIST as in Fashion-MNIST; .gz may follow."""


def idx_images(
    folder: Path | str = FASHION, *, classes: Iterable[int] | None = None
) -> tuple[ImageSet, ImageSet]:
    """Return the images to train on and those kept apart, from the four files of MNIST.

    Fashion-MNIST, MNIST and KMNIST come in this format. Their images have 28 by 28 pixels.

    Source: LeCun et al. 1998 (the format); 1708.07747 (Fashion-MNIST).

    Arguments:

    - `folder`: where the four files are, packed with gzip or not.
    - `classes`: which labels; all unless given.

    Returns (to train on, kept apart). Raises `ValueError` where a file is missing, or is not what
    its name says.

    >>> idx_images("/nowhere")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: /nowhere holds no train-images-idx3-ubyte, packed (.gz) or not: ...
    """
    parts = {part: _idx_part(Path(folder), *names) for part, names in IDX_FILES.items()}
    like = parts["train"][0]
    wanted = None if classes is None else tuple(classes)
    ours, theirs = (
        image_set(standardised(pixels, like), labels, classes=wanted)
        for pixels, labels in parts.values()
    )
    return ours, theirs


def _idx_part(
    folder: Path, images_name: str, labels_name: str
) -> tuple[Float[np.ndarray, "n_images n_pixels"], Int[np.ndarray, " n_images"]]:
    """Return images as rows and their labels."""
    images = read_idx(_packed_or_not(folder, images_name), n_axes=3)
    labels = read_idx(_packed_or_not(folder, labels_name), n_axes=1)
    if len(images) != len(labels):
        raise ValueError(
            f"{folder}: {len(images)} images in {images_name} for {len(labels)} labels in "
            f"{labels_name}: they belong to different sets."
        )
    return images.reshape(len(images), -1).astype(np.float64), labels.astype(np.int64)


def _packed_or_not(folder: Path, name: str) -> Path:
    for path in (folder / f"{name}.gz", folder / name):
        if path.is_file():
            return path
    raise ValueError(
        f"{folder} holds no {name}, packed (.gz) or not: give the folder with the four files of "
        "MNIST or Fashion-MNIST, or install Debian's package dataset-fashion-mnist."
    )


def read_idx(path: Path, *, n_axes: int) -> UInt8[np.ndarray, "..."]:
    """Read one IDX file of bytes, and check that it is whole.

    Four bytes say what it is: 0, 0, 8 for bytes, and the number of axes. Then comes the length of
    each axis, in four bytes each, the highest first; then the numbers.

    Arguments:

    - `path`: the file; a name that ends in .gz is unpacked.
    - `n_axes`: how many axes it must have: 3 for images, 1 for labels.

    Raises `ValueError` where the file is anything else, or is too short or too long.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "labels"
    >>> path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 5]))
    10
    >>> read_idx(path, n_axes=1).tolist()
    [7, 5]
    """
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError) as error:
        raise ValueError(f"{path} cannot be read ({error}): fetch it again.") from error
    head = 4 + 4 * n_axes
    if len(content) < head or content[:4] != bytes([0, 0, 8, n_axes]):
        raise ValueError(
            f"{path} begins with the bytes {list(content[:4])}, but an IDX file of bytes with "
            f"{n_axes} axes begins with {[0, 0, 8, n_axes]}."
        )
    shape = tuple(int(length) for length in np.frombuffer(content[4:head], ">u4"))
    n_expected = head + int(np.prod(shape, dtype=np.int64))
    if len(content) != n_expected:
        raise ValueError(
            f"{path} has {len(content)} bytes, but its header says {list(shape)} numbers, so "
            f"{n_expected} bytes: it is cut off or damaged."
        )
    return np.frombuffer(content[head:], np.uint8).reshape(shape)
