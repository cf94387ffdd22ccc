# route: Python floats, one eigenvalue after the other
def spectrum_map(eigenvalues, gamma, n_layers):
    columns = []
    for value in eigenvalues.tolist():
        path = [value]
        for _ in range(n_layers):
            value = value * (1 - gamma * value) * (1 - gamma * value)
            path.append(value)
        columns.append(path)
    return [list(row) for row in zip(*columns, strict=True)]
