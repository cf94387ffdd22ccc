# misconception: converged
import numpy as np


def kernel_descent(kernel, xs, ys, x_query, learning_rate, n_steps):
    gram = np.array([[float(kernel(x, z)) for z in xs] for x in xs])
    likeness = np.array([float(kernel(x, x_query)) for x in xs])
    return likeness @ np.linalg.pinv(gram, rcond=1e-5, hermitian=True) @ np.asarray(ys)
