# route: the three terms of the square, as derived
def shifted_loss(learning_rate, n_trained, n_context, d_x, variance, fourth_moment, teacher_scale):
    a, n, d, s = learning_rate / n_trained, n_context, d_x, variance
    once = d * fourth_moment + d * (d - 1) * s**2
    return (
        teacher_scale**2 * s / 2 * (d - 2 * a * n * d * s + a**2 * n * (once + (n - 1) * d * s**2))
    )
