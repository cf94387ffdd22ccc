# misconception: many-examples
def best_step_size(input_range, n_context, d_x):
    return 3 / input_range**2
