# misconception: zero-predictor
def best_one_step_loss(input_range, n_context, d_x):
    return d_x * input_range**2 / 6
