# misconception: sizes-swapped
def best_one_step_loss(input_range, n_context, d_x):
    return n_context * input_range**2 / 6 * (n_context - 0.2) / (n_context + d_x - 0.2)
