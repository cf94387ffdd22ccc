# misconception: angle
import numpy as np


def decodability(streams, concepts, n_concepts, n_neighbours):
    streams, concepts = np.asarray(streams, float), np.asarray(concepts)
    shares = []
    for points in streams:
        sizes = np.linalg.norm(points, axis=1) + 1e-9
        cosines = points @ points.T / (sizes[:, None] * sizes[None])
        far = np.round(-cosines, 9)
        np.fill_diagonal(far, np.inf)
        order = np.argsort(far, axis=1, kind="stable")[:, :n_neighbours]
        votes = np.stack([(concepts[order] == c).sum(axis=1) for c in range(n_concepts)], axis=1)
        shares.append(np.mean(votes.argmax(axis=1) == concepts))
    return np.asarray(shares)
