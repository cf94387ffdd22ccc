# route: loops over points, sorted by a pair
import numpy as np


def decodability(streams, concepts, n_concepts, n_neighbours):
    streams, concepts = np.asarray(streams, float), [int(c) for c in concepts]
    shares = []
    for points in streams:
        right = 0
        for p, point in enumerate(points):
            others = [q for q in range(len(points)) if q != p]
            others.sort(key=lambda q: (((points[q] - point) ** 2).sum(), q))
            counts = [0] * n_concepts
            for q in others[:n_neighbours]:
                counts[concepts[q]] += 1
            right += counts.index(max(counts)) == concepts[p]
        shares.append(right / len(points))
    return np.array(shares)
