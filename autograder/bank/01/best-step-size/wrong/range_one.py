# misconception: range-one
def best_step_size(input_range, n_context, d_x):
    return 3 * n_context / (n_context + d_x - 0.2)
