# misconception: normal-fourth-moment
def best_step_size(input_range, n_context, d_x):
    return 3 / input_range**2 * n_context / (n_context + d_x + 1)
