# misconception: without-the-first
import math

import jax
import jax.numpy as jnp
import numpy as np


def counting_accuracy(n_each):
    k = n_each
    def by_place(guess):
        weights, right = {(k, k): 1.0}, []
        for _ in range(2 * k):
            after = {}
            right.append(sum(w * guess(a, b) for (a, b), w in weights.items()))
            for (a, b), w in weights.items():
                if a:
                    after[a - 1, b] = after.get((a - 1, b), 0.0) + w * a / (a + b)
                if b:
                    after[a, b - 1] = after.get((a, b - 1), 0.0) + w * b / (a + b)
            weights = after
        return np.array(right)

    return by_place(lambda a, b: max(a, b) / (a + b))[1:].mean()
