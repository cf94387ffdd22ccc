# route: a list of rows, grown one by one in NumPy
import numpy as np


def alternate(task):
    d_x, d_y = task.xs.shape[1], task.ys.shape[1]
    rows = []
    for x, y in zip(task.xs, task.ys):
        rows.append(np.concatenate([x, np.zeros(d_y)]))
        rows.append(np.concatenate([np.zeros(d_x), y]))
    rows.append(np.concatenate([task.x_query, np.zeros(d_y)]))
    return np.array(rows)
