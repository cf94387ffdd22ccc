# misconception: weighted
import numpy as np


def decodability(streams, concepts, n_concepts, n_neighbours):
    streams, concepts = np.asarray(streams, float), [int(c) for c in concepts]
    shares = []
    for points in streams:
        right = 0
        for p, point in enumerate(points):
            others = [q for q in range(len(points)) if q != p]
            far = np.sqrt(((points - point) ** 2).sum(axis=1))
            others.sort(key=lambda q: (far[q], q))
            voters = others[:n_neighbours]
            counts = np.zeros(n_concepts)
            for q in voters:
                counts[concepts[q]] += 1 / max(far[q], 1e-9)
            right += counts.argmax() == concepts[p]
        shares.append(right / len(points))
    return np.array(shares)
