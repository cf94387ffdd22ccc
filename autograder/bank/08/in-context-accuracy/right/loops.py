# route: NumPy, prompt by prompt
import math

import jax
import jax.numpy as jnp
import numpy as np


def in_context_accuracy(logits, ys):
    logits, ys = np.asarray(logits), np.asarray(ys)
    right = np.zeros(ys.shape[1])
    for rows, labels in zip(logits, ys):
        for i, (row, label) in enumerate(zip(rows, labels)):
            right[i] += list(row).index(max(row)) == label
    return right / len(ys)
