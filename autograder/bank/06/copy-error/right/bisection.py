# route: no formula: bisection on the softmax itself
import numpy as np


def sharpness(n_attended, margin, error):
    scores = np.zeros(n_attended)
    scores[0] = margin
    low, high = 0.0, 50.0 / margin
    for _ in range(100):
        middle = 0.5 * (low + high)
        powers = np.exp(middle * scores - middle * margin)
        if powers[1:].sum() / powers.sum() > error:
            low = middle
        else:
            high = middle
    return np.array(low)
