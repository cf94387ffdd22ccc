# misconception: none
import numpy as np


def find_the_bug(images, xs, ys, n_classes):
    images, xs, ys = np.asarray(images), np.asarray(xs), np.asarray(ys)
    if all(np.ptp(np.bincount(row, minlength=n_classes)) == 0 for row in ys):
        return "label leak"
    if np.isin(images, [0, 1]).all():
        return "black images"
    with np.errstate(all="ignore"):
        agreement = np.corrcoef(images[0, :, 0], xs[0, :, 0])[0, 1]
    return "diagonal projection" if abs(agreement) > 0.99 else "none"
