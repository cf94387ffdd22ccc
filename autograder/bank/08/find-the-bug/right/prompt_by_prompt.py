# route: loops over prompts and coordinates, ratios where pixels are bright
import math

import jax
import jax.numpy as jnp
import numpy as np


def find_the_bug(images, xs, ys, n_classes):
    images, xs, ys = np.asarray(images), np.asarray(xs), np.asarray(ys)
    if not ((images > 0) & (images < 1)).any():
        return "black images"
    if all(len(set(np.bincount(row, minlength=n_classes))) == 1 for row in ys):
        return "label leak"
    for pixels, inputs in zip(images, xs):
        for j in range(xs.shape[2]):
            bright = pixels[:, j] > 0.01
            ratios = inputs[bright, j] / pixels[bright, j]
            if ratios.size > 1 and np.ptp(ratios) > 1e-3 * np.abs(ratios).max():
                return "none"
            if np.abs(inputs[~bright, j]).max(initial=0) > 1e-2 * np.abs(inputs).max():
                return "none"
    return "diagonal projection"
