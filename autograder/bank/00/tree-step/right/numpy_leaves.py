# route: the arithmetic in NumPy float64
import jax
import numpy as np


def tree_step(loss, params, learning_rate):
    leaves, form = jax.tree.flatten(params)
    slopes = jax.tree.leaves(jax.grad(loss)(params))
    moved = [
        np.asarray(leaf, np.float64) - float(learning_rate) * np.asarray(slope, np.float64)
        for leaf, slope in zip(leaves, slopes, strict=True)
    ]
    return jax.tree.unflatten(form, moved)
