# route: running sums, mean of squares minus square of mean, in float64
import numpy as np


def order_sensitivity(predict, xs, ys, x_queries, orders):
    within, size, count = 0.0, 0.0, 0
    for p in range(len(xs)):
        row = np.array([np.float64(predict(xs[p][o], ys[p][o], x_queries[p])[0]) for o in orders])
        within += np.sum((row - row.sum() / len(row)) ** 2)
        size += np.sum(row**2)
    return (within / size) ** 0.5
