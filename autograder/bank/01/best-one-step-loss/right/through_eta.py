# route: the best step size first, then the parabola
def best_one_step_loss(input_range, n_context, d_x):
    s, f = input_range**2 / 3, input_range**4 / 5
    first = d_x * s
    second = (d_x * f + d_x * (d_x - 1) * s**2 + (n_context - 1) * d_x * s**2) / n_context
    eta = first / second
    return s / 2 * (d_x - 2 * eta * first + eta**2 * second)
