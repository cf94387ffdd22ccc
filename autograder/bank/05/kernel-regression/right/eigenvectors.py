# route: closed form: (1 - (1 - rate * lambda)^K) / lambda in the eigenbasis of K
import numpy as np


def kernel_descent(kernel, xs, ys, x_query, learning_rate, n_steps):
    gram = np.array([[float(kernel(x, z)) for z in xs] for x in xs])
    likeness = np.array([float(kernel(x, x_query)) for x in xs])
    strengths, vectors = np.linalg.eigh(gram)
    rate = learning_rate / len(xs)
    sums = np.zeros_like(strengths)
    for _ in range(n_steps):
        sums = sums * (1 - rate * strengths) + rate
    return likeness @ (vectors * sums) @ vectors.T @ np.asarray(ys)
