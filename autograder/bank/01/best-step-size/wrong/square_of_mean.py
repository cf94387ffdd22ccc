# misconception: fourth-is-square-of-second
def best_step_size(input_range, n_context, d_x):
    variance = input_range**2 / 3
    second = ((d_x * variance) ** 2 + (n_context - 1) * d_x * variance**2) / n_context
    return d_x * variance / second
