# route: NumPy in float64, a loop over tasks
import numpy as np


def prediction_difference(params, task_batch, learning_rate):
    w_q, w_k, w_v, w_o = (
        np.asarray(w, float) for w in (params.w_q, params.w_k, params.w_v, params.w_o)
    )
    sizes = []
    for xs, ys, x_query in zip(task_batch.xs, task_batch.ys, task_batch.x_query, strict=True):
        xs, ys, x_query = (np.asarray(a, float) for a in (xs, ys, x_query))
        context = np.hstack([xs, ys])
        query = np.append(x_query, np.zeros(ys.shape[1]))
        slot = query.copy()
        for h in range(len(w_q)):
            scores = context @ w_k[h].T @ w_q[h] @ query
            slot += w_o[h] @ (w_v[h] @ (context.T @ scores))
        step = learning_rate / len(xs) * ys.T @ (xs @ x_query)
        sizes.append(np.linalg.norm(-slot[xs.shape[1] :] - step))
    return float(np.mean(sizes))
