# misconception: preceded
import numpy as np


def prefix_matching(pattern, symbols):
    pattern, symbols = np.asarray(pattern, float), np.asarray(symbols)
    sums = []
    for t in range(len(symbols)):
        right = [i for i in range(t - 1) if symbols[i + 1] == symbols[t]]
        if right:
            sums.append(pattern[t, right].sum())
    return np.mean(sums)
