"""Against: files written by hand in the format, and scikit-learn's own arrays."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from icl_course.images import (
    FASHION,
    IDX_FILES,
    digits,
    gaussian_classes,
    idx_images,
    image_set,
    read_idx,
    standardised,
    tumours,
)


def idx(array):
    """A file of bytes in the IDX format."""
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return head + array.astype(np.uint8).tobytes()


@pytest.fixture
def folder(tmp_path, rng):
    """A small set of four files, two of them packed."""
    for part, (images, labels) in IDX_FILES.items():
        n = {"train": 23, "test": 11}[part]
        pixels = rng.integers(0, 256, (n, 3, 5))
        names = np.arange(n) % 3 + 4
        (tmp_path / f"{images}.gz").write_bytes(gzip.compress(idx(pixels)))
        (tmp_path / labels).write_bytes(idx(names))
        np.save(tmp_path / f"{part}.npy", pixels)
    return tmp_path


def test_images_stand_in_the_order_of_their_classes(rng):
    pixels, labels = rng.random((29, 7)), rng.integers(0, 5, 29)
    made = image_set(pixels, labels, classes=(3, 0, 4))
    for number, name in enumerate((3, 0, 4)):
        rows = made.images[made.starts[number] : made.starts[number] + made.counts[number]]
        np.testing.assert_array_equal(rows, pixels[labels == name])
    np.testing.assert_array_equal(made.labels, np.repeat([0, 1, 2], made.counts))


def test_a_class_without_images_is_refused():
    with pytest.raises(ValueError, match=r"no image has the label \[9\]: there are \[1, 2\]"):
        image_set(np.ones((2, 3)), np.array([1, 2]), classes=(1, 9))


def test_digits_are_those_of_scikit_learn_and_no_image_is_in_both_parts():
    seen, unseen = digits()
    pixels = standardised(load_digits().data, load_digits().data)
    assert (seen.images.shape, unseen.images.shape) == ((1297, 64), (500, 64))
    assert abs(seen.images.mean()) < 1e-6
    assert abs(seen.images.std() - 1) < 1e-6
    ours = np.concatenate([seen.images, unseen.images])
    assert np.corrcoef(np.sort(ours.sum(axis=1)), np.sort(pixels.sum(axis=1)))[0, 1] > 0.999999
    assert not {row.tobytes() for row in seen.images} & {row.tobytes() for row in unseen.images}
    again, _ = digits()
    np.testing.assert_array_equal(again.images, seen.images)


def test_digits_can_be_chosen():
    seen, unseen = digits(classes=(8, 9))
    every, _ = digits()
    assert seen.counts.tolist() == every.counts[8:].tolist()
    np.testing.assert_array_equal(seen.images, every.images[every.labels >= 8])
    assert set(unseen.labels.tolist()) == {0, 1}


def test_a_folder_of_idx_files_is_read(folder):
    seen, unseen = idx_images(folder)
    assert (seen.images.shape, unseen.images.shape) == ((23, 15), (11, 15))
    train = np.load(folder / "train.npy").reshape(23, 15)
    test = np.load(folder / "test.npy").reshape(11, 15)
    order = np.argsort(np.arange(11) % 3, kind="stable")
    expected = (test[order] - train.mean()) / train.std()
    np.testing.assert_allclose(unseen.images, expected, rtol=1e-5, atol=1e-6)
    assert unseen.labels.tolist() == sorted(np.arange(11) % 3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content[:-1], "it is cut off or damaged"),
        (lambda content: content + b"!", "it is cut off or damaged"),
        (lambda content: b"\x00\x00\x0d" + content[3:], r"begins with the bytes \[0, 0, 13, 1\]"),
        (lambda content: content[:3], r"begins with the bytes \[0, 0, 8\]"),
    ],
)
def test_a_damaged_file_is_refused(folder, change, message):
    path = folder / IDX_FILES["train"][1]
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ValueError, match=message):
        idx_images(folder)


def test_a_file_that_is_packed_badly_is_refused(folder):
    path = folder / f"{IDX_FILES['train'][0]}.gz"
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(ValueError, match="cannot be read"):
        idx_images(folder)


def test_labels_are_no_images(folder):
    with pytest.raises(ValueError, match=r"begins with the bytes \[0, 0, 8, 1\]"):
        read_idx(folder / IDX_FILES["train"][1], n_axes=3)


def test_images_and_labels_must_be_equally_many(folder):
    (folder / IDX_FILES["test"][1]).write_bytes(idx(np.zeros(10)))
    with pytest.raises(ValueError, match=r"11 images in .* for 10 labels"):
        idx_images(folder)


@pytest.mark.skipif(not Path(FASHION).is_dir(), reason=f"no dataset-fashion-mnist in {FASHION}")
def test_fashion_mnist_is_read():
    seen, unseen = idx_images()
    assert (seen.images.shape, unseen.images.shape) == ((60_000, 784), (10_000, 784))
    assert seen.counts.tolist() == [6_000] * 10


def test_measurements_of_tumours_are_scaled_one_by_one():
    found = tumours()
    np.testing.assert_allclose(found.images.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(found.images.std(axis=0), 1, rtol=1e-5)


def test_random_classes_lie_apart():
    found = gaussian_classes(0, n_classes=3, n_each=200, n_pixels=50)
    centres = np.array([found.images[found.labels == c].mean(axis=0) for c in range(3)])
    apart = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    assert apart[~np.eye(3, dtype=bool)].min() > 5
    assert abs(found.images.mean()) < 1e-6
