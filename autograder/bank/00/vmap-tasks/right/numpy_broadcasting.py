# route: broadcasting in NumPy float64
import numpy as np


def loss_table(ws, xs, ys):
    ws, xs, ys = (np.asarray(a, np.float64) for a in (ws, xs, ys))
    predictions = xs[:, None] @ ws[None].swapaxes(2, 3)
    return 0.5 * ((predictions - ys[:, None]) ** 2).sum(axis=3).mean(axis=2)
