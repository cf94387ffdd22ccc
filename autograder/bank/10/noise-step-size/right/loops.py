# route: loops over coordinates, bias and spread apart
def best_noisy_step(eigenvalues, n_context, label_noise):
    first = second = curvature = 0.0
    values = [float(v) for v in eigenvalues]
    for a in values:
        first += a
        second += a * a
        curvature += a * (a * a + label_noise**2 * a / n_context)
        for b in values:
            curvature += a * a * b / n_context
        curvature += a**3 / n_context
    eta = second / curvature
    return eta, first / 2 - eta * second + eta * eta * curvature / 2
