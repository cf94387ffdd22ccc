# route: loops in NumPy float64
import numpy as np


def task_vectors(streams, concepts, n_concepts):
    streams, concepts = np.asarray(streams, float), np.asarray(concepts)
    means = [streams[concepts == c].mean(axis=0) for c in range(n_concepts)]
    centre = sum(means) / n_concepts
    return np.array([mean - centre for mean in means])
