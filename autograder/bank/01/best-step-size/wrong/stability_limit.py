# misconception: none
def best_step_size(input_range, n_context, d_x):
    return 2 / (d_x * input_range**2 / 3)
