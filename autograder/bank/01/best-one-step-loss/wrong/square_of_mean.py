# misconception: fourth-is-square-of-second
def best_one_step_loss(input_range, n_context, d_x):
    variance = input_range**2 / 3
    fourth_norm = (d_x * variance) ** 2
    second = (fourth_norm + (n_context - 1) * d_x * variance**2) / n_context
    return variance / 2 * (d_x - (d_x * variance) ** 2 / second)
