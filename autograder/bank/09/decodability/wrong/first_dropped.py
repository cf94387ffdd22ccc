# misconception: first-dropped
import numpy as np


def decodability(streams, concepts, n_concepts, n_neighbours):
    streams, concepts = np.asarray(streams, np.float64), np.asarray(concepts)
    shares = []
    for points in streams:
        far = ((points[:, None] - points[None]) ** 2).sum(axis=-1)
        near = np.argsort(far, axis=1, kind="stable")[:, 1 : n_neighbours + 1]
        votes = np.stack([np.bincount(concepts[row], minlength=n_concepts) for row in near])
        shares.append(np.mean(votes.argmax(axis=1) == concepts))
    return np.array(shares)
