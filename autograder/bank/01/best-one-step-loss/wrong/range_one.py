# misconception: range-one
def best_one_step_loss(input_range, n_context, d_x):
    return d_x / 6 * (d_x - 0.2) / (n_context + d_x - 0.2)
