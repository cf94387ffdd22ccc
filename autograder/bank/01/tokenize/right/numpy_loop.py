# route: a loop over examples in NumPy float64
import numpy as np


def tokenize(task):
    rows = [np.concatenate([x, y]).astype(np.float64) for x, y in zip(task.xs, task.ys, strict=True)]
    rows.append(np.concatenate([task.x_query, np.zeros(len(task.y_query))]))
    return np.array(rows)
