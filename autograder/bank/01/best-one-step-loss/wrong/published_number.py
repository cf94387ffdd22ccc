# misconception: none
def best_one_step_loss(input_range, n_context, d_x):
    return 0.20623
