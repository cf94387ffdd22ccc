# route: SciPy's multivariate normal, float64
import numpy as np
from scipy.stats import multivariate_normal


def bayes_mixture(bases, xs, ys, x_query, noise_variance, mean):
    bases, xs, ys = np.asarray(bases), np.asarray(xs, float), np.asarray(ys, float)
    x_query = np.asarray(x_query, float)
    logs, answers = [], []
    for basis in bases:
        seen = xs[:, basis]
        covariance = seen @ seen.T + noise_variance * np.eye(len(ys))
        centre = mean * seen.sum(axis=1)
        logs.append(multivariate_normal(centre, covariance).logpdf(ys))
        shared = seen @ x_query[basis]
        answers.append(
            mean * x_query[basis].sum() + shared @ np.linalg.solve(covariance, ys - centre)
        )
    likelihoods = np.exp(np.array(logs) - max(logs))
    posterior = likelihoods / likelihoods.sum()
    return posterior, posterior @ np.array(answers)
