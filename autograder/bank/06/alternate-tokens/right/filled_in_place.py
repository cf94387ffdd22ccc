# route: a NumPy table in float64, filled by slices
import numpy as np


def alternate(task):
    xs, ys = np.asarray(task.xs, np.float64), np.asarray(task.ys, np.float64)
    n, d_x = xs.shape
    table = np.zeros((2 * n + 1, d_x + ys.shape[1]))
    table[:-1][::2, :d_x] = xs
    table[1::2, d_x:] = ys
    table[-1, :d_x] = task.x_query
    return table
