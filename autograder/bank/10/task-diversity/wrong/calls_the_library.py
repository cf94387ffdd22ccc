# misconception: none
from icl_course import task_priors


def discrete_bayes(xs, ys, x_query, teachers, label_noise):
    return task_priors.discrete_posterior_mean(
        xs, ys, x_query, teachers=teachers[:, None], label_noise=label_noise
    )
