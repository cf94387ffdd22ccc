# misconception: normal-fourth-moment
def shifted_loss(learning_rate, n_trained, n_context, d_x, variance, fourth_moment, teacher_scale):
    a, n, d, s, f = learning_rate / n_trained, n_context, d_x, variance, fourth_moment
    once = d * 3 * s**2 + d * (d - 1) * s**2
    twice = d * s**2
    left = d - 2 * a * n * d * s + a**2 * (n * once + n * (n - 1) * twice)
    return teacher_scale**2 * s / 2 * left
