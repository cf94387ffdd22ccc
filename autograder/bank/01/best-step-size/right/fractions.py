# route: exact fractions until the end
from fractions import Fraction


def best_step_size(input_range, n_context, d_x):
    variance, fourth = Fraction(1, 3), Fraction(1, 5)
    itself = d_x * fourth + d_x * (d_x - 1) * variance**2
    another = d_x * variance**2
    second = (itself + (n_context - 1) * another) / n_context
    return float(d_x * variance / second) / input_range**2
