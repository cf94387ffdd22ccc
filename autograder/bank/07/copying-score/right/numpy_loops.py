# route: loops in NumPy float64
import numpy as np


def copying_score(pattern, written, symbols):
    pattern, written = np.asarray(pattern, float), np.asarray(written, float)
    total = 0.0
    for t, row in enumerate(written):
        r = [max(0.0, x - row.mean()) for x in row]
        share = sum(pattern[t, i] * r[int(s)] for i, s in enumerate(symbols)) / sum(r)
        total += 2 * share - 1
    return total / len(symbols)
