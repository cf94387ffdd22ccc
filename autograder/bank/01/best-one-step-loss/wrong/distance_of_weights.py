# misconception: distance-of-weights
def best_one_step_loss(input_range, n_context, d_x):
    variance, fourth = input_range**2 / 3, input_range**4 / 5
    fourth_norm = d_x * fourth + d_x * (d_x - 1) * variance**2
    second = (fourth_norm + (n_context - 1) * d_x * variance**2) / n_context
    return d_x - (d_x * variance) ** 2 / second
