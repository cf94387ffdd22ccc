# route: random prompts and least squares
import numpy as np


def read_preconditioner(predict, n_context, d_x):
    rng = np.random.default_rng(0)
    features, answers = [], []
    for _ in range(4 * d_x * d_x + 20):
        xs, ys = rng.normal(size=(n_context, d_x)), rng.normal(size=(n_context, 1))
        query = rng.normal(size=d_x)
        features.append(np.outer(xs.T @ ys[:, 0] / n_context, query).ravel())
        answers.append(float(predict(xs, ys, query)[0]))
    return np.linalg.lstsq(np.array(features), np.array(answers), rcond=None)[0].reshape(d_x, d_x)
