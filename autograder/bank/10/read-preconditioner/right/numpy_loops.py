# route: NumPy prompts, a list of lists
import numpy as np


def read_preconditioner(predict, n_context, d_x):
    rows = []
    for a in range(d_x):
        row = []
        for b in range(d_x):
            xs, ys = np.zeros((n_context, d_x)), np.ones((n_context, 1))
            xs[-1, a] = n_context
            row.append(float(predict(xs, ys, np.eye(d_x)[b])[0]))
        rows.append(row)
    return rows
