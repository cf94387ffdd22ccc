# route: the lowest value of a polynomial by its coefficients, in NumPy
import numpy as np


def best_one_step_loss(input_range, n_context, d_x):
    s = input_range**2 / 3
    second = d_x * s**2 * (n_context + d_x - 1 / 5) / n_context
    parabola = np.polynomial.Polynomial([d_x, -2 * d_x * s, second])
    (lowest,) = parabola.deriv().roots()
    return s / 2 * parabola(lowest)
