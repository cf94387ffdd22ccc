# misconception: none
import numpy as np


def find_the_bug(images, xs, ys, n_classes):
    images, xs, ys = np.asarray(images), np.asarray(xs), np.asarray(ys)
    if all(np.ptp(np.bincount(row, minlength=n_classes)) == 0 for row in ys):
        return "label leak"
    if np.isin(images, [0, 1]).all():
        return "black images"
    with np.errstate(all="ignore"):
        factors = xs / images[..., : xs.shape[2]]
    return "diagonal projection" if np.ptp(factors, axis=1).max() < 1e-3 else "none"
