# route: NumPy loops, a Python float
import numpy as np


def order_sensitivity(predict, xs, ys, x_queries, orders):
    table = np.array(
        [
            [float(np.asarray(predict(x[np.asarray(o)], y[np.asarray(o)], q))[0]) for o in orders]
            for x, y, q in zip(np.asarray(xs), np.asarray(ys), np.asarray(x_queries))
        ]
    )
    return float(np.sqrt(table.var(axis=1).mean() / (table**2).mean()))
