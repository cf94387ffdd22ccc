# route: a dictionary of places, in one pass, NumPy
import numpy as np


def prefix_matching(pattern, symbols):
    pattern = np.asarray(pattern, np.float64)
    after, total, queries = {}, 0.0, 0
    for t, s in enumerate(int(s) for s in symbols):
        if t > 0:
            after.setdefault(int(symbols[t - 1]), []).append(t)
        if s in after:
            queries += 1
            total += pattern[t, after[s]].sum()
    return np.float64(total / queries)
