# route: everything in NumPy float64 with explicit loops over tasks and heads
import numpy as np


def largest_deviation(params, task_batch, w_0, learning_rate):
    w_0 = np.asarray(w_0, dtype=np.float64)
    layer = [np.asarray(w, np.float64) for w in (params.w_q, params.w_k, params.w_v, params.w_o)]
    deviations = []
    for xs, ys, x_query in zip(task_batch.xs, task_batch.ys, task_batch.x_query, strict=True):
        xs, ys, x_query = (np.asarray(a, np.float64) for a in (xs, ys, x_query))
        context = np.hstack([xs, ys])
        token = np.concatenate([x_query, -w_0 @ x_query])
        moved = token.copy()
        for w_q, w_k, w_v, w_o in zip(*layer, strict=True):
            moved += w_o @ ((context @ w_v.T).T @ (context @ w_k.T @ (w_q @ token)))
        w_1 = w_0 - learning_rate * (xs @ w_0.T - ys).T @ xs / len(xs)
        deviations.append(np.abs(-moved[len(x_query) :] - w_1 @ x_query))
    return np.max(deviations)
