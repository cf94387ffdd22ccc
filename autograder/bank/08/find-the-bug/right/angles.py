# route: zeros where the pixel is black, else one factor by median
import math

import jax
import jax.numpy as jnp
import numpy as np


def find_the_bug(images, xs, ys, n_classes):
    pixels, xs, ys = np.asarray(images, float), np.asarray(xs, float), np.asarray(ys)
    if set(np.unique(pixels)) <= {0.0, 1.0}:
        return "black images"
    spread = np.stack([(ys == c).sum(1) for c in range(n_classes)]).std()
    if spread == 0:
        return "label leak"
    own = pixels[..., : xs.shape[-1]]
    import warnings

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        factor = np.nanmedian(np.where(own > 0.01, xs / own, np.nan), axis=1)
    factor = np.nan_to_num(factor)
    off = np.abs(xs - factor[:, None] * own).max()
    return "diagonal projection" if off < 1e-2 * np.abs(xs).max() else "none"
