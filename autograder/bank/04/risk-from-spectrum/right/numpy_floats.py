# route: Python loops over everything, a float comes back
def risk_from_spectrum(eigenvalues, learning_rates, n_context, variance):
    total = 0.0
    for row in eigenvalues.tolist():
        for value in row:
            left = 1.0
            for rate in learning_rates.tolist():
                left *= 1 - rate * value / n_context
            total += left * left
    return variance * total / (2 * eigenvalues.shape[0])
