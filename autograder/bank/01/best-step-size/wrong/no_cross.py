# misconception: no-cross-coordinates
def best_step_size(input_range, n_context, d_x):
    variance, fourth = input_range**2 / 3, input_range**4 / 5
    fourth_norm = d_x * fourth
    second = (fourth_norm + (n_context - 1) * d_x * variance**2) / n_context
    return d_x * variance / second
