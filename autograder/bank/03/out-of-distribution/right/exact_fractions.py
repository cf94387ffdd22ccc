# route: exact arithmetic with fractions
from fractions import Fraction


def shifted_loss(learning_rate, n_trained, n_context, d_x, variance, fourth_moment, teacher_scale):
    rate, s, f, t = (
        Fraction(float(v)) for v in (learning_rate, variance, fourth_moment, teacher_scale)
    )
    rate = rate / n_trained
    itself = d_x * f + d_x * (d_x - 1) * s**2
    square = n_context * itself + n_context * (n_context - 1) * d_x * s**2
    return float(t**2 * s / 2 * (d_x - 2 * rate * n_context * d_x * s + rate**2 * square))
