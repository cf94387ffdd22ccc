# route: by the variance of z squared, 4 a^4 / 45
def best_step_size(input_range, n_context, d_x):
    variance = input_range**2 / 3
    excess = 4 * input_range**4 / 45  # E z^4 - (E z^2)^2
    fourth_norm = d_x * excess + (d_x * variance) ** 2
    mixed = d_x * variance**2
    return d_x * variance / (mixed + (fourth_norm - mixed) / n_context)
