# misconception: sizes-swapped
def best_step_size(input_range, n_context, d_x):
    return 3 / input_range**2 * d_x / (n_context + d_x - 0.2)
