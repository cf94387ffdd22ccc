# route: everything cancelled by hand
def best_step_size(input_range, n_context, d_x):
    return 3 * n_context / (input_range**2 * (n_context + d_x - 0.2))
