# route: as bias and spread around the mean of H
def shifted_loss(learning_rate, n_trained, n_context, d_x, variance, fourth_moment, teacher_scale):
    shrink = learning_rate * n_context * variance / n_trained
    spread = (d_x - 2 + fourth_moment / variance**2) / n_context
    zero = teacher_scale**2 * d_x * variance / 2
    return zero * ((1 - shrink) ** 2 + shrink**2 * spread)
