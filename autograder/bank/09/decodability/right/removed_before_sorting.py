# route: the point removed before sorting, roots taken
import numpy as np


def decodability(streams, concepts, n_concepts, n_neighbours):
    streams, concepts = np.asarray(streams), np.asarray(concepts)
    found = []
    for points in streams:
        hits = []
        for p in range(len(points)):
            others, labels = np.delete(points, p, axis=0), np.delete(concepts, p)
            far = np.linalg.norm(others - points[p], axis=1)
            nearest = np.argsort(far, kind="stable")[:n_neighbours]
            counts = np.bincount(labels[nearest], minlength=n_concepts)
            hits.append(counts.argmax() == concepts[p])
        found.append(np.mean(hits))
    return np.asarray(found)
