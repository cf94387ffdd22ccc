# route: a least-squares fit to random targets, NumPy
import numpy as np


def equivalent_weights(predict, xs, x_query):
    n = len(xs)
    random = np.random.default_rng(0)
    targets = random.normal(size=(3 * n + 3, n))
    answers = [float(predict(xs, y[:, None], x_query)[0]) for y in targets]
    design = np.hstack([targets, np.ones((len(targets), 1))])
    solution, *_ = np.linalg.lstsq(design, np.array(answers), rcond=None)
    return solution[:-1]
