# misconception: none
from icl_course import predictors


def ridge_predict(xs, ys, x_query, label_noise):
    return predictors.ridge(xs, ys, x_query, penalty=label_noise**2 / len(xs))
