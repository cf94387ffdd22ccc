# route: the zero predictor's loss times the share that is left
def best_one_step_loss(input_range, n_context, d_x):
    zero = d_x * input_range**2 / 6
    return zero * (d_x - 0.2) / (n_context + d_x - 0.2)
