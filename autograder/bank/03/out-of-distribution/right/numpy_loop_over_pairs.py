# route: a loop over pairs of examples and coordinates in NumPy
import numpy as np


def shifted_loss(learning_rate, n_trained, n_context, d_x, variance, fourth_moment, teacher_scale):
    rate = np.float64(learning_rate) / n_trained
    total = np.float64(d_x) - 2 * rate * n_context * d_x * variance
    for i in range(n_context):
        for j in range(n_context):
            for p in range(d_x):
                for q in range(d_x):
                    if i == j:
                        total += rate**2 * (fourth_moment if p == q else variance**2)
                    elif p == q:
                        total += rate**2 * variance**2
    return 0.5 * teacher_scale**2 * variance * total
