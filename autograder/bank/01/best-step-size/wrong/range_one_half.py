# misconception: range-one-half
def best_step_size(input_range, n_context, d_x):
    return 12 * n_context / (n_context + d_x - 0.2)
