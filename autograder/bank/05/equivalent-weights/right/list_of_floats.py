# route: Python floats in a list
import numpy as np


def equivalent_weights(predict, xs, x_query):
    without = float(predict(xs, np.zeros((len(xs), 1)), x_query)[0])
    weights = []
    for i in range(len(xs)):
        targets = np.zeros((len(xs), 1))
        targets[i] = 1.0
        weights.append(float(predict(xs, targets, x_query)[0]) - without)
    return weights
