# route: loops in NumPy float64
import numpy as np


def concept_mixture(concepts, weights, xs, noise, noise_variance):
    concepts, weights = np.asarray(concepts), np.asarray(weights, float)
    xs, noise = np.asarray(xs, float), np.asarray(noise, float)
    n_prompts, n_examples, d_x = xs.shape
    size = weights.shape[1]
    teachers, ys = np.zeros((n_prompts, d_x)), np.zeros((n_prompts, n_examples))
    for b, c in enumerate(concepts):
        teachers[b, c * size : (c + 1) * size] = weights[b]
        ys[b] = xs[b] @ teachers[b] + noise_variance**0.5 * noise[b]
    return teachers, ys
