# route: columns of examples, the transpose taken last


def hand_gradient(w, xs, ys):
    residuals = w @ xs.T - ys.T
    return (xs.T @ residuals.T).T / len(ys)
