# route: the law of the sum by convolution
import numpy as np


def blind_score(shortest, longest, largest_gap):
    lengths = np.ones(longest - shortest + 1) / (longest - shortest + 1)
    gaps = np.ones(largest_gap + 1) / (largest_gap + 1)
    return np.convolve(lengths, gaps).max()
