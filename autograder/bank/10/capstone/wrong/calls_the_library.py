# misconception: none
from icl_course import drifting


def forecast(xs, ys, x_query, persistence, label_noise):
    return drifting.drifting_posterior(
        xs, ys, x_query, persistence=persistence, label_noise=label_noise
    )[0]
