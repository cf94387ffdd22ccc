# route: closed forms in NumPy float64, a list of two floats
import numpy as np


def sensitivity_alignment(params, task_batch, learning_rate):
    w_q, w_k, w_v, w_o = (
        np.asarray(w, float) for w in (params.w_q, params.w_k, params.w_v, params.w_o)
    )
    cosines, gaps = [], []
    for xs, ys in zip(
        np.asarray(task_batch.xs, float), np.asarray(task_batch.ys, float), strict=True
    ):
        e = np.hstack([xs, ys])
        s = sum(w_o[h] @ w_v[h] @ e.T @ e @ w_k[h].T @ w_q[h] for h in range(len(w_q)))
        u, v = -s[-1, :-1], learning_rate * (ys * xs).mean(axis=0)
        cosines.append(u @ v / np.sqrt((u @ u) * (v @ v)))
        gaps.append(np.sqrt(((u - v) ** 2).sum()))
    return [float(np.mean(cosines)), float(np.mean(gaps))]
