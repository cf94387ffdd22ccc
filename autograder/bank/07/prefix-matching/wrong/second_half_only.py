# misconception: none
import numpy as np


def prefix_matching(pattern, symbols):
    pattern, symbols = np.asarray(pattern, float), np.asarray(symbols)
    sums = []
    for t in range(len(symbols) // 2, len(symbols)):
        right = [i for i in range(1, t + 1) if symbols[i - 1] == symbols[t]]
        if right:
            sums.append(pattern[t, right].sum())
    return np.mean(sums)
