# route: loops over tokens
import numpy as np


def prefix_matching(pattern, symbols):
    row_of, sums = np.asarray(symbols).tolist(), []
    for t, symbol in enumerate(row_of):
        right = [i for i in range(1, t + 1) if row_of[i - 1] == symbol]
        if right:
            sums.append(sum(float(pattern[t, i]) for i in right))
    return sum(sums) / len(sums)
